//! The programs in `examples/`, run as their first lines say.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{minted, run, scratch, write};

/// Runs one of the programs with a text on standard input, and returns what it writes.
fn example(name: &str, directory: &Path, arguments: &[&str], input: &str) -> String {
    // Cargo puts them beside the program.
    let directory_of_programs = Path::new(env!("CARGO_BIN_EXE_sprawl")).parent().unwrap();
    let mut program: PathBuf = directory_of_programs.join("examples").join(name);
    program.set_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.is_file(), "build it first: cargo build --examples");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{name}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn each_does_what_it_says() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 1);
    write(&root, "src/a.py", format!("token = '{token}'\n"));
    let tree = example("scan_tree", &root, &["src"], "");
    assert_eq!(tree, "src/a.py:1 high: GitHub personal access token (classic)\n");
    let bytes = example("scan_bytes", &root, &[], &format!("TOKEN={token}\n"));
    let report: serde_json::Value = serde_json::from_str(&bytes).unwrap();
    assert_eq!(report["secrets"][0]["occurrences"][0]["path"], "deploy.env");
    let lines = example("redact_stream", &root, &[], &format!("a\nthe token {token} is old\n"));
    let id = lines.strip_prefix("a\nthe token [github-pat-classic:");
    let id = id.and_then(|rest| rest.strip_suffix("] is old\n"));
    assert!(id.is_some_and(|id| id.len() == 20), "{lines}");
    let key = format!("acme_{:024x}", 0x3c1b_7e2a_5d80_46c7_e1b9_3d5f_u128);
    write(&root, "acme.py", format!("key = '{key}'\n"));
    assert_eq!(example("own_rule", &root, &[], ""), "1 Acme API keys\n");
    for (path, name) in [("src", "one.json"), ("acme.py", "two.json")] {
        run(&root, &["scan", path, "-o", name]);
    }
    let merged = example("merge_reports", &root, &["one.json", "two.json"], "");
    assert!(merged.contains("\"2.1.0\"") && merged.contains("github-pat-classic"), "{merged}");
}
