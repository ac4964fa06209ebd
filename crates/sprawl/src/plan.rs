//! What to do about the secrets of a report, in order: secret zero first, then what it opens, then
//! the rest by score.
//!
//! Everybody else's replacement can be read with a key that opens the place it is kept in, so such a
//! key goes before all others, and is revoked before it is replaced. Anything else is replaced first,
//! so that nothing stops working.

pub mod json;
pub mod markdown;
pub mod rewrite;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::day;
use crate::finding::Finding;
use crate::finding::reader::{CommonName, Reader};
use crate::fix::{self, Names};
use crate::group::SecretGroup;
use crate::group::parts::{self, Part};
use crate::locked::Opened;
use crate::report::{Report, is_present};
use sprawl_detect::rules::{Kind, Rule};
use sprawl_detect::score::{Authority, Severity, Usability};
use sprawl_detect::text::count;

/// Steps in the order in which they are to be taken.
#[derive(Debug, Serialize)]
pub struct Plan {
    /// What it is a plan for, in a few words.
    pub title: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// Places that could not be scanned: there may be more to do.
    pub problems: usize,
}

/// One secret, and what to do about it.
#[derive(Debug, Serialize)]
pub struct Step {
    /// From 1.
    pub number: usize,
    /// The secret.
    pub secret_id: String,
    /// The most specific rule that found it.
    pub rule_id: String,
    /// What it is.
    pub title: String,
    /// What may be shown of it.
    pub redacted: String,
    /// 0 to 100.
    pub score: u8,
    /// The band of the score.
    pub severity: Severity,
    /// Whether it unlocks other secrets.
    pub opens_others: bool,
    /// Why it stands where it stands in the order.
    pub because: String,
    /// What to do, in order.
    pub actions: Vec<String>,
    /// What it opens, and what has to be changed for that reason.
    pub opens: Vec<Opened>,
    /// What breaks when it is revoked, in the order in which the new value reaches it.
    pub breaks: Vec<Broken>,
    /// Names that too much uses to tell what breaks.
    pub common_names: Vec<CommonName>,
    /// Where the value has to be replaced now.
    pub change: Vec<Place>,
    /// Where the new value has to be kept, so that the places to be changed can refer to it.
    pub store: Vec<String>,
    /// Where it is only in history.
    pub history: Vec<Place>,
    /// Who to ask: owners, or else the last committers.
    pub ask: Vec<String>,
    /// The other parts of the credential, which change together with it: what each is and where it stands.
    pub parts: Vec<String>,
    /// The other half of its pair, if that was not found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Ids of secrets that belong with it and change together with it.
    pub together_with: Vec<String>,
    /// What makes a secret of this type unnecessary.
    pub instead: String,
}

/// A workload that stops working when a secret is revoked.
#[derive(Debug, Serialize)]
pub struct Broken {
    /// Its name; that of the repository for places that belong to none.
    pub service: String,
    /// Where it uses the secret, in the order in which the value gets there.
    pub places: Vec<Reader>,
}

/// A place of a secret.
#[derive(Debug, Serialize)]
pub struct Place {
    /// Name of the repository or root.
    pub repository: String,
    /// Path as reported.
    pub path: String,
    /// 1-based.
    pub line: usize,
    /// The commit that brought it, where it is in history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The line as it should be; empty where it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub becomes: Option<String>,
    /// What that line needs elsewhere in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Why the line cannot be given, and what to do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
}

impl Plan {
    /// What to do about everything that a report names.
    pub fn of(report: &Report<'_>) -> Self {
        let groups: Vec<&SecretGroup> = report.groups.iter().collect();
        Self::with(report, &groups, "What to do, in this order".to_owned())
    }

    /// What to do when a person leaves who committed secrets, touched them last or removed them, by
    /// e-mail address: what has ended or was only ever an example is left out.
    pub fn of_author(report: &Report<'_>, addresses: &[String]) -> Self {
        let touched = |finding: &Finding| {
            people(finding)
                .any(|person| addresses.iter().any(|wanted| wanted.eq_ignore_ascii_case(person)))
        };
        let is_live = |group: &SecretGroup| {
            let ended = [Usability::Expired, Usability::Placeholder];
            !group.facts.usability.iter().any(|usability| ended.contains(usability))
        };
        let groups: Vec<&SecretGroup> = report
            .groups
            .iter()
            .filter(|group| is_live(group) && group.occurrences.iter().any(touched))
            .collect();
        Self::with(report, &groups, format!("What {} can still use", addresses.join(", ")))
    }

