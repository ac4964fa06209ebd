//! The TOML of a rule file, field for field. Shared with the build script, which packs the built-in
//! rules one by one, so that start-up parses none of them.

use serde::{Deserialize, Serialize};

/// One file: the rules of one provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Display name of who issues these credentials.
    pub provider: String,
    /// The vendor's page about them.
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
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// Kebab-case, stable for ever.
    pub id: String,
    /// Other names under which `--only`, `--disable` and marks know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Rules under which these secrets were reported before, by id or prefix with `*`: a mark that names
    /// one of them counts for this rule, too, and so does a switch, except for that of a generic rule,
    /// which is about guesses by names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// What it is, in a few words.
    pub title: String,
    /// The vendor's page about this type, where it is not the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// Regular expression with a group named `secret`; bounded; bytes, no Unicode classes.
    /// `(?&assign)` stands for all that files have between a name and its value; `rules/fragments.rs`
    /// has the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Only the value's own shape, for types that are known by what stands near them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Code that finds it instead of a pattern: `keys` or `assignment`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// Literals of which every match contains at least one; compared without case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Context that must stand close by: part of the meaning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<NearText>,
    /// For a rule with `near` whose shape is that of nothing else: what its values begin with. Such a
    /// value is of this type under every name that says secret, whatever stands near.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<String>,
    /// Least Shannon entropy of the secret, bits per character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_entropy: Option<f64>,
    /// A named offline check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// `own` where the pattern is a statement, a command line, a section of one file format or two
    /// credentials side by side, so that its secrets stand in no shapes but those of the examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// api-key, token, password, private-key, certificate, webhook, connection-string.
    pub kind: String,
    /// Class of the score model.
    pub authority: String,
    /// Class of the score model.
    pub reach: String,
    /// Class of the score model.
    pub lifetime: String,
    /// Class of the score model; complete when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usability: Option<String>,
    /// Only for live use, whatever file it stands in; not needed where the value itself begins with
    /// `live`, as `sk_live_` does.
    #[serde(default)]
    pub live: bool,
    /// The value is encoded. Where what is decoded from it is a known secret, that is reported instead.
    #[serde(default)]
    pub encoded: bool,
    /// The other half of a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerText>,
    /// The files that it is about, as ends of their names; elsewhere the same value is reported as an
    /// ordinary password, token or key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Yields to any other finding whose secret overlaps.
    #[serde(default)]
    pub fallback: bool,
    /// What a thief can do with it.
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
#[serde(deny_unknown_fields)]
pub struct NearText {
    /// One of these must be in reach; `dd_api_key` stands for `dd-api-key`, `dd.api.key` and
    /// `ddApiKey`, too.
    pub any: Vec<String>,
    /// And one of these, if there are any.
    #[serde(default)]
    pub also: Vec<String>,
    /// Bytes before the start or after the end of the secret.
    pub within: usize,
    /// Whether the word must stand in the name that the secret is assigned to, or in that of the
    /// function it is given to: for values that many other things look like.
    #[serde(default)]
    pub named: bool,
}

/// The other half of a pair.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerText {
    /// Rules of which one finds the other half.
    pub rules: Vec<String>,
    /// Bytes between the two in one blob.
    pub within: usize,
    /// Usability when the other half is not there: `id-only` or `secret-half`.
    pub alone: String,
}
