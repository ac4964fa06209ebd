//! Facts from the text around a secret that count for its score. They are compared between versions of a
//! file; reports show the name alone.

use sprawl_detect::score::{Environment, Privilege, Usability};

/// Facts from the text around one secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The identifier that the secret is assigned to.
    pub name: Option<String>,
    /// Environment by host, name or enclosing keys, in this order of trust.
    pub environment: Option<Environment>,
    /// Rights that the name beside it indicates.
    pub privilege: Option<Privilege>,
    /// Where its host is, where there is one.
    pub host: Option<HostScope>,
    /// When the URL that it is a part of ends to be good, Unix seconds.
    pub expires: Option<i64>,
}

/// Where a host is that a credential is good at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostScope {
    /// This very machine.
    Loopback,
    /// A name without a domain: that of a service in the network that a compose file or a cluster
    /// makes, on this machine or another one.
    Word,
    /// Inside a private network.
    Private,
}

impl HostScope {
    /// Who can use a credential that is good there, by the environment of its place.
    pub fn usability(self, environment: Environment) -> Usability {
        match self {
            Self::Loopback => Usability::LoopbackHost,
            Self::Word if environment != Environment::Production => Usability::LoopbackHost,
            Self::Word | Self::Private => Usability::PrivateHost,
        }
    }
}