    fn with(report: &Report<'_>, groups: &[&SecretGroup], title: String) -> Self {
        let groups: Vec<&SecretGroup> =
            groups.iter().copied().filter(|g| g.score.severity() != Severity::None).collect();
        let mut ordered: Vec<(&SecretGroup, String)> = Vec::with_capacity(groups.len());
        let mut taken = BTreeSet::new();
        let in_files = InFiles::of(&groups);
        let names = Names::of(
            &report.rules,
            report.groups.iter().chain(&report.covered).chain(&report.parts),
        );
        for zero in groups.iter().filter(|group| opens_others(group)) {
            if taken.insert(&zero.id) {
                ordered.push((zero, "it unlocks other secrets".to_owned()));
            }
            let within = in_files.opened_by(zero).into_iter().map(|number| groups[number]);
            for inner in within.filter(|group| !opens_others(group)) {
                if taken.insert(&inner.id) {
                    ordered.push((inner, format!("it is in a file that {} unlocks", zero.id)));
                }
            }
        }
        for group in groups {
            if taken.insert(&group.id) {
                ordered.push((group, circumstances(group)));
            }
        }
        let steps = ordered.into_iter().zip(1..);
        Self {
            title,
            steps: steps
                .map(|((group, why), number)| step(report, &names, group, number, why))
                .collect(),
            problems: report.problems.len(),
        }
    }
}

/// What makes a secret as bad as it is, besides its type: the reasons that are percentages.
fn circumstances(group: &SecretGroup) -> String {
    let context: Vec<&str> =
        group.score.because.iter().filter_map(|line| Some(line.split_once("% ")?.1)).collect();
    let severity = group.score.severity().name();
    format!("its score is {} ({severity}; {})", group.score.value, context.join("; "))
}

/// The addresses of those who are known to have seen a secret in a place.
pub fn people(finding: &Finding) -> impl Iterator<Item = &str> {
    let place = finding.git().into_iter();
    let people = place.flat_map(|p| [&p.author, &p.last_author, &p.removed_author]);
    people.flatten().map(|author| address(author))
}

/// The address in `Name <address>`.
fn address(author: &str) -> &str {
    let inner = author.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    inner.unwrap_or(author)
}

/// Secret zero: it opens the place where others come from, or files in these very trees.
fn opens_others(group: &SecretGroup) -> bool {
    let authority = group.facts.authority.named(group.facts.privilege);
    !group.opens.is_empty()
        || matches!(authority, Authority::Bootstrap | Authority::BootstrapScoped)
}

/// Which secrets lie in each of the files that some secret opens, by repository and path.
struct InFiles<'a>(BTreeMap<(&'a str, &'a str), BTreeSet<usize>>);

impl<'a> InFiles<'a> {
    fn of(groups: &[&'a SecretGroup]) -> Self {
        let opened = groups.iter().flat_map(|group| &*group.opens);
        let mut files: BTreeMap<_, BTreeSet<usize>> = opened
            .map(|opened| ((opened.repository.as_str(), opened.path.as_str()), BTreeSet::new()))
            .collect();
        for (number, group) in groups.iter().enumerate() {
            for finding in &group.occurrences {
                if let Some(within) =
                    files.get_mut(&(&*finding.repository, &*finding.location.path))
                {
                    within.insert(number);
                }
            }
        }
        Self(files)
    }

    /// The secrets that lie in files which this one opens, by their numbers.
    fn opened_by(&self, zero: &SecretGroup) -> BTreeSet<usize> {
        let files = zero.opens.iter().map(|one| (one.repository.as_str(), one.path.as_str()));
        files.filter_map(|file| self.0.get(&file)).flatten().copied().collect()
    }
}

fn step(
    report: &Report<'_>,
    names: &Names,
    group: &SecretGroup,
    number: usize,
    because: String,
) -> Step {
    let rule = report.rules.get(group.rule);
    let (history, change): (Vec<_>, Vec<_>) =
        parts_and_own(report, group).partition(|(_, finding)| !is_present(finding));
    let mut store = BTreeSet::new();
    let changed =
        change.iter().map(|(of, finding)| changed(finding, names.get(&of.id), &mut store));
    let changed: Vec<Place> = changed.collect();
    Step {
        number,
        secret_id: group.id.clone(),
        rule_id: rule.id().to_owned(),
        title: rule.text.title.to_string(),
        redacted: group.redacted.clone(),
        score: group.score.value,
        severity: group.score.severity(),
        opens_others: opens_others(group),
        because,
        actions: actions(group, rule, change.len(), history.len()),
        opens: group.opens.to_vec(),
        breaks: broken(group),
        common_names: group.readers.common.clone(),
        change: changed,
        store: store.into_iter().collect(),
        history: history.into_iter().map(|(_, finding)| place(finding)).collect(),
        ask: group.record.owners.clone(),
        parts: group.parts.iter().map(Part::describe).collect(),
        missing: parts::missing(&report.rules, group).map(str::to_owned),
        together_with: group.companions.to_vec(),
        instead: rule.text.instead.to_string(),
    }
}

/// The places of a secret and of the other parts of its credential, each with the value that stands there.
fn parts_and_own<'r>(
    report: &'r Report<'_>,
    group: &'r SecretGroup,
) -> impl Iterator<Item = (&'r SecretGroup, &'r Finding)> {
    let all = std::iter::once(group).chain(report.parts_of(group));
    all.flat_map(|of| of.occurrences.iter().map(move |finding| (of, finding)))
}

