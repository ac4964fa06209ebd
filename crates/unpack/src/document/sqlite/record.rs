//! A row as its record holds it (2.1): a list of types, then the values one after the other.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) rowid: Option<i64>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// A number that rows of the same values share.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for value in &self.values {
            match value {
                Value::Null => 0.hash(&mut hasher),
                Value::Integer(number) => number.hash(&mut hasher),
                Value::Real(number) => number.to_bits().hash(&mut hasher),
                Value::Text(text) => text.hash(&mut hasher),
                Value::Blob(bytes) => bytes.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

/// More columns than any table has (`SQLITE_MAX_COLUMN` can be set up to it).
const MOST_COLUMNS: usize = 32767;

/// Reads a record; where it ends too early, the values up to there and what there is of the last.
pub(super) fn row(rowid: Option<i64>, bytes: &[u8], encoding: Encoding) -> Row {
    let (types, mut at) = types(bytes).unwrap_or_default();
    let mut values = Vec::new();
    for of in types {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(length) = length(of) else { break };
        let stored = &rest[..length.min(rest.len())];
        at = at.saturating_add(length);
        let is_number = of < 10;
        if is_number && stored.len() < length {
            break;
        }
        values.push(value(of, stored, encoding));
    }
    Row { rowid, values }
}

/// The types that a record lists, and where its values begin.
pub(super) fn types(bytes: &[u8]) -> Option<(Vec<u64>, usize)> {
    let (size, mut at) = varint(bytes)?;
    let size = usize::try_from(size).ok()?;
    let header = &bytes[..size.min(bytes.len())];
    let mut types = Vec::new();
    while at < header.len() && types.len() < MOST_COLUMNS {
        let Some((of, used)) = varint(&header[at..]) else { break };
        types.push(of);
        at += used;
    }
    Some((types, size))
}

/// How many bytes a value of a type takes; none of the types that are kept for later versions.
pub(super) fn length(of: u64) -> Option<usize> {
    Some(match of {
        0 | 8 | 9 => 0,
        1..=4 => usize::try_from(of).ok()?,
        5 => 6,
        6 | 7 => 8,
        10 | 11 => return None,
        _ => usize::try_from((of - 12) / 2).ok()?,
    })
}

/// The value of a type that is stored in these bytes.
pub(super) fn value(of: u64, stored: &[u8], encoding: Encoding) -> Value {
    match of {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        7 => {
            let bits = stored.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
            Value::Real(f64::from_bits(bits))
        }
        1..=6 => {
            let negative = stored.first().is_some_and(|first| first & 0x80 != 0);
            let start = if negative { -1 } else { 0 };
            Value::Integer(stored.iter().fold(start, |all, byte| all << 8 | i64::from(*byte)))
        }
        _ if of.is_multiple_of(2) => Value::Blob(stored.to_vec()),
        _ => Value::Text(text(stored, encoding)),
    }
}

/// The text that these bytes are.
fn text(bytes: &[u8], encoding: Encoding) -> String {
    let of: fn([u8; 2]) -> u16 = match encoding {
        Encoding::Utf8 => return String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Utf16Le => u16::from_le_bytes,
        Encoding::Utf16Be => u16::from_be_bytes,
    };
    let units: Vec<u16> = bytes.as_chunks().0.iter().map(|unit| of(*unit)).collect();
    String::from_utf16_lossy(&units)
}

/// A number of one to nine bytes, the highest bits first (1.6), and how many bytes it takes.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((number << 8 | u64::from(*byte), 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_nine_bytes() {
        assert_eq!(varint(&[0x7f, 1]), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0]), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0x80; 4]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn values_are_read_by_their_types() {
        let utf8 = Encoding::Utf8;
        assert_eq!(value(1, &[0xff], utf8), Value::Integer(-1));
        assert_eq!(value(2, &[1, 0], utf8), Value::Integer(256));
        assert_eq!(value(6, &i64::MIN.to_be_bytes(), utf8), Value::Integer(i64::MIN));
        assert_eq!(value(7, &1.5_f64.to_be_bytes(), utf8), Value::Real(1.5));
        assert_eq!(value(16, b"ab", utf8), Value::Blob(b"ab".to_vec()));
        assert_eq!(value(17, b"ab", utf8), Value::Text("ab".to_owned()));
        assert_eq!(value(17, b"a\0", Encoding::Utf16Le), Value::Text("a".to_owned()));
        assert_eq!(value(17, b"\0a", Encoding::Utf16Be), Value::Text("a".to_owned()));
    }

    #[test]
    fn a_record_that_ends_early_gives_what_it_has() {
        let text = |text: &str| Value::Text(text.to_owned());
        let whole = b"\x03\x13\x13abcdef";
        assert_eq!(row(None, whole, Encoding::Utf8).values, [text("abc"), text("def")]);
        assert_eq!(row(None, &whole[..7], Encoding::Utf8).values, [text("abc"), text("d")]);
        assert_eq!(row(None, b"", Encoding::Utf8).values, []);
    }
}
