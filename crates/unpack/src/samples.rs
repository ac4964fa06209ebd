//! Containers for the tests, made as their formats' own programs make them, and a visitor that keeps
//! what it is handed.

use std::io::Read;

use crate::budget::{Budget, Limits};
use crate::input::{Buffers, Input};
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
