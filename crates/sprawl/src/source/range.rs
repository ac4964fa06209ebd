//! What a part of history adds: the secrets that its commits bring, and their messages.
//!
//! Reads only what the commits change, by looking it up: a push is a few commits, and a hook has no
//! time for the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::history::named::{self, name_of};
use super::history::show;
use crate::finding::{GitPlace, Secret};
use crate::git::catalogue::{NOWHERE, Number, Numbers, SmallNumbering};
use crate::git::changes::{Change, Comparing};
use crate::git::commit;
use crate::git::commits::Commits;
use crate::git::objects::{ReadError, Reader};
use crate::git::provenance::{BlobChange, History, Occurrence, SHORT, Sighting};
use crate::git::range::{Content, Range};
use crate::git::refs::TipKind;
use crate::git::trees::Trees;
use crate::git::{Kind, ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::ScanPool;
use sprawl_detect::text::display_bytes;
use sprawl_unpack::unread::Unread;

/// Scans what the commits of a range add, and says how many there are.
///
/// # Errors
/// The range cannot be followed.
pub fn scan(
    pool: &ScanPool<'_>,
    repository: &Repository,
    range: &Range,
) -> Result<Content, Problem> {
    let content = repository.commits_in(range)?;
    references(pool, repository, range, &content);
    let mut numbers = SmallNumbering::default();
    let changes = changes(pool, repository, &content, &mut numbers);
    let loose = loose(pool, repository, range, &content, &mut numbers);
    let mut seen = Seen::new(pool, repository);
    let added = changes.iter().flatten().map(|change| change.new);
    seen.scan(&numbers, added.filter(|number| *number != NOWHERE).collect());
    // What a commit took away matters only where it brought something as well: it may have moved.
    let found: BTreeSet<Number> = seen.sightings.iter().map(|sighting| sighting.object).collect();
    let bringing = changes.iter().filter(|all| all.iter().any(|c| found.contains(&c.new)));
    let old = bringing.flatten().flat_map(|change| change.old.iter().copied());
    seen.scan(&numbers, old.filter(|number| *number != NOWHERE).collect());
    seen.scan(&numbers, loose.iter().map(|(number, _)| *number).collect());
    containers(pool, &changes, std::mem::take(&mut seen.unread));
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
    entries(pool, repository, &history, &changes);
    let mut occurrences =
        history.places_added(&blobs, &changes, |path| numbers.number(&tips.blob_at(path)?));
    occurrences.extend(history.messages(&messages));
    let added: BTreeSet<Number> = changes.iter().flatten().map(|change| change.new).collect();
    for (object, path) in loose.into_iter().filter(|(number, _)| !added.contains(number)) {
        let first = blobs.partition_point(|sighting| sighting.object < object);
        for sighting in blobs[first..].iter().take_while(|sighting| sighting.object == object) {
            let place = GitPlace {
                object: numbers.id(object).to_string(),
                reach: "reachable",
                paths: vec![path.clone()],
                ..GitPlace::default()
            };
            let secret = sighting.secret;
            occurrences.push(Occurrence { secret, object, path: path.clone(), place });
        }
    }
    show(pool, repository, &numbers, &seen.secrets(), occurrences);
    Ok(content)
}

/// The blobs that the range leads to without a commit, with the names that they have.
fn loose(
    pool: &ScanPool<'_>,
    repository: &Repository,
    range: &Range,
    content: &Content,
    numbers: &mut SmallNumbering,
) -> Vec<(Number, String)> {
    let mut all = Vec::new();
    // Trees that are known already; a few tell most of it, and reading all takes time.
    let known = range.exclude.iter().take(MOST_KNOWN);
    let known: Vec<ObjectId> = match content.loose.iter().any(|(kind, _)| *kind == Kind::Tree) {
        true => known.filter_map(|id| repository.tree_of(*id)).collect(),
        false => Vec::new(),
    };
    let mut comparing = Comparing::new(repository.objects());
    for (kind, id) in &content.loose {
        if *kind == Kind::Blob {
            let path = format!("<blob {}>", id.to_hex_with_len(SHORT));
            all.push((numbers.give(*id), path));
            continue;
        }
        match comparing.trees(&known, *id) {
            Ok(changes) => all.extend(changes.into_iter().filter_map(|change| {
                Some((numbers.give(change.new?), display_bytes(&change.path)))
            })),
            Err(problem) => {
                let what = format!("{} {}", problem.place, problem.what);
                pool.worker(|w| w.problem(Problem::new(id.to_string(), what)));
            }
        }
    }
    all
}

/// Trees that one without a commit is compared with.
const MOST_KNOWN: usize = 64;

/// Looks at the names of the references that are to move, or that stand within the range.
fn references(pool: &ScanPool<'_>, repository: &Repository, range: &Range, content: &Content) {
    let commits = content.commits.iter().map(|commit| commit.id);
    let within: BTreeSet<ObjectId> =
        commits.chain(content.tags.iter().copied()).chain(range.include.iter().copied()).collect();
    // Whoever scans a range finds out elsewhere that references cannot be read.
    let tips = repository.tips(&mut Vec::new()).into_iter();
    let tips = tips.filter(|tip| tip.kind != TipKind::Head && within.contains(&tip.id));
    let names: BTreeSet<(String, ObjectId)> =
        tips.map(|tip| (tip.name, tip.id)).chain(range.references.iter().cloned()).collect();
    for (name, id) in names {
        named::reference(pool, repository, &name, &id.to_string());
    }
}

/// Looks at the names of files that commits bring to a new path, and of the directories above them.
fn entries(
    pool: &ScanPool<'_>,
    repository: &Repository,
    history: &History<'_>,
    changes: &[Vec<BlobChange>],
) {
    let mut seen: BTreeSet<&[u8]> = BTreeSet::new();
    let mut reader = Reader::default();
    for (commit, changes) in (0..).zip(changes) {
        let is_new = |change: &&BlobChange| {
            change.new != NOWHERE && change.old.iter().all(|old| *old == NOWHERE)
        };
        for change in changes.iter().filter(is_new) {
            let slashes = memchr::memchr_iter(b'/', &change.path);
            for path in slashes.chain([change.path.len()]).map(|end| &change.path[..end]) {
                let is_telling = || pool.worker(|worker| worker.is_telling_name(name_of(path)));
                if seen.insert(path) && is_telling() {
                    let place = history.brought_by(commit, &mut reader);
                    let place = GitPlace { reach: "reachable", at_head: true, ..place };
                    named::entry(pool, repository, path, place);
                }
            }
        }
    }
}

/// Names the containers that the commits bring.
fn containers(pool: &ScanPool<'_>, changes: &[Vec<BlobChange>], unread: Vec<(Number, Unread)>) {
    for (object, unread) in unread {
        let mut all = changes.iter().flatten();
        let place = match all.find(|change| change.new == object) {
            Some(change) => display_bytes(&change.path),
            // It was there before.
            None => continue,
        };
        pool.worker(|worker| worker.output.unread.push(unread.below(&place)));
    }
}

/// What each commit changes against all of its parents.
fn changes(
    pool: &ScanPool<'_>,
    repository: &Repository,
    content: &Content,
    numbers: &mut SmallNumbering,
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
                pool.worker(|w| w.problem(Problem::new(commit.id.to_string(), what)));
                all.push(Vec::new());
            }
        }
    }
    all
}

