//! The TOML of `sprawl.toml`, field for field. A section is one field of [`Config`]; its defaults
//! stand in `default.toml`.

use serde::Deserialize;

use super::threshold::{FailOn, MinConfidence};
use crate::lifetime::LifetimePolicy;
use sprawl_detect::score::Weights;
use sprawl_unpack::unread::Reason;

/// What a configuration file may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Files that this one builds upon, relative to it; the later ones win, this one wins over all.
    pub extends: Vec<String>,
    /// What is looked at.
    pub paths: Paths,
    /// Which rules take part.
    pub rules: RuleChoice,
    /// What is reported, and what fails.
    pub thresholds: Thresholds,
    /// What marks, exceptions and the baseline may do.
    pub policy: PolicyText,
    /// What may be left unread.
    pub unread: UnreadText,
    /// What the project weighs otherwise.
    pub weights: Weights,
    /// How long credentials may live.
    pub lifetime: LifetimePolicy,
}

/// What is looked at. Globs are matched against paths below the root of the project, and against
/// file names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Paths {
    /// Left out.
    pub exclude: Vec<String>,
    /// Looked at although `exclude` names it.
    pub include: Vec<String>,
}

/// Which rules take part: ids, aliases, or prefixes with `*`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RuleChoice {
    /// Files with rules of one's own, relative to the file that names them.
    pub files: Vec<String>,
    /// Only these, if there are any.
    pub only: Vec<String>,
    /// Not these.
    pub disable: Vec<String>,
    /// Takes back what a file that this one extends disables.
    pub enable: Vec<String>,
}

/// What is reported, and what fails. The command line goes before.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Thresholds {
    /// As `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// As `--min-confidence`.
    pub min_confidence: Option<MinConfidence>,
    /// As `--include-placeholders`.
    pub include_placeholders: Option<bool>,
}

/// What marks, exceptions and the baseline may do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct PolicyText {
    /// Whose marks in the scanned text count.
    pub marks: Option<Marks>,
    /// What a mark of ours must say to count.
    pub mark_needs: Vec<MarkField>,
    /// Longest time from an exception's start, or last renewal, to its end, in days.
    pub max_exception_days: Option<u16>,
    /// How often an exception may be renewed; without end if absent.
    pub max_renewals: Option<u16>,
    /// Days before its end from which on an exception is warned of.
    pub warn_days: Option<u16>,
    /// Days that a finding of the baseline may stay open; without end if absent.
    pub max_open_days: Option<u16>,
}

/// What may be left unread: a scan that leaves out nothing else is complete.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct UnreadText {
    /// Reasons that are accepted.
    pub accept: Vec<Reason>,
}

/// Whose marks count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marks {
    /// Ours and those of other tools.
    #[default]
    All,
    /// Ours.
    Own,
    /// None.
    None,
}

/// Something that a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkField {
    /// When it ends.
    Until,
    /// Who answers for it.
    Owner,
    /// Why.
    Reason,
}
