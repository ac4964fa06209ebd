//! Bytes to text: encodings, lines and columns; and text to people: what terminals and Markdown get.

mod encoding;
pub mod json;
mod line;
pub mod markdown;
mod printable;
mod similar;
mod uuid;

use std::borrow::Cow;
use std::ops::Range;

pub use encoding::{Places, decoded, may_be_wide, places};
pub use line::line_at;
pub use printable::{ends_command, is_hidden, printable};
pub use similar::nearest;
pub(crate) use uuid::{UUID, has_uuid_groups, is_uuid};

/// The text of a part of a longer blob that begins with a mark of its encoding, or with none.
pub fn decoded_part<'b>(part: &'b [u8], mark: &[u8]) -> Cow<'b, [u8]> {
    if part.is_empty() || mark.is_empty() || part.starts_with(mark) {
        return decoded(part);
    }
    Cow::Owned(decoded(&[mark, part].concat()).into_owned())
}

/// Where the text of a part stands in it: see [`decoded_part`].
pub fn places_in_part(part: &[u8], mark: &[u8]) -> (Places, usize) {
    if part.is_empty() || mark.is_empty() || part.starts_with(mark) {
        return (places(part), 0);
    }
    (places(&[mark, part].concat()), mark.len())
}

/// The byte order mark that a blob begins with, or nothing.
pub fn byte_order_mark(bytes: &[u8]) -> &'static [u8] {
    const MARKS: [&[u8]; 4] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xff\xfe", b"\xfe\xff"];
    MARKS.into_iter().find(|mark| bytes.starts_with(mark)).unwrap_or_default()
}

/// The lines that positions of a text lie in. A line is looked up once for all positions in it, so
/// that a text with many secrets on one line takes no longer than one with many lines.
#[derive(Debug)]
pub struct LineSpans<'t> {
    text: &'t [u8],
    last: Option<Range<usize>>,
}

impl<'t> LineSpans<'t> {
    /// For a text.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, last: None }
    }

    /// The line around a position, without its end.
    pub fn around(&mut self, at: usize) -> Range<usize> {
        let at = at.min(self.text.len());
        if let Some(last) = self.last.as_ref().filter(|last| last.start <= at && at <= last.end) {
            return last.clone();
        }
        let start = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |n| at + n);
        self.last = Some(start..end);
        start..end
    }
}

/// Turns byte positions of one text into lines and columns. Positions must not go backwards by
/// more than a line, or it starts over.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t [u8],
    /// Start and number of the line that `at` is in.
    line_start: usize,
    line: usize,
    /// A position in that line, and its column.
    at: usize,
    column: usize,
}

impl<'t> Lines<'t> {
    /// At the start of a text.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, line_start: 0, line: 1, at: 0, column: 1 }
    }

    /// Line and column of a byte position; both 1-based, the column in UTF-16 code units.
    pub fn place(&mut self, position: usize) -> (usize, usize) {
        let position = position.min(self.text.len());
        if position < self.line_start {
            *self = Self::new(self.text);
        }
        if position < self.at {
            (self.at, self.column) = (self.line_start, 1);
        }
        let ahead = &self.text[self.at..position];
        if let Some(last) = memchr::memrchr(b'\n', ahead) {
            self.line += memchr::memchr_iter(b'\n', ahead).count();
            self.line_start = self.at + last + 1;
            self.at = self.line_start;
            self.column = 1;
        }
        self.column += utf16_length(&self.text[self.at..position]);
        self.at = position;
        (self.line, self.column)
    }
}

/// UTF-16 code units of a piece of text; bytes that are not UTF-8 count one each.
fn utf16_length(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().encode_utf16().count() + chunk.invalid().len())
        .sum()
}

/// A path as people type it: `/` between parts, bytes that are not UTF-8 as `\xNN`.
pub fn display_path(path: &std::path::Path) -> String {
    let shown = display_bytes(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) { without_prefix(&shown).replace('\\', "/") } else { shown }
}

/// A path of Windows without the mark that it is complete: `C:\x` for `\\?\C:\x`.
fn without_prefix(path: &str) -> &str {
    let is_drive = |rest: &&str| rest.as_bytes().get(1) == Some(&b':');
    path.strip_prefix(r"\\?\").filter(is_drive).unwrap_or(path)
}

/// Bytes that are mostly text, like a path in git; what is not UTF-8 as `\xNN`.
pub fn display_bytes(raw: &[u8]) -> String {
    let mut shown = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            shown.push_str(&format!("\\x{byte:02x}"));
        }
    }
    shown
}

/// Where a word begins in a text, in any case.
pub(crate) fn positions<'t>(
    text: &'t [u8],
    word: &'t [u8],
) -> impl DoubleEndedIterator<Item = usize> + 't {
    (0..(text.len() + 1).saturating_sub(word.len()))
        .filter(move |i| text[*i..*i + word.len()].eq_ignore_ascii_case(word))
}

/// A number of things in words: `1 place`, `3 places`, `2 paths that git ignores`.
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let (head, rest) = noun.split_at(noun.find(" that ").unwrap_or(noun.len()));
    // A `y` after a vowel stays: days, keys.
    match head.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{number} {stem}ies{rest}"),
        None => format!("{number} {head}s{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_utf16_units() {
        let text = "a\u{1F511}b\nc\u{e4}d".as_bytes();
        let mut lines = Lines::new(text);
        assert_eq!(lines.place(5), (1, 4));
        assert_eq!(lines.place(7), (2, 1));
        assert_eq!(lines.place(10), (2, 3));
        assert_eq!(lines.place(1), (1, 2));
        assert_eq!(lines.place(usize::MAX), (2, 4));
    }

    #[test]
    fn complete_paths_of_windows_are_those_that_people_type() {
        assert_eq!(without_prefix(r"\\?\C:\a"), r"C:\a");
        for path in [r"C:\a", r"\\?\UNC\host\a", "a", r"\\?\"] {
            assert_eq!(without_prefix(path), path);
        }
    }

    #[test]
    fn numbers_have_their_nouns() {
        assert_eq!(count(1, "directory"), "1 directory");
        assert_eq!(count(2, "directory"), "2 directories");
        assert_eq!(count(2, "day"), "2 days");
        assert_eq!(count(0, "path that git ignores"), "0 paths that git ignores");
    }
}
