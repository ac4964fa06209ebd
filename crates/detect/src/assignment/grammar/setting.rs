//! Lines of settings: `NAME=value` and `name: value` where nothing but blanks, a list's dash or the
//! command that sets variables stands before the name, so that the value goes to the end of the line.
//!
//! The same line may be code, `password = decode(secret)`. A value goes on beyond the signs of code only
//! if what it then is looks as generators make passwords, and not as an expression.

use std::ops::Range;

use super::{Joint, Reader};
use crate::generated::{is_expression, is_generated};

/// Bytes of a line before a name at most.
const BEFORE: usize = 120;

/// What sets a variable.
const COMMANDS: [&[u8]; 8] =
    [b"export", b"set", b"env", b"ENV", b"ARG", b"setx", b"declare -x", b"typeset -x"];

/// What stands before a quoted setting: options of containers, units of systemd.
const OPTIONS: [&[u8]; 6] = [b"-e", b"--env", b"--build-arg", b"--set", b"Environment=", b"-"];

impl Reader<'_> {
    /// The generated value that stands from here to the end of a line of settings and has signs of code
    /// in it. `name`: where its name begins.
    pub(super) fn setting(&self, name: usize, joint: Joint) -> Option<Range<usize>> {
        let first = self.peek(0).filter(u8::is_ascii_graphic)?;
        if !matches!(joint, Joint::Equals | Joint::Colon) || is_quote(first) || first == b'`' {
            return None;
        }
        let end = self.end_of_word();
        let value = &self.text[self.at..end];
        let is_of_code = |b: &u8| b"([{)]}|&,;<>`\\".contains(b);
        // What other notations leave out at the end of a sentence, or read as an operator.
        let is_cut = matches!(value.last(), Some(b'.' | b':'));
        let is_operator = matches!(value[0], b'=' | b'>' | b'~');
        if !value.iter().any(is_of_code) && !is_cut && !is_operator {
            return None;
        }
        let quote = quote_before(self.text, name);
        let behind = &self.text[end..(end + BEFORE).min(self.text.len())];
        let ends = match (quote, behind.first()) {
            (Some(quote), Some(sign)) => quote == *sign,
            (None, None | Some(b'\n' | b'\r')) => true,
            (None, Some(b' ' | b'\t')) => ends_line(behind),
            _ => false,
        };
        if !ends || !begins_line(self.text, name) {
            return None;
        }
        // A statement; in shells no blank stands before the value.
        if value.ends_with(b";") && self.text[..self.at].ends_with(b" ") {
            return None;
        }
        // What stands at the end of a line of code ends it.
        let inner = value.iter().rposition(|b| !b",;)]}".contains(b))?;
        let goes_on = is_cut || is_operator || value[..inner].iter().any(is_of_code);
        (goes_on && is_generated(value) && !is_expression(value) && !is_several(value))
            .then_some(self.at..end)
    }

    /// Where the word that begins here ends.
    fn end_of_word(&self) -> usize {
        let rest = &self.text[self.at..(self.at + super::LONGEST_VALUE).min(self.text.len())];
        self.at + rest.iter().take_while(|b| b.is_ascii_graphic() && !is_quote(**b)).count()
    }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// Whether nothing but blanks or a comment follows in the line.
fn ends_line(rest: &[u8]) -> bool {
    let line = rest.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    line.is_empty() || line[0] == b'#'
}

/// The quote that opens before a name.
fn quote_before(text: &[u8], name: usize) -> Option<u8> {
    name.checked_sub(1).map(|at| text[at]).filter(|b| is_quote(*b))
}

/// Whether a name begins a line of settings: nothing but blanks, a list's dash, a quote or the command that
/// sets variables stands before it.
pub(in crate::assignment) fn begins_line(text: &[u8], name: usize) -> bool {
    let quote = quote_before(text, name);
    let Some(line) = line_before(text, name - usize::from(quote.is_some())) else { return false };
    let word = line.strip_prefix(b"-").unwrap_or(line).trim_ascii_start();
    word.is_empty()
        || COMMANDS.contains(&word)
        || quote.is_some() && OPTIONS.iter().any(|option| line.ends_with(option))
}

/// What stands before a place in its line, without blanks around it; `None` if that is too long to be
/// the beginning of a setting or a command.
pub(super) fn line_before(text: &[u8], at: usize) -> Option<&[u8]> {
    let from = at.saturating_sub(BEFORE);
    let before = &text[from..at];
    let line = match memchr::memrchr2(b'\n', b'\r', before) {
        Some(end) => &before[end + 1..],
        None if from == 0 => before.strip_prefix(b"\xef\xbb\xbf").unwrap_or(before),
        None => return None,
    };
    Some(line.trim_ascii())
}

/// Whether a value is several: the pairs of a query or a connection string, a list of tokens.
fn is_several(value: &[u8]) -> bool {
    let is_mark = |b: &u8| matches!(b, b'&' | b';' | b',');
    let is_word = |part: &[u8]| {
        part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    let mut parts = value.split(is_mark);
    parts.next();
    let pairs = parts.clone().any(|part| {
        let sign = part.iter().position(|b| *b == b'=').filter(|at| *at > 1);
        sign.is_some_and(|at| part[..at].iter().all(|b| b.is_ascii_lowercase() || *b == b'_'))
    });
    let list = value.contains(&b',')
        && value.split(|b| *b == b',').all(|part| part.len() >= 12 && is_word(part));
    pairs
        || list
        || memchr::memmem::find(value, b"://").is_some()
        || [
            &b"</"[..],
            b"&&",
            b"||",
            b"<%",
            b"%>",
            b"{{",
            b"${",
            b"$(",
            b"&amp;",
            b"&lt;",
            b"&quot;",
        ]
        .iter()
        .any(|sign| memchr::memmem::find(value, sign).is_some())
}
