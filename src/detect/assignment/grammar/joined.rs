//! Values that are written in several pieces: concatenations, continued lines, wrapped base64, and
//! objects whose longest string is the value.

use std::ops::Range;

use super::{GAP, LONGEST_VALUE, Quoting, Reader};

impl Reader<'_> {
    /// The pieces of a literal that is continued: `"a" + "b"`, `"a" . "b"`, literals below each other,
    /// a line continued within the quotes. None if there is but one. Stands at the closing quote of
    /// the last piece afterwards.
    pub(super) fn joined_literals(&mut self, start: usize, open: usize) -> Vec<Range<usize>> {
        let mut pieces = continued(self.text, start..self.at);
        let quote = self.text[start - open..start].to_vec();
        while pieces.len() < PIECES {
            let mut next = Reader { text: self.text, at: self.at + open };
            next.space(1);
            let operator = match (next.peek(0), next.peek(1)) {
                (Some(b'+' | b'&'), Some(b' ' | b'\n' | b'\r' | b'"' | b'\'')) => 1,
                (Some(b'.'), Some(b' ' | b'\n' | b'\r')) => 1,
                (Some(b'.'), Some(b'.')) => 2,
                _ => 0,
            };
            next.at += operator;
            if operator > 0 {
                next.space(1);
            }
            let below = self.text[self.at..next.at].contains(&b'\n');
            let opens = self.text.get(next.at..).is_some_and(|rest| rest.starts_with(&quote));
            if !opens || operator == 0 && !below || next.at + open > start + LONGEST_VALUE {
                break;
            }
            next.at += open;
            let from = next.at;
            if next.quoted(Quoting::Double).is_none() || next.at > start + LONGEST_VALUE {
                break;
            }
            // A key of the next line, not a piece.
            let mut behind = Reader { text: self.text, at: next.at + open };
            behind.blanks(GAP);
            if matches!(behind.peek(0), Some(b':' | b'=' | b'-')) {
                break;
            }
            pieces.extend(continued(self.text, from..next.at));
            self.at = next.at;
        }
        if pieces.len() > 1 { pieces } else { Vec::new() }
    }

    /// The lines of a block without quotes that go on like the first, as wrapped base64 does. Stands
    /// at the end of the last afterwards.
    pub(super) fn wrapped_lines(&mut self, start: usize) -> Vec<Range<usize>> {
        let alphabet = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_=".contains(b);
        let width = self.at - start;
        let line_start = memchr::memrchr(b'\n', &self.text[..start]).map_or(0, |at| at + 1);
        let indent = self.text[line_start..start].to_vec();
        let mut pieces = Vec::new();
        pieces.push(start..self.at);
        while width >= WRAPPED && pieces.len() < PIECES {
            let mut next = Reader { text: self.text, at: self.at };
            if !next.space(1) || !self.text[..next.at].ends_with(&indent) {
                break;
            }
            let rest = self.text.get(next.at..).unwrap_or_default();
            let length = rest.iter().take(LONGEST_VALUE).take_while(|b| alphabet(b)).count();
            let whole = rest.get(length).is_none_or(|b| matches!(b, b'\n' | b'\r'));
            let end = next.at + length;
            if length == 0 || length > width || !whole || end > start + LONGEST_VALUE {
                break;
            }
            pieces.push(next.at..end);
            self.at = end;
            if length < width {
                break;
            }
        }
        if pieces.len() > 1 { pieces } else { Vec::new() }
    }
}

/// Pieces of a joined literal at most.
const PIECES: usize = 24;

/// Narrowest first line of a wrapped value.
const WRAPPED: usize = 40;

/// A literal without the ends of lines that are continued within it.
fn continued(text: &[u8], value: Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut from = value.start;
    for at in memchr::memchr_iter(b'\\', &text[value.clone()]) {
        let at = value.start + at;
        let end = match &text[at + 1..value.end] {
            [b'\n', ..] => at + 2,
            [b'\r', b'\n', ..] => at + 3,
            _ => continue,
        };
        if at > from {
            pieces.push(from..at);
        }
        let blanks = text[end..value.end].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        from = end + blanks;
    }
    if from < value.end {
        pieces.push(from..value.end);
    }
    pieces
}

/// Of a value that is an object in JSON, the longest string in it: of what is signed or named there,
/// that is the secret. Any other value as it is.
pub(super) fn member(text: &[u8], value: Range<usize>) -> Range<usize> {
    let inner = text[value.clone()].trim_ascii();
    let object = inner.first() == Some(&b'{') && inner.last() == Some(&b'}');
    if !object || inner.get(1).is_none_or(|b| !b"\\\"'& ".contains(b)) {
        return value;
    }
    let mut longest: Option<Range<usize>> = None;
    let mut reader = Reader { text, at: value.start + 1 };
    while let Some(colon) = text.get(reader.at..value.end).and_then(|r| memchr::memchr(b':', r)) {
        reader.at += colon + 1;
        reader.blanks(GAP);
        let (quoting, open) = reader.quote();
        reader.at += open;
        let from = reader.at;
        if quoting == Quoting::Bare || reader.quoted(quoting).is_none() || reader.at > value.end {
            continue;
        }
        if longest.as_ref().is_none_or(|longest| reader.at - from > longest.len()) {
            longest = Some(from..reader.at);
        }
    }
    longest.unwrap_or(value)
}
