//! GitLab's secret-detection report (`gl-secret-detection-report.json`, schema 15.2.1), for the
//! pipeline's security tab and merge requests.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Report, place};
use crate::finding::Finding;
use crate::group::SecretGroup;
use crate::score::Severity;

/// The name under which GitLab's own analyzer, and so everybody's pipeline, keeps it.
pub const FILE: &str = "gl-secret-detection-report.json";

/// Version of the schema that the report keeps to.
const VERSION: &str = "15.2.1";

/// Longest name of a vulnerability, characters.
const NAME: usize = 255;

/// Longest solution, characters.
const SOLUTION: usize = 7000;

/// Places of a secret listed with each of them.
const PLACES: usize = 20;

/// Stands for the commit of what is no commit's: the schema wants one.
const NO_COMMIT: &str = "0000000";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vulnerabilities<'a>,
}

/// Each is made when it is written.
struct Vulnerabilities<'a>(&'a Report<'a>);

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        serializer.collect_seq(
            // GitLab keeps what is covered in its own way: what is not reported, it holds for solved.
            place::numbered(&report.groups)
                .filter(|(_, finding, _)| finding.standing.is_open())
                .map(|(group, finding, ordinal)| vulnerability(report, group, finding, ordinal)),
        )
    }
}

/// Writes the report. Secrets stay redacted: GitLab keeps it and shows it to the whole project.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document =
        Document { version: VERSION, scan: scan(report), vulnerabilities: Vulnerabilities(report) };
    // Nobody reads it as it is, and blanks are half of it otherwise.
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn scan(report: &Report<'_>) -> Value {
    let tool = json!({
        "id": "sprawl",
        "name": "sprawl",
        "url": "https://crates.io/crates/secret-sprawl",
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": "sprawl" },
    });
    let messages: Vec<Value> = report
        .problems
        .iter()
        .map(|p| json!({ "level": "warn", "value": format!("{}: {}", p.place, p.what) }))
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

fn vulnerability(
    report: &Report<'_>,
    group: &SecretGroup,
    finding: &Finding,
    ordinal: usize,
) -> Value {
    let rule = report.rules.get(group.rule);
    let path = place::path(finding);
    // Keyed, and without the line: GitLab recognises the finding when lines move.
    let occurrence = report.identity.occurrence(&group.id, &finding.location.path, ordinal);
    let commit = place::git(finding).and_then(|git| git.commit.as_deref()).unwrap_or(NO_COMMIT);
    let location = &finding.location;
    let mut identifier = json!({
        "type": "sprawl_rule_id",
        "name": format!("sprawl rule {}", rule.id()),
        "value": rule.id(),
    });
    if rule.docs.starts_with("https://") {
        identifier["url"] = json!(rule.docs);
    }
    let solution = format!("{}\n\nInstead: {}", rule.text.fix, rule.text.instead);
    let mut vulnerability = json!({
        "id": uuid(&occurrence),
        "name": clipped(&rule.text.title, NAME),
        "description": rule.text.why,
        "severity": severity(group.score.severity()),
        "solution": clipped(&solution, SOLUTION),
        "identifiers": [identifier],
        "location": {
            "file": path,
            "start_line": location.line,
            "end_line": location.end_line,
            "commit": { "sha": commit },
        },
        "tracking": {
            "type": "source",
            "items": [{
                "file": path,
                "start_line": location.line,
                "end_line": location.end_line,
                "signatures": [{ "algorithm": "hash", "value": occurrence }],
            }],
        },
        "details": details(report, group),
    });
    if let Some(standing) = place::standing(finding) {
        vulnerability["details"]["standing"] =
            json!({ "name": "Earlier decisions", "type": "text", "value": standing });
    }
    if rule.docs.starts_with("https://") {
        vulnerability["links"] = json!([{ "name": "Documentation", "url": rule.docs }]);
    }
    vulnerability
}

/// What GitLab shows below a finding: the score's reasons and the other places.
fn details(report: &Report<'_>, group: &SecretGroup) -> Value {
    let text = |name: &str, value: &str| json!({ "name": name, "type": "text", "value": value });
    let items = |lines: Vec<Value>| json!({ "type": "list", "items": lines });
    let because: Vec<Value> =
        group.score.because.iter().map(|line| json!({ "type": "text", "value": line })).collect();
    let places: Vec<Value> = group
        .occurrences
        .iter()
        .take(PLACES)
        .map(|finding| {
            let location = &finding.location;
            json!({
                "type": "file-location",
                "file_name": place::path(finding),
                "line_start": location.line,
                "line_end": location.end_line,
            })
        })
        .collect();
    let (mut because, mut places) = (items(because), items(places));
    because["name"] = json!("Because");
    places["name"] = json!("Places of this secret");
    json!({
        "score": { "name": "Score of 100", "type": "value", "value": group.score.value },
        "because": because,
        "redacted": text("Secret", &group.redacted(report.rules)),
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
