//! What a scanned repository is a checkout of: where it comes from, and at which commit it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Repository;

/// Repository that was scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Checkout {
    /// Its name in the report.
    pub repository: String,
    /// Prefix of its paths in the report: empty, or a directory with a slash at its end.
    pub below: String,
    /// URL of its remote without credentials, if it has one that others can reach.
    pub remote: Option<String>,
    /// The commit at HEAD.
    pub revision: Option<String>,
    /// The branch at HEAD, in full.
    pub branch: Option<String>,
}

impl Repository {
    /// What this is a checkout of; what cannot be read is left out.
    pub fn checkout(&self) -> Checkout {
        Checkout {
            repository: self.name().to_string(),
            below: String::new(),
            remote: self.config.remote.as_deref().and_then(public_address),
            revision: self.head_commit().ok().flatten().map(|id| id.to_string()),
            branch: self.head_branch(),
        }
    }
}

/// An address without user, password, query and fragment, as a URI; `None` for paths of a machine.
fn public_address(address: &str) -> Option<String> {
    let address = address.trim();
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.to_owned()),
        None => {
            // `user@host:path`, as ssh has it; a drive or a path has no host before the colon.
            let (host, path) = address.split_once(':')?;
            if host.contains('/') || host.len() < 2 {
                return None;
            }
            ("ssh".to_owned(), format!("{host}/{}", path.trim_start_matches('/')))
        }
    };
    if !matches!(scheme.as_str(), "https" | "http" | "ssh" | "git") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:[]%+".contains(c);
    let is_plain = !host.is_empty() && host.chars().all(plain) && path.chars().all(plain);
    is_plain.then(|| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_no_credentials() {
        let of = |address: &str| public_address(address).unwrap_or_default();
        assert_eq!(of("https://example.net/a/b.git"), "https://example.net/a/b.git");
        assert_eq!(of("https://me:word@example.net/a?token=x#y"), "https://example.net/a");
        assert_eq!(of("https://word@example.net:8443/a"), "https://example.net:8443/a");
        assert_eq!(of("git@example.net:a/b.git"), "ssh://example.net/a/b.git");
        assert_eq!(of("ssh://git@example.net/a"), "ssh://example.net/a");
        for private in ["/srv/git/a", "C:/git/a", "file:///srv/a", "../a", "", "https://"] {
            assert_eq!(of(private), "", "{private}");
        }
        // What is no address is not repeated.
        assert_eq!(of("https://example.net/a b\"c"), "");
    }
}
