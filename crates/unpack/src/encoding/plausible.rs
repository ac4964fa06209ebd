//! What decoded bytes are: a text, a container, or noise. Almost all that looks encoded is none of
//! it: names, digests and random numbers decode to noise, which the first bytes show.

use super::rules::{Rules, Set};
use crate::container::container;

/// What decoded bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A text in UTF-8.
    Text,
    /// One in UTF-16, lower byte first, as PowerShell's `-EncodedCommand` takes it.
    Utf16,
    /// A container of a common kind.
    Container,
}

/// Bytes at the beginning that tell what follows.
pub(super) const HEAD: usize = 12;

/// Least bytes that stay of what begins as a text and ends as noise.
const SHORTEST_PART: usize = 18;

/// Least different bytes of what is looked at: fewer are blanks, zeros and rulers.
const FEWEST: usize = 4;

/// Whether three bytes may be the beginning of anything. Says no to most that are none, at once.
#[inline]
pub(super) fn may_begin(three: [u8; 3]) -> bool {
    BEGINNINGS.allow(three)
}

static BEGINNINGS: Rules<3> = {
    use Set::{Any, Either, Of, Printable, Range};
    /// First bytes of characters of two bytes and of more, and those that follow them (RFC 3629).
    const TWO: Set = Range(0xc2, 0xdf);
    const MORE: Set = Range(0xe0, 0xf4);
    const NEXT: Set = Range(0x80, 0xbf);
    const FIRST: Set = Either(&Printable, &Range(0xc2, 0xf4));
    Rules::new(&[
        [Printable, Printable, FIRST],
        [Printable, Range(0xc2, 0xf4), NEXT],
        [TWO, NEXT, FIRST],
        [MORE, NEXT, NEXT],
        // UTF-16, with its mark or without.
        [Printable, Of(&[0]), Printable],
        [Of(&[0xff]), Of(&[0xfe]), Printable],
        // As in `is_magic`.
        [Of(&[0x1f]), Of(&[0x8b]), Of(&[8])],
        [Of(b"P"), Of(b"K"), Of(&[3])],
        [Of(b"x"), Of(&[0x01, 0x5e, 0x9c, 0xda]), Any],
        [Of(&[0x28]), Of(&[0xb5]), Of(&[0x2f])],
        [Of(&[0xfd]), Of(b"7"), Of(b"z")],
        [Of(b"7"), Of(b"z"), Of(&[0xbc])],
        [Of(&[0x04]), Of(&[0x22]), Of(&[0x4d])],
        [Of(&[0xd0]), Of(&[0xcf]), Of(&[0x11])],
    ])
};

/// What bytes with this head may be.
pub(super) fn form(head: &[u8]) -> Option<Form> {
    if is_magic(head) {
        return Some(Form::Container);
    }
    if is_utf16(head) {
        return Some(Form::Utf16);
    }
    (text_length(head) == head.len()).then_some(Form::Text)
}

/// How many of the bytes are what their head said; none if they are not to be handed over.
pub(super) fn length(bytes: &[u8], form: Form) -> usize {
    let length = match form {
        // A text may begin like one.
        Form::Container => match container(bytes) {
            Some(_) => bytes.len(),
            None => text_length(bytes) / bytes.len().max(1) * bytes.len(),
        },
        Form::Utf16 => {
            let pairs = bytes.chunks_exact(2);
            let letters = pairs.filter(|pair| pair[1] == 0 && is_printable(pair[0])).count();
            bytes.len() * usize::from(letters * 4 > bytes.len())
        }
        Form::Text => {
            let length = text_length(bytes);
            length * usize::from(length == bytes.len() || length >= SHORTEST_PART)
        }
    };
    if is_varied(&bytes[..length]) { length } else { 0 }
}

/// Whether a byte is a sign of ASCII, a blank or the end of a line.
pub(super) const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// How many of the first bytes are text. A few other bytes may stand among many.
fn text_length(bytes: &[u8]) -> usize {
    let mut judge = Judge::new(Form::Text);
    if judge.goes_on(bytes) { bytes.len() } else { judge.good }
}

/// What looks at bytes while they are decoded, so that noise ends that.
pub(super) struct Judge {
    form: Form,
    /// Up to where it looked, and up to where it was text.
    at: usize,
    good: usize,
    /// What is no text has to be followed by so many bytes of text.
    owed: usize,
}

impl Judge {
    pub(super) fn new(form: Form) -> Self {
        Self { form, at: 0, good: 0, owed: 0 }
    }

    /// Whether bytes, of which there may be more than the last time, still are what they seemed to be.
    pub(super) fn goes_on(&mut self, bytes: &[u8]) -> bool {
        match self.form {
            Form::Text => self.is_text(bytes),
            Form::Utf16 => {
                let more = &bytes[self.at.min(bytes.len())..];
                self.at = bytes.len();
                let zeros = memchr::memchr_iter(0, more).count();
                zeros * 3 >= more.len()
            }
            // Only all of it can tell.
            Form::Container => true,
        }
    }

