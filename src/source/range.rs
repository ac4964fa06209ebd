//! What a part of history adds: the secrets that its commits bring, and their messages.
//!
//! Reads only what the commits change, by looking it up: a push is a few commits, and a hook has no
//! time for the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::history::show;
use crate::finding::Secret;
use crate::git::catalogue::{Few, NOWHERE, Number, Numbers};
use crate::git::changes::{Change, Comparing};
use crate::git::commit;
use crate::git::commits::Commits;
use crate::git::objects::Reader;
use crate::git::provenance::{BlobChange, History, Sighting};
use crate::git::range::{Content, Range};
use crate::git::trees::Trees;
use crate::git::{ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::Crew;

/// Scans what the commits of a range add.
///
/// # Errors
/// The range cannot be followed.
pub fn scan(crew: &Crew<'_>, repository: &Repository, range: &Range) -> Result<(), Problem> {
    let content = repository.commits_in(range)?;
    let mut numbers = Few::default();
    let changes = changes(crew, repository, &content, &mut numbers);
    let mut seen = Seen::new(crew, repository);
    let added = changes.iter().flatten().map(|change| change.new);
    seen.scan(&numbers, added.filter(|number| *number != NOWHERE).collect());
    // What a commit took away matters only where it brought something as well: it may have moved.
    let found: BTreeSet<Number> = seen.sightings.iter().map(|sighting| sighting.object).collect();
    let bringing = changes.iter().filter(|all| all.iter().any(|c| found.contains(&c.new)));
    let old = bringing.flatten().flat_map(|change| change.old.iter().copied());
    seen.scan(&numbers, old.filter(|number| *number != NOWHERE).collect());
    let blobs = seen.take();
    let mut messages: BTreeSet<Number> = content.tags.iter().map(|id| numbers.give(*id)).collect();
    let commits = commits(&content, &mut numbers);
    messages.extend(commits.all().iter().map(|commit| commit.number));
    seen.scan(&numbers, messages);
    let messages = seen.take();
    let names: BTreeSet<&[u8]> =
        changes.iter().flatten().flat_map(|c| c.path.split(|b| *b == b'/')).collect();
    let trees = Trees::of_names(names);
    let tips = Tips::new(repository, range);
    let history = History {
        objects: repository.objects(),
        catalogue: &numbers,
        commits: &commits,
        trees: &trees,
        tips: &[],
        indexed: &[],
    };
    let mut occurrences =
        history.places_added(&blobs, &changes, |path| numbers.number(&tips.blob_at(path)?));
    occurrences.extend(history.messages(&messages));
    show(crew, repository, &numbers, &seen.secrets(), occurrences);
    Ok(())
}

/// What each commit changes against all of its parents.
fn changes(
    crew: &Crew<'_>,
    repository: &Repository,
    content: &Content,
    numbers: &mut Few,
) -> Vec<Vec<BlobChange>> {
    let mut trees: BTreeMap<ObjectId, ObjectId> =
        content.commits.iter().map(|commit| (commit.id, commit.tree)).collect();
    let mut reader = Reader::default();
    let mut comparing = Comparing::new(repository.objects());
    let mut all = Vec::with_capacity(content.commits.len());
    for commit in &content.commits {
        let mut old = Vec::with_capacity(commit.parents.len());
        for parent in &commit.parents {
            let tree = trees.get(parent).copied().or_else(|| {
                let (_, bytes) = repository.objects().read(parent, &mut reader).ok()?;
                commit::Commit::parse(bytes).map(|parsed| parsed.tree)
            });
            // Without its parent, all that a commit holds counts as added by it.
            if let Some(tree) = tree {
                trees.insert(*parent, tree);
                old.push(tree);
            }
        }
        match comparing.trees(&old, commit.tree) {
            Ok(changes) => all.push(numbered(changes, numbers)),
            Err(problem) => {
                let what = format!("{} {}", problem.place, problem.what);
                crew.worker(|w| w.problem(Problem::new(commit.id.to_string(), what)));
                all.push(Vec::new());
            }
        }
    }
    all
}

fn numbered(changes: Vec<Change>, numbers: &mut Few) -> Vec<BlobChange> {
    let mut number = |id: Option<ObjectId>| id.map_or(NOWHERE, |id| numbers.give(id));
    changes
        .into_iter()
        .map(|change| BlobChange {
            path: change.path,
            new: number(change.new),
            old: change.old.into_iter().map(&mut number).collect(),
        })
        .collect()
}

fn commits(content: &Content, numbers: &mut Few) -> Commits {
    let known: Vec<_> = content
        .commits
        .iter()
        .map(|commit| {
            let parents = commit.parents.iter().map(|parent| numbers.give(*parent)).collect();
            (numbers.give(commit.id), numbers.give(commit.tree), parents)
        })
        .collect();
    Commits::of(known.into_iter(), numbers.len())
}

/// What was found so far.
struct Seen<'s, 'r> {
    crew: &'s Crew<'r>,
    repository: &'s Repository,
    secrets: BTreeMap<Secret, u32>,
    scanned: BTreeSet<Number>,
    sightings: Vec<Sighting>,
}

impl<'s, 'r> Seen<'s, 'r> {
    fn new(crew: &'s Crew<'r>, repository: &'s Repository) -> Self {
        let (secrets, scanned) = (BTreeMap::new(), BTreeSet::new());
        Self { crew, repository, secrets, scanned, sightings: Vec::new() }
    }

    /// Scans objects that have not been scanned yet, with all threads.
    fn scan(&mut self, numbers: &Few, objects: BTreeSet<Number>) {
        let objects: Vec<Number> =
            objects.into_iter().filter(|object| self.scanned.insert(*object)).collect();
        let (crew, repository) = (self.crew, self.repository);
        let found = std::sync::Mutex::new(Vec::new());
        crew.scope(|scope| {
            for batch in objects.chunks(BATCH) {
                let found = &found;
                scope.spawn(move |_| {
                    let mut reader = Reader::default();
                    for object in batch {
                        let secrets =
                            object_secrets(crew, repository, numbers.id(*object), &mut reader);
                        if !secrets.is_empty() {
                            let mut found =
                                found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            found.push((*object, secrets));
                        }
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort();
        for (object, secrets) in found {
            for secret in secrets {
                let next = self.secrets.len() as u32;
                let secret = *self.secrets.entry(secret).or_insert(next);
                self.sightings.push(Sighting { object, secret });
            }
        }
    }

    /// The sightings since they were last taken, in order.
    fn take(&mut self) -> Vec<Sighting> {
        let mut sightings = std::mem::take(&mut self.sightings);
        sightings.sort_unstable();
        sightings.dedup();
        sightings
    }

    /// The secrets by their numbers.
    fn secrets(self) -> Vec<Secret> {
        let mut secrets: Vec<(u32, Secret)> =
            self.secrets.into_iter().map(|(secret, number)| (number, secret)).collect();
        secrets.sort_by_key(|(number, _)| *number);
        secrets.into_iter().map(|(_, secret)| secret).collect()
    }
}

/// Objects handed to a thread at once.
const BATCH: usize = 8;

fn object_secrets(
    crew: &Crew<'_>,
    repository: &Repository,
    id: ObjectId,
    reader: &mut Reader,
) -> Vec<Secret> {
    match repository.objects().read(&id, reader) {
        Ok((kind, bytes)) => {
            let is_blob = kind == crate::git::Kind::Blob;
            let bytes = if is_blob { bytes } else { commit::message(bytes) };
            crew.worker(|worker| {
                if is_blob {
                    worker.count(bytes);
                }
                worker.secrets_of_version(|| id.to_string(), bytes, None, None)
            })
        }
        Err(error) => {
            let problem = Problem::new(id.to_string(), error.to_string());
            crew.worker(|worker| worker.problem(problem));
            Vec::new()
        }
    }
}

/// The trees at the ends of a range.
struct Tips<'s> {
    repository: &'s Repository,
    trees: Vec<ObjectId>,
}

impl<'s> Tips<'s> {
    fn new(repository: &'s Repository, range: &Range) -> Self {
        let trees = range.include.iter().filter_map(|id| repository.tree_of(*id)).collect();
        Self { repository, trees }
    }

    /// The blob at a path in the first of them that has one.
    fn blob_at(&self, path: &[u8]) -> Option<ObjectId> {
        self.trees.iter().find_map(|tree| self.repository.blob_at(*tree, path))
    }
}
