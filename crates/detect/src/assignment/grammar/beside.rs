//! A name and a value that stand in two fields of one object: `{"name": "x", "value": "y"}`, in either
//! order, with other fields and comments between; the default of a block that the name is of.

use std::ops::Range;

use super::{GAP, Reader};

/// Words that stand for the value itself.
const VALUES: [&[u8]; 9] = [
    b"value",
    b"val",
    b"default",
    b"defaultvalue",
    b"content",
    b"string",
    b"text",
    b"stringvalue",
    b"parametervalue",
];

/// Words of the field that holds a name.
const NAMES: [&[u8]; 9] = [
    b"name",
    b"key",
    b"variable",
    b"parameterkey",
    b"parametername",
    b"env",
    b"optionname",
    b"setting",
    b"property",
];

/// Bytes between the two fields at most.
const APART: usize = 400;

/// Fields and comments between the two at most.
const FIELDS: usize = 8;

/// The field that holds a name: where its key begins, and the column that it stands in.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: usize,
    column: usize,
}

impl Reader<'_> {
    /// Goes to the value in a field of the same object behind the one that holds the name. Stands
    /// behind the name and what closes it.
    pub(super) fn field_behind(&mut self, name: usize) -> Option<()> {
        let start = self.at;
        let found = self.try_field_behind(name);
        if found.is_none() {
            self.at = start;
        }
        found
    }

    fn try_field_behind(&mut self, name: usize) -> Option<()> {
        self.blanks(GAP);
        // The block of a name: `variable "name" {`.
        let opens = self.peek(0) == Some(b'{') && matches!(self.peek(1), Some(b'\n' | b'\r'));
        let field = if opens {
            self.at += 1;
            None
        } else {
            Some(field_of(self.text, name)?)
        };
        let end = (self.at + APART).min(self.text.len());
        for _ in 0..FIELDS {
            let crossed = self.pass_to_next_field(end)?;
            if let Some(field) = field
                && crossed
                && column(self.text, self.at) != field.column
            {
                return None;
            }
            let key = self.key()?;
            if is_one_of(&self.text[key], &VALUES) {
                return Some(());
            }
            self.skip_value(end)?;
        }
        None
    }

    /// Passes over what separates fields: blanks, ends of lines, a comma, comments. Says whether a line
    /// ended; `None` where the object does.
    fn pass_to_next_field(&mut self, end: usize) -> Option<bool> {
        let mut crossed = false;
        let mut separated = false;
        while self.at < end {
            match (self.peek(0)?, self.peek(1)) {
                (b' ' | b'\t' | b'\r', _) => self.at += 1,
                (b'\n', _) => {
                    crossed = true;
                    self.at += 1;
                }
                (b',' | b';', _) if !separated => {
                    separated = true;
                    self.at += 1;
                }
                (b'#', _) | (b'/', Some(b'/')) => {
                    self.at += memchr::memchr(b'\n', self.text.get(self.at..end)?)?;
                }
                (b'"' | b'\'', _) => return (crossed || separated).then_some(crossed),
                (b, _) if b.is_ascii_alphabetic() => {
                    return (crossed || separated).then_some(crossed);
                }
                _ => return None,
            }
        }
        None
    }

    /// Reads the key of a field and the sign behind it.
    fn key(&mut self) -> Option<Range<usize>> {
        if matches!(self.peek(0), Some(b'"' | b'\'')) {
            self.at += 1;
        }
        let start = self.at;
        while self.peek(0).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            self.at += 1;
        }
        let key = start..self.at;
        self.closers();
        self.blanks(GAP);
        let sign = matches!(self.peek(0)?, b':' | b'=') && !key.is_empty() && key.len() < 40;
        sign.then(|| self.at += 1)?;
        if self.peek(0) == Some(b'>') {
            self.at += 1;
        }
        Some(key)
    }

    /// Passes over a value that is a literal in quotes, a word, or brackets on one line.
    fn skip_value(&mut self, end: usize) -> Option<()> {
        self.blanks(GAP);
        let (quoting, open) = self.quote();
        if open > 0 {
            self.at += open;
            self.quoted(quoting)?;
            self.at += open;
            return (self.at < end).then_some(());
        }
        let mut depth = 0_usize;
        while self.at < end {
            match self.peek(0)? {
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' if depth == 0 => return None,
                b'}' | b']' | b')' => depth -= 1,
                b'\n' if depth == 0 => return Some(()),
                b'\n' => return None,
                b',' if depth == 0 => return Some(()),
                _ => {}
            }
            self.at += 1;
        }
        None
    }

    /// Goes back to the value in a field of the same object before the one that holds the name.
    pub(super) fn field_before(&mut self, name: usize) -> Option<Range<usize>> {
        let text = self.text;
        let field = field_of(text, name)?;
        let from = field.start.saturating_sub(APART);
        let region = &text[from..field.start];
        let begin = begin_of_object(region, field.column, from == 0);
        let mut end = region.len();
        for _ in 0..FIELDS {
            let at = begin + last_key(&region[begin..end])?;
            let start = from + at;
            let same_line = !region[at..].contains(&b'\n');
            let mut reader = Reader { text, at: start };
            let key = reader.key();
            if let Some(key) = key
                && is_one_of(&text[key], &VALUES)
                && (same_line || column(text, start) == field.column)
            {
                self.at = reader.at;
                return Some(start..field.start);
            }
            end = at;
        }
        None
    }
}

