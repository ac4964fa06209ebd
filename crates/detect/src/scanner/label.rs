//! Labels: what redaction writes in place of a secret, `[github-pat-classic:2xmpt5dq7hhxbksrmq3n]`. The name of
//! the type is a word beside an id, and neither is a secret.

use std::ops::Range;

use super::Candidate;
use crate::rules::Rules;

/// Characters of an id, in base32.
const ID: usize = 20;

/// Longest label, in bytes.
const LONGEST: usize = 128;

/// Longest value that is looked into: no more than a few labels.
const LONGEST_VALUE: usize = 4096;

/// Letters and digits besides labels from which on a value is one.
const LEAST: usize = 6;

/// Takes out the candidates that are a part of a label, or labels and little else.
pub(super) fn leave_out(rules: &Rules, text: &[u8], candidates: &mut Vec<Candidate>) {
    candidates.retain(|candidate| !is_label(rules, text, &candidate.secret));
}

fn is_label(rules: &Rules, text: &[u8], span: &Range<usize>) -> bool {
    if span.len() > LONGEST_VALUE {
        return false;
    }
    let from = span.start.saturating_sub(LONGEST);
    let around = &text[from..text.len().min(span.end + LONGEST)];
    let mut rest: usize = 0;
    let mut at = span.start;
    for open in memchr::memchr_iter(b'[', around) {
        let Some(length) = length(rules, &around[open..]) else { continue };
        let label = from + open..from + open + length;
        if label.end <= at || label.start >= span.end {
            continue;
        }
        rest += signs(text, at..label.start);
        at = label.end;
    }
    at > span.start && rest + signs(text, at..span.end) < LEAST
}

fn signs(text: &[u8], range: Range<usize>) -> usize {
    text.get(range).unwrap_or_default().iter().filter(|byte| byte.is_ascii_alphanumeric()).count()
}

/// The length of the label that a text begins with.
fn length(rules: &Rules, text: &[u8]) -> Option<usize> {
    let text = &text[..text.len().min(LONGEST)];
    let end = memchr::memchr(b']', text)?;
    let label = std::str::from_utf8(&text[1..end]).ok()?;
    let (rule, id) = label.split_once(':')?;
    let is_id = id.len() == ID && id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    (is_id && rules.has_id(rule)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scanner;

    #[test]
    fn labels_are_no_secrets_and_what_only_looks_like_one_is() {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        let mut found = |text: &str| scanner.candidates(text.as_bytes()).len();
        let id = "2xmpt5dq7hhxbksrmq3n";
        let label = format!("[github-pat-classic:{id}]");
        for text in [
            format!("password = \"{label}\"\n"),
            format!("API_KEY={label}\n"),
            format!("postgres://app:{label}@db.prod.internal/app\n"),
            format!("Authorization: Bearer {label}{label}\n"),
        ] {
            assert_eq!(found(&text), 0, "{text}");
        }
        // No rule has this name, or the id is none.
        assert!(found(&format!("x = [nobody-api-key:{id}]\n")) > 0);
        assert_eq!(found(&format!("api_key = \"{id}1x\"\n")), 1);
        assert_eq!(found(&format!("password = \"{label}Vx7kQ2mNpR9t\"\n")), 1);
    }
}
