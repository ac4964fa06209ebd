//! Supabase's API keys: two in JWT form, of which one is public by design and one passes row-level
//! security, and those that took their places.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use memchr::memmem;
use serde_json::json;
use sha2::{Digest, Sha256};

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

/// Secret and publishable keys, `sb_secret_<22>_<8>`. The last eight characters are a checksum of the
/// project and all before them, so that it holds for a project and not by itself: see [`project`].
pub(super) const KEY: Check = Check {
    name: "supabase-project",
    about: "A secret or publishable key of Supabase is proved by the address of its project in the same text.",
    run: |_| Outcome::unknown(),
    mint: None,
};

/// Characters of a project's name in its address, `https://<name>.supabase.co`.
const NAME: usize = 20;

/// Projects of one text that keys are tried with.
const MOST: usize = 64;

/// Names of the projects whose addresses stand in a text, in order.
pub(crate) fn projects(text: &[u8]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for at in memmem::find_iter(text, b".supabase.co") {
        let name = at.checked_sub(NAME).and_then(|from| std::str::from_utf8(&text[from..at]).ok());
        let is_whole = at.checked_sub(NAME + 1).is_none_or(|i| !text[i].is_ascii_alphanumeric());
        names.extend(name.filter(|n| is_whole && n.bytes().all(|b| b.is_ascii_lowercase())));
        if names.len() == MOST {
            break;
        }
    }
    names
}

/// The project among these whose key it is.
///
/// The vendor calls the end a checksum. That it is the first eight characters of the SHA-256, in
/// base64url, of the project's name, a bar and all before the last underscore, held for the
/// publishable keys of all of 14 projects; these are public by design, and chance gives one in 2^48.
pub(crate) fn project<'n>(value: &[u8], names: &BTreeSet<&'n str>) -> Option<&'n str> {
    let (head, tail) = value.split_last_chunk::<8>()?;
    let head = head.strip_suffix(b"_")?;
    let is_of = |name: &&&str| {
        let hash = Sha256::new_with_prefix(name.as_bytes()).chain_update(b"|").chain_update(head);
        BASE64URL_NOPAD.encode(&hash.finalize()).as_bytes().starts_with(tail)
    };
    names.iter().find(is_of).copied()
}

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

    #[test]
    fn a_key_is_of_the_project_whose_address_is_there() {
        let key = |name: &str, random: &str| {
            let head = ["sb", "_secret_", random].concat();
            let hash = Sha256::digest(format!("{name}|{head}"));
            format!("{head}_{}", &BASE64URL_NOPAD.encode(&hash)[..8])
        };
        let text = b"a=https://qrstuvwxyzabcdefghij.supabase.co b=http://abcdefghijklmnopqrst.supabase.co/x \
            c=short.supabase.co d=xqrstuvwxyzabcdefghik.supabase.co";
        let names = projects(text);
        assert_eq!(Vec::from_iter(&names), [&"abcdefghijklmnopqrst", &"qrstuvwxyzabcdefghij"]);
        let random = "Zk3vQ9xWb7Lm2Rt8Yp5Nc_";
        let own = key("qrstuvwxyzabcdefghij", random);
        assert_eq!(project(own.as_bytes(), &names), Some("qrstuvwxyzabcdefghij"));
        for changed in testing::mutations(own.as_bytes()) {
            assert_eq!(project(&changed, &names), None, "{}", String::from_utf8_lossy(&changed));
        }
        let other = key("zzzzzzzzzzzzzzzzzzzz", random);
        assert_eq!(project(other.as_bytes(), &names), None);
        for value in ["", "_", "12345678", "_12345678"] {
            assert_eq!(project(value.as_bytes(), &names), None);
        }
    }
}
