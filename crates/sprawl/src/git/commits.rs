//! The commits of a repository and how they hang together, in a few bytes each.

use gix::hash::ObjectId;

use super::absent::{self, Role};
use super::catalogue::{EMPTY_TREE, NOWHERE, Number, Numbers};
use super::commit::{Commit as Parsed, tag_target};

/// Notes that one thread takes of the commits and tags that it comes across.
#[derive(Debug, Default)]
pub struct Notes {
    commits: Vec<Note>,
    parents: Vec<Number>,
    tags: Vec<(Number, Number)>,
    /// What is referred to and is not there.
    pub absent: absent::Notes,
}

#[derive(Debug)]
struct Note {
    number: Number,
    tree: Number,
    /// How many of the thread's parents are those of commits up to this one.
    parents_end: u32,
    committed: i64,
}

impl Notes {
    /// Takes note of a commit; says whether it is one.
    pub fn commit(&mut self, catalogue: &impl Numbers, number: Number, bytes: &[u8]) -> bool {
        let Some(commit) = Parsed::parse(bytes) else { return false };
        let mut find = |id: ObjectId, role: Role<'_>| {
            catalogue.number(&id).unwrap_or_else(|| {
                self.absent.add(number, role, id);
                NOWHERE
            })
        };
        let tree =
            if commit.tree.is_empty_tree() { EMPTY_TREE } else { find(commit.tree, Role::Tree) };
        for parent in commit.parents {
            let parent = find(parent, Role::Parent);
            self.parents.push(parent);
        }
        let parents_end = self.parents.len() as u32;
        self.commits.push(Note { number, tree, parents_end, committed: commit.committed });
        true
    }

    /// Takes note of a tag; says whether it is one.
    pub fn tag(&mut self, catalogue: &impl Numbers, number: Number, bytes: &[u8]) -> bool {
        let Some(id) = tag_target(bytes) else { return false };
        let target = catalogue.number(&id).unwrap_or_else(|| {
            self.absent.add(number, Role::Target, id);
            NOWHERE
        });
        self.tags.push((number, target));
        true
    }
}

/// All commits, parents before children, older ones first among those that are free to come in any
/// order.
#[derive(Debug, Default)]
pub struct Commits {
    commits: Vec<Commit>,
    /// For each object the index of the commit that it is.
    index: Vec<u32>,
    /// Tags with what they point at, by number.
    tags: Vec<(Number, Number)>,
}

/// One commit.
#[derive(Debug)]
pub struct Commit {
    /// Its number.
    pub number: Number,
    /// The number of its tree, or [`NOWHERE`] if that is missing.
    pub tree: Number,
    /// Indexes of its parents, as far as they are there.
    pub parents: Box<[u32]>,
}

impl Commits {
    /// Puts the notes of all threads together. `count` is the number of objects.
    pub fn new(notes: Vec<Notes>, count: usize) -> Self {
        let mut tags = Vec::new();
        let mut all: Vec<(Note, Box<[Number]>)> = Vec::new();
        for notes in notes {
            tags.extend(notes.tags);
            let mut start = 0;
            for note in notes.commits {
                let parents = &notes.parents[start..note.parents_end as usize];
                start = note.parents_end as usize;
                let parents: Box<[Number]> = parents.into();
                all.push((note, parents));
            }
        }
        tags.sort_unstable();
        all.sort_by_key(|(note, _)| (note.committed, note.number));
        let mut index = vec![NOWHERE; count];
        for (at, (note, _)) in (0..).zip(&all) {
            index[note.number as usize] = at;
        }
        let order = parents_first(&all, &index);
        for (at, from) in (0..).zip(&order) {
            index[all[*from as usize].0.number as usize] = at;
        }
        let commits = order
            .iter()
            .map(|from| {
                let (note, parents) = &all[*from as usize];
                let parents = parents.iter().filter(|parent| **parent != NOWHERE);
                Commit {
                    number: note.number,
                    tree: note.tree,
                    parents: parents
                        .map(|parent| index[*parent as usize])
                        .filter(|parent| *parent != NOWHERE)
                        .collect(),
                }
            })
            .collect();
        Self { commits, index, tags }
    }

    /// Commits that are known already, in their order: number, tree and parents of each. `count` is
    /// the number of objects.
    pub fn of(known: impl Iterator<Item = (Number, Number, Vec<Number>)>, count: usize) -> Self {
        let known: Vec<_> = known.collect();
        let mut index = vec![NOWHERE; count];
        for (at, (number, _, _)) in (0..).zip(&known) {
            index[*number as usize] = at;
        }
        let commits = known
            .into_iter()
            .map(|(number, tree, parents)| {
                let parents = parents.into_iter().map(|parent| index[parent as usize]);
                Commit { number, tree, parents: parents.filter(|at| *at != NOWHERE).collect() }
            })
            .collect();
        Self { commits, index, tags: Vec::new() }
    }

    /// All of them, parents first.
    pub fn all(&self) -> &[Commit] {
        &self.commits
    }

    /// The index of the commit with this number.
    pub fn index(&self, number: Number) -> Option<u32> {
        self.index.get(number as usize).copied().filter(|at| *at != NOWHERE)
    }

    /// What a reference leads to in the end: tags are followed.
    pub fn peel(&self, mut number: Number) -> Number {
        // Tags of tags are rare, and those of themselves cannot be made; damage can.
        for _ in 0..MOST_TAGS {
            match self.tags.binary_search_by_key(&number, |(tag, _)| *tag) {
                Ok(at) => number = self.tags[at].1,
                Err(_) => return number,
            }
        }
        NOWHERE
    }
}

const MOST_TAGS: usize = 64;

/// Orders commits so that parents come before children, otherwise by their place in the list (which
/// is by time). What is left in a circle, by damage, comes last.
fn parents_first(all: &[(Note, Box<[Number]>)], index: &[u32]) -> Vec<u32> {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;
    let known = |parents: &[Number]| -> Vec<u32> {
        let there = parents.iter().filter(|parent| **parent != NOWHERE);
        there.map(|parent| index[*parent as usize]).filter(|at| *at != NOWHERE).collect()
    };
    let mut waits = vec![0_u32; all.len()];
    let mut starts = vec![0_u32; all.len() + 1];
    for (_, parents) in all {
        known(parents).into_iter().for_each(|parent| starts[parent as usize + 1] += 1);
    }
    for at in 0..all.len() {
        starts[at + 1] += starts[at];
    }
    let mut free = starts.clone();
    let mut children = vec![0_u32; free[all.len()] as usize];
    for (at, (_, parents)) in (0..).zip(all) {
        for parent in known(parents) {
            children[free[parent as usize] as usize] = at;
            free[parent as usize] += 1;
            waits[at as usize] += 1;
        }
    }
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..all.len() as u32).filter(|at| waits[*at as usize] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(all.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        let at = at as usize;
        for child in &children[starts[at] as usize..starts[at + 1] as usize] {
            waits[*child as usize] -= 1;
            if waits[*child as usize] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    if order.len() < all.len() {
        order.extend((0..all.len() as u32).filter(|at| waits[*at as usize] > 0));
    }
    order
}
