//! Several repositories in one run, and repositories within repositories.

use serde_json::Value;

use super::{Repo, lines, places, secret_line};
use crate::common::{finished, scratch, sprawl, write};

const NOTHING: [&str; 0] = [];

/// `repository path reach` of each occurrence, sorted.
fn told(occurrences: &[Value]) -> Vec<String> {
    let text = |o: &Value, key: &str| o[key].as_str().unwrap_or("file").to_owned();
    let mut all: Vec<String> = occurrences
        .iter()
        .map(|o| format!("{} {} {}", text(o, "repository"), text(o, "path"), text(o, "reach")))
        .collect();
    all.sort();
    all
}

/// A directory with repositories, each made from a name and what it holds at HEAD and only before.
fn repositories(all: &[(&str, u64, u64)]) -> Repo {
    let shelf = Repo::new();
    std::fs::remove_dir_all(shelf.root.join(".git")).unwrap();
    for (name, now, before) in all {
        let git = |arguments: &[&str]| shelf.git(&[&["-C", name], arguments].concat());
        std::fs::create_dir_all(shelf.root.join(name)).unwrap();
        git(&["init", "-q", "-b", "main", "."]);
        shelf.write(&format!("{name}/old.env"), secret_line(*before));
        shelf.write(&format!("{name}/now.env"), secret_line(*now));
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "first"]);
        shelf.tick();
        git(&["rm", "-q", "old.env"]);
        git(&["commit", "-q", "-m", "second"]);
    }
    shelf
}

#[test]
fn one_secret_in_two_repositories_is_one_entry() {
    let shelf = repositories(&[("api", 1, 2), ("web", 3, 1)]);
    shelf.write("notes/todo.txt", secret_line(1));
    let files = shelf.occurrences(&["api", "web", "notes"]);
    assert_eq!(
        told(&files),
        ["api api/now.env file", "notes notes/todo.txt file", "web web/now.env file"]
    );
    let history = shelf.occurrences(&["--history", "api", "web"]);
    let expected = [
        "api api/now.env reachable",
        "api api/old.env history-only",
        "web web/now.env reachable",
        "web web/old.env history-only",
    ];
    assert_eq!(told(&history), expected);
    assert_eq!(
        history.iter().find(|o| o["path"] == "web/old.env").unwrap()["paths"][0],
        "web/old.env"
    );
    let report = shelf.scan(&["--history", "api", "web", "-f", "json"]).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["secrets"].as_array().unwrap().len(), 3);
    let shared = report["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|secret| secret["occurrences"].as_array().unwrap().len() == 2)
        .unwrap();
    assert!(shared["because"].to_string().contains("2 repo(s)"), "{}", shared["because"]);
    let alone = shelf.occurrences(&["--history", "api"]);
    assert_eq!(told(&alone), ["api now.env reachable", "api old.env history-only"]);
}

#[test]
fn repositories_of_one_name_are_told_apart() {
    let shelf = repositories(&[("red/api", 1, 2), ("blue/api", 1, 3)]);
    let all = shelf.occurrences(&["--history", "red/api", "blue/api"]);
    let expected = [
        "blue/api blue/api/now.env reachable",
        "blue/api blue/api/old.env history-only",
        "red/api red/api/now.env reachable",
        "red/api red/api/old.env history-only",
    ];
    assert_eq!(told(&all), expected);
    let shown = shelf.scan(&["-v", "red/api", "blue/api"]);
    assert!(shown.stdout.contains("2 repo(s)"), "{}", shown.stdout);
    // Found by walking, they are named by where they lie.
    let walked: Vec<String> = shelf
        .occurrences(&["."])
        .iter()
        .map(|o| o["repository"].as_str().unwrap().into())
        .collect();
    let shelf_name = shelf.root.file_name().unwrap().to_str().unwrap();
    assert_eq!(walked, [format!("{shelf_name}/blue/api"), format!("{shelf_name}/red/api")]);
}

#[test]
fn files_of_one_repository_are_in_one_repository() {
    let shelf = repositories(&[("api", 1, 2)]);
    shelf.write("api/deep/copy.env", secret_line(1));
    let run = shelf.scan(&["-v", "api/now.env", "api/deep/copy.env"]);
    assert!(
        run.stdout.contains("2 file(s)") && !run.stdout.contains("2 repo(s)"),
        "{}",
        run.stdout
    );
}

#[test]
fn each_staged_change_and_each_problem_says_where() {
    let shelf = repositories(&[("api", 1, 2), ("web", 3, 4)]);
    for (name, seed) in [("api", 5), ("web", 6)] {
        shelf.write(&format!("{name}/new.env"), secret_line(seed));
        shelf.git(&["-C", name, "add", "new.env"]);
    }
    assert_eq!(shelf.places(&["--staged", "api", "web"]), ["api/new.env:1", "web/new.env:1"]);
    let lost = shelf.git(&["-C", "web", "rev-parse", "HEAD^:old.env"]);
    let file = shelf.root.join("web/.git/objects").join(&lost[..2]).join(&lost[2..]);
    std::fs::remove_file(file).unwrap();
    let run = shelf.scan(&["--history", "api", "web", "--fail-on", "never"]);
    assert_eq!(run.status, 3);
    let tree = shelf.git(&["-C", "web", "rev-parse", "HEAD^^{tree}"]);
    assert!(run.stderr.contains(&format!("web/{tree}: `old.env`")), "{}", run.stderr);
    let nowhere = shelf.scan(&["--history", "api", "."]);
    assert_eq!(nowhere.status, 2, "not everything that was asked for can be scanned");
}

