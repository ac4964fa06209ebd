//! The baseline: old findings are quiet whatever happens to their lines and files, new ones are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Run, minted, run, scratch, write};
use crate::living::{git, lines, open};

const RULE: &str = "github-pat-classic";

fn scan(root: &Path, more: &[&str]) -> Run {
    run(root, &[&["scan", "-f", "jsonl"], more].concat())
}

/// How many occurrences have which state.
fn states(run: &Run) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for line in lines(run) {
        *states.entry(line["state"].as_str().unwrap_or("none").to_owned()).or_default() += 1;
    }
    states
}

fn state_at(run: &Run, path: &str) -> Vec<String> {
    lines(run)
        .iter()
        .filter(|line| line["path"] == path)
        .map(|line| line["state"].as_str().unwrap_or("none").to_owned())
        .collect()
}

/// Findings and files of the old repository.
const OLD: usize = 200;
const FILES: usize = 40;

/// A repository with old findings in files of several kinds, committed.
fn old_repository() -> (tempfile::TempDir, PathBuf) {
    let (guard, root) = scratch();
    git(&root, &["init", "-q"]);
    for file in 0..FILES {
        let secrets: Vec<String> =
            (0..OLD / FILES).map(|n| minted(RULE, (file * 100 + n) as u64)).collect();
        let pairs: Vec<(String, &String)> =
            secrets.iter().enumerate().map(|(n, s)| (format!("service_{n}_token"), s)).collect();
        let (name, text) = match file % 3 {
            0 => {
                let lines: Vec<String> = pairs.iter().map(|(k, s)| format!("{k}={s}\n")).collect();
                (format!("conf/f{file}.env"), lines.concat())
            }
            1 => {
                let map: BTreeMap<_, _> = pairs.into_iter().collect();
                (format!("data/f{file}.json"), serde_json::to_string_pretty(&map).unwrap())
            }
            _ => {
                let lines: Vec<String> =
                    pairs.iter().map(|(k, s)| format!("{k}: \"{s}\"\n")).collect();
                (format!("deploy/f{file}.yaml"), lines.concat())
            }
        };
        write(&root, &name, text);
    }
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "old"]);
    (guard, root)
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name == ".git" || name == ".sprawl" {
                continue;
            }
            if path.is_dir() { pending.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// One of the edits that change nothing about what has leaked.
fn edit(root: &Path, number: usize) {
    let all = files(root);
    let file = &all[(number * 7) % all.len()];
    let text = fs::read_to_string(file).unwrap();
    let is_json = file.extension().is_some_and(|e| e == "json");
    let commit = |message: &str| {
        git(root, &["add", "-A"]);
        git(root, &["commit", "-q", "--allow-empty", "-m", message]);
    };
    match number % 6 {
        0 => {
            let top = if is_json { "\n\n\n" } else { "# a line\n# another\n\n" };
            fs::write(file, format!("{top}{text}")).unwrap();
            commit("insert lines");
        }
        1 => {
            let moved = root.join(format!("moved{number}")).join(file.file_name().unwrap());
            fs::create_dir_all(moved.parent().unwrap()).unwrap();
            fs::rename(file, moved).unwrap();
            commit("move");
        }
        2 => {
            let new = if is_json {
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                value.to_string()
            } else {
                text.replace('=', " = ").replace(": ", ":   ").replace('\n', "\r\n")
            };
            fs::write(file, new).unwrap();
            commit("reformat");
        }
        3 => {
            fs::write(file, format!("{text}\n")).unwrap();
            git(root, &["add", "-A"]);
            git(root, &["commit", "-q", "--amend", "-m", "amended"]);
        }
        4 => {
            git(root, &["checkout", "-q", "-b", &format!("side{number}"), "HEAD~1"]);
            write(root, &format!("notes/{number}.txt"), "nothing\n");
            commit("side");
            git(root, &["rebase", "-q", "main"]);
            git(root, &["checkout", "-q", "main"]);
            git(root, &["merge", "-q", "--ff-only", &format!("side{number}")]);
            git(root, &["branch", "-q", "-d", &format!("side{number}")]);
        }
        _ => {
            write(root, "notes/squash.txt", format!("{number}\n"));
            commit("to be squashed");
            git(root, &["reset", "-q", "--soft", "HEAD~2"]);
            git(root, &["commit", "-qm", "squashed"]);
        }
    }
}

#[test]
fn thirty_edits_make_nothing_new_and_what_is_new_is_named() {
    let (_guard, root) = old_repository();
    let written = run(&root, &["baseline"]);
    assert_eq!(written.status, 0, "{}", written.stderr);
    assert!(written.stdout.contains(&format!("{OLD} open")), "{}", written.stdout);
    let text = fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("since")).count(), OLD);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "baseline"]);
    git(&root, &["commit", "-q", "--allow-empty", "-m", "room"]);
    let quiet = BTreeMap::from([("unchanged".to_owned(), OLD)]);
    for number in 0..30 {
        edit(&root, number);
        let after = scan(&root, &[]);
        assert_eq!((after.status, states(&after)), (0, quiet.clone()), "edit {number}");
    }
    let history = scan(&root, &["--history"]);
    assert_eq!((history.status, open(&history).len()), (0, 0), "{}", history.stderr);

    // The same secret in one more file.
    write(&root, "copy.env", format!("T={}\n", minted(RULE, 0)));
    let copied = scan(&root, &[]);
    assert_eq!((copied.status, state_at(&copied, "copy.env")), (1, vec!["new".to_owned()]));
    assert_eq!(open(&copied).len(), 1);
    git(&root, &["add", "-A"]);
    let staged = scan(&root, &["--staged"]);
    assert_eq!(open(&staged), ["copy.env:1"], "{}", staged.stdout);
    git(&root, &["rm", "-qf", "copy.env"]);

    // Another secret in the place of an old one.
    let holder = files(&root)
        .into_iter()
        .find(|file| fs::read_to_string(file).unwrap().contains(&minted(RULE, 101)))
        .unwrap();
    let before = fs::read_to_string(&holder).unwrap();
    fs::write(&holder, before.replace(&minted(RULE, 101), &minted(RULE, 9999))).unwrap();
    let rotated = scan(&root, &[]);
    assert_eq!((rotated.status, open(&rotated).len()), (1, 1), "{}", rotated.stderr);
    assert_eq!(states(&rotated)["updated"], 1);

    // Fixed, written down as fixed, and back.
    fs::write(&holder, before.replace(&minted(RULE, 101), "$TOKEN")).unwrap();
    let fixed = scan(&root, &[]);
    assert_eq!((fixed.status, states(&fixed)), (0, [("unchanged".to_owned(), OLD - 1)].into()));
    assert!(fixed.stderr.contains("1 of the baseline is gone"), "{}", fixed.stderr);
    let updated = run(&root, &["baseline"]);
    assert!(updated.stdout.contains("1 newly fixed"), "{}", updated.stdout);
    fs::write(&holder, before).unwrap();
    let reverted = scan(&root, &[]);
    assert_eq!((reverted.status, open(&reverted).len()), (1, 1), "{}", reverted.stderr);
    assert_eq!(states(&reverted)["reopened"], 1);
}

