//! `identities.toml`: what code cannot say about machine identities. Who owns them, what they are for, where they are
//! used, how often they are to be rotated.

use std::collections::BTreeSet;

use globset::GlobSet;
use jiff::civil::Date;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Deserializer};

use crate::config;
use crate::day;
use crate::group::SecretGroup;
use crate::lifetime::Span;
use crate::policy::file::{self, FileError};
use crate::report::Report;
use sprawl_detect::score::Environment;
use sprawl_detect::text::line_at;

/// Name of the file below the root of the project.
pub const FILE: &str = ".sprawl/identities.toml";

/// Letters of an id, at least: fewer fit several.
const SHORTEST: usize = 4;

/// Facts about machine identities.
#[derive(Debug, Default)]
pub struct KnownIdentities {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: usize,
    text: EntryText,
    paths: Option<GlobSet>,
    rotation: Option<Span>,
    rotated: Option<Date>,
}

/// Facts about some machine identities. Those that every one of `secret`, `rule`, `provider`, `paths`, `name` and
/// `account` fits are meant; at least one of these is needed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct EntryText {
    /// Id of the secret as reports have it, or its beginning.
    secret: Option<String>,
    /// Id of the rule that found it.
    rule: Option<String>,
    /// Provider, as `sprawl rules show` names it.
    provider: Option<String>,
    /// Paths of files that it stands in, or globs.
    paths: Vec<String>,
    /// Name that it is assigned to.
    name: Option<String>,
    /// Account, subject or user that it says of itself.
    account: Option<String>,
    /// Who is responsible: a person or a team.
    owner: Option<String>,
    /// What it is for, in one sentence.
    purpose: Option<String>,
    /// Environments that it is used in.
    environments: Vec<String>,
    /// How often it is to be rotated: `90d`, `2w`.
    rotation: Option<String>,
    /// Day on which it was last rotated.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    #[serde(deserialize_with = "day_text")]
    rotated: Option<String>,
}

/// Machine identities of a project: what code cannot say about them.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "Identities of sprawl")]
#[serde(deny_unknown_fields)]
struct FileText {
    /// Version of this file.
    version: u32,
    /// The identities.
    #[serde(default, rename = "identity")]
    #[schemars(with = "Vec<EntryText>")]
    identities: Vec<toml::Spanned<EntryText>>,
}

const VERSION: u32 = 1;

/// The schema of the file.
pub fn schema() -> schemars::Schema {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<FileText>();
    sprawl_detect::schemas::tidy(schema)
}

/// A day, with or without quotes.
fn day_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Date(toml::value::Datetime),
    }
    Ok(Some(match Day::deserialize(deserializer)? {
        Day::Text(text) => text,
        Day::Date(date) => date.to_string(),
    }))
}

/// What is said about one identity.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Who is responsible.
    pub owner: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// Where it is used.
    pub environments: Vec<String>,
    /// How often it is to be rotated.
    pub rotation: Option<Span>,
    /// When it last was.
    pub rotated: Option<Date>,
}

impl KnownIdentities {
    /// Reads a file's text. `today` is the day of the run.
    ///
    /// # Errors
    /// The first line that says what it may not, with the field.
    pub fn parse(text: &str, today: Date) -> Result<Self, FileError> {
        let fail = |line, what: String| FileError { line: Some(line), what };
        let file: FileText = file::parse(text)?;
        if file.version != VERSION {
            return Err(fail(
                1,
                format!("version: {} is unknown; this sprawl reads {VERSION}", file.version),
            ));
        }
        let mut entries = Vec::new();
        for entry in file.identities {
            let line = line_at(text, entry.span().start);
            entries
                .push(checked(line, entry.into_inner(), today).map_err(|what| fail(line, what))?);
        }
        Ok(Self { entries })
    }

    /// What is said about an identity; of several entries that fit, later ones say more.
    pub fn about(&self, report: &Report<'_>, parts: &[&SecretGroup], account: &[String]) -> Said {
        let mut said = Said::default();
        for entry in self.entries.iter().filter(|entry| entry.fits(report, parts, account)) {
            let Entry { text, rotation, rotated, .. } = entry;
            said.owner = text.owner.clone().or(said.owner);
            said.purpose = text.purpose.clone().or(said.purpose);
            if !text.environments.is_empty() {
                said.environments.clone_from(&text.environments);
            }
            said.rotation = rotation.or(said.rotation);
            said.rotated = rotated.or(said.rotated);
        }
        said
    }

    /// Lines of entries that fit no secret of a report.
    pub fn unused(&self, report: &Report<'_>) -> Vec<usize> {
        let groups = report.groups.iter().chain(&report.covered).chain(&report.parts);
        let groups: Vec<&SecretGroup> = groups.collect();
        let fits = |entry: &Entry| {
            groups.iter().any(|group| {
                let facts = group.decoded_facts();
                let account: Vec<String> = facts.iter().map(|fact| fact.value.clone()).collect();
                entry.fits(report, &[*group], &account)
            })
        };
        self.entries.iter().filter(|entry| !fits(entry)).map(|entry| entry.line).collect()
    }
}

