//! Lines around secrets, for reports.
//!
//! A report may be read by many, and so a line shows less than the file does: no secret that was found
//! anywhere in the text, whatever is thought of it, and nothing that looks like a value made by a machine.

use std::ops::Range;

use crate::finding::HIDDEN;
use crate::finding::excerpt::Excerpt;

/// Bytes of a line on each side of a secret that are kept.
const REACH: usize = 160;

/// Bytes of a value of letters and digits that may be a secret which no rule knows.
const LONG: usize = 20;

/// The lines around these secrets of a text; `all` are the stretches of it that must not be shown, in any
/// order.
pub(crate) fn excerpts<'a>(
    text: &'a [u8],
    secrets: impl IntoIterator<Item = &'a Range<usize>>,
    mut all: Vec<Range<usize>>,
) -> Vec<Excerpt> {
    all.sort_unstable_by_key(|one| (one.start, one.end));
    all.dedup_by(|next, last| {
        let overlaps = next.start < last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    secrets.into_iter().map(|secret| excerpt(text, secret, &all)).collect()
}

fn excerpt(text: &[u8], secret: &Range<usize>, all: &[Range<usize>]) -> Excerpt {
    let Some(value) = text.get(secret.clone()) else { return Excerpt::default() };
    let from = secret.start.saturating_sub(REACH);
    let line = memchr::memrchr(b'\n', &text[from..secret.start]).map(|at| from + at + 1);
    let is_cut = line.is_none() && from > 0;
    // A part of a value would not be known for the secret that it is a part of.
    let skipped = |part: &[u8]| part.iter().position(|byte| is_border(*byte)).unwrap_or(part.len());
    let start = match line {
        Some(start) => start,
        None if is_cut => from + skipped(&text[from..secret.start]),
        None => 0,
    };
    let mut before = String::new();
    push(&mut before, text, start..secret.start, all, secret);
    if memchr::memchr(b'\n', value).is_some() {
        return Excerpt { before, after: String::new(), is_cut: (is_cut, true), is_kept: true };
    }
    let to = text.len().min(secret.end + REACH);
    let rest = &text[secret.end..to];
    let (end, is_long) = match memchr::memchr(b'\n', rest) {
        Some(at) => (secret.end + at, false),
        None if to == text.len() => (to, false),
        None => {
            let tail = rest.iter().rev().position(|byte| is_border(*byte)).unwrap_or(rest.len());
            (to - tail, true)
        }
    };
    let mut after = String::new();
    push(&mut after, text, secret.end..end, all, secret);
    Excerpt { before, after: after.trim_end().to_owned(), is_cut: (is_cut, is_long), is_kept: true }
}

/// Adds a part of the text with nothing in it that must not be shown.
fn push(
    shown: &mut String,
    text: &[u8],
    part: Range<usize>,
    all: &[Range<usize>],
    secret: &Range<usize>,
) {
    let mut at = part.start;
    let first = all.partition_point(|one| one.end <= part.start);
    for hidden in all[first..].iter().take_while(|one| one.start < part.end) {
        push_plain(shown, text, at..hidden.start.max(at), secret);
        if hidden.start.max(part.start) < hidden.end.min(part.end) {
            shown.push_str(HIDDEN);
        }
        at = hidden.end.min(part.end).max(at);
    }
    push_plain(shown, text, at..part.end, secret);
}

/// Adds text in which values of machines are hidden.
fn push_plain(shown: &mut String, text: &[u8], part: Range<usize>, secret: &Range<usize>) {
    let mut at = part.start;
    for word in text[part].chunk_by(|a, b| is_of_value(*a) == is_of_value(*b)) {
        let span = at..at + word.len();
        at = span.end;
        let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
        let letters = word.iter().any(u8::is_ascii_alphabetic);
        if word.len() < LONG || digits < 2 || !letters {
            shown.push_str(&String::from_utf8_lossy(word));
        } else if span.end == secret.start || span.start == secret.end {
            // The rest of what the secret is a part of, such as encoded text.
            shown.push('\u{2026}');
        } else {
            shown.push_str(HIDDEN);
        }
    }
}

/// Whether a byte may be one of a key or token, in base64 or not.
fn is_of_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'%' | b'~')
}

/// Whether no value goes on beyond this byte.
fn is_border(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'`,;(){}[]<>|".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line around the first `XX`, with `|` in its place; `YY` are other secrets.
    fn line(text: &str) -> String {
        let spans = |word: &str| -> Vec<Range<usize>> {
            text.match_indices(word).map(|(at, found)| at..at + found.len()).collect()
        };
        let own = spans("XX");
        let all = [&own[..1], &spans("YY")].concat();
        let found = excerpts(text.as_bytes(), &own[..1], all).remove(0);
        let Excerpt { before, after, is_cut, .. } = found;
        let sign = |is_cut| if is_cut { "..." } else { "" };
        format!("{}{before}|{after}{}", sign(is_cut.0), sign(is_cut.1))
    }

    #[test]
    fn the_line_is_shown_without_any_secret() {
        assert_eq!(line("a\n  key = \"XX\"  # prod \r\nb"), "  key = \"|\"  # prod");
        assert_eq!(line("XX"), "|");
        assert_eq!(line("a=YY b=XX c=YY"), "a=**** b=| c=****");
        assert_eq!(line("YYXXYY"), "****|****");
        assert_eq!(line("u: YY@XX\nnext YY"), "u: ****@|");
    }

    #[test]
    fn what_looks_like_a_value_is_hidden_as_well() {
        let value = "a1B2".repeat(6);
        assert_eq!(line(&format!("other={value} key=XX id:{value}")), "**** key=| id:****");
        let part = "c3d4".repeat(6);
        assert_eq!(
            line(&format!("data: {part}XX{part} # {part}")),
            "data: \u{2026}|\u{2026} # ****"
        );
        let path = "src/components/generated/table.rs key=XX";
        assert_eq!(line(path), "src/components/generated/table.rs key=|");
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        let text = format!(
            "{} partial{} key=XX, {}",
            "word ".repeat(60),
            "x".repeat(150),
            "more ".repeat(60)
        );
        let shown = line(&text);
        assert!(shown.starts_with("... key=|, more"), "{shown}");
        assert!(shown.ends_with(" more..."), "{shown}");
        assert!(shown.len() < 2 * REACH);
    }

    #[test]
    fn a_secret_of_several_lines_ends_its_line() {
        let text = "pem: -----BEGIN\nabc\n----- more";
        let found = excerpts(text.as_bytes(), [&(5..25)], vec![5..25; 1]).remove(0);
        assert_eq!((found.before.as_str(), found.after.as_str()), ("pem: ", ""));
    }

    #[test]
    fn any_bytes() {
        let found = excerpts(b"\xff\xfe=\x00XX\x80", [&(4..6)], vec![4..6, 90..99]);
        assert_eq!(found[0].before, "\u{fffd}\u{fffd}=\0");
        assert_eq!(excerpts(b"", [&(3..9)], vec![3..9; 1]), [Excerpt::default()]);
    }
}
