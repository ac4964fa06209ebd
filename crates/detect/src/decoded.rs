//! What a credential says about itself, offline. Never the secret itself.

use serde::Serialize;

use crate::rare::Nothing;
use crate::score::{Authority, Lifetime, Usability};

/// One decoded statement for people to read: `account` = `123456789012`, `scope` = `project foo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
pub struct Fact {
    /// Short lower-case name.
    pub name: &'static str,
    /// The value; comes from outside, so it is escaped before it reaches a terminal.
    pub value: String,
}

/// Everything read out of a credential without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// Statements for the report.
    pub facts: Vec<Fact>,
    /// Replaces the rule's authority.
    pub authority: Option<Authority>,
    /// Replaces the rule's lifetime.
    pub lifetime: Option<Lifetime>,
    /// Limits to its use (encrypted, test mode, canary, placeholder); expiry is judged later,
    /// against the clock of the run.
    pub usability: Vec<Usability>,
    /// Its own start or issue time, Unix seconds.
    pub issued: Option<i64>,
    /// Its own end, Unix seconds.
    pub expires: Option<i64>,
    /// SHA-256 of the SubjectPublicKeyInfo, by which keys and certificates find each other.
    pub public_key: Option<[u8; 32]>,
}

/// The `mode` of a credential that is for live use, whatever file it stands in.
pub const LIVE: &str = "live";

impl Nothing for Decoded {
    fn nothing() -> &'static Self {
        static NOTHING: Decoded = Decoded {
            facts: Vec::new(),
            authority: None,
            lifetime: None,
            usability: Vec::new(),
            issued: None,
            expires: None,
            public_key: None,
        };
        &NOTHING
    }
}

impl Decoded {
    /// Whether it is said to be for live use.
    pub fn is_live(&self) -> bool {
        self.facts.iter().any(|fact| fact.name == "mode" && fact.value == LIVE)
    }

    /// Adds a fact.
    pub fn add_fact(&mut self, name: &'static str, value: impl Into<String>) {
        self.facts.push(Fact { name, value: value.into() });
    }

    /// Adds the facts when it was issued and when it expires, unless they are there already.
    pub fn add_term(&mut self) {
        for (name, time) in [("issued", self.issued), ("expires", self.expires)] {
            let said = |fact: &Fact| fact.name == name || fact.name == "not after";
            let time = time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
            if let Some(time) = time.filter(|_| !self.facts.iter().any(said)) {
                self.add_fact(name, time.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_stated_once() {
        let mut decoded = Decoded { expires: Some(1_893_456_000), ..Decoded::default() };
        decoded.add_term();
        decoded.add_term();
        let expires = Fact { name: "expires", value: "2030-01-01T00:00:00Z".to_owned() };
        assert_eq!(decoded.facts, [expires]);
        let mut endless = Decoded { issued: Some(i64::MAX), ..Decoded::default() };
        endless.add_term();
        assert!(endless.facts.is_empty(), "no such date");
    }
}
