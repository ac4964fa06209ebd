//! Reports put together: the same, byte for byte, as one scan of everything; and nothing at all if
//! one of them is not what it should be.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::keys::{certificate, ec_key};
use super::story::Story;
use crate::common::{Run, finished, minted, run, scratch, sprawl, write};
use crate::git::Repo;

const KEY: &str = "a key for tests";

/// Runs the program under one identity key.
fn keyed(root: &Path, arguments: &[&str]) -> Run {
    finished(sprawl(root).env("SPRAWL_ID_KEY", KEY).args(arguments).output().unwrap())
}

/// What a file of a random tree may hold; `which` picks one of a few secrets of the kind.
fn content(kind: usize, which: u64) -> String {
    let password = format!("{}{which}", ["Vx7kQ2m", "NpR9t"].concat());
    let age = minted("sops-age-key", which);
    let recipient = sprawl_detect::checks::age::recipient(age.as_bytes()).unwrap();
    match kind {
        0 => format!("TOKEN={}\n", minted("github-pat-classic", which)),
        1 => format!("DB=postgres://app:{password}@db{which}.prod.example.net/x\n"),
        2 => format!("x\n{age}\n"),
        3 => format!("a: ENC[AES256_GCM,data:x]\nsops:\n  age:\n  - recipient: {recipient}\n"),
        4 => format!("ADMIN_TOKEN={}\n", minted("github-pat-classic", which)),
        5 => format!("redis://:{}@localhost\n", "changeme"),
        6 => format!("aws_access_key_id = {}\n", minted("aws-access-key-id", which)),
        7 => format!(
            "TOKEN={} # sprawl:allow github-pat-classic reason=\"known\"\n",
            minted("github-pat-classic", which)
        ),
        8 => ec_key(which),
        9 => certificate(which, "www.example.org"),
        _ => "nothing\n".to_owned(),
    }
}

const NAMES: &[&str] = &["a.env", "tests/b.yaml", "deploy/prod/c.yaml", "README.md", "x/build.log"];

/// Files of a tree: name, kind and which.
fn any_tree() -> impl Strategy<Value = Vec<(usize, usize, u64)>> {
    proptest::collection::vec((0..NAMES.len(), 0..11_usize, 0..3_u64), 0..9)
}

fn plant(root: &Path, tree: &str, files: &[(usize, usize, u64)]) {
    write(root, &format!("{tree}/.keep"), "");
    for (number, (name, kind, which)) in files.iter().enumerate() {
        write(root, &format!("{tree}/{number}/{}", NAMES[*name]), content(*kind, *which));
    }
}

/// Takes what is there into the baseline but for one secret, which is accepted for some days. Then a
/// file goes and another comes.
fn decide(root: &Path) {
    let today = jiff::Zoned::now().date();
    let until = today.checked_add(jiff::Span::new().days(5)).unwrap().to_string();
    let found = keyed(root, &["scan", "a", "b", "-f", "json"]);
    let found: Value = serde_json::from_str(&found.stdout).unwrap();
    if let Some(id) = found["secrets"][0]["secret_id"].as_str() {
        let how = ["--owner", "@team", "--reason", "third-party", "--until", until.as_str()];
        let done = keyed(root, &[&["accept", id][..], &how].concat());
        assert_eq!(done.status, 0, "{}", done.stderr);
    }
    let done = keyed(root, &["baseline"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let first = root.join("a/0");
    if first.exists() {
        std::fs::remove_dir_all(first).unwrap();
    }
    write(root, "b/later.env", content(0, 9));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 20, ..ProptestConfig::default() })]
    #[test]
    fn a_merge_is_a_scan_of_everything(
        a in any_tree(),
        b in any_tree(),
        damaged in any::<bool>(),
        decided in any::<bool>(),
    ) {
        let (_guard, root) = scratch();
        plant(&root, "a", &a);
        plant(&root, "b", &b);
        if decided {
            decide(&root);
        }
        if damaged {
            write(&root, "b/broken/.git/HEAD", "this is not a repository\n");
        }
        let all = keyed(&root, &["scan", "a", "b", "-f", "json"]);
        keyed(&root, &["scan", "a", "-o", "a.json"]);
        keyed(&root, &["scan", "b", "-o", "b.json"]);
        let merged = keyed(&root, &["merge", "a.json", "b.json", "-f", "json"]);
        prop_assert_eq!(&merged.stdout, &all.stdout);
        prop_assert_eq!((merged.status, &merged.stderr), (all.status, &all.stderr));
        let back = keyed(&root, &["merge", "b.json", "a.json", "-f", "json"]);
        prop_assert_eq!(&back.stdout, &all.stdout);
        // A report that was merged can be merged again; one that is there already adds nothing.
        std::fs::write(root.join("all.json"), &merged.stdout).unwrap();
        let again = keyed(&root, &["merge", "all.json", "-f", "json"]);
        prop_assert_eq!(&again.stdout, &all.stdout);
        for format in ["text", "jsonl", "sarif"] {
            let all = keyed(&root, &["scan", "a", "b", "-f", format]);
            let merged = keyed(&root, &["merge", "a.json", "b.json", "-f", format]);
            prop_assert_eq!(&merged.stdout, &all.stdout);
        }
    }
}

