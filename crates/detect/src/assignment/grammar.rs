//! How values meet names: `name = "value"`, `"name": "value"`, `--name value`, `<name>value</name>`,
//! `setName("value")`, `name="x" value="y"`, and their relatives in other notations.
//!
//! One grammar for all of them, because texts mix notations: JSON within strings, shell within
//! Markdown. It reads on from the name and needs no knowledge of the file.

mod beside;
mod joined;
mod list;
mod literal;
pub(super) mod setting;

use std::borrow::Cow;
use std::ops::Range;

use super::names::Name;
use crate::naming::lexicon;
use crate::parts::Parts;

/// Longest value, in bytes.
pub const LONGEST_VALUE: usize = 1200;

/// A literal that stands where the value of a name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The literal without its quotes; of several that are joined, from the first to the last.
    pub value: Range<usize>,
    /// The pieces of a joined literal, without quotes and operators; none for a single one.
    pub pieces: Parts,
    /// How it is joined to the name.
    pub joint: Joint,
    /// How the literal is written.
    pub quoting: Quoting,
    /// Function or constructor around the literal: `getenv(`, `new SecretKey(`.
    pub call: Option<Range<usize>>,
    /// Whether a type stands between the name and the value.
    pub typed: bool,
    /// Whether the name is in quotes, brackets or tags.
    pub quoted_name: bool,
    /// Whether the value begins on a later line than the name ends.
    pub next_line: bool,
    /// Whether the literal is the first of a list.
    pub in_list: bool,
    /// Scheme before the value: `Bearer`, `Basic`, `Token`.
    pub scheme: Option<Range<usize>>,
    /// End of what was read.
    pub end: usize,
}

impl Assigned {
    /// A value that has no name: the password of a URL.
    pub fn unnamed(value: Range<usize>) -> Self {
        let end = value.end;
        Self {
            value,
            pieces: Parts::default(),
            joint: Joint::Within,
            quoting: Quoting::Bare,
            call: None,
            typed: false,
            quoted_name: false,
            next_line: false,
            in_list: false,
            scheme: None,
            end,
        }
    }

    /// Whether a blank stands before the value.
    pub fn is_apart(&self, text: &[u8]) -> bool {
        self.value.start.checked_sub(1).is_some_and(|at| text[at] == b' ')
    }

    /// Whether the name begins a string that goes on with the value: `"PASS: vxlan"`.
    pub fn is_within_string(&self, text: &[u8], name: &Name) -> bool {
        let before = name.span.start.checked_sub(1).map(|at| text[at]);
        matches!(before, Some(b'"' | b'\'')) && !self.quoted_name
    }

    /// What the literal says, its pieces put together.
    pub fn content<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        if self.pieces.is_empty() {
            Cow::Borrowed(&text[self.value.clone()])
        } else {
            self.pieces.text(text)
        }
    }
}

/// What joins a value to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joint {
    /// `=`, `:=`, `<-`.
    Equals,
    /// `:`.
    Colon,
    /// `=>`, `->`.
    Arrow,
    /// `name="x" value="y"`.
    ValueOf,
    /// `<name>value`.
    Tag,
    /// `--name value`, `password "value"`.
    Blank,
    /// `name("value")`.
    Call,
    /// `"name", "value"`.
    Comma,
    /// `||`, `??`, `or`, `:-`.
    Default,
    /// `==`, `!=`, `.equals(`.
    Compared,
    /// `user:value@host`, or what a rule of another kind has found.
    Within,
}

/// How a literal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quoting {
    /// Without quotes.
    Bare,
    /// `"` or typographic quotes.
    Double,
    /// `'`.
    Single,
    /// `` ` ``.
    Back,
    /// `\"`: within another string.
    Escaped,
    /// `"""`.
    Triple,
}

/// Bytes between the name and its operator at most.
const GAP: usize = 64;

/// Attributes of an element at most, in bytes.
const ATTRIBUTES: usize = 160;

/// The value behind this one in the list or map that the name has.
pub fn next_in_list(text: &[u8], name: &Name, last: &Assigned) -> Option<Assigned> {
    list::next(text, name, last)
}

/// The value that belongs to a name, if a literal stands in its place.
pub fn assigned(text: &[u8], name: &Name) -> Option<Assigned> {
    assigned_behind(text, name).or_else(|| assigned_before(text, name))
}

/// The value in a field before the one that holds the name: `{"value": "x", "name": "password"}`.
fn assigned_before(text: &[u8], name: &Name) -> Option<Assigned> {
    let mut reader = Reader { text, at: name.span.end };
    let quoted_name = reader.closers();
    let end = reader.at;
    let fields = reader.field_before(name.span.start)?;
    let assigned = reader.literal(Joint::ValueOf, false, false, quoted_name, name)?;
    (assigned.value.end <= fields.end)
        .then_some(Assigned { end: end.max(assigned.end), ..assigned })
}

