//! Values as generators of passwords make them, with all the signs of a keyboard.
//!
//! Signs are what code, templates and paths are made of, too. What tells them apart is that nothing in a
//! generated value is a word, and that it goes from one kind of character to another all the time.

use crate::words::{self, Reading};

/// Shortest value that tells, in bytes.
const SHORTEST: usize = 10;

/// Shortest value without words that is no identifier, in bytes.
const LONG: usize = 20;

/// Longest value that is looked at, in bytes.
const LONGEST: usize = 160;

/// Whether a value mixes kinds of characters as only generators and people who imitate them do.
pub(crate) fn is_generated(value: &[u8]) -> bool {
    is_generated_as_read(value, &words::read(value))
}

/// [`is_generated`] of a value whose words are known.
pub(crate) fn is_generated_as_read(value: &[u8], reading: &Reading) -> bool {
    // Few generators draw blanks and letters beyond ASCII, and few of them.
    let foreign = value.iter().filter(|b| !b.is_ascii_graphic()).count();
    let is_text = value.iter().all(|b| !b.is_ascii_control());
    if !(SHORTEST..=LONGEST).contains(&value.len()) || !is_text || foreign * 5 > value.len() {
        return false;
    }
    let mut kinds = [0_usize; 4];
    let mut changes = 0;
    let mut last = None;
    for byte in value {
        let kind = kind(*byte);
        kinds[kind] += 1;
        // A sign behind another one is a change as well.
        let changed = |(before, sign): (usize, u8)| before != kind || kind == SIGN && sign != *byte;
        changes += usize::from(last.is_some_and(changed));
        last = Some((kind, *byte));
    }
    let letters_and_digits = kinds[..3].iter().filter(|count| **count > 0).count();
    // Letters and digits, or letters in both cases.
    let is_hexadecimal = value.iter().all(u8::is_ascii_hexdigit);
    if letters_and_digits < 2 || changes * 3 < value.len() || is_hexadecimal {
        return false;
    }
    reading.known * 3 <= reading.letters && has_variety(value)
}

/// Whether a value may be generated, or typed at random: as long as one, and without words.
pub(crate) fn may_be_of_a_generator(value: &[u8]) -> bool {
    let reading = words::read(value);
    if is_generated_as_read(value, &reading) {
        return true;
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    (LONG..=LONGEST).contains(&value.len())
        && value.iter().all(u8::is_ascii_graphic)
        && digits > 0
        && reading.letters * 2 >= value.len()
        && reading.known * 4 <= reading.letters
        && has_variety(value)
}

/// Whether a value is generated and [has signs](has_signs).
pub(crate) fn is_generated_with_signs(value: &[u8]) -> bool {
    has_signs(value) && is_generated(value)
}

/// Whether a value has signs that no identifier, path or base64 has, and not at its ends alone.
pub(crate) fn has_signs(value: &[u8]) -> bool {
    let is_sign = |b: &u8| b.is_ascii_punctuation() && !b"-_./:+=,".contains(b);
    let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(is_sign)
}

fn kind(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => SIGN,
    }
}

/// The kind of what is no letter and no digit.
const SIGN: usize = 3;

/// Whether hardly any character comes back: those of code do, and those of fillers.
fn has_variety(value: &[u8]) -> bool {
    let mut seen = [false; 128];
    value.iter().for_each(|byte| seen[usize::from(*byte & 127)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    different * 3 >= value.len().min(48) * 2
}

/// Whether a value is an expression of a program from its beginning to its end: a name and what stands in
/// brackets behind it, `read(x)`, `keys[0].id`.
pub(crate) fn is_expression(value: &[u8]) -> bool {
    let body = value.strip_suffix(b";").or(value.strip_suffix(b",")).unwrap_or(value);
    let open = body.iter().position(|b| matches!(b, b'(' | b'[' | b'{'));
    let Some(open) = open.filter(|open| *open > 0) else { return false };
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"_.:$->!".contains(b);
    let begins = body[0].is_ascii_alphabetic() || matches!(body[0], b'_' | b'$' | b'@' | b'-');
    if !begins || !body[..open].iter().all(is_name) {
        return false;
    }
    // The bracket is closed at the end, or not at all: a call goes on in the next line.
    let mut depth = 0_i32;
    let mut closed = None;
    for (at, byte) in body.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            closed = Some(at);
            break;
        }
    }
    match closed {
        Some(at) => body.get(at + 1).is_none_or(|b| b".[(?)]}+-*/".contains(b)),
        None => {
            let reading = words::read(&body[..open]);
            matches!(body.last(), Some(b'(' | b'[' | b'{' | b','))
                && reading.known * 2 >= reading.letters
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_values_have_no_words() {
        for value in ["k8$h(NUa?F2j", "Zr{7pQ;x1&wT", "a9-B2_c7.D4=", "Xq4Tz9Lm2Vw8"] {
            assert!(is_generated(value.as_bytes()), "{value}");
        }
        for value in [
            "getPassword(user)",
            "config.get(\"key\")",
            "user:%s:profile#%d",
            "$request.header.x-route",
            "${user.id}#${now}",
            "aaaa(bbbb)1111",
            "Summer-in-the-City",
            "9f86d081884c7d65",
            "a1b2c3",
        ] {
            assert!(!is_generated(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn expressions_end_with_what_they_open() {
        for value in ["read(x)", "keys[0]", "keys[0].id", "$x->get(1);", "f(a,b),", "call("] {
            assert!(is_expression(value.as_bytes()), "{value}");
        }
        for value in ["k8h(NUa?F2j", "RZ29c(O5p)nW65", "plain", "(x)", "{abc}", "9a(b)"] {
            assert!(!is_expression(value.as_bytes()), "{value}");
        }
    }
}
