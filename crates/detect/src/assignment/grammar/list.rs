//! Lists and maps of secrets under one name: `tokens = ["a", "b"]`, `API_KEYS = {"x": "a"}`, the items of
//! YAML.

use std::ops::Range;

use super::{Assigned, GAP, Quoting, Reader};
use crate::assignment::names::Name;
use crate::parts::Parts;

/// Bytes from a name to the end of the last item that is looked at.
const FAR: usize = super::LONGEST_VALUE;

/// What makes a list of its arguments or of what stands in brackets behind it.
const MAKERS: [&[u8]; 20] = [
    b"[]string{",
    b"[]interface{}{",
    b"[...]string{",
    b"[]any{",
    b"new string[] {",
    b"new string[]{",
    b"new String[] {",
    b"new String[]{",
    b"new[] {",
    b"new List<string> {",
    b"new List<string>{",
    b"map[string]string{",
    b"Arrays.asList(",
    b"List.of(",
    b"Set.of(",
    b"listOf(",
    b"setOf(",
    b"arrayOf(",
    b"vec![",
    b"array(",
];

impl Reader<'_> {
    /// Passes over what makes a list, if a literal follows.
    pub(super) fn list_maker(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(maker) = MAKERS.iter().find(|maker| rest.starts_with(maker)) else { return false };
        let mut reader = Reader { text: self.text, at: self.at + maker.len() };
        reader.space(2);
        let opens = matches!(reader.peek(0), Some(b'"' | b'\'' | b'`'));
        if opens {
            self.at = reader.at;
        }
        opens
    }

    /// Passes over the key of a map up to the quote of its value: `"alice": "`.
    pub(super) fn map_key(&mut self) -> bool {
        let mut reader = Reader { text: self.text, at: self.at };
        let (quoting, open) = reader.quote();
        reader.at += open;
        let start = reader.at;
        if quoting == Quoting::Bare {
            while reader.peek(0).is_some_and(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
                reader.at += 1;
            }
        } else if reader.quoted(quoting).is_none() {
            return false;
        }
        let named = (1..64).contains(&(reader.at - start));
        reader.at += open;
        reader.blanks(GAP);
        match (reader.peek(0), reader.peek(1)) {
            (Some(b'='), Some(b'>')) => reader.at += 2,
            (Some(b':'), _) => reader.at += 1,
            (Some(b'='), _) if quoting == Quoting::Bare => reader.at += 1,
            _ => return false,
        }
        reader.blanks(GAP);
        let opens = named && reader.peek(0).is_some_and(|b| matches!(b, b'"' | b'\''));
        if opens {
            self.at = reader.at;
        }
        opens
    }

    /// Whether a dash of a list begins the line, and passes over it.
    pub(super) fn dash(&mut self) -> bool {
        let before = &self.text[self.at.saturating_sub(super::joined::INDENT)..self.at];
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let is_dash = self.peek(0) == Some(b'-')
            && self.peek(1) == Some(b' ')
            && line.iter().all(|b| *b == b' ');
        if is_dash {
            self.at += 2;
            self.blanks(GAP);
        }
        is_dash
    }

    /// The rest of a line as an item of a list in YAML: one word without quotes, or a literal in quotes.
    pub(super) fn item(&mut self) -> Option<(Quoting, Range<usize>)> {
        let (quoting, open) = self.quote();
        self.at += open;
        let start = self.at;
        if quoting == Quoting::Bare {
            while self.peek(0).is_some_and(|b| b.is_ascii_graphic()) {
                self.at += 1;
            }
        } else {
            self.quoted(quoting)?;
        }
        let end = self.at;
        self.at += open;
        self.blanks(GAP);
        let is_alone = matches!(self.peek(0), None | Some(b'\n' | b'\r' | b'#'));
        let is_map = quoting == Quoting::Bare && self.text[start..end].ends_with(b":");
        (end > start && is_alone && !is_map).then_some((quoting, start..end))
    }
}

/// The value behind this one in the list that it is in.
pub(super) fn next(text: &[u8], name: &Name, last: &Assigned) -> Option<Assigned> {
    if !last.in_list {
        return None;
    }
    let limit = name.span.end + FAR;
    let mut reader = Reader { text, at: last.end };
    let quotes = usize::from(last.quoting != Quoting::Bare);
    let is_item = text[..last.value.start - quotes].ends_with(b"- ");
    let (quoting, value) =
        if is_item { next_line(&mut reader, last)? } else { next_argument(&mut reader, last)? };
    let end = value.end;
    (end <= limit && !value.is_empty()).then(|| Assigned {
        value,
        quoting,
        pieces: Parts::default(),
        scheme: None,
        end,
        ..last.clone()
    })
}

/// The next item of a list in brackets.
fn next_argument(reader: &mut Reader<'_>, last: &Assigned) -> Option<(Quoting, Range<usize>)> {
    let text = reader.text;
    // Behind the quote.
    let quote = last.value.start.checked_sub(1).map(|at| text[at])?;
    reader.at += usize::from(reader.peek(0)? == quote);
    reader.skip_comments();
    if reader.peek(0)? != b',' {
        return None;
    }
    reader.at += 1;
    reader.skip_comments();
    reader.map_key();
    let (quoting, open) = reader.quote();
    if !matches!(quoting, Quoting::Single | Quoting::Double | Quoting::Back) {
        return None;
    }
    reader.at += open;
    let start = reader.at;
    reader.quoted(quoting)?;
    Some((quoting, start..reader.at))
}

/// The item on the next line.
fn next_line(reader: &mut Reader<'_>, last: &Assigned) -> Option<(Quoting, Range<usize>)> {
    let text = reader.text;
    let indent = |at: usize| {
        let before = &text[at.saturating_sub(super::joined::INDENT)..at];
        before.iter().rev().take_while(|b| **b != b'\n').count()
    };
    let quotes = usize::from(last.quoting != Quoting::Bare);
    let column = indent(last.value.start - quotes);
    reader.at += quotes;
    reader.skip_comments();
    if !reader.dash() || indent(reader.at) != column {
        return None;
    }
    reader.item()
}

impl Reader<'_> {
    /// Blanks, ends of lines and comments to the end of a line.
    fn skip_comments(&mut self) {
        for _ in 0..8 {
            self.space(2);
            let is_comment = match self.peek(0) {
                Some(b'#') => true,
                Some(b'/') => self.peek(1) == Some(b'/'),
                _ => false,
            };
            if !is_comment {
                break;
            }
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', &rest[..rest.len().min(200)]) else { break };
            self.at += end;
        }
    }
}
