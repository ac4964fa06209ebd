//! GitLab's secret-detection report (`gl-secret-detection-report.json`, schema 15.2.1), for the
//! pipeline's security tab and merge requests.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::score::Severity;
use sprawl_detect::text::printable;

/// The name under which GitLab's own analyzer, and so everybody's pipeline, keeps it.
pub const FILE: &str = "gl-secret-detection-report.json";

/// Version of the schema that the report keeps to.
const VERSION: &str = "15.2.1";

/// Longest name of a vulnerability, characters.
const NAME: usize = 255;

/// Longest solution, characters.
const SOLUTION: usize = 7000;

/// Places of a secret listed with each of them.
const PLACES: usize = 10;

/// Stands for the commit of what is no commit's: the schema wants one.
const NO_COMMIT: &str = "0000000";

/// Writes the report. Secrets stay redacted: GitLab keeps it and shows it to the whole project.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document =
        Document { version: VERSION, scan: scan(report), vulnerabilities: Vulnerabilities(report) };
    // Nobody reads it as it is, and blanks are half of it otherwise.
    super::write_json(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vulnerabilities<'a>,
}

/// Each is made when it is written; what those of a secret have in common, once.
struct Vulnerabilities<'a>(&'a Report<'a>);

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut all = serializer.serialize_seq(None)?;
        for group in &report.groups {
            let shared = Shared::of(report, group);
            // GitLab keeps what is covered in its own way: what is not reported, it holds for solved.
            let open = place::numbered(group).filter(|(finding, _)| finding.decision.is_open());
            for (finding, ordinal) in open {
                all.serialize_element(&shared.vulnerability(report, group, finding, ordinal))?;
            }
        }
        all.end()
    }
}

fn scan(report: &Report<'_>) -> Value {
    let tool = json!({
        "id": "sprawl",
        "name": "sprawl",
        "url": "https://crates.io/crates/secret-sprawl",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "sprawl" },
    });
    let problems = report.problems.iter().map(|p| format!("{}: {}", p.place, p.what));
    let kinds = unread::kinds(&report.unread);
    let unread =
        kinds.iter().map(|kind| format!("not looked into: {}", kind.described(str::to_owned)));
    let messages: Vec<Value> = problems
        .chain(unread)
        .map(|message| json!({ "level": "warn", "value": printable(&message) }))
        .collect();
    let time = time(report.now);
    json!({
        "analyzer": tool,
        "scanner": tool,
        "type": "secret_detection",
        "start_time": time,
        "end_time": time,
        "status": if report.problems.is_empty() { "success" } else { "failure" },
        "messages": messages,
    })
}

/// `yyyy-mm-ddThh:mm:ss` in UTC, without a zone, as the schema has it.
fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string()
}

