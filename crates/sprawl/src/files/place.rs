//! Places of files that are written: where a path leads, and whether a link of the scanned tree
//! takes it somewhere else.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The path of one of our own files, by its name below the root of the project. Nothing between the
/// two may be a link: whoever writes the tree would choose what is read and overwritten.
///
/// # Errors
/// There is a link, or a directory cannot be looked at.
pub fn below(root: &Path, name: &str) -> io::Result<PathBuf> {
    let mut path = root.to_owned();
    for part in Path::new(name) {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let shown = path.strip_prefix(root).unwrap_or(&path).display();
                return Err(io::Error::other(format!(
                    "`{shown}` is a symbolic link, and may lead anywhere; replace it with the file \
                     itself"
                )));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        }
    }
    Ok(root.join(name))
}

/// The directory of a project around a path: the top of its work tree, or else the current directory.
/// Both paths are absolute, without links.
pub(crate) fn around(path: &Path, here: &Path) -> Option<PathBuf> {
    path.ancestors()
        .find(|directory| directory.join(".git").exists())
        .or_else(|| path.starts_with(here).then_some(here))
        .map(Path::to_owned)
}

/// The path of a file of the tree that is only read: it may be a link that stays below the root.
///
/// # Errors
/// It is not there, or leads out.
pub fn within(root: &Path, name: impl AsRef<Path>) -> io::Result<PathBuf> {
    let path = fs::canonicalize(root.join(name))?;
    if path.starts_with(fs::canonicalize(root)?) {
        return Ok(path);
    }
    Err(io::Error::other("it leads out of the scanned tree"))
}

/// The path that a file is written to, by what the user typed: links in its directories are
/// resolved, and those of a work tree stay in it and out of its `.git`. The file itself may be a
/// link; writing replaces it.
///
/// # Errors
/// A link leads out of the work tree that it is in, or the directory is not there.
pub fn resolved(typed: &Path) -> io::Result<PathBuf> {
    let here = std::env::current_dir().and_then(fs::canonicalize)?;
    let name = typed.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let directory = typed.parent().unwrap_or(Path::new(""));
    let mut at = if directory.is_absolute() { PathBuf::new() } else { here.clone() };
    for part in directory.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(at.pop()),
            Component::Prefix(_) | Component::RootDir => at.push(part),
            Component::Normal(name) => at = step(&at, Path::new(name), &here)?,
        }
    }
    Ok(at.join(name))
}

fn step(at: &Path, name: &Path, here: &Path) -> io::Result<PathBuf> {
    let next = at.join(name);
    if !fs::symlink_metadata(&next)?.is_symlink() {
        return Ok(next);
    }
    let target = fs::canonicalize(&next)?;
    let Some(root) = around(at, here) else { return Ok(target) };
    let below = target.strip_prefix(&root);
    // In any case of letters: Windows and macOS take `.GIT` for the same directory.
    if below.is_ok_and(|below| !below.iter().any(|part| part.eq_ignore_ascii_case(".git"))) {
        return Ok(target);
    }
    Err(io::Error::other(format!(
        "`{}` is a symbolic link that leads out of the work tree, to {}; if that is meant, name that \
         directory",
        next.strip_prefix(&root).unwrap_or(&next).display(),
        target.display()
    )))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn no_link_stands_below_the_root() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert_eq!(below(root, "a/b").unwrap(), root.join("a/b"));
        fs::create_dir(root.join("a")).unwrap();
        fs::write(root.join("a/b"), "").unwrap();
        assert_eq!(below(root, "a/b").unwrap(), root.join("a/b"));
        symlink("b", root.join("a/inside")).unwrap();
        symlink("nowhere", root.join("a/dangling")).unwrap();
        symlink("a", root.join("c")).unwrap();
        for name in ["a/inside", "a/dangling", "c/b", "c/new"] {
            let error = below(root, name).unwrap_err().to_string();
            assert!(error.contains("symbolic link"), "{error}");
        }
        // The root itself may be reached by one.
        let outer = tempfile::tempdir().unwrap();
        symlink(root, outer.path().join("root")).unwrap();
        assert!(below(&outer.path().join("root"), "a/b").is_ok());
    }

    #[test]
    fn links_of_a_work_tree_stay_in_it() {
        let outside = tempfile::tempdir().unwrap();
        let tree = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(tree.path()).unwrap();
        for directory in [".git/hooks", "out", "deep/er"] {
            fs::create_dir_all(top.join(directory)).unwrap();
        }
        symlink(outside.path(), top.join("away")).unwrap();
        symlink(".git/hooks", top.join("hooks")).unwrap();
        fs::create_dir_all(top.join("sub/.GIT")).unwrap();
        symlink("sub/.GIT", top.join("upper")).unwrap();
        symlink("../out", top.join("deep/er/up")).unwrap();
        symlink("out", top.join("within")).unwrap();
        for name in
            ["away/r.json", "hooks/pre-commit", "upper/x", "out/../away/r.json", "deep/er/up/x"]
        {
            assert!(resolved(&top.join(name)).is_err(), "{name}");
        }
        assert_eq!(resolved(&top.join("within/r.json")).unwrap(), top.join("out/r.json"));
        assert_eq!(resolved(&top.join("within/../r.json")).unwrap(), top.join("r.json"));
        assert_eq!(resolved(&top.join("new.json")).unwrap(), top.join("new.json"));
        // Outside of every work tree, links are the user's own.
        let free = tempfile::tempdir().unwrap();
        symlink(outside.path(), free.path().join("away")).unwrap();
        let full = fs::canonicalize(outside.path()).unwrap();
        assert_eq!(resolved(&free.path().join("away/r.json")).unwrap(), full.join("r.json"));
    }
}
