//! Compressed files: one content, without a name of its own.

use super::{Context, Members, after, trailer};
use crate::compression::{Decompressor, Method};
use crate::input::{Input, Source};

/// Reads one.
pub(super) fn read(
    method: Method,
    source: &mut Source<'_>,
    context: Context<'_>,
    members: &mut dyn Members,
) {
    let raw = source.whole();
    let mut reader = Decompressor::new(method, source, context.budget, context.buffers);
    context.peek(&mut reader, |input| members.content(input));
    let outcome = reader.outcome();
    if let Some(reason) = outcome.reason(source) {
        members.unread(reason, &after(reason, outcome.bytes));
        // Without signature and checksum, it may be something else.
        if let (Method::Brotli, Some(raw)) = (method, raw) {
            members.content(Input::Bytes(raw));
        }
    }
    // What follows is no compressed stream, but it is there.
    if outcome.is_done {
        trailer(source, members);
    }
}

#[cfg(test)]
mod tests {
    use crate::budget::Limits;
    use crate::input::Input;
    use crate::samples::{gzip, noise, opened, streamed, tar, within, zlib};
    use crate::unread::Reason;

    const TEXT: &[u8] = b"export TOKEN=1\n";

    #[test]
    fn a_content_has_the_path_of_its_file() {
        for file in [gzip(TEXT), zlib(&noise(600))] {
            for found in [opened(&file), streamed(&file)] {
                assert!(found.is_opened && found.unread.is_empty());
                assert_eq!(found.paths(), [""]);
            }
        }
        assert_eq!(opened(&gzip(TEXT)).at(""), Some(TEXT));
        let found = opened(&gzip(&tar(&[("a.env", TEXT)])));
        assert_eq!((found.paths(), found.at("a.env")), (vec!["a.env"], Some(TEXT)));
    }

    #[test]
    fn members_of_gzip_follow_each_other() {
        let log = [gzip(b"one\n"), gzip(b"two\n"), vec![0; 700], gzip(b"three\n")].concat();
        for found in [opened(&log), streamed(&log)] {
            assert_eq!(found.at(""), Some(&b"one\ntwo\nthree\n"[..]));
            assert!(found.unread.is_empty());
        }
        let trailed = [gzip(b"one\n"), TEXT.to_vec()].concat();
        for found in [opened(&trailed), streamed(&trailed)] {
            assert_eq!(found.members[1].1, TEXT);
        }
    }

    #[test]
    fn what_comes_before_a_fault_is_handed_over() {
        let bytes = noise(50_000);
        let whole = gzip(&bytes);
        for cut in [1000, 20_000, whole.len() - 1] {
            for found in [opened(&whole[..cut]), streamed(&whole[..cut])] {
                let there = found.at("").unwrap_or_default();
                assert!(bytes.starts_with(there) && there.len() + 600 > cut.min(bytes.len()));
                let [(Reason::Truncated, detail)] = found.reasons()[..] else {
                    panic!("{found:?}")
                };
                assert!(detail.starts_with("gzip file, cut short after "), "{detail}");
            }
        }
        let mut wrong = whole.clone();
        let end = wrong.len();
        wrong[end - 6] ^= 1;
        let found = opened(&wrong);
        assert_eq!(found.at(""), Some(&bytes[..]));
        assert_eq!(found.reasons()[0].0, Reason::Damaged);
    }

    #[test]
    fn a_budget_ends_a_bomb() {
        let zeros = gzip(&vec![0; 8 << 20]);
        let limits = Limits { bytes: 2 << 20, ..Limits::default() };
        let found = within(limits, "", Input::Bytes(&zeros));
        assert!(found.length <= 2 << 20 && found.length >= 1 << 20, "{}", found.length);
        assert_eq!(found.reasons()[0].0, Reason::OverBudget);
    }

    #[test]
    fn brotli_is_known_by_its_name() {
        // An uncompressed block: window of 16 bits, last block no, four bytes of length.
        let file = [&[0x0c, 0x00, 0x80][..], b"\xffabc", &[3]].concat();
        for name in ["a.br", "A.BR"] {
            let found = within(Limits::default(), name, Input::Bytes(&file));
            assert!(found.is_opened, "{found:?}");
        }
        assert!(!within(Limits::default(), "a.bin", Input::Bytes(&file)).is_opened);
        assert!(!within(Limits::default(), "a.br", Input::Bytes(TEXT)).is_opened);
    }
}
