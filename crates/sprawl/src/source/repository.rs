//! Repositories: what git keeps of them, instead of files. Their whole history, what the next commit would
//! record, or what a range of commits adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::history::{self, Versions};
use super::{Scan, Source, range, staged, tree};
use crate::error::Error;
use crate::files::before::Before;
use crate::finding::Origin;
use crate::git::changes::{self, Change, Comparing, is_within};
use crate::git::environment::Environment;
use crate::git::merging;
use crate::git::objects::Reader;
use crate::git::range::{Content, Range};
use crate::git::submodules::Submodule;
use crate::git::{ObjectId, Repository, names};
use crate::group;
use crate::problem::Problem;
use crate::scan_output::ScanOutput;
use sprawl_detect::text::display_bytes;

/// One or more repositories, and what of each is read.
pub struct Repositories {
    parts: Vec<Part>,
    /// The paths that were asked for, where they stand for whole repositories.
    roots: Vec<PathBuf>,
    scope: Scope,
}

/// Which scan of git it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    History {
        submodules: bool,
        versions: Versions,
    },
    Staged,
    Range {
        is_change: bool,
    },
    /// Whatever a hook is asked about: paths are named below the top of the work tree.
    Hook,
}

/// A range of commits, and why it is this one.
#[derive(Debug)]
pub struct AskedRange {
    /// What is scanned.
    pub range: Range,
    /// Who asks, and where the range begins.
    pub why: String,
}

/// Files that a hook was given by name: below the top, or as they were typed.
#[derive(Debug, Default)]
pub struct NamedFiles {
    /// Those that the next commit would change: what it adds counts.
    pub staged: Vec<Vec<u8>>,
    /// The others that are there: they are scanned whole.
    pub files: Vec<PathBuf>,
    /// Those that only the index has.
    pub indexed: Vec<Change>,
}

/// What is to be read of one repository.
struct Part {
    repository: Arc<Repository>,
    /// Which part of it is wanted.
    wanted: Wanted,
    task: Task,
}

enum Task {
    History,
    /// What the next commit would record.
    Staged(Vec<Change>),
    /// Files that a hook was given by name.
    Named(Vec<Change>, NamedFiles),
    Range(AskedRange),
}

impl Repositories {
    /// Every object of the repositories that the paths lie in, reachable or not, and their work trees.
    ///
    /// # Errors
    /// There is no such repository, or it cannot be read at all.
    pub fn history(paths: &[PathBuf]) -> Result<Self, Error> {
        Self::history_with(paths, false, Versions::New)
    }

