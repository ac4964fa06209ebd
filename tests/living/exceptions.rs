//! Exceptions: decisions that cover places, belong to someone, and end.

use std::fs;
use std::path::Path;

use jiff::ToSpan as _;

use crate::common::{Run, minted, run, scratch, write};
use crate::living::{git, lines, open};

const RULE: &str = "github-pat-classic";
const FILE: &str = ".sprawl/exceptions.toml";

fn day(from_today: i64) -> String {
    jiff::Zoned::now().date().saturating_add(from_today.days()).to_string()
}

fn scan(root: &Path, more: &[&str]) -> Run {
    run(root, &[&["scan", "-f", "jsonl"], more].concat())
}

/// A repository with a token in `a.env`, and its id.
fn repository() -> (tempfile::TempDir, std::path::PathBuf, String) {
    let (guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("A={}\n", minted(RULE, 1)));
    let id = lines(&scan(&root, &[]))[0]["secret_id"].as_str().unwrap().to_owned();
    (guard, root, id)
}

fn accept(root: &Path, id: &str, until: &str, more: &[&str]) -> Run {
    let words = ["accept", id, "--owner", "@team", "--reason", "third-party", "--until", until];
    run(root, &[&words[..], more].concat())
}

/// Moves a day of the only exception.
fn set(root: &Path, field: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(FILE)).unwrap();
    let changed = text.replace(&format!("{field} = \"{from}\""), &format!("{field} = \"{to}\""));
    assert_ne!(text, changed);
    fs::write(root.join(FILE), changed).unwrap();
}

