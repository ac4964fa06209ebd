//! Every object of a repository, and its working tree.
//!
//! Objects are read twice. The first time all of them are searched, in the order in which packs are
//! decoded, and all that is kept of a secret is its value and the numbers of the objects that hold it.
//! Then it is worked out which commits brought those objects to which paths. The second time only the
//! objects that the report shows are read and searched, each once, and every place of theirs gets its
//! findings. To keep all details the first time would save the second, but cost gigabytes where a file
//! with a thousand secrets has ten thousand versions: the report shows a few of these.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) mod named;

use super::tree;
use crate::finding::{Finding, GitPlace, Origin, Secret};
use crate::git::absent::{self, Absence, Absences, Role};
use crate::git::catalogue::{Catalogue, Number, Numbers};
use crate::git::commit;
use crate::git::commits::{self, Commits};
use crate::git::objects::Reader;
use crate::git::provenance::{History, Occurrence, Sighting};
use crate::git::refs::Tip;
use crate::git::trees::{Reading, Trees, Watcher};
use crate::git::walk::{Object, Visitor, Walk};
use crate::git::{Kind, ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::name::may_hold_secret;
use crate::scan::place::Place;
use crate::scan::{Kept, ScanPool};
use sprawl_detect::text::{display_bytes, display_path};
use sprawl_detect::version::Shared;
use sprawl_unpack::unread::Unread;

/// How a version of a text is scanned that was made from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// Only what is new in it is looked at.
    #[default]
    New,
    /// As if there were no other: the same findings, slower. To check that they are the same.
    Whole,
}

/// Scans every object of the repository.
///
/// # Errors
/// It cannot be read at all.
pub fn scan(
    pool: &ScanPool<'_>,
    repository: &Repository,
    versions: Versions,
) -> Result<(), Problem> {
    let catalogue = Catalogue::new(repository.objects())?;
    let problem = |problem: Problem| pool.worker(|worker| worker.problem(problem));
    catalogue.problems.iter().cloned().for_each(problem);
    let walk = Walk::new(pool.pool(), repository.objects(), &catalogue);
    let scanning = Scanning::new(pool, &catalogue, versions);
    walk.run(&scanning);
    let Seen { secrets, blobs, messages, unread, commits, mut absent } = scanning.finish();
    let mut wanted = vec![false; catalogue.len()];
    blobs.iter().for_each(|sighting| wanted[sighting.object as usize] = true);
    unread.iter().for_each(|(object, _)| wanted[*object as usize] = true);
    // Even if nothing was found, the trees tell whether everything is there.
    let reading = Reading::new(pool.pool(), pool, &catalogue, &wanted);
    walk.run(&reading);
    let (mut trees, absent_entries) = reading.finish();
    absent.extend(absent_entries);
    let absent = Absences::new(absent);
    let mut problems = Vec::new();
    let tips = repository.tips(&mut problems);
    if let Some(directory) = repository.passed_over() {
        let what = "core.worktree names another directory, whose files are scanned; those beside \
                    this .git are not: name the directory without --history";
        problems.push(Problem::new(display_path(directory), what));
    }
    let indexed = repository.indexed_blobs(&mut problems);
    let ways = Ways { commits: &commits, trees: &trees, tips: &tips, indexed: &indexed };
    report_absent(repository, &catalogue, &ways, &absent, &mut problems);
    problems.into_iter().for_each(problem);
    named::references(pool, repository, &tips);
    trees.prune();
    let history = History {
        objects: repository.objects(),
        catalogue: &catalogue,
        commits: &commits,
        trees: &trees,
        tips: &tips,
        indexed: &indexed,
    };
    named::entries(pool, repository, &history);
    named::unread(pool, &history, unread);
    if blobs.is_empty() && messages.is_empty() {
        return Ok(());
    }
    let (mut occurrences, are_all) = history.places(&blobs);
    if !are_all {
        problem(Problem::over_budget(
            repository.name().as_ref(),
            TOO_MANY_PATHS,
            "number of paths",
        ));
    }
    occurrences.extend(history.messages(&messages));
    show(pool, repository, &catalogue, &secrets, occurrences);
    Ok(())
}

/// What is said of a history whose trees were made to have paths without end.
const TOO_MANY_PATHS: &str = "the trees lead to files with secrets by more paths than can be followed; \
                              the secrets are reported, but not every path and commit of theirs";

/// Scans the working tree; what HEAD or the index has at the same path is not reported twice.
pub fn scan_work_tree(pool: &ScanPool<'_>, name: &Arc<str>, top: &Path, options: &tree::Options) {
    let options = tree::Options { repository: Some(Arc::clone(name)), ..options.clone() };
    tree::scan(pool, &[top.to_owned()], &options);
}

