//! Pages that no table reaches: those of deleted rows in a database, and those of a write-ahead log
//! (<https://www.sqlite.org/fileformat2.html#the_write_ahead_log>) or a rollback journal, whose database
//! is another file.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::super::output::Output;
use super::carve::Deleted;
use super::node::{Kind, Node};
use super::pages::{self, Pages};
use super::record::{self, Row};
use super::rows::Lines;
use super::schema::{Schema, Table};
use crate::unread::Reason;

/// How a log begins, but for the last bit, which says how its checksums are made (4.1).
const LOG: [u8; 4] = [0x37, 0x7f, 0x06, 0x82];

/// How a journal begins (3).
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Whether these bytes are a write-ahead log.
pub(super) fn is_log(bytes: &[u8]) -> bool {
    bytes.first_chunk().is_some_and(|[a, b, c, d]| [*a, *b, *c, *d & !1] == LOG)
}

/// Whether these bytes are a rollback journal.
pub(super) fn is_journal(bytes: &[u8]) -> bool {
    bytes.starts_with(&JOURNAL)
}

/// Reads all pages of a log, also those that later ones take the place of.
pub(super) fn read_log(bytes: &[u8], output: &mut Output<'_>) {
    // A header of 32 bytes, then frames: a header of 24 bytes and a page.
    let Some(size) = four(bytes, 8).and_then(pages::page_size) else {
        return output.unread(Reason::Damaged, "SQLite write-ahead log");
    };
    let frames = frames(&bytes[32.min(bytes.len())..], 24, size, 0);
    if bytes.len() > 32 && !(bytes.len() - 32).is_multiple_of(size + 24) {
        output.unread(Reason::Truncated, "SQLite write-ahead log");
    }
    read_frames(&frames, size, output);
}

/// Reads all pages of a journal: as they were before they were changed.
pub(super) fn read_journal(bytes: &[u8], output: &mut Output<'_>) {
    // The header takes a sector; then come the number of a page, the page and a checksum.
    let sector = four(bytes, 20).and_then(|sector| usize::try_from(sector).ok());
    let size = four(bytes, 24).and_then(pages::page_size);
    let (Some(sector), Some(size)) = (sector, size) else {
        return output.unread(Reason::Damaged, "SQLite journal");
    };
    let frames = frames(bytes.get(sector..).unwrap_or_default(), 4, size, 4);
    read_frames(&frames, size, output);
}

/// Adds what stands in pages that nothing points to.
pub(super) fn unreached(pages: &Pages<'_>, deleted: &mut Deleted<'_>, output: &mut Output<'_>) {
    let left = || (1..=pages.count()).filter(|number| !pages.is_reached(*number));
    // Rows first: what they have in overflow pages belongs to them.
    let leaves: Vec<u32> = left()
        .filter(|number| pages.node(*number).is_some_and(|node| is_leaf(pages, &node)))
        .collect();
    for number in leaves {
        let Some(node) = pages.node(number).filter(|_| !output.is_full()) else { continue };
        if pages.reach(number) {
            let mut take = |row: &Row, output: &mut Output<'_>| deleted.row(row, output);
            super::rows(pages, &node, &Table::unknown(), output, &mut take);
            deleted.unused(pages, &node, output);
        }
    }
    for number in left() {
        if output.is_full() {
            return;
        }
        deleted.runs(pages.page(number).unwrap_or_default(), output);
    }
}

/// Pages with their numbers, each between other bytes.
fn frames(bytes: &[u8], before: usize, size: usize, after: usize) -> Vec<(u32, &[u8])> {
    let frames = bytes.chunks(before + size + after);
    let page = |frame: &'_ [u8]| before..frame.len().min(before + size);
    frames.filter_map(|frame| Some((four(frame, 0)?, frame.get(page(frame))?))).collect()
}

/// Reads pages without their database, the latest first: overflow pages belong to its rows. Names of
/// tables and columns are known where the first page of the database is among them.
fn read_frames(frames: &[(u32, &[u8])], size: usize, output: &mut Output<'_>) {
    let latest: HashMap<u32, &[u8]> = frames.iter().copied().collect();
    let pages = Pages::of_frames(latest.clone(), size);
    let mut schema = Schema::default();
    if latest.contains_key(&1) {
        schema = super::schema(&pages, output);
    }
    let mut known = HashMap::new();
    for table in &schema.tables {
        learn(&pages, table, &mut known);
    }
    let mut lines = Lines::new("rows");
    let unknown = Table::unknown();
    // A page is written as a whole whenever anything in it changes; its other rows are the same.
    let mut seen = HashSet::new();
    for (number, page) in frames.iter().rev() {
        if output.is_full() {
            break;
        }
        let node = Node::new(page, 0).filter(|node| is_leaf(&pages, node));
        let Some(node) = node.filter(|_| *number != 1) else { continue };
        for cell in node.rows(pages.usable).flatten() {
            if !seen.insert(hash(cell.local)) {
                continue;
            }
            let row = record::row(cell.rowid, &cell.payload(&pages).0, pages.encoding);
            let table = known.get(number).copied();
            let table = table.or_else(|| schema.by_count(row.values.len())).unwrap_or(&unknown);
            lines.row(table, &row, output);
        }
    }
    for (number, page) in frames.iter().filter(|frame| frame.0 != 1) {
        let is_read = pages.is_reached(*number) && latest.get(number) == Some(page);
        if Node::new(page, 0).is_none() && !is_read && seen.insert(hash(page)) {
            lines.runs(page, output);
        }
    }
    lines.finish(output);
}

/// Takes note which pages are of a table, as far as they are here.
fn learn<'t>(pages: &Pages<'_>, table: &'t Table, known: &mut HashMap<u32, &'t Table>) {
    let mut open = vec![table.root];
    while let Some(number) = open.pop() {
        let Some(node) = pages.node(number).filter(|_| !known.contains_key(&number)) else {
            continue;
        };
        known.insert(number, table);
        if node.kind.is_interior() {
            open.extend((0..node.cells()).filter_map(|cell| node.child(cell)).chain([node.right]));
        }
    }
}

/// Whether a page is a leaf of a table and not only begins like one.
fn is_leaf(pages: &Pages<'_>, node: &Node<'_>) -> bool {
    node.kind == Kind::TableLeaf
        && !node.is_damaged
        && node.rows(pages.usable).all(|cell| cell.is_some_and(|cell| cell.is_whole()))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}
