//! Class files of Java (The Java Virtual Machine Specification, 4): the strings of the constant pool, and
//! the fields that they are given to.

use std::collections::BTreeSet;
use std::fmt::Write;

/// How a class begins. Programs for several processors of Apple do so as well; where these have their
/// number, a class has its version, which begins at 45 (4.1).
const MAGIC: [u8; 4] = [0xca, 0xfe, 0xba, 0xbe];
const FIRST_VERSION: u16 = 45;

/// Whether these bytes are a class.
pub(super) fn is_class(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC) && two(bytes, 6).is_some_and(|version| version >= FIRST_VERSION)
}

/// Its strings, and whether all of them are there. First the ones that belong to a field.
pub(super) fn lines(bytes: &[u8]) -> (String, bool) {
    let pool = Pool::read(bytes);
    let mut lines = String::new();
    let mut taken = BTreeSet::new();
    let behind = bytes.get(pool.end..).unwrap_or_default();
    for (field, string) in constants(behind, &pool).into_iter().chain(assigned(behind, &pool)) {
        let (Some(field), Some(value)) = (pool.text(field), pool.text(string)) else { continue };
        taken.insert(string);
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{field} = \"{value}\"");
    }
    for index in 1..pool.entries.len() {
        let text = u16::try_from(index).ok().filter(|index| !taken.contains(index));
        if let Some(text) = text.and_then(|index| pool.text(index)) {
            lines.push_str(&text);
            lines.push('\n');
        }
    }
    (lines, pool.is_whole)
}

/// An entry of the constant pool (4.4), as far as strings need it.
#[derive(Debug, Clone, Copy)]
enum Entry<'a> {
    Text(&'a [u8]),
    /// The index of its text.
    String(u16),
    /// The index of its name and type.
    Field(u16),
    /// The index of its name.
    NameAndType(u16),
    Other,
}

struct Pool<'a> {
    /// By their indexes, which begin at 1.
    entries: Vec<Entry<'a>>,
    end: usize,
    is_whole: bool,
}

impl<'a> Pool<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let count = two(bytes, 8).map_or(0, usize::from);
        let mut pool = Self { entries: vec![Entry::Other], end: 10, is_whole: true };
        while pool.entries.len() < count {
            let Some((entry, length, slots)) = entry(bytes, pool.end) else {
                pool.is_whole = false;
                break;
            };
            pool.entries.push(entry);
            pool.entries.extend((1..slots).map(|_| Entry::Other));
            pool.end += length;
        }
        pool
    }

    fn get(&self, index: u16) -> Entry<'a> {
        self.entries.get(usize::from(index)).copied().unwrap_or(Entry::Other)
    }

    fn text(&self, index: u16) -> Option<String> {
        match self.get(index) {
            Entry::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    /// The text of a string constant.
    fn string(&self, index: u16) -> Option<u16> {
        match self.get(index) {
            Entry::String(text) => Some(text),
            _ => None,
        }
    }

    /// The name of a field.
    fn field(&self, index: u16) -> Option<u16> {
        let Entry::Field(name_and_type) = self.get(index) else { return None };
        match self.get(name_and_type) {
            Entry::NameAndType(name) => Some(name),
            _ => None,
        }
    }
}

/// The entry at a place, its length, and how many indexes it takes.
fn entry(bytes: &[u8], at: usize) -> Option<(Entry<'_>, usize, usize)> {
    let first = two(bytes, at + 1);
    Some(match bytes.get(at)? {
        1 => {
            let length = usize::from(first?);
            (Entry::Text(bytes.get(at + 3..at + 3 + length)?), 3 + length, 1)
        }
        8 => (Entry::String(first?), 3, 1),
        9 => (Entry::Field(two(bytes, at + 3)?), 5, 1),
        12 => (Entry::NameAndType(first?), 5, 1),
        3 | 4 | 10 | 11 | 17 | 18 => (Entry::Other, 5, 1),
        5 | 6 => (Entry::Other, 9, 2),
        7 | 16 | 19 | 20 => (Entry::Other, 3, 1),
        15 => (Entry::Other, 4, 1),
        _ => return None,
    })
}

/// The fields that have a constant (4.7.2), with its text.
fn constants(behind: &[u8], pool: &Pool<'_>) -> Vec<(u16, u16)> {
    let mut found = Vec::new();
    // Flags, the class itself, the one above it; then interfaces, then fields.
    let interfaces = two(behind, 6).map_or(0, usize::from);
    let mut at = 8 + 2 * interfaces;
    let count = two(behind, at).unwrap_or(0);
    at += 2;
    for _ in 0..count {
        let (Some(name), Some(attributes)) = (two(behind, at + 2), two(behind, at + 6)) else {
            break;
        };
        at += 8;
        for _ in 0..attributes {
            let Some(length) = four(behind, at + 2) else { return found };
            let of = two(behind, at).and_then(|of| pool.text(of));
            let value = two(behind, at + 6).and_then(|value| pool.string(value));
            if let (Some("ConstantValue"), Some(value)) = (of.as_deref(), value) {
                found.push((name, value));
            }
            at = at.saturating_add(6).saturating_add(length);
        }
    }
    found
}

/// Fields that code puts a string into: `ldc`, `ldc_w` and directly behind it `putstatic`, `putfield`
/// (6.5).
fn assigned(behind: &[u8], pool: &Pool<'_>) -> Vec<(u16, u16)> {
    let mut found = Vec::new();
    for at in 0..behind.len() {
        let (string, put) = match behind[at..] {
            [0x12, index, 0xb3 | 0xb5, ..] => (u16::from(index), at + 3),
            [0x13, high, low, 0xb3 | 0xb5, ..] => (u16::from_be_bytes([high, low]), at + 4),
            _ => continue,
        };
        let field = two(behind, put).and_then(|field| pool.field(field));
        found.extend(field.zip(pool.string(string)));
    }
    found
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|two| u16::from_be_bytes(*two))
}

fn four(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))?;
    usize::try_from(four).ok()
}
