//! Facts from the text around a secret that policy uses: marks, and a word that names the place.

use jiff::civil::Date;

use super::Secret;
use sprawl_detect::rare::Rare;

/// Marks and words near one secret.
#[derive(Debug, Clone)]
pub struct Nearby {
    /// Marks that apply to its line.
    pub marks: Rare<Vec<Mark>>,
    /// The word before it, which stays when lines are moved or the file is formatted anew. Kept as a
    /// secret: it may be part of one.
    pub word: Secret,
}

impl Default for Nearby {
    fn default() -> Self {
        Self { marks: Rare::default(), word: Secret::new(b"") }
    }
}

/// A mark, as it was found near a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The words it begins with, like `gitleaks:allow`.
    pub words: &'static str,
    /// Where it begins in its text, in bytes: it distinguishes two marks of a line.
    pub at: usize,
    /// Terms of a mark of ours, or why they cannot be understood; none for marks of other tools.
    pub terms: Option<Result<Terms, String>>,
}

/// Terms of a mark of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Rule that it is for: id or alias.
    pub rule: String,
    /// Last day on which it counts.
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
}
