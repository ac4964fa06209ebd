//! How long credentials may live: the project's limits, and what is to be said of each secret.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use sprawl_detect::rules::{Kind, Rule};
use sprawl_detect::score::{Authority, Lifetime};

/// How long credentials may be valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct LifetimePolicy {
    /// Longest validity of a credential, by kind (`token`, `certificate`, ...) or by authority
    /// (`bootstrap`, `account-wide`, ...). The shortest that applies counts.
    #[schemars(schema_with = "spans_by_class")]
    pub max_lifetime: BTreeMap<Class, Span>,
    /// How long before its expiry a credential is reported as about to expire.
    pub warn_before: Span,
}

impl Default for LifetimePolicy {
    /// Certificates as browsers have accepted them since 2020 (CA/Browser Forum, ballot SC31).
    fn default() -> Self {
        Self {
            max_lifetime: BTreeMap::from([(Class::Kind(Kind::Certificate), Span::days(398))]),
            warn_before: Span::days(14),
        }
    }
}

/// A class of credentials that a limit is set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// What sort of thing it is.
    Kind(Kind),
    /// What it may do.
    Authority(Authority),
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Authority(authority) => authority.name(),
        }
    }
}

impl Class {
    /// Every class by its name.
    fn names() -> impl Iterator<Item = &'static str> {
        let kinds = Kind::ALL.iter().map(|(_, name)| *name);
        kinds.chain(Authority::ALL.iter().map(|authority| authority.name()))
    }
}

/// What the schema says of limits by class.
fn spans_by_class(generator: &mut SchemaGenerator) -> Schema {
    sprawl_detect::schemas::map_of(Class::names(), &generator.subschema_for::<Span>())
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let kind = Kind::ALL.iter().find(|(_, n)| *n == name).map(|(kind, _)| Self::Kind(*kind));
        kind.or_else(|| Authority::from_name(&name).map(Self::Authority)).ok_or_else(|| {
            D::Error::custom(format!(
                "`{name}` is neither a kind of credential nor an authority class"
            ))
        })
    }
}

/// A span of time, written `90d`, `12h` or `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    seconds: i64,
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

impl Span {
    /// So many days.
    pub const fn days(days: i64) -> Self {
        Self { seconds: days * DAY }
    }

    /// Seconds.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whole days.
    pub const fn days_long(self) -> i64 {
        self.seconds / DAY
    }

    /// Reads a number with its unit: `h`, `d` or `w`.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = match text.chars().last()? {
            'h' => HOUR,
            'd' => DAY,
            'w' => 7 * DAY,
            _ => return None,
        };
        let number: u32 = text[..text.len() - 1].parse().ok()?;
        i64::from(number).checked_mul(unit).map(|seconds| Self { seconds })
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.seconds % DAY == 0 {
            write!(f, "{}d", self.seconds / DAY)
        } else {
            write!(f, "{}h", self.seconds / HOUR)
        }
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Span")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Span of time in hours, days or weeks: 12h, 90d, 2w.",
            "type": "string",
            "pattern": "^[0-9]{1,9}[hdw]$",
        })
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!("`{text}` is not a duration; use 12h, 90d or 2w"))
        })
    }
}

/// What is said of a secret's lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// Expired, and still there.
    Expired,
    /// About to expire.
    ExpiresSoon,
    /// Valid for longer than the project allows.
    TooLong,
    /// Valid until it is revoked, where a short-lived credential would do.
    NeverExpires,
}

/// One remark on a secret's lifetime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Remark {
    /// What it is about.
    pub kind: RemarkKind,
    /// The same for people, a clause without a full stop.
    pub text: String,
}

/// Start and end of a credential, Unix seconds, as far as it says so itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Term {
    /// When it was issued.
    pub issued: Option<i64>,
    /// When it ends.
    pub expires: Option<i64>,
}

