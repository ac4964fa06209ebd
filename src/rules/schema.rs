//! The TOML of a rule file, field for field. Shared with the build script, which turns the built-in
//! files into static data of these very types, so that start-up parses nothing.

use std::borrow::Cow;

use serde::Deserialize;

/// Text that is static for built-in rules and owned for users' rules.
pub type Text = Cow<'static, str>;

/// A list of texts, static or owned.
pub type Texts = Cow<'static, [Text]>;

/// One file: the rules of one provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Display name of who issues these credentials.
    pub provider: Text,
    /// The vendor's page about them.
    #[serde(default)]
    pub docs: Text,
    /// The rules, in order.
    pub rule: Vec<RuleText>,
}

/// One credential type.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// Kebab-case, stable for ever.
    pub id: Text,
    /// Other names under which `--only`, `--disable` and marks know it.
    #[serde(default)]
    pub aliases: Texts,
    /// What it is, in a few words.
    pub title: Text,
    /// Regular expression with a group named `secret`; bounded; bytes, no Unicode classes.
    /// `(?&assign)` stands for all that files have between a name and its value.
    #[serde(default)]
    pub pattern: Option<Text>,
    /// Only the value's own shape, for types that are known by what stands near them.
    #[serde(default)]
    pub value: Option<Text>,
    /// Code that finds it instead of a pattern: `keys` or `assignment`.
    #[serde(default)]
    pub detector: Option<Text>,
    /// Literals of which every match contains at least one; compared without case.
    #[serde(default)]
    pub keywords: Texts,
    /// Context that must stand close by: part of the meaning.
    #[serde(default)]
    pub near: Option<NearText>,
    /// Least Shannon entropy of the secret, bits per character.
    #[serde(default)]
    pub min_entropy: Option<f64>,
    /// A named offline check.
    #[serde(default)]
    pub check: Option<Text>,
    /// api-key, token, password, private-key, certificate, webhook, connection-string.
    pub kind: Text,
    /// Class of the score model.
    pub authority: Text,
    /// Class of the score model.
    pub reach: Text,
    /// Class of the score model.
    pub lifetime: Text,
    /// Class of the score model; complete when absent.
    #[serde(default)]
    pub usability: Option<Text>,
    /// The other half of a pair.
    #[serde(default)]
    pub partner: Option<PartnerText>,
    /// Yields to any other finding whose secret overlaps.
    #[serde(default)]
    pub fallback: bool,
    /// What a thief can do with it.
    pub why: Text,
    /// How to revoke and rotate it, and where.
    pub fix: Text,
    /// The short-lived alternative.
    pub instead: Text,
    /// Texts in which it must be found; `{secret}` and `{other-rule-id}` are minted.
    pub examples: Texts,
    /// Texts in which it must not be found.
    #[serde(default)]
    pub counter_examples: Texts,
}

/// Context of a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearText {
    /// One of these must be in reach; `dd_api_key` stands for `dd-api-key`, `dd.api.key` and
    /// `ddApiKey`, too.
    pub any: Texts,
    /// And one of these, if there are any.
    #[serde(default)]
    pub also: Texts,
    /// Bytes before the start or after the end of the secret.
    pub within: usize,
}

/// The other half of a pair.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerText {
    /// Rules of which one finds the other half.
    pub rules: Texts,
    /// Bytes between the two in one blob.
    pub within: usize,
    /// Usability when the other half is not there: `id-only` or `secret-half`.
    pub alone: Text,
}
