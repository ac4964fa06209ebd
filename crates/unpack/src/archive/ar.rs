//! ar archives, as System V, GNU and BSD write them: static libraries, and packages of Debian.

use super::{Context, Members, cut_short, stored, trailer};
use crate::input::Source;
use crate::unread::Reason;

/// Bytes of a header (`ar.h`): name, time, owner, group, mode, size, and two that end it.
const HEADER: usize = 60;

/// Bytes of the table of long names that are read.
const NAMES: u64 = 16 << 20;

/// Reads an archive.
pub(super) fn read(source: &mut Source<'_>, context: Context<'_>, members: &mut dyn Members) {
    source.skip(b"!<arch>\n".len() as u64);
    let mut names = Vec::new();
    while !source.is_at_end() {
        let Some(header) = source.array::<HEADER>().filter(|header| header.ends_with(b"`\n"))
        else {
            if !source.has_failed() {
                let reason = if source.has_ended() { Reason::Truncated } else { Reason::Damaged };
                members.unread(reason, "with no header where one should be");
                trailer(source, members);
            }
            return;
        };
        let Some(mut size) = number(&header[48..58]) else {
            members.unread(Reason::Damaged, "with a size that is not a number");
            return trailer(source, members);
        };
        let padding = size % 2;
        let field = header[..16].trim_ascii_end();
        let (there, more) = if field == b"//" && size <= NAMES {
            names = source.copy(size as usize);
            (names.len() as u64, true)
        } else {
            let name = if let Some(length) = field.strip_prefix(b"#1/").and_then(number) {
                // BSD puts a long name in front of the content.
                let name = source.copy(length.min(size).min(4096) as usize);
                size -= name.len() as u64;
                name
            } else {
                long_name(field, &names).to_vec()
            };
            let end = name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            stored(&name[..end], size, source, context, members)
        };
        if source.has_failed() {
            return;
        }
        if !more {
            return members.unread(Reason::OverBudget, "with too many members");
        }
        if there < size {
            return members.unread(Reason::Truncated, &cut_short(there, size));
        }
        source.skip(padding);
    }
}

/// A name as it is meant: GNU ends one with a slash, or says where it is in the table of long ones.
fn long_name<'n>(field: &'n [u8], names: &'n [u8]) -> &'n [u8] {
    let place = field.strip_prefix(b"/").and_then(number).and_then(|at| usize::try_from(at).ok());
    if let Some(name) = place.and_then(|at| names.get(at..)) {
        let name = name.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return name.strip_suffix(b"/").unwrap_or(name);
    }
    match field.strip_suffix(b"/") {
        Some(name) if !name.is_empty() => name,
        _ => field,
    }
}

fn number(field: &[u8]) -> Option<u64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::samples::{gzip, noise, opened, streamed, tar};
    use crate::unread::Reason;

    fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut ar = b"!<arch>\n".to_vec();
        for (name, bytes) in members {
            let fields =
                format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, bytes.len());
            ar.extend_from_slice(fields.as_bytes());
            ar.extend_from_slice(bytes);
            ar.resize(ar.len().next_multiple_of(2), b'\n');
        }
        ar
    }

    #[test]
    fn names_are_read_in_all_their_forms() {
        let library = ar(&[
            ("/", b"symbols"),
            ("//", b"a-long-name-of-a-member.o/\n"),
            ("short.o/", b"one"),
            ("/0", b"two"),
            ("#1/8", b"bsd-nameX"),
            ("old", b"three"),
        ]);
        for found in [opened(&library), streamed(&library)] {
            let names = ["/", "short.o", "a-long-name-of-a-member.o", "bsd-name", "old"];
            assert_eq!(found.paths(), names);
            assert_eq!(
                (found.at("bsd-name"), found.at("old")),
                (Some(&b"X"[..]), Some(&b"three"[..]))
            );
            assert!(found.unread.is_empty());
        }
    }

    #[test]
    fn a_package_of_debian_is_opened_all_the_way() {
        let data = gzip(&tar(&[("./etc/app/a.env", b"TOKEN=1\n")]));
        let package =
            ar(&[("debian-binary", b"2.0\n"), ("control.tar.gz", &data), ("data.tar.gz/", &data)]);
        let found = opened(&package);
        assert_eq!(
            found.paths(),
            ["debian-binary", "control.tar.gz!./etc/app/a.env", "data.tar.gz!./etc/app/a.env"]
        );
    }

    #[test]
    fn what_is_cut_short_or_damaged_is_said() {
        let library = ar(&[("a/", &noise(100)), ("b/", &noise(1000))]);
        for found in
            [opened(&library[..library.len() - 500]), streamed(&library[..library.len() - 500])]
        {
            assert_eq!(found.at("b"), Some(&noise(500)[..]));
            assert_eq!(found.reasons(), [(Reason::Truncated, "ar archive, cut short at 50 %")]);
        }
        let mut damaged = library;
        damaged[8 + 60 + 100 + 58] = b'x';
        let found = opened(&damaged);
        assert_eq!(found.reasons()[0].0, Reason::Damaged);
        assert_eq!(found.at(""), Some(&noise(1000)[..]));
    }
}
