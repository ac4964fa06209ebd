//! JSON documents that hold texts in another form than their bytes show it: lines split over lists, names
//! apart from their values, bodies in base64.

use serde_json::Value;

use super::output::Output;
use crate::unread::Reason;

/// The longest document that is read: 64 MiB. In memory it takes several times as much.
const LONGEST: usize = 64 << 20;

/// Whether bytes begin as an object and hold all of these keys.
pub(super) fn has_keys(bytes: &[u8], keys: &[&str]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Nothing is allocated: this is asked of every file that begins with a brace.
    let has = |key: &&str| {
        memchr::memmem::find_iter(bytes, key.as_bytes()).any(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            before == Some(&b'"') && bytes.get(at + key.len()) == Some(&b'"')
        })
    };
    bytes.trim_ascii_start().first() == Some(&b'{') && keys.iter().all(has)
}

/// The value of a document. One that is no JSON is damaged; what it holds is left to a scan of its bytes.
pub(super) fn parse(bytes: &[u8], what: &str, output: &mut Output<'_>) -> Value {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > LONGEST {
        output.unread(Reason::OverBudget, what);
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        let reason = if error.is_eof() { Reason::Truncated } else { Reason::Damaged };
        output.unread(reason, what);
        Value::Null
    })
}

/// The items of the list that a key has.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The text that a key has; empty if it has none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a text stands in its document with escapes, or over several lines: then bytes do not show it.
pub(super) fn is_hidden(text: &str) -> bool {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.contains(|c: char| c.is_control() || matches!(c, '"' | '\\') || !c.is_ascii())
}
