//! Schema of the JSON report and of JSON Lines: one set of structs, which are written, and read back where
//! reports are merged.
//!
//! A field is added here alone. One that older reports lack is optional or has a default. One that follows
//! from others is written for people and programs and not read back (`skip_deserializing`): it is worked
//! out anew. Texts are borrowed, both when they are written and, as far as they hold no escapes, when they
//! are read. What is read is not trusted: the conversions into findings check it.

mod decoded;
mod occurrence;
mod secret;

use std::borrow::Cow;

use jiff::civil::Date;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize, Serializer};

use super::Summary;
use crate::finding::decision::{self, State};
use crate::git::checkout::Checkout;
use crate::identity::Identity;
use crate::locked::Locked;
use crate::policy::baseline::Entry;
use crate::problem::Problem;
use crate::scan_output::Scanned;
use sprawl_detect::schemas;
use sprawl_unpack::unread::Unread;

pub(super) use decoded::Certificate;
pub(super) use occurrence::Occurrence;
pub(super) use secret::{Secret, Secrets};

/// The schema of the JSON report.
pub(super) fn schema() -> Schema {
    let settings = SchemaSettings::draft07().for_serialize();
    let generator = settings.into_generator();
    schemas::tidy(generator.into_root_schema_for::<Document<'static, Vec<Secret<'static>>>>())
}

/// Version of the schema. Changes whenever a reader would have to.
pub(super) const VERSION: u32 = 1;

/// Name of the tool, by which its reports are recognised.
pub(super) const TOOL: &str = "sprawl";

/// Part of a report that every version has, read first to tell whose report it is.
#[derive(Debug, Deserialize)]
pub(super) struct Head<'a> {
    pub(super) schema_version: Option<u64>,
    #[serde(borrow)]
    pub(super) tool: Option<Tool<'a>>,
}

/// JSON report of sprawl.
// `S` is a list of secrets: one that makes each of them when it is written, or those that were read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Report of sprawl", bound = "S: JsonSchema + Default")]
pub(super) struct Document<'a, S> {
    /// Version of this schema. Fields may be added without a new version.
    pub(super) schema_version: u32,
    /// Program that wrote the report.
    #[serde(borrow)]
    pub(super) tool: Tool<'a>,
    /// Key that the ids were made with.
    #[serde(borrow)]
    pub(super) identity: IdentityNote<'a>,
    /// Secrets to act on, the worst first.
    pub(super) secrets: S,
    /// Secrets all of whose occurrences are suppressed: inline, by exceptions or by the baseline.
    #[serde(default)]
    pub(super) covered: S,
    /// Parts of these credentials with their occurrences: key ids of secrets, second secrets. The entries
    /// name them by id.
    #[serde(default)]
    pub(super) parts: S,
    /// Entries of the baseline that are no longer found.
    #[serde(default, borrow)]
    pub(super) absent: Vec<Absent<'a>>,
    /// Secrets that are not reported, as far as `sprawl merge` needs them.
    #[serde(default)]
    pub(super) unreported: S,
    /// Certificates, which may tell what a key of another report unlocks.
    #[serde(default, borrow)]
    pub(super) certificates: Vec<Certificate<'a>>,
    /// What is encrypted or kept in a secret manager, and so unlocked by keys that are found.
    #[serde(default)]
    pub(super) locked: Cow<'a, [Locked]>,
    /// Repositories that were scanned.
    #[serde(default)]
    pub(super) repositories: Cow<'a, [Checkout]>,
    /// What was scanned: empty for files, `history`, `staged`, `range`, or `merged`.
    #[serde(default, borrow)]
    pub(super) category: Cow<'a, str>,
    /// Paths or repositories that were asked for.
    #[serde(default)]
    pub(super) scanned: Cow<'a, [Scanned]>,
    /// What could not be scanned: with any of these the report is incomplete.
    pub(super) problems: Cow<'a, [Problem]>,
    /// What was met and not read.
    #[serde(default)]
    pub(super) unread: Cow<'a, [Unread]>,
    /// Totals.
    pub(super) summary: Cow<'a, Summary>,
}

/// Program that wrote the report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Tool<'a> {
    /// Name of the program.
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    /// Version of the program.
    #[serde(skip_deserializing)]
    version: &'static str,
}

impl Tool<'_> {
    /// This program.
    pub(super) const THIS: Self =
        Self { name: Cow::Borrowed(TOOL), version: env!("CARGO_PKG_VERSION") };
}

/// Key of the report's ids: only ids made under one key can be compared.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Identity")]
pub(super) struct IdentityNote<'a> {
    /// Whether there was a project key; without one, ids differ from run to run where a value could be
    /// guessed.
    pub(super) keyed: bool,
    /// Check value of the key: equal in reports whose ids can be compared.
    #[serde(borrow)]
    pub(super) check: Cow<'a, str>,
}

impl IdentityNote<'_> {
    pub(super) fn of(identity: &Identity) -> Self {
        let check = Cow::Owned(identity.check_value());
        Self { keyed: identity.has_project_key(), check }
    }
}

/// Entry of the baseline that is no longer found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Absent<'a> {
    /// Always `absent`, so that this list reads like those of secrets.
    #[serde(skip_deserializing)]
    #[schemars(with = "State")]
    state: Option<State>,
    /// Id of the secret.
    #[serde(borrow)]
    secret_id: Cow<'a, str>,
    /// Id of the rule that found it.
    #[serde(borrow)]
    rule_id: Cow<'a, str>,
    /// Path of the file.
    #[serde(borrow)]
    path: Cow<'a, str>,
    /// Day on which it was recorded.
    #[schemars(with = "String", extend("format" = "date"))]
    #[serde(serialize_with = "day_as_text", deserialize_with = "decision::day_from_text")]
    since: Date,
}

impl<'a> Absent<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self {
            state: Some(State::Absent),
            secret_id: Cow::Borrowed(&entry.id),
            rule_id: Cow::Borrowed(&entry.rule),
            path: Cow::Borrowed(&entry.path),
            since: entry.since,
        }
    }
}

impl From<Absent<'_>> for Entry {
    fn from(absent: Absent<'_>) -> Self {
        Self {
            id: absent.secret_id.into_owned(),
            rule: absent.rule_id.into_owned(),
            path: absent.path.into_owned(),
            place: String::new(),
            since: absent.since,
            fixed: None,
            history: false,
        }
    }
}

fn day_as_text<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
