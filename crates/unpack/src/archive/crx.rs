//! Chrome extensions: a zip archive behind a header with keys and signatures.

use super::{Members, trailer};
use crate::input::Source;

/// Reads one, of either version (`crx_file.h`).
pub(super) fn read(source: &mut Source<'_>, members: &mut dyn Members) {
    let Some([_, _, _, _, version, _, _, _, lengths @ ..]) = source.array::<12>() else { return };
    let mut length = u64::from(u32::from_le_bytes(lengths));
    if version == 2 {
        // The first length is that of the key; that of the signature follows.
        length += source.array().map_or(0, |length| u64::from(u32::from_le_bytes(length)));
    }
    source.skip(length);
    trailer(source, members);
}

#[cfg(test)]
mod tests {
    use crate::samples::{Zip, opened, streamed};

    #[test]
    fn what_is_behind_the_header_is_opened() {
        let zip = Zip::default().deflated("manifest.json", b"{}").end();
        let second = [&b"Cr24\x02\0\0\0\x03\0\0\0\x02\0\0\0keysi"[..], &zip].concat();
        let third = [&b"Cr24\x03\0\0\0\x05\0\0\0keysi"[..], &zip].concat();
        for extension in [second, third] {
            for found in [opened(&extension), streamed(&extension)] {
                assert_eq!(found.paths(), ["manifest.json"]);
            }
        }
    }
}
