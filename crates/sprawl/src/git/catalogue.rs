//! All objects of a repository, numbered: an object's number is four bytes where its id is twenty or
//! thirty-two, and lists of numbers are all that is kept of a history while it is read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gix::hash::{ObjectId, oid};

use super::objects::Objects;
use super::pack::Pack;
use crate::problem::Problem;
use sprawl_detect::text::display_path;

/// Number of an object. Objects in packs come first, pack by pack, each in the order of its index;
/// loose ones follow.
pub type Number = u32;

/// The number of no object: of one that is not in the repository.
pub const NOWHERE: Number = u32::MAX;

/// The number of the tree without entries, which need not be in a repository to be there.
pub const EMPTY_TREE: Number = u32::MAX - 1;

/// Whoever gives numbers to objects.
pub trait Numbers {
    /// The id of a number that was given.
    fn id(&self, number: Number) -> ObjectId;

    /// The number of an id, if it has one.
    fn number(&self, id: &oid) -> Option<Number>;
}

/// Dense numbers for a small set of objects, given on first use.
#[derive(Debug, Default)]
pub struct SmallNumbering {
    ids: Vec<ObjectId>,
    numbers: BTreeMap<ObjectId, Number>,
}

impl SmallNumbering {
    /// The number of an id, a new one if it has none yet.
    pub fn give(&mut self, id: ObjectId) -> Number {
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len() as Number - 1
        })
    }

    /// How many numbers were given.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

impl Numbers for SmallNumbering {
    fn id(&self, number: Number) -> ObjectId {
        self.ids[number as usize]
    }

    fn number(&self, id: &oid) -> Option<Number> {
        self.numbers.get(id).copied()
    }
}

impl Numbers for Catalogue<'_> {
    fn id(&self, number: Number) -> ObjectId {
        Self::id(self, number)
    }

    fn number(&self, id: &oid) -> Option<Number> {
        Self::number(self, id)
    }
}

/// The objects of a repository.
#[derive(Debug)]
pub struct Catalogue<'o> {
    hash: gix::hash::Kind,
    packs: Vec<&'o Pack>,
    /// The first number of each pack, and the first of the loose objects.
    firsts: Vec<Number>,
    loose: Vec<Loose>,
    table: Table,
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

/// An open-addressed table from ids to numbers. It holds the ids themselves: what is looked up in
/// millions of trees lies in one place of memory instead of two.
#[derive(Debug, Default)]
struct Table {
    id_length: usize,
    /// Id and number, one after the other; [`NOWHERE`] in free slots.
    slots: Vec<u8>,
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
            table: Table::default(),
            copies: Vec::new(),
            problems,
        };
        catalogue.fill_table();
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
            Some(pack_there) => pack_there.id(number - self.firsts[pack]).to_owned(),
            None => self.loose[(number - self.firsts[pack]) as usize].id,
        }
    }

    /// The number of an id: the lowest, where there are several copies of the object.
    pub fn number(&self, id: &oid) -> Option<Number> {
        self.table.find(id)
    }

    /// Whether the object has a lower number, too: it need not be looked at twice.
    pub fn is_copy(&self, number: Number) -> bool {
        !self.copies.is_empty() && self.copies.binary_search(&number).is_ok()
    }

    fn fill_table(&mut self) {
        let mut table = Table::with_room_for(self.len(), self.id_length());
        let packed =
            self.packs.iter().flat_map(|pack| (0..pack.len() as u32).map(|at| pack.id(at)));
        let loose = self.loose.iter().map(|loose| loose.id.as_ref());
        for (number, id) in (0..).zip(packed.chain(loose)) {
            if !table.insert(id, number) {
                self.copies.push(number);
            }
        }
        self.table = table;
    }
}

impl Table {
    fn with_room_for(count: usize, id_length: usize) -> Self {
        // A free slot is all ones, as is its number.
        Self { id_length, slots: vec![0xff; (count + count / 2 + 1) * (id_length + NUMBER)] }
    }

    fn find(&self, id: &oid) -> Option<Number> {
        let (number, _) = self.look(id);
        (number != NOWHERE).then_some(number)
    }

    /// Adds an id, unless it is there.
    fn insert(&mut self, id: &oid, number: Number) -> bool {
        let (there, start) = self.look(id);
        if there == NOWHERE {
            let slot = &mut self.slots[start..start + self.id_length + NUMBER];
            slot[..self.id_length].copy_from_slice(id.as_bytes());
            slot[self.id_length..].copy_from_slice(&number.to_ne_bytes());
        }
        there == NOWHERE
    }

    /// The number of an id and where its slot begins, or the free slot where it would be.
    fn look(&self, id: &oid) -> (Number, usize) {
        let stride = self.id_length + NUMBER;
        let count = self.slots.len() / stride;
        // Ids are evenly spread. In order of ids, slots are filled from the first to the last.
        let bits = id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let mut slot = ((u128::from(bits) * count as u128) >> 64) as usize;
        loop {
            let start = slot * stride;
            let (there, number) = self.slots[start..start + stride].split_at(self.id_length);
            let number = number.first_chunk().map_or(NOWHERE, |n| Number::from_ne_bytes(*n));
            if number == NOWHERE || there == id.as_bytes() {
                return (number, start);
            }
            slot = if slot + 1 == count { 0 } else { slot + 1 };
        }
    }
}

/// Bytes of a number.
const NUMBER: usize = size_of::<Number>();

/// Whether it is a file or leads to one: whoever reads a FIFO waits for ever.
fn is_file(entry: &std::fs::DirEntry) -> bool {
    entry
        .file_type()
        .is_ok_and(|kind| kind.is_file() || (kind.is_symlink() && entry.path().is_file()))
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
                            if !is_file(&name) {
                                problems.push(Problem::new(id.to_string(), "is not a file"));
                                continue;
                            }
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
