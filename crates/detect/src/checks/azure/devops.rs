//! Azure DevOps tokens of the older form.

use super::super::minting::{self, Random};
use crate::lenient::base32;

/// Length of the older Azure DevOps token, in characters.
pub(super) const LENGTH: usize = 52;
/// Masks of its CRC: tokens of people, of applications.
const MASKS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];
/// Its bytes that are the CRC, most significant first; all others are the token.
const CRC_AT: [usize; 4] = [2, 7, 8, 22];

/// Whether the value has length and alphabet of a token.
pub(super) fn shaped(value: &[u8]) -> bool {
    value.len() == LENGTH && value.iter().all(|c| matches!(c, b'a'..=b'z' | b'2'..=b'7'))
}

/// Whether the token's checksum holds.
pub(super) fn holds(value: &[u8]) -> bool {
    let Some(bytes) = base32(&value.to_ascii_uppercase()) else { return false };
    let body: Vec<u8> = body_of(&bytes);
    let crc = CRC_AT.map(|at| bytes.get(at).copied().unwrap_or_default());
    let crc = u32::from_be_bytes(crc);
    bytes.len() == 32 && MASKS.iter().any(|mask| crc32fast::hash(&body) ^ mask == crc)
}

fn body_of(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.iter().enumerate().filter(|(at, _)| !CRC_AT.contains(at));
    kept.map(|(_, byte)| *byte).collect()
}

/// A token whose checksum holds.
pub(super) fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let mut bytes = minting::bytes(32, random);
    let crc = (crc32fast::hash(&body_of(&bytes)) ^ MASKS[0]).to_be_bytes();
    for (at, byte) in CRC_AT.into_iter().zip(crc) {
        bytes[at] = byte;
    }
    *value = data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase().into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::super::{Verdict, testing};
    use super::super::{DEVOPS_PAT, SIGNATURE};
    use super::*;

    #[test]
    fn devops_tokens_of_the_older_form_must_hold() {
        let mut value = vec![b'a'; LENGTH];
        mint(&mut value, &mut testing::random(31));
        let bytes = base32(&value.to_ascii_uppercase()).expect("base32");
        let body = [&bytes[..2], &bytes[3..7], &bytes[9..22], &bytes[23..]].concat();
        let crc = testing::crc32(&body) ^ 0xe0b9_692d;
        assert_eq!([bytes[2], bytes[7], bytes[8], bytes[22]], crc.to_be_bytes());
        assert_eq!((DEVOPS_PAT.run)(&value).verdict, Verdict::Proven);
        assert_eq!((SIGNATURE.run)(&value).verdict, Verdict::Proven);
        for at in 0..LENGTH - 1 {
            let mut changed = value.clone();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert_eq!((DEVOPS_PAT.run)(&changed).verdict, Verdict::Rejected, "{at}");
            assert_eq!((SIGNATURE.run)(&changed).verdict, Verdict::Plausible, "{at}");
        }
    }
}
