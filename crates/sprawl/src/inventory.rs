//! Inventory: one row for each machine identity that reports name, with what is asked of every one: who owns it,
//! what it is for, what it may do, how long it lives, and what has changed since an earlier inventory.
//!
//! A key id and its secret, or a user and a password, are one identity: secrets that belong together share a row.

pub mod csv;
pub mod drift;
pub mod html;
pub mod json;
pub mod known;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use self::drift::Change;
use self::known::KnownIdentities;
use crate::day;
use crate::finding::Finding;
use crate::finding::decision::{Suppression, SuppressionKind};
use crate::finding::reader::Readers;
use crate::group::SecretGroup;
use crate::group::parts::Sets;
use crate::lifetime::RemarkKind;
use crate::policy::exceptions::Reason;
use crate::report::{Report, is_present};
use sprawl_detect::score::{Environment, Severity};
use sprawl_detect::text::count;

/// Machine identities, those without an owner first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inventory {
    /// Day that ages are counted to.
    pub day: String,
    /// The identities: those without an owner first, then by score.
    pub identities: Vec<MachineIdentity>,
    /// What has changed since the earlier reports; null where none were named.
    pub drift: Option<Vec<Change>>,
    /// Places that could not be scanned: there may be more identities.
    pub problems: usize,
}

/// A credential that a program uses, with what is known about it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MachineIdentity {
    /// Id of its secret; of several, that of the one with the highest score.
    pub secret_id: String,
    /// Ids of the other secrets that belong to it.
    pub parts: Vec<String>,
    /// Id of the most specific rule that found it.
    pub rule_id: String,
    /// What it is.
    pub title: String,
    /// Who issued it, by its type.
    pub provider: String,
    /// The secret, redacted.
    pub redacted: String,
    /// Score of the secret, from 0 to 100.
    #[schemars(range(max = 100))]
    pub score: u8,
    /// Severity of the secret.
    pub severity: Severity,
    /// Account, subject and the like, as decoded: `account 123456789012`.
    pub account: Vec<String>,
    /// What it may do: the class of its type, and what it says of itself.
    pub authority: Vec<String>,
    /// Who is responsible for it; null if nobody is named.
    pub owner: Option<String>,
    /// Where the owner is named: `identities`, `exception` or `codeowners`.
    pub owner_source: Option<Source>,
    /// Who to ask where no owner is named: those who last added it.
    pub ask: Vec<String>,
    /// What it is for; null if nobody says.
    pub purpose: Option<String>,
    /// Where the purpose is named: `identities`, `exception` or `name`.
    pub purpose_source: Option<Source>,
    /// Environments that it is used in.
    pub environments: Vec<String>,
    /// Where it stands now, `repository: path:line`, each once.
    pub places: Vec<String>,
    /// Number of places in history alone.
    pub in_history: usize,
    /// Workloads that read it by a name that it is assigned to, with the number of places in each: `web (2 places)`.
    pub read_by: Vec<String>,
    /// Day on which it was first committed.
    pub first_seen: Option<String>,
    /// Days since then.
    pub age_days: Option<i64>,
    /// Day on which it expires, by its own words.
    pub expires: Option<String>,
    /// Day on which it was last rotated.
    pub rotated: Option<String>,
    /// How often it is to be rotated, as `identities.toml` says: `90d`.
    pub rotation: Option<String>,
    /// Exception that covers it in at least one place; null if none does.
    pub exception: Option<ExceptionNote>,
    /// What is wrong with it, by the project's policy.
    pub breaks: Vec<String>,
    /// Slots of its places, by which a rotated value is known.
    #[serde(skip)]
    pub(crate) slots: BTreeSet<String>,
    /// Whether it stands in files now.
    #[serde(skip)]
    pub(crate) is_present: bool,
    /// Whether it is overdue for rotation or in the baseline.
    #[serde(skip)]
    pub(crate) is_overdue: bool,
    /// Whether an exception of it has ended.
    #[serde(skip)]
    pub(crate) has_lapsed: bool,
    /// Whether it came back.
    #[serde(skip)]
    pub(crate) is_reintroduced: bool,
}

/// Exception that covers an identity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExceptionNote {
    /// Justification.
    pub justification: String,
    /// Last day on which it counts; null for false positives.
    pub until: Option<String>,
}

/// Where something is said about an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// identities.toml.
    Identities,
    /// An exception.
    Exception,
    /// CODEOWNERS.
    Codeowners,
    /// The name that it is assigned to.
    Name,
}

