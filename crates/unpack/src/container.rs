//! Containers, told by their first bytes: archives, compressed files, databases, documents, disk and
//! file system images. Their members are compressed, encrypted or scattered over pages, so that bytes
//! alone do not show what is in them.
//!
//! Names of files say nothing: a container may be called anything. Pictures, fonts, audio, video and
//! programs are none, even where they are compressed. Signatures are those of the formats' own
//! documents, or of `file(1)` where there are none.

mod signatures;

use crate::unread::{Reason, Unread};

/// A container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Container {
    /// What it is: `zip archive`.
    pub kind: &'static str,
    /// Why it is not looked into.
    pub reason: Reason,
}

impl Container {
    /// The name of its format alone: `gzip`.
    pub fn format(&self) -> &'static str {
        self.kind.rsplit_once(' ').map_or(self.kind, |(format, _)| format)
    }

    /// What is to be said of one that lies at a place.
    pub fn unread(self, place: &str) -> Unread {
        Unread { place: place.to_owned(), reason: self.reason, detail: self.kind.to_owned() }
    }
}

/// The container that these bytes are, if they are one. Looks at their first bytes and, where those
/// are no text, at a few more places.
pub fn container(bytes: &[u8]) -> Option<Container> {
    if let Some(kind) = by_head(bytes) {
        let reason = match kind {
            ZIP if is_encrypted_zip(bytes) => Reason::Encrypted,
            KEEPASS | LUKS => Reason::Encrypted,
            PDF if memchr::memmem::find(bytes, b"/Encrypt").is_some() => Reason::Encrypted,
            _ => signatures::reason(kind),
        };
        return Some(Container { kind, reason });
    }
    let kind = by_tail(bytes).or_else(|| {
        let head = &bytes[..bytes.len().min(512)];
        memchr::memchr(0, head).and_then(|_| by_depth(bytes))
    })?;
    Some(Container { kind, reason: signatures::reason(kind) })
}

const ZIP: &str = "zip archive";
const KEEPASS: &str = "KeePass database";
const LUKS: &str = "LUKS volume";
const PDF: &str = "PDF document";
const SQLITE: &str = "SQLite database";

