//! The TOML of `sprawl.toml`, field for field. A section is one field of [`Config`]; its defaults
//! stand in `default.toml`. The comments on fields are what editors show: they are a part of the JSON
//! Schema that `sprawl schema config` prints.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::threshold::{FailOn, MinConfidence};
use crate::lifetime::LifetimePolicy;
use sprawl_detect::schemas;
use sprawl_detect::score::Weights;
use sprawl_unpack::unread::Reason;

/// The schema of a configuration file. Its defaults are those of `default.toml`.
pub fn schema() -> Schema {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>();
    if let Ok(defaults) = toml::from_str::<toml::Table>(super::DEFAULTS.1) {
        set_defaults(&mut schema, &defaults);
    }
    schemas::tidy(schema)
}

/// Writes the defaults of sections into the definitions that the sections refer to.
fn set_defaults(schema: &mut Schema, defaults: &toml::Table) {
    let root = schema.ensure_object();
    for (section, values) in defaults {
        let name = root
            .get("properties")
            .and_then(|properties| properties.get(section)?.pointer("/allOf/0/$ref"))
            .and_then(|reference| reference.as_str()?.rsplit('/').next())
            .map(str::to_owned);
        let (Some(name), Some(values)) = (name, values.as_table()) else { continue };
        let of_section = root.get_mut("definitions").and_then(|all| all.get_mut(name));
        let properties = of_section.and_then(|section| section.get_mut("properties"));
        let Some(properties) = properties else { continue };
        for (key, value) in values {
            if let (Some(property), Ok(value)) = (
                properties.get_mut(key).and_then(|p| p.as_object_mut()),
                serde_json::to_value(value),
            ) {
                property.insert("default".to_owned(), value);
            }
        }
    }
}

/// Configuration of sprawl. Command-line options and SPRAWL_* variables take precedence over it. A sprawl.toml in
/// a subdirectory counts for what lies below it, upon the one above; it can set `extends`, `paths`,
/// `rules.disable`, `rules.enable`, `thresholds`, `policy.marks`, `policy.mark-needs`, `policy.max-open-days` and
/// `unread`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(title = "sprawl.toml")]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Configuration files that this one builds on, relative to it. Later files take precedence, and this
    /// file takes precedence over all of them; lists are appended.
    pub extends: Vec<String>,
    /// Which paths are scanned.
    pub paths: Paths,
    /// Which rules are used.
    pub rules: RuleChoice,
    /// What is reported, and what fails.
    pub thresholds: Thresholds,
    /// What inline suppressions, exceptions, the baseline and nested configuration files may do.
    pub policy: PolicyText,
    /// What may be left unread without making a scan incomplete.
    pub unread: UnreadText,
    /// Weights of the score that differ from the built-in ones.
    pub weights: Weights,
    /// How long credentials may be valid.
    pub lifetime: LifetimePolicy,
}

/// Which paths are scanned. Globs are matched against paths relative to the directory of the sprawl.toml, and
/// against file names; `*` does not match `/`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Paths {
    /// Globs of files and directories that are not scanned.
    pub exclude: Vec<String>,
    /// Globs of files that are scanned although `exclude` matches them.
    pub include: Vec<String>,
}

/// Which rules are used. A rule is named by its id, an alias, or a prefix followed by `*`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Rules")]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RuleChoice {
    /// Files with your own rules, relative to the file that names them.
    pub files: Vec<String>,
    /// Use only these rules, if there are any.
    pub only: Vec<String>,
    /// Do not use these rules.
    pub disable: Vec<String>,
    /// Use these rules again, which a file that this one extends disables.
    pub enable: Vec<String>,
}

/// What is reported, and what fails. Command-line options take precedence.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Thresholds {
    /// Minimum severity that fails the command, as `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// Minimum confidence to report, as `--min-confidence`.
    pub min_confidence: Option<MinConfidence>,
    /// Whether placeholders and documentation samples are reported, as `--include-placeholders`.
    pub include_placeholders: Option<bool>,
}

/// What inline suppressions, exceptions, the baseline and nested configuration files may do.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Policy")]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PolicyText {
    /// Which inline suppressions in the scanned text count.
    pub marks: Option<Marks>,
    /// What a `sprawl:allow` comment must state to count.
    pub mark_needs: Vec<MarkField>,
    /// Longest time from an exception's start, or last renewal, to its expiry, in days. `until=` in
    /// inline suppressions is held to it, too.
    pub max_exception_days: Option<u16>,
    /// How often an exception may be renewed; unlimited if absent.
    pub max_renewals: Option<u16>,
    /// Number of days before its expiry from which on scans warn of an exception.
    pub warn_days: Option<u16>,
    /// Number of days that a finding of the baseline may stay open before it fails; unlimited if absent.
    pub max_open_days: Option<u16>,
    /// Whether sprawl.toml files in subdirectories count.
    pub nested: Option<bool>,
}

/// What may be left unread: a scan that leaves out nothing else is complete.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(rename = "Unread")]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UnreadText {
    /// Reasons that do not make a scan incomplete (exit status 3), as `--allow-unread`.
    pub accept: Vec<Reason>,
}

/// Which inline suppressions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Marks {
    /// `sprawl:allow` and those of other scanners.
    #[default]
    All,
    /// `sprawl:allow` alone.
    Own,
    /// None.
    None,
}

/// Something that an inline suppression states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MarkField {
    /// Its expiry: `until=`.
    Until,
    /// Its owner: `owner=`.
    Owner,
    /// Its reason: `reason=`.
    Reason,
}
