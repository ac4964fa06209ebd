//! `--staged`: what the next commit would record, and what of it is new.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Repo, places, secret_line};
use crate::common::{finished, run, scratch, sprawl};

const NOTHING: [&str; 0] = [];

#[test]
fn the_index_counts_and_the_working_tree_does_not() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    repo.write("a.txt", format!("one\n{}", secret_line(1)));
    assert_eq!(repo.places(&["--staged"]), NOTHING, "not staged yet");
    repo.git(&["add", "a.txt"]);
    repo.write("a.txt", "clean again, but only here\n");
    assert_eq!(repo.places(&["--staged"]), ["a.txt:2"]);
    assert_eq!(repo.scan(&["--staged"]).status, 1);
    let found = &repo.occurrences(&["--staged"])[0];
    assert_eq!(found["reach"], "index");
    assert_eq!(found["blob"], repo.git(&["rev-parse", ":a.txt"]));
}

#[test]
fn an_unborn_head_without_identity_is_no_obstacle() {
    let repo = Repo::new();
    repo.write("src/deep/a.txt", secret_line(1));
    repo.git(&["add", "."]);
    let mut command = sprawl(&repo.root);
    repo.set_environment(&mut command);
    for role in ["AUTHOR", "COMMITTER"] {
        command.env_remove(format!("GIT_{role}_NAME")).env_remove(format!("GIT_{role}_EMAIL"));
    }
    let run = finished(command.args(["scan", "--staged", "-f", "jsonl"]).output().unwrap());
    assert_eq!(places(&super::lines(&run)), ["src/deep/a.txt:1"]);
}

#[test]
fn an_empty_repository_has_nothing_staged() {
    assert_eq!(Repo::new().scan(&["--staged"]).status, 0);
}

#[test]
fn old_secrets_in_changed_files_are_not_new() {
    let repo = Repo::new();
    repo.write("a.txt", secret_line(1));
    repo.commit("a secret that is there already");
    repo.write("a.txt", format!("# moved down\n    {}and more\n", secret_line(1)));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), NOTHING);
    repo.write("a.txt", format!("{}{}", secret_line(1), secret_line(2)));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), ["a.txt:2"]);
}

#[test]
fn moving_a_secret_is_not_new_and_spreading_it_is() {
    let repo = Repo::new();
    repo.write("a.txt", format!("{}one\ntwo\n", secret_line(1)));
    repo.commit("first");
    repo.git(&["mv", "a.txt", "b.txt"]);
    assert_eq!(repo.places(&["--staged"]), NOTHING, "renamed");
    repo.write("b.txt", format!("something else\n{}", secret_line(1)));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), NOTHING, "renamed and rewritten");
    repo.write("c/b.txt", secret_line(1));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), ["c/b.txt:1"], "one file more than before");
    repo.git(&["reset", "-q", "--hard"]);
    repo.write("c.txt", secret_line(1));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), ["c.txt:1"], "copied");
}

#[test]
fn deleting_files_adds_nothing() {
    let repo = Repo::new();
    repo.write("dir/a.txt", secret_line(1));
    repo.write("dir/b.txt", secret_line(2));
    repo.commit("first");
    repo.git(&["rm", "-q", "-r", "dir"]);
    assert_eq!(repo.places(&["--staged"]), NOTHING);
    repo.write("dir", secret_line(2));
    repo.write("other", secret_line(3));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), ["other:1"], "a directory became a file");
}

#[test]
fn paths_narrow_it_down() {
    let repo = Repo::new();
    repo.write("a/x.txt", secret_line(1));
    repo.write("ab/y.txt", secret_line(2));
    repo.write("z.txt", secret_line(3));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged", "a"]), ["a/x.txt:1"]);
    assert_eq!(repo.places(&["--staged", "ab/y.txt", "z.txt"]), ["ab/y.txt:1", "z.txt:1"]);
    let below = repo.scan_in(&repo.root.join("a"), &["--staged", "-f", "jsonl"]);
    assert_eq!(super::lines(&below).len(), 3, "a commit takes the whole index");
    let from_outside = repo.scan_in(Path::new("/"), &["--staged", repo.root.to_str().unwrap()]);
    assert_eq!(from_outside.status, 1);
}

