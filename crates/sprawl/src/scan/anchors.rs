//! Anchors: a few bytes around each place where letters and digits meet, as numbers. Wherever a value stands,
//! all of its anchors do. So a second search for values passes over what lacks one of them, without
//! decoding it again: of a history that is nearly all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use sprawl_detect::version::Shared;

/// Bytes of an anchor on either side of the place where letters and digits meet.
const HALF: usize = 3;

/// Anchors of all families that are kept at most: 64 MiB.
const MOST: usize = 16 << 20;

/// Anchors of a family that are noted before repeats are taken out.
const TIDY_FROM: usize = 1 << 14;

/// An object that is whole in a pack, and all that is made from it: pack and rank.
pub type Family = (usize, u32);

/// Calls `note` for each anchor of a stretch of a text.
fn each(text: &[u8], stretch: Range<usize>, mut note: impl FnMut(u32)) {
    let from = stretch.start.max(HALF);
    let to = stretch.end.min(text.len().saturating_sub(HALF) + 1);
    let kind_at = |at: usize| text.get(at).map_or(0, |byte| KINDS[usize::from(*byte)]);
    let mut last = from.checked_sub(1).map_or(0, kind_at);
    for at in from..to {
        let kind = kind_at(at);
        if last ^ kind == BOTH && at + HALF <= text.len() {
            note(number(&text[at - HALF..at + HALF]));
        }
        last = kind;
    }
}

/// The anchors of a value, in order; none for one without letters and digits side by side within it.
pub(super) fn of(value: &[u8]) -> Vec<u32> {
    let mut all = Vec::new();
    each(value, 0..value.len(), |anchor| all.push(anchor));
    all.sort_unstable();
    all.dedup();
    all
}

fn number(bytes: &[u8]) -> u32 {
    let word = bytes.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// That of both a letter and a digit.
const BOTH: u8 = 3;

/// 1 for letters, 2 for digits, and 0 for all else, which is told from both by neither.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_letter = (byte as u8).is_ascii_alphabetic();
        let is_digit = (byte as u8).is_ascii_digit();
        kinds[byte] = if is_letter {
            1
        } else if is_digit {
            2
        } else {
            0
        };
        byte += 1;
    }
    kinds
};

/// What is new in a text that has parts in common with an earlier one, with so many bytes on both sides; also
/// where something is gone.
pub(super) fn new_stretches(
    shared: &[Shared],
    length: usize,
    margin: usize,
) -> impl Iterator<Item = Range<usize>> {
    let mut runs = shared.to_vec();
    runs.sort_unstable_by_key(|run| run.at);
    let ends = runs.into_iter().map(|run| (run.at, run.length)).chain([(length, 0)]);
    let mut known = 0;
    ends.filter_map(move |(at, run)| {
        // Nothing is cut at the beginning and the end of the text.
        let is_cut = at > known || (0 < at && at < length);
        let stretch = known.saturating_sub(margin)..at.saturating_add(margin).min(length);
        known = known.max(at + run);
        is_cut.then_some(stretch)
    })
}

/// Anchors of the family that is being read.
#[derive(Debug, Default)]
pub(super) struct Notes {
    all: Vec<u32>,
    /// How many there were without repeats when these were last taken out.
    tidied: usize,
    /// Something was not noted.
    pub(super) is_partial: bool,
}

impl Notes {
    /// Notes the anchors of a text, or of what is new in it.
    pub(super) fn add(&mut self, text: &[u8], shared: Option<&[Shared]>) {
        match shared {
            Some(shared) => {
                for stretch in new_stretches(shared, text.len(), HALF) {
                    each(text, stretch, |anchor| self.all.push(anchor));
                }
            }
            None => each(text, 0..text.len(), |anchor| self.all.push(anchor)),
        }
        if self.all.len() > TIDY_FROM + 2 * self.tidied {
            self.tidy();
        }
        if self.tidied > MOST {
            (self.all, self.tidied, self.is_partial) = (Vec::new(), 0, true);
        }
    }

    fn tidy(&mut self) {
        self.all.sort_unstable();
        self.all.dedup();
        self.tidied = self.all.len();
    }

    /// All of them, in order; nothing if something was not noted.
    pub(super) fn finish(mut self) -> Option<Box<[u32]>> {
        self.tidy();
        (!self.is_partial).then(|| self.all.into())
    }
}

