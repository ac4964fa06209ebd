//! SARIF 2.1.0 (OASIS, errata 01), as GitHub, Azure DevOps and DefectDojo read it.
//!
//! One result for each occurrence, with exactly one location; the secret's other places are related
//! locations. GitHub takes `security-severity` from the rule alone, so its profile has a rule for
//! each type and severity band. Scores stay out of `message.text`, which others use as identity.

mod result;
mod run;
mod taxonomy;

pub(super) use result::encoded;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::ser::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Report, SarifProfile};
use crate::group::SecretGroup;
use sprawl_detect::rules::{Rule, RuleId};
use sprawl_detect::score::{self, Environment, Exposure, Facts, Place, Privilege, Severity};
use sprawl_detect::text::printable;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Results that GitHub accepts in a run; the worst come first.
const RESULTS: usize = 25_000;

/// Characters that GitHub accepts in descriptions.
const DESCRIPTION: usize = 1024;

/// What locations are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let descriptors = Descriptors::of(report, report.sarif.profile);
    let log = Log { report, descriptors: &descriptors };
    // Whatever reads it does not need blanks, and they would be half of it.
    super::write_json(&log, out)
}

/// The rules of a run: for each, the type and the band it stands for.
struct Descriptors {
    list: Vec<(RuleId, Option<Severity>)>,
    index: BTreeMap<(RuleId, Option<Severity>), usize>,
    profile: SarifProfile,
}

impl Descriptors {
    fn of(report: &Report<'_>, profile: SarifProfile) -> Self {
        let mut list: Vec<_> = report
            .groups
            .iter()
            .chain(&report.covered)
            .map(|group| (group.rule, band(report, group, profile)))
            .collect();
        list.sort_by_key(|(rule, band)| (report.rules.get(*rule).id().to_owned(), *band));
        list.dedup();
        let index = list.iter().copied().zip(0..).collect();
        Self { list, index, profile }
    }

    fn position(&self, report: &Report<'_>, group: &SecretGroup) -> usize {
        let key = (group.rule, band(report, group, self.profile));
        self.index.get(&key).copied().unwrap_or_default()
    }
}

/// The band that a group's rule needs a descriptor of its own for.
fn band(report: &Report<'_>, group: &SecretGroup, profile: SarifProfile) -> Option<Severity> {
    let severity = group.score.severity();
    let usual = usual_score(report.rules.get(group.rule)).severity();
    (profile == SarifProfile::Github && severity != usual).then_some(severity)
}

/// The score of a type in one tracked file that says nothing about its environment.
fn usual_score(rule: &Rule) -> score::Score {
    score::score(&Facts {
        authority: rule.authority,
        privilege: Privilege::Usual,
        reach: rule.reach,
        lifetime: rule.lifetime,
        is_live: false,
        usability: vec![rule.usability],
        places: vec![Place {
            environment: Environment::Unknown,
            exposure: Exposure::Head,
            file: Arc::from(""),
            repository: Arc::from(""),
        }],
        age_days: 0,
        authors: 1,
        fan_out: 0,
    })
}

fn rule_id(rule: &Rule, band: Option<Severity>) -> String {
    match band {
        Some(band) => format!("{}/{}", rule.id(), band.name()),
        None => rule.id().to_owned(),
    }
}

struct Log<'a, 'r> {
    report: &'a Report<'r>,
    descriptors: &'a Descriptors,
}

/// The document is written piece by piece: results are made when they are written.
impl Serialize for Log<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut log = serializer.serialize_map(Some(3))?;
        log.serialize_entry("$schema", SCHEMA)?;
        log.serialize_entry("version", "2.1.0")?;
        log.serialize_entry("runs", &[Run(self)])?;
        log.end()
    }
}

struct Run<'a, 'b, 'r>(&'a Log<'b, 'r>);

impl Serialize for Run<'_, '_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let Log { report, descriptors } = self.0;
        let mut run = serializer.serialize_map(None)?;
        run.serialize_entry("tool", &json!({ "driver": driver(report, descriptors) }))?;
        run.serialize_entry("taxonomies", &taxonomy::components())?;
        let automation = run::automation(report, descriptors.profile);
        run.serialize_entry("automationDetails", &automation)?;
        let provenance = run::provenance(&report.material.checkouts);
        if !provenance.is_empty() {
            run.serialize_entry("versionControlProvenance", &provenance)?;
        }
        run.serialize_entry("columnKind", "utf16CodeUnits")?;
        run.serialize_entry(
            "originalUriBaseIds",
            &json!({ ROOT: { "description": { "text": "Root of the scanned tree." } } }),
        )?;
        run.serialize_entry("redactionTokens", &["****"])?;
        run.serialize_entry("invocations", &[invocation(report, descriptors.profile)])?;
        run.serialize_entry("results", &result::Results { report, descriptors })?;
        run.end()
    }
}

