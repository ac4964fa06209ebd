//! The name of an encoded value: half of what it means. A password says so by its name, which stands
//! before it and is not encoded.
//!
//! Forms: settings (`name=value`, `name: value`) of shells, YAML, JSON, properties, INI, TOML and
//! Terraform, also within a call that decodes (`base64decode("...")`); `'name' => 'value'`; `ENV name
//! value` of a Dockerfile; elements of XML.

use std::ops::Range;

use super::map::Output;
use super::runs::is_word;

/// Bytes of a line before a value that are looked at.
const REACH: usize = 160;

/// Longest decoded value that takes a name. What is longer is a document with names of its own.
const LONGEST: usize = 4096;

/// Writes the line up to the value, the decoded value in quotes, and nothing behind it. Says no if
/// the value has no name, is not all that stands behind its name, or is a document.
pub(super) fn with_name(
    text: &[u8],
    value: &Range<usize>,
    decoded: &Output,
    out: &mut Output,
) -> bool {
    let bytes = decoded.bytes().trim_ascii_end();
    let is_document = bytes.len() > LONGEST
        || matches!(bytes.first(), None | Some(b'{' | b'[' | b'<'))
        || memchr::memchr2(b'\n', b'\r', bytes).is_some();
    if is_document {
        return false;
    }
    out.clear();
    if let Some((before, behind)) = element(text, value) {
        out.copy(text, before);
        out.append(decoded, 0..bytes.len());
        out.copy(text, behind);
        return true;
    }
    let Some(setting) = setting(text, value) else { return false };
    let quotes = setting.quote.into_iter().chain(*b"\"'`");
    let Some(quote) = quotes.into_iter().find(|quote| memchr::memchr(*quote, bytes).is_none())
    else {
        return false;
    };
    out.copy(text, setting.name);
    out.replace(setting.open, &[quote]);
    out.append(decoded, 0..bytes.len());
    out.replace(setting.close, &[quote]);
    true
}

/// A value behind its name.
struct Setting {
    /// The line up to the value.
    name: Range<usize>,
    quote: Option<u8>,
    /// Quotes, empty if there are none, and what is called with the value.
    open: Range<usize>,
    close: Range<usize>,
}

fn setting(text: &[u8], value: &Range<usize>) -> Option<Setting> {
    let floor = line_start(text, value.start);
    let before = text.get(floor..value.start)?;
    let (before, quote) = without_quote(before);
    let close = closing(text, value.end, quote)?;
    let (before, _) = without_call(before);
    let open = floor + before.len()..value.start;
    let name = without_sign(before.trim_ascii_end()).or_else(|| dockerfile(before))?;
    let name = name.trim_ascii_end();
    let name = name.strip_suffix(b"]").unwrap_or(name);
    let (name, _) = without_quote(name);
    let length = name.iter().rev().take_while(|byte| is_name(**byte)).count();
    let (rest, name) = name.split_at(name.len() - length);
    if !name.iter().any(u8::is_ascii_alphanumeric) {
        return None;
    }
    let from = floor + rest.len() - words_before(rest);
    let from = if name.eq_ignore_ascii_case(b"value") { line_above(text, from) } else { from };
    Some(Setting { name: from..open.start, quote, open, close })
}

/// Where the line of a place begins, as far as it is looked at.
fn line_start(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(REACH);
    memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |newline| floor + newline + 1)
}

/// A text without the quote that it ends in, which may be escaped.
fn without_quote(before: &[u8]) -> (&[u8], Option<u8>) {
    match before.split_last() {
        Some((quote @ (b'"' | b'\'' | b'`'), mut rest)) => {
            while let Some(shorter) = rest.strip_suffix(b"\\") {
                rest = shorter;
            }
            (rest, Some(*quote))
        }
        _ => (before, None),
    }
}

/// A text without the beginning of a call that decodes, or of what says the type of a value in YAML.
fn without_call(before: &[u8]) -> (&[u8], bool) {
    // `b"..."` of Python.
    let rest = before.strip_suffix(b"b").filter(|rest| rest.ends_with(b"(")).unwrap_or(before);
    if let Some(rest) = rest.trim_ascii_end().strip_suffix(b"!!binary") {
        return (rest, true);
    }
    let Some(rest) = rest.strip_suffix(b"(") else { return (before, false) };
    let length = rest.iter().rev().take_while(|byte| is_name(**byte) || **byte == b':').count();
    let (rest, call) = rest.split_at(rest.len() - length);
    let call = call.to_ascii_lowercase();
    let decodes = [&b"64"[..], b"hex", b"atob", b"from", b"decode", b"unpack"]
        .iter()
        .any(|word| memchr::memmem::find(&call, word).is_some());
    if decodes { (rest, true) } else { (before, false) }
}

/// A text without the sign of assignment that it ends in.
fn without_sign(before: &[u8]) -> Option<&[u8]> {
    let rest = before.strip_suffix(b"=>").or_else(|| before.strip_suffix(b"="));
    let rest = rest.or_else(|| before.strip_suffix(b":"))?;
    Some(rest.strip_suffix(b":").or_else(|| rest.strip_suffix(b"?")).unwrap_or(rest))
}

/// The name of `ENV name value`.
fn dockerfile(before: &[u8]) -> Option<&[u8]> {
    let rest = before.trim_ascii_start();
    let rest = rest.get(..4).filter(|word| word.eq_ignore_ascii_case(b"ENV "))?.len();
    let name = before.trim_ascii();
    let is_one = name.len() > rest && name[rest..].trim_ascii().iter().all(|byte| is_name(*byte));
    (is_one && before.ends_with(b" ")).then_some(before)
}

