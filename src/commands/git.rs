//! The scans of `sprawl scan` that read a git repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::Error;
use super::ci::{self, Asked};
use super::hooks::{self, Named};
use crate::cli::ScanArgs;
use crate::cli::git::Hook;
use sprawl::files::before::Before;
use sprawl::finding::Origin;
use sprawl::git::changes::{self, Change, Comparing, is_within};
use sprawl::git::environment::Environment;
use sprawl::git::objects::Reader;
use sprawl::git::range::{Content, Range};
use sprawl::git::submodules::Submodule;
use sprawl::git::{ObjectId, Repository, names};
use sprawl::group;
use sprawl::identity::Identity;
use sprawl::problem::Problem;
use sprawl::scan::ScanPool;
use sprawl::scan::progress::Progress;
use sprawl::scan_output::ScanOutput;
use sprawl::source::history::Versions;
use sprawl::source::{history, range, staged, tree};
use sprawl_detect::rules::Rules;
use sprawl_detect::text::display_bytes;

impl From<Problem> for Error {
    /// A problem that leaves nothing to scan.
    fn from(problem: Problem) -> Self {
        Self::Input(format!("{}: {}; nothing was scanned", problem.place, problem.what))
    }
}

/// What is to be read of the repositories that the arguments name.
pub(super) struct Work {
    parts: Vec<Part>,
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
    Named(Vec<Change>, Named),
    Range(Asked),
}

impl Work {
    /// Finds out what is asked for.
    ///
    /// # Errors
    /// There is no such repository, or it cannot be read at all.
    pub(super) fn prepare(args: &ScanArgs, paths: &[PathBuf]) -> Result<Self, Error> {
        let environment = Environment::of_process();
        if let Some(hook) = args.git.hook {
            let repository = Repository::discover(Path::new("."), &environment)?;
            let task = hook_task(hook, args, &repository)?;
            let repository = Arc::new(repository);
            return Ok(Self { parts: vec![Part { repository, wanted: Vec::new(), task }] });
        }
        let mut repositories = repositories(paths, &environment)?;
        let tops: Vec<PathBuf> = repositories.iter().map(|(one, _)| one.top()).collect();
        for ((repository, _), name) in repositories.iter_mut().zip(names::distinct(&tops)) {
            repository.rename(name);
        }
        let mut parts = Vec::with_capacity(repositories.len());
        for (repository, wanted) in repositories {
            let task = if args.git.history {
                Task::History
            } else if args.git.staged {
                Task::Staged(changes::staged(&repository, &hooks::merged(&repository))?)
            } else {
                Task::Range(asked_range(args, &repository)?)
            };
            parts.push(Part { repository: Arc::new(repository), wanted, task });
        }
        Ok(Self { parts })
    }

