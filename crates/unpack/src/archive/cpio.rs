//! cpio archives: `newc` and `crc` of SVR4, the portable format of POSIX (`odc`), and the old binary one
//! in both byte orders. They are what RPM packages and initial file systems of Linux are made of.

use super::{Context, Members, cut_short, stored, trailer};
use crate::input::Source;
use crate::unread::Reason;

/// The name of what ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!";

/// Bytes of a name that are read: the limit of paths of most systems.
const NAME: u64 = 4096;

/// Reads an archive, and those that follow it: that of an initial file system may have several parts,
/// of which the last is compressed.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    while !source.is_at_end() {
        let start = source.taken();
        let Some(header) = Header::read(source) else {
            if !source.has_failed() {
                let reason = if source.has_ended() { Reason::Truncated } else { Reason::Damaged };
                members.unread(reason, "with no header where one should be");
                trailer(source, members);
            }
            return;
        };
        let mut name = source.copy(header.name.min(NAME) as usize);
        source.skip(header.name.saturating_sub(NAME));
        name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
        source.skip(header.padding(source.taken() - start));
        let (there, more) = if name == TRAILER {
            source.skip(header.size);
            source.skip_zeros();
            if !Header::is_next(source) {
                return trailer(source, members);
            }
            continue;
        } else if header.is_file() {
            stored(&name, header.size, source, context, members)
        } else {
            (source.skip(header.size), true)
        };
        if source.has_failed() {
            return;
        }
        if !more {
            return members.unread(Reason::OverBudget, "with too many members");
        }
        if there < header.size {
            return members.unread(Reason::Truncated, &cut_short(there, header.size));
        }
        source.skip(header.padding(header.size));
    }
}

/// What a header says.
struct Header {
    mode: u64,
    /// Length of the name, with the zero that ends it.
    name: u64,
    size: u64,
    /// What header with name, and content, are filled up to a multiple of.
    unit: u64,
}

impl Header {
    /// Reads the next one (`cpio(5)`).
    fn read(source: &mut Source<'_>) -> Option<Self> {
        match source.peek(6) {
            b"070701" | b"070702" => {
                let header = source.array::<110>()?;
                let [mode, size, name] = [14, 54, 94].map(|at| number(&header[at..at + 8], 16));
                Some(Self { mode: mode?, name: name?, size: size?, unit: 4 })
            }
            b"070707" => {
                let header = source.array::<76>()?;
                let mode = number(&header[18..24], 8)?;
                let (name, size) = (number(&header[59..65], 8)?, number(&header[65..76], 8)?);
                Some(Self { mode, name, size, unit: 1 })
            }
            [first @ (0xc7 | 0x71), 0x71 | 0xc7, ..] => {
                let is_little = *first == 0xc7;
                let header = source.array::<26>()?;
                let at = |at: usize| {
                    let pair = [header[2 * at], header[2 * at + 1]];
                    u64::from(if is_little {
                        u16::from_le_bytes(pair)
                    } else {
                        u16::from_be_bytes(pair)
                    })
                };
                Some(Self { mode: at(3), name: at(10), size: at(11) << 16 | at(12), unit: 2 })
            }
            _ => None,
        }
    }

    /// Whether there is one where the source stands.
    fn is_next(source: &mut Source<'_>) -> bool {
        let next = source.peek(6);
        matches!(next, b"070701" | b"070702" | b"070707" | [0xc7, 0x71, ..] | [0x71, 0xc7, ..])
    }

    /// Whether it is that of a file with content: the type of a file is a part of its mode
    /// (`sys/stat.h`).
    fn is_file(&self) -> bool {
        matches!(self.mode & 0o170_000, 0o100_000 | 0)
    }

    fn padding(&self, length: u64) -> u64 {
        length.next_multiple_of(self.unit) - length
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{gzip, noise, opened, streamed};

    fn newc(members: &[(&str, u32, &[u8])]) -> Vec<u8> {
        let mut cpio = Vec::new();
        for (name, mode, bytes) in members {
            let fields =
                [1, *mode, 0, 0, 1, 0, bytes.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
            cpio.extend_from_slice(b"070701");
            fields.iter().for_each(|field| cpio.extend(format!("{field:08X}").bytes()));
            cpio.extend_from_slice(name.as_bytes());
            cpio.resize((cpio.len() + 1).next_multiple_of(4), 0);
            cpio.extend_from_slice(bytes);
            cpio.resize(cpio.len().next_multiple_of(4), 0);
        }
        cpio
    }

    const MEMBERS: [(&str, u32, &[u8]); 4] = [
        ("etc", 0o040_755, b""),
        ("etc/a.env", 0o100_644, b"TOKEN=1\n"),
        ("etc/link", 0o120_777, b"a.env"),
        ("TRAILER!!!", 0, b""),
    ];

    #[test]
    fn files_are_handed_over() {
        let odc: Vec<u8> = MEMBERS
            .iter()
            .flat_map(|(name, mode, bytes)| {
                let zero = 0;
                let ahead = format!("070707{zero:06o}{zero:06o}{mode:06o}{zero:030o}{zero:05o}");
                let lengths = format!("{:06o}{:011o}", name.len() + 1, bytes.len());
                [ahead.as_bytes(), lengths.as_bytes(), name.as_bytes(), b"\0", bytes].concat()
            })
            .collect();
        let binary = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let mut cpio = Vec::new();
            for (name, mode, bytes) in MEMBERS {
                let mut fields = [0; 13];
                (fields[0], fields[3], fields[10]) =
                    (0o070_707, mode as u16, name.len() as u16 + 1);
                fields[12] = bytes.len() as u16;
                fields.iter().for_each(|field| cpio.extend(to_bytes(*field)));
                cpio.extend_from_slice(name.as_bytes());
                cpio.resize((cpio.len() + 1).next_multiple_of(2), 0);
                cpio.extend_from_slice(bytes);
                cpio.resize(cpio.len().next_multiple_of(2), 0);
            }
            cpio
        };
        let forms = [newc(&MEMBERS), odc, binary(u16::to_le_bytes), binary(u16::to_be_bytes)];
        for cpio in forms {
            for found in [opened(&cpio), streamed(&cpio)] {
                assert_eq!(found.paths(), ["etc/a.env"]);
                assert_eq!(found.at("etc/a.env"), Some(&b"TOKEN=1\n"[..]));
                assert!(found.unread.is_empty(), "{:?}", found.unread);
            }
        }
    }

    #[test]
    fn an_initial_file_system_has_several_parts() {
        let first = newc(&[("kernel/x86/microcode.bin", 0o100_644, &noise(99)), MEMBERS[3]]);
        let parts = [first, vec![0; 300], newc(&MEMBERS), vec![0; 8], gzip(&newc(&MEMBERS))];
        let found = opened(&parts.concat());
        assert_eq!(found.paths(), ["kernel/x86/microcode.bin", "etc/a.env", "etc/a.env"]);
    }

    #[test]
    fn what_is_cut_short_is_said() {
        let cpio = newc(&[("a", 0o100_644, &noise(1000))]);
        let found = opened(&cpio[..cpio.len() - 400]);
        assert_eq!(found.at("a"), Some(&noise(600)[..]));
        assert_eq!(found.reasons(), [(Reason::Truncated, "cpio archive, cut short at 60 %")]);
    }
}
