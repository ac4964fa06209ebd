//! zip archives and what is made of them: jar, apk, docx and many more. The directory at the end says
//! where the members are; what it does not tell of is read by the headers in front of the members, and
//! what is no member at all is handed over as it is. Numbers of sections are those of APPNOTE 6.3.10.

mod headers;
mod local;

use headers::{Entry, directory};

use super::tally::Tally;
use super::{Context, Members};
use crate::compression::{Decompressor, Method, Outcome};
use crate::input::{Input, Source};
use crate::unread::Reason;

/// Reads an archive: by its directory if it is in memory and has one.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    match source.whole() {
        Some(bytes) => match directory(bytes) {
            Some(directory) => by_directory(bytes, &directory, context, members),
            None => local::read(source, context, members),
        },
        None => local::read(source, context, members),
    }
}

/// Reads what the directory tells of, and then what is between that.
fn by_directory(
    bytes: &[u8],
    directory: &headers::Directory,
    context: Context<'_>,
    members: &mut dyn Members,
) {
    let mut tally = Tally::default();
    let (mut is_full, mut has_comments) = (false, false);
    let mut read = 0_u64;
    let mut covered = vec![(directory.start, bytes.len())];
    let mut at = directory.start;
    while let Some((entry, next)) = Entry::central(bytes, at) {
        at = next;
        has_comments |= entry.has_comment;
        if entry.is_directory() {
            continue;
        }
        tally.add();
        if is_full {
            tally.unread(Reason::OverBudget);
            continue;
        }
        let Some(range) = entry.data(bytes, directory.base) else {
            tally.unread(Reason::Damaged);
            continue;
        };
        covered.push((range.header, range.end));
        let data = &bytes[range.start..range.end];
        // Together, members cannot be longer than the archive, unless they share bytes: what is read
        // again is paid for.
        read += data.len() as u64;
        if read > bytes.len() as u64 && !context.budget.spend(data.len()) {
            tally.unread(Reason::OverBudget);
            continue;
        }
        let mut data = Source::new(Input::Bytes(data));
        is_full = !member(&entry, &mut data, context, members, &mut tally);
    }
    if at < directory.end {
        tally.unread(Reason::Damaged);
    }
    if !is_full {
        between(bytes, covered, context, members, &mut tally);
    }
    tally.say(members);
    if has_comments {
        members.content(Input::Bytes(&bytes[directory.start..directory.end]));
    }
    if let Some(comment) = bytes.get(directory.comment..).filter(|comment| !comment.is_empty()) {
        members.content(Input::Bytes(comment));
    }
}

/// Hands over what no member covers: what an archive that extracts itself begins with, members that
/// were deleted, bytes that somebody hid. Data descriptors (4.3.9) have up to 24 bytes and say nothing.
fn between(
    bytes: &[u8],
    mut covered: Vec<(usize, usize)>,
    context: Context<'_>,
    members: &mut dyn Members,
    tally: &mut Tally,
) {
    const DESCRIPTOR: usize = 24;
    covered.sort_unstable();
    let mut at = 0;
    for (start, end) in covered {
        if start > at + DESCRIPTOR {
            let gap = &bytes[at..start];
            if memchr::memmem::find(gap, headers::LOCAL).is_some() {
                local::walk(&mut Source::new(Input::Bytes(gap)), context, members, tally);
            } else if gap.iter().any(|byte| *byte != 0) {
                members.content(Input::Bytes(gap));
            }
        }
        at = at.max(end);
    }
}

