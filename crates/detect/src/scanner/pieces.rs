//! A long text in pieces: what the keywords of one piece lead to is worked off before the next piece
//! is looked at, as far as nothing behind can change it. The text itself is there as a whole.

use std::collections::HashMap;

use super::{Candidate, Match, Scanner, Window, judge, label, prove_by_project, resolve_overlaps};
use crate::rules::{Compiled, RuleId};

/// What is carried from one piece to the next, and memory that the pieces share.
#[derive(Debug, Default)]
pub(super) struct Work {
    is_text: bool,
    windows: Vec<Window>,
    /// Matches whose secret begins where others may still be found.
    matches: Vec<Match>,
    key_hits: Vec<usize>,
    assignment_hits: Vec<(usize, usize)>,
    /// Where the last key material ended, and the last name.
    key_end: usize,
    name_end: usize,
    /// Found by patterns, and where the last of each rule is among them.
    by_patterns: Vec<Candidate>,
    last_of: HashMap<RuleId, usize>,
    by_keys: Vec<Candidate>,
    by_names: Vec<Candidate>,
    /// Of a piece: all windows, those of one rule that are searched, and the hits that are looked at.
    all: Vec<Window>,
    ready: Vec<Window>,
    keys: Vec<usize>,
    names: Vec<(usize, usize)>,
}

impl Work {
    /// Forgets the last text.
    pub(super) fn begin(&mut self, is_text: bool) {
        self.is_text = is_text;
        self.windows.clear();
        self.matches.clear();
        self.key_hits.clear();
        self.assignment_hits.clear();
        self.key_end = 0;
        self.name_end = 0;
        self.by_patterns.clear();
        self.last_of.clear();
        self.by_keys.clear();
        self.by_names.clear();
    }

    /// Of overlapping candidates of one rule, which come in order of their starts, the longest stays.
    fn push_longest(&mut self, candidate: Candidate) {
        let last = self.last_of.get(&candidate.rule).and_then(|at| self.by_patterns.get_mut(*at));
        match last {
            Some(last) if last.secret.end > candidate.secret.start => {
                if candidate.secret.len() > last.secret.len() {
                    *last = candidate;
                }
            }
            _ => {
                self.last_of.insert(candidate.rule, self.by_patterns.len());
                self.by_patterns.push(candidate);
            }
        }
    }
}

impl Scanner<'_> {
    /// Works off what the keywords before `to` lead to.
    pub(super) fn work_off(&mut self, text: &[u8], to: usize, work: &mut Work) {
        // Keywords of the next piece begin at the earliest here.
        let known = match to == text.len() {
            true => usize::MAX,
            false => to.saturating_sub(self.rules.prefilter().reach().0),
        };
        work.windows.append(&mut self.windows);
        work.matches.append(&mut self.bare);
        let mut windows = std::mem::take(&mut work.all);
        windows.append(&mut work.windows);
        windows.sort_unstable();
        windows.dedup();
        for same_rule in windows.chunk_by(|a, b| a.rule == b.rule) {
            let rule = same_rule[0].rule;
            let Ok(compiled) = self.rules.get(rule).compiled() else { continue };
            let settled = known.saturating_sub(self.reach_back(rule, compiled));
            self.search_before(text, same_rule, settled, work);
        }
        windows.clear();
        work.all = windows;
        self.judge_before(text, known, work);
        work.key_hits.append(&mut self.key_hits);
        move_before(&mut work.key_hits, &mut work.keys, |at| *at < known);
        self.find_keys(text, &mut work.keys, &mut work.key_end, &mut work.by_keys);
        work.assignment_hits.append(&mut self.assignment_hits);
        move_before(&mut work.assignment_hits, &mut work.names, |(from, _)| *from < known);
        if work.is_text {
            self.find_assigned(text, &mut work.names, &mut work.name_end, &mut work.by_names);
        }
    }

    /// Everything that was found.
    pub(super) fn finish(&mut self, text: &[u8], work: &mut Work) -> Vec<Candidate> {
        let mut candidates = std::mem::take(&mut work.by_patterns);
        candidates.extend(std::mem::take(&mut work.by_keys));
        self.find_container(text, &mut candidates);
        candidates.extend(std::mem::take(&mut work.by_names));
        let mut kept = resolve_overlaps(self.rules, text, candidates);
        prove_by_project(self.rules, text, &mut kept);
        label::leave_out(self.rules, text, &mut kept);
        kept
    }

    /// How far before the beginning of a keyword the window of a rule may begin.
    fn reach_back(&self, rule: RuleId, compiled: &Compiled) -> usize {
        let rule = self.rules.get(rule);
        let near = rule.near().map_or(0, |near| near.within);
        compiled.max_match + near
    }

    /// Searches the windows of one rule as far as they begin before `settled`; the rest waits.
    fn search_before(&mut self, text: &[u8], windows: &[Window], settled: usize, work: &mut Work) {
        let mut ready = std::mem::take(&mut work.ready);
        for window in windows {
            if window.to < settled {
                ready.push(*window);
                continue;
            }
            if window.from < settled {
                ready.push(Window { to: settled - 1, ..*window });
            }
            let waiting = Window { from: window.from.max(settled), ..*window };
            match work.windows.last_mut() {
                // Of those that begin together the longest is enough.
                Some(last) if last.rule == waiting.rule && last.from == waiting.from => {
                    last.to = last.to.max(waiting.to);
                }
                _ => work.windows.push(waiting),
            }
        }
        self.search_windows(text, &ready, &mut work.matches);
        ready.clear();
        work.ready = ready;
    }

    /// Judges the matches whose secrets begin before anything that is still to be found.
    fn judge_before(&mut self, text: &[u8], known: usize, work: &mut Work) {
        let mut matches = std::mem::take(&mut work.matches);
        matches.sort_unstable_by_key(|found| (found.rule, found.secret));
        matches.dedup_by_key(|found| (found.rule, found.secret));
        matches.retain(|found| {
            let Ok(compiled) = self.rules.get(found.rule).compiled() else { return false };
            let waits =
                found.secret.0 >= known.saturating_sub(self.reach_back(found.rule, compiled));
            let secret = found.secret.0..found.secret.1;
            if !waits && let Some(candidate) = judge(self.rules, found.rule, text, &secret) {
                work.push_longest(candidate);
            }
            waits
        });
        work.matches = matches;
    }
}

