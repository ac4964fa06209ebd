//! Wide encodings in a blob: UTF-16 and UTF-32, of either byte order, with or without a mark, for a
//! whole file or for a part of it.
//!
//! A file is not always in one encoding. `>>` in PowerShell appends UTF-16 to whatever is there,
//! other tools append ASCII to UTF-16, a lost byte shifts what follows, and a mark may be wrong
//! (RFC 2781, section 3.3: it is a hint). So the encoding is decided where it shows: ASCII in a wide
//! encoding has zero bytes at every second place, or three of every four, which no other text has. A
//! run of such units opens a wide part; it goes on over other characters until text in single bytes,
//! or what is no text, follows.

use std::borrow::Cow;
use std::ops::Range;

/// The text of a blob as the rules see it: parts in UTF-16 or UTF-32 become UTF-8; everything else,
/// text or not, stays as it is. What has no zero byte has no such part and is borrowed.
pub fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let Some(first_zero) = memchr::memchr(0, bytes) else { return Cow::Borrowed(bytes) };
    let mut decoder = Decoder { bytes, copied: 0, out: Vec::new(), places: None };
    decoder.decode(first_zero);
    decoder.finish()
}

/// Where the text that [`decoded`] gives stands in the bytes.
pub fn places(bytes: &[u8]) -> Places {
    let mut decoder = Decoder { bytes, copied: 0, out: Vec::new(), places: Some(Vec::new()) };
    if let Some(first_zero) = memchr::memchr(0, bytes) {
        decoder.decode(first_zero);
    }
    decoder.narrow(bytes.len());
    Places { all: decoder.places.unwrap_or_default() }
}

/// The way from a text back to the bytes that it was decoded from.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// In order of the text.
    all: Vec<Place>,
}

/// A stretch of text that begins here: bytes as they are, or one character.
#[derive(Debug, Clone, Copy)]
struct Place {
    text: usize,
    bytes: usize,
    /// Bytes of the character; nothing for bytes as they are.
    wide: Option<(usize, Form)>,
}

impl Places {
    /// The bytes of a part of the text; and, if it begins in a wide encoding, the bytes of a unit and whether the
    /// most significant comes first.
    pub fn of(&self, text: Range<usize>) -> (Range<usize>, Option<(usize, bool)>) {
        let at = |offset: usize| {
            let next = self.all.partition_point(|place| place.text <= offset);
            next.checked_sub(1).and_then(|last| self.all.get(last))
        };
        let Some(first) = at(text.start) else { return (text, None) };
        let start = match first.wide {
            Some(_) => first.bytes,
            None => first.bytes + (text.start - first.text),
        };
        let last = text.end.max(text.start + 1) - 1;
        let end = at(last).map_or(start, |place| match place.wide {
            Some((length, _)) => place.bytes + length,
            None => place.bytes + (last - place.text) + 1,
        });
        (start..end.max(start), first.wide.map(|(_, form)| (form.width, form.big)))
    }
}

/// Whether there may be a wide part in these bytes: without a zero byte there is none.
pub fn may_be_wide(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some()
}

/// How the units of a wide part are made of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// Bytes of a unit: 2 or 4.
    width: usize,
    /// Whether the most significant byte comes first.
    big: bool,
}

const UTF16_LITTLE: Form = Form { width: 2, big: false };
const UTF16_BIG: Form = Form { width: 2, big: true };
const UTF32_LITTLE: Form = Form { width: 4, big: false };
const UTF32_BIG: Form = Form { width: 4, big: true };

