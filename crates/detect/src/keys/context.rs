//! What a private key is for, by what stands around it.

use std::ops::Range;

use super::json::{member, members, object_around};
use super::material::legible;
use super::{CA, GCP, GITHUB_APP, KUBECONFIG, RuleName, SALESFORCE, SAML, TLS};
use crate::decoded::Decoded;
use crate::identifier;

/// How far words may stand from a key and still speak of it, in bytes.
const NEAR: usize = 300;

/// The longest name that is looked for directly before a key, in bytes.
const NAME: usize = 64;

/// The rule of a key that says nothing itself, by its surroundings; what they say goes to `decoded`.
pub(super) fn rule(
    blob: &[u8],
    span: &Range<usize>,
    is_rsa: bool,
    decoded: &mut Decoded,
) -> Option<RuleName> {
    if is_rsa && service_account(blob, span, decoded) {
        return Some(GCP);
    }
    match name_before(blob, span.start).as_slice() {
        name if ends_with(name, &["client-key-data", "client_key_data", "clientkeydata"]) => {
            return Some(KUBECONFIG);
        }
        name if ends_with(name, &["tls.key"]) => return Some(TLS),
        name if ends_with(name, &["ca.key", "ca-key.pem", "ca_private_key"]) => return Some(CA),
        _ => {}
    }
    let words = words_around(blob, span);
    let has = |word: &str| memchr::memmem::find(&words, word.as_bytes()).is_some();
    let any = |words: &[&str]| words.iter().any(|word| has(word));
    if is_rsa {
        let app = any(&[
            "github_app",
            "github-app",
            "githubapp",
            "github app",
            "gh_app",
            "ghapp",
            "probot",
        ]);
        let id = any(&["app_id", "app-id", "appid", "app id"]);
        if app || id && any(&["github", "webhook_secret"]) {
            return Some(GITHUB_APP);
        }
    }
    if has("saml")
        && any(&["idp", "identity provider", "identity_provider", "token-signing", "token_signing"])
    {
        return Some(SAML);
    }
    let salesforce = any(&["salesforce", "sfdx", "sfdc"]);
    (salesforce && any(&["consumer", "connected app", "connected_app", "client_id", "clientid"]))
        .then_some(SALESFORCE)
}

/// Whether the key is a Google Cloud service account's; says which.
fn service_account(blob: &[u8], span: &Range<usize>, decoded: &mut Decoded) -> bool {
    if let Some(object) = object_around(blob, span.clone(), b"-----BEGIN") {
        let members = members(&blob[object]);
        let is_one = member(&members, "type") == Some(b"service_account");
        if is_one || member(&members, "client_email").is_some_and(|email| email.ends_with(DOMAIN)) {
            for (name, shown) in [
                ("client_email", "account"),
                ("project_id", "project"),
                ("private_key_id", "key id"),
                ("client_id", "client id"),
            ] {
                if let Some(value) = member(&members, name) {
                    decoded.add_fact(shown, legible(value));
                }
            }
            return true;
        }
    }
    // The same without JSON: variables of an environment, values of a chart.
    let around = around(blob, span);
    let Some((text, at)) =
        around.iter().find_map(|text| Some((text, memchr::memmem::find(text, DOMAIN)?)))
    else {
        return false;
    };
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@');
    let start = text[..at].iter().rposition(|b| !is_name(b)).map_or(0, |before| before + 1);
    let account = &text[start..at + DOMAIN.len()];
    if !account.contains(&b'@') {
        return false;
    }
    decoded.add_fact("account", legible(account));
    let project = account[account.iter().position(|b| *b == b'@').map_or(0, |at| at + 1)..]
        .strip_suffix(DOMAIN);
    if let Some(project) = project.and_then(|project| project.strip_suffix(b".iam")) {
        decoded.add_fact("project", legible(project));
    }
    true
}

/// The domain of service accounts' addresses.
const DOMAIN: &[u8] = b".gserviceaccount.com";

/// The name of the member or variable that holds a key, in lower case.
fn name_before(blob: &[u8], start: usize) -> Vec<u8> {
    let is_sign = |b: u8| b.is_ascii_whitespace() || b"\"'`\\:=|>-".contains(&b);
    blob[identifier::name_before(blob, start, NAME, is_sign)].to_ascii_lowercase()
}

fn ends_with(name: &[u8], ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end.as_bytes()))
}

fn around<'a>(blob: &'a [u8], span: &Range<usize>) -> [&'a [u8]; 2] {
    let before = &blob[span.start.saturating_sub(NEAR)..span.start];
    let after = &blob[span.end..blob.len().min(span.end + NEAR)];
    [before, after]
}

/// The text around a key in lower case.
fn words_around(blob: &[u8], span: &Range<usize>) -> Vec<u8> {
    around(blob, span).join(&b'\n').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule, and the statements, of a key that stands where `KEY` does.
    fn judged(text: &str, is_rsa: bool) -> (Option<RuleName>, String) {
        let at = text.find("KEY").unwrap();
        let mut decoded = Decoded::default();
        let rule = rule(text.as_bytes(), &(at..at + 3), is_rsa, &mut decoded);
        let facts: Vec<_> =
            decoded.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
        (rule, facts.join(" "))
    }

    #[test]
    fn a_service_account_is_known_by_its_members() {
        let text = r#"{"type": "service_account", "project_id": "p-1", "private_key_id": "ab", "private_key": "KEY",
            "client_email": "ci@p-1.iam.gserviceaccount.com", "client_id": "7"}"#;
        let facts = "account=ci@p-1.iam.gserviceaccount.com project=p-1 key id=ab client id=7";
        assert_eq!(judged(text, true), (Some(GCP), facts.to_owned()));
        assert_eq!(judged(&text.replace('"', "\\\""), true), (Some(GCP), facts.to_owned()));
        assert_eq!(judged(text, false).0, None, "only RSA keys are service accounts'");
        let text = "EMAIL=ci@p-1.iam.gserviceaccount.com\nPRIVATE=\"KEY\"\n";
        assert_eq!(
            judged(text, true),
            (Some(GCP), "account=ci@p-1.iam.gserviceaccount.com project=p-1".to_owned())
        );
    }

    #[test]
    fn names_directly_before_a_key_count() {
        assert_eq!(judged("    client-key-data: KEY", true).0, Some(KUBECONFIG));
        assert_eq!(judged(r#"{"client-key-data": "KEY"}"#, false).0, Some(KUBECONFIG));
        assert_eq!(judged("data:\n  tls.key: KEY", false).0, Some(TLS));
        assert_eq!(judged("data:\n  ca.key: |\n    KEY", false).0, Some(CA));
        assert_eq!(judged("data:\n  other.key: KEY", false).0, None);
    }

    #[test]
    fn words_near_a_key_count() {
        assert_eq!(
            judged("GITHUB_APP_PRIVATE_KEY_ = KEY".replacen("KEY_", "K_", 1).as_str(), true).0,
            Some(GITHUB_APP)
        );
        assert_eq!(judged("github:\n  app_id: 12\n  pem: KEY", true).0, Some(GITHUB_APP));
        assert_eq!(judged("# clone from github.com\npem: KEY", true).0, None);
        assert_eq!(judged("saml:\n  idp:\n    pem: KEY", true).0, Some(SAML));
        assert_eq!(judged("saml:\n  sp:\n    pem: KEY", true).0, None);
        assert_eq!(judged("sfdx: login\nconsumer: x\npem: KEY", true).0, Some(SALESFORCE));
    }
}