    /// The files of the project at a root as they were before the change that is scanned, where a hook
    /// or a build decides on it.
    pub(super) fn before(&self, args: &ScanArgs, root: &Path) -> Option<Before> {
        let [part] = self.parts.as_slice() else { return None };
        let work_tree = part.repository.work_tree().and_then(|top| fs::canonicalize(top).ok());
        let is_gate = args.git.ci || args.git.hook.is_some();
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

    /// Does it.
    ///
    /// # Errors
    /// A repository cannot be read at all.
    pub(super) fn scan(
        &self,
        args: &ScanArgs,
        trees: &tree::Options,
        (rules, identity): (&Rules, &Identity),
        progress: &Progress,
    ) -> Result<ScanOutput, Error> {
        let several = self.parts.len() > 1;
        let mut scan_output = ScanOutput::default();
        for part in &self.parts {
            let repository = &part.repository;
            let mut own = part.scan(args, trees, rules, progress)?;
            if args.git.hook.is_some() {
                return Ok(own);
            }
            leave_out(&mut own, &trees.exclude);
            own.checkouts.push(repository.checkout());
            group::assign_slots(rules, identity, &mut own.findings);
            if several {
                own.place_below(repository.name(), repository.name());
            }
            scan_output.add(own);
            if args.submodules {
                let prefix = several.then(|| repository.name().as_ref());
                scan_output.add(submodules(args, repository, prefix, trees, rules, progress)?);
            } else if args.git.history {
                scan_output.left_out.submodules += repository.submodule_count() as u64;
            }
        }
        if args.git.history {
            history::without_repeats(&mut scan_output.findings);
        }
        Ok(scan_output)
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

    fn scan(
        &self,
        args: &ScanArgs,
        trees: &tree::Options,
        rules: &Rules,
        progress: &Progress,
    ) -> Result<ScanOutput, Error> {
        let repository = &self.repository;
        let mut scan_output = match &self.task {
            Task::History => return history(args, repository, trees, rules, progress),
            Task::Staged(changes) => staged(args, repository, changes, rules, progress)?,
            Task::Named(changes, named) => {
                let mut scan_output = staged(args, repository, changes, rules, progress)?;
                keep_within(&mut scan_output, &named.staged);
                let pool = ScanPool::new(rules, progress, args.threads).map_err(Error::Input)?;
                staged::scan(&pool, repository, &named.indexed);
                let name = Some(Arc::clone(repository.name()));
                tree::scan(
                    &pool,
                    &named.files,
                    &tree::Options { repository: name, ..trees.clone() },
                );
                scan_output.add(pool.finish());
                history::without_repeats(&mut scan_output.findings);
                return Ok(scan_output);
            }
            Task::Range(asked) => range_of(args, repository, asked, rules, progress)?,
        };
        keep_within(&mut scan_output, &self.wanted);
        Ok(scan_output)
    }
}

fn hook_task(hook: Hook, args: &ScanArgs, repository: &Repository) -> Result<Task, Error> {
    if !hook.is_commit() {
        let input = std::io::stdin().lock();
        return Ok(Task::Range(hooks::range(hook, &args.paths, repository, input)?));
    }
    if let Some(asked) = hooks::between_references(repository)? {
        return Ok(Task::Range(asked));
    }
    let changes = changes::staged(repository, &hooks::merged(repository))?;
    // What stands for no path at all; a commit takes the whole index.
    if args.paths.iter().all(|path| path == Path::new(".")) {
        return Ok(Task::Staged(changes));
    }
    let named = hooks::named(&args.paths, repository, &changes)?;
    Ok(Task::Named(changes, named))
}

fn asked_range(args: &ScanArgs, repository: &Repository) -> Result<Asked, Error> {
    let (range, why) = if let Some(range) = &args.git.range {
        (repository.range(range)?, format!("the range {range}"))
    } else if let Some(since) = &args.git.since {
        let head = repository.revision("HEAD")?;
        let range = Range {
            include: vec![head],
            exclude: vec![repository.revision(since)?],
            ..Range::default()
        };
        (range, format!("all since {since}"))
    } else if let Some(branch) = &args.git.branch {
        let tip = repository.revision(branch)?;
        let range = Range {
            include: vec![tip],
            exclude: vec![repository.main_branch()?],
            ..Range::default()
        };
        (range, format!("what {branch} adds to the main branch"))
    } else {
        return ci::range(repository, &ci::Variables::of_process());
    };
    Ok(Asked { range, why })
}

fn range_of(
    args: &ScanArgs,
    repository: &Repository,
    asked: &Asked,
    rules: &Rules,
    progress: &Progress,
) -> Result<ScanOutput, Error> {
    let pool = ScanPool::new(rules, progress, args.threads).map_err(Error::Input)?;
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
    args: &ScanArgs,
    repository: &Repository,
    trees: &tree::Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<ScanOutput, Error> {
    let pool = ScanPool::new(rules, progress, args.threads).map_err(Error::Input)?;
    pool.guarded(repository.name(), || history::scan(&pool, repository, versions(args)))?;
    if let Some(top) = repository.work_tree() {
        pool.guarded(repository.name(), || {
            history::scan_work_tree(&pool, repository.name(), top, trees);
            Ok(())
        })?;
    }
    Ok(pool.finish())
}

fn versions(args: &ScanArgs) -> Versions {
    if args.whole_versions { Versions::Whole } else { Versions::New }
}

/// The histories of the submodules; their files were scanned with the work tree that they are in.
fn submodules(
    args: &ScanArgs,
    outer: &Repository,
    prefix: Option<&str>,
    trees: &tree::Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<ScanOutput, Error> {
    let below = |path: &str| match prefix {
        Some(prefix) => format!("{prefix}/{path}"),
        None => path.to_owned(),
    };
    let (mut scan_output, mut problems) = (ScanOutput::default(), Vec::new());
    for Submodule { path, mut repository } in outer.submodules(&mut problems) {
        repository.rename(Arc::from(format!("{}/{path}", outer.name())));
        let pool = ScanPool::new(rules, progress, args.threads).map_err(Error::Input)?;
        match pool.guarded(&path, || history::scan(&pool, &repository, versions(args))) {
            Ok(()) => {
                let mut inner = pool.finish();
                leave_out(&mut inner, &trees.exclude);
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
    args: &ScanArgs,
    repository: &Repository,
    changes: &[Change],
    rules: &Rules,
    progress: &Progress,
) -> Result<ScanOutput, Error> {
    let pool = ScanPool::new(rules, progress, args.threads).map_err(Error::Input)?;
    pool.guarded(repository.name(), || {
        staged::scan(&pool, repository, changes);
        Ok(())
    })?;
    let mut scan_output = pool.finish();
    staged::keep_new(&mut scan_output, rules, repository, changes, args.threads)
        .map_err(Error::Input)?;
    scan_output.scope.push("the staged files".to_owned());
    Ok(scan_output)
}

/// Leaves out what lies elsewhere than wanted.
fn keep_within(scan_output: &mut ScanOutput, wanted: &[Vec<u8>]) {
    let wanted: Vec<Vec<u8>> = wanted.iter().map(|path| display_bytes(path).into_bytes()).collect();
    scan_output.findings.retain(|f| is_within(f.location.path.as_bytes(), &wanted));
    scan_output.unread.retain(|unread| is_within(unread.place.as_bytes(), &wanted));
}

/// Leaves out what git keeps under excluded paths only. Files are left out by whoever walks them.
fn leave_out(scan_output: &mut ScanOutput, exclude: &GlobSet) {
    if exclude.is_empty() {
        return;
    }
    let is_excluded = |path: &str| {
        exclude.is_match(path) || exclude.is_match(path.rsplit('/').next().unwrap_or(path))
    };
    scan_output.unread.retain(|unread| !is_excluded(&unread.place));
    let mut excluded = BTreeSet::new();
    scan_output.findings.retain(|finding| {
        let Origin::Git(place) = &finding.location.origin else { return true };
        let own = &finding.location.path;
        let out = is_excluded(own) && place.paths.iter().all(|path| is_excluded(path));
        if out {
            excluded.insert(Arc::clone(own));
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
    sprawl::git::below_top(&full, &top)
}