/// What begins with a signature.
fn by_head(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        // Archives.
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => ZIP,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => "7z archive",
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => "rar archive",
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', rest @ ..] => {
            if rest.starts_with(b"debian-binary") { "Debian package" } else { "ar archive" }
        }
        [0xed, 0xab, 0xee, 0xdb, ..] => "RPM package",
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', rest @ ..] if are_hex(rest, 104) => {
            "cpio archive"
        }
        [b'0', b'7', b'0', b'7', b'0', b'7', rest @ ..] if are_octal(rest, 70) => "cpio archive",
        [0xc7, 0x71, ..] if is_old_cpio(bytes, u16::from_le_bytes) => "cpio archive",
        [0x71, 0xc7, ..] if is_old_cpio(bytes, u16::from_be_bytes) => "cpio archive",
        [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => "cabinet archive",
        [b'M', b'S', b'W', b'I', b'M', 0, 0, 0, ..] => "Windows image",
        [b'I', b'T', b'S', b'F', _, 0, 0, 0, ..] => "compiled help file",
        [b'x', b'a', b'r', b'!', 0, _, 0, 1, ..] => "xar archive",
        [b'C', b'r', b'2', b'4', 2 | 3, 0, 0, 0, ..] => "Chrome extension",
        [0x60, 0xea, _, _, 0x1e..=0x30, ..] => "arj archive",
        [_, _, b'-', b'l', b'h', b'0'..=b'7' | b'd', b'-', ..] if is_binary(bytes) => "lha archive",
        [4, 0, 0, 0, _, _, _, _, _, _, _, _, _, _, _, _, rest @ ..]
            if rest.starts_with(b"{\"files\":") =>
        {
            "asar archive"
        }
        [b'A', b'N', b'D', b'R', b'O', b'I', b'D', b' ', rest @ ..]
            if rest.starts_with(b"BACKUP\n") && is_binary(bytes) =>
        {
            "Android backup"
        }
        [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, ..] => "git pack",
        [b'#', b' ', b'v', b'2' | b'3', b' ', b'g', b'i', b't', b' ', rest @ ..]
            if rest.starts_with(b"bundle\n") =>
        {
            "git bundle"
        }
        // Compressed files.
        [0x1f, 0x8b, 8, ..] => "gzip file",
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]
            if rest.starts_with(b"1AY&SY") || rest.starts_with(b"\x17rE8P\x90") =>
        {
            "bzip2 file"
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz file",
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => "lzip file",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd file",
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, rest @ ..] => skippable(rest),
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => "lz4 file",
        [0x89, b'L', b'Z', b'O', 0, 0x0d, 0x0a, 0x1a, 0x0a, ..] => "lzop file",
        [0x1f, 0x9d | 0xa0, 0x80..=0x90, ..] => "compress file",
        [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => "snappy file",
        [b'x', 0x01 | 0x5e | 0x9c | 0xda, third, ..] if third & 6 != 6 && is_zlib(bytes) => {
            "zlib file"
        }
        [0x5d, rest @ ..] if is_lzma(rest) => "lzma file",
        [b'S', b'a', b'l', b't', b'e', b'd', b'_', b'_', ..] if is_binary(bytes) => {
            signatures::OPENSSL
        }
        [b'a', b'g', b'e', b'-', rest @ ..] if rest.starts_with(AGE_HEADER) && is_binary(bytes) => {
            signatures::AGE
        }
        // Documents.
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => "OLE document",
        [b'%', b'P', b'D', b'F', b'-', ..] if is_compressed_pdf(bytes) => PDF,
        [b'!', b'B', b'D', b'N', _, _, _, _, b'S', b'M', ..] => "Outlook data file",
        [0x78, 0x9f, 0x3e, 0x22, ..] => "TNEF attachment",
        // Databases and files of rows.
        [
            b'S',
            b'Q',
            b'L',
            b'i',
            b't',
            b'e',
            b' ',
            b'f',
            b'o',
            b'r',
            b'm',
            b'a',
            b't',
            b' ',
            ..,
        ] if bytes.starts_with(b"SQLite format 3\0") => SQLITE,
        [0, 1, 0, 0, b'S', b't', b'a', b'n', b'd', b'a', b'r', b'd', b' ', ..] => "Access database",
        [3, 0xd9, 0xa2, 0x9a, ..] => KEEPASS,
        [0x13, 0x57, 0x9a, 0xcd..=0xcf, ..] | [0xcd..=0xcf, 0x9a, 0x57, 0x13, ..] => {
            "GDBM database"
        }
        [b'P', b'G', b'D', b'M', b'P', 1, ..] => "PostgreSQL dump",
        [b'R', b'E', b'D', b'I', b'S', b'0', b'0', b'0'..=b'9', ..] => "Redis dump",
        [b'T', b'A', b'P', b'E', 0, 0, ..] => "SQL Server backup",
        [b'-', b'-', b' ', b'H', b'2', b' ', rest @ ..] if rest.starts_with(b"0.5/B -- ") => {
            "H2 database"
        }
        [b'r', b'e', b'g', b'f', _, _, 0, 0, ..] => "Windows registry hive",
        [b'P', b'A', b'R', b'1' | b'E', ..] if bytes.ends_with(&bytes[..4]) => "Parquet file",
        [b'O', b'b', b'j', 1, ..] => "Avro file",
        [b'O', b'R', b'C', ..]
            if bytes.len() > 16 && bytes[..bytes.len() - 1].ends_with(b"ORC") =>
        {
            "ORC file"
        }
        [b'A', b'R', b'R', b'O', b'W', b'1', 0, 0, ..] => "Arrow file",
        [b'S', b'E', b'Q', 4..=6, ..] => "Hadoop sequence file",
        [0x89, b'H', b'D', b'F', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "HDF5 file",
        // Images of disks and file systems.
        [b'Q', b'F', b'I', 0xfb, ..] => "qcow2 image",
        [b'K', b'D', b'M', b'V', 1..=3, 0, 0, 0, ..] | [b'C', b'O', b'W', b'D', 1, 0, 0, 0, ..] => {
            "VMDK image"
        }
        [b'c', b'o', b'n', b'e', b'c', b't', b'i', b'x', 0, ..] => "VHD image",
        [b'v', b'h', b'd', b'x', b'f', b'i', b'l', b'e', ..] => "VHDX image",
        [b'h', b's', b'q', b's', rest @ ..] | [b's', b'q', b's', b'h', rest @ ..]
            if rest.len() > 88 && rest[24..28].contains(&0) =>
        {
            "squashfs image"
        }
        [0x45, 0x3d, 0xcd, 0x28, ..] | [0x28, 0xcd, 0x3d, 0x45, ..] => "cramfs image",
        [b'X', b'F', b'S', b'B', 0, ..] => "XFS image",
        [b'L', b'U', b'K', b'S', 0xba, 0xbe, ..] => LUKS,
        [b'U', b'B', b'I', b'#', 1, 0, 0, 0, ..] => "UBI image",
        [0x3a, 0xff, 0x26, 0xed, ..] => "Android sparse image",
        [b'A', b'N', b'D', b'R', b'O', b'I', b'D', b'!', ..] => "Android boot image",
        [b'C', b'r', b'A', b'U', 0, 0, 0, 0, ..] => "Android update",
        [0x27, 0x05, 0x19, 0x56, ..] => "U-Boot image",
        _ => return None,
    })
}

