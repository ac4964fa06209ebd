//! Headers of messages and parts: fields over several lines, parameters, encoded words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::base64;
use super::transfer;

/// The header of a message or part.
pub(super) struct Header<'a> {
    fields: Vec<(&'a str, Cow<'a, str>)>,
}

/// What a part holds (RFC 2045, 5).
pub(super) struct Content {
    /// In lower case: `text/plain`.
    pub(super) kind: String,
    parameters: BTreeMap<String, String>,
}

/// Fields that hardly any text begins with but a message.
const OF_MAIL: &[&str] = &[
    "from",
    "to",
    "cc",
    "date",
    "subject",
    "message-id",
    "received",
    "return-path",
    "delivered-to",
    "mime-version",
    "reply-to",
    "sender",
    "dkim-signature",
    "in-reply-to",
];

/// Longer than any word of a header.
const LONGEST_NAME: usize = 80;

/// How far the end of an encoded word is looked for: 4 KiB. RFC 2047 allows 75 characters, which not all
/// programs hold to.
const LONGEST_WORD: usize = 4 << 10;

/// How many different fields of messages the header has that the text begins with; none where it begins
/// with no header.
pub(super) fn fields_of_mail(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    // A bit for each name: this is asked of every text.
    let mut found = 0_u32;
    while let Some((name, _, after)) = field(rest) {
        if let Some(known) = OF_MAIL.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            found |= 1 << known;
        }
        rest = after;
    }
    // An empty line ends it; or the text, or what is looked at of it.
    let is_ended = matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..]);
    let found = found.count_ones() as usize;
    if is_ended || found > 3 { found } else { 0 }
}

/// The field that a text begins with: its name, its value with what follows in further lines, and the
/// text behind it.
pub(super) fn field(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let colon = memchr::memchr(b':', &bytes[..bytes.len().min(LONGEST_NAME)])?;
    let is_name = |byte: &u8| byte.is_ascii_graphic();
    if colon == 0 || !bytes[..colon].iter().all(is_name) {
        return None;
    }
    let name = std::str::from_utf8(&bytes[..colon]).ok()?;
    let value = &bytes[colon + 1..];
    let is_end = |at: &usize| !matches!(value.get(at + 1), Some(b' ' | b'\t'));
    let end = memchr::memchr_iter(b'\n', value).find(is_end).unwrap_or(value.len());
    Some((name, &value[..end], value.get(end + 1..).unwrap_or_default()))
}

impl<'a> Header<'a> {
    /// The header that a text begins with, and the body behind it.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let mut rest = bytes;
        let mut fields = Vec::new();
        while let Some((name, value, after)) = field(rest) {
            fields.push((name, String::from_utf8_lossy(value)));
            rest = after;
        }
        let body = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"));
        (Self { fields }, body.unwrap_or(rest))
    }

    /// The value of the first field of a name, in one line.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let field = self.fields.iter().find(|field| field.0.eq_ignore_ascii_case(name))?;
        Some(unfolded(&field.1))
    }

    /// What the part holds; a text where it does not say so (RFC 2045, 5.2).
    pub(super) fn content(&self) -> Content {
        let value = self.value("content-type").unwrap_or_else(|| "text/plain".to_owned());
        Content::parse(&value)
    }

    /// The file name of an attachment, without the directories before it.
    pub(super) fn file_name(&self) -> Option<String> {
        let named = |field: &str, parameter: &str| {
            let name = Content::parse(&self.value(field)?).parameter(parameter)?.to_owned();
            Some(decode_words(&name).unwrap_or(name))
        };
        let name =
            named("content-disposition", "filename").or_else(|| named("content-type", "name"))?;
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The fields that hold encoded words (RFC 2047), decoded.
    pub(super) fn decoded(&self) -> String {
        let mut lines = String::new();
        for (name, value) in &self.fields {
            if let Some(decoded) = decode_words(&unfolded(value)) {
                lines.push_str(&format!("{name}: {}\n", decoded.trim()));
            }
        }
        lines
    }
}

