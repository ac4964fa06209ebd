//! RPM packages: a lead, two headers, and a compressed cpio archive. The headers are handed over as they
//! are, since the scripts of a package are in the second one.

use super::{Members, trailer};
use crate::input::{Input, Source};
use crate::unread::Reason;

/// Bytes of the lead (`rpmlead.h`).
const LEAD: u64 = 96;

/// Bytes of a header that are read: those of the largest packages have some ten megabytes.
const HEADER: u64 = 32 << 20;

/// Reads a package.
pub(super) fn read(source: &mut Source<'_>, members: &mut dyn Members) {
    source.skip(LEAD);
    for unit in [8, 1] {
        let Some(length) = length(source) else {
            if !source.has_failed() {
                let reason = if source.has_ended() { Reason::Truncated } else { Reason::Damaged };
                members.unread(reason, "with no header where one should be");
            }
            return;
        };
        if let Some(bytes) = usize::try_from(length).ok().and_then(|length| source.slice(length)) {
            members.content(Input::Bytes(bytes));
        } else {
            members.content(Input::Bytes(&source.copy(length as usize)));
        }
        // The first one, of signatures, is filled up.
        source.skip(length.next_multiple_of(unit) - length);
    }
    trailer(source, members);
}

/// The length of the entries and of the data of a header, which begins with them and a signature
/// (`header.h`).
fn length(source: &mut Source<'_>) -> Option<u64> {
    let [0x8e, 0xad, 0xe8, 1, _, _, _, _, a, b, c, d, e, f, g, h] = source.array()? else {
        return None;
    };
    let (entries, data) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    let length = u64::from(entries) * 16 + u64::from(data);
    (length <= HEADER).then_some(length)
}

#[cfg(test)]
mod tests {
    use crate::samples::{gzip, opened, streamed};
    use crate::unread::Reason;

    #[test]
    fn scripts_and_files_are_found() {
        let header = |data: &[u8]| {
            let ahead = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            [&ahead[..], &[data.len() as u8], data].concat()
        };
        let cpio =
            [&b"0707070000000000000100644"[..], &[b'0'; 34], b"00000200000000001a\0b"].concat();
        let mut package = vec![0xed, 0xab, 0xee, 0xdb];
        package.resize(96, 0);
        package.extend(header(b"sign"));
        package.extend([0; 4]);
        package.extend(header(b"echo from a script"));
        package.extend(gzip(&cpio));
        for found in [opened(&package), streamed(&package)] {
            let all: Vec<&[u8]> = found.members.iter().map(|(_, bytes)| bytes.as_slice()).collect();
            assert_eq!(all[..2], [&b"sign"[..], b"echo from a script"]);
        }
        let found = opened(&package[..100]);
        assert!(!found.is_opened);
        assert_eq!(found.reasons()[0].0, Reason::Truncated);
    }
}
