//! Parts of history: ranges, branches, what continuous integration asks for, and hooks.

use super::{Repo, lines, places, secret_line};
use crate::common::{finished, minted, run, scratch, sprawl};

const NOTHING: [&str; 0] = [];

/// A repository whose first commit holds an old secret; returns that commit.
fn started() -> (Repo, String) {
    let repo = Repo::new();
    repo.write("old.env", secret_line(1));
    let first = repo.commit("start");
    (repo, first)
}

#[test]
fn only_what_the_commits_add() {
    let (repo, first) = started();
    repo.write("a.env", secret_line(2));
    let second = repo.commit("second");
    repo.write("old.env", format!("# touched\n{}", secret_line(1)));
    repo.write("b.env", secret_line(3));
    let third = repo.commit("third");
    assert_eq!(repo.places(&["--since", &first]), ["a.env:1", "b.env:1"]);
    assert_eq!(repo.places(&["--range", &format!("{second}..{third}")]), ["b.env:1"]);
    assert_eq!(repo.places(&["--range", &format!("{first}...{second}")]), ["a.env:1"]);
    assert_eq!(repo.places(&["--range", "HEAD~1.."]), ["b.env:1"]);
    assert_eq!(repo.places(&["--range", "HEAD..HEAD"]), NOTHING);
    assert_eq!(repo.places(&["--since", "HEAD~2", "b.env"]), ["b.env:1"]);
    let found = &repo.occurrences(&["--range", "HEAD~1..HEAD"])[0];
    assert_eq!((&found["commit"], &found["at_head"]), (&third.into(), &true.into()));
}

#[test]
fn a_secret_that_came_and_went_was_added() {
    let (repo, first) = started();
    repo.write("a.env", secret_line(2));
    let added = repo.commit("add");
    repo.git(&["rm", "-q", "a.env"]);
    let removed = repo.commit("remove");
    let all = repo.occurrences(&["--since", &first]);
    assert_eq!(places(&all), ["a.env:1"]);
    assert_eq!((&all[0]["commit"], &all[0]["removed_by"]), (&added.into(), &removed.into()));
    assert_eq!(all[0]["at_head"], false);
}

#[test]
fn moving_is_not_adding_and_spreading_is() {
    let (repo, first) = started();
    repo.git(&["mv", "old.env", "new.env"]);
    repo.commit("rename");
    repo.write("new.env", format!("# longer\n\n{}", secret_line(1)));
    repo.commit("shift");
    assert_eq!(repo.places(&["--since", &first]), NOTHING);
    repo.write("copy.env", secret_line(1));
    repo.commit("copy");
    assert_eq!(repo.places(&["--since", &first]), ["copy.env:1"]);
    repo.git(&["mv", "copy.env", "moved.env"]);
    repo.commit("move the copy");
    assert_eq!(repo.places(&["--since", &first]), ["moved.env:1"]);
}

#[test]
fn taken_away_and_brought_back() {
    let (repo, first) = started();
    repo.git(&["rm", "-q", "old.env"]);
    repo.commit("remove");
    assert_eq!(repo.places(&["--since", &first]), NOTHING);
    repo.write("old.env", secret_line(1));
    repo.commit("and back");
    assert_eq!(repo.places(&["--since", &first]), ["old.env:1"]);
}

#[test]
fn merges_and_messages() {
    let (repo, first) = started();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("side.env", secret_line(2));
    let side = repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("main.txt", "main\n");
    let message = repo.commit(&format!("subject\n\n{}", secret_line(3)));
    repo.tick();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.write("evil.env", secret_line(4));
    let merge = repo.commit("merge");
    let all = repo.occurrences(&["--since", &first]);
    let commit_of = |path: &str| {
        all.iter().find(|o| o["path"] == path).map(|o| o["commit"].as_str().unwrap().to_owned())
    };
    assert_eq!(all.len(), 3, "{all:#?}");
    assert_eq!(commit_of("side.env"), Some(side.clone()));
    assert_eq!(commit_of("evil.env"), Some(merge));
    assert_eq!(commit_of(&format!("<commit {}>", &message[..12])), Some(message.clone()));
    // Seen from the side, the merge brings only what is its own, and what main had.
    let from_side = repo.places(&["--range", &format!("{side}..main")]);
    assert_eq!(from_side, [format!("<commit {}>:3", &message[..12]), "evil.env:1".to_owned()]);
}