impl Entry {
    fn fits(&self, report: &Report<'_>, parts: &[&SecretGroup], account: &[String]) -> bool {
        let text = &self.text;
        let rules = || parts.iter().map(|part| report.rules.get(part.rule));
        let findings = || parts.iter().flat_map(|part| &part.occurrences);
        let is = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(fits)
        };
        let of_path = |path: &str| text.paths.iter().any(|one| one == path);
        let is_value = |fact: &String, wanted: &str| {
            fact == wanted || fact.strip_suffix(wanted).is_some_and(|name| name.ends_with(' '))
        };
        is(&text.secret, &|id| parts.iter().any(|part| part.id.starts_with(id)))
            && is(&text.rule, &|id| rules().any(|rule| rule.id() == id))
            && is(&text.provider, &|name| {
                rules().any(|rule| rule.provider.eq_ignore_ascii_case(name))
            })
            && is(&text.name, &|name| findings().any(|finding| finding.name() == Some(name)))
            && is(&text.account, &|wanted| account.iter().any(|fact| is_value(fact, wanted)))
            && self.paths.as_ref().is_none_or(|globs| {
                findings().any(|finding| {
                    let paths = [&*finding.location.path, &*finding.below];
                    paths.iter().any(|path| of_path(path) || globs.is_match(path))
                })
            })
    }
}

fn checked(line: usize, text: EntryText, today: Date) -> Result<Entry, String> {
    let selectors = [&text.secret, &text.rule, &text.provider, &text.name, &text.account];
    if selectors.iter().all(|one| one.is_none()) && text.paths.is_empty() {
        return Err(
            "names no identity; add `secret`, `rule`, `provider`, `paths`, `name` or `account`"
                .to_owned(),
        );
    }
    for (field, value) in [
        ("secret", &text.secret),
        ("rule", &text.rule),
        ("provider", &text.provider),
        ("name", &text.name),
        ("account", &text.account),
        ("owner", &text.owner),
        ("purpose", &text.purpose),
    ] {
        if value.as_ref().is_some_and(|value| value.trim().is_empty()) {
            return Err(format!("{field}: is empty; add a value, or remove the field"));
        }
    }
    if let Some(id) = &text.secret
        && (id.len() < SHORTEST || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return Err(format!(
            "secret: is not the id of a secret, or fewer than {SHORTEST} characters of it; copy it from a report"
        ));
    }
    let known: BTreeSet<&str> = Environment::ALL.iter().map(|one| one.name()).collect();
    if let Some(other) = text.environments.iter().find(|one| !known.contains(one.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(format!("environments: `{other}` is unknown; use {}", known.join(", ")));
    }
    let rotation = match text.rotation.as_deref() {
        None => None,
        Some(span) => {
            Some(Span::parse(span).filter(|span| span.days_long() > 0).ok_or_else(|| {
                "rotation: is not a span of at least a day; write it like 90d or 12w".to_owned()
            })?)
        }
    };
    let rotated = match text.rotated.as_deref() {
        None => None,
        Some(text) => Some(day::parse(text).map_err(|what| format!("rotated: {what}"))?),
    };
    // A day's grace for the world's time zones.
    if rotated.is_some_and(|day| day > today.saturating_add(jiff::Span::new().days(1))) {
        return Err("rotated: is in the future".to_owned());
    }
    let says =
        text.owner.is_some() || text.purpose.is_some() || rotation.is_some() || rotated.is_some();
    if !says && text.environments.is_empty() {
        return Err(
            "says nothing; add `owner`, `purpose`, `environments`, `rotation` or `rotated`"
                .to_owned(),
        );
    }
    let paths = match text.paths.is_empty() {
        true => None,
        false => Some(
            config::globs(&text.paths)
                .map_err(|(glob, why)| format!("paths: `{glob}` is not a path or glob: {why}"))?,
        ),
    };
    Ok(Entry { line, text, paths, rotation, rotated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_line_and_the_field() {
        let today = day::parse("2026-11-29").unwrap();
        let of = |entry: &str| {
            let text = format!("version = 1\n\n[[identity]]\n{entry}\n");
            KnownIdentities::parse(&text, today).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(
            of("rule = \"a\"\nowner = \"@b\"\nrotation = \"90d\"\nrotated = 2026-11-01"),
            Ok(())
        );
        for (entry, line, word) in [
            ("owner = \"@b\"", "line 3", "names no identity"),
            ("rule = \"a\"", "line 3", "says nothing"),
            ("rule = \"a\"\nowner = \" \"", "line 3", "owner: is empty"),
            ("rule = \"a\"\nrotation = \"soon\"", "line 3", "rotation:"),
            ("rule = \"a\"\nrotated = \"1.2.2026\"", "line 3", "rotated:"),
            ("rule = \"a\"\nrotated = 2027-12-01", "line 3", "future"),
            ("rule = \"a\"\nenvironments = [\"prod\"]", "line 3", "`prod` is unknown"),
            ("secret = \"a b\"\nowner = \"x\"", "line 3", "secret:"),
            ("paths = [\"a[\"]\nowner = \"x\"", "line 3", "paths:"),
            ("rule = \"a\"\nownr = \"x\"", "line 5", "ownr"),
            ("rule = 1", "line 4", ""),
        ] {
            let error = of(entry).unwrap_err();
            assert!(error.contains(line) && error.contains(word), "{entry}: {error}");
        }
        assert!(KnownIdentities::parse("version = 9", today).is_err());
    }
}
