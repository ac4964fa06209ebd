//! The object database: loose objects and packs, in the repository's own directory and in all that
//! it borrows from. Reads one object at a time; [`super::walk`] reads all of them at once.
//!
//! It is our own, on top of gix's readers of index files and entry headers, because a scan must go
//! on where git would stop: past a damaged pack, a directory that is gone, alternates in a circle.

use std::borrow::Cow;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use gix::bstr::ByteSlice;
use gix::hash::{ObjectId, oid};
use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::multi_index;
use gix::zlib::{Inflate, Status};

use super::delta::{self, DeltaError};
use super::pack::Pack;
use super::special;
use crate::files::mapped;
use crate::problem::Problem;
use sprawl_detect::text::display_path;
use sprawl_detect::version::Shared;

/// Objects larger than this are named and not read: 100 MiB, the largest file that GitHub takes. Two
/// of them are held at once, a delta's base and what it gives.
pub const LARGEST: u64 = 100 << 20;

/// Why an object cannot be read. No variant holds content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// In no directory and no pack.
    #[error("is not in the repository")]
    Missing,
    /// There, but it cannot be decoded.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// There, but larger than [`LARGEST`].
    #[error("has {0} bytes and was not scanned: objects of more than 100 MiB are not read")]
    TooLarge(u64),
    /// All objects together unfold to more than there can be by accident; see `Unfolding`.
    #[error(
        "was not scanned: the objects of this repository unfold to many thousand times the size \
         that they are stored in, as if to use up time and memory"
    )]
    Unfolds,
}

impl ReadError {
    /// The problem that an object cannot be read.
    pub fn problem(&self, id: &oid) -> Problem {
        match self {
            Self::TooLarge(_) | Self::Unfolds => {
                Problem::over_budget(id.to_string(), self.to_string(), "git object")
            }
            Self::Missing | Self::Damaged(_) => Problem::new(id.to_string(), self.to_string()),
        }
    }
}

