//! The headers of a zip archive: of its members, once in front of each and once in the directory, and of
//! the directory.

/// What a local header begins with (4.3.7).
pub(super) const LOCAL: &[u8; 4] = b"PK\x03\x04";
/// What an entry of the directory begins with (4.3.12).
pub(super) const CENTRAL: &[u8; 4] = b"PK\x01\x02";
/// What the record at the end of an archive begins with (4.3.16).
pub(super) const END: &[u8; 4] = b"PK\x05\x06";
/// What the larger record before it begins with (4.3.14).
pub(super) const END64: &[u8; 4] = b"PK\x06\x06";
/// What the record begins with that says where that is (4.3.15).
pub(super) const LOCATOR: &[u8; 4] = b"PK\x06\x07";
/// What a data descriptor may begin with (4.3.9), and an archive in several parts (8.5.3).
pub(super) const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";

/// Bytes of a local header before the name.
pub(super) const LOCAL_LENGTH: usize = 30;
/// Bytes of an entry of the directory before the name.
pub(super) const CENTRAL_LENGTH: usize = 46;
/// Bytes of the record at the end before the comment.
pub(super) const END_LENGTH: usize = 22;
/// Bytes of the larger record, as far as it is used.
const END64_LENGTH: usize = 56;
/// Bytes of the record that says where that is.
pub(super) const LOCATOR_LENGTH: usize = 20;

/// Members that are not compressed (4.4.5).
pub(super) const STORED: u16 = 0;
/// Members that are compressed with DEFLATE.
pub(super) const DEFLATED: u16 = 8;

/// What a header says of a member.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) flags: u16,
    pub(super) method: u16,
    /// Checksum of the content; nothing if it stands behind the member only.
    pub(super) crc: Option<u32>,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes of the content.
    pub(super) size: u64,
    offset: u64,
    pub(super) has_comment: bool,
}

/// Where the data of a member is.
pub(super) struct Data {
    pub(super) header: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'a> Entry<'a> {
    /// The entry of the directory at a place, and the place of the next one.
    pub(super) fn central(bytes: &'a [u8], at: usize) -> Option<(Self, usize)> {
        let header = bytes.get(at..)?.get(..CENTRAL_LENGTH)?;
        if !header.starts_with(CENTRAL) {
            return None;
        }
        let lengths = [28, 30, 32].map(|at| usize::from(u16_at(header, at)));
        let name = bytes.get(at + CENTRAL_LENGTH..)?.get(..lengths[0])?;
        let extra = bytes.get(at + CENTRAL_LENGTH + lengths[0]..)?.get(..lengths[1])?;
        let next = at + CENTRAL_LENGTH + lengths.iter().sum::<usize>();
        let [packed, size, offset] = [20, 24, 42].map(|at| u64::from(u32_at(header, at)));
        let [size, packed, offset] = with_zip64([size, packed, offset], extra);
        let entry = Self {
            name,
            flags: u16_at(header, 8),
            method: u16_at(header, 10),
            crc: Some(u32_at(header, 16)),
            packed,
            size,
            offset,
            has_comment: lengths[2] > 0,
        };
        (next <= bytes.len()).then_some((entry, next))
    }

    /// What a local header says, with the name and the extra fields behind it.
    pub(super) fn local(header: &[u8; LOCAL_LENGTH], name: &'a [u8], extra: &[u8]) -> Self {
        let [packed, size] = [18, 22].map(|at| u64::from(u32_at(header, at)));
        let [size, packed, _] = with_zip64([size, packed, 0], extra);
        let (flags, method) = (u16_at(header, 6), u16_at(header, 8));
        let crc = (flags & COMES_LATER == 0).then_some(u32_at(header, 14));
        Self { name, flags, method, crc, packed, size, offset: 0, has_comment: false }
    }

    /// Where the data of an entry of the directory is: behind its local header, and up to the end of
    /// the archive if it is cut short.
    pub(super) fn data(&self, bytes: &[u8], base: usize) -> Option<Data> {
        let header = usize::try_from(self.offset).ok()?.checked_add(base)?;
        let local = bytes.get(header..)?.get(..LOCAL_LENGTH)?;
        if !local.starts_with(LOCAL) {
            return None;
        }
        let lengths = [26, 28].map(|at| usize::from(u16_at(local, at)));
        let start = header + LOCAL_LENGTH + lengths.iter().sum::<usize>();
        let packed = usize::try_from(self.packed).unwrap_or(usize::MAX);
        let end = start.saturating_add(packed).min(bytes.len());
        (start <= end).then_some(Data { header, start, end })
    }

    /// Whether it takes a password to read it (4.4.4).
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Whether its length stands behind it only.
    pub(super) fn is_of_unknown_length(&self) -> bool {
        self.flags & COMES_LATER != 0 && self.packed == 0
    }

    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with(b"/") && self.size == 0
    }
}

