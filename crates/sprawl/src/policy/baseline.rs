//! The baseline: the secrets that a project had when sprawl was introduced, so that only new ones are
//! reported as new.
//!
//! An entry is a secret in a file, by the secret's id and the file's path: it does not matter on which
//! line. A file that was moved takes its entries along; a secret that turns up in one more file is new
//! there; another secret in the place of an old one is an update; one that was fixed and is back is
//! reopened. `.sprawl/baseline.toml` has one entry a line, sorted, so that a merge conflict is resolved
//! by keeping both sides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use super::exceptions::{day_of, some_day_of};
use super::file::{self, Fields, FileError, Lines};
use crate::delta::Delta;
use crate::finding::decision::State;

/// Name of the file below the root of the project.
pub const FILE: &str = ".sprawl/baseline.toml";

/// A secret in a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id of the secret, under the project's key.
    pub id: String,
    /// Id of the rule that found it.
    pub rule: String,
    /// Path of the file below the root.
    pub path: String,
    /// What names the place in the file, hashed; empty if nothing does.
    #[serde(default)]
    pub place: String,
    /// Day on which it was recorded.
    #[serde(deserialize_with = "day_of")]
    pub since: Date,
    /// Day on which it was seen to be gone.
    #[serde(default, deserialize_with = "some_day_of")]
    pub fixed: Option<Date>,
    /// Found in history only: scans of the tree do not miss it.
    #[serde(default)]
    pub history: bool,
}

/// What is known of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted by path, rule and secret; each secret once for each path.
    pub entries: Vec<Entry>,
    /// Which project's key the ids were made with.
    pub project: Option<String>,
}

/// An occurrence, as the baseline sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Id of the secret.
    pub id: String,
    /// Id of the rule.
    pub rule: String,
    /// Path of the file below the root.
    pub path: String,
    /// Other paths that the same content has or had.
    pub also: Vec<String>,
    /// What names the place in the file, hashed.
    pub place: String,
    /// Stands in history only.
    pub earlier: bool,
    /// A mark or an exception covers it: nothing that a baseline has to take in.
    pub covered: bool,
}

/// How much of the project a scan has looked at.
pub struct Scope<'s> {
    /// Everything in the tree: what was not found is not there.
    pub tree: bool,
    /// Everything in history.
    pub history: bool,
    /// Whether a path of the project is not there any more, whatever was looked at.
    pub is_gone: &'s dyn Fn(&str) -> bool,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").field("tree", &self.tree).finish_non_exhaustive()
    }
}

/// What became of the entries, and what the occurrences are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// For each sighting its state, and the entry that it belongs to.
    pub states: Vec<(State, Option<usize>)>,
    /// Entries that were not found any more.
    pub absent: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    version: u32,
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    findings: Vec<Entry>,
}

const VERSION: u32 = 1;

const HEADER: &str = "\
# Secrets that were there when sprawl came: which, and in which files. No secrets, no line numbers.
# Written by `sprawl baseline`; the shorter it gets, the better.
# One entry a line: resolve a merge conflict by keeping both sides.
";

