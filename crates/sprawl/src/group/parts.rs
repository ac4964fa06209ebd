//! Parts of credentials. A key id and its secret, an account and its token, a key and its certificate are of
//! no use to anybody without each other: they are one entry, which has one score and is replaced in one step.
//!
//! Each value keeps its own id, and its own places: an id is the same wherever the value is found, as a part
//! or alone, and so decisions of earlier reports count.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::SecretGroup;
use crate::certificates::Certificates;
use crate::finding::Location;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::{Rule, RuleId, Rules};
use sprawl_detect::score::{Severity, Usability};

/// What a part is in its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Says which credential it is; opens nothing by itself.
    Id,
    /// Another secret, which is used together with that of the entry.
    Secret,
    /// The certificate of a key.
    Certificate,
}

impl Part {
    /// What it is, what may be shown of it, and where it stands first.
    pub fn describe(&self) -> String {
        let what = format!("{} {}", self.title, self.redacted);
        match self.place.as_str() {
            "" => what.trim_end().to_owned(),
            place => format!("{what} ({place})"),
        }
    }
}

/// A part of a credential, besides the value that its entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// What it is in the credential.
    pub role: Role,
    /// Id of the value, under which its places are listed; empty for a certificate, which is no secret.
    pub id: String,
    /// The rule that found it; none for a certificate.
    pub rule: Option<RuleId>,
    /// What it is.
    pub title: String,
    /// What may be shown of it.
    pub redacted: String,
    /// Where it stands first, `path:line`; empty for a certificate.
    pub place: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whether it is a secret that is open somewhere: then the entry is.
    pub is_open: bool,
}

/// Whether a rule finds what only says which credential it is.
fn is_id(rule: &Rule) -> bool {
    rule.alone == Usability::IdOnly || rule.usability == Usability::IdOnly
}

/// Gives every secret that is a part of another one's entry the id of that entry. Secrets that are used
/// together are one entry, that of the worst of them; an id belongs to the worst of those that it is of.
pub(super) fn link(rules: &Rules, groups: &mut [SecretGroup]) {
    if groups.iter().all(|group| group.companions.is_empty()) {
        return;
    }
    let linked = Linked::of(rules, groups);
    let entries: Vec<Option<String>> = (0..groups.len())
        .map(|at| linked.entries_of(at).first().map(|entry| groups[*entry].id.clone()))
        .collect();
    for (group, entry) in groups.iter_mut().zip(entries) {
        group.part_of =
            entry.filter(|entry| *entry != group.id).into_iter().collect::<Vec<_>>().into();
    }
}

/// Names the parts of every entry. All secrets of a report are there, and have been judged.
pub fn name(rules: &Rules, certificates: &Certificates, groups: &mut [SecretGroup]) {
    let mut parts: BTreeMap<usize, Vec<Part>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let keys: BTreeSet<[u8; 32]> =
            group.occurrences.iter().filter_map(|one| one.decoded.public_key).collect();
        for certificate in keys.iter().flat_map(|key| certificates.of(key)) {
            let facts = &certificate.decoded.facts;
            let subject = facts.iter().find(|fact| fact.name == SUBJECT);
            parts.entry(at).or_default().push(Part {
                role: Role::Certificate,
                id: String::new(),
                rule: None,
                title: "X.509 certificate".to_owned(),
                redacted: subject.map(|fact| fact.value.clone()).unwrap_or_default(),
                place: String::new(),
                confidence: Confidence::Proven,
                is_open: false,
            });
        }
    }
    if groups.iter().any(|group| !group.companions.is_empty()) {
        let linked = Linked::of(rules, groups);
        for (at, group) in groups.iter().enumerate() {
            let rule = rules.get(group.rule);
            let first = &group.occurrences[0].location;
            let role = if is_id(rule) { Role::Id } else { Role::Secret };
            for entry in linked.entries_of(at).into_iter().filter(|entry| *entry != at) {
                parts.entry(entry).or_default().push(Part {
                    role,
                    id: group.id.clone(),
                    rule: Some(group.rule),
                    title: rule.text.title.clone(),
                    redacted: group.redacted.clone(),
                    place: format!("{}:{}", first.path, first.line),
                    confidence: group.confidence,
                    is_open: role == Role::Secret && group.stands_open(),
                });
            }
        }
    }
    for (at, mut all) in parts {
        all.sort();
        all.dedup();
        groups[at].parts = all.into();
    }
}