/// What says so at its end: archives that something stands before, images with a trailer.
pub(crate) fn by_tail(bytes: &[u8]) -> Option<&'static str> {
    let at = |from_end: usize, sign: &[u8]| {
        bytes.len() > from_end && bytes[bytes.len() - from_end..].starts_with(sign)
    };
    if at(22, b"PK\x05\x06\0\0\0\0") {
        // A program that unpacks itself, or a script with its modules behind it.
        Some(ZIP)
    } else if at(512, b"koly\0\0\0\x04") {
        Some("Apple disk image")
    } else if at(512, b"conectix\0") {
        Some("VHD image")
    } else {
        None
    }
}

/// What has its signature further inside.
fn by_depth(bytes: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, sign: &[u8]| {
        bytes.get(offset..offset + sign.len()).is_some_and(|there| there == sign)
    };
    Some(if at(257, b"ustar") || is_old_tar(bytes) {
        "tar archive"
    } else if [0x8001, 0x8801, 0x9001].iter().any(|offset| at(*offset, b"CD001")) {
        "ISO 9660 image"
    } else if [0x8001, 0x8801].iter().any(|offset| at(*offset, b"NSR0") || at(*offset, b"BEA01")) {
        "UDF image"
    } else if at(64, &[0x7f, 0x10, 0xda, 0xbe]) {
        "VirtualBox disk image"
    } else if at(510, &[0x55, 0xaa]) && is_disk(bytes) {
        "disk image"
    } else if at(0x438, &[0x53, 0xef]) && bytes.len() > 0x800 && at(0, &[0; 16]) {
        "ext file system image"
    } else if at(0x10040, b"_BHRfS_M") {
        "btrfs image"
    } else if at(1024, b"H+\0\x04") || at(1024, b"HX\0\x05") {
        "HFS+ image"
    } else if at(32, b"NXSB") {
        "APFS image"
    } else if at(16, &[0xde, 0xc0, 0xef, 0xbe]) {
        "LMDB database"
    } else if at(16, &[0xed, 0xda, 0x0c, 0xed]) {
        "bbolt database"
    } else if at(8, b"DUCK") {
        "DuckDB database"
    } else if at(16, b"T-DB") {
        "Realm database"
    } else if at(4, &[0xef, 0xcd, 0xab, 0x89]) {
        "ESE database"
    } else if BERKELEY.iter().any(|sign| at(12, sign)) {
        "Berkeley DB database"
    } else if at(bytes.len().saturating_sub(8), &[0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]) {
        "LevelDB table"
    } else if at(bytes.len().saturating_sub(8), &[0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88]) {
        "RocksDB table"
    } else if signatures::is_innodb(bytes) {
        "InnoDB table space"
    } else if signatures::is_minix(bytes) {
        "Minix image"
    } else if ends_with_comment(bytes) {
        ZIP
    } else {
        return signatures::known(bytes);
    })
}

