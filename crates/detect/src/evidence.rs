//! What speaks for a finding, and how sure that makes us.

use serde::{Deserialize, Serialize};

/// How sure we are that it is a secret of that type. Never enters the score.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Entropy alone, or a weak password.
    Weak,
    /// Context and shape.
    Pattern,
    /// Fixed prefix and length.
    Strong,
    /// Checksum, signature or key pair matches.
    Proven,
}

impl Confidence {
    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Pattern => "pattern",
            Self::Strong => "strong",
            Self::Proven => "proven",
        }
    }
}

/// What speaks for a finding; the confidence follows from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A checksum or structure inside the value holds; the check's name.
    Proof(&'static str),
    /// A certificate for the same public key is in the scan.
    Certificate,
    /// The type's own prefix and length.
    Prefix,
    /// The text around it has the form that the rule asks for.
    Shape,
    /// A context word stands close by.
    Near,
    /// Bits per character.
    Entropy(f64),
    /// The name that it is assigned to.
    Named,
    /// What spoke most for it where name, value and surroundings were weighed.
    Weighed(Box<[&'static str]>),
    /// A human-chosen or common value.
    WeakValue,
    /// A credential that cannot work, and why.
    Broken(&'static str),
    /// Looks like documentation, and why.
    Placeholder(&'static str),
    /// It stands in a name, not in a text.
    InName,
    /// It is the value of a secret that some rule found elsewhere.
    ByValue,
    /// What a report says that was read back.
    Told(Box<str>),
}

impl Evidence {
    /// A few words for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Proof(check) => format!("{check} holds"),
            Self::Certificate => "a certificate has the same public key".to_owned(),
            Self::Prefix => "prefix and length of the type".to_owned(),
            Self::Shape => "form of the text around it".to_owned(),
            Self::Near => "context words close by".to_owned(),
            Self::Entropy(bits) => format!("entropy {bits:.1} bits per character"),
            Self::Named => "assigned to a name that means a secret".to_owned(),
            Self::Weighed(reasons) => format!("weighed: {}", reasons.join("; ")),
            Self::WeakValue => "a weak or common value".to_owned(),
            Self::Broken(reason) => format!("cannot work: {reason}"),
            Self::Placeholder(reason) => format!("placeholder: {reason}"),
            Self::InName => "stands in the name itself".to_owned(),
            Self::ByValue => "by value: a rule found the same secret elsewhere".to_owned(),
            Self::Told(text) => text.to_string(),
        }
    }

    /// What [`Evidence::describe`] said.
    pub fn from_report(text: String) -> Self {
        let known =
            [Self::Certificate, Self::ByValue].into_iter().find(|one| text == one.describe());
        known.unwrap_or_else(|| Self::Told(text.into()))
    }
}
