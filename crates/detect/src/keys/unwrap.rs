//! Takes the wrapping off text: the escapes, string literals, comment signs and markup that stand
//! between the lines of a key once somebody has pasted it into a source or configuration file.
//!
//! The result is the plain text again, one [`Token`] at a time, each with its place in the blob.

/// How far forward from its start key material is followed, in bytes of the blob.
pub(super) const REACH: usize = 64 * 1024;

/// The longest code between two string literals that hold one text (`" +\n    "`), in bytes.
const GLUE: usize = 160;

/// Minimum length of a run of base64 letters that is the key itself and not code between two literals.
const GLUE_RUN: usize = 40;

/// The longest text that can stand before the armour on its line and again before every other line
/// (`> `, `// `, `app_1  | `), in bytes.
const MARGIN: usize = 64;

/// A byte of the plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// The byte; every form of line end is `\n`.
    pub(super) byte: u8,
    /// Where its first byte stands in the blob.
    pub(super) from: usize,
    /// Where its last byte ends.
    pub(super) to: usize,
}

/// The plain text from some place on. Cheap to clone, which is how callers look ahead.
#[derive(Debug, Clone)]
pub(super) struct Unwrap<'a> {
    blob: &'a [u8],
    position: usize,
    end: usize,
    margin: &'a [u8],
    /// `+` or `-` when the text is a diff.
    diff: Option<u8>,
    /// PowerShell's `` `n ``.
    backtick_escapes: bool,
    /// Form encoding: a space is written `+`, a plus `%2B`.
    pub(super) plus_is_space: bool,
    /// Quotes are text, not the border of a literal.
    pub(super) quotes_are_text: bool,
}

impl<'a> Unwrap<'a> {
    /// Reads from `position`; `origin`, at or before it, is where the material begins: what stands
    /// before it on its line may stand before the other lines too.
    pub(super) fn new(blob: &'a [u8], origin: usize, position: usize) -> Self {
        let margin = margin(blob, origin);
        let diff = margin.first().copied().filter(|sign| matches!(sign, b'+' | b'-'));
        Self {
            blob,
            position,
            end: blob.len().min(position.saturating_add(REACH)),
            margin,
            diff,
            backtick_escapes: origin == 0 || blob.get(origin - 1) != Some(&b'`'),
            plus_is_space: false,
            quotes_are_text: false,
        }
    }

    /// Where the next token begins, unless it is preceded by wrapping.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    fn rest(&self) -> &'a [u8] {
        self.blob.get(self.position..self.end).unwrap_or_default()
    }

    /// What stands at the position, and its length.
    fn piece(&self) -> Option<(Piece, usize)> {
        let rest = self.rest();
        let first = *rest.first()?;
        let second = rest.get(1).copied();
        let one = Some((Piece::Byte(first), 1));
        match first {
            b'\n' => Some((Piece::Newline, 1)),
            b'\r' if second == Some(b'\n') => Some((Piece::Newline, 2)),
            b'\r' => Some((Piece::Newline, 1)),
            b'\\' => Some(escape(rest)),
            b'`' if self.backtick_escapes && matches!(second, Some(b'n' | b'r')) => {
                Some((Piece::Break, 2))
            }
            b'"' | b'\'' | b'`' => Some((Piece::Quote, 1)),
            b'^' if matches!(second, Some(b'\n' | b'\r')) => Some((Piece::Break, 1)),
            b'&' => entity(rest).or(one),
            b'%' => percent(rest).or(one),
            b'<' => line_break_tag(rest).map(|length| (Piece::Break, length)).or(one),
            b'+' if self.plus_is_space => Some((Piece::Byte(b' '), 1)),
            0xc2 if second == Some(0xa0) => Some((Piece::Byte(b' '), 2)),
            _ => one,
        }
    }

    /// After a line end: skips what is repeated before every line.
    fn skip_margin(&mut self) {
        let trimmed = self.margin.trim_ascii();
        if !trimmed.is_empty() {
            let rest = self.rest();
            let blanks = blanks(rest);
            if is_like(self.margin, rest) {
                self.position += self.margin.len();
            } else if rest[blanks..].starts_with(trimmed) && !is_base64(trimmed) {
                self.position += blanks + trimmed.len();
            } else if self.diff.is_some() && rest.first().copied() == self.diff {
                self.position += 1;
            }
        }
        loop {
            let rest = self.rest();
            match rest {
                [b' ' | b'\t' | b'>' | b'#' | b'|' | b';' | b'!', ..] => self.position += 1,
                [b'*', next, ..] if *next != b'/' => self.position += 1,
                [b'-', b' ', next, ..] if *next != b'-' => self.position += 2,
                [b'/', b'/', b' ' | b'!', ..] => self.position += 3,
                _ => return,
            }
        }
    }

    /// After the end of a literal: where the next literal of the same text begins, if one does.
    fn next_literal(&self, position: usize) -> Option<usize> {
        let window = self.blob.get(position..self.end.min(position + GLUE))?;
        let open = window.iter().position(|byte| is_quote(*byte))?;
        let glue = &window[..open];
        let holds_the_key = memchr::memmem::find(glue, b"-----").is_some()
            || glue.split(|byte| !is_base64(&[*byte])).any(|run| run.len() >= GLUE_RUN);
        let start = position + open + 1;
        (!holds_the_key && !self.is_name(start)).then_some(start)
    }

    /// Whether the literal that begins here is the name of a member (`"type": ...`), not text.
    fn is_name(&self, start: usize) -> bool {
        let window = self.blob.get(start..self.end.min(start + GLUE)).unwrap_or_default();
        let Some(close) = window.iter().position(|byte| is_quote(*byte)) else { return false };
        let after = window[close + 1..].trim_ascii_start();
        match after {
            [b':', ..] => true,
            [b'=', next, ..] => *next != b'=',
            _ => false,
        }
    }
}

