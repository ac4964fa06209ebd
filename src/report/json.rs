//! One JSON document with everything the report knows.

mod occurrence;

use std::io::{self, Write};

use serde::Serialize;

use super::{Report, Summary};
use crate::detect::decoded::Fact;
use crate::finding::Confidence;
use crate::git::checkout::Checkout;
use crate::group::SecretGroup;
use crate::lifetime::Remark;
use crate::locked::{Locked, Opened};
use crate::policy::baseline::Entry;
use crate::policy::standing::State;
use crate::problem::Problem;
use crate::record::Record;
use crate::score::Severity;
use occurrence::{DecodedParts, Occurrence, occurrence};

/// Changes whenever a reader would have to.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    identity: IdentityNote,
    secrets: Vec<Secret<'a>>,
    /// Secrets that marks, exceptions or the baseline cover wherever they stand.
    covered: Vec<Secret<'a>>,
    /// Entries of the baseline that are not found any more.
    absent: Vec<Absent<'a>>,
    unreported: Vec<Unreported<'a>>,
    certificates: Vec<Certificate<'a>>,
    locked: &'a [Locked],
    repositories: &'a [Checkout],
    category: &'a str,
    problems: &'a [Problem],
    summary: &'a Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Which ids can be compared: those made under one key.
#[derive(Serialize)]
struct IdentityNote {
    keyed: bool,
    check: String,
}

/// A secret that is not reported, as far as a merge needs it.
#[derive(Serialize)]
struct Unreported<'a> {
    secret_id: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    id_by_place: bool,
    rule_id: &'a str,
    companions: &'a [String],
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(Serialize)]
struct Certificate<'a> {
    rule: &'a str,
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<DecodedParts<'a>>,
}

#[derive(Serialize)]
struct Secret<'a> {
    secret_id: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    id_by_place: bool,
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
    record: &'a Record,
    remarks: &'a [Remark],
    why: &'a str,
    fix: &'a str,
    instead: &'a str,
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(Serialize)]
struct Absent<'a> {
    state: State,
    secret_id: &'a str,
    rule_id: &'a str,
    path: &'a str,
    since: String,
}

impl<'a> Absent<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            state: State::Absent,
            secret_id: &entry.id,
            rule_id: &entry.rule,
            path: &entry.path,
            since: entry.since.to_string(),
        }
    }
}

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let material = &report.material;
    let unreported = material.unreported.iter().map(|group| Unreported {
        secret_id: &group.id,
        id_by_place: group.id_by_place,
        rule_id: report.rules.get(group.rule).id(),
        companions: &group.companions,
        occurrences: occurrences(report, group),
    });
    let certificates = material.certificates.iter().map(|certificate| Certificate {
        rule: certificate.rule,
        identity: data_encoding::HEXLOWER.encode(&certificate.identity),
        decoded: DecodedParts::of(&certificate.decoded),
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "sprawl", version: env!("CARGO_PKG_VERSION") },
        identity: IdentityNote {
            keyed: report.identity.has_project_key(),
            check: report.identity.check_value(),
        },
        secrets: report.groups.iter().map(|group| secret(report, group)).collect(),
        covered: report.covered.iter().map(|group| secret(report, group)).collect(),
        absent: report.summary.standings.gone.iter().map(Absent::of).collect(),
        unreported: unreported.collect(),
        certificates: certificates.collect(),
        locked: &material.locked,
        repositories: &material.checkouts,
        category: &material.category,
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
        id_by_place: group.id_by_place,
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
        record: &group.record,
        remarks: &group.remarks,
        why: &rule.text.why,
        fix: &rule.text.fix,
        instead: &rule.text.instead,
        occurrences: occurrences(report, group),
    }
}

fn occurrences<'a>(report: &Report<'a>, group: &'a SecretGroup) -> Vec<Occurrence<'a>> {
    group.occurrences.iter().map(|finding| occurrence(report, group, finding)).collect()
}
