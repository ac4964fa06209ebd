//! GitHub's `primaryLocationLineHash`: a rolling hash of the hundred characters, blanks left out,
//! from the start of a line on, and a counter for lines that hash alike.
//!
//! Source: github/codeql-action, `src/fingerprints.ts`. Where no secret is near, the values are equal to
//! that action's. Secrets do not go into it: the hash has no key, and a password could be guessed by it.

pub(crate) mod masks;

use std::collections::HashMap;
use std::ops::Range;

/// Characters that the hash covers.
const BLOCK: usize = 100;
/// Factor of the rolling hash.
const FACTOR: u64 = 37;
/// What stands for the end of the file.
const END: u64 = 65_535;
/// What stands for a secret, however long it is.
const SECRET: u64 = 0xfffc;

/// The hashes of the given lines (1-based, ascending) of a text in which each of the ranges (in order,
/// apart from each other) is one mark.
pub fn line_hashes(text: &[u8], wanted: &[usize], secrets: &[Range<usize>]) -> Vec<String> {
    let Some(last) = wanted.last() else { return Vec::new() };
    let mut hashes = Vec::with_capacity(wanted.len());
    let mut next = wanted.iter().copied().peekable();
    each_line(text, secrets, |line, hash| {
        while next.next_if_eq(&line).is_some() {
            hashes.push(hash.to_owned());
        }
        line < *last
    });
    hashes
}

/// Calls `emit` with each line's number and hash, in order, until it says stop.
fn each_line(text: &[u8], secrets: &[Range<usize>], mut emit: impl FnMut(usize, &str) -> bool) {
    let mut rolling = Rolling::new();
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut out = |(line, hash): (usize, u64)| {
        let count = seen.entry(hash).or_default();
        *count += 1;
        emit(line, &format!("{hash:x}:{count}"))
    };
    let mut line = 0;
    let mut line_start = true;
    let mut after_return = false;
    let begins = std::iter::once(0).chain(secrets.iter().map(|secret| secret.end));
    let ends = secrets.iter().map(Some).chain(std::iter::once(None));
    let units = begins.zip(ends).flat_map(|(begin, secret)| {
        let end = secret.map_or(text.len(), |secret| secret.start);
        units(&text[begin..end]).chain(secret.into_iter().flat_map(|secret| {
            // Its lines stay lines, or the numbers of those below would be others.
            let feeds = memchr::memchr_iter(b'\n', &text[secret.clone()]);
            std::iter::once(SECRET).chain(feeds.map(|_| u64::from(b'\n')))
        }))
    });
    for unit in units.chain(std::iter::once(END)) {
        let is_feed = unit == u64::from(b'\n');
        if unit == u64::from(b' ') || unit == u64::from(b'\t') || (after_return && is_feed) {
            after_return = false;
            continue;
        }
        after_return = unit == u64::from(b'\r');
        let unit = if after_return { u64::from(b'\n') } else { unit };
        let starts = line_start.then(|| {
            line += 1;
            line
        });
        line_start = unit == u64::from(b'\n');
        if rolling.push(unit, starts).is_some_and(|done| !out(done)) {
            return;
        }
    }
    for _ in 0..BLOCK {
        if rolling.push(0, None).is_some_and(|done| !out(done)) {
            return;
        }
    }
}

/// UTF-16 code units of a text; what is not UTF-8 is U+FFFD.
fn units(text: &[u8]) -> impl Iterator<Item = u64> {
    let units = text.utf8_chunks().flat_map(|chunk| {
        let broken = if chunk.invalid().is_empty() { "" } else { "\u{fffd}" };
        chunk.valid().encode_utf16().chain(broken.encode_utf16())
    });
    units.map(u64::from)
}

struct Rolling {
    window: [u64; BLOCK],
    /// The line that begins at each place of the window.
    lines: [Option<usize>; BLOCK],
    at: usize,
    hash: u64,
    /// FACTOR to the power of BLOCK: the weight of the character that leaves.
    leaving: u64,
}

impl Rolling {
    fn new() -> Self {
        let leaving = (0..BLOCK).fold(1_u64, |power, _| power.wrapping_mul(FACTOR));
        Self { window: [0; BLOCK], lines: [None; BLOCK], at: 0, hash: 0, leaving }
    }

    /// Takes a character in; gives the line whose hundred characters are complete.
    fn push(&mut self, unit: u64, starts: Option<usize>) -> Option<(usize, u64)> {
        let done = self.lines[self.at].map(|line| (line, self.hash));
        self.lines[self.at] = starts;
        let old = std::mem::replace(&mut self.window[self.at], unit);
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(unit)
            .wrapping_sub(self.leaving.wrapping_mul(old));
        self.at = (self.at + 1) % BLOCK;
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut hashes = Vec::new();
        each_line(text.as_bytes(), &[], |_, hash| {
            hashes.push(hash.to_owned());
            true
        });
        hashes
    }

    #[test]
    fn vectors_of_the_action() {
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            all(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let lorem = all(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(lorem[0], "a7f2ff13bc495cf2:1");
        assert_eq!(lorem[5..8], ["a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]);
        assert_eq!(
            all(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"),
            [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1",
            ]
        );
    }

    #[test]
    fn line_ends_do_not_matter() {
        assert_eq!(all("a\r\nb\r\nc"), all("a\nb\nc"));
        assert_eq!(line_hashes(b"x\ny\nx\n", &[1, 1, 3], &[]), {
            let hashes = all("x\ny\nx\n");
            vec![hashes[0].clone(), hashes[0].clone(), hashes[2].clone()]
        });
    }

    #[test]
    fn a_secret_does_not_change_a_hash() {
        let of = |secret: &str| {
            let text = format!("a\npassword = \"{secret}\" # x\nb\nc\n");
            let start = text.find(secret).unwrap();
            line_hashes(
                text.as_bytes(),
                &[1, 2, 3],
                std::slice::from_ref(&(start..start + secret.len())),
            )
        };
        let one = of("one");
        assert_eq!(one, of("another, and a longer one"));
        assert_eq!(one[2], of("x")[2]);
        assert_ne!(one[1], line_hashes(b"a\npassword = \"\" # y\nb\n", &[2], &[])[0]);
    }

    #[test]
    fn lines_of_a_secret_stay_lines() {
        let text = b"k = -----x\ny\nz----- \nnext\n";
        let at = |line| line_hashes(text, &[line], std::slice::from_ref(&(4..19))).remove(0);
        assert_eq!(at(4), line_hashes(b"next\n", &[1], &[]).remove(0));
    }
}
