//! `--history`: one hiding place a test, with what the report says about it.

use serde_json::Value;

use super::{Repo, lines, secret_line};
use crate::common::{finished, sprawl};

/// The only occurrence in the history.
fn only(repo: &Repo) -> Value {
    let mut all = repo.occurrences(&["--history"]);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// What a test says of an occurrence: path, line, reach, whether it is at HEAD, commit.
pub(super) fn told(occurrence: &Value) -> (&str, u64, &str, bool, Option<&str>) {
    (
        occurrence["path"].as_str().unwrap(),
        occurrence["line"].as_u64().unwrap(),
        occurrence["reach"].as_str().unwrap_or("file"),
        occurrence["at_head"].as_bool().unwrap_or(false),
        occurrence["commit"].as_str(),
    )
}

/// A repository with one commit in which there is nothing to find.
fn started() -> Repo {
    let repo = Repo::new();
    repo.write("README", "nothing\n");
    repo.commit("start");
    repo
}

#[test]
fn only_in_history() {
    let repo = started();
    repo.write("config/a.env", format!("# one\n{}", secret_line(1)));
    let added = repo.commit("add");
    let blob = repo.git(&["rev-parse", "HEAD:config/a.env"]);
    repo.git(&["rm", "-q", "config/a.env"]);
    let removed = repo.commit("remove");
    let found = only(&repo);
    assert_eq!(told(&found), ("config/a.env", 2, "history-only", false, Some(added.as_str())));
    assert_eq!(found["author"], "Ada Author <ada@example.invalid>");
    assert_eq!(found["date"], "2023-11-14T23:15:20+01:00");
    assert_eq!(found["blob"], blob);
    assert_eq!(found["removed_by"], removed);
}

#[test]
fn at_head_and_in_the_work_tree_is_one_place() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "reachable", true, Some(added.as_str())));
    repo.write("a.env", format!("{}{}", secret_line(1), secret_line(2)));
    let all = repo.occurrences(&["--history"]);
    assert_eq!(all.len(), 2, "{all:#?}");
    repo.write("a.env", format!("{}{}", secret_line(1), secret_line(1)));
    let all = repo.occurrences(&["--history"]);
    assert_eq!(all.len(), 2, "twice in the file of the work tree, once at HEAD: {all:#?}");
}

#[test]
fn many_versions_are_one_place() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    for number in 0..20 {
        repo.write("a.env", format!("# version {number}\n{}", secret_line(1)));
        repo.commit("change");
    }
    assert_eq!(told(&only(&repo)), ("a.env", 2, "reachable", true, Some(added.as_str())));
    repo.write("a.env", "clean\n");
    repo.commit("clean");
    assert_eq!(told(&only(&repo)), ("a.env", 1, "history-only", false, Some(added.as_str())));
}

#[test]
fn renamed() {
    let repo = started();
    repo.write("old.env", secret_line(1));
    let added = repo.commit("add");
    repo.git(&["mv", "old.env", "new.env"]);
    repo.commit("rename");
    let found = only(&repo);
    assert_eq!(told(&found), ("new.env", 1, "reachable", true, Some(added.as_str())));
    assert_eq!(found["paths"], serde_json::json!(["new.env", "old.env"]));
    repo.write("dir/other.env", format!("# rewritten\n{}", secret_line(1)));
    repo.git(&["rm", "-q", "new.env"]);
    repo.commit("rename and rewrite");
    let found = only(&repo);
    assert_eq!(told(&found), ("dir/other.env", 2, "reachable", true, Some(added.as_str())));
    assert_eq!(found["paths"], serde_json::json!(["dir/other.env", "new.env", "old.env"]));
}