/// What the vulnerabilities of one secret have in common.
struct Shared<'a> {
    name: String,
    description: &'a str,
    severity: &'static str,
    solution: String,
    identifiers: [Identifier<'a>; 1],
    links: Option<[Link<'a>; 1]>,
    details: Value,
}

impl<'a> Shared<'a> {
    fn of(report: &'a Report<'_>, group: &SecretGroup) -> Self {
        let rule = report.rules.get(group.rule);
        let docs = Some(&*rule.docs).filter(|docs| docs.starts_with("https://"));
        let solution = format!("{}\n\nPrefer: {}", rule.text.fix, rule.text.instead);
        Self {
            name: clipped(&rule.text.title, NAME),
            description: &rule.text.why,
            severity: severity(group.score.severity()),
            solution: clipped(&solution, SOLUTION),
            identifiers: [Identifier {
                kind: "sprawl_rule_id",
                name: format!("sprawl rule {}", rule.id()),
                value: rule.id(),
                url: docs,
            }],
            links: docs.map(|url| [Link { name: "Documentation", url }]),
            details: details(group),
        }
    }

    fn vulnerability(
        &'a self,
        report: &Report<'_>,
        group: &SecretGroup,
        finding: &'a Finding,
        ordinal: usize,
    ) -> Vulnerability<'a> {
        // Keyed, and without the line: GitLab recognises the finding when lines move.
        let occurrence = report.identity.occurrence(&group.id, &finding.location.path, ordinal);
        let commit = finding.git().and_then(|git| git.commit.as_deref()).unwrap_or(NO_COMMIT);
        // GitLab links to the file.
        let place::Opened { path: file, line: start_line, end_line, .. } = place::opened(finding);
        let decision = place::decision(finding).map(|value| Detail {
            name: "Earlier decisions",
            kind: "text",
            value,
        });
        Vulnerability {
            id: uuid(&occurrence),
            name: &self.name,
            description: self.description,
            severity: self.severity,
            solution: &self.solution,
            identifiers: &self.identifiers,
            location: Location {
                file: file.clone(),
                start_line,
                end_line,
                commit: Commit { sha: commit },
            },
            tracking: Tracking {
                kind: "source",
                items: [Tracked {
                    file,
                    start_line,
                    end_line,
                    signatures: [Signature { algorithm: "hash", value: occurrence }],
                }],
            },
            details: Details { shared: &self.details, decision },
            links: &self.links,
        }
    }
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: &'a str,
    description: &'a str,
    severity: &'static str,
    solution: &'a str,
    identifiers: &'a [Identifier<'a>; 1],
    location: Location<'a>,
    tracking: Tracking<'a>,
    details: Details<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: &'a Option<[Link<'a>; 1]>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Link<'a> {
    name: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    file: Cow<'a, str>,
    start_line: usize,
    end_line: usize,
    commit: Commit<'a>,
}

#[derive(Serialize)]
struct Commit<'a> {
    sha: &'a str,
}

#[derive(Serialize)]
struct Tracking<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    items: [Tracked<'a>; 1],
}

#[derive(Serialize)]
struct Tracked<'a> {
    file: Cow<'a, str>,
    start_line: usize,
    end_line: usize,
    signatures: [Signature; 1],
}

#[derive(Serialize)]
struct Signature {
    algorithm: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Details<'a> {
    #[serde(flatten)]
    shared: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Detail>,
}

#[derive(Serialize)]
struct Detail {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

/// What GitLab shows below a finding: the score's reasons and the other places.
fn details(group: &SecretGroup) -> Value {
    let text = |name: &str, value: &str| json!({ "name": name, "type": "text", "value": value });
    let items = |lines: Vec<Value>| json!({ "type": "list", "items": lines });
    let because: Vec<Value> =
        group.score.because.iter().map(|line| json!({ "type": "text", "value": line })).collect();
    let places: Vec<Value> = group
        .occurrences
        .iter()
        .take(PLACES)
        .map(|finding| {
            let place = place::opened(finding);
            json!({
                "type": "file-location",
                "file_name": place.path,
                "line_start": place.line,
                "line_end": place.end_line,
            })
        })
        .collect();
    let (mut because, mut places) = (items(because), items(places));
    because["name"] = json!("Score");
    places["name"] = json!("Places of this secret");
    json!({
        "score": { "name": "Score of 100", "type": "value", "value": group.score.value },
        "because": because,
        "redacted": text("Secret", &group.redacted),
        "secret_id": text("Secret id", &group.id),
        "confidence": text("Confidence", group.confidence.name()),
        "places": places,
    })
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::None => "Info",
    }
}

/// An occurrence's id in the form of a UUID, version 8: bits of one's own making (RFC 9562).
fn uuid(occurrence: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(occurrence.as_bytes())[..16]);
    bytes[6] = 0x80 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn clipped(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_8() {
        let id = uuid("an occurrence");
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "8");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
        assert_ne!(id, uuid("another occurrence"));
    }

    #[test]
    fn times_have_no_zone() {
        assert_eq!(time(1_700_000_000), "2023-11-14T22:13:20");
        assert_eq!(time(i64::MAX), "1970-01-01T00:00:00");
    }
}
