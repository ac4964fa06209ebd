//! Results: one for each occurrence, written one by one. What all results of a secret have in common
//! is worked out once: a secret may stand in thousands of places.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value;

use super::{Descriptors, ROOT, level, most_results, rule_id, taxonomy};
use crate::finding::Finding;
use crate::finding::decision::{State, Suppression};
use crate::finding::reader::Reader;
use crate::group::SecretGroup;
use crate::lifetime::Remark;
use crate::locked::Opened;
use crate::policy::baseline::Entry;
use crate::report::{Report, SarifProfile, place};
use crate::timeline::SecretTimeline;
use sprawl_detect::decoded::Fact;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::rules::RuleId;
use sprawl_detect::score::Severity;
use sprawl_detect::text::markdown::{code, escaped};
use sprawl_detect::text::printable;

/// Other places listed with a result, and things that a key opens. Every place is a result of its own
/// with the same `secretId/v1`, and the report in JSON has everything.
const RELATED: usize = 10;

/// Places that use a secret, listed with each of its results. The report in JSON has all.
const READERS: usize = 20;

/// The results of a run, the worst first.
pub(super) struct Results<'a, 'r> {
    pub(super) report: &'a Report<'r>,
    pub(super) descriptors: &'a Descriptors,
}

impl Serialize for Results<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { report, descriptors } = self;
        let mut left = most_results(descriptors.profile);
        // Two secrets of one rule on one line would share GitHub's fingerprint and fold into one.
        let mut on_line: BTreeMap<(RuleId, &str, &str), usize> = BTreeMap::new();
        let mut results = serializer.serialize_seq(None)?;
        for group in report.groups.iter().chain(&report.covered) {
            if left == 0 {
                break;
            }
            let shared = Shared::of(report, descriptors, group);
            for (finding, ordinal) in place::numbered(group).take(left) {
                let hash = finding.line_hash.as_deref().unwrap_or_default();
                let container = place::member(finding).map(|(container, _)| container);
                let file = container.unwrap_or(&finding.location.path);
                let same = on_line.entry((group.rule, file, hash)).or_default();
                *same += 1;
                results.serialize_element(&shared.result(report, finding, ordinal, *same))?;
            }
            left = left.saturating_sub(group.occurrences.len());
        }
        // GitHub would show as open what is said to be gone.
        if descriptors.profile == SarifProfile::Generic {
            for entry in &report.summary.decisions.gone {
                results.serialize_element(&Gone::of(entry))?;
            }
        }
        results.end()
    }
}

