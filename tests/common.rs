//! Runs the real program in scratch directories, with an environment of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::{Random, mint};

/// Environment variables that must not leak into a test.
const SCRUBBED: &[&str] = &[
    "CI",
    "NO_COLOR",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "PRE_COMMIT_TO_REF",
    "PRE_COMMIT_LOCAL_BRANCH",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "FORCE_HYPERLINK",
    "COLUMNS",
];

/// What a run of the program gave.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program, to be run in a directory.
pub(crate) fn sprawl(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sprawl"));
    command.current_dir(directory).stdin(Stdio::null());
    for name in SCRUBBED {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SPRAWL_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it with arguments.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Run {
    finished(sprawl(directory).args(arguments).output().unwrap())
}

pub(crate) fn finished(output: Output) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A scratch directory that is gone after the test.
pub(crate) fn scratch() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    (directory, path)
}

/// Writes a file, making its directories.
pub(crate) fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let full = root.join(path);
    std::fs::create_dir_all(full.parent().unwrap()).unwrap();
    std::fs::write(full, content).unwrap();
}

/// A secret that the rule must find; another one for each seed.
pub(crate) fn minted(rule: &str, seed: u64) -> String {
    let rules = Rules::builtin();
    let (_, rule) = rules.named(rule).unwrap();
    String::from_utf8(mint(rule, &mut Random::new(seed)).unwrap()).unwrap()
}

/// An example of every rule that has one, with its secret.
pub(crate) fn examples(rules: &Rules, seed: u64) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    for (_, rule) in rules.iter() {
        for example in rule.text.examples.iter() {
            let mut random = Random::new(seed);
            if let Ok((text, secret)) = fill(rules, rule, example, &mut random) {
                all.push((rule.id().to_owned(), text, secret));
            }
        }
    }
    all
}
