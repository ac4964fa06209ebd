//! Migration: files of other scanners become our own.

use std::fs;

use crate::common::{minted, run, scratch, write};
use crate::living::{git, lines, open};

const RULE: &str = "github-pat-classic";

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[test]
fn known_findings_of_other_tools_are_known_here() {
    use sha2::Digest as _;
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let [a, b, c, d] = [1, 2, 3, 4].map(|seed| minted(RULE, seed));
    for (name, secret) in [("a.env", &a), ("b.env", &b), ("c.env", &c), ("d.env", &d)] {
        write(&root, name, format!("# one\nT={secret}\n"));
    }
    write(&root, ".gitleaksignore", "# old\na.env:github-pat:2\na.env:github-pat:7\n");
    write(&root, ".betterleaksignore", format!("{}\n", hex(&sha2::Sha256::digest(&b))));
    let entry = serde_json::json!({
        "type": "GitHub Token", "filename": "c.env", "is_secret": false, "line_number": 1,
        "hashed_secret": hex(&sha1::Sha1::digest(&c)),
    });
    let baseline = serde_json::json!({ "version": "1.5.0", "results": { "c.env": [entry] } });
    write(&root, ".secrets.baseline", baseline.to_string());
    let no_owner = run(&root, &["migrate"]);
    assert_eq!(no_owner.status, 2);
    assert!(no_owner.stderr.contains("--owner"), "{}", no_owner.stderr);
    let dry = run(&root, &["migrate", "--owner", "@team", "--dry-run"]);
    assert!(dry.stdout.contains("would write .sprawl/baseline.toml: 2"), "{}", dry.stdout);
    assert!(!root.join(".sprawl/baseline.toml").exists());
    let done = run(&root, &["migrate", "--owner", "@team"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout.contains("not carried over: .gitleaksignore:3:"), "{}", done.stdout);
    let found = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(open(&found), ["d.env:2"], "{}", found.stdout);
    let covered = lines(&found);
    let c = covered.iter().find(|line| line["path"] == "c.env").unwrap();
    assert!(c["suppression"]["justification"].as_str().unwrap().starts_with("false-positive"));
    // Doing it twice changes nothing.
    let before = fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap();
    assert_eq!(run(&root, &["migrate", "--owner", "@team"]).status, 0);
    assert_eq!(fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap(), before);
}

#[test]
fn paths_and_rules_become_a_configuration() {
    use sha1::Digest as _;
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let token = format!("T={}\n", minted(RULE, 1));
    write(&root, "vendor/x.env", &token);
    write(&root, "src/y.env", format!("K=acme_{}\n", &hex(&sha1::Sha1::digest(b"acme"))[..24]));
    write(
        &root,
        ".gitleaks.toml",
        "title = 't'\n[extend]\ndisabledRules = ['no-such-rule', 'github-pat-classic']\n\
         [allowlist]\npaths = ['''(^|/)vendor/''']\nstopwords = ['hunter2']\n\
         [[rules]]\nid = 'acme-key'\nregex = '''\\bacme_[0-9a-f]{24}\\b'''\nkeywords = ['acme_']\n\
         [[rules]]\nid = 'loose'\nregex = '''x.*'''\n",
    );
    let done = run(&root, &["migrate"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    for said in ["stop word", "no-such-rule", "rule loose"] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert!(!done.stdout.contains("hunter2"));
    let found = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(found.status, 1, "{}", found.stderr);
    assert_eq!(open(&found), ["src/y.env:1"], "{}", found.stdout);
    assert!(found.stdout.contains("acme-key"));
    assert!(found.stderr.contains("1 rule switched off"), "{}", found.stderr);
    // A configuration that is there is not touched.
    write(&root, "sprawl.toml", "");
    let again = run(&root, &["migrate"]);
    assert!(again.stdout.contains("sprawl.toml is there already"), "{}", again.stdout);
    assert_eq!(fs::read_to_string(root.join("sprawl.toml")).unwrap(), "");
}

#[test]
fn rules_that_are_quiet_in_places_become_exceptions() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "tests/x.env", format!("T={}\n", minted(RULE, 1)));
    let text = format!(
        "secrets:\n  - id: {RULE}\n    paths:\n      - \"tests/**\"\n    statement: samples\n  \
         - id: {RULE}\n    paths:\n      - \"**\"\n"
    );
    write(&root, ".trivyignore.yaml", text);
    let until = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(30)).to_string();
    let done = run(&root, &["migrate", "--owner", "@qa", "--until", &until]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout.contains("all wildcards"), "{}", done.stdout);
    let found = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(found.status, 0, "{}", found.stdout);
    assert_eq!(lines(&found)[0]["suppression"]["owner"], "@qa");
}

#[test]
fn nothing_to_migrate_is_said() {
    let (_guard, root) = scratch();
    let none = run(&root, &["migrate"]);
    assert_eq!(none.status, 2);
    assert!(none.stderr.contains(".gitleaksignore"), "{}", none.stderr);
}
