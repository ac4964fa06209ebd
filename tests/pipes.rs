//! Standard input that is not one file: diffs and documents; and what makes a scan incomplete.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::common::{Run, finished, minted, run, scratch, sprawl, write};
use crate::git::Repo;

/// Runs the program with a text on standard input.
fn piped(root: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = sprawl(root);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    finished(child.wait_with_output().unwrap())
}

fn occurrences(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_diff_counts_by_what_it_adds() {
    let token = minted("github-pat-classic", 1);
    let repo = Repo::new();
    repo.write("conf/a.py", "first = 1\nsecond = 2\nthird = 3\n");
    repo.commit("first");
    repo.write("conf/a.py", format!("first = 1\nsecond = 2\ntoken = '{token}'\nthird = 3\n"));
    let diff = |arguments: &[&str]| {
        let done = repo.command(&[&["diff"], arguments].concat()).output().unwrap();
        assert!(done.status.success());
        done.stdout
    };
    let scan = ["scan", "-", "-q", "-f", "jsonl"];
    for colour in ["--color=never", "--color=always"] {
        let added = piped(&repo.root, &scan, &diff(&[colour]));
        assert_eq!(added.status, 1);
        let found = occurrences(&added);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["path"], &found[0]["line"]), (&"conf/a.py".into(), &3.into()));
        let removed = piped(&repo.root, &scan, &diff(&["-R", colour]));
        assert_eq!((removed.status, removed.stdout.as_str()), (0, ""));
    }
    // Where it is named, it is a file like any other.
    let named = [&scan[..], &["--stdin-name", "x.diff"]].concat();
    assert_eq!(occurrences(&piped(&repo.root, &named, &diff(&[])))[0]["path"], "x.diff");
}

#[test]
fn documents_have_their_names_and_what_is_known_of_them() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 1);
    let line = |path: &str| {
        serde_json::json!({
            "path": path, "content": format!("use {token} here"), "meta": {"by": "ada", "of": token},
        })
    };
    let input = format!("{}\nnot a document\n{}\n", line("chat/7"), line("chat/8"));
    let arguments = ["scan", "--documents", "-f", "json", "-o", "one.json"];
    let scan = piped(&root, &arguments, input.as_bytes());
    assert_eq!(scan.status, 1, "{}", scan.stderr);
    assert!(scan.stderr.contains("<stdin>:2: is not JSON"), "{}", scan.stderr);
    let check = |text: &str| {
        assert!(!text.contains(&token));
        let report: Value = serde_json::from_str(text).unwrap();
        let places = report["secrets"][0]["occurrences"].as_array().unwrap();
        assert_eq!(places.len(), 2);
        assert_eq!((&places[0]["path"], &places[1]["path"]), (&"chat/7".into(), &"chat/8".into()));
        assert!(places.iter().all(|place| place["meta"]["by"] == "ada"));
    };
    check(&std::fs::read_to_string(root.join("one.json")).unwrap());
    check(&run(&root, &["merge", "one.json", "-f", "json"]).stdout);
    let both = run(&root, &["scan", "--documents", "--history"]);
    assert_eq!(both.status, 2, "{}", both.stderr);
}

#[test]
fn what_was_left_unread_makes_a_scan_incomplete_unless_it_is_accepted() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    repo.write("b.rar", b"Rar!\x1a\x07\x01\0abc");
    let status = |arguments: &[&str]| run(&repo.root, &[&["scan"], arguments].concat()).status;
    assert_eq!(status(&[]), 3);
    assert_eq!(status(&["--allow-unread", "encrypted"]), 3);
    assert_eq!(status(&["--allow-unread", "unsupported"]), 0);
    assert_eq!(status(&["--allow-unread", "nonsense"]), 2);
    // Somebody chose to leave it out.
    assert_eq!(status(&["--no-unpack"]), 0);
    repo.git(&["add", "-A"]);
    assert_eq!(status(&["--staged"]), 3);
    assert_eq!(status(&["--hook", "pre-commit"]), 0);
    write(&repo.root, "sprawl.toml", "[unread]\naccept = [\"unsupported\"]\n");
    assert_eq!(status(&[]), 0);
    assert_eq!(status(&["--isolated"]), 3);
    write(&repo.root, "sprawl.toml", "[unread]\naccept = [\"no\"]\n");
    assert_eq!(status(&[]), 2);
}
