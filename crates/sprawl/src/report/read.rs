//! Reads JSON reports back, as far as it takes to make one report out of several.
//!
//! Input is not trusted: everything is checked, and no error repeats what the file says but the names
//! of rules and numbers of versions.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde::Deserialize;

use super::json::SCHEMA_VERSION;
use super::{Configuration, Summary};
use crate::finding::decision::{self, Decision, State, Suppression};
use crate::finding::nearby::Nearby;
use crate::finding::surroundings::Surroundings;
use crate::finding::{Finding, GitPlace, Location, Origin, Secret};
use crate::git::checkout::Checkout;
use crate::group::Draft;
use crate::identity::Identity;
use crate::locked::Locked;
use crate::policy::Decisions;
use crate::policy::baseline::Entry;
use crate::problem::Problem;
use crate::scan_output::{LeftOut, Scanned};
use sprawl_detect::decoded::{Decoded, Fact};
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::keys::{self, KeyMaterial};
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::Rules;
use sprawl_detect::score::{Authority, Environment, Exposure, Lifetime, Privilege, Usability};
use sprawl_unpack::unread::Unread;

/// What a report says, as it was before it was scored.
#[derive(Debug, Default)]
pub struct Content {
    /// Every secret, reported or not.
    pub drafts: Vec<Draft>,
    /// Certificates, which may tell what keys of another report open.
    pub certificates: Vec<KeyMaterial>,
    /// What is locked, which keys of another report may open.
    pub locked: Vec<Locked>,
    /// The repositories that were scanned.
    pub checkouts: Vec<Checkout>,
    /// What was scanned.
    pub category: String,
    /// What was asked for.
    pub scanned: Vec<Scanned>,
    /// What could not be scanned.
    pub problems: Vec<Problem>,
    /// What was not looked into.
    pub unread: Vec<Unread>,
    /// Totals, as far as they can be added up.
    pub summary: Summary,
}

impl Content {
    /// The name of its only repository, if the report is of one repository's git objects and names
    /// files from its top on.
    pub fn only_repository(&self) -> Option<&str> {
        match self.checkouts.as_slice() {
            [one] if one.below.is_empty() && !self.category.is_empty() => Some(&one.repository),
            _ => None,
        }
    }

    /// Gives a repository, and with it those that lie within it, another name. Paths stay.
    pub fn rename(&mut self, old: &str, new: &str) {
        let renamed = |name: &str| {
            let rest = name.strip_prefix(old)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{new}{rest}"))
        };
        for finding in self.drafts.iter_mut().flat_map(|draft| &mut draft.occurrences) {
            if let Some(name) = renamed(&finding.repository) {
                finding.repository = Arc::from(name);
            }
        }
        let locked = self.locked.iter_mut().map(|item| &mut item.repository);
        let checkouts = self.checkouts.iter_mut().map(|checkout| &mut checkout.repository);
        let scanned = self.scanned.iter_mut().map(|one| &mut one.repository);
        // Those that are of a repository as a whole; all others are of files.
        let problems = self.problems.iter_mut().map(|problem| &mut problem.place);
        for name in
            locked.chain(checkouts).chain(scanned).chain(problems.filter(|place| *place == old))
        {
            if let Some(new) = renamed(name) {
                *name = new;
            }
        }
    }

    /// Puts everything below a directory, as a scan of several repositories does.
    pub fn place_below(&mut self, directory: &str) {
        let below = |path: &str| format!("{directory}/{path}");
        for finding in self.drafts.iter_mut().flat_map(|draft| &mut draft.occurrences) {
            finding.place_below(directory);
        }
        self.locked.iter_mut().for_each(|item| item.path = below(&item.path));
        self.checkouts.iter_mut().for_each(|checkout| checkout.below = below(&checkout.below));
        self.unread.iter_mut().for_each(|unread| unread.place = below(&unread.place));
        self.scanned.iter_mut().for_each(|one| one.path = below(&one.path));
        for problem in self.problems.iter_mut().filter(|problem| problem.place != directory) {
            problem.place = below(&problem.place);
        }
    }
}

