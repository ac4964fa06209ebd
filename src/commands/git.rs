//! The scans of `sprawl scan` that read a git repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::{Error, ci, hooks};
use crate::cli::ScanArgs;
use crate::cli::git::Hook;
use crate::finding::Origin;
use crate::git::Repository;
use crate::git::changes::{self, is_within};
use crate::git::environment::Environment;
use crate::git::range::Range;
use crate::git::submodules::Submodule;
use crate::group;
use crate::identity::Identity;
use crate::problem::Problem;
use crate::rules::Rules;
use crate::scan::{Crew, Harvest};
use crate::source::history::Versions;
use crate::source::{Progress, history, names, range, staged, tree};
use crate::text::display_bytes;

impl From<Problem> for Error {
    /// A problem that leaves nothing to scan.
    fn from(problem: Problem) -> Self {
        Self::Input(format!("{}: {}; nothing was scanned", problem.place, problem.what))
    }
}

/// Scans what the arguments ask for.
///
/// # Errors
/// There is no such repository, or it cannot be read at all.
pub(super) fn scan(
    args: &ScanArgs,
    paths: &[PathBuf],
    trees: &tree::Options,
    (rules, identity): (&Rules, &Identity),
    progress: &Progress,
) -> Result<Harvest, Error> {
    let environment = Environment::of_process();
    if let Some(hook) = args.git.hook {
        let repository = Repository::discover(Path::new("."), &environment)?;
        if hook == Hook::PreCommit {
            return staged(args, &repository, &[Vec::new()], rules, progress);
        }
        let range = hooks::range(hook, &args.paths, &repository, std::io::stdin().lock())?;
        return range_of(args, &repository, &range, rules, progress);
    }
    let mut repositories = repositories(paths, &environment)?;
    let several = repositories.len() > 1;
    let tops: Vec<PathBuf> = repositories.iter().map(|(repository, _)| repository.top()).collect();
    for ((repository, _), name) in repositories.iter_mut().zip(names::distinct(&tops)) {
        repository.rename(name);
    }
    let mut harvest = Harvest::default();
    for (repository, wanted) in &repositories {
        let mut own = if args.git.history {
            history(args, repository, trees, rules, progress)?
        } else if args.git.staged {
            staged(args, repository, wanted, rules, progress)?
        } else {
            let range = asked_range(args, repository)?;
            let mut harvest = range_of(args, repository, &range, rules, progress)?;
            keep_within(&mut harvest, wanted);
            harvest
        };
        leave_out(&mut own, &trees.exclude);
        own.checkouts.push(repository.checkout());
        group::name_slots(rules, identity, &mut own.findings);
        if several {
            names::place_below(&mut own, repository.name(), repository.name());
        }
        harvest.add(own);
        if args.submodules {
            let prefix = several.then(|| repository.name().as_ref());
            harvest.add(submodules(args, repository, prefix, trees, rules, progress)?);
        } else if args.git.history {
            harvest.left_out.submodules += repository.submodule_count() as u64;
        }
    }
    if args.git.history {
        history::without_repeats(&mut harvest.findings);
    }
    Ok(harvest)
}

fn asked_range(args: &ScanArgs, repository: &Repository) -> Result<Range, Error> {
    Ok(if let Some(range) = &args.git.range {
        repository.range(range)?
    } else if let Some(since) = &args.git.since {
        let head = repository.revision("HEAD")?;
        let exclude = vec![repository.revision(since)?];
        Range { include: vec![head], exclude, ..Range::default() }
    } else if let Some(branch) = &args.git.branch {
        let tip = repository.revision(branch)?;
        let exclude = vec![repository.main_branch()?];
        Range { include: vec![tip], exclude, ..Range::default() }
    } else {
        ci::range(repository, &ci::Variables::of_process())?
    })
}

fn range_of(
    args: &ScanArgs,
    repository: &Repository,
    range: &Range,
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
    crew.guarded(repository.name(), || range::scan(&crew, repository, range))?;
    Ok(crew.finish())
}

fn history(
    args: &ScanArgs,
    repository: &Repository,
    trees: &tree::Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
    crew.guarded(repository.name(), || history::scan(&crew, repository, versions(args)))?;
    if let Some(top) = repository.work_tree() {
        crew.guarded(repository.name(), || {
            history::scan_work_tree(&crew, repository.name(), top, trees);
            Ok(())
        })?;
    }
    Ok(crew.finish())
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
) -> Result<Harvest, Error> {
    let below = |path: &str| match prefix {
        Some(prefix) => format!("{prefix}/{path}"),
        None => path.to_owned(),
    };
    let (mut harvest, mut problems) = (Harvest::default(), Vec::new());
    for Submodule { path, mut repository } in outer.submodules(&mut problems) {
        repository.rename(Arc::from(format!("{}/{path}", outer.name())));
        let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
        match crew.guarded(&path, || history::scan(&crew, &repository, versions(args))) {
            Ok(()) => {
                let mut inner = crew.finish();
                leave_out(&mut inner, &trees.exclude);
                names::place_below(&mut inner, &below(&path), repository.name());
                harvest.add(inner);
            }
            Err(problem) => problems.push(Problem::new(path, problem.what)),
        }
    }
    for problem in problems {
        harvest.problems.push(Problem::new(below(&problem.place), problem.what));
    }
    Ok(harvest)
}

fn staged(
    args: &ScanArgs,
    repository: &Repository,
    wanted: &[Vec<u8>],
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let changes = changes::staged(repository)?;
    let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
    crew.guarded(repository.name(), || {
        staged::scan(&crew, repository, &changes);
        Ok(())
    })?;
    let mut harvest = crew.finish();
    staged::keep_new(&mut harvest, rules, repository, &changes, args.threads)
        .map_err(Error::Input)?;
    keep_within(&mut harvest, wanted);
    Ok(harvest)
}

/// Leaves out what lies elsewhere than wanted.
fn keep_within(harvest: &mut Harvest, wanted: &[Vec<u8>]) {
    let wanted: Vec<Vec<u8>> = wanted.iter().map(|path| display_bytes(path).into_bytes()).collect();
    harvest.findings.retain(|f| is_within(f.location.path.as_bytes(), &wanted));
    harvest.unread.retain(|unread| is_within(unread.place.as_bytes(), &wanted));
}

/// Leaves out what git keeps under excluded paths only. Files are left out by whoever walks them.
fn leave_out(harvest: &mut Harvest, exclude: &GlobSet) {
    if exclude.is_empty() {
        return;
    }
    let is_excluded = |path: &str| {
        exclude.is_match(path) || exclude.is_match(path.rsplit('/').next().unwrap_or(path))
    };
    harvest.unread.retain(|unread| !is_excluded(&unread.place));
    let mut excluded = BTreeSet::new();
    harvest.findings.retain(|finding| {
        let Origin::Git(place) = &finding.location.origin else { return true };
        let own = &finding.location.path;
        let out = is_excluded(own) && place.paths.iter().all(|path| is_excluded(path));
        if out {
            excluded.insert(Arc::clone(own));
        }
        !out
    });
    harvest.left_out.excluded += excluded.len() as u64;
}

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
