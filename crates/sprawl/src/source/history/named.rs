//! Names in a history: those of files, directories and references, which may hold a secret themselves, and
//! those of containers, which the report lists because nobody looked into them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::blob::{Base, Blob};
use crate::finding::{GitPlace, Origin};
use crate::git::Repository;
use crate::git::catalogue::Number;
use crate::git::objects::Reader;
use crate::git::provenance::History;
use crate::git::refs::{Tip, TipKind};
use crate::scan::ScanPool;
use crate::scan::place::Place;
use sprawl_detect::text::display_bytes;
use sprawl_unpack::unread::Unread;

/// Hexadecimal digits of an id that are shown where no path is.
const SHORT: usize = 12;

/// Searches the names of references.
pub(in crate::source) fn references(pool: &ScanPool<'_>, repository: &Repository, tips: &[Tip]) {
    for tip in tips.iter().filter(|tip| tip.kind != TipKind::Head) {
        reference(pool, repository, &tip.name, &tip.id.to_string());
    }
}

/// Searches the name of one reference, which points at an object.
pub(in crate::source) fn reference(
    pool: &ScanPool<'_>,
    repository: &Repository,
    name: &str,
    object: &str,
) {
    let (what, short) = [("branch", "refs/heads/"), ("tag", "refs/tags/")]
        .iter()
        .find_map(|(what, place)| Some((*what, name.strip_prefix(place)?)))
        .unwrap_or(("reference", name));
    let place = GitPlace {
        object: object.to_owned(),
        reach: "reachable",
        at_head: true,
        ..GitPlace::default()
    };
    pool.worker(|worker| {
        worker.name(&Blob {
            base: Base::TOP,
            bytes: short.as_bytes(),
            path: &format!("<{what} {short}>"),
            repository: repository.name(),
            origin: &Origin::Git(Arc::new(place)),
            untracked: false,
        });
    });
}

/// Names of files and directories in which there is a secret: each path once, with the first commit
/// that has it.
pub(super) fn entries(pool: &ScanPool<'_>, repository: &Repository, history: &History<'_>) {
    let mut at_head = BTreeSet::new();
    let head = history.head_tree().into_iter().map(|tree| (0, tree));
    history.trees.each_below(head, |_, path, link| {
        if link.is_telling() {
            at_head.insert(path.to_vec());
        }
    });
    let mut first: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    let commits = (0..).zip(history.commits.all()).map(|(at, commit)| (at, commit.tree));
    // Trees that no commit leads to come last.
    let others = history.trees.numbers().map(|tree| (NONE, tree));
    history.trees.each_below(commits.chain(others), |commit, path, link| {
        if link.is_telling() {
            first.entry(path.to_vec()).or_insert(commit);
        }
    });
    for path in &at_head {
        first.entry(path.clone()).or_insert(NONE);
    }
    let reaches = if first.is_empty() { Vec::new() } else { history.reaches() };
    let mut reader = Reader::default();
    for (path, commit) in first {
        let mut place = match commit {
            NONE => GitPlace::default(),
            commit => history.brought_by(commit, &mut reader),
        };
        place.at_head = at_head.contains(&path);
        place.reach = match commit {
            _ if place.at_head => "reachable",
            NONE => "unreachable",
            commit => reaches[commit as usize],
        };
        place.object = place.commit.clone().unwrap_or_default();
        entry(pool, repository, &path, place);
    }
}

/// No commit.
const NONE: u32 = u32::MAX;

/// Searches the last part of a path.
pub(in crate::source) fn entry(
    pool: &ScanPool<'_>,
    repository: &Repository,
    path: &[u8],
    place: GitPlace,
) {
    let shown = display_bytes(path);
    let place = GitPlace { paths: vec![shown.clone()], ..place };
    let place = Place::in_history(repository.name(), &shown, place);
    pool.worker(|worker| worker.name_in_history(name_of(path), &place));
}

/// The last part of a path.
pub(in crate::source) fn name_of(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or(path)
}

/// The paths of the directories above a file, from the top on, and its own.
pub(in crate::source) fn paths_to(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = memchr::memchr_iter(b'/', path);
    slashes.chain([path.len()]).map(|end| &path[..end])
}

/// Names what was not read in blobs: where HEAD has them, or else where they were last.
pub(super) fn unread(pool: &ScanPool<'_>, history: &History<'_>, unread: Vec<(Number, Unread)>) {
    if unread.is_empty() {
        return;
    }
    let mut wanted: BTreeSet<Number> = unread.iter().map(|(object, _)| *object).collect();
    let mut paths: BTreeMap<Number, String> = BTreeMap::new();
    let commits = history.commits.all().iter().rev().map(|commit| commit.tree);
    let roots = history.head_tree().into_iter().chain(commits).map(|tree| (0, tree));
    history.trees.each_below(roots, |_, path, link| {
        if wanted.remove(&link.target) {
            paths.insert(link.target, display_bytes(path));
        }
    });
    pool.worker(|worker| {
        for (object, unread) in unread {
            let id = history.catalogue.id(object);
            let indexed = || {
                let first = history.indexed.partition_point(|(there, _)| *there < id);
                let (there, path) = history.indexed.get(first)?;
                (*there == id).then(|| display_bytes(path))
            };
            let place = (paths.get(&object).cloned().or_else(indexed))
                .unwrap_or_else(|| format!("<blob {}>", id.to_hex_with_len(SHORT)));
            worker.output.unread.push(unread.below(&place));
        }
    });
}
