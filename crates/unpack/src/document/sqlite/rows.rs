//! Rows as lines: each value beside its name.

use std::fmt::Write;

use super::super::output::Output;
use super::super::runs;
use super::record::{Row, Value};
use super::schema::Table;

use crate::container;

/// From this length on a JSON text is a member of its own and not a line: 4 KiB.
const LONG: usize = 4 << 10;

/// From this length on bytes that are no text are a member of their own: 64 KiB.
const LONG_BLOB: usize = 64 << 10;

/// The lines are handed over in pieces of about this length, so that a large table takes no more memory
/// than a small one: 1 MiB.
const PIECE: usize = 1 << 20;

/// The longest name that stands beside a value.
const LONGEST_NAME: usize = 200;

/// The lines of a table.
pub(super) struct Lines {
    name: String,
    text: String,
    /// How many pieces were handed over.
    pieces: usize,
    rows: u64,
}

impl Lines {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), text: String::new(), pieces: 0, rows: 0 }
    }

    /// Adds a row: a value that belongs to a key as `KEY = "VALUE"`, all others as `COLUMN = "VALUE"`,
    /// and an empty line behind them.
    pub(super) fn row(&mut self, table: &Table, row: &Row, output: &mut Output<'_>) {
        self.rows += 1;
        let place = row.rowid.unwrap_or_else(|| self.rows.cast_signed());
        let start = self.text.len();
        let pair = pair(table, row);
        if let Some((key, value)) = pair
            && let Value::Text(name) = &row.values[key]
        {
            let place = Place { table: &self.name, row: place, column: name };
            put(&mut self.text, &place, &row.values[value], output);
        }
        for (at, value) in row.values.iter().enumerate() {
            if pair.is_some_and(|(key, of)| at == key || at == of) {
                continue;
            }
            let own = format!("column{}", at + 1);
            let column = table.columns.get(at).unwrap_or(&own);
            let place = Place { table: &self.name, row: place, column };
            match (value, row.rowid) {
                (Value::Null, Some(rowid)) if table.rowid == Some(at) => {
                    put(&mut self.text, &place, &Value::Integer(rowid), output);
                }
                _ => put(&mut self.text, &place, value, output),
            }
        }
        if self.text.len() > start {
            self.text.push('\n');
        }
        if self.text.len() >= PIECE {
            self.hand_over(output);
        }
    }

    /// Adds the readable runs of bytes of which nothing is known, one in each line.
    pub(super) fn runs(&mut self, bytes: &[u8], output: &mut Output<'_>) {
        for run in runs::runs(bytes) {
            self.text.push_str(run);
            self.text.push('\n');
        }
        if self.text.len() >= PIECE {
            self.hand_over(output);
        }
    }

    /// Hands over what is left.
    pub(super) fn finish(mut self, output: &mut Output<'_>) {
        self.hand_over(output);
    }

    fn hand_over(&mut self, output: &mut Output<'_>) {
        if self.pieces == 0 {
            output.member(&self.name, self.text.as_bytes());
        } else {
            let name = format!("{} ({})", self.name, self.pieces + 1);
            output.member(&name, self.text.as_bytes());
        }
        self.pieces += 1;
        self.text.clear();
    }
}

/// Where a value stands.
struct Place<'a> {
    table: &'a str,
    row: i64,
    column: &'a str,
}

/// The columns of key and value of a row, if it is such a pair. By their names; without such names, the
/// only two texts of a row.
fn pair(table: &Table, row: &Row) -> Option<(usize, usize)> {
    let is_key = |at: usize| match row.values.get(at) {
        Some(Value::Text(text)) => {
            (1..=LONGEST_NAME).contains(&text.len()) && !text.contains(char::is_control)
        }
        _ => false,
    };
    let is_value = |at: usize| match row.values.get(at) {
        Some(Value::Text(text)) => !text.is_empty(),
        Some(Value::Blob(bytes)) => !bytes.is_empty(),
        _ => false,
    };
    let named = |words: &[&str], is: &dyn Fn(usize) -> bool| {
        words.iter().find_map(|word| {
            let mut columns = table.columns.iter().enumerate();
            let named = |column: &str| word_of(column) == *word;
            columns.find(|(at, column)| named(column) && is(*at)).map(|(at, _)| at)
        })
    };
    let value = named(VALUES, &is_value);
    let key = named(KEYS, &|at| Some(at) != value && is_key(at));
    if let (Some(key), Some(value)) = (key, value) {
        return Some((key, value));
    }
    let is_filled = |at: &usize| is_value(*at);
    let filled: Vec<usize> = (0..row.values.len()).filter(is_filled).collect();
    match filled[..] {
        [key, value] if row.values.len() == 2 && is_key(key) => Some((key, value)),
        [key, value] if table.columns.is_empty() && is_key(key) => Some((key, value)),
        _ => None,
    }
}