#[test]
fn copied_is_another_place() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let first = repo.commit("add");
    repo.write("b.env", secret_line(1));
    let second = repo.commit("copy");
    let all = repo.occurrences(&["--history"]);
    let told: Vec<_> = all.iter().map(told).collect();
    let expected = [
        ("a.env", 1, "reachable", true, Some(first.as_str())),
        ("b.env", 1, "reachable", true, Some(second.as_str())),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_renamed_directory() {
    let repo = started();
    repo.write("old/deep/a.env", secret_line(1));
    let added = repo.commit("add");
    repo.git(&["mv", "old", "new"]);
    repo.commit("rename");
    let found = only(&repo);
    assert_eq!(told(&found), ("new/deep/a.env", 1, "reachable", true, Some(added.as_str())));
}

#[test]
fn reverted() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    repo.tick();
    repo.git(&["revert", "--no-edit", "HEAD"]);
    let reverted = repo.git(&["rev-parse", "HEAD"]);
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "history-only", false, Some(added.as_str())));
    assert_eq!(found["removed_by"], reverted);
    repo.tick();
    repo.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "reachable", true, Some(added.as_str())));
}

#[test]
fn on_another_branch() {
    let repo = started();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    repo.git(&["checkout", "-q", "main"]);
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "reachable", false, Some(added.as_str())));
    assert_eq!((&found["branches"], &found["tags"]), (&1.into(), &0.into()));
}

#[test]
fn in_a_commit_that_only_a_tag_reaches() {
    let repo = started();
    repo.git(&["checkout", "-q", "--detach"]);
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    repo.git(&["tag", "-a", "-m", "release", "v1"]);
    repo.git(&["checkout", "-q", "main"]);
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "reachable", false, Some(added.as_str())));
    assert_eq!((&found["branches"], &found["tags"]), (&0.into(), &1.into()));
}

#[test]
fn in_the_message_of_a_tag() {
    let repo = started();
    let message = format!("release\n\n{}", secret_line(1));
    repo.git(&["tag", "-a", "-m", &message, "v1"]);
    let tag = repo.git(&["rev-parse", "v1"]);
    let commit = repo.git(&["rev-parse", "HEAD"]);
    let found = only(&repo);
    let path = format!("<tag {}>", &tag[..12]);
    assert_eq!(told(&found), (path.as_str(), 3, "message", false, Some(commit.as_str())));
    assert_eq!(found["author"], "Carl Committer <carl@example.invalid>");
}

#[test]
fn in_the_message_of_a_commit() {
    let repo = started();
    let commit = repo.commit(&format!("subject\n\nbody\n{}", secret_line(1)));
    let found = only(&repo);
    let path = format!("<commit {}>", &commit[..12]);
    assert_eq!(told(&found), (path.as_str(), 4, "message", false, Some(commit.as_str())));
}

#[test]
fn in_a_note() {
    let repo = started();
    let on = repo.git(&["rev-parse", "HEAD"]);
    repo.tick();
    repo.git(&["notes", "add", "-m", &secret_line(1)]);
    let commit = repo.git(&["rev-parse", "refs/notes/commits"]);
    let found = only(&repo);
    let path = format!("<note on {}>", &on[..12]);
    assert_eq!(told(&found), (path.as_str(), 1, "note", false, Some(commit.as_str())));
}

#[test]
fn in_the_stash() {
    let repo = started();
    repo.write("README", secret_line(1));
    repo.write("untracked.env", secret_line(2));
    repo.tick();
    repo.git(&["stash", "push", "-q", "-u"]);
    let all = repo.occurrences(&["--history"]);
    let places: Vec<_> = all.iter().map(|o| (told(o).0, told(o).2)).collect();
    assert_eq!(places.len(), 2, "{all:#?}");
    assert!(places.contains(&("README", "stash")), "{places:?}");
    assert!(places.contains(&("untracked.env", "stash")), "{places:?}");
}

#[test]
fn in_a_dropped_stash() {
    let repo = started();
    repo.write("README", secret_line(1));
    repo.tick();
    repo.git(&["stash", "push", "-q"]);
    repo.git(&["stash", "drop", "-q"]);
    let found = only(&repo);
    assert_eq!((told(&found).0, told(&found).2), ("README", "unreachable"));
}

#[test]
fn in_an_older_stash() {
    let repo = started();
    repo.write("README", secret_line(1));
    repo.tick();
    repo.git(&["stash", "push", "-q"]);
    repo.write("README", "something else\n");
    repo.tick();
    repo.git(&["stash", "push", "-q"]);
    assert_eq!(told(&only(&repo)).2, "stash");
}

