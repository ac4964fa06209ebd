//! Quoted-printable (RFC 2045, section 6.7): `=3D`, and lines that end in `=` and go on in the next one.

use super::Encoding;
use super::edits::{Edit, Weight};
use super::runs::is_word;

/// What an equals sign of mail stands for. An escape is a reason to look only if it is that of the
/// sign itself, which no mail can do without; the others are numbers elsewhere.
pub(super) fn equals(text: &[u8], at: usize) -> Option<Edit> {
    match text.get(at + 1..)? {
        [a, b, ..] if is_digit(*a) && is_digit(*b) => {
            let said = value(*a) << 4 | value(*b);
            let weight = if said == b'=' { Weight::Full } else { Weight::None };
            Some(Edit::new(at..at + 3, &[said], Encoding::QuotedPrintable, weight))
        }
        [b'\n', next, ..] => soft_break(text, at, at + 2, *next),
        [b'\r', b'\n', next, ..] => soft_break(text, at, at + 3, *next),
        _ => None,
    }
}

/// The end of a line that goes on in the next one. Encoders make lines of up to 76 signs; in a file of
/// settings a name without a value is shorter.
fn soft_break(text: &[u8], at: usize, end: usize, next: u8) -> Option<Edit> {
    const NARROWEST: usize = 50;
    const WIDEST: usize = 76;
    let floor = at.saturating_sub(WIDEST);
    let before = &text[floor..at];
    let length =
        memchr::memrchr(b'\n', before).map_or(before.len(), |newline| at - floor - newline - 1);
    let is_within = is_word(next) && before.last().is_some_and(|byte| is_word(*byte));
    let weight = if is_within { Weight::IfLong } else { Weight::None };
    let edit = Edit::new(at..end, b"", Encoding::QuotedPrintable, weight);
    (NARROWEST..WIDEST).contains(&length).then_some(edit)
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'F')
}

fn value(digit: u8) -> u8 {
    if digit.is_ascii_digit() { digit - b'0' } else { digit - b'A' + 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(text: &str, at: usize) -> Option<Weight> {
        equals(text.as_bytes(), at).map(|edit| edit.weight)
    }

    #[test]
    fn escapes_and_soft_breaks_are_known() {
        assert_eq!(weight("a=3Db", 1), Some(Weight::Full));
        assert_eq!(weight("a=20b", 1), Some(Weight::None));
        assert_eq!(weight("a=2ab", 1), None);
        let line = "a".repeat(75);
        assert_eq!(weight(&format!("x\n{line}=\nb"), 77), Some(Weight::IfLong));
        assert_eq!(weight(&format!("x\n{line}=\r\n b"), 77), Some(Weight::None));
        assert_eq!(weight(&format!("x\na{line}=\nb"), 78), None);
        assert_eq!(weight("NAME=\nOTHER=\n", 4), None);
    }
}