/// The same with what is decisive in it, whatever is drawn: a key whose certificate is elsewhere, a
/// marked secret, one that is accepted, some that are known and one that is gone.
#[test]
fn certificates_and_decisions_survive_a_merge() {
    let (_guard, root) = scratch();
    plant(&root, "a", &[(0, 0, 1), (1, 8, 1), (3, 7, 2), (0, 1, 1)]);
    plant(&root, "b", &[(2, 9, 1), (0, 0, 1), (4, 4, 0)]);
    decide(&root);
    let all = keyed(&root, &["scan", "a", "b", "-f", "json"]);
    for text in
        ["tls-private-key", "a certificate has", "\"by\": \"sprawl:allow", "\"third-party\""]
    {
        assert!(all.stdout.contains(text), "{text}: {}", all.stdout);
    }
    for state in ["new", "unchanged", "absent"] {
        assert!(all.stdout.contains(&format!("\"state\": \"{state}\"")), "{state}: {}", all.stdout);
    }
    assert!(all.stderr.contains("expires in 5 days"), "{}", all.stderr);
    keyed(&root, &["scan", "a", "-o", "a.json"]);
    keyed(&root, &["scan", "b", "-o", "b.json"]);
    for format in ["json", "text", "sarif", "csv", "html", "markdown", "junit", "github"] {
        let all = keyed(&root, &["scan", "a", "b", "--sarif-profile", "generic", "-f", format]);
        let merge = ["merge", "b.json", "a.json", "--sarif-profile", "generic", "-f", format];
        let merged = keyed(&root, &merge);
        assert_eq!(merged.stdout, all.stdout, "{format}");
        assert_eq!((merged.status, merged.stderr), (all.status, all.stderr), "{format}");
    }
}

/// Histories of single repositories put together are the history of all of them: paths begin with the
/// names of the repositories, a key in one opens what is locked in the other, and what was replaced,
/// in a slot of either, was replaced.
#[test]
fn histories_of_single_repositories_become_the_history_of_all() {
    let story = Story::new();
    let all = ["app", "infra", "tools"];
    let report = |name: &str| format!("{name}.json");
    for name in all {
        story.run(&["scan", "--history", name, "-o", &report(name)]);
    }
    for format in ["json", "text", "sarif", "jsonl"] {
        let one = story.run(&[&["scan", "--history", "-f", format], &all[..]].concat());
        let merged = story.run(&["merge", "tools.json", "app.json", "infra.json", "-f", format]);
        assert_eq!(merged.stdout, one.stdout, "{format}");
        assert_eq!((merged.status, merged.stderr), (one.status, one.stderr), "{format}");
    }
    // So do two of them, with the report of the third put in later.
    story.run(&["merge", "app.json", "infra.json", "-o", "two.json"]);
    let later = story.run(&["merge", "two.json", "tools.json", "-f", "json"]);
    assert_eq!(later.stdout, story.scan("json").stdout);
    // One alone stays as it is.
    let alone = story.run(&["merge", "app.json", "-f", "json"]);
    assert_eq!(alone.stdout, std::fs::read_to_string(story.holder.root.join("app.json")).unwrap());
}

/// A report of one token, and the tree it is of.
fn one_report() -> (tempfile::TempDir, std::path::PathBuf, Value) {
    let (guard, root) = scratch();
    write(&root, "a/a.env", content(0, 1));
    let done = keyed(&root, &["scan", "a", "-f", "json"]);
    let report = serde_json::from_str(&done.stdout).unwrap();
    (guard, root, report)
}

