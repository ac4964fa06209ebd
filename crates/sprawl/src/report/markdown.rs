//! Markdown for comments on pull requests, step summaries and wikis: a table, the worst first, and
//! what to do about each.

use std::io::{self, Write};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::score::Severity;
use sprawl_detect::text::count;
use sprawl_detect::text::markdown::{cell_code, code, escaped};

/// Places listed for a secret before the rest is only counted.
const PLACES: usize = 10;

/// Writes the report. Secrets stay redacted: it is made to be posted.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(head(report).as_bytes())?;
    for group in &report.groups {
        out.write_all(row(report, group).as_bytes())?;
    }
    for group in &report.groups {
        out.write_all(section(report, group).as_bytes())?;
    }
    out.write_all(end(report).as_bytes())
}

/// The report in at most so many bytes: the worst secrets, and how many more there are.
pub fn within(report: &Report<'_>, limit: usize) -> String {
    let mut text = head(report);
    let end = end(report);
    // What the last line may need.
    let room = limit.saturating_sub(end.len() + 100);
    let mut shown = 0;
    let mut sections = String::new();
    for group in &report.groups {
        let (row, section) = (row(report, group), section(report, group));
        if text.len() + row.len() + sections.len() + section.len() > room {
            break;
        }
        text.push_str(&row);
        sections.push_str(&section);
        shown += 1;
    }
    text.push_str(&sections);
    if shown < report.groups.len() {
        text.push_str(&format!("\nand {} more secrets\n", report.groups.len() - shown));
    }
    text.push_str(&end);
    text
}

fn head(report: &Report<'_>) -> String {
    if report.groups.is_empty() {
        return "## sprawl: no secrets found\n".to_owned();
    }
    let bands = report.bands().into_iter().filter(|(band, _)| *band != Severity::None);
    let bands: Vec<String> =
        bands.map(|(band, count)| format!("{count} {}", band.name())).collect();
    format!(
        "## sprawl: {} in {}\n\n{}\n\n\
         | Severity | Score | What | Where | Since | Secret |\n|---|---:|---|---|---|---|\n",
        count(report.summary.secrets, "secret"),
        count(report.summary.occurrences, "place"),
        bands.join(", ")
    )
}

fn row(report: &Report<'_>, group: &SecretGroup) -> String {
    let rule = report.rules.get(group.rule);
    let first = place::open(group).next().map(place::position).unwrap_or_default();
    let more = match group.occurrences.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "| **{}** | {} | {} | {}{more} | {} | {} |\n",
        group.score.severity().name(),
        group.score.value,
        escaped(&rule.text.title),
        cell_code(&first),
        place::first_day(group).unwrap_or("-"),
        cell_code(&group.redacted),
    )
}

fn section(report: &Report<'_>, group: &SecretGroup) -> String {
    let rule = report.rules.get(group.rule);
    let mut text = format!(
        "\n### {} {}: {} {}\n\n",
        group.score.severity().name(),
        group.score.value,
        escaped(&rule.text.title),
        code(&group.redacted),
    );
    for finding in group.occurrences.iter().take(PLACES) {
        text.push_str(&format!("- {}\n", listed(finding)));
    }
    if group.occurrences.len() > PLACES {
        text.push_str(&format!("- and {} more places\n", group.occurrences.len() - PLACES));
    }
    text.push_str(&format!("\n**Impact:** {}\n", escaped(&rule.text.why)));
    for (name, value) in [
        ("Unlocks", place::unlocked(group)),
        ("History", group.record.past()),
        ("Owners", Some(group.record.owners.join(", ")).filter(|owners| !owners.is_empty())),
    ] {
        // In code spans, because names of people and teams would become mentions.
        if let Some(value) = value {
            text.push_str(&format!("\n**{name}:** {}\n", code(&value)));
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
    let mut text = code(&place::position(finding));
    // In code spans, for the same reason.
    for words in [place::history(finding), place::decision(finding)].into_iter().flatten() {
        text.push_str(&format!(" {}", code(&words)));
    }
    text
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

/// What was met and not looked into: a clean report must not be taken for more than it is.
fn unread(report: &Report<'_>) -> String {
    if report.unread.is_empty() {
        return String::new();
    }
    let all = count(report.unread.len() as u64, "place");
    let mut text = format!("\n### Not looked into: {all}\n\n");
    let kinds = unread::kinds(&report.unread);
    for kind in kinds.iter().take(PLACES) {
        text.push_str(&format!("- {}\n", kind.described(code)));
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
        text.push_str(&format!("- {}: {}\n", code(&problem.place), code(&problem.what)));
    }
    if report.problems.len() > PLACES {
        text.push_str(&format!("- and {} more\n", report.problems.len() - PLACES));
    }
    text
}
