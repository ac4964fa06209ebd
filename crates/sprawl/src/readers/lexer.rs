//! Code, comments and strings of a text, told from each other: a name in a comment or in a message is not read.

/// How a language writes comments and strings.
#[derive(Debug)]
pub(super) struct Syntax {
    /// What begins a comment that ends with its line.
    pub(super) line: &'static [&'static str],
    /// Whether such a comment begins after a blank or at the beginning of a line only.
    pub(super) line_after_blank: bool,
    /// What begins and ends other comments.
    pub(super) block: &'static [(&'static str, &'static str)],
    /// Strings, the longest signs first.
    pub(super) strings: &'static [Quote],
}

/// A kind of string.
#[derive(Debug)]
pub(super) struct Quote {
    /// What begins and ends it.
    pub(super) signs: &'static str,
    /// Whether a backslash takes the next byte along.
    pub(super) escapes: bool,
    /// Whether it may go over several lines.
    pub(super) is_long: bool,
    /// What begins and ends code within it.
    pub(super) code: Option<(&'static str, &'static str)>,
    /// What counts as code in it without any sign: variables of shells.
    pub(super) is_code: bool,
    /// A letter before it without which there is no code in it: `f"..."`.
    pub(super) only_after: &'static [u8],
}

/// A quote that holds no code.
pub(super) const fn plain(signs: &'static str) -> Quote {
    Quote { signs, escapes: true, is_long: false, code: None, is_code: false, only_after: b"" }
}

/// What a byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Code,
    Text,
    Comment,
}

/// Deeper code in strings in code is taken for text.
const DEEPEST: usize = 16;

/// What each byte of a text belongs to. The signs that begin and end strings are code.
pub(super) fn classes(text: &[u8], syntax: &Syntax) -> Vec<Class> {
    let mut all = Vec::with_capacity(text.len());
    // Strings that the position is in code of, with the number of open brackets in that code.
    let mut outer: Vec<(&Quote, bool, usize)> = Vec::new();
    let mut string: Option<(&Quote, bool)> = None;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some((quote, has_code)) = string else {
            if let Some(length) = comment(rest, syntax, text[..at].last().copied()) {
                all.resize(at + length, Class::Comment);
                at += length;
                continue;
            }
            let begins = syntax.strings.iter().find(|q| rest.starts_with(q.signs.as_bytes()));
            if let Some(quote) = begins.filter(|quote| !is_apostrophe(text, at, quote)) {
                let before = at.checked_sub(1).map(|last| text[last].to_ascii_lowercase());
                let has_code = quote.only_after.is_empty()
                    || before.is_some_and(|before| quote.only_after.contains(&before));
                string = Some((quote, has_code));
                at += quote.signs.len();
                all.resize(at, Class::Code);
                continue;
            }
            if let Some((quote, has_code, depth)) = outer.last_mut() {
                let (open, close) = quote.code.unwrap_or(("{", "}"));
                let bracket = open.as_bytes().last().copied().unwrap_or(b'{');
                if rest.starts_with(close.as_bytes()) {
                    if *depth == 0 {
                        string = Some((quote, *has_code));
                        outer.pop();
                    } else {
                        *depth -= 1;
                    }
                } else if rest[0] == bracket {
                    *depth += 1;
                }
            }
            all.push(Class::Code);
            at += 1;
            continue;
        };
        if quote.escapes
            && rest[0] == b'\\'
            && quote.code.is_none_or(|(open, _)| !rest.starts_with(open.as_bytes()))
        {
            let class = if quote.is_code { Class::Code } else { Class::Text };
            at = (at + 2).min(text.len());
            all.resize(at, class);
        } else if rest.starts_with(quote.signs.as_bytes()) || (rest[0] == b'\n' && !quote.is_long) {
            string = None;
            let length = if rest[0] == b'\n' { 1 } else { quote.signs.len() };
            at += length;
            all.resize(at, Class::Code);
        } else if let Some((open, _)) = quote.code.filter(|_| has_code && outer.len() < DEEPEST)
            && rest.starts_with(open.as_bytes())
        {
            outer.push((quote, has_code, 0));
            string = None;
            at += open.len();
            all.resize(at, Class::Code);
        } else {
            all.push(if quote.is_code { Class::Code } else { Class::Text });
            at += 1;
        }
    }
    all
}

/// Length of the comment that a text begins with.
fn comment(rest: &[u8], syntax: &Syntax, before: Option<u8>) -> Option<usize> {
    for (open, close) in syntax.block {
        if rest.starts_with(open.as_bytes()) {
            let inner = &rest[open.len()..];
            let end = memchr::memmem::find(inner, close.as_bytes());
            return Some(end.map_or(rest.len(), |end| open.len() + end + close.len()));
        }
    }
    let is_free = before.is_none_or(|b| b.is_ascii_whitespace() || b == b';');
    let begins = syntax.line.iter().any(|sign| rest.starts_with(sign.as_bytes()));
    if !begins || (syntax.line_after_blank && !is_free) {
        return None;
    }
    Some(memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
}

/// Whether a single quote is none that begins a string: a lifetime of Rust, or a digit separator.
fn is_apostrophe(text: &[u8], at: usize, quote: &Quote) -> bool {
    quote.signs == "'"
        && at > 0
        && text[at - 1].is_ascii_digit()
        && text.get(at + 1).is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNTAX: Syntax = Syntax {
        line: &["//"],
        line_after_blank: false,
        block: &[("/*", "*/")],
        strings: &[
            plain("\""),
            Quote { is_long: true, code: Some(("${", "}")), ..plain("`") },
            plain("'"),
        ],
    };

    /// The text with `-` for each byte that is no code.
    fn code(text: &str) -> String {
        let classes = classes(text.as_bytes(), &SYNTAX);
        assert_eq!(classes.len(), text.len());
        let shown = text.chars().zip(classes);
        shown.map(|(c, class)| if class == Class::Code { c } else { '-' }).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        assert_eq!(code("a // b\nc"), "a ----\nc");
        assert_eq!(code("a /* b\n */ c"), "a -------- c");
        assert_eq!(code("f(\"a\\\"b\") + c"), "f(\"----\") + c");
        assert_eq!(code("`a ${b({})} c` d"), "`--${b({})}--` d");
        assert_eq!(code("\"http://x\" y"), "\"--------\" y");
        assert_eq!(code("\"open\nx"), "\"----\nx");
        assert_eq!(code("`${`${x}`}`"), "`${`${x}`}`");
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["\\", "\"\\", "`${", "/*", "`${`${`${", "'"] {
            code(text);
        }
        code(&"`${".repeat(10_000));
    }
}
