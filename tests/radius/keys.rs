//! Keys and certificates by their form, made without any tool.

use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use sprawl_detect::rules::mint::Random;

/// A private key on P-256 as in SEC 1, without its public point.
pub(super) fn ec_key(seed: u64) -> String {
    let curve = [0xa0, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    let der = [&[0x30, 49, 2, 1, 1, 4, 32][..], &scalar(seed), &curve].concat();
    armoured("EC PRIVATE KEY", "", &der)
}

/// A certificate (RFC 5280) of that key for a host. Its signature is none: nobody looks at it.
pub(super) fn certificate(seed: u64, host: &str) -> String {
    let key = SecretKey::from_slice(&scalar(seed)).unwrap();
    let point = key.public_key().to_sec1_point(false);
    let algorithm = element(0x30, &[element(6, &[vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]])]);
    let common_name = [element(6, &[vec![0x55, 4, 3]]), element(12, &[host.as_bytes().to_vec()])];
    let name = element(0x30, &[element(0x31, &[element(0x30, &common_name)])]);
    let time = |text: &str| element(23, &[text.as_bytes().to_vec()]);
    let of_key = [
        element(6, &[vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]]),
        element(6, &[vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]]),
    ];
    let public = [element(0x30, &of_key), bits(point.as_bytes())];
    let parts = [
        element(0xa0, &[element(2, &[vec![2]])]),
        element(2, &[vec![1]]),
        algorithm.clone(),
        name.clone(),
        element(0x30, &[time("200101000000Z"), time("400101000000Z")]),
        name,
        element(0x30, &public),
    ];
    let signed = [element(0x30, &parts), algorithm, bits(&[0; 64])];
    armoured("CERTIFICATE", "", &element(0x30, &signed))
}

/// Bytes in base64 between lines that name them.
pub(super) fn armoured(label: &str, header: &str, bytes: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(bytes);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let dashes = "-".repeat(5);
    format!(
        "{dashes}BEGIN {label}{dashes}\n{header}{}\n{dashes}END {label}{dashes}\n",
        lines.join("\n")
    )
}

fn scalar(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..32).map(|_| random.number().to_le_bytes()[0]).collect()
}

/// An element of DER.
fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let content = parts.concat();
    let length = match u8::try_from(content.len()) {
        Ok(short @ 0..=127) => vec![short],
        Ok(long) => vec![0x81, long],
        Err(_) => [&[0x82][..], &u16::try_from(content.len()).unwrap().to_be_bytes()].concat(),
    };
    [&[tag][..], &length, &content].concat()
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    element(3, &[vec![0], bytes.to_vec()])
}