impl Form {
    fn unit(self, bytes: &[u8], at: usize) -> Option<u32> {
        Some(match (self.width, bytes.get(at..at + self.width)?) {
            (2, &[a, b]) if self.big => u32::from(u16::from_be_bytes([a, b])),
            (2, &[a, b]) => u32::from(u16::from_le_bytes([a, b])),
            (_, &[a, b, c, d]) if self.big => u32::from_be_bytes([a, b, c, d]),
            (_, &[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => return None,
        })
    }

    /// Whether another form begins here, or this one anew, after a byte too many or too few.
    fn is_over(self, bytes: &[u8], at: usize) -> bool {
        const ALL: [Form; 4] = [UTF16_LITTLE, UTF16_BIG, UTF32_LITTLE, UTF32_BIG];
        let has_zero = bytes[at..].iter().take(self.width + 1).any(|b| *b == 0);
        has_zero
            && (ALL.iter().any(|form| *form != self && form.begins(bytes, at))
                || (1..self.width).any(|shift| self.begins(bytes, at + shift)))
    }

    /// How many units from here on are ASCII text; `most` are looked at.
    fn run(self, bytes: &[u8], at: usize, most: usize) -> usize {
        (0..most)
            .take_while(|unit| self.unit(bytes, at + unit * self.width).is_some_and(is_ascii_text))
            .count()
    }

    /// Whether a run of ASCII text begins here that is long enough to tell the encoding, or reaches
    /// to the end.
    fn begins(self, bytes: &[u8], at: usize) -> bool {
        let run = self.run(bytes, at, RUN);
        run == RUN || (run >= 2 && at + (run + 1) * self.width > bytes.len())
    }
}

/// Units of ASCII in a row that tell a wide encoding: the letters of one short word.
const RUN: usize = 4;

/// A byte order mark at the start, and where the text begins after it. In UTF-32 it begins as it does
/// in UTF-16: what follows tells.
fn mark(bytes: &[u8]) -> Option<(Form, usize)> {
    let follows = |form: Form, at: usize| {
        form.unit(bytes, at).is_none_or(|unit| is_plausible(unit) || is_ascii_text(unit))
    };
    match bytes {
        [0xff, 0xfe, 0, 0, ..] if follows(UTF32_LITTLE, 4) => Some((UTF32_LITTLE, 4)),
        [0, 0, 0xfe, 0xff, ..] if follows(UTF32_BIG, 4) => Some((UTF32_BIG, 4)),
        [0xff, 0xfe, ..] => Some((UTF16_LITTLE, 2)),
        [0xfe, 0xff, ..] => Some((UTF16_BIG, 2)),
        _ => None,
    }
}

/// Where a wide part begins.
struct Part {
    form: Form,
    start: usize,
    /// The run of ASCII that gave it away.
    run: usize,
}

struct Decoder<'b> {
    bytes: &'b [u8],
    /// What lies before has been written.
    copied: usize,
    out: Vec<u8>,
    /// Where all of it comes from, if that is wanted.
    places: Option<Vec<Place>>,
}

impl<'b> Decoder<'b> {
    fn decode(&mut self, first_zero: usize) {
        let mut at = first_zero;
        if let Some((form, start)) = mark(self.bytes) {
            at = self.wide(&Part { form, start, run: start }, 0);
        }
        while let Some(part) = self.next_part(at) {
            at = self.wide(&part, part.start);
        }
    }

    /// Notes where what is written next stands in the bytes.
    fn note(&mut self, bytes: usize, wide: Option<(usize, Form)>) {
        if let Some(places) = &mut self.places {
            places.push(Place { text: self.out.len(), bytes, wide });
        }
    }

    fn finish(mut self) -> Cow<'b, [u8]> {
        if self.copied == 0 {
            return Cow::Borrowed(self.bytes);
        }
        self.narrow(self.bytes.len());
        Cow::Owned(self.out)
    }

    /// Writes what is in no wide part, up to here. Up to three zeros where it meets a wide part are
    /// left over from a unit that was cut.
    fn narrow(&mut self, to: usize) {
        let mut part = &self.bytes[self.copied..to];
        let after_wide = self.copied > 0;
        if after_wide {
            let zeros = part.iter().take(3).take_while(|b| **b == 0).count();
            part = &part[zeros..];
            self.copied += zeros;
        }
        if to < self.bytes.len() {
            part = without_zeros(part);
            if let Some(rest) =
                part.strip_suffix(b"\xff\xfe").or_else(|| part.strip_suffix(b"\xfe\xff"))
            {
                part = without_zeros(rest);
            }
        }
        self.note(self.copied, None);
        self.out.extend_from_slice(part);
        self.copied = to;
    }

