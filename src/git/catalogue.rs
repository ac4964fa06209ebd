//! All objects of a repository, numbered: an object's number is four bytes where its id is twenty or
//! thirty-two, and lists of numbers are all that is kept of a history while it is read.

use std::path::PathBuf;

use gix::hash::{ObjectId, oid};
use rayon::prelude::*;

use super::objects::Objects;
use super::pack::Pack;
use crate::problem::Problem;
use crate::text::display_path;

/// Number of an object. Objects in packs come first, pack by pack, each in the order of its index;
/// loose ones follow.
pub type Number = u32;

/// The number of no object: of one that is not in the repository.
pub const NOWHERE: Number = u32::MAX;

/// The number of the tree without entries, which need not be in a repository to be there.
pub const EMPTY_TREE: Number = u32::MAX - 1;

/// The objects of a repository.
#[derive(Debug)]
pub struct Catalogue<'o> {
    hash: gix::hash::Kind,
    packs: Vec<&'o Pack>,
    /// The first number of each pack, and the first of the loose objects.
    firsts: Vec<Number>,
    loose: Vec<Loose>,
    lookup: Lookup,
    /// Objects that have a lower number as well.
    copies: Vec<Number>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
}

/// A loose object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loose {
    /// Its id.
    pub id: ObjectId,
    /// Its file.
    pub file: PathBuf,
}

#[derive(Debug)]
enum Lookup {
    /// One pack and nothing else: its own index serves.
    OnePack,
    /// The first eight bytes of each id, with its number, in order.
    Sorted(Vec<(u64, Number)>),
}

impl<'o> Catalogue<'o> {
    /// Lists everything in the object directories.
    ///
    /// # Errors
    /// There are more objects than can be numbered.
    pub fn new(objects: &'o Objects) -> Result<Self, Problem> {
        let (packs, mut problems) = objects.packs();
        problems.extend_from_slice(objects.problems());
        let loose = loose_objects(objects, &mut problems);
        let mut firsts = Vec::with_capacity(packs.len() + 1);
        let mut next: usize = 0;
        for pack in &packs {
            firsts.push(next as Number);
            next += pack.len();
        }
        firsts.push(next as Number);
        next += loose.len();
        if next >= EMPTY_TREE as usize {
            return Err(Problem::new("objects", "there are more than can be numbered"));
        }
        let mut catalogue = Self {
            hash: objects.hash(),
            packs,
            firsts,
            loose,
            lookup: Lookup::OnePack,
            copies: Vec::new(),
            problems,
        };
        if catalogue.packs.len() != 1 || !catalogue.loose.is_empty() {
            catalogue.sort(next as Number);
        }
        Ok(catalogue)
    }

    /// Bytes of an id.
    pub fn id_length(&self) -> usize {
        self.hash.len_in_bytes()
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.first_loose() as usize + self.loose.len()
    }

    /// Whether there is no object at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The packs.
    pub fn packs(&self) -> &[&'o Pack] {
        &self.packs
    }

    /// The loose objects; their numbers begin at [`Catalogue::first_loose`].
    pub fn loose(&self) -> &[Loose] {
        &self.loose
    }

    /// The number of the first loose object.
    pub fn first_loose(&self) -> Number {
        self.firsts[self.packs.len()]
    }

    /// The number of the first object of a pack.
    pub fn first_of_pack(&self, pack: usize) -> Number {
        self.firsts[pack]
    }

    /// The id of a number.
    pub fn id(&self, number: Number) -> ObjectId {
        let pack = self.firsts.partition_point(|first| *first <= number) - 1;
        // Empty packs share their first number with the next one; the last of them holds it.
        match self.packs.get(pack) {
            Some(pack_there) => pack_there.object(number - self.firsts[pack]).0.to_owned(),
            None => self.loose[(number - self.firsts[pack]) as usize].id,
        }
    }

    /// The number of an id: the lowest, where there are several copies of the object.
    pub fn number(&self, id: &oid) -> Option<Number> {
        let sorted = match &self.lookup {
            Lookup::OnePack => return self.packs[0].position(id),
            Lookup::Sorted(sorted) => sorted,
        };
        let prefix = prefix(id);
        let first = sorted.partition_point(|(there, _)| *there < prefix);
        sorted[first..]
            .iter()
            .take_while(|(there, _)| *there == prefix)
            .map(|(_, number)| *number)
            .find(|number| *self.id(*number) == *id)
    }

    /// Whether the object has a lower number, too: it need not be looked at twice.
    pub fn is_copy(&self, number: Number) -> bool {
        !self.copies.is_empty() && self.copies.binary_search(&number).is_ok()
    }

    fn sort(&mut self, count: Number) {
        let mut sorted: Vec<(u64, Number)> = Vec::with_capacity(count as usize);
        for (pack, first) in self.packs.iter().zip(&self.firsts) {
            let ids = (0..pack.len() as u32).map(|at| (prefix(pack.object(at).0), first + at));
            sorted.extend(ids);
        }
        let first = self.first_loose();
        sorted.extend((first..).zip(&self.loose).map(|(n, loose)| (prefix(&loose.id), n)));
        sorted.par_sort_unstable();
        for same in sorted.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            for (at, (_, number)) in same.iter().enumerate().skip(1) {
                let id = self.id(*number);
                if same[..at].iter().any(|(_, lower)| self.id(*lower) == id) {
                    self.copies.push(*number);
                }
            }
        }
        self.copies.sort_unstable();
        self.lookup = Lookup::Sorted(sorted);
    }
}

fn prefix(id: &oid) -> u64 {
    id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

fn loose_objects(objects: &Objects, problems: &mut Vec<Problem>) -> Vec<Loose> {
    let rest = objects.hash().len_in_hex() - 2;
    let mut all = Vec::new();
    for directory in objects.directories() {
        for first in 0..=255_u8 {
            let hex = format!("{first:02x}");
            let path = directory.join(&hex);
            let names = match std::fs::read_dir(&path) {
                Ok(names) => names,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let what = format!("loose objects cannot be listed: {error}");
                    problems.push(Problem::new(display_path(&path), what));
                    continue;
                }
            };
            for name in names {
                match name {
                    Ok(name) => {
                        let text = name.file_name();
                        let text = text.as_encoded_bytes();
                        // Temporary files and the like lie here as well.
                        if text.len() == rest
                            && let Ok(id) = ObjectId::from_hex(&[hex.as_bytes(), text].concat())
                        {
                            all.push(Loose { id, file: name.path() });
                        }
                    }
                    Err(error) => {
                        let what = format!("loose objects cannot be listed: {error}");
                        problems.push(Problem::new(display_path(&path), what));
                    }
                }
            }
        }
    }
    all.sort();
    all
}
