//! What is known of a secret besides its score: who owns the places, which environments they speak
//! of, since when it is there, how often its place got another value, whether it came back.
//!
//! Everything is worked out from occurrences, so that reports which are merged say what one scan of
//! all would have said.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use sprawl_detect::rare::Nothing;
use sprawl_detect::score::Environment;

/// Facts of one secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Who to ask: owners by CODEOWNERS, or else the people who brought it last.
    pub owners: Vec<String>,
    /// Environments that its places speak of.
    pub environments: Vec<Environment>,
    /// When it was first committed, Unix seconds.
    pub first_seen: Option<i64>,
    /// When the last place was cleaned that had it, Unix seconds; none while some place has it.
    pub last_seen: Option<i64>,
    /// How often the value at its place had been changed when it came.
    pub rotations: usize,
    /// When it took the place of another value, Unix seconds.
    pub rotated_at: Option<i64>,
    /// Ids of the secrets that took its place.
    pub replaced_by: Vec<String>,
    /// When the first of them did, Unix seconds.
    pub replaced_at: Option<i64>,
    /// Whether it was taken away and brought back.
    pub reintroduced: bool,
}

/// A day as people write it, of Unix seconds in UTC.
pub fn day(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

impl Nothing for Record {
    fn nothing() -> &'static Self {
        static NOTHING: Record = Record {
            owners: Vec::new(),
            environments: Vec::new(),
            first_seen: None,
            last_seen: None,
            rotations: 0,
            rotated_at: None,
            replaced_by: Vec::new(),
            replaced_at: None,
            reintroduced: false,
        };
        &NOTHING
    }
}

impl Record {
    /// What the occurrences of one secret say; what other secrets say of it comes by [`link`].
    pub fn of(occurrences: &[Finding]) -> Self {
        let places: Vec<_> = occurrences.iter().filter_map(Finding::git).collect();
        let is_gone = |finding: &Finding| {
            finding.git().is_some_and(|place| !place.at_head && place.removed_by.is_some())
        };
        let all_gone = occurrences.iter().all(is_gone);
        let removed = places.iter().filter_map(|place| place.removed_at);
        // Brought to one place after it had been taken from another.
        let came_later = places
            .iter()
            .filter_map(|place| place.seconds)
            .max()
            .zip(removed.clone().min())
            .is_some_and(|(came, went)| came > went);
        let mut environments: Vec<Environment> =
            occurrences.iter().map(|finding| finding.environment).collect();
        environments.sort_unstable();
        environments.dedup();
        environments.retain(|environment| *environment != Environment::Unknown);
        Self {
            owners: owners(occurrences),
            environments,
            first_seen: places.iter().filter_map(|place| place.seconds).min(),
            last_seen: removed.max().filter(|_| all_gone),
            reintroduced: came_later || places.iter().any(|place| place.returned),
            ..Self::default()
        }
    }
}

impl Record {
    /// What history says, in words for people; nothing if it says nothing.
    pub fn past(&self) -> Option<String> {
        let mut parts = Vec::new();
        let mut say = |what: &str, seconds: Option<i64>| {
            parts.extend(seconds.and_then(day).map(|day| format!("{what} {day}")));
        };
        say("first committed", self.first_seen);
        say("replaced another value", self.rotated_at);
        say("its place got another value", self.replaced_at);
        say("gone since", self.last_seen);
        if self.reintroduced {
            parts.push("taken out and brought back".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// Finds out which secrets took the place of which: one was removed by the commit that brought the
/// other to the same slot of the same file.
pub fn link(groups: &mut [SecretGroup]) {
    // By slot and commit: who came with it, and who left.
    let mut came: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut left: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    let mut when: BTreeMap<usize, i64> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        for finding in &group.occurrences {
            let Origin::Git(place) = &finding.location.origin else { continue };
            if let Some(commit) = &place.commit {
                came.entry((&finding.slot, commit)).or_default().insert(number);
            }
            if let Some(commit) = &place.removed_by {
                left.entry((&finding.slot, commit)).or_default().insert(number);
            }
        }
    }
    let mut follows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (place, newer) in &came {
        for (new, old) in newer
            .iter()
            .flat_map(|new| left.get(place).into_iter().flatten().map(move |old| (*new, *old)))
        {
            if new != old && !place.0.is_empty() {
                follows.entry(new).or_default().insert(old);
                when.extend(time_of(&groups[new], place.1).map(|time| (new, time)));
            }
        }
    }
    let rotations: Vec<usize> = (0..groups.len()).map(|number| longest(&follows, number)).collect();
    let mut replaced: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut replaced_at: BTreeMap<usize, i64> = BTreeMap::new();
    for (new, olds) in &follows {
        for old in olds {
            if let Some(time) = when.get(new) {
                let first = replaced_at.entry(*old).or_insert(*time);
                *first = (*first).min(*time);
            }
            replaced.entry(*old).or_default().insert(groups[*new].id.clone());
        }
    }
    for (number, group) in groups.iter_mut().enumerate() {
        let record = Record {
            replaced_at: replaced_at.get(&number).copied(),
            rotations: rotations[number],
            rotated_at: when.get(&number).copied(),
            replaced_by: replaced.remove(&number).into_iter().flatten().collect(),
            ..(*group.record).clone()
        };
        group.record = record.into();
    }
}

/// Length of the longest chain of values before this one; a value that follows itself ends it.
fn longest(follows: &BTreeMap<usize, BTreeSet<usize>>, number: usize) -> usize {
    let mut depth = BTreeMap::from([(number, 0)]);
    let mut pending = vec![number];
    let mut most = 0;
    while let Some(at) = pending.pop() {
        for old in follows.get(&at).into_iter().flatten() {
            if let std::collections::btree_map::Entry::Vacant(entry) = depth.entry(*old) {
                entry.insert(0);
            } else {
                continue;
            }
            let steps = depth[&at] + 1;
            depth.insert(*old, steps);
            most = most.max(steps);
            pending.push(*old);
        }
    }
    most
}

fn time_of(group: &SecretGroup, commit: &str) -> Option<i64> {
    let places = group.occurrences.iter().filter_map(Finding::git);
    places.filter(|place| place.commit.as_deref() == Some(commit)).find_map(|place| place.seconds)
}

/// Owners by CODEOWNERS; where nobody is named, the authors of the last commits, the latest first.
fn owners(occurrences: &[Finding]) -> Vec<String> {
    let named: BTreeSet<&String> =
        occurrences.iter().flat_map(|finding| &*finding.owners).collect();
    if !named.is_empty() {
        return named.into_iter().cloned().collect();
    }
    let mut authors: Vec<(Option<i64>, &str)> = occurrences
        .iter()
        .filter_map(Finding::git)
        .filter_map(|place| {
            let author = place.last_author.as_deref().or(place.author.as_deref())?;
            Some((place.seconds, author))
        })
        .collect();
    authors.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
    let mut seen = BTreeSet::new();
    authors.retain(|(_, author)| seen.insert(*author));
    authors.into_iter().take(MOST_AUTHORS).map(|(_, author)| author.to_owned()).collect()
}

/// Authors who are named where nobody owns a file.
const MOST_AUTHORS: usize = 3;