#[test]
fn what_is_no_report_is_refused_and_nothing_is_written() {
    let (_guard, root, report) = one_report();
    let text = report.to_string();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report);
        report.to_string()
    };
    // What another tool found must not come out again in an error.
    let secret = minted("github-pat-classic", 7);
    let other_tool = json!([{ "RuleID": "x", "Secret": &secret, "StartLine": 1 }]).to_string();
    let cases = [
        (text[..text.len() / 2].to_owned(), "ends too early"),
        (String::new(), "ends too early"),
        ("\u{0}\u{1}".to_owned(), "is not JSON"),
        (other_tool, "is not a JSON report of sprawl"),
        (json!({ "version": "2.1.0", "runs": [] }).to_string(), "is not a JSON report of sprawl"),
        (changed(&|r| r["tool"]["name"] = json!("other")), "is not a JSON report of sprawl"),
        (changed(&|r| r["schema_version"] = json!(99)), "version 99"),
        (changed(&|r| r["secrets"][0]["occurrences"] = json!([])), "without a place"),
        (changed(&|r| r["secrets"][0]["occurrences"][0]["line"] = json!(secret)), "damaged"),
        (changed(&|r| r["secrets"][0]["secret_id"] = json!("x; ::error::y\n")), "damaged"),
        (changed(&|r| r["secrets"][0]["rule_id"] = json!("no-such-rule")), "`no-such-rule`"),
        (changed(&|r| r["identity"]["check"] = json!("x")), "SPRAWL_ID_KEY"),
    ];
    std::fs::write(root.join("good.json"), &text).unwrap();
    for (bad, expected) in cases {
        std::fs::write(root.join("bad.json"), &bad).unwrap();
        for command in [
            &["merge", "good.json", "bad.json", "-o", "out.sarif"][..],
            &["plan", "good.json", "bad.json"],
            &["offboard", "--author", "ada@example.net", "good.json", "bad.json"],
        ] {
            let done = keyed(&root, command);
            assert_eq!((done.status, done.stdout.as_str()), (2, ""), "{command:?} {expected}");
            assert!(done.stderr.contains("bad.json: "), "{}", done.stderr);
            assert!(done.stderr.contains(expected), "{expected}: {}", done.stderr);
            assert!(!done.stderr.contains(&secret), "{}", done.stderr);
            assert!(!root.join("out.sarif").exists());
        }
    }
    let missing = keyed(&root, &["merge", "good.json", "missing.json"]);
    assert_eq!((missing.status, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.contains("missing.json: cannot be read"), "{}", missing.stderr);
}

#[test]
fn reports_under_different_keys_are_not_put_together() {
    let (_guard, root, report) = one_report();
    std::fs::write(root.join("keyed.json"), report.to_string()).unwrap();
    run(&root, &["scan", "a", "-o", "plain.json"]);
    let without = run(&root, &["merge", "plain.json", "keyed.json"]);
    assert_eq!(without.status, 2);
    assert!(
        without.stderr.contains("keyed.json: was made with an identity key"),
        "{}",
        without.stderr
    );
    let with = keyed(&root, &["merge", "plain.json"]);
    assert!(with.stderr.contains("was made with no identity key"), "{}", with.stderr);
    let other = sprawl(&root).env("SPRAWL_ID_KEY", "x").args(["merge", "keyed.json"]).output();
    let other = finished(other.unwrap());
    assert!(other.stderr.contains("was made with another identity key"), "{}", other.stderr);
}