/// Moves what fulfils the condition, in place of what the last piece left.
fn move_before<T: Copy>(all: &mut Vec<T>, out: &mut Vec<T>, is_before: impl Fn(&T) -> bool) {
    out.clear();
    out.extend(all.iter().filter(|one| is_before(one)));
    all.retain(|one| !is_before(one));
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use crate::rules::Rules;
    use crate::rules::mint::{Random, mint};
    use crate::{Candidate, Scanner};

    static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

    fn said(candidates: &[Candidate]) -> Vec<String> {
        let say = |c: &Candidate| {
            format!("{:?} {:?} {:?} {:?}", c.rule, c.secret, c.confidence, c.companions)
        };
        candidates.iter().map(say).collect()
    }

    /// Words that keywords, names and values are made of.
    const WORDS: &[&str] = &[
        "AAAAAAAAAAAAAAAAAAAA",
        "password = ",
        "\"",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "MII",
        "aws_secret_access_key=",
        "AKIA",
        "Q7MZ2KX9PLB4TN3W",
        "token:",
        "abc:",
        "\n",
        " ",
        "://u:",
        "@db.example.net/",
        "Zk3vN8sQ2mXw7Ty",
        "datadog ",
        "0123456789abcdef",
        "ghp_",
        "key=",
        "heroku ",
        "4f9c1b7e",
        "-83d2",
        "-4a65",
    ];

    #[test]
    fn a_place_is_tried_once_however_many_keywords_are_behind_it() {
        let (id, rule) = RULES.named("jwt-bearer").unwrap();
        let token = mint(rule, &mut Random::new(1)).unwrap();
        let text = [b"row9", token.as_slice()].concat();
        let at = memchr::memmem::find(&text, b".eyJ").unwrap();
        let place = rule.compiled().unwrap().edges.keyword.unwrap();
        let mut scanner = Scanner::new(&RULES);
        for later in 0..3 {
            scanner.match_without_border(id, rule, &text, at + later, place);
            assert_eq!(scanner.bare.len(), 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_find_what_the_whole_text_has(
            words in proptest::collection::vec(0..WORDS.len(), 1..300),
            piece in 64..2000_usize,
        ) {
            let text: String = words.iter().map(|word| WORDS[*word]).collect();
            let mut scanner = Scanner::new(&RULES);
            let whole = scanner.candidates_by(text.as_bytes(), usize::MAX);
            let parts = scanner.candidates_by(text.as_bytes(), piece);
            prop_assert_eq!(said(&whole), said(&parts));
        }
    }
}