fn driver(report: &Report<'_>, descriptors: &Descriptors) -> Value {
    let rules: Vec<Value> = descriptors
        .list
        .iter()
        .map(|(id, band)| descriptor(report.rules.get(*id), *band))
        .collect();
    json!({
        "name": "sprawl",
        "fullName": "sprawl secret-sprawl scanner",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": "https://crates.io/crates/secret-sprawl",
        "guid": "0c5d8f1e-6a1c-5a55-9d0e-4f6f3c1b7a20",
        "supportedTaxonomies": taxonomy::references(),
        "notifications": [{
            "id": NOT_SCANNED,
            "name": "NotScanned",
            "shortDescription": { "text": "Something could not be scanned." },
            "fullDescription": { "text": "What could not be read, parsed or finished was not scanned; the result is incomplete." },
            "help": { "text": "Make it readable, or exclude it with --exclude, and scan again." },
        }, {
            "id": NOT_LOOKED_INTO,
            "name": "NotLookedInto",
            "shortDescription": { "text": "A container was not looked into." },
            "fullDescription": { "text": "An archive, compressed file, database or image was scanned as plain bytes: what it holds was not." },
            "help": { "text": "Unpack it and scan what is in it, or exclude it with --exclude." },
        }],
        "rules": rules,
    })
}

const NOT_SCANNED: &str = "not-scanned";

const NOT_LOOKED_INTO: &str = "not-looked-into";

fn descriptor(rule: &Rule, band: Option<Severity>) -> Value {
    let usual = usual_score(rule);
    let severity = band.unwrap_or(usual.severity());
    let text = &rule.text;
    let docs = if rule.docs.is_empty() {
        String::new()
    } else {
        format!("\n\n[Documentation]({})", rule.docs)
    };
    let title = sentence(&text.title);
    let suffix = band.map_or(String::new(), |b| format!(" ({})", b.name()));
    let mut descriptor = json!({
        "id": rule_id(rule, band),
        "name": pascal_case(rule.id(), band),
        "shortDescription": { "text": sentence(&format!("{}{suffix}", text.title.trim_end_matches('.'))) },
        "fullDescription": { "text": cut(format!("{title} {}", sentence(&text.why))) },
        "help": {
            "text": format!("{}\n\nFix: {}\n\nPrefer: {}", text.why, text.fix, text.instead),
            "markdown": format!(
                "{}\n\n**Fix.** {}\n\n**Prefer.** {}{docs}", text.why, text.fix, text.instead
            ),
        },
        "defaultConfiguration": { "level": level(severity) },
        "properties": {
            "tags": tags(rule),
            "precision": "high",
            "problem.severity": problem_severity(severity),
            "security-severity": security_severity(usual.value, band),
        },
        "relationships": taxonomy::relationships(rule),
    });
    if rule.docs.starts_with("https://") {
        descriptor["helpUri"] = json!(rule.docs);
    }
    descriptor
}

fn tags(rule: &Rule) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "secret".to_owned()];
    tags.extend(
        taxonomy::cwes(rule).iter().map(|cwe| format!("external/cwe/{}", cwe.to_lowercase())),
    );
    tags
}

/// GitHub's scale from 0.1 to 10; it leaves 9.0 open, so critical begins at 9.1.
fn security_severity(usual: u8, band: Option<Severity>) -> String {
    match band {
        None if usual == 90 => "9.1".to_owned(),
        None => format!("{}.{}", usual.max(1) / 10, usual.max(1) % 10),
        Some(Severity::Critical) => "9.5".to_owned(),
        Some(Severity::High) => "8.0".to_owned(),
        Some(Severity::Medium) => "5.5".to_owned(),
        Some(Severity::Low) => "2.0".to_owned(),
        Some(Severity::None) => "0.1".to_owned(),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None => "note",
    }
}

const fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None => "recommendation",
    }
}

fn invocation(report: &Report<'_>, profile: SarifProfile) -> Value {
    let mut notifications: Vec<Value> = report
        .problems
        .iter()
        .map(|problem| {
            let message = format!("{}: {}", problem.place, problem.what);
            json!({
                "descriptor": { "id": NOT_SCANNED, "index": 0 },
                "level": "error",
                "message": { "text": format!("{}.", printable(&message).trim_end_matches('.')) },
            })
        })
        .collect();
    notifications.extend(report.unread.iter().map(|unread| {
        let text = format!("{}: {}, not looked into.", unread.place, unread.kind());
        json!({
            "descriptor": { "id": NOT_LOOKED_INTO, "index": 1 },
            "level": "warning",
            "message": { "text": printable(&text) },
            "properties": { "reason": unread.reason },
        })
    }));
    let results: usize = report.groups.iter().map(|group| group.occurrences.len()).sum();
    let most = most_results(profile);
    if results > most {
        let text = format!(
            "GitHub accepts {most} results; the {} least severe are left out. The JSON report has \
             them all.",
            results - most
        );
        notifications.push(json!({
            "descriptor": { "id": NOT_SCANNED, "index": 0 },
            "level": "warning",
            "message": { "text": text },
        }));
    }
    let mut invocation = json!({ "executionSuccessful": report.problems.is_empty() });
    if !notifications.is_empty() {
        invocation["toolExecutionNotifications"] = json!(notifications);
    }
    invocation
}

const fn most_results(profile: SarifProfile) -> usize {
    match profile {
        SarifProfile::Github => RESULTS,
        SarifProfile::Generic | SarifProfile::Azure => usize::MAX,
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(DESCRIPTION) {
        text.truncate(end);
    }
    text
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn pascal_case(id: &str, band: Option<Severity>) -> String {
    id.split('-')
        .chain(band.map(Severity::name))
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        })
        .collect()
}
