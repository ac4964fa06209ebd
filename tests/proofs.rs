//! What credentials prove and say about themselves, offline, as a report shows it.

mod sops;

use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;

use crate::common::{minted, run, scratch, write};

/// Every secret of a scan, by the file it stands in.
fn secrets(root: &Path) -> Vec<(String, Value)> {
    let done = run(root, &["scan", ".", "-f", "json"]);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    let path = |secret: &Value| secret["occurrences"][0]["path"].as_str().unwrap().to_owned();
    report["secrets"].as_array().unwrap().iter().map(|s| (path(s), s.clone())).collect()
}

/// The statements about the one secret of a text, as `name: value`, and its confidence.
fn said(text: &str) -> (Vec<String>, String) {
    let (_guard, root) = scratch();
    write(&root, "app.conf", text);
    let all = secrets(&root);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    let secret = &all[0].1;
    let facts = secret["decoded"].as_array().unwrap().iter();
    let facts =
        facts.map(|f| format!("{}: {}", f["name"].as_str().unwrap(), f["value"].as_str().unwrap()));
    (facts.collect(), secret["confidence"].as_str().unwrap().to_owned())
}

fn says(text: &str, expected: &[&str]) {
    let (facts, _) = said(text);
    for fact in expected {
        assert!(facts.iter().any(|f| f == fact), "no `{fact}` among {facts:?}");
    }
}

/// Credentials that carry a checksum or a structure which chance does not produce.
const PROVEN: &[&str] = &[
    "github-pat-classic",
    "github-oauth",
    "github-pat-fine",
    "npm-token",
    "pypi-token-user",
    "grafana-sa",
    "atlassian-api-token",
    "vercel-personal-access-token",
    "cloudflare-api-token",
    "sops-age-key",
    "nats-nkey-seed",
    "bitcoin-wif-private-key",
    "crypto-extended-private-key",
    "crypto-wallet-seed",
    "azure-devops-pat",
    "azure-event-grid-key",
];

#[test]
fn checksums_prove() {
    let (_guard, root) = scratch();
    let rules = Rules::builtin();
    for id in PROVEN {
        let (_, rule) = rules.named(id).unwrap_or_else(|| panic!("no rule {id}"));
        let (text, _) = fill(&rules, rule, &rule.text.examples[0], &mut Random::new(3)).unwrap();
        write(&root, &format!("{id}.txt"), text);
    }
    let all = secrets(&root);
    for id in PROVEN {
        let name = format!("{id}.txt");
        let found = all.iter().find(|(path, s)| *path == name && s["rule_id"] == *id);
        let (_, secret) = found.unwrap_or_else(|| panic!("{id} is not found"));
        assert_eq!(secret["confidence"], "proven", "{id}");
    }
}

#[test]
fn one_wrong_character_proves_nothing() {
    for id in ["npm-token", "vercel-personal-access-token", "cloudflare-api-token"] {
        let mut token = minted(id, 5).into_bytes();
        let last = token.len() - 1;
        token[last] = if token[last] == b'1' { b'2' } else { b'1' };
        let (_, confidence) = said(&format!("TOKEN={}\n", String::from_utf8(token).unwrap()));
        assert_eq!(confidence, "strong", "{id}");
    }
    let mut token = minted("github-pat-classic", 5);
    token.pop();
    token.push('_');
    let (_guard, root) = scratch();
    write(&root, "app.conf", format!("TOKEN={token}\n"));
    assert_eq!(secrets(&root).len(), 0, "every classic token carries its checksum");
}

#[test]
fn an_aws_key_id_names_its_account() {
    let (facts, _) = said(&format!("aws_access_key_id = {}\n", minted("aws-access-key-id", 2)));
    let account = facts.iter().find_map(|f| f.strip_prefix("account: ")).unwrap();
    assert!(account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()), "{account}");
}

#[test]
fn a_jwt_tells_issuer_role_and_end() {
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let claims = json!({
        "iss": "https://login.acme.dev", "sub": "svc-deploy", "role": "owner",
        "iat": 1_767_225_600, "exp": 4_070_908_800_i64,
    });
    let signature =
        BASE64URL_NOPAD.encode(&(40..72_u8).map(|b| b.wrapping_mul(37)).collect::<Vec<_>>());
    let head = |algorithm: &str| part(json!({ "alg": algorithm, "typ": "JWT" }));
    let token = [head("HS256"), part(claims.clone()), signature].join(".");
    says(
        &format!("session = \"{token}\"\n"),
        &[
            "algorithm: HS256",
            "issuer: https://login.acme.dev",
            "subject: svc-deploy",
            "role: owner",
            "issued: 2026-01-01T00:00:00Z",
            "expires: 2099-01-01T00:00:00Z",
        ],
    );
    let unsigned = [head("none"), part(claims), String::new()].join(".");
    says(&format!("session = \"{unsigned}\"\n"), &["algorithm: none (unsigned)"]);
}

