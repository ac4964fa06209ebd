//! tar archives: those of Unix V7, of POSIX (`ustar` and `pax`), and with the extensions of GNU and
//! Solaris. Members follow each other, each behind a header of 512 bytes; nothing else says where they
//! are.

use std::io::Read;

use super::{Context, Members, cut_short, stored};
use crate::input::{Input, Source};
use crate::unread::Reason;

/// The unit of an archive: headers, and what members are filled up to.
const BLOCK: usize = 512;

/// Bytes of an extended header or of a long name that are read: real ones have a few hundred.
const EXTENSION: u64 = 1 << 20;

/// Reads an archive, and those that were appended to it.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    let mut extension = Extension::default();
    let mut zeros = 0;
    loop {
        let mut block = [0; BLOCK];
        let filled = source.fill(&mut block);
        if source.has_failed() || filled == 0 {
            return;
        }
        if block == [0; BLOCK] {
            zeros += 1;
            continue;
        }
        let Some(header) = Header::new(&block[..filled]) else {
            // Two blocks of zeros end an archive: what comes after them may be anything.
            if zeros < 2 {
                let reason = if filled < BLOCK { Reason::Truncated } else { Reason::Damaged };
                members.unread(reason, "with no header where one should be");
            }
            return members.content(Input::Stream { head: &block[..filled], rest: source });
        };
        zeros = 0;
        let size = extension.size.unwrap_or(header.size);
        let there = match header.kind {
            b'x' | b'g' | b'L' | b'K' | b'X' => {
                let there = size.min(EXTENSION);
                let text = source.copy(there as usize);
                extension.add(header.kind, &text);
                text.len() as u64 + source.skip(size - there)
            }
            // Links, devices, directories and pipes: their size says something else.
            b'1'..=b'6' => {
                extension = Extension::default();
                continue;
            }
            kind => {
                if kind == b'S' && !skip_sparse_map(&block, source) {
                    members.unread(Reason::Truncated, "in a map of holes");
                    return;
                }
                let name = std::mem::take(&mut extension).name.unwrap_or(header.name);
                let (there, more) = stored(&name, size, source, context, members);
                if !more {
                    members.unread(Reason::OverBudget, "with too many members");
                    return;
                }
                there
            }
        };
        if source.has_failed() {
            return;
        }
        if there < size {
            members.unread(Reason::Truncated, &cut_short(there, size));
            return;
        }
        source.skip(size.next_multiple_of(BLOCK as u64) - size);
    }
}

/// What a header says.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Header {
    /// Reads one whose checksum is right.
    fn new(block: &[u8]) -> Option<Self> {
        let block: &[u8; BLOCK] = block.try_into().ok()?;
        let stored = number(&block[148..156])?;
        let sum = |of: fn(u8) -> i64| -> i64 {
            let all: i64 = block.iter().map(|byte| of(*byte)).sum();
            let own: i64 = block[148..156].iter().map(|byte| of(*byte)).sum();
            all - own + 8 * i64::from(b' ')
        };
        // Some old programs took the bytes as signed.
        let sums = [sum(i64::from), sum(|byte| i64::from(byte.cast_signed()))];
        if !sums.iter().any(|sum| u64::try_from(*sum) == Ok(stored)) {
            return None;
        }
        let mut name = until_zero(&block[..100]).to_vec();
        // Only in the format of POSIX: that of GNU has times in its place.
        let prefix = until_zero(&block[345..500]);
        if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        let kind = block[156];
        Some(Self { name, size: number(&block[124..136])?, kind })
    }
}

/// What extended headers say of the member that follows.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Extension {
    fn add(&mut self, kind: u8, text: &[u8]) {
        match kind {
            b'L' => self.name = Some(until_zero(text).to_vec()),
            b'x' | b'X' => self.add_records(text),
            // What holds for all members has no names; links have no content.
            _ => {}
        }
    }

    /// Reads the records of an extended header of POSIX: `LENGTH KEY=VALUE\n`.
    fn add_records(&mut self, mut text: &[u8]) {
        while let Some(space) = memchr::memchr(b' ', text) {
            let length = std::str::from_utf8(&text[..space]).ok().and_then(|n| n.parse().ok());
            let Some((record, rest)) = length.and_then(|length| text.split_at_checked(length))
            else {
                return;
            };
            let Some(record) = record.get(space + 1..) else { return };
            text = rest;
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = memchr::memchr(b'=', record) else { continue };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" | b"GNU.sparse.name" => self.name = Some(value.to_vec()),
                b"size" => {
                    self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok());
                }
                _ => {}
            }
        }
    }
}

/// Passes over the blocks with more of the map of a sparse file, as GNU tar writes it: its own header
/// says at one place, the blocks at another, whether there is one more.
fn skip_sparse_map(header: &[u8; BLOCK], source: &mut Source<'_>) -> bool {
    let mut is_more = header[482] != 0;
    while is_more {
        let mut block = [0; BLOCK];
        if source.read_exact(&mut block).is_err() {
            return false;
        }
        is_more = block[504] != 0;
    }
    true
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]
}

/// A number in octal digits, or in binary if the first bit is set (GNU, and star).
fn number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        // The second bit is the sign.
        let start = u64::from(first & 0x7f);
        return if first & 0x40 != 0 {
            None
        } else {
            rest.iter().try_fold(start, |number, byte| {
                number.checked_mul(256).map(|number| number | u64::from(*byte))
            })
        };
    }
    let digits = until_zero(field).trim_ascii();
    digits.iter().try_fold(0_u64, |number, digit| match digit {
        b'0'..=b'7' => number.checked_mul(8).map(|number| number + u64::from(digit - b'0')),
        _ => None,
    })
}
