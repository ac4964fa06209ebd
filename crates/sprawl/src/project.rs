//! The project that a scan belongs to: the directory whose configuration, exceptions and baseline
//! count, and how paths of the report are named below it.

use std::path::{Path, PathBuf};

use crate::files::place;
use crate::finding::HIDDEN;
use sprawl_detect::text::display_path;

/// A project, by the directory that it begins at.
#[derive(Debug, Clone, Default)]
pub struct Project {
    root: PathBuf,
    /// How scanned paths begin as they were typed, and below the root; the longest first.
    shown: Vec<(String, String)>,
}

impl Project {
    /// The project of some scanned paths: the one that all of them lie in, or else that of the
    /// current directory. A path belongs to the work tree around it, and where there is none, to the
    /// current directory or, if it lies elsewhere, to itself.
    pub fn of(paths: &[PathBuf]) -> Self {
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
        let full: Vec<PathBuf> = paths
            .iter()
            .map(|path| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()))
            .collect();
        let mut roots: Vec<PathBuf> = full.iter().map(|path| root_of(path, &here)).collect();
        roots.dedup();
        let root = match roots.as_slice() {
            [one] => one.clone(),
            _ => root_of(&here, &here),
        };
        let mut shown: Vec<(String, String)> = paths
            .iter()
            .zip(&full)
            .filter_map(|(typed, full)| {
                let below = display_path(full.strip_prefix(&root).ok()?);
                let typed = display_path(typed);
                let typed = if typed == "." { "" } else { typed.trim_start_matches("./") };
                Some((typed.trim_end_matches('/').to_owned(), below))
            })
            .collect();
        shown.sort_by_key(|(typed, _)| std::cmp::Reverse(typed.len()));
        Self { root, shown }
    }

    /// The same project for a report that names files from its root on.
    #[must_use]
    pub fn from_top(mut self) -> Self {
        self.shown.clear();
        self
    }

    /// The beginnings of paths that reports show: what may hold a secret.
    pub(crate) fn shown_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.shown.iter_mut().flat_map(|(typed, below)| [typed, below])
    }

    /// The directory that it begins at, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path below the root of a file as somebody in the current directory names it; nothing if it
    /// lies elsewhere. The file need not be there any more.
    pub fn typed(&self, path: &str) -> Option<String> {
        let full = std::env::current_dir().ok()?.join(path);
        // Links on the way are followed, but not the file itself.
        let directory = std::fs::canonicalize(full.parent()?).ok()?;
        Some(display_path(directory.join(full.file_name()?).strip_prefix(&self.root).ok()?))
    }

    /// Whether a file below the root is no longer there. Of one whose name is not shown nobody knows.
    pub fn is_gone(&self, path: &str) -> bool {
        !path.contains(HIDDEN) && !self.root.join(path).exists()
    }

    /// The path below the root of a file that the report shows by this name; the name itself where
    /// the file lies elsewhere.
    pub fn below_root(&self, shown: &str) -> String {
        for (typed, below) in &self.shown {
            let rest = if typed.is_empty() {
                (!shown.starts_with('/')).then_some(shown)
            } else {
                shown.strip_prefix(typed.as_str()).filter(|r| r.is_empty() || r.starts_with('/'))
            };
            if let Some(rest) = rest {
                let rest = rest.trim_start_matches('/');
                return match (below.is_empty(), rest.is_empty()) {
                    (true, _) => rest.to_owned(),
                    (false, true) => below.clone(),
                    (false, false) => format!("{below}/{rest}"),
                };
            }
        }
        shown.to_owned()
    }
}

fn root_of(path: &Path, here: &Path) -> PathBuf {
    if let Some(root) = place::around(path, here) {
        return root;
    }
    if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_named_below_the_root() {
        let directory = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(directory.path()).unwrap();
        std::fs::create_dir_all(top.join(".git")).unwrap();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        let typed = top.join("a");
        let project = Project::of(&[typed.clone(), top.join("a/b")]);
        assert_eq!(project.root(), top);
        let shown = format!("{}/b/c.txt", display_path(&typed));
        assert_eq!(project.below_root(&shown), "a/b/c.txt");
        assert_eq!(project.below_root("elsewhere"), "elsewhere");
    }

    #[test]
    fn a_path_without_repository_is_its_own_project() {
        let directory = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(directory.path()).unwrap();
        std::fs::write(top.join("f"), "").unwrap();
        // Temporary directories are in no repository unless the machine is a strange one.
        assert_eq!(Project::of(&[top.join("f")]).root(), top);
        assert_eq!(Project::of(std::slice::from_ref(&top)).root(), top);
        let project = Project::of(&[top.join("f")]);
        assert_eq!(project.below_root(&display_path(&top.join("f"))), "f");
    }
}
