//! Strings in dictionaries: what the document says of itself, links, notes, what was filled into forms,
//! names of attached files.

use std::collections::HashMap;
use std::fmt::Write;

use super::object::{Objects, Reference};
use super::syntax::Value;

/// Keys whose strings are no text: digests, names of encodings, operators of fields, names of places in
/// the document.
const NO_TEXT: &[&str] = &[
    "ID", "Registry", "Ordering", "DA", "CharSet", "Lang", "Panose", "Limits", "Names", "D", "Dest",
];

/// All strings, each beside its key; what was filled into a field beside the name of the field.
pub(super) fn lines(objects: &Objects<'_>) -> String {
    let mut lines = String::new();
    for object in objects.all() {
        add(&object.value, "", objects, &mut lines);
    }
    lines
}

/// The names of attached files (7.11.3), by the streams that hold them.
pub(super) fn file_names(objects: &Objects<'_>) -> HashMap<Reference, String> {
    let mut names = HashMap::new();
    for object in objects.all() {
        add_files(&object.value, objects, &mut names);
    }
    names
}

fn add_files(value: &Value<'_>, objects: &Objects<'_>, names: &mut HashMap<Reference, String>) {
    match value {
        Value::List(values) => values.iter().for_each(|of| add_files(of, objects, names)),
        Value::Dictionary(entries) => {
            let files = value.get(b"EF").map(|files| objects.resolve(files));
            let text = |key| match value.get(key).map(|of| objects.resolve(of)) {
                Some(Value::Text(name)) => text(name),
                _ => None,
            };
            if let (Some(Value::Dictionary(files)), Some(name)) =
                (files, text(b"UF").or_else(|| text(b"F")))
            {
                // The last of a path, which may be one of Windows.
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
                for (_, file) in files {
                    if let Value::Reference(file) = file {
                        names.insert(*file, name.to_owned());
                    }
                }
            }
            entries.iter().for_each(|(_, of)| add_files(of, objects, names));
        }
        _ => {}
    }
}

/// Adds the strings in a value, which a key names.
fn add(value: &Value<'_>, key: &str, objects: &Objects<'_>, lines: &mut String) {
    match value {
        Value::Text(bytes) => {
            if let Some(text) = text(bytes).filter(|_| !NO_TEXT.contains(&key)) {
                line(key, &text, lines);
            }
        }
        Value::List(values) => values.iter().for_each(|of| add(of, key, objects, lines)),
        Value::Dictionary(entries) => {
            let own = |key: &[u8]| match value.get(key).map(|of| objects.resolve(of)) {
                Some(Value::Text(bytes)) => text(bytes),
                _ => None,
            };
            // A field and its value (12.7.3.1).
            let field = own(b"T").zip(own(b"V"));
            if let Some((name, value)) = &field {
                line(name, value, lines);
            }
            for (key, value) in entries {
                let is_field = field.is_some() && matches!(&**key, b"T" | b"V" | b"DV");
                if !is_field {
                    add(value, &String::from_utf8_lossy(key), objects, lines);
                }
            }
        }
        _ => {}
    }
}

/// Adds a string behind its name; one of several lines begins on its own.
fn line(name: &str, text: &str, lines: &mut String) {
    let text = text.trim_end();
    let quote = ['"', '\''].into_iter().find(|quote| !text.contains(*quote));
    // Writing to a string does not fail.
    let _ = match quote {
        _ if text.is_empty() => Ok(()),
        _ if text.contains(['\n', '\r']) => writeln!(lines, "{name}:\n{text}"),
        Some(quote) => writeln!(lines, "{name} = {quote}{text}{quote}"),
        None => writeln!(lines, "{name} = {text}"),
    };
}

/// The text that a string is (7.9.2.2): in UTF-16, UTF-8 or about Latin-1; none if it has control
/// characters, as digests and keys do.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> =
                rest.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            String::from_utf16_lossy(&units)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let is_text = !text.contains(|c: char| c.is_control() && !c.is_whitespace());
    is_text.then_some(text)
}
