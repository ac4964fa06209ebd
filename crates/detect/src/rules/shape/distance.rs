//! How far a value is from the language of a pattern: how many characters are too many, too few or
//! other ones.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest values that are compared, in bytes.
const LONGEST: usize = 400;

/// How a value relates to a form that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Distance {
    /// Characters that would have to be put in, taken out or changed; `None`: more than were allowed.
    pub(crate) edits: Option<usize>,
    /// Whether it is the beginning of what the form would go on with.
    pub(crate) is_cut: bool,
}

/// Compares a value with all that a pattern matches; more than `most` edits are not counted.
///
/// Goes through the pattern from left to right and keeps, for each length of a beginning of the value,
/// how many edits it took so far (Wagner and Fischer's table, with a pattern for one of the texts).
pub(crate) fn distance(pattern: &Hir, value: &[u8], most: usize) -> Distance {
    let shape = pattern.properties();
    let too_short = shape.minimum_len().is_none_or(|least| least > LONGEST);
    let too_long = shape.maximum_len().is_none_or(|longest| value.len() > longest + most);
    if value.len() > LONGEST || too_short || too_long {
        return Distance { edits: None, is_cut: false };
    }
    let mut walk = Walk { value, most, is_cut: false };
    let start = walk.inserted((0..=value.len()).map(|at| at.min(most + 1)).collect());
    let end = walk.through(pattern, start);
    let edits = end.last().copied().filter(|edits| *edits <= most);
    Distance { edits, is_cut: walk.is_cut && edits != Some(0) }
}

/// By length of the value's beginning, the edits so far; more than `most` are `most + 1`.
type Edits = Vec<usize>;

struct Walk<'v> {
    value: &'v [u8],
    most: usize,
    is_cut: bool,
}

impl Walk<'_> {
    fn through(&mut self, pattern: &Hir, before: Edits) -> Edits {
        if before.iter().all(|edits| *edits > self.most) {
            return before;
        }
        match pattern.kind() {
            HirKind::Empty | HirKind::Look(_) => before,
            HirKind::Literal(literal) => {
                literal.0.iter().fold(before, |edits, byte| self.step(&edits, |b| b == *byte))
            }
            HirKind::Class(Class::Bytes(class)) => self.step(&before, |byte| {
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte))
            }),
            HirKind::Class(Class::Unicode(class)) => self.step(&before, |byte| {
                let byte = char::from(byte);
                class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte))
            }),
            HirKind::Capture(capture) => self.through(&capture.sub, before),
            HirKind::Concat(parts) => {
                parts.iter().fold(before, |edits, part| self.through(part, edits))
            }
            HirKind::Alternation(parts) => parts
                .iter()
                .map(|part| self.through(part, before.clone()))
                .reduce(least)
                .unwrap_or(before),
            HirKind::Repetition(repetition) => {
                let mut now = before;
                for _ in 0..repetition.min {
                    now = self.through(&repetition.sub, now);
                }
                let mut best = now.clone();
                for _ in repetition.min..repetition.max.unwrap_or(u32::MAX) {
                    now = self.through(&repetition.sub, now);
                    let better = least(now.clone(), best.clone());
                    if better == best {
                        break;
                    }
                    best = better;
                }
                best
            }
        }
    }

    /// One character of the pattern.
    fn step(&mut self, before: &Edits, fits: impl Fn(u8) -> bool) -> Edits {
        // The value ends before this character.
        self.is_cut |= before.last() == Some(&0);
        let mut after = Vec::with_capacity(before.len());
        // The value lacks it.
        after.push(before[0] + 1);
        for (at, byte) in self.value.iter().enumerate() {
            let lacks = before[at + 1] + 1;
            let has = before[at] + usize::from(!fits(*byte));
            after.push(lacks.min(has));
        }
        self.inserted(after)
    }

    /// Characters of the value that the pattern does not have.
    fn inserted(&self, mut edits: Edits) -> Edits {
        for at in 1..edits.len() {
            edits[at] = edits[at].min(edits[at - 1] + 1);
        }
        for count in &mut edits {
            *count = (*count).min(self.most + 1);
        }
        edits
    }
}

fn least(a: Edits, b: Edits) -> Edits {
    a.into_iter().zip(b).map(|(a, b)| a.min(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pattern: &str, value: &str) -> (Option<usize>, bool) {
        let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = hir.clone().parse(pattern).expect("it parses");
        let found = distance(&hir, value.as_bytes(), 3);
        (found.edits, found.is_cut)
    }

    #[test]
    fn edits_are_counted() {
        for (pattern, value, edits) in [
            ("[0-9a-f]{8}", "0123abcd", Some(0)),
            ("[0-9a-f]{8}", "0123abc", Some(1)),
            ("[0-9a-f]{8}", "0123abcd9", Some(1)),
            ("[0-9a-f]{8}", "0123zbcd", Some(1)),
            ("[0-9a-f]{8}", "-0123abzdd", Some(2)),
            ("[0-9a-f]{8}", "--0123abzdd", Some(3)),
            ("[0-9a-f]{8}", "0123", None),
            ("[0-9a-f]{8}", "qrstuvwx", None),
            ("id_[0-9]{2,6}|k:[a-z]{4}", "id_12", Some(0)),
            ("id_[0-9]{2,6}|k:[a-z]{4}", "id12", Some(1)),
            ("id_[0-9]{2,6}|k:[a-z]{4}", "k:abcdefg", Some(3)),
            ("(?:ab){2,3}c?", "ababab", Some(0)),
            ("(?:ab){2,3}c?", "abxabac", Some(2)),
        ] {
            assert_eq!(from(pattern, value).0, edits, "{pattern} {value}");
        }
    }

    #[test]
    fn beginnings_are_cut() {
        assert!(from("sk_[0-9a-f]{48}", "sk_0123abcd").1);
        assert!(from("[0-9]{4,9}:[a-z]{8}", "12345").1);
        for (pattern, value) in [
            ("sk_[0-9a-f]{48}", "pk_0123abcd"),
            ("[0-9a-f]{8}", "0123abcd"),
            ("[0-9a-f]{8}", "0123abcd9"),
            ("[0-9a-f]{4,8}", "0123ab"),
        ] {
            assert!(!from(pattern, value).1, "{pattern} {value}");
        }
    }
}
