//! Marks: words in a comment that say a finding on this line, or the next, is known.
//!
//! Ours names the rule, and may say until when, who answers for it and why:
//! `sprawl:allow RULE until=2027-01-31 owner=@team reason="..."`; `sprawl:allow-next-line` speaks of
//! the line below. Those of other tools are honoured as far as they go: a mark covers one secret on
//! one line, whatever its tool would have made of it.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use crate::day;
use crate::finding::nearby::{Mark, Terms};
use sprawl_detect::text::LineSpans;

/// How far a mark reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The line that it stands on.
    Line,
    /// The line below.
    NextLine,
    /// The lines below up to the counterpart of the mark; of these the first with a secret.
    Block,
}

/// The words of a kind of mark.
struct Words {
    words: &'static str,
    reach: Reach,
}

const OWN: &str = "sprawl:allow";
const OWN_NEXT_LINE: &str = "sprawl:allow-next-line";
const BLOCK: &str = "secretlint-disable";
const BLOCK_END: &str = "secretlint-enable";

/// Every kind of mark. Where one begins like another, the longer one is meant.
///
/// Sources: the documentation of each tool: Gitleaks, Betterleaks, Kingfisher, TruffleHog,
/// detect-secrets (`pragma`, with its older spelling), GitGuardian (`ggignore`), secretlint.
const WORDS: &[Words] = &[
    Words { words: OWN, reach: Reach::Line },
    Words { words: OWN_NEXT_LINE, reach: Reach::NextLine },
    Words { words: "gitleaks:allow", reach: Reach::Line },
    Words { words: "betterleaks:allow", reach: Reach::Line },
    Words { words: "kingfisher:ignore", reach: Reach::Line },
    Words { words: "trufflehog:ignore", reach: Reach::Line },
    Words { words: "pragma: allowlist secret", reach: Reach::Line },
    Words { words: "pragma: whitelist secret", reach: Reach::Line },
    Words { words: "pragma: allowlist nextline secret", reach: Reach::NextLine },
    Words { words: "pragma: whitelist nextline secret", reach: Reach::NextLine },
    Words { words: "ggignore", reach: Reach::Line },
    Words { words: "secretlint-disable-line", reach: Reach::Line },
    Words { words: "secretlint-disable-next-line", reach: Reach::NextLine },
    Words { words: BLOCK, reach: Reach::Block },
];

/// Marks that are read on one line; more are a joke.
const MOST: usize = 16;

/// The marks that speak of each of these secrets, which stand in the text in this order.
pub fn marks(text: &[u8], secrets: &[Range<usize>]) -> Vec<Vec<Mark>> {
    let mut search = Search { text, lines: BTreeMap::new() };
    let [mut own, mut above] = [(); 2].map(|()| LineSpans::new(text));
    let blocks = blocks(text, secrets);
    secrets
        .iter()
        .zip(blocks)
        .map(|(secret, block)| {
            let first = own.around(secret.start);
            let last = own.around(secret.end.saturating_sub(1).max(secret.start));
            let mut marks = search.of(first.clone(), Reach::Line);
            if last != first {
                marks.extend(search.of(last, Reach::Line));
            }
            if first.start > 0 {
                let above = above.around(first.start - 1);
                marks.extend(search.of(above, Reach::NextLine));
            }
            marks.extend(block);
            // Words within the secret itself are part of it.
            marks.retain(|mark| !secret.contains(&mark.at));
            marks
        })
        .collect()
}

/// Looks for marks, each line once: a line may be long and hold many secrets.
struct Search<'t> {
    text: &'t [u8],
    lines: BTreeMap<usize, Vec<(Reach, Mark)>>,
}

impl Search<'_> {
    fn of(&mut self, line: Range<usize>, reach: Reach) -> Vec<Mark> {
        let text = self.text;
        let marks = self.lines.entry(line.start).or_insert_with(|| on_line(text, line));
        marks.iter().filter(|(r, _)| *r == reach).map(|(_, mark)| mark.clone()).collect()
    }
}