#[test]
fn sarif_and_json_say_how_it_compares() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("A={}\n", minted(RULE, 1)));
    write(&root, "b.env", format!("B={}\n", minted(RULE, 2)));
    assert_eq!(run(&root, &["baseline"]).status, 0);
    write(&root, "b.env", format!("A={}\n", minted(RULE, 3)));
    let of = |profile: &str| -> Vec<String> {
        let sarif = run(&root, &["scan", "-f", "sarif", "--sarif-profile", profile]);
        let sarif: serde_json::Value = serde_json::from_str(&sarif.stdout).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap().clone();
        let mut all: Vec<String> =
            results.iter().map(|r| r["baselineState"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(of("generic"), ["absent", "new", "unchanged"]);
    assert_eq!(of("github"), ["new", "unchanged"]);
    let json = run(&root, &["scan", "-f", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["absent"][0]["path"], "b.env");
    assert_eq!(json["covered"][0]["occurrences"][0]["state"], "unchanged");
    assert_eq!(json["summary"]["standings"]["baseline"]["new"], 1);
}

#[test]
fn it_is_read_by_itself_named_or_not_at_all() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("A={}\n", minted(RULE, 1)));
    assert_eq!(run(&root, &["baseline", "-o", "known.toml"]).status, 0);
    assert_eq!(scan(&root, &[]).status, 1);
    assert_eq!(scan(&root, &["--baseline", "known.toml"]).status, 0);
    assert_eq!(run(&root, &["baseline"]).status, 0);
    assert_eq!(scan(&root, &[]).status, 0);
    assert_eq!(scan(&root, &["--no-baseline"]).status, 1);
    assert_eq!(scan(&root, &["--isolated"]).status, 1);
    let missing = scan(&root, &["--baseline", "none.toml"]);
    assert_eq!(missing.status, 2);
    let key = crate::common::sprawl(&root)
        .args(["scan"])
        .env("SPRAWL_ID_KEY", "another key of this project")
        .output()
        .unwrap();
    let wrong = crate::common::finished(key);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("another project key"), "{}", wrong.stderr);
}

