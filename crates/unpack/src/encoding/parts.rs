//! Parts of a text that are decoded as if nothing were around them.
//!
//! Of two versions of a text the same is decoded where they have the same bytes, if these are all that it
//! depends on. Most encodings end with their line. What may go on is looked for: base64 in lines below
//! each other, and edits so close to each other that they are made at once. So a text may be cut behind
//! a line if the line is not continued and has no long run of letters, and if there is no edit far and wide.
//! What such cuts leave is decoded by itself, and what is new in a version counts as new with its
//! surroundings: names before a value, and the line above.

use std::ops::Range;

use super::edits::NEAR;
use super::marks::{self, Marks};
use super::runs::class;
use super::wrapped::NARROWEST;
use super::{escapes, html, invisible, joined, near, quoted_printable};

/// Bytes around what is new that may be looked at for something that stands beside it.
const REACH: usize = 512;

/// Longest edit: the seam of two literals, with the blanks of its lines.
const LONGEST_EDIT: usize = 256;

/// Bytes without an edit around a cut.
const GAP: usize = NEAR + LONGEST_EDIT + 1;

/// Bytes that are looked at first for a cut.
const WINDOW: usize = 2 * GAP;

/// The parts of a text that have to be decoded because of what is new in it, in order.
#[derive(Debug, Default)]
pub(super) struct Parts {
    parts: Vec<Range<usize>>,
    marks: Vec<Marks>,
    edits: Vec<usize>,
    lines: Vec<Range<usize>>,
}

impl Parts {
    /// Finds them. What is new is in order; it may be empty where something was taken out.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        new: impl Iterator<Item = Range<usize>>,
    ) -> &[Range<usize>] {
        self.parts.clear();
        for new in new {
            let near = new.start.saturating_sub(REACH)..text.len().min(new.end + REACH);
            match self.parts.last_mut() {
                Some(last) if near.start <= last.end => last.end = last.end.max(near.end),
                _ => self.parts.push(near),
            }
        }
        let mut parts = std::mem::take(&mut self.parts);
        let mut kept: usize = 0;
        for at in 0..parts.len() {
            let floor = kept.checked_sub(1).map_or(0, |last: usize| parts[last].end);
            let near = parts[at].clone();
            let before = self.cuts(text, floor..near.start, kept == 0);
            match (before, kept.checked_sub(1)) {
                (Some((end, start)), last) => {
                    if let Some(last) = last {
                        parts[last].end = end;
                    }
                    parts[kept] = start..near.end;
                    kept += 1;
                }
                (None, Some(last)) => parts[last].end = near.end,
                (None, None) => {
                    parts[0] = 0..near.end;
                    kept = 1;
                }
            }
        }
        parts.truncate(kept);
        if let Some(last) = parts.last_mut() {
            last.end = self.first_cut(text, last.end..text.len()).unwrap_or(text.len());
        }
        self.parts = parts;
        &self.parts
    }

    /// The first and the last place between two parts where the text may be cut; before the first part
    /// the last one is enough.
    fn cuts(
        &mut self,
        text: &[u8],
        between: Range<usize>,
        is_first: bool,
    ) -> Option<(usize, usize)> {
        let last = self.last_cut(text, between.clone())?;
        let first = if is_first { last } else { self.first_cut(text, between)? };
        Some((first, last))
    }

    /// The first place in a range where the text may be cut by what is in the range alone.
    fn first_cut(&mut self, text: &[u8], within: Range<usize>) -> Option<usize> {
        let mut length = WINDOW;
        loop {
            let end = within.end.min(within.start + length);
            let found = self.each_cut(text, within.start..end, true);
            if found.is_some() || end == within.end {
                return found;
            }
            length *= 2;
        }
    }

    /// The last one.
    fn last_cut(&mut self, text: &[u8], within: Range<usize>) -> Option<usize> {
        let mut length = WINDOW;
        loop {
            let start = within.start.max(within.end.saturating_sub(length));
            let found = self.each_cut(text, start..within.end, false);
            if found.is_some() || start == within.start {
                return found;
            }
            length *= 2;
        }
    }

    /// The first or the last cut that a window shows.
    fn each_cut(&mut self, text: &[u8], window: Range<usize>, is_first: bool) -> Option<usize> {
        if window.len() < GAP {
            return None;
        }
        self.note_edits(text, window.clone());
        self.lines.clear();
        let mut line = None;
        let mut next = 0;
        for newline in memchr::memchr_iter(b'\n', &text[window.clone()]) {
            let cut = window.start + newline + 1;
            // The first line may begin before the window.
            let Some(start) = line.replace(cut) else { continue };
            while self.edits.get(next).is_some_and(|edit| *edit < cut) {
                next += 1;
            }
            let before = next.checked_sub(1).map_or(window.start, |last| self.edits[last]);
            let behind = self.edits.get(next).copied().unwrap_or(window.end);
            let goes_on = cut > 1 && text[cut - 2] == b'\\';
            if behind - before >= GAP && !goes_on {
                self.lines.push(start..cut);
            }
        }
        let is_cut = |line: &&Range<usize>| !has_long_run(&text[(*line).clone()]);
        let mut lines = self.lines.iter();
        let line = if is_first { lines.find(is_cut) } else { lines.rfind(is_cut) };
        line.map(|line| line.end)
    }

    /// Takes note of all that may be an edit in a window.
    fn note_edits(&mut self, text: &[u8], window: Range<usize>) {
        let blocks = window.len().div_ceil(marks::BLOCK);
        if self.marks.len() < blocks {
            self.marks.resize(blocks, Marks::default());
        }
        let count = marks::look(text, window, &mut self.marks);
        self.edits.clear();
        for marks in &self.marks[..count] {
            let places = marks.places(marks.pairs);
            self.edits.extend(places.filter(|at| may_be_edit(text, *at)));
        }
    }
}

