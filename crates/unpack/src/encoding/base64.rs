//! Base64 in both alphabets (RFC 4648, sections 4 and 5), with padding or without, on one line or
//! wrapped over several.
//!
//! Decoded here and not by a library because most runs are noise, which shows in the first letters,
//! and because each byte needs its place.

use std::ops::Range;

use super::Encoding;
use super::map::Output;
use super::plausible::{self, Form, HEAD, Judge};
use super::runs::{PLAIN, Run, SHORTEST, URL, class};
use super::wrapped::Wrapped;

/// Decodes what begins where a run does, and goes on below it if it is wrapped. Says what the bytes
/// are, none if they are noise after all, and where the last letter or its padding ends.
pub(super) fn decode(text: &[u8], run: &Run, out: &mut Output) -> Option<(Option<Form>, usize)> {
    let run = one_alphabet(text, run);
    if run.len() < SHORTEST {
        return None;
    }
    let form = begins(text.get(run.clone())?)?;
    out.clear();
    let mut letters = Letters::default();
    letters.line(text, run.clone(), out);
    let mut end = run.end;
    let mut wrapped = Wrapped::new(text, run);
    let mut judge = Judge::new(form);
    while judge.goes_on(out.bytes())
        && let Some(line) = wrapped.next(text)
    {
        let before = (letters, out.bytes().len());
        letters.line(text, line.clone(), out);
        // A word below the letters may look like the last of them.
        let is_end = line.len() < wrapped.width();
        if is_end && !(letters.finish(out) && (form != Form::Text || ends_text(out, before.1))) {
            letters = before.0;
            out.truncate(before.1);
            break;
        }
        end = line.end;
    }
    letters.finish(out);
    let length = plausible::length(out.bytes(), form);
    if length == out.bytes().len() {
        return Some((Some(form), padding(text, end)));
    }
    out.truncate(length);
    match form {
        Form::Text if length == 0 => None,
        Form::Text => Some((Some(form), out.end())),
        // So much was decoded that it is not to be decoded again from the next line on.
        _ => Some((None, end)),
    }
}

/// Whether the first letters at a place may be those of anything.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    let Some(letters) = text.get(at..at + 8) else { return false };
    let first = group([letters[0], letters[1], letters[2], letters[3]]);
    // Of UTF-16 with a mark six bytes are too few.
    plausible::may_begin(first) && (begins(letters).is_some() || matches!(first, [0xff, 0xfe, _]))
}

/// Decodes one that a name says to be base64, however short it is: printable ASCII, of whole groups.
pub(super) fn decode_short(text: &[u8], span: Range<usize>, out: &mut Output) -> Option<usize> {
    let end = padding(text, span.end);
    let whole = (end - span.start).is_multiple_of(4) || end == span.end && span.len() % 4 > 1;
    let run = Run { span: span.clone(), any: 0, all: 0 };
    if !whole || one_alphabet(text, &run) != span {
        return None;
    }
    out.clear();
    let mut letters = Letters::default();
    letters.line(text, span, out);
    letters.finish(out);
    let bytes = out.bytes();
    (bytes.len() >= 4 && bytes.iter().all(|byte| plausible::is_printable(*byte))).then_some(end)
}

/// The encoding, by the alphabet that letters are of.
pub(super) fn encoding(letters: &[u8]) -> Encoding {
    let first = letters.iter().find(|byte| class(**byte) & (PLAIN | URL) != 0);
    match first {
        Some(b'-' | b'_') => Encoding::Base64Url,
        _ => Encoding::Base64,
    }
}

/// Bits of what is no letter.
const NONE: u8 = 0xff;

/// The bits of each letter.
static BITS: [u8; 256] = {
    let mut bits = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut value = 0;
    while value < letters.len() {
        bits[letters[value] as usize] = value as u8;
        value += 1;
    }
    (bits[b'+' as usize], bits[b'/' as usize]) = (62, 63);
    (bits[b'-' as usize], bits[b'_' as usize]) = (62, 63);
    bits
};

fn bits(letter: u8) -> u32 {
    u32::from(BITS[usize::from(letter)])
}

/// The bytes of a group.
fn group(letters: [u8; 4]) -> [u8; 3] {
    let all = letters.iter().fold(0, |all, letter| all << 6 | bits(*letter) & 63);
    let [_, first, second, third] = all.to_be_bytes();
    [first, second, third]
}

/// What the first letters of a run say.
fn begins(letters: &[u8]) -> Option<Form> {
    let mut head = [0; HEAD];
    let mut groups = letters.chunks_exact(4);
    for (at, letters) in groups.by_ref().take(HEAD / 3).enumerate() {
        let three = group(letters.try_into().ok()?);
        if at == 0 && !plausible::may_begin(three) {
            return None;
        }
        head[3 * at..3 * at + 3].copy_from_slice(&three);
    }
    plausible::form(&head[..(letters.len() / 4 * 3).min(HEAD)])
}

/// The part of a run up to the first letter that is not of the alphabet of those before it.
fn one_alphabet(text: &[u8], run: &Run) -> Range<usize> {
    let span = run.span.clone();
    if run.any & PLAIN != 0 && run.any & URL != 0 || run.any == 0 {
        let mut seen = 0;
        for (at, byte) in text.get(span.clone()).unwrap_or_default().iter().enumerate() {
            seen |= class(*byte) & (PLAIN | URL);
            if seen == PLAIN | URL {
                return span.start..span.start + at;
            }
        }
    }
    span
}

