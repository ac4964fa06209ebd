//! What the text around a secret tells policy: marks, and a word that names the place.

use jiff::civil::Date;

use super::Secret;
use sprawl_detect::rare::Rare;

/// What stands near one secret.
#[derive(Debug, Clone)]
pub struct Nearby {
    /// Marks that speak of its line.
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
    /// Where it begins in its text, bytes: what tells two marks of a line apart.
    pub at: usize,
    /// What ours says, or why it cannot be understood; none for those of other tools.
    pub terms: Option<Result<Terms, String>>,
}

/// What a mark of ours says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Rule that it speaks of: id or alias.
    pub rule: String,
    /// Last day on which it counts.
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
}
