//! PKCS#12 (RFC 7292).

use der::asn1::ObjectIdentifier;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::super::asn1::{Fields, stated_length};
use super::super::material::{Parsed, legible};
use super::super::pkcs;
use super::{MOST_ENTRIES, OPEN, with_passphrase};

/// The PKCS#12 store that begins these bytes, if it holds a private key. A store with nothing but
/// certificates is no secret.
pub(in super::super) fn key_store(der: &[u8], effort: Effort) -> Option<Parsed> {
    if der.starts_with(&BER_PKCS12) {
        return Some(
            Parsed::opaque("pkcs12", der).encrypted("unknown").in_format("PKCS#12, streamed"),
        );
    }
    let der = der.get(..stated_length(der)?)?;
    let mut store = Fields::new(der)?.sequence()?;
    if store.small()? != 3 {
        return None;
    }
    let content = contents(store.sequence()?)?;
    let mut bags = Bags::default();
    let mut safes = Fields::new(content)?.sequence()?;
    for _ in 0..MOST_ENTRIES {
        let Some(safe) = safes.sequence() else { break };
        if let Some(safe) = contents(safe) {
            bags.take(safe, 0);
        }
    }
    let mut parsed = match (bags.clear, bags.sealed) {
        (Some(key), _) => key,
        (None, Some(how)) => {
            let parsed = Parsed::opaque("pkcs12", content).encrypted(how);
            Parsed { is_proven: true, ..parsed }
        }
        (None, None) => return None,
    };
    if let Some(name) = bags.name {
        parsed = parsed.comment(name.as_bytes());
    }
    let open = store.sequence().is_some_and(|mac| {
        effort
            .passphrases
            .iter()
            .any(|passphrase| is_mac(mac.clone(), content, passphrase, effort.most_rounds))
    });
    Some(with_passphrase(parsed, open).in_format("PKCS#12"))
}

/// How a PKCS#12 store begins whose writer did not know its length: version 3, then `pkcs7-data`.
pub(in super::super) const BER_PKCS12: [u8; 18] =
    [0x30, 0x80, 2, 1, 3, 0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];

/// How much is done to find out whether everybody can open a store.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Effort {
    /// The passphrases that are tried.
    passphrases: &'static [&'static str],
    /// A store whose key takes more rounds to derive is not tried.
    most_rounds: u32,
}

/// For a file, of which there is one at a time. Java at its costliest has so many rounds.
pub(in super::super) const FILE: Effort = Effort { passphrases: &OPEN, most_rounds: 100_000 };

/// For base64, of which a hostile text may hold thousands. OpenSSL has so many rounds.
pub(in super::super) const TEXT: Effort = Effort { passphrases: &[""], most_rounds: 2048 };

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SEALED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const SECRET_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.5");
const NESTED_BAGS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// The octets of a `ContentInfo` that is plain data.
fn contents<'a>(mut info: Fields<'a>) -> Option<&'a [u8]> {
    if info.oid()? != DATA {
        return None;
    }
    info.explicit(0)?.octets()
}

/// The keys in the parts of a PKCS#12 store that are not encrypted as a whole.
#[derive(Default)]
struct Bags {
    clear: Option<Parsed>,
    sealed: Option<String>,
    name: Option<String>,
}

impl Bags {
    fn take(&mut self, safe: &[u8], depth: usize) {
        let Some(mut bags) = Fields::new(safe).and_then(|mut safe| safe.sequence()) else { return };
        for _ in 0..MOST_ENTRIES {
            let Some(mut bag) = bags.sequence() else { break };
            let Some((kind, mut value)) = bag.oid().zip(bag.explicit(0)) else { continue };
            match kind {
                KEY_BAG => {
                    self.clear = self.clear.take().or_else(|| pkcs::private_key(value.whole()?))
                }
                SEALED_KEY_BAG => {
                    let how =
                        value.sequence().and_then(|mut key| pkcs::encryption(key.sequence()?));
                    self.sealed.get_or_insert_with(|| how.unwrap_or_else(|| "unknown".to_owned()));
                }
                SECRET_BAG => drop(self.sealed.get_or_insert_with(|| "unknown".to_owned())),
                NESTED_BAGS if depth < 4 => {
                    if let Some(safe) = value.whole() {
                        self.take(safe, depth + 1);
                    }
                    continue;
                }
                _ => continue,
            }
            if self.name.is_none() {
                self.name = bag.next(der::Tag::Set).and_then(friendly_name);
            }
        }
    }
}

/// `friendlyName` among the attributes of a bag.
fn friendly_name(attributes: &[u8]) -> Option<String> {
    let mut attributes = Fields::new(attributes)?;
    while let Some(mut attribute) = attributes.sequence() {
        if attribute.oid() == Some(FRIENDLY_NAME) {
            let text = Fields::new(attribute.next(der::Tag::Set)?)?.next(der::Tag::BmpString)?;
            let units: Vec<u16> =
                text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            return Some(legible(String::from_utf16_lossy(&units).as_bytes()));
        }
    }
    None
}