/// Hands over a member whose data is all that is in the source. Says whether more members are taken.
fn member(
    entry: &Entry<'_>,
    data: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
    tally: &mut Tally,
) -> bool {
    if entry.is_encrypted() {
        tally.unread(Reason::Encrypted);
        return true;
    }
    if let (headers::STORED, Some(bytes)) = (entry.method, data.whole()) {
        let more = members.member(entry.name, Input::Bytes(bytes));
        if !more {
            tally.unread(Reason::OverBudget);
        } else if (bytes.len() as u64) < entry.packed {
            tally.cut_short(bytes.len() as u64, entry.packed);
        } else if entry.crc.is_some_and(|crc| crc != crc32fast::hash(bytes)) {
            tally.unread(Reason::Damaged);
        }
        return more;
    }
    let Some(method) = method(entry) else {
        tally.unread(Reason::Unsupported);
        return true;
    };
    let start = data.taken();
    let decompressor = Decompressor::new(method, data, context.budget, context.buffers);
    let mut reader = Checked { decompressor, crc: crc32fast::Hasher::new() };
    let more = context.peek(&mut reader, |input| members.member(entry.name, input)).unwrap_or(true);
    if more && entry.is_of_unknown_length() {
        // Only its end says where the next one begins.
        let _ = std::io::copy(&mut reader, &mut std::io::sink());
    }
    let (outcome, sum) = reader.outcome();
    if !more {
        tally.unread(Reason::OverBudget);
    } else if let Some(reason) = outcome.reason(data) {
        if reason == Reason::Truncated && !entry.is_of_unknown_length() {
            tally.cut_short(data.taken() - start, entry.packed);
        } else {
            tally.unread(reason);
        }
    } else if method == Method::Stored && outcome.is_done && outcome.bytes < entry.packed {
        tally.cut_short(outcome.bytes, entry.packed);
    } else if outcome.is_done && entry.crc.is_some_and(|crc| crc != sum) {
        tally.unread(Reason::Damaged);
    }
    more
}

/// How a member is compressed (4.4.5), if it can be read.
fn method(entry: &Entry<'_>) -> Option<Method> {
    Some(match entry.method {
        headers::STORED => Method::Stored,
        headers::DEFLATED => Method::Deflate,
        12 => Method::Bzip2,
        // Bit 1 says that a marker ends the stream; if not, its size does.
        14 if entry.flags & 2 != 0 => Method::ZipLzma(u64::MAX),
        14 => Method::ZipLzma(entry.size),
        20 | 93 => Method::Zstd,
        95 => Method::Xz,
        _ => return None,
    })
}

/// A reader that sums up what it reads.
struct Checked<'s> {
    decompressor: Decompressor<'s>,
    crc: crc32fast::Hasher,
}

impl Checked<'_> {
    fn outcome(self) -> (Outcome, u32) {
        (self.decompressor.outcome(), self.crc.finalize())
    }
}