impl From<DeltaError> for ReadError {
    fn from(error: DeltaError) -> Self {
        match error {
            DeltaError::TooLarge(size) => Self::TooLarge(size),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Everything that can be read by id.
#[derive(Debug)]
pub struct Objects {
    hash: gix::hash::Kind,
    directories: Vec<PathBuf>,
    packs: Vec<LazyPack>,
    problems: Vec<Problem>,
    unfolding: Unfolding,
}

/// How much more may be unfolded. Every stored byte allows for many, and so histories of large files
/// that change little are read to their end; what was made to unfold without end is not.
#[derive(Debug)]
pub(super) struct Unfolding(AtomicI64);

impl Unfolding {
    /// What may be unfolded whatever it is stored in, in bytes.
    const FREE: i64 = 256 << 20;
    /// Bytes that a stored byte of a whole object allows for; text has up to about ten.
    const WHOLE: u64 = 256;
    /// Bytes that a stored byte of a delta allows for: a version of a megabyte in sixty.
    const DELTA: u64 = 16 << 10;

    /// Notes an object of this size.
    ///
    /// # Errors
    /// It is more than what is stored allows for.
    pub(super) fn note(&self, size: u64, stored: usize, is_delta: bool) -> Result<(), ReadError> {
        let factor = if is_delta { Self::DELTA } else { Self::WHOLE };
        let allowed = (stored as u64).saturating_mul(factor).min(i64::MAX as u64 / 2);
        let change = allowed as i64 - size.min(LARGEST) as i64;
        if self.0.fetch_add(change, Ordering::Relaxed).saturating_add(change) < 0 {
            return Err(ReadError::Unfolds);
        }
        Ok(())
    }
}

#[derive(Debug)]
struct LazyPack {
    path: PathBuf,
    /// Objects that only a multi-pack index lists, because the pack's own index is gone.
    listed: Option<Vec<(ObjectId, u64)>>,
    pack: OnceLock<Result<Pack, String>>,
}

impl LazyPack {
    fn get(&self, hash: gix::hash::Kind) -> Result<&Pack, &str> {
        self.pack
            .get_or_init(|| match &self.listed {
                Some(objects) => Pack::with_list(&self.path, objects.clone(), hash),
                None => Pack::with_index(&self.path, hash),
            })
            .as_ref()
            .map_err(String::as_str)
    }
}

impl Objects {
    /// Looks at the directories and at those that they borrow from. Packs are opened when they are
    /// first needed. What cannot be read is noted, see [`Objects::problems`].
    pub fn open(roots: &[PathBuf], hash: gix::hash::Kind) -> Self {
        let mut objects = Self {
            hash,
            directories: Vec::new(),
            packs: Vec::new(),
            problems: Vec::new(),
            unfolding: Unfolding(AtomicI64::new(Unfolding::FREE)),
        };
        let mut seen = Vec::new();
        for root in roots {
            objects.add_directory(root, 0, &mut seen);
        }
        objects
    }

    /// How much more may be unfolded.
    pub(super) fn unfolding(&self) -> &Unfolding {
        &self.unfolding
    }

    /// The hash that names objects.
    pub fn hash(&self) -> gix::hash::Kind {
        self.hash
    }

    /// The directories, the repository's own first.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Opens all packs, and says which cannot be opened.
    pub fn packs(&self) -> (Vec<&Pack>, Vec<Problem>) {
        let (mut packs, mut problems) = (Vec::new(), Vec::new());
        for lazy in &self.packs {
            match lazy.get(self.hash) {
                Ok(pack) => packs.push(pack),
                Err(what) => problems.push(Problem::new(display_path(&lazy.path), what)),
            }
        }
        (packs, problems)
    }

    /// What could not be read of the directories themselves.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is wrong with an object whose content was read, if anything: an id is a hash of the content,
    /// and whoever wrote another one under it wants something else to be looked at.
    pub fn mismatch(&self, id: &oid, kind: Kind, bytes: &[u8]) -> Option<Problem> {
        let what = match gix::objs::compute_hash(self.hash, kind, bytes) {
            Ok(found) if found.as_ref() == id => return None,
            Ok(found) => format!("is damaged: its content is that of another object, {found}"),
            Err(error) => format!("is damaged: {error}"),
        };
        Some(Problem::new(id.to_string(), what))
    }

    /// Whether there is such an object; it may still be damaged.
    pub fn has(&self, id: &oid) -> bool {
        self.directories.iter().any(|d| loose_path(d, id).is_file())
            || self.packs.iter().any(|p| p.get(self.hash).is_ok_and(|p| p.find(id).is_some()))
    }

    /// Reads an object into the reader; its bytes live as long as the reader is not used again.
    ///
    /// # Errors
    /// Why none of its copies can be read.
    pub fn read<'b>(
        &self,
        id: &oid,
        reader: &'b mut Reader,
    ) -> Result<(Kind, &'b [u8]), ReadError> {
        let kind = self.read_any(id, reader)?;
        Ok((kind, &reader.bytes[reader.start..]))
    }

    fn read_any(&self, id: &oid, reader: &mut Reader) -> Result<Kind, ReadError> {
        let mut error = ReadError::Missing;
        for directory in &self.directories {
            match reader.loose_object(directory, id) {
                Err(ReadError::Missing) => {}
                Err(other) => error = other,
                Ok(kind) => return Ok(kind),
            }
        }
        for lazy in &self.packs {
            let Ok(pack) = lazy.get(self.hash) else { continue };
            let Some(offset) = pack.find(id) else { continue };
            match self.read_packed(pack, offset, reader) {
                Ok(kind) => return Ok(kind),
                Err(other) => error = other,
            }
        }
        Err(error)
    }

    fn read_packed<'s>(
        &'s self,
        mut pack: &'s Pack,
        mut offset: u64,
        reader: &mut Reader,
    ) -> Result<Kind, ReadError> {
        let mut chain = Vec::new();
        let kind = loop {
            let entry = pack.entry(offset).map_err(ReadError::Damaged)?;
            let bytes = pack.compressed(entry.data_offset, None);
            match entry.header {
                Header::OfsDelta { base_distance } => {
                    offset = Header::verified_base_pack_offset(offset, base_distance)
                        .ok_or_else(|| ReadError::Damaged("its base cannot be".to_owned()))?;
                    chain.push((bytes, entry.decompressed_size));
                }
                Header::RefDelta { base_id } => {
                    chain.push((bytes, entry.decompressed_size));
                    match self.find_packed(pack, &base_id) {
                        Some(there) => (pack, offset) = there,
                        None => break self.read_loose_base(&base_id, reader)?,
                    }
                }
                whole => {
                    reader.start = 0;
                    let size = entry.decompressed_size;
                    // Where the next object begins is not known here: what is stored may be less.
                    self.unfolding.note(size, (size / RATIO) as usize, false)?;
                    let length =
                        inflate(&mut reader.inflate, bytes, size, &mut reader.bytes)?.len();
                    reader.bytes.truncate(length);
                    break whole.as_kind().ok_or(ReadError::Missing)?;
                }
            }
            // Bases that name each other in a circle would be followed for ever.
            if chain.len() > LONGEST_CHAIN {
                return Err(ReadError::Damaged("its chain of deltas is circular".to_owned()));
            }
        };
        while let Some((bytes, size)) = chain.pop() {
            let Reader { inflate: state, bytes: base, start, result, delta, shared } = reader;
            let delta = inflate(state, bytes, size, delta)?;
            self.unfolding.note(delta::result_size(delta)?, delta.len(), true)?;
            delta::apply(&base[*start..], delta, LARGEST, result, shared)?;
            std::mem::swap(base, result);
            reader.start = 0;
        }
        Ok(kind)
    }

    fn find_packed<'s>(&'s self, first: &'s Pack, id: &oid) -> Option<(&'s Pack, u64)> {
        let others = self.packs.iter().filter_map(|lazy| lazy.get(self.hash).ok());
        std::iter::once(first)
            .chain(others)
            .find_map(|pack| pack.find(id).map(|offset| (pack, offset)))
    }