impl Iterator for Unwrap<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let from = self.position;
        let (piece, length) = self.piece()?;
        let to = (from + length).min(self.end);
        self.position = to;
        let byte = match piece {
            Piece::Byte(byte) => byte,
            Piece::Break => b'\n',
            Piece::Newline => {
                self.skip_margin();
                b'\n'
            }
            Piece::Quote if self.quotes_are_text => self
                .blob
                .get(to.wrapping_sub(1))
                .copied()
                .filter(|byte| is_quote(*byte))
                .unwrap_or(b'"'),
            Piece::Quote => {
                if let Some(start) = self.next_literal(to) {
                    self.position = start;
                }
                b'\n'
            }
        };
        Some(Token { byte, from, to })
    }
}

/// What a stretch of the blob stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// This byte.
    Byte(u8),
    /// A line end that is spelled out.
    Break,
    /// A line end of the blob itself.
    Newline,
    /// The border of a literal.
    Quote,
}

impl Piece {
    fn of(character: u32) -> Option<Self> {
        let byte = u8::try_from(character).ok().filter(u8::is_ascii)?;
        Some(match byte {
            b'\n' | b'\r' => Self::Break,
            quote if is_quote(quote) => Self::Quote,
            b'\t' => Self::Byte(b' '),
            other => Self::Byte(other),
        })
    }
}

/// Whether these are letters of base64, all of them.
pub(super) fn is_base64(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// What stands between the start of the line and `origin`; nothing when that is too much.
fn margin(blob: &[u8], origin: usize) -> &[u8] {
    let origin = origin.min(blob.len());
    let from = origin.saturating_sub(MARGIN);
    let before = &blob[from..origin];
    match before.iter().rposition(|b| matches!(b, b'\n' | b'\r')) {
        Some(end) => &before[end + 1..],
        None if from == 0 => before,
        None => &[],
    }
}

/// Whether a line begins like this margin: with the same text or, where that has numbers in it (the time
/// in a log, the number of the line), with other numbers in the same places.
fn is_like(margin: &[u8], line: &[u8]) -> bool {
    let is_number = |b: u8| b.is_ascii_digit() || b == b' ';
    let is_counted = margin.iter().any(u8::is_ascii_digit) && !margin.iter().all(|b| is_number(*b));
    line.len() >= margin.len()
        && margin
            .iter()
            .zip(line)
            .all(|(a, b)| a == b || is_counted && is_number(*a) && is_number(*b))
}

/// A backslash and what it escapes, however often the text was escaped (`\n`, `\\n`, `\\\\n`).
fn escape(text: &[u8]) -> (Piece, usize) {
    let slashes = text.iter().take_while(|b| **b == b'\\').count();
    let after = &text[slashes..];
    let one = |piece| (piece, slashes + 1);
    match after {
        [] => (Piece::Byte(b'\\'), slashes),
        [b'n' | b'r', ..] => one(Piece::Break),
        [b't', ..] => one(Piece::Byte(b' ')),
        [b'\r', b'\n', ..] => (Piece::Newline, slashes + 2),
        [b'\n' | b'\r', ..] => one(Piece::Newline),
        [b'u', b'{', ..] => {
            let digits = after[2..].iter().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
            let closed = after.get(2 + digits) == Some(&b'}');
            let piece = closed.then(|| number(&after[2..2 + digits], 16)).flatten();
            piece.map_or((Piece::Byte(b'\\'), slashes), |piece| (piece, slashes + digits + 3))
        }
        [b'u', ..] => coded(after, slashes, 4, 16),
        [b'x', ..] => coded(after, slashes, 2, 16),
        [b'0'..=b'7', ..] => {
            let digits = after.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let piece = number(&after[..digits], 8);
            piece.map_or((Piece::Byte(b'\\'), slashes), |piece| (piece, slashes + digits))
        }
        [quote, ..] if is_quote(*quote) => one(Piece::Quote),
        [sign @ (b'/' | b'+' | b'=' | b'-' | b' '), ..] => one(Piece::Byte(*sign)),
        _ => (Piece::Byte(b'\\'), slashes),
    }
}

/// `u000a` or `x0a`: a letter and so many digits.
fn coded(after: &[u8], slashes: usize, digits: usize, radix: u32) -> (Piece, usize) {
    let piece = after.get(1..=digits).and_then(|text| number(text, radix));
    piece.map_or((Piece::Byte(b'\\'), slashes), |piece| (piece, slashes + 1 + digits))
}

fn number(digits: &[u8], radix: u32) -> Option<Piece> {
    let text = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, radix).ok().and_then(Piece::of)
}