/// What follows `age-` at the start of an encrypted file (age-encryption.org/v1); one in ASCII armour is
/// text.
const AGE_HEADER: &[u8] = b"encryption.org/v1\n-> ";

/// Whether a zip archive with a comment stands at the end (APPNOTE 4.3.16).
fn ends_with_comment(bytes: &[u8]) -> bool {
    const RECORD: usize = 22;
    let tail = &bytes[bytes.len().saturating_sub(RECORD + usize::from(u16::MAX))..];
    let Some(at) = memchr::memmem::rfind(tail, b"PK\x05\x06") else { return false };
    let length = tail.get(at + RECORD - 2..at + RECORD);
    let length = length.and_then(|length| length.try_into().ok()).map(u16::from_le_bytes);
    length.is_some_and(|length| at + RECORD + usize::from(length) == tail.len())
}

/// Hash, B-tree and queue, in both byte orders (`db_page.h`).
const BERKELEY: [[u8; 4]; 6] = [
    [0x00, 0x06, 0x15, 0x61],
    [0x61, 0x15, 0x06, 0x00],
    [0x00, 0x05, 0x31, 0x62],
    [0x62, 0x31, 0x05, 0x00],
    [0x00, 0x04, 0x22, 0x53],
    [0x53, 0x22, 0x04, 0x00],
];

/// Bit 0 of the general purpose flags of the first member (APPNOTE 4.4.4).
fn is_encrypted_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && bytes.get(6).is_some_and(|flags| flags & 1 == 1)
}

fn are_hex(bytes: &[u8], count: usize) -> bool {
    bytes.get(..count).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn are_octal(bytes: &[u8], count: usize) -> bool {
    bytes.get(..count).is_some_and(|digits| digits.iter().all(|b| matches!(b, b'0'..=b'7')))
}

/// What a frame that is to be skipped stands before: both zstd and lz4 have them.
fn skippable(rest: &[u8]) -> &'static str {
    let size = rest.first_chunk().map_or(0, |size| u32::from_le_bytes(*size)) as usize;
    match rest.get(4..).and_then(|rest| rest.get(size..)) {
        Some([4, 0x22, 0x4d, 0x18, ..]) => "lz4 file",
        _ => "zstd file",
    }
}

/// Size of the dictionary and of the content, after the properties (`lzma-file-format.txt` of XZ
/// Utils): the first is two to the power of something, or one and a half times that.
fn is_lzma(rest: &[u8]) -> bool {
    let Some((dictionary, rest)) = rest.split_first_chunk::<4>() else { return false };
    let Some((size, _)) = rest.split_first_chunk::<8>() else { return false };
    let dictionary = u32::from_le_bytes(*dictionary);
    let size = u64::from_le_bytes(*size);
    dictionary >= 4096
        && (dictionary.is_power_of_two() || (dictionary / 3 * 2).is_power_of_two())
        && (size == u64::MAX || size < 1 << 38)
}

/// Whether what follows the two bytes of a zlib header begins like DEFLATE: nothing else tells it from
/// random bytes.
fn is_zlib(bytes: &[u8]) -> bool {
    use sirocco::inflate::{Decoder, Error};
    const HEAD: usize = 256;
    if !is_binary(bytes) {
        return false;
    }
    let mut window = vec![0; 64 << 10];
    let mut decoder = Decoder::new(sirocco::Format::Zlib);
    let head = &bytes[..bytes.len().min(HEAD)];
    matches!(decoder.decompress(head, &mut window, false), Ok(_) | Err(Error::BufferFull))
}