/// Whether an edit may begin at the pair at a place, whatever is around it.
fn may_be_edit(text: &[u8], at: usize) -> bool {
    // Characters that are not seen may be many in a row.
    text[at] >= 0x80
        || near::may_be(text, at)
            && match text[at] {
                b'\\' => joined::continued(text, at).or_else(|| escapes::backslash(text, at)),
                b'%' => escapes::percent(text, at),
                b'&' => html::reference(text, at),
                b'"' | b'\'' => joined::seam(text, at),
                b'`' | b'^' => joined::continued(text, at),
                b'<' => invisible::tag(text, at),
                b'=' => quoted_printable::equals(text, at),
                _ => None,
            }
            .is_some()
}

/// Whether a line may be one of several in base64.
fn has_long_run(line: &[u8]) -> bool {
    let is_letter = |byte: &&u8| class(**byte) != 0;
    // One of so many bytes in a row is among these.
    let mut at = NARROWEST - 1;
    while let Some(byte) = line.get(at) {
        let mut length = 0;
        if is_letter(&byte) {
            let behind = line[at..].iter().take_while(is_letter).count();
            length = line[..at].iter().rev().take_while(is_letter).count() + behind;
            at += behind;
        }
        if length >= NARROWEST {
            return true;
        }
        at += NARROWEST;
    }
    false
}

/// Where a piece of a text ends that is at least so long: behind a line that is not continued, so that no
/// line is in two pieces, or `longest` bytes later.
pub(super) fn end_of_piece(text: &[u8], length: usize, longest: usize) -> usize {
    let most = text.len().min(length + longest);
    let Some(rest) = text.get(length..most) else { return text.len() };
    let mut newlines = memchr::memchr_iter(b'\n', rest).map(|newline| length + newline);
    let newline = newlines.find(|newline| *newline == 0 || text[newline - 1] != b'\\');
    newline.map_or(most, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_are_seen_anywhere() {
        let run = "A/b+".repeat(7);
        for before in 0..60 {
            for length in 20..28 {
                let line =
                    format!("{}{}{}", "a b ".repeat(20).split_at(before).0, ".", &run[..length]);
                for line in [format!("{line}\n"), format!("{line}. a b c\n")] {
                    assert_eq!(has_long_run(line.as_bytes()), length >= NARROWEST, "{line}");
                }
            }
        }
    }
}
