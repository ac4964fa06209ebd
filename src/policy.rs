//! Policy: what was decided earlier about what is found now. Marks in the text, exceptions and the
//! baseline say which occurrences are still open; all of them are counted, and all of them can be
//! left out of account with `--isolated`.
//!
//! Nothing here removes a finding: it gets a [`standing::Standing`].

pub mod marks;
pub mod nearby;
pub mod standing;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::config::schema::{MarkField, Marks, PolicyText};
use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use crate::rules::{Rule, Rules};

use self::marks::{Mark, Terms};
use self::standing::{State, Suppression, SuppressionKind};

/// What is decided by, in one project on one day.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The day of the run.
    pub today: Date,
    /// Whose marks count.
    pub marks: Marks,
    /// What a mark of ours must say to count.
    pub mark_needs: Vec<MarkField>,
    /// Longest time from the start of a decision to its end, in days.
    pub max_days: u16,
}

impl Policy {
    /// What a configuration says, on a day.
    pub fn new(text: &PolicyText, today: Date) -> Self {
        Self {
            today,
            marks: text.marks.unwrap_or_default(),
            mark_needs: text.mark_needs.clone(),
            max_days: text.max_exception_days.unwrap_or(MAX_DAYS),
        }
    }

    /// Gives every occurrence its standing.
    pub fn judge(&self, rules: &Rules, groups: &mut [SecretGroup]) {
        self.judge_marks(rules, groups);
    }

    fn judge_marks(&self, rules: &Rules, groups: &mut [SecretGroup]) {
        let mut marked: Vec<(usize, usize)> = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            let with_marks = group.occurrences.iter().enumerate();
            marked.extend(
                with_marks.filter(|(_, o)| !o.nearby.marks.is_empty()).map(|(o, _)| (at, o)),
            );
        }
        if marked.is_empty() {
            return;
        }
        // In order of place: of several secrets on a line, a mark covers the first that it may.
        marked.sort_by_cached_key(|(group, occurrence)| {
            groups[*group].occurrences[*occurrence].location.clone()
        });
        let mut taken: BTreeMap<(String, String, usize), usize> = BTreeMap::new();
        for (at, occurrence) in marked {
            let group_rule = groups[at].rule;
            let finding = &mut groups[at].occurrences[occurrence];
            let found_by = [finding.rule, group_rule].map(|id| rules.get(id));
            for mark in std::mem::take(&mut finding.nearby.marks) {
                let suppression = match self.weigh(rules, &mark, &found_by) {
                    Weighed::Counts(suppression) => suppression,
                    Weighed::SpeaksOfOther => continue,
                    Weighed::DoesNotCount(why) => {
                        finding.standing.notes.push(why);
                        continue;
                    }
                };
                let key = (finding.location.path.to_string(), object(finding), mark.at);
                if *taken.entry(key).or_insert(at) == at {
                    finding.standing.suppression.get_or_insert(suppression);
                } else {
                    let words = mark.words;
                    let note =
                        format!("`{words}` on its line covers another secret: one mark, one");
                    finding.standing.notes.push(note);
                }
            }
        }
        groups.iter_mut().for_each(cover_earlier_versions);
    }

    fn weigh(&self, rules: &Rules, mark: &Mark, found_by: &[&Rule]) -> Weighed {
        let words = mark.words;
        let terms = match &mark.terms {
            _ if self.marks == Marks::None => return Weighed::SpeaksOfOther,
            None if self.marks == Marks::Own => return Weighed::SpeaksOfOther,
            None => Terms::default(),
            Some(Err(why)) => return Weighed::DoesNotCount(format!("`{words}` {why}")),
            Some(Ok(terms)) if !found_by.iter().any(|rule| rule.answers_to(&terms.rule)) => {
                return match rules.named(&terms.rule) {
                    Some(_) => Weighed::SpeaksOfOther,
                    None => Weighed::DoesNotCount(format!("`{words}` names no rule that is known")),
                };
            }
            Some(Ok(terms)) => terms.clone(),
        };
        match self.fault(mark, &terms) {
            Some(fault) => Weighed::DoesNotCount(format!("`{words}` {fault}")),
            None => Weighed::Counts(Suppression {
                kind: SuppressionKind::InSource,
                by: words.to_owned(),
                justification: terms.reason.unwrap_or_else(|| format!("marked `{words}`")),
                owner: terms.owner,
                until: terms.until,
            }),
        }
    }

    /// Why a mark of ours does not count, if it does not.
    fn fault(&self, mark: &Mark, terms: &Terms) -> Option<String> {
        mark.terms.as_ref()?;
        if let Some(until) = terms.until {
            let of = terms.owner.as_ref().map_or(String::new(), |owner| format!(" of {owner}"));
            let ahead = self.today.until(until).map_or(0, |span| span.get_days());
            if ahead < 0 {
                return Some(format!("{of} ended on {until}").trim_start().to_owned());
            }
            if ahead > i32::from(self.max_days) {
                return Some(format!(
                    "lasts {ahead} days more; the policy allows {} (max-exception-days)",
                    self.max_days
                ));
            }
        }
        let lacks = |field: &&MarkField| match field {
            MarkField::Until => terms.until.is_none(),
            MarkField::Owner => terms.owner.is_none(),
            MarkField::Reason => terms.reason.is_none(),
        };
        let name = |field: &MarkField| match field {
            MarkField::Until => "until",
            MarkField::Owner => "owner",
            MarkField::Reason => "reason",
        };
        self.mark_needs
            .iter()
            .find(lacks)
            .map(|field| format!("has no {}=, which the policy asks for", name(field)))
    }
}