/// Reads one report.
///
/// # Errors
/// It is none of sprawl, of another version, damaged, made with another identity key, or with rules
/// that are not there.
pub fn read(text: &[u8], rules: &Rules, identity: &Identity) -> Result<Content, String> {
    let head: Head = serde_json::from_slice(text).map_err(|error| damage(&error))?;
    let (Some(version), true) =
        (head.schema_version, head.tool.is_some_and(|tool| tool.name == "sprawl"))
    else {
        return Err("is no JSON report of sprawl; make one with `sprawl scan -f json`".to_owned());
    };
    if version != u64::from(SCHEMA_VERSION) {
        return Err(format!(
            "is a report of version {version}, and this sprawl reads version {SCHEMA_VERSION}; \
             scan again with this one"
        ));
    }
    let document: Document = serde_json::from_slice(text).map_err(|error| damage(&error))?;
    if document.identity.check != identity.check_value() {
        let ours = if identity.has_project_key() { "another" } else { "an" };
        return Err(format!(
            "was made with {} identity key; ids of one secret then differ, and reports can only be \
             put together under one key: set SPRAWL_ID_KEY to the same value for all scans and here",
            if document.identity.keyed { ours } else { "no" }
        ));
    }
    let mut drafts = Vec::with_capacity(document.secrets.len());
    for secret in document.secrets.into_iter().chain(document.covered).chain(document.unreported) {
        drafts.push(draft(secret, rules)?);
    }
    let certificates =
        document.certificates.into_iter().map(certificate).collect::<Result<_, _>>()?;
    let DocumentSummary { blobs, bytes, left_out, configuration, decisions } = document.summary;
    let gone: Vec<Entry> = document.absent.into_iter().map(Entry::from).collect();
    let decisions = Decisions {
        absent: gone.len() as u64,
        gone,
        warnings: decisions.warnings,
        ..Decisions::default()
    };
    Ok(Content {
        drafts,
        certificates,
        locked: document.locked,
        checkouts: document.repositories,
        category: document.category,
        scanned: document.scanned,
        problems: document.problems,
        unread: document.unread,
        summary: Summary { blobs, bytes, left_out, configuration, decisions, ..Summary::default() },
    })
}

