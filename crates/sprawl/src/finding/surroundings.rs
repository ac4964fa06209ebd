//! What the text around a secret says of it, as far as it counts. It moves the score and is compared
//! between versions of a file; it never reaches a report as it stands.

use sprawl_detect::score::{Environment, Privilege, Usability};

/// What the text around one secret says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The identifier that the secret is assigned to.
    pub name: Option<String>,
    /// The environment that host, name or enclosing keys speak of, in this order of trust.
    pub environment: Option<Environment>,
    /// What the name beside it says of its rights.
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
    /// Who can use a credential that is good there, by the environment that its place speaks of.
    pub fn usability(self, environment: Environment) -> Usability {
        match self {
            Self::Loopback => Usability::LoopbackHost,
            Self::Word if environment != Environment::Production => Usability::LoopbackHost,
            Self::Word | Self::Private => Usability::PrivateHost,
        }
    }
}