/// `max-exception-days` where no configuration is read.
const MAX_DAYS: u16 = 180;

enum Weighed {
    Counts(Suppression),
    SpeaksOfOther,
    DoesNotCount(String),
}

fn object(finding: &Finding) -> String {
    match &finding.location.origin {
        Origin::Git(place) => place.object.clone(),
        Origin::File | Origin::Stdin => String::new(),
    }
}

/// A mark that stands in a file now also speaks of the file's earlier versions, which nobody can
/// mark any more.
fn cover_earlier_versions(group: &mut SecretGroup) {
    let is_earlier = |finding: &Finding| match &finding.location.origin {
        Origin::Git(place) => !place.at_head && place.reach != "index",
        Origin::File | Origin::Stdin => false,
    };
    let now: BTreeMap<_, _> = group
        .occurrences
        .iter()
        .filter(|o| !is_earlier(o))
        .filter_map(|o| Some((o.location.path.clone(), o.standing.suppression.clone()?)))
        .collect();
    for earlier in group.occurrences.iter_mut().filter(|o| is_earlier(o)) {
        if earlier.standing.suppression.is_none() {
            earlier.standing.suppression = now.get(&earlier.location.path).cloned();
        }
    }
}

/// How many occurrences stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standings {
    /// Covered by marks, by their words.
    pub marked: BTreeMap<String, u64>,
    /// Covered by exceptions.
    pub accepted: u64,
    /// Compared with the baseline: how many are new, unchanged and so on, by name.
    pub baseline: BTreeMap<&'static str, u64>,
    /// Unchanged, but open longer than the policy allows.
    pub overdue: u64,
    /// What somebody should know: exceptions that end soon, or that nothing needs any more.
    pub warnings: Vec<String>,
}

impl Standings {
    /// Counts what is reported.
    pub fn count(&mut self, groups: &[SecretGroup]) {
        for standing in groups.iter().flat_map(|g| &g.occurrences).map(|o| &o.standing) {
            match &standing.suppression {
                Some(Suppression { kind: SuppressionKind::InSource, by, .. }) => {
                    *self.marked.entry(by.clone()).or_default() += 1;
                }
                Some(_) => self.accepted += 1,
                None => {
                    if let Some(state) = standing.state {
                        *self.baseline.entry(state.name()).or_default() += 1;
                    }
                    self.overdue += u64::from(standing.overdue);
                }
            }
        }
    }

    /// Occurrences that the baseline has and nothing else covers.
    pub fn unchanged(&self) -> u64 {
        self.baseline.get(State::Unchanged.name()).copied().unwrap_or(0)
    }
}