#[test]
fn excluded_paths_are_left_out_of_history() {
    let shelf = repositories(&[("api", 1, 2)]);
    let run = shelf.scan(&["--history", "api", "--exclude", "old.*", "-f", "jsonl"]);
    assert_eq!(places(&lines(&run)), ["now.env:1"]);
    assert!(run.stderr.contains("1 excluded path"), "{}", run.stderr);
    shelf.git(&["-C", "api", "mv", "now.env", "old.two"]);
    shelf.git(&["-C", "api", "commit", "-q", "-m", "rename"]);
    let run = shelf.scan(&["--history", "api", "--exclude", "old.*", "-f", "jsonl"]);
    assert_eq!(places(&lines(&run)), ["old.two:1"], "it was elsewhere, too");
    let run = shelf.scan(&["--history", "api", "--exclude", "*.env", "--exclude", "old.*"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
}

/// A repository with a submodule, which has one itself; each with a secret in its history.
fn nested() -> [Repo; 3] {
    let [outer, middle, inner] = [Repo::new(), Repo::new(), Repo::new()];
    for (seed, repo) in [&outer, &middle, &inner].into_iter().enumerate() {
        repo.write("gone.env", secret_line(seed as u64));
        repo.commit("add");
        repo.git(&["rm", "-q", "gone.env"]);
        repo.write("same.env", secret_line(9));
        repo.commit("remove");
    }
    middle.git(&["submodule", "add", "-q", "--name", "a/b", inner.root.to_str().unwrap(), "in"]);
    middle.commit("submodule");
    outer.git(&["submodule", "add", "-q", middle.root.to_str().unwrap(), "sub"]);
    outer.git(&["submodule", "update", "-q", "--init", "--recursive"]);
    outer.commit("submodule");
    [outer, middle, inner]
}

/// What the histories of [`nested`] repositories tell, the outer one being called by this name.
fn everywhere(name: &str) -> [String; 6] {
    [
        format!("{name} gone.env history-only"),
        format!("{name} same.env reachable"),
        format!("{name}/sub sub/gone.env history-only"),
        format!("{name}/sub sub/same.env reachable"),
        format!("{name}/sub/in sub/in/gone.env history-only"),
        format!("{name}/sub/in sub/in/same.env reachable"),
    ]
}

#[test]
fn submodules_are_scanned_when_asked_for() {
    let [outer, ..] = nested();
    let name = outer.root.file_name().unwrap().to_str().unwrap();
    let run = outer.scan(&["--history", "-f", "jsonl"]);
    let files = [
        format!("{name} gone.env history-only"),
        format!("{name} same.env reachable"),
        format!("{name}/sub sub/same.env file"),
        format!("{name}/sub/in sub/in/same.env file"),
    ];
    assert_eq!(told(&lines(&run)), files);
    assert!(run.stderr.contains("1 submodule (--submodules"), "{}", run.stderr);
    assert_eq!(told(&outer.occurrences(&["--history", "--submodules"])), everywhere(name));
}

#[test]
fn submodules_that_are_not_checked_out() {
    let [outer, middle, _] = nested();
    let name = outer.root.file_name().unwrap().to_str().unwrap();
    outer.git(&["submodule", "deinit", "-q", "-f", "sub"]);
    assert_eq!(told(&outer.occurrences(&["--history", "--submodules"])), everywhere(name));
    assert_eq!(outer.scan(&["--history", "--submodules", "--fail-on", "never"]).status, 0);
    outer.git(&["rm", "-q", "sub"]);
    outer.commit("without it");
    let kept = told(&outer.occurrences(&["--history", "--submodules"]));
    assert_eq!(kept.len(), 6, "git still keeps what it fetched: {kept:?}");
    let path = " .git/modules/sub/gone.env history-only";
    assert!(kept.iter().any(|place| place.ends_with(path)), "{kept:?}");
    std::fs::remove_dir_all(outer.root.join(".git/modules")).unwrap();
    assert_eq!(outer.occurrences(&["--history", "--submodules"]).len(), 2);
    let clone = Repo::with(&["clone", "-q", middle.root.to_str().unwrap(), "."]);
    let run = clone.scan(&["--history", "--submodules", "--fail-on", "never"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("in: the submodule was never fetched"), "{}", run.stderr);
    assert_eq!(clone.scan(&["--submodules"]).status, 2, "only with the history");
}

#[test]
fn a_directory_that_is_no_repository() {
    let (_guard, outside) = scratch();
    write(&outside, "a.env", secret_line(1));
    let run = finished(sprawl(&outside).args(["scan", "--history"]).output().unwrap());
    assert_eq!(run.status, 2);
    assert_eq!(run.stdout, NOTHING.concat());
    assert!(run.stderr.contains("is not in a git repository"), "{}", run.stderr);
}
