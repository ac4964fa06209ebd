//! JSON Web Tokens whose claims say whose they are: keys that vendors issue in this form, which would
//! else be any token of somebody's.

use serde_json::{Map, Value, json};

use super::jwt::{self, ISSUED};
use super::{Check, Mint, Outcome};
use crate::decoded::Decoded;

type Claims = Map<String, Value>;

/// A check that takes tokens with such claims and rejects every other one.
macro_rules! check {
    ($name:literal, $about:literal, $accepts:expr, $claims:tt) => {{
        const ACCEPTS: fn(&Claims) -> bool = $accepts;
        const MINT: Mint = |value, random| jwt::mint(value, &json!($claims), random);
        Check { name: $name, about: $about, run: |value| run(value, ACCEPTS), mint: Some(MINT) }
    }};
}

/// monday.com: account, user and what it may do, under names of their own
/// (<https://developer.monday.com/api-reference/docs/authentication>).
pub(super) const MONDAY: Check = check!(
    "jwt-monday",
    "Accepts API tokens of monday.com alone, which name account and user.",
    |claims| are_numbers(claims, &["tid", "uid"]) && has_any(claims, &["per", "actid"]),
    {"tid": 123_456_789, "aai": 11, "uid": 1_234_567, "per": "me:write", "actid": 7_654_321}
);

/// MotherDuck: the address of the user, and the token's kind. Claims are those of published tokens.
pub(super) const MOTHERDUCK: Check = check!(
    "jwt-motherduck",
    "Accepts access tokens of MotherDuck alone, which name the user's address.",
    |claims| is(claims, "iss", "md_pat") || ["pat", "session", "userId"].iter().all(|c| claims.contains_key(*c)),
    {"email": "ops@acme.example", "session": "ops.acme.example", "userId": "u-1", "iss": "md_pat", "iat": ISSUED}
);

/// n8n: keys of its public API (`packages/cli/src/services/public-api-key.service.ts`).
pub(super) const N8N: Check = check!(
    "jwt-n8n",
    "Accepts API keys of n8n alone.",
    |claims| is(claims, "iss", "n8n") && is(claims, "aud", "public-api"),
    {"sub": "1f2e3d4c", "iss": "n8n", "aud": "public-api", "iat": ISSUED}
);

/// Prisma: keys of Accelerate and Prisma Postgres. Claims are those of published keys.
pub(super) const PRISMA: Check = check!(
    "jwt-prisma",
    "Accepts API keys of Prisma Accelerate and Postgres alone.",
    |claims| claims.contains_key("api_key") && has_any(claims, &["tenant_id", "secure_key"]),
    {"jwt_id": 1, "secure_key": "sk_0", "api_key": "01J0", "tenant_id": "0f1e"}
);

/// Qdrant: database keys say what they may do (<https://qdrant.tech/documentation/guides/security/>).
pub(super) const QDRANT: Check = check!(
    "jwt-qdrant",
    "Accepts database keys of Qdrant alone, which say what they may do.",
    |claims| {
        let is_one = |access: &Value| access.as_object().is_some_and(|of| of.contains_key("collection"));
        match claims.get("access") {
            Some(Value::String(access)) => matches!(access.as_str(), "r" | "m"),
            Some(Value::Array(list)) => !list.is_empty() && list.iter().all(is_one),
            _ => false,
        }
    },
    {"access": "m"}
);

/// Snowflake: programmatic access tokens. The issuer is that of published tokens.
pub(super) const SNOWFLAKE: Check = check!(
    "jwt-snowflake",
    "Accepts programmatic access tokens of Snowflake alone.",
    |claims| text(claims, "iss").is_some_and(|issuer| issuer.starts_with("SF:")),
    {"p": "1234567890:9876543210", "iss": "SF:1049", "iat": ISSUED}
);

/// Turso: tokens of databases and groups. Claims are those of libSQL's server, which reads access from
/// `a` (<https://github.com/tursodatabase/libsql/blob/main/docs/ADMIN_API.md>).
pub(super) const TURSO: Check = check!(
    "jwt-turso",
    "Accepts database tokens of Turso alone, which name database or group and access.",
    |claims| {
        matches!(text(claims, "a"), Some("rw" | "ro")) && has_any(claims, &["id", "gid", "rid", "did"])
            || claims.get("p").and_then(Value::as_object).is_some_and(|p| p.contains_key("rw") || p.contains_key("roa"))
    },
    {"a": "rw", "id": "1f2e3d4c", "iat": ISSUED}
);

fn run(value: &[u8], accepts: fn(&Claims) -> bool) -> Outcome {
    let Some(token) = jwt::decode(value) else { return Outcome::rejected() };
    if !token.claims.as_ref().is_some_and(accepts) {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    token.describe(&mut decoded);
    Outcome::plausible(decoded)
}

fn text<'c>(claims: &'c Claims, name: &str) -> Option<&'c str> {
    claims.get(name)?.as_str()
}

fn is(claims: &Claims, name: &str, value: &str) -> bool {
    text(claims, name) == Some(value)
}

fn has_any(claims: &Claims, names: &[&str]) -> bool {
    names.iter().any(|name| claims.contains_key(*name))
}

fn are_numbers(claims: &Claims, names: &[&str]) -> bool {
    names.iter().all(|name| claims.get(*name).is_some_and(Value::is_number))
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, jwt::tests::signed, testing};
    use super::*;

    const ALL: [Check; 7] = [MONDAY, MOTHERDUCK, N8N, PRISMA, QDRANT, SNOWFLAKE, TURSO];

    #[test]
    fn each_takes_its_own_tokens_alone() {
        let mut random = testing::random(11);
        for own in &ALL {
            let mut value = b"eyJ".to_vec();
            (own.mint.unwrap())(&mut value, &mut random);
            for check in &ALL {
                let wanted =
                    if check.name == own.name { Verdict::Plausible } else { Verdict::Rejected };
                assert_eq!((check.run)(&value).verdict, wanted, "{} of {}", check.name, own.name);
            }
        }
    }

    #[test]
    fn tokens_of_anybody_are_nobodys() {
        for claims in [
            json!({"sub": "alice", "iss": "https://idp.example/", "aud": "api"}),
            json!({"iss": "n8n", "aud": "editor"}),
            json!({"access": "admin"}),
            json!({"access": []}),
            json!({"a": "rw"}),
            json!({"tid": "contoso", "uid": "alice", "per": "x"}),
            json!({"p": "1:2", "iss": "ACCOUNT.USER.SHA256:x"}),
            json!({"api_key": "1"}),
        ] {
            let value = signed(&claims);
            for check in &ALL {
                let verdict = (check.run)(value.as_bytes()).verdict;
                assert_eq!(verdict, Verdict::Rejected, "{} {claims}", check.name);
            }
        }
    }
}
