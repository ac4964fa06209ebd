//! Git repositories built by script, with real git, fixed dates and identities.

mod agree;
mod before;
mod builds;
mod damage;
mod history;
mod inert;
mod named;
mod range;
mod reftable;
mod several;
mod staged;
mod verdict;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::{self, Run, finished, scratch, sprawl};

/// A repository in a scratch directory.
pub(crate) struct Repo {
    _guard: tempfile::TempDir,
    /// Its work tree, or itself if it is bare.
    pub(crate) root: PathBuf,
    /// Seconds since the first commit.
    clock: Cell<u64>,
}

/// 14 November 2023, 22:13:20 UTC.
pub(crate) const START: u64 = 1_700_000_000;

/// The tree without entries, by SHA-1.
pub(crate) const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Repo {
    /// An empty repository with a work tree.
    pub(crate) fn new() -> Self {
        Self::with(&["init", "-q", "-b", "main", "."])
    }

    /// A repository made by this command of git.
    pub(crate) fn with(init: &[&str]) -> Self {
        let (guard, root) = scratch();
        let root = std::fs::canonicalize(root).unwrap();
        let repo = Self { _guard: guard, root, clock: Cell::new(0) };
        repo.git(init);
        repo
    }

    /// Git with this repository as its current directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Maintenance in the background would outlive the test, waiting for what the test has put there.
        let quiet = ["-c", "maintenance.auto=false", "-c", "protocol.file.allow=always"];
        command.current_dir(&self.root).args(quiet).args(arguments);
        self.set_environment(&mut command);
        command
    }

    /// An environment without the user's configuration, with a clock of its own.
    pub(crate) fn set_environment(&self, command: &mut Command) {
        let date = format!("{} +0100", START + self.clock.get());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.invalid")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.invalid")
            .env("GIT_COMMITTER_DATE", &date)
            .env("LC_ALL", "C");
    }

    /// Runs git and returns what it printed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "git {arguments:?}: {error}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        common::write(&self.root, path, content);
    }

    /// Commits everything in the work tree, a minute after the last commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.tick();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Lets a minute pass.
    pub(crate) fn tick(&self) {
        self.clock.set(self.clock.get() + 60);
    }

    /// Installs a hook: a shell script.
    #[cfg(unix)]
    pub(crate) fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let hooks = PathBuf::from(self.git(&["rev-parse", "--git-path", "hooks"]));
        let file = self.root.join(hooks).join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs sprawl in the repository.
    pub(crate) fn scan(&self, arguments: &[&str]) -> Run {
        self.scan_in(&self.root, arguments)
    }

    /// Runs sprawl in a directory.
    pub(crate) fn scan_in(&self, directory: &Path, arguments: &[&str]) -> Run {
        let mut command = sprawl(directory);
        self.set_environment(&mut command);
        finished(command.arg("scan").args(arguments).output().unwrap())
    }

    /// Every occurrence that a scan reports.
    pub(crate) fn occurrences(&self, arguments: &[&str]) -> Vec<Value> {
        lines(&self.scan(&[arguments, &["-f", "jsonl"]].concat()))
    }

    /// Where a scan reports secrets, as `path:line`, sorted.
    pub(crate) fn places(&self, arguments: &[&str]) -> Vec<String> {
        places(&self.occurrences(arguments))
    }
}

/// The occurrences of a report in JSON lines; the scan must have been complete.
pub(crate) fn lines(run: &Run) -> Vec<Value> {
    assert!(matches!(run.status, 0 | 1), "{}: {}", run.status, run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `path:line` of each, sorted.
pub(crate) fn places(occurrences: &[Value]) -> Vec<String> {
    let mut places: Vec<String> = occurrences
        .iter()
        .map(|o| format!("{}:{}", o["path"].as_str().unwrap(), o["line"]))
        .collect();
    places.sort();
    places
}

/// A line with a secret in it.
pub(crate) fn secret_line(seed: u64) -> String {
    format!("token = \"{}\"\n", common::minted("github-pat-classic", seed))
}
