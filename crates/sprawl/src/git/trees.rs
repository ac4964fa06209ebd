//! The trees of a repository: which directory holds which, and where certain blobs lie.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use gix::hash::oid;
use gix::objs::Kind;
use rayon::prelude::*;

use super::absent::{self, Role};
use super::catalogue::{Catalogue, NOWHERE, Number};
use super::numbering::Numbering;
use super::tree::{self, Entry};
use super::walk::{Object, Visitor};
use crate::problem::Problem;
use crate::threads::Pool;
use sprawl_detect::version::Shared;

/// Who knows in which names there is a secret, and is told of damage. Called from all threads at once.
pub trait Watcher: Sync {
    /// Whether there may be a secret in a name: asked of every name in every tree.
    fn may_be_telling(&self, name: &[u8]) -> bool;

    /// Whether there is a secret in a name that may be telling: asked of each once on each thread.
    fn is_telling(&self, name: &[u8]) -> bool;

    /// Takes note of what cannot be read.
    fn problem(&self, problem: Problem);
}

/// Reads all trees and keeps the links between them, and those to wanted blobs.
pub struct Reading<'c, W: Watcher> {
    pool: &'c Pool,
    watcher: &'c W,
    catalogue: &'c Catalogue<'c>,
    /// Whether each object is a wanted blob.
    wanted: &'c [bool],
    threads: Vec<Mutex<Notes>>,
}

/// A name in a tree that leads somewhere of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The name; with [`BLOB`] added if it is a blob's.
    name: u32,
    /// What it names.
    pub target: Number,
}

/// Marks a name as that of a blob.
const BLOB: u32 = 1 << 31;

impl Link {
    /// Whether it is there for its name alone, in which there is a secret.
    pub fn is_telling(self) -> bool {
        self.is_blob() && self.target == NOWHERE
    }

    /// Whether it leads to a blob.
    pub fn is_blob(self) -> bool {
        self.name & BLOB != 0
    }

    /// What links of one tree are in order of: the name, blobs last.
    pub fn key(self) -> u32 {
        self.name
    }

    /// The name's number.
    pub fn name(self) -> u32 {
        self.name & !BLOB
    }
}

/// Notes of one thread.
#[derive(Debug)]
struct Notes {
    /// Number of each tree, and where its links end.
    trees: Vec<(Number, usize)>,
    links: Vec<Link>,
    names: Numbering<Vec<u8>>,
    absent: absent::Notes,
    /// Whether there is a secret in each name that was looked at.
    telling: HashMap<Box<[u8]>, bool>,
}

/// What is remembered of a tree for those made from it.
#[derive(Debug, Default)]
pub struct Kept {
    /// Where each entry begins, and the end.
    starts: Vec<u32>,
    /// The links, with where their entries begin.
    links: Vec<(u32, Link)>,
}

impl<'c, W: Watcher> Reading<'c, W> {
    /// Looks for the blobs that are marked in `wanted`, which has an element for every object.
    pub fn new(
        pool: &'c Pool,
        watcher: &'c W,
        catalogue: &'c Catalogue<'c>,
        wanted: &'c [bool],
    ) -> Self {
        let notes = || Notes {
            trees: Vec::new(),
            links: Vec::new(),
            names: Numbering::default(),
            absent: absent::Notes::default(),
            telling: HashMap::new(),
        };
        let threads = (0..pool.threads()).map(|_| Mutex::new(notes())).collect();
        Self { pool, watcher, catalogue, wanted, threads }
    }

    /// Puts together what the threads have seen.
    pub fn finish(self) -> (Trees, Vec<absent::Notes>) {
        let mut trees = Trees {
            index: vec![NOWHERE; self.catalogue.len()],
            ends: Vec::new(),
            links: Vec::new(),
            names: Vec::new(),
        };
        let mut absent = Vec::new();
        let threads: Vec<Notes> = self
            .threads
            .into_iter()
            .map(|notes| notes.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let names = Numbering::values(threads.iter().map(|notes| &notes.names));
        let threads: Vec<Translated> = self
            .pool
            .scope(|_| threads.into_par_iter().map(|notes| notes.translated(&names)).collect());
        for notes in threads {
            absent.push(notes.absent);
            let first = trees.links.len();
            trees.links.extend(notes.links);
            for (number, end) in notes.trees {
                trees.index[number as usize] = trees.ends.len() as u32;
                trees.ends.push(first + end);
            }
        }
        trees.names = names;
        (trees, absent)
    }
}

/// Notes of one thread, with names by the numbers that they have for all.
struct Translated {
    trees: Vec<(Number, usize)>,
    links: Vec<Link>,
    absent: absent::Notes,
}

impl Notes {
    fn translated(mut self, names: &[Vec<u8>]) -> Translated {
        let translation = self.names.places(names);
        let mut start = 0;
        for (_, end) in &self.trees {
            let links = &mut self.links[start..*end];
            for link in links.iter_mut() {
                link.name = translation[link.name() as usize] | (link.name & BLOB);
            }
            links.sort_unstable();
            start = *end;
        }
        Translated { trees: self.trees, links: self.links, absent: self.absent }
    }
}

impl<W: Watcher> Visitor for Reading<'_, W> {
    type Kept = Kept;

