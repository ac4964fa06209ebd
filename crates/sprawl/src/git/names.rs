//! Names of the repositories and directories of one run: short, none twice, and the same wherever
//! they were cloned to, as long as they lie beside each other in the same way.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sprawl_detect::text::display_path;

/// Where a repository begins that holds the path: the nearest directory with a `.git` in it. For
/// what lies in no repository, the directory itself, or the one that a file lies in.
///
/// `full` is absolute, without links.
pub fn top_of(full: &Path, is_directory: bool) -> PathBuf {
    let own = if is_directory { Some(full) } else { full.parent() };
    full.ancestors().find(|path| path.join(".git").exists()).or(own).unwrap_or(full).to_owned()
}

/// Whether git keeps its objects, references and the like under this name in a `.git`, which a scan of
/// history reads. Whatever else lies there was put there by somebody.
pub fn is_gits_own(name: &OsStr) -> bool {
    const OWN: &[&str] = &[
        "FETCH_HEAD",
        "HEAD",
        "ORIG_HEAD",
        "index",
        "lfs",
        "logs",
        "modules",
        "objects",
        "packed-refs",
        "refs",
        "reftable",
        "shallow",
        "worktrees",
    ];
    OWN.iter().any(|own| name == *own)
}

/// The shortest ends of paths that tell them apart, without the `.git` of bare repositories. Equal
/// paths have equal names.
pub fn distinct(tops: &[PathBuf]) -> Vec<Arc<str>> {
    let all: BTreeMap<&PathBuf, Vec<String>> = tops.iter().map(|top| (top, parts(top))).collect();
    let names: BTreeMap<&PathBuf, Arc<str>> = all
        .iter()
        .map(|(top, own)| {
            let name = (1..=own.len())
                .map(|length| &own[own.len() - length..])
                .find(|end| all.values().filter(|other| other.ends_with(end)).count() == 1);
            (*top, Arc::from(name.map_or_else(|| display_path(top), |end| end.join("/"))))
        })
        .collect();
    tops.iter().filter_map(|top| names.get(top).cloned()).collect()
}

fn parts(top: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        top.components().map(|part| display_path(Path::new(part.as_os_str()))).collect();
    if let Some(last) = parts.last_mut()
        && let Some(stem) = last.strip_suffix(".git").filter(|stem| !stem.is_empty())
    {
        *last = stem.to_owned();
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(tops: &[&str]) -> Vec<String> {
        let tops: Vec<PathBuf> = tops.iter().map(PathBuf::from).collect();
        distinct(&tops).iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn names_are_as_short_as_they_can_be() {
        assert_eq!(names(&["/src/api"]), ["api"]);
        assert_eq!(names(&["/src/api", "/src/web.git"]), ["api", "web"]);
        assert_eq!(names(&["/x/api", "/y/api", "/y/web"]), ["x/api", "y/api", "web"]);
        assert_eq!(names(&["/x/api", "/x/api", "/y"]), ["api", "api", "y"]);
        assert_eq!(names(&["/x/.git"]), [".git"]);
    }

    #[test]
    fn no_two_have_the_same_name() {
        let all = names(&["/api", "/x/api", "/x/api.git", "/"]);
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
    }

    #[test]
    fn what_lies_in_no_repository_belongs_to_its_directory() {
        let scratch = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(scratch.path()).unwrap();
        std::fs::create_dir_all(root.join("repo/.git")).unwrap();
        std::fs::create_dir_all(root.join("repo/deep")).unwrap();
        assert_eq!(top_of(&root.join("repo/deep/a.txt"), false), root.join("repo"));
        assert_eq!(top_of(&root.join("repo"), true), root.join("repo"));
        assert_eq!(top_of(&root.join("a.txt"), false), root);
        assert_eq!(top_of(&root, true), root);
    }
}