    /// The same, with the histories of submodules if `submodules` is set, and with versions of texts
    /// scanned as `versions` says.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub fn history_with(
        paths: &[PathBuf],
        submodules: bool,
        versions: Versions,
    ) -> Result<Self, Error> {
        Self::each(paths, Scope::History { submodules, versions }, |_| Ok(Task::History))
    }

    /// What `git commit` would record, as far as HEAD does not have it.
    ///
    /// # Errors
    /// As [`Self::history`].
    pub fn staged(paths: &[PathBuf]) -> Result<Self, Error> {
        Self::each(paths, Scope::Staged, |repository| {
            Ok(Task::Staged(changes::staged(repository, &merging::merged(repository))?))
        })
    }

    /// What the commits of a range add: `A..B`.
    ///
    /// # Errors
    /// As [`Self::history`]; the range is none, or names commits that are not there.
    pub fn range(paths: &[PathBuf], range: &str) -> Result<Self, Error> {
        Self::asked_range(paths, false, |repository| {
            Ok(AskedRange { range: repository.range(range)?, why: format!("the range {range}") })
        })
    }

    /// What the commits of a range add that is worked out for each repository. `is_change` says that it
    /// is a change on its way in.
    ///
    /// # Errors
    /// As [`Self::history`], and those of the function.
    pub fn asked_range<E: From<Error>>(
        paths: &[PathBuf],
        is_change: bool,
        asked: impl Fn(&Repository) -> Result<AskedRange, E>,
    ) -> Result<Self, E> {
        Self::each(paths, Scope::Range { is_change }, |repository| {
            asked(repository).map(Task::Range)
        })
    }

    /// What a hook is asked about: a range.
    pub fn of_hook_range(repository: Repository, asked: AskedRange) -> Self {
        Self::of_hook(repository, Task::Range(asked))
    }

    /// What a hook is asked about: changes in the index, of which only some files may be named.
    pub fn of_hook_changes(
        repository: Repository,
        changes: Vec<Change>,
        named: Option<NamedFiles>,
    ) -> Self {
        let task = match named {
            Some(named) => Task::Named(changes, named),
            None => Task::Staged(changes),
        };
        Self::of_hook(repository, task)
    }

    fn of_hook(repository: Repository, task: Task) -> Self {
        let part = Part { repository: Arc::new(repository), wanted: Vec::new(), task };
        Self { parts: vec![part], roots: Vec::new(), scope: Scope::Hook }
    }

    fn each<E: From<Error>>(
        paths: &[PathBuf],
        scope: Scope,
        task: impl Fn(&Repository) -> Result<Task, E>,
    ) -> Result<Self, E> {
        let mut repositories = repositories(paths, &Environment::of_process())?;
        let tops: Vec<PathBuf> = repositories.iter().map(|(one, _)| one.top()).collect();
        for ((repository, _), name) in repositories.iter_mut().zip(names::distinct(&tops)) {
            repository.rename(name);
        }
        let mut parts = Vec::with_capacity(repositories.len());
        for (repository, wanted) in repositories {
            let task = task(&repository)?;
            parts.push(Part { repository: Arc::new(repository), wanted, task });
        }
        Ok(Self { parts, roots: paths.to_vec(), scope })
    }

    /// The files of the project at a root as they were before the change that is scanned, where it is one
    /// on its way in.
    pub fn before(&self, root: &Path) -> Option<Before> {
        let [part] = self.parts.as_slice() else { return None };
        let work_tree = part.repository.work_tree().and_then(|top| fs::canonicalize(top).ok());
        let is_gate = matches!(self.scope, Scope::Hook | Scope::Range { is_change: true });
        if !is_gate || work_tree.as_deref() != Some(root) {
            return None;
        }
        let old: BTreeMap<String, Option<ObjectId>> = match part.altered() {
            Some(Ok(changes)) => changes
                .into_iter()
                .map(|change| (display_bytes(&change.path), change.old.first().copied().flatten()))
                .collect(),
            Some(Err(_)) => {
                // What cannot be compared is taken for altered.
                return Some(Before::new(root.to_owned(), Arc::new(|_: &str| Some(None))));
            }
            None => return None,
        };
        let repository = Arc::clone(&part.repository);
        let look = move |path: &str| {
            let Some(id) = *old.get(path)? else { return Some(None) };
            let mut reader = Reader::default();
            // What cannot be read hides nothing.
            let text = repository.objects().read(&id, &mut reader);
            Some(text.ok().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()))
        };
        Some(Before::new(root.to_owned(), Arc::new(look)))
    }
}

impl Source for Repositories {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let several = self.parts.len() > 1;
        let mut scan_output = ScanOutput::default();
        for part in &self.parts {
            let repository = &part.repository;
            let mut own = part.scan(scan, self.versions())?;
            if self.scope == Scope::Hook {
                return Ok(own);
            }
            leave_out(&mut own, &scan.files.exclude);
            own.checkouts.push(repository.checkout());
            group::assign_slots(scan.rules, scan.identity, &mut own.findings);
            if several {
                own.place_below(repository.name(), repository.name());
            }
            scan_output.add(own);
            match self.scope {
                Scope::History { submodules: true, versions } => {
                    let prefix = several.then(|| repository.name().as_ref());
                    scan_output.add(submodules(repository, prefix, scan, versions)?);
                }
                Scope::History { .. } => {
                    scan_output.left_out.submodules += repository.submodule_count() as u64;
                }
                _ => {}
            }
        }
        if matches!(self.scope, Scope::History { .. }) {
            history::without_repeats(&mut scan_output.findings);
        }
        Ok(scan_output)
    }

    fn category(&self) -> &'static str {
        match self.scope {
            Scope::History { .. } => "history",
            Scope::Staged => "staged",
            Scope::Range { .. } | Scope::Hook => "range",
        }
    }

    fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The work trees, whatever is read of their repositories.
    fn files(&self, scan: &Scan<'_>) -> Result<Vec<tree::TreeFile>, Error> {
        let mut files = Vec::new();
        for Part { repository, .. } in &self.parts {
            let Some(top) = repository.work_tree() else { continue };
            let name = Some(Arc::clone(repository.name()));
            let options = tree::Options { repository: name, ..scan.files.clone() };
            let mut own = tree::list(&[top.to_owned()], &options, scan)?;
            if self.parts.len() > 1 {
                let below = |path: &str| format!("{}/{path}", repository.name());
                own.iter_mut().for_each(|file| file.path = below(&file.path));
            }
            files.append(&mut own);
        }
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn is_change(&self) -> bool {
        matches!(self.scope, Scope::Staged | Scope::Hook | Scope::Range { is_change: true })
    }
}