/// Bit 3 of the flags (4.4.4): checksum and lengths stand behind the member.
const COMES_LATER: u16 = 8;

/// Where the directory is.
pub(super) struct Directory {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where offsets count from: something may stand before the archive.
    pub(super) base: usize,
    /// Where the comment of the archive begins.
    pub(super) comment: usize,
}

/// Finds the directory by the record at the end of the archive.
pub(super) fn directory(bytes: &[u8]) -> Option<Directory> {
    let tail = bytes.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let ends = memchr::memmem::rfind_iter(&bytes[tail..], END);
    // The last one may be a part of a comment.
    ends.map(|at| tail + at).find_map(|end| directory_at(bytes, end))
}

/// The directory that such a record tells of.
fn directory_at(bytes: &[u8], record: usize) -> Option<Directory> {
    let comment = record + END_LENGTH;
    let fields = bytes.get(record..comment)?;
    let (mut size, mut offset) = (u64::from(u32_at(fields, 12)), u64::from(u32_at(fields, 16)));
    let mut end = record;
    // Some programs write the larger record though the numbers fit into this one.
    if let Some(larger) = zip64_end(bytes, record) {
        (size, offset, end) = larger;
    }
    let (size, offset) = (usize::try_from(size).ok()?, usize::try_from(offset).ok()?);
    let is_there = |start: &usize| bytes[*start..].starts_with(CENTRAL) || size == 0;
    // What stands before the archive is not counted by all programs.
    let start = end.checked_sub(size).filter(is_there);
    let based = start.and_then(|start| Some((start, start.checked_sub(offset)?)));
    let (start, base) =
        based.or_else(|| (offset <= end && is_there(&offset)).then_some((offset, 0)))?;
    Some(Directory { start, end: end.min(start.saturating_add(size)), base, comment })
}

/// Size and offset of the directory, and where it ends, as the larger record says. Its own place does
/// not count what stands before the archive: it is next to the record that names it.
fn zip64_end(bytes: &[u8], end: usize) -> Option<(u64, u64, usize)> {
    let locator = end.checked_sub(LOCATOR_LENGTH)?;
    if !bytes[locator..].starts_with(LOCATOR) {
        return None;
    }
    let said = usize::try_from(u64_at(bytes, locator + 8)).ok();
    let is_record = |at: &usize| {
        let record = bytes.get(*at..locator);
        record.is_some_and(|record| record.len() >= END64_LENGTH && record.starts_with(END64))
    };
    let at = said.filter(is_record).or(locator.checked_sub(END64_LENGTH).filter(is_record))?;
    Some((u64_at(bytes, at + 40), u64_at(bytes, at + 48), at))
}

/// What stands in a field of four bytes if the number has eight.
const WIDE: u64 = u32::MAX as u64;

/// The numbers, of which those that are too large stand in an extra field (4.5.3), in this order.
fn with_zip64(mut numbers: [u64; 3], mut extra: &[u8]) -> [u64; 3] {
    while let Some((header, rest)) = extra.split_first_chunk::<4>() {
        let Some((field, rest)) = rest.split_at_checked(usize::from(u16_at(header, 2))) else {
            break;
        };
        if u16_at(header, 0) == 1 {
            let mut wide = field.chunks_exact(8).map(|wide| u64_at(wide, 0));
            for number in numbers.iter_mut().filter(|number| **number == WIDE) {
                *number = wide.next().unwrap_or(WIDE);
            }
        }
        extra = rest;
    }
    numbers
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
