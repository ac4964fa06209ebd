//! What objects refer to and what is not in the repository. In a partial clone every tree may refer to
//! thousands of such objects: a reference is kept in twelve bytes.

use gix::hash::ObjectId;

use super::catalogue::Number;
use super::numbering::Numbering;

/// How one object refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role<'a> {
    /// A commit to its parent.
    Parent,
    /// A commit to its tree.
    Tree,
    /// A tree to what has this name.
    Entry(&'a [u8]),
    /// A tag to what it was made for.
    Target,
}

/// Something that an object refers to and that is not in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence<'a> {
    /// The object that refers to it.
    pub holder: Number,
    /// In which way.
    pub role: Role<'a>,
    /// What is not there.
    pub id: ObjectId,
}

/// What one thread has come across.
#[derive(Debug, Default)]
pub struct Notes {
    ids: Numbering<ObjectId>,
    names: Numbering<Vec<u8>>,
    references: Vec<Reference>,
}

/// What all threads have come across.
#[derive(Debug, Default)]
pub struct Absences {
    /// In order.
    ids: Vec<ObjectId>,
    /// In order.
    names: Vec<Vec<u8>>,
    /// In order, each once.
    references: Vec<Reference>,
}

/// Ids and names are numbers; that of a name is [`FIRST_NAME`] less than the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Reference {
    holder: Number,
    role: u32,
    id: u32,
}

const PARENT: u32 = 0;
const TREE: u32 = 1;
const TARGET: u32 = 2;
const FIRST_NAME: u32 = 3;

impl Notes {
    /// Takes note of an object that is not there.
    pub fn add(&mut self, holder: Number, role: Role<'_>, id: ObjectId) {
        let role = match role {
            Role::Parent => PARENT,
            Role::Tree => TREE,
            Role::Target => TARGET,
            Role::Entry(name) => FIRST_NAME + self.names.number(name),
        };
        let id = self.ids.number(&id);
        self.references.push(Reference { holder, role, id });
    }
}

impl Absences {
    /// Puts the notes of all threads together.
    pub fn new(notes: Vec<Notes>) -> Self {
        let ids = Numbering::values(notes.iter().map(|notes| &notes.ids));
        let names = Numbering::values(notes.iter().map(|notes| &notes.names));
        let mut references = Vec::new();
        for notes in notes {
            let (id, name) = (notes.ids.places(&ids), notes.names.places(&names));
            references.extend(notes.references.into_iter().map(|reference| Reference {
                role: match reference.role.checked_sub(FIRST_NAME) {
                    Some(number) => FIRST_NAME + name[number as usize],
                    None => reference.role,
                },
                id: id[reference.id as usize],
                ..reference
            }));
        }
        references.sort_unstable();
        references.dedup();
        Self { ids, names, references }
    }

    /// Whether everything is there.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }

    /// All of them, by holder.
    pub fn iter(&self) -> impl Iterator<Item = Absence<'_>> {
        self.references.iter().map(|reference| Absence {
            holder: reference.holder,
            role: match reference.role {
                PARENT => Role::Parent,
                TREE => Role::Tree,
                TARGET => Role::Target,
                name => Role::Entry(&self.names[(name - FIRST_NAME) as usize]),
            },
            id: self.ids[reference.id as usize],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gix::hash::Kind;

    fn id(byte: u8) -> ObjectId {
        ObjectId::from_bytes_or_panic(&[byte; 20])
    }

    #[test]
    fn it_makes_no_difference_which_thread_saw_what() {
        let seen = [
            (7, Role::Entry(b"z"), id(9)),
            (7, Role::Entry(b"a"), id(9)),
            (3, Role::Target, id(1)),
            (3, Role::Parent, id(4)),
            (7, Role::Entry(b"a"), id(9)),
            (1, Role::Tree, ObjectId::null(Kind::Sha1)),
        ];
        let of = |splits: &[&[(Number, Role<'static>, ObjectId)]]| {
            let notes = splits.iter().map(|seen| {
                let mut notes = Notes::default();
                seen.iter().for_each(|(holder, role, id)| notes.add(*holder, *role, *id));
                notes
            });
            let absences = Absences::new(notes.collect());
            let all = absences.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>();
            (all, absences.is_empty())
        };
        let one = of(&[&seen]);
        assert_eq!(one.0.len(), 5);
        assert_eq!(one, of(&[&seen[3..], &seen[..3]]));
        assert_eq!(one, of(&[&seen[5..], &seen[1..5], &seen[..2]]));
        assert_eq!(of(&[&[], &[]]), (Vec::new(), true));
    }
}
