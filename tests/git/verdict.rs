//! One tree, one verdict: scores and ids do not depend on how a path is typed or where a checkout lies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Repo, lines};
use crate::common::{minted, run, write};

/// Files of a tree, by a seed: names that mean environments, in directories that do.
fn plant(root: &Path, seed: u64) {
    const DIRECTORIES: &[&str] =
        &["", "tests/", "prod/", "docs/", "src/main/", "logs/", "regress/keys/"];
    const FILES: &[&str] = &["pay.py", "production.env", "staging.yaml", "app.log", "README.md"];
    for number in 0..4 {
        let pick = |length: usize, by: u64| ((seed * 7 + number * 3 + by) % length as u64) as usize;
        let path =
            format!("{}{}", DIRECTORIES[pick(DIRECTORIES.len(), 0)], FILES[pick(FILES.len(), 1)]);
        let token = minted("github-pat-classic", seed * 10 + number);
        let password = format!("Vx{seed}kQ2mN{number}R9t");
        write(
            root,
            &path,
            format!("token = \"{token}\"\nurl = \"postgres://app:{password}@db.example.net/a\"\n"),
        );
    }
}

/// What a scan says, without how it names paths.
fn verdict(directory: &Path, arguments: &[&str]) -> BTreeSet<(String, u64, String)> {
    let done = run(directory, &[&["scan", "-q", "-f", "jsonl"], arguments].concat());
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let told: BTreeSet<_> = lines(&done)
        .iter()
        .map(|line| {
            (text(line, "secret_id"), line["score"].as_u64().unwrap(), text(line, "rule_id"))
        })
        .collect();
    assert!(!told.is_empty(), "{arguments:?} {}", done.stderr);
    told
}

#[test]
fn a_tree_without_repository_gets_one_verdict() {
    for seed in 0..6 {
        let (_guard, outer) = crate::common::scratch();
        let place = ["test_app", "prod", "docs/examples", "a/tests/b"][seed as usize % 4];
        let tree = outer.join(place);
        plant(&tree, seed);
        let wanted = verdict(&tree, &["."]);
        let full = tree.to_string_lossy().into_owned();
        let slash = format!("{place}/");
        let up = format!("../{}/.", tree.file_name().unwrap().to_string_lossy());
        assert_eq!(verdict(&outer, &[place]), wanted, "{place}");
        assert_eq!(verdict(&outer, &[&slash]), wanted, "{slash}");
        assert_eq!(verdict(&outer, &[&format!("./{place}")]), wanted);
        assert_eq!(verdict(&outer, &[&full]), wanted, "{full}");
        assert_eq!(verdict(&tree, &[&up]), wanted, "{up}");
        assert_eq!(verdict(&tree, &[".", &full]), wanted, "named twice");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&tree, outer.join("tests-link")).unwrap();
            assert_eq!(verdict(&outer, &["tests-link"]), wanted);
        }
    }
}

#[test]
fn a_repository_gets_one_verdict() {
    for seed in 0..4 {
        let repo = Repo::with(&["init", "-q", "-b", "main", "tests-of-prod"]);
        let tree: PathBuf = repo.root.join("tests-of-prod");
        plant(&tree, seed);
        repo.git(&["-C", "tests-of-prod", "add", "."]);
        repo.git(&["-C", "tests-of-prod", "commit", "-q", "-m", "start"]);
        let wanted = verdict(&tree, &["."]);
        let full = tree.to_string_lossy().into_owned();
        assert_eq!(verdict(&repo.root, &["tests-of-prod"]), wanted);
        assert_eq!(verdict(&repo.root, &[&full]), wanted);
        let aged = |told: BTreeSet<(String, u64, String)>| -> BTreeSet<(String, String)> {
            told.into_iter().map(|(id, _, rule)| (id, rule)).collect()
        };
        // History knows how old a secret is, the tree does not: ids are the same, and scores are so
        // however the repository is named.
        let history = verdict(&tree, &["--history", "."]);
        assert_eq!(aged(history.clone()), aged(wanted.clone()));
        assert_eq!(verdict(&repo.root, &["--history", "tests-of-prod"]), history);
        assert_eq!(verdict(&repo.root, &["--history", &full]), history);
        // A checkout elsewhere, as a clone and as a linked work tree.
        repo.git(&["clone", "-q", "tests-of-prod", "docs"]);
        assert_eq!(verdict(&repo.root.join("docs"), &["."]), wanted);
        assert_eq!(verdict(&repo.root, &["docs"]), wanted);
        repo.git(&["-C", "tests-of-prod", "worktree", "add", "-q", "--detach", "../staging"]);
        assert_eq!(verdict(&repo.root, &["staging"]), wanted);
    }
}