#[test]
fn without_a_key_passwords_of_two_repositories_stay_apart() {
    let (_guard, root) = scratch();
    for (tree, which) in [("a", 1), ("b", 2)] {
        write(&root, &format!("{tree}/.env"), content(1, which));
        // Both are scanned from within, so that their paths are the same.
        run(&root.join(tree), &["scan", ".", "-o", "../out.json"]);
        std::fs::rename(root.join("out.json"), root.join(format!("{tree}.json"))).unwrap();
    }
    let merged = run(&root, &["merge", "a.json", "b.json", "-f", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    let secrets = merged["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2);
    assert_ne!(secrets[0]["secret_id"], secrets[1]["secret_id"]);
}

#[test]
fn repositories_checked_out_to_one_directory_stay_apart() {
    let all = [("web", 1), ("api", 2)];
    let holder = Repo::with(&["init", "-q", "web/s"]);
    holder.git(&["init", "-q", "api/s"]);
    for (name, which) in all {
        let remote = format!("https://git.example.net/team/{name}.git");
        // Two passwords at one place, and one token.
        holder.write(&format!("{name}/s/a.env"), content(1, which) + &content(0, 1));
        let at = format!("{name}/s");
        holder.git(&["-C", &at, "remote", "add", "origin", &remote]);
        holder.git(&["-C", &at, "add", "a.env"]);
        holder.git(&["-C", &at, "commit", "-q", "-m", "x"]);
    }
    for (git, below) in [(&[][..], ["", ""]), (&["--history"], ["api/", "web/"])] {
        for (name, _) in all {
            let report = format!("../../{name}.json");
            let done = holder.scan_in(
                &holder.root.join(name).join("s"),
                &[&[".", "-o", &report][..], git].concat(),
            );
            assert_eq!(done.status, 1, "{}", done.stderr);
        }
        let merged = run(&holder.root, &["merge", "web.json", "api.json", "-f", "json"]);
        let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
        let mut places: Vec<_> = merged["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| {
                let places = secret["occurrences"].as_array().unwrap().iter();
                let mut places: Vec<_> = places
                    .map(|o| [&o["repository"], &o["path"]].map(|v| v.as_str().unwrap().to_owned()))
                    .collect();
                places.sort();
                places
            })
            .collect();
        places.sort();
        let [api, web] = [("api", below[0]), ("web", below[1])]
            .map(|(name, below)| [name.to_owned(), format!("{below}a.env")]);
        let expected = [vec![api.clone()], vec![api, web.clone()], vec![web]];
        assert_eq!(places, expected, "{git:?}");
    }
}

/// A report that is named twice, or whose files another one has scanned too, counts once; the order
/// does not matter.
#[test]
fn reports_that_overlap_count_once() {
    let repo = Repo::with(&["init", "-q", "r"]);
    let root = repo.root.join("r");
    plant(&root, "a", &[(0, 0, 1), (1, 1, 1)]);
    plant(&root, "a/deep", &[(2, 4, 2)]);
    plant(&root, "b", &[(0, 0, 1)]);
    repo.git(&["-C", "r", "add", "-A"]);
    repo.git(&["-C", "r", "commit", "-q", "-m", "all"]);
    let path = |name: &str| format!("../{name}.json");
    for (name, below) in [("all", "."), ("a", "a"), ("deep", "a/deep"), ("b", "b")] {
        keyed(&root, &["scan", below, "-o", &path(name)]);
    }
    keyed(&root, &["scan", "--history", "-o", &path("history")]);
    let merged = |names: &[&str]| {
        let files: Vec<String> = names.iter().map(|name| path(name)).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let done = keyed(&root, &[&["merge", "-f", "json"][..], &files].concat());
        assert_eq!(done.status, 1, "{}", done.stderr);
        (done.stdout, done.stderr)
    };
    let one = |name: &str| std::fs::read_to_string(root.join(path(name))).unwrap();
    for name in ["all", "a", "history"] {
        assert_eq!(merged(&[name, name]).0, one(name), "{name} twice");
        assert_eq!(merged(&[name, name, name]).0, one(name), "{name} three times");
    }
    for names in [["all", "a"], ["a", "all"], ["all", "deep"], ["b", "all"]] {
        assert_eq!(merged(&names).0, one("all"), "{names:?}");
    }
    assert_eq!(merged(&["a", "deep"]).0, one("a"));
    let both = merged(&["a", "b"]);
    std::fs::write(root.join(path("both")), &both.0).unwrap();
    for names in
        [&["b", "a"][..], &["a", "b", "a"], &["both", "a"], &["b", "both"], &["deep", "both"]]
    {
        assert_eq!(merged(names), both, "{names:?}");
    }
    let counts = |text: &str| {
        let report: Value = serde_json::from_str(text).unwrap();
        ["blobs", "bytes"].map(|name| report["summary"][name].as_u64().unwrap())
    };
    let sum = [one("a"), one("b")].map(|text| counts(&text));
    assert_eq!(counts(&both.0), [sum[0][0] + sum[1][0], sum[0][1] + sum[1][1]]);
    // Files and history are two scans, whose sum is that in any order.
    let mixed = merged(&["all", "history"]);
    assert_eq!(merged(&["history", "all", "history"]), mixed);
}

#[test]
fn without_a_key_the_order_of_reports_does_not_matter() {
    let (_guard, root) = scratch();
    for (tree, which) in [("a", 1), ("b", 2), ("c", 3)] {
        write(&root, &format!("{tree}/.env"), content(1, which));
        run(&root.join(tree), &["scan", ".", "-o", "../out.json"]);
        std::fs::rename(root.join("out.json"), root.join(format!("{tree}.json"))).unwrap();
    }
    let merged =
        |files: &[&str]| run(&root, &[&["merge", "-f", "json"][..], files].concat()).stdout;
    let one = merged(&["a.json", "b.json", "c.json"]);
    assert_eq!(merged(&["c.json", "a.json", "b.json"]), one);
    assert_eq!(merged(&["b.json", "c.json", "a.json", "b.json"]), one);
}
