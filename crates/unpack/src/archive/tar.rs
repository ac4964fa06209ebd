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
            if source.taken() == filled as u64 {
                // There is no archive: the bytes are looked at as they are.
                return;
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
            kind @ b'1'..=b'6' => {
                let name = std::mem::take(&mut extension).name.unwrap_or(header.name);
                if matches!(kind, b'1' | b'2') {
                    members.link(&name, until_zero(&block[157..257]));
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{noise, opened, streamed, tar, tar_member, with_checksum};

    const TEXT: &[u8] = b"export TOKEN=1\n";

    fn record(key: &str, value: &str) -> String {
        let rest = format!(" {key}={value}\n");
        let length = (1..).find(|length| length.to_string().len() + rest.len() == *length);
        format!("{}{rest}", length.unwrap_or_default())
    }

    #[test]
    fn members_are_handed_over_without_a_copy() {
        let large = noise(3000);
        let archive = tar(&[("a.env", TEXT), ("empty", b""), ("../up", b"1"), ("/abs", &large)]);
        for found in [opened(&archive), streamed(&archive)] {
            assert_eq!(found.paths(), ["a.env", "empty", "../up", "/abs"]);
            assert_eq!((found.at("a.env"), found.at("/abs")), (Some(TEXT), Some(&large[..])));
            assert!(found.unread.is_empty());
        }
        assert_eq!(opened(&archive).lent, 4);
    }

    #[test]
    fn names_are_read_in_all_their_forms() {
        let long = "d/".repeat(100) + "name";
        let mut old = tar_member(b"v7", 0, TEXT);
        old[257..265].fill(0);
        let old =
            with_checksum(old[..512].to_vec()).into_iter().chain(old[512..].to_vec()).collect();
        let mut prefixed = tar_member(b"name", b'0', TEXT)[..512].to_vec();
        prefixed[345..348].copy_from_slice(b"dir");
        prefixed = with_checksum(prefixed);
        prefixed.extend_from_slice(TEXT);
        prefixed.resize(1024, 0);
        let archive: Vec<u8> = [
            old,
            prefixed,
            tar_member(b"././@LongLink", b'L', format!("{long}\0").as_bytes()),
            tar_member(b"cut", b'0', TEXT),
            tar_member(b"pax", b'x', record("path", "p\u{e4}x/name").as_bytes()),
            tar_member(b"cut", b'0', TEXT),
            tar_member(b"dir/", b'5', b""),
            tar_member(b"link", b'2', b""),
            tar_member(b"sparse", b'S', TEXT),
        ]
        .concat();
        for found in [opened(&archive), streamed(&archive)] {
            assert_eq!(found.paths(), ["v7", "dir/name", &long, "p\u{e4}x/name", "sparse"]);
            assert!(found.members.iter().all(|(_, bytes)| bytes == TEXT));
            assert!(found.unread.is_empty(), "{:?}", found.unread);
        }
    }

    #[test]
    fn what_follows_the_end_is_read() {
        let archives =
            [tar(&[("a", TEXT)]), tar(&[("b", TEXT)]), b"TOKEN=behind\n".to_vec()].concat();
        for found in [opened(&archives), streamed(&archives)] {
            assert_eq!(found.paths(), ["a", "b", ""]);
            assert_eq!(found.at(""), Some(&b"TOKEN=behind\n"[..]));
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn what_is_cut_short_or_damaged_is_said() {
        let archive = tar(&[("a", TEXT), ("b", &noise(1000))]);
        let cut = &archive[..1024 + 512 + 610];
        for found in [opened(cut), streamed(cut)] {
            assert_eq!(found.at("b"), Some(&noise(610)[..]));
            assert_eq!(found.reasons(), [(Reason::Truncated, "tar archive, cut short at 61 %")]);
        }
        let mut damaged = archive.clone();
        damaged[1024] ^= 1;
        for found in [opened(&damaged), streamed(&damaged)] {
            assert_eq!(found.paths(), ["a", ""]);
            assert_eq!(found.at(""), Some(&damaged[1024..]));
            assert_eq!(found.reasons()[0].0, Reason::Damaged);
        }
    }

    #[test]
    fn one_without_a_header_is_no_archive() {
        let archive = tar(&[("a", TEXT)]);
        let found = opened(&archive[..400]);
        assert!(!found.is_opened);
        let reasons = [(Reason::Truncated, "tar archive, with no header where one should be")];
        assert_eq!(found.reasons(), reasons);
    }

    #[test]
    fn sizes_may_lie() {
        for size in [&b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"[..], b"77777777777\0"] {
            let mut archive = tar(&[("a", TEXT)]);
            archive[124..136].copy_from_slice(size);
            let header = with_checksum(archive[..512].to_vec());
            archive[..512].copy_from_slice(&header);
            for found in [opened(&archive), streamed(&archive)] {
                assert!(found.at("a").is_some_and(|bytes| bytes.starts_with(TEXT)));
                assert_eq!(found.reasons(), [(Reason::Truncated, "tar archive, cut short at 0 %")]);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_change_is_survived(at in 0_usize..2048, byte: u8, cut in 0_usize..4096) {
            let mut archive = tar(&[("a", TEXT), ("b", &noise(600))]);
            archive[at] = byte;
            let cut = &archive[..cut.min(archive.len())];
            opened(cut);
            streamed(cut);
        }
    }
}
