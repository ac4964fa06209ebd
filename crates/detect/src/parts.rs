//! Texts that are put together from parts of another one: a literal in several pieces, base64 in several
//! lines. Each byte is one of the source, and its place there is known.

use std::borrow::Cow;
use std::ops::Range;

/// Parts of a source, in order, of which a text is put together. Nothing is allocated for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts(Vec<Range<usize>>);

impl Parts {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the first one begins and the last one ends in the source.
    pub(crate) fn hull(&self) -> Option<Range<usize>> {
        Some(self.0.first()?.start..self.0.last()?.end)
    }

    /// Adds a part behind the last; one that goes on where that ends is one with it.
    pub(crate) fn push(&mut self, part: Range<usize>) {
        match self.0.last_mut() {
            Some(last) if last.end == part.start => last.end = part.end,
            _ if part.is_empty() => {}
            _ => self.0.push(part),
        }
    }

    /// The place in the source of each byte of the text.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().flat_map(Clone::clone)
    }

    /// What a range of the text takes up in the source, from its first byte to its last. What is behind
    /// the text has an empty place, at its end.
    pub(crate) fn place(&self, range: Range<usize>) -> Range<usize> {
        let end = self.hull().map_or(0, |hull| hull.end);
        let start = self.byte(range.start).unwrap_or(end);
        let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
        match last {
            Some(last) => start..self.byte(last).map_or(end, |at| at + 1),
            None => start..start,
        }
    }

    /// The place of one byte of the text.
    fn byte(&self, at: usize) -> Option<usize> {
        let mut before = 0;
        let mut ends = self.0.iter().map(|part| {
            let start = before;
            before += part.len();
            (start, part)
        });
        let (start, part) = ends.find(|(start, part)| at < start + part.len())?;
        Some(part.start + (at - start))
    }

    /// The text.
    pub(crate) fn text<'s>(&self, source: &'s [u8]) -> Cow<'s, [u8]> {
        let parts = || self.0.iter().map(|part| source.get(part.clone()).unwrap_or_default());
        match self.0.as_slice() {
            [] => Cow::Borrowed(&[]),
            [_] => Cow::Borrowed(parts().next().unwrap_or_default()),
            _ => Cow::Owned(parts().collect::<Vec<_>>().concat()),
        }
    }
}

impl FromIterator<Range<usize>> for Parts {
    fn from_iter<I: IntoIterator<Item = Range<usize>>>(all: I) -> Self {
        let mut parts = Self::default();
        all.into_iter().for_each(|part| parts.push(part));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_place() {
        let source = b"ab\" + \"cde\n  fg";
        let parts: Parts = [0..2, 7..8, 8..10, 13..15].into_iter().collect();
        assert_eq!(*parts.text(source), *b"abcdefg");
        assert_eq!(parts.hull(), Some(0..15));
        for (at, place) in parts.places().enumerate() {
            assert_eq!(parts.text(source)[at], source[place]);
            assert_eq!(parts.place(at..at + 1), place..place + 1);
        }
        assert_eq!(parts.place(1..6), 1..14);
        assert_eq!(parts.place(2..2), 7..7);
        assert_eq!(parts.place(5..99), 13..15);
        assert_eq!(parts.place(99..100), 15..15);
    }

    #[test]
    fn no_parts_make_no_text() {
        let none = Parts::default();
        assert_eq!((none.is_empty(), none.hull(), none.place(0..3)), (true, None, 0..0));
        assert!(none.text(b"abc").is_empty());
        let one: Parts = [1..1, 1..2, 2..3].into_iter().collect();
        assert!(matches!(one.text(b"abc"), Cow::Borrowed(b"bc")));
    }
}
