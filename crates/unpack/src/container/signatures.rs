//! Signatures of rarer containers, for blobs whose first bytes are no text: those of the formats' own
//! documents, or of `file(1)` where there are none.

use super::Reason;

/// What a container is called, the place of its signature, and the signature.
type Signature = (&'static str, usize, &'static [u8]);

/// The container whose signature these bytes have.
pub(super) fn known(bytes: &[u8]) -> Option<&'static str> {
    let has = |(_, at, sign): &&Signature| {
        bytes.get(*at..*at + sign.len()).is_some_and(|there| there == *sign)
    };
    let (kind, ..) = ALL.iter().find(has)?;
    Some(*kind)
}

/// Why one of these is not looked into.
pub(super) fn reason(kind: &str) -> Reason {
    if ENCRYPTED.contains(&kind) { Reason::Encrypted } else { Reason::Unsupported }
}

const BITLOCKER: &str = "BitLocker volume";
const APPLE_ENCRYPTED: &str = "encrypted Apple archive";
const PASSWORD_SAFE: &str = "Password Safe database";
const OPDATA: &str = "1Password item";
pub(super) const OPENSSL: &str = "OpenSSL encrypted file";
pub(super) const AGE: &str = "age encrypted file";

const ENCRYPTED: &[&str] = &[BITLOCKER, APPLE_ENCRYPTED, PASSWORD_SAFE, OPDATA, OPENSSL, AGE];

