//! Sorts of secrets.

use serde::{Deserialize, Serialize};

/// What sort of thing the secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Key of an API.
    ApiKey,
    /// Bearer token.
    Token,
    /// Password, chosen by a person or not.
    Password,
    /// Private half of a key pair, or a symmetric key.
    PrivateKey,
    /// Certificate together with its key.
    Certificate,
    /// URL that is a secret by itself.
    Webhook,
    /// Password within a connection string.
    ConnectionString,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::ApiKey, "api-key"),
        (Self::Token, "token"),
        (Self::Password, "password"),
        (Self::PrivateKey, "private-key"),
        (Self::Certificate, "certificate"),
        (Self::Webhook, "webhook"),
        (Self::ConnectionString, "connection-string"),
    ];

    /// The name used in rule files and reports.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(kind, _)| *kind)
    }

    /// Whether people choose such values, so that a hash of one could be guessed.
    pub fn is_guessable(self) -> bool {
        matches!(self, Self::Password | Self::ConnectionString)
    }
}
