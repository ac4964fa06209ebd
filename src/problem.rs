//! Problems: what could not be read or finished. The scan goes on; the report and the exit code
//! say so.

use serde::{Deserialize, Serialize};

/// One thing that was not scanned as it should have been.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Path, object id or revision.
    pub place: String,
    /// What went wrong, and what to do where there is something to do. Holds no file content.
    pub what: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}
