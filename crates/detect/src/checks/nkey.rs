//! NATS nkey seeds.

use data_encoding::BASE32_NOPAD;

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::base32;

/// A seed is base32 of two prefix bytes, 32 bytes and a CRC-16; the library of NATS refuses one
/// whose checksum does not hold (<https://github.com/nats-io/nkeys>).
pub(super) const CRC16: Check = Check {
    name: "nkey-crc16",
    about: "A NATS nkey seed ends in a CRC-16 and names the kind of identity.",
    run,
    mint: Some(mint),
};

/// First byte of a seed, in its upper five bits: it makes the text begin with `S`.
const SEED: u8 = 18 << 3;
/// Prefix byte, its letter in the text, kind.
const KINDS: &[(u8, u8, &str)] = &[
    (20 << 3, b'U', "user"),
    (0, b'A', "account"),
    (14 << 3, b'O', "operator"),
    (13 << 3, b'N', "server"),
    (2 << 3, b'C', "cluster"),
    (23 << 3, b'X', "curve"),
];
/// Two prefix bytes, the seed, the checksum.
const LENGTH: usize = 2 + 32 + 2;

fn run(value: &[u8]) -> Outcome {
    let Some(bytes) = base32(value).filter(|b| b.len() == LENGTH) else {
        return Outcome::rejected();
    };
    let Some((body, crc)) = bytes.split_last_chunk::<2>() else { return Outcome::rejected() };
    let kind = ((body[0] & 7) << 5) | (body[1] >> 3);
    let kind = KINDS.iter().find(|k| k.0 == kind).filter(|_| body[0] & 0xf8 == SEED);
    match kind {
        Some((_, _, name)) if crc16(body) == u16::from_le_bytes(*crc) => {
            let mut decoded = Decoded::default();
            decoded.add_fact("kind", *name);
            Outcome::proven(decoded)
        }
        _ => Outcome::rejected(),
    }
}

/// Whether this is a public key: base32 of a prefix byte, 32 bytes and the checksum.
pub(crate) fn is_public(value: &[u8]) -> bool {
    if value.len() != 56 || !KINDS.iter().any(|kind| value[0] == kind.1) {
        return false;
    }
    let Some(bytes) = base32(value) else { return false };
    let parts = bytes.split_last_chunk::<2>();
    parts.is_some_and(|(body, crc)| {
        body.len() == 33
            && KINDS.iter().any(|k| k.0 == body[0])
            && crc16(body) == u16::from_le_bytes(*crc)
    })
}

/// CRC-16/XMODEM.
fn crc16(data: &[u8]) -> u16 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let letter = value.get(1).copied().unwrap_or(b'U');
    let (prefix, ..) = KINDS.iter().find(|k| k.1 == letter).unwrap_or(&KINDS[0]);
    let mut bytes = vec![SEED | (prefix >> 5), (prefix & 31) << 3];
    bytes.extend(minting::bytes(32, random));
    let crc = crc16(&bytes).to_le_bytes();
    bytes.extend(crc);
    *value = BASE32_NOPAD.encode(&bytes).into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    #[test]
    fn the_checksum_is_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn seeds_begin_with_their_letters_and_must_hold() {
        let mut random = testing::random(23);
        for (_, letter, kind) in KINDS {
            let mut value = vec![b'S', *letter];
            mint(&mut value, &mut random);
            assert_eq!(value[..2], [b'S', *letter]);
            assert_eq!(value.len(), 58);
            let outcome = (CRC16.run)(&value);
            assert_eq!(outcome.verdict, Verdict::Proven);
            assert_eq!(testing::fact(&outcome, "kind"), Some(*kind));
            // The last character's low bits encode nothing.
            for changed in testing::mutations(&value[..57]) {
                let changed = [&changed, &value[57..]].concat();
                assert_eq!((CRC16.run)(&changed).verdict, Verdict::Rejected);
            }
        }
    }

    #[test]
    fn public_keys_and_other_text_are_rejected() {
        let mut public = vec![20 << 3];
        public.extend([5; 32]);
        let crc = crc16(&public).to_le_bytes();
        public.extend(crc);
        let public = BASE32_NOPAD.encode(&public);
        for value in [public.as_str(), "", "SU", "SUAC", "su"] {
            assert_eq!((CRC16.run)(value.as_bytes()).verdict, Verdict::Rejected, "{value}");
        }
        assert!(is_public(public.as_bytes()));
        for changed in testing::mutations(public.as_bytes()) {
            assert!(changed == public.as_bytes() || !is_public(&changed));
        }
    }
}