/// What the results of one secret have in common.
struct Shared<'a> {
    group: &'a SecretGroup,
    rule_id: String,
    rule_index: usize,
    title: &'a str,
    because: String,
    taxa: Vec<Value>,
    properties: GroupProperties<'a>,
    /// The first places of the secret, one more than are listed with any of its results.
    places: Vec<Physical<'a>>,
    /// Titles and first places of the other parts of the credential.
    parts: Vec<(String, Physical<'a>)>,
    /// The first places that use it, each with what it is.
    readers: Vec<(String, Physical<'a>)>,
}

impl<'a> Shared<'a> {
    fn of(report: &'a Report<'_>, descriptors: &Descriptors, group: &'a SecretGroup) -> Self {
        let rule = report.rules.get(group.rule);
        let rule_index = descriptors.position(report, group);
        let band = descriptors.list.get(rule_index).and_then(|(_, band)| *band);
        Self {
            group,
            rule_id: rule_id(rule, band),
            rule_index,
            title: rule.text.title.trim_end_matches('.'),
            because: group.score.because.join("; "),
            taxa: taxonomy::of_group(group),
            properties: GroupProperties::of(group),
            places: group.occurrences.iter().take(RELATED + 1).map(physical).collect(),
            parts: report.parts_of(group).take(RELATED).map(|part| part_of(report, part)).collect(),
            readers: group.readers.places.iter().take(READERS).map(reader).collect(),
        }
    }

    fn result(
        &'a self,
        report: &Report<'_>,
        finding: &'a Finding,
        ordinal: usize,
        same_line: usize,
    ) -> SarifResult<'a> {
        let Self { group, .. } = *self;
        let others = || {
            let all = group.occurrences.iter().zip(&self.places);
            all.filter(|(other, _)| other.location != finding.location).take(RELATED)
        };
        let mut text = format!("{} in plain text", printable(self.title));
        let mut markdown = format!("{} in plain text", escaped(self.title));
        if let Some((_, member)) = place::member(finding) {
            let plain = printable(member).replace(['[', ']', '\\'], "_");
            text.push_str(&format!(" in {plain}"));
            markdown.push_str(&format!(" in {}", code(member)));
        }
        if let Some((first, _)) = others().next() {
            let path = printable(&first.location.path);
            let link = path.replace(['[', ']', '\\'], "_");
            text.push_str(&format!("; the same secret is in [{link}](1)"));
            markdown.push_str(&format!("; the same secret is in [{}](1)", escaped(&path)));
        }
        if finding.is_by_value() {
            text.push_str("; found by value");
            markdown.push_str("; found by value");
        }
        text.push('.');
        let score = &group.score;
        let severity = score.severity();
        markdown.push_str(&format!(
            ". **Score {} ({})** because: {}.",
            score.value,
            severity.name(),
            escaped(&self.because)
        ));
        for past in [place::history(finding), group.record.past()].into_iter().flatten() {
            // In code spans, because names of people would become mentions.
            markdown.push_str(&format!(" {}.", code(&past)));
        }
        let hash = finding.line_hash.as_deref().map(|hash| {
            let hash = report.identity.line(hash, &group.id);
            if same_line == 1 { hash } else { Cow::Owned(format!("{hash}-{same_line}")) }
        });
        let decision = &finding.decision;
        SarifResult {
            rule_id: &self.rule_id,
            rule_index: self.rule_index,
            level: level(severity),
            kind: "fail",
            rank: f64::from(score.value),
            message: Message { text, markdown },
            locations: [Location { physical_location: physical(finding) }],
            related_locations: others()
                .map(|(_, place)| ("Same secret.", place))
                .chain(
                    self.parts
                        .iter()
                        .chain(&self.readers)
                        .map(|(what, place)| (what.as_str(), place)),
                )
                .zip(1..)
                .map(|((text, place), id)| Related {
                    id,
                    message: Text { text },
                    physical_location: place,
                })
                .collect(),
            // SARIF has no word for what was gone and is back.
            baseline_state: decision.state.map(|state| match state {
                State::Reopened => State::New.name(),
                state => state.name(),
            }),
            suppressions: decision.suppression.as_ref().map(|one| [Suppressed::of(one)]),
            partial_fingerprints: Fingerprints {
                primary_location_line_hash: hash,
                occurrence: report.identity.occurrence(&group.id, &finding.location.path, ordinal),
                secret: &group.id,
            },
            taxa: &self.taxa,
            properties: Properties {
                confidence: finding.confidence,
                evidence: finding.evidence.iter().map(Evidence::describe).collect(),
                group: &self.properties,
                state: decision.state,
                notes: &decision.notes,
                by_value: finding.is_by_value(),
                layers: &finding.layers.decoded,
                git: GitProperties::of(finding),
                source: finding.source(),
            },
        }
    }
}

/// What a part of a credential is, and where it stands first.
fn part_of<'a>(report: &Report<'_>, part: &'a SecretGroup) -> (String, Physical<'a>) {
    let title = report.rules.get(part.rule).text.title.trim_end_matches('.');
    let text = format!("Part of the same credential: {}.", printable(title));
    (text, physical(&part.occurrences[0]))
}

/// A place whose path is a URI.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical<'a> {
    artifact_location: Artifact<'a>,
    region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<MemberRegion>,
}

/// Where in the member of a container it is.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberRegion {
    member_region: Region,
}

/// Member of a container, as a property of the container's location.
#[derive(serde::Serialize)]
struct Member<'a> {
    member: &'a str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact<'a> {
    uri: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Member<'a>>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(flatten)]
    rest: Option<Columns>,
}

