//! The TOML of a rule file, field for field. Shared with the build script, which packs the built-in
//! rules one by one, so that start-up parses none of them. The comments on fields are what editors show:
//! they are a part of the JSON Schema that `sprawl schema rules` prints.

use serde::{Deserialize, Serialize};

/// Rules of one provider.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(title = "Rules of sprawl"))]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Display name of the issuer of these credentials.
    pub provider: String,
    /// The vendor's documentation of them.
    #[serde(default)]
    pub docs: String,
    /// The rules, in order.
    pub rule: Vec<RuleText>,
}

/// A built-in rule as the build script packs it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Packed {
    /// The file it came from.
    pub file: String,
    /// Who issues it.
    pub provider: String,
    /// The vendor's page.
    pub docs: String,
    /// Everything as written.
    pub text: RuleText,
}

/// One credential type. What a rule does not have is not packed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema))]
#[cfg_attr(schemas, schemars(rename = "Rule", description = "One credential type."))]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// Permanent id in kebab-case.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::id"))]
    pub id: String,
    /// Other names under which `--only`, `--disable` and inline suppressions know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Rules under which these secrets were reported before, by id or prefix followed by `*`: inline
    /// suppressions and switches that name one of them count for this rule, too. Switches of a generic
    /// rule do not, because those are about guesses by names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// What the credential is, in a few words.
    pub title: String,
    /// The vendor's page about this type, where it is not the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// Regular expression with a group named `secret`; bounded; bytes, no Unicode classes.
    /// `(?&assign)` stands for any assignment syntax; CONTRIBUTING.md has the other fragments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Regular expression of the value alone, for types that are known by the text near them (`near`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Code that finds the secrets instead of a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::detector"))]
    pub detector: Option<String>,
    /// Literals of which every match contains at least one; compared without case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Context that must stand nearby.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<NearText>,
    /// For a rule with `near` whose form no other credential has: prefixes of its values. Such a value is
    /// of this type under every name that means a secret, whatever stands near it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<String>,
    /// Minimum Shannon entropy of the secret, in bits per character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_entropy: Option<f64>,
    /// Offline check of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::check"))]
    pub check: Option<String>,
    /// `own` where the pattern is a statement, a command line, a section of one file format or two
    /// credentials side by side, so that its secrets are tested in its own examples alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::form"))]
    pub form: Option<String>,
    /// What sort of credential it is.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::kind"))]
    pub kind: String,
    /// Privilege: what its holder may do.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::authority"))]
    pub authority: String,
    /// Blast radius: which kind of system it reaches.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::reach"))]
    pub reach: String,
    /// How long it remains valid.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::lifetime"))]
    pub lifetime: String,
    /// Whether it can be used as found; `complete` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::usability"))]
    pub usability: Option<String>,
    /// Whether it is only issued for live use, whatever file it stands in. Not needed where the value
    /// itself begins with `live`, as `sk_live_` does.
    #[serde(default)]
    pub live: bool,
    /// Whether the value is encoded: where a known secret is decoded from it, that is reported instead.
    #[serde(default)]
    pub encoded: bool,
    /// The other half of a pair of credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerText>,
    /// Ends of the names of the files that it is about; elsewhere the same value is reported as a generic
    /// password, token or key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Whether it yields to any other finding whose secret overlaps.
    #[serde(default)]
    pub fallback: bool,
    /// Impact if leaked, in a sentence.
    pub why: String,
    /// How to revoke and rotate it, and where.
    pub fix: String,
    /// The short-lived alternative.
    pub instead: String,
    /// Texts in which it must be found; `{secret}` and `{other-rule-id}` are minted.
    pub examples: Vec<String>,
    /// Texts in which it must not be found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counter_examples: Vec<String>,
}

/// Context of a value.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "Near"))]
#[serde(deny_unknown_fields)]
pub struct NearText {
    /// Words of which one must be in reach; `dd_api_key` represents `dd-api-key`, `dd.api.key` and
    /// `ddApiKey`, too.
    pub any: Vec<String>,
    /// Words of which one must be in reach as well, if there are any.
    #[serde(default)]
    pub also: Vec<String>,
    /// Reach in bytes, before the start and after the end of the secret.
    pub within: usize,
    /// Whether the word must stand in the name that the secret is assigned to, or in that of the
    /// function it is passed to: for values that many other things look like.
    #[serde(default)]
    pub named: bool,
}

/// The other half of a pair of credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema), schemars(rename = "Partner"))]
#[serde(deny_unknown_fields)]
pub struct PartnerText {
    /// Rules of which one finds the other half.
    pub rules: Vec<String>,
    /// Maximum distance of the two in bytes.
    pub within: usize,
    /// Usability if the other half is missing: `id-only` or `secret-half`.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::usability"))]
    pub alone: String,
}