/// Leaves out files that hold what HEAD or the index holds at the same path.
pub fn without_repeats(findings: &mut Vec<Finding>) {
    let mut committed: BTreeMap<(Arc<str>, Secret), usize> = BTreeMap::new();
    for finding in findings.iter() {
        if let Origin::Git(place) = &finding.location.origin
            && (place.at_head || place.reach == GitPlace::INDEX)
        {
            let key = (Arc::clone(&finding.location.path), finding.secret.clone());
            *committed.entry(key).or_default() += 1;
        }
    }
    findings.retain(|finding| {
        if finding.location.origin != Origin::File {
            return true;
        }
        let key = (Arc::clone(&finding.location.path), finding.secret.clone());
        match committed.get_mut(&key) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    });
}

/// Scans objects as they are decoded.
struct Scanning<'c, 'r> {
    pool: &'c ScanPool<'r>,
    catalogue: &'c Catalogue<'c>,
    versions: Versions,
    threads: Vec<Mutex<Notes>>,
}

/// What one thread has seen.
#[derive(Default)]
struct Notes {
    secrets: BTreeMap<Secret, u32>,
    blobs: Vec<Sighting>,
    messages: Vec<Sighting>,
    unread: Vec<(Number, Unread)>,
    commits: commits::Notes,
}

/// What all threads have seen.
struct Seen {
    secrets: Vec<Secret>,
    /// In order.
    blobs: Vec<Sighting>,
    /// In order.
    messages: Vec<Sighting>,
    /// In order.
    unread: Vec<(Number, Unread)>,
    commits: Commits,
    absent: Vec<absent::Notes>,
}

impl<'c, 'r> Scanning<'c, 'r> {
    fn new(pool: &'c ScanPool<'r>, catalogue: &'c Catalogue<'c>, versions: Versions) -> Self {
        let threads = (0..pool.pool().threads()).map(|_| Mutex::default()).collect();
        Self { pool, catalogue, versions, threads }
    }