    fn is_text(&mut self, bytes: &[u8]) -> bool {
        /// What a byte that is no text costs, and how much may be owed.
        const PRICE: usize = 16;
        const CREDIT: usize = 2 * PRICE;
        while self.at < bytes.len() {
            let rest = &bytes[self.at..];
            let plain = rest.iter().take_while(|byte| is_printable(**byte)).count();
            self.at += plain;
            self.owed = self.owed.saturating_sub(plain);
            if plain > 0 && self.owed == 0 {
                self.good = self.at;
            }
            let rest = &rest[plain..];
            match character(rest) {
                Some(length) if length < rest.len() => self.at += length,
                // It may not be all there yet.
                Some(_) => break,
                None if rest.is_empty() => break,
                None => {
                    self.owed += PRICE;
                    self.at += 1;
                    // At the beginning, where most noise ends, nothing is owed.
                    if self.owed > CREDIT || self.at <= HEAD {
                        return false;
                    }
                }
            }
        }
        true
    }
}

/// The length of the character beyond ASCII that bytes begin with, also of one that they cut short.
fn character(bytes: &[u8]) -> Option<usize> {
    let head = &bytes[..bytes.len().min(4)];
    let whole = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.valid_up_to() > 0 => error.valid_up_to(),
        Err(error) => return error.error_len().is_none().then_some(head.len()),
    };
    let text = std::str::from_utf8(&head[..whole]).ok()?;
    text.chars().next().filter(|letter| !letter.is_control()).map(char::len_utf8)
}

fn is_utf16(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xff\xfe").unwrap_or(head);
    let mut pairs = head.chunks_exact(2);
    pairs.len() >= 3 && pairs.all(|pair| pair[1] == 0 && is_printable(pair[0]))
}

/// Whether bytes begin like a container that is often put into texts; all of it is asked later.
fn is_magic(head: &[u8]) -> bool {
    matches!(
        head,
        [0x1f, 0x8b, 8, ..]
            | [b'P', b'K', 3, ..]
            | [b'x', 0x01 | 0x5e | 0x9c | 0xda, ..]
            | [0x28, 0xb5, 0x2f, ..]
            | [0xfd, b'7', b'z', ..]
            | [b'7', b'z', 0xbc, ..]
            | [b'B', b'Z', b'h', ..]
            | [0x04, 0x22, 0x4d, ..]
            | [0xd0, 0xcf, 0x11, ..]
            | [b'%', b'P', b'D', ..]
    )
}

fn is_varied(bytes: &[u8]) -> bool {
    let mut seen = [0_u8; FEWEST];
    let mut count = 0;
    for byte in bytes {
        if !seen[..count].contains(byte) {
            seen[count] = *byte;
            count += 1;
            if count == FEWEST {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;

    const MAGICS: [&[u8]; 13] = [
        &[0x1f, 0x8b, 8],
        b"PK\x03",
        b"x\x01",
        b"x\x5e",
        b"x\x9c",
        b"x\xda",
        &[0x28, 0xb5, 0x2f],
        b"\xfd7z",
        b"7z\xbc",
        b"BZh",
        &[0x04, 0x22, 0x4d],
        &[0xd0, 0xcf, 0x11],
        b"\xff\xfe",
    ];

    #[test]
    fn texts_are_told_from_noise() {
        for text in ["export A=1\n\tx", "Schlüssel über", "ключ: значение", "\u{feff}key=value"]
        {
            let bytes = text.as_bytes();
            assert!(may_begin([bytes[0], bytes[1], bytes[2]]), "{text}");
            assert_eq!(form(&bytes[..HEAD]), Some(Form::Text), "{text}");
            assert_eq!(length(bytes, Form::Text), bytes.len());
        }
        for noise in [&b"\x00abcdefghijk"[..], b"abc\x80\xffdefghi", b"a\x01bcdefghijk"] {
            assert_eq!(form(noise), None);
        }
    }

    #[test]
    fn a_text_may_hold_a_few_other_bytes_and_end_in_noise() {
        let text = [&[b'a'; 20][..], b"bcd\x01", &[b'e'; 20]].concat();
        assert_eq!(length(&text, Form::Text), text.len());
        let text = [&b"abcdefghijklmnopqrst"[..], &[1; 20]].concat();
        assert_eq!(length(&text, Form::Text), 20);
        assert_eq!(length(b"abcdefghijklm\x01\x01\x01\x01", Form::Text), 0);
    }

    #[test]
    fn utf16_and_containers_are_known() {
        assert_eq!(form(b"e\0c\0h\0o\0 \0$\0"), Some(Form::Utf16));
        assert_eq!(form(b"\xff\xfee\0c\0h\0o\0 \0"), Some(Form::Utf16));
        let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03abcdef";
        assert_eq!(form(gzip), Some(Form::Container));
        assert_eq!(length(gzip, Form::Container), gzip.len());
    }

    #[test]
    fn rulers_are_none() {
        assert_eq!(length(&[b'-'; 40], Form::Text), 0);
    }

    proptest::proptest! {
        #[test]
        fn what_has_a_form_may_begin(
            bytes in proptest::prop_oneof![
                proptest::collection::vec(proptest::num::u8::ANY, HEAD),
                "\\PC{12}".prop_map(|text| text.as_bytes()[..HEAD].to_vec()),
                "[ -~]{12}".prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
                (0..MAGICS.len(), proptest::collection::vec(proptest::num::u8::ANY, HEAD))
                    .prop_map(|(magic, rest)| [MAGICS[magic], &rest].concat()),
            ],
        ) {
            let may_begin = may_begin([bytes[0], bytes[1], bytes[2]]);
            proptest::prop_assert!(may_begin || form(&bytes[..HEAD]).is_none(), "{:?}", bytes);
        }

        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            if let Some(form) = form(&bytes) {
                proptest::prop_assert!(length(&bytes, form) <= bytes.len());
            }
        }
    }
}
