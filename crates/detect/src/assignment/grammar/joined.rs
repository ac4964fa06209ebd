//! Values that are written in several pieces: concatenations, continued lines, wrapped base64, and
//! objects whose longest string is the value.

use std::ops::Range;

use super::{GAP, LONGEST_VALUE, Quoting, Reader};
use crate::parts::Parts;

/// What decides whether a literal below another one belongs to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seams {
    /// Parentheses were opened before the first literal and are not closed yet.
    pub(super) within: bool,
    /// The name is that of an argument or of a member: `connect(password="a"`, `{ .password = "a"`.
    pub(super) argument: bool,
    /// A blank stands between the sign of assignment and the value, which shells do not allow.
    pub(super) apart: bool,
    /// Blanks that the line of the name begins with.
    pub(super) indent: usize,
}

/// How sure it is that the next literal belongs to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seam {
    Sure,
    /// If the last one is followed by one of these.
    Until(&'static [u8]),
}

impl Reader<'_> {
    /// The pieces of a literal that is continued: `"a" + "b"`, `"a" . "b"`, literals below each other
    /// where the language joins them, a line continued within the quotes. None if there is but one.
    /// Stands at the closing quote of the last piece afterwards.
    ///
    /// A line that only begins with a quote is none of it: what follows never changes a value.
    pub(super) fn joined_literals(&mut self, start: usize, open: usize, seams: Seams) -> Parts {
        let text = self.text;
        let quote = &text[start - open..start];
        let first = continued(text, start..self.at);
        let mut next = self.next_literal(start, quote, seams);
        // Most literals are alone.
        if next.is_none() && first.clone().nth(1).is_none() {
            return Parts::default();
        }
        let mut pieces: Vec<_> = first.collect();
        // Up to where it is sure.
        let mut sure = (pieces.len(), self.at);
        let mut until: &[u8] = &[];
        while let Some((seam, literal)) = next.filter(|_| pieces.len() < PIECES) {
            self.at = literal.end;
            pieces.extend(continued(text, literal));
            match seam {
                Seam::Sure if until.is_empty() => sure = (pieces.len(), self.at),
                Seam::Sure => {}
                Seam::Until(ends) => until = ends,
            }
            next = self.next_literal(start, quote, seams);
        }
        let mut behind = Reader { text, at: self.at + open };
        behind.space(1);
        if !behind.peek(0).is_some_and(|sign| until.contains(&sign)) {
            pieces.truncate(sure.0);
            self.at = sure.1;
        }
        several(pieces)
    }

    /// The literal that is joined to the one at whose closing quote the reader stands, without its
    /// quotes. `start`: where the first of all begins.
    fn next_literal(
        &self,
        start: usize,
        quote: &[u8],
        seams: Seams,
    ) -> Option<(Seam, Range<usize>)> {
        let Reader { text, at } = *self;
        let open = quote.len();
        let mut next = Reader { text, at: at + open };
        let seam = next.seam(seams)?;
        let opens = text.get(next.at..).is_some_and(|rest| rest.starts_with(quote));
        if !opens || next.at + open > start + LONGEST_VALUE {
            return None;
        }
        next.at += open;
        let from = next.at;
        next.quoted(Quoting::Double)?;
        // A key of the next line, not a piece.
        let mut behind = Reader { text, at: next.at + open };
        behind.blanks(GAP);
        let is_key = matches!(behind.peek(0), Some(b':' | b'=' | b'-'));
        (next.at <= start + LONGEST_VALUE && !is_key).then_some((seam, from..next.at))
    }

    /// Passes over what joins two literals, up to the second one. Stands behind the first.
    fn seam(&mut self, seams: Seams) -> Option<Seam> {
        let end = self.at;
        self.blanks(GAP);
        let apart = self.at > end;
        if self.operator(true) {
            self.blanks(GAP);
            // Visual Basic continues a line with an underscore.
            if self.peek(0) == Some(b'_') && matches!(self.peek(1), Some(b'\n' | b'\r')) {
                self.at += 1;
            }
            self.space(1);
            return Some(Seam::Sure);
        }
        if self.peek(0) == Some(b'\\') {
            self.at += 1;
            let line = self.line_end()?;
            self.blanks(INDENT);
            // In shells, blanks end the word, and the next one is a command.
            let glued = !apart && self.at == line;
            let operator = self.operator(false);
            self.blanks(GAP);
            return (operator || glued || seams.apart || seams.within).then_some(Seam::Sure);
        }
        let line = self.line_end()?;
        self.blanks(INDENT);
        let below = self.at - line > seams.indent;
        if self.operator(false) {
            self.blanks(GAP);
            return (below || seams.within).then_some(Seam::Sure);
        }
        if seams.within {
            Some(Seam::Sure)
        } else if seams.argument {
            Some(Seam::Until(b",)}"))
        } else {
            // C and its relatives, whose statements end with a sign.
            (below && seams.apart).then_some(Seam::Until(b";"))
        }
    }

    /// Passes over an operator that joins strings. `&` begins a line only to call a program.
    fn operator(&mut self, and: bool) -> bool {
        let length = match (self.peek(0), self.peek(1)) {
            (Some(b'+'), Some(b' ' | b'\n' | b'\r' | b'"' | b'\'')) => 1,
            (Some(b'&'), Some(b' ' | b'\n' | b'\r' | b'"' | b'\'')) if and => 1,
            (Some(b'.'), Some(b' ' | b'\n' | b'\r')) => 1,
            (Some(b'.'), Some(b'.')) => 2,
            _ => 0,
        };
        self.at += length;
        length > 0
    }

    /// Passes over the end of a line, and says where the next one begins.
    fn line_end(&mut self) -> Option<usize> {
        self.at += match (self.peek(0)?, self.peek(1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n' | b'\r', _) => 1,
            _ => return None,
        };
        Some(self.at)
    }

    /// The lines of a block without quotes that go on like the first, as wrapped base64 does. Stands
    /// at the end of the last afterwards.
    pub(super) fn wrapped_lines(&mut self, start: usize) -> Parts {
        let alphabet = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_=".contains(b);
        let width = self.at - start;
        let line_start = memchr::memrchr(b'\n', &self.text[..start]).map_or(0, |at| at + 1);
        let text = self.text;
        // Without it, nothing tells the lines of the block from those behind it.
        let indent = &text[line_start..start];
        if width < WRAPPED {
            return Parts::default();
        }
        let mut pieces = Vec::new();
        pieces.push(start..self.at);
        while !indent.is_empty() && pieces.len() < PIECES {
            let mut next = Reader { text, at: self.at };
            if !next.space(1) || !text[..next.at].ends_with(indent) {
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
        several(pieces)
    }
}

/// Pieces, if there are several.
fn several(pieces: Vec<Range<usize>>) -> Parts {
    if pieces.len() > 1 { pieces.into_iter().collect() } else { Parts::default() }
}

/// Pieces of a joined literal at most.
const PIECES: usize = 24;

/// Blanks that a line begins with at most.
pub(super) const INDENT: usize = 160;

/// Narrowest first line of a wrapped value.
const WRAPPED: usize = 40;

/// A literal without the ends of lines that are continued within it.
fn continued(text: &[u8], value: Range<usize>) -> impl Iterator<Item = Range<usize>> + Clone {
    let mut from = value.start;
    let pieces = std::iter::from_fn(move || {
        let rest = from..value.end;
        let gap = (!rest.is_empty()).then(|| line_end_within(text, rest.clone()))?;
        from = gap.end;
        Some(rest.start..gap.start)
    });
    pieces.filter(|piece| !piece.is_empty())
}

/// The first end of a line that is continued in a part of a text, with the blanks that the next line
/// begins with; the end of the part if there is none.
fn line_end_within(text: &[u8], part: Range<usize>) -> Range<usize> {
    let continues = |at: usize| {
        let at = part.start + at;
        let end = match &text[at + 1..part.end] {
            [b'\n', ..] => at + 2,
            [b'\r', b'\n', ..] => at + 3,
            _ => return None,
        };
        let blanks = text[end..part.end].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        Some(at..end + blanks)
    };
    memchr::memchr_iter(b'\\', &text[part.clone()])
        .find_map(continues)
        .unwrap_or(part.end..part.end)
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
