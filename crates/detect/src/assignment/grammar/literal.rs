//! The literal in the place of a value: its quotes, the calls, lists and schemes around it.

use std::ops::Range;

use super::joined::{INDENT, Seams, member};
use super::{Assigned, GAP, Joint, LONGEST_VALUE, Quoting, Reader, entity};
use crate::assignment::names::Name;
use crate::parts::Parts;

impl Reader<'_> {
    /// The literal itself, perhaps within calls and lists.
    pub(super) fn literal(
        mut self,
        joint: Joint,
        flag: bool,
        typed: bool,
        quoted_name: bool,
        name: &Name,
    ) -> Option<Assigned> {
        let lines = if flag && joint == Joint::Blank { 0 } else { 2 };
        self.blanks(GAP);
        let block = joint == Joint::Colon && self.block_scalar();
        let next_line = self.space(lines) && !block;
        let many = name.is_plural(self.text);
        if joint == Joint::Colon && next_line && many && self.dash() {
            let (quoting, value) = self.item()?;
            let end = value.end;
            let items = Assigned {
                joint,
                quoting,
                quoted_name,
                next_line,
                in_list: true,
                end,
                ..Assigned::unnamed(value)
            };
            return Some(items);
        }
        if let Some(value) = self.setting(name.span.start, joint).filter(|_| !next_line) {
            let end = value.end;
            return Some(Assigned { joint, typed, quoted_name, end, ..Assigned::unnamed(value) });
        }
        let mut call = None;
        let mut in_list = false;
        let mut within = joint == Joint::Call;
        for _ in 0..4 {
            match self.peek(0)? {
                b'[' | b'{' if !in_list && matches!(self.peek(1)?, b'"' | b'\'' | b' ' | b'\n') => {
                    in_list = true;
                    self.at += 1;
                    self.space(2);
                    if many {
                        self.map_key();
                    }
                    continue;
                }
                _ if many && !in_list && self.list_maker() => {
                    in_list = true;
                    self.map_key();
                    continue;
                }
                b'(' if call.is_none() && matches!(self.peek(1)?, b'\n' | b'\r') => {
                    call = Some(self.at..self.at);
                    within = true;
                    self.at += 1;
                    self.space(1);
                    continue;
                }
                b @ (b'@' | b'&' | b'*' | b'(') if self.opens_after_sign() => {
                    within |= b == b'(';
                    self.at += 1;
                }
                b if b.is_ascii_alphabetic() || b == b'_' || b == b'[' => match self.callee() {
                    Some(range) => {
                        within |= self.text[range.end] == b'(';
                        call = Some(range);
                    }
                    None => break,
                },
                _ => break,
            }
        }
        let (quoting, open) = self.quote();
        self.at += open;
        let start = self.at;
        if quoting == Quoting::Bare {
            // A map, a block, another line or an argument without quotes is no value.
            let elsewhere = next_line && !matches!(joint, Joint::Tag | Joint::ValueOf);
            let code = matches!(joint, Joint::Call | Joint::Comma | Joint::Compared);
            if elsewhere || code || call.is_some() {
                return None;
            }
            self.scheme_word(name);
            self.bare(joint, name)?;
        } else {
            self.quoted(quoting)?;
        }
        let mut value = start..self.at;
        let pieces = match quoting {
            Quoting::Bare if block => self.wrapped_lines(start),
            Quoting::Single | Quoting::Double | Quoting::Back => {
                let seams = seams(self.text, name, joint, start - open, within);
                self.joined_literals(start, open, seams)
            }
            _ => Parts::default(),
        };
        value.end = pieces.hull().map_or(value.end, |hull| hull.end);
        if quoting != Quoting::Bare && pieces.is_empty() {
            value = member(self.text, value);
        }
        let scheme = if pieces.is_empty() { scheme(self.text, &value, name) } else { None };
        if let Some(scheme) = &scheme {
            value.start = scheme.end + 1;
        }
        if value.is_empty() || is_between_pieces(&self.text[value.clone()]) {
            return None;
        }
        let end = self.at;
        Some(Assigned {
            value,
            pieces,
            joint,
            quoting,
            call,
            typed,
            quoted_name,
            next_line,
            in_list,
            scheme,
            end,
        })
    }

    /// Passes over a scheme before a value without quotes: `Token abc`.
    fn scheme_word(&mut self, name: &Name) {
        let rest = &self.text[self.at..(self.at + LONGEST_SCHEME + 1).min(self.text.len())];
        let Some(blank) = memchr::memchr(b' ', rest) else { return };
        let value = self.text.get(self.at + blank + 1).is_some_and(u8::is_ascii_alphanumeric);
        if value && is_scheme(&rest[..blank], self.text, name) {
            self.at += blank + 1;
        }
    }

    /// Whether a quote follows a sign that belongs to the literal.
    fn opens_after_sign(&self) -> bool {
        matches!(self.peek(1), Some(b'"' | b'\''))
    }

    /// A call or prefix before a quote: `getenv(`, `new String(`, `[]byte(`, `b`, `u8`.
    fn callee(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let end = (start + 64).min(self.text.len());
        let mut at = start;
        while at < end {
            match self.text[at] {
                b'(' => {
                    let range = start..at;
                    self.at = at + 1;
                    self.space(1);
                    return Some(range);
                }
                b'"' | b'\'' if at - start <= 2 && self.text[start] != b'[' => {
                    self.at = at;
                    return Some(start..at);
                }
                b if b.is_ascii_alphanumeric() => {}
                b'_' | b'.' | b':' | b'[' | b']' | b'$' | b'<' | b'>' | b'-' | b'!' => {}
                b' ' if &self.text[start..at] == b"new" => {}
                _ => return None,
            }
            at += 1;
        }
        None
    }

    /// Which quote opens here, and its length.
    pub(super) fn quote(&self) -> (Quoting, usize) {
        let rest = &self.text[self.at..];
        match rest {
            [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] => (Quoting::Triple, 3),
            [b'"', ..] => (Quoting::Double, 1),
            [b'\'', ..] => (Quoting::Single, 1),
            [b'`', ..] => (Quoting::Back, 1),
            [b'\\', b'"' | b'\'', ..] => (Quoting::Escaped, 2),
            [b'\\', b'\\', b'\\', b'"', ..] => (Quoting::Escaped, 4),
            [b'&', ..] if let Some(length) = entity(rest) => (Quoting::Escaped, length),
            _ if typographic(rest) => (Quoting::Double, 3),
            _ => (Quoting::Bare, 0),
        }
    }

    /// Goes to the closing quote.
    pub(super) fn quoted(&mut self, quoting: Quoting) -> Option<()> {
        let start = self.at;
        let quote = self.text[start - 1];
        let end = (start + LONGEST_VALUE).min(self.text.len());
        while self.at < end {
            let rest = &self.text[self.at..end];
            match (quoting, rest) {
                (Quoting::Escaped, [b'&', ..]) if quote == b';' && entity(rest).is_some() => {
                    return Some(());
                }
                (Quoting::Escaped, [b'\\', q, ..]) if *q == quote => return Some(()),
                (Quoting::Escaped, [b'\\', b'\\', b'\\', q, ..]) if *q == quote => return Some(()),
                (Quoting::Escaped, [q, ..]) if *q == quote && quote != b';' => return Some(()),
                (Quoting::Triple, [a, b, c, ..]) if *a == quote && *b == quote && *c == quote => {
                    return Some(());
                }
                (Quoting::Triple, [b'\n' | b'\r', ..]) if self.at == start => return None,
                (Quoting::Triple, [b'\n' | b'\r', ..]) => return Some(()),
                (_, [b'\n' | b'\r', ..]) => return None,
                (Quoting::Escaped | Quoting::Triple, _) => {}
                (_, [b'\\', _, ..]) => self.at += 1,
                (_, [q, ..]) if *q == quote => return Some(()),
                (Quoting::Double, rest) if quote >= 0x80 && typographic(rest) => return Some(()),
                _ => {}
            }
            self.at += 1;
        }
        // As long as can be read: keys in one line may be longer.
        (self.at == start + LONGEST_VALUE).then_some(())
    }

    /// Goes to the end of a value without quotes.
    fn bare(&mut self, joint: Joint, name: &Name) -> Option<()> {
        let start = self.at;
        let end = (start + LONGEST_VALUE).min(self.text.len());
        let query =
            name.span.start.checked_sub(1).is_some_and(|i| matches!(self.text[i], b'?' | b'&'));
        let mut names = 0;
        while self.at < end {
            let sign = self.text[self.at];
            if matches!(sign, b':' | b'=') && self.peek(1).is_some_and(|b| b.is_ascii_alphabetic())
            {
                names += 1;
                // One assignment after another, and each would be read to the end.
                if names > NAMES {
                    return None;
                }
            }
            let stop = match sign {
                0..=b' ' | b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'\\' => true,
                b'&' => query || joint == Joint::Equals,
                b'(' | b'[' | b'{' => {
                    self.at > start
                        && matches!(
                            joint,
                            Joint::Equals
                                | Joint::Colon
                                | Joint::Arrow
                                | Joint::Compared
                                | Joint::Default
                                | Joint::Comma
                                | Joint::Call
                        )
                }
                b')' | b']' | b'}' | b'|' => joint != Joint::Tag,
                b'#' if query => true,
                _ => false,
            };
            if stop {
                break;
            }
            self.at += 1;
        }
        // Punctuation of the sentence around it.
        while self.at > start && matches!(self.text[self.at - 1], b'.' | b':') {
            self.at -= 1;
        }
        (self.at > start).then_some(())
    }
}

