//! One pack: many objects in one file, and the index that says where each of them lies.

use std::fs::File;
use std::path::{Path, PathBuf};

use gix::hash::{ObjectId, oid};
use gix::odb::pack::data::Entry;
use gix::odb::pack::{data, index};

use super::objects::{Compressed, FAR};
use crate::files::mapped::{self, Content};

/// A pack with its index.
#[derive(Debug)]
pub struct Pack {
    /// The pack file.
    pub path: PathBuf,
    content: Content,
    listing: Listing,
    hash: gix::hash::Kind,
}

/// Where the objects lie.
enum Listing {
    /// The pack's own index.
    Index(Box<index::File<Content>>),
    /// From a multi-pack index, sorted by id.
    Listed(Vec<(ObjectId, u64)>),
}

impl std::fmt::Debug for Listing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(index) => write!(f, "Index({})", index.num_objects()),
            Self::Listed(objects) => write!(f, "Listed({})", objects.len()),
        }
    }
}

impl Pack {
    /// Opens a pack file by the index next to it.
    ///
    /// # Errors
    /// Says what is wrong with either of them.
    pub fn with_index(path: &Path, hash: gix::hash::Kind) -> Result<Self, String> {
        let listing = path.with_extension("idx");
        if !listing.is_file() {
            return Err(NO_FILE.to_owned());
        }
        let content = mapped_file(&listing).map_err(|what| format!("its index {what}"))?;
        let index = index::File::from_data(content, listing, hash)
            .map_err(|error| format!("its index cannot be used: {error}"))?;
        Self::open(path, Listing::Index(Box::new(index)), hash)
    }

    /// Opens a pack file whose objects a multi-pack index lists, in order of their ids.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn with_list(
        path: &Path,
        objects: Vec<(ObjectId, u64)>,
        hash: gix::hash::Kind,
    ) -> Result<Self, String> {
        Self::open(path, Listing::Listed(objects), hash)
    }

    fn open(path: &Path, listing: Listing, hash: gix::hash::Kind) -> Result<Self, String> {
        if !path.is_file() {
            return Err(NO_FILE.to_owned());
        }
        let content = mapped_file(path)?;
        let header = content.bytes().first_chunk().ok_or("is cut short")?;
        data::header::decode(header).map_err(|error| format!("is not a pack: {error}"))?;
        Ok(Self { path: path.to_owned(), content, listing, hash })
    }

    /// Number of objects that the index lists.
    pub fn len(&self) -> usize {
        match &self.listing {
            Listing::Index(index) => index.num_objects() as usize,
            Listing::Listed(objects) => objects.len(),
        }
    }

    /// Whether the index lists no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where an object lies, if it is in this pack.
    pub fn find(&self, id: &oid) -> Option<u64> {
        self.position(id).map(|position| self.offset(position))
    }

    /// The position of an object in the index, if it is in this pack.
    pub fn position(&self, id: &oid) -> Option<u32> {
        match &self.listing {
            Listing::Index(index) => index.lookup(id),
            Listing::Listed(objects) => objects
                .binary_search_by(|(there, _)| there.as_ref().cmp(id))
                .ok()
                .and_then(|at| u32::try_from(at).ok()),
        }
    }

    /// The id of the object at a position.
    pub fn id(&self, position: u32) -> &oid {
        match &self.listing {
            Listing::Index(index) => index.oid_at_index(position),
            Listing::Listed(objects) => &objects[position as usize].0,
        }
    }

    /// Where the object at a position lies.
    pub fn offset(&self, position: u32) -> u64 {
        match &self.listing {
            Listing::Index(index) => index.pack_offset_at_index(position),
            Listing::Listed(objects) => objects[position as usize].1,
        }
    }

    /// The checksum of the bytes of the object at a position, where the index holds one.
    pub fn checksum(&self, position: u32) -> Option<u32> {
        match &self.listing {
            Listing::Index(index) => index.crc32_at_index(position),
            Listing::Listed(_) => None,
        }
    }

    /// What the header of the entry at an offset says.
    ///
    /// # Errors
    /// There is no entry, or it is damaged.
    pub fn entry(&self, offset: u64) -> Result<Entry, String> {
        let start = usize::try_from(offset).map_err(|_| "lies beyond the end of its pack")?;
        let bytes = self.content.bytes();
        // A header is short: this keeps what is parsed within the page that it is on.
        let bytes = bytes
            .get(start..bytes.len().min(start.saturating_add(LONGEST_HEADER)))
            .filter(|bytes| !bytes.is_empty())
            .ok_or("lies beyond the end of its pack")?;
        Entry::from_bytes(bytes, offset, self.hash).map_err(|error| error.to_string())
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.content.bytes().len()
    }

    /// The bytes between two offsets, the end of the last object if there is no second one.
    pub fn bytes(&self, from: u64, to: Option<u64>) -> &[u8] {
        let bytes = self.content.bytes();
        let end = self.end();
        let to = to.and_then(|to| usize::try_from(to).ok()).unwrap_or(end).min(end);
        let from = usize::try_from(from).unwrap_or(to).min(to);
        &bytes[from..to]
    }

    /// The same for bytes that are to be decompressed.
    pub(super) fn compressed(&self, from: u64, to: Option<u64>) -> Compressed<'_> {
        let length = self.bytes(from, to).len();
        let bytes = self.bytes(from, to.map(|to| to.saturating_add(FAR as u64)));
        Compressed { bytes, length }
    }

    /// Where the objects end.
    fn end(&self) -> usize {
        self.content.bytes().len().saturating_sub(self.hash.len_in_bytes())
    }
}

fn mapped_file(path: &Path) -> Result<Content, String> {
    File::open(path)
        .and_then(mapped::map_unchanging)
        .map_err(|error| format!("cannot be read: {error}"))
}

/// A FIFO, or a directory; whoever reads a FIFO waits for ever.
const NO_FILE: &str = "is not a file, or has no index";

/// Type, size of up to 64 bits, and the base as an id of 32 bytes.
const LONGEST_HEADER: usize = 64;
