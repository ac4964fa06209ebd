//! References in a stack of tables, as git keeps them with `--ref-format=reftable`. The format is in
//! git's own documentation, `technical/reftable`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use gix::bstr::ByteSlice as _;
use gix::hash::{Kind, ObjectId};
use gix::zlib::{Inflate, Status};

use super::references::Target;
use super::special;
use sprawl_detect::text::display_path;

/// What a stack of tables holds.
#[derive(Debug, Default)]
pub struct Tables {
    /// References by their full names.
    pub references: BTreeMap<Vec<u8>, Target>,
    /// What the log of the stash remembers, in order.
    pub stash: BTreeMap<u64, ObjectId>,
}

impl Tables {
    /// Reads a directory of tables.
    ///
    /// # Errors
    /// One of them is not there, damaged, or of a version that is not known.
    pub fn read(directory: &Path, hash: Kind) -> Result<Self, String> {
        let mut missing = String::new();
        // git joins small tables at any time, and then changes the list of them.
        for _ in 0..TRIES {
            match Self::read_listed(directory, hash)? {
                Ok(tables) => return Ok(tables),
                Err(what) => missing = what,
            }
        }
        Err(missing)
    }

    /// The inner error: a table is not there.
    fn read_listed(directory: &Path, hash: Kind) -> Result<Result<Self, String>, String> {
        let (list, _) = read(&directory.join("tables.list"))?;
        let mut tables = Self::default();
        for name in list.lines().filter(|name| !name.is_empty()) {
            let name = gix::path::from_byte_slice(name).map_err(|error| error.to_string())?;
            let path = directory.join(name);
            match read(&path) {
                Ok((bytes, place)) => {
                    tables.add(&bytes, hash).map_err(|what| format!("{place} {what}"))?;
                }
                Err(what) if !path.exists() => return Ok(Err(what)),
                Err(what) => return Err(what),
            }
        }
        Ok(Ok(tables))
    }

    /// Adds a table to older ones.
    fn add(&mut self, file: &[u8], hash: Kind) -> Result<(), &'static str> {
        let table = Table::parse(file, hash)?;
        self.add_references(&table).ok_or(DAMAGED)?;
        self.add_logs(&table).ok_or(DAMAGED)
    }

    fn add_references(&mut self, table: &Table<'_>) -> Option<()> {
        let mut at = 0;
        while let Some((b'r', length, start)) = table.block(at) {
            let mut rest = Rest(without_restarts(table.blocks.get(start..at + length)?)?);
            let mut name = Vec::new();
            while !rest.0.is_empty() {
                let kind = rest.key(&mut name)?;
                // When it was changed.
                rest.number()?;
                let target = match kind {
                    0 => None,
                    1 => Some(Target::Object(rest.id(table.hash)?)),
                    2 => {
                        let tag = rest.id(table.hash)?;
                        // What the tag leads to.
                        rest.id(table.hash)?;
                        Some(Target::Object(tag))
                    }
                    3 => Some(Target::Symbolic(rest.text()?.to_vec())),
                    _ => return None,
                };
                match target {
                    Some(target) => self.references.insert(name.clone(), target),
                    None => self.references.remove(&name),
                };
            }
            at += length;
            // Blocks of a fixed size are filled up with zeros; no block begins with one.
            if length < table.block_size && table.blocks.get(at) == Some(&0) {
                at += table.block_size - length;
            }
        }
        Some(())
    }

    fn add_logs(&mut self, table: &Table<'_>) -> Option<()> {
        let mut inflate = Inflate::default();
        let mut at = table.logs;
        while let Some((b'g', length, start)) = table.block(at) {
            // The length of a log is that of what its compressed records become.
            let mut records = vec![0; length.checked_sub(start - at)?];
            inflate.reset();
            let done = inflate.once(table.blocks.get(start..)?, &mut records).ok()?;
            let (Status::StreamEnd, read, written) = done else { return None };
            let mut rest = Rest(without_restarts(records.get(..written)?)?);
            at = start + read;
            let mut key = Vec::new();
            while !rest.0.is_empty() {
                let entry = match rest.key(&mut key)? {
                    0 => None,
                    1 => {
                        rest.id(table.hash)?;
                        let new = rest.id(table.hash)?;
                        // Who, with which address, when, in which zone, and why.
                        rest.text()?;
                        rest.text()?;
                        rest.number()?;
                        rest.take(2)?;
                        rest.text()?;
                        Some(new)
                    }
                    _ => return None,
                };
                let (name, when) = key.split_last_chunk()?;
                if name == b"refs/stash\0" {
                    // Counted down, so that what came last is found first.
                    let when = u64::MAX - u64::from_be_bytes(*when);
                    match entry {
                        Some(id) => self.stash.insert(when, id),
                        None => self.stash.remove(&when),
                    };
                }
            }
        }
        Some(())
    }
}

/// How often a list of tables is read again.
const TRIES: usize = 5;

const DAMAGED: &str = "is damaged";