impl Repositories {
    fn versions(&self) -> Versions {
        match self.scope {
            Scope::History { versions, .. } => versions,
            _ => Versions::default(),
        }
    }
}

impl Part {
    /// The files that what is scanned alters, as far as the work tree has it; nothing if there was
    /// nothing before.
    fn altered(&self) -> Option<Result<Vec<Change>, Problem>> {
        let range = match &self.task {
            Task::History => return None,
            Task::Staged(changes) | Task::Named(changes, _) => return Some(Ok(changes.clone())),
            Task::Range(asked) => &asked.range,
        };
        let repository = &self.repository;
        let old: Vec<ObjectId> = range
            .exclude
            .iter()
            .take(MOST_BASES)
            .filter_map(|id| repository.tree_of(*id))
            .collect();
        let head = repository.head_commit().ok()?.and_then(|head| repository.tree_of(head))?;
        (!old.is_empty()).then(|| Comparing::new(repository.objects()).trees(&old, head))
    }

    fn scan(&self, scan: &Scan<'_>, versions: Versions) -> Result<ScanOutput, Error> {
        let repository = &self.repository;
        let mut scan_output = match &self.task {
            Task::History => return history(repository, scan, versions),
            Task::Staged(changes) => staged(repository, changes, scan)?,
            Task::Named(changes, named) => {
                let mut scan_output = staged(repository, changes, scan)?;
                keep_within(&mut scan_output, &named.staged);
                let pool = scan.pool()?;
                staged::scan(&pool, repository, &named.indexed);
                let name = Some(Arc::clone(repository.name()));
                let options = tree::Options { repository: name, ..scan.files.clone() };
                tree::scan(&pool, &named.files, &options);
                scan_output.add(pool.finish());
                history::without_repeats(&mut scan_output.findings);
                return Ok(scan_output);
            }
            Task::Range(asked) => range_of(repository, asked, scan)?,
        };
        keep_within(&mut scan_output, &self.wanted);
        Ok(scan_output)
    }
}

fn range_of(
    repository: &Repository,
    asked: &AskedRange,
    scan: &Scan<'_>,
) -> Result<ScanOutput, Error> {
    let pool = scan.pool()?;
    let mut content = Content::default();
    pool.guarded(repository.name(), || {
        content = range::scan(&pool, repository, &asked.range)?;
        Ok(())
    })?;
    let mut scan_output = pool.finish();
    scan_output.commits = (content.commits.len() + content.tags.len()) as u64;
    scan_output.scope.push(asked.why.clone());
    Ok(scan_output)
}

fn history(
    repository: &Repository,
    scan: &Scan<'_>,
    versions: Versions,
) -> Result<ScanOutput, Error> {
    let pool = scan.pool()?;
    pool.guarded(repository.name(), || history::scan(&pool, repository, versions, scan.sighted))?;
    if let Some(top) = repository.work_tree() {
        pool.guarded(repository.name(), || {
            history::scan_work_tree(&pool, repository.name(), top, scan.files);
            Ok(())
        })?;
    }
    Ok(pool.finish())
}

