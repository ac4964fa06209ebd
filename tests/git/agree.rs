//! The index, a range and the whole history agree on what a commit adds.

use super::{Repo, places, secret_line};

/// Checks what is staged before it is committed, and the commit afterwards: by its range, whose first
/// revision is `base`, and as far as history says that this commit brought it.
fn step(repo: &Repo, what: &str, base: &str, expected: &[&str]) {
    repo.git(&["add", "-A"]);
    assert_eq!(repo.places(&["--staged"]), expected, "{what}: staged");
    let commit = repo.commit(what);
    assert_eq!(repo.places(&["--range", &format!("{base}..HEAD")]), expected, "{what}: range");
    let mut brought = repo.occurrences(&["--history"]);
    brought.retain(|one| one["commit"] == *commit && one["at_head"] == true);
    assert_eq!(places(&brought), expected, "{what}: history");
}

#[test]
fn on_what_moves_and_what_is_new() {
    let repo = Repo::new();
    let write = |path: &str, seeds: &[u64]| {
        let text: String = seeds.iter().map(|seed| secret_line(*seed)).collect();
        repo.write(path, format!("# {path}\n{text}"));
    };
    let parent = "HEAD~1";
    write("start.txt", &[]);
    repo.commit("start");
    for path in ["a.env", "b/x.env"] {
        write(path, &[1, 2]);
    }
    step(&repo, "new", parent, &["a.env:2", "a.env:3", "b/x.env:2", "b/x.env:3"]);
    repo.git(&["mv", "a.env", "c.env"]);
    step(&repo, "renamed", parent, &[]);
    write("c.env", &[2, 1, 3]);
    step(&repo, "one more, and the others in another order", parent, &["c.env:4"]);
    write("d.env", &[3]);
    step(&repo, "copied", parent, &["d.env:2"]);
    // Two places lose a secret and three gain it: the one of the same name is a move, another one of
    // the two that are left as well, and the last is new.
    repo.git(&["rm", "-q", "c.env", "b/x.env"]);
    write("e/x.env", &[1]);
    write("f.env", &[1]);
    write("g.env", &[1]);
    step(&repo, "moved and copied at once", parent, &["g.env:2"]);
    // A lost place comes before the one whose name fits the first gained place.
    write("h/1.env", &[4]);
    write("h/2.env", &[4]);
    step(&repo, "two more", parent, &["h/1.env:2", "h/2.env:2"]);
    repo.git(&["rm", "-q", "-r", "h"]);
    write("i/2.env", &[4]);
    write("j.env", &[4]);
    write("k.env", &[4]);
    step(&repo, "names go before the order", parent, &["k.env:2"]);
    write("l.env", &[5]);
    write("d.env", &[]);
    step(&repo, "one goes and another comes", parent, &["l.env:2"]);
    write("m.env", &[5, 5]);
    step(&repo, "twice in one file", parent, &["m.env:2", "m.env:3"]);
}

#[test]
fn on_names_of_files() {
    let repo = Repo::new();
    let token = crate::common::minted("github-pat-classic", 6);
    repo.write("a.txt", "nothing\n");
    repo.commit("start");
    let named = |directory: &str| format!("{directory}{token}.txt");
    let count = |arguments: &[&str]| repo.occurrences(arguments).len();
    repo.write(&named(""), "nothing\n");
    repo.git(&["add", "-A"]);
    assert_eq!(count(&["--staged"]), 1);
    repo.commit("a name");
    repo.write(&named(""), "something\n");
    repo.git(&["add", "-A"]);
    assert_eq!(count(&["--staged"]), 0, "the name is old");
    repo.commit("a change");
    assert_eq!(count(&["--range", "HEAD~1..HEAD"]), 0);
    std::fs::create_dir(repo.root.join("b")).unwrap();
    repo.git(&["mv", &named(""), &named("b/")]);
    assert_eq!(count(&["--staged"]), 1, "a new path");
    repo.commit("a new path");
    assert_eq!(count(&["--range", "HEAD~1..HEAD"]), 1);
    // A secret that goes from a text into a name is not a move that nobody sees.
    repo.write("c.txt", secret_line(7));
    repo.commit("a text");
    let other = crate::common::minted("github-pat-classic", 7);
    repo.git(&["rm", "-q", "c.txt"]);
    repo.write(&format!("{other}.txt"), "nothing\n");
    repo.git(&["add", "-A"]);
    assert_eq!(count(&["--staged"]), 1);
    repo.commit("a name of it");
    assert_eq!(count(&["--range", "HEAD~1..HEAD"]), 1);
}

#[test]
fn on_what_a_merge_brings() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.write("both.env", secret_line(2));
    repo.commit("start");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.env", "cleaned\n");
    let side = repo.commit("clean");
    // What a remote's main branch has counts before a merge is finished as well.
    repo.git(&["update-ref", "refs/remotes/origin/main", &side]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.tick();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    // One parent has no secret here any more, so that nothing moves away from here.
    repo.write("a.env", "cleaned otherwise\n");
    repo.write("b.env", secret_line(1));
    // Both parents have this one.
    repo.git(&["mv", "both.env", "moved.env"]);
    step(&repo, "a merge that brings back what one side took away", "side", &["b.env:1"]);
}