#[test]
fn in_the_index_only() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    repo.git(&["add", "a.env"]);
    repo.write("a.env", "clean\n");
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "index", false, None));
}

#[test]
fn in_the_working_tree_only() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "file", false, None));
}

#[test]
fn introduced_by_a_merge_itself() {
    let repo = started();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side", "side\n");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main", "main\n");
    repo.commit("main");
    repo.tick();
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    repo.write("evil.env", secret_line(1));
    let merge = repo.commit("merge");
    assert_eq!(told(&only(&repo)), ("evil.env", 1, "reachable", true, Some(merge.as_str())));
}

#[test]
fn merged_from_a_side_branch() {
    let repo = started();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.env", secret_line(1));
    let added = repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main", "main\n");
    repo.commit("main");
    repo.tick();
    repo.git(&["merge", "-q", "--no-ff", "--no-edit", "side"]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "reachable", true, Some(added.as_str())));
    repo.git(&["rm", "-q", "a.env"]);
    let removed = repo.commit("remove");
    assert_eq!(only(&repo)["removed_by"], removed);
}

#[test]
fn in_an_octopus_merge() {
    let repo = started();
    let mut branches = Vec::new();
    for number in 1..=3 {
        let branch = format!("b{number}");
        repo.git(&["checkout", "-q", "-b", &branch, "main"]);
        repo.write(&format!("f{number}"), "x\n");
        repo.commit("branch");
        branches.push(branch);
    }
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main", "main\n");
    repo.commit("main");
    let names: Vec<&str> = branches.iter().map(String::as_str).collect();
    repo.tick();
    repo.git(&[&["merge", "-q", "--no-edit"], names.as_slice()].concat());
    repo.write("evil.env", secret_line(1));
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    let merge = repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(repo.git(&["rev-list", "--parents", "-n1", "HEAD"]).split(' ').count(), 5);
    assert_eq!(told(&only(&repo)), ("evil.env", 1, "reachable", true, Some(merge.as_str())));
}

#[test]
fn amended_away() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    repo.write("a.env", "clean\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "unreachable", false, Some(added.as_str())));
}

#[test]
fn in_a_dangling_blob_and_a_dangling_tree() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let blob = repo.git(&["hash-object", "-w", "a.env"]);
    std::fs::remove_file(repo.root.join("a.env")).unwrap();
    let found = only(&repo);
    let path = format!("<blob {}>", &blob[..12]);
    assert_eq!(told(&found), (path.as_str(), 1, "unreachable", false, None));
    repo.write("deep/b.env", secret_line(1));
    repo.git(&["add", "."]);
    repo.git(&["write-tree"]);
    repo.git(&["reset", "-q", "--hard"]);
    assert_eq!(told(&only(&repo)), ("deep/b.env", 1, "unreachable", false, None));
}

#[test]
fn a_tag_on_a_blob() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    let blob = repo.git(&["hash-object", "-w", "a.env"]);
    std::fs::remove_file(repo.root.join("a.env")).unwrap();
    repo.git(&["tag", "key", &blob]);
    let found = only(&repo);
    assert_eq!(told(&found).2, "reachable");
    assert_eq!(found["tags"], 1);
}

#[test]
fn in_a_binary_blob() {
    let repo = started();
    let mut bytes = vec![0, 1, 2, 255, 254, 0];
    bytes.extend(secret_line(1).into_bytes());
    bytes.extend([0, 200, 0]);
    repo.write("a.bin", bytes);
    let added = repo.commit("add");
    assert_eq!(told(&only(&repo)), ("a.bin", 1, "reachable", true, Some(added.as_str())));
}

#[test]
fn in_utf_16() {
    let repo = started();
    let text = format!("one\n{}", secret_line(1));
    let bytes: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    repo.write("a.txt", bytes);
    let added = repo.commit("add");
    assert_eq!(told(&only(&repo)), ("a.txt", 2, "reachable", true, Some(added.as_str())));
}

