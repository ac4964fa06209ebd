//! FIFOs, sockets, devices and files without measure among a repository's own files: git makes none,
//! and whoever reads a FIFO waits for ever. Objects and packs are looked at where they are read.

use std::fs;
use std::path::{Path, PathBuf};

use sprawl_detect::text::display_path;

/// Files of a git directory that are read wherever they are, and of those of linked work trees.
const FILES: &[&str] = &[
    "HEAD",
    "MERGE_HEAD",
    "commondir",
    "config",
    "config.worktree",
    "index",
    "logs/refs/stash",
    "objects/info/alternates",
    "packed-refs",
    "shallow",
];

/// Size of such a file, at most: 256 MiB. An index of a million files has half of that.
const LARGEST: u64 = 256 << 20;

/// Makes sure that reading the files of a git directory comes to an end.
///
/// # Errors
/// The first that is neither a file of limited size nor a directory.
pub(super) fn refuse_within(git_dir: &Path) -> Result<(), String> {
    let linked = fs::read_dir(git_dir.join("worktrees")).into_iter().flatten().flatten();
    for directory in linked.map(|entry| entry.path()).chain([git_dir.to_owned()]) {
        for file in FILES {
            refuse(&directory.join(file))?;
        }
    }
    let mut directories = vec![git_dir.join("refs")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            // One call to the system for all but links.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => directories.push(entry.path()),
                Ok(kind) if kind.is_file() => {}
                _ => refuse(&entry.path())?,
            }
        }
    }
    Ok(())
}

/// Makes sure that looking for a repository here and in every directory above comes to an end.
///
/// # Errors
/// What stands where a repository would begin is neither a file nor a directory.
pub(super) fn refuse_above(start: &Path) -> Result<(), String> {
    let start = fs::canonicalize(start).unwrap_or_else(|_| PathBuf::from(start));
    for directory in start.ancestors() {
        for file in ["HEAD", ".git", ".git/HEAD", ".git/commondir"] {
            refuse(&directory.join(file))?;
        }
    }
    Ok(())
}

/// # Errors
/// The path leads to what is neither a file of limited size nor a directory.
pub(super) fn refuse(path: &Path) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => {
            let path = display_path(path);
            Err(format!("{path} is a FIFO, socket or device; git makes none: remove it"))
        }
        Ok(there) if there.is_file() && there.len() > LARGEST => {
            let (path, most) = (display_path(path), LARGEST >> 20);
            Err(format!("{path} is larger than the {most} MiB that such a file may have"))
        }
        _ => Ok(()),
    }
}
