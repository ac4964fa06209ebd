//! Rows that were deleted: SQLite only takes them from the list of a page, and writes over them when it
//! needs the room.

use std::collections::HashSet;

use super::super::output::Output;
use super::node::{Kind, Node, local};
use super::pages::Pages;
use super::record::{self, Row, Value, varint};
use super::rows::Lines;
use super::schema::{Schema, Table};

/// The shortest text of a row that is taken for one: what looks like a row of shorter ones mostly is
/// none.
const SHORTEST: usize = 4;

/// The longest header of a record that is looked for at every byte, so that an area made of them takes no
/// longer.
const LONGEST_HEADER: u64 = 200;

/// So many rows are known again: 16 MiB of memory.
const MOST_LIVE: usize = 1 << 20;

/// The most columns of a row that is put together again.
const MOST_COLUMNS: usize = 64;

/// The header of what a deleted cell left, which stands over its first bytes (1.6, "freeblock").
const FREED: usize = 4;

/// The lines of what was deleted.
pub(super) struct Deleted<'a> {
    schema: &'a Schema,
    lines: Lines,
    /// Rows that are not deleted: when pages are split and packed, copies of them stay behind.
    live: HashSet<u64>,
}

impl<'a> Deleted<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        Self { schema, lines: Lines::new("deleted rows"), live: HashSet::new() }
    }

    /// Takes note of a row that is not deleted.
    pub(super) fn live(&mut self, row: &Row) {
        if self.live.len() < MOST_LIVE {
            self.live.insert(row.digest());
        }
    }

    /// Adds a row: of the table that it can only be of, or of one that nothing is known of.
    pub(super) fn row(&mut self, row: &Row, output: &mut Output<'_>) {
        if self.live.contains(&row.digest()) {
            return;
        }
        match self.schema.by_count(row.values.len()) {
            Some(table) => self.lines.row(table, row, output),
            None => self.lines.row(&Table::unknown(), row, output),
        }
    }

    /// Adds the readable runs of bytes of which nothing is known.
    pub(super) fn runs(&mut self, bytes: &[u8], output: &mut Output<'_>) {
        self.lines.runs(bytes, output);
    }

    /// Adds the rows in the areas of a page that hold no cell, and the readable runs of what is no row.
    pub(super) fn unused(&mut self, pages: &Pages<'_>, node: &Node<'_>, output: &mut Output<'_>) {
        for (index, area) in node.unused(pages.usable).into_iter().enumerate() {
            let bytes = &node.bytes()[area];
            if bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            if matches!(node.kind, Kind::IndexLeaf | Kind::IndexInterior) {
                self.runs(bytes, output);
            } else if index == 0 {
                // Before the first cell. An interior page once was a leaf: the first root of its table.
                self.area(bytes, pages, output);
            } else if let Some(row) = headless(bytes, self.schema, pages) {
                self.row(&row, output);
            } else {
                self.area(bytes.get(FREED..).unwrap_or_default(), pages, output);
            }
        }
    }

    fn area(&mut self, bytes: &[u8], pages: &Pages<'_>, output: &mut Output<'_>) {
        let (mut at, mut done) = (0, 0);
        while at < bytes.len() {
            let Some((row, length)) = whole(&bytes[at..], self.schema, pages) else {
                at += 1;
                continue;
            };
            self.runs(&bytes[done..at], output);
            self.row(&row, output);
            at += length;
            done = at;
        }
        self.runs(&bytes[done..], output);
    }

    pub(super) fn finish(self, output: &mut Output<'_>) {
        self.lines.finish(output);
    }
}

/// The row of a cell that begins here, and the length of the cell.
fn whole(bytes: &[u8], schema: &Schema, pages: &Pages<'_>) -> Option<(Row, usize)> {
    let (length, first) = varint(bytes)?;
    let length = usize::try_from(length).ok()?;
    if length < SHORTEST || local(length, pages.usable, Kind::TableLeaf) != length {
        return None;
    }
    let (rowid, second) = varint(&bytes[first..])?;
    let payload = bytes.get(first + second..)?.get(..length)?;
    let (size, _) = varint(payload)?;
    if !(2..LONGEST_HEADER.min(payload.len() as u64)).contains(&size) {
        return None;
    }
    let (types, start) = record::types(payload)?;
    let row = exact(Some(rowid.cast_signed()), &types, &payload[start..], schema, pages)?;
    Some((row, first + second + length))
}

/// The row of a cell whose first four bytes are written over: length, row id, the size of the record's
/// header and perhaps the first of its types. What is missing follows from the length of the cell.
fn headless(bytes: &[u8], schema: &Schema, pages: &Pages<'_>) -> Option<Row> {
    let rest = bytes.get(FREED..)?;
    let mut types = Vec::new();
    let (mut at, mut taken) = (0, 0_usize);
    while types.len() < MOST_COLUMNS {
        let (of, used) = varint(rest.get(at..)?)?;
        at += used;
        types.push(of);
        taken = taken.checked_add(record::length(of)?)?;
        let body = rest.get(at..)?;
        if taken > body.len() {
            return None;
        }
        if let Some(row) = exact(None, &types, body, schema, pages) {
            return Some(row);
        }
        // The first type is missing: a text, as it mostly is, of what is left.
        let missing = body.len() - taken;
        if missing >= 1 && schema.has_count(types.len() + 1) {
            let text = 13 + 2 * missing as u64;
            let all: Vec<u64> = [text].into_iter().chain(types.iter().copied()).collect();
            if let Some(row) = exact(None, &all, body, schema, pages) {
                return Some(row);
            }
        }
    }
    None
}

/// The row of these types and values, if the values fill all bytes, as many as a table has columns, and
/// the texts are texts.
fn exact(
    rowid: Option<i64>,
    types: &[u64],
    bytes: &[u8],
    schema: &Schema,
    pages: &Pages<'_>,
) -> Option<Row> {
    let mut lengths = types.iter().map(|of| record::length(*of));
    let length = lengths.try_fold(0_usize, |all, length| all.checked_add(length?))?;
    if length != bytes.len() || !schema.has_count(types.len()) {
        return None;
    }
    let mut rest = bytes;
    let mut values = Vec::new();
    for of in types {
        let (stored, after) = rest.split_at_checked(record::length(*of)?)?;
        values.push(record::value(*of, stored, pages.encoding));
        rest = after;
    }
    let texts = values.iter().filter_map(|value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    let is_text = |text: &&String| {
        !text.contains(|c: char| c == '\u{fffd}' || c.is_control() && !c.is_whitespace())
    };
    let is_row = texts.clone().all(|text| is_text(&text))
        && texts.clone().any(|text| text.len() >= SHORTEST);
    is_row.then_some(Row { rowid, values })
}