#[test]
fn what_stays_open_too_long_fails() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("A={}\n", minted(RULE, 1)));
    assert_eq!(run(&root, &["baseline"]).status, 0);
    let file = root.join(".sprawl/baseline.toml");
    let text = fs::read_to_string(&file).unwrap();
    let today = text.split("since = \"").nth(1).unwrap()[..10].to_owned();
    fs::write(&file, text.replace(&today, "2020-01-01")).unwrap();
    assert_eq!(scan(&root, &[]).status, 0);
    let late = scan(&root, &["--max-open-days", "90"]);
    assert_eq!((late.status, open(&late).len()), (1, 1), "{}", late.stdout);
    assert_eq!(lines(&late)[0]["overdue"], true);
    write(&root, "sprawl.toml", "[policy]\nmax-open-days = 90\n");
    assert_eq!(scan(&root, &[]).status, 1);
}

#[test]
fn bringing_it_up_to_date_takes_nothing_new_in() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "a.env", format!("A={}\n", minted(RULE, 1)));
    assert_eq!(run(&root, &["baseline"]).status, 0);
    write(&root, "b.env", format!("A={}\n", minted(RULE, 2)));
    let left = run(&root, &["baseline"]);
    assert_eq!(left.status, 1);
    assert!(left.stdout.contains("left out, new: github-pat-classic in b.env"), "{}", left.stdout);
    assert_eq!(scan(&root, &[]).status, 1);
    assert_eq!(run(&root, &["baseline", "--add"]).status, 0);
    assert_eq!(scan(&root, &[]).status, 0);
}

#[test]
fn both_sides_of_a_merge_conflict_may_be_kept() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    write(&root, "m.env", format!("A={}\n", minted(RULE, 1)));
    assert_eq!(run(&root, &["baseline"]).status, 0);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "base"]);
    for (branch, seed) in [("one", 2), ("two", 3)] {
        git(&root, &["checkout", "-q", "-b", branch, "main"]);
        write(&root, &format!("{branch}.env"), format!("A={}\n", minted(RULE, seed)));
        assert_eq!(run(&root, &["baseline", "--add"]).status, 0);
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-qm", branch]);
    }
    // What `git merge-file --union` makes of it is what keeping both sides means.
    write(&root, ".git/info/attributes", ".sprawl/*.toml merge=union\n");
    git(&root, &["merge", "-q", "-m", "both", "one"]);
    let merged = scan(&root, &[]);
    assert_eq!((merged.status, states(&merged)["unchanged"]), (0, 3), "{}", merged.stdout);
}
