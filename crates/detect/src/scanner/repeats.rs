//! Assignments that stand in the same text as one before: what was found there is found again.
//!
//! To weigh an assignment takes many microseconds, and a file that holds nothing but `password="`
//! has millions of them. What is found at a name depends on the bytes from
//! [`assignment::REACH_BEFORE`] before it to [`assignment::REACH_AFTER`] behind it alone, so where
//! these are the same bytes there is nothing to weigh.

use std::ops::Range;

use super::Candidate;
use crate::assignment;

/// Names that are remembered: a text that repeats itself has as many in one repetition.
const REMEMBERED: usize = 16;

/// Bytes from the beginning of a name on that are compared first.
const GLANCE: usize = 8;

/// The last names of a text, and what was found there. Only of that text.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    last: Vec<Known>,
    /// Which of them is the oldest.
    oldest: usize,
    #[cfg(test)]
    pub(super) is_off: bool,
}

/// What was found at a name.
#[derive(Debug)]
struct Known {
    keyword: Range<usize>,
    found: Found,
}

/// The result for a name: where it ends, and the candidate assigned to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Where the name ends, if something is assigned to it.
    pub name_end: Option<usize>,
    /// What is assigned, if it is a secret.
    pub candidate: Option<Candidate>,
}

impl Repeats {
    /// Forgets the last text.
    pub(super) fn clear(&mut self) {
        self.last.clear();
        self.oldest = 0;
    }

    /// What is found at a name that stands in the same text as one of the last ones.
    pub(super) fn find(&self, text: &[u8], keyword: &Range<usize>) -> Option<Found> {
        let all = reach(text, keyword)?;
        let glance = &text[keyword.start..keyword.start + GLANCE];
        let same = self.last.iter().find(|known| {
            known.keyword.len() == keyword.len()
                && text[known.keyword.start..].starts_with(glance)
                && reach(text, &known.keyword).is_some_and(|other| text[other] == text[all.clone()])
        })?;
        let moved = |at: usize| at - same.keyword.start + keyword.start;
        let Found { name_end, candidate } = same.found.clone();
        let candidate = candidate.map(|candidate| Candidate {
            secret: moved(candidate.secret.start)..moved(candidate.secret.end),
            ..candidate
        });
        Some(Found { name_end: name_end.map(moved), candidate })
    }

    /// Remembers what was found at a name.
    pub(super) fn note(&mut self, text: &[u8], keyword: Range<usize>, found: &Found) {
        #[cfg(test)]
        if self.is_off {
            return;
        }
        if reach(text, &keyword).is_none() {
            return;
        }
        let known = Known { keyword, found: found.clone() };
        match self.last.get_mut(self.oldest) {
            Some(oldest) => *oldest = known,
            None => self.last.push(known),
        }
        self.oldest = (self.oldest + 1) % REMEMBERED;
    }
}

/// The bytes on which it depends what is found at a name; `None` near the ends of the text, which are
/// among what it depends on.
fn reach(text: &[u8], keyword: &Range<usize>) -> Option<Range<usize>> {
    let from = keyword.start.checked_sub(assignment::REACH_BEFORE)?;
    let to = keyword.start + assignment::REACH_AFTER;
    (to < text.len()).then_some(from..to)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::Scanner;
    use crate::rules::Rules;

    static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

    /// What is found at every keyword of a text, and how many were weighed.
    fn found(text: &[u8], is_off: bool) -> (Vec<String>, usize) {
        let scanner = Scanner::new(&RULES);
        let mut names = Vec::new();
        for word in assignment::KEYWORDS {
            let all = memchr::memmem::find_iter(text, word);
            names.extend(all.map(|at| (at, at + word.len())));
        }
        let mut repeats = Repeats { is_off, ..Repeats::default() };
        let mut out = Vec::new();
        let weighed = scanner.find_assigned_by(text, &mut names, &mut 0, &mut out, &mut repeats);
        let say = |c: &Candidate| {
            let identity = c.identity.as_ref().map(|bytes| bytes.len());
            format!("{:?} {:?} {:?} {:?} {identity:?}", c.rule, c.secret, c.confidence, c.evidence)
        };
        (out.iter().map(say).collect(), weighed)
    }

    /// What a repetition is made of.
    const WORDS: &[&str] = &[
        "password = ",
        "password=\"",
        "\"",
        "'",
        "Zk3vN8sQ2mXw7Ty",
        "hunter2hunter",
        "\n",
        "  ",
        "token: ",
        "key=",
        "<add key=\"password\" value=\"",
        "/>",
        "&quot;",
        "user: anna\n",
        "api_key: ",
        ",",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn what_repeats_itself_is_weighed_once_and_found_as_often(
            unit in proptest::collection::vec(0..WORDS.len(), 1..12),
            odd in proptest::collection::vec((0..WORDS.len(), 0..12_000_usize), 0..4),
        ) {
            let unit: String = unit.iter().map(|word| WORDS[*word]).collect();
            let mut text = unit.repeat(12_000 / unit.len() + 1);
            for (word, at) in odd {
                text.insert_str(at, WORDS[word]);
            }
            prop_assert_eq!(found(text.as_bytes(), false).0, found(text.as_bytes(), true).0);
        }
    }

    #[test]
    fn the_work_for_a_repetition_does_not_grow_with_it() {
        for unit in [
            "password=\"",
            "key=\u{201c}",
            "key=&quot;",
            "password: ",
            "--password ",
            "<add key=\"password\" value=\"",
            "token:abc:",
            "PuTTY-User-Key-File-2: ssh-rsa\n",
        ] {
            let weighed =
                |length: usize| found(unit.repeat(length / unit.len()).as_bytes(), false).1;
            let (short, long) = (weighed(40_000), weighed(200_000));
            assert!(long <= short + 8, "{unit}: {short} names of 40 kB, {long} of 200 kB");
        }
    }
}
