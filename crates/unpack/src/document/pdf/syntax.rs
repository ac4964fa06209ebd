//! The syntax of objects (7.2 and 7.3): numbers, names, strings, lists and dictionaries; and the
//! operators of content streams between them.

use std::borrow::Cow;

use super::object::Reference;

/// An object.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Number(f64),
    Name(Cow<'a, [u8]>),
    Text(Cow<'a, [u8]>),
    List(Vec<Self>),
    Dictionary(Vec<(Cow<'a, [u8]>, Self)>),
    Reference(Reference),
    /// A word that is none of these: an operator, `true`, `obj`.
    Word(&'a [u8]),
}

/// Keys are looked for among so many; only lists of names have more.
const MOST_KEYS: usize = 1000;

/// Lists within lists, as deep as they are read.
const DEPTH: u32 = 32;

impl<'a> Value<'a> {
    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Self> {
        let Self::Dictionary(entries) = self else { return None };
        entries.iter().take(MOST_KEYS).find(|entry| &*entry.0 == key).map(|entry| &entry.1)
    }

    /// The name that a key has.
    pub(super) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        match self.get(key) {
            Some(Self::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that counts something.
    pub(super) fn count(&self) -> Option<usize> {
        let number = self.number().filter(|number| (0.0..=1e15).contains(number))?;
        Some(number as usize)
    }

    /// The value that keeps what it holds by itself.
    pub(super) fn owned(self) -> Value<'static> {
        let own = |bytes: Cow<'a, [u8]>| Cow::Owned(bytes.into_owned());
        match self {
            Self::Null | Self::Word(_) => Value::Null,
            Self::Number(number) => Value::Number(number),
            Self::Name(name) => Value::Name(own(name)),
            Self::Text(text) => Value::Text(own(text)),
            Self::Reference(reference) => Value::Reference(reference),
            Self::List(values) => Value::List(values.into_iter().map(Self::owned).collect()),
            Self::Dictionary(entries) => Value::Dictionary(
                entries.into_iter().map(|(key, value)| (own(key), value.owned())).collect(),
            ),
        }
    }
}

/// A reader of objects.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    /// How many values were read.
    pub(super) values: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, values: 0 }
    }

    /// Skips a word, if it comes next.
    pub(super) fn skip_word(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let is_next = self.bytes[self.at..].starts_with(word);
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    /// Skips bytes up to a sign, and the sign.
    pub(super) fn skip_past(&mut self, sign: &[u8]) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memmem::find(rest, sign).map_or(rest.len(), |end| end + sign.len());
    }

    /// The next object or word; none at the end.
    pub(super) fn next(&mut self) -> Option<Value<'a>> {
        self.value(DEPTH)
    }

    fn value(&mut self, depth: u32) -> Option<Value<'a>> {
        self.skip_space();
        self.values += 1;
        let first = *self.bytes.get(self.at)?;
        match first {
            b'/' => Some(Value::Name(self.name())),
            b'(' => Some(Value::Text(Cow::Owned(self.literal()))),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Some(self.dictionary(depth))
            }
            b'<' => Some(Value::Text(Cow::Owned(self.hexadecimal()))),
            b'[' => {
                self.at += 1;
                Some(self.list(depth))
            }
            b'>' | b']' | b'{' | b'}' | b')' => {
                let length = if self.bytes[self.at..].starts_with(b">>") { 2 } else { 1 };
                self.at += length;
                Some(Value::Word(&self.bytes[self.at - length..self.at]))
            }
            _ => Some(self.word()),
        }
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            if *byte == b'%' {
                let line = &self.bytes[self.at..];
                self.at += memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
            } else if is_space(*byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// A number or word.
    fn word(&mut self) -> Value<'a> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        if word == b"null" {
            return Value::Null;
        }
        let is_number = matches!(word.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.'));
        let text = if is_number { std::str::from_utf8(word).unwrap_or_default() } else { "" };
        text.parse().map_or(Value::Word(word), Value::Number)
    }

    /// A name, in which `#41` stands for a byte.
    fn name(&mut self) -> Cow<'a, [u8]> {
        let start = self.at + 1;
        self.at = start;
        while self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            self.at += 1;
        }
        let name = &self.bytes[start..self.at];
        if !name.contains(&b'#') {
            return Cow::Borrowed(name);
        }
        let mut decoded = Vec::new();
        let mut rest = name;
        while let [first, after @ ..] = rest {
            let digits =
                after.first_chunk().and_then(|[high, low]| Some((hex(*high)?, hex(*low)?)));
            match digits {
                Some((high, low)) if *first == b'#' => {
                    decoded.push(high << 4 | low);
                    rest = &after[2..];
                }
                _ => {
                    decoded.push(*first);
                    rest = after;
                }
            }
        }
        Cow::Owned(decoded)
    }

    /// A string in brackets (7.3.4.2).
    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 0_u32;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => {
                    depth += 1;
                    if depth == 1 {
                        continue;
                    }
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(*byte);
        }
        text
    }

    /// What follows a backslash.
    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' if self.bytes.get(self.at) == Some(&b'\n') => self.at += 1,
            b'\r' | b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.bytes.get(self.at) else { break };
                    value = value << 3 | u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push(value as u8);
            }
            _ => text.push(*byte),
        }
    }

    /// A string of hexadecimal digits (7.3.4.3).
    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let length = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        self.at += (length + 1).min(rest.len());
        hex_bytes(&rest[..length])
    }

    fn list(&mut self, depth: u32) -> Value<'a> {
        let mut values = Vec::new();
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        loop {
            match self.value(depth) {
                None | Some(Value::Word(b"]" | b"endobj" | b"obj" | b"stream")) => break,
                Some(Value::Word(b"R")) => reference(&mut values),
                Some(value) => values.push(value),
            }
        }
        Value::List(values)
    }

    fn dictionary(&mut self, depth: u32) -> Value<'a> {
        let mut values = Vec::new();
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        loop {
            let before = self.at;
            match self.value(depth) {
                None | Some(Value::Word(b">>")) => break,
                Some(Value::Word(b"R")) => reference(&mut values),
                Some(Value::Word(b"endobj" | b"obj" | b"stream")) => {
                    self.at = before;
                    break;
                }
                Some(value) => values.push(value),
            }
        }
        let mut entries = Vec::new();
        let mut values = values.into_iter().peekable();
        while let Some(key) = values.next() {
            let Value::Name(key) = key else { continue };
            if let Some(value) = values.next() {
                entries.push((key, value));
            }
        }
        Value::Dictionary(entries)
    }
}

