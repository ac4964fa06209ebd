//! Files and directories. Directories are walked in parallel; `.gitignore` counts for untracked
//! files only, `.git` is not walked, symbolic links are not followed unless asked, and whatever is
//! left out is counted.
//!
//! The walk is our own, around the `ignore` crate's matcher: that crate's walker cannot say what it
//! left out, nor let a tracked file through that `.gitignore` names.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::Scope;

use super::stdin::Stdin;
use super::{Scan, Source};
use crate::blob::{Base, Blob};
use crate::config::FILE_NAME;
use crate::config::nested::{Level as Configured, Nested};
use crate::error::Error;
use crate::files::{lock, mapped, read, write};
use crate::finding::Origin;
use crate::git::checkout::Checkout;
use crate::git::names;
use crate::git::tracked::Tracked;
use crate::problem::Problem;
use crate::scan::progress::Progress;
use crate::scan::stream::WINDOW;
use crate::scan::{ScanPool, Worker};
use crate::scan_output::{ScanOutput, Scanned};
use sprawl_detect::text::display_path;
use sprawl_unpack::nest;

/// What to walk and what to leave out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Scan what `.gitignore` names, too.
    pub no_ignore: bool,
    /// Follow symbolic links that stay within the root.
    pub follow: bool,
    /// Paths to leave out, matched against the path below the root and the file name.
    pub exclude: GlobSet,
    /// The project's configuration, where it may leave out paths.
    pub project: Option<Arc<Nested>>,
    /// Obey nothing that the tree says: no list of ignored files, no index, no `.git` that hides what
    /// lies in it.
    pub isolated: bool,
    /// Read large files instead of mapping them.
    pub no_mmap: bool,
    /// The roots are the work tree of the repository with this name: paths are shown from there on,
    /// not as they were typed.
    pub repository: Option<Arc<str>>,
}

/// Files and directories, each read whole; with them standard input, if it was asked for.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Files and directories.
    pub paths: Vec<PathBuf>,
    /// Standard input as well.
    pub stdin: Option<Stdin>,
}

impl Tree {
    /// Files and directories, as a user would type them.
    pub fn new<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), stdin: None }
    }
}

impl Source for Tree {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        check(&self.paths)?;
        let pool = scan.pool()?;
        pool.guarded("<stdin> and files", || {
            if let Some(stdin) = &self.stdin {
                pool.worker(|worker| stdin.read(worker));
            }
            self::scan(&pool, &self.paths, scan.files);
            Ok(())
        })?;
        Ok(pool.finish())
    }

    fn roots(&self) -> &[PathBuf] {
        &self.paths
    }

    fn files(&self, scan: &Scan<'_>) -> Result<Vec<TreeFile>, Error> {
        list(&self.paths, scan.files, scan)
    }
}

/// A file of a tree that is at hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeFile {
    /// Name of the repository or root.
    pub repository: Arc<str>,
    /// Path in the report.
    pub path: String,
    /// Path below the top of the repository or root.
    pub below: String,
    /// Where it is.
    pub full: PathBuf,
}

/// The files that a scan of these files and directories reads, in order and without repeats. What is left
/// out or cannot be listed is counted by the scan.
///
/// # Errors
/// The system gives no threads.
pub(super) fn list(
    roots: &[PathBuf],
    options: &Options,
    scan: &Scan<'_>,
) -> Result<Vec<TreeFile>, Error> {
    let unseen = Progress::default();
    let pool = Scan { progress: &unseen, ..*scan }.pool()?;
    let listed = Mutex::new(Vec::new());
    walk(&pool, roots, options, Some(&listed));
    let mut files = listed.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort();
    files.dedup();
    Ok(files)
}

/// Makes sure that every path is there. Whether it can be read is found out later; a name that leads
/// nowhere is a mistake of whoever typed it.
///
/// # Errors
/// The first path that is not there.
pub fn check(paths: &[PathBuf]) -> Result<(), Error> {
    for path in paths {
        if let Err(error) = fs::symlink_metadata(path)
            && error.kind() == io::ErrorKind::NotFound
        {
            let place = path.display().to_string();
            return Err(Problem::new(place, "no such file or directory").into());
        }
    }
    Ok(())
}

