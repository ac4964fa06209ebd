//! Everything that touches git, and the only place that knows gix.
//!
//! Nothing here runs a program, writes to a repository, or reads configuration from outside of it:
//! no hook, filter, textconv, file system monitor or ssh command can be set off.

pub mod absent;
pub mod catalogue;
pub mod changes;
pub mod checkout;
pub mod commit;
pub mod commits;
pub mod config;
pub mod delta;
pub mod environment;
pub mod forest;
pub mod merging;
pub mod names;
pub mod numbering;
pub mod objects;
pub mod pack;
pub mod provenance;
pub mod range;
pub mod references;
pub mod refs;
pub mod reftable;
mod special;
pub mod submodules;
pub mod tracked;
pub mod tree;
pub mod trees;
pub mod walk;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use gix::hash::ObjectId;
pub use gix::objs::Kind;

use self::config::Config;
use self::environment::Environment;
use self::names::distinct;
use self::objects::Objects;
use self::references::{References, Target};
use crate::problem::Problem;
use sprawl_detect::text::{display_bytes, display_path};

/// A repository, and which index and objects of it count.
pub struct Repository {
    git_dir: PathBuf,
    common_dir: PathBuf,
    config: Config,
    work_tree: Option<PathBuf>,
    passed_over: Option<PathBuf>,
    index_file: PathBuf,
    references: References,
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
        let same = |other: Result<Found, String>| match (&found, other) {
            (Ok(a), Ok(b)) => fs::canonicalize(&a.0).ok() == fs::canonicalize(b.0).ok(),
            _ => false,
        };
        let none = Environment::default();
        let (found, environment) = match &environment.git_dir {
            Some(dir) if here || found.is_err() || same(named_directory(dir)) => {
                (named_directory(dir), environment)
            }
            Some(_) => (found, &none),
            None if here || same(search_upwards(Path::new("."))) => (found, environment),
            None => (found, &none),
        };
        found
            .and_then(|found| Self::open(found, environment))
            .map_err(|what| Problem::new(place, what))
    }

    /// The repository whose work tree begins at a directory that holds `.git`.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn of_work_tree(top: &Path) -> Result<Self, String> {
        let git_dir = named_directory(&top.join(".git"))?.0;
        Self::open((git_dir, Some(top.to_owned())), &Environment::default())
    }

    fn open((git_dir, found): Found, environment: &Environment) -> Result<Self, String> {
        special::refuse_within(&git_dir)?;
        gix::discover::is_git(&git_dir)
            .map_err(|error| format!("the repository cannot be opened: {error}"))?;
        let common_dir = match fs::read(git_dir.join("commondir")) {
            Ok(path) => {
                let path = gix::path::from_byte_slice(path.trim_ascii_end())
                    .map_err(|error| format!("its `commondir` is not a path: {error}"))?;
                git_dir.join(path)
            }
            Err(_) => git_dir.clone(),
        };
        if common_dir != git_dir {
            special::refuse_within(&common_dir)?;
        }
        let config = Config::read(&common_dir, &git_dir)?;
        // A linked work tree is one even where the repository is bare otherwise, and so are the files
        // beside a `.git` that says to be bare by mistake, or to hide them.
        let beside = (git_dir.file_name().is_some_and(|name| name == ".git"))
            .then(|| git_dir.parent().map(Path::to_owned))
            .flatten();
        let bare = config.bare == Some(true) && common_dir == git_dir && beside.is_none();
        let found = found.or(beside);
        let work_tree = match (&environment.work_tree, &config.work_tree) {
            (Some(work_tree), _) => Some(work_tree.clone()),
            (None, _) if bare => None,
            (None, Some(work_tree)) => Some(git_dir.join(work_tree)),
            (None, None) => found.clone(),
        };
        let full = |path: &Option<PathBuf>| fs::canonicalize(path.as_ref()?).ok();
        let is_configured = environment.work_tree.is_none() && !bare && config.work_tree.is_some();
        let elsewhere = is_configured && full(&work_tree) != full(&found);
        let passed_over = found.filter(|_| elsewhere);
        let index_file = environment.index_file.clone().unwrap_or_else(|| git_dir.join("index"));
        let mut roots = vec![
            environment.object_directory.clone().unwrap_or_else(|| common_dir.join("objects")),
        ];
        roots.extend(environment.alternates.iter().cloned());
        let objects = Objects::open(&roots, config.hash);
        let references = References::open(&git_dir, &common_dir, &config.references, config.hash);
        let name = Arc::from("");
        let mut opened = Self {
            git_dir,
            common_dir,
            config,
            work_tree,
            passed_over,
            index_file,
            references,
            objects,
            name,
        };
        opened.rename(distinct(&[opened.top()]).remove(0));
        Ok(opened)
    }

    /// A name that does not depend on where it was cloned to.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Gives it another name: one that no other repository of the run has.
    pub fn rename(&mut self, name: Arc<str>) {
        self.name = name;
    }

    /// Top of the work tree, or of the repository itself if it has none; absolute, without links.
    pub fn top(&self) -> PathBuf {
        let top = self.work_tree.as_deref().unwrap_or(&self.common_dir);
        fs::canonicalize(top).unwrap_or_else(|_| top.to_owned())
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

    /// The directory that the repository was found in, where its configuration says that its files are
    /// elsewhere.
    pub fn passed_over(&self) -> Option<&Path> {
        self.passed_over.as_deref()
    }

    /// The commit at HEAD; none if nothing was committed yet.
    ///
    /// # Errors
    /// HEAD cannot be read, or leads nowhere.
    pub fn head_commit(&self) -> Result<Option<ObjectId>, Problem> {
        let fail = |what: String| Problem::new("HEAD", what);
        match self.references.find(b"HEAD").map_err(fail)? {
            Some(target) => self.references.follow(target).map_err(fail),
            None => Err(fail("cannot be read: it does not exist".to_owned())),
        }
    }

    /// The commits that a merge under way brings in.
    pub fn merge_heads(&self) -> Vec<ObjectId> {
        let text = fs::read_to_string(self.git_dir.join("MERGE_HEAD")).unwrap_or_default();
        text.lines().filter_map(|line| ObjectId::from_hex(line.trim().as_bytes()).ok()).collect()
    }

    /// The branch that HEAD names, in full.
    fn head_branch(&self) -> Option<String> {
        match self.references.find(b"HEAD").ok()?? {
            Target::Symbolic(name) => Some(display_bytes(&name)),
            Target::Object(_) => None,
        }
    }

    /// The index; an empty one if there is none yet.
    ///
    /// # Errors
    /// It is damaged or cannot be read.
    pub fn index(&self) -> Result<gix::index::File, Problem> {
        self.index_at(&self.index_file)
    }

    fn index_at(&self, file: &Path) -> Result<gix::index::File, Problem> {
        special::refuse(file).map_err(|what| Problem::new(display_path(file), what))?;
        let options = gix::index::decode::Options::default();
        gix::index::File::at_or_default(file, self.objects.hash(), false, options).map_err(
            |error| Problem::new(display_path(file), format!("the index cannot be read: {error}")),
        )
    }
}

