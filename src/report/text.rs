//! For people: how bad, what it opens, where, why, and the first step.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::Report;
use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use crate::lifetime::RemarkKind;
use crate::locked::Opened;
use crate::record::{Record, day};
use crate::score::Severity;
use crate::text::printable;

/// Places shown before the rest is only counted.
const PLACES: usize = 10;
/// The same for what a key opens.
const OPENED: usize = 5;

/// Writes the report; `colour` puts escape sequences in.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { colour };
    for group in &report.groups {
        write_group(report, group, paint, out)?;
    }
    Ok(())
}

fn write_group(
    report: &Report<'_>,
    group: &SecretGroup,
    paint: Paint,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = report.rules.get(group.rule);
    let severity = group.score.severity();
    let mark = format!("{:>8} {:>3}", severity.name().to_uppercase(), group.score.value);
    let title = paint.with(&rule.text.title, Style::new().bold());
    let shown = report.shown_secret(group);
    writeln!(
        out,
        "{}  {title}  {}",
        paint.with(&mark, severity_style(severity)),
        printable(&shown)
    )?;
    let dim = Style::new().dimmed();
    for finding in group.occurrences.iter().take(PLACES) {
        let place = place(finding);
        writeln!(
            out,
            "              {}",
            paint.with(&printable(&place), AnsiColor::Cyan.on_default())
        )?;
        for note in &finding.standing.notes {
            writeln!(out, "                {}", printable(note))?;
        }
    }
    if group.occurrences.len() > PLACES {
        writeln!(out, "              and {} more places", group.occurrences.len() - PLACES)?;
    }
    let mut label = |name: &str, text: &str| {
        writeln!(out, "    {} {}", paint.with(&format!("{name:>9}"), dim), printable(text))
    };
    label("opens", &rule.text.why)?;
    let facts: Vec<String> =
        group.decoded_facts().iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    if !facts.is_empty() {
        label("says", &facts.join(", "))?;
    }
    if !group.opens.is_empty() {
        label("unlocks", &opened(&group.opens))?;
    }
    if let Some(text) = past(&group.record) {
        label("history", &text)?;
    }
    let ends = group.remarks.iter().filter(|remark| remark.kind != RemarkKind::NeverExpires);
    let ends: Vec<&str> = ends.map(|remark| remark.text.as_str()).collect();
    if !ends.is_empty() {
        label("lifetime", &ends.join("; "))?;
    }
    if !group.record.owners.is_empty() {
        label("ask", &group.record.owners.join(", "))?;
    }
    label("because", &group.score.because.join("; "))?;
    label("do first", &rule.text.fix)?;
    label("instead", &rule.text.instead)?;
    let evidence: Vec<String> = group.evidence().iter().map(|e| e.describe()).collect();
    let sure = format!("{} ({})", group.confidence.name(), evidence.join(", "));
    label("sure", &sure)?;
    label("rule", &format!("{}, secret {}", rule.id(), group.id))?;
    writeln!(out)
}

/// What history says of a secret, if anything.
fn past(record: &Record) -> Option<String> {
    let mut parts = Vec::new();
    let mut say = |what: &str, seconds: Option<i64>| {
        parts.extend(seconds.and_then(day).map(|day| format!("{what} {day}")));
    };
    say("first committed", record.first_seen);
    say("replaced another value", record.rotated_at);
    say("its place got another value", record.replaced_at);
    say("gone since", record.last_seen);
    if record.reintroduced {
        parts.push("taken out and brought back".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The first few things that a key opens, and how many more there are.
fn opened(all: &[Opened]) -> String {
    let mut named: Vec<String> =
        all.iter().take(OPENED).map(|one| format!("{} ({})", one.path, one.what)).collect();
    if all.len() > OPENED {
        named.push(format!("and {} more", all.len() - OPENED));
    }
    named.join(", ")
}

fn place(finding: &Finding) -> String {
    let location = &finding.location;
    let mut text = format!("{}:{}:{}", location.path, location.line, location.column);
    if let Origin::Git(git) = &location.origin {
        if let Some(commit) = &git.commit {
            text.push_str(&format!("  in {}", &commit[..commit.len().min(10)]));
        }
        if let Some(date) = &git.date {
            text.push_str(&format!(" of {}", &date[..date.len().min(10)]));
        }
        if let Some(author) = &git.author {
            text.push_str(&format!(" by {author}"));
        }
        text.push_str(&format!(" ({})", git.reach));
    }
    let standing = &finding.standing;
    if let Some(suppression) = &standing.suppression {
        text.push_str(&format!(", covered by {}", suppression.by));
    } else if let Some(state) = standing.state {
        text.push_str(&format!(", {}", state.name()));
        if standing.overdue {
            text.push_str(", open for too long");
        }
    }
    text
}

const fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => {
            Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)))
        }
        Severity::High => Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))),
        Severity::Medium => Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow))),
        Severity::Low | Severity::None => Style::new(),
    }
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, text: &str, style: Style) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
