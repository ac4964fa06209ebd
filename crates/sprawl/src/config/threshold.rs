//! Thresholds: what is reported and what fails, as a configuration and a command line say it.

use schemars::JsonSchema;
use serde::Deserialize;

use sprawl_detect::evidence::Confidence;
use sprawl_detect::score::Severity;

/// Minimum severity that fails the command, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Any finding, even public keys, identifiers, placeholders, canaries and expired credentials.
    Any,
    /// Any finding with a score, except for those.
    Low,
    /// Score 40 or higher.
    Medium,
    /// Score 70 or higher.
    High,
    /// Score 90 or higher.
    Critical,
    /// Findings never fail the command.
    Never,
}

impl FailOn {
    /// The name that options and configuration files have for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
            Self::Never => "never",
        }
    }

    /// Whether a finding fails. What opens nothing is reported, and only fails if [`Self::Any`] does:
    /// a key that its vendor tells people to publish must not break a build.
    pub fn fails(self, severity: Severity, opens_nothing: bool) -> bool {
        let least = match self {
            Self::Any => return true,
            _ if opens_nothing => return false,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
            Self::Never => return false,
        };
        severity >= least
    }
}

/// Minimum confidence to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum MinConfidence {
    /// Everything.
    Weak,
    /// Context and shape.
    Pattern,
    /// Fixed prefix and length.
    Strong,
    /// Checksum, signature or key pair.
    Proven,
}

impl From<MinConfidence> for Confidence {
    fn from(least: MinConfidence) -> Self {
        match least {
            MinConfidence::Weak => Self::Weak,
            MinConfidence::Pattern => Self::Pattern,
            MinConfidence::Strong => Self::Strong,
            MinConfidence::Proven => Self::Proven,
        }
    }
}
