//! Supabase's two API keys in JWT form: one is public by design, one passes row-level security.

use serde_json::json;

use super::jwt::{self, FAR, ISSUED};
use super::statement::add_fact;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::score::{Authority, Lifetime, Usability};

/// The `service_role` key; rejects every other JWT.
pub(super) const SERVICE: Check = Check {
    name: "jwt-supabase-service",
    about: "Accepts service_role keys of Supabase alone and names the project.",
    run: |value| key(value, "service_role"),
    mint: Some(|value, random| {
        let claims = json!({
            "iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "service_role",
            "iat": ISSUED, "exp": FAR,
        });
        jwt::mint(value, &claims, random);
    }),
};

/// The `anon` key; rejects every other JWT.
pub(super) const ANON: Check = Check {
    name: "jwt-supabase-anon",
    about: "Accepts anon keys of Supabase alone, which are public by design.",
    run: |value| key(value, "anon"),
    mint: Some(|value, random| {
        let claims = json!({
            "iss": "supabase", "ref": "abcdefghijklmnopqrst", "role": "anon",
            "iat": ISSUED, "exp": FAR,
        });
        jwt::mint(value, &claims, random);
    }),
};

/// Issuer of the keys that every local Supabase starts with.
const LOCAL: &str = "supabase-demo";

fn key(value: &[u8], role: &str) -> Outcome {
    let Some(token) = jwt::decode(value) else { return Outcome::rejected() };
    let issuer = token.text("iss");
    if token.text("role") != Some(role) || !matches!(issuer, Some("supabase" | LOCAL)) {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    token.describe(&mut decoded);
    add_fact(&mut decoded, "project", token.text("ref").unwrap_or_default());
    if issuer == Some(LOCAL) {
        decoded.add_fact("instance", "default key of a local installation");
        decoded.usability.push(Usability::TestMode);
    }
    if role == "anon" {
        decoded.authority = Some(Authority::PublicByDesign);
        decoded.lifetime = Some(Lifetime::None);
    }
    Outcome::plausible(decoded)
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    fn made(issuer: &str, role: &str) -> String {
        jwt::tests::signed(&json!({
            "iss": issuer, "ref": "qrstuvwxyzabcdefghij", "role": role,
            "iat": 1_600_000_000, "exp": 1_915_576_000,
        }))
    }

    #[test]
    fn each_check_takes_its_own_role() {
        for (check, own, other) in
            [(SERVICE, "service_role", "anon"), (ANON, "anon", "service_role")]
        {
            let outcome = (check.run)(made("supabase", own).as_bytes());
            assert_eq!(outcome.verdict, Verdict::Plausible);
            assert_eq!(testing::fact(&outcome, "project"), Some("qrstuvwxyzabcdefghij"));
            for value in
                [made("supabase", other), made("elsewhere", own), made("supabase", "authenticated")]
            {
                assert_eq!((check.run)(value.as_bytes()).verdict, Verdict::Rejected);
            }
        }
        assert_eq!((SERVICE.run)(b"eyJ").verdict, Verdict::Rejected);
    }

    #[test]
    fn anon_keys_are_public_and_service_keys_live_long() {
        let anon = (ANON.run)(made("supabase", "anon").as_bytes()).decoded;
        assert_eq!(anon.authority, Some(Authority::PublicByDesign));
        assert_eq!(anon.lifetime, Some(Lifetime::None));
        let service = (SERVICE.run)(made("supabase", "service_role").as_bytes()).decoded;
        assert_eq!(service.authority, None);
        assert_eq!(service.lifetime, Some(Lifetime::Long));
    }

    #[test]
    fn default_keys_of_local_installations_are_known() {
        let outcome = (SERVICE.run)(made(LOCAL, "service_role").as_bytes());
        assert_eq!(outcome.decoded.usability, [Usability::TestMode]);
    }
}
