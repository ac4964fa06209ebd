//! What was met and not looked into: counted and named, never taken for scanned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file, object or part of one that holds more than was scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unread {
    /// Path, or what stands for one.
    pub place: String,
    /// Why it was not looked into.
    pub reason: Reason,
    /// What it is: `zip archive`.
    pub detail: String,
}

/// Why something was not looked into.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It takes a password or key to read it.
    Encrypted,
    /// It ends too early.
    Truncated,
    /// It is not what its format asks for.
    Damaged,
    /// Reading it would take more time or memory than a scan gives it.
    OverBudget,
    /// It is a container of a kind that is not opened.
    Unsupported,
    /// Its content lies elsewhere.
    NotFetched,
    /// Somebody asked for it to be left out.
    SwitchedOff,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Encrypted,
        Self::Truncated,
        Self::Damaged,
        Self::OverBudget,
        Self::Unsupported,
        Self::NotFetched,
        Self::SwitchedOff,
    ];

    /// The name that options, configuration files and reports have for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::OverBudget => "over-budget",
            Self::Unsupported => "unsupported",
            Self::NotFetched => "not-fetched",
            Self::SwitchedOff => "switched-off",
        }
    }
}

impl Unread {
    /// The same, if its place is a path below that of a blob, or empty for the blob itself.
    #[must_use]
    pub fn below(self, blob: &str) -> Self {
        let place = match self.place.as_str() {
            "" => blob.to_owned(),
            member => format!("{blob}!{member}"),
        };
        Self { place, ..self }
    }

    /// The path of the file that it is in, as far as its place tells: a file may have a `!` in its name.
    pub fn file(&self) -> &str {
        self.place.split('!').next().unwrap_or_default()
    }

    /// What it is, as it is counted: `encrypted zip archive`.
    pub fn kind(&self) -> String {
        // What follows the comma is said of this one alone: `zip archive, 3 of 12 members`.
        let detail = self.detail.split(", ").next().unwrap_or_default();
        match self.reason {
            Reason::Encrypted => format!("encrypted {detail}"),
            Reason::Truncated => format!("truncated {detail}"),
            Reason::Damaged => format!("damaged {detail}"),
            Reason::OverBudget => format!("too large {detail}"),
            Reason::NotFetched => format!("{detail} that is not here"),
            Reason::Unsupported | Reason::SwitchedOff => detail.to_owned(),
        }
    }
}
