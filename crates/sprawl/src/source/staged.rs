//! The blobs that the next commit would add, and which of their secrets are new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::history::named::{name_of, paths_to};
use super::objects::{Found, Search, read_each};
use crate::blob::{Base, Blob};
use crate::delta::{Delta, Effect};
use crate::finding::{Finding, GitPlace, Origin, Secret};
use crate::git::catalogue::{Number, Numbers as _, SmallNumbering};
use crate::git::changes::Change;
use crate::git::objects::ReadError;
use crate::git::{ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::progress::Progress;
use crate::scan::values::Values;
use crate::scan::{ScanPool, Worker};
use crate::scan_output::ScanOutput;
use sprawl_detect::evidence::Evidence;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::display_bytes;

/// Scans the new side of every change.
pub fn scan(pool: &ScanPool<'_>, repository: &Repository, changes: &[Change]) {
    pool.worker(|worker| entries(worker, repository, changes));
    let blobs: Vec<(&Change, ObjectId)> =
        changes.iter().filter_map(|change| Some((change, change.new?))).collect();
    read_each(
        pool,
        repository,
        &blobs,
        |(_, id)| *id,
        |(change, id), read| {
            let shown = display_bytes(&change.path);
            pool.worker(|worker| match read {
                Ok((kind, bytes)) => {
                    worker.blob(&Blob {
                        bytes,
                        path: &shown,
                        base: Base::TOP,
                        repository: repository.name(),
                        origin: &indexed(*id, &shown),
                        untracked: false,
                    });
                    worker.output.problems.extend(repository.objects().mismatch(id, kind, bytes));
                }
                Err(error) => worker.problem(unread(&shown, *id, &error)),
            });
        },
    );
}

fn unread(path: &str, id: ObjectId, error: &ReadError) -> Problem {
    Problem::new(path, format!("its blob {id} {error}"))
}

/// Leaves only the findings that HEAD does not have, by the rule of [`crate::delta`]. A name counts as
/// new where its path is new, as in a range: nothing is known of names but the path.
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
    (threads, values): (usize, Option<&Values>),
) -> Result<(), String> {
    if scan_output.findings.is_empty() {
        return Ok(());
    }
    let before = Before::read(scan_output, rules, repository, changes, (threads, values))?;
    let mut after: BTreeMap<&str, BTreeSet<&Secret>> = BTreeMap::new();
    for finding in scan_output.findings.iter().filter(|finding| !is_of_name(finding)) {
        after.entry(finding.file()).or_default().insert(&finding.secret);
    }
    let mut delta: Delta<(Secret, String)> = Delta::default();
    let mut new_paths: BTreeSet<String> = BTreeSet::new();
    // A file in conflict has several versions in the index.
    for versions in changes.chunk_by(|a, b| a.path == b.path) {
        let Change { path, old, .. } = &versions[0];
        let shown = display_bytes(path);
        let has = after.get(shown.as_str());
        for secret in has.into_iter().flatten() {
            let had = old.iter().map(|old| before.holds(*old, secret));
            if Effect::of(had, true) == Some(Effect::Gained) {
                delta.gained.push(((*secret).clone(), shown.clone()));
            }
        }
        for secret in before.secrets(old.first().copied().flatten()) {
            let had = old.iter().map(|old| before.holds(*old, secret));
            let has = has.is_some_and(|has| has.contains(secret));
            if Effect::of(had, has) == Some(Effect::Lost) {
                delta.lost.push((secret.clone(), shown.clone()));
            }
        }
        if old.iter().all(Option::is_none) {
            new_paths.extend(paths_to(path).map(display_bytes));
        }
    }
    let name = |(secret, path): &(Secret, String)| {
        (secret.clone(), path.rsplit('/').next().unwrap_or_default().to_owned())
    };
    delta.take_moves(name, name);
    let gained: BTreeSet<(Secret, String)> = delta.gained.into_iter().collect();
    scan_output.findings.retain(|finding| {
        let path = finding.file().to_owned();
        match is_of_name(finding) {
            true => new_paths.contains(&path),
            false => gained.contains(&(finding.secret.clone(), path)),
        }
    });
    Ok(())
}

/// Whether it is in the name of a file. The names of members are a part of what a container holds.
fn is_of_name(finding: &Finding) -> bool {
    finding.layers.member == 0 && finding.evidence.contains(&Evidence::InName)
}

/// Secrets in the old versions of changed files.
struct Before {
    numbers: SmallNumbering,
    secrets: BTreeMap<Number, BTreeSet<Secret>>,
}

impl Before {
    /// Reads and searches these versions. Problems with them are problems of the scan.
    fn read(
        scan_output: &mut ScanOutput,
        rules: &Rules,
        repository: &Repository,
        changes: &[Change],
        (threads, values): (usize, Option<&Values>),
    ) -> Result<Self, String> {
        let uncounted = Progress::default();
        let pool = ScanPool::new(rules, &uncounted, threads)?.looking_for(values);
        let mut numbers = SmallNumbering::default();
        let mut paths: BTreeMap<Number, &[u8]> = BTreeMap::new();
        for change in changes {
            for old in change.old.iter().flatten() {
                paths.entry(numbers.give(*old)).or_insert(&change.path);
            }
        }
        let mut search = Search::new(&pool);
        search.read(repository, &numbers, paths.keys().copied(), |number, error| {
            unread(&display_bytes(paths[&number]), numbers.id(number), error)
        });
        let Found { secrets: all, blobs, .. } = search.finish();
        scan_output.problems.extend(pool.finish().problems);
        let mut secrets: BTreeMap<Number, BTreeSet<Secret>> = BTreeMap::new();
        for sighting in blobs {
            let secret = all[sighting.secret as usize].clone();
            secrets.entry(sighting.object).or_default().insert(secret);
        }
        Ok(Self { numbers, secrets })
    }

    fn secrets(&self, blob: Option<ObjectId>) -> impl Iterator<Item = &Secret> {
        let number = blob.and_then(|id| self.numbers.number(&id));
        number.and_then(|number| self.secrets.get(&number)).into_iter().flatten()
    }

    fn holds(&self, blob: Option<ObjectId>, secret: &Secret) -> bool {
        let number = blob.and_then(|id| self.numbers.number(&id));
        let secrets = number.and_then(|number| self.secrets.get(&number));
        secrets.is_some_and(|secrets| secrets.contains(secret))
    }
}

/// Searches the names of files and of the directories above them.
fn entries(worker: &mut Worker<'_>, repository: &Repository, changes: &[Change]) {
    let mut seen = BTreeSet::new();
    for change in changes {
        let Some(object) = change.new else { continue };
        for path in paths_to(&change.path) {
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