    /// The next wide part whose first zero byte is not before `from`.
    fn next_part(&self, mut from: usize) -> Option<Part> {
        let bytes = self.bytes;
        loop {
            let zero = from + memchr::memchr(0, bytes.get(from..)?)?;
            let zeros = bytes[zero..].iter().take_while(|b| **b == 0).count();
            let end = zero + zeros;
            // Whatever the form, a letter and a zero follow.
            if let Some([letter, zero, ..]) = bytes.get(end..)
                && !(*zero == 0 && is_byte_text(*letter))
            {
                from = end;
                continue;
            }
            let before = zero.checked_sub(1).filter(|at| *at >= self.copied);
            let begins = |form: Form, at: usize| form.begins(bytes, at).then_some((form, at));
            let little =
                |form: Form| before.and_then(|at| begins(form, at)).or_else(|| begins(form, end));
            let found = if zeros >= 3 {
                let big = begins(UTF32_BIG, end - 3).or_else(|| begins(UTF16_BIG, end - 1));
                self.likelier(little(UTF32_LITTLE), big)
            } else {
                self.likelier(little(UTF16_LITTLE), begins(UTF16_BIG, end - 1))
            };
            if let Some((form, at)) = found {
                return Some(Part { form, start: self.extended_back(form, at), run: at });
            }
            from = end;
        }
    }

    /// Zeros alone do not tell the order of bytes: ASCII reads the same in both. What stands before it
    /// is made of whole units in one of them.
    fn likelier(
        &self,
        little: Option<(Form, usize)>,
        big: Option<(Form, usize)>,
    ) -> Option<(Form, usize)> {
        let (Some((form, at)), Some((_, other))) = (little, big) else { return little.or(big) };
        let head = &self.bytes[self.copied..at.min(other)];
        // Right or wrong, a mark stands where a text begins.
        if ends_with_mark(&self.bytes[..at]) {
            return little;
        }
        if ends_with_mark(&self.bytes[..other]) {
            return big;
        }
        let is_whole = |at: usize| (at - self.copied).is_multiple_of(form.width);
        if is_narrow(head) {
            // The character before the zeros belongs to the text, or the zeros do.
            return if at < other { little } else { big };
        }
        if !is_whole(at) && is_whole(other) { big } else { little }
    }

    /// Where a wide part really begins: characters that are not ASCII may stand before the run that
    /// gave it away.
    fn extended_back(&self, form: Form, at: usize) -> usize {
        let bytes = self.bytes;
        let first = self.copied + (at - self.copied) % form.width;
        let head = &bytes[first..at];
        if ends_with_mark(&bytes[..at]) || is_narrow(head) {
            return at;
        }
        if form.width == 2 {
            let odd = (first..at)
                .step_by(2)
                .filter(|at| !form.unit(bytes, *at).is_some_and(is_text))
                .count();
            if odd * 32 <= head.len() && narrow_run(head, 1, form).is_none() {
                return first;
            }
        }
        let mut start = at;
        while start >= first + form.width {
            let before = start - form.width;
            let unit = form.unit(bytes, before);
            let single = form.width == 2 && bytes[before..start].iter().all(|b| is_byte_text(*b));
            if single || !unit.is_some_and(is_text) {
                break;
            }
            start = before;
        }
        start
    }

