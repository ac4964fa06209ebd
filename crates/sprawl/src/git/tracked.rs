//! Which files of a work tree git tracks, read from the index.

use std::path::{Path, PathBuf};

use super::Repository;
use super::checkout::Checkout;
use crate::problem::Problem;
use sprawl_detect::text::display_path;

/// The tracked files of one repository.
#[derive(Debug)]
pub struct Tracked {
    top: PathBuf,
    git_dir: PathBuf,
    /// Paths below the top, `/` between parts, sorted by bytes as the index is.
    paths: Vec<Box<[u8]>>,
    /// What it is a checkout of.
    pub checkout: Checkout,
}

impl Tracked {
    /// Reads the index of the repository whose work tree begins at `top`, an absolute path.
    ///
    /// # Errors
    /// There is no repository that can be opened, or its index is damaged.
    pub fn open(top: &Path) -> Result<Self, Problem> {
        let fail = |what: String| Problem::new(display_path(top), what);
        let repository = Repository::of_work_tree(top).map_err(fail)?;
        let index = repository.index()?;
        let mut paths: Vec<Box<[u8]>> = index
            .entries()
            .iter()
            .map(|entry| entry.path(&index).to_vec().into_boxed_slice())
            .collect();
        paths.sort_unstable();
        let git_dir = repository.common_dir.clone();
        Ok(Self { top: top.to_owned(), git_dir, paths, checkout: repository.checkout() })
    }

    /// Whether git tracks this file.
    pub fn has(&self, full: &Path) -> bool {
        self.below_top(full).is_some_and(|path| {
            self.paths.binary_search_by(|there| there.as_ref().cmp(path.as_slice())).is_ok()
        })
    }

    /// Whether git tracks anything below this directory.
    pub fn has_below(&self, full: &Path) -> bool {
        let Some(mut prefix) = self.below_top(full) else { return false };
        prefix.push(b'/');
        let first = self.paths.partition_point(|path| path.as_ref() < prefix.as_slice());
        self.paths.get(first).is_some_and(|path| path.starts_with(&prefix))
    }

    /// The repository's own list of ignored files, which may not exist.
    pub fn exclude_file(&self) -> PathBuf {
        self.git_dir.join("info").join("exclude")
    }

    fn below_top(&self, full: &Path) -> Option<Vec<u8>> {
        super::below_top(full, &self.top)
    }
}