#[test]
fn a_shared_access_signature_tells_what_it_permits() {
    let signature =
        BASE64.encode(&(0..32_u8).map(|b| b.wrapping_mul(73).wrapping_add(11)).collect::<Vec<_>>());
    let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let query = format!(
        "sv=2024-11-04&ss=b&srt=sco&sp=rl&se=2099-01-01T00:00:00Z&spr=https&sig={signature}"
    );
    let facts = [
        "permissions: read, list",
        "services: blob",
        "resource types: service, container, object",
        "signed by: account key",
        "protocol: https",
        "expires: 2099-01-01T00:00:00Z",
    ];
    let url = format!("https://acme.blob.core.windows.net/?{query}");
    says(&format!("url = {url}\n"), &facts);
    let escaped = url.replace('&', "\\u0026");
    says(&format!("{{\"url\": \"{escaped}\"}}\n"), &facts);
}

#[test]
fn tokens_name_where_they_belong() {
    says(&format!("CF={}\n", minted("cloudflare-api-token", 1)), &["kind: user API token"]);
    let (facts, _) = said(&format!("{}\n", minted("sops-age-key", 1)));
    assert!(facts.iter().any(|f| f.starts_with("recipient: age1")), "{facts:?}");
    let (facts, _) = said(&format!("password = {}\n", minted("pypi-token-user", 1)));
    assert!(facts.iter().any(|f| f.starts_with("registry: ")), "{facts:?}");
    let pair =
        BASE64.encode(format!("deploy:{}", ["kV9", "xQ2", "mW7", "rT4"].concat()).as_bytes());
    let docker = format!("{{\"auths\": {{\"registry.acme.dev\": {{\"auth\": \"{pair}\"}}}}}}\n");
    says(&docker, &["user: deploy"]);
}

/// A number in base 36 with so many digits.
fn base36(mut number: u64, digits: usize) -> String {
    let mut text = Vec::new();
    for _ in 0..digits {
        text.push(char::from_digit((number % 36) as u32, 36).unwrap());
        number /= 36;
    }
    text.into_iter().rev().collect()
}

/// A token of GitLab's as its generator makes them: noise, who it is for, lengths, CRC-32.
fn routable(prefix: &str, owner: &str) -> String {
    let noise: Vec<u8> = (0..16_u8).map(|b| b.wrapping_mul(151).wrapping_add(29)).collect();
    let payload =
        BASE64URL_NOPAD.encode(&[&noise[..], owner.as_bytes(), &[owner.len() as u8]].concat());
    let head = format!("{prefix}{payload}.01.{}", base36(payload.len() as u64, 2));
    let checksum = base36(crc32fast::hash(head.as_bytes()).into(), 7);
    head + &checksum
}

#[test]
fn a_routable_token_names_its_owner() {
    let text = format!("GITLAB_TOKEN={}\n", routable("glpat-", "c:1\no:2s\nu:4d5k"));
    says(&text, &["cell: 1", "organisation: 100", "user: 203672"]);
    let text = format!("CI_DEPLOY={}\n", routable("gldt-", "o:1\np:2f"));
    says(&text, &["organisation: 1", "project: 87"]);
    assert_eq!(said(&text).1, "proven");
}

#[test]
fn a_state_file_gives_up_what_it_holds() {
    let generated = ["kV9x[Q2m", "W7rT4pLs", "(8cZ1nBd"].concat();
    let chosen = ["Rb4nTz7k", "Qw2mXs9v"].concat();
    let state = json!({
        "version": 4, "terraform_version": "1.9.8", "serial": 7, "resources": [
            {"mode": "managed", "type": "random_password", "name": "app", "instances": [
                {"schema_version": 3, "attributes": {
                    "id": "none", "keepers": null, "length": 24, "result": generated, "special": true,
                }},
            ]},
            {"mode": "managed", "type": "aws_db_instance", "name": "app", "instances": [
                {"attributes": {"engine": "postgres", "password": chosen, "username": "app"}},
            ]},
        ],
    });
    let (_guard, root) = scratch();
    write(&root, "terraform.tfstate", serde_json::to_string_pretty(&state).unwrap());
    let rules: Vec<Value> = secrets(&root).into_iter().map(|(_, s)| s["rule_id"].clone()).collect();
    assert!(rules.contains(&json!("terraform-state-random-password")), "{rules:?}");
    assert!(rules.contains(&json!("generic-password")) && rules.len() == 2, "{rules:?}");
}

