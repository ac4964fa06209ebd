//! Forms of patterns.

/// In what texts the secrets of a rule stand. Tests put them into the shapes of real files, and have
/// to know where those say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As values that are assigned, given or sent, in whatever notation.
    Ordinary,
    /// In the shapes of the rule's examples alone: a statement, a command line, a section of one file
    /// format, or two credentials side by side.
    Own,
}

impl Form {
    /// Forms that rule files name.
    pub const NAMED: &'static [(Self, &'static str)] = &[(Self::Own, "own")];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(_, n)| *n == name).map(|(form, _)| *form)
    }
}