    fn size_of(kept: &Kept) -> usize {
        kept.starts.capacity() * size_of::<u32>() + kept.links.capacity() * size_of::<(u32, Link)>()
    }

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Tree
    }

    fn visit(
        &self,
        object: &Object<'_>,
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) {
        let mut notes =
            self.threads[self.pool.thread()].lock().unwrap_or_else(PoisonError::into_inner);
        let mut unkept = Kept::default();
        let kept = keep.unwrap_or(&mut unkept);
        let empty = Kept::default();
        let (base, shared) = made_from.unwrap_or((&empty, &[]));
        let whole = self.read(&mut notes, object, base, shared, kept);
        if !whole {
            let id = self.catalogue.id(object.number).to_string();
            self.problem(Problem::new(id, "the tree is damaged; its rest was not followed"));
        }
        if !object.copy {
            notes.links.extend(kept.links.iter().map(|(_, link)| *link));
            let end = notes.links.len();
            notes.trees.push((object.number, end));
        }
    }

    fn problem(&self, problem: Problem) {
        self.watcher.problem(problem);
    }
}

impl<W: Watcher> Reading<'_, W> {
    /// Finds the entries of a tree: those within shared runs from the tree that it was made from, the
    /// others from its bytes. Says whether all of it could be read.
    fn read(
        &self,
        notes: &mut Notes,
        object: &Object<'_>,
        base: &Kept,
        mut shared: &[Shared],
        kept: &mut Kept,
    ) -> bool {
        let bytes = object.bytes;
        let id_length = self.catalogue.id_length();
        let mut at = 0;
        while at < bytes.len() {
            while shared.first().is_some_and(|run| run.at + run.length <= at) {
                shared = &shared[1..];
            }
            if let Some(run) = shared.first().filter(|run| run.at <= at)
                && let Some(next) = carry_over(base, run, at, kept)
            {
                at = next;
                continue;
            }
            let mut rest = &bytes[at..];
            let Some(entry) = tree::entry(&mut rest, id_length) else { return false };
            kept.starts.push(at as u32);
            if let Some(link) = self.link(notes, object.number, &entry) {
                kept.links.push((at as u32, link));
            }
            if self.is_telling(notes, entry.name) {
                let name = notes.names.number(entry.name) | BLOB;
                kept.links.push((at as u32, Link { name, target: NOWHERE }));
            }
            at = bytes.len() - rest.len();
        }
        kept.starts.push(at as u32);
        true
    }

    fn is_telling(&self, notes: &mut Notes, name: &[u8]) -> bool {
        if !self.watcher.may_be_telling(name) {
            return false;
        }
        if let Some(known) = notes.telling.get(name) {
            return *known;
        }
        let telling = self.watcher.is_telling(name);
        notes.telling.insert(name.into(), telling);
        telling
    }

    fn link(&self, notes: &mut Notes, holder: Number, entry: &Entry<'_>) -> Option<Link> {
        let mark = match entry.kind {
            tree::Kind::Blob => BLOB,
            tree::Kind::Tree => 0,
            tree::Kind::Submodule => return None,
        };
        let id = oid::from_bytes_unchecked(entry.id);
        let Some(target) = self.catalogue.number(id) else {
            if !id.is_empty_tree() && !id.is_empty_blob() {
                notes.absent.add(holder, Role::Entry(entry.name), id.to_owned());
            }
            return None;
        };
        if mark == BLOB && !self.wanted[target as usize] {
            return None;
        }
        let name = notes.names.number(entry.name);
        Some(Link { name: name | mark, target })
    }
}

/// Takes over the entries of the base that lie whole within a run, from where `at` is; says where
/// they end, if there are any.
fn carry_over(base: &Kept, run: &Shared, at: usize, kept: &mut Kept) -> Option<usize> {
    let from = u32::try_from(at - run.at + run.from).ok()?;
    let limit = u32::try_from(run.from + run.length).ok()?;
    let first = base.starts.binary_search(&from).ok()?;
    // The last start is the end of the tree: an entry reaches to the start of the next.
    let count = base.starts[first + 1..].partition_point(|start| *start <= limit);
    if count == 0 {
        return None;
    }
    let at = at as u32;
    let end = base.starts[first + count];
    kept.starts.extend(base.starts[first..first + count].iter().map(|start| start - from + at));
    let links = base.links.partition_point(|(start, _)| *start < from);
    let links = base.links[links..].iter().take_while(|(start, _)| *start < end);
    kept.links.extend(links.map(|(start, link)| (start - from + at, *link)));
    Some((end - from + at) as usize)
}

