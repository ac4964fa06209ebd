//! Identifiers: their words, and the one that stands before a value.

use core::ops::Range;

/// What is the border of a word besides signs and the step from a small letter to a capital, which always
/// are: `db|Password`, `API|_KEY`.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// What digits are.
    pub digits: Digits,
    /// Whether the last of several capitals begins a word: `API|Key`, but not the plural `UUIDs`.
    pub abbreviations: bool,
    /// Whether other bytes than those of ASCII are letters, and not signs.
    pub foreign: bool,
}

/// What digits are in an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// Signs between words: `smtp|2|passwd`.
    Signs,
    /// Letters of the word that they are in. A capital behind one is like one behind a capital: `E2E`,
    /// `v2|Key`.
    Letters,
    /// Ends of words: any capital behind one begins the next, `API2|CART`.
    Ends,
}

/// Where the words of an identifier are, in order.
#[inline]
pub fn spans(identifier: &[u8], cut: Cut) -> impl Iterator<Item = Range<usize>> + Clone {
    let mut at = 0;
    core::iter::from_fn(move || {
        let start = at + identifier[at..].iter().position(|b| cut.is_part(*b))?;
        let rest = &identifier[start..];
        let goes_on =
            |at: &usize| cut.is_part(rest[*at]) && !cut.begins_word(rest[*at - 1], &rest[*at..]);
        let length = (1..rest.len()).take_while(goes_on).count() + 1;
        at = start + length;
        Some(start..at)
    })
}

/// The words of an identifier as they are written.
#[inline]
pub fn words(identifier: &[u8], cut: Cut) -> impl Iterator<Item = &[u8]> + Clone {
    spans(identifier, cut).map(|span| &identifier[span])
}

/// Whether a name may hold this byte: letters, digits, `_`, `-` and `.`, so that a path like
/// `spring.datasource.password` is one name.
#[inline]
pub const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Where the name is that stands before a position with nothing but signs between; an empty range if
/// there is none.
///
/// What may stand between a name and its value differs from notation to notation, so that the caller says
/// it; a sign that is also a byte of names is skipped. What begins more than `reach` bytes before the
/// position is cut off there.
#[inline]
pub fn name_before(
    text: &[u8],
    at: usize,
    reach: usize,
    is_sign: impl Fn(u8) -> bool,
) -> Range<usize> {
    let from = at.saturating_sub(reach);
    let before = &text[from..at];
    let end = before.iter().rposition(|b| !is_sign(*b)).map_or(0, |last| last + 1);
    let start = before[..end].iter().rposition(|b| !is_name(*b)).map_or(0, |other| other + 1);
    from + start..from + end
}

impl Cut {
    #[inline]
    const fn is_part(self, byte: u8) -> bool {
        byte.is_ascii_alphabetic()
            || byte.is_ascii_digit() && !matches!(self.digits, Digits::Signs)
            || self.foreign && !byte.is_ascii()
    }

    /// Whether a word begins where the rest does, behind this byte of one.
    #[inline]
    fn begins_word(self, before: u8, rest: &[u8]) -> bool {
        let small = |at: usize| rest.get(at).is_some_and(u8::is_ascii_lowercase);
        let is_plural = || rest[1] == b's' && !small(2);
        rest[0].is_ascii_uppercase()
            && match before {
                b'A'..=b'Z' => self.abbreviations && small(1) && !is_plural(),
                b'0'..=b'9' if self.digits == Digits::Letters => {
                    self.abbreviations && small(1) && !is_plural()
                }
                _ => true,
            }
    }
}

/// The words of an identifier in lower case, written together.
///
/// In buffers, as identifiers are of a bounded length and looked at by the thousand.
pub(crate) struct Joined {
    letters: [u8; LONGEST],
    /// Number of letters.
    length: usize,
    /// Where words begin.
    starts: [u8; LONGEST],
    count: usize,
}

/// Longer identifiers are texts, in bytes; where a word begins in one fits a byte.
pub(crate) const LONGEST: usize = 200;

impl Joined {
    /// Of an identifier that is longer than any, only its beginning.
    pub(crate) fn of(identifier: &[u8], cut: Cut) -> Self {
        let identifier = &identifier[..identifier.len().min(LONGEST)];
        let mut words = Self { letters: [0; LONGEST], length: 0, starts: [0; LONGEST], count: 0 };
        for word in self::words(identifier, cut) {
            words.starts[words.count] = words.length as u8;
            words.count += 1;
            let letters = &mut words.letters[words.length..][..word.len()];
            letters.copy_from_slice(word);
            letters.make_ascii_lowercase();
            words.length += word.len();
        }
        words
    }