fn on_line(text: &[u8], line: Range<usize>) -> Vec<(Reach, Mark)> {
    let bytes = &text[line.clone()];
    let mut marks = Vec::new();
    for kind in WORDS {
        for at in memmem::find_iter(bytes, kind.words).take(MOST) {
            let rest = &bytes[at + kind.words.len()..];
            let longer = |other: &&Words| {
                other.words.len() > kind.words.len()
                    && bytes[at..].starts_with(other.words.as_bytes())
            };
            if !begins_word(bytes, at) || !ends_word(rest) || WORDS.iter().any(|o| longer(&o)) {
                continue;
            }
            let own = kind.words == OWN || kind.words == OWN_NEXT_LINE;
            let terms = own.then(|| terms(rest));
            marks.push((kind.reach, Mark { words: kind.words, at: line.start + at, terms }));
        }
    }
    marks.sort_by_key(|(_, mark)| mark.at);
    marks.truncate(MOST);
    marks
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'_' | b'-'))
}

fn ends_word(rest: &[u8]) -> bool {
    rest.first().is_none_or(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')))
}

/// For each secret the block mark that covers it: the first secret after the mark has it.
fn blocks(text: &[u8], secrets: &[Range<usize>]) -> Vec<Option<Mark>> {
    let mut of = vec![None; secrets.len()];
    let until = secrets.last().map_or(0, |secret| secret.start.min(text.len()));
    let before = &text[..until];
    let mut lines = LineSpans::new(text);
    let closes = memmem::Finder::new(BLOCK_END);
    let mut block_end = 0;
    for at in memmem::find_iter(before, BLOCK)
        .filter(|at| begins_word(before, *at) && ends_word(&text[at + BLOCK.len()..]))
    {
        let line_end = lines.around(at).end;
        // One end may close many of them.
        if block_end < at {
            block_end = closes.find(&text[at..]).map_or(text.len(), |n| at + n);
        }
        let first = secrets.partition_point(|secret| secret.start < line_end);
        if secrets.get(first).is_some_and(|secret| secret.start < block_end) {
            of[first] = Some(Mark { words: BLOCK, at, terms: None });
        }
    }
    of
}

/// Longest part of a line that is read as the terms of a mark.
const LONGEST_TERMS: usize = 1024;

fn terms(rest: &[u8]) -> Result<Terms, String> {
    let rest = String::from_utf8_lossy(&rest[..rest.len().min(LONGEST_TERMS)]);
    // What closes a comment is not part of what it says.
    let rest = ["*/", "-->", "#}", "%>"]
        .iter()
        .fold(rest.as_ref(), |rest, end| rest.split_once(end).map_or(rest, |(before, _)| before));
    let mut words = TermWords { rest };
    let mut terms = Terms::default();
    while let Some((key, value)) = words.next_word()? {
        match (key, value) {
            (rule, None) if terms.rule.is_empty() => rule.clone_into(&mut terms.rule),
            ("until", Some(date)) => terms.until = Some(day::parse(&date)?),
            ("owner", Some(owner)) => terms.owner = Some(owner).filter(|o| !o.is_empty()),
            ("reason", Some(reason)) => terms.reason = Some(reason).filter(|r| !r.is_empty()),
            // Whatever else stands there is meant for people.
            (_, None) => break,
            (key, Some(_)) => {
                // A key that is no word may be a secret, of which nothing is found yet.
                let is_word = key.len() < 16 && key.bytes().all(|byte| byte.is_ascii_lowercase());
                let what =
                    if is_word { format!("`{key}`") } else { "what stands before `=`".into() };
                return Err(format!("{what} is unknown; known are until=, owner= and reason="));
            }
        }
    }
    if terms.rule.is_empty() {
        return Err(format!("names no rule; write `{OWN} RULE`"));
    }
    Ok(terms)
}

/// Words, with or without a value behind `=`, which may stand in quotes.
struct TermWords<'t> {
    rest: &'t str,
}