    fn read_loose_base(&self, id: &oid, reader: &mut Reader) -> Result<Kind, ReadError> {
        let found = self.directories.iter().find_map(|d| reader.loose_object(d, id).ok());
        found.ok_or_else(|| ReadError::Damaged(format!("its base {id} is not in the repository")))
    }

    fn add_directory(&mut self, directory: &Path, depth: usize, seen: &mut Vec<PathBuf>) {
        let full = match fs::canonicalize(directory) {
            Ok(full) => full,
            Err(error) => {
                let what = format!("the object directory cannot be read: {error}");
                return self.problems.push(Problem::new(display_path(directory), what));
            }
        };
        // Each directory once: alternates that lead back are harmless.
        if seen.contains(&full) {
            return;
        }
        seen.push(full);
        self.add_packs(&directory.join("pack"));
        self.directories.push(directory.to_owned());
        let file = directory.join("info").join("alternates");
        if let Err(what) = special::refuse(&file) {
            return self.problems.push(Problem::new(display_path(&file), what));
        }
        let lines = match fs::read(&file) {
            Ok(lines) => lines,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let what = format!("cannot be read: {error}");
                return self.problems.push(Problem::new(display_path(&file), what));
            }
        };
        for line in lines.lines().filter(|line| !line.is_empty() && line[0] != b'#') {
            let path = gix::quote::ansi_c::undo(line.as_bstr())
                .ok()
                .and_then(|(path, _)| gix::path::from_bstr(path).ok().map(Cow::into_owned));
            match path {
                Some(_) if depth >= DEEPEST_ALTERNATES => {
                    let what = "borrows too deep; what it borrows from was not scanned";
                    self.problems.push(Problem::new(display_path(&file), what));
                }
                Some(path) => self.add_directory(&directory.join(path), depth + 1, seen),
                None => {
                    let what = "a line is not a path; what it borrows from was not scanned";
                    self.problems.push(Problem::new(display_path(&file), what));
                }
            }
        }
    }

    fn add_packs(&mut self, directory: &Path) {
        let names = match fs::read_dir(directory) {
            Ok(names) => names,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                let what = format!("packs cannot be listed: {error}");
                return self.problems.push(Problem::new(display_path(directory), what));
            }
        };
        let mut paths: Vec<PathBuf> = names.filter_map(|n| n.ok().map(|n| n.path())).collect();
        paths.sort();
        let packs = paths.iter().filter(|path| path.extension().is_some_and(|e| e == "pack"));
        let (whole, bare): (Vec<_>, Vec<_>) =
            packs.partition(|path| paths.binary_search(&path.with_extension("idx")).is_ok());
        for path in whole {
            let pack = OnceLock::new();
            self.packs.push(LazyPack { path: path.clone(), listed: None, pack });
        }
        if !bare.is_empty() {
            self.add_listed(directory, &bare);
        }
    }

    /// Packs without an index of their own, as far as a multi-pack index lists their objects.
    fn add_listed(&mut self, directory: &Path, paths: &[&PathBuf]) {
        let file = directory.join("multi-pack-index");
        let content = file.is_file().then(|| File::open(&file).and_then(mapped::map_unchanging));
        let index = content
            .and_then(Result::ok)
            .and_then(|content| multi_index::File::from_data(content, file, None).ok());
        for path in paths {
            let place = display_path(path);
            let number = index.as_ref().and_then(|index| {
                let name = path.with_extension("idx");
                let names = index.index_names();
                let at = names.iter().position(|n| Some(n.as_os_str()) == name.file_name())?;
                u32::try_from(at).ok().map(|at| (index, at))
            });
            let Some((index, number)) = number else {
                let what = "the pack has no index; `git index-pack` makes one";
                self.problems.push(Problem::new(place, what));
                continue;
            };
            let mut listed = Vec::new();
            for entry in index.iter() {
                match entry {
                    Ok(entry) if entry.pack_index == number => {
                        listed.push((entry.oid, entry.pack_offset));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let what = format!("the multi-pack index is damaged: {error}");
                        self.problems.push(Problem::new(place.as_str(), what));
                    }
                }
            }
            let pack = OnceLock::new();
            self.packs.push(LazyPack { path: (*path).clone(), listed: Some(listed), pack });
        }
    }
}

