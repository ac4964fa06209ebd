//! Open files, as the editor has them. Positions count UTF-16 code units, as the protocol's do by default.

use lsp_types::{Position, TextDocumentContentChangeEvent};

/// An open file.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    /// Its text.
    pub(super) text: String,
    /// The name that the editor has for its language.
    pub(super) language: String,
    /// The version that the text has.
    pub(super) version: i32,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// What an edit did to the lines of a document: those from the first to the last took the place of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edited {
    /// First line that changed.
    pub(super) first: u32,
    /// Last line of what was there.
    pub(super) last_before: u32,
    /// Last line of what is there.
    pub(super) last: u32,
}

impl Document {
    /// With a text.
    pub(super) fn new(text: String, language: String, version: i32) -> Self {
        let lines = line_starts(&text);
        Self { text, language, version, lines }
    }

    /// Takes over what was typed, and says which lines that changed; none if it is another text.
    pub(super) fn change(&mut self, change: TextDocumentContentChangeEvent) -> Option<Edited> {
        let Some(range) = change.range else {
            self.text = change.text;
            self.lines = line_starts(&self.text);
            return None;
        };
        let start = self.offset(range.start);
        let end = self.offset(range.end).max(start);
        self.text.replace_range(start..end, &change.text);
        // Lines before stay, those behind move, those between are new.
        let first = self.lines.partition_point(|line| *line <= start);
        let last = self.lines.partition_point(|line| *line <= end);
        let added = memchr::memchr_iter(b'\n', change.text.as_bytes()).map(|feed| start + feed + 1);
        self.lines.splice(first..last, added.collect::<Vec<_>>());
        let feeds = memchr::memchr_iter(b'\n', change.text.as_bytes()).count();
        let behind = first + feeds;
        for line in &mut self.lines[behind..] {
            *line = *line + change.text.len() - (end - start);
        }
        let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        let at = first - 1;
        Some(Edited { first: number(at), last_before: number(last - 1), last: number(at + feeds) })
    }

    /// The lines around some lines that reach at least so many bytes further, as a range of lines.
    pub(super) fn around(&self, (first, last): (u32, u32), bytes: usize) -> (u32, u32) {
        let count = self.lines.len();
        let start = self.lines[(first as usize).min(count - 1)].saturating_sub(bytes);
        let end = self.lines.get(last as usize + 1).map_or(self.text.len(), |next| *next) + bytes;
        let from = self.lines.partition_point(|line| *line <= start) - 1;
        let to = self.lines.partition_point(|line| *line < end).saturating_sub(1);
        let number = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
        (number(from), number(to.max(from)))
    }

    /// The text of some lines, with their ends.
    pub(super) fn lines(&self, (first, last): (u32, u32)) -> &str {
        let start = self.lines.get(first as usize).map_or(self.text.len(), |line| *line);
        let end = self.lines.get(last as usize + 1).map_or(self.text.len(), |next| *next);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The byte at a position; what lies beyond a line is its end.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(start) = self.lines.get(position.line as usize) else { return self.text.len() };
        let line = self.line(position.line as usize);
        let mut units = 0;
        for (at, c) in line.char_indices() {
            if units >= position.character {
                return start + at;
            }
            units += c.len_utf16() as u32;
        }
        start + line.len()
    }

    /// A line, without its end.
    pub(super) fn line(&self, number: usize) -> &str {
        let Some(start) = self.lines.get(number) else { return "" };
        let end = self.lines.get(number + 1).map_or(self.text.len(), |next| *next);
        self.text[*start..end].trim_end_matches(['\n', '\r'])
    }

    /// The end of a line.
    pub(super) fn end_of(&self, number: u32) -> Position {
        let units = self.line(number as usize).encode_utf16().count();
        Position::new(number, u32::try_from(units).unwrap_or(u32::MAX))
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let feeds = memchr::memchr_iter(b'\n', text.as_bytes()).map(|feed| feed + 1);
    std::iter::once(0).chain(feeds).collect()
}

#[cfg(test)]
mod tests {
    use lsp_types::Range;
    use proptest::prelude::*;

    use super::*;

    fn change(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1));
        TextDocumentContentChangeEvent {
            range: Some(range),
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn positions_count_utf_16_units() {
        let mut document = Document::new("a\u{1F511}b\r\nc\n".to_owned(), String::new(), 1);
        document.change(change((0, 3), (0, 4), "x\ny"));
        assert_eq!(document.text, "a\u{1F511}x\ny\r\nc\n");
        document.change(change((1, 1), (2, 9), ""));
        assert_eq!(document.text, "a\u{1F511}x\ny\n");
        document.change(change((9, 0), (9, 0), "end"));
        assert_eq!(document.text, "a\u{1F511}x\ny\nend");
        assert_eq!(document.end_of(0), Position::new(0, 4));
    }

    proptest! {
        #[test]
        fn edits_keep_the_lines(
            text in "[ab\n\u{e4}]{0,40}",
            edits in prop::collection::vec(((0..6_u32, 0..6_u32), (0..6_u32, 0..6_u32), "[c\n]{0,5}"), 0..8),
        ) {
            let mut document = Document::new(text, String::new(), 1);
            for (from, to, text) in edits {
                let before = document.clone();
                let edited = document.change(change(from.min(to), from.max(to), &text)).unwrap();
                prop_assert_eq!(&document.lines, &line_starts(&document.text));
                // What lies before and behind is the same.
                let Edited { first, last_before, last } = edited;
                for line in 0..first {
                    prop_assert_eq!(before.line(line as usize), document.line(line as usize));
                }
                let behind = before.lines.len() - last_before as usize - 1;
                prop_assert_eq!(document.lines.len() - last as usize - 1, behind);
                for line in 1..=behind as u32 {
                    let (old, new) = ((last_before + line) as usize, (last + line) as usize);
                    prop_assert_eq!(before.line(old), document.line(new));
                }
                let (from, to) = document.around((first, last), 0);
                prop_assert!(from <= first && to >= last.min(to));
            }
        }
    }
}
