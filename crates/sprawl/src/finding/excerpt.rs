//! The line around a secret, as people see it in a report. No secret is in it.

use sprawl_detect::rare::Nothing;

/// A line without its secrets: what stands on it before a secret, and behind it. Other secrets on the line are
/// written as reports write what they do not show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// From the beginning of the line, or from a word near by where that is far away.
    pub before: String,
    /// To the end of the line, or to a word near by; empty if the secret goes on in the next line.
    pub after: String,
    /// Whether something is left out at the beginning, and at the end.
    pub is_cut: (bool, bool),
    /// Whether there is a line at all: one that holds nothing but the secret has no other sign.
    pub is_kept: bool,
}

impl Nothing for Excerpt {
    fn nothing() -> &'static Self {
        static NOTHING: Excerpt = Excerpt {
            before: String::new(),
            after: String::new(),
            is_cut: (false, false),
            is_kept: false,
        };
        &NOTHING
    }
}
