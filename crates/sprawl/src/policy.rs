//! Policy: what was decided earlier about what is found now. Marks in the text, exceptions and the
//! baseline say which occurrences are still open; all of them are counted, and all of them can be
//! left out of account with `--isolated`.
//!
//! Nothing here removes a finding: it gets a [`Decision`](crate::finding::decision::Decision).

pub mod baseline;
pub mod exceptions;
pub mod file;
pub mod key;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::config::nested::Nested;
use crate::config::schema::{MarkField, Marks, PolicyText};
use crate::finding::decision::{State, Suppression, SuppressionKind};
use crate::finding::nearby::{Mark, Terms};
use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use crate::identity::Identity;
use sprawl_detect::rules::{Named, Rule, Rules};
use sprawl_detect::text::count;

use self::baseline::{Baseline, Entry, Scope, Sighting};
use self::exceptions::{Exception, Exceptions, Limits, days_between};

/// What is decided by, in one project on one day.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The day of the run.
    pub today: Date,
    /// Whose marks count.
    pub marks: Marks,
    /// What a mark of ours must say to count.
    pub mark_needs: Vec<MarkField>,
    /// What exceptions are held to; the days count for marks, too.
    pub limits: Limits,
    /// Days before its end from which on an exception is warned of.
    pub warn_days: u16,
    /// Days that a finding of the baseline may stay open.
    pub max_open_days: Option<u16>,
    /// Whether these days were asked for on the command line, so that they count everywhere.
    pub open_days_are_asked: bool,
    /// What directories of the project say otherwise.
    pub nested: Option<Arc<Nested>>,
    /// Secrets that somebody has decided to live with.
    pub exceptions: Exceptions,
    /// Name of the file with the exceptions, for reports.
    pub exceptions_file: String,
    /// What was there before.
    pub baseline: Option<Baseline>,
}

/// Input of the policy besides the findings: rules, identities and places.
#[derive(Clone, Copy)]
pub struct PolicyInput<'g> {
    /// The rules of the scan.
    pub rules: &'g Rules,
    /// Makes the ids.
    pub identity: &'g Identity,
    /// The path below the root of the project of a file that the report shows by a name.
    pub below_root: &'g dyn Fn(&str) -> String,
    /// How much of the project was scanned.
    pub scope: &'g Scope<'g>,
}

/// Messages besides the decision about each occurrence.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Entries of the baseline that are not found any more.
    pub absent: Vec<Entry>,
    /// Exceptions that covered nothing, where the whole project was scanned.
    pub stale: Vec<Exception>,
    /// What somebody should know.
    pub warnings: Vec<String>,
}

impl Policy {
    /// What a configuration says, on a day; no exceptions and no baseline.
    pub fn new(text: &PolicyText, today: Date) -> Self {
        Self {
            today,
            marks: text.marks.unwrap_or_default(),
            mark_needs: text.mark_needs.clone(),
            limits: Limits {
                max_days: text.max_exception_days.unwrap_or(MAX_DAYS),
                max_renewals: text.max_renewals,
            },
            warn_days: text.warn_days.unwrap_or(WARN_DAYS),
            max_open_days: text.max_open_days,
            open_days_are_asked: false,
            nested: None,
            exceptions: Exceptions::default(),
            exceptions_file: exceptions::FILE.to_owned(),
            baseline: None,
        }
    }

    /// Gives every occurrence its standing.
    pub fn judge(&self, ground: &PolicyInput<'_>, groups: &mut [SecretGroup]) -> Outcome {
        self.judge_marks(ground, groups);
        let mut outcome = Outcome::default();
        self.judge_exceptions(ground, groups, &mut outcome);
        groups.iter_mut().for_each(cover_by_value);
        if let Some(baseline) = &self.baseline {
            self.judge_by_baseline(baseline, ground, groups, &mut outcome);
        }
        outcome
    }

