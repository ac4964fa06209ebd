//! Sentry organisation tokens.

use data_encoding::{BASE64, BASE64_NOPAD};
use serde_json::json;

use super::jwt::ISSUED;
use super::minting::{self, Random};
use super::statement::add_json_fact;
use super::validity::unix;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::{base64, json_object};

/// `sntrys_<base64 JSON>_<secret>` with issue time, URLs and organisation; Sentry's own parser
/// (`orgauthtoken_token.py`) refuses a token without them.
pub(super) const ORG: Check = Check {
    name: "sentry-org",
    about: "Reads organization, region and issue time from a Sentry organization token.",
    run,
    mint: Some(mint),
};

fn run(value: &[u8]) -> Outcome {
    let Some(rest) = value.strip_prefix(b"sntrys_") else { return Outcome::unknown() };
    let payload = rest.iter().rposition(|c| *c == b'_').map(|at| &rest[..at]);
    let json = payload.and_then(base64).and_then(|text| json_object(&text));
    let Some(json) = json else { return Outcome::rejected() };
    let Some(issued) = json.get("iat").and_then(unix) else { return Outcome::rejected() };
    let mut decoded = Decoded { issued: Some(issued), ..Decoded::default() };
    add_json_fact(&mut decoded, "organisation", json.get("org"));
    add_json_fact(&mut decoded, "region", json.get("region_url"));
    add_json_fact(&mut decoded, "url", json.get("url"));
    Outcome::plausible(decoded)
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let json = json!({
        "iat": ISSUED, "url": "https://sentry.io", "region_url": "https://us.sentry.io",
        "org": "acme",
    });
    let payload = BASE64.encode(json.to_string().as_bytes());
    let secret = BASE64_NOPAD.encode(&minting::bytes(32, random));
    *value = format!("sntrys_{payload}_{secret}").into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    fn made(json: &serde_json::Value) -> String {
        format!("sntrys_{}_{}", BASE64.encode(json.to_string().as_bytes()), "Zz0/".repeat(10))
    }

    #[test]
    fn the_payload_is_read() {
        let outcome = (ORG.run)(
            made(&json!({
                "iat": 1_700_000_000.5, "url": "https://sentry.example",
                "region_url": "https://de.sentry.example", "org": "acme-corp",
            }))
            .as_bytes(),
        );
        assert_eq!(outcome.verdict, Verdict::Plausible);
        assert_eq!(outcome.decoded.issued, Some(1_700_000_000));
        assert_eq!(testing::fact(&outcome, "organisation"), Some("acme-corp"));
        assert_eq!(testing::fact(&outcome, "region"), Some("https://de.sentry.example"));
        assert!(outcome.decoded.facts.iter().all(|f| !f.value.contains("Zz0/")));
    }

    #[test]
    fn tokens_without_a_payload_are_rejected_and_other_text_is_not_judged() {
        for value in
            ["sntrys_", "sntrys_eyJpYXQiOjF9", &made(&json!({"org": "a"})), &made(&json!([1]))]
        {
            assert_eq!((ORG.run)(value.as_bytes()).verdict, Verdict::Rejected, "{value}");
        }
        assert_eq!((ORG.run)(b"sntryu_00"), Outcome::unknown());
    }
}
