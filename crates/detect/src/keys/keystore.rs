//! Key stores, and what they have in common: a passphrase that is worth guessing.

pub(super) mod java;
pub(super) mod pkcs12;

use super::material::Parsed;
use crate::score::Usability;

/// Passwords with which everybody can open a key store: none, and the two that Java's documentation
/// and tools use.
const OPEN: [&str; 3] = ["", "changeit", "changeme"];

/// Entries of a store that are looked at.
const MOST_ENTRIES: usize = 256;

/// Says that everybody can open the store, which takes away the limit that encryption is.
fn with_passphrase(mut parsed: Parsed, is_open: bool) -> Parsed {
    if is_open {
        parsed.decoded.usability.retain(|limit| *limit != Usability::Encrypted);
        parsed.decoded.add_fact("passphrase", "none, or the default one");
        parsed.is_proven = true;
    }
    parsed
}
