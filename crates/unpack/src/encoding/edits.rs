//! Escapes and seams, each an edit of the text; those that are close together are made at once, in the
//! lines around them, so that a name keeps its value.

use std::ops::Range;

use super::Encoding;
use super::map::Output;
use super::runs::{DIGIT, class, is_word};

/// What part of a text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) start: usize,
    pub(super) end: usize,
    bytes: [u8; 4],
    length: usize,
    pub(super) encoding: Encoding,
    pub(super) weight: Weight,
}

/// Whether an edit is a reason to look at the text that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// It is.
    Full,
    /// If what it joins is a long word.
    IfLong,
    /// It is made where others are.
    None,
    /// It is not made: it says that those beside it are bytes and no text.
    Against,
}

impl Edit {
    /// One that puts a few bytes, at most four, in place of a span.
    pub(super) fn new(
        span: Range<usize>,
        bytes: &[u8],
        encoding: Encoding,
        weight: Weight,
    ) -> Self {
        let mut four = [0; 4];
        let length = bytes.len().min(4);
        four[..length].copy_from_slice(&bytes[..length]);
        Self { start: span.start, end: span.end, bytes: four, length, encoding, weight }
    }

    /// One that puts a character there.
    pub(super) fn character(
        span: Range<usize>,
        character: char,
        encoding: Encoding,
        weight: Weight,
    ) -> Self {
        let mut bytes = [0; 4];
        Self::new(span, character.encode_utf8(&mut bytes).as_bytes(), encoding, weight)
    }

    /// What it puts there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Edits that are so close together are made at once; so much of a line around them is kept.
pub(super) const NEAR: usize = 256;

/// The most of a text that edits are gathered in.
const LONGEST: usize = 1 << 20;

/// Least length of a word that an [`Weight::IfLong`] edit joins.
const LONG_WORD: usize = 16;

/// The length of the first edits that belong together; none if some may follow in what is not looked
/// at yet, behind `known`.
pub(super) fn cluster(edits: &[Edit], known: usize) -> Option<usize> {
    let first = edits.first()?;
    let mut end = first.end;
    let mut count = 0;
    for edit in edits {
        if edit.start > end + NEAR || edit.start > first.start + LONGEST {
            return Some(count);
        }
        end = end.max(edit.end);
        count += 1;
    }
    (known > end + NEAR || known > first.start + LONGEST).then_some(count)
}

/// What edits make of a text, and memory for it.
#[derive(Debug, Default)]
pub(super) struct Edited {
    pub(super) out: Output,
    /// What was decoded, each once, in order of place.
    pub(super) encodings: Vec<Encoding>,
    /// Where words were joined in the result.
    joined: Vec<usize>,
}

impl Edited {
    /// Makes edits that belong together, in the lines around them, and says where they are. `None` if
    /// there is no reason to look at the result.
    pub(super) fn apply(&mut self, text: &[u8], edits: &[Edit]) -> Option<Range<usize>> {
        if !edits.iter().any(|edit| matches!(edit.weight, Weight::Full | Weight::IfLong)) {
            return None;
        }
        self.out.clear();
        self.encodings.clear();
        self.joined.clear();
        // Quoted-printable is all of a mail or nothing: `=20` alone is a number.
        let is_mail = edits
            .iter()
            .any(|edit| edit.encoding == Encoding::QuotedPrintable && edit.weight != Weight::None);
        let applies = |edit: &&Edit| {
            edit.weight != Weight::Against
                && (is_mail || edit.encoding != Encoding::QuotedPrintable)
        };
        let start = line_start(text, edits.iter().find(applies)?.start);
        let mut at = start;
        let mut reasons = 0;
        let mut is_ascii = true;
        for edit in edits.iter().filter(applies).filter(|edit| edit.start >= start) {
            if edit.start < at {
                continue;
            }
            self.out.copy(text, at..edit.start);
            self.out.replace(edit.start..edit.end, edit.bytes());
            at = edit.end;
            is_ascii &= edit.bytes().is_ascii();
            match edit.weight {
                Weight::Full => reasons += 1,
                Weight::IfLong => self.joined.push(self.out.bytes().len()),
                _ => {}
            }
            if !self.encodings.contains(&edit.encoding) {
                self.encodings.push(edit.encoding);
            }
        }
        let end = line_end(text, at);
        self.out.copy(text, at..end);
        let mut against = edits.iter().filter(|edit| edit.weight == Weight::Against).count();
        if !is_ascii {
            let chunks = self.out.bytes().utf8_chunks();
            against += chunks.filter(|chunk| !chunk.invalid().is_empty()).count();
        }
        reasons += self.joined.iter().filter(|at| joins_word(self.out.bytes(), **at)).count();
        (reasons > 2 * against).then_some(start..end)
    }
}

/// Whether a byte may stand where a token or an address is cut.
pub(super) const fn is_of_words(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'/' | b':' | b'@' | b'.' | b'=')
}

/// Whether a long word with a digit in it is around a place.
fn joins_word(bytes: &[u8], at: usize) -> bool {
    /// As far as it is looked at.
    const REACH: usize = 64;
    let (before, behind) = bytes.split_at(at.min(bytes.len()));
    let before = before.iter().rev().take(REACH).take_while(|byte| is_of_words(**byte));
    let behind = behind.iter().take(REACH).take_while(|byte| is_of_words(**byte));
    let (mut length, mut digits) = (0, 0);
    for byte in before.chain(behind) {
        length += 1;
        digits += usize::from(class(*byte) & DIGIT != 0);
    }
    length >= LONG_WORD && digits > 0
}

fn line_start(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(NEAR);
    memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |newline| floor + newline + 1)
}

fn line_end(text: &[u8], at: usize) -> usize {
    let end = text.len().min(at + NEAR);
    memchr::memchr2(b'\n', b'\r', &text[at..end]).map_or(end, |newline| at + newline)
}