    fn finish(self) -> Seen {
        let threads: Vec<Notes> = self
            .threads
            .into_iter()
            .map(|notes| notes.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let secrets: BTreeSet<&Secret> =
            threads.iter().flat_map(|notes| notes.secrets.keys()).collect();
        let secrets: Vec<Secret> = secrets.into_iter().cloned().collect();
        let (mut blobs, mut messages) = (Vec::new(), Vec::new());
        let (mut commits, mut absent, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for mut notes in threads {
            let mut number = vec![0_u32; notes.secrets.len()];
            for (secret, local) in &notes.secrets {
                let at = secrets.partition_point(|there| there < secret);
                number[*local as usize] = at as u32;
            }
            let global = |sighting: &Sighting| Sighting {
                secret: number[sighting.secret as usize],
                ..*sighting
            };
            blobs.extend(notes.blobs.iter().map(global));
            messages.extend(notes.messages.iter().map(global));
            unread.append(&mut notes.unread);
            absent.push(std::mem::take(&mut notes.commits.absent));
            commits.push(notes.commits);
        }
        blobs.sort_unstable();
        messages.sort_unstable();
        unread.sort_unstable();
        let commits = Commits::new(commits, self.catalogue.len());
        Seen { secrets, blobs, messages, unread, commits, absent }
    }

    fn sightings(notes: &mut Notes, object: Number, mut secrets: Vec<Secret>) -> Vec<Sighting> {
        secrets.sort_unstable();
        secrets.dedup();
        secrets
            .into_iter()
            .map(|secret| {
                let next = notes.secrets.len() as u32;
                let secret = *notes.secrets.entry(secret).or_insert(next);
                Sighting { object, secret }
            })
            .collect()
    }
}

impl Visitor for Scanning<'_, '_> {
    type Kept = Kept;

    fn size_of(kept: &Kept) -> usize {
        kept.size()
    }

    fn wants(&self, kind: Kind) -> bool {
        kind != Kind::Tree
    }

    fn visit(
        &self,
        object: &Object<'_>,
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) {
        let is_blob = object.kind == Kind::Blob;
        let place = || self.catalogue.id(object.number).to_string();
        let mut unread = Vec::new();
        let secrets = self.pool.worker(|worker| {
            if is_blob {
                let (made_from, keep) = match self.versions {
                    Versions::New => (made_from, keep),
                    Versions::Whole => (None, None),
                };
                let found = worker.secrets_of_version(place, object.bytes, made_from, keep);
                if !object.copy {
                    worker.count(object.bytes, found.is_read);
                    unread = found.unread;
                }
                found.secrets
            } else {
                let mut headers = Vec::new();
                commit::written_headers(object.bytes, &mut headers);
                let mut secrets = worker.secrets_of_version(place, &headers, None, None).secrets;
                let message = commit::message(object.bytes);
                secrets.extend(worker.secrets_of_version(place, message, None, None).secrets);
                secrets
            }
        });
        if object.copy || (is_blob && secrets.is_empty() && unread.is_empty()) {
            return;
        }
        let mut notes =
            self.threads[self.pool.pool().thread()].lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match object.kind {
            Kind::Commit => notes.commits.commit(self.catalogue, object.number, object.bytes),
            Kind::Tag => notes.commits.tag(self.catalogue, object.number, object.bytes),
            _ => true,
        };
        notes.unread.extend(unread.into_iter().map(|unread| (object.number, unread)));
        let sightings = Self::sightings(&mut notes, object.number, secrets);
        if is_blob {
            notes.blobs.extend(sightings);
        } else {
            notes.messages.extend(sightings);
        }
        if !whole {
            let id = self.catalogue.id(object.number).to_string();
            let what = "cannot be understood; what it leads to may be called unreachable";
            self.problem(Problem::new(id, what));
        }
    }

    fn problem(&self, problem: Problem) {
        self.pool.worker(|worker| worker.problem(problem));
    }
}

impl Watcher for ScanPool<'_> {
    fn may_be_telling(&self, name: &[u8]) -> bool {
        may_hold_secret(name)
    }

    fn is_telling(&self, name: &[u8]) -> bool {
        self.worker(|worker| worker.is_telling_name(name))
    }

    fn problem(&self, problem: Problem) {
        self.worker(|worker| worker.problem(problem));
    }
}

/// Reads the objects that the report shows and turns what is in them into findings.
pub(super) fn show(
    pool: &ScanPool<'_>,
    repository: &Repository,
    catalogue: &(dyn Numbers + Sync),
    secrets: &[Secret],
    occurrences: Vec<Occurrence>,
) {
    let mut by_object: BTreeMap<Number, Vec<Occurrence>> = BTreeMap::new();
    for occurrence in occurrences {
        by_object.entry(occurrence.object).or_default().push(occurrence);
    }
    let by_object: Vec<(Number, Vec<Occurrence>)> = by_object.into_iter().collect();
    pool.scope(|scope| {
        for batch in by_object.chunks(BATCH) {
            scope.spawn(move |_| {
                let mut reader = Reader::default();
                for (object, occurrences) in batch {
                    let id = catalogue.id(*object);
                    match repository.objects().read(&id, &mut reader) {
                        Ok((Kind::Blob, bytes)) => {
                            show_object(pool, repository, (&id, &[bytes]), secrets, occurrences);
                        }
                        Ok((_, bytes)) => {
                            let mut headers = Vec::new();
                            commit::written_headers(bytes, &mut headers);
                            let parts = [commit::message(bytes), &headers];
                            show_object(pool, repository, (&id, &parts), secrets, occurrences);
                        }
                        Err(error) => {
                            let problem = error.problem(&id);
                            pool.worker(|worker| worker.problem(problem));
                        }
                    }
                }
            });
        }
    });
}

/// Objects handed to a thread at once.
const BATCH: usize = 16;

/// Searches an object once and makes a finding for each of its occurrences. `parts` are a blob, or the
/// message and the headers of a commit or tag.
fn show_object(
    pool: &ScanPool<'_>,
    repository: &Repository,
    (id, parts): (&ObjectId, &[&[u8]]),
    secrets: &[Secret],
    occurrences: &[Occurrence],
) {
    let mut by_secret: BTreeMap<&Secret, Vec<Place>> = BTreeMap::new();
    for Occurrence { secret, path, place, .. } in occurrences {
        let place = Place::in_history(repository.name(), path, place.clone());
        by_secret.entry(&secrets[*secret as usize]).or_default().push(place);
    }
    pool.worker(|worker| {
        let rules = worker.rules();
        let mut shown = BTreeSet::new();
        for (part, bytes) in parts.iter().enumerate() {
            for detection in worker.detections(|| id.to_string(), bytes) {
                let Some((secret, places)) = by_secret.get_key_value(&detection.secret) else {
                    continue;
                };
                shown.insert(*secret);
                let findings = places.iter().map(|place| {
                    let headers = (part > 0).then(|| place.of_headers()).flatten();
                    detection.clone().at(rules, headers.as_ref().unwrap_or(place))
                });
                worker.output.findings.extend(findings);
            }
        }
        for _ in by_secret.keys().filter(|secret| !shown.contains(*secret)) {
            let what = "held a secret that could not be found again; this is a mistake in sprawl";
            worker.problem(Problem::new(id.to_string(), what));
        }
    });
}

/// Says what is referred to and not there, as far as some reference leads to it. In a clone that is
/// not whole on purpose, once for all.
fn report_absent(
    repository: &Repository,
    catalogue: &Catalogue<'_>,
    ways: &Ways<'_>,
    absent: &Absences,
    problems: &mut Vec<Problem>,
) {
    let Ways { commits, trees, tips, indexed } = *ways;
    let ends: BTreeSet<_> = repository.shallow_ends().into_iter().collect();
    if !ends.is_empty() {
        let what = format!(
            "the clone is shallow: its history ends at {} commit(s), and what came before was not \
             scanned; `git fetch --unshallow` brings it",
            ends.len()
        );
        problems.push(Problem::new(repository.name().as_ref(), what));
    }
    let mut missing = Missing::default();
    for tip in tips.iter().filter(|tip| catalogue.number(&tip.id).is_none()) {
        missing.add(tip.id, || (tip.name.clone(), format!("points at {}, which", tip.id)));
    }
    if !absent.is_empty() {
        let reachable = reachable(catalogue, commits, trees, tips);
        for Absence { holder, role, id } in absent.iter() {
            let holder_id = catalogue.id(holder);
            if !reachable[holder as usize] || (role == Role::Parent && ends.contains(&holder_id)) {
                continue;
            }
            missing.add(id, || {
                let role = match role {
                    Role::Parent => "its parent".to_owned(),
                    Role::Tree => "its tree".to_owned(),
                    Role::Target => "what it names".to_owned(),
                    Role::Entry(name) => format!("`{}`", display_bytes(name)),
                };
                (holder_id.to_string(), format!("{role}, {id},"))
            });
        }
    }
    for (id, path) in indexed.iter().filter(|(id, _)| catalogue.number(id).is_none()) {
        if !id.is_null() && !id.is_empty_blob() && !missing.indices.contains_key(id) {
            let path = display_bytes(path);
            missing.add(*id, || ("index".to_owned(), format!("`{path}`, {id},")));
        }
    }
    if repository.is_partial() && !missing.references.is_empty() {
        let what = format!(
            "the clone is partial: {} object(s) that it refers to were left out of it and not \
             scanned; `git fetch --refetch --no-filter` brings them",
            missing.references.len()
        );
        problems.push(Problem::new(repository.name().as_ref(), what));
    } else {
        problems.extend(missing.into_problems());
    }
}

/// What leads to objects.
struct Ways<'w> {
    commits: &'w Commits,
    trees: &'w Trees,
    tips: &'w [Tip],
    indexed: &'w [(ObjectId, Vec<u8>)],
}

