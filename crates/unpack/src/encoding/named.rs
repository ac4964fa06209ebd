//! Short values in base64, which only their place tells from words: in a Kubernetes Secret, and on a
//! line that says `base64`.

use std::ops::Range;

use super::runs::{Run, SHORTEST, class};

/// Shortest value on a line that says so, in letters: four bytes.
const SHORTEST_SAID: usize = 6;

/// How far a manifest in JSON is looked at, in bytes before its kind.
const REACH: usize = 64 << 10;

/// Which of the words are in a text that say where short values are.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Words {
    secret: bool,
    base64: bool,
    capitals: bool,
}

impl Words {
    /// Takes note of a place: that of the first letter of `Secret`, of the last one of `base`.
    pub(super) fn note(&mut self, text: &[u8], at: usize) {
        match text[at] {
            b'S' => self.secret |= text[at..].starts_with(SECRET),
            b'e' => self.base64 |= text[at.saturating_sub(2)..].starts_with(BASE64),
            b'E' => self.capitals |= text[at.saturating_sub(2)..].starts_with(CAPITALS),
            _ => {}
        }
    }
}

const SECRET: &[u8] = b"Secret";
const BASE64: &[u8] = b"ase64";
const CAPITALS: &[u8] = b"ASE64";

/// Calls `found` with each value that may be one, in a text that has the words.
pub(super) fn each(text: &[u8], words: Words, mut found: impl FnMut(Range<usize>)) {
    if words.secret {
        secrets(text, &mut found);
    }
    for (word, is_there) in [(BASE64, words.base64), (CAPITALS, words.capitals)] {
        if is_there {
            lines(text, word, &mut found);
        }
    }
}

/// Values of lines that have a word.
fn lines(text: &[u8], word: &[u8], found: &mut impl FnMut(Range<usize>)) {
    const SIDE: usize = 160;
    let mut done = 0;
    for at in memchr::memmem::find_iter(text, word) {
        if at < done {
            continue;
        }
        let floor = at.saturating_sub(SIDE).max(done);
        let start = memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |line| floor + line + 1);
        let end = text.len().min(at + SIDE);
        let end = memchr::memchr(b'\n', &text[at..end]).map_or(end, |line| at + line);
        done = end;
        let mut from = start;
        while from < end {
            let run = Run::at(text, from);
            let is_alone = from == 0 || class(text[from - 1]) == 0;
            if is_alone && (SHORTEST_SAID..SHORTEST).contains(&run.span.len()) {
                found(run.span.clone());
            }
            from = run.span.end + 1;
        }
    }
}

/// Values of the data of Secrets.
fn secrets(text: &[u8], found: &mut impl FnMut(Range<usize>)) {
    let mut done = 0;
    for at in memchr::memmem::find_iter(text, SECRET) {
        if at < done {
            continue;
        }
        let before = text[at.saturating_sub(24)..at].trim_ascii_end();
        let before =
            before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
        let Some(before) = before.trim_ascii_end().strip_suffix(b":") else { continue };
        if before.ends_with(b"\"kind\"") {
            let from = at.saturating_sub(REACH).max(done);
            let next = memchr::memmem::find(&text[at..text.len().min(at + REACH)], b"\"kind\"");
            let to = next.map_or(text.len().min(at + REACH), |next| at + next);
            done = at;
            data_in_json(text, from..at, found);
            data_in_json(text, at..to, found);
        } else if before.ends_with(b"kind") {
            let from =
                memchr::memmem::rfind(&text[done..at], b"\n---").map_or(done, |line| done + line);
            let to =
                memchr::memmem::find(&text[at..], b"\n---").map_or(text.len(), |line| at + line);
            done = to;
            data_in_yaml(text, from..to, found);
        }
    }
}

/// The last object `"data"` in a part of a text.
fn data_in_json(text: &[u8], part: Range<usize>, found: &mut impl FnMut(Range<usize>)) {
    let Some(data) = memchr::memmem::rfind(&text[part.clone()], b"\"data\"") else { return };
    let mut at = part.start + data + 6;
    let end = memchr::memchr(b'}', &text[at..part.end]).map_or(part.end, |end| at + end);
    while let Some(quote) = memchr::memchr(b'"', &text[at..end]) {
        let start = at + quote + 1;
        let run = Run::at(text, start).span;
        value(text, run, found);
        at = memchr::memchr(b'"', &text[start..end]).map_or(end, |quote| start + quote + 1);
    }
}

/// Lines below `data:` that are indented further.
fn data_in_yaml(text: &[u8], part: Range<usize>, found: &mut impl FnMut(Range<usize>)) {
    let mut data = None;
    let mut at = part.start;
    for line in text[part].split_inclusive(|byte| *byte == b'\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim_ascii();
        let indent = line.len() - line.trim_ascii_start().len();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed == b"data:" {
            data = Some(indent);
        } else if data.is_some_and(|data| indent > data) {
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let rest = &line[colon + 1..];
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'"' | b'\'')).count();
            value(text, Run::at(text, start + colon + 1 + blanks).span, found);
        } else {
            data = None;
        }
    }
}

fn value(text: &[u8], run: Range<usize>, found: &mut impl FnMut(Range<usize>)) {
    let is_whole =
        matches!(text.get(run.end), None | Some(b'=' | b'"' | b'\'' | b' ' | b'\r' | b'\n'));
    if is_whole && (2..SHORTEST).contains(&run.len()) {
        found(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let mut values = Vec::new();
        let mut words = Words::default();
        for at in 0..text.len() {
            words.note(text.as_bytes(), at);
        }
        each(text.as_bytes(), words, |span| values.push(&text[span]));
        values
    }

    #[test]
    fn values_of_secrets_are_found() {
        let yaml = "kind: Secret\ndata:\n  a: Zm9v\n  b: \"YmFy\"\ntype: Opaque\n---\nkind: Other\ndata:\n  c: YmF6\n";
        assert_eq!(values(yaml), ["Zm9v", "YmFy"]);
        let json = r#"{"data": {"a": "Zm9v", "b": "YmFy"}, "kind": "Secret", "x": {"c": "YmF6"}}"#;
        assert_eq!(values(json), ["Zm9v", "YmFy"]);
    }

    #[test]
    fn lines_that_say_so_have_short_values() {
        assert_eq!(values("echo Zm9vYmFy | base64 -d\nZm9vYmFy\n"), ["Zm9vYmFy", "base64"]);
        assert_eq!(
            values("<a encoding=\"base64\">Zm9vYmFy</a>"),
            ["encoding", "base64", "Zm9vYmFy"]
        );
    }
}