/// The fact of a certificate that says whose it is.
const SUBJECT: &str = "subject";

/// What a secret that was found without the other half of its pair lacks.
pub fn missing<'r>(rules: &'r Rules, group: &SecretGroup) -> Option<&'r str> {
    let partner = rules.get(group.rule).partner().filter(|_| group.companions.is_empty())?;
    // Several rules find the same half, in different places.
    let (_, other) = partner.rules.iter().find_map(|name| rules.named(name))?;
    Some(&other.text.title)
}

/// Secrets with those that belong with them.
struct Linked {
    /// For each secret that is used together with others: which of them the entry is about.
    entry: BTreeMap<usize, usize>,
    /// For each id: the entries that it is of, the worst first.
    of_ids: BTreeMap<usize, Vec<usize>>,
}

impl Linked {
    fn of(rules: &Rules, groups: &[SecretGroup]) -> Self {
        let numbers: BTreeMap<&str, usize> =
            groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at)).collect();
        // What opens nothing, such as a sample of documentation, makes no pair with what does.
        let counts = |at: &usize| groups[*at].score.severity() != Severity::None;
        let companions = |at: usize| {
            let ids = groups[at].companions.iter();
            ids.filter_map(|id| numbers.get(id.as_str()).copied()).filter(counts)
        };
        let is_id = |at: usize| is_id(rules.get(groups[at].rule));
        let all =
            || (0..groups.len()).filter(counts).filter(|at| !groups[*at].companions.is_empty());
        let mut sets = Sets::new(groups.len());
        for at in all().filter(|at| !is_id(*at)) {
            companions(at).filter(|other| !is_id(*other)).for_each(|other| sets.join(at, other));
        }
        let rank = |at: usize| {
            let group = &groups[at];
            let first: &Location = &group.occurrences[0].location;
            (Reverse((group.score.value, group.score.base)), group.rule, first, &group.id)
        };
        let mut worst: BTreeMap<usize, usize> = BTreeMap::new();
        for at in all().filter(|at| !is_id(*at)) {
            let best = worst.entry(sets.root(at)).or_insert(at);
            if rank(at) < rank(*best) {
                *best = at;
            }
        }
        let entry: BTreeMap<usize, usize> = all()
            .filter(|at| !is_id(*at))
            .filter_map(|at| Some((at, *worst.get(&sets.root(at))?)))
            .collect();
        let of_ids = all().filter(|at| is_id(*at)).map(|at| {
            let entries = companions(at).filter(|other| !is_id(*other));
            let entries = entries.filter_map(|other| entry.get(&other).copied());
            let mut entries: Vec<usize> = entries.collect::<BTreeSet<_>>().into_iter().collect();
            entries.sort_by(|a, b| rank(*a).cmp(&rank(*b)));
            (at, entries)
        });
        let of_ids = of_ids.collect();
        Self { entry, of_ids }
    }

    /// The entries that a secret is about or a part of, the worst first.
    fn entries_of(&self, at: usize) -> Vec<usize> {
        match self.entry.get(&at) {
            Some(entry) => vec![*entry],
            None => self.of_ids.get(&at).cloned().unwrap_or_default(),
        }
    }
}

/// Disjoint sets of numbers: for each a number of the same set, or itself if it stands for the set.
pub(crate) struct Sets(Vec<usize>);

impl Sets {
    /// As many numbers, each in a set of its own.
    pub(crate) fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    /// The number that stands for the set of a number: the smallest in it.
    pub(crate) fn root(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    /// Makes one set of those of two numbers.
    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number stands for both, so that chains stay short where companions are near.
        self.0[a.max(b)] = a.min(b);
    }
}
