//! Base32 (RFC 4648, section 6), where a name before it says so: capital letters and a few digits
//! alone are too common.

use std::ops::Range;

use super::map::Output;
use super::plausible::{self, Form};
use super::runs::{Run, SHORTEST};

/// Names of what is written in base32, in small letters.
const NAMES: [&[u8]; 3] = [b"base32", b"b32", b"otp"];

/// Bytes before a run in which a name is looked for.
const REACH: usize = 48;

/// Decodes a run that is base32 by its letters and by its name. Says what the bytes are, and where it
/// ends.
pub(super) fn decode(text: &[u8], run: &Run, out: &mut Output) -> Option<(Form, usize)> {
    let span = run.span.clone();
    let letters = text.get(span.clone())?;
    if !letters.iter().all(|letter| is_letter(*letter)) || !is_named(text, &span) {
        return None;
    }
    out.clear();
    let whole = span.start..span.start + letters.len() / 8 * 8;
    let bytes = letters.chunks_exact(8).flat_map(group);
    out.groups(whole.clone(), (5, 8), bytes);
    let rest = &letters[whole.len()..];
    out.replace(whole.end..span.end, &group(rest)[..rest.len() * 5 / 8]);
    let head = out.bytes();
    let form = plausible::form(&head[..head.len().min(plausible::HEAD)])?;
    let length = plausible::length(out.bytes(), form);
    let padding = text.get(span.end..).unwrap_or_default().iter().take(6);
    let end = span.end + padding.take_while(|byte| **byte == b'=').count();
    (length == out.bytes().len()).then_some((form, end))
}

/// Whether what begins at a place may be base32, by its first letters.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    let letters = text.get(at..at + SHORTEST);
    letters.is_some_and(|letters| letters.iter().all(|letter| is_letter(*letter)))
}

fn is_letter(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'2'..=b'7')
}

/// The bytes of a group, as many as its letters have bits for.
fn group(letters: &[u8]) -> [u8; 5] {
    let bits = |letter: &u8| match letter {
        b'A'..=b'Z' => u64::from(letter - b'A'),
        _ => u64::from(letter.wrapping_sub(b'2') & 7) + 26,
    };
    let all = letters.iter().fold(0, |all, letter| all << 5 | bits(letter));
    let all = all << (5 * (8_usize.saturating_sub(letters.len())));
    let [_, _, _, a, b, c, d, e] = all.to_be_bytes();
    [a, b, c, d, e]
}

fn is_named(text: &[u8], span: &Range<usize>) -> bool {
    let before = &text[span.start.saturating_sub(REACH)..span.start];
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let line = before[line..].to_ascii_lowercase();
    NAMES.iter().any(|name| memchr::memmem::find(&line, name).is_some())
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE32;

    use super::*;

    #[test]
    fn only_what_is_named_is_read() {
        for plain in ["what is written", "what is writte", "what is writt", "what is writ"] {
            let letters = BASE32.encode(plain.as_bytes());
            for (name, is_read) in [("TOTP_X=", true), ("x base32: ", true), ("x: ", false)] {
                let text = format!("{name}{letters}\n");
                let run = Run::at(text.as_bytes(), name.len());
                let mut out = Output::default();
                let found = decode(text.as_bytes(), &run, &mut out);
                let end = name.len() + letters.len();
                assert_eq!(found, is_read.then_some((Form::Text, end)), "{text}");
                if is_read {
                    assert_eq!(out.bytes(), plain.as_bytes());
                    assert_eq!(out.map().span(0..1), name.len()..name.len() + 8);
                }
            }
        }
    }
}
