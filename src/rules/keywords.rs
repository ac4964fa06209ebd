//! Proof that a pattern implies its keywords: a prefilter must never change the answer.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Sets of exact strings stay below this size; larger ones are given up as "anything".
const MAX_SET: usize = 512;
/// A class of more bytes than this is "anything".
const MAX_CLASS: usize = 16;

/// Whether every text that the pattern matches contains one of the keywords, ignoring ASCII case.
///
/// Errs on the safe side: `false` may mean that the proof was not found.
pub fn implied(pattern: &Hir, keywords: &[&str]) -> bool {
    let keywords: Vec<Vec<u8>> =
        keywords.iter().map(|k| k.to_ascii_lowercase().into_bytes()).collect();
    let known = analyse(pattern, &keywords);
    known.contains || known.exact.is_some_and(|set| all_contain(&set, &keywords))
}

/// Length of the literal that every match begins with.
pub fn literal_prefix(pattern: &Hir) -> usize {
    match pattern.kind() {
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Capture(capture) => literal_prefix(&capture.sub),
        HirKind::Concat(parts) => {
            let mut length = 0;
            for part in parts {
                length += literal_prefix(part);
                let literal = matches!(part.kind(), HirKind::Literal(_) | HirKind::Look(_));
                if !literal {
                    break;
                }
            }
            length
        }
        HirKind::Alternation(parts) => {
            let literals: Vec<Vec<u8>> = parts.iter().map(leading_literal).collect();
            common_prefix(&literals)
        }
        _ => 0,
    }
}

fn leading_literal(hir: &Hir) -> Vec<u8> {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.to_vec(),
        HirKind::Capture(capture) => leading_literal(&capture.sub),
        HirKind::Concat(parts) => parts.first().map(leading_literal).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn common_prefix(literals: &[Vec<u8>]) -> usize {
    let Some(first) = literals.first() else { return 0 };
    (0..first.len()).take_while(|i| literals.iter().all(|l| l.get(*i) == first.get(*i))).count()
}

/// What is known about the texts that a part of a pattern matches, lower-cased.
struct Known {
    /// All of them, if they are few.
    exact: Option<Vec<Vec<u8>>>,
    /// Each of them contains a keyword.
    contains: bool,
}

impl Known {
    const ANYTHING: Self = Self { exact: None, contains: false };

    fn exactly(set: Vec<Vec<u8>>) -> Self {
        Self { exact: Some(set), contains: false }
    }
}

fn analyse(hir: &Hir, keywords: &[Vec<u8>]) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exactly(vec![Vec::new()]),
        HirKind::Literal(literal) => Known::exactly(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => class_bytes(class).map_or(Known::ANYTHING, |bytes| {
            Known::exactly(bytes.into_iter().map(|b| vec![b]).collect())
        }),
        HirKind::Capture(capture) => analyse(&capture.sub, keywords),
        HirKind::Repetition(repetition) => {
            let once = analyse(&repetition.sub, keywords);
            let at_least_once = repetition.min >= 1;
            let contains = at_least_once
                && (once.contains || once.exact.as_ref().is_some_and(|s| all_contain(s, keywords)));
            let times = repetition.max.filter(|max| *max <= 8);
            let exact = match (once.exact, times) {
                (Some(set), Some(max)) => repeated(&set, repetition.min, max),
                _ => None,
            };
            Known { exact, contains }
        }
        HirKind::Alternation(parts) => {
            let mut all = Some(Vec::new());
            let mut contains = true;
            for part in parts {
                let known = analyse(part, keywords);
                contains &= known.contains
                    || known.exact.as_ref().is_some_and(|s| all_contain(s, keywords));
                all = match (all, known.exact) {
                    (Some(mut all), Some(more)) if all.len() + more.len() <= MAX_SET => {
                        all.extend(more);
                        Some(all)
                    }
                    _ => None,
                };
            }
            Known { exact: all, contains }
        }
        HirKind::Concat(parts) => concat(parts, keywords),
    }
}

