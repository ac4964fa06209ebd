//! Forms of values that are no secrets whatever they are called: public keys, addresses of accounts,
//! serialised objects.

use crate::lenient::base64;
use crate::text::{UUID, is_uuid};

/// Whether a value is the public half of a key, or a certificate: by its prefix, or by what it decodes
/// to (a `SubjectPublicKeyInfo`, RFC 5280, section 4.1; an `RSAPublicKey`, RFC 8017, appendix A.1.1).
pub(super) fn is_public_key(value: &[u8]) -> bool {
    // age (recipients), Nostr (NIP-19), extended public keys (BIP-32), the wire format and the names of
    // SSH (RFC 4253, section 6.6), PEM, DIDs.
    const STARTS: [(&[u8], usize); 25] = [
        (b"age1", 62),
        (b"npub1", 63),
        (b"xpub", 100),
        (b"ypub", 100),
        (b"zpub", 100),
        (b"tpub", 100),
        (b"upub", 100),
        (b"vpub", 100),
        (b"ssh-rsa ", 80),
        (b"ssh-dss ", 80),
        (b"ssh-ed25519 ", 60),
        (b"ecdsa-sha2-", 60),
        (b"sk-ssh-", 60),
        (b"sk-ecdsa-", 60),
        (b"AAAAB3NzaC1yc2E", 80),
        (b"AAAAB3NzaC1kc3M", 80),
        (b"AAAAC3NzaC1lZDI1NTE5", 60),
        (b"AAAAE2VjZHNhLXNoYTI", 60),
        (b"-----BEGIN PUBLIC KEY", 0),
        (b"-----BEGIN RSA PUBLIC KEY", 0),
        (b"-----BEGIN CERTIFICATE", 0),
        (b"-----BEGIN PGP PUBLIC KEY", 0),
        (b"-----BEGIN SSH2 PUBLIC KEY", 0),
        (b"did:key:", 40),
        (b"z6Mk", 48),
    ];
    STARTS.iter().any(|(start, least)| value.len() >= *least && value.starts_with(start))
        || (value.len() >= LEAST_DER
            && value[0] == b'M'
            && base64(value).is_some_and(|der| is_public_der(&der)))
}

/// Characters of the shortest public key in DER and base64: 44 bytes of Ed25519.
const LEAST_DER: usize = 59;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT: u8 = 0x06;

fn is_public_der(der: &[u8]) -> bool {
    let Some((SEQUENCE, whole, _)) = field(der) else { return false };
    match field(whole) {
        // The algorithm, then the key.
        Some((SEQUENCE, first, rest)) if first.first() == Some(&OBJECT) => {
            matches!(field(rest), Some((BIT_STRING, ..)))
        }
        // What is signed of a certificate: the version in a tag of its own.
        Some((SEQUENCE, first, _)) => first.starts_with(&[0xa0, 3, INTEGER, 1]),
        // Modulus and exponent, and no more.
        Some((INTEGER, modulus, rest)) => {
            modulus.len() >= 64 && matches!(field(rest), Some((INTEGER, _, [])))
        }
        _ => false,
    }
}

/// Tag and content of the field that begins here, cut where the bytes end, and what follows it.
fn field(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        0x82 if rest.len() >= 2 => (usize::from(rest[0]) << 8 | usize::from(rest[1]), &rest[2..]),
        _ => return None,
    };
    let end = length.min(rest.len());
    Some((*tag, &rest[..end], &rest[end..]))
}

/// Whether a value is an object in the serialisation of Java (its magic number and version), of .NET
/// (`BinaryFormatter`, `ViewState`), of Python (pickle, protocols 3 to 5), or packed by gzip, in base64.
pub(super) fn is_serialised(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 7] =
        [b"rO0AB", b"AAEAAAD/////", b"/wEP", b"H4sIA", b"gANj", b"gASV", b"gAWV"];
    value.len() >= 16 && STARTS.iter().any(|start| value.starts_with(start))
}

/// Whether a value is the address of an account or a contract of Ethereum (EIP-55).
pub(super) fn is_account(value: &[u8]) -> bool {
    value.len() == 42 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit)
}

/// Whether a value is words with a UUID among them, as keys of caches, queues and stores are:
/// `session:<uuid>`.
pub(super) fn is_path_of_ids(value: &[u8]) -> bool {
    if value.len() <= UUID {
        return false;
    }
    let mut ids = 0;
    let mut rest = value;
    while let Some(at) = rest.windows(UUID).position(is_uuid) {
        let word = &rest[..at];
        if !word.iter().all(|b| b.is_ascii_alphabetic() || b"-_.:/".contains(b)) {
            return false;
        }
        ids += 1;
        rest = &rest[at + UUID..];
    }
    ids > 0 && rest.iter().all(|b| b.is_ascii_alphabetic() || b"-_.:/".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_halves_are_told_from_private_ones() {
        let encoded = |bytes: &[u8]| data_encoding::BASE64.encode(bytes).into_bytes();
        let point = |prefix: &[u8], length: usize| [prefix, &vec![0x5a; length]].concat();
        let curve = [
            0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86,
            0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0,
        ];
        assert!(is_public_key(&encoded(&point(&curve, 65))));
        let edwards = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
        assert!(is_public_key(&encoded(&point(&edwards, 32))));
        // The private half: a version comes first (RFC 5958).
        let private = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        assert!(!is_public_key(&encoded(&point(&private, 32))));
        let whole = [&[SEQUENCE, 0x81, 0x87, INTEGER, 0x81, 0x80][..], &[0x5a; 128], &[2, 2, 1, 1]]
            .concat();
        assert!(is_public_key(&encoded(&whole)));
        assert!(!is_public_key(&[b'M'; 120]));
        assert!(!is_public_key(&encoded(&[0x5a; 60])));
    }

    #[test]
    fn accounts_and_objects() {
        assert!(is_account(format!("0x{}", "0a1B2c3D".repeat(5)).as_bytes()));
        assert!(!is_account(format!("0x{}", "0a1B2c3D".repeat(8)).as_bytes()));
        assert!(is_serialised(b"rO0ABXNyABNqYXZh") && !is_serialised(b"rO1ABXNyABNqYXZh"));
        let id = ["0a1b2c3d", "4e5f", "4a6b", "8c7d", "9e8f0a1b2c3d"].join("-");
        assert!(is_path_of_ids(format!("session:{id}").as_bytes()));
        assert!(is_path_of_ids(format!("{id}/{id}.png").as_bytes()));
        assert!(!is_path_of_ids(id.as_bytes()));
        assert!(!is_path_of_ids(format!("a7:{id}").as_bytes()));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_form_or_none(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = (is_public_key(&bytes), is_public_der(&bytes), is_serialised(&bytes));
        }
    }
}
