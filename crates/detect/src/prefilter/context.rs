//! A window in a keyword, and what stands around it there.

/// Eight bytes around the beginning of a window: two before it, its own three, and three after it.
/// Those that are not within the keyword are zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Context {
    /// The first byte as the lowest.
    pub bytes: u64,
    /// Ones for what is within the keyword.
    pub mask: u64,
}

/// Bytes before a window that its context begins with.
pub(super) const BEFORE: usize = 2;

/// Bytes in a window.
pub(super) const WINDOW: usize = 3;

impl Context {
    /// Index of the window: five bits for each of its bytes.
    pub(super) fn index(self) -> u16 {
        index((self.bytes >> 16) as u16, (self.bytes >> 32) as u16)
    }

    /// The indices of all windows that may be there; more than one where the window reaches beyond
    /// the keyword.
    pub(super) fn indices(self) -> impl Iterator<Item = u16> {
        let unknown = !index((self.mask >> 16) as u16, (self.mask >> 32) as u16) & 0x7fff;
        // Counts through all values of the unknown bits.
        let values = std::iter::successors(Some(0), move |value: &u16| {
            let next = (value | !unknown).wrapping_add(1) & unknown;
            (next != 0).then_some(next)
        });
        values.map(move |value| self.index() | value)
    }

    /// Low five bits that the byte before the window may have, as a set.
    pub(super) fn before(self) -> u32 {
        self.set(BEFORE - 1)
    }

    /// The same of the byte after it.
    pub(super) fn after(self) -> u32 {
        self.set(BEFORE + WINDOW)
    }

    fn set(self, byte: usize) -> u32 {
        let known = self.mask >> (8 * byte) & 1 == 1;
        if known { 1 << (self.bytes >> (8 * byte) & 31) } else { !0 }
    }
}

/// Index of a window whose first two bytes are `first_two`, and the third is the low one of `next`.
/// It tells letters apart, but not their cases.
#[inline(always)]
pub(super) const fn index(first_two: u16, next: u16) -> u16 {
    (first_two & 31) | (first_two >> 3 & 31 << 5) | (next & 31) << 10
}

/// The beginning of a keyword, with zeros around it.
#[derive(Debug)]
pub(super) struct Spelling {
    bytes: [u8; Self::ROOM + Self::MOST + Self::ROOM],
    length: usize,
}

impl Spelling {
    /// Maximum number of bytes of a keyword that are used.
    const MOST: usize = 40;
    const ROOM: usize = 8;

    pub(super) fn new(keyword: &[u8]) -> Self {
        let length = keyword.len().min(Self::MOST);
        let mut bytes = [0; Self::ROOM + Self::MOST + Self::ROOM];
        bytes[Self::ROOM..Self::ROOM + length].copy_from_slice(&keyword[..length]);
        Self { bytes, length }
    }

    /// Every window at an odd offset, or every one at an even offset: (offset, context). A window
    /// reaches beyond a keyword that is too short, by one byte at either end.
    pub(super) fn windows(&self, parity: isize) -> impl Iterator<Item = (isize, Context)> {
        let last = self.length as isize - WINDOW as isize;
        let offsets =
            if parity <= last { parity..=last } else { -parity..=(last + 1).max(-parity) };
        offsets.step_by(2).map(|offset| (offset, self.context(offset)))
    }

    fn context(&self, offset: isize) -> Context {
        let at = (Self::ROOM - BEFORE).saturating_add_signed(offset);
        let bytes = self.bytes.get(at..).and_then(|bytes| bytes.first_chunk());
        // Bytes of the context that are before the keyword, and after it.
        let before = Self::ROOM.saturating_sub(at).min(7);
        let after = (at + 8).saturating_sub(Self::ROOM + self.length).min(7);
        Context {
            bytes: u64::from_le_bytes(*bytes.unwrap_or(&[0; 8])),
            mask: !0 << (8 * before) & !0 >> (8 * after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_end_where_the_keyword_does() {
        let spelling = Spelling::new(b"ghp_");
        let windows: Vec<_> = spelling.windows(0).collect();
        assert_eq!(windows.len(), 1);
        assert_eq!(windows[0].0, 0);
        assert_eq!(windows[0].1.bytes, u64::from_le_bytes(*b"\0\0ghp_\0\0"));
        assert_eq!(windows[0].1.mask, 0x0000_ffff_ffff_0000);
        assert_eq!(windows[0].1.before(), !0);
        assert_eq!(windows[0].1.after(), 1 << 31);
        let (offset, odd) = spelling.windows(1).next().expect("three bytes are enough");
        assert_eq!((offset, odd.before(), odd.after()), (1, 1 << 7, !0));
    }

    #[test]
    fn short_keywords_have_windows_that_reach_beyond_them() {
        let spelling = Spelling::new(b"sg.");
        let offsets: Vec<_> = spelling.windows(1).map(|(offset, _)| offset).collect();
        assert_eq!(offsets, [-1, 1]);
        for (offset, context) in spelling.windows(1) {
            let indices: Vec<_> = context.indices().collect();
            assert_eq!(indices.len(), 32);
            for byte in 0..=255 {
                let text = if offset < 0 { [byte, b'S', b'G'] } else { [b'G', b'.', byte] };
                let index = index(u16::from_le_bytes([text[0], text[1]]), u16::from(text[2]));
                assert!(indices.contains(&index));
            }
        }
    }
}
