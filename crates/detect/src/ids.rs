//! Names of the built-in rules that code refers to.
//!
//! The build script writes a constant for each rule of `rules/`, and nothing else makes a [`RuleName`]:
//! where code names a rule that was renamed or deleted, it does not compile.

use core::fmt;
use core::ops::Deref;

/// The id of a built-in rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleName(&'static str);

impl RuleName {
    /// The id as it is written in rule files and reports.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Deref for RuleName {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl PartialEq<&str> for RuleName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<RuleName> for &str {
    fn eq(&self, other: &RuleName) -> bool {
        *self == other.0
    }
}

include!(concat!(env!("OUT_DIR"), "/ids.rs"));