/// One table.
struct Table<'a> {
    /// Everything but the footer; the header is part of the first block.
    blocks: &'a [u8],
    header: usize,
    /// What blocks of references are filled up to; 0 if they are not.
    block_size: usize,
    /// Where logs begin.
    logs: usize,
    hash: Kind,
}

impl<'a> Table<'a> {
    fn parse(file: &'a [u8], hash: Kind) -> Result<Self, &'static str> {
        let start: &[u8; 8] = file.first_chunk().ok_or(DAMAGED)?;
        let (header, named) = match start {
            [b'R', b'E', b'F', b'T', 1, ..] => (24, Some(&b"sha1"[..])),
            [b'R', b'E', b'F', b'T', 2, ..] => (28, file.get(24..28)),
            [b'R', b'E', b'F', b'T', ..] => return Err("is of a version that is not known"),
            _ => return Err(DAMAGED),
        };
        let own = if hash == Kind::Sha256 { &b"s256"[..] } else { b"sha1" };
        if named != Some(own) {
            return Err("names objects by another hash than its repository");
        }
        // The footer: the header again, five positions, a checksum.
        let (blocks, footer) = file
            .len()
            .checked_sub(header + 5 * 8 + 4)
            .and_then(|at| file.split_at_checked(at))
            .ok_or(DAMAGED)?;
        let (footer, checksum) = footer.split_last_chunk().ok_or(DAMAGED)?;
        let positions = footer.strip_prefix(&file[..header]).ok_or(DAMAGED)?;
        if crc32fast::hash(footer) != u32::from_be_bytes(*checksum) {
            return Err(DAMAGED);
        }
        let position = |number: usize| {
            let bytes = positions.get(number * 8..)?.first_chunk()?;
            usize::try_from(u64::from_be_bytes(*bytes)).ok()
        };
        let block_size =
            usize::from(start[5]) << 16 | usize::from(start[6]) << 8 | usize::from(start[7]);
        let logs = position(3).ok_or(DAMAGED)?;
        Ok(Self { blocks, header, block_size, logs, hash })
    }

    /// Type and length of the block at a position, and where what it holds begins. The length counts
    /// from the position.
    fn block(&self, at: usize) -> Option<(u8, usize, usize)> {
        let start = if at == 0 { self.header } else { at };
        let [kind, a, b, c] = *self.blocks.get(start..)?.first_chunk()?;
        Some((kind, usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c), start + 4))
    }
}

/// Leaves out the list, at the end of a block, of the records that are whole.
fn without_restarts(block: &[u8]) -> Option<&[u8]> {
    let (rest, count) = block.split_last_chunk()?;
    rest.get(..rest.len().checked_sub(usize::from(u16::from_be_bytes(*count)) * 3)?)
}

/// What is left to read of a block.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        self.0.split_off(..length)
    }

    /// A number as git writes offsets: seven bits a byte, the highest first, and no two ways to write
    /// the same one.
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        loop {
            let byte = self.take(1)?[0];
            value = value.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn id(&mut self, hash: Kind) -> Option<ObjectId> {
        self.take(hash.len_in_bytes()).map(ObjectId::from_bytes_or_panic)
    }

    /// The key of a record, which begins as the one before it does, and the kind of its value.
    fn key(&mut self, key: &mut Vec<u8>) -> Option<u8> {
        let shared = usize::try_from(self.number()?).ok().filter(|shared| *shared <= key.len())?;
        let more = self.number()?;
        let rest = self.take(usize::try_from(more >> 3).ok()?)?;
        key.truncate(shared);
        key.extend_from_slice(rest);
        Some((more & 7) as u8)
    }
}