/// Scans files and directories with all threads of the pool.
pub fn scan(pool: &ScanPool<'_>, roots: &[PathBuf], options: &Options) {
    walk(pool, roots, options, None);
}

fn walk(
    pool: &ScanPool<'_>,
    roots: &[PathBuf],
    options: &Options,
    list: Option<&Mutex<Vec<TreeFile>>>,
) {
    let walk = Walk { pool, options, seen: Mutex::new(HashSet::new()), list };
    let roots: Vec<Root> = roots.iter().filter_map(|root| walk.root(root)).collect();
    let tops: Vec<PathBuf> = roots.iter().map(|root| root.top.clone()).collect();
    let names = names::distinct(&tops);
    pool.scope(|scope| {
        for (root, name) in roots.into_iter().zip(names) {
            let (repository, path) = (name.to_string(), root.shown.clone());
            pool.worker(|worker| worker.output.scanned.push(Scanned { repository, path }));
            walk.enter(scope, root, options.repository.clone().unwrap_or(name));
        }
    });
}

/// A file or directory that was asked for.
struct Root {
    /// Where it is, absolute, links resolved.
    full: PathBuf,
    /// How the user typed it; empty for the current directory.
    shown: String,
    is_directory: bool,
    /// Where its repository begins.
    top: PathBuf,
}

struct Walk<'w, 'r> {
    pool: &'w ScanPool<'r>,
    options: &'w Options,
    /// Directories reached through links: each is walked once.
    seen: Mutex<HashSet<PathBuf>>,
    /// Where files are listed, in place of being scanned.
    list: Option<&'w Mutex<Vec<TreeFile>>>,
}

/// A directory to be walked.
#[derive(Clone)]
struct Directory {
    /// Where it is, absolute, links in the root resolved.
    full: PathBuf,
    /// How the user would type it; empty for the current directory.
    shown: String,
    /// The root it belongs to, absolute.
    root: Arc<PathBuf>,
    /// How shown paths are named below the top of the repository that it is in.
    base: Arc<Base>,
    /// Where the repository of the root begins, and its name.
    home: Arc<(PathBuf, Arc<str>)>,
    /// Name of the repository it is in.
    repository: Arc<str>,
    /// The repository whose work tree it is in.
    tracked: Option<Arc<Tracked>>,
    /// `.gitignore` files, the innermost first.
    ignores: Option<Arc<Level>>,
    /// What the project's configuration says of it, if it is below the root of the project.
    configured: Option<Arc<Configured>>,
    /// Named by `.gitignore`: only tracked files count in here.
    only_tracked: bool,
    /// It is called `.git`.
    is_git: bool,
}

impl Directory {
    fn shown_child(&self, name: &OsStr) -> String {
        let name = display_path(Path::new(name));
        if self.shown.is_empty() || self.shown.ends_with('/') {
            format!("{}{name}", self.shown)
        } else {
            format!("{}/{name}", self.shown)
        }
    }
}

struct Level {
    matcher: Gitignore,
    outer: Option<Arc<Level>>,
}

/// A file to be scanned.
#[derive(Clone)]
struct Wanted {
    full: PathBuf,
    shown: String,
    untracked: bool,
}