    fn judge_exceptions(
        &self,
        ground: &PolicyInput<'_>,
        groups: &mut [SecretGroup],
        outcome: &mut Outcome,
    ) {
        let entries = &self.exceptions.entries;
        if entries.is_empty() {
            return;
        }
        let mut used = vec![false; entries.len()];
        let index = self.exceptions.index();
        for group in groups {
            let id = group.id.clone();
            let group_rule = ground.rules.get(group.rule).id();
            for finding in &mut group.occurrences {
                let rules = [group_rule, ground.rules.get(finding.rule).id()];
                // What is decided about a credential is decided about its parts.
                let ids = std::iter::once(&id).chain(&*group.part_of);
                let about = index.about(ids.map(String::as_str), rules);
                if about.is_empty() {
                    continue;
                }
                let paths = paths_of(finding, ground.below_root);
                let (here, elsewhere): (Vec<_>, Vec<_>) = about.into_iter().partition(|(at, _)| {
                    paths.iter().any(|path| self.exceptions.covers(*at, path))
                });
                for (at, _) in &here {
                    used[*at] = true;
                }
                self.except(finding, &here, &elsewhere);
            }
        }
        self.remark(&used, ground, outcome);
    }

    fn except(
        &self,
        finding: &mut Finding,
        here: &[(usize, &Exception)],
        elsewhere: &[(usize, &Exception)],
    ) {
        let decision = &mut *finding.decision;
        if let Some((_, entry)) = here.iter().find(|(_, entry)| !entry.is_over(self.today)) {
            let reason = entry.reason.name();
            let justification = match entry.purpose.as_str() {
                "" => reason.to_owned(),
                purpose => format!("{reason}: {purpose}"),
            };
            decision.suppression.get_or_insert(Suppression {
                kind: SuppressionKind::External,
                by: self.exceptions_file.clone(),
                justification,
                owner: Some(entry.owner.clone()),
                until: entry.expires,
            });
        } else if let Some((_, entry)) = here.first() {
            let ago = entry.days_left(self.today).unwrap_or(0).unsigned_abs();
            let ago = count(ago.into(), "day");
            decision.lapsed = true;
            decision.notes.push(format!("was accepted {}: expired {ago} ago", entry.describe()));
        } else if let Some((_, entry)) =
            elsewhere.iter().find(|(_, entry)| entry.id.is_some() && !entry.is_over(self.today))
        {
            let place = entry.paths.first().map_or("", String::as_str);
            decision.notes.push(format!("is accepted in {place}, but not here"));
        }
    }

    /// What is to be said of the exceptions themselves.
    fn remark(&self, used: &[bool], ground: &PolicyInput<'_>, outcome: &mut Outcome) {
        let scope = ground.scope;
        let mut lines = Vec::new();
        for (at, entry) in self.exceptions.entries.iter().enumerate() {
            let place = entry.paths.join(", ");
            let days = entry.days_left(self.today).filter(|_| !entry.is_over(self.today));
            if let Some(days) = days.filter(|days| *days <= i32::from(self.warn_days)) {
                let days = count(days.unsigned_abs().into(), "day");
                lines.push(format!(
                    "the exception for {} in {place}, {}, expires in {days}: replace the secret, \
                     or `sprawl exceptions renew`",
                    entry.rule,
                    entry.describe()
                ));
            }
            let named = Named { name: entry.rule.clone(), file: String::new() };
            if entry.id.is_none() && !ground.rules.knows(&named) {
                let hint = ground.rules.hint(&entry.rule);
                lines.push(format!(
                    "the exception in {place}, {}, names no known rule: {hint}",
                    entry.describe()
                ));
            }
            let looked_for = if entry.history { scope.history } else { scope.tree };
            if looked_for && !used[at] {
                outcome.stale.push(entry.clone());
                lines.push(format!(
                    "the exception for {} in {place}, {}, no longer matches anything: `sprawl \
                     exceptions prune` removes it",
                    entry.rule,
                    entry.describe()
                ));
            }
        }
        let more = lines.len().saturating_sub(NAMED);
        outcome.warnings.extend(lines.into_iter().take(NAMED));
        if more > 0 {
            outcome.warnings.push(format!("and {more} more about exceptions"));
        }
    }

