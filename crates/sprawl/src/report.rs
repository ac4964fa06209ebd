//! The report: groups in order, what was hidden, what went wrong; written in several formats.

mod command;
pub mod csv;
mod forge;
pub mod github;
pub mod gitlab;
pub mod hook;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod namesakes;
mod place;
pub mod read;
pub mod sarif;
mod schema;
pub mod text;
pub mod unread;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

pub(crate) use place::{is_present, shortened};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use self::text::TextOptions;

use crate::finding::reader::Searched;
use crate::git::checkout::Checkout;
use crate::group::SecretGroup;
use crate::identity::Identity;
use crate::locked::Locked;
use crate::policy::Decisions;
use crate::problem::Problem;
use crate::project::Project;
use crate::scan_output::{LeftOut, Scanned};
use sprawl_detect::evidence::Confidence;
use sprawl_detect::keys::KeyMaterial;
use sprawl_detect::rules::Rules;
use sprawl_detect::score::Severity;
use sprawl_unpack::unread::Unread;

/// Everything a scan has to say.
#[derive(Debug)]
pub struct Report<'r> {
    /// The rules it was made with.
    pub rules: Cow<'r, Rules>,
    /// Reported secrets of which at least one occurrence is open, the worst first.
    pub groups: Vec<SecretGroup>,
    /// Secrets that marks, exceptions or the baseline cover wherever they stand, the worst first.
    pub covered: Vec<SecretGroup>,
    /// Parts of the credentials of these two lists, each with its places, in order of their ids; an entry
    /// names its parts.
    pub parts: Vec<SecretGroup>,
    /// What could not be scanned.
    pub problems: Vec<Problem>,
    /// What was not looked into.
    pub unread: Vec<Unread>,
    /// Totals.
    pub summary: Summary,
    /// Makes the ids of occurrences.
    pub identity: Identity,
    /// How SARIF is written.
    pub sarif: SarifOptions,
    /// Whether secrets are shown in clear.
    pub show_secrets: bool,
    /// What is reported and what is only counted.
    pub threshold: Threshold,
    /// The clock of the run, Unix seconds.
    pub now: i64,
    /// What is not reported, and is needed to put reports together.
    pub material: MergeData,
}

/// Data that a report carries only so that it can be merged with others.
#[derive(Debug, Default)]
pub struct MergeData {
    /// Secrets that were found and are not reported: in another report they may be more.
    pub unreported: Vec<SecretGroup>,
    /// Certificates, with digests in place of their bytes, in a stable order.
    pub certificates: Vec<KeyMaterial>,
    /// What is locked in the scanned trees, in order.
    pub locked: Vec<Locked>,
    /// The repositories that were scanned, in order.
    pub checkouts: Vec<Checkout>,
    /// What was scanned: empty for files, or `history`, `staged`, `range`.
    pub category: String,
    /// What was asked for, in order; empty where it is no place that another scan could cover.
    pub scanned: Vec<Scanned>,
    /// The project that was scanned, as the paths of the report have it.
    pub project: Project,
}

/// Totals of a scan.
// Read back from a report as far as they can be added up: what is found is counted anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Files and git objects scanned.
    pub blobs: u64,
    /// Bytes scanned.
    pub bytes: u64,
    /// Secrets reported, without those that are suppressed.
    #[serde(skip_deserializing)]
    pub secrets: u64,
    /// Their occurrences, without those that are suppressed.
    #[serde(skip_deserializing)]
    pub occurrences: u64,
    /// What inline suppressions, exceptions and the baseline decide.
    #[serde(rename = "standings", default, deserialize_with = "warnings_alone")]
    pub decisions: Decisions,
    /// Secrets found and not reported.
    #[serde(skip_deserializing)]
    pub hidden: Hidden,
    /// What was skipped on purpose.
    pub left_out: LeftOut,
    /// The effective configuration files, and what they change.
    #[serde(default)]
    pub configuration: Configuration,
    /// Files in which the places that use a credential were looked for.
    #[serde(default)]
    pub readers: Searched,
    /// What of each repository was asked for, where it is not all of it.
    #[serde(skip)]
    pub scope: Vec<String>,
    /// Commits and tags that were looked at as such.
    #[serde(skip)]
    pub commits: u64,
    /// That files were not judged by what they say now, and why.
    #[serde(skip)]
    pub judged: Option<String>,
    /// What the change that was scanned covers itself: each place, and by what.
    #[serde(skip)]
    pub suppressed: Vec<String>,
}

