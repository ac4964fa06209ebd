//! The objects of a pack, without an index: where each is, and what differences make.

use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;

use data_encoding::HEXLOWER_PERMISSIVE;
use flate2::bufread::ZlibDecoder;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::super::output::Output;
use super::delta;
use crate::unread::Reason;

/// How objects are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    /// Bytes of an id.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// The id of an object; the shorter ones end in zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id([u8; 32]);

impl Id {
    /// The id of these bytes, of which there are 32 at most.
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut id = [0; 32];
        let length = bytes.len().min(32);
        id[..length].copy_from_slice(&bytes[..length]);
        Self(id)
    }

    pub(super) fn from_hex(digits: &[u8]) -> Option<Self> {
        HEXLOWER_PERMISSIVE.decode(digits).ok().map(|bytes| Self::new(&bytes))
    }

    /// Its first twelve digits.
    pub(super) fn short(&self) -> String {
        HEXLOWER_PERMISSIVE.encode(&self.0[..6])
    }

    fn of(kind: Kind, content: &[u8], algorithm: Algorithm) -> Self {
        let header = format!("{} {}\0", kind.name(), content.len());
        match algorithm {
            Algorithm::Sha1 => {
                Self::new(&Sha1::new().chain_update(header).chain_update(content).finalize())
            }
            Algorithm::Sha256 => {
                Self::new(&Sha256::new().chain_update(header).chain_update(content).finalize())
            }
        }
    }
}

/// An object as it is stored.
struct Entry {
    base: Base,
    /// Where its compressed bytes begin, and how many there are behind the decompression.
    start: usize,
    length: usize,
}

/// What an object is made from.
enum Base {
    None(Kind),
    /// The object of this index in the pack.
    Entry(usize),
    Id(Id),
}

/// A pack.
pub(super) struct Pack<'a> {
    bytes: &'a [u8],
    algorithm: Algorithm,
    entries: Vec<Entry>,
    /// Differences from an object of the pack, and from one that is known by its id.
    by_entry: HashMap<usize, Vec<usize>>,
    by_id: HashMap<Id, Vec<usize>>,
}

/// What takes the objects of a pack.
type Take<'t> = &'t mut dyn FnMut(&Id, &[u8], &mut Output<'_>);

impl<'a> Pack<'a> {
    /// Finds the objects: each begins where the one before ends, which only decompression tells.
    pub(super) fn read(bytes: &'a [u8], algorithm: Algorithm, output: &mut Output<'_>) -> Self {
        let (by_entry, by_id) = (HashMap::new(), HashMap::new());
        let mut pack = Self { bytes, algorithm, entries: Vec::new(), by_entry, by_id };
        let count = bytes.get(8..).and_then(|bytes| bytes.first_chunk());
        let Some(count) = count.map(|count| u32::from_be_bytes(*count)) else {
            output.unread(Reason::Truncated, "git pack");
            return pack;
        };
        let mut places: Vec<usize> = Vec::new();
        let mut at = 12;
        for index in 0..count as usize {
            // The digest of the pack stands at its end.
            if at + algorithm.length() > bytes.len() {
                output.unread(Reason::Truncated, "git pack");
                break;
            }
            let Some(entry) = pack.entry(at, &places) else {
                output.unread(Reason::Damaged, "git pack");
                break;
            };
            if !output.spend(entry.length) {
                break;
            }
            let Some(taken) = pack.measure(&entry) else {
                output.unread(Reason::Damaged, "git pack");
                break;
            };
            places.push(at);
            at = entry.start + taken;
            match &entry.base {
                Base::None(_) => {}
                Base::Entry(base) => pack.by_entry.entry(*base).or_default().push(index),
                Base::Id(id) => pack.by_id.entry(*id).or_default().push(index),
            }
            pack.entries.push(entry);
        }
        pack
    }

    /// Hands over all objects of a kind, those that are stored as differences behind their bases.
    pub(super) fn each(&mut self, kind: Kind, output: &mut Output<'_>, take: Take<'_>) {
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            if !matches!(entry.base, Base::None(of) if of == kind) {
                continue;
            }
            let Some(content) = self.inflate(entry) else { continue };
            self.resolve(index, kind, content, output, take);
        }
    }

    /// How many objects are differences from ones that are not in the pack.
    pub(super) fn unresolved(&self) -> usize {
        self.by_id.values().map(Vec::len).sum()
    }

    /// Hands over an object and all that are made from it.
    fn resolve(
        &mut self,
        index: usize,
        kind: Kind,
        content: Vec<u8>,
        output: &mut Output<'_>,
        take: Take<'_>,
    ) {
        let mut made = Some((index, Rc::new(content)));
        let mut open: Vec<(usize, Rc<Vec<u8>>)> = Vec::new();
        loop {
            if let Some((index, content)) = made.take() {
                let id = Id::of(kind, &content, self.algorithm);
                take(&id, &content, output);
                let children = self.by_entry.remove(&index).into_iter().flatten();
                let others = self.by_id.remove(&id).into_iter().flatten();
                open.extend(children.chain(others).map(|child| (child, Rc::clone(&content))));
            }
            let Some((child, base)) = open.pop() else { return };
            let Some(delta) = self.inflate(&self.entries[child]) else { continue };
            let is_paid = delta::length(&delta).is_some_and(|length| output.spend(length));
            let content = is_paid.then(|| delta::apply(&base, &delta)).flatten();
            match content {
                Some(content) => made = Some((child, Rc::new(content))),
                None if is_paid => output.unread(Reason::Damaged, "git object"),
                None => {}
            }
        }
    }

    /// Reads the header of an object: its kind and length, and what it is made from.
    fn entry(&self, at: usize, places: &[usize]) -> Option<Entry> {
        let mut rest = self.bytes.get(at..)?;
        let mut next = || {
            let (first, behind) = rest.split_first()?;
            rest = behind;
            Some(*first)
        };
        let mut byte = next()?;
        let kind = byte >> 4 & 7;
        let mut length = usize::from(byte & 0xf);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = next()?;
            // Lengths of more than 2^60 bytes are damage.
            if shift > 53 {
                return None;
            }
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let base = match kind {
            1 => Base::None(Kind::Commit),
            2 => Base::None(Kind::Tree),
            3 => Base::None(Kind::Blob),
            4 => Base::None(Kind::Tag),
            6 => {
                byte = next()?;
                let mut back = usize::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    back = back.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
                }
                Base::Entry(places.binary_search(&at.checked_sub(back)?).ok()?)
            }
            7 => {
                let (id, behind) = rest.split_at_checked(self.algorithm.length())?;
                rest = behind;
                Base::Id(Id::new(id))
            }
            _ => return None,
        };
        Some(Entry { base, start: self.bytes.len() - rest.len(), length })
    }

    /// How many compressed bytes an object takes; none where it does not have its length.
    fn measure(&self, entry: &Entry) -> Option<usize> {
        let mut decoder = ZlibDecoder::new(self.bytes.get(entry.start..)?);
        let limited = &mut decoder.by_ref().take(entry.length as u64 + 1);
        let length = std::io::copy(limited, &mut std::io::sink()).ok()?;
        let is_whole = length == entry.length as u64;
        is_whole.then(|| decoder.total_in()).and_then(|taken| usize::try_from(taken).ok())
    }

    fn inflate(&self, entry: &Entry) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let decoder = ZlibDecoder::new(self.bytes.get(entry.start..)?);
        decoder.take(entry.length as u64).read_to_end(&mut content).ok()?;
        Some(content)
    }
}