/// Puts a reference in the place of its two numbers: `12 0 R`.
fn reference(values: &mut Vec<Value<'_>>) {
    let [.., number, generation] = &values[..] else { return };
    let (Some(number), Some(_)) = (number.count(), generation.count()) else { return };
    let number = u32::try_from(number).unwrap_or(0);
    values.truncate(values.len() - 2);
    values.push(Value::Reference(Reference { number }));
}

/// The bytes that hexadecimal digits stand for; what is no digit is left out, and a digit that is missing
/// at the end is 0.
pub(super) fn hex_bytes(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter_map(|byte| hex(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// White space (7.2.2, table 1).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// What words and names are made of.
fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &[u8]) -> Value<'_> {
        Lexer::new(text, 0).next().unwrap()
    }

    fn string(text: &[u8]) -> Value<'_> {
        Value::Text(Cow::Borrowed(text))
    }

    #[test]
    fn strings_are_read_in_all_forms() {
        assert_eq!(one(b"(a(b)\\)\\n\\101\\\r\nc)"), string(b"a(b))\nAc"));
        assert_eq!(one(b"<41 4>"), string(b"A@"));
        assert_eq!(one(b"(open"), string(b"open"));
    }

    #[test]
    fn dictionaries_hold_references() {
        let value = one(b"<< /A 1 0 R /B#41 [1 2 0 R (x)] % note\n /C << /D /E >> >>");
        assert_eq!(value.get(b"A"), Some(&Value::Reference(Reference { number: 1 })));
        assert!(matches!(value.get(b"BA"), Some(Value::List(list)) if list.len() == 3));
        assert_eq!(value.get(b"C").unwrap().name(b"D"), Some(&b"E"[..]));
    }
}