/// Decisions of a report that was read back: their warnings. The others are counted anew.
fn warnings_alone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decisions, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Warnings {
        warnings: Vec<String>,
    }
    let Warnings { warnings } = Warnings::deserialize(deserializer)?;
    Ok(Decisions { warnings, ..Decisions::default() })
}

/// What configuration files take away from a scan; `--isolated` ignores them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Configuration {
    /// The effective files.
    pub files: Vec<String>,
    /// Rules that they disable.
    pub rules_off: u64,
    /// Findings that they leave out in what was read.
    pub findings_left_out: u64,
    /// Thresholds that they raise, `key = value`.
    pub raised: Vec<String>,
}

/// Secrets that were found and are not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hidden {
    /// Below `--min-confidence`.
    pub below_confidence: u64,
    /// Placeholders and samples from documentation (`--include-placeholders`).
    pub placeholders: u64,
}

/// What is reported and what is only counted.
#[derive(Debug, Clone, Copy)]
pub struct Threshold {
    /// Least confidence.
    pub min_confidence: Confidence,
    /// Report placeholders and canaries too.
    pub include_placeholders: bool,
}

/// Secrets of a report, each list in the order of the groups.
#[derive(Debug)]
pub struct Sorted {
    /// Reported and open somewhere.
    pub groups: Vec<SecretGroup>,
    /// Covered wherever they stand.
    pub covered: Vec<SecretGroup>,
    /// Parts of those.
    pub parts: Vec<SecretGroup>,
    /// Below the threshold.
    pub unreported: Vec<SecretGroup>,
}

/// What a rule says about the secrets that it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSummary<'r> {
    /// Its permanent name, in kebab case.
    pub id: &'r str,
    /// What the secret is.
    pub title: &'r str,
    /// How to revoke and replace it.
    pub fix: &'r str,
}

/// Sorts out what is reported, and counts it.
pub fn sort_out(
    groups: Vec<SecretGroup>,
    threshold: impl Fn(&SecretGroup) -> Threshold,
    summary: &mut Summary,
) -> Sorted {
    let mut groups = groups;
    let mut parts: Vec<SecretGroup> =
        groups.extract_if(.., |group| !group.part_of.is_empty()).collect();
    let mut unreported = sift(&mut groups, threshold, &mut summary.hidden);
    // An id may be one of several credentials.
    let named: BTreeSet<&str> =
        groups.iter().flat_map(|group| &*group.parts).map(|part| part.id.as_str()).collect();
    unreported.extend(parts.extract_if(.., |part| !named.contains(part.id.as_str())));
    // For `Report::parts_of`.
    parts.sort_by(|a, b| a.id.cmp(&b.id));
    summary.decisions.count(&groups);
    let covered = groups.extract_if(.., |group| !group.is_open()).collect();
    summary.secrets = groups.len() as u64;
    let open = groups.iter().flat_map(|g| &g.occurrences).filter(|o| o.decision.is_open());
    summary.occurrences = open.count() as u64;
    Sorted { groups, covered, parts, unreported }
}

/// Takes out what the threshold does not let through, and counts it. The rest stays where it is:
/// there may be very many.
fn sift(
    groups: &mut Vec<SecretGroup>,
    threshold: impl Fn(&SecretGroup) -> Threshold,
    hidden: &mut Hidden,
) -> Vec<SecretGroup> {
    let is_hidden = |group: &mut SecretGroup| {
        let threshold = threshold(group);
        if group.score.severity() == Severity::None && !threshold.include_placeholders {
            hidden.placeholders += 1;
            true
        } else if group.confidence_of_all() < threshold.min_confidence {
            hidden.below_confidence += 1;
            true
        } else {
            false
        }
    };
    let unreported = groups.extract_if(.., is_hidden).collect();
    groups.shrink_to_fit();
    unreported
}

/// For whom SARIF is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum SarifProfile {
    /// One rule per type and severity, because GitHub reads severities from rules only.
    #[default]
    Github,
    /// One rule per type.
    Generic,
    /// As generic, with the fields that Advanced Security for Azure DevOps requires.
    Azure,
}

/// How SARIF is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SarifOptions {
    /// For whom.
    pub profile: SarifProfile,
    /// As what it is to be filed, if somebody said so.
    pub category: Option<String>,
}

