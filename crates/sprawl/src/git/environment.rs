//! What git tells the programs that it starts, hooks above all: which repository, which index, where
//! new objects lie.

use std::ffi::OsString;
use std::path::PathBuf;

use gix::bstr::{BStr, BString, ByteSlice};

/// The environment variables of git that say where things are.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: `git commit FILE` and `git commit -a` prepare another index than the usual.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: before a push is accepted, its objects are in quarantine.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub alternates: Vec<PathBuf>,
}

impl Environment {
    /// That of this process.
    pub fn of_process() -> Self {
        let path = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES")
                .map(split)
                .unwrap_or_default(),
        }
    }
}

/// Splits a list of paths at `:` (`;` on Windows); a path in double quotes is quoted as in C.
fn split(list: OsString) -> Vec<PathBuf> {
    const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };
    let Ok(list) = gix::path::os_string_into_bstring(list) else { return Vec::new() };
    let mut rest: &BStr = list.as_ref();
    let mut paths = Vec::new();
    while !rest.is_empty() {
        let (path, used) = match gix::quote::ansi_c::undo(rest) {
            Ok((path, used)) if rest[0] == b'"' => (path.into_owned(), used),
            _ => {
                let end = rest.find_byte(SEPARATOR).unwrap_or(rest.len());
                (BString::from(&rest[..end]), end)
            }
        };
        if !path.is_empty()
            && let Ok(path) = gix::path::from_bstring(path)
        {
            paths.push(path);
        }
        rest = rest[used..].trim_start_with(|c| c == char::from(SEPARATOR)).as_bstr();
    }
    paths
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn lists_of_paths_may_be_quoted() {
        let paths = split(OsString::from("/a b:\"/c:\\\"d\":/e"));
        assert_eq!(paths, [PathBuf::from("/a b"), PathBuf::from("/c:\"d"), PathBuf::from("/e")]);
    }
}
