//! A nest of containers, read from the outside in: each member is handed over once, and what cannot be
//! read is named.

use std::io::Read;

use crate::budget::Budget;
use crate::unread::Unread;

/// The bytes of a container or member.
pub enum Input<'a> {
    /// All of them.
    Bytes(&'a [u8]),
    /// The first ones, and a reader of those that follow.
    Stream {
        /// The first bytes, at most [`HEAD`]; all of them if there are fewer.
        head: &'a [u8],
        /// The bytes after the head.
        rest: &'a mut dyn Read,
    },
}

/// Bytes at the head of a stream that are held in memory: 8 MiB. A member of up to this length is handed over
/// as a whole.
pub const HEAD: usize = 8 << 20;

/// A member that is no container, or one of a kind that is not opened.
pub struct Member<'a> {
    /// Its path below the outermost container: `inner.zip!app/.env`.
    pub path: &'a str,
    /// Its bytes. A reader that fails stands for a member that is cut short or damaged, or for the end of
    /// the budget; the nest names that itself.
    pub input: Input<'a>,
}

/// What takes the members of a nest.
pub trait Visitor {
    /// Takes a member. What it brings forth by itself, decoded segments of a text, is counted in the
    /// same budget.
    fn member(&mut self, member: Member<'_>, budget: &mut Budget);

    /// Takes note of what was not read; its place is a path as of a member, empty for the outermost
    /// container itself.
    fn unread(&mut self, unread: Unread);
}

/// Opens a container and everything in it. Says whether it is one that can be opened; if not, nothing
/// was read of its stream.
pub fn open(input: Input<'_>, budget: &mut Budget, visitor: &mut dyn Visitor) -> bool {
    let _ = (input, budget, visitor);
    false
}