/// What decides whether literals below the one that opens at `open` belong to it.
fn seams(text: &[u8], name: &Name, joint: Joint, open: usize, within: bool) -> Seams {
    let start = name.span.start;
    let from = start.saturating_sub(INDENT);
    let before = &text[from..start];
    let line = memchr::memrchr2(b'\n', b'\r', before).map_or(before, |at| &before[at + 1..]);
    let outer = before.iter().rfind(|b| !b.is_ascii_whitespace() && **b != b'.');
    Seams {
        within,
        argument: joint == Joint::Comma
            || (joint == Joint::Equals && matches!(outer, Some(b'(' | b',' | b'{'))),
        apart: open.checked_sub(1).is_some_and(|at| matches!(text[at], b' ' | b'\t')),
        indent: line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count(),
    }
}

/// Names that a value without quotes may go on with, as in `user:password:group` and `a=b=c`.
const NAMES: usize = 8;

/// “ ” ‘ ’ in UTF-8.
fn typographic(rest: &[u8]) -> bool {
    matches!(rest, [0xe2, 0x80, 0x98..=0x9f, ..])
}

/// Whether a literal is the text between two others, which a program joins to something: `' + name + '`.
fn is_between_pieces(value: &[u8]) -> bool {
    let (begin, end) = (value.trim_ascii_start(), value.trim_ascii_end());
    let quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\'' | b'`'));
    let sign = |b: Option<&u8>| matches!(b, Some(b'+' | b'.' | b'&' | b'|'));
    let after_quote =
        |value: &[u8]| value.get(1..).unwrap_or_default().trim_ascii_start().first().copied();
    let before_quote = || end[..end.len().saturating_sub(1)].trim_ascii_end().last().copied();
    (quote(begin.first()) && sign(after_quote(begin).as_ref()))
        || (quote(end.last()) && sign(before_quote().as_ref()))
        || (sign(begin.first()) && sign(end.last()) && begin.len() > 4 && begin[1] == b' ')
}

