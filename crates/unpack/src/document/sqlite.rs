//! SQLite databases, read page by page: the rows of all tables as lines, each value beside its name, and
//! what is left of rows that were deleted. Long values lie in chains of pages and short ones side by side
//! without a border, so that the bytes of the file show neither.
//!
//! Format: <https://www.sqlite.org/fileformat2.html>. Nothing is looked up through the indexes of a
//! table: they repeat its values.

mod carve;
mod loose;
mod node;
mod pages;
mod record;
mod rows;
mod schema;

use super::Sink;
use super::output::Output;
use crate::budget::Budget;
use crate::unread::Reason;

use carve::Deleted;
use node::{Kind, Node};
use pages::Pages;
use record::Row;
use rows::Lines;
use schema::{Schema, Table};

/// Whether these bytes are a database, a write-ahead log or a rollback journal.
pub fn is_sqlite(bytes: &[u8]) -> bool {
    bytes.starts_with(pages::MAGIC) || loose::is_log(bytes) || loose::is_journal(bytes)
}

/// Hands over the rows of each table as a member that is named as the table, values that are containers
/// or long JSON texts as members `TABLE/ROW/COLUMN`, the statements of the schema as `sqlite_schema`, and
/// what was deleted as `deleted rows`. Of a log or a journal, the rows of all pages in it.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("SQLite database", budget, sink);
    if loose::is_log(bytes) {
        return loose::read_log(bytes, &mut output);
    }
    if loose::is_journal(bytes) {
        return loose::read_journal(bytes, &mut output);
    }
    let Some(pages) = Pages::of_file(bytes) else {
        let reason = if bytes.len() < 100 { Reason::Truncated } else { Reason::Damaged };
        return output.unread(reason, "SQLite database");
    };
    if pages.is_cut() {
        output.unread(Reason::Truncated, "SQLite database");
    }
    database(&pages, &mut output);
}

/// All tables, then all pages that none of them reaches.
fn database(pages: &Pages<'_>, output: &mut Output<'_>) {
    let schema = schema(pages, output);
    let mut deleted = Deleted::new(&schema);
    for table in &schema.tables {
        let mut lines = Lines::new(&table.name);
        let nodes = tree(pages, table.root, output);
        for number in &nodes {
            let Some(node) = pages.node(*number).filter(|_| !output.is_full()) else { continue };
            rows(pages, &node, table, output, &mut |row, output| {
                deleted.live(row);
                lines.row(table, row, output);
            });
        }
        lines.finish(output);
        // What lies between the keys of an index lies between the rows of its table as well.
        for number in nodes.iter().filter(|_| !table.is_index) {
            let Some(node) = pages.node(*number).filter(|_| !output.is_full()) else { continue };
            deleted.unused(pages, &node, output);
        }
    }
    loose::unreached(pages, &mut deleted, output);
    deleted.finish(output);
}

/// The tables and indexes, from the b-tree at page 1. Their statements are handed over as they are:
/// values of defaults, views and triggers stand in them.
fn schema(pages: &Pages<'_>, output: &mut Output<'_>) -> Schema {
    let own = Table::of_schema();
    let mut found = Schema::default();
    let mut statements = String::new();
    for number in tree(pages, own.root, output) {
        let Some(node) = pages.node(number) else { continue };
        rows(pages, &node, &own, output, &mut |row, _| {
            if let Some(statement) = found.add(row) {
                statements.push_str(&statement);
                statements.push_str(";\n");
            }
        });
    }
    output.member("sqlite_schema", statements.as_bytes());
    found
}

/// The pages of a b-tree in order, without those that were reached before: a page that points back ends
/// there.
fn tree(pages: &Pages<'_>, root: u32, output: &mut Output<'_>) -> Vec<u32> {
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(number) = open.pop() {
        let Some(node) = pages.node(number) else {
            let reason = if pages.is_beyond(number) { Reason::Truncated } else { Reason::Damaged };
            output.unread(reason, "SQLite page");
            continue;
        };
        if !pages.reach(number) {
            output.unread(Reason::Damaged, "SQLite page");
            continue;
        }
        found.push(number);
        if node.kind.is_interior() {
            let children = (0..node.cells()).filter_map(|cell| node.child(cell));
            let from = open.len();
            open.extend(children.chain([node.right]));
            open[from..].reverse();
        }
    }
    found
}

/// The rows of one page; for a table without row ids, those of its index.
fn rows(
    pages: &Pages<'_>,
    node: &Node<'_>,
    table: &Table,
    output: &mut Output<'_>,
    take: &mut dyn FnMut(&Row, &mut Output<'_>),
) {
    let has_rows = match node.kind {
        Kind::TableLeaf => !table.is_index && !table.is_without_rowid,
        Kind::IndexLeaf | Kind::IndexInterior => table.is_without_rowid,
        Kind::TableInterior => false,
    };
    if node.is_damaged {
        output.unread(Reason::Damaged, "SQLite page");
    }
    if !has_rows {
        return;
    }
    for cell in node.rows(pages.usable) {
        if output.is_full() {
            return;
        }
        let whole = cell.map(|cell| (cell.rowid, cell.payload(pages)));
        if whole.as_ref().is_none_or(|(_, (_, is_whole))| !is_whole) {
            output.unread(Reason::Damaged, "SQLite page");
        }
        let Some((rowid, (bytes, _))) = whole else { continue };
        take(&record::row(rowid, &bytes, pages.encoding), output);
    }
}

#[cfg(test)]
mod builder;
#[cfg(test)]
mod tests;
