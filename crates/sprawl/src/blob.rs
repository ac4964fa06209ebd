//! Blobs: bytes with the place that they come from. What sources hand over, and scans look at.

use std::borrow::Cow;
use std::sync::Arc;

use crate::finding::Origin;

/// Bytes with the place they come from. Borrowed: the source that reads them owns the memory.
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

/// How paths as they are shown become paths below the top of their repository, or below the root of
/// the scan where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// Length of the part of a shown path that names the directory `below`.
    shown: usize,
    /// That directory, below the top.
    below: String,
}

impl Base {
    /// Paths are shown as they are below the top.
    pub const TOP: &'static Self = &Self { shown: 0, below: String::new() };

    /// A base for paths whose first `shown` bytes name a directory below the top.
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

/// Whether this is a Git LFS pointer instead of a file: a few lines that begin with the address of
/// the specification (`docs/spec.md` of Git LFS).
pub(crate) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v")
}