    /// Decodes a wide part, after what ends at `before`; returns where it ends.
    fn wide(&mut self, part: &Part, before: usize) -> usize {
        self.narrow(before);
        let bytes = self.bytes;
        let Part { mut form, start: mut at, run } = *part;
        // Up to here no text in single bytes follows; from there on it does.
        let (mut known, mut narrow_from) = (run, usize::MAX);
        while let Some(unit) = form.unit(bytes, at) {
            if is_ascii_text(unit) {
                self.note(at, Some((form.width, form)));
                self.out.push(unit as u8);
                at += form.width;
                continue;
            }
            if form.width == 2 {
                if at >= known {
                    let end = memchr::memchr(0, &bytes[at..]).map_or(bytes.len(), |zero| at + zero);
                    let narrow = narrow_run(&bytes[at..end], bytes.len() - end, form);
                    narrow_from = narrow.map_or(usize::MAX, |to| at + to);
                    known = narrow.map_or(end.max(at + 1), |_| usize::MAX);
                }
                if narrow_from < at + 2 {
                    self.note(at, None);
                    self.out.extend_from_slice(&bytes[at..narrow_from]);
                    at = narrow_from;
                    break;
                }
                if unit == 0xfffe {
                    form.big = !form.big;
                    at += 2;
                    continue;
                }
            }
            if at >= run && form.is_over(bytes, at) {
                break;
            }
            self.note(at, Some((form.width, form)));
            at += form.width;
            let pair = || form.unit(bytes, at).and_then(|low| pair(unit, low));
            if unit == MARK {
            } else if let Some(c) = char::from_u32(unit).filter(|_| is_plausible(unit)) {
                self.push(c);
            } else if let Some(c) = (form.width == 2).then(pair).flatten() {
                self.push(c);
                at += 2;
                if let Some(Place { wide: Some((length, _)), .. }) =
                    self.places.as_mut().and_then(|places| places.last_mut())
                {
                    *length = 4;
                }
            } else if at <= run || form.run(bytes, at, 2) == 2 {
                // A single oddity is part of a text that goes on after it.
                self.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
            } else {
                at -= form.width;
                break;
            }
        }
        self.copied = at.max(1);
        at
    }

    fn push(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    }
}

/// The byte order mark, which is no part of the text wherever it stands.
const MARK: u32 = 0xfeff;

/// Two halves of a character beyond the first 65,536.
fn pair(high: u32, low: u32) -> Option<char> {
    let is_pair = (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low);
    is_pair.then(|| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))).flatten()
}

/// A part without the zeros at its end that may be left over from a unit.
fn without_zeros(part: &[u8]) -> &[u8] {
    let zeros = part.iter().rev().take(3).take_while(|b| **b == 0).count();
    &part[..part.len() - zeros]
}

fn ends_with_mark(bytes: &[u8]) -> bool {
    bytes.ends_with(b"\xff\xfe") || bytes.ends_with(b"\xfe\xff")
}

/// Printable ASCII and what moves the cursor.
fn is_byte_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | 0x0c | b'\r' | 0x1b)
}

fn is_ascii_text(unit: u32) -> bool {
    u8::try_from(unit).is_ok_and(is_byte_text)
}

/// Whether a unit may stand in a text beyond ASCII: no control character, half of a pair, private use
/// or noncharacter.
fn is_plausible(unit: u32) -> bool {
    matches!(unit, 0xa0..0xd800 | 0xf900..0xfdd0 | 0xfdf0..0xfffe | 0x10000..0xe0000)
}

fn is_text(unit: u32) -> bool {
    is_ascii_text(unit) || is_plausible(unit) || (0xd800..0xe000).contains(&unit)
}

/// Whether a part that may be wide is none: UTF-8, or three quarters of it printable ASCII.
fn is_narrow(part: &[u8]) -> bool {
    let texts = part.iter().filter(|b| is_byte_text(**b)).count();
    let is_utf8 = |part: &[u8]| {
        str::from_utf8(part).is_ok_and(|text| text.bytes().all(|b| b >= 0x80 || is_byte_text(b)))
    };
    texts * 4 >= part.len() * 3 || is_utf8(part)
}

