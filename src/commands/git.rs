//! The scans of `sprawl scan` that read a git repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::cli::ScanArgs;
use crate::git::Repository;
use crate::git::environment::Environment;
use crate::git::staged::{self as index, is_within};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::scan::{Crew, Harvest};
use crate::source::{Progress, history, staged, tree};
use crate::text::display_bytes;

impl From<Problem> for Error {
    /// A problem that leaves nothing to scan.
    fn from(problem: Problem) -> Self {
        Self::Input(format!("{}: {}; nothing was scanned", problem.place, problem.what))
    }
}

/// Whether the arguments ask for a repository's content instead of files.
pub(super) fn is_wanted(args: &ScanArgs) -> bool {
    args.git.staged || args.git.history
}

/// Scans what the arguments ask for.
///
/// # Errors
/// There is no such repository, or it cannot be read at all.
pub(super) fn scan(
    args: &ScanArgs,
    paths: &[PathBuf],
    trees: &tree::Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let environment = Environment::of_process();
    let mut harvest = Harvest::default();
    for (repository, wanted) in repositories(paths, &environment)? {
        harvest.add(if args.git.history {
            history(args, &repository, trees, rules, progress)?
        } else {
            staged(args, &repository, &wanted, rules, progress)?
        });
    }
    Ok(harvest)
}

fn history(
    args: &ScanArgs,
    repository: &Repository,
    trees: &tree::Options,
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
    history::scan(&crew, repository)?;
    if let Some(top) = repository.work_tree() {
        history::scan_work_tree(&crew, top, trees);
    }
    let mut harvest = crew.finish();
    history::without_repeats(&mut harvest.findings);
    Ok(harvest)
}

fn staged(
    args: &ScanArgs,
    repository: &Repository,
    wanted: &[Vec<u8>],
    rules: &Rules,
    progress: &Progress,
) -> Result<Harvest, Error> {
    let changes = index::changes(repository)?;
    let crew = Crew::new(rules, progress, args.threads).map_err(Error::Input)?;
    staged::scan(&crew, repository, &changes);
    let mut harvest = crew.finish();
    staged::keep_new(&mut harvest, rules, repository, &changes, args.threads)
        .map_err(Error::Input)?;
    let wanted: Vec<Vec<u8>> = wanted.iter().map(|path| display_bytes(path).into_bytes()).collect();
    harvest.findings.retain(|f| is_within(f.location.path.as_bytes(), &wanted));
    Ok(harvest)
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
