//! Secrets that stand where nobody looks: in names of files and references, authors and headers.

use super::{Repo, lines, secret_line};
use crate::common::{finished, minted, sprawl};

fn token(seed: u64) -> String {
    minted("github-pat-classic", seed)
}

/// How many places a scan reports.
fn found(repo: &Repo, arguments: &[&str]) -> usize {
    repo.occurrences(arguments).len()
}

/// A commit object with these lines among its headers.
fn commit_with(repo: &Repo, author: &str, committer: &str, headers: &str) {
    let (tree, head) = (repo.git(&["rev-parse", "HEAD^{tree}"]), repo.git(&["rev-parse", "HEAD"]));
    let text = format!(
        "tree {tree}\nparent {head}\nauthor {author} 1700000000 +0000\ncommitter {committer} \
         1700000000 +0000\n{headers}\nmessage\n"
    );
    repo.write(".git/made", text);
    let id = repo.git(&["hash-object", "-t", "commit", "-w", "--literally", ".git/made"]);
    repo.git(&["update-ref", "refs/heads/main", &id]);
}

#[test]
fn headers_of_commits_are_texts() {
    let somebody = "Some Body <some@example.invalid>";
    let id = "b".repeat(40);
    for (number, (author, committer, headers)) in [
        (format!("{} <a@example.invalid>", token(1)), somebody.to_owned(), String::new()),
        (format!("A <{}@example.invalid>", token(1)), somebody.to_owned(), String::new()),
        (somebody.to_owned(), format!("{} <a@example.invalid>", token(1)), String::new()),
        (somebody.to_owned(), somebody.to_owned(), format!("note {}\n", token(1))),
        (
            somebody.to_owned(),
            somebody.to_owned(),
            format!(
                "mergetag object {id}\n type commit\n tag v1\n tagger {somebody} 1 +0000\n \n \
                 released with {}\n",
                token(1)
            ),
        ),
        (
            somebody.to_owned(),
            somebody.to_owned(),
            format!(
                "gpgsig -----BEGIN PGP SIGNATURE-----\n Comment: {}\n \n abcd\n -----END PGP \
                 SIGNATURE-----\n",
                token(1)
            ),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let repo = Repo::new();
        repo.write("a.txt", "nothing\n");
        let start = repo.commit("first");
        commit_with(&repo, &author, &committer, &headers);
        assert_eq!(found(&repo, &["--history"]), 1, "{number}");
        assert_eq!(found(&repo, &["--range", &format!("{start}..HEAD")]), 1, "{number}");
        let one = &repo.occurrences(&["--history"])[0];
        assert!(one["path"].as_str().unwrap().ends_with(" headers>"), "{one}");
    }
}

#[test]
fn ids_in_headers_are_no_secrets() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    let bot = "Datadog Heroku Twilio API key bot <bot@datadoghq.example>";
    let id = "3f786850e387550fdab836ed7e6dc881de23001b";
    let tag = format!("mergetag object {id}\n type commit\n tag datadog\n tagger {bot} 1 +0000\n");
    commit_with(&repo, bot, bot, &tag);
    assert_eq!(found(&repo, &["--history", "--min-confidence", "weak"]), 0);
}

#[test]
fn names_of_references_are_texts() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let start = repo.commit("first");
    repo.write("a.txt", "more\n");
    repo.commit("second");
    repo.git(&["branch", &format!("fix/{}", token(1))]);
    repo.git(&["tag", &format!("v1-{}", token(2))]);
    repo.git(&["tag", "-a", "-m", "nothing", &format!("v2-{}", token(3))]);
    repo.git(&["update-ref", &format!("refs/other/{}", token(4)), "HEAD"]);
    // An annotated tag has its name in the object, too.
    assert_eq!(found(&repo, &["--history"]), 5);
    let secrets = |arguments: &[&str]| {
        let all = repo.occurrences(arguments);
        let ids = all.iter().map(|one| one["secret_id"].as_str().unwrap().to_owned());
        ids.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(secrets(&["--history"]), 4);
    assert!(secrets(&["--range", &format!("{start}..HEAD")]) >= 3);
}

#[test]
fn names_of_what_is_pushed_are_texts() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let start = repo.commit("first");
    repo.write("a.txt", "more\n");
    let head = repo.commit("second");
    let zeros = "0".repeat(40);
    for (hook, line) in [
        ("pre-push", format!("HEAD {head} refs/heads/{} {zeros}\n", token(1))),
        ("pre-push", format!("HEAD {head} refs/tags/{} {start}\n", token(1))),
        ("pre-receive", format!("{zeros} {head} refs/heads/{}\n", token(1))),
    ] {
        let mut command = sprawl(&repo.root);
        repo.set_environment(&mut command);
        command.args(["scan", "--hook", hook]).stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
        let run = finished(child.wait_with_output().unwrap());
        assert_eq!(run.status, 1, "{line}: {} {}", run.stdout, run.stderr);
    }
}

#[test]
fn names_of_files_and_directories_are_texts() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let start = repo.commit("first");
    repo.write(&format!("dir/{}.txt", token(1)), "nothing\n");
    repo.write(&format!("{}/deep/b.txt", token(2)), "nothing\n");
    repo.git(&["add", "-A"]);
    assert_eq!(found(&repo, &["--staged"]), 2);
    assert_eq!(found(&repo, &["."]), 2);
    let second = repo.commit("second");
    assert_eq!(found(&repo, &["--staged"]), 0);
    assert_eq!(found(&repo, &["--range", &format!("{start}..HEAD")]), 2);
    assert_eq!(found(&repo, &["--history"]), 2);
    repo.git(&["rm", "-rq", "dir"]);
    repo.commit("third");
    assert_eq!(found(&repo, &["--range", &format!("{second}..HEAD")]), 0);
    let all = lines(&repo.scan(&["--history", "-f", "jsonl"]));
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one["commit"] == *second), "{all:?}");
    assert_eq!(all.iter().filter(|one| one["at_head"] == true).count(), 1);
}

