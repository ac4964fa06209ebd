//! `sprawl.toml` in directories of a project: what lies below is judged by it, whatever is scanned.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::common::{Run, minted, run, scratch, write};
use crate::git::Repo;

fn token(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", seed))
}

/// Paths of what is reported.
fn paths(run: &Run) -> BTreeSet<String> {
    let path =
        |line| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned();
    run.stdout.lines().map(path).collect()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

/// A monorepo of two packages, of which one has a configuration of its own.
fn monorepo() -> Repo {
    let repo = Repo::new();
    repo.write("README.md", "a project\n");
    repo.commit("empty");
    repo.write("sprawl.toml", "[paths]\nexclude = ['*.sample']\n");
    repo.write(
        "packages/a/sprawl.toml",
        "[paths]\nexclude = ['fixtures']\ninclude = ['keep.sample']\n[rules]\ndisable = ['sendgrid-key']\n",
    );
    repo.commit("configuration");
    for package in ["a", "b"] {
        let seed = u64::from(package.as_bytes()[0]);
        repo.write(&format!("packages/{package}/src/main.env"), token(seed));
        repo.write(&format!("packages/{package}/fixtures/x.env"), token(seed + 10));
        repo.write(
            &format!("packages/{package}/src/t.py"),
            format!("t = '{}'\n", minted("sendgrid-key", seed)),
        );
        repo.write(&format!("packages/{package}/keep.sample"), token(seed + 20));
    }
    repo
}

const EXPECTED: &[&str] = &[
    "packages/a/src/main.env",
    "packages/a/keep.sample",
    "packages/b/src/main.env",
    "packages/b/fixtures/x.env",
    "packages/b/src/t.py",
];

#[test]
fn files_index_ranges_history_and_merged_reports_are_judged_alike() {
    let repo = monorepo();
    let expected = set(EXPECTED);
    let scan = |arguments: &[&str]| {
        let scanned = repo.scan(&[&["-f", "jsonl"], arguments].concat());
        assert_eq!(scanned.status, 1, "{arguments:?}: {}", scanned.stderr);
        scanned
    };
    assert_eq!(paths(&scan(&["."])), expected);
    assert_eq!(paths(&scan(&["-j", "1", "."])), expected);
    repo.git(&["add", "-A"]);
    assert_eq!(paths(&scan(&["--staged"])), expected);
    repo.commit("packages");
    assert_eq!(paths(&scan(&["--range", "HEAD~1..HEAD"])), expected);
    let history = scan(&["--history"]);
    assert_eq!(paths(&history), expected);
    assert!(history.stderr.contains("packages/a/sprawl.toml"), "{}", history.stderr);
    // From within a package, and by other spellings of its path.
    let in_a = |path: &str| path.starts_with("packages/a");
    let of_a: BTreeSet<String> = expected.iter().filter(|path| in_a(path)).cloned().collect();
    assert_eq!(paths(&scan(&["packages/a"])), of_a);
    assert_eq!(paths(&scan(&["./packages/b/../a/"])).len(), of_a.len());
    let inside = repo.scan_in(&repo.root.join("packages/a"), &["-f", "jsonl"]);
    assert_eq!(paths(&inside), set(&["src/main.env", "keep.sample"]));
    // Merged, reports say what one scan would have said.
    for (name, path) in [("a.json", "packages/a"), ("b.json", "packages/b")] {
        repo.scan(&["-q", "-o", name, path]);
    }
    let merged = run(&repo.root, &["merge", "-f", "jsonl", "a.json", "b.json"]);
    assert_eq!(paths(&merged), expected, "{}", merged.stderr);
}

#[test]
fn isolated_scans_named_configurations_and_the_project_do_without() {
    let repo = monorepo();
    let all = 8;
    let count =
        |arguments: &[&str]| paths(&repo.scan(&[&["-f", "jsonl"], arguments].concat())).len();
    assert_eq!(count(&["--isolated"]), all);
    assert_eq!(count(&["--no-config"]), all);
    repo.write("ci/all.toml", "");
    assert_eq!(count(&["--config", "ci/all.toml"]), all);
    repo.write("sprawl.toml", "[policy]\nnested = false\n");
    assert_eq!(count(&[]), all);
}

#[test]
fn thresholds_and_suppressions_are_those_of_the_place() {
    let (_guard, root) = scratch();
    write(&root, "strict/a.env", token(1));
    write(&root, "loose/b.env", token(2));
    write(&root, "sprawl.toml", "[thresholds]\nfail-on = 'never'\n");
    assert_eq!(run(&root, &["scan"]).status, 0);
    write(&root, "strict/sprawl.toml", "[thresholds]\nfail-on = 'low'\n");
    assert_eq!(run(&root, &["scan"]).status, 1);
    assert_eq!(run(&root, &["scan", "loose"]).status, 0);
    for (directory, status) in [("strict", 1), ("loose", 0)] {
        run(&root, &["scan", "-q", "-o", "one.json", directory]);
        let merged = run(&root, &["merge", "one.json"]);
        assert_eq!(merged.status, status, "{directory}: {}", merged.stderr);
        std::fs::remove_file(root.join("one.json")).unwrap();
    }
    assert_eq!(run(&root, &["scan", "--fail-on", "never"]).status, 0);
    write(&root, "strict/sprawl.toml", "");
    write(
        &root,
        "loose/sprawl.toml",
        "[thresholds]\nmin-confidence = 'proven'\n[policy]\nmarks = 'none'\n",
    );
    // One secret in both places is one secret: the least strict place decides.
    let key = minted("sendgrid-key", 3);
    write(&root, "loose/c.py", format!("sendgrid_key = '{key}'\n"));
    let shown = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(paths(&shown), set(&["strict/a.env", "loose/b.env"]), "{}", shown.stderr);
    assert!(shown.stderr.contains("min-confidence = proven in loose"), "{}", shown.stderr);
    write(&root, "strict/c.py", format!("sendgrid_key = '{key}'\n"));
    let shown = run(&root, &["scan", "-f", "jsonl"]);
    assert_eq!(paths(&shown).len(), 4, "{}", shown.stderr);
    for (directory, expected) in [("strict", 0), ("loose", 1)] {
        let marked = format!("{} # sprawl:allow github-pat-classic\n", token(4).trim_end());
        write(&root, &format!("{directory}/d.env"), marked);
        let file = format!("{directory}/d.env");
        let open = run(&root, &["scan", "--fail-on", "low", &file]);
        assert_eq!(open.status, expected, "{directory}: {}", open.stderr);
    }
    write(&root, "strict/sprawl.toml", "[unread]\naccept = ['damaged', 'truncated']\n");
    for directory in ["strict", "loose"] {
        write(
            &root,
            &format!("{directory}/broken.gz"),
            b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff",
        );
    }
    let status = |path: &str| run(&root, &["scan", path]).status;
    assert_eq!((status("strict/broken.gz"), status("loose/broken.gz")), (0, 3));
}

#[test]
fn a_mistake_hides_nothing_and_is_named_with_its_line() {
    let (_guard, root) = scratch();
    write(&root, "a/x.env", token(1));
    write(&root, "a/sprawl.toml", "[paths]\nexclude = ['*']\n\n[weights]\nreuse = 100\n");
    let scanned = run(&root, &["scan", "-f", "jsonl", "--fail-on", "never"]);
    assert_eq!((scanned.status, paths(&scanned)), (3, set(&["a/x.env"])), "{}", scanned.stderr);
    assert!(
        scanned.stderr.contains("a/sprawl.toml:4: `weights` cannot be set"),
        "{}",
        scanned.stderr
    );
    let shown = run(&root, &["config", "show", "a"]);
    assert_eq!(shown.status, 2);
    assert!(shown.stderr.contains("a/sprawl.toml:4: "), "{}", shown.stderr);
    write(&root, "a/sprawl.toml", "[rules]\ndisable = ['github-pat-clasic']\n");
    let scanned = run(&root, &["scan", "--fail-on", "never"]);
    assert_eq!(scanned.status, 3);
    assert!(scanned.stderr.contains("did you mean `github-pat-classic`?"), "{}", scanned.stderr);
    #[cfg(unix)]
    {
        let (_guard, outside) = scratch();
        write(&outside, "sprawl.toml", "[paths]\nexclude = ['*']\n");
        std::fs::remove_file(root.join("a/sprawl.toml")).unwrap();
        std::os::unix::fs::symlink(outside.join("sprawl.toml"), root.join("a/sprawl.toml"))
            .unwrap();
        let scanned = run(&root, &["scan", "--fail-on", "never", "-f", "jsonl"]);
        assert_eq!((scanned.status, paths(&scanned)), (3, set(&["a/x.env"])));
        assert!(scanned.stderr.contains("outside of the scanned tree"), "{}", scanned.stderr);
    }
}

#[test]
fn a_change_is_judged_by_the_files_that_were_there_before_it() {
    let repo = Repo::new();
    repo.write("a/kept.txt", "a\n");
    repo.write("old/sprawl.toml", "[paths]\nexclude = ['x.env']\n");
    repo.commit("one");
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    // A new file hides nothing yet, a removed one still does.
    repo.write("a/x.env", token(1));
    repo.write("a/sprawl.toml", "[paths]\nexclude = ['x.env']\n");
    repo.write("old/x.env", token(2));
    std::fs::remove_file(repo.root.join("old/sprawl.toml")).unwrap();
    repo.git(&["add", "-A"]);
    let hook = repo.scan(&["--hook", "pre-commit", "-f", "jsonl"]);
    assert_eq!((hook.status, paths(&hook)), (1, set(&["a/x.env"])), "{}", hook.stderr);
    assert!(
        hook.stderr.contains("a/sprawl.toml, old/sprawl.toml: changed by what"),
        "{}",
        hook.stderr
    );
    repo.commit("two");
    let mut command = crate::common::sprawl(&repo.root);
    command.args(["scan", "--ci", "-f", "jsonl"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_BASE_REF", "main");
    let pushed = crate::common::finished(command.output().unwrap());
    assert_eq!(paths(&pushed), set(&["a/x.env"]), "{}", pushed.stderr);
    // What is there counts from now on.
    assert_eq!(paths(&repo.scan(&["-f", "jsonl"])), set(&["old/x.env"]));
}

#[test]
fn a_nested_repository_is_another_project() {
    let repo = Repo::new();
    repo.write("sub/x.env", token(1));
    repo.write("sub/sprawl.toml", "[paths]\nexclude = ['x.env']\n");
    assert_eq!(repo.scan(&["."]).status, 0);
    let git = |directory: &Path| {
        let made = repo.command(&["init", "-q"]).current_dir(directory).output().unwrap();
        assert!(made.status.success());
    };
    git(&repo.root.join("sub"));
    assert_eq!(paths(&repo.scan(&["-f", "jsonl", "."])), set(&["sub/x.env"]));
    assert_eq!(repo.scan_in(&repo.root.join("sub"), &[]).status, 0);
}

#[test]
fn the_configuration_of_a_path_is_shown_with_its_files() {
    let repo = monorepo();
    let shown = |path: &str| run(&repo.root, &["config", "show", path]).stdout;
    let of_a = shown("packages/a/src");
    for line in [
        "# files: sprawl.toml, packages/a/sprawl.toml\n",
        "    \"*.sample\", # sprawl.toml\n",
        "    \"fixtures\", # packages/a/sprawl.toml\n",
        "    \"sendgrid-key\", # packages/a/sprawl.toml\n",
    ] {
        assert!(of_a.contains(line), "{line}{of_a}");
    }
    assert_eq!(of_a, shown("packages/a/src/main.env"));
    let inside = run(&repo.root.join("packages/a"), &["config", "show"]);
    assert_eq!(inside.stdout, of_a);
    assert!(!shown("packages/b").contains("sendgrid-key") && !shown(".").contains("fixtures"));
    let isolated = run(&repo.root, &["config", "show", "--isolated", "packages/a"]).stdout;
    assert!(!isolated.contains("sendgrid-key"), "{isolated}");
}
