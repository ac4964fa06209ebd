//! Looks for many known values in a text at once, in time that no choice of values and text makes
//! more than a multiple of the text's length.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The bytes by whose hash most places are told to end none of the values.
pub(crate) const GRAM: usize = 4;

/// Bits of the hash of a few bytes.
const GRAMS: usize = 1 << 16;

/// Bytes that are hashed at most for each byte of a text, and for a text however short it is.
const WORK: (usize, usize) = (256, 1 << 16);

/// Values of at least [`GRAM`] bytes each, known by their hashes.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Hash of a value, and its number; sorted when all are there.
    by_hash: Vec<(u64, usize)>,
    /// Lengths that values have, the longest first.
    lengths: Vec<usize>,
    /// Hashes of the last bytes of all values, one bit each.
    ends: Vec<u64>,
}

/// The values and the text are made so that looking for all of them would not end in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

impl Known {
    /// The values, numbered in this order.
    pub(crate) fn new(values: impl IntoIterator<Item: AsRef<[u8]>>) -> Self {
        let mut known = Self { ends: vec![0; GRAMS / 64], ..Self::default() };
        for (number, value) in values.into_iter().enumerate() {
            let value = value.as_ref();
            let gram = gram(&value[value.len().saturating_sub(GRAM)..]);
            known.ends[gram / 64] |= 1 << (gram % 64);
            known.by_hash.push((hash(value), number));
            known.lengths.push(value.len());
        }
        known.by_hash.sort_unstable();
        known.lengths.sort_unstable_by(|a, b| b.cmp(a));
        known.lengths.dedup();
        known
    }

    /// Calls `hit` with start, end and number of what may be one of the values: of each stretch whose
    /// hash a value has.
    pub(crate) fn each(
        &self,
        text: &[u8],
        mut hit: impl FnMut(usize, usize, usize),
    ) -> Result<(), TooMuch> {
        let Some(shortest) = self.lengths.last() else { return Ok(()) };
        let mut left = work(text);
        for end in *shortest..=text.len() {
            let gram = gram(&text[end.saturating_sub(GRAM)..end]);
            if self.ends[gram / 64] >> (gram % 64) & 1 == 0 {
                continue;
            }
            for length in self.lengths.iter().copied().filter(|length| *length <= end) {
                left = left.checked_sub(length).ok_or(TooMuch)?;
                let hash = hash(&text[end - length..end]);
                let first = self.by_hash.partition_point(|(other, _)| *other < hash);
                let same = self.by_hash[first..].iter().take_while(|(other, _)| *other == hash);
                same.for_each(|(_, number)| hit(end - length, end, *number));
            }
        }
        Ok(())
    }
}

/// How many bytes are compared or hashed at most to look for values in a text.
pub(crate) fn work(text: &[u8]) -> usize {
    text.len() * WORK.0 + WORK.1
}

fn gram(bytes: &[u8]) -> usize {
    let word = bytes.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    (word.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_overlooked(
            values in proptest::collection::vec("[ab]{4,7}", 0..6),
            text in "[ab]{0,40}",
        ) {
            let known = Known::new(values.iter().map(String::as_bytes));
            let mut found = Vec::new();
            let end = known.each(text.as_bytes(), |start, end, number| {
                if text[start..end] == values[number] {
                    found.push((start, number));
                }
            });
            prop_assert_eq!(end, Ok(()));
            found.sort_unstable();
            let mut expected = Vec::new();
            for start in 0..text.len() {
                for (number, value) in values.iter().enumerate() {
                    if text[start..].starts_with(value) {
                        expected.push((start, number));
                    }
                }
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let values: Vec<Vec<u8>> = (1000..3000).map(|length| vec![b'a'; length]).collect();
        let known = Known::new(values.iter().map(Vec::as_slice));
        assert_eq!(known.each(&vec![b'a'; 100_000], |_, _, _| {}), Err(TooMuch));
    }
}