/// Where the padding behind the last letter ends, if there is any.
fn padding(text: &[u8], end: usize) -> usize {
    let signs = text.get(end..).unwrap_or_default().iter().take(2);
    end + signs.take_while(|byte| **byte == b'=').count()
}

/// Letters of a group that is not whole, and where they stand.
#[derive(Default, Clone, Copy)]
struct Letters {
    letters: [u8; 4],
    at: [usize; 4],
    count: usize,
}

impl Letters {
    /// Takes a line of letters.
    fn line(&mut self, text: &[u8], line: Range<usize>, out: &mut Output) {
        let mut at = line.start;
        while self.count > 0 && at < line.end {
            self.letter(text, at, out);
            at += 1;
        }
        let whole = at..at + (line.end - at) / 4 * 4;
        let groups = text.get(whole.clone()).unwrap_or_default().chunks_exact(4);
        let bytes = groups.flat_map(|four| group([four[0], four[1], four[2], four[3]]));
        out.groups(whole.clone(), (3, 4), bytes);
        for at in whole.end..line.end {
            self.letter(text, at, out);
        }
    }

    fn letter(&mut self, text: &[u8], at: usize, out: &mut Output) {
        self.letters[self.count] = text[at];
        self.at[self.count] = at;
        self.count += 1;
        if self.count == 4 {
            self.count = 0;
            let span = self.at[0]..self.at[3] + 1;
            out.groups(span.clone(), (3, span.len()), group(self.letters).into_iter());
        }
    }

    /// Takes the last group, which may be of two or three letters. One is too few for a byte, and says
    /// that these are not all.
    fn finish(&mut self, out: &mut Output) -> bool {
        let count = std::mem::take(&mut self.count);
        if let Some(last) = count.checked_sub(1).filter(|last| *last > 0) {
            self.letters[count..].fill(b'A');
            out.replace(self.at[0]..self.at[last] + 1, &group(self.letters)[..last]);
        }
        count != 1
    }
}

/// Whether the bytes from a place on may be the end of a text.
fn ends_text(out: &Output, from: usize) -> bool {
    let bytes = &out.bytes()[from..];
    bytes.iter().all(|byte| plausible::is_printable(*byte) || *byte >= 0x80)
        && (bytes.is_ascii() || bytes.len() > 3)
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};

    use super::*;

    fn decoded(text: &str) -> Option<(String, Range<usize>)> {
        let start = text.find(|c: char| c.is_ascii_alphanumeric()).unwrap();
        let mut out = Output::default();
        let (_, end) = decode(text.as_bytes(), &Run::at(text.as_bytes(), start), &mut out)?;
        Some((String::from_utf8_lossy(out.bytes()).into_owned(), start..end))
    }

    #[test]
    fn both_alphabets_are_read_with_padding_or_without() {
        for plain in ["what is written >>> ???", "what is written >>> ??", "what is written >>> ?"]
        {
            for encoding in [BASE64, BASE64_NOPAD, BASE64URL] {
                let letters = encoding.encode(plain.as_bytes());
                let text = format!("\"{letters}\"");
                assert_eq!(decoded(&text), Some((plain.to_owned(), 1..letters.len() + 1)));
            }
        }
    }

    #[test]
    fn noise_is_dropped() {
        let digest: Vec<u8> = (0..32_u8).map(|n| n.wrapping_mul(97) ^ 0x80).collect();
        assert_eq!(decoded(&BASE64.encode(&digest)), None);
        assert_eq!(decoded("getElementsByClassName"), None);
    }

    #[test]
    fn lines_are_joined_whatever_stands_between() {
        let plain = "one line of text and then another one, ".repeat(8);
        let letters = BASE64.encode(plain.as_bytes());
        for width in [64, 70, 76] {
            let lines: Vec<&str> = letters
                .as_bytes()
                .chunks(width)
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            for glue in ["\n", "\r\n", "\n    ", "\" +\n  \"", "\"\n\"", " \\\n", "\n# ", "\n> "] {
                let text = format!("    \"{}\"\nnext: line\n", lines.join(glue));
                let (found, span) = decoded(&text).unwrap();
                assert_eq!(found, plain, "{width} {glue:?}");
                assert_eq!(span.end, text.find("\"\nnext").unwrap(), "{glue:?}");
            }
        }
    }

    #[test]
    fn places_are_those_of_the_letters() {
        let plain = "0123456789".repeat(18);
        let letters = BASE64.encode(plain.as_bytes());
        let text = format!("{}\n{}\n{}\n", &letters[..82], &letters[82..164], &letters[164..]);
        let mut out = Output::default();
        decode(text.as_bytes(), &Run::at(text.as_bytes(), 0), &mut out).unwrap();
        assert_eq!(out.bytes(), plain.as_bytes());
        assert_eq!(out.map().span(0..1), 0..4);
        assert_eq!(out.map().span(60..61), 80..85);
        assert_eq!(out.map().span(58..64), 76..89);
    }

    #[test]
    fn short_ones_have_to_be_whole() {
        let mut out = Output::default();
        assert_eq!(decode_short(b"Zm9vYmE=", 0..7, &mut out), Some(8));
        assert_eq!(out.bytes(), b"fooba");
        assert_eq!(decode_short(b"Zm9vYmE=", 0..5, &mut out), None);
        assert_eq!(decode_short(b"zzzzzzzz", 0..8, &mut out), None);
    }
}
