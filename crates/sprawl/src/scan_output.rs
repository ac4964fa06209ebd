//! The output of a scan: everything that was found, and what was met on the way, in a stable order. The
//! outputs of several parts add up to one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::git::checkout::Checkout;
use crate::locked::Locked;
use crate::owners::OwnersFile;
use crate::problem::Problem;
use sprawl_detect::keys::KeyMaterial;
use sprawl_unpack::unread::Unread;

/// Findings, problems and all else that a whole scan brings.
#[derive(Debug, Default)]
pub struct ScanOutput {
    /// Sorted by place.
    pub findings: Vec<Finding>,
    /// Sorted, without repeats.
    pub problems: Vec<Problem>,
    /// What was left out on purpose.
    pub left_out: LeftOut,
    /// What was not looked into; sorted, without repeats.
    pub unread: Vec<Unread>,
    /// Certificates, in no particular order.
    pub certificates: Vec<KeyMaterial>,
    /// Locked (encrypted) items in the files; sorted, without repeats.
    pub locked: Vec<Locked>,
    /// CODEOWNERS files; sorted, without repeats.
    pub owners: Vec<OwnersFile>,
    /// The repositories that were scanned, in whole or in part; sorted, without repeats.
    pub checkouts: Vec<Checkout>,
    /// What of each repository was asked for, where it is not all of it.
    pub scope: Vec<String>,
    /// Commits and tags that were looked at as such: their messages, and what they add.
    pub commits: u64,
    /// What was asked for; sorted, without repeats.
    pub scanned: Vec<Scanned>,
}

impl ScanOutput {
    /// Takes in what another scan found.
    pub fn add(&mut self, other: Self) {
        self.merge(other);
        self.sort();
    }

    /// Takes in what another part of a scan found, in no particular order.
    pub(crate) fn merge(&mut self, other: Self) {
        take_in(&mut self.findings, other.findings);
        self.problems.extend(other.problems);
        self.left_out.add(other.left_out);
        self.unread.extend(other.unread);
        self.certificates.extend(other.certificates);
        self.locked.extend(other.locked);
        self.owners.extend(other.owners);
        self.checkouts.extend(other.checkouts);
        self.scope.extend(other.scope);
        self.commits += other.commits;
        self.scanned.extend(other.scanned);
    }

    /// Puts everything that was found in a repository below a directory: its paths begin with it.
    /// Problems of the repository as a whole stay as they are.
    pub fn place_below(&mut self, directory: &str, repository: &str) {
        let below = |path: &str| format!("{directory}/{path}");
        self.findings.iter_mut().for_each(|finding| finding.place_below(directory));
        self.locked.iter_mut().for_each(|item| item.path = below(&item.path));
        self.owners.iter_mut().for_each(|file| file.path = below(&file.path));
        self.checkouts.iter_mut().for_each(|checkout| checkout.below = below(&checkout.below));
        self.unread.iter_mut().for_each(|unread| unread.place = below(&unread.place));
        for problem in self.problems.iter_mut().filter(|problem| problem.place != repository) {
            problem.place = below(&problem.place);
        }
    }

    pub(crate) fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            (&a.location, &a.secret, a.rule).cmp(&(&b.location, &b.secret, b.rule))
        });
        self.problems.sort();
        self.problems.dedup();
        self.unread.sort();
        self.unread.dedup();
        self.locked.sort();
        self.locked.dedup();
        self.owners.sort();
        self.owners.dedup();
        self.checkouts.sort();
        self.checkouts.dedup();
        self.scanned.sort();
        self.scanned.dedup();
    }
}

/// Appends findings without holding them twice, if there are none yet.
pub(crate) fn take_in(all: &mut Vec<Finding>, mut more: Vec<Finding>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.append(&mut more);
    }
}

/// A file or directory that was asked for, or a repository whose history was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Scanned {
    /// Name of the repository or root.
    pub repository: String,
    /// Prefix of its paths in the report; empty for the current directory.
    pub path: String,
}

impl Scanned {
    /// Whether everything in the other one is in this one as well.
    pub fn covers(&self, other: &Self) -> bool {
        let path = self.path.trim_end_matches('/');
        self.repository == other.repository
            && match other.path.strip_prefix(path) {
                Some(rest) if path.is_empty() => !rest.starts_with('/'),
                Some(rest) => rest.is_empty() || rest.starts_with('/'),
                None => false,
            }
    }
}

/// Counts of what was skipped on purpose, with the options that scan it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LeftOut {
    /// Untracked files that `.gitignore` excludes (`--no-ignore`).
    pub ignored_files: u64,
    /// Directories that `.gitignore` excludes (`--no-ignore`).
    pub ignored_directories: u64,
    /// Files and directories that `--exclude` matches.
    pub excluded: u64,
    /// Files and directories that the configuration excludes (`--no-config`).
    pub configured: u64,
    /// Symbolic links (`--follow`).
    pub symlinks: u64,
    /// FIFOs, sockets, devices.
    pub special: u64,
    /// Git LFS pointers: their content is on a server.
    pub lfs_pointers: u64,
    /// Submodules whose own history was not scanned (`--submodules`).
    pub submodules: u64,
}

impl LeftOut {
    /// Adds up two counts.
    pub fn add(&mut self, other: Self) {
        self.ignored_files += other.ignored_files;
        self.ignored_directories += other.ignored_directories;
        self.excluded += other.excluded;
        self.configured += other.configured;
        self.symlinks += other.symlinks;
        self.special += other.special;
        self.lfs_pointers += other.lfs_pointers;
        self.submodules += other.submodules;
    }
}
