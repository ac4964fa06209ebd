//! What every match of a pattern contains: the proof that keywords are implied (a prefilter must
//! never change the answer), and the literals that secrets begin with.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Sets of literals stay below this size; larger ones are given up as "anything".
const MAX_SET: usize = 1024;
/// A class of more bytes than this is "anything".
const MAX_CLASS: usize = 16;

/// Whether every text that the pattern matches contains one of the keywords, ignoring ASCII case.
///
/// Errs on the safe side: `false` may mean that the proof was not found.
pub(super) fn implied(pattern: &Hir, keywords: &[&str]) -> bool {
    let keywords: Vec<Vec<u8>> =
        keywords.iter().map(|k| k.to_ascii_lowercase().into_bytes()).collect();
    all_contain(&analyse(pattern, &keywords).front)
}

/// The literals of which every match begins with one, lower-cased; an empty one means that nothing
/// is known.
pub(super) fn beginnings(pattern: &Hir) -> Vec<Vec<u8>> {
    match pattern.kind() {
        HirKind::Concat(parts) => beginnings_of(parts),
        HirKind::Capture(capture) => beginnings(&capture.sub),
        _ => beginnings_of([pattern]),
    }
}

/// The same for parts of a pattern that follow each other.
pub(super) fn beginnings_of<'h>(parts: impl IntoIterator<Item = &'h Hir>) -> Vec<Vec<u8>> {
    let mut known = Known::exactly(vec![Vec::new()], &[]);
    for part in parts {
        known = joined(known, analyse(part, &[]), &[]);
        if !known.exact {
            // What follows does not make a beginning longer.
            break;
        }
    }
    let mut all: Vec<Vec<u8>> = known.front.into_iter().map(|piece| piece.text).collect();
    all.sort();
    all.dedup();
    all
}

/// A literal, and whether the matches that it stands for are known to contain a keyword.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    text: Vec<u8>,
    contains: bool,
}

/// What is known about the texts that a part of a pattern matches, lower-cased: each begins with a
/// piece of `front` and ends with one of `back`. If `exact`, the pieces are the texts.
#[derive(Debug, Clone)]
struct Known {
    exact: bool,
    front: Vec<Piece>,
    back: Vec<Piece>,
}

impl Known {
    fn exactly(texts: Vec<Vec<u8>>, keywords: &[Vec<u8>]) -> Self {
        let pieces: Vec<Piece> = texts
            .into_iter()
            .map(|text| Piece { contains: contains_one(&text, keywords), text })
            .collect();
        Self { exact: true, front: pieces.clone(), back: pieces }
    }

    fn anything(contains: bool) -> Self {
        let piece = Piece { text: Vec::new(), contains };
        Self { exact: false, front: vec![piece.clone()], back: vec![piece] }
    }

    /// Gives up what is too much to keep.
    fn bounded(self) -> Self {
        if self.front.len() <= MAX_SET && self.back.len() <= MAX_SET {
            return self;
        }
        Self::anything(all_contain(&self.front))
    }
}

fn analyse(hir: &Hir, keywords: &[Vec<u8>]) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exactly(vec![Vec::new()], keywords),
        HirKind::Literal(literal) => Known::exactly(vec![literal.0.to_ascii_lowercase()], keywords),
        HirKind::Class(class) => class_bytes(class).map_or_else(
            || Known::anything(false),
            |bytes| Known::exactly(bytes.into_iter().map(|b| vec![b]).collect(), keywords),
        ),
        HirKind::Capture(capture) => analyse(&capture.sub, keywords),
        HirKind::Repetition(repetition) => {
            let once = analyse(&repetition.sub, keywords);
            repeated(once, repetition.min, repetition.max, keywords)
        }
        HirKind::Alternation(parts) => {
            let mut all = Known { exact: true, front: Vec::new(), back: Vec::new() };
            for part in parts {
                let known = analyse(part, keywords);
                all.exact &= known.exact;
                all.front.extend(known.front);
                all.back.extend(known.back);
            }
            for pieces in [&mut all.front, &mut all.back] {
                pieces.sort();
                pieces.dedup();
            }
            all.bounded()
        }
        HirKind::Concat(parts) => parts
            .iter()
            .map(|part| analyse(part, keywords))
            .reduce(|left, right| joined(left, right, keywords))
            .unwrap_or_else(|| Known::exactly(vec![Vec::new()], keywords)),
    }
}

