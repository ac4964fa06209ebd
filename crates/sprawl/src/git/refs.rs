//! Where a history is entered: references of every kind, what the stash remembers, other work trees.

use std::fs;
use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;
use gix::hash::ObjectId;
use gix::index::entry::Mode;

use super::Repository;
use super::references::{References, Target};
use crate::problem::Problem;
use sprawl_detect::text::{display_bytes, display_path};

/// A way into the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tip {
    /// What it is.
    pub kind: TipKind,
    /// Full name, for messages.
    pub name: String,
    /// What it points at, before tags are followed.
    pub id: ObjectId,
}

/// What a way into the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TipKind {
    /// HEAD of the work tree at hand.
    Head,
    /// A branch, here or as it was at a remote.
    Branch,
    /// A tag.
    Tag,
    /// Any other reference, and HEAD of other work trees.
    Other,
    /// The stash, with all that it remembers.
    Stash,
    /// Notes on other objects.
    Note,
}

impl Repository {
    /// Every way into the history. What cannot be read becomes a problem.
    pub fn tips(&self, problems: &mut Vec<Problem>) -> Vec<Tip> {
        let mut tips = Vec::new();
        match self.head_commit() {
            Ok(Some(id)) => tips.push(Tip { kind: TipKind::Head, name: "HEAD".to_owned(), id }),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
        self.references(&mut tips, problems);
        tips.extend(self.stashed().into_iter().map(|id| Tip {
            kind: TipKind::Stash,
            name: "refs/stash".to_owned(),
            id,
        }));
        for directory in self.other_work_trees() {
            let name = display_path(&directory.join("HEAD"));
            match self.references.head_of(&directory, self.objects.hash()) {
                Ok(Some(Target::Object(id))) => tips.push(Tip { kind: TipKind::Other, name, id }),
                // Branches come by themselves.
                Ok(_) => {}
                Err(what) => problems.push(Problem::new(name, what)),
            }
        }
        tips.sort();
        tips.dedup();
        tips
    }

    /// The blobs in the index of every work tree, with their paths.
    pub fn indexed_blobs(&self, problems: &mut Vec<Problem>) -> Vec<(ObjectId, Vec<u8>)> {
        let mut files = vec![self.index_file.clone()];
        files.extend(self.other_work_trees().into_iter().map(|directory| directory.join("index")));
        let main = self.common_dir().join("index");
        if !files.contains(&main) {
            files.push(main);
        }
        let mut blobs = Vec::new();
        for file in files {
            match self.index_at(&file) {
                Ok(index) => {
                    // A submodule's commit is in its own repository, a directory outside of a sparse
                    // checkout is a tree.
                    let entries = index.entries().iter();
                    let entries =
                        entries.filter(|entry| !matches!(entry.mode, Mode::COMMIT | Mode::DIR));
                    blobs.extend(entries.map(|entry| (entry.id, entry.path(&index).to_vec())));
                }
                Err(problem) => problems.push(problem),
            }
        }
        blobs.sort();
        blobs.dedup();
        blobs
    }

    /// Commits at which a shallow clone ends.
    pub fn shallow_ends(&self) -> Vec<ObjectId> {
        let file = fs::read(self.common_dir().join("shallow")).unwrap_or_default();
        file.lines().filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok()).collect()
    }

    /// Whether objects may be left out on purpose: the clone is partial.
    pub fn is_partial(&self) -> bool {
        let promised = |objects: &Path| {
            let names = fs::read_dir(objects.join("pack")).into_iter().flatten();
            names.flatten().any(|n| n.path().extension().is_some_and(|e| e == "promisor"))
        };
        self.config.partial || self.objects.directories().iter().any(|d| promised(d))
    }

    fn references(&self, tips: &mut Vec<Tip>, problems: &mut Vec<Problem>) {
        let (all, failures) = self.references.all();
        tips.extend(all.into_iter().map(|(name, id)| {
            let name = display_bytes(&name);
            Tip { kind: kind_of(&name), name, id }
        }));
        problems.extend(failures.into_iter().map(|what| Problem::new("refs", what)));
    }

    /// All that the stash remembers.
    fn stashed(&self) -> Vec<ObjectId> {
        match &self.references {
            References::Tables(Ok(tables)) => tables.stash.values().copied().collect(),
            _ => logged(&self.common_dir().join("logs").join("refs").join("stash")),
        }
    }

    fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The private directories of linked work trees.
    fn other_work_trees(&self) -> Vec<PathBuf> {
        let names = fs::read_dir(self.common_dir().join("worktrees")).into_iter().flatten();
        let mut all: Vec<PathBuf> = names.flatten().map(|name| name.path()).collect();
        all.sort();
        all
    }
}

fn kind_of(name: &str) -> TipKind {
    if name.starts_with("refs/heads/") || name.starts_with("refs/remotes/") {
        TipKind::Branch
    } else if name.starts_with("refs/tags/") {
        TipKind::Tag
    } else if name.starts_with("refs/notes/") {
        TipKind::Note
    } else if name == "refs/stash" {
        TipKind::Stash
    } else {
        TipKind::Other
    }
}

/// The new values in a log of a reference: `old new who when what` in each line.
fn logged(file: &Path) -> Vec<ObjectId> {
    let log = fs::read(file).unwrap_or_default();
    log.lines()
        .filter_map(|line| line.split(|b| *b == b' ').nth(1))
        .filter_map(|id| ObjectId::from_hex(id).ok())
        .filter(|id| !id.is_null())
        .collect()
}
