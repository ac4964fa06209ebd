//! 7z archives. Their table of contents is at the end, so that they are held in memory as a whole.

use std::io::{Cursor, Read};

use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use super::tally::Tally;
use super::{Context, Members, cut_short};
use crate::compression::{Decompressor, WINDOW};
use crate::input::Source;
use crate::unread::Reason;

/// Bytes of an archive that comes as a stream: more would take too much memory.
const LENGTH: usize = 64 << 20;

/// The limit of windows and tables, as the decoder takes it.
const WINDOW_KIB: usize = (WINDOW >> 10) + 1024;

/// Reads an archive.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    let copy;
    let bytes = if let Some(bytes) = source.whole() {
        bytes
    } else {
        copy = source.copy(LENGTH);
        if source.has_failed() {
            return;
        }
        if !source.is_at_end() {
            return members.unread(Reason::OverBudget, "larger than 64 MiB in a stream");
        }
        &copy
    };
    if let Some(wanted) = wanted(bytes).filter(|wanted| *wanted > bytes.len() as u64) {
        return members.unread(Reason::Truncated, &cut_short(bytes.len() as u64, wanted));
    }
    let mut cursor = Cursor::new(bytes);
    match Archive::read_with_memory_limit(&mut cursor, &Password::empty(), WINDOW_KIB) {
        Ok(archive) => blocks(&archive, &mut cursor, context, members),
        Err(error) => {
            members.unread(reason(&error), "with a table of contents that cannot be read")
        }
    }
}

/// The length that the first header tells (`7zFormat.txt`): the table of contents is at the end.
fn wanted(bytes: &[u8]) -> Option<u64> {
    let number = |at| bytes.get(at..).and_then(<[u8]>::first_chunk).map(|n| u64::from_le_bytes(*n));
    32_u64.checked_add(number(12)?)?.checked_add(number(20)?)
}

/// Reads the members: those of a block are compressed together.
fn blocks(
    archive: &Archive,
    cursor: &mut Cursor<&[u8]>,
    context: Context<'_>,
    members: &mut dyn Members,
) {
    let mut tally = Tally::default();
    let mut is_full = false;
    let password = Password::empty();
    for index in 0..archive.blocks.len() {
        let block =
            BlockDecoder::new_with_memory_limit(1, WINDOW_KIB, index, archive, &password, cursor);
        let count = block.entries().iter().filter(|entry| entry.has_stream()).count();
        let mut read = 0;
        let mut fault = is_full.then_some(Reason::OverBudget);
        if !is_full {
            let mut each = |entry: &sevenz_rust2::ArchiveEntry, reader: &mut dyn Read| {
                if !entry.has_stream() {
                    return Ok(true);
                }
                let mut reader = Decompressor::paid(reader, context.budget);
                let take =
                    |input: crate::input::Input<'_>| members.member(entry.name().as_bytes(), input);
                let more = context.peek(&mut reader, take).unwrap_or(true);
                // The next one is compressed behind it.
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
                is_full = !more;
                if is_full || reader.outcome().is_over_budget() {
                    fault = Some(Reason::OverBudget);
                    return Ok(false);
                }
                read += 1;
                Ok(true)
            };
            if let Err(error) = block.for_each_entries(&mut each) {
                fault = Some(reason(&error));
            }
        }
        for at in 0..count {
            tally.add();
            if let Some(reason) = fault.filter(|_| at >= read) {
                tally.unread(reason);
            }
        }
        // A checksum is wrong though all of them came.
        if let Some(reason) = fault.filter(|_| read == count && count > 0) {
            tally.unread(reason);
        }
    }
    tally.say(members);
}

/// Why the decoder gave up. What is encrypted is a method that it was built without.
fn reason(error: &Error) -> Reason {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Reason::Encrypted,
        Error::UnsupportedCompressionMethod(name) if name.contains("AES") => Reason::Encrypted,
        Error::UnsupportedCompressionMethod(_)
        | Error::Unsupported(_)
        | Error::UnsupportedVersion { .. }
        | Error::ExternalUnsupported => Reason::Unsupported,
        Error::MaxMemLimited { .. } => Reason::OverBudget,
        _ => Reason::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use sevenz_rust2::{ArchiveEntry, ArchiveWriter};

    use crate::samples::{noise, opened, streamed};
    use crate::unread::Reason;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new())).unwrap();
        for (name, bytes) in members {
            writer.push_archive_entry(ArchiveEntry::new_file(name), Some(*bytes)).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn members_are_handed_over() {
        let bytes = archive(&[("a.env", b"TOKEN=1\n"), ("d/b", &noise(9000))]);
        for found in [opened(&bytes), streamed(&bytes)] {
            assert_eq!(found.paths(), ["a.env", "d/b"]);
            assert_eq!(found.at("a.env"), Some(&b"TOKEN=1\n"[..]));
            assert_eq!(found.at("d/b"), Some(&noise(9000)[..]));
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn what_is_cut_short_or_damaged_is_said() {
        let mut bytes = archive(&[("a", &noise(900)), ("b", &noise(900))]);
        let found = opened(&bytes[..bytes.len() / 2]);
        assert_eq!(found.reasons(), [(Reason::Truncated, "7z archive, cut short at 49 %")]);
        assert!(!found.is_opened);
        bytes[100] ^= 1;
        let found = opened(&bytes);
        assert_eq!(found.at("b"), Some(&noise(900)[..]));
        assert_eq!(found.reasons(), [(Reason::Damaged, "7z archive, 1 of 2 members")]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn any_change_is_survived(at in 0.0..1.0, byte: u8) {
            let at: f64 = at;
            let mut bytes = archive(&[("a", &noise(90))]);
            let at = (bytes.len() as f64 * at) as usize;
            bytes[at] = byte;
            opened(&bytes);
        }
    }
}