/// Workloads that use a secret: those first that get it from where it stands, then those that get it from them.
fn broken(group: &SecretGroup) -> Vec<Broken> {
    let services = group.readers.by_service().into_iter();
    let mut all: Vec<Broken> = services
        .map(|(service, places)| {
            let mut places: Vec<Reader> = places.into_iter().cloned().collect();
            places.sort_by_key(|place| place.via.len());
            Broken { service: service.to_owned(), places }
        })
        .collect();
    all.sort_by_key(|broken| broken.places.first().map_or(0, |first| first.via.len()));
    all
}

fn place(finding: &Finding) -> Place {
    Place {
        repository: finding.repository.to_string(),
        path: finding.location.path.to_string(),
        line: finding.location.line,
        commit: finding.git().and_then(|place| place.commit.clone()),
        becomes: None,
        needs: None,
        by_hand: None,
    }
}

/// A place that is to be changed, with the line as it should be.
fn changed(finding: &Finding, variable: &str, store: &mut BTreeSet<String>) -> Place {
    let place = place(finding);
    if finding.layers.member > 0 || !finding.layers.decoded.is_empty() {
        return place;
    }
    match fix::line(finding, variable) {
        Ok(line) => {
            store.insert(line.store);
            let needs = line.need.map(|need| need.words());
            Place { becomes: Some(line.text), needs, ..place }
        }
        Err(why) => Place { by_hand: Some(why), ..place },
    }
}

fn actions(group: &SecretGroup, rule: &Rule, change: usize, history: usize) -> Vec<String> {
    let fix = &*rule.text.fix;
    let mut actions = Vec::new();
    let record = &group.record;
    if group.facts.usability.contains(&Usability::Expired) {
        actions.push("It has expired: there is nothing to revoke. Remove it.".to_owned());
    } else if group.facts.authority == Authority::PublicByDesign {
        actions.push(format!("Public by design: check that it is restricted. {fix}"));
    } else if change == 0 && !record.replaced_by.is_empty() {
        let when = record.replaced_at.and_then(day::of_seconds);
        let when = when.map_or(String::new(), |day| format!(" on {day}"));
        actions.push(format!("It was replaced{when}: make sure that it was revoked, too. {fix}"));
    } else if opens_others(group) {
        actions.push(format!("Revoke it before anything else. {fix}"));
        actions.extend(breaks(group, "That breaks"));
    } else {
        actions.push(new_value(change));
        actions.extend(breaks(group, "Revoking the old one breaks"));
        actions.push(format!("Then revoke this one. {fix}"));
    }
    if !group.opens.is_empty() {
        actions.push(format!(
            "Rotate the {}: assume they were read, including older versions.",
            count(group.opens.len() as u64, "secret that it unlocks")
        ));
    }
    if opens_others(group) && change > 0 {
        actions.push(new_value(change));
    }
    if change > 0 && record.rotations > 0 {
        actions.push(
            "An earlier value was rotated in the same place: store the next one elsewhere."
                .to_owned(),
        );
    }
    if change > 0 && record.reintroduced {
        actions.push("It was removed once and is back: find out what restores it.".to_owned());
    }
    if let Some(since) = record.first_seen.and_then(day::of_seconds) {
        actions.push(match rule.kind {
            Kind::PrivateKey => {
                format!("The use of a key is not logged: assume it has been used since {since}.")
            }
            _ => format!("Look for uses of it since {since} in its provider's log."),
        });
    }
    if history > 0 {
        actions.push(format!(
            "It stays in {} of history. Rewriting history comes last, and does not replace revoking: \
             `sprawl plan --rewrite FILE` prepares it.",
            count(history as u64, "place")
        ));
    }
    actions
}

/// Which workloads need the new value, in which order; nothing if none is known.
fn breaks(group: &SecretGroup, begin: &str) -> Option<String> {
    /// Names in the sentence; the list has all.
    const NAMED: usize = 6;
    let all = broken(group);
    if all.is_empty() {
        return None;
    }
    let mut names: Vec<&str> = all.iter().take(NAMED).map(|one| one.service.as_str()).collect();
    let more = format!("{} more", all.len().saturating_sub(NAMED));
    if all.len() > NAMED {
        names.push(&more);
    }
    let services = count(all.len() as u64, "service");
    let order = if all.len() > 1 { ", in this order" } else { "" };
    Some(format!(
        "{begin} {services}: give the new value to {}{order}, and restart what reads it.",
        names.join(", ")
    ))
}

fn new_value(places: usize) -> String {
    match places {
        0 => "If it is still needed, create a replacement in a secret manager.".to_owned(),
        1 => {
            "Create a replacement and store it in the place listed, or better in a secret manager."
                .to_owned()
        }
        _ => format!(
            "Create a replacement and store it in the {places} places listed, or better in a \
             secret manager."
        ),
    }
}