#[test]
fn an_accepted_secret_is_quiet_where_it_stands_and_new_anywhere_else() {
    let (_guard, root, id) = repository();
    let done = accept(&root, &id, &day(30), &["--purpose", "their scanner wants it"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout.contains("in a.env") && done.stdout.contains(".sprawl/key"));
    let quiet = scan(&root, &[]);
    assert_eq!((quiet.status, open(&quiet).len()), (0, 0), "{}", quiet.stdout);
    assert!(quiet.stderr.contains("suppressed: 1 by exceptions"), "{}", quiet.stderr);
    let suppression = &lines(&quiet)[0]["suppression"];
    assert_eq!(suppression["justification"], "third-party: their scanner wants it");
    assert_eq!(
        (&suppression["owner"], &suppression["kind"]),
        (&"@team".into(), &"external".into())
    );
    // Moved about in its file it stays accepted; in one more file it does not.
    let token = minted(RULE, 1);
    write(&root, "a.env", format!("# new\n\n  B = '{token}'\n"));
    assert_eq!(scan(&root, &[]).status, 0);
    write(&root, "deploy/b.env", format!("A={token}\n"));
    let spread = scan(&root, &[]);
    assert_eq!((spread.status, open(&spread)), (1, vec!["deploy/b.env:1".to_owned()]));
    assert!(spread.stdout.contains("is accepted in a.env, but not here"), "{}", spread.stdout);
    git(&root, &["add", "-A"]);
    let staged = scan(&root, &["--staged"]);
    assert_eq!(open(&staged), ["deploy/b.env:1"], "{}", staged.stdout);
}

#[test]
fn passwords_are_known_again_by_the_key_alone() {
    let (_guard, root) = scratch();
    let line = |value: &str| format!("postgres://app:{value}@db.payments.corp/main\n");
    let password = ["Kq7", "vT2", "xW9", "mZ4"].concat();
    write(&root, "a.env", line(&password));
    let found = scan(&root, &[]);
    assert_eq!(found.stdout.lines().count(), 1, "{}", found.stdout);
    assert_eq!(accept(&root, "a.env:1", &day(9), &[]).status, 0);
    assert_eq!(scan(&root, &[]).status, 0);
    let text = fs::read_to_string(root.join(FILE)).unwrap();
    assert!(!text.contains(&password));
    fs::remove_file(root.join(".sprawl/key")).unwrap();
    let lost = scan(&root, &[]);
    assert_eq!(lost.status, 2);
    assert!(lost.stderr.contains("project key that is not here"), "{}", lost.stderr);
}

#[test]
fn an_exception_that_is_over_fails_and_says_whose_it_was() {
    let (_guard, root, _) = repository();
    assert_eq!(run(&root, &["baseline"]).status, 0);
    assert_eq!(accept(&root, "a.env:1", &day(30), &[]).status, 0);
    assert_eq!(scan(&root, &[]).status, 0);
    set(&root, "created", &day(0), &day(-60));
    set(&root, "expires", &day(30), &day(-3));
    let over = run(&root, &["scan"]);
    assert_eq!(over.status, 1, "{}", over.stdout);
    assert!(over.stdout.contains(&format!("was accepted until {} by @team", day(-3))));
    let full = lines(&scan(&root, &["--no-baseline"]))[0]["score"].clone();
    fs::remove_file(root.join(FILE)).unwrap();
    assert_eq!(lines(&scan(&root, &["--no-baseline"]))[0]["score"], full);
}

#[test]
fn one_that_ends_soon_is_warned_of_and_can_be_renewed() {
    let (_guard, root, id) = repository();
    assert_eq!(accept(&root, &id, &day(5), &[]).status, 0);
    let soon = run(&root, &["scan"]);
    assert_eq!(soon.status, 0);
    assert!(soon.stderr.contains("expires in 5 days"), "{}", soon.stderr);
    let too_long = run(&root, &["exceptions", "renew", "a.env", "--until", &day(400)]);
    assert_eq!(too_long.status, 2);
    assert!(too_long.stderr.contains("the policy allows 180"), "{}", too_long.stderr);
    let renewed = run(&root, &["exceptions", "renew", "a.env", "--until", &day(90), "--json"]);
    assert_eq!(renewed.status, 0, "{}", renewed.stderr);
    let renewed: serde_json::Value = serde_json::from_str(&renewed.stdout).unwrap();
    assert_eq!((&renewed[0]["renewals"], &renewed[0]["days_left"]), (&1.into(), &90.into()));
    assert!(!run(&root, &["scan"]).stderr.contains("expires in"));
    let listed = run(&root, &["exceptions", "list"]);
    assert!(listed.stdout.contains("90 days left"), "{}", listed.stdout);
    assert!(listed.stdout.contains("renewed 1 time"), "{}", listed.stdout);
    write(&root, "sprawl.toml", "[policy]\nmax-renewals = 1\n");
    let again = run(&root, &["exceptions", "renew", "a.env", "--until", &day(90)]);
    assert!(again.stderr.contains("renewed 2 times"), "{}", again.stderr);
}

#[test]
fn one_that_covers_nothing_is_named_and_pruned() {
    let (_guard, root, id) = repository();
    assert_eq!(accept(&root, &id, &day(60), &[]).status, 0);
    write(&root, "a.env", "A=$TOKEN\n");
    let stale = run(&root, &["scan"]);
    assert!(stale.stderr.contains("no longer matches anything"), "{}", stale.stderr);
    // A part of the project says nothing of the rest.
    write(&root, "part/x.txt", "x\n");
    assert!(!run(&root, &["scan", "part"]).stderr.contains("no longer matches"));
    let pruned = run(&root, &["exceptions", "prune"]);
    assert!(pruned.stdout.contains("removed exception"), "{}", pruned.stdout);
    let listed = run(&root, &["exceptions", "list", "--json"]);
    assert_eq!(listed.stdout.trim(), "[]");
}

#[test]
fn what_an_exception_must_say() {
    let (_guard, root, id) = repository();
    let no_end = run(&root, &["accept", &id, "--owner", "@team", "--reason", "break-glass"]);
    assert_eq!(no_end.status, 2);
    assert!(no_end.stderr.contains("has no expiry"), "{}", no_end.stderr);
    assert!(!root.join(FILE).exists());
    let no_owner = run(&root, &["accept", &id, "--reason", "false-positive"]);
    assert_eq!(no_owner.status, 2);
    let unknown = accept(&root, "zzzzzzzzzz", &day(5), &[]);
    assert!(unknown.stderr.contains("no finding"), "{}", unknown.stderr);
    let forever =
        run(&root, &["accept", &id[..8], "--owner", "@team", "--reason", "false-positive"]);
    assert_eq!(forever.status, 0, "{}", forever.stderr);
    let again = accept(&root, "a.env:1", &day(5), &[]);
    assert!(again.stderr.contains("already accepted there"), "{}", again.stderr);
    // Edited by hand, it is held to the same.
    let text = fs::read_to_string(root.join(FILE)).unwrap();
    fs::write(root.join(FILE), text.replace("[\"a.env\"]", "[\"**\"]")).unwrap();
    let wide = run(&root, &["scan"]);
    assert_eq!(wide.status, 2);
    assert!(
        wide.stderr.contains("exceptions.toml: line") && wide.stderr.contains("wildcards only")
    );
}

#[test]
fn a_hostile_tree_cannot_pass_isolated_and_the_summary_says_what_it_hid() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    for number in 0..6 {
        let mark = if number < 3 { " # gitleaks:allow" } else { "" };
        write(&root, &format!("d{number}/a.env"), format!("A={}{mark}\n", minted(RULE, number)));
    }
    write(&root, "sprawl.toml", "[paths]\nexclude = ['d5']\n[thresholds]\nfail-on = 'critical'\n");
    let made = ["accept", "d3/a.env:1", "--owner", "@evil", "--reason", "false-positive"];
    assert_eq!(run(&root, &made).status, 0);
    assert_eq!(run(&root, &["baseline"]).status, 0);
    let fooled = run(&root, &["scan"]);
    assert_eq!((fooled.status, fooled.stdout.as_str()), (0, ""));
    for said in [
        "1 by baseline",
        "1 by exceptions",
        "3 by `gitleaks:allow`",
        "fail-on = critical",
        "1 path that the configuration excludes",
    ] {
        assert!(fooled.stderr.contains(said), "{said}: {}", fooled.stderr);
    }
    let isolated = scan(&root, &["--isolated"]);
    assert_eq!((isolated.status, open(&isolated).len()), (1, 6), "{}", isolated.stdout);
    // Decisions from elsewhere count.
    let trusted = scratch();
    fs::create_dir(trusted.1.join(".sprawl")).unwrap();
    for name in ["exceptions.toml", "key"] {
        let from = root.join(".sprawl").join(name);
        fs::copy(from, trusted.1.join(".sprawl").join(name)).unwrap();
    }
    let file = trusted.1.join(".sprawl/exceptions.toml");
    let named = scan(&root, &["--isolated", "--exceptions", file.to_str().unwrap()]);
    assert_eq!(open(&named).len(), 5, "{}", named.stdout);
}

