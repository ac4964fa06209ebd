//! Everything that touches git, and the only place that knows gix.
//!
//! Nothing here runs a program, writes to a repository, or reads configuration from outside of it:
//! no hook, filter, textconv, file system monitor or ssh command can be set off.

pub mod commit;
pub mod delta;
pub mod environment;
pub mod objects;
pub mod pack;
pub mod staged;
pub mod tracked;
pub mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use gix::hash::ObjectId;

use self::environment::Environment;
use self::objects::Objects;
use crate::problem::Problem;
use crate::text::display_path;

/// Opens a repository without the user's or system's configuration: nothing in it can make sprawl
/// run a program.
///
/// # Errors
/// Says why it cannot be opened.
pub fn open(path: &Path) -> Result<gix::Repository, String> {
    gix::open_opts(path, gix::open::Options::isolated())
        .map_err(|error| format!("the repository cannot be opened: {error}"))
}

/// A repository, and which index and objects of it count.
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    git_dir: PathBuf,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    objects: Objects,
    name: Arc<str>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("git_dir", &self.git_dir).finish_non_exhaustive()
    }
}

impl Repository {
    /// The repository that a path lies in, or is. The environment counts if it speaks of the same
    /// repository, or if the path is the current directory.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn discover(path: &Path, environment: &Environment) -> Result<Self, Problem> {
        let place = display_path(path);
        let found = search_upwards(path);
        let here = path == Path::new(".");
        let same = |other: Result<PathBuf, String>| match (&found, other) {
            (Ok(a), Ok(b)) => fs::canonicalize(a).ok() == fs::canonicalize(b).ok(),
            _ => false,
        };
        let none = Environment::default();
        let (git_dir, environment) = match &environment.git_dir {
            Some(dir) if here || found.is_err() || same(git_dir_of(dir)) => {
                (git_dir_of(dir), environment)
            }
            Some(_) => (found, &none),
            None if here || same(search_upwards(Path::new("."))) => (found, environment),
            None => (found, &none),
        };
        let git_dir = git_dir.map_err(|what| Problem::new(place.as_str(), what))?;
        Self::open(&git_dir, environment).map_err(|what| Problem::new(place, what))
    }

    fn open(git_dir: &Path, environment: &Environment) -> Result<Self, String> {
        // Trust decides whose configuration counts. The repository's own must: it says which hash
        // names objects and where the work tree is. Nothing that it says is ever executed.
        let options =
            gix::open::Options::isolated().with(gix::sec::Trust::Full).open_path_as_is(true);
        let inner = gix::ThreadSafeRepository::open_opts(git_dir, options)
            .map_err(|error| format!("the repository cannot be opened: {error}"))?;
        let local = inner.to_thread_local();
        let work_tree = match &environment.work_tree {
            Some(work_tree) => Some(work_tree.clone()),
            None => local.workdir().map(Path::to_owned),
        };
        let index_file = environment.index_file.clone().unwrap_or_else(|| local.index_path());
        let mut roots = vec![
            environment
                .object_directory
                .clone()
                .unwrap_or_else(|| local.common_dir().join("objects")),
        ];
        roots.extend(environment.alternates.iter().cloned());
        let objects = Objects::open(&roots, local.object_hash());
        let name = name_of(work_tree.as_deref().unwrap_or(local.common_dir()));
        let git_dir = local.git_dir().to_owned();
        Ok(Self { inner, git_dir, work_tree, index_file, objects, name })
    }

    /// A name that does not depend on where it was cloned to.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether this is the same repository with the same work tree.
    pub fn is_same(&self, other: &Self) -> bool {
        self.git_dir == other.git_dir && self.index_file == other.index_file
    }

    /// The object database.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// Top of the work tree, if there is one.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The commit at HEAD; none if nothing was committed yet.
    ///
    /// # Errors
    /// HEAD cannot be read, or leads nowhere.
    pub fn head_commit(&self) -> Result<Option<ObjectId>, Problem> {
        let fail = |error: gix::Error| Problem::new("HEAD", format!("cannot be read: {error}"));
        let local = self.inner.to_thread_local();
        let mut head = local.head().map_err(fail)?;
        if head.is_unborn() {
            return Ok(None);
        }
        match head.try_peel_to_id() {
            Ok(id) => Ok(id.map(gix::Id::detach)),
            // The quarantine of a push is known to our object database alone.
            Err(error) => match head.id() {
                Some(id) if self.objects.has(&id) => Ok(Some(id.detach())),
                _ => Err(fail(error)),
            },
        }
    }

    /// The index; an empty one if there is none yet.
    ///
    /// # Errors
    /// It is damaged or cannot be read.
    pub fn index(&self) -> Result<gix::index::File, Problem> {
        let options = gix::index::decode::Options::default();
        gix::index::File::at_or_default(&self.index_file, self.objects.hash(), false, options)
            .map_err(|error| {
                let what = format!("the index cannot be read: {error}");
                Problem::new(display_path(&self.index_file), what)
            })
    }
}

/// The git directory of the repository that a path lies in.
fn search_upwards(path: &Path) -> Result<PathBuf, String> {
    let start = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    let options = gix::discover::upwards::Options {
        trust: gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full),
        ..Default::default()
    };
    gix::discover::upwards_opts(start, options)
        .map(|(found, _)| found.into_repository_and_work_tree_directories().0)
        .map_err(|_| {
            "is not in a git repository; name a directory that is, or scan without the git options"
                .to_owned()
        })
}

/// What `GIT_DIR` names: a git directory, or a file that leads to one.
fn git_dir_of(path: &Path) -> Result<PathBuf, String> {
    match gix::discover::path::from_gitdir_file(path) {
        Ok(dir) => Ok(dir),
        Err(_) if path.is_dir() => Ok(path.to_owned()),
        Err(_) => Err(format!("GIT_DIR is {}, which is no repository", display_path(path))),
    }
}

fn name_of(top: &Path) -> Arc<str> {
    let full = fs::canonicalize(top).unwrap_or_else(|_| top.to_owned());
    let name = full.file_name().map_or_else(|| display_path(top), |n| display_path(Path::new(n)));
    Arc::from(name.strip_suffix(".git").filter(|name| !name.is_empty()).unwrap_or(&name))
}

/// A path of the file system as the index writes it, if it lies in the work tree that begins at
/// `top`; both are absolute.
pub(crate) fn below_top(full: &Path, top: &Path) -> Option<Vec<u8>> {
    let below = full.strip_prefix(top).ok()?;
    let mut path = below.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        path.iter_mut().filter(|b| **b == b'\\').for_each(|b| *b = b'/');
    }
    Some(path)
}
