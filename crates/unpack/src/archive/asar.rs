//! asar archives of Electron: a table of contents in JSON, and the files one after the other.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tally::Tally;
use super::{Context, Members, stored};
use crate::input::Source;
use crate::unread::Reason;

/// Bytes of the table that are read: that of a large application has a few megabytes.
const TABLE: usize = 64 << 20;

/// Reads an archive.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    // Two pickles, each behind its length (README of asar): the length of the second, and the table
    // behind its own length.
    let Some(lengths) = source.array::<16>() else { return };
    let [pickle, table] = [4, 12].map(|at| {
        lengths[at..].first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize)
    });
    let table = source.copy(table.min(TABLE));
    let Ok(root) = serde_json::from_slice::<Node>(&table) else {
        if !source.has_failed() {
            let reason = if source.has_ended() { Reason::Truncated } else { Reason::Damaged };
            members.unread(reason, "without a table of contents");
        }
        return;
    };
    let mut files = Vec::new();
    collect(root, String::new(), &mut files);
    // They lie in this order, so that a stream is read once.
    files.sort_unstable();
    let mut tally = Tally::default();
    let mut is_full = false;
    let start = pickle as u64 + 8;
    for (offset, size, path) in files {
        tally.add();
        let Some(skipped) = offset.checked_add(start).and_then(|at| at.checked_sub(source.taken()))
        else {
            tally.unread(Reason::Damaged);
            continue;
        };
        if is_full {
            tally.unread(Reason::OverBudget);
            continue;
        }
        source.skip(skipped);
        let (there, more) = stored(path.as_bytes(), size, source, context, members);
        if source.has_failed() {
            break;
        }
        if !more {
            tally.unread(Reason::OverBudget);
            is_full = true;
        } else if there < size {
            tally.cut_short(there, size);
        }
    }
    tally.say(members);
}

/// A directory or file in the table. Files that lie beside the archive have no place in it.
#[derive(Deserialize)]
struct Node {
    files: Option<BTreeMap<String, Node>>,
    size: Option<u64>,
    offset: Option<String>,
}

/// Lists offset, size and path of all files. The parser allows for 128 levels only.
fn collect(node: Node, path: String, files: &mut Vec<(u64, u64, String)>) {
    if let (Some(size), Some(offset)) = (node.size, node.offset.and_then(|at| at.parse().ok())) {
        files.push((offset, size, path.clone()));
    }
    for (name, child) in node.files.into_iter().flatten() {
        let slash = if path.is_empty() { "" } else { "/" };
        collect(child, format!("{path}{slash}{name}"), files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{opened, streamed};

    fn asar(table: &str, files: &[u8]) -> Vec<u8> {
        let padded = table.len().next_multiple_of(4);
        let lengths = [4, padded as u32 + 8, padded as u32 + 4, table.len() as u32];
        let mut asar = lengths.map(u32::to_le_bytes).concat();
        asar.extend_from_slice(table.as_bytes());
        asar.resize(16 + padded, 0);
        [&asar[..], files].concat()
    }

    #[test]
    fn files_are_found_by_the_table() {
        let table = r#"{"files":{"b.js":{"size":3,"offset":"4"},"d":{"files":{"a":{"size":4,"offset":"0"}}},
            "n.node":{"size":9,"unpacked":true}}}"#;
        let archive = asar(table, b"one\ntwo");
        for found in [opened(&archive), streamed(&archive)] {
            assert_eq!(found.paths(), ["d/a", "b.js"]);
            assert_eq!(
                (found.at("d/a"), found.at("b.js")),
                (Some(&b"one\n"[..]), Some(&b"two"[..]))
            );
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn a_table_may_lie() {
        let table = r#"{"files":{"a":{"size":4,"offset":"0"},"b":{"size":4,"offset":"2"},
            "c":{"size":99,"offset":"4"},"d":{"size":18446744073709551615,"offset":"18446744073709551615"}}}"#;
        let found = opened(&asar(table, b"one\ntwo"));
        assert_eq!(found.paths()[..2], ["a", "c"]);
        assert_eq!(
            found.reasons(),
            [
                (Reason::Damaged, "asar archive, 2 of 4 members"),
                (Reason::Truncated, "asar archive, 1 of 4 members cut short at 3 %")
            ]
        );
        let found = opened(&asar(r#"{"files":{"a":"#, b""));
        assert!(!found.is_opened);
    }
}