/// The value behind a name.
fn assigned_behind(text: &[u8], name: &Name) -> Option<Assigned> {
    let end = name.span.end;
    let before = name.span.start.checked_sub(1).map(|i| text[i]);
    let mut reader = Reader { text, at: end };
    let quoted_name = reader.closers();
    let flag = before == Some(b'-');
    reader.blanks(GAP);
    let symbol = before == Some(b':') || quoted_name;
    let mut typed = false;
    // `=>` and `==` are operators but where a line of settings goes on with a generated value.
    if end == reader.at
        && matches!((reader.peek(0)?, reader.peek(1)), (b'=', Some(b'>' | b'=' | b'~')))
    {
        let value = Reader { text, at: end + 1 };
        if value.setting(name.span.start, Joint::Equals).is_some() {
            return value.literal(Joint::Equals, false, false, false, name);
        }
    }
    let joint = match (reader.peek(0)?, reader.peek(1)) {
        (b':', Some(b'=')) => reader.take(2, Joint::Equals),
        (b':', Some(b'-')) => reader.take(2, Joint::Default),
        // In base64, as LDIF has it (RFC 2849).
        (b':', Some(b':'))
            if reader.peek(2) == Some(b' ') && setting::begins_line(text, name.span.start) =>
        {
            reader.take(2, Joint::Colon)
        }
        (b':', Some(b':')) => match (reader.peek(2), reader.peek(3)) {
            // Assignments of make.
            (Some(b'='), _) => reader.take(3, Joint::Equals),
            (Some(b':'), Some(b'=')) => reader.take(4, Joint::Equals),
            _ => return None,
        },
        (b':', _) => reader.take(1, Joint::Colon),
        (b'=', Some(b'=')) if reader.peek(2) == Some(b'=') => reader.take(3, Joint::Compared),
        (b'=', Some(b'=')) => reader.take(2, Joint::Compared),
        (b'=', Some(b'>')) => reader.take(2, Joint::Arrow),
        (b'-', Some(b'>')) => {
            // Elsewhere a member of something: `key->name`.
            if !reader.arrow_to_literal() {
                return None;
            }
            reader.take(2, Joint::Arrow)
        }
        (b'=', Some(b'~')) => return None,
        (b'=', _) => reader.take(1, Joint::Equals),
        (b'!', Some(b'=')) if reader.peek(2) == Some(b'=') => reader.take(3, Joint::Compared),
        (b'!', Some(b'=')) => reader.take(2, Joint::Compared),
        (b'<', Some(b'-')) => reader.take(2, Joint::Equals),
        (b'|', Some(b' ')) if begins_row(text, name.span.start) => reader.take(2, Joint::Tag),
        (b'|', Some(b'|')) | (b'?', Some(b'?' | b':')) => reader.take(2, Joint::Default),
        (b'?' | b'+' | b'|' | b'.', Some(b'=')) => reader.take(2, Joint::Equals),
        (b'o', Some(b'r')) if reader.peek(2) == Some(b' ') => reader.take(2, Joint::Default),
        (b',', _) if reader.second_result() => Joint::Equals,
        (b',', _) if symbol => match reader.value_of(name, quoted_name) {
            Some(()) => Joint::ValueOf,
            None if flag || is_first_argument(text, name.span.start) => {
                reader.take(1, Joint::Comma)
            }
            None => return None,
        },
        (b'(', _)
            if !quoted_name && before != Some(b' ') || name.last() & lexicon::COMPARES != 0 =>
        {
            reader.expect(b'(')?;
            Joint::Call
        }
        (b'b' | b'B' | b'w' | b'W', _) if reader.identified(name) => Joint::Blank,
        (b'(', _) if !quoted_name => reader.take(1, Joint::Call),
        (b'{', Some(b'"')) if !quoted_name => reader.take(1, Joint::Call),
        (b'{', _) if reader.accessors() => Joint::Equals,
        // `(?<name>` is a group of a regular expression, not an element.
        (b'>', _) if before == Some(b'<') && is_group(text, name.span.start) => return None,
        (b'>', _) if quoted_name || before == Some(b'<') => reader.take(1, Joint::Tag),
        (b'/', Some(b'>')) => return None,
        (b'"' | b'\'' | b'`', _) if reader.at > end => Joint::Blank,
        (b'<', Some(b'/')) if before == Some(b'>') => reader.next_tag()?,
        (b'\n' | b'\r', _) => {
            reader.value_of(name, quoted_name)?;
            Joint::ValueOf
        }
        _ if reader.value_of(name, quoted_name).is_some() => Joint::ValueOf,
        _ if before == Some(b'<') && reader.attributes() => reader.take(1, Joint::Tag),
        _ if !quoted_name && reader.type_after_name() => {
            typed = true;
            Joint::Equals
        }
        _ if reader.at > end
            && (flag
                || name.first() & lexicon::SCHEME != 0
                || begins_command(text, name.span.start)) =>
        {
            Joint::Blank
        }
        _ => return None,
    };
    if joint == Joint::Colon && reader.annotation() {
        typed = true;
    }
    reader.literal(joint, flag, typed, quoted_name, name)
}

