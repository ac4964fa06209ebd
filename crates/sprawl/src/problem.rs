//! Problems: what could not be read or finished. The scan goes on; the report and the exit code
//! say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use sprawl_unpack::unread::{Reason, Unread};

/// Something that could not be scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Path, object id or revision.
    pub place: String,
    /// What went wrong, and what to do where there is something to do. Holds no file content.
    pub what: String,
    /// What it is that would have taken more time or memory than a scan gives it, if that is why.
    #[serde(skip)]
    over_budget: Option<&'static str>,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), over_budget: None }
    }

    /// Something that would take more time or memory than a scan gives it; `detail` says what it is:
    /// `git object`.
    pub fn over_budget(
        place: impl Into<String>,
        what: impl Into<String>,
        detail: &'static str,
    ) -> Self {
        Self { over_budget: Some(detail), ..Self::new(place, what) }
    }

    /// What was not looked into for want of time or memory.
    pub fn unread(&self) -> Option<Unread> {
        let detail = self.over_budget?.to_owned();
        Some(Unread { place: self.place.clone(), reason: Reason::OverBudget, detail })
    }
}