/// Whether it is ASCII in single bytes: all of it, or seven of eight bytes of a longer part.
fn is_single_bytes(part: &[u8]) -> bool {
    let texts = part.iter().filter(|b| is_byte_text(**b)).count();
    texts == part.len() || (part.len() >= 2 * SHARED && texts * 8 >= part.len() * 7)
}

/// Where text in single bytes begins in a part without zero bytes that is read as wide; `after` bytes
/// follow it.
fn narrow_run(part: &[u8], after: usize, form: Form) -> Option<usize> {
    // Most Japanese has letters between U+3040 and U+30FF: printable bytes, every other one a `0`.
    let kana = |run: &[u8], at: usize| {
        let skip = (at + usize::from(!form.big)) % 2;
        let zeros = run.iter().skip(skip).step_by(2).filter(|b| **b == 0x30).count();
        zeros * 10 >= run.len() * 3
    };
    if part.len() >= SHARED && is_single_bytes(part) && !kana(part, 0) {
        return Some(0);
    }
    let mut start = 0;
    for run in part.split(|b| !is_byte_text(*b)) {
        let last = after == 0 && start + run.len() == part.len() && run.len() >= RUN;
        if (run.len() >= LONG || last) && !kana(run, start) {
            return Some(start);
        }
        start += run.len() + 1;
    }
    None
}

