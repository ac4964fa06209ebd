//! Hexadecimal digits: in one run, with `0x` before it or not, or byte by byte with a sign between.

use std::ops::Range;

use super::map::Output;
use super::marks::Marks;
use super::plausible::{self, Form, HEAD};
use super::runs::{HEX, PLAIN, URL, class};

/// Fewest digits in one run: twelve bytes. Half of all numbers and digests would have to be tried.
const SHORTEST: usize = 2 * HEAD;

/// The digits that a run begins with, behind `0x` or the `x` of `\\x` (as PostgreSQL writes bytes): all
/// up to a sign or its end, if they are enough.
pub(super) fn within(text: &[u8], run: Range<usize>) -> Option<Range<usize>> {
    let letters = text.get(run.clone())?;
    let prefix = length_of_prefix(text, run.start);
    let digits = letters.iter().skip(prefix).take_while(|byte| class(**byte) & HEX != 0).count();
    let next = letters.get(prefix + digits);
    let is_alone = next.is_none_or(|byte| class(*byte) & (PLAIN | URL) != 0);
    let start = run.start + prefix;
    (digits >= SHORTEST && is_alone).then_some(start..start + digits)
}

/// The length of `0x`, or of the `x` of `\\x`, at a place.
fn length_of_prefix(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        [b'0', b'x' | b'X', ..] => 2,
        [b'x', ..] if at > 0 && text[at - 1] == b'\\' => 1,
        _ => 0,
    }
}

/// Whether what begins at a place may be digits, by some of them.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    let start = at + length_of_prefix(text, at);
    let digits = text.get(start..start + SHORTEST);
    digits.is_some_and(|digits| digits.iter().rev().step_by(6).all(|byte| class(*byte) & HEX != 0))
}

/// Decodes a run of digits; says what the bytes are.
pub(super) fn decode(text: &[u8], span: Range<usize>, out: &mut Output) -> Option<Form> {
    if !span.len().is_multiple_of(2) {
        return None;
    }
    digits(text, span, 2, out)
}

/// The next bytes with a sign between them, of which some are marked in a block, from a place on:
/// `65 78 70`, `65:78:70`.
pub(super) fn next_row(text: &[u8], from: usize, marks: &Marks) -> Option<Range<usize>> {
    let places = marks.places(marks.from(marks.rows, from));
    let signs = places.map(|at| at + 2).filter(|sign| is_sign(text[*sign]));
    signs.map(|sign| row(text, from, sign)).find(|row| row.len() >= SHORTEST_ROW)
}

/// Shortest row that is looked at: twelve bytes and the signs between them.
const SHORTEST_ROW: usize = 3 * HEAD - 1;

/// Decodes such bytes.
pub(super) fn decode_row(text: &[u8], row: Range<usize>, out: &mut Output) -> Option<Form> {
    digits(text, row, 3, out)
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b' ' | b':' | b'-' | b',')
}

/// The row around a sign between two bytes, not before `floor`.
fn row(text: &[u8], floor: usize, sign: usize) -> Range<usize> {
    let is_hex = |at: usize| text.get(at).is_some_and(|byte| class(*byte) & HEX != 0);
    let between = text[sign];
    let (mut start, mut end) = (sign, sign + 1);
    while start >= floor + 2 && is_hex(start - 1) && is_hex(start - 2) {
        start -= 2;
        if start <= floor || text[start - 1] != between {
            break;
        }
        start -= 1;
    }
    while is_hex(end) && is_hex(end + 1) {
        end += 2;
        if text.get(end) != Some(&between) {
            break;
        }
        end += 1;
    }
    // A sign at an end, or part of a longer number.
    if text.get(start) == Some(&between) {
        start += 1;
    }
    if end > start && text[end - 1] == between {
        end -= 1;
    } else if text.get(end).is_some_and(|byte| class(*byte) != 0 && *byte != b'-') {
        end = end.saturating_sub(3).max(start);
    }
    start..end
}

fn digits(text: &[u8], span: Range<usize>, step: usize, out: &mut Output) -> Option<Form> {
    let all = text.get(span.clone())?;
    let byte = |pair: &[u8]| value(pair[0]) << 4 | value(pair[1]);
    let mut head = [0; HEAD];
    for (to, pair) in head.iter_mut().zip(all.chunks(step)) {
        *to = byte(pair);
    }
    if !plausible::may_begin([head[0], head[1], head[2]]) {
        return None;
    }
    let form = plausible::form(&head)?;
    out.clear();
    // The last byte has no sign behind it.
    out.groups(span.clone(), (1, step), all.chunks(step).map(byte));
    let length = plausible::length(out.bytes(), form);
    (length == out.bytes().len()).then_some(form)
}

fn value(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::marks;
    use super::*;

    const PLAIN: &[u8] = b"what is written here";

    #[test]
    fn digits_are_read() {
        let text = data_encoding::HEXUPPER.encode(PLAIN);
        let mut out = Output::default();
        assert_eq!(decode(text.as_bytes(), 0..text.len(), &mut out), Some(Form::Text));
        assert_eq!(out.bytes(), PLAIN);
        assert_eq!(out.map().span(1..3), 2..6);
        assert_eq!(decode(text.as_bytes(), 0..text.len() - 1, &mut out), None);
        let digest = b"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
        assert_eq!(decode(digest, 0..digest.len(), &mut out), None);
    }

    #[test]
    fn rows_are_found_and_read() {
        for sign in [" ", ":", "-", ","] {
            let bytes: Vec<String> = PLAIN.iter().map(|byte| format!("{byte:02x}")).collect();
            for before in ["", "x", "some text before it: ", "12"] {
                let text = format!("{before}{sign}{} end", bytes.join(sign));
                let mut found = [Marks::default(); 2];
                marks::look(text.as_bytes(), 0..text.len(), &mut found);
                let row = found.iter().find_map(|marks| next_row(text.as_bytes(), 0, marks));
                let row = row.unwrap();
                let mut out = Output::default();
                if before != "12" {
                    assert_eq!(
                        decode_row(text.as_bytes(), row.clone(), &mut out),
                        Some(Form::Text)
                    );
                    assert_eq!(out.bytes(), PLAIN, "{text}");
                    assert_eq!(out.map().span(1..2), row.start + 3..row.start + 6);
                }
            }
        }
    }
}
