//! One JSON document with everything the report knows.

mod occurrence;

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::{Report, Summary};
use crate::finding::decision::State;
use crate::git::checkout::Checkout;
use crate::group::SecretGroup;
use crate::lifetime::Remark;
use crate::locked::{Locked, Opened};
use crate::policy::baseline::Entry;
use crate::problem::Problem;
use crate::scan_output::Scanned;
use crate::timeline::SecretTimeline;
use occurrence::{DecodedParts, Occurrence, occurrence};
use sprawl_detect::decoded::Fact;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::score::Severity;
use sprawl_unpack::unread::Unread;

/// Changes whenever a reader would have to.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(serde::Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    identity: IdentityNote,
    secrets: Secrets<'a>,
    /// Secrets that marks, exceptions or the baseline cover wherever they stand.
    covered: Secrets<'a>,
    /// Entries of the baseline that are not found any more.
    absent: Vec<Absent<'a>>,
    unreported: UnreportedSecrets<'a>,
    certificates: Vec<Certificate<'a>>,
    locked: &'a [Locked],
    repositories: &'a [Checkout],
    category: &'a str,
    scanned: &'a [Scanned],
    problems: &'a [Problem],
    /// What was not looked into.
    unread: &'a [Unread],
    summary: &'a Summary,
}

#[derive(serde::Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Which ids can be compared: those made under one key.
#[derive(serde::Serialize)]
struct IdentityNote {
    keyed: bool,
    check: String,
}

/// A secret that is not reported, as far as a merge needs it.
#[derive(serde::Serialize)]
struct Unreported<'a> {
    secret_id: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    id_by_place: bool,
    rule_id: &'a str,
    companions: &'a [String],
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(serde::Serialize)]
struct Certificate<'a> {
    rule: &'a str,
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<DecodedParts<'a>>,
}

#[derive(serde::Serialize)]
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
    record: &'a SecretTimeline,
    remarks: &'a [Remark],
    why: &'a str,
    fix: &'a str,
    instead: &'a str,
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(serde::Serialize)]
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
    let certificates = material.certificates.iter().map(|certificate| Certificate {
        rule: certificate.rule.as_str(),
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
        secrets: Secrets { report, groups: &report.groups },
        covered: Secrets { report, groups: &report.covered },
        absent: report.summary.decisions.gone.iter().map(Absent::of).collect(),
        unreported: UnreportedSecrets(report),
        certificates: certificates.collect(),
        locked: &material.locked,
        repositories: &material.checkouts,
        category: &material.category,
        scanned: &material.scanned,
        problems: &report.problems,
        unread: &report.unread,
        summary: &report.summary,
    };
    super::write_pretty_json(&document, out)
}

/// Secrets, each of which is made when it is written.
struct Secrets<'a> {
    report: &'a Report<'a>,
    groups: &'a [SecretGroup],
}

impl Serialize for Secrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.groups.iter().map(|group| SecretOf(self.report, group)))
    }
}

struct SecretOf<'a>(&'a Report<'a>, &'a SecretGroup);

impl Serialize for SecretOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        secret(self.0, self.1).serialize(serializer)
    }
}

struct UnreportedSecrets<'a>(&'a Report<'a>);

impl Serialize for UnreportedSecrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut all = serializer.serialize_seq(Some(report.material.unreported.len()))?;
        for group in &report.material.unreported {
            all.serialize_element(&Unreported {
                secret_id: &group.id,
                id_by_place: group.id_by_place,
                rule_id: report.rules.get(group.rule).id(),
                companions: &group.companions,
                occurrences: occurrences(report, group),
            })?;
        }
        all.end()
    }
}

fn secret<'a>(report: &'a Report<'a>, group: &'a SecretGroup) -> Secret<'a> {
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

fn occurrences<'a>(report: &'a Report<'a>, group: &'a SecretGroup) -> Vec<Occurrence<'a>> {
    group.occurrences.iter().map(|finding| occurrence(report, group, finding)).collect()
}
