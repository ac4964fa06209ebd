//! Decision: what was decided earlier about one occurrence, and whether it is still open.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use sprawl_detect::rare::Nothing;

/// Compared with the baseline. The names of the first four are those of SARIF's `baselineState`
/// (2.1.0, 3.27.24).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not in the baseline.
    New,
    /// In the baseline, here or where the file was before.
    Unchanged,
    /// Another secret in a place of the baseline.
    Updated,
    /// In the baseline, and no longer found.
    Absent,
    /// Was gone, and is back.
    Reopened,
}

impl State {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Updated => "updated",
            Self::Absent => "absent",
            Self::Reopened => "reopened",
        }
    }
}

/// Where a decision is recorded.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionKind {
    /// Inline suppression in the scanned text.
    InSource,
    /// Exception.
    External,
}

impl SuppressionKind {
    /// The name that SARIF has for it (2.1.0, 3.35.2).
    pub const fn name(self) -> &'static str {
        match self {
            Self::InSource => "inSource",
            Self::External => "external",
        }
    }
}

/// Decision that an occurrence may be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// Where it is recorded.
    pub kind: SuppressionKind,
    /// Text of the inline suppression, or the file with the exceptions.
    pub by: String,
    /// Justification, in the words of who decided it.
    pub justification: String,
    /// Owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Last day on which it counts.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "as_text",
        deserialize_with = "from_text"
    )]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub until: Option<Date>,
}

/// Decision about an occurrence, made before this scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Compared with the baseline, where there is one.
    pub state: Option<State>,
    /// Day on which the baseline first had it.
    pub since: Option<Date>,
    /// Has been open longer than the policy allows.
    pub overdue: bool,
    /// There was a decision that it may be there, and its time is over.
    pub lapsed: bool,
    /// The decision that it may be there.
    pub suppression: Option<Suppression>,
    /// Remarks for the report: an exception that ended, a mark that does not count.
    pub notes: Vec<String>,
}

impl Nothing for Decision {
    fn nothing() -> &'static Self {
        static NOTHING: Decision = Decision {
            state: None,
            since: None,
            overdue: false,
            lapsed: false,
            suppression: None,
            notes: Vec::new(),
        };
        &NOTHING
    }
}

impl Decision {
    /// Whether somebody has to act: neither accepted nor, in time, in the baseline. A decision that
    /// is over weighs more than the baseline.
    pub fn is_open(&self) -> bool {
        let is_known = self.state == Some(State::Unchanged) && !self.overdue && !self.lapsed;
        self.suppression.is_none() && !is_known
    }
}

/// A day as `2027-01-31`.
pub fn as_text<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

/// A day of a report.
pub fn day_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom("no day"))
}

/// A day that [`as_text`] wrote.
pub fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(|_| D::Error::custom("no day"))).transpose()
}