/// Anchors of all that was decoded and unpacked in a scan but for families of objects: members of containers,
/// decoded segments, wide texts. A second search for values decodes nothing if no value has all of its
/// anchors there.
#[derive(Debug, Default)]
pub struct Decoded(Mutex<(Vec<u32>, bool)>);

impl Decoded {
    /// Adds what a thread has decoded.
    pub(super) fn add(&self, notes: Notes) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (anchors, is_partial) = &mut *all;
        match notes.finish() {
            Some(more) => {
                anchors.extend(more);
                anchors.sort_unstable();
                anchors.dedup();
            }
            None => *is_partial = true,
        }
        // The same whatever threads there are.
        *is_partial |= anchors.len() > MOST;
    }

    /// Whether any of the values, each given by its anchors, may be there.
    pub(crate) fn may_hold<'v>(&self, mut values: impl Iterator<Item = &'v [u32]>) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (anchors, is_partial) = &*all;
        let has = |one: &u32| anchors.binary_search(one).is_ok();
        *is_partial || values.any(|value| value.iter().all(has))
    }
}

/// The anchors of the families of a repository, as far as they are known.
#[derive(Debug, Default)]
pub struct Families {
    known: BTreeMap<Family, Box<[u32]>>,
    count: usize,
}

impl Families {
    /// Adds a family. Beyond a limit nothing is kept: then it is not passed over.
    pub(crate) fn add(&mut self, family: Family, anchors: Box<[u32]>) {
        if self.count + anchors.len() <= MOST {
            self.count += anchors.len();
            self.known.insert(family, anchors);
        }
    }

    /// The families that hold none of the values, each given by its anchors.
    pub(crate) fn without<'v>(&self, values: impl Iterator<Item = &'v [u32]>) -> BTreeSet<Family> {
        let mut by_first: BTreeMap<u32, Vec<&[u32]>> = BTreeMap::new();
        let mut may_begin = vec![false; 1 << 16];
        for value in values {
            // What has no anchor may be anywhere.
            let Some((first, rest)) = value.split_first() else { return BTreeSet::new() };
            may_begin[*first as usize >> 16] = true;
            by_first.entry(*first).or_default().push(rest);
        }
        let holds_any = |anchors: &[u32]| {
            anchors.iter().filter(|anchor| may_begin[**anchor as usize >> 16]).any(|anchor| {
                let values = by_first.get(anchor).into_iter().flatten();
                let has = |one: &u32| anchors.binary_search(one).is_ok();
                values.into_iter().any(|rest| rest.iter().all(has))
            })
        };
        let none = self.known.iter().filter(|(_, anchors)| !holds_any(anchors));
        none.map(|(family, _)| *family).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_holds_a_value_has_its_anchors(
            before in "[a-c0-2 ]{0,12}",
            value in "[a-c0-2]{6,14}",
            after in "[a-c0-2 ]{0,12}",
            cut in 0..40_usize,
        ) {
            let text = format!("{before}{value}{after}");
            let mut notes = Notes::default();
            // The text is made from its own beginning and end.
            let cut = cut.min(text.len());
            let old = &text[..cut];
            notes.add(old.as_bytes(), None);
            let shared = [Shared { at: 0, from: 0, length: cut }];
            notes.add(text.as_bytes(), Some(&shared));
            let mut families = Families::default();
            families.add((0, 0), notes.finish().unwrap());
            let anchors = of(value.as_bytes());
            prop_assert!(families.without([anchors.as_slice()].into_iter()).is_empty());
        }
    }

    #[test]
    fn texts_of_any_length_have_none_or_some() {
        let text = b"a1b2c3d4";
        for end in 0..=text.len() {
            for start in 0..=end {
                let mut count = 0;
                each(&text[..end], start..end, |_| count += 1);
                assert_eq!(count > 0, end >= 2 * HALF && start + HALF <= end, "{start}..{end}");
            }
        }
    }

    #[test]
    fn what_lacks_an_anchor_is_passed_over() {
        let mut notes = Notes::default();
        notes.add(b"abc123def and x86_64 words", None);
        let mut families = Families::default();
        families.add((1, 7), notes.finish().unwrap());
        let passed = |value: &str| {
            !families.without([of(value.as_bytes()).as_slice()].into_iter()).is_empty()
        };
        assert!(!passed("abc123def") && !passed("bc123de"));
        assert!(passed("abc123deg") && passed("xbc123def"));
        assert!(!passed("letters"), "no anchor, so it may be anywhere");
        let partial = Notes { is_partial: true, ..Notes::default() };
        assert!(partial.finish().is_none());
    }
}