#[derive(Deserialize)]
struct Head {
    schema_version: Option<u64>,
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

#[derive(Deserialize)]
struct Document {
    identity: DocumentIdentity,
    secrets: Vec<DocumentSecret>,
    #[serde(default)]
    covered: Vec<DocumentSecret>,
    #[serde(default)]
    absent: Vec<DocumentEntry>,
    #[serde(default)]
    unreported: Vec<DocumentSecret>,
    #[serde(default)]
    certificates: Vec<DocumentCertificate>,
    #[serde(default)]
    locked: Vec<Locked>,
    #[serde(default)]
    repositories: Vec<Checkout>,
    #[serde(default)]
    category: String,
    #[serde(default)]
    scanned: Vec<Scanned>,
    problems: Vec<Problem>,
    #[serde(default)]
    unread: Vec<Unread>,
    summary: DocumentSummary,
}

#[derive(Deserialize)]
struct DocumentIdentity {
    keyed: bool,
    check: String,
}

#[derive(Deserialize)]
struct DocumentSummary {
    blobs: u64,
    bytes: u64,
    left_out: LeftOut,
    #[serde(default)]
    configuration: Configuration,
    #[serde(default, rename = "standings")]
    decisions: DocumentDecisions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DocumentDecisions {
    warnings: Vec<String>,
}

/// An entry of the baseline, as far as reports have it.
#[derive(Deserialize)]
struct DocumentEntry {
    secret_id: String,
    rule_id: String,
    path: String,
    #[serde(deserialize_with = "decision::day_from_text")]
    since: Date,
}

impl From<DocumentEntry> for Entry {
    fn from(entry: DocumentEntry) -> Self {
        Self {
            id: entry.secret_id,
            rule: entry.rule_id,
            path: entry.path,
            place: String::new(),
            since: entry.since,
            fixed: None,
            history: false,
        }
    }
}

#[derive(Deserialize)]
struct DocumentSecret {
    secret_id: String,
    #[serde(default)]
    id_by_place: bool,
    rule_id: String,
    #[serde(default)]
    companions: Vec<String>,
    occurrences: Vec<DocumentOccurrence>,
}

#[derive(Deserialize)]
struct DocumentOccurrence {
    rule_id: String,
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    confidence: Confidence,
    redacted: String,
    commit: Option<String>,
    author: Option<String>,
    date: Option<String>,
    #[serde(default)]
    at_head: bool,
    #[serde(default)]
    blob: String,
    #[serde(default)]
    reach: String,
    #[serde(default)]
    paths: Vec<String>,
    removed_by: Option<String>,
    #[serde(default)]
    branches: usize,
    #[serde(default)]
    tags: usize,
    origin: DocumentOrigin,
    repository: String,
    environment: Environment,
    exposure: Exposure,
    privilege: Option<Privilege>,
    slot: String,
    line_hash: Option<String>,
    #[serde(default)]
    owners: Vec<String>,
    #[serde(default)]
    usability: Vec<Usability>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    decoded: DocumentDecoded,
    seconds: Option<i64>,
    removed_at: Option<i64>,
    removed_author: Option<String>,
    last_author: Option<String>,
    #[serde(default)]
    returned: bool,
    state: Option<State>,
    #[serde(default, deserialize_with = "decision::from_text")]
    since: Option<Date>,
    #[serde(default)]
    overdue: bool,
    #[serde(default)]
    lapsed: bool,
    suppression: Option<Suppression>,
    #[serde(default)]
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum DocumentOrigin {
    File,
    Stdin,
    Git,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DocumentDecoded {
    facts: Vec<DocumentFact>,
    authority: Option<Authority>,
    lifetime: Option<Lifetime>,
    issued: Option<i64>,
    expires: Option<i64>,
    public_key: Option<String>,
}

#[derive(Deserialize)]
struct DocumentFact {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct DocumentCertificate {
    rule: String,
    identity: String,
    #[serde(default)]
    decoded: DocumentDecoded,
}

/// Where the damage is, and not what is there: it may be a secret of another tool's report.
fn damage(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "ends too early",
        Category::Syntax => "is no JSON",
        Category::Data => "is no JSON report of sprawl, or a damaged one",
        Category::Io => "cannot be read",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

fn draft(secret: DocumentSecret, rules: &Rules) -> Result<Draft, String> {
    let known = |id: &str| {
        rules.named(id).map(|(rule, _)| rule).ok_or_else(|| {
            format!("names the rule `{id}`, which is not there; give its file with --rules")
        })
    };
    if secret.occurrences.is_empty() {
        return Err("has a secret without a place: it is damaged".to_owned());
    }
    // It is put into commands that people copy.
    if secret.secret_id.is_empty() || !secret.secret_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("has an id of a secret that is none: it is damaged".to_owned());
    }
    let rule = known(&secret.rule_id)?;
    let shown = secret.occurrences[0].redacted.clone();
    let occurrences = secret
        .occurrences
        .into_iter()
        .map(|occurrence| Ok((known(&occurrence.rule_id)?, occurrence)))
        .map(|known| known.and_then(|(rule, occurrence)| finding(rule, occurrence)))
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Draft {
        id: secret.secret_id,
        id_by_place: secret.id_by_place,
        secret: Secret::new(b""),
        shown: vec![(rule, shown)],
        occurrences,
        companions: secret.companions,
    })
}

fn finding(
    rule: sprawl_detect::rules::RuleId,
    from: DocumentOccurrence,
) -> Result<Finding, String> {
    let origin = match from.origin {
        DocumentOrigin::File => Origin::File,
        DocumentOrigin::Stdin => Origin::Stdin,
        DocumentOrigin::Git => Origin::Git(Arc::new(GitPlace {
            object: from.blob,
            reach: GitPlace::known_reach(&from.reach)
                .ok_or("has a place in a history that cannot be: it is damaged")?,
            commit: from.commit,
            author: from.author,
            date: from.date,
            seconds: from.seconds,
            removed_by: from.removed_by,
            at_head: from.at_head,
            paths: from.paths,
            branches: from.branches,
            tags: from.tags,
            removed_at: from.removed_at,
            removed_author: from.removed_author,
            last_author: from.last_author,
            returned: from.returned,
        })),
    };
    Ok(Finding {
        rule,
        secret: Secret::new(b""),
        below: Arc::from(from.path.as_str()),
        location: Location {
            path: Arc::from(from.path),
            line: from.line,
            column: from.column,
            end_line: from.end_line,
            end_column: from.end_column,
            origin,
        },
        repository: Arc::from(from.repository),
        evidence: from.evidence.into_iter().map(Evidence::from_report).collect(),
        confidence: from.confidence,
        usability: from.usability,
        decoded: decoded(from.decoded)?.into(),
        companions: Rare::default(),
        surroundings: Surroundings { privilege: from.privilege, ..Surroundings::default() },
        environment: from.environment,
        exposure: from.exposure,
        line_hash: from.line_hash.map(String::into_boxed_str),
        owners: from.owners.into(),
        slot: from.slot.into(),
        nearby: Nearby::default(),
        decision: Decision {
            state: from.state,
            since: from.since,
            overdue: from.overdue,
            lapsed: from.lapsed,
            suppression: from.suppression,
            notes: from.notes,
        }
        .into(),
    })
}

fn decoded(from: DocumentDecoded) -> Result<Decoded, String> {
    let public_key = from
        .public_key
        .map(|key| {
            let bytes = data_encoding::HEXLOWER.decode(key.as_bytes()).ok();
            bytes
                .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                .ok_or("has a public key that is none: it is damaged")
        })
        .transpose()?;
    let fact = |fact: DocumentFact| Ok(Fact { name: static_name(fact.name)?, value: fact.value });
    Ok(Decoded {
        facts: from.facts.into_iter().map(fact).collect::<Result<_, String>>()?,
        authority: from.authority,
        lifetime: from.lifetime,
        issued: from.issued,
        expires: from.expires,
        public_key,
        ..Decoded::default()
    })
}

/// Names of facts are static: those of a report are kept for the rest of the run, each once. A report
/// that has more than any sprawl writes is not believed.
fn static_name(name: String) -> Result<&'static str, String> {
    const MOST: usize = 500;
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return Ok(known);
    }
    if names.len() >= MOST || name.len() > 64 {
        return Err("has facts that no sprawl writes: it is damaged".to_owned());
    }
    let name: &'static str = Box::leak(name.into_boxed_str());
    names.insert(name);
    Ok(name)
}

fn certificate(from: DocumentCertificate) -> Result<KeyMaterial, String> {
    let damaged = "has a certificate that is none: it is damaged";
    let rule = keys::rule_named(&from.rule).ok_or(damaged)?;
    let identity = data_encoding::HEXLOWER.decode(from.identity.as_bytes()).map_err(|_| damaged)?;
    Ok(KeyMaterial {
        span: 0..0,
        rule,
        identity,
        decoded: decoded(from.decoded)?,
        is_certificate: true,
        proven: true,
    })
}
