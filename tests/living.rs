//! Living with it: configuration, marks, exceptions, baseline, migration.

mod baseline;
mod clock;
mod config;
mod exceptions;
mod marks;
mod migrate;
mod together;

use std::path::Path;
use std::process::Command;

use crate::common::Run;

/// Runs git with an identity of its own.
fn git(root: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .current_dir(root)
        .args(["-c", "user.name=t", "-c", "user.email=t@t.invalid"])
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The occurrences of a report in JSON lines.
fn lines(run: &Run) -> Vec<serde_json::Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Path and line of the occurrences that are open, sorted.
fn open(run: &Run) -> Vec<String> {
    let mut open: Vec<String> = lines(run)
        .iter()
        .filter(|line| line["covered"] != true)
        .map(|line| format!("{}:{}", line["path"].as_str().unwrap(), line["line"]))
        .collect();
    open.sort();
    open
}