/// A git directory, and the work tree that it was found by.
type Found = (PathBuf, Option<PathBuf>);

/// The repository that a path lies in, or is.
fn search_upwards(path: &Path) -> Result<Found, String> {
    let start = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    let start = if start.as_os_str().is_empty() { Path::new(".") } else { start };
    special::refuse_above(start)?;
    let options = gix::discover::upwards::Options {
        trust: gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full),
        ..Default::default()
    };
    gix::discover::upwards_opts(start, options)
        .map(|(found, _)| found.into_repository_and_work_tree_directories())
        .map_err(|_| {
            "is not in a git repository; name a directory that is, or scan without the git options"
                .to_owned()
        })
}

/// What `GIT_DIR` names: a git directory, or a file that leads to one. Its work tree is the current
/// directory, unless its configuration says otherwise.
fn named_directory(path: &Path) -> Result<Found, String> {
    special::refuse(path)?;
    let work_tree = Some(PathBuf::from("."));
    match gix::discover::path::from_gitdir_file(path) {
        Ok(dir) => Ok((dir, work_tree)),
        Err(_) if path.is_dir() => Ok((path.to_owned(), work_tree)),
        Err(_) => Err(format!("{} is not a git directory", display_path(path))),
    }
}

/// A path of the file system as the index writes it, if it lies in the work tree that begins at
/// `top`; both are absolute.
pub fn below_top(full: &Path, top: &Path) -> Option<Vec<u8>> {
    let below = full.strip_prefix(top).ok()?;
    let mut path = below.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        path.iter_mut().filter(|b| **b == b'\\').for_each(|b| *b = b'/');
    }
    Some(path)
}
