//! Credentials as entries: their parts are one, and every place of a value is theirs, whether a rule speaks
//! there or not.

use std::path::Path;

use serde_json::Value;

use super::keys::{certificate, ec_key};
use crate::common::{Run, minted, run, scratch, write};
use crate::git::Repo;

/// A password as a generator makes it; no literal of one.
fn password(which: usize) -> String {
    let parts = [["QD32mZLIV", "vXlhJmFIazp5y"], ["hT7fWq29Lx", "ZpVb4nRk8sGd"]];
    parts[which].concat()
}

fn report(root: &Path, arguments: &[&str]) -> Value {
    let done = run(root, &[&["scan", "-f", "json"], arguments].concat());
    serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{}", done.stderr))
}

/// The places of all secrets, `path:line`, those by value with a sign.
fn places(report: &Value) -> Vec<String> {
    let secrets = report["secrets"].as_array().unwrap().iter();
    let mut all: Vec<String> = secrets
        .flat_map(|secret| secret["occurrences"].as_array().unwrap())
        .map(|one| {
            let sign = if one["by_value"] == true { " by value" } else { "" };
            format!("{}:{}{sign}", one["path"].as_str().unwrap(), one["line"])
        })
        .collect();
    all.sort();
    all
}

fn pair() -> (String, String) {
    (minted("aws-access-key-id", 3), minted("aws-secret-access-key", 3))
}

fn assigned((id, secret): &(String, String)) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

#[test]
fn a_pair_is_one_entry_with_one_step_and_one_exception() {
    let (_guard, root) = scratch();
    write(&root, "deploy/app.env", assigned(&pair()));
    let found = report(&root, &["."]);
    let [entry] = found["secrets"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(entry["rule_id"], "aws-secret-access-key");
    let [part] = entry["parts"].as_array().unwrap().as_slice() else { panic!("{entry}") };
    assert_eq!((&part["role"], &part["rule_id"]), (&"id".into(), &"aws-access-key-id".into()));
    assert_eq!(part["place"], "deploy/app.env:1");
    assert!(entry.get("missing").is_none());
    let [id] = found["parts"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(id["part_of"], entry["secret_id"]);
    assert_eq!(id["occurrences"][0]["line"], 1);
    assert_eq!(found["summary"]["secrets"], 1);
    // A line for each value, under its own id.
    let lines = run(&root, &["scan", ".", "-f", "jsonl"]).stdout;
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.contains("\"aws-access-key-id\"") && lines.contains("\"aws-secret-access-key\""));
    let text = run(&root, &["scan", "."]).stdout;
    assert!(
        text.contains("parts: AWS access key ID") && text.contains("deploy/app.env:1"),
        "{text}"
    );
    run(&root, &["scan", ".", "-o", "r.json"]);
    let plan = run(&root, &["plan", "r.json", "-f", "json"]).stdout;
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 1);
    assert_eq!(plan["steps"][0]["change"].as_array().unwrap().len(), 2);
    let merged = run(&root, &["merge", "r.json", "-f", "json"]).stdout;
    assert_eq!(merged, std::fs::read_to_string(root.join("r.json")).unwrap());
    std::fs::remove_file(root.join("r.json")).unwrap();
    let accept = ["accept", "deploy/app.env:2", "--owner", "@ops", "--reason", "third-party"];
    let done = run(&root, &[&accept[..], &["--until", &in_days(5)]].concat());
    assert_eq!(done.status, 0, "{}", done.stderr);
    let after = run(&root, &["scan", "."]);
    assert_eq!(after.status, 0, "{}{}", after.stdout, after.stderr);
}

/// A day so many days ahead.
fn in_days(days: i64) -> String {
    let day = jiff::Zoned::now().date().checked_add(jiff::Span::new().days(days));
    day.unwrap().to_string()
}

#[test]
fn a_baseline_by_the_ids_of_single_values_covers_the_entry() {
    let (_guard, root) = scratch();
    write(&root, "app.env", assigned(&pair()));
    assert_eq!(run(&root, &["baseline"]).status, 0);
    let text = std::fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap();
    assert!(text.contains("aws-access-key-id") && text.contains("aws-secret-access-key"), "{text}");
    assert_eq!(run(&root, &["scan", "."]).status, 0);
}

