//! The objects of a document: those between `obj` and `endobj`, and those in object streams (7.5.7).

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use super::super::output::Output;
use super::filter;
use super::syntax::{Lexer, Value, is_space};
use crate::unread::Reason;

/// What stands for an object elsewhere. Generations are left out: an object of another one has taken the
/// place of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reference {
    pub(super) number: u32,
}

/// An object, with its stream.
pub(super) struct Object<'a> {
    pub(super) reference: Reference,
    pub(super) value: Value<'a>,
    stream: Option<Range<usize>>,
}

impl Object<'_> {
    pub(super) fn has_stream(&self) -> bool {
        self.stream.is_some()
    }
}

/// So many values are held in memory, of which each takes about 40 bytes; a large document has a tenth.
const MOST_VALUES: usize = 8 << 20;

/// All objects.
pub(super) struct Objects<'a> {
    bytes: &'a [u8],
    objects: Vec<Object<'a>>,
    /// The last of each number; the others are of earlier versions.
    places: HashMap<Reference, usize>,
    pub(super) is_encrypted: bool,
}

impl<'a> Objects<'a> {
    /// Finds all objects.
    pub(super) fn find(bytes: &'a [u8], output: &mut Output<'_>) -> Self {
        let mut found =
            Self { bytes, objects: Vec::new(), places: HashMap::new(), is_encrypted: false };
        let (mut next, mut values) = (0, 0);
        for at in memmem::find_iter(bytes, b"obj") {
            if at < next {
                continue;
            }
            let Some(number) = number_before(&bytes[..at]) else { continue };
            let (object, end) = found.object(Reference { number }, at + 3, &mut values);
            next = object.stream.as_ref().map_or(end, |stream| stream.end);
            found.add(object);
            if values > MOST_VALUES {
                output.unread(Reason::OverBudget, "PDF document");
                break;
            }
        }
        next = 0;
        for at in memmem::find_iter(bytes, b"trailer") {
            if at < next {
                continue;
            }
            let mut lexer = Lexer::new(bytes, at + 7);
            found.is_encrypted |= lexer.next().is_some_and(|of| of.get(b"Encrypt").is_some());
            next = lexer.at;
        }
        if !found.is_encrypted {
            found.open_streams(values, output);
        }
        if found.objects.is_empty() {
            output.unread(Reason::Damaged, "PDF document");
        } else if memmem::rfind(bytes, b"%%EOF").is_none() {
            output.unread(Reason::Truncated, "PDF document");
        }
        found
    }

