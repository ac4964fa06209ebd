//! Sources: where blobs come from. Each drives the threads itself and hands every blob to the
//! worker of the thread that it is on.

pub mod history;
pub mod range;
pub mod staged;
pub mod stdin;
pub mod tree;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::finding::Origin;

/// Bytes with where they come from. Borrowed: whoever reads them keeps the memory.
#[derive(Debug, Clone, Copy)]
pub struct Blob<'a> {
    /// The bytes, in whatever encoding.
    pub bytes: &'a [u8],
    /// Path for the report; empty for git objects, whose paths are found out later.
    pub path: &'a str,
    /// How that path is named below the top of its repository.
    pub base: &'a Base,
    /// Name of the repository or root.
    pub repository: &'a Arc<str>,
    /// What kind of place it is.
    pub origin: &'a Origin,
    /// In a repository's work tree, but not tracked by git.
    pub untracked: bool,
}

/// A file or directory that was asked for, or a repository whose history was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scanned {
    /// Name of the repository or root.
    pub repository: String,
    /// How its paths begin in the report; empty for the current directory.
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

/// How paths as they are shown become paths below the top of their repository, or below the root of
/// the scan where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// Bytes of the shown path that stand for the directory below.
    shown: usize,
    /// That directory, below the top.
    below: String,
}

impl Base {
    /// Paths are shown as they are below the top.
    pub const TOP: &'static Self = &Self { shown: 0, below: String::new() };

    /// Paths that begin with so many bytes lie in a directory below the top.
    pub fn new(shown: usize, below: String) -> Self {
        Self { shown, below }
    }

    /// A shown path below the top.
    pub fn below<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let rest = path.get(self.shown..).unwrap_or_default().trim_start_matches('/');
        match (self.below.is_empty(), rest.is_empty()) {
            (true, _) => Cow::Borrowed(rest),
            (false, true) => Cow::Owned(self.below.clone()),
            (false, false) => Cow::Owned(format!("{}/{rest}", self.below)),
        }
    }
}

/// What was left out on purpose, and how to bring it in. Never silent: the summary shows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeftOut {
    /// Untracked files that `.gitignore` names (`--no-ignore`).
    pub ignored_files: u64,
    /// Directories that `.gitignore` names, not looked into (`--no-ignore`).
    pub ignored_directories: u64,
    /// Files and directories that `--exclude` names.
    pub excluded: u64,
    /// Files and directories that the configuration names.
    pub configured: u64,
    /// Symbolic links (`--follow`).
    pub symlinks: u64,
    /// FIFOs, sockets, devices.
    pub special: u64,
    /// Git LFS pointers: their content lies on a server.
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

/// Counters that a progress bar may read while the scan runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Blobs scanned.
    pub blobs: AtomicU64,
    /// Bytes scanned.
    pub bytes: AtomicU64,
    /// Set when the scan is over.
    pub done: AtomicBool,
}

impl Progress {
    pub(crate) fn count(&self, bytes: usize) {
        self.blobs.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts a part of a blob, the first or another.
    pub(crate) fn count_part(&self, bytes: usize, is_first: bool) {
        self.blobs.fetch_add(u64::from(is_first), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Whether this is a Git LFS pointer instead of a file: a few lines that begin with the address of
/// the specification (`docs/spec.md` of Git LFS).
pub(crate) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v")
}
