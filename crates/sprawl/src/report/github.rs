//! Annotations of GitHub Actions: one workflow command for each open place, the worst first.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions". GitHub shows the first ten of each
//! level in a step; the step summary ([`super::markdown`]) and the log have all.

use std::io::{self, Write};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::score::Severity;
use sprawl_detect::text::printable;

/// Writes the report. Secrets stay redacted: logs of a job are read by many.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for group in &report.groups {
        for finding in place::open(group) {
            annotation(report, group, finding, out)?;
        }
    }
    for problem in &report.problems {
        let message = format!("{}: {}", problem.place, problem.what);
        writeln!(out, "::error title=sprawl%3A not scanned::{}", data(&printable(&message)))?;
    }
    for kind in unread::kinds(&report.unread) {
        let message = kind.described(str::to_owned);
        writeln!(out, "::warning title=sprawl%3A not looked into::{}", data(&printable(&message)))?;
    }
    Ok(())
}

fn annotation(
    report: &Report<'_>,
    group: &SecretGroup,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = report.rules.get(group.rule);
    let level = match group.score.severity() {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None => "notice",
    };
    write!(out, "::{level} ")?;
    let location = place::opened(finding);
    // An annotation sits on a file of the commit that is built; what is gone from there has none.
    if place::is_present(finding) && !finding.location.path.is_empty() {
        write!(out, "file={},line={},", property(&printable(&location.path)), location.line)?;
        write!(out, "endLine={},", location.end_line)?;
        // Columns mean something within one line only.
        if location.end_line == location.line {
            write!(out, "col={},endColumn={},", location.column, location.end_column)?;
        }
    }
    let mut message = format!(
        "{} {}: {} in {}",
        group.score.severity().name(),
        group.score.value,
        printable(&group.redacted),
        printable(&place::position(finding)),
    );
    if let Some(history) = place::history(finding) {
        message.push_str(&format!(", {}", printable(&history)));
    }
    if let Some(decision) = place::decision(finding) {
        message.push_str(&format!("; {}", printable(&decision)));
    }
    let others = group.occurrences.len() - 1;
    if others > 0 {
        message.push_str(&format!("; {others} more of the same secret"));
    }
    message.push_str(&format!(
        "\nImpact: {}\nFix: {}\nSecret {}, rule {}",
        rule.text.why,
        rule.text.fix,
        group.id,
        rule.id()
    ));
    writeln!(out, "title={}::{}", property(&rule.text.title), data(&message))
}

/// A message as a command carries it, of lines of ours: none of them begins another command.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A property's value; `:` and `,` would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out_of_its_command() {
        assert_eq!(data("50%\n\r::stop-commands::x"), "50%25%0A\\u{d}\\u{3a}:stop-commands::x");
        assert_eq!(property("a,b:c%\u{1b}"), "a%2Cb%3Ac%25\\u{1b}");
    }
}
