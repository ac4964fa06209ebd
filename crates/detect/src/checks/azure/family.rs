//! Keys that end in a signature of four characters and a checksum of four bytes.

use data_encoding::BASE64_NOPAD;

use super::super::marvin::checksum;
use super::super::minting::{self, DIGITS_AND_LETTERS, Random};
use super::{Outcome, said};
use crate::lenient::base64;
use crate::score::Authority;

/// A family of keys that end in signature and checksum.
pub(super) struct Family {
    /// Four characters at `offset`.
    signature: &'static [u8; 4],
    service: &'static str,
    /// Length in base64, without padding.
    length: usize,
    offset: usize,
    /// Seeds of the checksum as the eight letters they are written in, and what the key is for.
    seeds: &'static [(&'static [u8; 8], &'static str)],
}

const MESSAGING: &[(&[u8; 8], &str)] = &[
    (b"Send0000", "send"),
    (b"Listen00", "listen"),
    (b"Manage00", "manage"),
    (b"System00", "system"),
    (b"Unknown0", ""),
];

const FAMILIES: &[Family] = &[
    family(b"+ASt", "Storage", 64, &[(b"Default0", "")]),
    family(
        b"ACDb",
        "Cosmos DB",
        64,
        &[
            (b"MastRW00", "read and write"),
            (b"MastRO00", "read-only"),
            (b"SystRW00", "system, read and write"),
            (b"SystRO00", "system, read-only"),
            (b"SysAll00", "system"),
            (b"Resour00", "resource"),
            (b"Encryp00", "data encryption"),
        ],
    ),
    family(b"+ABa", "Batch", 64, &[(b"AbAcct00", "")]),
    family(b"+AMC", "Machine Learning (classic)", 64, &[(b"Classic0", "")]),
    family(
        b"APIM",
        "API Management",
        64,
        &[
            (b"Tenant00", "direct management"),
            (b"IoTHub00", "subscription"),
            (b"Gatewy00", "gateway"),
            (b"GitKey00", "repository"),
        ],
    ),
    family(b"+ASb", "Service Bus", 32, MESSAGING),
    family(b"+AEh", "Event Hubs", 32, MESSAGING),
    family(b"+ARm", "Relay", 32, MESSAGING),
    family(
        b"AIoT",
        "IoT Hub",
        32,
        &[(b"IoTHub00", "hub"), (b"DpsKey00", "device provisioning"), (b"Device00", "device")],
    ),
    family(b"AzCa", "Cache for Redis", 32, &[(b"Access00", "")]),
    family(b"AZEG", "Event Grid", 32, &[(b"SendRecv", "")]),
    family(b"AzSe", "Search", 39, &[(b"Query000", "query"), (b"PAdmin00", "admin")]),
    family(b"+ACR", "Container Registry", 39, &[(b"ACRDflt0", "")]),
    family(
        b"AzFu",
        "Functions",
        40,
        &[(b"Functi00", "function"), (b"System00", "system"), (b"Master00", "master")],
    ),
];

/// A key of `bytes` bytes ends in 24 bits of signature, aligned to a character, and 32 of checksum.
const fn family(
    signature: &'static [u8; 4],
    service: &'static str,
    bytes: usize,
    seeds: &'static [(&'static [u8; 8], &'static str)],
) -> Family {
    let length = (bytes * 8).div_ceil(6);
    Family { signature, service, length, offset: length - 10, seeds }
}

/// The family whose signature stands where it must in a key of its length.
pub(super) fn of(value: &[u8]) -> Option<&'static Family> {
    let length = value.len() - value.iter().rev().take_while(|c| **c == b'=').count();
    FAMILIES.iter().find(|f| f.length == length && value[f.offset..].starts_with(f.signature))
}

impl Family {
    /// Names the service; a checksum that holds proves the key and says what it is for.
    pub(super) fn judge(&self, value: &[u8]) -> Outcome {
        let mut decoded = said(self.service);
        let Some(bytes) = base64(value) else { return Outcome::rejected() };
        let Some((body, crc)) = bytes.split_last_chunk::<4>() else { return Outcome::rejected() };
        let crc = u32::from_le_bytes(*crc);
        let holds = |seed: &[u8; 8]| checksum(body, u64::from_be_bytes(*seed)) == crc;
        let Some((_, kind)) = self.seeds.iter().find(|(seed, _)| holds(seed)) else {
            return Outcome::plausible(decoded);
        };
        if !kind.is_empty() {
            decoded.add_fact("key", *kind);
        }
        decoded.authority = match (self.signature, *kind) {
            (b"AzSe", "query") | (b"AzFu", "function") | (b"AIoT", "device") => {
                Some(Authority::SingleResource)
            }
            (b"AzSe", "admin") | (b"AzFu", "master") => Some(Authority::ServiceWide),
            _ => None,
        };
        Outcome::proven(decoded)
    }