/// The histories of the submodules; their files were scanned with the work tree that they are in.
fn submodules(
    outer: &Repository,
    prefix: Option<&str>,
    scan: &Scan<'_>,
    versions: Versions,
) -> Result<ScanOutput, Error> {
    let below = |path: &str| match prefix {
        Some(prefix) => format!("{prefix}/{path}"),
        None => path.to_owned(),
    };
    let (mut scan_output, mut problems) = (ScanOutput::default(), Vec::new());
    for Submodule { path, mut repository } in outer.submodules(&mut problems) {
        repository.rename(Arc::from(format!("{}/{path}", outer.name())));
        let pool = scan.pool()?;
        match pool.guarded(&path, || history::scan(&pool, &repository, versions, scan.sighted)) {
            Ok(()) => {
                let mut inner = pool.finish();
                leave_out(&mut inner, &scan.files.exclude);
                inner.place_below(&below(&path), repository.name());
                scan_output.add(inner);
            }
            Err(problem) => problems.push(Problem::new(path, problem.what)),
        }
    }
    for mut problem in problems {
        problem.place = below(&problem.place);
        scan_output.problems.push(problem);
    }
    Ok(scan_output)
}

fn staged(
    repository: &Repository,
    changes: &[Change],
    scan: &Scan<'_>,
) -> Result<ScanOutput, Error> {
    let pool = scan.pool()?;
    pool.guarded(repository.name(), || {
        staged::scan(&pool, repository, changes);
        Ok(())
    })?;
    let mut scan_output = pool.finish();
    let settings = (scan.threads, scan.values);
    staged::keep_new(&mut scan_output, scan.rules, repository, changes, settings)
        .map_err(Error::Threads)?;
    scan_output.scope.push("the staged files".to_owned());
    Ok(scan_output)
}

/// Leaves out what lies elsewhere than wanted.
fn keep_within(scan_output: &mut ScanOutput, wanted: &[Vec<u8>]) {
    let wanted: Vec<Vec<u8>> = wanted.iter().map(|path| display_bytes(path).into_bytes()).collect();
    scan_output.findings.retain(|f| is_within(f.file().as_bytes(), &wanted));
    // A file may have a `!` in its name.
    let is_wanted = |path: &str| is_within(path.as_bytes(), &wanted);
    scan_output.unread.retain(|unread| is_wanted(&unread.place) || is_wanted(unread.file()));
}

/// Leaves out what git keeps under excluded paths only. Files are left out by whoever walks them.
fn leave_out(scan_output: &mut ScanOutput, exclude: &GlobSet) {
    if exclude.is_empty() {
        return;
    }
    let is_excluded = |path: &str| {
        exclude.is_match(path) || exclude.is_match(path.rsplit('/').next().unwrap_or(path))
    };
    scan_output.unread.retain(|one| !is_excluded(&one.place) && !is_excluded(one.file()));
    let mut excluded = BTreeSet::new();
    scan_output.findings.retain(|finding| {
        let Origin::Git(place) = &finding.location.origin else { return true };
        let own = finding.file();
        let out = is_excluded(own) && place.paths.iter().all(|path| is_excluded(path));
        if out {
            excluded.insert(own.to_owned());
        }
        !out
    });
    scan_output.left_out.excluded += excluded.len() as u64;
}

/// Commits before a change whose files are compared.
const MOST_BASES: usize = 64;

/// Paths below the top of a work tree.
type Wanted = Vec<Vec<u8>>;

/// The repositories that the paths lie in, each once, with the paths below its top that are wanted;
/// none stands for everything.
fn repositories(
    paths: &[PathBuf],
    environment: &Environment,
) -> Result<Vec<(Repository, Wanted)>, Error> {
    let mut found: Vec<(Repository, Wanted)> = Vec::new();
    for path in paths {
        let repository = Repository::discover(path, environment)?;
        // The index is one for the whole repository: the current directory stands for all of it.
        let below = if path == Path::new(".") { None } else { below_top(&repository, path) };
        let at = match found.iter().position(|(other, _)| other.is_same(&repository)) {
            Some(at) => at,
            None => {
                found.push((repository, Vec::new()));
                found.len() - 1
            }
        };
        found[at].1.push(below.unwrap_or_default());
    }
    Ok(found)
}

fn below_top(repository: &Repository, path: &Path) -> Option<Vec<u8>> {
    let top = fs::canonicalize(repository.work_tree()?).ok()?;
    let full = fs::canonicalize(path).ok()?;
    crate::git::below_top(&full, &top)
}
