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
    let lost = "not migrated: .gitleaksignore:3: no secret is found at a.env:7";
    assert!(done.stdout.contains(lost), "{}", done.stdout);
    let found = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(open(&found), ["d.env:2"], "{}", found.stdout);
    let covered = lines(&found);
    let c = covered.iter().find(|line| line["path"] == "c.env").unwrap();
    assert!(c["suppression"]["justification"].as_str().unwrap().starts_with("false-positive"));
    // Doing it twice changes nothing.
    let before = fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap();
    let again = run(&root, &["migrate", "--owner", "@team"]);
    assert!(again.status == 0 && again.stdout.contains("nothing to write"), "{}", again.stdout);
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
    assert!(found.stderr.contains("1 rule disabled"), "{}", found.stderr);
    // A configuration that is there is not touched.
    write(&root, "sprawl.toml", "");
    let again = run(&root, &["migrate"]);
    assert!(again.stdout.contains("sprawl.toml already exists"), "{}", again.stdout);
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
    assert!(done.stdout.contains("wildcards only"), "{}", done.stdout);
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

/// A baseline of detect-secrets: path, line, secret, and whether it was called a false alarm.
fn detect_secrets(entries: &[(&str, usize, &str, bool)]) -> String {
    use sha1::Digest as _;
    let mut results = serde_json::Map::new();
    for (path, line, secret, is_false) in entries {
        let entry = serde_json::json!({
            "type": "Secret Keyword", "filename": path, "line_number": line,
            "hashed_secret": hex(&sha1::Sha1::digest(secret.as_bytes())), "is_secret": !is_false,
        });
        let list = results.entry(*path).or_insert_with(|| serde_json::json!([]));
        list.as_array_mut().unwrap().push(entry);
    }
    format!("{:#}\n", serde_json::json!({ "version": "1.5.0", "results": results }))
}

#[test]
fn a_dry_run_needs_nobody_and_writes_nothing() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let token = minted(RULE, 1);
    write(&root, "a.env", format!("T={token}\n"));
    write(&root, ".secrets.baseline", detect_secrets(&[("a.env", 1, &token, true)]));
    let dry = run(&root, &["migrate", "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.stderr);
    let would = "would write .sprawl/exceptions.toml: 1 exception";
    assert!(dry.stdout.contains(would) && dry.stdout.contains("--owner"), "{}", dry.stdout);
    let json = run(&root, &["migrate", "--dry-run", "--json"]);
    assert_eq!(json.status, 0, "{}", json.stderr);
    assert!(!root.join(".sprawl").exists() && !root.join("sprawl.toml").exists());
    let real = run(&root, &["migrate"]);
    assert_eq!(real.status, 2);
    assert!(real.stderr.contains("--owner") && !root.join(".sprawl").exists(), "{}", real.stderr);
}

#[test]
fn reasons_name_file_and_line_and_are_true() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let token = minted(RULE, 1);
    write(&root, "a.env", format!("T={token}\nname = x\n"));
    // The example of the vendor's own documentation.
    let sample = ["AKIAIOSFODNN7", "EXAMPLE"].concat();
    write(&root, "doc.env", format!("aws_access_key_id = {sample}\n"));
    write(&root, "left/out.env", format!("T={token}\n"));
    write(&root, "sprawl.toml", "[paths]\nexclude = ['left']\n");
    let text = detect_secrets(&[
        ("a.env", 2, "x", false),
        ("doc.env", 1, &sample, false),
        ("gone.env", 4, "y", false),
        ("left/out.env", 1, &token, false),
    ]);
    write(&root, ".secrets.baseline", &text);
    write(
        &root,
        ".gitleaks.toml",
        "title = 't'\n[extend]\npath = 'x.toml'\ndisabledRules = ['no-such-rule']\n",
    );
    let done = run(&root, &["migrate"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let line_of = |path: &str| {
        let at = text.find(&format!("\"filename\": \"{path}\"")).unwrap();
        let hash = at + text[at..].find("hashed_secret").unwrap();
        1 + text[..hash].matches('\n').count()
    };
    for (path, why) in [
        ("a.env", "no secret is found at a.env:2"),
        ("doc.env", "doc.env:1 is not reported here: it unlocks nothing, like a placeholder"),
        ("gone.env", "gone.env:4: the file no longer exists"),
        ("left/out.env", "left/out.env:1 is in a path that the configuration excludes"),
    ] {
        let line = format!("not migrated: .secrets.baseline:{}: {why}\n", line_of(path));
        assert!(done.stdout.contains(&line), "{line}: {}", done.stdout);
    }
    for line in [".gitleaks.toml:3: extends", ".gitleaks.toml:4: rule `no-such-rule`"] {
        assert!(done.stdout.contains(line), "{line}: {}", done.stdout);
    }
}

#[test]
fn a_scan_right_after_has_nothing_to_say() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let [a, b] = [1, 2].map(|seed| minted(RULE, seed));
    write(&root, "a.env", format!("T={a}\n"));
    write(&root, "tests/b.env", format!("T={b}\n"));
    let entries = [("a.env", 1, a.as_str(), false), ("tests/b.env", 1, b.as_str(), false)];
    write(&root, ".secrets.baseline", detect_secrets(&entries));
    write(
        &root,
        ".gitleaks.toml",
        "title = 't'\n[extend]\ndisabledRules = ['generic-api-key']\n\
         [allowlist]\npaths = ['(^|/)tests/']\n",
    );
    let ignored = format!("secrets:\n  - id: {RULE}\n    paths:\n      - \"docs/**\"\n");
    write(&root, ".trivyignore.yaml", ignored);
    let until = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(90)).to_string();
    let first = run(&root, &["migrate", "--owner", "@x", "--until", &until]);
    assert_eq!(first.status, 0, "{}", first.stderr);
    let covers = "not migrated: .trivyignore.yaml:2: matches no finding";
    assert!(first.stdout.contains(covers), "{}", first.stdout);
    let scan = run(&root, &["scan", "."]);
    assert_eq!(scan.status, 0, "{}", scan.stdout);
    for word in ["no longer matches", "gone"] {
        assert!(!scan.stderr.contains(word), "{}", scan.stderr);
    }
    // A second time says what is so: nothing is left to do.
    let again = run(&root, &["migrate", "--owner", "@x", "--until", &until]);
    assert!(again.stdout.contains("nothing to write"), "{}", again.stdout);
    for word in ["another name", "add this to it"] {
        assert!(!again.stdout.contains(word), "{}", again.stdout);
    }
}
