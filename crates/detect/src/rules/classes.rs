//! Bytes that matches of a pattern are made of. Most keywords stand in texts where nothing can match, and a look
//! at a few bytes says so in a tenth of the time that an engine takes to.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes of a match that are looked at.
const MOST: usize = 32;

/// Shorter runs stand everywhere, and are not looked for.
const SHORTEST_RUN: usize = 6;

/// Bytes of which a match has one at some position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByteSet([u64; 4]);

/// What the matches of a rule have in common.
#[derive(Debug)]
pub(crate) struct Classes {
    /// By position behind the border before a match, as far as all matches reach; empty if that is not known.
    positions: Box<[ByteSet]>,
    /// Bytes of the first `run_length` of each secret.
    run: ByteSet,
    run_length: usize,
}

impl Classes {
    /// Of a pattern with this secret in it. `has_border` says whether it asks for something before a match, and
    /// `only_secret` whether a match has nothing else.
    pub(super) fn of(whole: &Hir, secret: &Hir, has_border: bool, only_secret: bool) -> Self {
        let secret = Part::of(secret);
        let run_length = secret.least.min(secret.positions.len());
        let run =
            secret.positions[..run_length].iter().fold(ByteSet::NONE, |all, set| all.or(*set));
        let positions = head(whole, has_border, only_secret).map_or_else(Vec::new, |head| {
            let length = head.least.min(head.positions.len());
            head.positions[..length].to_vec()
        });
        Self { positions: positions.into(), run, run_length }
    }

    /// Whether a match may begin here, for all that its bytes say. The border before it is not looked at.
    pub(crate) fn may_begin_at(&self, text: &[u8], at: usize) -> bool {
        let rest = text.get(at..).unwrap_or_default();
        rest.len() >= self.positions.len()
            && self.positions.iter().zip(rest).all(|(set, byte)| set.has(*byte))
    }

    /// Whether a part of a text may hold a secret: there are as many bytes in a row that it may begin with.
    pub(crate) fn may_hold_secret(&self, text: &[u8], part: Range<usize>) -> bool {
        let text = &text[part.start.min(text.len())..part.end.min(text.len())];
        if self.run_length < SHORTEST_RUN {
            return true;
        }
        // A run holds one of any `run_length` positions in a row, so that most bytes are not looked at.
        let mut begin = 0;
        while let Some(window) = text.get(begin..begin + self.run_length) {
            match window.iter().rposition(|byte| !self.run.has(*byte)) {
                Some(last) => begin += last + 1,
                None => return true,
            }
        }
        false
    }
}

/// A byte that every match has behind the keyword, such as the `@` of an address.
#[derive(Debug)]
pub(crate) struct Required {
    /// Bytes that may stand between the two.
    between: ByteSet,
    byte: u8,
}

impl Required {
    /// Of the parts of a pattern, if the first keyword, which has so many bytes before it, stands in a literal.
    /// None if so much may stand between that it says nothing.
    pub(super) fn of(parts: &[&Hir], keywords: &[String], before: (usize, usize)) -> Option<Self> {
        let in_literal = |literal: &[u8]| {
            let literal = literal.to_ascii_lowercase();
            let place = |keyword: &String| {
                let keyword = keyword.to_ascii_lowercase();
                let at = memchr::memmem::find(&literal, keyword.as_bytes())?;
                Some((at, at + keyword.len()))
            };
            keywords.iter().filter_map(place).min()
        };
        let (mut least, mut most) = (0_usize, 0_usize);
        let mut first = None;
        for (index, part) in parts.iter().enumerate() {
            if let HirKind::Literal(literal) = part.kind()
                && let Some((at, end)) = in_literal(&literal.0)
            {
                first = ((least + at, most.saturating_add(at)) == before)
                    .then(|| (index, &literal.0[end..]));
                break;
            }
            let part = Part::of(part);
            (least, most) = (least + part.least, most.saturating_add(part.most));
        }
        let (first, behind) = first?;
        let mut between = behind.iter().fold(ByteSet::NONE, |all, byte| all.with(*byte, *byte));
        let mut last = None;
        for part in &parts[first + 1..] {
            if let HirKind::Literal(literal) = part.kind() {
                last = literal.0.first().map(|byte| Self { between, byte: *byte });
            }
            between = between.or(Part::of(part).all);
        }
        last.filter(|required| !required.between.has(b' '))
    }

