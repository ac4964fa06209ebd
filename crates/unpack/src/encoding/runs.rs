//! Runs of letters that base64, base32 and hexadecimal digits are made of.

use std::ops::Range;

use super::marks::Marks;

/// Shortest run that is looked at: twelve bytes in base64. Shorter ones are found where a name says
/// what they are.
pub(super) const SHORTEST: usize = 16;

/// The class of a hexadecimal digit.
pub(super) const HEX: u8 = 1;
/// The class of capital letters.
pub(super) const UPPER: u8 = 2;
/// The class of small letters.
pub(super) const LOWER: u8 = 4;
/// The class of decimal digits.
pub(super) const DIGIT: u8 = 8;
/// The class of `+` and `/`, the last letters of base64 (RFC 4648, section 4).
pub(super) const PLAIN: u8 = 16;
/// The class of `-` and `_`, which stand for them in URLs (RFC 4648, section 5).
pub(super) const URL: u8 = 32;

/// The classes of all bytes; none for what no run holds.
static CLASS: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let hex = if (byte as u8).is_ascii_hexdigit() { HEX } else { 0 };
        classes[byte] = hex
            | match byte as u8 {
                b'A'..=b'Z' => UPPER,
                b'a'..=b'z' => LOWER,
                b'0'..=b'9' => DIGIT,
                b'+' | b'/' => PLAIN,
                b'-' | b'_' => URL,
                _ => 0,
            };
        byte += 1;
    }
    classes
};

/// The classes of a byte.
pub(super) const fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Whether a byte belongs to names, tokens and the like.
pub(super) const fn is_word(byte: u8) -> bool {
    class(byte) & (UPPER | LOWER | DIGIT | URL) != 0
}

/// The length of the end of an escape that a run at a place begins with: `n` behind a backslash, `3D`
/// behind a percent sign.
pub(super) fn length_of_escape(text: &[u8], start: usize) -> usize {
    match (start.checked_sub(1).and_then(|before| text.get(before)), text.get(start)) {
        (Some(b'\\'), Some(b'n' | b'r' | b't')) => 1,
        (Some(b'%'), Some(first)) if class(*first) & HEX != 0 => 2,
        _ => 0,
    }
}

/// A run that cannot be made longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) span: Range<usize>,
    /// Classes that some of its bytes have.
    pub(super) any: u8,
    /// Classes that all of its bytes have.
    pub(super) all: u8,
}

impl Run {
    /// The run that begins at a place; empty if none does.
    pub(super) fn at(text: &[u8], start: usize) -> Self {
        let (mut any, mut all) = (0, u8::MAX);
        let rest = text.get(start..).unwrap_or_default();
        let mut length = 0;
        for byte in rest {
            let class = class(*byte);
            if class == 0 {
                break;
            }
            any |= class;
            all &= class;
            length += 1;
        }
        Self { span: start..start + length, any, all }
    }
}

/// Whether a byte is a letter or a digit.
fn is_letter(byte: u8) -> bool {
    class(byte) & (UPPER | LOWER | DIGIT) != 0
}

/// How many letters and digits there are from a place on.
pub(super) fn letters(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.iter().take_while(|byte| is_letter(**byte)).count()
}

/// What finds the runs of a text, one after the other.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Where the last run ended, or what of it was decoded.
    floor: usize,
    /// Up to where nothing begins in the run that is looked at, and where that run begins.
    passed: usize,
    start: usize,
}

impl Runs {
    /// Goes on behind a place.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.floor = self.floor.max(at);
    }

    /// The next run that has a word which is marked in a block, if something may begin where the run
    /// does or where one of its words does. Of the others it is not even known where they end.
    #[inline]
    pub(super) fn next(
        &mut self,
        text: &[u8],
        marks: &Marks,
        may_begin: impl Fn(&[u8], usize) -> bool,
    ) -> Option<Run> {
        loop {
            let done = self.floor.max(self.passed);
            let at = marks.places(marks.from(marks.words, done)).next()?;
            let before = text[done..at].iter().rev();
            let start = at - before.take_while(|byte| class(**byte) != 0).count();
            let is_new = start > done || start == self.floor;
            if is_new {
                self.start = start;
            }
            // A word of more than twelve letters has as many marks, of which the first one counts.
            let is_word = at > start && !is_letter(text[at - 1]);
            self.passed = at + marks.length(marks.words, at);
            if is_new && may_begin(text, start) || is_word && may_begin(text, at) {
                let run = Run::at(text, self.start);
                self.floor = run.span.end;
                if run.span.len() >= SHORTEST {
                    return Some(run);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::marks;
    use super::*;

    /// Fewest letters and digits next to each other in a run that is found.
    const WORD: usize = 12;

    fn all(text: &[u8]) -> Vec<Range<usize>> {
        let mut runs = Runs::default();
        let mut found = vec![Marks::default(); text.len().div_ceil(marks::BLOCK)];
        let count = marks::look(text, 0..text.len(), &mut found);
        let runs = found[..count].iter().flat_map(|marks| {
            std::iter::from_fn(|| runs.next(text, marks, |_, _| true)).collect::<Vec<_>>()
        });
        runs.map(|run| run.span).collect()
    }

    #[test]
    fn short_ones_are_passed_over() {
        assert!(all(b"a word, another_word, words").is_empty());
        assert_eq!(all(b"x = abcdefghijklmnop; abcdefghijklmnopq"), [4..20, 22..39]);
    }

    proptest::proptest! {
        #[test]
        fn all_long_runs_are_found(text in "[a-zA-Z0-9+/_-]{0,40}([ .\"=\u{e9}][a-zA-Z0-9+/_-]{0,40}){0,12}") {
            let text = text.as_bytes();
            let mut expected = Vec::new();
            let mut from = 0;
            for piece in text.split(|byte| class(*byte) == 0) {
                let mut words = piece.split(|byte| !byte.is_ascii_alphanumeric());
                if piece.len() >= SHORTEST && words.any(|word| word.len() >= WORD) {
                    expected.push(from..from + piece.len());
                }
                from += piece.len() + 1;
            }
            proptest::prop_assert_eq!(all(text), expected);
        }
    }
}