/// The columns of a place, where they are known.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    fn new(start_line: usize, start_column: usize, end_line: usize, end_column: usize) -> Self {
        Self { start_line, rest: Some(Columns { start_column, end_line, end_column }) }
    }
}

/// A place that uses a secret, and what it is.
fn reader(reader: &Reader) -> (String, Physical<'_>) {
    let by = reader.service.as_deref().map_or(String::new(), |by| format!(" by {by}"));
    let text = format!("Read{by} as {} ({}).", reader.name, reader.kind.describe());
    let place = Physical {
        artifact_location: artifact(Cow::Borrowed(&reader.path)),
        region: Region { start_line: reader.line, rest: None },
        properties: None,
    };
    (printable(&text).replace(['[', ']', '\\'], "_"), place)
}

/// The file of a path.
fn artifact(path: Cow<'_, str>) -> Artifact<'_> {
    let absolute = path.starts_with('/') || path.get(1..3).is_some_and(|p| p == ":/");
    if absolute {
        let uri = format!("file:///{}", encoded(path.trim_start_matches('/')));
        return Artifact { uri: Cow::Owned(uri), uri_base_id: None, properties: None };
    }
    let uri = match path {
        Cow::Borrowed(path) => encoded(path),
        Cow::Owned(path) => Cow::Owned(encoded(&path).into_owned()),
    };
    Artifact { uri, uri_base_id: Some(ROOT), properties: None }
}

/// The place in a file. SARIF would have a member of a container as an artifact of its own, nested in that of
/// the container by `parentIndex`, with an absolute path within it as its URI (2.1.0, 3.24.3 and 3.4.3).
/// GitHub knows nothing of nested artifacts: it takes the URI for a path of the repository, and shows an alert
/// only on a file that is there. So the URI is that of the outermost container, the region is the container's
/// beginning, and the member and the region in it are properties.
fn physical(finding: &Finding) -> Physical<'_> {
    let location = &finding.location;
    let member = place::member(finding).map(|(_, member)| Member { member });
    let opened = place::opened(finding);
    let artifact_location = Artifact { properties: member, ..artifact(opened.path) };
    let member_region = artifact_location.properties.is_some().then_some(MemberRegion {
        member_region: Region::new(
            location.line,
            location.column,
            location.end_line,
            location.end_column,
        ),
    });
    Physical {
        artifact_location,
        region: Region::new(opened.line, opened.column, opened.end_line, opened.end_column),
        properties: member_region,
    }
}

/// Percent-encoding of everything that may not stand in a URI path (RFC 3986, section 3.3).
pub(in crate::report) fn encoded(path: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    if path.bytes().all(is_plain) {
        return Cow::Borrowed(path);
    }
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if is_plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(uri)
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    kind: &'static str,
    rank: f64,
    message: Message,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppressed<'a>; 1]>,
    partial_fingerprints: Fingerprints<'a>,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    taxa: &'a [Value],
    properties: Properties<'a>,
}

#[derive(serde::Serialize)]
struct Message {
    text: String,
    markdown: String,
}

#[derive(serde::Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Related<'a> {
    id: usize,
    message: Text<'a>,
    physical_location: &'a Physical<'a>,
}

/// A decision that it may be there.
#[derive(serde::Serialize)]
struct Suppressed<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
    properties: Decision<'a>,
}

#[derive(serde::Serialize)]
struct Decision<'a> {
    by: &'a str,
    owner: Option<&'a str>,
    until: Option<String>,
}

impl<'a> Suppressed<'a> {
    fn of(suppression: &'a Suppression) -> Self {
        Self {
            kind: suppression.kind.name(),
            status: "accepted",
            justification: &suppression.justification,
            properties: Decision {
                by: &suppression.by,
                owner: suppression.owner.as_deref(),
                until: suppression.until.map(|day| day.to_string()),
            },
        }
    }
}