    /// Draws until the key has no `+` and `/` outside its signature, as patterns of several services
    /// allow letters and digits only.
    pub(super) fn mint(&self, value: &mut [u8], random: Random<'_>) {
        let Some((seed, _)) = self.seeds.first() else { return };
        for _ in 0..10_000 {
            let body = minting::text(self.offset, DIGITS_AND_LETTERS, random);
            let text = [body.as_slice(), self.signature, b"AAAAAA"].concat();
            let Some(mut bytes) = base64(&text) else { return };
            let n = bytes.len() - 4;
            let crc = checksum(&bytes[..n], u64::from_be_bytes(**seed)).to_le_bytes();
            bytes[n..].copy_from_slice(&crc);
            let text = BASE64_NOPAD.encode(&bytes).into_bytes();
            let plain = text[self.offset + 4..].iter().all(u8::is_ascii_alphanumeric);
            if plain && text.len() == self.length {
                value[..self.length].copy_from_slice(&text);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::super::super::{Verdict, testing};
    use super::super::{SIGNATURE, tests::run};
    use super::*;

    /// A key as Microsoft's library makes it: the signature goes in as bits, the checksum as bytes.
    fn made(signature: &str, bytes: usize, seed: &[u8; 8]) -> String {
        let mut random = testing::random(bytes as u64);
        let mut key = minting::bytes(bytes, &mut random);
        let bit = ((bytes * 8).div_ceil(6) - 10) * 6;
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (i, symbol) in signature.bytes().enumerate() {
            let n = alphabet.iter().position(|c| *c == symbol).expect("in the alphabet");
            for k in 0..6 {
                let at = bit + i * 6 + k;
                let mask = 0x80 >> (at % 8);
                let set = n >> (5 - k) & 1 == 1;
                key[at / 8] = if set { key[at / 8] | mask } else { key[at / 8] & !mask };
            }
        }
        let crc = checksum(&key[..bytes - 4], u64::from_be_bytes(*seed));
        key[bytes - 4..].copy_from_slice(&crc.to_le_bytes());
        BASE64.encode(&key)
    }

    #[test]
    fn every_family_is_proven_by_its_checksum() {
        for (signature, bytes, seed, service, kind) in [
            ("+ASt", 64, b"Default0", "Storage", None),
            ("ACDb", 64, b"MastRO00", "Cosmos DB", Some("read-only")),
            ("+ABa", 64, b"AbAcct00", "Batch", None),
            ("+ASb", 32, b"Listen00", "Service Bus", Some("listen")),
            ("+AEh", 32, b"Manage00", "Event Hubs", Some("manage")),
            ("AIoT", 32, b"Device00", "IoT Hub", Some("device")),
            ("AzSe", 39, b"PAdmin00", "Search", Some("admin")),
            ("+ACR", 39, b"ACRDflt0", "Container Registry", None),
            ("AzFu", 40, b"Functi00", "Functions", Some("function")),
        ] {
            let value = made(signature, bytes, seed);
            let outcome = run(&value);
            assert_eq!(outcome.verdict, Verdict::Proven, "{signature}");
            assert_eq!(testing::fact(&outcome, "service"), Some(service));
            assert_eq!(testing::fact(&outcome, "key"), kind);
            let body = value.trim_end_matches('=').len() - 1;
            for changed in testing::mutations(&value.as_bytes()[..body]) {
                let changed = [&changed, &value.as_bytes()[body..]].concat();
                assert_ne!((SIGNATURE.run)(&changed).verdict, Verdict::Proven, "{signature}");
            }
        }
    }

    #[test]
    fn a_signature_without_its_checksum_still_names_the_service() {
        let value = made("+ASt", 64, b"Other000");
        let outcome = run(&value);
        assert_eq!(outcome.verdict, Verdict::Plausible);
        assert_eq!(testing::fact(&outcome, "service"), Some("Storage"));
    }

    #[test]
    fn the_kind_of_key_changes_the_authority() {
        for (signature, bytes, seed, authority) in [
            ("AzSe", 39, b"Query000", Some(Authority::SingleResource)),
            ("AzSe", 39, b"PAdmin00", Some(Authority::ServiceWide)),
            ("+AEh", 32, b"Manage00", None),
        ] {
            assert_eq!(run(&made(signature, bytes, seed)).decoded.authority, authority);
        }
    }

    #[test]
    fn functions_keys_come_in_the_url_alphabet_and_unpadded() {
        let value = made("AzFu", 40, b"Master00").replace('+', "-").replace('/', "_");
        for text in [value.as_str(), value.trim_end_matches('=')] {
            assert_eq!(run(text).verdict, Verdict::Proven);
            assert_eq!(testing::fact(&run(text), "key"), Some("master"));
        }
    }
}
