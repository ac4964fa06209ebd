//! The paths of files, from the trees of all commits.

use std::collections::HashMap;

use super::pack::{Algorithm, Id};

/// So much of trees is kept in memory; files of others have no names: 256 MiB.
const MOST: usize = 256 << 20;

/// The longest path that systems allow.
const LONGEST: usize = 4096;

/// Trees and the paths that follow from them.
#[derive(Default)]
pub(super) struct Names {
    roots: Vec<Id>,
    trees: HashMap<Id, Vec<u8>>,
    kept: usize,
    paths: HashMap<Id, String>,
}

impl Names {
    /// Takes a commit, which names its tree in its first line.
    pub(super) fn commit(&mut self, content: &[u8]) {
        let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
        self.roots.extend(line.strip_prefix(b"tree ").and_then(Id::from_hex));
    }

    /// Takes a tree.
    pub(super) fn tree(&mut self, id: Id, content: &[u8]) {
        if self.kept + content.len() <= MOST {
            self.kept += content.len();
            self.trees.insert(id, content.to_vec());
        }
    }

    /// Works out the paths: of a file with several, the first that is met.
    pub(super) fn resolve(&mut self, algorithm: Algorithm) {
        let mut open: Vec<(Id, String)> = Vec::new();
        for root in std::mem::take(&mut self.roots) {
            open.push((root, String::new()));
            while let Some((id, above)) = open.pop() {
                // Each tree is walked once, so that what it holds has one path.
                let Some(tree) = self.trees.remove(&id) else { continue };
                for (name, id, is_tree) in entries(&tree, algorithm) {
                    let path = format!("{above}{}", String::from_utf8_lossy(name));
                    if path.len() > LONGEST {
                        continue;
                    }
                    if is_tree {
                        open.push((id, path + "/"));
                    } else {
                        self.paths.entry(id).or_insert(path);
                    }
                }
            }
        }
    }

    /// The path of a file.
    pub(super) fn path(&self, id: &Id) -> Option<&str> {
        self.paths.get(id).map(String::as_str)
    }
}

/// The entries of a tree: name, id, and whether it is a tree. `MODE name\0ID` each (`gitdatamodel(7)`).
fn entries(tree: &[u8], algorithm: Algorithm) -> impl Iterator<Item = (&[u8], Id, bool)> {
    let mut rest = tree;
    std::iter::from_fn(move || {
        let end = memchr::memchr(0, rest)?;
        let space = memchr::memchr(b' ', &rest[..end])?;
        let (mode, name) = (&rest[..space], &rest[space + 1..end]);
        let (id, behind) = rest[end + 1..].split_at_checked(algorithm.length())?;
        rest = behind;
        Some((name, Id::new(id), mode == b"40000"))
    })
}