    fn judge_by_baseline(
        &self,
        baseline: &Baseline,
        ground: &PolicyInput<'_>,
        groups: &mut [SecretGroup],
        outcome: &mut Outcome,
    ) {
        let sightings = sightings(ground, groups);
        let comparison = baseline.compare(&sightings, ground.scope);
        let occurrences = groups.iter_mut().flat_map(|group| &mut group.occurrences);
        for (finding, (state, entry)) in occurrences.zip(comparison.states) {
            let most = self.open_days(finding, ground.below_root);
            let decision = &mut *finding.decision;
            decision.state = Some(state);
            decision.since = entry.map(|at| baseline.entries[at].since);
            let open_days = decision.since.map(|since| days_between(since, self.today));
            decision.overdue = state == State::Unchanged
                && most.zip(open_days).is_some_and(|(most, days)| days > i32::from(most));
            if let Some(fixed) = entry.and_then(|at| baseline.entries[at].fixed)
                && state == State::Reopened
            {
                decision.notes.push(format!("was fixed on {fixed}, and is back"));
            }
            if decision.overdue {
                let days = open_days.unwrap_or_default();
                decision.notes.push(format!("has been in the baseline for {days} days"));
            }
        }
        outcome.absent = comparison.absent.iter().map(|at| baseline.entries[*at].clone()).collect();
    }

    fn judge_marks(&self, ground: &PolicyInput<'_>, groups: &mut [SecretGroup]) {
        let rules = ground.rules;
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
        let mut taken: BTreeMap<(String, String, usize), String> = BTreeMap::new();
        for (at, occurrence) in marked {
            // The parts of a credential on one line are one secret to whoever marks it.
            let entry = groups[at].part_of.first().unwrap_or(&groups[at].id).clone();
            let group_rule = groups[at].rule;
            let finding = &mut groups[at].occurrences[occurrence];
            let found_by = [finding.rule, group_rule].map(|id| rules.get(id));
            let terms = self.mark_terms(finding, ground.below_root);
            for mark in std::mem::take(&mut *finding.nearby.marks) {
                let suppression = match self.weigh(rules, &mark, &found_by, &terms) {
                    Weighed::Counts(suppression) => suppression,
                    Weighed::SpeaksOfOther => continue,
                    Weighed::DoesNotCount(why) => {
                        finding.decision.notes.push(why);
                        finding.decision.lapsed = true;
                        continue;
                    }
                };
                let key = (finding.location.path.to_string(), object(finding), mark.at);
                if *taken.entry(key).or_insert_with(|| entry.clone()) == entry {
                    finding.decision.suppression.get_or_insert(suppression);
                } else {
                    let words = mark.words;
                    let note = format!("`{words}` on its line already covers another secret");
                    finding.decision.notes.push(note);
                }
            }
        }
        groups.iter_mut().for_each(cover_earlier_versions);
    }

