//! Rules for a few bytes in a row, all asked at once: a lookup for each byte, and no branch before the
//! answer.

use super::edits::is_of_words;
use super::plausible::is_printable;
use super::runs::{HEX, class, is_word};

/// Bytes that a rule allows at a place.
#[derive(Clone, Copy)]
pub(super) enum Set {
    Any,
    /// Those of [`is_word`].
    Word,
    /// Those of [`is_of_words`].
    OfWords,
    Hex,
    Printable,
    /// From one to another.
    Range(u8, u8),
    Of(&'static [u8]),
    Either(&'static Self, &'static Self),
}

impl Set {
    const fn has(self, byte: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Word => is_word(byte),
            Self::OfWords => is_of_words(byte),
            Self::Hex => class(byte) & HEX != 0,
            Self::Printable => is_printable(byte),
            Self::Range(first, last) => first <= byte && byte <= last,
            Self::Of(bytes) => {
                let mut at = 0;
                while at < bytes.len() && bytes[at] != byte {
                    at += 1;
                }
                at < bytes.len()
            }
            Self::Either(one, other) => one.has(byte) || other.has(byte),
        }
    }
}

/// Up to 32 rules for `N` bytes in a row.
pub(super) struct Rules<const N: usize> {
    /// For each place, the rules that allow a byte there, a bit for each.
    allowed_by: [[u32; 256]; N],
}

impl<const N: usize> Rules<N> {
    pub(super) const fn new(rules: &[[Set; N]]) -> Self {
        assert!(rules.len() <= 32);
        let mut allowed_by = [[0; 256]; N];
        let mut rule = 0;
        while rule < rules.len() {
            let mut place = 0;
            while place < N {
                let mut byte = 0;
                while byte < 256 {
                    if rules[rule][place].has(byte as u8) {
                        allowed_by[place][byte] |= 1 << rule;
                    }
                    byte += 1;
                }
                place += 1;
            }
            rule += 1;
        }
        Self { allowed_by }
    }

    /// Whether one of the rules allows all of the bytes.
    #[inline]
    pub(super) fn allow(&self, bytes: [u8; N]) -> bool {
        let places = self.allowed_by.iter().zip(bytes);
        places.fold(u32::MAX, |rules, (place, byte)| rules & place[usize::from(byte)]) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_rule_has_to_allow_all_bytes() {
        static RULES: Rules<2> = Rules::new(&[
            [Set::Of(b"ab"), Set::Range(b'0', b'4')],
            [Set::Printable, Set::Of(b"\0")],
        ]);
        assert!(RULES.allow(*b"a4") && RULES.allow(*b"a\0"));
        assert!(!RULES.allow(*b"c4") && !RULES.allow(*b"a5"));
    }
}