#[test]
fn what_is_found_alone_says_what_is_missing() {
    let (_guard, root) = scratch();
    let (id, secret) = pair();
    write(&root, "a.env", format!("aws_secret_access_key = {secret}\n"));
    write(&root, "b/b.env", format!("aws_access_key_id = {id}\n"));
    let found = report(&root, &["."]);
    let missing: Vec<&Value> =
        found["secrets"].as_array().unwrap().iter().map(|one| &one["missing"]).collect();
    assert_eq!(missing, ["AWS access key ID", "AWS secret access key"]);
    let text = run(&root, &["scan", "."]).stdout;
    assert!(text.contains("missing: AWS access key ID, not found near it"), "{text}");
}

#[test]
fn an_id_of_several_secrets_is_a_part_of_each() {
    let (_guard, root) = scratch();
    let (id, secret) = pair();
    write(&root, "old.env", assigned(&(id.clone(), secret)));
    write(&root, "new.env", assigned(&(id, minted("aws-secret-access-key", 4))));
    let found = report(&root, &["."]);
    let secrets = found["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|one| one["parts"].as_array().unwrap().len() == 1), "{found}");
    assert_eq!(found["parts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_key_has_its_certificate_as_a_part() {
    let (_guard, root) = scratch();
    write(&root, "tls/key.pem", ec_key(1));
    write(&root, "tls/cert.pem", certificate(1, "www.example.org"));
    let found = report(&root, &["."]);
    let part = &found["secrets"][0]["parts"][0];
    assert_eq!(part["role"], "certificate", "{found}");
    assert!(part["redacted"].as_str().unwrap().contains("www.example.org"), "{part}");
}

#[test]
fn a_password_is_one_in_an_address_and_as_it_is() {
    let (_guard, root) = scratch();
    let secret = format!("p@{}", password(0));
    let encoded = secret.replace('@', "%40");
    write(&root, "a.env", format!("URL=postgres://app:{encoded}@db.prod.example.net/app\n"));
    write(&root, "b.env", format!("DB_PASSWORD=\"{secret}\"\n"));
    write(&root, "notes.txt", format!("ask ops whether {secret} still works\n"));
    let found = report(&root, &["."]);
    assert_eq!(found["secrets"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["secrets"][0]["parts"][0]["role"], "secret");
}

/// A tree with a password that rules know in one place, and further places where none speaks.
fn tree(root: &Path) {
    let secret = password(0);
    write(root, "app/config.py", format!("DB_PASSWORD = \"{secret}\"\n"));
    write(
        root,
        "app/connect.py",
        format!("import db\nconn = connect(\"db1\", \"app\", \"{secret}\")\n"),
    );
    write(
        root,
        "wiki/Access.md",
        format!("# Access\n\nLog in as app, then type {secret} twice: {secret}\n"),
    );
    let inner = format!("the value was {secret} until last week, says the operator on call\n");
    let encoded = data_encoding::BASE64.encode(inner.as_bytes());
    write(root, "wiki/note.txt", format!("attachment: {encoded}\n"));
    let wide: Vec<u8> =
        format!("log: tried {secret}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(root, "logs/wide.log", [vec![0xff, 0xfe], wide].concat());
    // Tar: a header of 512 bytes, and blocks of that size.
    let mut tar = Vec::new();
    let content = format!("dump {secret}\n");
    let mut header = [0_u8; 512];
    header[..8].copy_from_slice(b"dump.txt");
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    tar.extend(header);
    tar.extend(content.as_bytes());
    tar.resize(2048, 0);
    write(root, "backup.tar", tar);
}

const BY_VALUE: &[&str] = &[
    "app/config.py:1",
    "app/connect.py:2 by value",
    "backup.tar!dump.txt:1 by value",
    "logs/wide.log:1 by value",
    "wiki/Access.md:3 by value",
    "wiki/Access.md:3 by value",
    "wiki/note.txt:1 by value",
];

#[test]
fn every_place_of_a_value_is_listed() {
    let (_guard, root) = scratch();
    tree(&root);
    let found = report(&root, &["."]);
    assert_eq!(places(&found), BY_VALUE);
    assert_eq!(found["secrets"].as_array().unwrap().len(), 1);
    let because = found["secrets"][0]["because"].to_string();
    // No more than five copies count.
    assert!(because.contains("5 file(s)"), "{because}");
    let first = &found["secrets"][0]["occurrences"][0];
    assert_eq!(first["path"], "app/config.py", "places that a rule knows come first");
    for (format, sign) in [
        ("text", "(by value)"),
        ("sarif", "\"byValue\":true"),
        ("jsonl", "\"by_value\":true"),
        ("html", "(by value)"),
        ("markdown", "(by value)"),
    ] {
        let done = run(&root, &["scan", ".", "-v", "-f", format]);
        assert!(done.stdout.replace("\": ", "\":").contains(sign), "{format}: {}", done.stdout);
        assert!(!done.stdout.contains(&password(0)), "{format}");
    }
    for threads in ["1", "4"] {
        let again = report(&root, &[".", "--threads", threads]);
        assert_eq!(again, found);
    }
}

#[test]
fn what_people_guess_and_ids_are_not_looked_for() {
    let (_guard, root) = scratch();
    for (number, value) in
        ["hunter2", "letmein123", "Winter2024!", "correct horse"].iter().enumerate()
    {
        write(&root, &format!("{number}.env"), format!("DB_PASSWORD=\"{value}\"\n"));
        write(&root, &format!("{number}.txt"), format!("they say {value} in the film\n"));
    }
    let done = run(&root, &["scan", ".", "-f", "jsonl", "--min-confidence", "weak"]);
    assert!(done.stdout.contains(".env\"") && !done.stdout.contains(".txt\""), "{}", done.stdout);
}

#[test]
fn decisions_apply_to_places_by_value() {
    let (_guard, root) = scratch();
    let secret = password(0);
    write(&root, "config.py", format!("DB_PASSWORD = \"{secret}\"\n"));
    write(&root, "a.txt", format!("see {secret} # sprawl:allow generic-password\n"));
    write(&root, "vendor/b.txt", format!("see {secret}\n"));
    write(&root, "c.txt", format!("see {secret}\n"));
    write(&root, "sprawl.toml", "[paths]\nexclude = [\"vendor\"]\n");
    let found = report(&root, &["."]);
    let open: Vec<String> = found["secrets"][0]["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["covered"] != true)
        .map(|one| one["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(open, ["config.py", "c.txt"], "{found}");
    assert_eq!(run(&root, &["baseline"]).status, 0);
    assert_eq!(run(&root, &["scan", "."]).status, 0);
    // A copy that comes later is new.
    write(&root, "d.txt", format!("see {secret}\n"));
    let after = run(&root, &["scan", ".", "-f", "jsonl"]);
    assert_eq!(after.status, 1);
    let line = after.stdout.lines().find(|line| line.contains("d.txt")).unwrap();
    assert!(line.contains("\"state\":\"new\""), "{line}");
}

#[test]
fn a_value_that_is_marked_wherever_rules_find_it_is_none_elsewhere() {
    let (_guard, root) = scratch();
    let secret = password(0);
    write(&root, "a.py", format!("DB_PASSWORD = \"{secret}\"  # sprawl:allow generic-password\n"));
    write(&root, "b.txt", format!("see {secret}\n"));
    assert_eq!(run(&root, &["scan", "."]).status, 0);
    let strict = run(&root, &["scan", ".", "--isolated", "-f", "jsonl"]);
    assert_eq!((strict.status, strict.stdout.lines().count()), (1, 2), "{}", strict.stdout);
}

/// Commits two files: one where a rule finds the password, and later one where none does.
fn repository() -> Repo {
    let repo = Repo::new();
    let secret = password(0);
    write(&repo.root, "notes.txt", format!("first line\nremember {secret}\n"));
    repo.commit("notes");
    write(&repo.root, "notes.txt", "first line\n");
    repo.commit("forget");
    write(&repo.root, "config.py", format!("DB_PASSWORD = \"{secret}\"\n"));
    repo.commit("configure");
    repo
}

#[test]
fn history_is_searched_by_value() {
    let repo = repository();
    let found = report(&repo.root, &["--history", "."]);
    assert_eq!(places(&found), ["config.py:1", "notes.txt:2 by value"], "{found}");
    let note = found["secrets"][0]["occurrences"].as_array().unwrap();
    let note = note.iter().find(|one| one["path"] == "notes.txt").unwrap();
    assert!(note["commit"].is_string() && note["removed_by"].is_string(), "{note}");
    // A message as well.
    repo.git(&["commit", "-q", "--allow-empty", "-m", &format!("try {} again", password(0))]);
    let found = report(&repo.root, &["--history", "."]);
    assert!(
        places(&found).iter().any(|one| one.starts_with("<commit") && one.ends_with("by value"))
    );
    let range = report(&repo.root, &["--range", "HEAD~2..HEAD", "."]);
    assert_eq!(range["secrets"][0]["occurrences"].as_array().unwrap().len(), 2, "{range}");
}

#[test]
fn other_repositories_of_the_run_are_searched() {
    let (_guard, root) = scratch();
    write(&root, "one/config.py", format!("DB_PASSWORD = \"{}\"\n", password(0)));
    write(&root, "two/README.md", format!("Type {} and wait.\n", password(0)));
    let found = report(&root, &["one", "two"]);
    assert_eq!(places(&found), ["one/config.py:1", "two/README.md:1 by value"]);
    // Reports of separate runs do not know the files of the others.
    run(&root, &["scan", "one", "-o", "1.json"]);
    run(&root, &["scan", "two", "-o", "2.json"]);
    let merged = run(&root, &["merge", "1.json", "2.json", "-f", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(places(&merged), ["one/config.py:1"]);
    // What one run has seen stays.
    run(&root, &["scan", "one", "two", "-o", "3.json"]);
    let merged = run(&root, &["merge", "3.json", "1.json", "-f", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(places(&merged), ["one/config.py:1", "two/README.md:1 by value"]);
}

#[test]
fn what_is_staged_is_searched_by_value() {
    let repo = Repo::new();
    write(&repo.root, "a.txt", "a\n");
    repo.commit("a");
    let secret = password(0);
    write(&repo.root, "config.py", format!("DB_PASSWORD = \"{secret}\"\n"));
    write(&repo.root, "a.txt", format!("a\nuse {secret}\n"));
    repo.git(&["add", "."]);
    let found = report(&repo.root, &["--staged", "."]);
    assert_eq!(places(&found), ["a.txt:2 by value", "config.py:1"]);
    // What HEAD has by value is not new.
    repo.commit("both");
    write(&repo.root, "a.txt", format!("more\na\nuse {secret}\n"));
    write(&repo.root, "other.py", format!("DB_PASSWORD = \"{secret}\"\n"));
    repo.git(&["add", "."]);
    let found = report(&repo.root, &["--staged", "."]);
    assert_eq!(places(&found), ["other.py:1"]);
}

#[test]
fn a_line_by_value_shows_no_other_secret() {
    let (_guard, root) = scratch();
    let (one, other, short) = (password(0), password(1), ["x7K", "!q"].concat());
    write(&root, "config.py", format!("DB_PASSWORD = \"{one}\"\n"));
    write(
        &root,
        "run.sh",
        format!("login {one} && api_password=\"{other}\" && PIN_PASSWORD=\"{short}\" go\n"),
    );
    for format in ["text", "json", "html", "sarif", "markdown"] {
        let Run { stdout, .. } = run(&root, &["scan", ".", "-v", "-f", format]);
        for secret in [&one, &other, &short] {
            assert!(!stdout.contains(secret), "{format}");
        }
    }
}