/// Whether a name in quotes is the first of several arguments, or a symbol: `put("name", `, `:name,`.
/// Elsewhere a comma separates words of a list.
fn is_first_argument(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(6)..start];
    let quotes = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'@' | b' ');
    before.ends_with(b":") || before.iter().rfind(|b| !quotes(b)) == Some(&b'(')
}

/// Whether a name after `<` names a group of a regular expression.
fn is_group(text: &[u8], start: usize) -> bool {
    start >= 2 && matches!(text[start - 2], b'?' | b'P')
}

/// Whether the name is in the first cell of a row of a table: `| name | `.
fn begins_row(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(24)..start];
    let line = before.rsplit(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
    let signs = line.trim_ascii_start().strip_prefix(b"|");
    signs.is_some_and(|signs| signs.iter().all(|b| matches!(b, b' ' | b'`' | b'*')))
}

/// Whether the name is the first word of its line, or of a command that sets variables, or a scheme.
fn begins_command(text: &[u8], start: usize) -> bool {
    let Some(line) = setting::line_before(text, start) else { return false };
    let line = line.strip_prefix(b"#").unwrap_or(line).trim_ascii_start();
    [&b""[..], b"ENV", b"ARG", b"env", b"setenv", b"setx", b"set", b"config set", b"CONFIG SET"]
        .contains(&line)
        || [&b"machine "[..], b"login "].iter().any(|word| line.starts_with(word))
}

