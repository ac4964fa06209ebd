//! DER, OpenSSH and PGP bodies within armour: the fuzzer changes the bytes that the base64 stands for.
#![no_main]

use data_encoding::BASE64;
use libfuzzer_sys::fuzz_target;
use sprawl_detect::keys;

const LABELS: &[&str] = &[
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "DSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
    "CERTIFICATE",
    "PKCS12",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let label = LABELS[usize::from(*first) % LABELS.len()];
    let dashes = "-".repeat(5);
    let mut text = format!("{dashes}BEGIN {label}{dashes}\n");
    if label.starts_with("PGP") {
        text.push('\n');
    }
    for line in BASE64.encode(body).as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("{dashes}END {label}{dashes}\n"));
    if let Some(key) = keys::key_at(text.as_bytes(), 0) {
        assert!(key.span.start <= key.span.end && key.span.end <= text.len());
        if let Some((_, decoded)) = keys::joined(&key, &key) {
            assert!(decoded.facts.len() < 1000);
        }
    }
});
