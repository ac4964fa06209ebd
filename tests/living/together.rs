//! Several commands that decide at the same time: nothing is lost, and nothing is left that no scan
//! can be run with.

use std::path::Path;
use std::process::{Child, Stdio};

use crate::common::{minted, run, scratch, sprawl, write};
use crate::living::git;

const RULE: &str = "github-pat-classic";
const TOGETHER: u64 = 8;

fn repository() -> (tempfile::TempDir, std::path::PathBuf) {
    let (guard, root) = scratch();
    git(&root, &["init", "-q"]);
    for seed in 0..TOGETHER {
        write(&root, &format!("{seed}.env"), format!("A={}\n", minted(RULE, seed)));
    }
    (guard, root)
}

fn start(root: &Path, arguments: &[&str]) -> Child {
    let mut command = sprawl(root);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn statuses(children: Vec<Child>) -> Vec<Option<i32>> {
    children.into_iter().map(|mut child| child.wait().unwrap().code()).collect()
}

fn entries(root: &Path) -> usize {
    let text = std::fs::read_to_string(root.join(".sprawl/exceptions.toml")).unwrap();
    text.lines().filter(|line| line.trim().starts_with("{ id = ")).count()
}

fn accept(root: &Path, seed: u64) -> Child {
    let place = format!("{seed}.env:1");
    start(root, &["accept", &place, "--owner", "@x", "--reason", "false-positive"])
}

#[test]
fn every_exception_that_was_accepted_is_there() {
    let (_guard, root) = repository();
    let done = statuses((0..TOGETHER).map(|seed| accept(&root, seed)).collect());
    assert!(done.iter().all(|status| *status == Some(0)), "{done:?}");
    assert_eq!(entries(&root) as u64, TOGETHER);
    assert_eq!(run(&root, &["scan", "-q"]).status, 0);
}

#[test]
fn a_baseline_fits_the_key_that_is_there() {
    let (_guard, root) = repository();
    let mut children: Vec<Child> = (0..4).map(|_| start(&root, &["baseline"])).collect();
    children.extend((0..4).map(|seed| accept(&root, seed)));
    // Scans at the same time see the project as it was before or after.
    let scans = statuses((0..4).map(|_| start(&root, &["scan", "-q"])).collect());
    assert!(scans.iter().all(|status| matches!(status, Some(0 | 1))), "{scans:?}");
    let done = statuses(children);
    // What another one has taken in meanwhile can be decided on no more, or is left out as new.
    assert!(done.iter().all(|status| matches!(status, Some(0..=2))), "{done:?}");
    let after = run(&root, &["scan", "-q"]);
    assert_eq!((after.status, after.stderr.as_str()), (0, ""));
}

#[test]
fn renewing_and_tidying_up_lose_nothing() {
    let (_guard, root) = repository();
    let until = |days: i64| {
        use jiff::ToSpan as _;
        jiff::Zoned::now().date().saturating_add(days.days()).to_string()
    };
    for seed in 0..TOGETHER {
        let place = format!("{seed}.env:1");
        let words =
            ["accept", &place, "--owner", "@x", "--reason", "revoked", "--until", &until(9)];
        assert_eq!(run(&root, &words).status, 0);
    }
    std::fs::remove_file(root.join("0.env")).unwrap();
    let mut children = vec![start(&root, &["exceptions", "prune"])];
    for seed in 1..TOGETHER {
        let path = format!("{seed}.env");
        children.push(start(&root, &["exceptions", "renew", &path, "--until", &until(20)]));
    }
    let done = statuses(children);
    assert!(done.iter().all(|status| *status == Some(0)), "{done:?}");
    assert_eq!(entries(&root) as u64, TOGETHER - 1);
    let text = std::fs::read_to_string(root.join(".sprawl/exceptions.toml")).unwrap();
    assert_eq!(text.matches(&until(20)).count() as u64, TOGETHER - 1, "{text}");
}

#[test]
fn an_isolated_decision_keeps_the_key_that_is_there() {
    let (_guard, root) = repository();
    assert_eq!(run(&root, &["baseline"]).status, 0);
    let key = std::fs::read(root.join(".sprawl/key")).unwrap();
    write(&root, "new.env", format!("A={}\n", minted(RULE, 99)));
    run(
        &root,
        &["accept", "new.env:1", "--owner", "@x", "--reason", "false-positive", "--isolated"],
    );
    run(&root, &["baseline", "--isolated"]);
    assert_eq!(std::fs::read(root.join(".sprawl/key")).unwrap(), key);
    assert_ne!(run(&root, &["scan", "-q"]).status, 2);
}

#[test]
fn a_baseline_that_could_not_be_made_leaves_nothing_behind() {
    let (_guard, root) = repository();
    write(&root, ".git/index", "no index");
    let failed = run(&root, &["baseline"]);
    assert_eq!(failed.status, 2, "{}", failed.stderr);
    assert!(failed.stderr.contains("nothing was written"), "{}", failed.stderr);
    assert!(!root.join(".sprawl").exists());
}

#[test]
fn the_first_decisions_of_a_project_do_not_get_in_each_other_s_way() {
    for _ in 0..3 {
        let (_guard, root) = repository();
        let others = [["baseline", "--add"], ["exceptions", "prune"], ["exceptions", "list"]];
        let others: Vec<Child> = others.iter().map(|words| start(&root, words)).collect();
        let done = statuses((0..TOGETHER).map(|seed| accept(&root, seed)).collect());
        assert!(done.iter().all(|status| *status == Some(0)), "{done:?}");
        let others = statuses(others);
        assert!(others.iter().all(|status| *status == Some(0)), "{others:?}");
        assert_eq!(entries(&root) as u64, TOGETHER);
    }
}
