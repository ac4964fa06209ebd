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
use serde::{Deserialize, Serialize, Serializer};

use super::Summary;
use crate::finding::decision::{self, State};
use crate::git::checkout::Checkout;
use crate::identity::Identity;
use crate::locked::Locked;
use crate::policy::baseline::Entry;
use crate::problem::Problem;
use crate::scan_output::Scanned;
use sprawl_unpack::unread::Unread;

pub(super) use decoded::Certificate;
pub(super) use occurrence::Occurrence;
pub(super) use secret::{Secret, Secrets};

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

/// Whole report. `S` is a list of secrets: one that makes each of them when it is written, or those that
/// were read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Document<'a, S> {
    pub(super) schema_version: u32,
    #[serde(borrow)]
    pub(super) tool: Tool<'a>,
    #[serde(borrow)]
    pub(super) identity: IdentityNote<'a>,
    pub(super) secrets: S,
    /// Secrets that marks, exceptions or the baseline cover wherever they stand.
    #[serde(default)]
    pub(super) covered: S,
    /// Entries of the baseline that are not found any more.
    #[serde(default, borrow)]
    pub(super) absent: Vec<Absent<'a>>,
    /// Secrets that are not reported, as far as a merge needs them.
    #[serde(default)]
    pub(super) unreported: S,
    #[serde(default, borrow)]
    pub(super) certificates: Vec<Certificate<'a>>,
    #[serde(default)]
    pub(super) locked: Cow<'a, [Locked]>,
    #[serde(default)]
    pub(super) repositories: Cow<'a, [Checkout]>,
    #[serde(default, borrow)]
    pub(super) category: Cow<'a, str>,
    #[serde(default)]
    pub(super) scanned: Cow<'a, [Scanned]>,
    pub(super) problems: Cow<'a, [Problem]>,
    /// What was not looked into.
    #[serde(default)]
    pub(super) unread: Cow<'a, [Unread]>,
    pub(super) summary: Cow<'a, Summary>,
}

/// Program that wrote the report.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tool<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    #[serde(skip_deserializing)]
    version: &'static str,
}

impl Tool<'_> {
    /// This program.
    pub(super) const THIS: Self =
        Self { name: Cow::Borrowed(TOOL), version: env!("CARGO_PKG_VERSION") };
}

/// Key of the report's ids: only ids made under one key can be compared.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IdentityNote<'a> {
    pub(super) keyed: bool,
    #[serde(borrow)]
    pub(super) check: Cow<'a, str>,
}

impl IdentityNote<'_> {
    pub(super) fn of(identity: &Identity) -> Self {
        let check = Cow::Owned(identity.check_value());
        Self { keyed: identity.has_project_key(), check }
    }
}

/// Entry of the baseline that is not found any more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Absent<'a> {
    /// Always there, so that this list reads like those of secrets.
    #[serde(skip_deserializing)]
    state: Option<State>,
    #[serde(borrow)]
    secret_id: Cow<'a, str>,
    #[serde(borrow)]
    rule_id: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
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
