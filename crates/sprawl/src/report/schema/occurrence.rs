//! One occurrence: the line of JSON Lines, and in the JSON report also what it takes to make groups and
//! scores again when reports are merged.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::decoded::Decoded;
use crate::finding::decision::{self, Decision, State, Suppression};
use crate::finding::excerpt::Excerpt;
use crate::finding::layers::Layers;
use crate::finding::nearby::Nearby;
use crate::finding::surroundings::Surroundings;
use crate::finding::{Finding, GitPlace, Location, Origin, Secret};
use crate::group::SecretGroup;
use crate::report::Report;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::{Kind, RuleId};
use sprawl_detect::score::{Environment, Exposure, Privilege, Severity, Usability};

/// One secret at one place. The secret is not in it, unless the user asked for that.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report) struct Occurrence<'a> {
    /// Id of the rule that found it here.
    #[serde(borrow)]
    pub(in crate::report) rule_id: Cow<'a, str>,
    /// Id of the secret.
    #[serde(skip_deserializing)]
    secret_id: &'a str,
    /// Name of the repository or root.
    #[serde(borrow)]
    repository: Cow<'a, str>,
    /// Path; a member of a container follows `!`.
    #[serde(borrow)]
    path: Cow<'a, str>,
    /// Line of its first character, 1-based.
    line: usize,
    /// Column of its first character, 1-based, in UTF-16 code units.
    column: usize,
    /// Line of its end, 1-based.
    end_line: usize,
    /// Column behind its last character.
    end_column: usize,
    /// Path of the member below the outermost container: what the path ends with.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<Cow<'a, str>>,
    /// Encodings that were decoded, the outermost first.
    #[serde(default, skip_serializing_if = "<[Box<str>]>::is_empty")]
    layers: Cow<'a, [Box<str>]>,
    /// `meta` of the document that it was found in (`--documents`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
    /// Whether no rule speaks here: the value of a secret that was found elsewhere stands in this place too.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    by_value: bool,
    /// Score of the secret, from 0 to 100.
    #[serde(skip_deserializing)]
    #[schemars(range(max = 100))]
    score: u8,
    /// Severity of the secret.
    #[serde(skip_deserializing)]
    #[schemars(with = "Severity")]
    severity: Option<Severity>,
    /// Confidence that it is a secret of this type.
    confidence: Confidence,
    /// What sort of credential it is.
    #[serde(skip_deserializing)]
    #[schemars(with = "Kind")]
    kind: &'static str,
    /// The secret, redacted.
    #[serde(borrow)]
    pub(in crate::report) redacted: Cow<'a, str>,
    /// The secret in plain text (`--show-secrets`).
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,

    // Where in a repository's history it stands; nothing of a file.
    /// Commit that added it.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Cow<'a, str>>,
    /// Author of that commit, `Name <email>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Cow<'a, str>>,
    /// Author date of that commit, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<Cow<'a, str>>,
    /// Whether it is present at HEAD.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_head: Option<bool>,
    /// Id of the git object.
    #[serde(skip_serializing_if = "Option::is_none")]
    blob: Option<Cow<'a, str>>,
    /// How the object can be reached: `index`, `reachable`, `history-only`, `unreachable`, `stash`,
    /// `note`, `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reach: Option<Cow<'a, str>>,
    /// Paths that the object has or had.
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<Cow<'a, [String]>>,
    /// Commit that removed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_by: Option<Cow<'a, str>>,
    /// Number of branches whose tips have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    branches: Option<usize>,
    /// Number of tags that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<usize>,

    // What was decided earlier about it.
    /// Whether it is suppressed: nobody has to act.
    #[serde(skip_deserializing, skip_serializing_if = "std::ops::Not::not")]
    covered: bool,
    /// Compared with the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    /// Day on which the baseline recorded it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "decision::as_text",
        deserialize_with = "decision::from_text"
    )]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    since: Option<Date>,
    /// Whether it has been open for longer than the policy allows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
    /// Whether a suppression of it has expired or does not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lapsed: bool,
    /// What suppresses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Cow<'a, Suppression>>,
    /// Remarks: an exception that expired, an inline suppression that does not count.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    notes: Cow<'a, [String]>,

    // Fields from here on are those of the JSON report; JSON Lines leaves them out.
    /// Kind of place.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "required")]
    origin: Option<OriginName>,
    /// Name of a source that is not one of sprawl's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Cow<'a, str>>,
    /// The identifier that the secret is assigned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    /// Environment that the place belongs to.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "required")]
    environment: Option<Environment>,
    /// Who can see the place.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "required")]
    exposure: Option<Exposure>,
    /// What a name beside the secret says of its rights.
    #[serde(skip_serializing_if = "Option::is_none")]
    privilege: Option<Privilege>,
    /// Keyed digest of the place, which stays the same when the value is replaced.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "required")]
    slot: Option<Cow<'a, str>>,
    /// Hash of the line as code scanning computes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line_hash: Option<Cow<'a, str>>,
    /// Owners by CODEOWNERS.
    #[serde(default, skip_serializing_if = "<[String]>::is_empty")]
    owners: Cow<'a, [String]>,
    /// Limits to the use of the credential.
    #[serde(default, skip_serializing_if = "<[Usability]>::is_empty")]
    usability: Cow<'a, [Usability]>,
    /// What the confidence rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Vec<String>>,
    /// What the credential says of itself.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    decoded: Option<Decoded<'a>>,
    /// Author date of the commit that added it, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<i64>,
    /// Author date of the commit that removed it, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_at: Option<i64>,
    /// Author of the commit that removed it, `Name <email>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_author: Option<Cow<'a, str>>,
    /// Author of the last commit that added it, `Name <email>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_author: Option<Cow<'a, str>>,
    /// Whether it was removed and added again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    returned: bool,
    /// The line that it stands on, without secrets.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    excerpt: Option<Line<'a>>,
}

