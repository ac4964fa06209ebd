//! Secrets of Entra applications.

use super::super::marvin::checksum;

/// Length and mark of a secret of an Entra application; it ends in three characters of checksum.
const LENGTH: usize = 40;
const MARK: &[u8] = b"8Q~";
const SEED: &[u8; 8] = b"AadPwd00";
const ALPHABET: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// Whether the mark of the current form stands in its place; the older one (`7Q~`) has no checksum.
pub(super) fn marked(value: &[u8]) -> bool {
    value.len() == LENGTH && value[3..].starts_with(MARK)
}

/// Whether a marked secret ends in its checksum.
pub(super) fn holds(value: &[u8]) -> bool {
    value.split_last_chunk::<3>().is_some_and(|(body, tail)| tail_of(body) == *tail)
}

/// Sets the checksum of a marked value.
pub(super) fn mint(value: &mut [u8]) {
    if let Some((body, tail)) = value.split_last_chunk_mut::<3>() {
        *tail = tail_of(body);
    }
}

/// The first three of six digits of the checksum, in the alphabet of these secrets.
fn tail_of(text: &[u8]) -> [u8; 3] {
    let crc = checksum(text, u64::from_be_bytes(*SEED));
    std::array::from_fn(|i| {
        let above = 66_u32.pow(u32::try_from(5 - i).unwrap_or(0));
        ALPHABET[(crc / above % 66) as usize]
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{Verdict, testing};
    use super::super::tests::run;

    /// The example that Microsoft's library gives.
    #[test]
    fn the_published_entra_secret_holds() {
        let value = format!("zzz{}{}{}", "8Q~", "z".repeat(31), "blP");
        let outcome = run(&value);
        assert_eq!(outcome.verdict, Verdict::Proven);
        assert_eq!(testing::fact(&outcome, "service"), Some("Entra application"));
        assert_eq!(run(&value.replace("blP", "blQ")).verdict, Verdict::Plausible);
    }
}
