//! What is locked in a tree, and with which key: the fan-out of secret zero.
//!
//! Encrypted files and references to a secret store are no findings, but they say what a key that was
//! found opens. They are noted while files are scanned and joined with the keys afterwards; only the
//! present tree counts.

mod find;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use sprawl_detect::ids;

pub use find::find;
pub(crate) use find::{SEALING, is_sealing_key};

/// Something encrypted, or kept in a secret manager.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Locked {
    /// Name of the repository or root.
    pub repository: String,
    /// The file that is encrypted, or that refers to the secret manager.
    pub path: String,
    /// How it is encrypted, or where it is kept.
    pub lock: Lock,
}

/// How something is encrypted. All of this is public: recipients, fingerprints, account numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lock {
    /// SOPS file with this age recipient.
    SopsAge(String),
    /// SOPS file with this OpenPGP fingerprint, upper-case hexadecimal.
    SopsPgp(String),
    /// SOPS file with an AWS KMS key of this account.
    SopsKms(String),
    /// Ansible Vault, whole or in part.
    AnsibleVault,
    /// Rails credentials of this environment; `credentials` and `secrets` are those of all.
    RailsCredentials(String),
    /// Sealed secret of Kubernetes.
    SealedSecret,
    /// File encrypted by git-crypt.
    GitCrypt,
    /// The key of git-crypt, encrypted to this OpenPGP fingerprint.
    GitCryptKey(String),
    /// Path in a HashiCorp Vault.
    VaultPath(String),
}

impl Lock {
    /// The text of it that comes from a file, if it has one.
    pub(crate) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::SopsAge(text)
            | Self::SopsPgp(text)
            | Self::SopsKms(text)
            | Self::RailsCredentials(text)
            | Self::GitCryptKey(text)
            | Self::VaultPath(text) => Some(text),
            Self::AnsibleVault | Self::SealedSecret | Self::GitCrypt => None,
        }
    }
}

/// One thing that a secret unlocks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Name of the repository or root.
    pub repository: String,
    /// The file that is unlocked, or that refers to it.
    pub path: String,
    /// What it is, in a few words.
    pub what: String,
}

/// What a secret opens, without repeats. `rule` is the id of its rule.
pub fn opened(rule: &str, occurrences: &[Finding], locked: &[Locked]) -> Vec<Opened> {
    let key = Key { rule, occurrences };
    let kind = key.kind();
    if kind == KeyKind::Other || locked.is_empty() {
        return Vec::new();
    }
    let mut all = BTreeSet::new();
    let mut paths_in_store = BTreeSet::new();
    // Repositories whose git-crypt key is there for this one.
    let admitted: BTreeSet<&str> = locked
        .iter()
        .filter(|item| {
            kind == KeyKind::Pgp
                && matches!(&item.lock, Lock::GitCryptKey(f) if key.says("fingerprint", f))
        })
        .map(|item| item.repository.as_str())
        .collect();
    for item in locked {
        let what = match &item.lock {
            Lock::SopsAge(recipient) if kind == KeyKind::Age => {
                key.says("recipient", recipient).then_some("SOPS file")
            }
            Lock::SopsPgp(fingerprint) if kind == KeyKind::Pgp => {
                key.says("fingerprint", fingerprint).then_some("SOPS file")
            }
            Lock::SopsKms(account) if kind == KeyKind::Aws => {
                key.says("account", account).then_some("SOPS file under KMS")
            }
            Lock::GitCrypt if kind == KeyKind::Pgp => {
                admitted.contains(item.repository.as_str()).then_some("git-crypt file")
            }
            Lock::AnsibleVault if kind == KeyKind::Ansible => {
                key.lives_in(&item.repository).then_some("Ansible Vault file")
            }
            Lock::RailsCredentials(environment) if kind == KeyKind::Rails => {
                (key.lives_in(&item.repository) && key.is_for(environment))
                    .then_some("Rails credentials")
            }
            Lock::SealedSecret if kind == KeyKind::Tls => {
                key.says("use", find::SEALING).then_some("sealed secret")
            }
            Lock::VaultPath(path) if kind == KeyKind::Vault => {
                let is_first = paths_in_store.insert(path.as_str());
                if is_first {
                    all.insert(item.opened(format!("Vault path {path}")));
                }
                None
            }
            _ => None,
        };
        all.extend(what.map(|what| item.opened(what.to_owned())));
    }
    all.into_iter().collect()
}

impl Locked {
    fn opened(&self, what: String) -> Opened {
        let (repository, path) = (self.repository.clone(), self.path.clone());
        Opened { repository, path, what }
    }
}

/// What sort of lock a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Age,
    Pgp,
    Aws,
    Ansible,
    Rails,
    Tls,
    Vault,
    Other,
}

/// A secret that may open something.
struct Key<'k> {
    rule: &'k str,
    occurrences: &'k [Finding],
}

impl Key<'_> {
    fn kind(&self) -> KeyKind {
        match self.rule {
            rule if rule == ids::SOPS_AGE_KEY => KeyKind::Age,
            rule if rule == ids::PGP_SECRET_KEY => KeyKind::Pgp,
            rule if rule == ids::RAILS_MASTER_KEY => KeyKind::Rails,
            rule if rule.starts_with(&*ids::ANSIBLE_VAULT_PASSWORD) => KeyKind::Ansible,
            rule if rule.starts_with("aws-") => KeyKind::Aws,
            rule if rule.starts_with("vault-") => KeyKind::Vault,
            rule if rule.contains("private-key") || rule.starts_with("tls-") => KeyKind::Tls,
            _ => KeyKind::Other,
        }
    }

    fn says(&self, name: &str, value: &str) -> bool {
        let mut facts = self.occurrences.iter().flat_map(|o| &o.decoded.facts);
        facts.any(|fact| fact.name == name && fact.value.eq_ignore_ascii_case(value))
    }

    fn lives_in(&self, repository: &str) -> bool {
        self.occurrences.iter().any(|o| *o.repository == *repository)
    }

    /// `config/credentials/production.key` opens `production.yml.enc` only; `master.key` and a
    /// variable open what no other key is for.
    fn is_for(&self, environment: &str) -> bool {
        self.occurrences.iter().any(|o| {
            let file = o.location.path.rsplit('/').next().unwrap_or_default();
            match file.strip_suffix(".key").filter(|stem| *stem != "master") {
                Some(stem) => stem == environment,
                None => matches!(environment, "credentials" | "secrets"),
            }
        })
    }
}