#[test]
fn names_without_secrets_are_quiet() {
    let repo = Repo::new();
    for name in [
        "password-reset.md",
        "api_key_rotation_guide.txt",
        "heroku-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0.json",
        "datadog-3f786850e387550fdab836ed7e6dc881de23001b.tgz.txt",
        "token-a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
        "client_secret_1234.apps.example.json",
        "main.3f2a1b9c8d7e6f50.chunk.js",
    ] {
        repo.write(name, "nothing\n");
    }
    repo.commit("first");
    repo.git(&["branch", "feature/secret-token-3f786850e387550fdab836ed7e6dc881"]);
    assert_eq!(found(&repo, &["--history"]), 0);
    assert_eq!(found(&repo, &["."]), 0);
}

#[test]
fn objects_that_are_not_what_their_ids_say() {
    let repo = Repo::new();
    repo.write("a.txt", "harmless\n");
    repo.commit("first");
    let (a, file) = (repo.git(&["rev-parse", "HEAD:a.txt"]), |id: &str| {
        repo.root.join(".git/objects").join(&id[..2]).join(&id[2..])
    });
    repo.write("b.env", secret_line(1));
    let b = repo.git(&["hash-object", "-w", "b.env"]);
    std::fs::remove_file(repo.root.join("b.env")).unwrap();
    std::fs::rename(file(&b), file(&a)).unwrap();
    let run = repo.scan(&["--history", "--fail-on", "never", "-f", "jsonl"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("its content is that of another object"), "{}", run.stderr);
    // It is scanned all the same.
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert_eq!(repo.scan(&["--range", "HEAD..HEAD"]).status, 0);
}

#[test]
fn a_false_copy_of_a_packed_object() {
    let repo = Repo::new();
    repo.write("a.txt", "harmless\n");
    repo.commit("first");
    repo.git(&["gc", "-q"]);
    let a = repo.git(&["rev-parse", "HEAD:a.txt"]);
    repo.write("b.env", secret_line(1));
    let b = repo.git(&["hash-object", "-w", "b.env"]);
    std::fs::remove_file(repo.root.join("b.env")).unwrap();
    let file = |id: &str| repo.root.join(".git/objects").join(&id[..2]).join(&id[2..]);
    std::fs::create_dir_all(file(&a).parent().unwrap()).unwrap();
    std::fs::rename(file(&b), file(&a)).unwrap();
    let run = repo.scan(&["--history", "--fail-on", "never", "-f", "jsonl"]);
    assert_eq!((run.status, run.stdout.lines().count()), (3, 1), "{}", run.stderr);
}

#[test]
fn what_only_the_index_names_is_missed() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    repo.write("b.env", secret_line(1));
    repo.git(&["add", "b.env"]);
    let lost = repo.git(&["rev-parse", ":b.env"]);
    std::fs::remove_file(repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..])).unwrap();
    std::fs::remove_file(repo.root.join("b.env")).unwrap();
    let run = repo.scan(&["--history"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    let says = format!("index: `b.env`, {lost}, is not in the repository");
    assert!(run.stderr.contains(&says), "{}", run.stderr);
}

#[test]
fn a_work_tree_is_scanned_whatever_core_bare_says() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    repo.git(&["config", "core.bare", "true"]);
    repo.write("b.env", secret_line(1));
    assert_eq!(repo.places(&["--history"]), ["b.env:1"]);
    repo.write("deep/c.env", secret_line(2));
    assert_eq!(repo.places(&["--history", "deep"]), ["b.env:1", "deep/c.env:1"]);
    repo.git(&["config", "core.bare", "false"]);
    std::fs::create_dir(repo.root.join(".git/empty")).unwrap();
    repo.git(&["config", "core.worktree", "empty"]);
    let run = repo.scan(&["--history"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("core.worktree names another directory"), "{}", run.stderr);
}

#[test]
fn an_isolated_scan_obeys_nothing_in_the_tree() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.commit("first");
    repo.write(".gitignore", "*\n");
    repo.write("b.env", secret_line(1));
    repo.write(".git/info/exclude", "*\n");
    repo.write("inner/.git/HEAD", "ref: refs/heads/main\n");
    repo.write("inner/.git/info/exclude", "*\n");
    repo.write("inner/c.env", secret_line(2));
    repo.write("other/.git/hidden/d.env", secret_line(3));
    repo.write("other/.gitignore", "/.git\n");
    repo.write("last/.git", "gitdir: ../.git\n");
    repo.write("last/e.env", secret_line(4));
    let isolated = repo.scan(&["--isolated", "-f", "jsonl", "--fail-on", "never"]);
    assert_eq!(isolated.status, 0, "{}", isolated.stderr);
    let paths = ["b.env", "inner/c.env", "last/e.env", "other/.git/hidden/d.env"];
    for path in paths {
        assert!(isolated.stdout.contains(&format!(r#""path":"{path}""#)), "{}", isolated.stdout);
    }
    assert_eq!(isolated.stdout.lines().count(), paths.len(), "{}", isolated.stdout);
}
