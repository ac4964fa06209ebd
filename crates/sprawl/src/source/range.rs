//! What a part of history adds: the secrets that its commits bring, and their messages.
//!
//! Reads only what the commits change, by looking it up: a push is a few commits, and a hook has no
//! time for the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::history::named::{self, name_of, paths_to};
use super::history::show;
use super::objects::{Found, Search};
use crate::finding::GitPlace;
use crate::git::catalogue::{NOWHERE, Number, Numbers, SmallNumbering};
use crate::git::changes::{Change, Comparing};
use crate::git::commit;
use crate::git::commits::Commits;
use crate::git::objects::{ReadError, Reader};
use crate::git::provenance::{BlobChange, History, Occurrence, SHORT};
use crate::git::range::{Content, Range};
use crate::git::refs::TipKind;
use crate::git::trees::Trees;
use crate::git::{Kind, ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::ScanPool;
use sprawl_detect::text::display_bytes;
use sprawl_unpack::unread::Unread;

/// Scans what the commits of a range add, and returns the commits.
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
    let unread = |id: ObjectId, error: &ReadError| {
        let mut problem = error.problem(&id);
        if matches!(error, ReadError::Missing) && repository.is_partial() {
            problem.what += ": the clone is partial; `git fetch --refetch --no-filter` brings it";
        }
        problem
    };
    let mut search = Search::new(pool);
    let mut read = |numbers: &SmallNumbering, objects: BTreeSet<Number>| {
        let unread = |number, error: &ReadError| unread(numbers.id(number), error);
        search.read(repository, numbers, objects, unread);
        search.objects()
    };
    let added = changes.iter().flatten().map(|change| change.new);
    let found = read(&numbers, added.filter(|number| *number != NOWHERE).collect());
    // What a commit took away matters only where it brought something as well: it may have moved.
    let bringing = changes.iter().filter(|all| all.iter().any(|c| found.contains(&c.new)));
    let old = bringing.flatten().flat_map(|change| change.old.iter().copied());
    read(&numbers, old.filter(|number| *number != NOWHERE).collect());
    read(&numbers, loose.iter().map(|(number, _)| *number).collect());
    let mut messages: BTreeSet<Number> = content.tags.iter().map(|id| numbers.give(*id)).collect();
    let commits = commits(&content, &mut numbers);
    messages.extend(commits.all().iter().map(|commit| commit.number));
    read(&numbers, messages);
    let Found { secrets, blobs, messages, unread } = search.finish();
    name_unread(pool, &changes, unread);
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
    show(pool, repository, &numbers, &secrets, occurrences);
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
    // Trees that are known already; a few cover most of it, and reading all takes time.
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

/// Searches the names of the references that are to move, or that point into the range.
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

/// Searches the names of files that commits bring to a new path, and of the directories above them.
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
            for path in paths_to(&change.path) {
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

/// Names what was not read of the blobs that the commits bring.
fn name_unread(pool: &ScanPool<'_>, changes: &[Vec<BlobChange>], unread: Vec<(Number, Unread)>) {
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
