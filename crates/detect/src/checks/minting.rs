//! Random characters for minted values.

/// A source of random numbers, as handed to [`super::Mint`].
pub(super) type Random<'a> = &'a mut dyn FnMut() -> u64;

pub(super) const DIGITS_AND_LETTERS: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// One character of an alphabet that is not empty.
pub(super) fn pick(alphabet: &[u8], random: Random<'_>) -> u8 {
    let n = u64::try_from(alphabet.len()).unwrap_or(1).max(1);
    let at = usize::try_from(random() % n).unwrap_or(0);
    alphabet.get(at).copied().unwrap_or(b'0')
}

/// `n` characters of an alphabet.
pub(super) fn text(n: usize, alphabet: &[u8], random: Random<'_>) -> Vec<u8> {
    (0..n).map(|_| pick(alphabet, random)).collect()
}

/// `n` random bytes.
pub(super) fn bytes(n: usize, random: Random<'_>) -> Vec<u8> {
    (0..n).map(|_| random().to_be_bytes()[0]).collect()
}

/// `N` random bytes.
pub(super) fn array<const N: usize>(random: Random<'_>) -> [u8; N] {
    std::array::from_fn(|_| random().to_be_bytes()[0])
}