/// A form in which a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Format {
    /// For people.
    Text,
    /// One document with all details.
    Json,
    /// One line per occurrence.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations and step summary for GitHub Actions.
    Github,
    /// GitLab secret detection report.
    Gitlab,
    /// JUnit XML, for build servers.
    Junit,
    /// Spreadsheet with one line per occurrence.
    Csv,
    /// For comments on pull requests.
    Markdown,
    /// A single self-contained page.
    Html,
    /// Short summary, as for a blocked commit.
    Hook,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Text,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Csv,
        Self::Markdown,
        Self::Html,
        Self::Hook,
    ];

    /// The name that `--format` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Hook => "hook",
        }
    }

    /// The format that a file name asks for by its extension.
    pub fn of_extension(path: &std::path::Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        if name == gitlab::FILE {
            return Some(Self::Gitlab);
        }
        Some(match name.rsplit_once('.')?.1 {
            "txt" => Self::Text,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::Jsonl,
            "sarif" => Self::Sarif,
            "xml" => Self::Junit,
            "csv" => Self::Csv,
            "md" => Self::Markdown,
            "html" | "htm" => Self::Html,
            _ => return None,
        })
    }

    /// Writes the report. The options are those of text.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(
        self,
        report: &Report<'_>,
        options: &TextOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            Self::Text => text::write(report, options, out),
            Self::Json => json::write(report, out),
            Self::Jsonl => jsonl::write(report, out),
            Self::Sarif => sarif::write(report, out),
            Self::Github => github::write(report, out),
            Self::Gitlab => gitlab::write(report, out),
            Self::Junit => junit::write(report, out),
            Self::Csv => csv::write(report, out),
            Self::Markdown => markdown::write(report, out),
            Self::Html => html::write(report, out),
            Self::Hook => hook::write(report, out),
        }
    }
}

/// Writes JSON without blanks, and ends the line. Formatters write in pieces of a few bytes, so what
/// they write to must be known to the compiler: a buffer of its own.
fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    sprawl_detect::text::json::compact(value, &mut out)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// The same with blanks and line ends, for people.
fn write_pretty_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    sprawl_detect::text::json::pretty(value, &mut out)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

impl Report<'_> {
    /// The secrets that are reported and open in at least one place, the worst first. Each has a score with reasons,
    /// and all places where it was found.
    pub fn secrets(&self) -> &[SecretGroup] {
        &self.groups
    }

    /// The other parts of a credential, as far as they are secrets or ids.
    #[doc(hidden)]
    pub fn parts_of(&self, entry: &SecretGroup) -> impl Iterator<Item = &SecretGroup> {
        let at = |id: &str| self.parts.binary_search_by(|part| part.id.as_str().cmp(id)).ok();
        entry.parts.iter().filter_map(move |part| Some(&self.parts[at(&part.id)?]))
    }

    /// Every secret that was found, reported or not, parts of credentials among them.
    #[doc(hidden)]
    pub fn all(&self) -> impl Iterator<Item = &SecretGroup> {
        let reported = self.groups.iter().chain(&self.covered).chain(&self.parts);
        reported.chain(&self.material.unreported)
    }

    /// What could not be scanned.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What was met and not looked into.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// The type of a secret of this report.
    pub fn rule(&self, secret: &SecretGroup) -> RuleSummary<'_> {
        let rule = self.rules.get(secret.rule);
        RuleSummary { id: rule.id(), title: &rule.text.title, fix: &rule.text.fix }
    }

    /// Writes the report. Secrets are shown redacted.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        format.write(self, &TextOptions::default(), out)
    }

    /// What is shown of a group's secret.
    pub fn shown_secret(&self, group: &SecretGroup) -> String {
        if self.show_secrets {
            String::from_utf8_lossy(group.secret.reveal()).into_owned()
        } else {
            group.redacted.clone()
        }
    }

    /// How many secrets are reported in each band of severity, the worst first; none of a band is left out.
    pub fn bands(&self) -> Vec<(Severity, usize)> {
        let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
        for group in &self.groups {
            *counts.entry(group.score.severity()).or_default() += 1;
        }
        counts.into_iter().rev().collect()
    }

    /// The worst severity, if anything is reported.
    pub fn worst(&self) -> Option<Severity> {
        self.groups.iter().map(|group| group.score.severity()).max()
    }
}
