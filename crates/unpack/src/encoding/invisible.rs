//! Characters that nobody sees and that cut a token in two: word processors, chats and web pages put
//! them in where a long word may be broken.

use std::ops::Range;

use super::Encoding;
use super::edits::{Edit, Weight};
use super::runs::is_word;

/// Whether a character is of no width (Unicode, section 23.2), or a hyphen that shows at the end of a
/// line only.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The invisible characters from a place on, if they stand within a word.
pub(super) fn characters(text: &[u8], at: usize) -> Option<Edit> {
    let mut end = at;
    while let Some(length) = length(text.get(end..)?) {
        end += length;
    }
    within_word(text, at..end).then(|| Edit::new(at..end, b"", Encoding::ZeroWidth, Weight::IfLong))
}

/// The tag that says where a word may be broken, within a word.
pub(super) fn tag(text: &[u8], at: usize) -> Option<Edit> {
    let rest = text.get(at..)?;
    let length =
        [&b"<wbr>"[..], b"<wbr/>", b"<wbr />"].into_iter().find(|tag| rest.starts_with(tag))?.len();
    let span = at..at + length;
    within_word(text, span.clone())
        .then(|| Edit::new(span, b"", Encoding::ZeroWidth, Weight::IfLong))
}

fn length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0xe2, 0x80, 0x8b..=0x8d, ..] | [0xe2, 0x81, 0xa0, ..] | [0xef, 0xbb, 0xbf, ..] => Some(3),
        [0xc2, 0xad, ..] => Some(2),
        _ => None,
    }
}

fn within_word(text: &[u8], span: Range<usize>) -> bool {
    let before = span.start.checked_sub(1).and_then(|at| text.get(at));
    !span.is_empty()
        && before.is_some_and(|byte| is_word(*byte))
        && text.get(span.end).is_some_and(|byte| is_word(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cuts_a_word_is_found() {
        for (text, length) in [
            ("a\u{200b}b", 3),
            ("a\u{200b}\u{ad}\u{2060}\u{feff}b", 11),
            ("a\u{200b} b", 0),
            ("a\u{2019}b", 0),
            ("\u{200b}b", 0),
            ("a\u{200b}", 0),
        ] {
            let at = text.find(|c: char| !c.is_ascii()).unwrap();
            let edit = characters(text.as_bytes(), at);
            assert_eq!(edit.map_or(0, |edit| edit.end - edit.start), length, "{text:?}");
        }
        assert_eq!(tag(b"a<wbr/>b", 1).map(|edit| edit.end), Some(7));
        assert_eq!(tag(b"a<wbr> b", 1), None);
    }
}
