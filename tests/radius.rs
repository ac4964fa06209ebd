//! Blast radius: what a scan knows of a secret besides that it is there.

mod merge;
mod story;

use std::path::Path;

use serde_json::Value;

use crate::common::{minted, run, scratch, write};

/// The secrets of a scan, the worst first.
fn secrets(root: &Path, arguments: &[&str]) -> Vec<Value> {
    let all = [&["scan", "-f", "json", "--min-confidence", "weak"], arguments].concat();
    let done = run(root, &all);
    let report: Value = serde_json::from_str(&done.stdout).unwrap();
    report["secrets"].as_array().unwrap().clone()
}

/// Why the one secret of a file scores as it does.
fn because(path: &str, content: &str) -> String {
    let (_guard, root) = scratch();
    write(&root, path, content);
    let all = secrets(&root, &["."]);
    assert_eq!(all.len(), 1, "{path}: {content}");
    let lines: Vec<&str> =
        all[0]["because"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    lines.join("; ")
}

fn password() -> String {
    ["Vx7kQ2", "mNpR9t"].concat()
}

#[test]
fn hosts_and_names_speak_before_paths() {
    let url = |host: &str| format!("DATABASE_URL=postgres://app:{}@{host}:5432/app\n", password());
    let told = |path: &str, host: &str| because(path, &url(host));
    let in_tests = told("tests/db.env", "db.prod.example.net");
    assert!(in_tests.contains("worst place: production, head"), "{in_tests}");
    assert!(told("tests/db.env", "db.example.net").contains("worst place: test, head"));
    assert!(told("a.env", "localhost").contains("x30% usability: loopback-host"));
    assert!(told("a.env", "postgres").contains("x30% usability: loopback-host"));
    assert!(told("a.env", "10.0.3.4").contains("x70% usability: private-host"));
    assert!(!told("a.env", "db.example.net").contains("usability"));
}

#[test]
fn a_name_beside_it_moves_the_authority_and_says_so() {
    let token = minted("github-pat-classic", 1);
    let plain = because("a.env", &format!("TOKEN={token}"));
    assert!(plain.starts_with("+42 authority: account-wide; +16 reach"), "{plain}");
    let admin = because("a.env", &format!("ADMIN_TOKEN={token}"));
    assert!(admin.contains("+10 named admin: control-plane-admin"), "{admin}");
    let reader = because("a.env", &format!("READ_ONLY_TOKEN={token}"));
    assert!(reader.contains("-10 named read-only: service-wide"), "{reader}");
}

#[test]
fn one_value_in_two_environments_is_reuse() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 2);
    write(&root, "app/values.yaml", format!("production:\n  token: {token}\n"));
    write(&root, "app/test.yaml", format!("token: {token}\n"));
    let all = secrets(&root, &["."]);
    assert!(all[0]["because"].to_string().contains("+12% reused across environments"));
    assert!(all[0]["because"].to_string().contains("+4% 2 file(s)"));
}

/// A SOPS file for a recipient, with a value that is encrypted.
fn sops(recipient: &str) -> String {
    format!(
        "password: ENC[AES256_GCM,data:abc,type:str]\nsops:\n  age:\n    - recipient: {recipient}\n"
    )
}

/// The recipient of an age key, as the report decodes it.
fn recipient(key: &str) -> String {
    sprawl::detect::checks::age::recipient(key.as_bytes()).unwrap()
}

#[test]
fn a_key_says_how_many_files_it_opens() {
    let (_guard, root) = scratch();
    let (key, other) = (minted("sops-age-key", 1), minted("sops-age-key", 2));
    write(&root, "keys.txt", &key);
    for file in 0..14 {
        write(&root, &format!("secrets/{file}.yaml"), sops(&recipient(&key)));
    }
    write(&root, "secrets/other.yaml", sops(&recipient(&other)));
    let all = secrets(&root, &["."]);
    assert_eq!(all.len(), 1);
    assert!(all[0]["because"].to_string().contains("+6% unlocks 14 item(s) in this tree"));
    let opens = all[0]["opens"].as_array().unwrap();
    assert_eq!(opens.len(), 14);
    assert_eq!(opens[0]["path"], "secrets/0.yaml");
    let text = run(&root, &["scan", "."]).stdout;
    assert!(text.contains("and 9 more"), "{text}");
}

#[test]
fn other_keys_open_what_is_locked_with_them() {
    let (_guard, root) = scratch();
    let master = minted("rails-master-key", 1);
    write(&root, "deploy.env", format!("RAILS_MASTER_KEY={master}\n"));
    write(&root, "config/credentials.yml.enc", "x");
    write(&root, "config/credentials/staging.yml.enc", "x");
    write(&root, "ansible.env", format!("ANSIBLE_VAULT_PASSWORD={}\n", password()));
    write(&root, "group_vars/all", "$ANSIBLE_VAULT;1.1;AES256\n3431\n");
    write(&root, "root.txt", minted("vault-root-token", 1));
    write(&root, "run.sh", "vault kv get secret/app/db\nvault kv get -field=x secret/app/db\n");
    let opened: Vec<(String, String)> = secrets(&root, &["."])
        .iter()
        .map(|s| (s["rule_id"].as_str().unwrap().to_owned(), s["opens"][0]["what"].to_string()))
        .collect();
    let has = |rule: &str, what: &str| opened.contains(&(rule.to_owned(), format!("\"{what}\"")));
    assert!(has("rails-master-key", "Rails credentials"), "{opened:?}");
    assert!(has("ansible-vault-password", "Ansible Vault file"), "{opened:?}");
    assert!(has("vault-root-token", "Vault path secret/app/db"), "{opened:?}");
}