/// Bytes from which on a part is judged by its share of ASCII.
const SHARED: usize = 8;
/// Bytes of ASCII in a row that Chinese in UTF-16 hardly ever has: six characters whose bytes are all
/// printable, one in ten thousand.
const LONG: usize = 12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn little32(text: &str) -> Vec<u8> {
        text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()
    }

    fn big32(text: &str) -> Vec<u8> {
        text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()
    }

    fn text_of(bytes: &[u8]) -> String {
        String::from_utf8_lossy(&decoded(bytes)).into_owned()
    }

    #[test]
    fn a_text_is_found_again_in_its_bytes() {
        let text = "a = \u{e4}\u{1f511}\r\npassword = value\r\n";
        let at = text.find("value").unwrap();
        for (encode, mark) in ENCODERS.into_iter().zip(MARKS) {
            for mark in [mark, b""] {
                let bytes = [mark, &encode(text), b"then narrow words of a line, value\n"].concat();
                let read = decoded(&bytes).into_owned();
                let places = places(&bytes);
                let (span, form) = places.of(at..at + 5);
                assert_eq!(bytes[span], encode("value"));
                assert!(form.is_some());
                let key = text.find('\u{1f511}').unwrap();
                assert_eq!(bytes[places.of(key..key + 4).0], encode("\u{1f511}"));
                let last = read.windows(5).rposition(|five| five == b"value").unwrap();
                let (span, form) = places.of(last..last + 5);
                assert_eq!((&bytes[span], form), (&b"value"[..], None));
            }
        }
    }

    const ENCODERS: [fn(&str) -> Vec<u8>; 4] = [little, big, little32, big32];
    const MARKS: [&[u8]; 4] = [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"];

    #[test]
    fn every_wide_encoding_with_and_without_its_mark() {
        for text in [
            "password = \"x\"\n",
            "db: ü\r\npassword = y\r\n",
            "# Настройки базы данных\r\npassword = z\r\n",
            "# データベースのせってい\r\npassword = z\r\n",
            "# 上海数据库配置文件\r\npassword = z\r\n",
            "# 데이터베이스 설정\r\npassword = \u{1f511}\r\n",
        ] {
            for (encode, mark) in ENCODERS.into_iter().zip(MARKS) {
                let wide = encode(text);
                assert_eq!(text_of(&[mark, &wide].concat()), text, "with mark");
                assert_eq!(text_of(&wide), text, "without");
            }
        }
    }

    #[test]
    fn each_part_of_a_file_is_read_as_what_it_is() {
        for first in ["started\r\n", "Größe geändert ✓\r\n", "\u{feff}hello\r\n"] {
            parts(first, "password = word\r\n", "end of it\r\n");
        }
    }

    fn parts(first: &str, second: &str, third: &str) {
        let all = [first, second, third].concat();
        let narrow = |text: &str| text.as_bytes().to_vec();
        for encode in ENCODERS {
            for mark in [&b""[..], b"\xff\xfe"] {
                let inner = [narrow(first), mark.to_vec(), encode(second), narrow(third)].concat();
                assert_eq!(text_of(&inner), all, "{inner:?}");
            }
            // A mark is no part of a text that is wide.
            let all = all.trim_start_matches('\u{feff}');
            let outer = [encode(first), narrow(second), encode(third)].concat();
            assert_eq!(text_of(&outer), all, "{outer:?}");
            for other in ENCODERS {
                let both = [encode(first), other(second), narrow(third)].concat();
                assert_eq!(text_of(&both), all, "{both:?}");
            }
        }
    }

    #[test]
    fn a_wrong_mark_hides_nothing() {
        let text = "password = word\n";
        for mark in MARKS {
            assert!(text_of(&[mark, text.as_bytes()].concat()).ends_with(text));
            let latin = [mark, b"gr\xfc\xdfe an \xe4lle: ", text.as_bytes()].concat();
            assert!(text_of(&latin).ends_with(text), "{:?}", text_of(&latin));
            let zero = [mark, text.as_bytes(), b"\0\n"].concat();
            assert!(text_of(&zero).contains(text), "{:?}", text_of(&zero));
            for encode in ENCODERS {
                let wide = [mark, &encode(text)].concat();
                assert!(text_of(&wide).ends_with(text), "{wide:?} {:?}", text_of(&wide));
            }
        }
    }

    #[test]
    fn a_byte_too_many_or_too_few_shifts_what_follows() {
        let text = "first line\nsecond line\npassword = word\n";
        for encode in ENCODERS {
            let wide = encode(text);
            for at in 0..wide.len() / 2 {
                for inserted in [0, b'x', 0xe9] {
                    let mut more = wide.clone();
                    more.insert(at, inserted);
                    assert!(
                        text_of(&more).ends_with("word = word\n")
                            || text_of(&more).ends_with("password = word\n"),
                        "{at} {:?}",
                        text_of(&more)
                    );
                }
                let mut fewer = wide.clone();
                fewer.remove(at);
                assert!(text_of(&fewer).contains("password = word"), "{at} {:?}", text_of(&fewer));
            }
        }
    }

    #[test]
    fn what_is_no_wide_text_is_borrowed() {
        for bytes in [
            &b"plain text"[..],
            "prüfen".as_bytes(),
            b"",
            b"a\0b",
            b"one\0two\0three\0",
            &[0; 64],
            &[1, 0, 0, 0, 7, 0, 0, 0, 200, 0, 0, 0],
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0",
        ] {
            assert!(matches!(decoded(bytes), Cow::Borrowed(_)), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn texts_come_back_whole(text in "[ -~]{8,20}[\u{a1}-\u{2ff}\u{400}-\u{4ff} -~\r\n]{0,60}\n[ -~]{0,40}") {
            for (encode, mark) in ENCODERS.into_iter().zip(MARKS) {
                prop_assert_eq!(text_of(&[mark, &encode(&text)].concat()), text.as_str());
                if encode(&text)[1] == 0 || encode(&text)[0] == 0 {
                    prop_assert_eq!(text_of(&encode(&text)), text.as_str());
                }
            }
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(prop_oneof![Just(0), Just(0xff), Just(0xfe), Just(b'a'), any::<u8>()], 0..200)) {
            let _ = decoded(&bytes);
        }

        #[test]
        fn bytes_without_zeros_stay(bytes in proptest::collection::vec(1..=255_u8, 0..200)) {
            prop_assert_eq!(&*decoded(&bytes), bytes.as_slice());
        }
    }
}