#[test]
fn packed_objects_and_packed_references() {
    let repo = started();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.env", format!("{}{}", "filler\n".repeat(200), secret_line(1)));
    let added = repo.commit("add");
    for number in 0..5 {
        let text = format!("{}{number}\n{}", "filler\n".repeat(200), secret_line(1));
        repo.write("a.env", text);
        repo.commit("change");
    }
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["pack-refs", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    assert!(!repo.root.join(".git/refs/heads/side").exists());
    assert_eq!(told(&only(&repo)), ("a.env", 201, "reachable", false, Some(added.as_str())));
}

#[test]
fn several_packs_and_a_multi_pack_index() {
    let repo = started();
    for number in 0..4 {
        repo.write("a.env", format!("{}{}", secret_line(number), secret_line(number + 1)));
        repo.commit("change");
        repo.git(&["repack", "-q", "-d"]);
    }
    let all = repo.places(&["--history"]);
    assert_eq!(all.len(), 5, "{all:?}");
    repo.git(&["multi-pack-index", "write"]);
    assert_eq!(repo.places(&["--history"]), all);
    let packs = repo.root.join(".git/objects/pack");
    let index = std::fs::read_dir(packs).unwrap().map(|entry| entry.unwrap().path());
    for file in index.filter(|path| path.extension().is_some_and(|e| e == "idx")) {
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(repo.places(&["--history"]), all, "the multi-pack index lists everything");
}

#[test]
fn borrowed_objects() {
    let lender = started();
    lender.write("a.env", secret_line(1));
    let added = lender.commit("add");
    let borrower = Repo::with(&["clone", "-q", "--shared", lender.root.to_str().unwrap(), "."]);
    assert_eq!(told(&only(&borrower)), ("a.env", 1, "reachable", true, Some(added.as_str())));
}

#[test]
fn alternates_in_a_circle() {
    let (one, two) = (started(), started());
    one.write("a.env", secret_line(1));
    one.commit("add");
    two.write("b.env", secret_line(2));
    two.commit("add");
    for (from, to) in [(&one, &two), (&two, &one)] {
        let objects = to.root.join(".git/objects");
        from.write(".git/objects/info/alternates", format!("{}\n", objects.display()));
    }
    let places: Vec<String> = one
        .occurrences(&["--history"])
        .iter()
        .map(|o| format!("{} {}", told(o).0, told(o).2))
        .collect();
    assert_eq!(places, ["a.env reachable", "b.env unreachable"]);
}

#[test]
fn linked_work_trees() {
    let repo = started();
    repo.git(&["worktree", "add", "-q", "--detach", "../linked-of-test"]);
    let linked = repo.root.join("../linked-of-test");
    let _guard = RemoveLater(linked.clone());
    std::fs::write(linked.join("a.env"), secret_line(1)).unwrap();
    repo.git(&["-C", linked.to_str().unwrap(), "add", "."]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "index", false, None));
    repo.tick();
    repo.git(&["-C", linked.to_str().unwrap(), "commit", "-q", "-m", "detached"]);
    let found = only(&repo);
    assert_eq!((told(&found).0, told(&found).2, told(&found).3), ("a.env", "reachable", false));
    let there = lines(&repo.scan_in(&linked, &["--history", "-f", "jsonl"]));
    assert_eq!(there.len(), 1);
    assert!(told(&there[0]).3, "its own HEAD has it");
}

struct RemoveLater(std::path::PathBuf);

impl Drop for RemoveLater {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn submodules_have_a_history_of_their_own() {
    let (inner, outer) = (started(), started());
    inner.write("a.env", secret_line(1));
    inner.commit("add");
    inner.git(&["rm", "-q", "a.env"]);
    inner.commit("remove");
    outer.git(&["submodule", "add", "-q", inner.root.to_str().unwrap(), "sub"]);
    outer.commit("submodule");
    assert_eq!(outer.places(&["--history"]), [""; 0]);
    let there = outer.scan_in(&outer.root.join("sub"), &["--history", "-f", "jsonl"]);
    assert_eq!(told(&lines(&there)[0]).2, "history-only");
}

#[test]
fn shallow_clones_are_incomplete() {
    let origin = started();
    origin.write("gone.env", secret_line(1));
    origin.commit("add");
    origin.git(&["rm", "-q", "gone.env"]);
    origin.write("a.env", secret_line(2));
    let last = origin.commit("last");
    let url = format!("file://{}", origin.root.display());
    let clone = Repo::with(&["clone", "-q", "--depth", "1", &url, "."]);
    let run = clone.scan(&["--history", "--fail-on", "never", "-f", "jsonl"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told(&found), ("a.env", 1, "reachable", true, Some(last.as_str())));
}

#[test]
fn partial_clones_are_incomplete() {
    let origin = started();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.write("a.env", secret_line(1));
    origin.commit("add");
    origin.git(&["rm", "-q", "a.env"]);
    origin.commit("remove");
    let url = format!("file://{}", origin.root.display());
    let clone = Repo::with(&["clone", "-q", "--filter=blob:none", &url, "."]);
    let run = clone.scan(&["--history", "--fail-on", "never"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("the clone is partial: 1 object"), "{}", run.stderr);
}

#[test]
fn replaced_objects() {
    let repo = started();
    repo.write("a.env", secret_line(1));
    repo.commit("add");
    let original = repo.git(&["rev-parse", "HEAD:a.env"]);
    repo.write("clean", "clean\n");
    let clean = repo.git(&["hash-object", "-w", "clean"]);
    repo.git(&["replace", &original, &clean]);
    repo.write("other", secret_line(2));
    let hidden = repo.git(&["hash-object", "-w", "other"]);
    std::fs::remove_file(repo.root.join("other")).unwrap();
    std::fs::remove_file(repo.root.join("clean")).unwrap();
    let harmless = repo.git(&["rev-parse", "HEAD:README"]);
    repo.git(&["replace", &harmless, &hidden]);
    let all = repo.occurrences(&["--history"]);
    let mut told: Vec<_> = all.iter().map(|o| (told(o).0.to_owned(), told(o).2)).collect();
    told.sort();
    let expected =
        [(format!("<blob {}>", &hidden[..12]), "reachable"), ("a.env".to_owned(), "reachable")];
    assert_eq!(told, expected, "both the replaced object and the replacement");
}

#[test]
fn in_the_first_commit() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    let first = repo.commit("first");
    assert_eq!(told(&only(&repo)), ("a.env", 1, "reachable", true, Some(first.as_str())));
    repo.tick();
    let empty = repo.git(&["commit-tree", "-m", "empty", "-p", "HEAD", super::EMPTY_TREE]);
    repo.git(&["reset", "-q", "--hard", &empty]);
    let found = only(&repo);
    assert_eq!(told(&found), ("a.env", 1, "history-only", false, Some(first.as_str())));
    assert_eq!(found["removed_by"], empty);
}

#[test]
fn bare_repositories() {
    let origin = started();
    origin.write("a.env", secret_line(1));
    let added = origin.commit("add");
    let bare = Repo::with(&["clone", "-q", "--bare", origin.root.to_str().unwrap(), "."]);
    assert_eq!(told(&only(&bare)), ("a.env", 1, "reachable", true, Some(added.as_str())));
}

#[test]
fn repositories_with_sha_256() {
    let repo = Repo::with(&["init", "-q", "-b", "main", "--object-format=sha256", "."]);
    repo.write("a.env", secret_line(1));
    let added = repo.commit("add");
    assert_eq!(added.len(), 64);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "reachable", true, Some(added.as_str())));
    repo.git(&["gc", "-q"]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "reachable", true, Some(added.as_str())));
    repo.write("b.env", secret_line(2));
    repo.git(&["add", "."]);
    assert_eq!(repo.places(&["--staged"]), ["b.env:1"]);
}