#[test]
fn promised_and_conflicting_files() {
    let repo = Repo::new();
    repo.write("base.txt", "base\n");
    repo.commit("base");
    repo.write("promised.txt", secret_line(1));
    repo.git(&["add", "-N", "promised.txt"]);
    assert_eq!(repo.places(&["--staged"]), NOTHING);
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("base.txt", secret_line(2));
    repo.commit("theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("base.txt", "ours\n");
    repo.commit("ours");
    assert!(!repo.command(&["merge", "side"]).output().unwrap().status.success());
    assert_eq!(repo.places(&["--staged"]), ["base.txt:1"], "every side of a conflict counts");
}

#[test]
fn linked_work_trees_have_an_index_of_their_own() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    repo.git(&["worktree", "add", "-q", "linked", "-b", "other"]);
    repo.write("linked/b.txt", secret_line(1));
    repo.git(&["-C", "linked", "add", "b.txt"]);
    let linked = repo.root.join("linked");
    let found = super::lines(&repo.scan_in(&linked, &["--staged", "-f", "jsonl"]));
    assert_eq!(places(&found), ["b.txt:1"]);
    assert_eq!(repo.places(&["--staged"]), NOTHING);
}

#[test]
fn submodules_have_an_index_of_their_own() {
    let (inner, outer) = (Repo::new(), Repo::new());
    inner.write("a.txt", "nothing\n");
    inner.commit("first");
    outer.git(&["submodule", "add", "-q", inner.root.to_str().unwrap(), "sub"]);
    assert_eq!(outer.places(&["--staged"]), NOTHING, "a submodule is not a file");
    outer.write("sub/b.txt", secret_line(1));
    outer.git(&["-C", "sub", "add", "b.txt"]);
    let found = outer.scan_in(&outer.root.join("sub"), &["--staged", "-f", "jsonl"]);
    assert_eq!(places(&super::lines(&found)), ["b.txt:1"]);
}

#[test]
fn the_work_tree_may_be_elsewhere() {
    let repo = Repo::new();
    let (_guard, elsewhere) = scratch();
    let elsewhere = std::fs::canonicalize(elsewhere).unwrap();
    repo.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    std::fs::write(elsewhere.join("a.txt"), secret_line(1)).unwrap();
    repo.git(&["add", "a.txt"]);
    assert_eq!(repo.places(&["--staged"]), ["a.txt:1"]);
}

#[test]
fn git_dir_and_work_tree_from_the_environment() {
    let repo = Repo::new();
    let (_guard, elsewhere) = scratch();
    std::fs::write(elsewhere.join("a.txt"), secret_line(1)).unwrap();
    let git_dir = repo.root.join(".git");
    let with = |command: &mut std::process::Command| {
        repo.set_environment(command);
        command.current_dir(&elsewhere).env("GIT_DIR", &git_dir).env("GIT_WORK_TREE", &elsewhere);
    };
    let mut add = repo.command(&["add", "a.txt"]);
    with(&mut add);
    assert!(add.status().unwrap().success());
    let mut scan = sprawl(&elsewhere);
    with(&mut scan);
    let run = finished(scan.args(["scan", "--staged", "-f", "jsonl"]).output().unwrap());
    assert_eq!(places(&super::lines(&run)), ["a.txt:1"]);
}

#[test]
fn sparse_indexes_are_read() {
    let repo = Repo::new();
    for directory in ["in", "out/deep", "gone"] {
        repo.write(&format!("{directory}/old.txt"), secret_line(1));
    }
    repo.commit("first");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(repo.git(&["ls-files", "--sparse", "--stage"]).contains("040000"));
    repo.write("in/new.txt", secret_line(2));
    repo.git(&["add", "in/new.txt"]);
    assert_eq!(repo.places(&["--staged"]), ["in/new.txt:1"]);
    repo.git(&[
        "reset",
        "-q",
        "--soft",
        &repo.git(&["commit-tree", "-m", "empty", super::EMPTY_TREE]),
    ]);
    let all = ["gone/old.txt:1", "in/new.txt:1", "in/old.txt:1", "out/deep/old.txt:1"];
    assert_eq!(repo.places(&["--staged"]), all, "whole directories that are new");
}