#[derive(serde::Serialize)]
struct Fingerprints<'a> {
    #[serde(rename = "primaryLocationLineHash", skip_serializing_if = "Option::is_none")]
    primary_location_line_hash: Option<Cow<'a, str>>,
    #[serde(rename = "occurrenceId/v1")]
    occurrence: String,
    #[serde(rename = "secretId/v1")]
    secret: &'a str,
}

#[derive(serde::Serialize)]
struct Properties<'a> {
    confidence: Confidence,
    evidence: Vec<String>,
    #[serde(flatten)]
    group: &'a GroupProperties<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    /// Whether no rule speaks there.
    #[serde(rename = "byValue", skip_serializing_if = "std::ops::Not::not")]
    by_value: bool,
    /// Encodings that were undone, the outermost first.
    #[serde(skip_serializing_if = "<[Box<str>]>::is_empty")]
    layers: &'a [Box<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<GitProperties<'a>>,
    /// The name of a source that is none of sprawl's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct GroupProperties<'a> {
    score: u8,
    severity: Severity,
    validity: &'static str,
    redacted: &'a str,
    authority: &'static str,
    reach: &'static str,
    lifetime: &'static str,
    because: &'a [String],
    places: usize,
    record: &'a SecretTimeline,
    #[serde(skip_serializing_if = "<[Remark]>::is_empty")]
    remarks: &'a [Remark],
    #[serde(rename = "opensCount", skip_serializing_if = "Option::is_none")]
    opens_count: Option<usize>,
    #[serde(skip_serializing_if = "<[Opened]>::is_empty")]
    opens: &'a [Opened],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decoded: Vec<&'a Fact>,
}

impl<'a> GroupProperties<'a> {
    fn of(group: &'a SecretGroup) -> Self {
        let opens = group.opens.len();
        Self {
            score: group.score.value,
            severity: group.score.severity(),
            // Nobody was asked: this works offline.
            validity: "unknown",
            redacted: &group.redacted,
            authority: group.facts.authority.name(),
            reach: group.facts.reach.name(),
            lifetime: group.facts.lifetime.name(),
            because: &group.score.because,
            places: group.occurrences.len(),
            record: &group.record,
            remarks: &group.remarks,
            opens_count: (opens > 0).then_some(opens),
            opens: &group.opens[..opens.min(RELATED)],
            decoded: group.decoded_facts(),
        }
    }
}

#[derive(serde::Serialize)]
struct GitProperties<'a> {
    blob: &'a str,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    date: Option<&'a str>,
    at_head: bool,
    reach: &'a str,
}

impl<'a> GitProperties<'a> {
    fn of(finding: &'a Finding) -> Option<Self> {
        let git = finding.git()?;
        Some(Self {
            blob: &git.object,
            commit: git.commit.as_deref(),
            author: git.author.as_deref(),
            date: git.date.as_deref(),
            at_head: git.at_head,
            reach: git.reach,
        })
    }
}

/// What the baseline has and nobody finds any more.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Gone<'a> {
    rule_id: &'a str,
    level: &'static str,
    message: Text<'a>,
    locations: [GoneLocation<'a>; 1],
    partial_fingerprints: GoneFingerprints<'a>,
    baseline_state: &'static str,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct GoneLocation<'a> {
    physical_location: GonePlace<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct GonePlace<'a> {
    artifact_location: Artifact<'a>,
}

#[derive(serde::Serialize)]
struct GoneFingerprints<'a> {
    #[serde(rename = "secretId/v1")]
    secret: &'a str,
}

impl<'a> Gone<'a> {
    fn of(entry: &'a Entry) -> Self {
        let uri = encoded(&entry.path);
        let artifact = Artifact { uri, uri_base_id: Some(ROOT), properties: None };
        let place = GonePlace { artifact_location: artifact };
        Self {
            rule_id: &entry.rule,
            level: "note",
            message: Text { text: "No longer found." },
            locations: [GoneLocation { physical_location: place }],
            partial_fingerprints: GoneFingerprints { secret: &entry.id },
            baseline_state: State::Absent.name(),
        }
    }
}