const ALL: &[Signature] = &[
    // Archives.
    ("ace archive", 7, b"**ACE**"),
    ("StuffIt archive", 0, b"StuffIt (c)"),
    ("StuffIt archive", 0, b"SIT!\0"),
    ("zoo archive", 20, b"\xdc\xa7\xc4\xfd"),
    ("alz archive", 0, b"ALZ\x01"),
    ("egg archive", 0, b"EGGA\0"),
    ("zpaq archive", 0, b"7kSt\xa0\x31\x83\xd3"),
    ("zpaq archive", 0, b"zPQ\x01"),
    ("zpaq archive", 0, b"zPQ\x02"),
    ("Apple archive", 0, b"AA01"),
    (APPLE_ENCRYPTED, 0, b"AEA1"),
    ("InstallShield cabinet", 0, b"ISc("),
    ("MPQ archive", 0, b"MPQ\x1a"),
    ("Unity asset bundle", 0, b"UnityFS\0"),
    ("Unity asset bundle", 0, b"UnityWeb\0"),
    ("Godot package", 0, b"GDPC"),
    ("Borg segment", 0, b"BORG_SEG"),
    ("dump of a file system", 24, b"\x6c\xea\0\0"),
    ("dump of a file system", 24, b"\x6b\xea\0\0"),
    ("dump of a file system", 24, b"\0\0\xea\x6c"),
    ("dump of a file system", 24, b"\0\0\xea\x6b"),
    ("Java module image", 0, b"\xda\xda\xfe\xca"),
    ("Java module image", 0, b"\xca\xfe\xda\xda"),
    // Compressed files.
    ("lrzip file", 0, b"LRZI\0"),
    ("lzfse file", 0, b"bvx1"),
    ("lzfse file", 0, b"bvx2"),
    ("lzfse file", 0, b"bvxn"),
    ("pbzx file", 0, b"pbzx\0"),
    ("pack file", 0, b"\x1f\x1e\0"),
    ("SZDD file", 0, b"SZDD\x88\xf0\x27\x33"),
    ("KWAJ file", 0, b"KWAJ\x88\xf0\x27\xd1"),
    ("compressed Windows file", 0, b"MAM\x04"),
    // Documents.
    ("OneNote section", 0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"),
    ("DjVu document", 0, b"AT&TFORM"),
    ("Mobipocket book", 60, b"BOOKMOBI"),
    ("WordPerfect document", 0, b"\xffWPC"),
    ("Notes database", 0, b"\x1a\0\0\x04\0\0"),
    ("Windows event log", 0, b"ElfFile\0"),
    // Databases and files of rows.
    ("SQLite write-ahead log", 0, b"\x37\x7f\x06\x82"),
    ("SQLite write-ahead log", 0, b"\x37\x7f\x06\x83"),
    ("SQLite rollback journal", 0, b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"),
    ("H2 database", 0, b"H:2,block:"),
    ("H2 database", 0, b"H:3,block:"),
    ("WiredTiger file", 0, b"\x41\xd8\x01\0"),
    ("MongoDB archive", 0, b"\x6d\xe2\x99\x81"),
    ("MyISAM index", 0, b"\xfe\xfe\x07"),
    ("MySQL binary log", 0, b"\xfebin"),
    ("SQL Server database", 0, b"\x01\x0f\0\0"),
    ("Firebird database", 0, b"\x01\0\x39\x30"),
    ("Tokyo Cabinet database", 0, b"ToKyO CaBiNeT\n"),
    ("Kyoto Cabinet database", 0, b"KC\n\0"),
    ("TDB database", 0, b"TDB file\n"),
    ("InfluxDB file", 0, b"\x16\xd1\x16\xd1"),
    ("Prometheus chunk file", 0, b"\x85\xbd\x40\xdd"),
    ("Prometheus index", 0, b"\xba\xaa\xd7\0"),
    ("Lucene index", 0, b"\x3f\xd7\x6c\x17"),
    ("Feather file", 0, b"FEA1"),
    ("NetCDF file", 0, b"CDF\x01"),
    ("NetCDF file", 0, b"CDF\x02"),
    ("NetCDF file", 0, b"CDF\x05"),
    ("MATLAB file", 0, b"MATLAB 5.0 MAT-file"),
    (PASSWORD_SAFE, 0, b"PWS3"),
    (OPDATA, 0, b"opdata01"),
    // Images of disks, file systems and containers.
    ("Parallels disk image", 0, b"WithoutFreeSpace"),
    ("Parallels disk image", 0, b"WithouFreSpacExt"),
    ("QED image", 0, b"QED\0"),
    ("Bochs disk image", 0, b"Bochs Virtual HD Image"),
    ("forensic disk image", 0, b"EVF\x09\x0d\x0a\xff\0"),
    ("forensic disk image", 0, b"EVF2\x0d\x0a\x81\0"),
    ("forensic disk image", 0, b"AFF10\r\n\0"),
    (BITLOCKER, 3, b"-FVE-FS-"),
    ("LVM volume", 512, b"LABELONE"),
    ("swap image", 4086, b"SWAPSPACE2"),
    ("F2FS image", 1024, b"\x10\x20\xf5\xf2"),
    ("EROFS image", 1024, b"\xe2\xe1\xf5\xe0"),
    ("HFS image", 1024, b"BD\0"),
    ("HFS image", 1024, b"BD\xc0"),
    ("ReiserFS image", 0x10034, b"ReIsEr"),
    ("JFS image", 0x8000, b"JFS1"),
    ("romfs image", 0, b"-rom1fs-"),
    ("JFFS2 image", 0, b"\x85\x19\x01\xe0"),
    ("JFFS2 image", 0, b"\x85\x19\x02\xe0"),
    ("JFFS2 image", 0, b"\x85\x19\x03\x20"),
    ("UBIFS image", 0, b"\x31\x18\x10\x06"),
    ("SCO BFS image", 0, b"\xce\xfa\xad\x1b"),
    ("Singularity image", 32, b"SIF_MAGIC"),
    ("Flatpak bundle", 0, b"flatpak\0"),
    ("AppImage", 8, b"AI\x01"),
    ("AppImage", 8, b"AI\x02"),
];

/// A table space of MySQL: the first page is a header of the file, and says twice which space it is
/// (`fil0types.h`, `fsp0fsp.h`).
pub(super) fn is_innodb(bytes: &[u8]) -> bool {
    bytes.len() >= 16 << 10
        && bytes.len().is_multiple_of(1024)
        && bytes[4..8] == [0; 4]
        && bytes[24..26] == [0, 8]
        && bytes[34..38] == bytes[38..42]
}

/// A file system of Minix, which has no boot block and two bytes of signature, in its four forms.
pub(super) fn is_minix(bytes: &[u8]) -> bool {
    const SIGNS: [[u8; 2]; 4] = [[0x7f, 0x13], [0x8f, 0x13], [0x68, 0x24], [0x78, 0x24]];
    bytes.len() >= 4096
        && SIGNS.iter().any(|sign| bytes[0x410..0x412] == *sign)
        && bytes[..1024].iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_is_reached_and_is_no_text() {
        for (kind, at, sign) in ALL {
            let mut bytes = vec![0; (*at + sign.len()).max(600)];
            bytes[*at..*at + sign.len()].copy_from_slice(sign);
            let found = super::super::container(&bytes);
            assert_eq!(found.map(|container| container.kind), Some(*kind));
            assert_eq!(found.map(|container| container.reason), Some(reason(kind)));
            let mut text = vec![b' '; bytes.len()];
            text[*at..*at + sign.len()].copy_from_slice(sign);
            if sign.is_ascii() && !sign.contains(&0) {
                assert_eq!(super::super::container(&text), None, "{kind}");
            }
        }
    }

    #[test]
    fn file_systems_and_table_spaces_need_more_than_two_bytes() {
        let mut bytes = vec![0; 16 << 10];
        assert!(!is_innodb(&bytes) && !is_minix(&bytes));
        bytes[24..26].copy_from_slice(&[0, 8]);
        assert!(is_innodb(&bytes));
        bytes[41] = 1;
        assert!(!is_innodb(&bytes));
        bytes[0x410..0x412].copy_from_slice(&[0x7f, 0x13]);
        assert!(!is_minix(&bytes));
        bytes[..1024].fill(0);
        assert!(is_minix(&bytes));
    }
}
