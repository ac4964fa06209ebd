//! Lines with escapes that stand for something. Nearly all that look like it are the `\n` at the end of
//! a string, `%d`, and the address of a variable.

use std::ops::Range;

use super::escapes;
use super::html;
use super::joined;
use super::json;
use super::runs::{HEX, class};

/// What was seen of the line that is looked at, in the order of its escapes.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// The last backslash.
    last: Option<usize>,
    /// Backslashes before an `n`, and before another one.
    lines: usize,
    deeper: usize,
}

impl Line {
    /// Whether nothing but the escapes themselves can say what they are, at an escape that may be one.
    /// Says so before or at the last one that it takes to be an edit or a text in a string.
    pub(super) fn is_worth(&mut self, text: &[u8], at: usize) -> bool {
        match text[at] {
            b'%' => may_be_percent(text, at) && escapes::percent(text, at).is_some(),
            b'&' => html::reference(text, at).is_some(),
            _ => self.is_worth_by_backslash(text, at),
        }
    }

    fn is_worth_by_backslash(&mut self, text: &[u8], at: usize) -> bool {
        // The nearest end of a line is the one before this one, and not that behind the last one.
        let rest = self.last.map(|last| text[..at].get(last + 2..).unwrap_or_default());
        if rest.is_none_or(|rest| memchr::memrchr(b'\n', rest).is_some()) {
            *self = Self::default();
        }
        self.last = Some(at);
        match text.get(at + 1) {
            Some(b'n') => {
                self.lines += 1;
                self.lines > 1
            }
            Some(b'\\') => {
                self.deeper += 1;
                self.deeper > 1
            }
            Some(b'"') => json::is_setting(text, at),
            Some(b'\n' | b'\r') => joined::continued(text, at).is_some(),
            Some(b'r' | b't') | None => false,
            Some(_) => escapes::backslash(text, at).is_some(),
        }
    }

    /// Whether the line with the last backslash goes on to the end of a text.
    pub(super) fn goes_on(&self, text: &[u8]) -> bool {
        self.last.is_some_and(|last| {
            let rest = text.get(last + 2..).unwrap_or_default();
            memchr::memchr(b'\n', rest).is_none()
        })
    }
}

/// The line around a place in a part of a text, with those that a backslash before their ends adds to it.
pub(super) fn around(text: &[u8], part: Range<usize>, place: usize) -> Range<usize> {
    let is_end = |newline: &usize| *newline == 0 || text[newline - 1] != b'\\';
    let before = memchr::memrchr_iter(b'\n', &text[part.start..place]);
    let start = before.map(|at| part.start + at).find(is_end).map_or(part.start, |at| at + 1);
    let behind = memchr::memchr_iter(b'\n', &text[place..part.end]);
    let end = behind.map(|at| place + at).find(is_end).unwrap_or(part.end);
    start..end
}

fn may_be_percent(text: &[u8], at: usize) -> bool {
    let is_digit = |at| text.get(at).is_some_and(|byte| class(*byte) & HEX != 0);
    is_digit(at + 1) && is_digit(at + 2) || text.get(at + 1) == Some(&b'u')
}