#[test]
fn pointers_to_large_files_are_counted() {
    let repo = started();
    for number in 0..2 {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345";
        repo.write("big.bin", format!("{pointer}{number}\n"));
        repo.commit("large");
    }
    std::fs::remove_file(repo.root.join("big.bin")).unwrap();
    let run = repo.scan(&["--history"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("2 Git LFS pointers (its content is not here)"), "{}", run.stderr);
}

#[test]
fn a_repository_without_commits() {
    let repo = Repo::new();
    assert_eq!(repo.scan(&["--history"]).status, 0);
    repo.write("a.env", secret_line(1));
    repo.git(&["add", "."]);
    assert_eq!(told(&only(&repo)), ("a.env", 1, "index", false, None));
}

#[test]
fn what_is_new_in_each_version_is_all_there_is() {
    let repo = started();
    let mut text: Vec<String> = (0..300).map(|line| format!("line {line}\n")).collect();
    for number in 0..40_usize {
        // Lines move, secrets come, are cut in two, are put together again, and go.
        let at = number * 37 % text.len();
        let secret = secret_line(number as u64 % 7);
        match number % 5 {
            0 | 1 => text.insert(at, secret),
            2 => text.rotate_left(at % 50),
            3 => text.insert(at, format!("{}\n{}", &secret[..20], &secret[20..])),
            _ => text[at] = text[at].replace("\n", "") + "x\n",
        }
        if number % 7 == 6 {
            text.retain(|line| !line.starts_with("token"));
        }
        // Some versions go over to UTF-16 and back.
        let narrow = if number % 11 >= 8 { text.len() / (number % 11 - 6) } else { text.len() };
        let wide = text[narrow..].concat();
        let wide = wide.encode_utf16().flat_map(u16::to_le_bytes);
        let bytes: Vec<u8> = text[..narrow].concat().bytes().chain(wide).collect();
        repo.write("a.env", bytes);
        repo.commit("change");
    }
    repo.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"]);
    assert!(repo.git(&["verify-pack", "-v", &pack_index(&repo)]).contains("chain length = 1"));
    let new = repo.scan(&["--history", "-f", "json"]);
    let whole = repo.scan(&["--history", "--whole-versions", "-f", "json"]);
    assert!(new.stdout.contains("history-only"), "{}", new.stdout);
    assert_eq!(new.stdout, whole.stdout);
}

fn pack_index(repo: &Repo) -> String {
    let packs = std::fs::read_dir(repo.root.join(".git/objects/pack")).unwrap();
    let mut files = packs.map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|e| e == "idx")).unwrap().display().to_string()
}