impl<'w, 'r: 'w> Walk<'w, 'r> {
    /// Looks a root up; what is no file and no directory is a problem.
    fn root(&self, root: &Path) -> Option<Root> {
        let shown = display_path(root);
        let found = fs::metadata(root).and_then(|m| fs::canonicalize(root).map(|full| (m, full)));
        let (metadata, full) = match found {
            Ok(found) => found,
            Err(error) => {
                self.problem(&shown, &error);
                return None;
            }
        };
        if !metadata.is_dir() && !metadata.is_file() {
            let what = "is not a regular file; pipe its content into `sprawl scan -` instead";
            self.pool.worker(|w| w.problem(Problem::new(shown, what)));
            return None;
        }
        let is_directory = metadata.is_dir();
        let top = names::top_of(&full, is_directory);
        let below = self.options.repository.as_ref().and(full.strip_prefix(&top).ok());
        let shown = match below {
            Some(below) => display_path(below),
            None if shown == "." => String::new(),
            None => shown.trim_start_matches("./").to_owned(),
        };
        Some(Root { top, full, shown, is_directory })
    }

    fn enter(&'w self, scope: &Scope<'w>, root: Root, name: Arc<str>) {
        let Root { full, shown, is_directory, top } = root;
        let below = full.strip_prefix(&top).map(display_path).unwrap_or_default();
        let base = Arc::new(Base::new(shown.len(), below));
        if is_directory {
            let mut directory = Directory {
                configured: self.configured(&full),
                root: Arc::new(full.clone()),
                full,
                shown,
                base,
                home: Arc::new((top, Arc::clone(&name))),
                repository: name,
                tracked: None,
                ignores: None,
                only_tracked: false,
                is_git: false,
            };
            self.enter_outer_repository(&mut directory);
            scope.spawn(move |scope| self.directory(scope, directory));
        } else {
            let file = Wanted { full, shown, untracked: false };
            scope.spawn(move |_| {
                self.pool.worker(|worker| self.file(worker, &file, (&name, &base)));
            });
        }
    }

    /// A root below a repository's top: its index and the `.gitignore` files above count as well.
    fn enter_outer_repository(&self, directory: &mut Directory) {
        let (full, home) = (directory.full.clone(), Arc::clone(&directory.home));
        let top = home.0.as_path();
        if top == full || self.options.isolated {
            return;
        }
        match Tracked::open(top) {
            Ok(tracked) => {
                self.add_exclude_file(directory, &tracked, top);
                self.note_checkout(directory, &tracked);
                directory.tracked = Some(Arc::new(tracked));
            }
            Err(problem) => return self.pool.worker(|w| w.problem(problem)),
        }
        let above: Vec<&Path> =
            full.ancestors().skip(1).take_while(|p| p.starts_with(top)).collect();
        for outer in above.into_iter().rev() {
            self.add_level(directory, outer);
        }
    }

    fn directory(&'w self, scope: &Scope<'w>, mut directory: Directory) {
        let shown_directory = if directory.shown.is_empty() { "." } else { &directory.shown };
        let entries = match fs::read_dir(&directory.full) {
            Ok(entries) => entries,
            Err(error) => return self.problem(shown_directory, &error),
        };
        let entries: Vec<_> = entries
            .filter_map(|entry| entry.map_err(|error| self.problem(shown_directory, &error)).ok())
            .collect();
        let entries: Vec<_> = entries.into_iter().map(|entry| (entry.file_name(), entry)).collect();
        let has = |wanted: &str| entries.iter().any(|(name, _)| name == wanted);
        if has(".git") {
            self.enter_repository(&mut directory);
        }
        if directory.tracked.is_some() && has(".gitignore") {
            let path = directory.full.clone();
            self.add_level(&mut directory, &path);
        }
        if directory.configured.is_some() && has(FILE_NAME) {
            directory.configured = self.configured(&directory.full);
        }
        let mut files = Vec::new();
        for (name, entry) in entries {
            if name == ".git" && !self.options.isolated {
                continue;
            }
            if directory.is_git && names::is_gits_own(&name) {
                continue;
            }
            let full = directory.full.join(&name);
            let shown = directory.shown_child(&name);
            if self.is_excluded(&directory, &full) {
                self.pool.worker(|w| w.output.left_out.excluded += 1);
                continue;
            }
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(error) => {
                    self.problem(&shown, &error);
                    continue;
                }
            };
            if self.is_excluded_by_project(&directory, &full, kind.is_dir()) {
                self.pool.worker(|w| w.output.left_out.configured += 1);
                continue;
            }
            if kind.is_symlink() {
                self.link(scope, &directory, full, shown, &mut files);
            } else if kind.is_dir() {
                self.subdirectory(scope, &directory, full, shown);
            } else if kind.is_file() {
                files.extend(self.wanted(&directory, full, shown));
            } else {
                self.pool.worker(|w| w.output.left_out.special += 1);
            }
        }
        while !files.is_empty() {
            let batch = files.split_off(files.len().saturating_sub(BATCH));
            let repository = Arc::clone(&directory.repository);
            let base = Arc::clone(&directory.base);
            scope.spawn(move |_| {
                self.pool.worker(|worker| {
                    for file in &batch {
                        self.file(worker, file, (&repository, &base));
                    }
                });
            });
        }
    }

    fn enter_repository(&self, directory: &mut Directory) {
        directory.ignores = None;
        directory.only_tracked = false;
        if self.options.isolated {
            if let Ok(tracked) = Tracked::open(&directory.full) {
                directory.repository = name_within(&directory.home, &directory.full);
                self.note_checkout(directory, &tracked);
            }
            return;
        }
        match Tracked::open(&directory.full) {
            Ok(tracked) => {
                directory.repository = name_within(&directory.home, &directory.full);
                directory.base = Arc::new(Base::new(directory.shown.len(), String::new()));
                let top = directory.full.clone();
                self.add_exclude_file(directory, &tracked, &top);
                self.note_checkout(directory, &tracked);
                directory.tracked = Some(Arc::new(tracked));
            }
            // Not readable as a repository: nothing is ignored, everything is scanned.
            Err(problem) => {
                directory.tracked = None;
                self.pool.worker(|w| w.problem(problem));
            }
        }
    }

    fn note_checkout(&self, directory: &Directory, tracked: &Tracked) {
        let separator = if directory.shown.is_empty() { "" } else { "/" };
        let checkout = Checkout {
            repository: directory.repository.to_string(),
            below: format!("{}{separator}", directory.shown.trim_end_matches('/')),
            ..tracked.checkout.clone()
        };
        self.pool.worker(|worker| worker.output.checkouts.push(checkout));
    }

    fn add_exclude_file(&self, directory: &mut Directory, tracked: &Tracked, top: &Path) {
        self.add_patterns(directory, &tracked.exclude_file(), top);
    }

    fn add_level(&self, directory: &mut Directory, at: &Path) {
        let file = at.join(".gitignore");
        // Git follows no link in its place either (since 2.32).
        if !file.is_symlink() {
            self.add_patterns(directory, &file, at);
        }
    }

    fn add_patterns(&self, directory: &mut Directory, file: &Path, anchor: &Path) {
        if self.options.no_ignore || !file.is_file() {
            return;
        }
        let problem = |what: String| {
            self.pool.worker(|w| w.problem(Problem::new(display_path(file), what)));
        };
        let text = match read::bytes(file, read::SETTINGS) {
            Ok(text) => text,
            Err(error) => return problem(format!("cannot be read, so it hides nothing: {error}")),
        };
        let mut builder = GitignoreBuilder::new(anchor);
        let text = String::from_utf8_lossy(&text);
        for (at, line) in text.strip_prefix('\u{feff}').unwrap_or(&text).lines().enumerate() {
            if let Err(error) = builder.add_line(Some(file.to_owned()), line) {
                let number = at + 1;
                problem(format!("line {number} is not a pattern and is ignored: {error}"));
            }
        }
        if let Ok(matcher) = builder.build() {
            let outer = directory.ignores.take();
            directory.ignores = Some(Arc::new(Level { matcher, outer }));
        }
    }

    fn subdirectory(&'w self, scope: &Scope<'w>, parent: &Directory, full: PathBuf, shown: String) {
        let mut directory = parent.clone();
        if !parent.only_tracked && is_ignored(parent, &full, true) {
            directory.only_tracked = true;
        }
        let holds_tracked = || {
            parent.tracked.as_ref().is_some_and(|tracked| tracked.has_below(&full))
                || full.join(".git").exists()
        };
        if directory.only_tracked && !holds_tracked() {
            self.pool.worker(|w| w.output.left_out.ignored_directories += 1);
            return;
        }
        directory.is_git = full.file_name().is_some_and(|name| name == ".git");
        (directory.full, directory.shown) = (full, shown);
        self.pool.worker(|worker| {
            let home = (&directory.repository, &*directory.base);
            self.name(worker, &directory.full, &directory.shown, home, false);
        });
        scope.spawn(move |scope| self.directory(scope, directory));
    }

    fn link(
        &'w self,
        scope: &Scope<'w>,
        parent: &Directory,
        full: PathBuf,
        shown: String,
        files: &mut Vec<Wanted>,
    ) {
        let left_out = || self.pool.worker(|w| w.output.left_out.symlinks += 1);
        if !self.options.follow {
            return left_out();
        }
        match fs::canonicalize(&full) {
            Ok(target) if !target.starts_with(parent.root.as_path()) => left_out(),
            Ok(target) if target.is_dir() => {
                let first = self.seen.lock().is_ok_and(|mut seen| seen.insert(target.clone()));
                // A link to a directory above itself would be walked for ever.
                if first && !full.starts_with(&target) {
                    self.subdirectory(scope, parent, full, shown);
                } else {
                    left_out();
                }
            }
            Ok(target) if target.is_file() => files.extend(self.wanted(parent, full, shown)),
            Ok(_) => self.pool.worker(|w| w.output.left_out.special += 1),
            Err(error) => self.problem(&shown, &error),
        }
    }

    /// The file, if it is to be scanned.
    fn wanted(&self, directory: &Directory, full: PathBuf, shown: String) -> Option<Wanted> {
        let Some(tracked) = &directory.tracked else {
            return Some(Wanted { full, shown, untracked: false });
        };
        if tracked.has(&full) {
            return Some(Wanted { full, shown, untracked: false });
        }
        if directory.only_tracked || is_ignored(directory, &full, false) {
            self.pool.worker(|w| w.output.left_out.ignored_files += 1);
            return None;
        }
        Some(Wanted { full, shown, untracked: true })
    }

    fn is_excluded(&self, directory: &Directory, path: &Path) -> bool {
        if self.options.exclude.is_empty() {
            return false;
        }
        let below = path.strip_prefix(directory.root.as_path()).unwrap_or(path);
        self.options.exclude.is_match(below)
            || self.options.exclude.is_match(path.file_name().unwrap_or(OsStr::new("")))
    }

    /// What the project's configuration says of a directory, if that is below the root of the project.
    fn configured(&self, directory: &Path) -> Option<Arc<Configured>> {
        let project = self.options.project.as_ref()?;
        let below = directory.strip_prefix(project.root()).ok()?;
        Some(project.at(&display_path(below)))
    }

    fn is_excluded_by_project(
        &self,
        directory: &Directory,
        path: &Path,
        is_directory: bool,
    ) -> bool {
        let Some(level) = directory.configured.as_ref().filter(|level| level.filters()) else {
            return false;
        };
        let root = self.options.project.as_ref().map(|project| project.root());
        let Some(Ok(below)) = root.map(|root| path.strip_prefix(root)) else { return false };
        let below = display_path(below);
        if is_directory { level.leaves_out_directory(&below) } else { level.leaves_out(&below) }
    }

    /// Looks for secrets in the name of a file or directory.
    fn name(
        &self,
        worker: &mut Worker<'_>,
        full: &Path,
        shown: &str,
        (repository, base): (&Arc<str>, &Base),
        untracked: bool,
    ) {
        if self.list.is_some() {
            return;
        }
        let bytes = full.file_name().unwrap_or_default().as_encoded_bytes();
        let origin = &Origin::File;
        worker.name(&Blob { bytes, path: shown, base, repository, origin, untracked });
    }

    fn file(&self, worker: &mut Worker<'_>, file: &Wanted, home: (&Arc<str>, &Base)) {
        if let Some(list) = self.list {
            let (repository, base) = home;
            let listed = TreeFile {
                repository: Arc::clone(repository),
                path: file.shown.clone(),
                below: base.below(&file.shown).into_owned(),
                full: file.full.clone(),
            };
            return list.lock().unwrap_or_else(PoisonError::into_inner).push(listed);
        }
        self.name(worker, &file.full, &file.shown, home, file.untracked);
        if let Err(error) = self.read(worker, file, home) {
            // Another sprawl has written it to its end: it has its true name now.
            if error.kind() == io::ErrorKind::NotFound && write::is_partial(&file.full) {
                return;
            }
            if lock::is_held(&file.full) {
                return;
            }
            worker.problem(Problem::new(file.shown.as_str(), explain(&error)));
        }
    }

    fn read(
        &self,
        worker: &mut Worker<'_>,
        wanted: &Wanted,
        (repository, base): (&Arc<str>, &Base),
    ) -> io::Result<()> {
        let (shown, untracked) = (wanted.shown.as_str(), wanted.untracked);
        let open = if self.options.follow { read::open } else { read::open_no_link };
        let mut file = open(&wanted.full)?;
        let mut buffer = worker.take_buffer();
        let mut filled = 0;
        // One more byte than the limit tells a large file from one that fits.
        buffer.resize(mapped::MAP_FROM as usize + 1, 0);
        let origin = &Origin::File;
        let blob = Blob { bytes: &[], path: shown, base, repository, origin, untracked };
        let result = loop {
            match file.read(&mut buffer[filled..]) {
                Ok(0) => {
                    // It may have become something else since it was listed, and a FIFO looks empty.
                    if filled == 0
                        && let Err(error) = file.metadata().and_then(|m| read::must_be_regular(&m))
                    {
                        break Err(error);
                    }
                    worker.blob(&Blob { bytes: &buffer[..filled], ..blob });
                    break Ok(());
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
            if filled == buffer.len() {
                break self.read_large(worker, &blob, file, &buffer);
            }
        };
        if mapped::take_lost() {
            worker.problem(Problem::new(
                shown,
                "was cut short while it was read; its end was not scanned",
            ));
        }
        worker.return_buffer(buffer);
        result
    }

    fn read_large(
        &self,
        worker: &mut Worker<'_>,
        blob: &Blob<'_>,
        mut file: File,
        start: &[u8],
    ) -> io::Result<()> {
        let metadata = file.metadata()?;
        read::must_be_regular(&metadata)?;
        // Files without a true size (in /proc) are read on to their end.
        let mappable = start.len() as u64..=WINDOW as u64;
        if self.options.no_mmap || metadata.len() < *mappable.start() {
            return worker.stream(blob, start, &mut file);
        }
        if mappable.contains(&metadata.len()) {
            worker.blob(&Blob { bytes: mapped::open(file)?.bytes(), ..*blob });
            return Ok(());
        }
        if is_read_as_a_whole(start, &mut file)?
            && let Some(content) = mapped::map_only(&file)
        {
            worker.long_blob(&Blob { bytes: content.bytes(), ..*blob });
            return Ok(());
        }
        worker.stream(blob, start, &mut file)
    }

    fn problem(&self, shown: &str, error: &io::Error) {
        self.pool.worker(|w| w.problem(Problem::new(shown, explain(error))));
    }
}

/// The name of a repository within another one: where it lies in it.
fn name_within(home: &(PathBuf, Arc<str>), full: &Path) -> Arc<str> {
    match full.strip_prefix(&home.0) {
        Ok(below) if below.as_os_str().is_empty() => Arc::clone(&home.1),
        Ok(below) => Arc::from(format!("{}/{}", home.1, display_path(below))),
        // Reached by a link.
        Err(_) => Arc::from(display_path(full)),
    }
}

/// Bytes at the end of a long file that tell whether it is a container.
const END: i64 = 1 << 10;

/// Whether a long file is a container: the readers of some need all of it, and some are told by their
/// end alone.
fn is_read_as_a_whole(start: &[u8], file: &mut File) -> io::Result<bool> {
    if nest::is_known(start) {
        return Ok(true);
    }
    let mut end = Vec::new();
    file.seek(SeekFrom::End(-END))?;
    file.read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(start.len() as u64))?;
    Ok(nest::has_known_end(&end))
}

/// Files handed to a thread at once.
const BATCH: usize = 32;

fn is_ignored(directory: &Directory, path: &Path, is_dir: bool) -> bool {
    let mut level = directory.ignores.as_deref();
    while let Some(Level { matcher, outer }) = level {
        match matcher.matched(path, is_dir) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => level = outer.as_deref(),
        }
    }
    false
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "vanished before it could be read".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => format!("could not be read: {error}"),
    }
}