    /// All of them in the order in which they stand.
    pub(super) fn all(&self) -> impl Iterator<Item = &Object<'a>> {
        self.objects.iter()
    }

    /// Where an object is among all.
    pub(super) fn place(&self, reference: Reference) -> Option<usize> {
        self.places.get(&reference).copied()
    }

    /// The object that a value is or stands for.
    pub(super) fn resolve<'s>(&'s self, value: &'s Value<'a>) -> &'s Value<'a> {
        let Value::Reference(reference) = value else { return value };
        match self.place(*reference).map(|at| &self.objects[at].value) {
            // None stands for another one.
            Some(value) if !matches!(value, Value::Reference(_)) => value,
            _ => &Value::Null,
        }
    }

    /// The stream of an object, decoded; none where it is a picture or has none.
    pub(super) fn decode(&self, at: usize, output: &mut Output<'_>) -> Option<Vec<u8>> {
        let object = self.objects.get(at)?;
        let stream = self.bytes.get(object.stream.clone()?)?;
        filter::decode(stream, &object.value, self, output)
    }

    /// The stream that a value stands for, decoded.
    pub(super) fn stream(&self, value: &Value<'_>, output: &mut Output<'_>) -> Option<Vec<u8>> {
        let Value::Reference(reference) = value else { return None };
        self.decode(self.place(*reference)?, output)
    }

    fn add(&mut self, object: Object<'a>) {
        if object.value.name(b"Type") == Some(b"XRef") {
            self.is_encrypted |= object.value.get(b"Encrypt").is_some();
        }
        self.places.insert(object.reference, self.objects.len());
        self.objects.push(object);
    }

    /// The object whose value begins at `start`, and where it ends.
    fn object(
        &self,
        reference: Reference,
        start: usize,
        values: &mut usize,
    ) -> (Object<'a>, usize) {
        let mut lexer = Lexer::new(self.bytes, start);
        let value = lexer.next().unwrap_or(Value::Null);
        *values += lexer.values;
        let end = lexer.at;
        let mut stream = None;
        if matches!(value, Value::Dictionary(_)) && lexer.skip_word(b"stream") {
            stream = Some(self.extent(&value, lexer.at));
        }
        // A word is no object: `endobj` behind nothing.
        let value = if let Value::Word(_) = value { Value::Null } else { value };
        (Object { reference, value, stream }, end)
    }

    /// Where the bytes of a stream are, of which `stream` ends at `at`. Its length may stand in an object
    /// that comes later, or be wrong: then it ends before `endstream`.
    fn extent(&self, value: &Value<'a>, at: usize) -> Range<usize> {
        let rest = &self.bytes[at..];
        let line_end = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => 0,
        };
        let start = at + line_end;
        let named = value.get(b"Length").map(|length| self.resolve(length)).and_then(Value::count);
        let end = named.and_then(|length| start.checked_add(length));
        let is_end = |end: &usize| {
            let behind = self.bytes.get(*end..).unwrap_or_default();
            let blank = behind.iter().take_while(|byte| is_space(**byte)).count();
            behind[blank..].starts_with(b"endstream")
        };
        let searched = || {
            let length = memmem::find(&self.bytes[start..], b"endstream");
            length.map_or(self.bytes.len(), |length| start + length)
        };
        start..end.filter(is_end).unwrap_or_else(searched)
    }

    /// Adds the objects in object streams.
    fn open_streams(&mut self, mut values: usize, output: &mut Output<'_>) {
        for at in 0..self.objects.len() {
            let value = &self.objects[at].value;
            if value.name(b"Type") != Some(b"ObjStm") {
                continue;
            }
            let count =
                |key| value.get(key).map(|value| self.resolve(value)).and_then(Value::count);
            let (Some(number), Some(first)) = (count(b"N"), count(b"First")) else { continue };
            let Some(decoded) = self.decode(at, output) else { continue };
            let mut header = Lexer::new(&decoded, 0);
            // No more than there can be: each takes a digit and a space for its number and place.
            for _ in 0..number.min(decoded.len() / 4 + 1) {
                let mut next = || header.next().as_ref().and_then(Value::count);
                let (Some(number), Some(place)) = (next(), next()) else { break };
                let Ok(number) = u32::try_from(number) else { break };
                let start = first.saturating_add(place).min(decoded.len());
                let mut lexer = Lexer::new(&decoded, start);
                let value = lexer.next().unwrap_or(Value::Null).owned();
                values += lexer.values;
                if values > MOST_VALUES {
                    return output.unread(Reason::OverBudget, "PDF document");
                }
                self.add(Object { reference: Reference { number }, value, stream: None });
            }
        }
    }
}

/// The number of the object that begins with the `obj` behind these bytes: `12 0 obj`.
fn number_before(bytes: &[u8]) -> Option<u32> {
    let (bytes, _) = word_before(bytes)?;
    let (_, number) = word_before(bytes)?;
    number.parse().ok()
}

/// The last word, if it is a number, and what stands before it.
fn word_before(bytes: &[u8]) -> Option<(&[u8], &str)> {
    // No more white space than a line end and a few spaces.
    let tail = &bytes[bytes.len().saturating_sub(24)..];
    let blank = tail.iter().rev().take_while(|byte| is_space(**byte)).count();
    let end = tail.len() - blank;
    let digits = tail[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let word = std::str::from_utf8(&tail[end - digits..end]).ok()?;
    (digits > 0).then(|| (&bytes[..bytes.len() - blank - digits], word))
}