/// Objects that are referred to and not there. Each is named once: every later version of a tree
/// refers to what an earlier one does.
#[derive(Default)]
struct Missing {
    /// By object, where its first reference is in the list.
    indices: HashMap<ObjectId, usize>,
    /// The place and the words of the first reference to each, and how many more there are.
    references: Vec<((String, String), usize)>,
}

impl Missing {
    fn add(&mut self, id: ObjectId, describe: impl FnOnce() -> (String, String)) {
        match self.indices.entry(id) {
            Entry::Occupied(known) => self.references[*known.get()].1 += 1,
            Entry::Vacant(new) => {
                new.insert(self.references.len());
                self.references.push((describe(), 0));
            }
        }
    }

    fn into_problems(self) -> impl Iterator<Item = Problem> {
        self.references.into_iter().map(|((place, reference), others)| {
            let others = match others {
                0 => String::new(),
                others => format!(" ({others} more refer to it)"),
            };
            Problem::new(place, format!("{reference} is not in the repository{others}"))
        })
    }
}

/// For each object whether some reference leads to it.
fn reachable(
    catalogue: &Catalogue<'_>,
    commits: &Commits,
    trees: &Trees,
    tips: &[Tip],
) -> Vec<bool> {
    let mut reached = vec![false; catalogue.len()];
    let mut pending: Vec<Number> =
        tips.iter().filter_map(|tip| catalogue.number(&tip.id)).collect();
    while let Some(number) = pending.pop() {
        let Some(reached) = reached.get_mut(number as usize) else { continue };
        if std::mem::replace(reached, true) {
            continue;
        }
        pending.push(commits.peel(number));
        if let Some(commit) = commits.index(number) {
            let commit = &commits.all()[commit as usize];
            pending.push(commit.tree);
            pending.extend(commit.parents.iter().map(|at| commits.all()[*at as usize].number));
        }
        pending.extend(trees.links(number).iter().map(|link| link.target));
    }
    reached
}
