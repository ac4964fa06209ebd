//! All objects of a repository, numbered: an object's number is four bytes where its id is twenty or
//! thirty-two, and lists of numbers are all that is kept of a history while it is read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gix::hash::{ObjectId, oid};

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

/// Whoever gives numbers to objects.
pub trait Numbers {
    /// The id of a number that was given.
    fn id(&self, number: Number) -> ObjectId;

    /// The number of an id, if it has one.
    fn number(&self, id: &oid) -> Option<Number>;
}

/// Numbers for a few objects, given as they come.
#[derive(Debug, Default)]
pub struct Few {
    ids: Vec<ObjectId>,
    numbers: BTreeMap<ObjectId, Number>,
}

impl Few {
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

impl Numbers for Few {
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

/// An open-addressed table from ids to numbers: the place of an id follows from some of its bits, and
/// others are kept there, so that an id is hardly ever compared with another one in vain.
#[derive(Debug, Default)]
struct Table {
    /// Kept bits and number; [`NOWHERE`] in free slots.
    slots: Vec<(u32, Number)>,
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
        self.table.find(id, |number| self.id(number).as_ref() == id)
    }

    /// Whether the object has a lower number, too: it need not be looked at twice.
    pub fn is_copy(&self, number: Number) -> bool {
        !self.copies.is_empty() && self.copies.binary_search(&number).is_ok()
    }

    fn fill_table(&mut self) {
        let mut table = Table::with_room_for(self.len());
        for pack in 0..self.packs.len() {
            for at in 0..self.packs[pack].len() as u32 {
                let id = self.packs[pack].id(at).to_owned();
                self.add(&mut table, &id, self.firsts[pack] + at);
            }
        }
        for at in 0..self.loose.len() {
            let (id, number) = (self.loose[at].id, self.first_loose() + at as Number);
            self.add(&mut table, &id, number);
        }
        self.table = table;
    }

    fn add(&mut self, table: &mut Table, id: &oid, number: Number) {
        match table.find(id, |lower| self.id(lower).as_ref() == id) {
            Some(_) => self.copies.push(number),
            None => table.insert(id, number),
        }
    }
}

impl Table {
    fn with_room_for(count: usize) -> Self {
        Self { slots: vec![(0, NOWHERE); (count * 2 + 1).next_power_of_two()] }
    }

    fn find(&self, id: &oid, is_it: impl Fn(Number) -> bool) -> Option<Number> {
        let (mut slot, kept) = self.place(id);
        loop {
            let (there, number) = self.slots[slot];
            if number == NOWHERE {
                return None;
            }
            if there == kept && is_it(number) {
                return Some(number);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    fn insert(&mut self, id: &oid, number: Number) {
        let (mut slot, kept) = self.place(id);
        while self.slots[slot].1 != NOWHERE {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = (kept, number);
    }

    /// Where to begin to look for an id, and what is kept of it.
    fn place(&self, id: &oid) -> (usize, u32) {
        let bits = id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        ((bits & (self.slots.len() as u64 - 1)) as usize, (bits >> 32) as u32)
    }
}

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
                                problems.push(Problem::new(id.to_string(), "is no file"));
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