/// `&#10;`, `&#xA;`, `&quot;` and their like.
fn entity(text: &[u8]) -> Option<(Piece, usize)> {
    let end = text.iter().take(12).position(|b| *b == b';')?;
    let name = &text[1..end];
    let piece = match name {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        b"NewLine" => Piece::Break,
        b"quot" | b"apos" => Piece::Quote,
        b"nbsp" | b"Tab" => Piece::Byte(b' '),
        b"plus" => Piece::Byte(b'+'),
        b"sol" => Piece::Byte(b'/'),
        b"equals" => Piece::Byte(b'='),
        _ => return None,
    };
    Some((piece, end + 1))
}

/// `%0A`.
fn percent(text: &[u8]) -> Option<(Piece, usize)> {
    let digits = text.get(1..3)?;
    digits
        .iter()
        .all(u8::is_ascii_hexdigit)
        .then(|| number(digits, 16))
        .flatten()
        .map(|piece| (piece, 3))
}

/// `<br>`, `<br/>`, `<br />`.
fn line_break_tag(text: &[u8]) -> Option<usize> {
    let end = text.iter().take(8).position(|b| *b == b'>')?;
    let name = text[1..end].trim_ascii_end();
    let name = name.strip_suffix(b"/").unwrap_or(name).trim_ascii_end();
    name.eq_ignore_ascii_case(b"br").then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, origin: usize) -> String {
        Unwrap::new(text.as_bytes(), origin, origin).map(|token| char::from(token.byte)).collect()
    }

    fn squeezed(text: &str) -> String {
        plain(text, 0).split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn spelled_out_line_ends_are_line_ends() {
        for text in [
            "ab\ncd",
            "ab\r\ncd",
            r"ab\ncd",
            r"ab\\ncd",
            r"ab\r\ncd",
            r"ab\\\\r\\\\ncd",
            r"ab\u000acd",
            r"ab\x0acd",
            r"ab\012cd",
            r"ab\u{a}cd",
            "ab&#10;cd",
            "ab&#xA;cd",
            "ab&#13;&#10;cd",
            "ab%0Acd",
            "ab%0D%0acd",
            "ab<br>cd",
            "ab<br />cd",
            "ab\\\ncd",
            "ab\\n\\\n  cd",
            "ab`ncd",
            "ab^\r\ncd",
        ] {
            assert_eq!(squeezed(text), "ab cd", "{text}");
        }
    }

    #[test]
    fn signs_of_base64_may_be_escaped() {
        assert_eq!(squeezed(r"a\/b\u002bc\u003d"), "a/b+c=");
        assert_eq!(squeezed("a&#x2F;b&#43;c%3D%2F"), "a/b+c=/");
    }

    #[test]
    fn literals_of_one_text_are_joined() {
        for text in [
            "ab\\n\" +\n      \"cd",
            "ab' .\n'cd",
            "ab\\n\"\n  \"cd",
            "ab\\n\");\n    sb.append(\"cd",
            "ab\" & vbCrLf & _\n  \"cd",
            "ab',\n 'cd",
            "ab\\\",\\\"cd",
            "ab\" > key\necho \"cd",
        ] {
            assert_eq!(squeezed(text), "ab cd", "{text}");
        }
    }

    #[test]
    fn the_name_of_another_member_is_no_text() {
        assert_eq!(squeezed("ab\", \"type\": \"x"), "ab , : x");
    }

    #[test]
    fn what_stands_before_every_line_is_left_out() {
        for (text, origin) in [
            ("> ab\n> cd", 2),
            ("// ab\n// cd", 3),
            ("//ab\n//cd", 2),
            (" * ab\n * cd", 3),
            ("# ab\n# cd", 2),
            ("+ab\n+cd", 1),
            ("+    ab\n+    cd", 5),
            ("app_1  | ab\napp_1  | cd", 9),
            ("key: |\n    ab\n    cd", 11),
            ("-- ab\n-- cd", 3),
            ("+key = \"ab\n+cd", 8),
            ("2026-01-31T23:59:59.1Z ab\n2026-02-01T00:00:00.2Z cd", 23),
            (" 9\tab\n10\tcd", 3),
        ] {
            let words = plain(text, origin).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words, "ab cd", "{text}");
        }
    }

    #[test]
    fn a_line_that_begins_with_slashes_is_kept_where_they_are_no_comment() {
        assert_eq!(squeezed("ab\n//8A"), "ab //8A");
    }

    #[test]
    fn places_are_those_of_the_blob() {
        let text = r"ab\ncd";
        let places: Vec<_> = Unwrap::new(text.as_bytes(), 0, 0).map(|t| (t.from, t.to)).collect();
        assert_eq!(places, [(0, 1), (1, 2), (2, 4), (4, 5), (5, 6)]);
    }
}
