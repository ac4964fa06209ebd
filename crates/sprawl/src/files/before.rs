//! The files that decide what a scan reports, as they were before the change that is scanned.
//!
//! Whoever adds a secret may add the line that hides it in the same commit: an exclusion, a rule that is
//! switched off, a higher threshold, an entry of the baseline. Hooks and `--ci` read the files that a
//! change alters as they were before it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sprawl_detect::text::display_path;

/// Looks a path below the root up: nothing if the change leaves it alone, otherwise the text that it
/// had, if it was there.
pub type Look = dyn Fn(&str) -> Option<Option<String>> + Send + Sync;

/// Files of a project as they were before a change.
#[derive(Clone)]
pub struct Before {
    root: PathBuf,
    look: Arc<Look>,
    altered: Arc<Mutex<BTreeSet<String>>>,
}

impl fmt::Debug for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Before").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Before {
    /// Those of the project at a root, which is absolute and without links.
    pub fn new(root: PathBuf, look: Arc<Look>) -> Self {
        Self { root, look, altered: Arc::default() }
    }

    /// What a file held, if the change alters it; nothing within if it was not there.
    pub fn text(&self, file: &Path) -> Option<Option<String>> {
        let lexical = self.below(&plain(file));
        // What an unchanged link leads to may be changed.
        let followed = fs::canonicalize(file).ok().and_then(|full| self.below(&full));
        let mut paths = lexical.into_iter().chain(followed);
        let (path, text) = paths.find_map(|path| {
            let text = (self.look)(&path)?;
            Some((path, text))
        })?;
        self.altered.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
        Some(text)
    }

    /// The files that were asked for and that the change alters.
    pub fn altered(&self) -> Vec<String> {
        let altered = self.altered.lock().unwrap_or_else(PoisonError::into_inner);
        altered.iter().cloned().collect()
    }

    fn below(&self, full: &Path) -> Option<String> {
        Some(display_path(full.strip_prefix(&self.root).ok()?))
    }
}

/// An absolute path without `.` and `..`, by its words alone.
pub fn plain(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in full.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_change_alters_is_read_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        let look = |path: &str| match path {
            "a/changed.toml" => Some(Some("old".to_owned())),
            "new.toml" => Some(None),
            _ => None,
        };
        let before = Before::new(root.clone(), Arc::new(look));
        assert_eq!(before.text(&root.join("b/../a/./changed.toml")), Some(Some("old".to_owned())));
        assert_eq!(before.text(&root.join("new.toml")), Some(None));
        assert_eq!(before.text(&root.join("same.toml")), None);
        assert_eq!(before.text(Path::new("/elsewhere/new.toml")), None);
        assert_eq!(before.altered(), ["a/changed.toml", "new.toml"]);
    }
}
