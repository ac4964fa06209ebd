//! Statements that credentials and certificates make about themselves.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use sprawl_detect::decoded;
use sprawl_detect::keys::{self, KeyMaterial};
use sprawl_detect::score::{Authority, Lifetime};

/// What a credential says of itself.
// Without limits to its use: findings have their own list of those.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Decoded<'a> {
    /// Statements for people.
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    facts: Vec<Fact<'a>>,
    /// Its authority, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<Authority>,
    /// Its lifetime, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Lifetime>,
    /// When it was issued, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<i64>,
    /// When it expires, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    /// Its public key, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

/// One statement.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Fact<'a> {
    /// What is stated: `account`, `scope`.
    #[serde(borrow)]
    name: Cow<'a, str>,
    /// The value, which is not secret.
    #[serde(borrow)]
    value: Cow<'a, str>,
}

impl<'a> Decoded<'a> {
    /// What was decoded, if anything was.
    pub(super) fn of(from: &'a decoded::Decoded) -> Option<Self> {
        let decoded::Decoded {
            facts,
            authority,
            lifetime,
            usability: _,
            issued,
            expires,
            public_key,
        } = from;
        let fact = |fact: &'a decoded::Fact| Fact {
            name: Cow::Borrowed(fact.name),
            value: Cow::Borrowed(&fact.value),
        };
        let is_any = !facts.is_empty()
            || authority.is_some()
            || lifetime.is_some()
            || issued.or(*expires).is_some()
            || public_key.is_some();
        is_any.then(|| Self {
            facts: facts.iter().map(fact).collect(),
            authority: *authority,
            lifetime: *lifetime,
            issued: *issued,
            expires: *expires,
            public_key: public_key.map(|key| data_encoding::HEXLOWER.encode(&key)),
        })
    }

    /// What was decoded, read back.
    pub(super) fn read(self) -> Result<decoded::Decoded, String> {
        let public_key = self
            .public_key
            .map(|key| {
                let bytes = data_encoding::HEXLOWER.decode(key.as_bytes()).ok();
                bytes
                    .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                    .ok_or("has an invalid public key: it is damaged")
            })
            .transpose()?;
        let fact = |fact: Fact<'_>| {
            let name = static_name(&fact.name)?;
            Ok(decoded::Fact { name, value: fact.value.into_owned() })
        };
        Ok(decoded::Decoded {
            facts: self.facts.into_iter().map(fact).collect::<Result<_, String>>()?,
            authority: self.authority,
            lifetime: self.lifetime,
            usability: Vec::new(),
            issued: self.issued,
            expires: self.expires,
            public_key,
        })
    }
}

/// Name of a fact for the rest of the run, since facts have static names; each is kept once. A report with
/// more names than any sprawl writes is not believed.
fn static_name(name: &str) -> Result<&'static str, String> {
    const MOST: usize = 500;
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return Ok(known);
    }
    if names.len() >= MOST || name.len() > 64 {
        return Err("has invalid facts: it is damaged".to_owned());
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    Ok(name)
}

/// Certificate, which may tell what a key of another report unlocks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::report) struct Certificate<'a> {
    /// Id of the rule that found it.
    #[serde(borrow)]
    rule: Cow<'a, str>,
    /// Digest in place of its bytes, hexadecimal.
    identity: String,
    /// What it says of itself.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    decoded: Option<Decoded<'a>>,
}

impl<'a> Certificate<'a> {
    pub(in crate::report) fn of(material: &'a KeyMaterial) -> Self {
        Self {
            rule: Cow::Borrowed(material.rule.as_str()),
            identity: data_encoding::HEXLOWER.encode(&material.identity),
            decoded: Decoded::of(&material.decoded),
        }
    }

    /// The certificate, read back.
    ///
    /// # Errors
    /// It is damaged.
    pub(in crate::report) fn read(self) -> Result<KeyMaterial, String> {
        let damaged = "has an invalid certificate: it is damaged";
        let rule = keys::rule_named(&self.rule).ok_or(damaged)?;
        let identity =
            data_encoding::HEXLOWER.decode(self.identity.as_bytes()).map_err(|_| damaged)?;
        Ok(KeyMaterial {
            span: 0..0,
            rule,
            identity,
            decoded: self.decoded.unwrap_or_default().read()?,
            is_certificate: true,
            proven: true,
        })
    }
}
