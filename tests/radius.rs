//! Blast radius: what a scan knows of a secret besides that it is there.

mod entries;
mod fan_out;
mod keys;
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
    assert!(plain.starts_with("+42 authority: account-wide; +18 reach"), "{plain}");
    let admin = because("a.env", &format!("ADMIN_TOKEN={token}"));
    assert!(admin.contains("+10 named admin: control-plane-admin"), "{admin}");
    let reader = because("a.env", &format!("READ_ONLY_TOKEN={token}"));
    assert!(reader.contains("-4 named read-only: service-wide"), "{reader}");
}

#[test]
fn an_administrators_key_is_not_named_admin_once_more() {
    let key = minted("algolia-admin-api-key", 1);
    assert!(!because("a.env", &format!("ALGOLIA_ADMIN_KEY={key}")).contains("named admin"));
}

#[test]
fn a_live_credential_is_as_live_in_tests() {
    for rule in ["stripe-secret-live", "easypost-api-key", "xendit-api-key"] {
        let key = minted(rule, 1);
        for path in ["tests/pay.py", "regress/pay.py", "docs/pay.py"] {
            let told = because(path, &format!("PAY_KEY = \"{key}\"\n"));
            assert!(told.contains("+10% worst place") && told.contains("live wherever"), "{told}");
        }
    }
    let token = minted("github-pat-classic", 3);
    assert!(
        because("tests/a.py", &format!("T = \"{token}\"\n")).contains("-40% worst place: test")
    );
}

#[test]
fn a_service_of_one_word_is_on_this_machine_unless_the_file_is_of_production() {
    let url = |host: &str| format!("url: postgres://app:{}@{host}:5432/app\n", password());
    assert!(because("compose.yml", &url("db")).contains("x30% usability: loopback-host"));
    assert!(because("compose.prod.yml", &url("db")).contains("x70% usability: private-host"));
    let inside = because("values.yaml", &url("pg.shop.svc.cluster.local"));
    assert!(inside.contains("x70%") && inside.contains("worst place: unknown"), "{inside}");
}

#[test]
fn a_manifest_of_production_speaks_for_its_values() {
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: production\n\
         stringData:\n  token: {}\n",
        minted("github-pat-classic", 4)
    );
    assert!(because("a.yaml", &manifest).contains("worst place: production"));
}

#[test]
fn one_value_in_two_environments_is_reuse() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 2);
    write(&root, "app/values.yaml", format!("production:\n  token: {token}\n"));
    write(&root, "app/staging.yaml", format!("token: {token}\n"));
    let all = secrets(&root, &["."]);
    assert!(all[0]["because"].to_string().contains("+12% reused across environments"));
    assert!(all[0]["because"].to_string().contains("+4% 2 file(s)"));
}