/// Whether a header of the old binary format (`cpio(5)`) is behind its two bytes of signature: the type
/// of a file, and a name that ends where its length says.
fn is_old_cpio(bytes: &[u8], number: fn([u8; 2]) -> u16) -> bool {
    const HEADER: usize = 26;
    let at = |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map(|pair| number(*pair));
    let (Some(mode), Some(length)) = (at(6), at(20)) else { return false };
    let name = bytes.get(HEADER..HEADER + usize::from(length)).unwrap_or_default();
    matches!(mode >> 12, 0o1 | 0o2 | 0o4 | 0o6 | 0o10 | 0o12 | 0o14)
        && name.len() > 1
        && memchr::memchr(0, name) == Some(name.len() - 1)
}

/// Whether a stream of it is compressed or encrypted.
fn is_compressed_pdf(bytes: &[u8]) -> bool {
    ["/FlateDecode", "/LZWDecode", "/Encrypt"]
        .iter()
        .any(|name| memchr::memmem::find(bytes, name.as_bytes()).is_some())
}

/// The header of a tar before POSIX has no signature, but a checksum: the sum of its bytes, with
/// blanks in place of the checksum's own.
fn is_old_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<512>() else { return false };
    let digits = header[148..156].trim_ascii_start();
    let end = digits.iter().position(|b| !matches!(b, b'0'..=b'7')).unwrap_or(digits.len());
    let stored = digits[..end].iter().fold(0_u32, |sum, b| sum * 8 + u32::from(b - b'0'));
    let sum: u32 = header
        .iter()
        .zip(0..)
        .map(|(b, at)| if (148..156).contains(&at) { 32 } else { u32::from(*b) })
        .sum();
    end > 0 && header[0] != 0 && stored == sum
}

/// Whether a boot sector names a file system, or a table of partitions follows or is in it.
fn is_disk(bytes: &[u8]) -> bool {
    let at = |offset: usize, sign: &[u8]| bytes[offset..].starts_with(sign);
    let file_system =
        at(3, b"NTFS    ") || at(3, b"EXFAT   ") || at(54, b"FAT1") || at(82, b"FAT32   ");
    let table = || {
        let mut entries = bytes[446..510].chunks(16);
        entries.clone().all(|entry| matches!(entry[0], 0 | 0x80))
            && entries.any(|entry| entry[4] != 0 && entry[12..16] != [0; 4])
    };
    file_system || (bytes.len() >= 1024 && (at(512, b"EFI PART") || table()))
}

fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    memchr::memchr(0, head).is_some() || head.utf8_chunks().any(|chunk| !chunk.invalid().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Option<&'static str> {
        container(bytes).map(|container| container.kind)
    }

    /// A text, so many bytes long, with something at a place.
    fn with(length: usize, at: usize, sign: &[u8], filler: u8) -> Vec<u8> {
        let mut bytes = vec![filler; length];
        bytes[at..at + sign.len()].copy_from_slice(sign);
        bytes
    }

    #[test]
    fn containers_are_known_by_what_is_in_them() {
        for (bytes, wanted) in [
            (b"PK\x03\x04\x14\0\0\0".to_vec(), "zip archive"),
            (b"\x1f\x8b\x08\0\0\0".to_vec(), "gzip file"),
            (b"BZh91AY&SY\0".to_vec(), "bzip2 file"),
            (b"\xfd7zXZ\0\0".to_vec(), "xz file"),
            (b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0".to_vec(), "lzma file"),
            (b"\x28\xb5\x2f\xfd\x04".to_vec(), "zstd file"),
            (b"\x50\x2a\x4d\x18\x02\0\0\0ab\x04\x22\x4d\x18".to_vec(), "lz4 file"),
            (b"x\x9cK\xcb\xcfO\0\0".to_vec(), "zlib file"),
            (b"x\x5eK\xcb\xcfO\0\0".to_vec(), "zlib file"),
            (b"\x02\x21\x4c\x18\x10\0\0\0".to_vec(), "lz4 file"),
            ([&b"Salted__"[..], &[0xe1; 24]].concat(), "OpenSSL encrypted file"),
            (b"age-encryption.org/v1\n-> X25519 x\n--- y\n\x91\xff".to_vec(), "age encrypted file"),
            ([&b"MZ\0\0PK\x05\x06"[..], &[0; 16], b"\x02\0ab"].concat(), "zip archive"),
            (b"!<arch>\ndebian-binary   ".to_vec(), "Debian package"),
            (b"# v2 git bundle\nab".to_vec(), "git bundle"),
            (b"%PDF-1.4\n<< /Filter /FlateDecode >>".to_vec(), "PDF document"),
            (b"SQLite format 3\0\x10\0".to_vec(), "SQLite database"),
            (with(1024, 257, b"ustar\x0000", 0), "tar archive"),
            (with(40_000, 0x8001, b"CD001", 0), "ISO 9660 image"),
            (with(4096, 0x438, &[0x53, 0xef], 0), "ext file system image"),
            (with(2048, 1536, b"conectix\0", 0), "VHD image"),
            (
                [b"#!/bin/sh\nexec java -jar $0\n", &b"PK\x05\x06\0\0\0\0"[..], &[0; 14]].concat(),
                "zip archive",
            ),
        ] {
            assert_eq!(kind(&bytes), Some(wanted));
        }
    }

    #[test]
    fn an_old_tar_is_known_by_its_checksum() {
        let mut header = vec![0; 1024];
        header[..9].copy_from_slice(b"notes.txt");
        header[100..108].copy_from_slice(b"0000644\0");
        let sum: u32 = header.iter().map(|b| u32::from(*b)).sum::<u32>() + 8 * 32;
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert_eq!(kind(&header), Some("tar archive"));
        header[0] ^= 1;
        assert_eq!(kind(&header), None);
    }

    #[test]
    fn encrypted_ones_say_so() {
        let reason = |bytes: &[u8]| container(bytes).map(|container| container.reason);
        assert_eq!(reason(b"PK\x03\x04\x14\0\x01\0"), Some(Reason::Encrypted));
        assert_eq!(reason(b"PK\x03\x04\x14\0\0\0"), Some(Reason::Unsupported));
        assert_eq!(reason(b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"), Some(Reason::Encrypted));
        assert_eq!(reason(b"%PDF-1.7\n/Encrypt 5 0 R /FlateDecode"), Some(Reason::Encrypted));
    }

    #[test]
    fn texts_pictures_and_programs_are_none() {
        for bytes in [
            &b""[..],
            b"P",
            b"PK",
            b"PACKAGES = a b c\n",
            b"Rar! said the lion\n",
            b"SQLite format 3 is described here\n",
            b"ORCHESTRA\n",
            b"PARIS\n",
            b"BZh9 is how bzip2 begins\n",
            b"070701 is the magic of cpio\n",
            b"-- H2 schema of the tests\n",
            b"ANDROID BACKUP\nis a format\n",
            b"xar! hsqs\n",
            b"x\x01 no stream\n",
            b"x\x9c\xff\xfe\x80 no stream",
            b"\xc7\x71\0\0\0\0\xa4\x81 some bytes that are no archive",
            b"%PDF-1.4\nBT (plain) Tj ET\n",
            b"]\n",
            b"Salted__ is how it begins\n",
            b"age-encryption.org/v1\n-> is the first line\n",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0",
            b"GIF89a\x01\0\x01\0",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"ID3\x03\0\0",
            b"\0\0\0\x20ftypisom\0\0\x02\0",
            b"wOF2\0\x01\0\0",
            b"OggS\0\x02\0\0",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
            b"MZ\x90\0\x03\0\0\0",
            b"\xca\xfe\xba\xbe\0\0\0\x34",
            b"\0asm\x01\0\0\0",
            &[0; 70_000],
            &[b' '; 70_000],
        ] {
            assert_eq!(
                kind(bytes),
                None,
                "{}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(40)])
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_looked_at(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
            let _ = container(&bytes);
        }

        #[test]
        fn no_text_is_a_container(text in "[a-z #!%\\-\n]{1,40}[ -~\n]{0,600}") {
            proptest::prop_assert_eq!(kind(text.as_bytes()), None);
        }
    }
}