/// Joins neighbours whose texts are known exactly; each such run may contain a keyword.
fn concat(parts: &[Hir], keywords: &[Vec<u8>]) -> Known {
    let mut run = vec![Vec::new()];
    let mut whole = true;
    let mut contains = false;
    for part in parts {
        let known = analyse(part, keywords);
        contains |= known.contains;
        match known.exact.and_then(|set| product(&run, &set).map(|joined| (set, joined))) {
            Some((_, joined)) => run = joined,
            None => {
                contains |= all_contain(&run, keywords);
                whole = false;
                run = match analyse(part, keywords).exact {
                    Some(set) => set,
                    None => vec![Vec::new()],
                };
            }
        }
        // A run that already proves the point may be long; what follows cannot undo it.
        contains |= all_contain(&run, keywords);
    }
    Known { exact: whole.then_some(run), contains }
}

fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if left.len() * right.len() > MAX_SET {
        return None;
    }
    Some(
        left.iter()
            .flat_map(|l| right.iter().map(move |r| [l.as_slice(), r.as_slice()].concat()))
            .collect(),
    )
}

fn repeated(set: &[Vec<u8>], min: u32, max: u32) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut power = vec![Vec::new()];
    for times in 0..=max {
        if times >= min {
            all.extend(power.iter().cloned());
        }
        if all.len() > MAX_SET {
            return None;
        }
        if times < max {
            power = product(&power, set)?;
        }
    }
    Some(all)
}

fn all_contain(set: &[Vec<u8>], keywords: &[Vec<u8>]) -> bool {
    !set.is_empty()
        && set.iter().all(|text| keywords.iter().any(|k| memchr::memmem::find(text, k).is_some()))
}

fn class_bytes(class: &Class) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut add = |start: u8, end: u8| {
        for b in start..=end {
            let b = b.to_ascii_lowercase();
            if !bytes.contains(&b) {
                bytes.push(b);
            }
        }
        bytes.len() <= MAX_CLASS
    };
    let few = match class {
        Class::Bytes(class) => class.iter().all(|range| add(range.start(), range.end())),
        Class::Unicode(class) => class.iter().all(|range| {
            match (u8::try_from(range.start()), u8::try_from(range.end())) {
                (Ok(start), Ok(end)) if end.is_ascii() => add(start, end),
                _ => false,
            }
        }),
    };
    few.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proved(pattern: &str, keywords: &[&str]) -> bool {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .expect("test pattern parses");
        implied(&hir, keywords)
    }

    #[test]
    fn proves_what_holds() {
        assert!(proved(r"\bghp_[0-9A-Za-z]{36}\b", &["ghp_"]));
        assert!(proved(r"(?:ghu|ghs)_[0-9a-z]{36}", &["ghu_", "ghs_"]));
        assert!(proved(r"(?i)secret[_-]?key=.{1,9}", &["secret_key", "secret-key", "secretkey"]));
        assert!(proved(r"[a-z]{3,20}\.atlasv1\.[a-z]{60}", &["atlasv1"]));
        assert!(proved(r"(?:a{1,3}x|b)tail", &["tail"]));
        assert!(proved(r"xox[bp]-[0-9]{10}", &["xoxb-", "xoxp-"]));
    }

    #[test]
    fn refuses_what_does_not_hold() {
        assert!(!proved(r"\bghp_[0-9A-Za-z]{36}\b", &["gho_"]));
        assert!(!proved(r"(?:ghp_)?[0-9A-Za-z]{36}", &["ghp_"]));
        assert!(!proved(r"(?:ghp_|gho_)[0-9]{3}", &["ghp_"]));
        assert!(!proved(r"gh[a-z]_x", &["ghp_"]));
        assert!(!proved(r"(?:key){0,2}x", &["key"]));
    }
}