#[test]
fn branches_against_the_main_one() {
    let (repo, _) = started();
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write("f.env", secret_line(2));
    repo.commit("feature");
    assert_eq!(repo.places(&["--branch"]), ["f.env:1"]);
    repo.git(&["checkout", "-q", "main"]);
    assert_eq!(repo.places(&["--branch"]), NOTHING);
    assert_eq!(repo.places(&["--branch=feature"]), ["f.env:1"]);
}

#[test]
fn clocks_that_go_wrong() {
    let (repo, _) = started();
    // A base that says to be made long after what builds on it, and the other way round.
    for date in ["4000000000 +0000", "1000000000 +0000", "2500000000 +0000"] {
        repo.write("t.txt", date);
        repo.git(&["add", "."]);
        let mut commit = repo.command(&["commit", "-q", "-m", "skewed"]);
        assert!(commit.env("GIT_COMMITTER_DATE", date).status().unwrap().success());
    }
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.write("a.env", secret_line(2));
    repo.commit("add");
    assert_eq!(repo.places(&["--since", &base]), ["a.env:1"]);
}

#[test]
fn mistakes_are_told_apart_from_clean() {
    let (repo, _) = started();
    for (arguments, what) in [
        (vec!["--range", "main"], "is not a range"),
        (vec!["--range", "nowhere..main"], "nowhere: is not a revision"),
        (vec!["--since", "1234567890123456789012345678901234567890"], "is not a revision"),
        (vec!["--branch=nowhere"], "is not a revision"),
        (vec!["--ci"], "no supported CI environment"),
        (vec!["--range", "a..b", "--staged"], "cannot be used with"),
    ] {
        let run = repo.scan(&arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(what), "{arguments:?}: {}", run.stderr);
    }
    let (_guard, outside) = scratch();
    let nowhere = run(&outside, &["scan", "--since", "HEAD"]);
    assert_eq!(nowhere.status, 2);
}

