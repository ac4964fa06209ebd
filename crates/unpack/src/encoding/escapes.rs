//! Escapes of strings and addresses: `\u0041`, `\u{41}`, `\x41`, `\101`, `%41`, `%u0041`.
//!
//! ECMA-262, section 12.9.4 (`\u`, `\x`), JSON (RFC 8259, section 7), C (ISO 9899, section 6.4.4.5: octal
//! and hexadecimal), URLs (RFC 3986, section 2.1). Backslashes may be doubled, as strings within
//! strings have them.

use std::ops::Range;

use super::Encoding;
use super::edits::{Edit, Weight, is_of_words};
use super::invisible;
use super::runs::{LOWER, UPPER, class, is_word};

/// The escape at a backslash.
pub(super) fn backslash(text: &[u8], at: usize) -> Option<Edit> {
    const MOST_BACKSLASHES: usize = 16;
    let rest = text.get(at..)?;
    let backslashes = rest.iter().take(MOST_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    let letter = at + backslashes;
    let digits = text.get(letter + 1..)?;
    match text[letter] {
        b'u' if digits.first() == Some(&b'{') => {
            let length = digits.iter().skip(1).take(7).position(|byte| *byte == b'}')?;
            let said = char::from_u32(hexadecimal(digits.get(1..1 + length)?)?)?;
            Some(character(text, at..letter + 3 + length, said, Encoding::UnicodeEscape))
        }
        b'u' => utf16(text, at, letter, backslashes),
        b'U' => {
            let said = char::from_u32(hexadecimal(digits.get(..8)?)?)?;
            Some(character(text, at..letter + 9, said, Encoding::UnicodeEscape))
        }
        b'x' | b'X' => {
            let said = u8::try_from(hexadecimal(digits.get(..2)?)?).ok()?;
            Some(byte(text, at..letter + 3, said, Encoding::HexEscape))
        }
        // The slashes of an address, as PHP writes JSON.
        b'/' => {
            let is_address = at > 0 && text[at - 1] == b':';
            let weight = if is_address { Weight::Full } else { Weight::None };
            Some(Edit::new(at..letter + 1, b"/", Encoding::Json, weight))
        }
        first @ b'0'..=b'3' => {
            let [second @ b'0'..=b'7', third @ b'0'..=b'7'] = digits.get(..2)? else { return None };
            let said = (first - b'0') << 6 | (second - b'0') << 3 | (third - b'0');
            Some(byte(text, at..letter + 3, said, Encoding::OctalEscape))
        }
        _ => None,
    }
}

/// The escape at a percent sign.
pub(super) fn percent(text: &[u8], at: usize) -> Option<Edit> {
    if let Some([b'%', b'u', digits @ ..]) = text.get(at..at + 6) {
        let said = char::from_u32(hexadecimal(digits)?)?;
        return Some(character(text, at..at + 6, said, Encoding::UnicodeEscape));
    }
    short_percent(text, at)
}

fn short_percent(text: &[u8], at: usize) -> Option<Edit> {
    let digits = text.get(at + 1..at + 3)?;
    let said = u8::try_from(hexadecimal(digits)?).ok()?;
    let mut edit = byte(text, at..at + 3, said, Encoding::Percent);
    let before = at.checked_sub(3).and_then(|before| text.get(before));
    let next = text.get(at + 3);
    // `%2d` is how programs print a number.
    let may_be_format = digits[0].is_ascii_digit() && class(digits[1]) & LOWER != 0;
    let is_within = at > 0
        && is_of_words(text[at - 1])
        && next.is_some_and(|next| is_of_words(*next) || *next == b'%');
    // Letters are escaped only where everything is: `n%32` is a remainder.
    let is_needless = said.is_ascii_alphanumeric() && next != Some(&b'%') && before != Some(&b'%');
    if may_be_format && !is_within || is_needless {
        edit.weight = Weight::None;
    }
    Some(edit)
}

/// `\u` and four digits, or two of them that are one character (RFC 8259, section 7).
fn utf16(text: &[u8], at: usize, letter: usize, backslashes: usize) -> Option<Edit> {
    let unit = |from: usize| hexadecimal(text.get(from..from + 4)?);
    let first = unit(letter + 1)?;
    let end = letter + 5;
    if let 0xd800..=0xdbff = first {
        let next = text.get(end..end + backslashes + 1)?;
        let is_escape = next.ends_with(b"u") && next[..backslashes].iter().all(|b| *b == b'\\');
        let second = unit(end + backslashes + 1).filter(|unit| (0xdc00..0xe000).contains(unit))?;
        let said = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))?;
        let span = at..end + backslashes + 5;
        return is_escape.then(|| character(text, span, said, Encoding::UnicodeEscape));
    }
    Some(character(text, at..end, char::from_u32(first)?, Encoding::UnicodeEscape))
}

