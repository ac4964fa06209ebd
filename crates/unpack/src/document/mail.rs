//! Mail messages (RFC 5322 and 2045 to 2049) and mailboxes of them (RFC 4155): the bodies and
//! attachments that an encoding hides.
//!
//! A message is a text. What is plain in it is not repeated: the file is to be scanned as well.

mod header;
mod transfer;

use memchr::memmem;

use super::Sink;
use super::output::Output;
use crate::budget::Budget;
use crate::container;
use crate::unread::Reason;

use header::Header;
use transfer::Encoding;

/// Parts within parts and messages within messages; nobody sends more.
const DEPTH: u32 = 32;

/// How much of a text is looked at for the header of a message: 64 KiB.
const LONGEST_HEADER: usize = 64 << 10;

/// Whether a text is a message or a mailbox: it begins with a header that names what headers of messages
/// have.
pub fn is_mail(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = &bytes[..bytes.len().min(LONGEST_HEADER)];
    match after_envelope(head) {
        Some(rest) => header::fields_of_mail(rest) >= 1,
        None => header::fields_of_mail(head) >= 2,
    }
}

/// Hands over what is encoded in a message or mailbox: attachments under their file names, other parts
/// as `part 1.2`, fields of the header as `header`; in a mailbox below `message 3/`.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("mail message", budget, sink);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if after_envelope(bytes).is_none() {
        return message(bytes, "", DEPTH, &mut output);
    }
    for (index, text) in messages(bytes).into_iter().enumerate() {
        message(text, &format!("message {}/", index + 1), DEPTH, &mut output);
    }
}

/// The text behind the line that begins a message in a mailbox: `From sender date`.
fn after_envelope(bytes: &[u8]) -> Option<&[u8]> {
    let line_end = memchr::memchr(b'\n', bytes)?;
    bytes.starts_with(b"From ").then(|| &bytes[line_end + 1..])
}

/// The messages of a mailbox. A line of a body that begins with `From ` stands behind no empty line, or
/// no header follows it.
fn messages(bytes: &[u8]) -> Vec<&[u8]> {
    let is_start = |at: usize| {
        let before = &bytes[..at];
        let is_first = at == 0 || before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
        is_first && after_envelope(&bytes[at..]).is_some_and(|rest| header::field(rest).is_some())
    };
    let mut starts: Vec<usize> = memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1).collect();
    starts.insert(0, 0);
    starts.retain(|at| is_start(*at));
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().zip(ends).filter_map(|(from, to)| after_envelope(&bytes[*from..to])).collect()
}

/// Hands over what is encoded in a message.
fn message(bytes: &[u8], place: &str, depth: u32, output: &mut Output<'_>) {
    let (header, body) = Header::split(bytes);
    let decoded = header.decoded();
    output.member(&format!("{place}header"), decoded.as_bytes());
    part(&header, body, &Place { prefix: place, number: String::new() }, depth, output);
}

/// Where a part stands: below a message, `1.2` for the second part of its first part.
struct Place<'a> {
    prefix: &'a str,
    number: String,
}

impl Place<'_> {
    /// The path of a part: its file name, if it has one.
    fn name(&self, header: &Header<'_>, kind: &str) -> String {
        let Self { prefix, number } = self;
        if let Some(name) = header.file_name() {
            return format!("{prefix}{name}");
        }
        let number = if number.is_empty() { "body".to_owned() } else { format!("part {number}") };
        let extension = match kind {
            "text/plain" => ".txt",
            "text/html" => ".html",
            "message/rfc822" => ".eml",
            _ => "",
        };
        format!("{prefix}{number}{extension}")
    }
}

/// Hands over what is encoded in a part, or in the parts that it has.
fn part(header: &Header<'_>, body: &[u8], place: &Place<'_>, depth: u32, output: &mut Output<'_>) {
    let content = header.content();
    let kind = content.kind.as_str();
    let encoding = Encoding::named(&header.value("content-transfer-encoding").unwrap_or_default());
    let is_sealed = kind == "multipart/encrypted"
        || kind.ends_with("pkcs7-mime") && content.parameter("smime-type") != Some("signed-data");
    if is_sealed {
        return output.unread(Reason::Encrypted, "mail message");
    }
    if let Some(boundary) = content.parameter("boundary").filter(|_| kind.starts_with("multipart/"))
    {
        return parts(body, boundary, place, depth, output);
    }
    if encoding == Encoding::None && kind == "message/rfc822" && depth > 0 {
        let prefix = format!("{}{}/", place.prefix, place.name(header, kind));
        return message(body, &prefix, depth - 1, output);
    }
    if output.is_full() {
        return;
    }
    let charset = content.parameter("charset").filter(|_| kind.starts_with("text/"));
    match encoding.decode(body) {
        Some(decoded) => {
            let text = transfer::to_utf8(&decoded, charset);
            output.member(&place.name(header, kind), text.as_deref().unwrap_or(&decoded));
        }
        // As it is, but no text; or a text in which one character takes two bytes.
        None => {
            if let Some(text) = transfer::to_utf8(body, charset).filter(|_| is_wide(charset)) {
                output.member(&place.name(header, kind), &text);
            } else if container::container(body).is_some() {
                output.member(&place.name(header, kind), body);
            }
        }
    }
}

/// The parts between lines of `--boundary` (RFC 2046, 5.1.1). What stands before the first and behind
/// the last is not part of the message, but may be one that an older program left there: it is plain.
fn parts(body: &[u8], boundary: &str, place: &Place<'_>, depth: u32, output: &mut Output<'_>) {
    let line = format!("--{boundary}");
    let mut start = None;
    let mut count = 0;
    let mut is_closed = false;
    let mut take = |text: &[u8], output: &mut Output<'_>| {
        count += 1;
        if depth == 0 {
            return output.unread(Reason::OverBudget, "mail message");
        }
        let number = match place.number.as_str() {
            "" => count.to_string(),
            number => format!("{number}.{count}"),
        };
        let (header, body) = Header::split(text);
        let place = Place { prefix: place.prefix, number };
        part(&header, body, &place, depth - 1, output);
    };
    for at in memmem::find_iter(body, line.as_bytes()) {
        let rest = &body[at + line.len()..];
        let is_line = (at == 0 || body[at - 1] == b'\n')
            && matches!(rest, [] | [b'\r' | b'\n' | b' ' | b'\t' | b'-', ..]);
        if !is_line {
            continue;
        }
        if let Some(start) = start.take() {
            take(&body[start..at], output);
        }
        if rest.starts_with(b"--") {
            is_closed = true;
            break;
        }
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        start = Some(body.len() - rest.len() + end);
    }
    if let Some(start) = start {
        take(&body[start..], output);
    }
    if !is_closed {
        output.unread(Reason::Truncated, "mail message");
    }
}

/// Whether texts in a charset hide from a reader of bytes even what is ASCII.
fn is_wide(charset: Option<&str>) -> bool {
    charset.is_some_and(|charset| charset.to_ascii_lowercase().starts_with("utf-16"))
}

#[cfg(test)]
mod tests;