/// Scratch memory for reading objects; one for each thread.
#[derive(Default)]
pub struct Reader {
    inflate: Inflate,
    bytes: Vec<u8>,
    /// Where the object begins in `bytes`.
    start: usize,
    result: Vec<u8>,
    delta: Vec<u8>,
    shared: Vec<Shared>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({} bytes)", self.bytes.len())
    }
}

impl Reader {
    /// Reads a loose object's file, its content only if its kind is wanted.
    ///
    /// # Errors
    /// It is not there, or it is damaged.
    pub fn loose_file(
        &mut self,
        path: &Path,
        wants: impl Fn(Kind) -> bool,
    ) -> Result<(Kind, Option<&[u8]>), ReadError> {
        let kind = self.loose(path, &wants)?;
        Ok((kind, wants(kind).then(|| &self.bytes[self.start..])))
    }

    fn loose_object(&mut self, directory: &Path, id: &oid) -> Result<Kind, ReadError> {
        let path = loose_path(directory, id);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => self.loose(&path, &|_| true),
            // Whoever reads a FIFO waits for ever.
            Ok(_) => Err(ReadError::Damaged("it is not a file".to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(ReadError::Missing),
            Err(error) => Err(ReadError::Damaged(error.to_string())),
        }
    }

    fn loose(&mut self, path: &Path, wants: &dyn Fn(Kind) -> bool) -> Result<Kind, ReadError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Damaged(error.to_string()),
        };
        let stored = fs::metadata(path).map_err(failed)?.len();
        if stored > LARGEST + LARGEST / 8 {
            return Err(ReadError::TooLarge(stored));
        }
        let compressed = fs::read(path).map_err(failed)?;
        let mut head = [0; 64];
        self.inflate.reset();
        let (_, _, written) = self
            .inflate
            .prefix(&compressed, &mut head)
            .map_err(|error| ReadError::Damaged(error.to_string()))?;
        let (kind, size, length) = loose_header(&head[..written])
            .ok_or_else(|| ReadError::Damaged("its header is invalid".to_owned()))?;
        if !wants(kind) {
            return Ok(kind);
        }
        if size > LARGEST {
            return Err(ReadError::TooLarge(size));
        }
        let all = Compressed { bytes: &compressed, length: compressed.len() };
        let end = inflate(&mut self.inflate, all, size + length as u64, &mut self.bytes)?.len();
        self.bytes.truncate(end);
        self.start = length;
        Ok(kind)
    }
}