/// Whether an operator may follow a name: the cheapest question, asked before what the name means.
pub fn may_assign(text: &[u8], name: Range<usize>) -> bool {
    let mut reader = Reader { text, at: name.end };
    let before = name.start.checked_sub(1).map(|i| text[i]);
    let closed = reader.closers();
    let blank = matches!(reader.peek(0), Some(b' ' | b'\t'));
    reader.blanks(GAP);
    match (reader.peek(0), reader.peek(1)) {
        (Some(b'-'), Some(b'>')) => reader.arrow_to_literal(),
        (Some(b'='), Some(b' ')) => !reader.leads_to_code(),
        (Some(b':' | b'=' | b'!' | b'<' | b'|' | b'?' | b'+'), _) => true,
        (Some(b'"' | b'\'' | b'`' | b'('), _) | (Some(b'{'), Some(b'"')) => true,
        (Some(b'{'), Some(b'\n' | b'\r')) => closed,
        (Some(b'{'), _) => reader.accessors(),
        (Some(b'.'), Some(b'=')) => true,
        (Some(b','), _) => closed || before == Some(b':') || reader.second_result(),
        (Some(b'>'), _) => closed || before == Some(b'<'),
        (Some(b'\n' | b'\r'), _) => closed || before == Some(b' '),
        (Some(_), _) => {
            closed
                || (blank
                    && (matches!(before, Some(b'-' | b'<'))
                        || text[name.start..name.end].eq_ignore_ascii_case(b"basic")
                        || text[name.start..name.end].eq_ignore_ascii_case(b"bearer")
                        || text[name.start..name.end].eq_ignore_ascii_case(b"identified")
                        || (reader.peek(0), reader.peek(1)) == (Some(b'o'), Some(b'r'))
                        || reader.type_after_name()
                        || begins_command(text, name.start)))
        }
        (None, _) => false,
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn take(&mut self, bytes: usize, joint: Joint) -> Joint {
        self.at += bytes;
        joint
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek(0)? == byte).then(|| self.at += 1)
    }

    /// Spaces and tabs.
    fn blanks(&mut self, most: usize) {
        let end = self.at + most;
        while self.at < end && matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes over what SQL puts between `IDENTIFIED` and the password: `BY`, `WITH plugin BY`.
    fn identified(&mut self, name: &Name) -> bool {
        if !self.text[name.span.clone()].eq_ignore_ascii_case(b"identified") {
            return false;
        }
        let rest = &self.text[self.at..(self.at + GAP).min(self.text.len())];
        let line = rest.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
        let by = line.windows(3).position(|word| word.eq_ignore_ascii_case(b"by "));
        let quote = |by: usize| matches!(line.get(by + 3), Some(b'\'' | b'"'));
        if let Some(by) = by.filter(|by| quote(*by)) {
            self.at += by + 3;
        }
        by.is_some_and(quote)
    }

    /// Passes over a second result, as in Go's `name, err :=`.
    fn second_result(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix(b", ") else { return false };
        let word = rest.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'_').count();
        let sign = match &rest[word..] {
            [b' ', b':', b'=', b' ', ..] => 4,
            [b' ', b'=', b' ', ..] => 3,
            _ => return false,
        };
        self.at += 2 + word + sign;
        (1..=3).contains(&word)
    }

    /// Passes over a type between a name and its value, as Go writes it: `key []byte = "`.
    fn type_after_name(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let letters = |b: &u8| b.is_ascii_alphanumeric() || b"_.*[]".contains(b);
        let word = rest.iter().take(GAP).take_while(|b| letters(b)).count();
        let begins = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || b"*[".contains(b));
        let value = matches!(
            rest.get(word..),
            Some([b' ', b'=', b' ', b'"' | b'`', ..] | [b' ', b'=', b' ', b'[', b']', ..])
        );
        if begins && value {
            self.at += word + 2;
        }
        begins && value
    }

    /// Passes over the accessors of a property in C#: `{ get; set; } = "`.
    fn accessors(&mut self) -> bool {
        let rest = &self.text[self.at..(self.at + GAP).min(self.text.len())];
        let Some(inner) = rest.strip_prefix(b"{ get;") else { return false };
        let Some(close) = memchr::memchr(b'}', inner) else { return false };
        let assigns = inner[close + 1..].starts_with(b" = ");
        if assigns {
            self.at += rest.len() - inner.len() + close + 3;
        }
        assigns
    }

    /// Passes over the sign of a YAML block: `>`, `|-`.
    fn block_scalar(&mut self) -> bool {
        let length = match (self.peek(0), self.peek(1)) {
            (Some(b'>' | b'|'), Some(b'\n' | b'\r')) => 1,
            (Some(b'>' | b'|'), Some(b'-' | b'+'))
                if matches!(self.peek(2), Some(b'\n' | b'\r')) =>
            {
                2
            }
            _ => return false,
        };
        self.at += length;
        true
    }

    /// Whether a name and the end of a statement or a member follow `= `.
    fn leads_to_code(&self) -> bool {
        let rest = self.text.get(self.at + 2..).unwrap_or_default();
        let name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let length = rest.iter().take(GAP).take_while(|b| name(b)).count();
        let begins = rest.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        begins && matches!(rest[length..], [b';', ..] | [b'-', b'>', ..])
    }

    /// Whether a quote follows an arrow.
    fn arrow_to_literal(&self) -> bool {
        let rest = self.text.get(self.at + 2..).unwrap_or_default();
        let quote = rest.iter().find(|b| !matches!(b, b' ' | b'\t'));
        matches!(quote, Some(b'"' | b'\''))
    }

    /// Blanks and at most so many line ends, also escaped ones; says whether there was a line end.
    fn space(&mut self, mut lines: usize) -> bool {
        let mut crossed = false;
        let end = self.at + 160;
        while self.at < end {
            match self.peek(0) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\r') if self.peek(1) == Some(b'\n') => self.at += 1,
                Some(b'\r' | b'\n') if lines > 0 => {
                    lines -= 1;
                    crossed = true;
                    self.at += 1;
                }
                // Continued: for what is written, it is one line.
                Some(b'\\') if self.peek(1) == Some(b'\n') => self.at += 2,
                Some(b'\\') if self.peek(1) == Some(b'\r') && self.peek(2) == Some(b'\n') => {
                    self.at += 3;
                }
                _ => break,
            }
        }
        crossed
    }

    /// What closes a name: quotes, brackets, emphasis. Says whether anything did.
    fn closers(&mut self) -> bool {
        let start = self.at;
        for _ in 0..6 {
            match self.peek(0) {
                Some(b'"' | b'\'' | b'`' | b']' | b'*') => self.at += 1,
                Some(b'\\') if matches!(self.peek(1), Some(b'"' | b'\'')) => self.at += 2,
                Some(b'&') if let Some(length) = entity(&self.text[self.at..]) => self.at += length,
                Some(b')') if self.at > start => self.at += 1,
                // `[ "${name}" == "`.
                Some(b'}') if self.text[self.at..].starts_with(b"}\" == \"") => self.at += 1,
                Some(b'?' | b'!') if self.peek(1) == Some(b':') => self.at += 1,
                _ => break,
            }
        }
        self.at > start
    }

    /// `value =` after a name: an attribute, member or line of its own.
    fn value_of(&mut self, name: &Name, quoted_name: bool) -> Option<()> {
        let start = self.at;
        let found = self.try_value_of(quoted_name);
        if found.is_none() {
            self.at = start;
            return self.field_behind(name.span.start);
        }
        found
    }

    /// Passes over the attributes of an element up to its `>`, unless one says that the content is sealed.
    fn attributes(&mut self) -> bool {
        let rest = &self.text[self.at..(self.at + ATTRIBUTES).min(self.text.len())];
        let Some(end) = memchr::memchr2(b'>', b'<', rest) else { return false };
        let inner = &rest[..end];
        let attributes = rest[end] == b'>' && !inner.ends_with(b"/") && inner.contains(&b'=');
        let sealed = [&b"crypt"[..], b"sha", b"hash", b"nil=\"true"];
        let is_sealed = sealed.iter().any(|sign| memchr::memmem::find(inner, sign).is_some());
        if attributes && !is_sealed {
            self.at += end;
        }
        attributes && !is_sealed
    }

    fn try_value_of(&mut self, quoted_name: bool) -> Option<()> {
        self.blanks(GAP);
        if self.peek(0) == Some(b',') || (quoted_name && self.peek(0) == Some(b'{')) {
            self.at += 1;
        }
        let crossed = self.space(2);
        if !crossed && !quoted_name {
            return None;
        }
        for _ in 0..3 {
            if matches!(self.peek(0), Some(b'"' | b'\'' | b'\\' | b'-')) {
                self.at += 1;
            }
        }
        let rest = self.text.get(self.at..)?;
        let word = ["value", "val", "default", "defaultvalue", "content", "string", "text"]
            .iter()
            .filter(|w| {
                rest.get(..w.len()).is_some_and(|r| r.eq_ignore_ascii_case(w.as_bytes()))
                    && !rest.get(w.len()).is_some_and(u8::is_ascii_alphanumeric)
            })
            .max_by_key(|w| w.len())?;
        self.at += word.len();
        self.closers();
        self.blanks(GAP);
        matches!(self.peek(0)?, b'=' | b':').then(|| self.at += 1)?;
        if self.peek(0) == Some(b'>') {
            self.at += 1;
        }
        Some(())
    }

    /// `<key>password</key> <string>`: on to the next tag's content.
    fn next_tag(&mut self) -> Option<Joint> {
        let close =
            memchr::memchr(b'>', self.text.get(self.at..(self.at + 40).min(self.text.len()))?)?;
        self.at += close + 1;
        self.space(2);
        self.expect(b'<')?;
        if self.peek(0)? == b'/' {
            return None;
        }
        let close =
            memchr::memchr(b'>', self.text.get(self.at..(self.at + 40).min(self.text.len()))?)?;
        self.at += close + 1;
        Some(Joint::ValueOf)
    }

    /// A type after a colon, and the `=` behind it: `: string =`, `: Option<&'static str> =`.
    fn annotation(&mut self) -> bool {
        let mut at = self.at;
        let end = (at + 48).min(self.text.len());
        let mut letters = false;
        while at < end {
            match self.text[at] {
                b'=' => {
                    // Padding of base64 ends a value; it does not begin one.
                    let next = self.text.get(at + 1);
                    let apart =
                        self.text[at - 1] == b' ' || matches!(next, Some(b'"' | b'\'' | b'`'));
                    let typed = letters && apart && !matches!(next, Some(b'=' | b'>'));
                    if typed {
                        self.at = at + 1;
                    }
                    return typed;
                }
                b if b.is_ascii_alphabetic() => letters = true,
                b if b.is_ascii_digit() && letters => {}
                b' ' | b'_' | b'&' | b'<' | b'>' | b'[' | b']' | b'?' | b'.' | b'|' | b'*'
                | b':' => {}
                b'\'' if matches!(self.text[at - 1], b'&') => {}
                _ => return false,
            }
            at += 1;
        }
        false
    }
}

/// Length of a quote written as an entity of HTML.
fn entity(rest: &[u8]) -> Option<usize> {
    let entities = [&b"&quot;"[..], b"&#34;", b"&#39;", b"&apos;", b"&#x27;", b"&#x22;"];
    entities.iter().find(|e| rest.starts_with(e)).map(|e| e.len())
}
