//! What is known of a secret besides its score: who owns the places, which environments they speak
//! of, since when it is there, how often its place got another value, whether it came back.
//!
//! Everything is worked out from occurrences, so that reports which are merged say what one scan of
//! all would have said.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::day;
use crate::finding::Finding;
use sprawl_detect::rare::Nothing;
use sprawl_detect::score::Environment;

/// History of one secret: its owners, its environments, and its dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SecretTimeline {
    /// Whom to ask: owners by CODEOWNERS, or else those who last added it.
    pub owners: Vec<String>,
    /// Environments of its places.
    pub environments: Vec<Environment>,
    /// When it was first committed, Unix seconds.
    pub first_seen: Option<i64>,
    /// When it was removed from its last place, Unix seconds; null while it is still somewhere.
    pub last_seen: Option<i64>,
    /// How often the value at its place had been changed before it was added.
    pub rotations: usize,
    /// When it replaced another value, Unix seconds.
    pub rotated_at: Option<i64>,
    /// Ids of the secrets that replaced it.
    pub replaced_by: Vec<String>,
    /// When the first of them replaced it, Unix seconds.
    pub replaced_at: Option<i64>,
    /// Whether it was removed and added again.
    pub reintroduced: bool,
}

impl Nothing for SecretTimeline {
    fn nothing() -> &'static Self {
        static NOTHING: SecretTimeline = SecretTimeline {
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

impl SecretTimeline {
    /// What the occurrences of one secret say; what other secrets say of it is
    /// added when all are grouped.
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

impl SecretTimeline {
    /// What history says, in words for people; nothing if it says nothing.
    pub fn past(&self) -> Option<String> {
        let mut parts = Vec::new();
        let mut say = |what: &str, seconds: Option<i64>| {
            parts.extend(seconds.and_then(day::of_seconds).map(|day| format!("{what} {day}")));
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