impl LifetimePolicy {
    /// What is to be said of a secret. `authority` and `lifetime` are what it was scored with; `now`
    /// is Unix seconds.
    pub fn remarks(
        &self,
        rule: &Rule,
        authority: Authority,
        lifetime: Lifetime,
        term: Term,
        now: i64,
    ) -> Vec<Remark> {
        // One at most, in nearly all cases, and there may be very many secrets.
        let mut remarks = Vec::with_capacity(1);
        let mut say = |kind, text| remarks.push(Remark { kind, text });
        if let Some(end) = term.expires {
            let left = end.saturating_sub(now);
            if left < 0 {
                let text = format!("expired {} ago and is still here", in_days(-left));
                say(RemarkKind::Expired, text);
            } else if left <= self.warn_before.seconds() {
                say(RemarkKind::ExpiresSoon, format!("expires in {}", in_days(left)));
            }
        }
        let classes = [Class::Kind(rule.kind), Class::Authority(authority)];
        let limits = classes.iter().filter_map(|c| Some((*self.max_lifetime.get(c)?, *c)));
        if let Some((most, class)) = limits.min() {
            let name = class.name();
            match (term.expires, lifetime) {
                (Some(end), _) => {
                    let span = end.saturating_sub(term.issued.unwrap_or(now));
                    if span > most.seconds() {
                        let span = in_days(span);
                        let text = format!("is valid for {span}; the limit for {name} is {most}");
                        say(RemarkKind::TooLong, text);
                    }
                }
                (None, Lifetime::Static) => {
                    let text = format!("never expires; the limit for {name} is {most}");
                    say(RemarkKind::TooLong, text);
                }
                (None, _) => {}
            }
        } else if lifetime == Lifetime::Static && term.expires.is_none() {
            say(RemarkKind::NeverExpires, "never expires".to_owned());
        }
        remarks
    }
}

fn in_days(seconds: i64) -> String {
    match seconds / DAY {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprawl_detect::rules::Rules;

    fn remarks(policy: &LifetimePolicy, rule: &str, issued: i64, expires: Option<i64>) -> String {
        let rules = Rules::builtin();
        let (_, rule) = rules.named(rule).unwrap();
        let term = Term { issued: Some(issued), expires };
        let all = policy.remarks(rule, rule.authority, rule.lifetime, term, 100 * DAY);
        all.iter().map(|remark| remark.text.as_str()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn ends_and_limits_are_said() {
        let usual = LifetimePolicy::default();
        let jwt = |policy, issued, expires: i64| {
            remarks(policy, "jwt-bearer", issued * DAY, Some(expires * DAY))
        };
        assert_eq!(jwt(&usual, 0, 90), "expired 10 days ago and is still here");
        assert_eq!(jwt(&usual, 0, 107), "expires in 7 days");
        assert_eq!(jwt(&usual, 0, 3650), "");
        let strict: LifetimePolicy = toml::from_str(
            "warn-before = '1d'\n[max-lifetime]\ntoken = '90d'\nservice-wide = '12h'\n",
        )
        .unwrap();
        assert_eq!(jwt(&strict, 99, 107), "is valid for 8 days; the limit for service-wide is 12h");
        let pat = remarks(&strict, "github-pat-classic", 0, None);
        assert_eq!(pat, "never expires; the limit for token is 90d");
        assert_eq!(remarks(&usual, "github-pat-classic", 0, None), "never expires");
    }

    #[test]
    fn mistakes_are_named() {
        let read = |text: &str| toml::from_str::<LifetimePolicy>(text).map_err(|e| e.to_string());
        assert!(
            read("max-lifetime = { tokens = '1d' }")
                .unwrap_err()
                .contains("`tokens` is neither a kind")
        );
        assert!(read("max-lifetime = { token = '1y' }").unwrap_err().contains("use 12h, 90d"));
        assert!(read("maximum = 1").is_err());
        let text = toml::to_string(&LifetimePolicy::default()).unwrap();
        assert_eq!(read(&text).unwrap(), LifetimePolicy::default());
    }
}
