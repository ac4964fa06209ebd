//! For people: how bad, what it opens, where, why, and the first step.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Report, place};
use crate::finding::Finding;
use crate::group::SecretGroup;
use crate::lifetime::RemarkKind;
use sprawl_detect::score::Severity;
use sprawl_detect::text::printable;

/// Places shown before the rest is only counted.
const PLACES: usize = 10;

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
    let title = paint.with(&printable(&rule.text.title), Style::new().bold());
    let shown = report.shown_secret(group);
    writeln!(
        out,
        "{}  {title}  {}",
        paint.with(&mark, severity_style(severity)),
        printable(&shown)
    )?;
    let dim = Style::new().dimmed();
    for finding in group.occurrences.iter().take(PLACES) {
        let place = position(finding);
        writeln!(
            out,
            "              {}",
            paint.with(&printable(&place), AnsiColor::Cyan.on_default())
        )?;
        for note in &finding.decision.notes {
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
    if let Some(facts) = place::facts(group) {
        label("says", &facts)?;
    }
    if let Some(text) = place::unlocked(group) {
        label("unlocks", &text)?;
    }
    if let Some(text) = group.record.past() {
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
    label("sure", &place::sure(group))?;
    label("rule", &format!("{}, secret {}", rule.id(), group.id))?;
    writeln!(out)
}

fn position(finding: &Finding) -> String {
    let mut text = place::position(finding);
    if let Some(history) = place::history(finding) {
        text.push_str(&format!(", {history}"));
    }
    let decision = &finding.decision;
    if let Some(suppression) = &decision.suppression {
        text.push_str(&format!(", covered by {}", suppression.by));
    } else if let Some(state) = decision.state {
        text.push_str(&format!(", {}", state.name()));
        if decision.overdue {
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
