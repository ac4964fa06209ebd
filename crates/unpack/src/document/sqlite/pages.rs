//! The pages of a database: those of its file, or the ones that a log holds.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::node::Node;
use super::record::Encoding;

/// How a database begins.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// The header of a database, before the b-tree of page 1.
const HEADER: usize = 100;

/// Pages by their numbers, which begin at 1.
pub(super) struct Pages<'a> {
    place: Place<'a>,
    size: usize,
    /// Bytes of a page that b-trees use; extensions keep the rest.
    pub(super) usable: usize,
    pub(super) encoding: Encoding,
    /// Pages that something points to. Each is read once, so that no ring of pages is read for ever.
    reached: RefCell<HashSet<u32>>,
}

enum Place<'a> {
    File(&'a [u8]),
    Frames(HashMap<u32, &'a [u8]>),
}

impl<'a> Pages<'a> {
    /// The pages of a file; none where its header is damaged.
    pub(super) fn of_file(bytes: &'a [u8]) -> Option<Self> {
        let (size, reserved, encoding) = header(bytes)?;
        Some(Self::new(Place::File(bytes), size, reserved, encoding))
    }

    /// Pages that a log holds. What page 1 says of text and reserved bytes is taken from it, if it is
    /// among them.
    pub(super) fn of_frames(frames: HashMap<u32, &'a [u8]>, size: usize) -> Self {
        let header = frames.get(&1).and_then(|first| header(first));
        let (_, reserved, encoding) = header.unwrap_or((size, 0, Encoding::Utf8));
        Self::new(Place::Frames(frames), size, reserved, encoding)
    }

    fn new(place: Place<'a>, size: usize, reserved: usize, encoding: Encoding) -> Self {
        Self { place, size, usable: size - reserved, encoding, reached: RefCell::default() }
    }

    /// The bytes of a page, or as many as there are.
    pub(super) fn page(&self, number: u32) -> Option<&'a [u8]> {
        match &self.place {
            Place::Frames(frames) => frames.get(&number).copied(),
            Place::File(bytes) => {
                let start = usize::try_from(number).ok()?.checked_sub(1)?.checked_mul(self.size)?;
                let page = bytes.get(start..bytes.len().min(start.saturating_add(self.size)))?;
                (!page.is_empty()).then_some(page)
            }
        }
    }

    /// A page of a b-tree.
    pub(super) fn node(&self, number: u32) -> Option<Node<'a>> {
        Node::new(self.page(number)?, if number == 1 { HEADER } else { 0 })
    }

    /// Takes note that something points to a page. Says whether it is the first that does so.
    pub(super) fn reach(&self, number: u32) -> bool {
        self.reached.borrow_mut().insert(number)
    }

    pub(super) fn is_reached(&self, number: u32) -> bool {
        self.reached.borrow().contains(&number)
    }

    /// Whether a page lies behind the end of the file.
    pub(super) fn is_beyond(&self, number: u32) -> bool {
        number > self.count()
    }

    /// The highest number of a page of a file; 0 where pages come from a log.
    pub(super) fn count(&self) -> u32 {
        match &self.place {
            Place::File(bytes) => {
                u32::try_from(bytes.len().div_ceil(self.size)).unwrap_or(u32::MAX)
            }
            Place::Frames(_) => 0,
        }
    }

    /// Whether a file ends before its last page does. Its header says how many there are (1.3.9), if
    /// the program that wrote it last is one that keeps count.
    pub(super) fn is_cut(&self) -> bool {
        let Place::File(bytes) = &self.place else { return false };
        let number =
            |at: usize| bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four));
        let is_kept = number(24) == number(92);
        let count = number(28).filter(|_| is_kept).unwrap_or(0);
        !bytes.len().is_multiple_of(self.size) || count > self.count()
    }
}

/// Size of a page, reserved bytes of each and encoding of texts (1.3.2, 1.3.4, 1.3.13).
fn header(bytes: &[u8]) -> Option<(usize, usize, Encoding)> {
    if !bytes.starts_with(MAGIC) || bytes.len() < HEADER {
        return None;
    }
    let size = page_size(u32::from(u16::from_be_bytes([bytes[16], bytes[17]])))?;
    let reserved = usize::from(bytes[20]);
    // No less than 480 usable bytes; where it says so, the byte is damaged.
    let reserved = if size - reserved < 480 { 0 } else { reserved };
    let encoding = match bytes[59] {
        2 => Encoding::Utf16Le,
        3 => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    };
    Some((size, reserved, encoding))
}

/// The size that a header names: a power of two, where 1 stands for 65536, which does not fit.
pub(super) fn page_size(named: u32) -> Option<usize> {
    let size = if named == 1 { 65536 } else { named };
    let is_valid = size.is_power_of_two() && (512..=65536).contains(&size);
    is_valid.then(|| usize::try_from(size).ok())?
}