/// The field whose value the name is, with its key: `"name": "` before it.
fn field_of(text: &[u8], name: usize) -> Option<Field> {
    let from = name.saturating_sub(APART);
    let before = text[from..name].strip_suffix(b"\"").or(text[from..name].strip_suffix(b"'"));
    let before = before.unwrap_or(&text[from..name]).trim_ascii_end();
    let before = before.strip_suffix(b">").unwrap_or(before);
    let before = before.strip_suffix(b":").or(before.strip_suffix(b"="))?.trim_ascii_end();
    let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
    let letters =
        before.iter().rev().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
    let key = &before[before.len() - letters..];
    let quoted = before.len().checked_sub(letters + 1).map(|at| before[at]);
    let start = from + before.len() - letters - usize::from(matches!(quoted, Some(b'"' | b'\'')));
    is_one_of(key, &NAMES).then(|| Field { start, column: column(text, start) })
}

/// In which column of its line a position is, in bytes; the dash of a list is a blank.
fn column(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(APART);
    at - memchr::memrchr(b'\n', &text[from..at]).map_or(from, |end| from + end + 1)
}

/// Where the object begins that the end of a text is in: behind a bracket that is open there or a heading
/// in brackets, or at the item of a list whose dash stands before the column.
fn begin_of_object(text: &[u8], column: usize, is_whole: bool) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.iter().enumerate().rev() {
        match byte {
            b']' if depth == 0 && is_heading(text, at) => return at + 1,
            b'>' if depth == 0 && text.get(at.wrapping_sub(1)) != Some(&b'=') => return text.len(),
            b'}' | b']' => depth += 1,
            b'{' | b'[' | b'<' if depth == 0 => return at + 1,
            b'{' | b'[' => depth -= 1,
            b'-' if depth == 0 && text.get(at + 1) == Some(&b' ') => {
                let line = text[..at].iter().rev().take_while(|b| **b == b' ').count();
                let first = at == line || text[at - line - 1] == b'\n';
                if first && line < column {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    // Otherwise further away than is looked.
    if is_whole { 0 } else { text.len() }
}

/// Whether a bracket ends a heading on a line of its own: `[[name]]`.
fn is_heading(text: &[u8], at: usize) -> bool {
    let line = text[..=at].rsplit(|b| *b == b'\n').next().unwrap_or_default();
    line.starts_with(b"[") && matches!(text.get(at + 1), Some(b'\n' | b'\r'))
}

/// Where the last key of fields begins: behind a line's end, a comma or the bracket.
fn last_key(text: &[u8]) -> Option<usize> {
    let sign = |b: &u8| matches!(b, b':' | b'=');
    let mut end = text.len();
    while let Some(at) = text[..end].iter().rposition(sign) {
        let before = text[..at].trim_ascii_end();
        let body = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
        let letters =
            body.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let start = body.len() - letters.count();
        let start = start - usize::from(body.len() < before.len() && start > 0);
        let separated = text[..start].trim_ascii_end();
        let blanks = &text[separated.len()..start];
        // Attributes of an element stand behind its name and behind each other.
        let apart = blanks.contains(&b'\n')
            || !blanks.is_empty()
                && separated
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'))
            || !blanks.is_empty() && matches!(separated.last(), Some(b'"' | b'\''));
        if start < body.len()
            && (separated.is_empty()
                || apart
                || matches!(separated.last(), Some(b',' | b';' | b'{')))
        {
            return Some(start);
        }
        end = at;
    }
    None
}

fn is_one_of(word: &[u8], words: &[&[u8]]) -> bool {
    // `parameter_key` and `ParameterKey` are one.
    let letters = |word: &[u8]| word.iter().filter(|b| b.is_ascii_alphabetic()).count();
    words.iter().any(|known| {
        letters(word) == known.len()
            && word
                .iter()
                .filter(|b| b.is_ascii_alphabetic())
                .zip(known.iter())
                .all(|(a, b)| a.eq_ignore_ascii_case(b))
    })
}