    /// Number of words.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The words from one to before another; nothing if there are fewer.
    pub(crate) fn between(&self, from: usize, to: usize) -> &[u8] {
        let start = |word: usize| match self.starts[..self.count].get(word) {
            Some(start) => usize::from(*start),
            None => self.length,
        };
        self.letters.get(start(from)..start(to)).unwrap_or_default()
    }

    /// The last words; nothing if there are fewer.
    pub(crate) fn last(&self, count: usize) -> &[u8] {
        self.count.checked_sub(count).map_or(&[], |first| self.between(first, self.count))
    }

    /// Forgets the last word.
    pub(crate) fn pop(&mut self) {
        if let Some(last) = self.count.checked_sub(1) {
            self.length = usize::from(self.starts[last]);
            self.count = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: Cut = Cut { digits: Digits::Signs, abbreviations: false, foreign: false };
    const ALL: Cut = Cut { digits: Digits::Letters, abbreviations: true, foreign: false };

    fn cut(identifier: &str, cut: Cut) -> Vec<&str> {
        let words = words(identifier.as_bytes(), cut);
        words.map(|word| std::str::from_utf8(word).expect("cut between letters")).collect()
    }

    #[test]
    fn signs_and_humps_are_borders() {
        for of in [LETTERS, ALL, Cut { digits: Digits::Ends, ..ALL }] {
            assert_eq!(cut("dbPassword", of), ["db", "Password"]);
            assert_eq!(cut("x-api_KEY.id", of), ["x", "api", "KEY", "id"]);
            assert_eq!(cut("__--", of), [""; 0]);
            assert_eq!(cut("", of), [""; 0]);
        }
    }

    #[test]
    fn the_last_capital_of_an_abbreviation_is_a_border_where_that_is_wanted() {
        assert_eq!(cut("myAPIKey", LETTERS), ["my", "APIKey"]);
        assert_eq!(cut("myAPIKey", ALL), ["my", "API", "Key"]);
        assert_eq!(cut("tokenUUIDs", ALL), ["token", "UUIDs"]);
        assert_eq!(cut("UUIDsByKey", ALL), ["UUIDs", "By", "Key"]);
        assert_eq!(cut("APISet", ALL), ["API", "Set"]);
    }

    #[test]
    fn digits_are_what_is_wanted() {
        let ends = Cut { digits: Digits::Ends, ..ALL };
        assert_eq!(cut("smtp2Passwd3", LETTERS), ["smtp", "Passwd"]);
        assert_eq!(cut("smtp2Passwd3", ALL), ["smtp2", "Passwd3"]);
        assert_eq!(cut("E2E_KEY", ALL), ["E2E", "KEY"]);
        assert_eq!(cut("API2CART", ends), ["API2", "CART"]);
    }

    #[test]
    fn letters_of_other_scripts_are_what_is_wanted() {
        assert_eq!(cut("schlüsselID", ALL), ["schl", "ssel", "ID"]);
        assert_eq!(cut("schlüsselID", Cut { foreign: true, ..ALL }), ["schlüssel", "ID"]);
        assert_eq!(cut("ключKey", Cut { foreign: true, ..ALL }), ["ключ", "Key"]);
    }

    #[test]
    fn a_name_stands_before_the_signs_of_its_value() {
        let name = |text: &str, reach: usize, signs: &str| {
            let is_sign = |b: u8| signs.as_bytes().contains(&b);
            text[name_before(text.as_bytes(), text.len(), reach, is_sign)].to_owned()
        };
        assert_eq!(name("a db.pass-word_1 = \"", 99, " =\""), "db.pass-word_1");
        assert_eq!(name("name: -", 99, " :-"), "name");
        assert_eq!(name("name --", 99, " "), "--");
        assert_eq!(name("abcdef=", 4, "="), "def");
        assert_eq!(name("a, =", 99, " ="), "");
        assert_eq!((name("", 99, "="), name("= =", 99, "= ")), (String::new(), String::new()));
    }

    #[test]
    fn words_are_joined_in_lower_case() {
        let mut words = Joined::of(b"myAPI_Key2", ALL);
        assert_eq!((words.count(), words.last(2), words.last(4)), (3, &b"apikey2"[..], &b""[..]));
        assert_eq!((words.between(0, 2), words.between(1, 9)), (&b"myapi"[..], &b"apikey2"[..]));
        words.pop();
        assert_eq!((words.count(), words.last(1)), (2, &b"api"[..]));
        let long = Joined::of("aB".repeat(300).as_bytes(), ALL);
        assert_eq!(long.last(long.count()).len(), LONGEST);
    }
}
