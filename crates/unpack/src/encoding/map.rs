//! Decoded bytes, with the way back to the text that they stand for.

use std::ops::Range;

/// Decoded bytes that stand for groups of the text, one behind the other and all of one length: three
/// bytes of base64 for four letters, a byte of what is taken as it is for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where its bytes begin. They end where the next piece begins.
    decoded: usize,
    /// What it stands for.
    from: usize,
    to: usize,
    /// Bytes of a group, and its length in the text.
    group: (usize, usize),
}

/// The way back from decoded bytes to the text.
#[derive(Debug, Clone, Copy)]
pub struct Map<'a> {
    pieces: &'a [Piece],
    /// Of the decoded bytes.
    length: usize,
}

impl Map<'_> {
    /// What a range of the decoded bytes stands for: the shortest part of the text that can be told.
    /// An empty range has an empty place.
    pub fn span(&self, decoded: Range<usize>) -> Range<usize> {
        let start = self.group(decoded.start).start;
        match decoded.end.checked_sub(1) {
            Some(last) if decoded.start <= last => start..self.group(last).end.max(start),
            _ => start..start,
        }
    }

    /// The group that a decoded byte belongs to; the end of the text behind the last byte.
    fn group(&self, at: usize) -> Range<usize> {
        let next = self.pieces.partition_point(|piece| piece.decoded <= at);
        let Some(piece) = next.checked_sub(1).and_then(|last| self.pieces.get(last)) else {
            return 0..0;
        };
        if at >= self.length {
            return piece.to..piece.to;
        }
        let (bytes, letters) = piece.group;
        let start = piece.from + (at - piece.decoded) / bytes.max(1) * letters;
        start.min(piece.to)..(start + letters).min(piece.to)
    }
}

/// Decoded bytes and their map, made from the front to the back.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Output {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
    }

    /// The bytes so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their map.
    pub(super) fn map(&self) -> Map<'_> {
        Map { pieces: &self.pieces, length: self.bytes.len() }
    }

    /// Adds a part of the text as it is.
    pub(super) fn copy(&mut self, text: &[u8], span: Range<usize>) {
        self.groups(span.clone(), (1, 1), text.get(span).unwrap_or_default().iter().copied());
    }

    /// Adds what a part of the text stands for as a whole.
    pub(super) fn replace(&mut self, span: Range<usize>, bytes: &[u8]) {
        self.groups(span.clone(), (bytes.len(), span.len()), bytes.iter().copied());
    }

    /// Adds groups of bytes, and the part of the text that they stand for.
    pub(super) fn groups(
        &mut self,
        span: Range<usize>,
        group: (usize, usize),
        bytes: impl Iterator<Item = u8>,
    ) {
        let decoded = self.bytes.len();
        self.bytes.extend(bytes);
        if self.bytes.len() == decoded {
            return;
        }
        match self.pieces.last_mut() {
            // Pieces are few only if what goes on goes on in the same one.
            Some(last)
                if last.group == group
                    && last.to == span.start
                    && (last.to - last.from) * group.0 == (decoded - last.decoded) * group.1 =>
            {
                last.to = span.end;
            }
            _ => self.pieces.push(Piece { decoded, from: span.start, to: span.end, group }),
        }
    }

    /// Forgets the bytes from some place on.
    pub(super) fn truncate(&mut self, length: usize) {
        if length < self.bytes.len() {
            let end = self.map().span(length.saturating_sub(1)..length).end;
            self.bytes.truncate(length);
            self.pieces.retain(|piece| piece.decoded < length);
            if let Some(last) = self.pieces.last_mut() {
                last.to = last.to.min(end.max(last.from));
            }
        }
    }

    /// Adds the bytes of another one, whose places are of the same text.
    pub(super) fn append(&mut self, other: &Output, part: Range<usize>) {
        let base = self.bytes.len();
        let bytes = other.bytes.get(part.clone()).unwrap_or_default();
        if part.start == 0 {
            self.bytes.extend_from_slice(bytes);
            let pieces = other.pieces.iter().filter(|piece| piece.decoded < part.end);
            self.pieces
                .extend(pieces.map(|piece| Piece { decoded: base + piece.decoded, ..*piece }));
        } else {
            self.replace(other.map().span(part), bytes);
        }
    }

    /// Where the last piece ends in the text.
    pub(super) fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.to)
    }

    /// Replaces UTF-16, lower byte first, by UTF-8.
    pub(super) fn utf16_to_utf8(&mut self) {
        let units = self.bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let text: String = char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .skip_while(|letter| *letter == '\u{feff}')
            .collect();
        let start = self.pieces.first().map_or(0, |piece| piece.from);
        let skipped = self.bytes.starts_with(b"\xff\xfe");
        // Three letters are six bytes, which are eight letters of base64.
        let group = match self.pieces.as_slice() {
            [Piece { group: (bytes, letters), .. }, ..]
                if text.is_ascii() && !skipped && matches!((bytes, letters), (3, 4) | (1, 2)) =>
            {
                let has_gaps = self.pieces.windows(2).any(|two| two[0].to != two[1].from);
                (!has_gaps).then_some(if *bytes == 3 { (3, 8) } else { (1, 4) })
            }
            _ => None,
        };
        let span = start..self.end();
        self.clear();
        match group {
            Some(group) => self.groups(span, group, text.bytes()),
            None => self.replace(span, text.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_as_exact_as_the_groups() {
        let mut out = Output::default();
        out.copy(b"ab=", 0..3);
        out.groups(3..11, (3, 4), b"cdefgh".iter().copied());
        out.replace(11..17, b"i");
        let map = out.map();
        assert_eq!(map.span(0..3), 0..3);
        assert_eq!(map.span(1..2), 1..2);
        assert_eq!(map.span(3..4), 3..7);
        assert_eq!(map.span(5..7), 3..11);
        assert_eq!(map.span(9..10), 11..17);
        assert_eq!(map.span(4..4), 3..3);
        assert_eq!(map.span(10..10), 17..17);
        assert_eq!(map.span(10..99), 17..17);
    }

    #[test]
    fn what_goes_on_is_one_piece() {
        let mut out = Output::default();
        out.groups(0..4, (3, 4), b"abc".iter().copied());
        out.groups(4..8, (3, 4), b"def".iter().copied());
        out.groups(9..13, (3, 4), b"ghi".iter().copied());
        assert_eq!(out.pieces.len(), 2);
        assert_eq!(out.map().span(6..7), 9..13);
        out.truncate(4);
        assert_eq!(out.bytes(), b"abcd");
        assert_eq!(out.end(), 8);
    }

    #[test]
    fn a_part_keeps_its_places() {
        let mut value = Output::default();
        value.groups(5..9, (3, 4), b"abc".iter().copied());
        let mut out = Output::default();
        out.copy(b"name=", 0..5);
        out.append(&value, 0..2);
        assert_eq!(out.bytes(), b"name=ab");
        assert_eq!(out.map().span(5..7), 5..9);
    }

    #[test]
    fn utf16_is_replaced() {
        let mut out = Output::default();
        out.groups(0..8, (3, 4), b"a\0b\0c\0".iter().copied());
        out.utf16_to_utf8();
        assert_eq!(out.bytes(), b"abc");
        assert_eq!(out.map().span(1..2), 0..8);
    }
}
