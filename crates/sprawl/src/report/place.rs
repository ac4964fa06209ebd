//! Where an occurrence stands, in words that several formats share.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Report;
use crate::finding::{Finding, GitPlace};
use crate::group::SecretGroup;
use crate::group::parts::{self, Part};
use sprawl_detect::text::count;

/// The place's path; an object of git that never had one is named by its id.
pub(super) fn path(finding: &Finding) -> Cow<'_, str> {
    match finding.git() {
        Some(git) if finding.location.path.is_empty() => {
            Cow::Owned(format!("git-object/{}", git.object))
        }
        _ => Cow::Borrowed(&finding.location.path),
    }
}

/// `path:line:column`, the source if it is none of sprawl's own, whether no rule speaks there, and the encodings that were undone there:
/// `a.env:1:5 (decoded: base64 > gzip)`.
pub(super) fn position(finding: &Finding) -> String {
    let location = &finding.location;
    let mut text = format!("{}:{}:{}", path(finding), location.line, location.column);
    if let Some(source) = finding.source() {
        text.push_str(&format!(" (from {source})"));
    }
    if finding.is_by_value() {
        text.push_str(" (by value)");
    }
    if !finding.layers.decoded.is_empty() {
        text.push_str(&format!(" (decoded: {})", finding.layers.decoded.join(" > ")));
    }
    text
}

/// A place in a file that people can open.
pub(super) struct Opened<'a> {
    pub(super) path: Cow<'a, str>,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// The place in a file that people can open: that of a member of a container is the beginning of the
/// container, for the member's lines are not those of the container.
pub(super) fn opened(finding: &Finding) -> Opened<'_> {
    let location = &finding.location;
    if let Some((container, _)) = member(finding) {
        let path = Cow::Borrowed(container);
        return Opened { path, line: 1, column: 1, end_line: 1, end_column: 1 };
    }
    Opened {
        path: path(finding),
        line: location.line,
        column: location.column,
        end_line: location.end_line,
        end_column: location.end_column,
    }
}

/// The container that holds the place, and the path of the member within; nothing for a file itself.
pub(super) fn member(finding: &Finding) -> Option<(&str, &str)> {
    finding.layers.split(&finding.location.path)
}

/// Where in history it stands; nothing for a file.
pub(super) fn history(finding: &Finding) -> Option<String> {
    let git = finding.git()?;
    let mut text = String::new();
    if let Some(commit) = &git.commit {
        text.push_str(&format!("commit {} ", shortened(commit)));
    }
    if let Some(date) = day(finding) {
        text.push_str(&format!("of {date} "));
    }
    if let Some(author) = &git.author {
        text.push_str(&format!("by {author} "));
    }
    text.push_str(&format!("({})", held_by(git)));
    Some(text)
}

/// What keeps it, in words.
pub(super) fn held_by(git: &GitPlace) -> &'static str {
    match git.reach {
        _ if git.at_head => "at HEAD",
        "reachable" => "on another branch or tag",
        "history-only" => "in history only",
        "index" => "in the index",
        "stash" => "in a stash",
        "note" => "in a note",
        "message" => "in a message",
        other => other,
    }
}

/// Whether whoever opens the path now finds the secret there.
pub(crate) fn is_present(finding: &Finding) -> bool {
    finding.git().is_none_or(|git| git.at_head || git.reach == "index")
}

/// The day it came in, `2026-01-31`, by its author's clock.
pub(super) fn day(finding: &Finding) -> Option<&str> {
    let day = finding.git()?.date.as_deref()?.get(..10)?;
    // Of a report that was read back it may be anything.
    day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-').then_some(day)
}

