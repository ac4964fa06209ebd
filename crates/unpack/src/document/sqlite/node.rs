//! A page of a b-tree (1.6): its cells, and the payload of each with what lies in overflow pages.

use std::borrow::Cow;
use std::ops::Range;

use super::pages::Pages;
use super::record::varint;

/// What a page holds, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    IndexInterior = 2,
    TableInterior = 5,
    IndexLeaf = 10,
    TableLeaf = 13,
}

impl Kind {
    pub(super) fn is_interior(self) -> bool {
        matches!(self, Self::IndexInterior | Self::TableInterior)
    }
}

/// A page of a b-tree.
pub(super) struct Node<'a> {
    page: &'a [u8],
    start: usize,
    pub(super) kind: Kind,
    count: usize,
    /// The child behind the last cell, of an interior page.
    pub(super) right: u32,
    /// Whether it names more cells than it has room for.
    pub(super) is_damaged: bool,
}

/// A row as its page holds it.
pub(super) struct Cell<'a> {
    /// Only rows of tables have one.
    pub(super) rowid: Option<i64>,
    /// What lies in the cell itself.
    pub(super) local: &'a [u8],
    length: usize,
    /// The first overflow page; 0 if there is none.
    next: u32,
}

impl<'a> Node<'a> {
    /// The b-tree page that begins at `start` of a page.
    pub(super) fn new(page: &'a [u8], start: usize) -> Option<Self> {
        let header = page.get(start..)?;
        let kind = match header.first()? {
            2 => Kind::IndexInterior,
            5 => Kind::TableInterior,
            10 => Kind::IndexLeaf,
            13 => Kind::TableLeaf,
            _ => return None,
        };
        let named = usize::from(two(header, 3)?);
        let right = if kind.is_interior() { four(header, 8)? } else { 0 };
        let length = if kind.is_interior() { 12 } else { 8 };
        let room = header.len().checked_sub(length)? / 2;
        let count = named.min(room);
        Some(Self { page, start, kind, count, right, is_damaged: named > room })
    }

    /// How many cells there are.
    pub(super) fn cells(&self) -> usize {
        self.count
    }

    /// The page left of a cell.
    pub(super) fn child(&self, cell: usize) -> Option<u32> {
        four(self.page, self.place(cell)?)
    }

    /// The rows in its cells, those that are damaged as none. Cells do not overlap: all of them together
    /// hold no more than the page, so that a page made of overlapping ones takes no longer.
    pub(super) fn rows(&self, usable: usize) -> impl Iterator<Item = Option<Cell<'a>>> {
        let mut room = self.page.len();
        (0..self.count).map(move |index| {
            let cell = self.cell(index, usable).filter(|cell| cell.local.len() <= room)?;
            room -= cell.local.len();
            Some(cell)
        })
    }

    /// The row in a cell.
    fn cell(&self, index: usize, usable: usize) -> Option<Cell<'a>> {
        let mut at = self.place(index)?;
        if self.kind.is_interior() {
            at += 4;
        }
        let (length, used) = varint(self.page.get(at..)?)?;
        at += used;
        let mut rowid = None;
        if self.kind == Kind::TableLeaf {
            let (number, used) = varint(self.page.get(at..)?)?;
            rowid = Some(number.cast_signed());
            at += used;
        }
        let length = usize::try_from(length).ok()?;
        let local = local(length, usable, self.kind);
        // A page that ends too early may still hold the start of the row.
        let here = &self.page[at..];
        let here = here.get(..local).unwrap_or(here);
        let next = if local < length { four(self.page, at + local).unwrap_or(0) } else { 0 };
        Some(Cell { rowid, local: here, length, next })
    }

    /// The areas of the page that hold no cell: between the list of cells and the first of them, and
    /// what deleted cells left; of the latter, each with its own header of four bytes.
    pub(super) fn unused(&self, usable: usize) -> Vec<Range<usize>> {
        let end = usable.min(self.page.len());
        let header = &self.page[self.start..];
        let list = self.start + if self.kind.is_interior() { 12 } else { 8 } + 2 * self.count;
        let content = match two(header, 5).map_or(0, usize::from) {
            0 => 65536,
            content => content,
        };
        let mut found = Vec::new();
        found.push(list..content.min(end));
        let mut block = two(header, 1).map_or(0, usize::from);
        // In ascending order (1.6), so that a ring of them ends.
        while block >= list {
            let size = two(self.page, block + 2).map_or(0, usize::from);
            found.push(block..block.saturating_add(size).min(end));
            let next = two(self.page, block).map_or(0, usize::from);
            if next <= block || next < block.saturating_add(size) {
                break;
            }
            block = next;
        }
        found.retain(|area| area.start < area.end);
        found
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.page
    }

    fn place(&self, cell: usize) -> Option<usize> {
        let header = if self.kind.is_interior() { 12 } else { 8 };
        two(self.page, self.start + header + 2 * cell).map(usize::from)
    }
}

impl<'a> Cell<'a> {
    /// All of the row, and whether nothing is missing.
    pub(super) fn payload(&self, pages: &Pages<'_>) -> (Cow<'a, [u8]>, bool) {
        if self.next == 0 {
            return (self.local.into(), self.local.len() == self.length);
        }
        let mut bytes = self.local.to_vec();
        overflow(pages, self.next, self.length, &mut bytes);
        let is_whole = bytes.len() == self.length;
        (bytes.into(), is_whole)
    }

    /// Whether the page holds all that it should of this row.
    pub(super) fn is_whole(&self) -> bool {
        self.local.len() == self.length || self.next != 0
    }
}

/// How many bytes of a payload lie in the cell itself (1.6, "overflow").
pub(super) fn local(length: usize, usable: usize, kind: Kind) -> usize {
    let most = match kind {
        Kind::TableLeaf | Kind::TableInterior => usable - 35,
        Kind::IndexLeaf | Kind::IndexInterior => (usable - 12) * 64 / 255 - 23,
    };
    if length <= most {
        return length;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + (length - least) % (usable - 4);
    if fitting <= most { fitting } else { least }
}

/// Appends what a chain of overflow pages holds, up to the length of the payload.
fn overflow(pages: &Pages<'_>, first: u32, length: usize, bytes: &mut Vec<u8>) {
    let mut next = first;
    while next != 0 && bytes.len() < length {
        // Of no two rows, and of no row twice.
        let Some(page) = pages.page(next).filter(|_| pages.reach(next)) else { return };
        let Some(link) = four(page, 0) else { return };
        let end = pages.usable.min(page.len()).min(4 + length - bytes.len());
        bytes.extend_from_slice(&page[4..end]);
        next = link;
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_be_bytes(*two))
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}
