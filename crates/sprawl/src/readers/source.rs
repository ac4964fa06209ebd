//! The text of a file that names are looked for in.

use std::cell::OnceCell;

use super::tree::Tree;

/// A text, where it lies, and its lines.
pub(super) struct Source<'s> {
    /// The repository that it is of.
    pub(super) tree: &'s Tree,
    /// Path below the top.
    pub(super) path: &'s str,
    pub(super) text: &'s str,
    /// Where lines begin, worked out when a name is found.
    starts: OnceCell<Vec<usize>>,
}

impl<'s> Source<'s> {
    pub(super) fn new(tree: &'s Tree, path: &'s str, text: &'s str) -> Self {
        Self { tree, path, text, starts: OnceCell::new() }
    }

    /// The number of the line that a position is in, 1-based.
    pub(super) fn line(&self, at: usize) -> usize {
        let starts = self.starts.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|end| end + 1);
            std::iter::once(0).chain(ends).collect()
        });
        starts.partition_point(|start| *start <= at)
    }

    /// The last part of its path.
    pub(super) fn file(&self) -> &'s str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}
