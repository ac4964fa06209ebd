//! Values that are looked for wherever they stand, and what is found so.
//!
//! A secret that some rule found is the same secret in a log, on a wiki page or as a bare argument, where no
//! rule speaks. It is looked for there by its value, if nobody writes that value by chance.

use std::ops::Range;

use crate::Candidate;
use crate::evidence::{Confidence, Evidence};
use crate::rules::RuleId;
use crate::score::Usability;
use crate::{entropy, placeholder, weak, words};

/// Bytes that a value has at the least: shorter ones stand in other texts by chance.
pub const LEAST: usize = 12;

/// Bits of entropy that a value has at the least, by its own distribution of bytes.
const BITS: f64 = 36.0;

/// Whether a value is the same secret wherever it stands: long enough, with enough variety, and neither a
/// password that people think of nor made of words nor a placeholder.
pub fn is_distinctive(value: &[u8]) -> bool {
    let bits = entropy::shannon(value);
    let is_of_words = || {
        let reading = words::read(value);
        reading.letters > 0 && reading.known * 4 >= reading.letters * 3
    };
    value.len() >= LEAST
        && bits * value.len() as f64 >= BITS
        && weak::strength(value) == weak::Strength::Mixed
        && !weak::is_weak(true, value, bits)
        && !is_of_words()
        && placeholder::placeholder(value).is_none()
}

impl Candidate {
    /// A known secret, found by its value alone. `identity` is the secret where it is written otherwise here.
    pub fn by_value(
        rule: RuleId,
        secret: Range<usize>,
        identity: Option<Vec<u8>>,
        confidence: Confidence,
        usability: Vec<Usability>,
    ) -> Self {
        let mut known = Self::plain(rule, secret);
        known.identity = identity;
        known.evidence.push(Evidence::ByValue);
        known.confidence = confidence;
        known.usability = usability;
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_by_chance_is_not_looked_for() {
        for value in [
            "changeme",
            "hunter2",
            "password123456",
            "correct horse battery",
            "databaseConnectionString",
            "my-application-service-account-identifier",
            "000000000000000000000000",
            "xxxxxxxxxxxxxxxxxxxx",
            "Kx7#mQ2",
        ] {
            assert!(!is_distinctive(value.as_bytes()), "{value}");
        }
        for parts in [
            ["QD32mZLIVvX", "lhJmFIazp5y"],
            ["Vx7kQ2m", "NpR9t"],
            ["b84f46a33ce57eb4", "f37aef3fd31cc88c"],
        ] {
            let value = parts.concat();
            assert!(is_distinctive(value.as_bytes()), "{value}");
        }
    }
}