impl std::io::Read for Checked<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.decompressor.read(out)?;
        self.crc.update(&out[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Limits;
    use crate::samples::{Found, Zip, gzip, noise, opened, raw_deflate, streamed, tar, within};

    const TEXT: &[u8] = b"export TOKEN=1\n";

    fn both(bytes: &[u8]) -> [Found; 2] {
        [opened(bytes), streamed(bytes)]
    }

    #[test]
    fn members_are_handed_over_with_their_paths() {
        let inner = Zip::default().stored("m/x.tgz", &gzip(&tar(&[("a.env", TEXT)]))).end();
        let zip = Zip::default()
            .stored("plain.txt", TEXT)
            .deflated("dir/", b"")
            .deflated("dir/large.txt", &[TEXT; 5000].concat())
            .deflated("inner.zip", &inner)
            .deflated("../../etc/passwd", b"up")
            .deflated("/srv/app/.env", b"absolute")
            .stored("caf\u{e9}", b"name");
        let zip = zip.end();
        for found in both(&zip) {
            assert!(found.unread.is_empty(), "{:?}", found.unread);
            let paths = ["plain.txt", "dir/large.txt", "inner.zip!m/x.tgz!a.env"];
            assert_eq!(found.paths()[..3], paths);
            assert_eq!(found.paths()[3..], ["../../etc/passwd", "/srv/app/.env", "caf\u{e9}"]);
            assert_eq!(found.at("inner.zip!m/x.tgz!a.env"), Some(TEXT));
            assert_eq!(found.at("dir/large.txt").map(<[u8]>::len), Some(75_000));
        }
        assert_eq!(opened(&zip).lent, 2);
    }

    #[test]
    fn data_descriptors_and_a_missing_directory_do_no_harm() {
        let zip = Zip { has_descriptors: true, ..Zip::default() };
        let zip = zip.deflated("a", TEXT).stored("b", &noise(3000)).deflated("c", TEXT);
        let without = zip.local.clone();
        for found in [opened(&zip.end()), opened(&without)] {
            assert_eq!(found.paths(), ["a", "b", "c"]);
            assert_eq!((found.at("b"), found.at("c")), (Some(&noise(3000)[..]), Some(TEXT)));
        }
        let reasons = opened(&without).unread;
        assert_eq!(reasons[0].detail, "zip archive, without the directory at its end");
        let zip = Zip { has_descriptors: true, ..Zip::default() };
        let found = streamed(&zip.deflated("a", TEXT).deflated("c", TEXT).end());
        assert_eq!((found.paths(), found.unread.len()), (vec!["a", "c"], 0));
    }

    #[test]
    fn what_stands_around_the_archive_is_there() {
        let zip = Zip::default().deflated("a", TEXT);
        let hidden = Zip::default().stored("hidden", b"deleted member").local;
        let parts =
            [&b"#!/bin/sh\nTOKEN=in-the-script-of-a-self-extracting-archive\n"[..], &hidden];
        let archive = Zip { prefix: parts.concat(), ..zip }.end_with(b"a comment");
        let found = opened(&archive);
        assert_eq!(found.at("a"), Some(TEXT));
        assert_eq!(found.at("hidden"), Some(&b"deleted member"[..]));
        assert!(found.members.iter().any(|(path, bytes)| path.is_empty() && bytes == parts[0]));
        assert!(found.members.iter().any(|(path, bytes)| path.is_empty() && bytes == b"a comment"));
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        let mut zip = Zip::default();
        for n in 0..10 {
            zip = zip.deflated(&format!("{n}"), &noise(200));
        }
        let zip = zip.member("locked", TEXT, TEXT, 0, 1).member("p", TEXT, TEXT, 98, 0);
        for found in both(&zip.end()) {
            assert_eq!(found.members.len(), 10);
            assert_eq!(
                found.reasons(),
                [
                    (Reason::Encrypted, "zip archive, 1 of 12 members"),
                    (Reason::Unsupported, "zip archive, 1 of 12 members")
                ]
            );
        }
        let mut packed = raw_deflate(&noise(900));
        packed.truncate(450);
        let damaged =
            Zip::default().member("a", &packed, &noise(900), 8, 0).stored("b", TEXT).end();
        for found in both(&damaged) {
            assert!(found.at("a").is_some_and(|bytes| noise(900).starts_with(bytes)));
            assert_eq!(found.at("b"), Some(TEXT));
            assert_eq!(found.reasons()[0].0, Reason::Truncated);
        }
        let wrong = Zip::default().member("a", TEXT, b"other", 0, 0).end();
        for found in both(&wrong) {
            assert_eq!(found.at("a"), Some(TEXT));
            assert_eq!(found.reasons(), [(Reason::Damaged, "zip archive, 1 of 1 members")]);
        }
    }

    #[test]
    fn one_that_is_cut_short_says_where() {
        let zip = Zip::default().deflated("a", TEXT).stored("b", &noise(10_000));
        let cut = &zip.local[..zip.local.len() - 4000];
        for found in both(cut) {
            assert_eq!(found.at("a"), Some(TEXT));
            assert_eq!(found.at("b"), Some(&noise(10_000)[..6000]));
            let detail = "zip archive, 1 of 2 members cut short at 60 %";
            assert_eq!(found.reasons(), [(Reason::Truncated, detail)]);
        }
    }

    #[test]
    fn many_members_of_one_name_are_read() {
        let mut zip = Zip::default();
        for _ in 0..65_535 {
            zip = zip.stored("n", b"1");
        }
        let zip = zip.end();
        assert_eq!(opened(&zip).members.len(), 65_535);
        let limits = Limits { entries: 1000, ..Limits::default() };
        let found = within(limits, "", Input::Bytes(&zip));
        assert_eq!(found.members.len(), 1000);
        let detail = "zip archive, 64535 of 65535 members";
        assert_eq!(found.reasons(), [(Reason::OverBudget, detail)]);
    }

    #[test]
    fn members_that_share_bytes_are_paid_for() {
        let mut zip = Zip::default().stored("a", &noise(1 << 20));
        for n in 0..2000 {
            zip = zip.again(&format!("{n}"));
        }
        let limits = Limits { bytes: 10 << 20, ..Limits::default() };
        let found = within(limits, "", Input::Bytes(&zip.end()));
        assert!((10..14).contains(&found.members.len()), "{}", found.members.len());
        assert_eq!(found.reasons()[0].0, Reason::OverBudget);
    }

    #[test]
    fn a_directory_may_lie() {
        let mut zip = Zip::default().stored("a", TEXT).stored("b", TEXT).end();
        let central = memchr::memmem::rfind(&zip, headers::CENTRAL).unwrap();
        zip[central + 42..central + 46].fill(0xee);
        let found = opened(&zip);
        // The second member is read by its own header.
        assert_eq!(found.paths(), ["a", "b"]);
        assert!(found.reasons().iter().all(|(reason, _)| *reason == Reason::Damaged));
    }

    #[test]
    fn the_larger_records_are_read() {
        for is_wide in [false, true] {
            let zip = Zip { prefix: b"#!/bin/sh\n".to_vec(), ..Zip::default() }.deflated("a", TEXT);
            let (local, central) = (zip.local.len() as u64, zip.central.len() as u64);
            let mut bytes = zip.end();
            let end = bytes.split_off(bytes.len() - headers::END_LENGTH);
            let place = (local + central).to_le_bytes();
            let sizes = [1, 1, central, local].map(u64::to_le_bytes).concat();
            for part in [&b"PK\x06\x06\x2c\0\0\0\0\0\0\0"[..], &[0; 12], &sizes] {
                bytes.extend_from_slice(part);
            }
            for part in [&b"PK\x06\x07\0\0\0\0"[..], &place, &[1, 0, 0, 0]] {
                bytes.extend_from_slice(part);
            }
            let at = bytes.len();
            bytes.extend(end);
            if is_wide {
                bytes[at + 8..at + 20].fill(0xff);
            }
            let found = opened(&bytes);
            assert_eq!(found.at("a"), Some(TEXT));
            assert!(found.unread.is_empty(), "{:?}", found.unread);
        }
    }

    proptest::proptest! {
        #[test]
        fn cut_anywhere_it_gives_a_beginning(cut in 0.0..1.0) {
            let cut: f64 = cut;
            let zip = Zip::default().deflated("a", &noise(700)).stored("b", &noise(700)).end();
            let cut = (zip.len() as f64 * cut) as usize;
            for found in both(&zip[..cut]) {
                for (path, bytes) in &found.members {
                    proptest::prop_assert!(path.is_empty() || noise(700).starts_with(bytes));
                }
            }
        }

        #[test]
        fn any_change_is_survived(at in 0.0..1.0, byte: u8) {
            let at: f64 = at;
            let zip = Zip { has_descriptors: byte.is_multiple_of(2), ..Zip::default() };
            let mut zip = zip.deflated("a", &noise(700)).stored("b", &noise(70)).end();
            let at = (zip.len() as f64 * at) as usize;
            zip[at] = byte;
            both(&zip);
        }
    }
}
