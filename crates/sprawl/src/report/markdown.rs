//! Markdown for comments on pull requests, step summaries and wikis: a table, the worst first, and
//! what to do about each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::score::Severity;
use sprawl_detect::text::markdown::{cell_code, code, escaped};
use sprawl_detect::text::{count, printable};

/// Places listed for a secret before the rest is only counted.
const PLACES: usize = 10;

/// Bytes of a report, which are never fewer than its characters. GitHub takes 65,536 characters of a comment, as its
/// API says when it refuses one ("Body is too long (maximum is 65536 characters)"); Azure DevOps takes 150,000 (the
/// answer of its API), GitLab 1,000,000 (GitLab Docs, "Notes API"). Bitbucket takes 32,768 only.
const COMMENT: usize = 65_535;

/// Parts of the room that rows of the table take where not everything fits: what is to be done about the worst
/// secrets is worth more than a long table.
const ROWS: (usize, usize) = (2, 5);

/// Bytes that the list of what is left out may need.
const LEFT_OUT: usize = 300;

/// Characters of a name from outside.
const NAME: usize = 300;

/// Writes the report, in as many bytes as a comment may have. Secrets stay redacted: it is made to be posted.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(within(report, COMMENT).as_bytes())
}

/// The report in at most so many bytes: the worst secrets, and what is left out. Nothing if there is no room to
/// say even that.
pub fn within(report: &Report<'_>, limit: usize) -> String {
    let groups = &report.groups;
    let mut text = head(report);
    let end = end(report);
    let room = limit.saturating_sub(text.len() + end.len());
    let mut rows = fitting(report, room.saturating_sub(TABLE.len()), groups.len(), row);
    let used = |rows: &[String]| rows.iter().map(String::len).sum::<usize>() + TABLE.len();
    let mut sections = Vec::new();
    if rows.len() == groups.len() {
        sections = fitting(report, room.saturating_sub(used(&rows)), rows.len(), section);
    }
    if sections.len() < groups.len() {
        let room = room.saturating_sub(LEFT_OUT);
        rows = fitting(report, room / ROWS.1 * ROWS.0, groups.len(), row);
        sections = fitting(report, room.saturating_sub(used(&rows)), rows.len(), section);
    }
    if !rows.is_empty() {
        text.push_str(TABLE);
    }
    text.extend(rows.iter().chain(&sections).map(String::as_str));
    text.push_str(&left_out(report, rows.len(), sections.len()));
    text.push_str(&end);
    if text.len() <= limit {
        return text;
    }
    let short = head(report) + &left_out(report, 0, 0) + &gaps(report);
    if short.len() <= limit { short } else { String::new() }
}

/// Parts of the report that speak of one secret each, of the first secrets, as far as they fit.
fn fitting(
    report: &Report<'_>,
    room: usize,
    most: usize,
    part: fn(&Report<'_>, &SecretGroup) -> String,
) -> Vec<String> {
    let mut left = room;
    let mut parts = Vec::new();
    for group in report.groups.iter().take(most) {
        let part = part(report, group);
        let Some(rest) = left.checked_sub(part.len()) else { break };
        left = rest;
        parts.push(part);
    }
    parts
}

/// What there was no room for.
fn left_out(report: &Report<'_>, rows: usize, sections: usize) -> String {
    let groups = &report.groups;
    if sections == groups.len() {
        return String::new();
    }
    let mut text = "\n**Left out:** ".to_owned();
    if rows < groups.len() {
        let bands = counted(groups[rows..].iter().map(|group| group.score.severity()));
        let all = count((groups.len() - rows) as u64, "more secret");
        text.push_str(&format!("{all} ({bands})"));
    }
    if rows < groups.len() && sections < rows {
        text.push_str(", and ");
    }
    if sections < rows {
        text.push_str(&format!("details of the last {} in the table", rows - sections));
    }
    text + ". The HTML and JSON reports have everything.\n"
}

/// How many there are of each severity: `1 critical, 3 high`.
fn counted(severities: impl Iterator<Item = Severity>) -> String {
    let mut bands: BTreeMap<Severity, usize> = BTreeMap::new();
    for severity in severities.filter(|severity| *severity != Severity::None) {
        *bands.entry(severity).or_default() += 1;
    }
    let named: Vec<String> =
        bands.iter().rev().map(|(band, count)| format!("{count} {}", band.name())).collect();
    named.join(", ")
}

fn head(report: &Report<'_>) -> String {
    if report.groups.is_empty() {
        return "## sprawl: no secrets found\n".to_owned();
    }
    format!(
        "## sprawl: {} in {}\n\n{}\n",
        count(report.summary.secrets, "secret"),
        count(report.summary.occurrences, "place"),
        counted(report.groups.iter().map(|group| group.score.severity()))
    )
}

/// The first lines of the table.
const TABLE: &str =
    "\n| Severity | Score | What | Where | Since | Secret |\n|---|---:|---|---|---|---|\n";

fn row(report: &Report<'_>, group: &SecretGroup) -> String {
    let more = match group.occurrences.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "| **{}** | {} | {} | {}{more} | {} | {} |\n",
        group.score.severity().name(),
        group.score.value,
        title(report, group, cell_code),
        cell_code(&bounded(&place::position(place::first(group)))),
        place::first_day(group).unwrap_or("-"),
        cell_code(&bounded(&group.redacted)),
    )
}