/// Ids of a report that was made before the project had its key: of tokens, and of passwords, whose id
/// came from their place.
#[test]
fn ids_from_before_the_key_still_work() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let password = |n: &str| format!("db_password = \"{}{n}\"\n", ["Vx7kQ2m", "NpR9tLw"].concat());
    let token = |seed| minted("github-pat-classic", seed);
    write(&root, "a.env", format!("T={}\nU={}\n", token(1), token(2)));
    write(&root, "sub/b.py", password("3Z") + &password("4Y"));
    write(&root, "sub/c.py", password("5X"));
    let ids = |directory: &str, path: &str| -> Vec<String> {
        let found = run(&root.join(directory), &["scan", path, "-f", "jsonl"]);
        lines(&found).iter().map(|line| line["secret_id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(".", ".");
    assert_eq!(all.len(), 5);
    // However the path is typed.
    for id in ids("sub", ".").iter().chain(&ids(".", "sub/b.py")) {
        assert!(all.contains(id), "{id}");
    }
    let until = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(20)).to_string();
    let accept = |id: &str| {
        let how = ["--owner", "@x", "--reason", "rotation-pending", "--until", &until];
        run(&root, &[&["accept", id][..], &how].concat())
    };
    for id in &all {
        let done = accept(id);
        assert_eq!(done.status, 0, "{id}: {}", done.stderr);
    }
    let after = run(&root, &["scan", ".", "-f", "jsonl"]);
    assert_eq!(after.status, 0, "{}", after.stdout);
    for id in &all {
        assert!(!after.stdout.contains(id.as_str()), "{id} is an id without a key");
        let done = run(&root, &["exceptions", "renew", id, "--until", &until]);
        assert_eq!(done.status, 0, "{id}: {}", done.stderr);
    }
    // Neither does one that never was.
    let none = accept("aaaaaaaaaaaaaaaaaaaa");
    assert!(none.stderr.contains("no finding"), "{}", none.stderr);
}

#[test]
fn ids_from_before_the_key_work_after_a_baseline() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("T={}\n", minted("github-pat-classic", 1)));
    let found = run(&root, &["scan", ".", "-f", "jsonl"]);
    let id = lines(&found)[0]["secret_id"].as_str().unwrap().to_owned();
    assert_eq!(run(&root, &["baseline"]).status, 0);
    let until = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(20)).to_string();
    let how = ["--owner", "@x", "--reason", "third-party", "--until", &until];
    let done = run(&root, &[&["accept", &id[..8]][..], &how].concat());
    assert_eq!(done.status, 0, "{}", done.stderr);
}

