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

use super::objects::{self, Found, Search};
use super::sighted::Sighted;
use super::tree;
use crate::finding::{Finding, GitPlace, Origin, Secret};
use crate::git::absent::{self, Absence, Absences, Role};
use crate::git::catalogue::{Catalogue, Number, Numbers};
use crate::git::commits::{self, Commits};
use crate::git::forest::Root;
use crate::git::provenance::{History, Occurrence};
use crate::git::refs::Tip;
use crate::git::trees::{Reading, Trees, Watcher};
use crate::git::walk::{Object, Visitor, Walk};
use crate::git::{Kind, ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::anchors::{Families, Family};
use crate::scan::name::may_hold_secret;
use crate::scan::place::Place;
use crate::scan::{Kept, ScanPool};
use sprawl_detect::text::{display_bytes, display_path};
use sprawl_detect::version::Shared;

/// Mode of scanning a version of a text that was made from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// Only what is new in it is searched.
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
    sighted: &Sighted,
) -> Result<(), Problem> {
    let values = pool.worker(|worker| worker.values());
    let catalogue = Catalogue::new(repository.objects())?;
    let problem = |problem: Problem| pool.worker(|worker| worker.problem(problem));
    catalogue.problems.iter().cloned().for_each(problem);
    let walk = Walk::new(pool.pool(), repository.objects(), &catalogue);
    let scanning = Scanning::new(pool, &catalogue, versions);
    let passed = values.map(|values| sighted.without(repository.name(), values));
    let scanning = Scanning { passed: passed.unwrap_or_default(), ..scanning };
    walk.run(&scanning);
    let (mut found, families, commits, mut absent) = scanning.finish();
    let commits = Arc::new(commits);
    match values {
        Some(_) => sighted.leave_new(repository.name(), &mut found),
        None => sighted.note(repository.name(), &found, families, &commits),
    }
    let commits = values.and_then(|_| sighted.commits(repository.name())).unwrap_or(commits);
    if values.is_some() && found.blobs.is_empty() && found.messages.is_empty() {
        return Ok(());
    }
    let Found { secrets, blobs, messages, unread } = found;
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
    if values.is_none() {
        report_absent(repository, &catalogue, &ways, &absent, &mut problems);
    }
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

/// Problem of a history whose trees were made to have endlessly many paths.
const TOO_MANY_PATHS: &str = "the trees lead to files with secrets by more paths than can be followed; \
                              the secrets are reported, but not every path and commit of theirs";

/// Scans the working tree. [`without_repeats`] takes out what HEAD or the index has at the same path.
pub fn scan_work_tree(pool: &ScanPool<'_>, name: &Arc<str>, top: &Path, options: &tree::Options) {
    let options = tree::Options { repository: Some(Arc::clone(name)), ..options.clone() };
    tree::scan(pool, &[top.to_owned()], &options);
}

/// Leaves out findings in files that HEAD or the index has at the same path. This is no question of what
/// is new, as in [`crate::delta`]: one place was read twice, and each reading counts its repeats.
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

/// Searches objects as they are decoded.
struct Scanning<'c, 'r> {
    pool: &'c ScanPool<'r>,
    catalogue: &'c Catalogue<'c>,
    versions: Versions,
    search: Search<'c, 'r>,
    /// Notes on commits, one for each thread.
    commits: Vec<Mutex<commits::Notes>>,
    /// Families of objects that are passed over.
    passed: BTreeSet<Family>,
    families: Mutex<Families>,
}

impl<'c, 'r> Scanning<'c, 'r> {
    fn new(pool: &'c ScanPool<'r>, catalogue: &'c Catalogue<'c>, versions: Versions) -> Self {
        let commits = (0..pool.pool().threads()).map(|_| Mutex::default()).collect();
        let (passed, families) = (BTreeSet::new(), Mutex::default());
        Self { pool, catalogue, versions, search: Search::new(pool), commits, passed, families }
    }

    fn finish(self) -> (Found, Families, Commits, Vec<absent::Notes>) {
        let (mut commits, mut absent) = (Vec::new(), Vec::new());
        for notes in self.commits {
            let mut notes = notes.into_inner().unwrap_or_else(PoisonError::into_inner);
            absent.push(std::mem::take(&mut notes.absent));
            commits.push(notes);
        }
        let families = self.families.into_inner().unwrap_or_else(PoisonError::into_inner);
        let commits = Commits::new(commits, self.catalogue.len());
        (self.search.finish(), families, commits, absent)
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

    fn wants_family(&self, pack: usize, root: &Root) -> bool {
        !self.passed.contains(&(pack, root.rank))
    }

    fn begins(&self, _: usize, _: &Root) {
        self.pool.worker(|worker| worker.begin_family());
    }

    fn ends(&self, pack: usize, root: &Root, is_whole: bool) {
        let anchors = self.pool.worker(|worker| worker.end_family());
        if let Some(anchors) = anchors.filter(|_| is_whole) {
            let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
            families.add((pack, root.rank), anchors);
        }
    }

    fn visit(
        &self,
        object: &Object<'_>,
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) {
        let id = || self.catalogue.id(object.number).to_string();
        let (made_from, keep) = match (object.kind, self.versions) {
            (Kind::Blob, Versions::New) => (made_from, keep),
            _ => (None, None),
        };
        self.search.object(object, id, made_from, keep);
        if object.copy || object.kind == Kind::Blob {
            return;
        }
        let notes = &self.commits[self.pool.pool().thread()];
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_whole = match object.kind {
            Kind::Commit => notes.commit(self.catalogue, object.number, object.bytes),
            Kind::Tag => notes.tag(self.catalogue, object.number, object.bytes),
            _ => true,
        };
        if !is_whole {
            let what = "cannot be understood; what it leads to may be called unreachable";
            self.problem(Problem::new(id(), what));
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
    let id = |(object, _): &(Number, Vec<Occurrence>)| catalogue.id(*object);
    objects::read_each(pool, repository, &by_object, id, |(object, occurrences), read| {
        let id = catalogue.id(*object);
        match read {
            Ok((kind, bytes)) => {
                let (text, headers) = objects::texts(kind, bytes);
                let texts: &[&[u8]] = match &headers {
                    Some(headers) => &[text, headers],
                    None => &[text],
                };
                show_object(pool, repository, (&id, texts), secrets, occurrences);
            }
            Err(error) => pool.worker(|worker| worker.problem(error.problem(&id))),
        }
    });
}

/// Searches an object once and makes a finding for each of its occurrences. `texts` are those that
/// [`objects::texts`] gives.
fn show_object(
    pool: &ScanPool<'_>,
    repository: &Repository,
    (id, texts): (&ObjectId, &[&[u8]]),
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
        for (part, bytes) in texts.iter().enumerate() {
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
        if worker.values().is_some() {
            // The others are known there by a rule.
            return;
        }
        for _ in by_secret.keys().filter(|secret| !shown.contains(*secret)) {
            let what =
                "held a secret that could not be found again: a defect in sprawl; please report it";
            worker.problem(Problem::new(id.to_string(), what));
        }
    });
}

/// Problems for objects that are referred to and missing, as far as some reference leads to them. A clone
/// that is incomplete on purpose gets one problem for all.
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
             scanned; `git fetch --unshallow` fetches it",
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

/// Everything that refers to objects.
struct Ways<'w> {
    commits: &'w Commits,
    trees: &'w Trees,
    tips: &'w [Tip],
    indexed: &'w [(ObjectId, Vec<u8>)],
}

/// Missing objects that something refers to. Each is named once, because every later version of a tree
/// refers to what an earlier one does.
#[derive(Default)]
struct Missing {
    /// Index of the first reference to each object in the list.
    indices: HashMap<ObjectId, usize>,
    /// Place and description of the first reference to each, and how many more there are.
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
