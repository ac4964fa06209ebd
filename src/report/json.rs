//! One JSON document with everything the report knows.

use std::io::{self, Write};

use serde::Serialize;

use super::jsonl::{Line, line};
use super::{Report, Summary};
use crate::detect::decoded::Fact;
use crate::finding::Confidence;
use crate::group::SecretGroup;
use crate::locked::Opened;
use crate::problem::Problem;
use crate::score::Severity;

/// Changes whenever a reader would have to.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    secrets: Vec<Secret<'a>>,
    /// Secrets that marks, exceptions or the baseline cover wherever they stand.
    covered: Vec<Secret<'a>>,
    problems: &'a [Problem],
    summary: &'a Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Secret<'a> {
    secret_id: &'a str,
    rule_id: &'a str,
    title: &'a str,
    provider: &'a str,
    kind: &'static str,
    score: u8,
    severity: Severity,
    confidence: Confidence,
    redacted: String,
    because: &'a [String],
    evidence: Vec<String>,
    decoded: Vec<&'a Fact>,
    authority: &'static str,
    reach: &'static str,
    lifetime: &'static str,
    companions: &'a [String],
    #[serde(skip_serializing_if = "<[Opened]>::is_empty")]
    opens: &'a [Opened],
    why: &'a str,
    fix: &'a str,
    instead: &'a str,
    occurrences: Vec<Line<'a>>,
}

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "sprawl", version: env!("CARGO_PKG_VERSION") },
        secrets: report.groups.iter().map(|group| secret(report, group)).collect(),
        covered: report.covered.iter().map(|group| secret(report, group)).collect(),
        problems: &report.problems,
        summary: &report.summary,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn secret<'a>(report: &Report<'a>, group: &'a SecretGroup) -> Secret<'a> {
    let rule = report.rules.get(group.rule);
    Secret {
        secret_id: &group.id,
        rule_id: rule.id(),
        title: &rule.text.title,
        provider: &rule.provider,
        kind: rule.kind.name(),
        score: group.score.value,
        severity: group.score.severity(),
        confidence: group.confidence,
        redacted: report.shown_secret(group),
        because: &group.score.because,
        evidence: group.evidence().iter().map(|e| e.describe()).collect(),
        decoded: group.decoded_facts(),
        authority: group.facts.authority.name(),
        reach: group.facts.reach.name(),
        lifetime: group.facts.lifetime.name(),
        companions: &group.companions,
        opens: &group.opens,
        why: &rule.text.why,
        fix: &rule.text.fix,
        instead: &rule.text.instead,
        occurrences: group.occurrences.iter().map(|f| line(report, group, f)).collect(),
    }
}
