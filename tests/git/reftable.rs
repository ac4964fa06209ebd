//! Repositories that keep their references in tables instead of files.

use std::process::Command;

use super::history::told;
use super::{Repo, secret_line};

/// Whether the git at hand can make such repositories; 2.45 was the first that could.
fn git_knows_tables() -> bool {
    let directory = tempfile::tempdir().unwrap();
    let mut init = Command::new("git");
    init.args(["init", "-q", "--ref-format=reftable"]).arg(directory.path());
    init.output().unwrap().status.success()
}

/// A repository with a secret behind every kind of reference.
fn with_every_reference(format: &str, hash: &str) -> Repo {
    let (format, hash) = (format!("--ref-format={format}"), format!("--object-format={hash}"));
    let repo = Repo::with(&["init", "-q", "-b", "main", &format, &hash, "."]);
    repo.write("README", "hello\n");
    let first = repo.commit("first");
    for (seed, branch) in [(1, "main"), (2, "side"), (3, "tagged"), (4, "gone")] {
        repo.git(&["checkout", "-q", "-B", branch, &first]);
        repo.write(&format!("{branch}.env"), secret_line(seed));
        repo.commit(branch);
    }
    repo.git(&["tag", "-a", "-m", "release", "v1", "tagged"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "-q", "-D", "tagged", "gone"]);
    repo.git(&["notes", "add", "-m", &secret_line(5), "HEAD"]);
    for seed in 6..9 {
        repo.write("README", secret_line(seed));
        repo.tick();
        repo.git(&["stash", "push", "-q"]);
    }
    repo.git(&["stash", "drop", "-q", "stash@{1}"]);
    repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    // More references than a block holds.
    let many: String = (0..500).map(|n| format!("create refs/heads/many/{n} {first}\n")).collect();
    repo.write("many", many);
    let mut update = repo.command(&["update-ref", "--stdin"]);
    update.stdin(std::fs::File::open(repo.root.join("many")).unwrap());
    assert!(update.status().unwrap().success());
    std::fs::remove_file(repo.root.join("many")).unwrap();
    repo.git(&["worktree", "add", "-q", "--detach", "linked"]);
    repo.write("linked/linked.env", secret_line(9));
    repo.tick();
    repo.git(&["-C", "linked", "add", "-A"]);
    repo.git(&["-C", "linked", "commit", "-q", "-m", "linked"]);
    repo
}

/// What scans of history, of parts of it, and of the index say.
fn said(repo: &Repo) -> Vec<String> {
    let mut said = Vec::new();
    for arguments in [
        &["--history"][..],
        &["--range", "v1~1..v1"],
        &["--range", "main^..@"],
        &["--since", "HEAD~1"],
        &["--branch=side"],
        &["--range", "main..refs/heads/side"],
        &["--staged"],
    ] {
        let all = repo.occurrences(arguments);
        said.extend(all.iter().map(|o| format!("{arguments:?} {:?} {}", told(o), o["branches"])));
    }
    said.sort();
    said
}

#[test]
fn tables_say_what_files_say() {
    if !git_knows_tables() {
        return;
    }
    for hash in ["sha1", "sha256"] {
        let [files, tables] = ["files", "reftable"].map(|format| {
            let repo = with_every_reference(format, hash);
            repo.write("staged.env", secret_line(10));
            repo.git(&["add", "staged.env"]);
            repo
        });
        assert!(tables.root.join(".git/reftable/tables.list").is_file());
        let expected = said(&files);
        assert_eq!(said(&tables), expected);
        for wanted in ["\"stash\"", "\"note\"", "\"unreachable\"", "\"reachable\"", "staged.env"] {
            assert!(expected.iter().any(|line| line.contains(wanted)), "{wanted}: {expected:#?}");
        }
        tables.git(&["pack-refs", "--all"]);
        assert_eq!(said(&tables), expected);
    }
}

#[test]
fn a_log_in_tables_is_asked_for() {
    if !git_knows_tables() {
        return;
    }
    let repo = with_every_reference("reftable", "sha1");
    let run = repo.scan(&["--range", "main@{1}..main"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("name the commit"), "{}", run.stderr);
    let run = repo.scan(&["--range", "nowhere..main"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("nowhere: is not a revision"), "{}", run.stderr);
}
