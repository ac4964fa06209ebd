//! Java's own key stores, JKS and JCEKS (`sun.security.provider.JavaKeyStore` and
//! `com.sun.crypto.provider.JceKeyStore` of OpenJDK describe the format).

use sha1::{Digest, Sha1};

use super::super::asn1::Fields;
use super::super::material::{Parsed, legible};
use super::super::{pkcs, x509};
use super::{MOST_ENTRIES, OPEN, with_passphrase};

/// The JKS or JCEKS store that begins these bytes, if it holds a private or secret key.
pub(in super::super) fn key_store(bytes: &[u8]) -> Option<Parsed> {
    let mut rest = Cursor(bytes);
    let magic = rest.number()?;
    let format = match magic {
        JKS => "JKS",
        JCEKS => "JCEKS",
        _ => return None,
    };
    let version = rest.number().filter(|version| matches!(version, 1 | 2))?;
    let entries = usize::try_from(rest.number()?).ok()?;
    let mut store = Store::default();
    let mut complete = true;
    for _ in 0..entries.min(MOST_ENTRIES) {
        if store.take(&mut rest, version).is_none() {
            complete = false;
            break;
        }
    }
    if store.keys == 0 {
        return None;
    }
    let mut parsed = Parsed::opaque("java-key-store", bytes);
    parsed.decoded.add_fact("keys", store.keys.to_string());
    parsed = parsed.encrypted(store.encryption.unwrap_or_else(|| "unknown".to_owned()));
    if let Some(certificate) = store.certificate {
        let facts = certificate
            .decoded
            .facts
            .into_iter()
            .filter(|fact| matches!(fact.name, "subject" | "names" | "not after"));
        parsed.decoded.facts.extend(facts);
        parsed.decoded.public_key = certificate.decoded.public_key;
        parsed.decoded.issued = certificate.decoded.issued;
        parsed.decoded.expires = certificate.decoded.expires;
    }
    parsed = parsed.comment(store.aliases.join(", ").as_bytes());
    let open = OPEN.iter().any(|password| is_java_digest(bytes, password));
    parsed.is_proven = open || complete && rest.0.len() == SHA1_LENGTH;
    Some(with_passphrase(parsed, open).in_format(format))
}

/// `FEEDFEED`.
pub(in super::super) const JKS: u32 = 0xfeed_feed;
/// `CECECECE`.
pub(in super::super) const JCEKS: u32 = 0xcece_cece;

const SHA1_LENGTH: usize = 20;

/// Whether a Java store's closing digest is that of this password: SHA-1 of the password in UTF-16, a
/// fixed text, and everything before the digest.
fn is_java_digest(store: &[u8], password: &str) -> bool {
    let Some((content, expected)) = store.split_last_chunk::<SHA1_LENGTH>() else { return false };
    let mut hash = Sha1::new();
    for unit in password.encode_utf16() {
        hash.update(unit.to_be_bytes());
    }
    hash.update(b"Mighty Aphrodite");
    hash.update(content);
    hash.finalize().as_slice() == expected
}

/// What the entries of a Java store say in the clear.
#[derive(Default)]
struct Store {
    keys: usize,
    aliases: Vec<String>,
    encryption: Option<String>,
    /// Of the first key.
    certificate: Option<x509::Parsed>,
}

impl Store {
    /// Reads one entry: kind, alias, time, and what the kind has. `None` when it can't be read.
    fn take(&mut self, rest: &mut Cursor<'_>, version: u32) -> Option<()> {
        let kind = rest.number()?;
        let alias = legible(rest.text()?);
        rest.take(8)?;
        match kind {
            1 => {
                self.keys += 1;
                self.aliases.push(alias);
                let key = rest.counted()?;
                if self.encryption.is_none() {
                    let algorithm = Fields::new(key).and_then(|mut key| key.sequence()?.sequence());
                    self.encryption = algorithm.and_then(pkcs::encryption);
                }
                let chain = rest.number()?;
                for place in 0..chain {
                    let certificate = rest.certificate(version)?;
                    if place == 0 && self.certificate.is_none() {
                        self.certificate = x509::certificate(certificate);
                    }
                }
            }
            2 => drop(rest.certificate(version)?),
            // A serialized Java object, whose end only Java finds.
            3 => {
                self.keys += 1;
                self.aliases.push(alias);
                return None;
            }
            _ => return None,
        }
        Some(())
    }
}

/// Reads big-endian values from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        self.0.split_off(..length)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length =
            self.take(2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes)?;
        self.take(usize::from(length))
    }

    fn certificate(&mut self, version: u32) -> Option<&'a [u8]> {
        if version == 2 {
            self.text()?;
        }
        self.counted()
    }
}

#[cfg(test)]
mod tests {
    use der::asn1::ObjectIdentifier;

    use super::super::super::asn1::{SEQUENCE, oid, tlv, unsigned};
    use super::*;
    use crate::score::Usability;

    const OCTETS: u8 = 0x04;

    fn sealed_key() -> Vec<u8> {
        let scheme = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
        let parameters = tlv(SEQUENCE, &[&tlv(OCTETS, &[&[1; 8]]), &unsigned(&[8, 0])]);
        tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&oid(&scheme), &parameters]), &tlv(OCTETS, &[&[7; 40]])])
    }

    fn fact<'a>(parsed: &'a Parsed, name: &str) -> &'a str {
        parsed.decoded.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    /// A Java store with entries of these kinds and the digest for a password.
    fn store(magic: u32, kinds: &[u32], password: &str) -> Vec<u8> {
        let number = |n: u32| n.to_be_bytes().to_vec();
        let counted = |bytes: &[u8]| [number(bytes.len() as u32), bytes.to_vec()].concat();
        let text =
            |text: &[u8]| [(text.len() as u16).to_be_bytes().to_vec(), text.to_vec()].concat();
        let mut out = [number(magic), number(2), number(kinds.len() as u32)].concat();
        for kind in kinds {
            out.extend([number(*kind), text(b"web"), vec![0; 8]].concat());
            match kind {
                1 => out.extend(
                    [counted(&sealed_key()), number(1), text(b"X.509"), counted(&[1; 9])].concat(),
                ),
                2 => out.extend([text(b"X.509"), counted(&[1; 9])].concat()),
                _ => out.extend([9; 30]),
            }
        }
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let digest = Sha1::new()
            .chain_update(password)
            .chain_update(b"Mighty Aphrodite")
            .chain_update(&out)
            .finalize();
        [out, digest.to_vec()].concat()
    }

    #[test]
    fn stores_are_read() {
        for (magic, format) in [(JKS, "JKS"), (JCEKS, "JCEKS")] {
            let parsed = key_store(&store(magic, &[2, 1], "correct horse")).unwrap();
            assert!(parsed.is_proven);
            assert_eq!(
                (fact(&parsed, "format"), fact(&parsed, "comment"), fact(&parsed, "keys")),
                (format, "web", "1")
            );
            assert_eq!(parsed.decoded.usability, [Usability::Encrypted]);
        }
        assert!(key_store(&store(JKS, &[2, 2], "changeit")).is_none(), "a trust store");
        assert!(key_store(&store(JCEKS, &[3], "correct horse")).is_some(), "a secret key");
        assert_eq!(key_store(&store(JKS, &[1], "changeit")).unwrap().decoded.usability, []);
    }

    #[test]
    fn damaged_stores_do_not_panic() {
        let whole = store(JKS, &[1, 2], "");
        for cut in 0..whole.len() {
            let _ = key_store(&whole[..cut]);
        }
    }
}