    /// Whether it stands behind a keyword that ends here.
    pub(crate) fn follows(&self, text: &[u8], at: usize) -> bool {
        let rest = text.get(at..).unwrap_or_default();
        rest.iter()
            .find(|byte| **byte == self.byte || !self.between.has(**byte))
            .is_some_and(|byte| *byte == self.byte)
    }
}

/// What a match begins with, up to the end of the secret.
fn head(whole: &Hir, has_border: bool, only_secret: bool) -> Option<Part> {
    let parts = match whole.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(whole),
    };
    let is_secret = |part: &Hir| matches!(part.kind(), HirKind::Capture(c) if c.name.as_deref() == Some("secret"));
    let secret = parts.iter().position(is_secret)?;
    // The border is a part of its own in all patterns that are known by what stands in front.
    let first = usize::from(has_border);
    // Tokens that prove themselves are looked at without what the pattern has before them.
    if first > secret || only_secret && first < secret {
        return None;
    }
    if has_border && !matches!(parts[0].kind(), HirKind::Look(_) | HirKind::Alternation(_)) {
        return None;
    }
    Some(parts[first..=secret].iter().fold(Part::EMPTY, |head, part| head.then(&Part::of(part))))
}

/// What the texts that a part of a pattern matches have in common.
#[derive(Debug, Clone)]
struct Part {
    /// Fewest bytes, and most.
    least: usize,
    most: usize,
    /// By position, the bytes that stand there in texts that are as long.
    positions: Vec<ByteSet>,
    /// The bytes that stand anywhere.
    all: ByteSet,
}

impl Part {
    const EMPTY: Self = Self { least: 0, most: 0, positions: Vec::new(), all: ByteSet::NONE };

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::EMPTY,
            HirKind::Literal(literal) => {
                let one = |byte: &u8| ByteSet::NONE.with(*byte, *byte);
                let length = literal.0.len();
                Self {
                    least: length,
                    most: length,
                    positions: literal.0.iter().take(MOST).map(one).collect(),
                    all: literal.0.iter().map(one).fold(ByteSet::NONE, ByteSet::or),
                }
            }
            HirKind::Class(Class::Bytes(class)) => {
                let set = class.iter().fold(ByteSet::NONE, |set, r| set.with(r.start(), r.end()));
                Self { least: 1, most: 1, positions: vec![set], all: set }
            }
            HirKind::Class(Class::Unicode(_)) => {
                Self { least: 1, most: 4, positions: vec![ByteSet::ALL; 4], all: ByteSet::ALL }
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let most = repetition.max.map_or(usize::MAX, |max| max as usize);
                Self::of(&repetition.sub).repeated(repetition.min as usize, most)
            }
            HirKind::Concat(parts) => {
                parts.iter().fold(Self::EMPTY, |all, part| all.then(&Self::of(part)))
            }
            HirKind::Alternation(ways) => {
                ways.iter().map(Self::of).reduce(|one, other| one.or(&other)).unwrap_or(Self::EMPTY)
            }
        }
    }

    /// The texts of this part with those of the next behind them.
    fn then(mut self, next: &Self) -> Self {
        let most = self.most.saturating_add(next.most);
        self.positions.resize(most.min(MOST), ByteSet::NONE);
        for from in self.least..=self.most.min(MOST) {
            for (position, set) in self.positions.iter_mut().skip(from).zip(&next.positions) {
                *position = position.or(*set);
            }
        }
        Self {
            least: self.least.saturating_add(next.least),
            most,
            positions: self.positions,
            all: self.all.or(next.all),
        }
    }

    /// The texts of this part, so many times. Each position may be any of the part.
    fn repeated(self, least: usize, most: usize) -> Self {
        let any = self.positions.iter().fold(ByteSet::NONE, |all, set| all.or(*set));
        let most = self.most.saturating_mul(most);
        Self {
            least: self.least.saturating_mul(least),
            most,
            positions: vec![any; most.min(MOST)],
            all: self.all,
        }
    }

    /// The texts of this part, or those of another.
    fn or(mut self, other: &Self) -> Self {
        let length = self.positions.len().max(other.positions.len());
        self.positions.resize(length, ByteSet::NONE);
        for (position, set) in self.positions.iter_mut().zip(&other.positions) {
            *position = position.or(*set);
        }
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            positions: self.positions,
            all: self.all.or(other.all),
        }
    }
}

impl ByteSet {
    const NONE: Self = Self([0; 4]);
    const ALL: Self = Self([!0; 4]);