/// The line of an occurrence without its secrets: what is before it and behind it, and whether that is all.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Line<'a> {
    /// Text before the secret.
    #[serde(borrow)]
    before: Cow<'a, str>,
    /// Text behind the secret.
    #[serde(borrow)]
    after: Cow<'a, str>,
    /// Whether the line begins earlier.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    begins_earlier: bool,
    /// Whether the line ends later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    ends_later: bool,
}

impl<'a> Line<'a> {
    fn of(excerpt: &'a Excerpt) -> Option<Self> {
        excerpt.is_kept.then(|| Self {
            before: Cow::Borrowed(&excerpt.before),
            after: Cow::Borrowed(&excerpt.after),
            begins_earlier: excerpt.is_cut.0,
            ends_later: excerpt.is_cut.1,
        })
    }

    fn read(self) -> Excerpt {
        Excerpt {
            before: self.before.into_owned(),
            after: self.after.into_owned(),
            is_cut: (self.begins_earlier, self.ends_later),
            is_kept: true,
        }
    }
}

/// Kind of place.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OriginName {
    File,
    Stdin,
    Git,
    Other,
}

/// A value that may be left out of what is written, and never of what is read.
fn required<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A text that is not there for every occurrence.
fn text(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(Cow::Borrowed)
}

impl<'a> Occurrence<'a> {
    /// The occurrence as a line of JSON Lines has it.
    pub(in crate::report) fn line(
        report: &'a Report<'a>,
        group: &'a SecretGroup,
        finding: &'a Finding,
    ) -> Self {
        let rule = report.rules.get(finding.rule);
        let git = finding.git();
        let decision = &finding.decision;
        Self {
            rule_id: Cow::Borrowed(rule.id()),
            secret_id: &group.id,
            repository: Cow::Borrowed(&finding.repository),
            path: Cow::Borrowed(&finding.location.path),
            line: finding.location.line,
            column: finding.location.column,
            end_line: finding.location.end_line,
            end_column: finding.location.end_column,
            member: text(finding.layers.split(&finding.location.path).map(|(_, member)| member)),
            layers: Cow::Borrowed(&finding.layers.decoded),
            // With a secret taken out of it, it may be no JSON any more.
            meta: finding.layers.meta.as_deref().and_then(|meta| serde_json::from_str(meta).ok()),
            by_value: finding.is_by_value(),
            score: group.score.value,
            severity: Some(group.score.severity()),
            confidence: finding.confidence,
            kind: rule.kind.name(),
            redacted: Cow::Borrowed(&group.redacted),
            secret: report.show_secrets.then(|| report.shown_secret(group)),
            commit: text(git.and_then(|git| git.commit.as_deref())),
            author: text(git.and_then(|git| git.author.as_deref())),
            date: text(git.and_then(|git| git.date.as_deref())),
            at_head: git.map(|git| git.at_head),
            blob: text(git.map(|git| git.object.as_str())),
            reach: text(git.map(|git| git.reach)),
            paths: git.map(|git| Cow::Borrowed(git.paths.as_slice())),
            removed_by: text(git.and_then(|git| git.removed_by.as_deref())),
            branches: git.map(|git| git.branches),
            tags: git.map(|git| git.tags),
            covered: !decision.is_open(),
            state: decision.state,
            since: decision.since,
            overdue: decision.overdue,
            lapsed: decision.lapsed,
            suppression: decision.suppression.as_ref().map(Cow::Borrowed),
            notes: Cow::Borrowed(&decision.notes),
            origin: None,
            source: None,
            name: None,
            environment: None,
            exposure: None,
            privilege: None,
            slot: None,
            line_hash: None,
            owners: Cow::default(),
            usability: Cow::default(),
            evidence: None,
            decoded: None,
            seconds: None,
            removed_at: None,
            removed_author: None,
            last_author: None,
            returned: false,
            excerpt: None,
        }
    }

