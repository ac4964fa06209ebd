//! One secret with its occurrences, and the lists of secrets, which are written one by one: there may be
//! very many.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};

use super::Occurrence;
use crate::group::SecretGroup;
use crate::lifetime::Remark;
use crate::locked::Opened;
use crate::report::Report;
use crate::timeline::SecretTimeline;
use sprawl_detect::decoded::Fact;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::score::Severity;

/// One secret. `O` is the list of its occurrences: one that makes each of them when it is written, or
/// those that were read.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::report) struct Secret<'a, O = Vec<Occurrence<'a>>> {
    #[serde(borrow)]
    pub(in crate::report) secret_id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::report) id_by_place: bool,
    #[serde(borrow)]
    pub(in crate::report) rule_id: Cow<'a, str>,
    /// Left out of a secret that is not reported.
    #[serde(flatten, skip_deserializing)]
    verdict: Option<Verdict<'a>>,
    #[serde(default)]
    pub(in crate::report) companions: Cow<'a, [String]>,
    /// Left out of a secret that is not reported.
    #[serde(flatten, skip_deserializing)]
    advice: Option<Advice<'a>>,
    pub(in crate::report) occurrences: O,
}

/// What it is and how bad; follows from rule and occurrences.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
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
}

/// What is known of it besides, and what to do about it; follows from rule and occurrences.
#[derive(Debug, Serialize)]
struct Advice<'a> {
    #[serde(skip_serializing_if = "<[Opened]>::is_empty")]
    opens: &'a [Opened],
    record: &'a SecretTimeline,
    remarks: &'a [Remark],
    why: &'a str,
    fix: &'a str,
    instead: &'a str,
}

impl<'a> Verdict<'a> {
    fn of(report: &'a Report<'_>, group: &'a SecretGroup) -> Self {
        let rule = report.rules.get(group.rule);
        Self {
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
        }
    }
}

impl<'a> Advice<'a> {
    fn of(report: &'a Report<'_>, group: &'a SecretGroup) -> Self {
        let rule = report.rules.get(group.rule);
        Self {
            opens: &group.opens,
            record: &group.record,
            remarks: &group.remarks,
            why: &rule.text.why,
            fix: &rule.text.fix,
            instead: &rule.text.instead,
        }
    }
}

/// List of secrets, each of which is made when it is written.
pub(in crate::report) struct Secrets<'a> {
    pub(in crate::report) report: &'a Report<'a>,
    pub(in crate::report) groups: &'a [SecretGroup],
    /// Whether they are reported; of others only what a merge needs is written.
    pub(in crate::report) reported: bool,
}

impl Serialize for Secrets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { report, groups, reported } = *self;
        serializer.collect_seq(groups.iter().map(|group| Secret {
            secret_id: Cow::Borrowed(&group.id),
            id_by_place: group.id_by_place,
            rule_id: Cow::Borrowed(report.rules.get(group.rule).id()),
            verdict: reported.then(|| Verdict::of(report, group)),
            companions: Cow::Borrowed(&group.companions),
            advice: reported.then(|| Advice::of(report, group)),
            occurrences: Occurrences(report, group),
        }))
    }
}

/// Occurrences of a secret, each of which is made when it is written.
struct Occurrences<'a>(&'a Report<'a>, &'a SecretGroup);

impl Serialize for Occurrences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(report, group) = *self;
        let whole = |finding| Occurrence::whole(report, group, finding);
        serializer.collect_seq(group.occurrences.iter().map(whole))
    }
}