#[test]
fn what_cannot_be_read_makes_a_range_incomplete() {
    let (repo, first) = started();
    repo.write("a.env", secret_line(2));
    repo.write("b.env", secret_line(3));
    repo.commit("add");
    let blob = repo.git(&["rev-parse", "HEAD:a.env"]);
    std::fs::remove_file(repo.root.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let run = repo.scan(&["--since", &first, "--fail-on", "never"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains(&blob), "{}", run.stderr);
    assert!(run.stdout.contains("b.env"));
}

/// Runs with the variables of a continuous integration.
fn in_ci(repo: &Repo, variables: &[(&str, &str)]) -> crate::common::Run {
    let mut command = sprawl(&repo.root);
    repo.set_environment(&mut command);
    command.envs(variables.iter().copied());
    finished(command.args(["scan", "--ci", "-f", "jsonl"]).output().unwrap())
}

#[test]
fn continuous_integration_says_what_to_scan() {
    let (repo, first) = started();
    repo.write("a.env", secret_line(2));
    let second = repo.commit("second");
    repo.write("b.env", secret_line(3));
    let third = repo.commit("third");
    repo.write("event.json", format!(r#"{{"before": "{first}"}}"#));
    let event = repo.root.join("event.json");
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_PATH", event.to_str().unwrap())];
    assert_eq!(places(&lines(&in_ci(&repo, &github))), ["a.env:1", "b.env:1"]);
    let gitlab = [("GITLAB_CI", "true"), ("CI_COMMIT_BEFORE_SHA", second.as_str())];
    assert_eq!(places(&lines(&in_ci(&repo, &gitlab))), ["b.env:1"]);
    let azure = [("TF_BUILD", "True"), ("BUILD_SOURCEVERSION", second.as_str())];
    // No commit before the push is told, and `main` is what others leave from: all of it counts.
    assert_eq!(places(&lines(&in_ci(&repo, &azure))), ["a.env:1", "old.env:1"]);
    repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
    let bitbucket = [
        ("BITBUCKET_BUILD_NUMBER", "1"),
        ("BITBUCKET_COMMIT", third.as_str()),
        ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
    ];
    assert_eq!(places(&lines(&in_ci(&repo, &bitbucket))), ["a.env:1", "b.env:1"]);
    let circle = [("CIRCLECI", "true"), ("CIRCLE_SHA1", second.as_str())];
    assert_eq!(places(&lines(&in_ci(&repo, &circle))), ["a.env:1"]);
    let jenkins = [
        ("JENKINS_URL", "http://jenkins.invalid"),
        ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", second.as_str()),
    ];
    assert_eq!(places(&lines(&in_ci(&repo, &jenkins))), ["b.env:1"]);
}

#[test]
fn what_a_system_calls_a_commit_must_be_one() {
    let (repo, first) = started();
    repo.write("a.env", secret_line(2));
    repo.commit("second");
    repo.write("b.txt", "clean\n");
    repo.commit("third");
    repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    let own = [("GITLAB_CI", "true"), ("CI_COMMIT_BRANCH", "topic"), ("CI_DEFAULT_BRANCH", "main")];
    for before in [":/second", "HEAD~1", "topic~0", "@{1}", "^main", "--all", "main@{0}", "HEAD"] {
        let told = [&own[..], &[("CI_COMMIT_BEFORE_SHA", before)]].concat();
        let run = in_ci(&repo, &told);
        assert_eq!(places(&lines(&run)), ["a.env:1"], "{before}: {}", run.stderr);
    }
}

#[test]
fn the_branch_of_a_job_is_looked_at_and_not_shown() {
    let (repo, first) = started();
    repo.write("b.txt", "clean\n");
    let head = repo.commit("second");
    repo.git(&["update-ref", "refs/remotes/origin/main", &first]);
    repo.git(&["checkout", "-q", "--detach"]);
    let token = minted("github-pat-classic", 5);
    let (name, full) = (format!("of-{token}"), format!("refs/heads/of-{token}"));
    let request = [
        ("TF_BUILD", "True"),
        ("SYSTEM_PULLREQUEST_TARGETBRANCH", "main"),
        ("SYSTEM_PULLREQUEST_SOURCEBRANCH", &full),
    ];
    for variables in [
        &[("GITLAB_CI", "true"), ("CI_COMMIT_BRANCH", &name)][..],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", &full), ("GITHUB_SHA", &head)],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main"), ("GITHUB_HEAD_REF", &name)],
        &[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_TAG", &name)],
        &request,
    ] {
        let run = in_ci(&repo, variables);
        assert_eq!((run.status, lines(&run).len()), (1, 1), "{variables:?}: {}", run.stderr);
        assert!(!run.stdout.contains(&token) && !run.stderr.contains(&token), "{}", run.stderr);
    }
}

#[test]
fn a_shallow_clone_without_the_base_is_an_error() {
    let (origin, first) = started();
    for number in 2..6 {
        origin.write("a.env", secret_line(number));
        origin.commit("more");
    }
    let url = format!("file://{}", origin.root.display());
    let clone = Repo::with(&["clone", "-q", "--depth", "2", &url, "."]);
    for (variables, what) in [
        (vec![("GITLAB_CI", "true"), ("CI_COMMIT_BEFORE_SHA", first.as_str())], "GIT_DEPTH: 0"),
        (vec![("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "release")], "fetch-depth: 0"),
        (vec![("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "release")], "git fetch origin"),
    ] {
        let run = in_ci(&clone, &variables);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    // The base is there, but the way to it is not.
    clone.git(&["fetch", "-q", "--depth", "1", "origin", &first]);
    let run = clone.scan(&["--since", &first]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
}

#[cfg(unix)]
mod hooks {
    use super::*;

    /// Runs git with sprawl at hand for its hooks; says whether it went through, and what was told.
    fn tried(repo: &Repo, arguments: &[&str]) -> (bool, String) {
        let mut command: std::process::Command = repo.command(arguments);
        let done = command.env("SPRAWL", env!("CARGO_BIN_EXE_sprawl")).output().unwrap();
        let told = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&told).into_owned())
    }

    #[test]
    fn pre_push() {
        let (repo, _) = started();
        let remote = Repo::with(&["init", "-q", "--bare", "."]);
        repo.git(&["remote", "add", "origin", remote.root.to_str().unwrap()]);
        repo.git(&["push", "-q", "origin", "main"]);
        repo.hook("pre-push", "exec \"$SPRAWL\" scan --hook pre-push \"$@\"\n");
        repo.write("clean.txt", "clean\n");
        repo.commit("clean");
        let (went_through, told) = tried(&repo, &["push", "-q", "origin", "main"]);
        assert!(went_through, "the old secret is there already: {told}");
        repo.write("a.env", secret_line(2));
        repo.commit("add");
        repo.git(&["rm", "-q", "a.env"]);
        repo.commit("remove");
        let (went_through, told) = tried(&repo, &["push", "-q", "origin", "main"]);
        assert!(!went_through && told.contains("a.env"), "{told}");
        let (went_through, told) = tried(&repo, &["push", "-q", "origin", "main:new"]);
        assert!(!went_through && told.contains("a.env"), "a new branch: {told}");
        let (went_through, told) =
            tried(&repo, &["push", "-q", "origin", "main~2:refs/heads/clean"]);
        assert!(went_through, "{told}");
        let (went_through, told) = tried(&repo, &["push", "-q", "origin", ":clean"]);
        assert!(went_through, "deleting adds nothing: {told}");
        repo.git(&["tag", "-a", "-m", &secret_line(3), "v1", "main~2"]);
        let (went_through, told) = tried(&repo, &["push", "-q", "origin", "v1"]);
        assert!(!went_through && told.contains("<tag "), "{told}");
        let other = Repo::with(&["init", "-q", "--bare", "."]);
        repo.git(&["remote", "add", "other", other.root.to_str().unwrap()]);
        let (went_through, told) = tried(&repo, &["push", "-q", "other", "main~2:refs/heads/main"]);
        assert!(!went_through && told.contains("old.env"), "all of it is new to the other: {told}");
    }

    #[test]
    fn pre_receive() {
        let (repo, _) = started();
        let remote = Repo::with(&["init", "-q", "--bare", "-b", "main", "."]);
        let url = remote.root.to_str().unwrap();
        repo.git(&["push", "-q", url, "main"]);
        remote.hook("pre-receive", "exec \"$SPRAWL\" scan --hook pre-receive\n");
        repo.write("clean.txt", "clean\n");
        repo.commit("clean");
        let (went_through, told) = tried(&repo, &["push", "-q", url, "main"]);
        assert!(went_through, "{told}");
        repo.write("a.env", format!("{}{}", "x\n".repeat(20), secret_line(2)));
        repo.commit("add");
        for to in ["main", "main:new"] {
            let (went_through, told) = tried(&repo, &["push", "-q", url, to]);
            assert!(!went_through && told.contains("a.env:21"), "{to}: {told}");
        }
        let objects = remote.git(&["count-objects", "-v"]);
        repo.tick();
        repo.git(&["tag", "-a", "-m", &minted("github-pat-classic", 9), "v1", "main~1"]);
        let (went_through, told) = tried(&repo, &["push", "-q", url, "v1"]);
        assert!(!went_through && told.contains("<tag "), "{told}");
        assert_eq!(remote.git(&["count-objects", "-v"]), objects, "nothing was left behind");
        let (went_through, told) = tried(&repo, &["push", "-q", url, "main~1:refs/heads/ok"]);
        assert!(went_through, "{told}");
    }

    #[test]
    fn tags_of_files_and_trees() {
        let (repo, first) = started();
        let remote = Repo::with(&["init", "-q", "--bare", "-b", "main", "."]);
        let url = remote.root.to_str().unwrap();
        repo.git(&["remote", "add", "origin", url]);
        repo.git(&["push", "-q", "origin", "main"]);
        // What no commit holds.
        let object = |number: u64, name: &str| {
            repo.write("loose/secret.env", secret_line(number));
            let blob = repo.git(&["hash-object", "-w", "loose/secret.env"]);
            repo.git(&["tag", &format!("{name}-blob"), &blob]);
            repo.git(&["tag", "-a", "-m", name, &format!("{name}-tagged-blob"), &blob]);
            repo.git(&["add", "loose"]);
            let tree = repo.git(&["write-tree"]);
            repo.git(&["tag", &format!("{name}-tree"), &tree]);
            repo.git(&["tag", "-a", "-m", name, &format!("{name}-tagged-tree"), &tree]);
            repo.git(&["rm", "-q", "-r", "-f", "loose"]);
            blob
        };
        let blob = object(5, "bad");
        let clean = repo.git(&["hash-object", "-w", "--stdin"]);
        repo.git(&["tag", "good-blob", &clean]);
        repo.git(&["tag", "-a", "-m", "good", "good-tree", &format!("{first}^{{tree}}")]);
        let names = [
            ("bad-blob", format!("<blob {}>:1", &blob[..12])),
            ("bad-tagged-blob", format!("<blob {}>:1", &blob[..12])),
            ("bad-tree", "loose/secret.env:1".to_owned()),
            ("bad-tagged-tree", "loose/secret.env:1".to_owned()),
        ];
        for (tag, place) in &names {
            assert_eq!(repo.places(&["--range", &format!("main..{tag}")]), [place.as_str()]);
        }
        let reject = |told: &str, what: &str| {
            assert!(told.contains("sprawl found"), "{what}: {told}");
        };
        repo.hook("pre-push", "exec \"$SPRAWL\" scan --hook pre-push \"$@\"\n");
        for (tag, _) in &names {
            let (went_through, told) = tried(&repo, &["push", "-q", "origin", tag]);
            assert!(!went_through, "{tag}: {told}");
            reject(&told, tag);
        }
        for tag in ["good-blob", "good-tree"] {
            let (went_through, told) = tried(&repo, &["push", "-q", "origin", tag]);
            assert!(went_through, "{tag}: {told}");
        }
        remote.hook("pre-receive", "exec \"$SPRAWL\" scan --hook pre-receive\n");
        for (tag, _) in &names {
            let (went_through, told) = tried(&repo, &["push", "-q", "--no-verify", "origin", tag]);
            assert!(!went_through, "{tag}: {told}");
            reject(&told, tag);
        }
        // What the other side has is not new there.
        remote.hook("pre-receive", "");
        repo.git(&["push", "-q", "--no-verify", "origin", "bad-blob"]);
        remote.hook("pre-receive", "exec \"$SPRAWL\" scan --hook pre-receive\n");
        let again = ["push", "-q", "--no-verify", "origin", "bad-blob:refs/tags/again"];
        let (went_through, told) = tried(&repo, &again);
        assert!(went_through, "{told}");
    }

    #[test]
    fn hooks_refuse_what_git_does_not_say() {
        let (repo, _) = started();
        for hook in ["pre-push", "pre-receive"] {
            let mut command = sprawl(&repo.root);
            repo.set_environment(&mut command);
            command.args(["scan", "--hook", hook]).stdin(std::process::Stdio::piped());
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            let mut child = command.spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"rubbish\n").unwrap();
            let run = finished(child.wait_with_output().unwrap());
            assert_eq!(run.status, 2, "{}", run.stderr);
            assert!(run.stderr.contains("not what git passes to a hook"), "{}", run.stderr);
        }
    }
}
