//! The lines below a line of base64 that belong to it: as mail, PEM and YAML wrap it, as literals that
//! are joined, behind comment signs, behind what a logger puts before each line.

use std::ops::Range;

use super::runs::{Run, class};

/// A line that is at least so long may go on in the next one.
pub(super) const NARROWEST: usize = 24;

/// Bytes before the letters of a line, at most.
const MARGIN: usize = 160;

/// Letters that are wrapped over lines.
pub(super) struct Wrapped {
    /// The last line, without what stands around its letters.
    line: Range<usize>,
    width: usize,
    /// What stands before the letters of the first line.
    margin: Range<usize>,
    is_done: bool,
    /// Another line was as long as the first.
    goes_on: bool,
}

impl Wrapped {
    /// Beginning with a first line.
    pub(super) fn new(text: &[u8], first: Range<usize>) -> Self {
        let from = first.start.saturating_sub(MARGIN);
        let before = text.get(from..first.start).unwrap_or_default();
        let margin = memchr::memrchr(b'\n', before).map_or(from, |at| from + at + 1)..first.start;
        let width = first.len();
        Self { line: first, width, margin, is_done: width < NARROWEST, goes_on: false }
    }

    /// Letters of the first line.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The next line. All but the last one are as long as the first.
    pub(super) fn next(&mut self, text: &[u8]) -> Option<Range<usize>> {
        if self.is_done {
            return None;
        }
        self.is_done = true;
        let line = self.letters(text, line_end(text, self.line.end)?)?;
        self.is_done = line.len() < self.width;
        // After a single line of part of a group it is more likely a word.
        if self.is_done && !self.width.is_multiple_of(4) && !self.goes_on {
            return None;
        }
        self.goes_on = true;
        self.line = line.clone();
        Some(line)
    }

    /// The letters of the line that begins at a place.
    fn letters(&self, text: &[u8], start: usize) -> Option<Range<usize>> {
        let mut at = start;
        // Nothing but signs so far.
        let mut is_plain = true;
        while at < start + MARGIN {
            let byte = *text.get(at)?;
            if byte == b'\n' || is_plain && matches!(byte, b'\r' | b':' | b'=') {
                return None;
            }
            if class(byte) == 0 {
                at += 1;
                continue;
            }
            let run = Run::at(text, at).span;
            let is_sign = run.len() == 1 && matches!(byte, b'+' | b'-');
            let begins = at == start
                || matches!(text[at - 1], b' ' | b'\t' | b'"' | b'\'' | b'>' | b'|' | b'+');
            let fits = run.len() == self.width || run.len() < self.width && ends(text, run.end);
            let has_margin = is_plain || self.is_same_margin(text, start..at);
            if begins && fits && !is_sign && has_margin {
                return Some(run);
            }
            // A diff has a sign before each line.
            if at == start && run.len() == self.width + 1 && matches!(byte, b'+' | b'-') {
                return Some(run.start + 1..run.end);
            }
            is_plain &= is_sign;
            at = run.end;
        }
        None
    }

    /// Whether what stands before a line is what stands before the first one, but for its numbers.
    fn is_same_margin(&self, text: &[u8], margin: Range<usize>) -> bool {
        let without_numbers = |span: Range<usize>| {
            let bytes = text.get(span).unwrap_or_default();
            let digits = |at: usize| at > 0 && bytes[at - 1].is_ascii_digit();
            let rest = bytes.iter().enumerate();
            let rest = rest.filter(move |(at, byte)| !(byte.is_ascii_digit() && digits(*at)));
            rest.map(|(_, byte)| if byte.is_ascii_digit() { b'0' } else { *byte })
        };
        without_numbers(self.margin.clone()).eq(without_numbers(margin))
    }
}

/// Where the next line begins if nothing but what joins lines stands before its end.
fn line_end(text: &[u8], from: usize) -> Option<usize> {
    const LONGEST: usize = 16;
    let mut at = from;
    while at < from + LONGEST {
        match text.get(at)? {
            b'\n' => return Some(at + 1),
            b'\\' if matches!(text.get(at + 1), Some(b'n' | b'r')) => at += 2,
            b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'`' | b'+' | b'.' | b'&' | b'\\' | b'_'
            | b'|' | b'<' | b'>' => at += 1,
            _ => return None,
        }
    }
    None
}

/// Whether the last letters of all may end at a place.
fn ends(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|byte| {
        matches!(byte, b'=' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b'<' | b'\\')
            || line_end(text, at).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> usize {
        let start = text.find("AAAA").unwrap();
        let mut wrapped = Wrapped::new(text.as_bytes(), Run::at(text.as_bytes(), start).span);
        std::iter::from_fn(|| wrapped.next(text.as_bytes())).count()
    }

    #[test]
    fn lines_with_a_margin_go_on() {
        let line = "AAAAbbbbCCCCddddEEEEffff";
        for (before, after) in
            [("", ""), ("  ", ""), ("# ", ""), ("> ", ""), ("+", ""), ("\"", "\""), ("+ \"", "\"")]
        {
            let text =
                format!("{before}{line}{after}\n{before}{line}{after}\n{before}ab=={after}\n");
            assert_eq!(lines(&text), 2, "{text}");
        }
        let text = format!("#5 0.20 {line}\n#5 0.9 {line}\n#5 1.10 {line}\n#6 done\n");
        assert_eq!(lines(&text), 2);
    }

    #[test]
    fn other_lines_are_left_alone() {
        let line = "AAAAbbbbCCCCddddEEEEffff";
        assert_eq!(lines(&format!("a: {line}\nb: {line}\n")), 0);
        assert_eq!(lines(&format!("[\"{line}\",\n\"{line}\"]\n")), 0);
        assert_eq!(lines(&format!("{line}\n\n{line}\n")), 0);
        assert_eq!(lines(&format!("{line}\nnext: 1\n")), 0);
    }
}
