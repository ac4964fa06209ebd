//! Key material inside base64: a whole PEM file or JSON document (kubeconfig, Kubernetes secrets, CI
//! variables), or the bare bytes of a key without armour.

use std::ops::Range;

use super::framing::Bits;
use super::literals::{Encoded, End};
use super::unwrap::Unwrap;
use crate::parts::Parts;

impl End {
    /// Whether the end, and all of it, is among these bytes, which begin with what was looked for.
    fn is_in(self, bytes: &[u8]) -> bool {
        let has = |bytes: &[u8], text: &[u8], length: usize| {
            memchr::memmem::find(bytes, text).is_some_and(|at| bytes.len() - at >= length)
        };
        match self {
            Self::Armour => {
                let label = bytes.get("-----BEGIN".len()..).unwrap_or_default();
                let Some(close) = memchr::memmem::find(&label[..label.len().min(80)], b"----")
                else {
                    return true;
                };
                let body = &label[close..];
                let dashes = body.iter().take_while(|b| **b == b'-').count();
                has(&body[dashes..], b"----", 80)
            }
            Self::Brace => has(bytes, b"}", 1),
            Self::Mac => has(bytes, b"Private-MAC", 80),
        }
    }
}

/// Letters of base64 taken in at first; more only when what begins there goes on.
const FIRST_LETTERS: usize = 1024;

/// The most letters taken in.
const MOST_LETTERS: usize = 64 * 1024;

/// The most letters before the hit that are taken in, for what stands there (`"type": ...`).
const LETTERS_BEFORE: usize = 4 * 1024;

/// A line of base64 that is at least so long may go on in the next line.
const SHORTEST_LINE: usize = 40;

/// Base64 taken out of a text.
pub(super) struct Taken {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Where what was looked for begins in them.
    pub(super) at: usize,
    /// The letters, as parts of the blob.
    letters: Parts,
    /// There were more letters than were asked for.
    is_cut: bool,
    /// Where the padding ends, if there is any.
    end: usize,
}

impl Taken {
    /// The place in the blob of a range of the bytes.
    pub(super) fn place(&self, span: &Range<usize>) -> Range<usize> {
        let first = span.start * 4 / 3;
        let last = (span.end * 4).div_ceil(3);
        let place = self.letters.place(first..last);
        // What is left after the material is the line end of its file, or nothing.
        let rest = self.bytes.get(span.end..).unwrap_or_default();
        if !self.is_cut && rest.len() <= 4 && rest.iter().all(u8::is_ascii_whitespace) {
            return place.start..self.end.max(place.start);
        }
        place
    }
}

/// Takes the base64 around a hit of `kind` out of the blob and hands it to `search`; more and more of
/// it, as long as what begins there has no end.
pub(super) fn each_decoding<T>(
    blob: &[u8],
    at: usize,
    kind: &Encoded,
    mut search: impl FnMut(&Taken) -> Option<T>,
) -> Option<T> {
    let group = at.checked_sub(kind.letter)?;
    let from = group.saturating_sub(2 * LETTERS_BEFORE);
    let previous = memchr::memmem::rfind(&blob[from..group], kind.literal.as_bytes());
    let floor = previous.map_or(0, |previous| from + previous + kind.literal.len());
    let before = letters_before(blob, group, floor);
    let mut limit = FIRST_LETTERS;
    loop {
        let mut taken = take(blob, group, &before, limit);
        taken.at = before.places().count() / 4 * 3 + kind.byte;
        let found = search(&taken);
        let rest = taken.bytes.get(taken.at..).unwrap_or_default();
        if !taken.is_cut || limit >= MOST_LETTERS || kind.end.is_in(rest) {
            return found;
        }
        limit *= 4;
    }
}

/// Base64 without armour that begins at `start`: its bytes and where it stands. At most `wanted` bytes
/// are taken, once they are known.
pub(super) fn bare(
    blob: &[u8],
    start: usize,
    wanted: impl Fn(&[u8]) -> Option<usize>,
) -> Option<Taken> {
    if start > 0 && is_letter(blob[start - 1]) {
        return None;
    }
    let none = Parts::default();
    let head = take(blob, start, &none, 64);
    let letters =
        wanted(&head.bytes).map_or(MOST_LETTERS, |bytes| bytes.saturating_mul(4).div_ceil(3));
    (letters <= MOST_LETTERS).then(|| take(blob, start, &none, letters))
}