/// Schemes of HTTP authentication whose parameter is the secret itself.
const SCHEMES: &[&str] = &["basic", "bearer", "token", "apikey", "ssws", "key", "digest"];

/// Schemes whose parameters are a signature or an answer, good for one request.
const ANSWERS: &[&str] = &["negotiate", "ntlm", "signature", "hawk", "mac", "scram", "vapid"];

/// Longest scheme, in bytes.
const LONGEST_SCHEME: usize = 24;

/// Whether a word before a value is a scheme of HTTP authentication: a known one, or any in the header
/// that has nothing else.
fn is_scheme(word: &[u8], text: &[u8], name: &Name) -> bool {
    let is_one = |list: &[&str]| list.iter().any(|k| word.eq_ignore_ascii_case(k.as_bytes()));
    let header = || {
        word.len() >= 2
            && word[0].is_ascii_alphabetic()
            && word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !word.contains(&b'4')
            && name.says(text, &["authorization"])
    };
    is_one(SCHEMES) || (header() && !is_one(ANSWERS))
}

/// A scheme of HTTP authentication before the value.
fn scheme(text: &[u8], value: &Range<usize>, name: &Name) -> Option<Range<usize>> {
    let rest = &text[value.clone()];
    let blank = memchr::memchr(b' ', rest.get(..rest.len().min(LONGEST_SCHEME + 1))?)?;
    let plain = rest.len() > blank + 4 && !rest[blank + 1..].contains(&b' ');
    (plain && is_scheme(&rest[..blank], text, name)).then(|| value.start..value.start + blank)
}