/// The links between all trees.
#[derive(Debug, Default)]
pub struct Trees {
    /// For each object the index of the tree that it is.
    index: Vec<u32>,
    /// Where the links of each tree end.
    ends: Vec<usize>,
    /// In order of name within each tree, blobs last.
    links: Vec<Link>,
    names: Vec<Vec<u8>>,
}

impl Trees {
    /// No trees, but names, in order.
    pub fn of_names(names: BTreeSet<&[u8]>) -> Self {
        Self { names: names.into_iter().map(<[u8]>::to_vec).collect(), ..Self::default() }
    }

    /// The number of a name.
    pub fn number_of(&self, name: &[u8]) -> Option<u32> {
        self.names.binary_search_by(|there| there.as_slice().cmp(name)).ok().map(|at| at as u32)
    }

    /// The links of a tree, in order of the numbers of their names, blobs last; none for what is no
    /// tree.
    pub fn links(&self, number: Number) -> &[Link] {
        match self.index.get(number as usize) {
            Some(&index) if index != NOWHERE => {
                let index = index as usize;
                let start = if index == 0 { 0 } else { self.ends[index - 1] };
                &self.links[start..self.ends[index]]
            }
            _ => &[],
        }
    }

    /// A name by its number.
    pub fn name(&self, number: u32) -> &[u8] {
        &self.names[number as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Numbers of all trees, in order.
    pub fn numbers(&self) -> impl Iterator<Item = Number> {
        (0..).zip(&self.index).filter(|(_, index)| **index != NOWHERE).map(|(number, _)| number)
    }

    /// Walks everything below some trees, each tree once, in order, with the path from the first of
    /// them that leads there. `roots` have a number of their own each.
    pub fn each_below(
        &self,
        roots: impl Iterator<Item = (u32, Number)>,
        mut each: impl FnMut(u32, &[u8], Link),
    ) {
        let mut seen = vec![false; self.index.len()];
        for (root, tree) in roots {
            let mut pending = vec![(Vec::new(), tree, 0)];
            while let Some((path, tree, depth)) = pending.pop() {
                match seen.get_mut(tree as usize) {
                    Some(seen) if !*seen && depth <= tree::DEEPEST => *seen = true,
                    _ => continue,
                }
                for link in self.links(tree) {
                    let mut path = path.clone();
                    if !path.is_empty() {
                        path.push(b'/');
                    }
                    path.extend_from_slice(self.name(link.name()));
                    if link.is_blob() {
                        each(root, &path, *link);
                    } else {
                        pending.push((path, link.target, depth + 1));
                    }
                }
            }
        }
    }

    /// Forgets all links that do not lead to a wanted blob in the end.
    pub fn prune(&mut self) {
        let holds = self.holding();
        let mut kept = 0;
        let mut start = 0;
        for end in &mut self.ends {
            for at in start..*end {
                let link = self.links[at];
                if link.is_blob() || holds[link.target as usize] {
                    self.links[kept] = link;
                    kept += 1;
                }
            }
            start = *end;
            *end = kept;
        }
        self.links.truncate(kept);
        self.links.shrink_to_fit();
    }

    /// For each object whether it is a tree with a wanted blob somewhere below.
    fn holding(&self) -> Vec<bool> {
        const UNKNOWN: u8 = 0;
        const OPEN: u8 = 1;
        const EMPTY: u8 = 2;
        const HOLDS: u8 = 3;
        let mut state = vec![UNKNOWN; self.index.len()];
        // Blobs come last among the links: looking at the end first saves most of the way.
        for number in self.numbers() {
            if self.links(number).last().is_some_and(|link| link.is_blob()) {
                state[number as usize] = HOLDS;
            }
        }
        let mut stack: Vec<(Number, usize)> = Vec::new();
        for number in self.numbers() {
            if state[number as usize] != UNKNOWN {
                continue;
            }
            state[number as usize] = OPEN;
            stack.push((number, 0));
            while let Some((tree, next)) = stack.last_mut() {
                let tree = *tree;
                let Some(link) = self.links(tree).get(*next) else {
                    state[tree as usize] = EMPTY;
                    stack.pop();
                    continue;
                };
                let target = link.target;
                match state[target as usize] {
                    UNKNOWN => {
                        state[target as usize] = OPEN;
                        stack.push((target, 0));
                    }
                    // The others below are looked at when it is their turn.
                    HOLDS => {
                        state[tree as usize] = HOLDS;
                        stack.pop();
                    }
                    // A tree within itself is damage; it adds nothing.
                    _ => *next += 1,
                }
            }
        }
        state.into_iter().map(|state| state == HOLDS).collect()
    }
}
