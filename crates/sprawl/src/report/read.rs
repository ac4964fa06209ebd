//! Reads JSON reports back, as far as it takes to make one report out of several.
//!
//! Input is not trusted: everything is checked, and no error repeats what the file says but the names
//! of rules and numbers of versions.

use std::sync::Arc;

use super::Summary;
use super::schema::{Certificate, Document, Head, Secret, TOOL, VERSION};
use crate::finding;
use crate::finding::reader::Readers;
use crate::git::checkout::Checkout;
use crate::group::Draft;
use crate::identity::Identity;
use crate::locked::Locked;
use crate::policy::Decisions;
use crate::policy::baseline::Entry;
use crate::problem::Problem;
use crate::scan_output::Scanned;
use sprawl_detect::keys::KeyMaterial;
use sprawl_detect::rules::Rules;
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
        for readers in self.drafts.iter_mut().map(|draft| &mut draft.readers) {
            let places = readers.places.iter_mut().map(|place| &mut place.repository);
            for name in places.chain(readers.common.iter_mut().map(|one| &mut one.repository)) {
                if let Some(new) = renamed(name) {
                    *name = new;
                }
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
        for reader in self.drafts.iter_mut().flat_map(|draft| &mut draft.readers.places) {
            reader.path = below(&reader.path);
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
/// The file is not a sprawl report, or is of another version, damaged, made with another identity key, or
/// names rules that are not loaded.
pub fn read(text: &[u8], rules: &Rules, identity: &Identity) -> Result<Content, String> {
    let head: Head<'_> = serde_json::from_slice(text).map_err(|error| damage(&error))?;
    let (Some(version), true) =
        (head.schema_version, head.tool.is_some_and(|tool| tool.name == TOOL))
    else {
        return Err(
            "is not a JSON report of sprawl; make one with `sprawl scan -f json`".to_owned()
        );
    };
    if version != u64::from(VERSION) {
        return Err(format!(
            "is a report of version {version}, and this sprawl reads version {VERSION}; \
             scan again with this one"
        ));
    }
    let document: Document<'_, Vec<Secret<'_>>> =
        serde_json::from_slice(text).map_err(|error| damage(&error))?;
    if document.identity.check != identity.check_value() {
        let ours = if identity.has_project_key() { "another" } else { "an" };
        return Err(format!(
            "was made with {} identity key; ids of one secret then differ, and only reports under \
             one key can be merged: set SPRAWL_ID_KEY to the same value for all scans and here",
            if document.identity.keyed { ours } else { "no" }
        ));
    }
    let secrets = [document.secrets, document.covered, document.parts, document.unreported];
    let mut drafts = Vec::with_capacity(secrets.iter().map(Vec::len).sum());
    for secret in secrets.into_iter().flatten() {
        drafts.push(draft(secret, rules)?);
    }
    let certificates =
        document.certificates.into_iter().map(Certificate::read).collect::<Result<_, _>>()?;
    let mut summary = document.summary.into_owned();
    let gone: Vec<Entry> = document.absent.into_iter().map(Entry::from).collect();
    summary.decisions = Decisions { absent: gone.len() as u64, gone, ..summary.decisions };
    Ok(Content {
        drafts,
        certificates,
        locked: document.locked.into_owned(),
        checkouts: document.repositories.into_owned(),
        category: document.category.into_owned(),
        scanned: document.scanned.into_owned(),
        problems: document.problems.into_owned(),
        unread: document.unread.into_owned(),
        summary,
    })
}

/// Where the damage is, and not what is there: it may be a secret of another tool's report.
fn damage(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "ends too early",
        Category::Syntax => "is not JSON",
        Category::Data => "is not a JSON report of sprawl, or is damaged",
        Category::Io => "cannot be read",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

fn draft(secret: Secret<'_>, rules: &Rules) -> Result<Draft, String> {
    let known = |id: &str| {
        rules.named(id).map(|(rule, _)| rule).ok_or_else(|| {
            format!("names the rule `{id}`, which is unknown; pass its file with --rules")
        })
    };
    let Some(first) = secret.occurrences.first() else {
        return Err("has a secret without a place: it is damaged".to_owned());
    };
    // It is put into commands that people copy.
    if secret.secret_id.is_empty() || !secret.secret_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err("has an invalid secret id: it is damaged".to_owned());
    }
    let rule = known(&secret.rule_id)?;
    let shown = vec![(rule, first.redacted.clone().into_owned())];
    let occurrences = secret.occurrences.into_iter().map(|occurrence| {
        let rule = known(&occurrence.rule_id)?;
        occurrence.finding(rule)
    });
    Ok(Draft {
        id: secret.secret_id.into_owned(),
        id_by_place: secret.id_by_place,
        secret: finding::Secret::new(b""),
        shown,
        occurrences: occurrences.collect::<Result<_, _>>()?,
        companions: secret.companions.into_owned(),
        readers: Readers {
            places: secret.readers.into_owned(),
            common: secret.common_names.into_owned(),
        },
    })
}