impl Baseline {
    /// Reads a file's text.
    ///
    /// # Errors
    /// It is no baseline, or of a version that is not known.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let file: FileText = file::parse(text)?;
        if file.version != VERSION {
            let what = format!("version {} is not known here", file.version);
            return Err(FileError { line: None, what });
        }
        Ok(Self { entries: file.findings, project: file.project }.tidied())
    }

    /// The file's text.
    pub fn to_text(&self) -> String {
        let mut lines = Lines::new(HEADER, VERSION, self.project.as_deref(), "findings");
        for entry in &self.entries {
            lines.push(&[], &entry.to_line());
        }
        lines.finish()
    }

    /// Sorted, and where both sides of a conflict were kept, each secret once for each path: what one
    /// side has seen to be gone is gone.
    fn tidied(mut self) -> Self {
        let mut entries: BTreeMap<(String, String, String), Entry> = BTreeMap::new();
        let mut rules: BTreeMap<(String, String), String> = BTreeMap::new();
        for entry in std::mem::take(&mut self.entries) {
            let rule = rules
                .entry((entry.path.clone(), entry.id.clone()))
                .or_insert_with(|| entry.rule.clone());
            let key = (entry.path.clone(), rule.clone(), entry.id.clone());
            match entries.get_mut(&key) {
                Some(known) => {
                    known.since = known.since.min(entry.since);
                    known.fixed = known.fixed.max(entry.fixed);
                    known.history &= entry.history;
                }
                None => {
                    entries.insert(key, entry);
                }
            }
        }
        self.entries = entries.into_values().collect();
        self
    }

    /// Compares what was found with what is known.
    pub fn compare(&self, sightings: &[Sighting], scope: &Scope<'_>) -> Comparison {
        let mut matching = Matching::new(self, sightings, scope);
        matching.same_place();
        matching.moved();
        matching.rest();
        matching.finish()
    }

    /// The baseline after a comparison: what is gone is marked, what has moved is followed. What is
    /// new or back is taken in only if `add` says so.
    #[must_use]
    pub fn updated(
        &self,
        sightings: &[Sighting],
        comparison: &Comparison,
        today: Date,
        add: bool,
    ) -> Self {
        let mut entries = self.entries.clone();
        for at in &comparison.absent {
            entries[*at].fixed.get_or_insert(today);
        }
        let mut added = Vec::new();
        for (sighting, (state, entry)) in sightings.iter().zip(&comparison.states) {
            match (state, entry) {
                (State::Unchanged, Some(at)) if !sighting.earlier => {
                    let entry = &mut entries[*at];
                    entry.path.clone_from(&sighting.path);
                    entry.place.clone_from(&sighting.place);
                    entry.history = false;
                }
                (State::Reopened, Some(at)) if add && !sighting.covered => {
                    entries[*at].fixed = None;
                    entries[*at].path.clone_from(&sighting.path);
                }
                (State::New | State::Updated, _) if add && !sighting.covered => {
                    added.push(sighting.entry(today))
                }
                _ => {}
            }
        }
        entries.extend(added);
        Self { entries, project: self.project.clone() }.tidied()
    }
}

impl Sighting {
    /// The entry that records it.
    pub fn entry(&self, today: Date) -> Entry {
        Entry {
            id: self.id.clone(),
            rule: self.rule.clone(),
            path: self.path.clone(),
            place: self.place.clone(),
            since: today,
            fixed: None,
            history: self.earlier,
        }
    }

    fn is_at(&self, path: &str) -> bool {
        self.path == path || self.also.iter().any(|other| other == path)
    }
}

impl Entry {
    fn to_line(&self) -> String {
        let mut fields = Fields::default();
        fields.text("id", &self.id);
        fields.text("rule", &self.rule);
        fields.text("path", &self.path);
        if !self.place.is_empty() {
            fields.text("place", &self.place);
        }
        fields.text("since", &self.since.to_string());
        fields.some_text("fixed", self.fixed.map(|day| day.to_string()).as_deref());
        if self.history {
            fields.raw("history", "true");
        }
        fields.finish()
    }
}

struct Matching<'m> {
    entries: &'m [Entry],
    sightings: &'m [Sighting],
    scope: &'m Scope<'m>,
    by_secret: BTreeMap<&'m str, Vec<usize>>,
    by_path: BTreeMap<&'m str, Vec<usize>>,
    states: Vec<Option<(State, Option<usize>)>>,
    /// Entries whose secret is still in its place, now or at least in history.
    here: BTreeSet<usize>,
    in_history: BTreeSet<usize>,
    /// Entries whose file has moved.
    moved: BTreeSet<usize>,
}

