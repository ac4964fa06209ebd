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
    same: Same,
    #[cfg(test)]
    pub(super) is_off: bool,
}

/// What was found at a name.
#[derive(Debug)]
struct Known {
    /// The last place of the name.
    keyword: Range<usize>,
    /// Where it began when it was weighed.
    noted_at: usize,
    /// What was found then.
    found: Found,
}

/// The result for a name: where it ends, and the candidates assigned to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// Where the name ends, if something is assigned to it.
    pub name_end: Option<usize>,
    /// What is assigned, as far as it is a secret: several in a list.
    pub candidates: Vec<Candidate>,
}

impl Repeats {
    /// Forgets the last text.
    pub(super) fn clear(&mut self) {
        self.last.clear();
        self.oldest = 0;
        self.same = Same::default();
    }

    /// What is found at a name that stands in the same text as one of the last ones. Of that, the name
    /// takes the place: in a text that repeats itself it is as far from the next one.
    pub(super) fn find(&mut self, text: &[u8], keyword: &Range<usize>) -> Option<Found> {
        let all = reach(text, keyword)?;
        let glance = &text[keyword.start..keyword.start + GLANCE];
        let known = self.last.iter_mut().find(|known| {
            let distance = keyword.start - known.keyword.start;
            known.keyword.len() == keyword.len()
                && text[known.keyword.start..].starts_with(glance)
                && self.same.has(text, distance, &all)
        })?;
        known.keyword = keyword.clone();
        // A value may stand before its name.
        let moved = |at: usize| at + keyword.start - known.noted_at;
        let Found { name_end, candidates } = known.found.clone();
        let place = |candidate: Candidate| Candidate {
            secret: moved(candidate.secret.start)..moved(candidate.secret.end),
            ..candidate
        };
        let candidates = candidates.into_iter().map(place).collect();
        Some(Found { name_end: name_end.map(moved), candidates })
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
        let known = Known { noted_at: keyword.start, keyword, found: found.clone() };
        match self.last.get_mut(self.oldest) {
            Some(oldest) => *oldest = known,
            None => self.last.push(known),
        }
        self.oldest = (self.oldest + 1) % REMEMBERED;
    }
}

/// The last part of a text that is the same as the one so many bytes before it: what was compared for
/// one name is not compared again for the next.
#[derive(Debug, Default)]
struct Same {
    distance: usize,
    part: Range<usize>,
}

impl Same {
    /// Whether a part of the text is the same as the one so many bytes before it. Parts are asked about in
    /// the order of the text.
    fn has(&mut self, text: &[u8], distance: usize, part: &Range<usize>) -> bool {
        let Range { start, end } = self.part;
        let goes_on = self.distance == distance && (start..=end).contains(&part.start);
        let from = if goes_on { end.min(part.end) } else { part.start };
        let is_same = text[from..part.end] == text[from - distance..part.end - distance];
        if is_same && goes_on {
            self.part.end = end.max(part.end);
        } else if is_same {
            *self = Self { distance, part: part.clone() };
        }
        is_same
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

    /// What stands around a name: the above, and what opens and closes blocks.
    const AROUND: &[&str] = &[
        "password = \"Zk3vN8sQ2mXw7Ty\"\n", // sprawl:allow generic-password
        "  token: Zk3vN8sQ2mXw7TyPq4Rs6\n", // sprawl:allow generic-token
        "  ",
        ": ",
        "=",
        "\"",
        "Zk3vN8sQ2mXw7Ty",
        "\n",
        "encryptedData:\n",
        "checksums: {\n",
        "{",
        "}",
        "<key name=\"digest\">",
        "[secretKeyRef]\n",
        "(",
        ",",
        "  user: anna\n",
        "word ",
        "\n\n",
        "// ",
    ];

    /// Bytes of a text in which names are remembered.
    const LONG: usize = assignment::REACH_BEFORE + 4 * assignment::REACH_AFTER;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_repeats_itself_is_weighed_once_and_found_as_often(
            unit in proptest::collection::vec(0..WORDS.len(), 1..12),
            odd in proptest::collection::vec((0..WORDS.len(), 0..LONG), 0..4),
        ) {
            let unit: String = unit.iter().map(|word| WORDS[*word]).collect();
            let mut text = unit.repeat(LONG / unit.len() + 1);
            for (word, at) in odd {
                text.insert_str(at, WORDS[word]);
            }
            prop_assert_eq!(found(text.as_bytes(), false).0, found(text.as_bytes(), true).0);
        }
    }

    /// What is found at the keyword that begins at a place.
    fn found_at(text: &[u8], at: usize, word: &str) -> String {
        let scanner = Scanner::new(&RULES);
        let mut repeats = Repeats { is_off: true, ..Repeats::default() };
        let (mut names, mut out) = (vec![(at, at + word.len())], Vec::new());
        scanner.find_assigned_by(text, &mut names, &mut 0, &mut out, &mut repeats);
        let say = |c: &Candidate| {
            let secret = c.secret.start - at..c.secret.end - at;
            format!("{:?} {secret:?} {:?} {:?}", c.rule, c.confidence, c.evidence)
        };
        out.iter().map(say).collect()
    }

    #[test]
    fn the_same_lines_in_another_block_are_another_text() {
        let line = "  db_password: Zk3vN8sQ2mXw7Ty\n  # "; // sprawl:allow generic-password
        let lines = format!("{line}{}\n", "words and more ".repeat(24)).repeat(300);
        for (first, second) in [("encryptedData", "other"), ("other", "encryptedData")] {
            let text = format!("{first}:\n{lines}{second}:\n{lines}");
            let (all, weighed) = found(text.as_bytes(), false);
            assert_eq!(all, found(text.as_bytes(), true).0);
            assert!(all.len() >= 200 && weighed < 550, "{} of {weighed}", all.len());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn what_stands_out_of_reach_changes_nothing(
            unit in proptest::collection::vec(0..AROUND.len(), 1..12),
            odd in proptest::collection::vec((0..AROUND.len(), 0..LONG), 0..12),
            assigned in proptest::collection::vec(0..AROUND.len(), 0..4),
            word in 0..assignment::KEYWORDS.len(),
            others in proptest::collection::vec(0..AROUND.len(), 4),
            times in 0..400_usize,
        ) {
            let unit: String = unit.iter().map(|word| AROUND[*word]).collect();
            let mut before = unit.repeat(assignment::REACH_BEFORE / unit.len() + 1);
            for (word, at) in odd {
                let at = at.min(before.len());
                before.insert_str(at, AROUND[word]);
            }
            let before = &before[before.len() - assignment::REACH_BEFORE..];
            let word = assignment::KEYWORDS[word];
            let assigned: String = assigned.iter().map(|word| AROUND[*word]).collect();
            let behind = format!("{word}{assigned}{}", unit.repeat(assignment::REACH_AFTER));
            let near = format!("{before}{}", &behind[..assignment::REACH_AFTER]);
            let in_other = |first: usize, last: usize| {
                let first = AROUND[first].repeat(times);
                let text = format!("{first}{near}{}", AROUND[last].repeat(times));
                found_at(text.as_bytes(), first.len() + before.len(), word)
            };
            prop_assert_eq!(in_other(others[0], others[1]), in_other(others[2], others[3]));
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
            let (short, long) = (weighed(80_000), weighed(400_000));
            assert!(long <= short + 8, "{unit}: {short} names of 80 kB, {long} of 400 kB");
        }
    }
}
