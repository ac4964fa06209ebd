//! Scanning trees: what is looked at, what is left out, and what the exit status says.

use std::process::Command;

use crate::common::{finished, minted, run, scratch, sprawl, write};

fn git(root: &std::path::Path, arguments: &[&str]) {
    let done = Command::new("git")
        .current_dir(root)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@t.invalid",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn exit_status_follows_the_threshold() {
    let (_guard, root) = scratch();
    write(&root, "clean.txt", "nothing here\n");
    assert_eq!(run(&root, &["scan", "."]).status, 0);
    write(&root, "src/a.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 1)));
    assert_eq!(run(&root, &["scan", "."]).status, 1);
    assert_eq!(run(&root, &["scan", ".", "--fail-on", "critical"]).status, 0);
    assert_eq!(run(&root, &["scan", ".", "--fail-on", "high"]).status, 1);
    assert_eq!(run(&root, &["scan", ".", "--fail-on", "never"]).status, 0);
    assert_eq!(run(&root, &["scan", ".", "--fail-on", "sometimes"]).status, 2);
}

#[test]
fn what_opens_nothing_is_reported_and_fails_nothing() {
    for rule in
        ["stripe-publishable", "google-firebase-client-key", "sentry-dsn", "aws-access-key-id"]
    {
        let (_guard, root) = scratch();
        let rules = sprawl_detect::rules::Rules::builtin();
        let (_, known) = rules.named(rule).unwrap();
        let mut random = sprawl_detect::rules::mint::Random::new(5);
        let example = &known.text.examples[0];
        let example = if rule == "aws-access-key-id" { "AWS_ID={secret}\n" } else { example };
        let (text, _) =
            sprawl_detect::rules::check::fill(&rules, known, example, &mut random).unwrap();
        write(&root, "a.env", text);
        let done = run(&root, &["scan", ".", "-f", "jsonl"]);
        assert!(done.stdout.contains(rule), "{rule}: {}", done.stdout);
        assert_eq!(done.status, 0, "{rule}: {}", done.stdout);
        assert!(done.stderr.contains("--fail-on any"), "{}", done.stderr);
        assert_eq!(run(&root, &["scan", ".", "--fail-on", "any"]).status, 1, "{rule}");
        assert_eq!(run(&root, &["scan", ".", "--fail-on", "low"]).status, 0, "{rule}");
    }
}

#[test]
fn one_secret_in_several_places_is_one_secret() {
    let (_guard, root) = scratch();
    let secret = minted("github-pat-classic", 2);
    write(&root, "a/x.env", format!("T={secret}\n"));
    write(&root, "b/y.yaml", format!("env:\n  token: \"{secret}\"\n"));
    let report = run(&root, &["scan", ".", "-f", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    let secrets = report["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1);
    let places = secrets[0]["occurrences"].as_array().unwrap();
    assert_eq!(places.len(), 2);
    assert_eq!((&places[0]["path"], &places[0]["line"]), (&"a/x.env".into(), &1.into()));
    assert_eq!((&places[1]["line"], &places[1]["column"]), (&2.into(), &11.into()));
    assert!(secrets[0]["because"].to_string().contains("2 file(s)"));
}

#[test]
fn gitignore_hides_untracked_files_only_and_says_so() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, ".gitignore", "*.secret\nbuild/\n");
    let token = |seed| format!("T={}\n", minted("github-pat-classic", seed));
    write(&root, "tracked.secret", token(1));
    write(&root, "build/tracked.txt", token(2));
    git(&root, &["add", "-f", "tracked.secret", "build/tracked.txt"]);
    write(&root, "untracked.secret", token(3));
    write(&root, "build/untracked.txt", token(4));
    write(&root, "other/build/deep.txt", token(5));
    write(&root, "plain.txt", token(6));
    write(&root, ".env", token(7));

    let found = run(&root, &["scan", ".", "-f", "jsonl"]);
    let paths: Vec<String> = found
        .stdout
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).unwrap()["path"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let has = |path: &str| paths.iter().any(|p| p == path);
    assert!(has("tracked.secret") && has("build/tracked.txt") && has("plain.txt") && has(".env"));
    assert!(
        !has("untracked.secret") && !has("build/untracked.txt") && !has("other/build/deep.txt")
    );
    assert!(found.stderr.contains("2 ignored files"), "{}", found.stderr);
    assert!(found.stderr.contains("1 ignored directory"), "{}", found.stderr);
    assert!(found.stderr.contains("--no-ignore"), "{}", found.stderr);

    let all = run(&root, &["scan", ".", "-f", "jsonl", "--no-ignore"]);
    assert_eq!(all.stdout.lines().count(), 7);
    // A part of a repository obeys the same index and the same .gitignore files above it.
    write(&root, "part/x.secret", token(8));
    write(&root, "part/y.txt", token(9));
    let part = run(&root.join("part"), &["scan", ".", "-f", "jsonl"]);
    assert_eq!(part.stdout.lines().count(), 1, "{}", part.stdout);
    assert!(part.stdout.contains("y.txt"), "{}", part.stdout);
}

#[test]
fn hidden_files_binaries_and_utf16_are_scanned() {
    let (_guard, root) = scratch();
    let line = |seed| format!("token = \"{}\"\n", minted("github-pat-classic", seed));
    write(&root, ".npmrc", line(1));
    write(&root, "program.bin", [&[0, 1, 2, 255, 0], line(2).as_bytes(), &[0, 0, 9]].concat());
    let utf16: Vec<u8> = line(3).encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(&root, "no-mark.txt", &utf16);
    write(&root, "mark.txt", [&[0xff, 0xfe], utf16.as_slice()].concat());
    let found = run(&root, &["scan", ".", "-f", "jsonl"]);
    assert_eq!(found.stdout.lines().count(), 4, "{}", found.stdout);
}

#[test]
fn standard_input_is_scanned() {
    let (_guard, root) = scratch();
    write(&root, "in", format!("x {}\n", minted("github-pat-classic", 1)));
    let input = std::fs::File::open(root.join("in")).unwrap();
    let found =
        finished(sprawl(&root).args(["scan", "-", "-f", "jsonl"]).stdin(input).output().unwrap());
    assert_eq!(found.status, 1);
    assert!(found.stdout.contains(r#""path":"<stdin>","line":1,"column":3"#), "{}", found.stdout);
}

#[test]
fn a_scan_of_nothing_says_so() {
    let (_guard, root) = scratch();
    write(&root, "empty.txt", "");
    for path in ["-", "empty.txt", "."] {
        let done = run(&root, &["scan", path]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        let first = done.stderr.lines().next().unwrap();
        assert_eq!(first, "sprawl: nothing was scanned: all files are empty");
    }
}

#[test]
fn excluded_paths_are_left_out_and_counted() {
    let (_guard, root) = scratch();
    write(&root, "vendor/a.txt", minted("github-pat-classic", 1));
    write(&root, "src/b.txt", minted("github-pat-classic", 2));
    let found = run(&root, &["scan", ".", "-f", "jsonl", "--exclude", "vendor"]);
    assert_eq!(found.stdout.lines().count(), 1);
    assert!(found.stderr.contains("1 excluded path"), "{}", found.stderr);
    let wrong = run(&root, &["scan", ".", "--exclude", "a[b"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("a[b"), "{}", wrong.stderr);
}

#[test]
fn several_reports_in_one_run() {
    let (_guard, root) = scratch();
    write(&root, "src/a.txt", minted("github-pat-classic", 1));
    let found = run(&root, &["scan", "src", "-o", "r.json", "-o", "r.txt", "-o", "r.jsonl"]);
    assert_eq!((found.status, found.stdout.as_str()), (1, ""));
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("r.json")).unwrap()).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert!(std::fs::read_to_string(root.join("r.txt")).unwrap().contains("fix: "));
    assert_eq!(std::fs::read_to_string(root.join("r.jsonl")).unwrap().lines().count(), 1);
    let unnamed = run(&root, &["scan", "src", "-o", "report.unknown"]);
    assert_eq!(unnamed.status, 2);
    assert!(unnamed.stderr.contains("add --format"), "{}", unnamed.stderr);
}

#[test]
fn unknown_rules_are_a_mistake() {
    let (_guard, root) = scratch();
    let wrong = run(&root, &["scan", ".", "--disable", "github-pat-clasic"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("github-pat-clasic"), "{}", wrong.stderr);
    write(&root, "a.txt", minted("github-pat-classic", 1));
    assert_eq!(run(&root, &["scan", ".", "--disable", "github-*"]).status, 0);
    assert_eq!(
        run(&root, &["scan", ".", "--only", "github-personal-access-token-classic"]).status,
        1
    );
}

#[test]
#[ignore = "needs openssl"]
fn a_certificate_says_what_a_key_opens() {
    let (_guard, root) = scratch();
    let path = |name: &str| root.join(name).to_str().unwrap().to_owned();
    std::fs::create_dir(root.join("pki")).unwrap();
    let arguments = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "365",
        "-subj",
        "/CN=Test Root",
        "-keyout",
        &path("pki/a.key"),
        "-out",
        &path("b.crt"),
    ];
    assert!(Command::new("openssl").args(arguments).output().unwrap().status.success());
    let report = run(&root, &["scan", ".", "-f", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    let secrets = report["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1, "the certificate is not a finding");
    assert_eq!(secrets[0]["rule_id"], "ca-private-key");
    assert_eq!(secrets[0]["severity"], "critical");
    assert!(secrets[0]["decoded"].to_string().contains("CN=Test Root"));
}