/// The edit for a character by its number.
pub(super) fn character(text: &[u8], span: Range<usize>, said: char, encoding: Encoding) -> Edit {
    if invisible::is_invisible(said) {
        return Edit::new(span, b"", encoding, Weight::IfLong);
    }
    let weight = u8::try_from(said).map_or(Weight::None, |byte| weight(text, &span, byte));
    let weight = if weight == Weight::Against { Weight::None } else { weight };
    Edit::character(span, said, encoding, weight)
}

fn byte(text: &[u8], span: Range<usize>, said: u8, encoding: Encoding) -> Edit {
    let weight = weight(text, &span, said);
    Edit::new(span, &[said], encoding, weight)
}

/// Whether an escape is a reason to look closer. Those that markup and addresses are full of are none.
fn weight(text: &[u8], span: &Range<usize>, said: u8) -> Weight {
    match said {
        b'\t' | b'\n' | b'\r' | b' ' | b'<' | b'>' | 0x80.. => Weight::None,
        // An apostrophe.
        b'\'' if letters_around(text, span) => Weight::None,
        b'&' if !begins_parameter(text, span.end) => Weight::None,
        b'!'..=b'~' => Weight::Full,
        // The colours of terminals are a text's.
        0x1b => Weight::None,
        _ => Weight::Against,
    }
}

fn letters_around(text: &[u8], span: &Range<usize>) -> bool {
    let is_letter =
        |byte: Option<&u8>| byte.is_some_and(|byte| class(*byte) & (UPPER | LOWER) != 0);
    is_letter(span.start.checked_sub(1).and_then(|at| text.get(at)))
        && is_letter(text.get(span.end))
}

/// Whether a parameter of an address begins at a place: `sig=`.
fn begins_parameter(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let name = rest.iter().take(32).take_while(|byte| is_word(**byte)).count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b'%' | b'\\'))
}

/// The number that hexadecimal digits are.
pub(super) fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let add = |number: u32, digit: &u8| {
        let digit = char::from(*digit).to_digit(16)?;
        number.checked_mul(16)?.checked_add(digit)
    };
    digits.iter().try_fold(0, add).filter(|_| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<(String, usize, Weight)> {
        let bytes = text.as_bytes();
        let at = text.find(['\\', '%'])?;
        let edit = if bytes[at] == b'%' { percent(bytes, at) } else { backslash(bytes, at) }?;
        let said = String::from_utf8_lossy(edit.bytes()).into_owned();
        Some((said, edit.end, edit.weight))
    }

    #[test]
    fn escapes_are_known() {
        for (text, letters, length) in [
            (r"\u0041x", "A", 6),
            (r"\u{41}x", "A", 6),
            (r"\u{1F600}x", "\u{1f600}", 9),
            (r"\U0001F600x", "\u{1f600}", 10),
            (r"\ud83d\ude00x", "\u{1f600}", 12),
            (r"\\ud83d\\ude00x", "\u{1f600}", 14),
            (r"\\\\u0041x", "A", 9),
            (r"\x41x", "A", 4),
            (r"\101x", "A", 4),
            ("%40x", "@", 3),
            ("%u0041x", "A", 6),
            (r"\u200bx", "", 6),
            (r"\/x", "/", 2),
        ] {
            let (found, end, _) = said(text).unwrap();
            assert_eq!((found.as_str(), end), (letters, length), "{text}");
        }
        for text in [
            r"\u004",
            r"\u{}",
            r"\u{110000}",
            r"\ud83d",
            r"\ude00",
            r"\xg1",
            r"\108",
            r"\401",
            "%4",
            "%zz",
            r"\",
            "%",
            r"\n",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn common_ones_are_no_reason_to_look() {
        for (text, weight) in [
            ("a%3Db", Weight::Full),
            ("a%3db", Weight::Full),
            ("a%20b", Weight::None),
            ("(\"%2d\")", Weight::None),
            ("id%32;", Weight::None),
            ("%61%62", Weight::Full),
            ("it\\u0027s", Weight::None),
            ("http:\\/\\/", Weight::Full),
            ("a\\/b", Weight::None),
            ("a=\\u0027s", Weight::Full),
            ("a\\u0026b", Weight::None),
            ("a\\u0026b=", Weight::Full),
            ("\\u0001", Weight::None),
            ("\\x01", Weight::Against),
            ("\\xe4", Weight::None),
        ] {
            assert_eq!(said(text).unwrap().2, weight, "{text}");
        }
    }
}