fn repeated(once: Known, min: u32, max: Option<u32>, keywords: &[Vec<u8>]) -> Known {
    if let Some(max) = max.filter(|max| once.exact && *max <= 8) {
        let mut all = Vec::new();
        let mut power = Known::exactly(vec![Vec::new()], keywords);
        for times in 0..=max {
            if times >= min {
                all.extend(power.front.iter().cloned());
            }
            if times < max {
                power = joined(power, once.clone(), keywords);
            }
            if !power.exact || all.len() > MAX_SET {
                return Known::anything(min >= 1 && all_contain(&once.front));
            }
        }
        return Known { exact: true, front: all.clone(), back: all };
    }
    if min == 0 { Known::anything(false) } else { Known { exact: false, ..once } }
}

/// What is known of one part followed by another.
fn joined(left: Known, right: Known, keywords: &[Vec<u8>]) -> Known {
    // Every text of the whole has one of these across the seam.
    let Some(seam) = product(&left.back, &right.front, keywords) else {
        let contains = all_contain(&left.front) || all_contain(&right.front);
        let exact = false;
        return Known {
            exact,
            front: marked(left.front, contains),
            back: marked(right.back, contains),
        };
    };
    let contains = all_contain(&seam) || all_contain(&left.front) || all_contain(&right.front);
    let exact = left.exact && right.exact;
    let front = if left.exact { seam.clone() } else { left.front };
    let back = if right.exact { seam } else { right.back };
    Known { exact, front: marked(front, contains), back: marked(back, contains) }.bounded()
}

fn marked(mut pieces: Vec<Piece>, contains: bool) -> Vec<Piece> {
    pieces.iter_mut().for_each(|piece| piece.contains |= contains);
    pieces
}

fn product(left: &[Piece], right: &[Piece], keywords: &[Vec<u8>]) -> Option<Vec<Piece>> {
    if left.len() * right.len() > MAX_SET {
        return None;
    }
    let pairs = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
    Some(
        pairs
            .map(|(l, r)| {
                let text = [l.text.as_slice(), r.text.as_slice()].concat();
                let contains = l.contains || r.contains || contains_one(&text, keywords);
                Piece { text, contains }
            })
            .collect(),
    )
}

fn all_contain(pieces: &[Piece]) -> bool {
    !pieces.is_empty() && pieces.iter().all(|piece| piece.contains)
}

fn contains_one(text: &[u8], keywords: &[Vec<u8>]) -> bool {
    keywords.iter().any(|k| memchr::memmem::find(text, k).is_some())
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
        assert!(proved(
            r"(?i:snow[a-z]{0,9}pass|sql_pwd|s_word)=x",
            &["snow", "sql_pwd", "s_word"]
        ));
        assert!(proved(r"a{2,9}(?:b[x-z]{1,3}|c)key", &["key"]));
    }

    #[test]
    fn refuses_what_does_not_hold() {
        assert!(!proved(r"\bghp_[0-9A-Za-z]{36}\b", &["gho_"]));
        assert!(!proved(r"(?:ghp_)?[0-9A-Za-z]{36}", &["ghp_"]));
        assert!(!proved(r"(?:ghp_|gho_)[0-9]{3}", &["ghp_"]));
        assert!(!proved(r"gh[a-z]_x", &["ghp_"]));
        assert!(!proved(r"(?:key){0,2}x", &["key"]));
        assert!(!proved(r"(?i:snow[a-z]{0,9}pass|sql_pwd|s_word)=x", &["snow", "sql_pwd"]));
        assert!(!proved(r"(?:ab|c)[x-z]{1,3}(?:key|no)", &["ab", "key"]));
    }

    #[test]
    fn beginnings_are_literal() {
        let of = |pattern: &str| {
            let hir = regex_syntax::ParserBuilder::new()
                .unicode(false)
                .utf8(false)
                .build()
                .parse(pattern);
            beginnings(&hir.expect("test pattern parses"))
                .into_iter()
                .map(|b| String::from_utf8(b).expect("ASCII"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("ghp_[0-9A-Za-z]{36}"), ["ghp_"]);
        assert_eq!(of("(?:pk_|sk_)(?:test_)?[0-9a-z]{37}"), ["pk_", "pk_test_", "sk_", "sk_test_"]);
        assert_eq!(of("[0-9a-z]{37}"), [""]);
    }
}