/// The other parts of a credential; nothing if there are none.
pub(super) fn parts(group: &SecretGroup) -> Option<String> {
    let parts: Vec<String> = group.parts.iter().map(Part::describe).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What a credential lacks that was found without the other half of its pair.
pub(super) fn missing(report: &Report<'_>, group: &SecretGroup) -> Option<String> {
    parts::missing(&report.rules, group).map(|other| format!("{other}, not found near it"))
}

/// Confidence in a secret, and what speaks for it.
pub(super) fn sure(group: &SecretGroup) -> String {
    format!("{} ({})", group.confidence.name(), evidence(group))
}

/// What speaks for a secret.
pub(super) fn evidence(group: &SecretGroup) -> String {
    let evidence: Vec<String> = group.evidence().iter().map(|e| e.describe()).collect();
    evidence.join(", ")
}

/// Statements that a secret makes about itself; nothing if it makes none.
pub(super) fn facts(group: &SecretGroup) -> Option<String> {
    let facts = group.decoded_facts();
    let facts: Vec<String> =
        facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    (!facts.is_empty()).then(|| facts.join(", "))
}

/// The first few things that a key opens, and how many more there are; nothing if it opens nothing.
pub(super) fn unlocked(group: &SecretGroup) -> Option<String> {
    const NAMED: usize = 5;
    let all = &group.opens;
    let mut named: Vec<String> =
        all.iter().take(NAMED).map(|one| format!("{} ({})", one.path, one.what)).collect();
    if all.len() > NAMED {
        named.push(format!("and {} more", all.len() - NAMED));
    }
    (!named.is_empty()).then(|| named.join(", "))
}

/// How many places use a secret, in which services, and names that are not followed; nothing if nothing is
/// known. `most` services are named.
pub(super) fn read_by(group: &SecretGroup, most: usize) -> Option<String> {
    let readers = &*group.readers;
    let mut parts = Vec::new();
    if !readers.places.is_empty() {
        let services = readers.by_service();
        // A line of an anchor is one place, however many services take it in.
        let places: BTreeSet<(&str, usize)> =
            readers.places.iter().map(|place| (place.path.as_str(), place.line)).collect();
        let places = count(places.len() as u64, "place");
        let within = count(services.len() as u64, "service");
        let mut named: Vec<String> = services
            .iter()
            .take(most)
            .map(|(service, places)| {
                let more = match places.len() {
                    1 => String::new(),
                    all => format!(" and {} more", all - 1),
                };
                format!("{service} ({}:{}{more})", places[0].path, places[0].line)
            })
            .collect();
        if services.len() > most {
            named.push(format!("and {} more", services.len() - most));
        }
        parts.push(format!("{places} in {within}: {}", named.join(", ")));
    }
    for common in &readers.common {
        let files = count(common.files as u64, "file");
        let unknown = if parts.is_empty() { "not known: " } else { "" };
        parts.push(format!("{unknown}{} is too common to follow ({files})", common.name));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The first day a secret is known from.
pub(super) fn first_day(group: &SecretGroup) -> Option<&str> {
    let dated = group
        .occurrences
        .iter()
        .filter_map(|finding| finding.git().and_then(|git| git.seconds).zip(day(finding)));
    dated.min().map(|(_, day)| day)
}

/// The occurrences that somebody has to act on.
pub(super) fn open(group: &SecretGroup) -> impl Iterator<Item = &Finding> {
    group.occurrences.iter().filter(|finding| finding.decision.is_open())
}

/// The occurrence that people should look at first: one that is there now, if there is one.
pub(super) fn first(group: &SecretGroup) -> &Finding {
    let now = open(group).find(|finding| is_present(finding));
    now.or_else(|| open(group).next()).unwrap_or(&group.occurrences[0])
}

/// The name that a value is assigned to, if it says what the value is for; some are but a letter, or the end of
/// an escape sequence.
pub(super) fn telling_name(finding: &Finding) -> Option<&str> {
    let is_telling = |name: &&str| {
        name.len() > 2 && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
    };
    finding.name().filter(is_telling)
}

/// What was decided earlier about an occurrence, and what is to be said of that; nothing if nothing
/// was decided.
pub(super) fn decision(finding: &Finding) -> Option<String> {
    let decision = &finding.decision;
    let mut words = Vec::new();
    if let Some(suppression) = &decision.suppression {
        let mut covered = format!("covered by {}", suppression.by);
        if let Some(owner) = &suppression.owner {
            covered.push_str(&format!(", {owner}"));
        }
        if let Some(until) = suppression.until {
            covered.push_str(&format!(", until {until}"));
        }
        words.push(covered);
    } else if let Some(state) = decision.state {
        words.push(state.name().to_owned());
    }
    if decision.overdue {
        words.push("open for too long".to_owned());
    }
    words.extend(decision.notes.iter().cloned());
    (!words.is_empty()).then(|| words.join("; "))
}

/// As much of a commit's id as people read.
pub(crate) fn shortened(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// Every occurrence of a secret with its number among those in its file, from 1.
pub(super) fn numbered(group: &SecretGroup) -> impl Iterator<Item = (&Finding, usize)> {
    let (mut file, mut ordinal) = ("", 0);
    // They are sorted by path.
    group.occurrences.iter().map(move |finding| {
        ordinal = if *finding.location.path == *file { ordinal + 1 } else { 1 };
        file = &finding.location.path;
        (finding, ordinal)
    })
}