/// What it is, and the name that it is assigned to.
fn title(report: &Report<'_>, group: &SecretGroup, code: fn(&str) -> String) -> String {
    let title = escaped(&report.rules.get(group.rule).text.title);
    match place::telling_name(place::first(group)) {
        // In a code span, because a name may be anything.
        Some(name) => format!("{title} {}", code(&bounded(name))),
        None => title,
    }
}

fn section(report: &Report<'_>, group: &SecretGroup) -> String {
    let rule = report.rules.get(group.rule);
    let mut text = format!(
        "\n### {} {}: {} {}\n\n",
        group.score.severity().name(),
        group.score.value,
        title(report, group, code),
        code(&bounded(&group.redacted)),
    );
    for finding in group.occurrences.iter().take(PLACES) {
        text.push_str(&format!("- {}\n", listed(finding)));
    }
    if group.occurrences.len() > PLACES {
        text.push_str(&format!("- and {} more places\n", group.occurrences.len() - PLACES));
    }
    text.push_str(&format!("\n**Impact:** {}\n", escaped(&rule.text.why)));
    for (name, value) in [
        ("Other parts", place::parts(group)),
        ("Missing", place::missing(report, group)),
        ("Unlocks", place::unlocked(group)),
        ("Read by", place::read_by(group, 5)),
        ("History", group.record.past()),
        ("Owners", Some(group.record.owners.join(", ")).filter(|owners| !owners.is_empty())),
    ] {
        // In code spans, because names of people and teams would become mentions.
        if let Some(value) = value {
            text.push_str(&format!("\n**{name}:** {}\n", code(&bounded(&value))));
        }
    }
    for (name, value) in [
        ("Fix", &*rule.text.fix),
        ("Prefer", &*rule.text.instead),
        ("Score", &group.score.because.join("; ")),
        ("Confidence", &place::sure(group)),
    ] {
        text.push_str(&format!("\n**{name}:** {}\n", escaped(value)));
    }
    text.push_str(&format!("\nRule {}, secret {}\n", code(rule.id()), code(&group.id)));
    text
}

fn listed(finding: &Finding) -> String {
    let mut text = code(&bounded(&place::position(finding)));
    // In code spans, for the same reason.
    for words in [place::history(finding), place::decision(finding)].into_iter().flatten() {
        text.push_str(&format!(" {}", code(&bounded(&words))));
    }
    text
}

/// A text as it is shown, or the beginning of one that is longer than any that people choose.
fn bounded(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    match text.char_indices().nth(NAME) {
        Some((end, _)) => Cow::Owned(format!("{}\u{2026}", &text[..end])),
        None => text,
    }
}

/// What is not open, and what was not scanned.
fn end(report: &Report<'_>) -> String {
    let mut text = String::new();
    if !report.covered.is_empty() {
        text.push_str(&format!(
            "\nSuppressed by comments, exceptions or the baseline: {}.\n",
            count(report.covered.len() as u64, "more secret")
        ));
    }
    text + &problems(report) + &unread(report)
}

/// How much was not scanned, where there is no room to say what.
fn gaps(report: &Report<'_>) -> String {
    if report.problems.is_empty() && report.unread.is_empty() {
        return String::new();
    }
    format!(
        "\n**Incomplete:** {}, {} not looked into.\n",
        count(report.problems.len() as u64, "problem"),
        count(report.unread.len() as u64, "place")
    )
}

/// What was met and not looked into: a clean report must not be taken for more than it is.
fn unread(report: &Report<'_>) -> String {
    if report.unread.is_empty() {
        return String::new();
    }
    let all = count(report.unread.len() as u64, "place");
    let mut text = format!("\n### Not looked into: {all}\n\n");
    let kinds = unread::kinds(&report.unread);
    for kind in kinds.iter().take(PLACES) {
        // The name of a kind may come from a report that was read back.
        let counted = escaped(&bounded(&kind.counted()));
        text.push_str(&format!("- {counted}: {}\n", kind.first(|place| code(&bounded(place)))));
    }
    if kinds.len() > PLACES {
        text.push_str(&format!("- and {} more kinds\n", kinds.len() - PLACES));
    }
    text
}

fn problems(report: &Report<'_>) -> String {
    if report.problems.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n### Not scanned: {}\n\n", count(report.problems.len() as u64, "problem"));
    for problem in report.problems.iter().take(PLACES) {
        text.push_str(&format!(
            "- {}: {}\n",
            code(&bounded(&problem.place)),
            code(&bounded(&problem.what))
        ));
    }
    if report.problems.len() > PLACES {
        text.push_str(&format!("- and {} more\n", report.problems.len() - PLACES));
    }
    text
}
