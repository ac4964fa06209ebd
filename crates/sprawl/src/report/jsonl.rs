//! One occurrence a line, the worst secret first; those that are covered wherever they stand come last.

use std::io::{self, Write};

use jiff::civil::Date;
use serde::Serialize;

use super::Report;
use crate::finding::decision::{self, State, Suppression};
use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::score::Severity;
use sprawl_detect::text::json;

/// One line; also an element of `occurrences` in the JSON report.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Line<'a> {
    rule_id: &'a str,
    secret_id: &'a str,
    repository: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    score: u8,
    severity: Severity,
    confidence: Confidence,
    kind: &'static str,
    redacted: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_head: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branches: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<usize>,
    #[serde(flatten)]
    decision: Decision<'a>,
}

/// What was decided earlier about it.
#[derive(Debug, Serialize)]
pub(super) struct Decision<'a> {
    /// Nobody has to act.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    covered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decision::as_text")]
    since: Option<Date>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    lapsed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<&'a Suppression>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

impl<'a> Decision<'a> {
    fn of(decision: &'a decision::Decision) -> Self {
        Self {
            covered: !decision.is_open(),
            state: decision.state,
            since: decision.since,
            overdue: decision.overdue,
            lapsed: decision.lapsed,
            suppression: decision.suppression.as_ref(),
            notes: &decision.notes,
        }
    }
}

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    for group in report.groups.iter().chain(&report.covered) {
        for finding in &group.occurrences {
            text.clear();
            json::compact(&line(report, group, finding), &mut text)?;
            text.push(b'\n');
            out.write_all(&text)?;
        }
    }
    Ok(())
}

pub(in crate::report) fn line<'a>(
    report: &'a Report<'a>,
    group: &'a SecretGroup,
    finding: &'a Finding,
) -> Line<'a> {
    let rule = report.rules.get(finding.rule);
    let git = match &finding.location.origin {
        Origin::Git(place) => Some(place.as_ref()),
        Origin::File | Origin::Stdin => None,
    };
    Line {
        rule_id: rule.id(),
        secret_id: &group.id,
        repository: &finding.repository,
        path: &finding.location.path,
        line: finding.location.line,
        column: finding.location.column,
        end_line: finding.location.end_line,
        end_column: finding.location.end_column,
        score: group.score.value,
        severity: group.score.severity(),
        confidence: finding.confidence,
        kind: rule.kind.name(),
        redacted: &group.redacted,
        secret: report.show_secrets.then(|| report.shown_secret(group)),
        commit: git.and_then(|g| g.commit.as_deref()),
        author: git.and_then(|g| g.author.as_deref()),
        date: git.and_then(|g| g.date.as_deref()),
        at_head: git.map(|g| g.at_head),
        blob: git.map(|g| g.object.as_str()),
        reach: git.map(|g| g.reach),
        paths: git.map(|g| g.paths.as_slice()),
        removed_by: git.and_then(|g| g.removed_by.as_deref()),
        branches: git.map(|g| g.branches),
        tags: git.map(|g| g.tags),
        decision: Decision::of(&finding.decision),
    }
}