impl Content {
    /// A type or disposition with its parameters, also those in pieces and with a charset (RFC 2231).
    fn parse(value: &str) -> Self {
        let mut parts = split_quoted(value).into_iter();
        let kind = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let mut parameters = BTreeMap::new();
        // Pieces of a value by their numbers: `filename*1*`.
        let mut pieces: BTreeMap<(String, u32), (bool, String)> = BTreeMap::new();
        for part in parts {
            let Some((name, value)) = part.split_once('=') else { continue };
            let name = name.trim().to_ascii_lowercase();
            let value = unquoted(value.trim());
            match name.split_once('*') {
                None => _ = parameters.insert(name, value),
                Some((name, piece)) => {
                    let is_encoded = piece.is_empty() || piece.ends_with('*');
                    let number = piece.trim_end_matches('*').parse().unwrap_or(0);
                    pieces.insert((name.to_owned(), number), (is_encoded, value));
                }
            }
        }
        let mut whole: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for ((name, number), (is_encoded, value)) in pieces {
            // The first encoded piece begins with charset and language: `utf-8'en'`.
            let text = match value.splitn(3, '\'').nth(2) {
                Some(text) if is_encoded && number == 0 => text,
                _ => &value,
            };
            let bytes = if is_encoded { transfer::percent(text) } else { text.into() };
            whole.entry(name).or_default().extend(bytes);
        }
        for (name, value) in whole {
            parameters.insert(name, String::from_utf8_lossy(&value).into_owned());
        }
        Self { kind, parameters }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

/// The encoded words of a value in place of what stands for them; none if it has none. White space
/// between two of them is not part of the text (RFC 2047, 6.2).
pub(super) fn decode_words(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = value;
    let mut found = false;
    while let Some(start) = rest.find("=?") {
        let between = &rest[..start];
        let Some((word, after)) = encoded_word(&rest[start..]) else {
            text.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        if !found || !between.trim().is_empty() {
            text.push_str(between);
        }
        text.push_str(&word);
        rest = after;
        found = true;
    }
    text.push_str(rest);
    found.then_some(text)
}

/// The word that a text begins with, decoded: `=?charset?B?text?=`; and the text behind it.
fn encoded_word(text: &str) -> Option<(String, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    if !matches!(encoding, "B" | "b" | "Q" | "q") {
        return None;
    }
    let head = &rest.as_bytes()[..rest.len().min(LONGEST_WORD)];
    let end = memchr::memmem::find(head, b"?=")?;
    let (word, after) = (&rest[..end], &rest[end + 2..]);
    let bytes = match encoding {
        "B" | "b" => base64::decode(word.as_bytes()),
        _ => transfer::quoted_printable(word.replace('_', " ").as_bytes()),
    };
    let charset = charset.split('*').next();
    let bytes = transfer::to_utf8(&bytes, charset).unwrap_or(bytes);
    Some((String::from_utf8_lossy(&bytes).into_owned(), after))
}

/// A value in one line.
fn unfolded(value: &str) -> String {
    value.replace("\r\n", "").replace('\n', "").trim().to_owned()
}

/// The parts between semicolons that stand in no quotes.
fn split_quoted(value: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    value
        .split(|c| {
            let was_escaped = std::mem::take(&mut is_escaped);
            match c {
                '"' if !was_escaped => is_quoted = !is_quoted,
                '\\' if is_quoted && !was_escaped => is_escaped = true,
                _ => {}
            }
            c == ';' && !is_quoted
        })
        .collect()
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else {
        // A comment may follow.
        return value.split_whitespace().next().unwrap_or_default().to_owned();
    };
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            // Where a program forgot to escape the directories of a name, they are cut off later.
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_in_all_forms() {
        let content = Content::parse("Text/Plain; charset=utf-8 (x); name=\"a;\\\"b.env\"");
        assert_eq!(content.kind, "text/plain");
        assert_eq!(content.parameter("charset"), Some("utf-8"));
        assert_eq!(content.parameter("name"), Some("a;\"b.env"));
        let content = Content::parse(
            "attachment; filename*0*=utf-8''a%20; filename*1=\"b%\"; filename*2*=%c3%a4",
        );
        assert_eq!(content.parameter("filename"), Some("a b%\u{e4}"));
    }

    #[test]
    fn encoded_words_are_decoded() {
        assert_eq!(
            decode_words("a =?utf-8?B?YmM=?= =?iso-8859-1?q?_d=e4?= e").as_deref(),
            Some("a bc d\u{e4} e")
        );
        assert_eq!(decode_words("a =?x"), None);
    }
}
