//! Escapes, which end a word although they end in a letter or a digit: `\n`, `\u0022`, `%3D`, the
//! colours of terminals. What follows them is the beginning of a word in what the text stands for.
//!
//! Forms: C and its relatives (`\n`, `\x22`, `\033`, also `\e`), JSON (`\u0022`), PowerShell (a
//! backtick), URLs (RFC 3986, section 2.1, also escaped twice), quoted-printable (RFC 2045, section
//! 6.7), rsyslog's control characters (`#011`), caret notation, strings of OOXML (`_x000D_`), control
//! sequences (ECMA-48, section 5.4), raw, escaped, or with the ESC lost as in logs of builds.

use std::ops::Range;

/// Longest escape that is recognised, in bytes: a colour in 24 bits behind `\u001b[`.
pub(super) const LONGEST: usize = 40;

/// Stands for what an escape says that is not ASCII.
const FOREIGN: u8 = 0xff;
const ESC: u8 = 0x1b;

/// What the escape that ends at a position stands for; `None` if none ends there, or one that ends in
/// a sign, which ends the word itself.
pub(super) fn ending_at(text: &[u8], at: usize) -> Option<u8> {
    let before = text.get(at.saturating_sub(LONGEST)..at)?;
    let [.., second, last] = before else { return None };
    // In all of them a sign, a digit or one of their letters stands before the last byte.
    if !is_word(*last) || matches!(second, b'g'..=b'z' | b'G'..=b'Z' | b'_') {
        return None;
    }
    letter(before).or_else(|| digits(before)).or_else(|| sequence(before))
}

/// Calls `found` with the end of each of the common escapes that end in a range, and what it stands
/// for. An end may come twice.
pub(super) fn among(text: &[u8], range: Range<usize>, mut found: impl FnMut(usize, u8)) {
    let end = range.end.min(text.len());
    let from = range.start.saturating_sub(LONGEST).min(end);
    for at in memchr::memchr3_iter(b'\\', b'%', b'[', &text[from..end]) {
        let at = from + at;
        let mut tell = |to: usize| {
            if range.contains(&to)
                && let Some(said) = ending_at(text, to)
            {
                found(to, said);
            }
        };
        if text[at] == b'[' {
            let rest = &text[at + 1..(at + LONGEST).min(text.len())];
            tell(at + 2 + rest.iter().take_while(|b| is_parameter(**b)).count());
        } else {
            (2..=10).for_each(|length| tell(at + length));
        }
    }
}

/// Whether a byte belongs to words, as `\b` of patterns sees it.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// One letter after a sign.
fn letter(before: &[u8]) -> Option<u8> {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] | [.., b'`', b'n' | b'r' | b't' | b'0'] => Some(b'\n'),
        [.., b'\\', b'a' | b'b' | b'f' | b'v' | b'e' | b'E'] => Some(ESC),
        [.., b'^', b'I' | b'J' | b'M'] => Some(b'\n'),
        // The backslash in a URL.
        [.., b'%', b'5', b'C' | b'c', b'n' | b'r' | b't'] => Some(b'\n'),
        _ => None,
    }
}

/// The number of a character.
fn digits(before: &[u8]) -> Option<u8> {
    match before {
        [.., b'\\', b'x' | b'X', a, b] => hexadecimal(&[*a, *b]),
        [.., b'%' | b'\\', b'u', a, b, c, d] => hexadecimal(&[*a, *b, *c, *d]),
        [.., b'\\', b'U', b'0', b'0', _, _, a, b, c, d] => hexadecimal(&[*a, *b, *c, *d]),
        [.., b'_', b'x', a, b, c, d, b'_'] => hexadecimal(&[*a, *b, *c, *d]),
        [.., b'=', a, b] if !a.is_ascii_lowercase() && !b.is_ascii_lowercase() => {
            // `key=AB12` is no escape; what mail escapes is not written as it is.
            hexadecimal(&[*a, *b]).filter(|said| *said <= b' ' || *said == b'=')
        }
        [.., a, b] if is_percent(&before[..before.len() - 2]) => hexadecimal(&[*a, *b]),
        _ => octal(before),
    }
}

/// `%`, or `%25`, which is the same escaped once more.
fn is_percent(mut before: &[u8]) -> bool {
    while let Some(rest) = before.strip_suffix(b"25") {
        before = rest;
    }
    before.ends_with(b"%")
}

fn octal(before: &[u8]) -> Option<u8> {
    let digits = before.iter().rev().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    (1..=digits).find_map(|count| {
        let (rest, digits) = before.split_at(before.len() - count);
        let number = digits.iter().fold(0, |n, digit| n * 8 + u32::from(digit - b'0'));
        match rest.last() {
            Some(b'\\') => Some(said(number)),
            Some(b'#') if count == 3 && number < 0o40 => Some(said(number)),
            _ => None,
        }
    })
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let number = digits.iter().try_fold(0, |n, digit| {
        char::from(*digit).to_digit(16).map(|digit| (n << 4 | digit) & 0xfff_ffff)
    });
    number.map(said)
}

