//! Strings that hold a text with escapes: JSON within JSON, files in transcripts and logs. What was
//! escaped once is a text of its own: with lines, quotes and strings within.

use std::ops::Range;

use super::escapes::hexadecimal;
use super::map::Output;

/// A literal between quotes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// What is between them.
    pub(super) inner: Range<usize>,
    /// It holds lines, settings or literals, and not just a quote or the end of its line.
    pub(super) is_text: bool,
}

/// The literal whose first backslash stands at a place; its first quote is behind `floor`.
pub(super) fn around(text: &[u8], at: usize, floor: usize) -> Option<Literal> {
    if !matches!(text.get(at + 1)?, b'"' | b'n' | b'r' | b't' | b'\\' | b'/' | b'u') {
        return None;
    }
    let before = text.get(floor..at)?;
    let open = |quote: u8| {
        let open = memchr::memrchr2(quote, b'\n', before).filter(|at| before[*at] == quote)?;
        opens(text, floor + open).then_some((floor + open, quote))
    };
    let (open, quote) = open(b'"').or_else(|| open(b'\''))?;
    let mut seen = Seen::default();
    let mut from = at;
    loop {
        let rest = text.get(from..)?;
        let next = from + memchr::memchr3(quote, b'\\', b'\n', rest)?;
        match text[next] {
            b'\\' => {
                seen.escape(text, next);
                from = next + 2;
            }
            b'\n' => return None,
            _ => {
                let inner = open + 1..next;
                let is_text = seen.is_text(inner.end);
                return Some(Literal { inner, is_text });
            }
        }
    }
}

/// Takes one level of escapes off a literal.
pub(super) fn unescape(text: &[u8], inner: Range<usize>, out: &mut Output) {
    out.clear();
    let mut at = inner.start;
    while let Some(next) = text.get(at..inner.end).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let next = at + next;
        out.copy(text, at..next);
        let (length, said) = escape(&text[next..inner.end]);
        match said {
            Some(said) => {
                out.replace(next..next + length, said.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => out.copy(text, next..next + length),
        }
        at = next + length;
    }
    out.copy(text, at..inner.end);
}

/// The length of the escape that a text begins with, and what it stands for (RFC 8259, section 7; `\x` is
/// that of JavaScript and Python).
fn escape(text: &[u8]) -> (usize, Option<char>) {
    let number = |digits: Range<usize>| text.get(digits).and_then(hexadecimal);
    let said = match text.get(1) {
        Some(said @ (b'"' | b'\'' | b'\\' | b'/')) => char::from(*said),
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            return match (number(2..6), number(8..12)) {
                (Some(first @ 0xd800..0xdc00), Some(second @ 0xdc00..0xe000))
                    if text[6..].starts_with(b"\\u") =>
                {
                    let number = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    (12, char::from_u32(number))
                }
                (Some(number), _) => (6, char::from_u32(number)),
                _ => (2, None),
            };
        }
        Some(b'x') => return number(2..4).map_or((2, None), |number| (4, char::from_u32(number))),
        Some(_) => return (2, None),
        None => return (1, None),
    };
    (2, Some(said))
}

/// Whether a quote begins a literal: behind it are signs that a value follows.
fn opens(text: &[u8], quote: usize) -> bool {
    let before = text[..quote].iter().rev().take(64);
    let sign = before.copied().find(|byte| !matches!(byte, b' ' | b'\t'));
    sign.is_none_or(|byte| {
        matches!(byte, b':' | b'=' | b',' | b'[' | b'{' | b'(' | b'+' | b'>' | b'\n' | b'|')
    })
}

/// Whether an escaped quote is around what is a name or has one.
pub(super) fn is_setting(text: &[u8], at: usize) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or_default();
    let before = byte(at.checked_sub(1));
    let before = if before == b' ' { byte(at.checked_sub(2)) } else { before };
    byte(Some(at + 2)) == b':' || matches!(before, b':' | b'=')
}

/// What escapes were seen in a literal.
#[derive(Default)]
struct Seen {
    /// Ends of lines, and where the last of them stands.
    lines: usize,
    last_line: usize,
    /// Quotes around what is a name or has one.
    settings: usize,
    /// Escapes of escapes.
    deeper: usize,
}

impl Seen {
    fn escape(&mut self, text: &[u8], at: usize) {
        let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or_default();
        match byte(Some(at + 1)) {
            b'n' => {
                self.lines += 1;
                self.last_line = at;
            }
            b'"' => self.settings += usize::from(is_setting(text, at)),
            b'\\' => {
                let is_escape = matches!(byte(Some(at + 2)), b'\\' | b'n' | b'u' | b'"');
                self.deeper += usize::from(is_escape);
            }
            _ => {}
        }
    }

    fn is_text(&self, end: usize) -> bool {
        let at_end = usize::from(self.lines > 0 && self.last_line + 2 == end);
        self.settings > 0 || self.lines - at_end > 1 || self.deeper > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<(String, bool)> {
        let literal = around(text.as_bytes(), text.find('\\').unwrap(), 0)?;
        let mut out = Output::default();
        unescape(text.as_bytes(), literal.inner, &mut out);
        Some((String::from_utf8(out.bytes().to_vec()).unwrap(), literal.is_text))
    }

    #[test]
    fn literals_with_a_text_are_known() {
        for (text, inner, is_text) in [
            (r#"{"a": "{\"b\": 1}"}"#, "{\"b\": 1}", true),
            (r#"x = '\u00e9 it\'s\n\na'"#, "\u{e9} it's\n\na", true),
            (r#"["one\ntwo\nthree"]"#, "one\ntwo\nthree", true),
            (r#"print("one\n")"#, "one\n", false),
            (r#"f("say \"hello\" to")"#, "say \"hello\" to", false),
            (r#"{"a": "\ud83d\ude00\q"}"#, "\u{1f600}\\q", false),
        ] {
            assert_eq!(literal(text), Some((inner.to_owned(), is_text)), "{text}");
        }
        for text in ["no \\n quotes", "\"a\" \\n \"b\"", "a \"\\n not closed"] {
            assert_eq!(literal(text), None, "{text}");
        }
    }

    #[test]
    fn places_are_exact() {
        let text = br#"{"a": "x\n\"b\": \u00e91"}"#;
        let literal = around(text, 8, 0).unwrap();
        let mut out = Output::default();
        unescape(text, literal.inner, &mut out);
        assert_eq!(out.bytes(), "x\n\"b\": \u{e9}1".as_bytes());
        assert_eq!(out.map().span(3..4), 12..13);
        assert_eq!(out.map().span(7..9), 17..23);
        assert_eq!(out.map().span(9..10), 23..24);
    }
}