    fn weigh(
        &self,
        rules: &Rules,
        mark: &Mark,
        found_by: &[&Rule],
        (marks, needs): &(Marks, Vec<MarkField>),
    ) -> Weighed {
        let words = mark.words;
        let terms = match &mark.terms {
            _ if *marks == Marks::None => return Weighed::SpeaksOfOther,
            None if *marks == Marks::Own => return Weighed::SpeaksOfOther,
            None => Terms::default(),
            Some(Err(why)) => return Weighed::DoesNotCount(format!("`{words}` {why}")),
            Some(Ok(terms)) if !found_by.iter().any(|rule| rule.stands_for(&terms.rule)) => {
                return match rules.named(&terms.rule) {
                    Some(_) => Weighed::SpeaksOfOther,
                    None => {
                        let hint = rules.hint(&terms.rule);
                        Weighed::DoesNotCount(format!("`{words}` names no known rule; {hint}"))
                    }
                };
            }
            Some(Ok(terms)) => terms.clone(),
        };
        match self.fault(mark, &terms, needs) {
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

    /// Whose marks count where an occurrence stands, and what they must say.
    fn mark_terms(
        &self,
        finding: &Finding,
        below_root: &dyn Fn(&str) -> String,
    ) -> (Marks, Vec<MarkField>) {
        match self.nested.as_ref().filter(|nested| nested.has_any()) {
            Some(nested) => {
                let level = nested.of_file(&below_root(finding.file()));
                let policy = &level.config().policy;
                (policy.marks.unwrap_or_default(), policy.mark_needs.clone())
            }
            None => (self.marks, self.mark_needs.clone()),
        }
    }

    /// Days that an occurrence of the baseline may stay open.
    fn open_days(&self, finding: &Finding, below_root: &dyn Fn(&str) -> String) -> Option<u16> {
        match self.nested.as_ref().filter(|nested| !self.open_days_are_asked && nested.has_any()) {
            Some(nested) => {
                nested.of_file(&below_root(finding.file())).config().policy.max_open_days
            }
            None => self.max_open_days,
        }
    }

    /// Why a mark of ours does not count, if it does not.
    fn fault(&self, mark: &Mark, terms: &Terms, needs: &[MarkField]) -> Option<String> {
        mark.terms.as_ref()?;
        if let Some(until) = terms.until {
            let of = terms.owner.as_ref().map_or(String::new(), |owner| format!(" of {owner}"));
            let ahead = self.today.until(until).map_or(0, |span| span.get_days());
            if ahead < 0 {
                return Some(format!("{of} ended on {until}").trim_start().to_owned());
            }
            if ahead > i32::from(self.limits.max_days) {
                return Some(format!(
                    "lasts {ahead} more days; the policy allows {} (max-exception-days)",
                    self.limits.max_days
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
        needs
            .iter()
            .find(lacks)
            .map(|field| format!("has no {}=, which the policy requires (mark-needs)", name(field)))
    }
}

/// `max-exception-days` where no configuration is read.
const MAX_DAYS: u16 = 180;

/// `warn-days` where no configuration is read.
const WARN_DAYS: u16 = 14;

/// Exceptions that are spoken of one by one.
const NAMED: usize = 10;

/// Occurrences as the baseline sees them, in the order of groups and their occurrences.
pub fn sightings(ground: &PolicyInput<'_>, groups: &[SecretGroup]) -> Vec<Sighting> {
    let of_group = |group: &SecretGroup| -> Vec<Sighting> {
        let rule = ground.rules.get(group.rule).id();
        let sighting = |finding: &Finding| Sighting {
            id: group.id.clone(),
            rule: rule.to_owned(),
            path: (ground.below_root)(&finding.location.path),
            also: paths_of(finding, ground.below_root),
            place: ground.identity.place(&finding.nearby.word),
            earlier: is_earlier(finding),
            covered: finding.decision.suppression.is_some(),
        };
        group.occurrences.iter().map(sighting).collect()
    };
    groups.iter().flat_map(of_group).collect()
}

/// The paths of an occurrence below the root of the project: its own, and in history every one that
/// its content has had. What stands somewhere now stands there, wherever else it does.
fn paths_of(finding: &Finding, below_root: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut paths = vec![below_root(&finding.location.path)];
    if let Some(place) = finding.git().filter(|_| is_earlier(finding)) {
        paths.extend(place.paths.iter().map(|path| below_root(path)));
    }
    paths
}

/// Whether an occurrence stands in history only.
pub fn is_earlier(finding: &Finding) -> bool {
    finding.git().is_some_and(|place| !place.at_head && place.reach != "index")
}

enum Weighed {
    Counts(Suppression),
    SpeaksOfOther,
    DoesNotCount(String),
}

fn object(finding: &Finding) -> String {
    match &finding.location.origin {
        Origin::Git(place) => place.object.clone(),
        Origin::File | Origin::Stdin | Origin::Other(_) => String::new(),
    }
}

/// A mark that stands in a file now also speaks of the file's earlier versions, which nobody can
/// mark any more.
fn cover_earlier_versions(group: &mut SecretGroup) {
    let now: BTreeMap<_, _> = group
        .occurrences
        .iter()
        .filter(|o| !is_earlier(o))
        .filter_map(|o| Some((o.location.path.clone(), o.decision.suppression.clone()?)))
        .collect();
    for earlier in group.occurrences.iter_mut().filter(|o| is_earlier(o)) {
        if earlier.decision.suppression.is_none() {
            earlier.decision.suppression = now.get(&earlier.location.path).cloned();
        }
    }
}

/// Whoever marks a value as none wherever a rule finds it, or accepts it as a false positive there, has said
/// so of the value: where it stands by value there is nothing else to know.
fn cover_by_value(group: &mut SecretGroup) {
    let says_none = |suppression: &Suppression| match suppression.kind {
        SuppressionKind::InSource => true,
        SuppressionKind::External => {
            suppression.justification.starts_with(exceptions::Reason::FalsePositive.name())
        }
    };
    let by_rule = group.occurrences.iter().filter(|one| !one.is_by_value());
    let decisions = by_rule.map(|one| one.decision.suppression.as_ref());
    let mut decided = decisions.map(|one| one.filter(|one| says_none(one)));
    let Some(Some(first)) = decided.next().map(|first| first.cloned()) else { return };
    if decided.all(|one| one.is_some()) {
        for finding in group.occurrences.iter_mut().filter(|one| one.is_by_value()) {
            finding.decision.suppression.get_or_insert_with(|| first.clone());
        }
    }
}

/// Counts of decisions about occurrences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decisions {
    /// Suppressed inline, by the text of the suppression.
    pub marked: BTreeMap<String, u64>,
    /// Suppressed by exceptions.
    pub accepted: u64,
    /// Compared with the baseline: counts by state.
    pub baseline: BTreeMap<&'static str, u64>,
    /// In the baseline, but open for longer than the policy allows, or after an exception that has
    /// expired.
    pub overdue: u64,
    /// Entries of the baseline that are no longer found.
    pub absent: u64,
    /// These entries themselves.
    #[serde(skip)]
    pub gone: Vec<Entry>,
    /// Exceptions that cover nothing any more.
    #[serde(skip)]
    pub stale: Vec<Exception>,
    /// Warnings: exceptions that expire soon, or that no longer match anything.
    pub warnings: Vec<String>,
}

impl Decisions {
    /// Counts what is reported.
    pub fn count(&mut self, groups: &[SecretGroup]) {
        for decision in groups.iter().flat_map(|g| &g.occurrences).map(|o| &o.decision) {
            match &decision.suppression {
                Some(Suppression { kind: SuppressionKind::InSource, by, .. }) => {
                    *self.marked.entry(by.clone()).or_default() += 1;
                }
                Some(_) => self.accepted += 1,
                None => {
                    if let Some(state) = decision.state {
                        *self.baseline.entry(state.name()).or_default() += 1;
                    }
                    let is_known = decision.state == Some(State::Unchanged);
                    self.overdue += u64::from(is_known && decision.is_open());
                }
            }
        }
    }

    /// Takes over what is to be said besides.
    pub fn take(&mut self, outcome: Outcome) {
        self.absent = outcome.absent.len() as u64;
        self.gone = outcome.absent;
        self.stale = outcome.stale;
        self.warnings = outcome.warnings;
    }

    /// Says everything once that several reports said, in the order of the baseline.
    pub fn tidy(&mut self) {
        let key = |entry: &Entry| (entry.path.clone(), entry.rule.clone(), entry.id.clone());
        self.gone.sort_by_key(key);
        self.gone.dedup_by_key(|entry| key(entry));
        self.absent = self.gone.len() as u64;
        let mut said = BTreeSet::new();
        self.warnings.retain(|warning| said.insert(warning.clone()));
    }

    /// Occurrences that the baseline has and nothing else covers.
    pub fn unchanged(&self) -> u64 {
        self.baseline.get(State::Unchanged.name()).copied().unwrap_or(0)
    }
}
