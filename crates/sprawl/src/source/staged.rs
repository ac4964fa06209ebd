//! The blobs that the next commit would add, and which of their secrets are new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::history::named::name_of;
use crate::blob::{Base, Blob};
use crate::finding::{Finding, GitPlace, Origin, Secret};
use crate::git::changes::Change;
use crate::git::objects::Reader;
use crate::git::{ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::progress::Progress;
use crate::scan::{ScanPool, Worker};
use crate::scan_output::ScanOutput;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::display_bytes;

/// Scans the new side of every change.
pub fn scan(pool: &ScanPool<'_>, repository: &Repository, changes: &[Change]) {
    blobs(pool, repository, changes, |change| change.new.into_iter().collect());
}

/// Leaves only the findings that HEAD does not have, judged by the value of the secret: a secret
/// that stood in the same file is old, wherever it stands in it now, and one that left a file is old
/// in the file that it went to. In every further file it is new.
///
/// HEAD's versions of the changed files are read only if there is anything to compare.
///
/// # Errors
/// The system gives no threads.
pub fn keep_new(
    scan_output: &mut ScanOutput,
    rules: &Rules,
    repository: &Repository,
    changes: &[Change],
    threads: usize,
) -> Result<(), String> {
    if scan_output.findings.is_empty() {
        return Ok(());
    }
    let uncounted = Progress::default();
    let pool = ScanPool::new(rules, &uncounted, threads)?;
    blobs(&pool, repository, changes, |change| change.old.iter().flatten().copied().collect());
    let before = pool.finish();
    scan_output.problems.extend(before.problems);
    let old = files_by_secret(&before.findings);
    let new = files_by_secret(&scan_output.findings);
    let mut added: BTreeMap<Secret, BTreeSet<Arc<str>>> = BTreeMap::new();
    for (secret, files) in new {
        let had = old.get(&secret).cloned().unwrap_or_default();
        let gone: Vec<Arc<str>> = had.difference(&files).cloned().collect();
        let gained: Vec<Arc<str>> = files.difference(&had).cloned().collect();
        added.insert(secret, without_moves(gained, gone));
    }
    scan_output.findings.retain(|finding| {
        added.get(&finding.secret).is_some_and(|files| files.contains(&finding.location.path))
    });
    Ok(())
}

/// The files that gained a secret without another one having lost it. Which of them a lost one moved
/// to is a guess where there are several: to a file of the same name, or else to the first.
fn without_moves(mut gained: Vec<Arc<str>>, gone: Vec<Arc<str>>) -> BTreeSet<Arc<str>> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut unmatched = 0;
    for lost in &gone {
        match gained.iter().position(|path| name(path) == name(lost)) {
            Some(at) => drop(gained.remove(at)),
            None => unmatched += 1,
        }
    }
    gained.into_iter().skip(unmatched).collect()
}

fn files_by_secret(findings: &[Finding]) -> BTreeMap<Secret, BTreeSet<Arc<str>>> {
    let mut files: BTreeMap<Secret, BTreeSet<Arc<str>>> = BTreeMap::new();
    for finding in findings {
        let path = Arc::clone(&finding.location.path);
        files.entry(finding.secret.clone()).or_default().insert(path);
    }
    files
}

fn blobs(
    pool: &ScanPool<'_>,
    repository: &Repository,
    changes: &[Change],
    side: impl Fn(&Change) -> Vec<ObjectId> + Sync,
) {
    let side = &side;
    pool.worker(|worker| entries(worker, repository, changes, side));
    pool.scope(|scope| {
        for batch in changes.chunks(BATCH) {
            scope.spawn(move |_| {
                let mut reader = Reader::default();
                for change in batch {
                    for id in side(change) {
                        blob(pool, repository, &change.path, id, &mut reader);
                    }
                }
            });
        }
    });
}

/// Looks at the names of files and of the directories above them.
fn entries(
    worker: &mut Worker<'_>,
    repository: &Repository,
    changes: &[Change],
    side: impl Fn(&Change) -> Vec<ObjectId>,
) {
    let mut seen = BTreeSet::new();
    for change in changes {
        let Some(object) = side(change).first().copied() else { continue };
        let slashes = memchr::memchr_iter(b'/', &change.path);
        for path in slashes.chain([change.path.len()]).map(|end| &change.path[..end]) {
            if seen.insert(path) && worker.is_telling_name(name_of(path)) {
                let shown = display_bytes(path);
                worker.name(&Blob {
                    base: Base::TOP,
                    bytes: name_of(path),
                    path: &shown,
                    repository: repository.name(),
                    origin: &indexed(object, &shown),
                    untracked: false,
                });
            }
        }
    }
}

fn indexed(object: ObjectId, path: &str) -> Origin {
    Origin::Git(Arc::new(GitPlace {
        object: object.to_string(),
        reach: GitPlace::INDEX,
        paths: vec![path.to_owned()],
        ..GitPlace::default()
    }))
}

/// Blobs handed to a thread at once.
const BATCH: usize = 16;

fn blob(
    pool: &ScanPool<'_>,
    repository: &Repository,
    path: &[u8],
    id: ObjectId,
    reader: &mut Reader,
) {
    let shown = display_bytes(path);
    let objects = repository.objects();
    match objects.read(&id, reader) {
        Ok((kind, bytes)) => {
            let origin = indexed(id, &shown);
            let (repository, untracked) = (repository.name(), false);
            pool.worker(|worker| {
                let base = Base::TOP;
                let path = shown.as_str();
                worker.blob(&Blob { bytes, path, base, repository, origin: &origin, untracked });
                worker.output.problems.extend(objects.mismatch(&id, kind, bytes));
            });
        }
        Err(error) => pool.worker(|worker| {
            worker.problem(Problem::new(shown, format!("its blob {id} {error}")));
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(all: &[&str]) -> Vec<Arc<str>> {
        all.iter().map(|path| Arc::from(*path)).collect()
    }

    #[test]
    fn a_move_takes_one_file_out() {
        let left = |gained: &[&str], gone: &[&str]| -> Vec<String> {
            let left = without_moves(paths(gained), paths(gone));
            left.iter().map(|path| path.to_string()).collect()
        };
        assert_eq!(left(&["b"], &["a"]), Vec::<String>::new());
        assert_eq!(left(&["b"], &[]), ["b"]);
        assert_eq!(left(&["b", "x/a"], &["a"]), ["b"]);
        assert_eq!(left(&["b", "c"], &["a"]), ["c"]);
        assert_eq!(left(&["b"], &["a", "c"]), Vec::<String>::new());
    }
}