impl<'m> Matching<'m> {
    fn new(baseline: &'m Baseline, sightings: &'m [Sighting], scope: &'m Scope<'m>) -> Self {
        let mut by_secret: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, entry) in baseline.entries.iter().enumerate() {
            by_secret.entry(&entry.id).or_default().push(at);
            by_path.entry(&entry.path).or_default().push(at);
        }
        Self {
            entries: &baseline.entries,
            sightings,
            scope,
            by_secret,
            by_path,
            states: vec![None; sightings.len()],
            here: BTreeSet::new(),
            in_history: BTreeSet::new(),
            moved: BTreeSet::new(),
        }
    }

    fn of_secret(&self, secret: &str) -> &[usize] {
        self.by_secret.get(secret).map_or(&[], Vec::as_slice)
    }

    fn same_place(&mut self) {
        for (number, sighting) in self.sightings.iter().enumerate() {
            let entries = self.of_secret(&sighting.id);
            let Some(at) =
                entries.iter().copied().find(|at| sighting.is_at(&self.entries[*at].path))
            else {
                continue;
            };
            let entry = &self.entries[at];
            // What was fixed in the tree is still in history.
            let known_in_history = sighting.earlier && !entry.history;
            let state = if entry.fixed.is_none() || known_in_history {
                State::Unchanged
            } else {
                State::Reopened
            };
            self.states[number] = Some((state, Some(at)));
            if sighting.earlier {
                self.in_history.insert(at)
            } else {
                self.here.insert(at)
            };
        }
    }

    /// Moves, by the rule of [`crate::delta`]. Here the hashed place in the file is known as well: among
    /// files of the same name, and then among others, it goes first. What moved is the entry's file, so
    /// the states of a file's sightings are those of the entry.
    fn moved(&mut self) {
        let mut gained: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (number, sighting) in self.sightings.iter().enumerate() {
            if self.states[number].is_none() && !sighting.earlier {
                gained.entry((&sighting.id, &sighting.path)).or_default().push(number);
            }
        }
        let secrets: BTreeSet<&str> = gained.keys().map(|(secret, _)| *secret).collect();
        let lost: BTreeSet<usize> =
            secrets.into_iter().flat_map(|secret| self.of_secret(secret)).copied().collect();
        let mut delta: Delta<usize, Vec<usize>> = Delta {
            lost: lost.into_iter().filter(|at| self.has_lost(*at)).collect(),
            gained: gained.into_values().collect(),
        };
        let (entries, sightings) = (self.entries, self.sightings);
        let entry = |at: &usize| {
            let Entry { id, path, place, .. } = &entries[*at];
            (id, name(path), place)
        };
        let sighting = |numbers: &Vec<usize>| {
            let Sighting { id, path, place, .. } = &sightings[numbers[0]];
            (id, name(path), place)
        };
        let mut moves = delta.take_pairs(entry, sighting);
        moves.extend(delta.take_pairs(
            |at| (entry(at).0, entry(at).1),
            |numbers| (sighting(numbers).0, sighting(numbers).1),
        ));
        // Of a part of the tree nobody knows where else the secret may have gone.
        if self.scope.tree {
            moves.extend(delta.take_pairs(
                |at| (entry(at).0, entry(at).2),
                |numbers| (sighting(numbers).0, sighting(numbers).2),
            ));
            moves.extend(delta.take_pairs(|at| entry(at).0, |numbers| sighting(numbers).0));
        }
        for (at, numbers) in moves {
            self.moved.insert(at);
            for number in numbers {
                self.states[number] = Some((State::Unchanged, Some(at)));
            }
        }
    }

    /// Whether a file of the baseline had a secret that it has no more.
    fn has_lost(&self, at: usize) -> bool {
        let entry = &self.entries[at];
        entry.fixed.is_none()
            && !entry.history
            && !self.here.contains(&at)
            && (self.scope.tree || (self.scope.is_gone)(&entry.path))
    }

    fn rest(&mut self) {
        for (number, sighting) in self.sightings.iter().enumerate() {
            if self.states[number].is_some() {
                continue;
            }
            let known = self.of_secret(&sighting.id);
            let state = if sighting.earlier && self.scope.history && !known.is_empty() {
                // Where else a known secret stood once changes nothing.
                (State::Unchanged, known.first().copied())
            } else if !known.is_empty() && known.iter().all(|at| self.entries[*at].fixed.is_some())
            {
                (State::Reopened, known.first().copied())
            } else if let Some(at) = self.replaced(sighting) {
                (State::Updated, Some(at))
            } else {
                (State::New, None)
            };
            self.states[number] = Some(state);
        }
    }

    /// The entry whose place now holds another secret of its type.
    fn replaced(&self, sighting: &Sighting) -> Option<usize> {
        let entries = self.by_path.get(sighting.path.as_str())?;
        entries.iter().copied().find(|at| {
            let entry = &self.entries[*at];
            let same_place = entry.rule == sighting.rule && entry.place == sighting.place;
            let gone = !self.here.contains(at) && !self.moved.contains(at);
            same_place && gone && entry.fixed.is_none() && !entry.history
        })
    }

    fn finish(self) -> Comparison {
        let absent = (0..self.entries.len()).filter(|at| {
            let entry = &self.entries[*at];
            let looked_for = if entry.history {
                self.scope.history
            } else {
                self.scope.tree || (self.scope.is_gone)(&entry.path)
            };
            let found = self.here.contains(at)
                || self.moved.contains(at)
                || (entry.history && self.in_history.contains(at));
            entry.fixed.is_none() && looked_for && !found
        });
        let absent = absent.collect();
        let states = self.states.into_iter().map(|s| s.unwrap_or((State::New, None))).collect();
        Comparison { states, absent }
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2027-02-01".parse().unwrap()
    }

    /// `secret path place`, and `~` in front for what stands in history only.
    fn sighting(text: &str) -> Sighting {
        let earlier = text.starts_with('~');
        let words: Vec<&str> = text.trim_start_matches('~').split(' ').collect();
        Sighting {
            id: words[0].to_owned(),
            rule: "r".to_owned(),
            path: words[1].to_owned(),
            also: Vec::new(),
            place: words.get(2).copied().unwrap_or("k").to_owned(),
            earlier,
            covered: false,
        }
    }

    fn sightings(all: &[&str]) -> Vec<Sighting> {
        all.iter().map(|text| sighting(text)).collect()
    }

    fn baseline(all: &[&str]) -> Baseline {
        let entries = sightings(all).iter().map(|s| s.entry(today())).collect();
        Baseline { entries, project: None }.tidied()
    }

    const WHOLE: Scope<'static> = Scope { tree: true, history: false, is_gone: &|_| false };

    fn states(before: &[&str], after: &[&str]) -> Vec<&'static str> {
        let comparison = baseline(before).compare(&sightings(after), &WHOLE);
        comparison.states.iter().map(|(state, _)| state.name()).collect()
    }

    #[test]
    fn lines_do_not_matter_and_moves_are_followed() {
        assert_eq!(states(&["s a", "t b"], &["t b", "s a"]), ["unchanged", "unchanged"]);
        assert_eq!(states(&["s a"], &["s x/a"]), ["unchanged"]);
        assert_eq!(states(&["s a k", "s b k"], &["s c/b k", "s c/a k"]), ["unchanged"; 2]);
    }

    #[test]
    fn one_more_place_is_new() {
        assert_eq!(states(&["s a"], &["s a", "s b"]), ["unchanged", "new"]);
        // One went, two came: the one of the same name is the one that went.
        assert_eq!(states(&["s d/a"], &["s b", "s e/a"]), ["new", "unchanged"]);
    }

    #[test]
    fn another_secret_in_the_place_is_an_update() {
        assert_eq!(states(&["s a k"], &["t a k"]), ["updated"]);
        assert_eq!(states(&["s a k"], &["t a other"]), ["new"]);
        assert_eq!(states(&["s a k"], &["s a k", "t a k"]), ["unchanged", "new"]);
    }

    #[test]
    fn what_was_fixed_and_is_back_is_reopened() {
        let before = baseline(&["s a", "t b"]);
        let found = sightings(&["t b"]);
        let comparison = before.compare(&found, &WHOLE);
        assert_eq!(comparison.absent, [0]);
        let after = before.updated(&found, &comparison, today(), false);
        assert_eq!(after.entries[0].fixed, Some(today()));
        let back = after.compare(&sightings(&["s a", "t b"]), &WHOLE);
        assert_eq!(back.states[0].0, State::Reopened);
        assert!(back.absent.is_empty());
        let elsewhere = after.compare(&sightings(&["s c", "t b"]), &WHOLE);
        assert_eq!(elsewhere.states[0].0, State::Reopened);
        // In history it has been all the time.
        let history = after.compare(&sightings(&["~s a", "t b"]), &WHOLE);
        assert_eq!(history.states[0].0, State::Unchanged);
    }

    #[test]
    fn a_part_of_the_tree_says_nothing_of_the_rest() {
        let before = baseline(&["s a", "t b"]);
        let part = Scope { tree: false, history: false, is_gone: &|_| false };
        let comparison = before.compare(&sightings(&["s c"]), &part);
        assert_eq!((comparison.states[0].0, comparison.absent.len()), (State::New, 0));
        let gone = Scope { tree: false, history: false, is_gone: &|path| path == "a" };
        let comparison = before.compare(&sightings(&["s x/a"]), &gone);
        assert_eq!((comparison.states[0].0, comparison.absent.len()), (State::Unchanged, 0));
        let comparison = before.compare(&sightings(&["s c"]), &gone);
        assert_eq!((comparison.states[0].0, comparison.absent.len()), (State::New, 1));
    }

    #[test]
    fn history_is_compared_with_what_is_known_of_it() {
        let before = baseline(&["s a", "~t old"]);
        // A scan of the tree does not miss what only history holds.
        assert!(before.compare(&sightings(&["s a"]), &WHOLE).absent.is_empty());
        let all = Scope { tree: true, history: true, is_gone: &|_| false };
        // A moved file leaves its old path in history.
        let moved = before.compare(&sightings(&["s b", "~s a", "~t old"]), &all);
        assert!(moved.states.iter().all(|(state, _)| *state == State::Unchanged));
        assert!(moved.absent.is_empty());
        let purged = before.compare(&sightings(&["s a"]), &all);
        assert_eq!(purged.absent, [1]);
    }

    #[test]
    fn updating_adds_only_on_request() {
        let before = baseline(&["s a"]);
        let found = sightings(&["s x/a", "t b"]);
        let comparison = before.compare(&found, &WHOLE);
        let kept = before.updated(&found, &comparison, today(), false);
        assert_eq!(kept, baseline(&["s x/a"]));
        let all = before.updated(&found, &comparison, today(), true);
        assert_eq!(all, baseline(&["s x/a", "t b"]));
    }

    #[test]
    fn what_is_written_is_read_again_and_both_sides_may_be_kept() {
        let mut before = baseline(&["s a\"b", "~t b"]);
        before.project = Some("k".to_owned());
        let text = before.to_text();
        assert_eq!(Baseline::parse(&text).unwrap(), before);
        let mut ours = before.clone();
        ours.entries[0].fixed = Some(today());
        let both = text.replace("findings = [\n", &{
            let lines: Vec<String> =
                ours.entries.iter().map(|e| format!("{},", e.to_line())).collect();
            format!("findings = [\n{}\n", lines.join("\n"))
        });
        assert_eq!(Baseline::parse(&both).unwrap(), ours);
    }
}