#[test]
fn outputs_of_a_state_file_are_secrets_if_it_says_so() {
    let value = ["kV9xQ2mW", "7rT4pLs8"].concat();
    for (sensitive, expected) in
        [(true, vec![json!("terraform-state-sensitive-output")]), (false, vec![])]
    {
        let (_guard, root) = scratch();
        // In the order in which Terraform writes them.
        let state = format!(
            "{{\n  \"version\": 4,\n  \"outputs\": {{\n    \"endpoint\": {{\n      \"value\": \"{value}\",\n      \
             \"type\": \"string\",\n      \"sensitive\": {sensitive}\n    }}\n  }},\n  \"resources\": []\n}}\n"
        );
        write(&root, "terraform.tfstate", state);
        let rules: Vec<Value> =
            secrets(&root).into_iter().map(|(_, s)| s["rule_id"].clone()).collect();
        assert_eq!(rules, expected, "sensitive: {sensitive}");
    }
}

#[test]
fn test_modes_score_less() {
    let (_guard, root) = scratch();
    write(&root, "live.env", format!("KEY={}\n", minted("stripe-secret-live", 1)));
    write(&root, "test.env", format!("KEY={}\n", minted("stripe-secret-test", 1)));
    let all = secrets(&root);
    let score = |path: &str| all.iter().find(|(p, _)| p == path).unwrap().1["score"].as_u64();
    assert!(score("test.env") < score("live.env"), "{all:?}");
}

#[test]
fn files_of_well_known_forms_are_read() {
    let halves = ["kV9xQ2", "mW7rT4"];
    let password = halves.concat();
    let pair = BASE64.encode(format!("deploy:{password}").as_bytes());
    let encoded = BASE64.encode(password.as_bytes());
    for (path, text, rule) in [
        (
            ".netrc",
            format!("machine git.acme.dev login deploy password {password}\n"),
            "netrc-password",
        ),
        (".pgpass", format!("db.acme.dev:5432:app:deploy:{password}\n"), "postgresql-pgpass-entry"),
        (".pgpass", format!("*:*:*:deploy:{password}\n"), "postgresql-pgpass-entry"),
        (
            ".pgpass",
            format!("db.acme.dev:5432:app:de\\:ploy:{}\n", halves.join("\\:")),
            "postgresql-pgpass-entry",
        ),
        (".npmrc", format!("//registry.acme.dev/:_auth={pair}\n"), "npm-registry-basic-auth"),
        (
            ".npmrc",
            format!("//registry.acme.dev/:username=ci\n//registry.acme.dev/:_password={encoded}\n"),
            "npm-registry-password",
        ),
        (
            ".docker/config.json",
            json!({"auths": {"registry.acme.dev": {"auth": pair}}, "credsStore": "desktop"})
                .to_string(),
            "docker-registry-auth-config",
        ),
        (
            ".docker/config.json",
            json!({"auths": {"registry.acme.dev": {"username": "ci", "password": password}}})
                .to_string(),
            "generic-password",
        ),
        (
            ".npmrc",
            format!(
                "//registry.acme.dev/:_authToken={}\n",
                ["7f3b9c1e", "-52ad-4e08-", "b6d1-90c7f2e4a358"].concat()
            ),
            "npm-legacy-token",
        ),
    ] {
        let (_guard, root) = scratch();
        write(&root, path, &text);
        let rules: Vec<Value> =
            secrets(&root).into_iter().map(|(_, s)| s["rule_id"].clone()).collect();
        assert_eq!(rules, [rule], "{path}: {text}");
    }
}

#[test]
fn keys_of_development_nodes_are_samples() {
    let key =
        format!("0x{}{}", "ac0974bec39a17e3", "6ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    let (_guard, root) = scratch();
    write(&root, "hardhat.env", format!("PRIVATE_KEY={key}\n"));
    let hidden = run(&root, &["scan", ".", "-f", "json"]);
    assert_eq!(hidden.status, 0, "{}", hidden.stdout);
    let report: Value = serde_json::from_str(&hidden.stdout).unwrap();
    assert_eq!(report["summary"]["hidden"]["placeholders"], 1);
    let shown = run(&root, &["scan", ".", "-f", "json", "--include-placeholders"]);
    let report: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(report["secrets"][0]["score"], 0);
}
