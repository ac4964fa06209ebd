//! Members of a zip archive one after the other, by the headers in front of them: where there is no
//! directory, where it comes last out of a stream, and where it does not tell of all members.

use std::io::Read;

use super::headers::{self, Entry, u16_at, u32_at, u64_at};
use super::member;
use crate::archive::tally::Tally;
use crate::archive::{Context, Members};
use crate::input::{Input, Source};
use crate::unread::Reason;

/// Reads an archive.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    let mut tally = Tally::default();
    let has_directory = walk(source, context, members, &mut tally);
    let is_named = [Reason::Truncated, Reason::OverBudget].iter().any(|reason| tally.has(*reason));
    tally.say(members);
    if !has_directory && !is_named && !source.has_failed() {
        members.unread(Reason::Truncated, "without the directory at its end");
    }
}

/// Reads what there is. Says whether there was a directory.
pub(super) fn walk(
    source: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
    tally: &mut Tally,
) -> bool {
    let mut has_directory = false;
    loop {
        let next = source.peek(headers::CENTRAL_LENGTH);
        let Some(signature) = next.first_chunk::<4>() else { break };
        let length = match signature {
            headers::LOCAL => match local(source, context, members, tally) {
                Next::Member => continue,
                Next::Nothing => break,
            },
            headers::CENTRAL if next.len() == headers::CENTRAL_LENGTH => {
                has_directory = true;
                let lengths = [28, 30, 32].map(|at| u64::from(u16_at(next, at)));
                headers::CENTRAL_LENGTH as u64 + lengths.iter().sum::<u64>()
            }
            headers::END if next.len() >= headers::END_LENGTH => {
                has_directory = true;
                headers::END_LENGTH as u64
            }
            headers::END64 if next.len() >= 12 => u64_at(next, 4).saturating_add(12),
            headers::LOCATOR => headers::LOCATOR_LENGTH as u64,
            // An archive that was to have several parts begins with the one, or has one and begins with
            // the other.
            headers::DESCRIPTOR | b"PK00" => 4,
            _ => match pass_over(source, members) {
                Next::Member => continue,
                Next::Nothing => break,
            },
        };
        source.skip(length);
    }
    has_directory
}

/// What can be read next.
enum Next {
    /// Another member, perhaps.
    Member,
    /// Nothing more.
    Nothing,
}

/// Hands over bytes that are no part of an archive, up to where it goes on.
fn pass_over(source: &mut Source<'_>, members: &mut dyn Members) -> Next {
    let Some(bytes) = source.whole() else {
        source.remainder().into_iter().for_each(|input| members.content(input));
        return Next::Nothing;
    };
    let goes_on = |at: &usize| {
        let here = bytes[*at..].first_chunk();
        matches!(here, Some(headers::LOCAL | headers::CENTRAL | headers::END))
    };
    let next = memchr::memmem::find_iter(&bytes[1..], b"PK").map(|at| at + 1).find(goes_on);
    let between = source.slice(next.unwrap_or(bytes.len())).unwrap_or_default();
    if between.iter().any(|byte| *byte != 0) {
        members.content(Input::Bytes(between));
    }
    if next.is_some() { Next::Member } else { Next::Nothing }
}

/// Reads the member whose header comes next.
fn local(
    source: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
    tally: &mut Tally,
) -> Next {
    let Some(header) = source.array::<{ headers::LOCAL_LENGTH }>() else {
        return cut_short(source, tally);
    };
    let [name_length, extra_length] = [26, 28].map(|at| usize::from(u16_at(&header, at)));
    let (name, extra) = (source.copy(name_length), source.copy(extra_length));
    if name.len() < name_length || extra.len() < extra_length {
        return cut_short(source, tally);
    }
    let entry = Entry::local(&header, &name, &extra);
    if entry.is_directory() && !entry.is_of_unknown_length() {
        source.skip(entry.packed);
        return Next::Member;
    }
    tally.add();
    let more = if !entry.is_of_unknown_length() {
        known(&entry, source, context, members, tally)
    } else if entry.method == headers::DEFLATED && !entry.is_encrypted() {
        let start = source.taken();
        let more = member(&entry, source, context, members, tally);
        let packed = source.taken() - start;
        skip_descriptor(source, packed);
        more
    } else if let Some(length) = source.whole().and_then(length_by_descriptor) {
        let data = source.slice(length).unwrap_or_default();
        let more = member(&entry, &mut Source::new(Input::Bytes(data)), context, members, tally);
        skip_descriptor(source, length as u64);
        more
    } else {
        tally.unread(Reason::Damaged);
        source.remainder().into_iter().for_each(|input| members.content(input));
        false
    };
    if more && !source.has_failed() { Next::Member } else { Next::Nothing }
}

fn cut_short(source: &Source<'_>, tally: &mut Tally) -> Next {
    if !source.has_failed() {
        tally.add();
        tally.unread(Reason::Truncated);
    }
    Next::Nothing
}

/// Reads a member whose length is known.
fn known(
    entry: &Entry<'_>,
    source: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
    tally: &mut Tally,
) -> bool {
    let there = source.whole().map_or(entry.packed, |bytes| entry.packed.min(bytes.len() as u64));
    if let Some(bytes) = usize::try_from(there).ok().and_then(|there| source.slice(there)) {
        return member(entry, &mut Source::new(Input::Bytes(bytes)), context, members, tally);
    }
    let mut limited = Read::take(&mut *source, entry.packed);
    let mut data = Source::new(Input::Stream { head: &[], rest: &mut limited });
    let more = member(entry, &mut data, context, members, tally);
    drop(data);
    let left = limited.limit();
    source.skip(left);
    more
}

fn skip_descriptor(source: &mut Source<'_>, packed: u64) {
    let length = descriptor(source.peek(28), packed);
    source.skip(length);
}

/// The length of a data descriptor (4.3.9) behind so many bytes: with or without a signature, and with
/// lengths of four bytes or eight.
fn descriptor(bytes: &[u8], packed: u64) -> u64 {
    let signature = if bytes.starts_with(headers::DESCRIPTOR) { 4 } else { 0 };
    let lengths = &bytes[bytes.len().min(signature + 4)..];
    let is_short = lengths.len() >= 8 && u64::from(u32_at(lengths, 0)) == packed & 0xffff_ffff;
    let is_long = lengths.len() >= 16 && u64_at(lengths, 0) == packed;
    // Both if the content is empty, or its length is a part of the next header: the next signature tells.
    let follows = |at: usize| bytes.get(at..).is_some_and(|bytes| bytes.starts_with(b"PK"));
    match (is_short, is_long) {
        (true, true) if !follows(signature + 12) => signature as u64 + 20,
        (true, _) => signature as u64 + 12,
        (false, true) => signature as u64 + 20,
        (false, false) => signature as u64,
    }
}

/// The length of a member that does not show where it ends, by the data descriptor that tells it.
fn length_by_descriptor(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, headers::DESCRIPTOR).find(|at| {
        let said = bytes.get(at + 8..at + 12).map(|said| u32_at(said, 0));
        said.is_some_and(|said| said as usize == *at)
    })
}