#[test]
fn any_number_of_threads_reports_the_same() {
    let repo = started();
    for number in 0..12_u64 {
        repo.write(&format!("d{}/a.env", number % 3), secret_line(number % 5));
        repo.write("notes.txt", format!("{}{}", secret_line(number % 4), "x\n".repeat(50)));
        repo.commit(&format!("commit {number}\n\n{}", secret_line(number % 2)));
    }
    repo.git(&["repack", "-q", "-a", "-d", "--depth=50", "--window=50"]);
    repo.write("loose.env", secret_line(77));
    repo.commit("loose");
    let run = |threads: &str| {
        let mut command = sprawl(&repo.root);
        repo.set_environment(&mut command);
        let all = ["scan", "--history", "-f", "json", "-j", threads];
        finished(command.args(all).output().unwrap()).stdout
    };
    let one = run("1");
    assert!(one.contains("loose.env"));
    for threads in ["2", "3", "8"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn whoever_removed_a_secret_by_hand_knows_it() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("add");
    repo.git(&["rm", "-q", "a.env"]);
    repo.tick();
    let mut commit = repo.command(&["commit", "-q", "-m", "remove"]);
    commit.env("GIT_AUTHOR_NAME", "Rae Remover").env("GIT_AUTHOR_EMAIL", "rae@example.invalid");
    assert!(commit.status().unwrap().success());
    let report = repo.scan(&["--history", "-f", "json"]).stdout;
    std::fs::write(repo.root.join("all.json"), report).unwrap();
    let leaves = |address: &str| {
        let mut command = sprawl(&repo.root);
        repo.set_environment(&mut command);
        finished(command.args(["offboard", "all.json", "--author", address]).output().unwrap())
    };
    for known in ["rae@example.invalid", "RAE@example.invalid", "ada@example.invalid"] {
        let told = leaves(known);
        assert_eq!(told.status, 0, "{}", told.stderr);
        assert!(told.stdout.contains("GitHub"), "{known}: {}", told.stdout);
    }
    for (unknown, advice) in [("rea@example.invalid", "did you mean"), ("x@y.invalid", "nobody")] {
        let told = leaves(unknown);
        assert_eq!((told.status, told.stdout.as_str()), (2, ""), "{}", told.stderr);
        assert!(told.stderr.contains(advice), "{}", told.stderr);
    }
}
