//! One secret with its occurrences, and the lists of secrets, which are written one by one: there may be
//! very many.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::Occurrence;
use crate::finding::reader::{CommonName, Reader};
use crate::group::SecretGroup;
use crate::group::parts::{self, Role};
use crate::lifetime::Remark;
use crate::locked::Opened;
use crate::report::Report;
use crate::timeline::SecretTimeline;
use sprawl_detect::decoded::Fact;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::Kind;
use sprawl_detect::score::{Authority, Lifetime, Reach, Severity};

/// One secret with its occurrences. Secrets that are not reported (`unreported`) lack what follows from rule
/// and occurrences.
// `O` is the list of occurrences: one that makes each of them when it is written, or those that were read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Secret")]
pub(in crate::report) struct Secret<'a, O = Vec<Occurrence<'a>>> {
    /// Id of the secret: the same wherever the value is found under one project key.
    #[serde(borrow)]
    pub(in crate::report) secret_id: Cow<'a, str>,
    /// Whether the id follows from the place, because the value could be guessed and there is no key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::report) id_by_place: bool,
    /// Id of the rule that found it.
    #[serde(borrow)]
    pub(in crate::report) rule_id: Cow<'a, str>,
    /// Left out of a secret that is not reported.
    #[serde(flatten, skip_deserializing)]
    verdict: Option<Verdict<'a>>,
    /// Ids of secrets that belong to it, such as the other half of a pair.
    #[serde(default)]
    pub(in crate::report) companions: Cow<'a, [String]>,
    /// Id of the secret whose entry this is a part of; of those that are listed in `parts` of the report.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    part_of: Option<&'a str>,
    /// Places that use it by a name that it is assigned to.
    #[serde(default)]
    pub(in crate::report) readers: Cow<'a, [Reader]>,
    /// Names that it is assigned to and that are too common to follow.
    #[serde(default, skip_serializing_if = "<[CommonName]>::is_empty")]
    pub(in crate::report) common_names: Cow<'a, [CommonName]>,
    /// Left out of a secret that is not reported.
    #[serde(flatten, skip_deserializing)]
    advice: Option<Advice<'a>>,
    /// Places where it was found.
    pub(in crate::report) occurrences: O,
}

/// What it is and how bad; follows from rule and occurrences.
#[derive(Debug, Serialize, JsonSchema)]
struct Verdict<'a> {
    /// What the credential is.
    title: &'a str,
    /// Who issues it.
    provider: &'a str,
    /// What sort of credential it is.
    #[schemars(with = "Kind")]
    kind: &'static str,
    /// Score from 0 to 100.
    #[schemars(range(max = 100))]
    score: u8,
    /// Severity: the band of the score.
    severity: Severity,
    /// Confidence that it is a secret of this type.
    confidence: Confidence,
    /// The secret, redacted; in plain text with `--show-secrets`.
    redacted: String,
    /// Every step of the score.
    because: &'a [String],
    /// What the confidence rests on.
    evidence: Vec<String>,
    /// What the credential says of itself.
    decoded: Vec<&'a Fact>,
    /// Privilege: what its holder may do.
    #[schemars(with = "Authority")]
    authority: &'static str,
    /// Blast radius: which kind of system it reaches.
    #[schemars(with = "Reach")]
    reach: &'static str,
    /// How long it remains valid.
    #[schemars(with = "Lifetime")]
    lifetime: &'static str,
}

/// A part of a credential besides the secret that its entry is about.
#[derive(Debug, Serialize, JsonSchema)]
struct Part<'a> {
    /// What it is in the credential: an id opens nothing by itself.
    role: Role,
    /// Id of the secret, whose occurrences are in `parts` of the report; none for a certificate.
    #[serde(skip_serializing_if = "str::is_empty")]
    secret_id: &'a str,
    /// Id of the rule that found it; none for a certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<&'a str>,
    /// What it is.
    title: &'a str,
    /// The value, redacted; the subject of a certificate.
    redacted: &'a str,
    /// Where it stands first, `path:line`; none for a certificate.
    #[serde(skip_serializing_if = "str::is_empty")]
    place: &'a str,
}

/// What is known of it besides, and what to do about it; follows from rule and occurrences.
#[derive(Debug, Serialize, JsonSchema)]
struct Advice<'a> {
    /// The other parts of the credential.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
    /// The other half of the pair, which was not found: what is there may be of no use without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a str>,
    /// What it unlocks.
    #[serde(skip_serializing_if = "<[Opened]>::is_empty")]
    opens: &'a [Opened],
    /// Its history.
    record: &'a SecretTimeline,
    /// Remarks on its lifetime.
    remarks: &'a [Remark],
    /// Impact if leaked.
    why: &'a str,
    /// How to revoke and rotate it.
    fix: &'a str,
    /// The short-lived alternative.
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
        let part = |part: &'a parts::Part| Part {
            role: part.role,
            secret_id: &part.id,
            rule_id: part.rule.map(|rule| report.rules.get(rule).id()),
            title: &part.title,
            redacted: &part.redacted,
            place: &part.place,
        };
        Self {
            parts: group.parts.iter().map(part).collect(),
            missing: parts::missing(&report.rules, group),
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
            part_of: group.part_of.first().map(String::as_str),
            readers: Cow::Borrowed(&group.readers.places),
            common_names: Cow::Borrowed(&group.readers.common),
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