fn said(number: u32) -> u8 {
    u8::try_from(number).ok().filter(u8::is_ascii).unwrap_or(FOREIGN)
}

/// A control sequence (colours, moves of the cursor) or the choice of a character set.
fn sequence(before: &[u8]) -> Option<u8> {
    let (last, rest) = before.split_last()?;
    if let [head @ .., b'(' | b')'] = rest {
        return (matches!(last, b'A' | b'B' | b'0') && ends_in_escape(head)).then_some(ESC);
    }
    let parameters = rest.iter().rev().take_while(|b| is_parameter(**b)).count();
    let (head, parameters) = rest.split_at(rest.len() - parameters);
    let head = head.strip_suffix(b"[")?;
    let lost = *last == b'm'
        && parameters.first().is_some_and(u8::is_ascii_digit)
        && parameters.iter().all(|b| b.is_ascii_digit() || *b == b';');
    (last.is_ascii_alphabetic() && (lost || ends_in_escape(head))).then_some(ESC)
}

fn is_parameter(byte: u8) -> bool {
    (b'0'..=b'?').contains(&byte)
}

/// Whether a text ends in ESC, in one of the ways in which it is written.
fn ends_in_escape(text: &[u8]) -> bool {
    const WAYS: &[&[u8]] = &[
        b"\x1b",
        b"\\e",
        b"\\033",
        b"\\33",
        b"\\x1b",
        b"\\u001b",
        b"\\u{1b}",
        b"%1b",
        b"#033",
        b"^[",
        b"&#27;",
        b"&#x1b;",
        "\u{241b}".as_bytes(),
    ];
    WAYS.iter().any(|way| {
        text.len().checked_sub(way.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(way))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_end_words() {
        for text in [
            "a\\n",
            "\\t",
            "\\r",
            "\\\\n",
            "\\e",
            "\\0",
            "\\12",
            "\\033",
            "\\x22",
            "\\x1B",
            "\\u0022",
            "\\u003d",
            "\\U00000022",
            "`n",
            "`t",
            "%3D",
            "%5Cn",
            "%0a",
            "%253D",
            "%25253D",
            "%u0022",
            "=3D",
            "=20",
            "#011",
            "#012",
            "^I",
            "_x000D_",
            "\x1b[0m",
            "\x1b[1;32m",
            "\x1b[38;2;255;128;0m",
            "\x1b[38:5:208m",
            "\x1b[K",
            "\x1b[?25l",
            "\\u001b[36m",
            "\\033[1;31m",
            "\\x1b[0m",
            "\\e[93m",
            "^[[93m",
            "%1B[0m",
            "[0;32m",
            "[36m",
            "\x1b(B",
            "#033[0m",
        ] {
            assert!(ending_at(text.as_bytes(), text.len()).is_some(), "{text:?}");
        }
    }

    #[test]
    fn other_letters_do_not() {
        for text in [
            "", "n", "xn", "\\q", "\\s", "\\\"", "3D", "x22", "u0022", "=ab", "=AB", "=4a", "#123",
            "#999", "^Q", "[m", "[am", "(B", "_x00zz_", "%3", "%zz", "\\u00", "m", "&quot;",
        ] {
            assert_eq!(ending_at(text.as_bytes(), text.len()), None, "{text:?}");
        }
    }

    #[test]
    fn escapes_say_what_they_stand_for() {
        for (text, expected) in [
            ("\\n", b'\n'),
            ("\\x2f", b'/'),
            ("%2F", b'/'),
            ("%252F", b'/'),
            ("\\u005f", b'_'),
            ("\\u4e2d", FOREIGN),
            ("\\47", b'\''),
        ] {
            assert_eq!(ending_at(text.as_bytes(), text.len()), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_common_ones_are_found_in_a_range() {
        let text = b"a\\nb%3Dc\\u0022d[36me\\033f\\\\tg";
        let mut ends = Vec::new();
        among(text, 0..text.len() + 1, |end, _| ends.push(end));
        ends.sort_unstable();
        ends.dedup();
        let by_definition: Vec<usize> =
            (0..=text.len()).filter(|at| ending_at(text, *at).is_some()).collect();
        assert_eq!(ends, by_definition);
        let mut some = Vec::new();
        among(text, 4..8, |end, _| some.push(end));
        some.dedup();
        assert_eq!(some, [7]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_looked_at(text in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            for at in 0..=text.len() {
                let _ = ending_at(&text, at);
            }
            among(&text, 0..text.len(), |_, _| {});
        }
    }
}
