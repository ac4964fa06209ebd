//! The references of a repository, however it keeps them.

use std::fs;
use std::path::Path;

use gix::hash::{Kind, ObjectId};
use gix::refs::file::Store;

use super::config::Storage;
use super::reftable::Tables;

/// The references of a repository.
pub enum References {
    /// Each in a file, or together in `packed-refs`.
    Files(Box<Store>),
    /// In tables; what was wrong with them if they could not be read.
    Tables(Result<Tables, String>),
    /// In a way that sprawl does not know.
    Unknown(String),
}

/// What a reference points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An object.
    Object(ObjectId),
    /// Another reference.
    Symbolic(Vec<u8>),
}

impl References {
    /// Opens those of a git directory, which shares most of them with others if it is that of a linked
    /// work tree.
    pub fn open(git_dir: &Path, common_dir: &Path, storage: &Storage, hash: Kind) -> Self {
        let (own, shared) = (git_dir.to_owned(), common_dir.to_owned());
        match storage {
            Storage::Files if own == shared => Self::Files(Box::new(Store::at(own, hash))),
            Storage::Files => Self::Files(Box::new(Store::for_linked_worktree(own, shared, hash))),
            Storage::Tables => Self::Tables(tables(git_dir, common_dir, hash)),
            Storage::Unknown(format) => Self::Unknown(format.clone()),
        }
    }

    /// What a reference with this full name points at, if it is there.
    ///
    /// # Errors
    /// References cannot be read.
    pub fn find(&self, name: &[u8]) -> Result<Option<Target>, String> {
        match self {
            Self::Files(store) => {
                let name = gix::bstr::BStr::new(name);
                let found = store.try_find(name).map_err(|error| cannot(&error.to_string()))?;
                Ok(found.map(|reference| reference.target.into()))
            }
            Self::Tables(tables) => {
                let tables = tables.as_ref().map_err(|what| cannot(what))?;
                Ok(tables.references.get(name).cloned())
            }
            Self::Unknown(format) => {
                Err(format!("references are stored as {format}, which sprawl cannot read"))
            }
        }
    }

    /// What a reference with this full name leads to in the end, if it is there.
    ///
    /// # Errors
    /// References cannot be read, or lead from one to the next without end.
    pub fn resolve(&self, name: &[u8]) -> Result<Option<ObjectId>, String> {
        match self.find(name)? {
            Some(target) => self.follow(target),
            None => Ok(None),
        }
    }

    /// What a reference that points here leads to in the end, if that is there.
    ///
    /// # Errors
    /// References cannot be read, or lead from one to the next without end.
    pub fn follow(&self, mut target: Target) -> Result<Option<ObjectId>, String> {
        for _ in 0..MOST_SYMBOLIC {
            let name = match target {
                Target::Object(id) => return Ok(Some(id)),
                Target::Symbolic(name) => name,
            };
            match self.find(&name)? {
                Some(next) => target = next,
                None => return Ok(None),
            }
        }
        Err("is a loop of references".to_owned())
    }

    /// What HEAD of another work tree points at, by the git directory of that.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn head_of(&self, git_dir: &Path, hash: Kind) -> Result<Option<Target>, String> {
        match self {
            Self::Files(_) => {
                let head = fs::read(git_dir.join("HEAD")).unwrap_or_default();
                Ok(ObjectId::from_hex(head.trim_ascii()).ok().map(Target::Object))
            }
            Self::Tables(Ok(_)) => {
                let own = Tables::read(&git_dir.join("reftable"), hash);
                let mut own = own.map_err(|what| cannot(&what))?;
                Ok(own.references.remove(&b"HEAD"[..]))
            }
            Self::Tables(Err(_)) | Self::Unknown(_) => self.find(b"HEAD"),
        }
    }

    /// All that point at objects, by their full names, and what could not be read of them. Symbolic
    /// ones lead to others, which come by themselves.
    pub fn all(&self) -> (Vec<(Vec<u8>, ObjectId)>, Vec<String>) {
        match self {
            Self::Files(store) => all_files(store),
            Self::Tables(Ok(tables)) => {
                let all = tables.references.iter().filter_map(|(name, target)| match target {
                    Target::Object(id) => Some((name.clone(), *id)),
                    Target::Symbolic(_) => None,
                });
                (all.collect(), Vec::new())
            }
            // Looking for HEAD says so already.
            Self::Tables(Err(_)) | Self::Unknown(_) => (Vec::new(), Vec::new()),
        }
    }
}

impl From<gix::refs::Target> for Target {
    fn from(target: gix::refs::Target) -> Self {
        match target {
            gix::refs::Target::Object(id) => Self::Object(id),
            gix::refs::Target::Symbolic(name) => Self::Symbolic(name.as_bstr().to_vec()),
        }
    }
}

/// How many references git follows from one to the next.
const MOST_SYMBOLIC: usize = 5;

fn cannot(what: &str) -> String {
    format!("cannot be read: {what}")
}

/// The tables of a linked work tree hold its HEAD and little more.
fn tables(git_dir: &Path, common_dir: &Path, hash: Kind) -> Result<Tables, String> {
    let mut tables = Tables::read(&common_dir.join("reftable"), hash)?;
    if git_dir != common_dir {
        tables.references.extend(Tables::read(&git_dir.join("reftable"), hash)?.references);
    }
    Ok(tables)
}

fn all_files(store: &Store) -> (Vec<(Vec<u8>, ObjectId)>, Vec<String>) {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    let platform = store.iter().map_err(|error| error.to_string());
    let iterator = platform
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|platform| platform.all().map_err(|error| error.to_string()));
    match iterator {
        Ok(references) => {
            for reference in references {
                match reference {
                    Ok(reference) => {
                        if let gix::refs::Target::Object(id) = reference.target {
                            all.push((reference.name.as_bstr().to_vec(), id));
                        }
                    }
                    Err(error) => problems.push(cannot(&error.to_string())),
                }
            }
        }
        Err(error) => problems.push(cannot(&error)),
    }
    (all, problems)
}
