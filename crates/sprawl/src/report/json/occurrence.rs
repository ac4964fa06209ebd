//! One occurrence as the JSON report has it: the line of JSON lines, and what it takes to make
//! groups and scores again when reports are merged. No secret is in it.

use serde::Serialize;

use crate::finding::{Finding, Origin};
use crate::group::SecretGroup;
use crate::report::Report;
use crate::report::jsonl::{Line, line};
use sprawl_detect::decoded::{Decoded, Fact};
use sprawl_detect::evidence::Evidence;
use sprawl_detect::score::{Authority, Environment, Exposure, Lifetime, Privilege, Usability};

#[derive(Debug, Serialize)]
pub(super) struct Occurrence<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    origin: &'static str,
    environment: Environment,
    exposure: Exposure,
    #[serde(skip_serializing_if = "Option::is_none")]
    privilege: Option<Privilege>,
    slot: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_hash: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    owners: &'a [String],
    #[serde(skip_serializing_if = "<[Usability]>::is_empty")]
    usability: &'a [Usability],
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<DecodedParts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_author: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
}

/// What was decoded.
#[derive(Debug, Serialize)]
pub(super) struct DecodedParts<'a> {
    #[serde(skip_serializing_if = "<[Fact]>::is_empty")]
    facts: &'a [Fact],
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<Authority>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Lifetime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

impl<'a> DecodedParts<'a> {
    pub(super) fn of(decoded: &'a Decoded) -> Option<Self> {
        let nothing = Decoded { usability: decoded.usability.clone(), ..Decoded::default() };
        (*decoded != nothing).then(|| Self {
            facts: &decoded.facts,
            authority: decoded.authority,
            lifetime: decoded.lifetime,
            issued: decoded.issued,
            expires: decoded.expires,
            public_key: decoded.public_key.map(|key| data_encoding::HEXLOWER.encode(&key)),
        })
    }
}

pub(super) fn occurrence<'a>(
    report: &'a Report<'a>,
    group: &'a SecretGroup,
    finding: &'a Finding,
) -> Occurrence<'a> {
    let git = finding.git();
    Occurrence {
        line: line(report, group, finding),
        origin: match &finding.location.origin {
            Origin::File => "file",
            Origin::Stdin => "stdin",
            Origin::Git(_) => "git",
        },
        environment: finding.environment,
        exposure: finding.exposure,
        privilege: finding.surroundings.privilege,
        slot: &finding.slot,
        line_hash: finding.line_hash.as_deref(),
        owners: &finding.owners,
        usability: &finding.usability,
        evidence: finding.evidence.iter().map(Evidence::describe).collect(),
        decoded: DecodedParts::of(&finding.decoded),
        seconds: git.and_then(|g| g.seconds),
        removed_at: git.and_then(|g| g.removed_at),
        removed_author: git.and_then(|g| g.removed_author.as_deref()),
        last_author: git.and_then(|g| g.last_author.as_deref()),
        returned: git.is_some_and(|g| g.returned),
    }
}