/// Quotes behind a value, if it is all that stands behind its name.
fn closing(text: &[u8], end: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let rest = text.get(end..).unwrap_or_default();
    let Some(quote) = quote else {
        let is_end = matches!(
            rest.first(),
            None | Some(
                b' ' | b'\t'
                    | b'\r'
                    | b'\n'
                    | b','
                    | b';'
                    | b')'
                    | b'}'
                    | b']'
                    | b'&'
                    | b'<'
                    | b'#'
            )
        );
        return is_end.then_some(end..end);
    };
    // What `base64` writes ends in a line end, of which nothing is left in a literal but its escape.
    let rest = rest.strip_prefix(b"\\n").unwrap_or(rest);
    let backslashes = rest.iter().take_while(|byte| **byte == b'\\').count();
    let escaped = text.len() - rest.len() + backslashes;
    (rest.get(backslashes) == Some(&quote)).then(|| end..escaped + 1)
}

fn is_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'$' | b'@') || byte >= 0x80
}

/// The length of what stands before a name: its quote, and words like `export` up to the line's
/// beginning.
fn words_before(rest: &[u8]) -> usize {
    let (bare, _) = without_quote(rest);
    let words =
        bare.iter().rev().take_while(|byte| is_name(**byte) || matches!(byte, b' ' | b'\t'));
    let words = words.count();
    if words == bare.len() { rest.len() } else { rest.len() - bare.len() }
}

/// Where the line above begins, which has the name if this one only says `value`.
fn line_above(text: &[u8], from: usize) -> usize {
    match from.checked_sub(1) {
        Some(end) if text[end] == b'\n' => line_start(text, end),
        _ => from,
    }
}

/// The element of XML that has the value as its content: its first and its last tag.
fn element(text: &[u8], value: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let floor = line_start(text, value.start);
    let before = text.get(floor..value.start)?.strip_suffix(b">")?;
    let open = memchr::memrchr(b'<', before)?;
    let name = before.get(open + 1..)?;
    let name = &name[..name.iter().take_while(|byte| is_name(**byte) || **byte == b':').count()];
    let rest = text.get(value.end..)?.strip_prefix(b"</")?.strip_prefix(name)?;
    let is_closed = !name.is_empty() && rest.first() == Some(&b'>');
    let end = value.end + 2 + name.len() + 1;
    is_closed.then_some((floor + open..value.start, value.end..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "ENCODED12345";
    const PLAIN: &[u8] = b"plain 'text'";

    fn named(line: &str) -> Option<String> {
        let start = line.find(VALUE).unwrap();
        let value = start..start + VALUE.len();
        let mut decoded = Output::default();
        decoded.replace(value.clone(), PLAIN);
        let mut out = Output::default();
        let is_named = with_name(line.as_bytes(), &value, &decoded, &mut out);
        if is_named {
            let at = out.bytes().len() - PLAIN.len() - 3;
            let bytes = &out.bytes()[..at];
            let same = bytes.iter().take_while(|b| **b != b'"' && **b != b'<').count();
            assert_eq!(out.map().span(0..same).end - out.map().span(0..same).start, same);
            let found = memchr::memmem::find(out.bytes(), PLAIN).unwrap();
            assert_eq!(out.map().span(found..found + PLAIN.len()), value, "{line}");
        }
        is_named.then(|| String::from_utf8(out.bytes().to_vec()).unwrap())
    }

    #[test]
    fn settings_keep_their_names() {
        for (line, expected) in [
            ("a: ENCODED12345", "a: \"plain 'text'\""),
            ("x\n  a_b: ENCODED12345\ny", "  a_b: \"plain 'text'\""),
            ("{\"a\":1,\"b c\": \"ENCODED12345\"}", "c\": \"plain 'text'\""),
            ("{\"a\":1,\"b\":\"ENCODED12345\"}", "\"b\":\"plain 'text'\""),
            ("{\\\"b\\\":\\\"ENCODED12345\\\"}", "b\\\":\"plain 'text'\""),
            ("export A='ENCODED12345'", "export A=\"plain 'text'\""),
            ("a.b = ENCODED12345", "a.b = \"plain 'text'\""),
            ("ENV A=\"ENCODED12345\"", "ENV A=\"plain 'text'\""),
            ("ENV A ENCODED12345\n", "ENV A \"plain 'text'\""),
            ("  'a' => 'ENCODED12345',", "'a' => \"plain 'text'\""),
            ("a = base64decode(\"ENCODED12345\")", "a = \"plain 'text'\""),
            ("a = base64.b64decode(b\"ENCODED12345\")", "a = \"plain 'text'\""),
            ("a: !!binary ENCODED12345", "a: \"plain 'text'\""),
            ("- name: A\n  value: ENCODED12345\n", "- name: A\n  value: \"plain 'text'\""),
            ("<a><b c=\"d\">ENCODED12345</b></a>", "<b c=\"d\">plain 'text'</b>"),
        ] {
            let found = named(line);
            assert!(
                found.as_deref().is_some_and(|found| found.ends_with(expected)),
                "{line}: {found:?}"
            );
        }
    }

    #[test]
    fn other_values_have_none() {
        for line in [
            "ENCODED12345",
            "f(\"ENCODED12345\")",
            "Authorization: Basic ENCODED12345",
            "a=ENCODED12345.x",
            "a=\"ENCODED12345 and more\"",
            "ENV A B ENCODED12345",
            "<a>ENCODED12345</b>",
        ] {
            assert_eq!(named(line), None, "{line}");
        }
    }
}
