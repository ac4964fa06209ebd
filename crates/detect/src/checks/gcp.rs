//! Google Cloud credential files.

use serde_json::{Map, Value, json};

use super::minting::{self, Random};
use super::statement::add_json_fact;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::{base64, json_object};
use crate::score::{Authority, Lifetime};

/// The JSON of a credential file, or that in base64. Service account keys and the refresh tokens of
/// people are credentials; the configuration of workload identity holds no secret and is rejected.
pub(super) const SERVICE_ACCOUNT: Check = Check {
    name: "gcp-service-account",
    about: "Names project and account of a Google Cloud credential file; configurations without a secret are rejected.",
    run,
    mint: Some(mint),
};

fn run(value: &[u8]) -> Outcome {
    let json = json_object(value).or_else(|| base64(value).and_then(|text| json_object(&text)));
    let Some(json) = json else { return Outcome::rejected() };
    let mut decoded = Decoded { lifetime: Some(Lifetime::Static), ..Decoded::default() };
    match json.get("type").and_then(Value::as_str) {
        Some("service_account") if text(&json, "private_key") => {
            decoded.add_fact("kind", "service account key");
            for (name, key) in STATEMENTS {
                add_json_fact(&mut decoded, name, json.get(*key));
            }
            // A hash, hexadecimal and long, but an identifier: it is what `gcloud` deletes keys by.
            let id = json.get("private_key_id").and_then(Value::as_str).unwrap_or_default();
            if id.len() == 40 && id.bytes().all(|c| c.is_ascii_hexdigit()) {
                decoded.add_fact("key id", id);
            }
        }
        Some("authorized_user") if text(&json, "refresh_token") => {
            decoded.add_fact("kind", "refresh token of a person");
            decoded.authority = Some(Authority::AccountWide);
            add_json_fact(&mut decoded, "client", json.get("client_id"));
            add_json_fact(&mut decoded, "project", json.get("quota_project_id"));
        }
        _ => return Outcome::rejected(),
    }
    Outcome::plausible(decoded)
}

const STATEMENTS: &[(&str, &str)] =
    &[("project", "project_id"), ("account", "client_email"), ("universe", "universe_domain")];

fn text(json: &Map<String, Value>, key: &str) -> bool {
    json.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let body = data_encoding::BASE64.encode(&minting::bytes(96, random));
    let json = json!({
        "type": "service_account",
        "project_id": "acme-project",
        "private_key_id": data_encoding::HEXLOWER.encode(&minting::bytes(20, random)),
        "private_key": format!("-----BEGIN {0}-----\n{body}\n-----END {0}-----\n", "PRIVATE KEY"),
        "client_email": "deployer@acme-project.iam.gserviceaccount.com",
    })
    .to_string();
    let plain = value.first() == Some(&b'{');
    *value = if plain { json } else { data_encoding::BASE64.encode(json.as_bytes()) }.into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    #[test]
    fn service_accounts_are_named_plain_and_in_base64() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let json = json!({
            "type": "service_account", "project_id": "acme-prod", "private_key_id": id,
            "private_key": "not shown", "client_email": "ci@acme-prod.iam.gserviceaccount.com",
        })
        .to_string();
        for value in [json.clone(), data_encoding::BASE64.encode(json.as_bytes())] {
            let outcome = (SERVICE_ACCOUNT.run)(value.as_bytes());
            assert_eq!(outcome.verdict, Verdict::Plausible);
            assert_eq!(testing::fact(&outcome, "project"), Some("acme-prod"));
            assert_eq!(
                testing::fact(&outcome, "account"),
                Some("ci@acme-prod.iam.gserviceaccount.com")
            );
            assert_eq!(testing::fact(&outcome, "key id"), Some(id));
            assert!(outcome.decoded.facts.iter().all(|f| f.value != "not shown"));
        }
    }

    #[test]
    fn refresh_tokens_belong_to_people() {
        let json = json!({
            "type": "authorized_user", "client_id": "1234-abc.apps.googleusercontent.com",
            "client_secret": "x", "refresh_token": "1//y",
        });
        let outcome = (SERVICE_ACCOUNT.run)(json.to_string().as_bytes());
        assert_eq!(testing::fact(&outcome, "kind"), Some("refresh token of a person"));
        assert_eq!(outcome.decoded.authority, Some(Authority::AccountWide));
        assert_eq!(outcome.decoded.facts.len(), 2);
    }

    #[test]
    fn files_without_a_secret_are_rejected() {
        for json in [
            json!({"type": "external_account", "audience": "//iam.googleapis.com/x"}),
            json!({"type": "service_account", "project_id": "p", "private_key": ""}),
            json!({"type": "authorized_user"}),
            json!({}),
            json!([]),
        ] {
            assert_eq!(
                (SERVICE_ACCOUNT.run)(json.to_string().as_bytes()).verdict,
                Verdict::Rejected
            );
        }
    }
}