impl<'t> TermWords<'t> {
    fn next_word(&mut self) -> Result<Option<(&'t str, Option<String>)>, String> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let end =
            self.rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        let Some(rest) = rest.strip_prefix('=') else {
            self.rest = rest;
            return Ok(Some((word, None)));
        };
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or_else(|| format!("the quote after `{word}=` does not end"))?,
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        self.rest = rest;
        Ok(Some((word, Some(value.to_owned()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of the marks of each place where `XX` stands in the text.
    fn words(text: &str) -> Vec<Vec<&'static str>> {
        let secrets: Vec<_> = text.match_indices("XX").map(|(at, x)| at..at + x.len()).collect();
        let all = marks(text.as_bytes(), &secrets);
        all.iter().map(|marks| marks.iter().map(|mark| mark.words).collect()).collect()
    }

    fn of_one(text: &[u8], secret: Range<usize>) -> Vec<Mark> {
        marks(text, std::slice::from_ref(&secret)).remove(0)
    }

    fn own(comment: &str) -> Result<Terms, String> {
        let text = format!("k = XX # {comment}");
        of_one(text.as_bytes(), 4..6).remove(0).terms.unwrap()
    }

    #[test]
    fn a_mark_speaks_of_its_line() {
        for kind in WORDS.iter().filter(|kind| kind.reach == Reach::Line) {
            let text = format!("a = XX\nb = XX # {}\nc = XX\n", kind.words);
            assert_eq!(words(&text), [vec![], vec![kind.words], vec![]]);
        }
    }

    #[test]
    fn or_of_the_next() {
        for kind in WORDS.iter().filter(|kind| kind.reach == Reach::NextLine) {
            let text = format!("a = XX\n// {}\nb = XX\nc = XX\n", kind.words);
            assert_eq!(words(&text), [vec![], vec![kind.words], vec![]]);
        }
    }

    #[test]
    fn a_block_covers_its_first_secret() {
        let text = "XX\n// secretlint-disable\n\nXX\nXX\n// secretlint-enable\nXX\n";
        assert_eq!(words(text), [vec![], vec![BLOCK], vec![], vec![]]);
        let text = "// secretlint-disable\n// secretlint-enable\nXX\n";
        assert_eq!(words(text), [Vec::<&str>::new()]);
    }

    #[test]
    fn a_secret_of_several_lines_is_marked_on_the_first_or_the_last() {
        let text = "begin\n1\nend # ggignore\n".as_bytes();
        assert_eq!(of_one(text, 0..11).len(), 1);
        let text = "begin # ggignore\n1\nend\n".as_bytes();
        assert_eq!(marks(text, &[0..5, 17..22]).iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn only_whole_words_and_nothing_within_the_secret() {
        assert_eq!(words("XX loggignore"), [Vec::<&str>::new()]);
        assert_eq!(words("XX gitleaks:allowed"), [Vec::<&str>::new()]);
        let text = b"password = 'gitleaks:allow'"; // sprawl:allow generic-password
        assert_eq!(of_one(text, 12..26), []);
    }

    #[test]
    fn our_mark_says_what_until_when_who_and_why() {
        let terms = own("sprawl:allow some-rule until=2027-01-31 owner=@team reason=\"old, dead\"");
        assert_eq!(
            terms.unwrap(),
            Terms {
                rule: "some-rule".to_owned(),
                until: Some("2027-01-31".parse().unwrap()),
                owner: Some("@team".to_owned()),
                reason: Some("old, dead".to_owned()),
            }
        );
        assert_eq!(own("sprawl:allow some-rule */").unwrap().rule, "some-rule");
        assert_eq!(own("sprawl:allow some-rule -- it is dead").unwrap().rule, "some-rule");
        assert!(own("sprawl:allow").unwrap_err().contains("names no rule"));
        assert!(own("sprawl:allow until=2027-01-31").unwrap_err().contains("names no rule"));
        assert!(own("sprawl:allow r until=soon").unwrap_err().contains("not a date"));
        assert!(own("sprawl:allow r til=2027-01-31").unwrap_err().contains("`til` is unknown"));
        assert!(own("sprawl:allow r reason=\"x").unwrap_err().contains("does not end"));
    }

    #[test]
    fn any_bytes_will_do() {
        let text = b"\xff\xfe sprawl:allow \xff\xff=\xff\n\n";
        for start in 0..text.len() {
            assert_eq!(
                of_one(text, start..text.len()).len(),
                usize::from((4..=20).contains(&start))
            );
        }
        assert_eq!(of_one(b"", 0..0), []);
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        let unlikely = "Vx7kQ2mNpR9t";
        for terms in
            [format!("until={unlikely}"), format!("{unlikely}=x"), format!("until='{unlikely}'")]
        {
            let text = format!("XX # sprawl:allow rule {terms}\n");
            let why = of_one(text.as_bytes(), 0..2).remove(0).terms.unwrap().unwrap_err();
            assert!(!why.contains(unlikely), "{why}");
        }
    }
}
