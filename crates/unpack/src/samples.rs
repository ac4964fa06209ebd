//! Containers for the tests, made as their formats' own programs make them, and a visitor that keeps
//! what it is handed.

use std::io::Read;

use crate::budget::{Budget, Limits};
use crate::buffers::Buffers;
use crate::input::Input;
use crate::nest::{Member, Visitor, open};
use crate::unread::{Reason, Unread};

/// What came out of a container.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) members: Vec<(String, Vec<u8>)>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) is_opened: bool,
    /// Members that were lent as a part of what was given.
    pub(crate) lent: usize,
    given: std::ops::Range<usize>,
    /// Length of all members; a long one is not kept.
    pub(crate) length: u64,
}

impl Visitor for Found {
    fn member(&mut self, member: Member<'_>, _: &Budget) {
        let bytes = match member.input {
            Input::Bytes(bytes) => {
                self.lent += usize::from(self.given.contains(&bytes.as_ptr().addr()));
                bytes.to_vec()
            }
            Input::Stream { head, rest } => {
                let mut all = head.to_vec();
                let mut piece = vec![0; 1 << 16];
                while let Ok(read @ 1..) = rest.read(&mut piece) {
                    self.length += read as u64;
                    if all.len() < 32 << 20 {
                        all.extend_from_slice(&piece[..read]);
                    }
                }
                self.length -= (all.len() - head.len()) as u64;
                all
            }
        };
        self.length += bytes.len() as u64;
        self.members.push((member.path.to_owned(), bytes));
    }

    fn unread(&mut self, unread: Unread) {
        self.unread.push(unread);
    }
}

impl Found {
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.members.iter().map(|(path, _)| path.as_str()).collect()
    }

    pub(crate) fn reasons(&self) -> Vec<(Reason, &str)> {
        self.unread.iter().map(|unread| (unread.reason, unread.detail.as_str())).collect()
    }

    pub(crate) fn at(&self, path: &str) -> Option<&[u8]> {
        self.members.iter().find(|(at, _)| at == path).map(|(_, bytes)| bytes.as_slice())
    }
}

/// What is in a container that is in memory.
pub(crate) fn opened(bytes: &[u8]) -> Found {
    within(Limits::default(), "", Input::Bytes(bytes))
}

/// What is in one that comes piece by piece.
pub(crate) fn streamed(bytes: &[u8]) -> Found {
    struct Pieces<'a>(&'a [u8]);
    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(out.len()).min(97);
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let (head, rest) = bytes.split_at(bytes.len().min(1024));
    within(Limits::default(), "", Input::Stream { head, rest: &mut Pieces(rest) })
}

pub(crate) fn within(limits: Limits, name: &str, input: Input<'_>) -> Found {
    let range = input.head().as_ptr_range();
    let given = range.start.addr()..range.end.addr();
    let mut found = Found { given, ..Found::default() };
    let buffers = Buffers::default();
    found.is_opened = open(name, input, &buffers, &Budget::new(limits), &mut found);
    found
}

/// Compressed with DEFLATE; the bits of the window say in which wrapper, as for zlib.
fn deflated(bytes: &[u8], window_bits: i32) -> Vec<u8> {
    let config = zlib_rs::DeflateConfig { window_bits, ..zlib_rs::DeflateConfig::new(6) };
    let mut out = vec![0; zlib_rs::compress_bound(bytes.len()) + 32];
    let (out, code) = zlib_rs::compress_slice(&mut out, bytes, config);
    assert_eq!(code, zlib_rs::ReturnCode::Ok);
    out.to_vec()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    deflated(bytes, 31)
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    deflated(bytes, 15)
}

pub(crate) fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    deflated(bytes, -15)
}

/// A member of a tar archive of POSIX.
pub(crate) fn tar_member(name: &[u8], kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let mut member = with_checksum(header);
    member.extend_from_slice(bytes);
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

pub(crate) fn with_checksum(mut header: Vec<u8>) -> Vec<u8> {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar: Vec<u8> = Vec::new();
    for (name, bytes) in members {
        tar.extend(tar_member(name.as_bytes(), b'0', bytes));
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

/// Bytes that do not compress, always the same.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A zip archive in the making.
#[derive(Default)]
pub(crate) struct Zip {
    /// What stands before the archive; offsets do not count it.
    pub(crate) prefix: Vec<u8>,
    /// Whether lengths and checksums stand behind the members.
    pub(crate) has_descriptors: bool,
    /// What was made so far, without the directory.
    pub(crate) local: Vec<u8>,
    pub(crate) central: Vec<u8>,
    pub(crate) count: usize,
}

impl Zip {
    pub(crate) fn stored(self, name: &str, bytes: &[u8]) -> Self {
        self.member(name, bytes, bytes, 0, 0)
    }

    pub(crate) fn deflated(self, name: &str, bytes: &[u8]) -> Self {
        self.member(name, &raw_deflate(bytes), bytes, 8, 0)
    }

    /// Adds a member as it is compressed and as it is.
    pub(crate) fn member(
        mut self,
        name: &str,
        packed: &[u8],
        bytes: &[u8],
        method: u16,
        flags: u16,
    ) -> Self {
        let flags = flags | if self.has_descriptors { 8 } else { 0 };
        let [crc, packed_length, length] =
            [crc32fast::hash(bytes), packed.len() as u32, bytes.len() as u32].map(u32::to_le_bytes);
        let facts = [crc, packed_length, length].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        let version = [&[20, 0][..], &flags.to_le_bytes(), &method.to_le_bytes(), &[0; 4]].concat();
        let ahead = if self.has_descriptors { vec![0; 12] } else { facts.clone() };
        let offset = (self.local.len() as u32).to_le_bytes();
        for part in [&b"PK\x03\x04"[..], &version, &ahead, &name_length, &[0; 2], name.as_bytes()] {
            self.local.extend_from_slice(part);
        }
        self.local.extend_from_slice(packed);
        if self.has_descriptors {
            self.local.extend_from_slice(b"PK\x07\x08");
            self.local.extend_from_slice(&facts);
        }
        let fields = [&b"PK\x01\x02\x14\0"[..], &version, &facts, &name_length, &[0; 12]];
        self.central.extend(fields.concat());
        self.central.extend_from_slice(&offset);
        self.central.extend_from_slice(name.as_bytes());
        self.count += 1;
        self
    }

    /// Adds an entry of the directory for the first member once more, under another name.
    pub(crate) fn again(mut self, name: &str) -> Self {
        let mut entry = self.central[..46].to_vec();
        entry[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
        entry.extend_from_slice(name.as_bytes());
        self.central.extend(entry);
        self.count += 1;
        self
    }

    pub(crate) fn end(self) -> Vec<u8> {
        self.end_with(b"")
    }

    pub(crate) fn end_with(self, comment: &[u8]) -> Vec<u8> {
        let count = (self.count as u16).to_le_bytes();
        let length = (comment.len() as u16).to_le_bytes();
        let [size, offset] =
            [self.central.len(), self.local.len()].map(|n| (n as u32).to_le_bytes());
        let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &offset, &length].concat();
        [&self.prefix[..], &self.local, &self.central, &end, comment].concat()
    }
}