/// The last word of a column's name, in which it says what it holds: `key` of `meta_key` and `metaKey`.
fn word_of(column: &str) -> String {
    let start = column.rfind(['_', '-', ' ', '.']).map_or(0, |at| at + 1);
    let last = &column[start..];
    let upper = last.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0);
    let is_camel = last.chars().any(|c| c.is_ascii_lowercase());
    last[if is_camel { upper } else { 0 }..].to_ascii_lowercase()
}

/// What names of keys end in, the more telling first.
const KEYS: &[&str] =
    &["key", "k", "name", "setting", "variable", "property", "option", "param", "field", "id"];

/// What names of values end in.
const VALUES: &[&str] = &["value", "v", "val", "data", "content", "text", "payload"];

/// Adds a value behind its name.
fn put(text: &mut String, place: &Place<'_>, value: &Value, output: &mut Output<'_>) {
    let name = place.column;
    // Writing to a string does not fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Integer(number) => writeln!(text, "{name} = {number}"),
        Value::Real(number) => writeln!(text, "{name} = {number}"),
        Value::Text(value) => {
            if is_member(value.as_bytes()) || value.len() >= LONG && is_json(value) {
                member(place, value.as_bytes(), output);
            } else {
                line(text, name, value);
            }
            Ok(())
        }
        Value::Blob(bytes) => {
            blob(text, place, bytes, output);
            Ok(())
        }
    };
}

/// Adds bytes that may be a text, a container, or neither.
fn blob(text: &mut String, place: &Place<'_>, bytes: &[u8], output: &mut Output<'_>) {
    if is_member(bytes) {
        return member(place, bytes, output);
    }
    let plain = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'));
    if let Some(value) = plain.map(str::to_owned).or_else(|| wide(bytes)) {
        if value.len() >= LONG && is_json(&value) {
            member(place, value.as_bytes(), output);
        } else {
            line(text, place.column, &value);
        }
    } else if bytes.len() >= LONG_BLOB {
        member(place, bytes, output);
    } else {
        for run in runs::runs(bytes) {
            line(text, place.column, run);
        }
    }
}

/// Adds a text. JSON stays as it is; a text of several lines begins on its own, so that they keep their
/// borders.
fn line(text: &mut String, name: &str, value: &str) {
    let value = value.trim_end_matches(['\n', '\r', '\0']);
    if value.is_empty() {
        return;
    }
    let quote = ['"', '\''].into_iter().find(|quote| !value.contains(*quote));
    // Writing to a string does not fail.
    let _ = match quote {
        _ if is_json(value) => writeln!(text, "{name} = {value}"),
        _ if value.contains('\n') => writeln!(text, "{name}:\n{value}"),
        Some(quote) => writeln!(text, "{name} = {quote}{value}{quote}"),
        None => writeln!(text, "{name} = {value}"),
    };
}

fn member(place: &Place<'_>, bytes: &[u8], output: &mut Output<'_>) {
    output.member(&format!("{}/{}/{}", place.table, place.row, place.column), bytes);
}

/// Whether a value is a container or document that hides what it holds. No such is shorter than 20 bytes.
fn is_member(bytes: &[u8]) -> bool {
    bytes.len() >= 20
        && (container::container(bytes).is_some() || super::super::document(bytes).is_some())
}

/// Whether a text looks like an object or a list.
fn is_json(text: &str) -> bool {
    let text = text.trim();
    let ends = |open, close| text.starts_with(open) && text.ends_with(close);
    ends('{', '}') || ends('[', ']')
}

/// The text that bytes are in UTF-16, as browsers store it: nearly all of its characters are of Latin-1.
fn wide(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let latin = units.iter().filter(|unit| unit[1] == 0 && unit[0] != 0).count();
    if !rest.is_empty() || units.len() < 4 || latin * 10 < units.len() * 9 {
        return None;
    }
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    String::from_utf16(&units).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_what_they_hold() {
        assert_eq!(word_of("key"), "key");
        assert_eq!(word_of("meta_key"), "key");
        assert_eq!(word_of("metaKey"), "key");
        assert_eq!(word_of("META_KEY"), "key");
        assert_eq!(word_of("Value"), "value");
        assert_eq!(word_of("VALUE"), "value");
    }

    #[test]
    fn lines_keep_the_borders_of_values() {
        let mut text = String::new();
        line(&mut text, "a", "x\n");
        line(&mut text, "b", "say \"x\"");
        line(&mut text, "c", "1\n2");
        line(&mut text, "d", "{\"e\": 1}");
        line(&mut text, "f", "");
        assert_eq!(text, "a = \"x\"\nb = 'say \"x\"'\nc:\n1\n2\nd = {\"e\": 1}\n");
    }

    #[test]
    fn wide_text_in_bytes_is_read() {
        let bytes: Vec<u8> = "settings".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(wide(&bytes).as_deref(), Some("settings"));
        assert_eq!(wide(b"settings"), None);
    }
}
