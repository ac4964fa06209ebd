//! Comma-separated values (RFC 4180), one occurrence a line, for spreadsheets; those of secrets that
//! are covered wherever they stand come last.
//!
//! Every cell is one line. A cell that a spreadsheet would take for a formula begins with an apostrophe instead: paths and
//! names come from whoever wrote the repository (OWASP, "CSV Injection").

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Report, place};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::text::printable;

/// The columns; with secrets in clear, `secret` is one more.
const COLUMNS: &[&str] = &[
    "severity",
    "score",
    "confidence",
    "rule_id",
    "title",
    "provider",
    "kind",
    "secret_id",
    "redacted",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "commit",
    "author",
    "date",
    "at_head",
    "reach",
    "removed_by",
    "places",
    "open",
    "state",
    "covered_by",
    "owner",
    "until",
    "justification",
    "notes",
    "because",
    "why",
    "fix",
    "instead",
];

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let secret = report.show_secrets.then_some("secret");
    let header: Vec<&str> = COLUMNS.iter().copied().chain(secret).collect();
    row(header.into_iter().map(Cow::Borrowed), out)?;
    for group in report.groups.iter().chain(&report.covered).chain(&report.parts) {
        for finding in &group.occurrences {
            row(values(report, group, finding).into_iter(), out)?;
        }
    }
    Ok(())
}

/// One value for each column.
fn values<'a>(
    report: &'a Report<'_>,
    group: &'a SecretGroup,
    finding: &'a Finding,
) -> Vec<Cow<'a, str>> {
    let rule = report.rules.get(group.rule);
    let location = &finding.location;
    let git = finding.git();
    let decision = &finding.decision;
    let suppression = decision.suppression.as_ref();
    let text = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    let number = |number: usize| Cow::Owned(number.to_string());
    let at_head = git.map(|git| if git.at_head { "true" } else { "false" });
    let mut values = vec![
        Cow::Borrowed(group.score.severity().name()),
        number(group.score.value.into()),
        Cow::Borrowed(finding.confidence.name()),
        Cow::Borrowed(rule.id()),
        Cow::Borrowed(&*rule.text.title),
        Cow::Borrowed(&*rule.provider),
        Cow::Borrowed(rule.kind.name()),
        Cow::Borrowed(&*group.id),
        Cow::Borrowed(&*group.redacted),
        place::path(finding),
        number(location.line),
        number(location.column),
        number(location.end_line),
        number(location.end_column),
        text(git.and_then(|git| git.commit.as_deref())),
        text(git.and_then(|git| git.author.as_deref())),
        text(git.and_then(|git| git.date.as_deref())),
        text(at_head),
        text(git.map(|git| git.reach)),
        text(git.and_then(|git| git.removed_by.as_deref())),
        number(group.occurrences.len()),
        Cow::Borrowed(if decision.is_open() { "true" } else { "false" }),
        text(decision.state.map(|state| state.name())),
        text(suppression.map(|s| s.by.as_str())),
        text(suppression.and_then(|s| s.owner.as_deref())),
        Cow::Owned(suppression.and_then(|s| s.until).map(|d| d.to_string()).unwrap_or_default()),
        text(suppression.map(|s| s.justification.as_str())),
        Cow::Owned(decision.notes.join("; ")),
        Cow::Owned(group.score.because.join("; ")),
        Cow::Borrowed(&*rule.text.why),
        Cow::Borrowed(&*rule.text.fix),
        Cow::Borrowed(&*rule.text.instead),
    ];
    if report.show_secrets {
        values.push(Cow::Owned(report.shown_secret(group)));
    }
    values
}

/// Writes one line.
///
/// # Errors
/// Those of the writer.
pub(crate) fn row<'a>(
    values: impl Iterator<Item = Cow<'a, str>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, value) in values.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}{}", quoted(&defused(&printable(&value))))?;
    }
    out.write_all(b"\r\n")
}

/// A value that no spreadsheet evaluates. Some look past blanks, and at the wide forms of the signs.
fn defused(value: &str) -> Cow<'_, str> {
    let begins = value.trim_start().chars().next();
    let is_sign = |c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%');
    if begins.is_some_and(is_sign) || value.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

fn quoted(value: &str) -> Cow<'_, str> {
    if value.contains([',', '"', '\r', '\n', ';', '\t']) || value.starts_with(' ') {
        Cow::Owned(format!("\"{}\"", value.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1"] {
            assert!(defused(formula).starts_with('\''), "{formula:?}");
        }
        for text in ["a=1", "src/main.rs", "", "****"] {
            assert_eq!(defused(text), text);
        }
    }

    #[test]
    fn separators_and_quotes_are_quoted() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