fn numbered(changes: Vec<Change>, numbers: &mut SmallNumbering) -> Vec<BlobChange> {
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

fn commits(content: &Content, numbers: &mut SmallNumbering) -> Commits {
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
    pool: &'s ScanPool<'r>,
    repository: &'s Repository,
    secrets: BTreeMap<Secret, u32>,
    scanned: BTreeSet<Number>,
    sightings: Vec<Sighting>,
    unread: Vec<(Number, Unread)>,
}

impl<'s, 'r> Seen<'s, 'r> {
    fn new(pool: &'s ScanPool<'r>, repository: &'s Repository) -> Self {
        let (secrets, scanned) = (BTreeMap::new(), BTreeSet::new());
        let (sightings, unread) = (Vec::new(), Vec::new());
        Self { pool, repository, secrets, scanned, sightings, unread }
    }

    /// Scans objects that have not been scanned yet, with all threads.
    fn scan(&mut self, numbers: &SmallNumbering, objects: BTreeSet<Number>) {
        let objects: Vec<Number> =
            objects.into_iter().filter(|object| self.scanned.insert(*object)).collect();
        let (pool, repository) = (self.pool, self.repository);
        let found = std::sync::Mutex::new(Vec::new());
        pool.scope(|scope| {
            for batch in objects.chunks(BATCH) {
                let found = &found;
                scope.spawn(move |_| {
                    let mut reader = Reader::default();
                    for object in batch {
                        let (secrets, unread) =
                            object_secrets(pool, repository, numbers.id(*object), &mut reader);
                        if !secrets.is_empty() || !unread.is_empty() {
                            let mut found =
                                found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            found.push((*object, secrets, unread));
                        }
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_by_key(|(object, ..)| *object);
        for (object, secrets, unread) in found {
            self.unread.extend(unread.into_iter().map(|unread| (object, unread)));
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
    pool: &ScanPool<'_>,
    repository: &Repository,
    id: ObjectId,
    reader: &mut Reader,
) -> (Vec<Secret>, Vec<Unread>) {
    match repository.objects().read(&id, reader) {
        Ok((Kind::Blob, bytes)) => pool.worker(|worker| {
            worker.output.problems.extend(repository.objects().mismatch(&id, Kind::Blob, bytes));
            let found = worker.secrets_of_version(|| id.to_string(), bytes, None, None);
            worker.count(bytes, found.is_read);
            (found.secrets, found.unread)
        }),
        Ok((_, bytes)) => pool.worker(|worker| {
            let mut headers = Vec::new();
            commit::written_headers(bytes, &mut headers);
            let name = || id.to_string();
            let mut secrets = worker.secrets_of_version(name, &headers, None, None).secrets;
            let message = commit::message(bytes);
            secrets.extend(worker.secrets_of_version(name, message, None, None).secrets);
            (secrets, Vec::new())
        }),
        Err(error) => {
            let mut problem = error.problem(&id);
            if matches!(error, ReadError::Missing) && repository.is_partial() {
                problem.what +=
                    ": the clone is partial; `git fetch --refetch --no-filter` brings it";
            }
            pool.worker(|worker| worker.problem(problem));
            (Vec::new(), Vec::new())
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