impl Source {
    /// The name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identities => "identities.toml",
            Self::Exception => "exception",
            Self::Codeowners => "CODEOWNERS",
            Self::Name => "its name",
        }
    }
}

/// Facts that say whose a credential is, the best first.
const ACCOUNT: &[&str] = &[
    "account", "subject", "user", "service", "project", "instance", "issuer", "owner", "registry",
    "key id", "token id",
];

/// Facts that say what it may do.
const MAY: &[&str] = &["scope", "limited to", "usage", "use", "claims", "mode", "plugin"];

/// Names and places that a row has of each kind, at most; all are counted.
const NAMES: usize = 3;

impl Inventory {
    /// The identities of a report.
    pub fn of(report: &Report<'_>, known: &KnownIdentities) -> Self {
        let today = day::in_utc(report.now);
        let groups: Vec<&SecretGroup> = report
            .groups
            .iter()
            .chain(&report.covered)
            .chain(&report.parts)
            .filter(|group| !is_mistake(group))
            .collect();
        let mut identities: Vec<MachineIdentity> = together(&groups)
            .into_iter()
            .map(|parts| identity(report, &parts, known, today))
            .collect();
        identities.sort_by(|a, b| {
            let rank = |one: &MachineIdentity| (one.owner.is_some(), std::cmp::Reverse(one.score));
            rank(a).cmp(&rank(b)).then_with(|| a.secret_id.cmp(&b.secret_id))
        });
        Self { day: today.to_string(), identities, drift: None, problems: report.problems.len() }
    }

    /// Identities that nobody owns.
    pub fn without_owner(&self) -> usize {
        self.identities.iter().filter(|one| one.owner.is_none()).count()
    }
}

/// Whether somebody found out that it is no secret: wherever it stands, it is covered for that reason.
fn is_mistake(group: &SecretGroup) -> bool {
    group.occurrences.iter().all(|finding| {
        finding.decision.suppression.as_ref().is_some_and(|by| {
            by.kind == SuppressionKind::External
                && by.justification.split(':').next() == Some(Reason::FalsePositive.name())
        })
    })
}

/// Secrets that belong together, the one with the highest score first.
fn together<'g>(groups: &[&'g SecretGroup]) -> Vec<Vec<&'g SecretGroup>> {
    let number: BTreeMap<&str, usize> =
        groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at)).collect();
    let mut sets = Sets::new(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let others = group.companions.iter().filter_map(|id| number.get(id.as_str()));
        others.for_each(|other| sets.join(at, *other));
    }
    let mut all: BTreeMap<usize, Vec<&SecretGroup>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        all.entry(sets.root(at)).or_default().push(group);
    }
    let mut all: Vec<Vec<&SecretGroup>> = all.into_values().collect();
    for parts in &mut all {
        parts.sort_by(|a, b| b.score.value.cmp(&a.score.value).then_with(|| a.id.cmp(&b.id)));
    }
    all
}

