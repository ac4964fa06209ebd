//! JSON that can be shown: the texts are those that were found, and what would steer a terminal, turn
//! or end a line, cannot be seen or speaks to a build server is written as `\u001b`, which readers
//! turn back.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::{ends_command, is_hidden};

/// Writes a value without blanks.
///
/// # Errors
/// Those of the writer.
pub fn compact(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let formatter = Escaping(CompactFormatter);
    Ok(value.serialize(&mut Serializer::with_formatter(out, formatter))?)
}

/// Writes a value with blanks and line ends, for people.
///
/// # Errors
/// Those of the writer.
pub fn pretty(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let formatter = Escaping(PrettyFormatter::new());
    Ok(value.serialize(&mut Serializer::with_formatter(out, formatter))?)
}

/// A value with blanks and line ends, and a line end after it.
///
/// # Errors
/// It cannot be written as JSON.
pub fn pretty_text(value: &impl Serialize) -> io::Result<String> {
    let mut bytes = Vec::new();
    pretty(value, &mut bytes)?;
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Another formatter, with more characters escaped.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| byte.is_ascii() && byte != 0x7f && byte != b'#' && byte != b':')
        {
            return out.write_all(text.as_bytes());
        }
        let mut written = 0;
        for (at, c) in text.char_indices() {
            if is_hidden(c) || ends_command(&text[..at], c) {
                out.write_all(&text.as_bytes()[written..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                written = at + c.len_utf8();
            }
        }
        out.write_all(&text.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_nothing_in_them_shows() {
        for text in [
            "plain",
            "a\u{1b}[2J",
            "\u{202e}x\u{2028}y\u{85}\u{7f}",
            "🔑\u{e0041}",
            "##vso[x]",
            "a###",
            "\"\\\n\t",
            "#",
            "section_end:1:x",
            "::",
        ] {
            let value = serde_json::json!({ text: [text] });
            let mut bytes = Vec::new();
            compact(&value, &mut bytes).unwrap();
            let written = String::from_utf8(bytes).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
            assert!(!written.chars().any(is_hidden) && !written.contains("##"), "{written}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&pretty_text(&value).unwrap()).unwrap(),
                value
            );
        }
    }
}