    /// The occurrence as the JSON report has it.
    pub(in crate::report) fn whole(
        report: &'a Report<'a>,
        group: &'a SecretGroup,
        finding: &'a Finding,
    ) -> Self {
        let git = finding.git();
        Self {
            origin: Some(match &finding.location.origin {
                Origin::File => OriginName::File,
                Origin::Stdin => OriginName::Stdin,
                Origin::Git(_) => OriginName::Git,
                Origin::Other(_) => OriginName::Other,
            }),
            source: text(finding.source()),
            name: text(finding.name()),
            environment: Some(finding.environment),
            exposure: Some(finding.exposure),
            privilege: finding.surroundings.privilege,
            slot: text(Some(&finding.slot)),
            line_hash: text(finding.line_hash.as_deref()),
            owners: Cow::Borrowed(&finding.owners),
            usability: Cow::Borrowed(&finding.usability),
            evidence: Some(finding.evidence.iter().map(Evidence::describe).collect()),
            decoded: Decoded::of(&finding.decoded),
            seconds: git.and_then(|git| git.seconds),
            removed_at: git.and_then(|git| git.removed_at),
            removed_author: text(git.and_then(|git| git.removed_author.as_deref())),
            last_author: text(git.and_then(|git| git.last_author.as_deref())),
            returned: git.is_some_and(|git| git.returned),
            excerpt: Line::of(&finding.excerpt),
            ..Self::line(report, group, finding)
        }
    }

    /// The finding, read back. It has no secret.
    ///
    /// # Errors
    /// It is damaged.
    pub(in crate::report) fn finding(self, rule: RuleId) -> Result<Finding, String> {
        let (Some(origin), Some(environment), Some(exposure), Some(slot)) =
            (self.origin, self.environment, self.exposure, self.slot)
        else {
            return Err("has an incomplete place: it is damaged".to_owned());
        };
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let origin = match origin {
            OriginName::File => Origin::File,
            OriginName::Stdin => Origin::Stdin,
            OriginName::Other => Origin::Other(Arc::from(self.source.unwrap_or_default())),
            OriginName::Git => Origin::Git(Arc::new(GitPlace {
                object: owned(self.blob).unwrap_or_default(),
                reach: self
                    .reach
                    .and_then(|name| GitPlace::known_reach(&name))
                    .ok_or("has an impossible place in history: it is damaged")?,
                commit: owned(self.commit),
                author: owned(self.author),
                date: owned(self.date),
                seconds: self.seconds,
                removed_by: owned(self.removed_by),
                at_head: self.at_head.unwrap_or_default(),
                paths: self.paths.unwrap_or_default().into_owned(),
                branches: self.branches.unwrap_or_default(),
                tags: self.tags.unwrap_or_default(),
                removed_at: self.removed_at,
                removed_author: owned(self.removed_author),
                last_author: owned(self.last_author),
                returned: self.returned,
            })),
        };
        let layers = Layers {
            member: self.member.as_ref().map_or(0, |member| member.len()),
            decoded: self.layers.into_owned(),
            meta: self.meta.map(|meta| meta.to_string().into()),
        };
        if layers.split(&self.path).map(|(_, member)| member) != self.member.as_deref() {
            return Err(
                "has a member of a container that is not in its path: it is damaged".to_owned()
            );
        }
        let evidence = self.evidence.unwrap_or_default();
        Ok(Finding {
            rule,
            secret: Secret::new(b""),
            below: Arc::from(&*self.path),
            location: Location {
                path: Arc::from(self.path),
                line: self.line,
                column: self.column,
                end_line: self.end_line,
                end_column: self.end_column,
                origin,
            },
            repository: Arc::from(self.repository),
            evidence: evidence.into_iter().map(Evidence::from_report).collect(),
            confidence: self.confidence,
            usability: self.usability.into_owned(),
            decoded: self.decoded.unwrap_or_default().read()?.into(),
            companions: Rare::default(),
            surroundings: Surroundings {
                name: owned(self.name),
                privilege: self.privilege,
                ..Surroundings::default()
            },
            environment,
            exposure,
            line_hash: self.line_hash.map(Box::from),
            owners: self.owners.into_owned().into(),
            slot: Box::from(slot),
            nearby: Nearby::default(),
            layers: layers.into(),
            excerpt: self.excerpt.map(Line::read).unwrap_or_default().into(),
            decision: Decision {
                state: self.state,
                since: self.since,
                overdue: self.overdue,
                lapsed: self.lapsed,
                suppression: self.suppression.map(Cow::into_owned),
                notes: self.notes.into_owned(),
            }
            .into(),
        })
    }
}