/// Whether what begins at `start` is the body of armour, which is found by its BEGIN line.
pub(super) fn is_in_armour(blob: &[u8], start: usize) -> bool {
    let before = &blob[start.saturating_sub(512)..start];
    let begin = memchr::memmem::rfind(before, b"-----BEGIN")
        .or_else(|| memchr::memmem::rfind(before, b"---- BEGIN"));
    begin.is_some_and(|begin| {
        memchr::memmem::find(&before[begin..], b"--END").is_none() && {
            memchr::memmem::find(&before[begin..], b"---- END").is_none()
        }
    })
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// The letters before `group` and after `floor`, whole groups of four.
fn letters_before(blob: &[u8], group: usize, floor: usize) -> Parts {
    let mut places = Vec::new();
    let mut at = group;
    let mut line = 0;
    while places.len() < LETTERS_BEFORE {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= floor) else { break };
        if is_letter(blob[before]) {
            places.push(before);
            line += 1;
            at = before;
            continue;
        }
        // The end of the line before, if that is a line of base64.
        let blanks =
            blob[..at].iter().rev().take(64).take_while(|b| b.is_ascii_whitespace()).count();
        let end = at - blanks;
        let previous =
            blob[..end].iter().rev().take(SHORTEST_LINE).take_while(|b| is_letter(**b)).count();
        if blanks == 0 || line == 0 && !places.is_empty() || previous < SHORTEST_LINE {
            break;
        }
        at = end;
        line = 0;
    }
    places.truncate(places.len() & !3);
    places.into_iter().rev().map(|place| place..place + 1).collect()
}

/// Takes letters from `start` on, after those of `before`.
fn take(blob: &[u8], start: usize, before: &Parts, limit: usize) -> Taken {
    let mut bits = Bits::default();
    let mut letters = before.clone();
    for place in before.places() {
        bits.push(blob[place]);
    }
    let limit = bits.letters + limit;
    let mut line = 0;
    let mut first_line = None;
    let mut is_cut = false;
    let mut end = start;
    let mut padded = false;
    for token in Unwrap::new(blob, start, start) {
        if bits.letters >= limit {
            is_cut = is_letter(token.byte) || matches!(token.byte, b'\n' | b' ');
            break;
        }
        match token.byte {
            b'=' => {
                padded = true;
                end = token.to;
            }
            _ if padded => break,
            b'\n' | b' ' => {
                // Every line of wrapped base64 is as long as the first, but for the last.
                if line > 0
                    && (line < SHORTEST_LINE || first_line.is_some_and(|first| line < first))
                {
                    break;
                }
                if line > 0 {
                    first_line.get_or_insert(line);
                }
                line = 0;
            }
            letter if bits.push(letter) => {
                letters.push(token.from..token.from + 1);
                line += 1;
                end = token.to;
            }
            _ => break,
        }
    }
    Taken { bytes: bits.bytes, at: 0, letters, is_cut, end }
}

#[cfg(test)]
mod tests {
    use super::super::literals::ENCODED;
    use super::*;
    use data_encoding::BASE64;

    #[test]
    fn the_literals_are_those_of_base64() {
        let texts =
            ["-----BEGIN ", "---- BEGIN SSH2", "\"kty\":\"", "\"kty\": ", "PuTTY-User-Key-File-2"];
        for kind in &ENCODED {
            let is_stable = |text: &&str| {
                (0..=255_u8).all(|other| {
                    let whole = [&vec![other; kind.byte], text.as_bytes(), &[other; 3]].concat();
                    BASE64.encode(&whole)[kind.letter..].starts_with(kind.literal)
                })
            };
            assert!(texts.iter().any(is_stable), "{}", kind.literal);
        }
    }

    fn decoded(text: &str, kind: usize) -> Option<(String, Range<usize>)> {
        let kind = &ENCODED[kind];
        each_decoding(text.as_bytes(), text.find(kind.literal)?, kind, |taken| {
            let text = String::from_utf8_lossy(&taken.bytes[taken.at..]).into_owned();
            Some((text, taken.place(&(taken.at..taken.bytes.len()))))
        })
    }

    #[test]
    fn what_stands_before_in_the_base64_is_kept_apart() {
        for before in 0..9 {
            let plain = format!("{}-----BEGIN X-----\nabc", "x".repeat(before));
            let text = format!("key: {}\nother: 1", BASE64.encode(plain.as_bytes()));
            let (found, place) = decoded(&text, before % 3).unwrap();
            assert_eq!(found, "-----BEGIN X-----\nabc");
            assert!(place.start >= 5 && place.end <= text.find("\nother").unwrap(), "{place:?}");
        }
    }

    #[test]
    fn wrapped_base64_is_joined_and_what_follows_is_left() {
        let plain = format!("-----BEGIN X-----\n{}\n-----END X-----\n", "abcd".repeat(50));
        let letters = BASE64.encode(plain.as_bytes());
        let lines: Vec<&str> =
            letters.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        for glue in ["\n", "\n    ", "\\n", "\" +\n  \"", "\r\n"] {
            let text = format!("    {}\nnext: line\n", lines.join(glue));
            let (found, place) = decoded(&text, 0).unwrap();
            assert_eq!(found, plain, "{glue:?}");
            assert_eq!(place, 4..text.find("\nnext").unwrap());
        }
    }

    #[test]
    fn long_material_is_followed_to_its_end() {
        let plain = format!("-----BEGIN X-----\n{}\n-----END X-----\n", "abcd".repeat(3000));
        let text = BASE64.encode(plain.as_bytes());
        assert_eq!(decoded(&text, 0).unwrap().0, plain);
    }

    #[test]
    fn armour_is_known_from_its_body() {
        assert!(is_in_armour(b"-----BEGIN X-----\nabc", 18));
        assert!(!is_in_armour(b"-----BEGIN X-----\nabc\n-----END X-----\nabc", 38));
        assert!(!is_in_armour(b"abc", 0));
    }
}