/// A file, and how it is called.
fn read(path: &Path) -> Result<(Vec<u8>, String), String> {
    let place = display_path(path);
    special::refuse(path)?;
    match fs::read(path) {
        Ok(bytes) => Ok((bytes, place)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!("{place} does not exist")),
        Err(error) => Err(format!("{place} cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    use gix::zlib::Compression;
    use gix::zlib::stream::deflate::Write;

    fn id(byte: u8) -> ObjectId {
        ObjectId::from_bytes_or_panic(&[byte; 20])
    }

    fn number(value: usize) -> Vec<u8> {
        match value {
            0..128 => vec![value as u8],
            _ => vec![0x80 | ((value >> 7) - 1) as u8, (value & 0x7f) as u8],
        }
    }

    /// A record whose key shares its first bytes with the one before.
    fn record(shared: usize, rest: &[u8], kind: usize, value: &[&[u8]]) -> Vec<u8> {
        [&number(shared)[..], &number(rest.len() << 3 | kind), rest, &value.concat()].concat()
    }

    fn reference(shared: usize, rest: &[u8], kind: usize, value: &[&[u8]]) -> Vec<u8> {
        record(shared, rest, kind, &[&[&[0_u8][..]], value].concat())
    }

    /// The content of a block with one restart.
    fn content(records: &[Vec<u8>]) -> Vec<u8> {
        [&records.concat()[..], &[0, 0, 28, 0, 1]].concat()
    }

    fn length(value: usize) -> [u8; 3] {
        [(value >> 16) as u8, (value >> 8) as u8, value as u8]
    }

    /// A table of version 1 with blocks of references, filled up to `block_size`, and records of logs.
    fn table(block_size: usize, blocks: &[&[Vec<u8>]], logs: &[Vec<u8>]) -> Vec<u8> {
        let header = [&b"REFT\x01"[..], &length(block_size), &[0; 16]].concat();
        let mut file = header.clone();
        let mut start = 0;
        for records in blocks {
            file.resize(file.len().max(start), 0);
            let content = content(records);
            let whole = file.len() - start + 4 + content.len();
            file.extend([&b"r"[..], &length(whole), &content].concat());
            start = if block_size == 0 { file.len() } else { start + block_size };
        }
        let mut position = 0;
        if !logs.is_empty() {
            file.resize(file.len().max(start), 0);
            position = file.len();
            let content = content(logs);
            file.extend([&b"g"[..], &length(4 + content.len())].concat());
            let mut deflate = Write::new(Vec::new(), Compression::DEFAULT);
            deflate.write_all(&content).and_then(|()| deflate.flush()).unwrap();
            file.extend(deflate.into_inner());
        }
        let mut footer = header;
        for place in [0, 0, 0, position as u64, 0] {
            footer.extend(place.to_be_bytes());
        }
        footer.extend(crc32fast::hash(&footer).to_be_bytes());
        [file, footer].concat()
    }

    fn log(shared: usize, rest: &[u8], when: u64, new: u8) -> Vec<u8> {
        let key = [rest, &(u64::MAX - when).to_be_bytes()].concat();
        let value = [id(0).as_slice(), id(new).as_slice(), b"\x01A\x01a\x05\0\0\x02hi"].concat();
        record(shared, &key, 1, &[&value])
    }

    fn read(tables: &[Vec<u8>]) -> Result<Tables, &'static str> {
        let mut all = Tables::default();
        tables.iter().try_for_each(|table| all.add(table, Kind::Sha1)).map(|()| all)
    }

    fn example(block_size: usize) -> Vec<u8> {
        let first = [
            reference(0, b"HEAD", 3, &[b"\x0f", b"refs/heads/main"]),
            reference(0, b"refs/heads/main", 1, &[id(1).as_slice()]),
        ];
        let second = [
            reference(0, b"refs/heads/side", 1, &[id(2).as_slice()]),
            reference(5, b"tags/v1", 2, &[id(3).as_slice(), id(2).as_slice()]),
        ];
        let logs =
            [log(0, b"refs/heads/main\0", 7, 8), log(5, b"stash\0", 5, 5), log(11, b"", 4, 4)];
        table(block_size, &[&first, &second], &logs)
    }

    #[test]
    fn every_kind_of_record_is_read_with_and_without_padding() {
        for block_size in [0, 256] {
            let tables = read(&[example(block_size)]).unwrap();
            let all: Vec<(&str, &Target)> = tables
                .references
                .iter()
                .map(|(name, target)| (std::str::from_utf8(name).unwrap(), target))
                .collect();
            assert_eq!(
                all,
                [
                    ("HEAD", &Target::Symbolic(b"refs/heads/main".to_vec())),
                    ("refs/heads/main", &Target::Object(id(1))),
                    ("refs/heads/side", &Target::Object(id(2))),
                    ("refs/tags/v1", &Target::Object(id(3))),
                ]
            );
            assert_eq!(tables.stash.into_iter().collect::<Vec<_>>(), [(4, id(4)), (5, id(5))]);
        }
    }

    #[test]
    fn later_tables_override_earlier_ones() {
        let changes = [
            reference(0, b"refs/heads/main", 1, &[id(9).as_slice()]),
            reference(11, b"side", 0, &[]),
        ];
        let dropped =
            record(0, &[b"refs/stash\0", &(u64::MAX - 5).to_be_bytes()[..]].concat(), 0, &[]);
        let later = table(0, &[&changes], &[dropped]);
        let tables = read(&[example(0), later]).unwrap();
        assert_eq!(tables.references.get(&b"refs/heads/main"[..]), Some(&Target::Object(id(9))));
        assert_eq!(tables.references.get(&b"refs/heads/side"[..]), None);
        assert_eq!(tables.stash.into_iter().collect::<Vec<_>>(), [(4, id(4))]);
    }

    #[test]
    fn what_is_damaged_is_an_error_or_something_else_and_no_panic() {
        let whole = example(256);
        for cut in 0..whole.len() {
            assert!(read(&[whole[..cut].to_vec()]).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let result = read(&[damaged]);
                assert!(at < whole.len() - 68 || result.is_err(), "{at}");
            }
        }
        assert_eq!(
            Tables::default().add(&whole, Kind::Sha256),
            Err("names objects by another hash than its repository")
        );
        let mut newer = whole;
        newer[4] = 3;
        assert_eq!(read(&[newer]).map(|_| ()), Err("is of a version that is not known"));
    }
}