/// Whether the store's MAC is that of this password (RFC 7292, 4 and appendix B).
fn is_mac(mut mac: Fields<'_>, content: &[u8], password: &str, most_rounds: u32) -> bool {
    let Some(mut digest) = mac.sequence() else { return false };
    let hash = digest.sequence().and_then(|mut algorithm| algorithm.oid());
    let (Some(expected), Some(salt)) = (digest.octets(), mac.octets()) else { return false };
    let rounds = mac.small().unwrap_or(1);
    if rounds > most_rounds || salt.len() > 64 {
        return false;
    }
    // No password is written as an empty string or as its terminating zero, depending on the writer.
    let terminated: Vec<u8> =
        password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let empty = password.is_empty().then(Vec::new);
    [Some(terminated), empty].into_iter().flatten().any(|password| match hash {
        Some(SHA1) => {
            let key = pkcs12_key::<Sha1>(&password, salt, rounds);
            Hmac::<Sha1>::new_from_slice(&key)
                .is_ok_and(|mac| mac.chain_update(content).verify_slice(expected).is_ok())
        }
        Some(SHA256) => {
            let key = pkcs12_key::<Sha256>(&password, salt, rounds);
            Hmac::<Sha256>::new_from_slice(&key)
                .is_ok_and(|mac| mac.chain_update(content).verify_slice(expected).is_ok())
        }
        _ => false,
    })
}

/// RFC 7292, B.2, for as much of the key as one hash gives and for the purpose 3 (a MAC key).
fn pkcs12_key<D: Digest>(password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
    const BLOCK: usize = 64;
    let filled = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().cycle().take(BLOCK * bytes.len().div_ceil(BLOCK)).collect()
    };
    let mut key = D::new()
        .chain_update([3; BLOCK])
        .chain_update(filled(salt))
        .chain_update(filled(password))
        .finalize();
    for _ in 1..rounds {
        key = D::digest(&key);
    }
    key.to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::super::asn1::{SEQUENCE, oid, tlv, unsigned};
    use super::*;
    use crate::score::Usability;

    const CONTEXT: u8 = 0xa0;
    const OCTETS: u8 = 0x04;

    fn content_info(data: &[u8]) -> Vec<u8> {
        tlv(SEQUENCE, &[&oid(&DATA), &tlv(CONTEXT, &[&tlv(OCTETS, &[data])])])
    }

    fn sealed_key() -> Vec<u8> {
        let scheme = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
        let parameters = tlv(SEQUENCE, &[&tlv(OCTETS, &[&[1; 8]]), &unsigned(&[8, 0])]);
        tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&oid(&scheme), &parameters]), &tlv(OCTETS, &[&[7; 40]])])
    }

    /// A store with one encrypted key named `api`, and a MAC with SHA-256 for that password.
    fn store(password: &str) -> Vec<u8> {
        let name: Vec<u8> = "api".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let name = tlv(SEQUENCE, &[&oid(&FRIENDLY_NAME), &tlv(0x31, &[&tlv(0x1e, &[&name])])]);
        let bag = tlv(
            SEQUENCE,
            &[&oid(&SEALED_KEY_BAG), &tlv(CONTEXT, &[&sealed_key()]), &tlv(0x31, &[&name])],
        );
        let safes = tlv(SEQUENCE, &[&content_info(&tlv(SEQUENCE, &[&bag]))]);
        let password: Vec<u8> =
            password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
        let key = pkcs12_key::<Sha256>(&password, &[5; 8], 10);
        let mac = Hmac::<Sha256>::new_from_slice(&key)
            .unwrap()
            .chain_update(&safes)
            .finalize()
            .into_bytes();
        let digest =
            tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&oid(&SHA256), &[5, 0]]), &tlv(OCTETS, &[&mac])]);
        let mac = tlv(SEQUENCE, &[&digest, &tlv(OCTETS, &[&[5; 8]]), &unsigned(&[10])]);
        tlv(SEQUENCE, &[&unsigned(&[3]), &content_info(&safes), &mac])
    }

    fn fact<'a>(parsed: &'a Parsed, name: &str) -> &'a str {
        parsed.decoded.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    #[test]
    fn an_encrypted_pkcs12_store_tells_name_and_encryption() {
        let parsed = key_store(&store("correct horse"), FILE).unwrap();
        assert_eq!(fact(&parsed, "encryption"), "3DES-CBC, PKCS#12 with SHA-1, 2048 rounds");
        assert_eq!(fact(&parsed, "comment"), "api");
        assert_eq!(parsed.decoded.usability, [Usability::Encrypted]);
    }

    #[test]
    fn a_store_that_everybody_can_open_is_not_protected() {
        for password in OPEN {
            let parsed = key_store(&store(password), FILE).unwrap();
            assert_eq!(parsed.decoded.usability, [], "{password}");
            assert_eq!(fact(&parsed, "passphrase"), "none, or the default one");
        }
    }

    #[test]
    fn a_store_of_certificates_is_no_secret() {
        let certificates = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
        let bag = tlv(SEQUENCE, &[&oid(&certificates), &tlv(CONTEXT, &[&tlv(SEQUENCE, &[])])]);
        let safes = tlv(SEQUENCE, &[&content_info(&tlv(SEQUENCE, &[&bag]))]);
        assert!(
            key_store(&tlv(SEQUENCE, &[&unsigned(&[3]), &content_info(&safes)]), FILE).is_none()
        );
    }

    #[test]
    fn damaged_stores_do_not_panic() {
        let whole = store("");
        for cut in 0..whole.len() {
            let _ = key_store(&whole[..cut], FILE);
        }
    }
}