fn identity(
    report: &Report<'_>,
    parts: &[&SecretGroup],
    known: &KnownIdentities,
    today: Date,
) -> MachineIdentity {
    let main = parts[0];
    let rule = report.rules.get(main.rule);
    let findings: Vec<&Finding> = parts.iter().flat_map(|part| &part.occurrences).collect();
    let facts: Vec<(&str, &str)> = parts
        .iter()
        .flat_map(|part| part.decoded_facts())
        .map(|fact| (fact.name, fact.value.as_str()))
        .collect();
    let named = |names: &[&str]| -> Vec<String> {
        let of = |name: &&str| facts.iter().filter(|(fact, _)| fact == name).collect::<Vec<_>>();
        let all: Vec<String> =
            names.iter().flat_map(of).map(|(name, value)| format!("{name} {value}")).collect();
        unique(all)
    };
    let account = named(ACCOUNT);
    let said = known.about(report, parts, &account);
    let suppressions: Vec<&Suppression> =
        findings.iter().filter_map(|finding| finding.decision.suppression.as_ref()).collect();
    let (owner, owner_source) = owner(said.owner.as_deref(), &suppressions, &findings);
    let (purpose, purpose_source) = purpose(said.purpose.as_deref(), &suppressions, &findings);
    let records = || parts.iter().map(|part| &*part.record);
    let seen = records().filter_map(|record| record.first_seen).min();
    let rotated_at = records().filter_map(|record| record.rotated_at).max().map(day::in_utc);
    let rotated = said.rotated.max(rotated_at);
    let expires = findings.iter().filter_map(|finding| finding.decoded.expires).max();
    let issued = findings.iter().filter_map(|finding| finding.decoded.issued).max();
    let mut environments: BTreeSet<String> = records()
        .flat_map(|record| &record.environments)
        .map(|one| one.name().to_owned())
        .collect();
    if !said.environments.is_empty() {
        environments = said.environments.iter().cloned().collect();
    } else if environments.len() > 1 {
        environments.remove(Environment::Unknown.name());
    }
    let (present, past): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().copied().partition(|finding| is_present(finding));
    let places: BTreeSet<String> = present.iter().map(|finding| place(finding)).collect();
    let authority = main.facts.authority.named(main.facts.privilege);
    let mut may = vec![format!("{} ({})", authority.name(), main.facts.reach.name())];
    may.extend(named(MAY));
    if !main.opens.is_empty() {
        may.push(format!("opens {}", count(main.opens.len() as u64, "other secret")));
    }
    let since = rotated.or(issued.map(day::in_utc)).or(seen.map(day::in_utc));
    let due = said
        .rotation
        .zip(since)
        .map(|(every, since)| days_between(since, today) - every.days_long());
    let is_overdue =
        due.is_some_and(|over| over > 0) || findings.iter().any(|f| f.decision.overdue);
    let has_lapsed = findings.iter().any(|finding| finding.decision.lapsed);
    let is_reintroduced = records().any(|record| record.reintroduced);
    let mut breaks = Vec::new();
    if owner.is_none() {
        breaks.push("has no owner".to_owned());
    }
    breaks.extend(
        parts
            .iter()
            .flat_map(|part| part.remarks.iter())
            .filter(|remark| remark.kind != RemarkKind::NeverExpires)
            .map(|remark| remark.text.clone()),
    );
    if let (Some(over), Some(every)) = (due.filter(|over| *over > 0), said.rotation) {
        let over = count(over.unsigned_abs(), "day");
        breaks.push(format!("rotation is {over} overdue (every {every})"));
    }
    if findings.iter().any(|finding| finding.decision.overdue) {
        breaks.push("open for longer than the policy allows".to_owned());
    }
    if has_lapsed {
        breaks.push("its exception has ended".to_owned());
    }
    if is_reintroduced {
        breaks.push("was removed, and is back".to_owned());
    }
    MachineIdentity {
        secret_id: main.id.clone(),
        parts: parts[1..].iter().map(|part| part.id.clone()).collect(),
        rule_id: rule.id().to_owned(),
        title: rule.text.title.to_string(),
        provider: rule.provider.to_string(),
        redacted: main.redacted.clone(),
        score: main.score.value,
        severity: main.score.severity(),
        account,
        authority: may,
        ask: if owner.is_none() {
            unique(records().flat_map(|record| record.owners.clone()).collect())
        } else {
            Vec::new()
        },
        owner,
        owner_source,
        purpose,
        purpose_source,
        environments: environments.into_iter().collect(),
        is_present: !places.is_empty(),
        places: places.into_iter().collect(),
        in_history: past.len(),
        read_by: read_by(parts),
        first_seen: seen.and_then(day::of_seconds),
        age_days: seen.map(|seen| days_between(day::in_utc(seen), today)),
        expires: expires.and_then(day::of_seconds),
        rotated: rotated.map(|day| day.to_string()),
        rotation: said.rotation.map(|every| every.to_string()),
        exception: exception(&suppressions),
        breaks: unique(breaks),
        slots: findings
            .iter()
            .map(|finding| finding.slot.to_string())
            .filter(|slot| !slot.is_empty())
            .collect(),
        is_overdue,
        has_lapsed,
        is_reintroduced,
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Who is responsible, by who says so, the surest first.
fn owner(
    said: Option<&str>,
    suppressions: &[&Suppression],
    findings: &[&Finding],
) -> (Option<String>, Option<Source>) {
    if let Some(owner) = said {
        return (Some(owner.to_owned()), Some(Source::Identities));
    }
    let list = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join(", ");
    let by_exception: BTreeSet<&str> = suppressions
        .iter()
        .filter_map(|by| by.owner.as_deref())
        .filter(|owner| !owner.is_empty())
        .collect();
    if !by_exception.is_empty() {
        return (Some(list(by_exception)), Some(Source::Exception));
    }
    let by_file: BTreeSet<&str> =
        findings.iter().flat_map(|finding| finding.owners.iter()).map(String::as_str).collect();
    match by_file.is_empty() {
        true => (None, None),
        false => (Some(list(by_file)), Some(Source::Codeowners)),
    }
}

/// What it is for, by who says so, the surest first.
fn purpose(
    said: Option<&str>,
    suppressions: &[&Suppression],
    findings: &[&Finding],
) -> (Option<String>, Option<Source>) {
    if let Some(purpose) = said {
        return (Some(purpose.to_owned()), Some(Source::Identities));
    }
    // Behind the reason of an exception comes what somebody wrote.
    let written = suppressions
        .iter()
        .filter_map(|by| by.justification.split_once(": "))
        .map(|(_, text)| text);
    let written: BTreeSet<&str> = written.collect();
    if !written.is_empty() {
        let text = written.into_iter().collect::<Vec<_>>().join("; ");
        return (Some(text), Some(Source::Exception));
    }
    let names: BTreeSet<&str> = findings.iter().filter_map(|finding| finding.name()).collect();
    if names.is_empty() {
        return (None, None);
    }
    let more = names.len().saturating_sub(NAMES);
    let mut text = names.into_iter().take(NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    (Some(text), Some(Source::Name))
}

/// The exception that ends first.
fn exception(suppressions: &[&Suppression]) -> Option<ExceptionNote> {
    let first =
        suppressions.iter().min_by_key(|by| (by.until.is_none(), by.until, &by.justification))?;
    Some(ExceptionNote {
        justification: first.justification.clone(),
        until: first.until.map(|day| day.to_string()),
    })
}

/// The workloads that read any of the parts, by name.
fn read_by(parts: &[&SecretGroup]) -> Vec<String> {
    let mut readers = Readers::default();
    parts.iter().for_each(|part| readers.add(Readers::clone(&part.readers)));
    let services = readers.by_service().into_iter();
    services
        .map(|(name, places)| format!("{name} ({})", count(places.len() as u64, "place")))
        .collect()
}

fn place(finding: &Finding) -> String {
    let location = &finding.location;
    format!("{}: {}:{}", finding.repository, location.path, location.line)
}

/// The same in order, each once.
fn unique(list: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    list.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

/// Cells of a row, as tables for people have them.
pub(crate) struct Cells {
    pub(crate) owner: String,
    pub(crate) purpose: String,
    pub(crate) life: String,
    pub(crate) exception: String,
}

impl MachineIdentity {
    /// What people read of it.
    pub(crate) fn cells(&self) -> Cells {
        let from = |text: &Option<String>, source: Option<Source>| {
            let source = source.map_or(String::new(), |source| format!(" (by {})", source.name()));
            text.as_ref().map(|text| format!("{text}{source}"))
        };
        let owner =
            from(&self.owner, self.owner_source).unwrap_or_else(|| match self.ask.is_empty() {
                true => "nobody".to_owned(),
                false => format!("nobody; ask {}", self.ask.join(", ")),
            });
        let mut life = Vec::new();
        if let (Some(days), Some(since)) = (self.age_days, &self.first_seen) {
            life.push(format!("{} old, since {since}", count(days.unsigned_abs(), "day")));
        }
        let every =
            self.rotation.as_ref().map_or(String::new(), |every| format!(" (every {every})"));
        life.push(match &self.rotated {
            Some(day) => format!("rotated {day}{every}"),
            None => format!("no rotation known{every}"),
        });
        life.push(match &self.expires {
            Some(day) => format!("expires {day}"),
            None => "no expiry".to_owned(),
        });
        let exception = self.exception.as_ref().map_or(String::new(), |note| match &note.until {
            Some(until) => format!("until {until}: {}", note.justification),
            None => note.justification.clone(),
        });
        Cells {
            owner,
            purpose: from(&self.purpose, self.purpose_source)
                .unwrap_or_else(|| "unknown".to_owned()),
            life: life.join("; "),
            exception,
        }
    }

    /// Where it stands, in a few words.
    pub(crate) fn where_it_stands(&self) -> String {
        let history = match self.in_history {
            0 => String::new(),
            number => format!("; {} in history", count(number as u64, "place")),
        };
        if self.places.is_empty() {
            return history.trim_start_matches("; ").to_owned();
        }
        first_of(&self.places) + &history
    }

    /// Who reads it, in a few words.
    pub(crate) fn who_reads(&self) -> String {
        first_of(&self.read_by)
    }
}

/// The first of a list, and how many more there are.
fn first_of(list: &[String]) -> String {
    let mut text = list.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    if list.len() > NAMES {
        text.push_str(&format!(" and {} more", list.len() - NAMES));
    }
    text
}