#[test]
fn split_indexes_are_read() {
    let repo = Repo::new();
    for number in 0..20 {
        repo.write(&format!("f{number}.txt"), "nothing\n");
    }
    repo.commit("first");
    repo.git(&["update-index", "--split-index"]);
    repo.write("f3.txt", secret_line(1));
    repo.write("new.txt", secret_line(2));
    repo.git(&["add", "."]);
    repo.git(&["rm", "-q", "f4.txt"]);
    assert_eq!(repo.places(&["--staged"]), ["f3.txt:1", "new.txt:1"]);
}

/// Every file below a directory: its content, and when it was written.
#[cfg_attr(not(unix), expect(dead_code, reason = "asked for by tests of links only"))]
pub(super) fn snapshot(root: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let modified = path.metadata().unwrap().modified().unwrap();
                let content = std::fs::read(&path).unwrap();
                files.insert(path.display().to_string(), (content, modified));
            }
        }
    }
    files
}

#[test]
fn damage_and_mistakes() {
    let (_guard, outside) = scratch();
    let nowhere = run(&outside, &["scan", "--staged"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.stderr.contains("is not in a git repository"), "{}", nowhere.stderr);

    let repo = Repo::new();
    repo.write("a.txt", secret_line(1));
    repo.write("b.txt", secret_line(2));
    repo.git(&["add", "."]);
    let blob = repo.git(&["rev-parse", ":a.txt"]);
    let file = repo.root.join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    let mut permissions = file.metadata().unwrap().permissions();
    #[allow(clippy::permissions_set_readonly_false, reason = "a scratch file")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&file, permissions).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let partial = repo.scan(&["--staged", "--fail-on", "never"]);
    assert_eq!(partial.status, 3);
    assert!(partial.stderr.contains("a.txt: its blob"), "{}", partial.stderr);
    assert!(partial.stdout.contains("b.txt"), "{}", partial.stdout);
    std::fs::remove_file(&file).unwrap();
    let partial = repo.scan(&["--staged", "--fail-on", "never"]);
    assert_eq!(partial.status, 3);
    assert!(partial.stderr.contains("is not in the repository"), "{}", partial.stderr);

    let index = repo.root.join(".git/index");
    let mut bytes = std::fs::read(&index).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&index, bytes).unwrap();
    let broken = repo.scan(&["--staged"]);
    assert_eq!(broken.status, 2);
    assert!(broken.stderr.contains("the index cannot be read"), "{}", broken.stderr);
}

#[test]
fn pointers_to_large_files_are_counted() {
    let repo = Repo::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    repo.write("big.bin", pointer);
    repo.git(&["add", "."]);
    let run = repo.scan(&["--staged"]);
    assert!(run.stderr.contains("1 Git LFS pointer"), "{}", run.stderr);
}

#[test]
#[cfg(unix)]
fn a_commit_hook_keeps_secrets_out() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.write("b.txt", "nothing\n");
    repo.commit("first");
    repo.hook("pre-commit", "exec \"$SPRAWL\" scan --staged\n");
    repo.write("a.txt", "still nothing\n");
    repo.write("b.txt", secret_line(1));
    let committed = |arguments: &[&str]| {
        let mut command = repo.command(&[&["commit", "-q", "-m", "try"], arguments].concat());
        let done = command.env("SPRAWL", env!("CARGO_BIN_EXE_sprawl")).output().unwrap();
        let told = format!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        (done.status.success(), told)
    };
    let (went_through, told) = committed(&["-a"]);
    assert!(!went_through && told.contains("b.txt:1"), "{told}");
    let (went_through, told) = committed(&["b.txt"]);
    assert!(!went_through && told.contains("b.txt:1"), "{told}");
    let (went_through, told) = committed(&["a.txt"]);
    assert!(went_through, "only the clean file: {told}");
    repo.git(&["add", "b.txt"]);
    let (went_through, _) = committed(&[]);
    assert!(!went_through);
    repo.git(&["worktree", "add", "-q", "--detach", "linked"]);
    repo.write("linked/c.txt", secret_line(2));
    repo.git(&["-C", "linked", "add", "."]);
    let mut command = repo.command(&["-C", "linked", "commit", "-q", "-m", "try"]);
    let done = command.env("SPRAWL", env!("CARGO_BIN_EXE_sprawl")).output().unwrap();
    assert!(!done.status.success());
}