    fn with(mut self, first: u8, last: u8) -> Self {
        for byte in first..=last {
            self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        self
    }

    fn or(self, other: Self) -> Self {
        let mut all = self.0;
        all.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        Self(all)
    }

    fn has(self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_automata::meta::Regex;

    fn classes(pattern: &str, has_border: bool) -> Classes {
        let whole = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let whole = whole.clone().parse(pattern).expect("it parses");
        let secret = match whole.kind() {
            HirKind::Concat(parts) => parts.iter().find_map(|part| match part.kind() {
                HirKind::Capture(capture) => Some(capture.sub.clone()),
                _ => None,
            }),
            HirKind::Capture(capture) => Some(capture.sub.clone()),
            _ => None,
        };
        Classes::of(&whole, &secret.expect("a secret"), has_border, false)
    }

    #[test]
    fn what_cannot_match_is_told() {
        let token = classes(r"\b(?<secret>(?:ab|abc)_[0-9]{4,9}x?)\b", true);
        assert!(token.may_begin_at(b"ab_1234", 0) && token.may_begin_at(b".abc_1234x", 1));
        assert!(!token.may_begin_at(b"ab_123", 0) && !token.may_begin_at(b"ab_12c4567", 0));
        assert!(!token.may_begin_at(b"ab", 5));
        let named = classes(r"(?i:key)[=: ]{1,3}(?<secret>[0-9a-f]{8})", false);
        assert!(named.may_begin_at(b"KEY = 01234567", 0));
        assert!(!named.may_begin_at(b"keyboard = 01234567", 0));
        assert!(named.may_hold_secret(b"key = 01234567", 0..14));
        assert!(!named.may_hold_secret(b"key = 0123 4567 89", 0..18));
        assert!(!named.may_hold_secret(b"key = 01234567", 0..13));
        assert!(named.may_hold_secret(b"key = 01234567", 2..99));
    }

    const PARTS: &[&str] = &[
        "a",
        "b",
        "[ab]",
        "[^a]",
        "(a|ab)",
        "a?",
        "b{1,3}",
        "(ab|b){0,2}",
        "a{2,40}",
        "(a[ab]{1,2}|b)",
    ];

    #[test]
    fn bytes_that_every_match_has_are_asked_for() {
        let required = |parts: &str, keyword: &str, before: (usize, usize)| {
            let whole = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
            let whole = whole.clone().parse(parts).expect("it parses");
            let HirKind::Concat(parts) = whole.kind() else { return None };
            Required::of(&parts.iter().collect::<Vec<_>>(), &[keyword.to_owned()], before)
        };
        let address = required("[a-z]{2,5}://[^ /:@]{0,9}:[0-9a-z]{2,9}@[a-z]", "://", (2, 5))
            .expect("a sign before the host");
        assert!(address.follows(b"see http://a:b1@host", 11));
        assert!(!address.follows(b"see http://host:80/b1@", 11));
        assert!(!address.follows(b"://host", 3) && !address.follows(b"", 3));
        let rest = required("[0-9]{3}tok-_[0-9]{9}=x", "TOK", (3, 3)).expect("the sign at the end");
        assert!(rest.follows(b"tok-_012345678=x", 3) && !rest.follows(b"tok-x012345678=x", 3));
        for (parts, keyword, before) in [
            ("key[ =]{1,3}[0-9]{9}x", "key", (0, 0)),
            ("key[0-9]{9}", "key", (0, 0)),
            ("[ac]a[bc][0-9]{9}x", "b", (2, 2)),
            // It stands before that, in another case.
            ("(?i:key)=[0-9]{9}key[0-9]x", "key", (0, 0)),
        ] {
            assert!(required(parts, keyword, before).is_none(), "{parts}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
        #[test]
        fn what_matches_is_not_left_out(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 1..6),
            text in "[ab]{0,48}c?",
        ) {
            let pattern = format!("(?<secret>{})", parts.concat());
            let classes = classes(&pattern, false);
            let regex = Regex::new(&pattern).expect("it compiles");
            for at in 0..=text.len() {
                let rest = regex_automata::Input::new(&text).range(at..).anchored(regex_automata::Anchored::Yes);
                if let Some(found) = regex.find(rest) {
                    assert!(classes.may_begin_at(text.as_bytes(), at));
                    assert!(classes.may_hold_secret(text.as_bytes(), found.range()));
                }
            }
        }
    }
}