#[test]
fn a_place_is_named_however_it_is_typed() {
    let typed = |root: &Path, from: &str, place: &str| {
        let place = place.replace("ROOT", &root.display().to_string());
        let words = ["accept", &place, "--owner", "@team", "--reason", "false-positive"];
        (run(&root.join(from), &words), place)
    };
    for (from, place) in [
        ("", "deploy/b.env:1"),
        ("", "./deploy/b.env:1"),
        ("", "ROOT/deploy/b.env:1"),
        ("", "deploy/../deploy//b.env:1"),
        ("deploy", "b.env:1"),
        ("deploy", "./b.env:1"),
        ("other", "../deploy/b.env:1"),
    ] {
        let (_guard, root, _) = repository();
        write(&root, "deploy/b.env", format!("A={}\n", minted(RULE, 2)));
        write(&root, "other/c.txt", "x\n");
        let (done, place) = typed(&root, from, place);
        assert_eq!(done.status, 0, "{place} in {from}: {}", done.stderr);
        assert!(done.stdout.contains("in deploy/b.env"), "{}", done.stdout);
        assert_eq!(open(&scan(&root, &[])), ["a.env:1"], "{place} in {from}");
        let path = place.trim_end_matches(":1");
        let renewed = run(&root.join(from), &["exceptions", "renew", path, "--until", &day(20)]);
        assert_eq!(renewed.status, 0, "{path} in {from}: {}", renewed.stderr);
    }
    let (_guard, root, _) = repository();
    let elsewhere = typed(&root, "", "../a.env:1").0;
    assert_eq!(elsewhere.status, 2, "{}", elsewhere.stdout);
}

#[test]
fn an_end_that_is_past_is_a_mistake() {
    let (_guard, root, id) = repository();
    let done = accept(&root, &id, &day(-2), &[]);
    assert_eq!(done.status, 2, "{}", done.stdout);
    assert!(done.stderr.contains("is past"), "{}", done.stderr);
    assert!(!root.join(FILE).exists());
    assert_eq!(accept(&root, &id, &day(9), &[]).status, 0);
    let renewed = run(&root, &["exceptions", "renew", &id, "--until", &day(-2)]);
    assert_eq!(renewed.status, 2, "{}", renewed.stdout);
}

#[test]
fn no_decision_repeats_the_secret() {
    let (_guard, root, id) = repository();
    let word = ["Regen", "bogen", "-77!", "x"].concat();
    write(&root, "b.py", format!("db_password = \"{word}\"\n"));
    for secret in [minted(RULE, 1), minted(RULE, 7), word] {
        for (flag, text) in [("--purpose", format!("it is {secret}")), ("--owner", secret.clone())]
        {
            let owner = if flag == "--owner" { &text } else { "@team" };
            let purpose = if flag == "--purpose" { &text } else { "" };
            let words = ["accept", &id, "--owner", owner, "--reason", "false-positive"];
            let done = run(&root, &[&words[..], &["--purpose", purpose]].concat());
            assert_eq!(done.status, 2, "{}", done.stdout);
            assert!(done.stderr.contains(flag) && !done.stderr.contains(&secret));
            assert!(!root.join(FILE).exists());
        }
    }
    assert_eq!(accept(&root, &id, &day(9), &["--purpose", "their scanner"]).status, 0);
}

#[test]
fn what_is_to_be_committed_is_named_whole() {
    let (_guard, root, id) = repository();
    let first = accept(&root, &id, &day(9), &[]).stdout;
    assert!(first.contains("commit .sprawl/exceptions.toml and .sprawl/key,"), "{first}");
    write(&root, "b.env", format!("A={}\n", minted(RULE, 2)));
    let second = accept(&root, "b.env:1", &day(9), &[]).stdout;
    assert!(second.contains("commit .sprawl/exceptions.toml,"), "{second}");
}
