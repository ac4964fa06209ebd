//! A change that brings a secret, and what would hide it.

use super::{Repo, secret_line};
use crate::common::{Run, finished, sprawl};

/// A repository with one commit on `main`, which is also what the remote has.
fn started(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "a\n");
    for (file, text) in files {
        repo.write(file, text);
    }
    repo.commit("start");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo
}

/// Runs the hook on what is staged.
fn hook(repo: &Repo, more: &[&str]) -> Run {
    run(repo, &[&["--hook", "pre-commit"], more].concat())
}

/// Commits what is staged, and runs as a job on the request.
fn request(repo: &Repo, more: &[&str]) -> Run {
    repo.commit("change");
    run(repo, &[&["--ci"], more].concat())
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = sprawl(&repo.root);
    repo.set_environment(&mut command);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_BASE_REF", "main");
    finished(command.arg("scan").args(arguments).output().unwrap())
}

#[test]
fn what_hides_a_secret_does_not_count_with_it() {
    let extends = ("sprawl.toml", "extends = [\"conf/base.conf\"]\n");
    let narrow = ("conf/base.conf", "[paths]\nexclude = [\"docs/**\"]\n");
    let all = "[paths]\nexclude = [\"**\"]\n";
    let no_marks = ("sprawl.toml", "[policy]\nmarks = \"none\"\n");
    let marked = format!("{} # sprawl:allow github-pat-classic\n", secret_line(1).trim_end());
    let plain = secret_line(1);
    for (there, brought, secret, named) in [
        (&[][..], &[("sprawl.toml", all)][..], &plain, "sprawl.toml"),
        (&[], &[("sprawl.toml", "[rules]\ndisable = [\"*\"]\n")], &plain, "sprawl.toml"),
        (&[], &[("sprawl.toml", "[rules]\nonly = [\"npm-token\"]\n")], &plain, "sprawl.toml"),
        (&[], &[("sprawl.toml", "[thresholds]\nfail-on = \"never\"\n")], &plain, "sprawl.toml"),
        (&[extends, narrow], &[("conf/base.conf", all)], &plain, "conf/base.conf"),
        // Leaving the file out of the new configuration does not make it unseen.
        (
            &[extends, narrow],
            &[("conf/base.conf", all), ("sprawl.toml", "")],
            &plain,
            "conf/base.conf, sprawl.toml",
        ),
        (&[no_marks], &[("sprawl.toml", "")], &marked, "sprawl.toml"),
    ] {
        let repo = started(there);
        for (file, text) in brought {
            repo.write(file, text);
        }
        repo.write("s.env", secret);
        repo.git(&["add", "-A"]);
        let said = format!("{named}: changed by what is scanned");
        for run in [hook(&repo, &[]), request(&repo, &[])] {
            assert_eq!(run.status, 1, "{brought:?}: {}{}", run.stdout, run.stderr);
            assert!(run.stderr.contains(&said), "{brought:?}: {}", run.stderr);
        }
        // Once it is there it counts: what is scanned later was decided on before.
        repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        repo.write("b.txt", "b\n");
        let later = request(&repo, &[]);
        assert_eq!(later.status, 0, "{brought:?}: {}{}", later.stdout, later.stderr);
        assert!(!later.stderr.contains("changed by"), "{}", later.stderr);
    }
}

#[test]
fn what_was_decided_before_counts() {
    let exclude = ("sprawl.toml", "[paths]\nexclude = [\"*.env\"]\n");
    for (brought, said) in [(None, false), (Some(""), true)] {
        let repo = started(&[exclude]);
        if let Some(text) = brought {
            repo.write("sprawl.toml", text);
        }
        repo.write("s.env", secret_line(1));
        repo.git(&["add", "-A"]);
        for run in [hook(&repo, &[]), request(&repo, &[])] {
            assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
            assert_eq!(run.stderr.contains("changed by"), said, "{}", run.stderr);
        }
    }
    // A configuration that git does not have is nobody's change.
    let repo = started(&[]);
    repo.write("sprawl.toml", exclude.1);
    repo.write("s.env", secret_line(1));
    repo.git(&["add", "s.env"]);
    assert_eq!(hook(&repo, &[]).status, 0);
}

#[test]
fn a_first_commit_has_nothing_before_it() {
    let repo = Repo::new();
    repo.write("sprawl.toml", "[paths]\nexclude = [\"**\"]\n");
    repo.write("s.env", secret_line(1));
    repo.git(&["add", "-A"]);
    let run = hook(&repo, &[]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("sprawl.toml: changed"), "{}", run.stderr);
}

#[test]
fn a_broken_configuration_can_be_mended() {
    let repo = started(&[("sprawl.toml", "[paths]\nexclude = [")]);
    repo.write("sprawl.toml", "[paths]\nexclude = [\"**\"]\n");
    repo.git(&["add", "-A"]);
    assert_eq!(hook(&repo, &[]).status, 0);
    repo.write("s.env", secret_line(1));
    repo.git(&["add", "-A"]);
    let run = hook(&repo, &[]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("cannot be used"), "{}", run.stderr);
}

#[test]
fn a_mark_or_exception_for_one_secret_counts_and_is_listed() {
    let repo = started(&[]);
    repo.write(
        "s.env",
        format!("{} # sprawl:allow github-pat-classic\n", secret_line(1).trim_end()),
    );
    repo.git(&["add", "-A"]);
    let check = |repo: &Repo, by: &str| {
        for (run, isolated) in [
            (hook(repo, &[]), hook(repo, &["--isolated"])),
            (request(repo, &[]), run(repo, &["--ci", "--isolated"])),
        ] {
            assert_eq!(run.status, 0, "{by}: {}{}", run.stdout, run.stderr);
            let said = "suppressed by this change: s.env:1 github-pat-classic";
            assert!(run.stderr.contains(said) && run.stderr.contains(by), "{}", run.stderr);
            assert_eq!(isolated.status, 1, "{by}: {}", isolated.stderr);
        }
    };
    check(&repo, "sprawl:allow");
    let repo = started(&[]);
    repo.write("s.env", secret_line(1));
    let mut accept = sprawl(&repo.root);
    repo.set_environment(&mut accept);
    accept.args(["accept", "s.env:1", "--owner", "@a", "--reason", "false-positive"]);
    let done = finished(accept.output().unwrap());
    assert_eq!(done.status, 0, "{}", done.stderr);
    repo.git(&["add", "-A"]);
    check(&repo, ".sprawl/exceptions.toml");
    // A baseline takes in whatever is there.
    let repo = started(&[]);
    repo.write("s.env", secret_line(1));
    let mut baseline = sprawl(&repo.root);
    repo.set_environment(&mut baseline);
    assert_eq!(finished(baseline.args(["baseline", "--add"]).output().unwrap()).status, 0);
    repo.git(&["add", "-A"]);
    for run in [hook(&repo, &[]), request(&repo, &[])] {
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert!(run.stderr.contains(".sprawl/baseline.toml, "), "{}", run.stderr);
        assert!(!run.stdout.contains("baseline.toml:"), "ids are no secrets: {}", run.stdout);
    }
}
