//! Identity of a secret: the same id wherever it is found, and nothing to guess it from.
//!
//! With a project key the id is HMAC-SHA-256 of the secret under that key. Without one, a fixed key
//! serves for values that nobody can guess; a value that people choose gets its id from where it
//! stands, because a hash of a password under a known key is a way to guess it.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::finding::{Finding, Secret};
use sprawl_detect::entropy::is_unguessable;
use sprawl_detect::rules::Kind;

/// Environment variable that holds the project key.
pub const KEY_VARIABLE: &str = "SPRAWL_ID_KEY";

/// Key for values of that nobody can guess when there is no project key. Public: it keeps
/// ids of sprawl apart from other hashes of the same value, no more.
const PUBLIC_KEY: &[u8] = b"sprawl secret identity, version 1";

/// Characters of an id: 100 bits of base32.
const LENGTH: usize = 20;

/// Characters of what only tells a few things apart: 40 bits of base32.
const SHORT: usize = 8;

/// Makes ids.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    key: Option<ProjectKey>,
}

/// A project key; not printable.
#[derive(Clone)]
struct ProjectKey(Vec<u8>);

impl std::fmt::Debug for ProjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProjectKey(..)")
    }
}

impl Identity {
    /// With a project key, or without.
    pub fn new(key: Option<&str>) -> Self {
        Self { key: key.filter(|k| !k.is_empty()).map(|k| ProjectKey(k.as_bytes().to_vec())) }
    }

    /// Makes the ids that secrets had before the project had its key. Good for recognising those of an
    /// earlier report, and nothing more.
    pub fn former() -> Self {
        Self::default()
    }

    /// Whether ids of passwords can be compared between places and runs.
    pub fn has_project_key(&self) -> bool {
        self.key.is_some()
    }

    /// Whether these bytes are the project key.
    pub fn is_key(&self, bytes: &[u8]) -> bool {
        self.key.as_ref().is_some_and(|key| key.0 == bytes)
    }

    /// The id of a secret that was first found in the file `place`, as one of several there, and whether
    /// it follows from there and not from its value. The name of the file holds no secret that was found:
    /// an id by place could be tried out.
    pub fn of(&self, secret: &Secret, kind: Kind, place: &str, ordinal: usize) -> (String, bool) {
        let bytes = secret.reveal();
        if self.key.is_some() || (!kind.is_guessable() && is_unguessable(bytes)) {
            return (base32(&mac(self.key_bytes(), &[b"secret", bytes])), false);
        }
        let number = ordinal.to_string();
        let parts = [b"place", kind.name().as_bytes(), place.as_bytes(), number.as_bytes()];
        (base32(&mac(PUBLIC_KEY, &parts)), true)
    }

    /// The id of what names a place in a file: a word beside a secret.
    pub fn place(&self, word: &Secret) -> String {
        if word.reveal().is_empty() {
            return String::new();
        }
        let mut id = base32(&mac(self.key_bytes(), &[b"word", word.reveal()]));
        id.truncate(SHORT);
        id
    }

    /// Which project's key this is, if it is one: enough to tell two of them apart.
    pub fn project(&self) -> Option<String> {
        let ProjectKey(key) = self.key.as_ref()?;
        let mut id = base32(&mac(key, &[b"project"]));
        id.truncate(SHORT);
        Some(id)
    }

    /// Another id for a secret whose id by place is taken by one of another repository.
    pub fn apart(&self, id: &str, repository: &str) -> String {
        base32(&mac(self.key_bytes(), &[b"apart", id.as_bytes(), repository.as_bytes()]))
    }

    /// Stands for the place that a value is kept at, whatever the value: by the name that it is
    /// assigned to, or else by its rule.
    pub fn slot(&self, finding: &Finding, rule: &str) -> String {
        let name = finding.surroundings.name.as_deref();
        let (what, name) = name.map_or(("rule", rule), |name| ("name", name));
        let parts = [
            b"slot",
            finding.repository.as_bytes(),
            finding.below.as_bytes(),
            what.as_bytes(),
            name.as_bytes(),
        ];
        base32(&mac(self.key_bytes(), &parts))
    }

    /// Tells one key from another without telling anything else of it.
    pub fn check_value(&self) -> String {
        base32(&mac(self.key_bytes(), &[b"check value"]))
    }

    /// A `primaryLocationLineHash` that tells lines apart which are equal but for the secret. Only under
    /// a project's key: without one it would be a way to try guesses.
    pub fn line<'h>(&self, hash: &'h str, secret_id: &str) -> Cow<'h, str> {
        let (Some(ProjectKey(key)), Some((_, count))) = (&self.key, hash.rsplit_once(':')) else {
            return Cow::Borrowed(hash);
        };
        let mixed = mac(key, &[b"line", hash.as_bytes(), secret_id.as_bytes()]);
        Cow::Owned(format!("{}:{count}", data_encoding::HEXLOWER.encode(&mixed[..8])))
    }

    fn key_bytes(&self) -> &[u8] {
        self.key.as_ref().map_or(PUBLIC_KEY, |k| k.0.as_slice())
    }

    /// The id of one occurrence: of its secret, path and number among those of the file.
    pub fn occurrence(&self, secret_id: &str, path: &str, ordinal: usize) -> String {
        let number = ordinal.to_string();
        base32(&mac(
            self.key_bytes(),
            &[b"occurrence", secret_id.as_bytes(), path.as_bytes(), number.as_bytes()],
        ))
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        // The length in front keeps ("ab", "c") and ("a", "bc") apart.
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn base32(bytes: &[u8]) -> String {
    // Five bits a character.
    let some = bytes.len().min((LENGTH * 5).div_ceil(8));
    let mut text = data_encoding::BASE32_NOPAD.encode(&bytes[..some]).to_ascii_lowercase();
    text.truncate(LENGTH);
    text
}