/// Compressed bytes within a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compressed<'a> {
    /// The bytes, and where the file goes on, some of those that follow: decompression is fastest
    /// while the end is far away.
    pub bytes: &'a [u8],
    /// How many of them there may be.
    pub length: usize,
}

/// Decompresses exactly `size` bytes, no more and no fewer. `out` is left longer than that, so that
/// its memory need not be cleared for the next object.
///
/// # Errors
/// The bytes are damaged, or say to be more than they can be.
pub(super) fn inflate<'o>(
    inflate: &mut Inflate,
    compressed: Compressed<'_>,
    size: u64,
    out: &'o mut Vec<u8>,
) -> Result<&'o [u8], ReadError> {
    let damaged = |what: &str| ReadError::Damaged(what.to_owned());
    if size > LARGEST + 64 {
        return Err(ReadError::TooLarge(size));
    }
    // A larger claim is not worth the memory.
    if size / RATIO > compressed.length as u64 {
        return Err(damaged("it declares an impossible size"));
    }
    let size = size as usize;
    if out.len() < size + FAR {
        out.resize(size + FAR, 0);
    }
    inflate.reset();
    match inflate.once(compressed.bytes, &mut out[..size + FAR]) {
        Ok((Status::StreamEnd, read, written)) if written == size && read <= compressed.length => {
            Ok(&out[..size])
        }
        Ok(_) => Err(damaged("its size is not the declared one")),
        Err(_) => Err(damaged("it cannot be decompressed")),
    }
}

/// Deflate makes at most so many bytes of one.
const RATIO: u64 = 1032;

/// How far away the ends of both sides must be for the fast loop of zlib: it writes up to 258 bytes in
/// one step, and copies more than it needs.
pub(super) const FAR: usize = 384;

/// The file of a loose object.
pub(super) fn loose_path(directory: &Path, id: &oid) -> PathBuf {
    let hex = id.to_hex().to_string();
    directory.join(&hex[..2]).join(&hex[2..])
}

/// git makes chains of at most 4,095 deltas (`pack.depth`); damage can make circles.
const LONGEST_CHAIN: usize = 10_000;

/// How far git itself follows directories that borrow from each other.
const DEEPEST_ALTERNATES: usize = 5;

/// `blob 12` and a zero byte: the kind, the size, and how long the header is.
fn loose_header(head: &[u8]) -> Option<(Kind, u64, usize)> {
    let zero = head.iter().position(|b| *b == 0)?;
    let (kind, size) = std::str::from_utf8(&head[..zero]).ok()?.split_once(' ')?;
    Some((Kind::from_bytes(kind.as_bytes()).ok()?, size.parse().ok()?, zero + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_says_how_much_may_be_unfolded() {
        let unfolding = || Unfolding(AtomicI64::new(Unfolding::FREE));
        // A version of four megabytes in three hundred bytes, ten thousand times.
        let history = unfolding();
        assert!((0..10_000).all(|_| history.note(4 << 20, 300, true).is_ok()));
        let text = unfolding();
        assert!((0..10_000).all(|_| text.note(1 << 20, 100 << 10, false).is_ok()));
        for (size, stored, is_delta) in [(LARGEST, 40, true), (LARGEST, 100 << 10, false)] {
            let bomb = unfolding();
            let read = (0..1000).take_while(|_| bomb.note(size, stored, is_delta).is_ok()).count();
            assert!(read < 20, "{read} of {size} bytes");
        }
    }
}
