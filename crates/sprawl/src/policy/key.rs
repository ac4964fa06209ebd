//! The project's key: it makes the ids of secrets comparable between clones and runs, and worthless
//! to everybody else.

use std::io;
use std::path::Path;

use crate::files::{place, read, write};

/// Name of the file below the root of the project.
pub const FILE: &str = ".sprawl/key";

/// Larger files hold something else.
const LARGEST: u64 = 4096;

/// Bytes of randomness in a new key.
const LENGTH: usize = 32;

/// Characters from which on a line is taken for a key: 128 bits of base32.
const SHORTEST: usize = 26;

const EXPLANATION: &str = "\
# The key of this project, for sprawl. It goes into the ids of secrets, which stand in reports and in
# the files beside this one: with it a secret has the same id in every clone and every run, and without
# it a report cannot be used to identify or brute-force a secret.
#
# Commit it. Whoever can read it can read the repository, and so the secrets that the ids are about.
# Where that is no longer so, because history was purged, keep the key elsewhere: delete this file and
# set SPRAWL_ID_KEY to the line below, in continuous integration from its store of secrets.
";

/// Reads the key of a project; none if there is no file.
///
/// # Errors
/// The file cannot be read or holds no key. Says nothing of what it holds.
pub fn read(root: &Path) -> Result<Option<String>, String> {
    let path = place::below(root, FILE);
    let text = match path.and_then(|path| read::text(&path, LARGEST)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    of_text(&text).map(Some)
}

/// The key in the text of its file.
///
/// # Errors
/// It holds none. Says nothing of what it holds.
pub fn of_text(text: &str) -> Result<String, String> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    match lines.as_slice() {
        [key] if key.len() >= SHORTEST => Ok((*key).to_owned()),
        [_] => Err("its key is too short".to_owned()),
        [] => Err("holds no key".to_owned()),
        _ => Err("holds several lines; keep the one key that the ids were made with".to_owned()),
    }
}

/// Makes up a key.
///
/// # Errors
/// There is no randomness.
pub fn new() -> Result<String, String> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random source available: {error}"))?;
    Ok(data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Writes the key of a project.
///
/// # Errors
/// The file cannot be written.
pub fn save(root: &Path, key: &str) -> Result<(), String> {
    write::below(root, FILE, &format!("{EXPLANATION}{key}\n"))
        .map_err(|error| format!("cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_saved_and_read_again() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(read(root.path()), Ok(None));
        let key = new().unwrap();
        save(root.path(), &key).unwrap();
        assert_eq!(read(root.path()), Ok(Some(key.clone())));
        assert_ne!(new().unwrap(), key);
    }

    #[test]
    fn what_is_no_key_is_an_error_that_does_not_show_it() {
        let root = tempfile::tempdir().unwrap();
        for text in
            ["", "short", "one-line-that-is-long-enough-12\nand-another-one-of-the-same-1\n"]
        {
            write::below(root.path(), FILE, text).unwrap();
            let error = read(root.path()).unwrap_err();
            assert!(!error.contains("one-line") && !error.contains("short\n"), "{error}");
        }
    }
}
