//! A nest of containers, read from the outside in: each member is handed over once, and what cannot be
//! read is named.

use crate::archive::{self, Context, Members, Reader};
use crate::budget::Budget;
use crate::buffers::Buffers;
use crate::container::container;
use crate::input::{Input, Source};
use crate::unread::{Reason, Unread};

/// A member that is no container, or one whose bytes are to be looked at as they are.
pub struct Member<'a> {
    /// Its path below the outermost container: `inner.zip!app/.env`. Compressed files add nothing to it,
    /// so that it is empty for what is in one, and for bytes of a container that belong to no member.
    pub path: &'a str,
    /// Its bytes. A reader that fails stands for a member that is cut short or damaged, or for the end of
    /// the budget; the nest names that itself.
    pub input: Input<'a>,
}

/// What takes the members of a nest.
pub trait Visitor {
    /// Takes a member. What it brings forth by itself, decoded segments of a text, is counted in the
    /// same budget.
    fn member(&mut self, member: Member<'_>, budget: &Budget);

    /// Takes note of what was not read; its place is a path as of a member, empty for the outermost
    /// container itself.
    fn unread(&mut self, unread: Unread);
}

/// Opens a container and everything in it. Says whether its members stand for its bytes: if not, they
/// are to be looked at as they are, and nothing was read of its stream. What is to be said of a container
/// that is not opened was said to the visitor.
///
/// The name is that of the file: some formats have no other sign.
pub fn open(
    name: &str,
    mut input: Input<'_>,
    buffers: &Buffers,
    budget: &Budget,
    visitor: &mut dyn Visitor,
) -> bool {
    let context = Context { budget, buffers };
    let mut nest = Nest { context, visitor, path: String::new(), level: None, unread: Vec::new() };
    let is_opened = nest.open(name, &mut input);
    nest.end();
    is_opened
}

/// What is open.
struct Nest<'n> {
    context: Context<'n>,
    visitor: &'n mut dyn Visitor,
    /// Path of the container that is open, or of the member that is read.
    path: String,
    level: Option<Level>,
    /// How often each kind was not read for each reason.
    unread: Vec<(Reason, &'static str, u64)>,
}

/// A container that is open.
#[derive(Clone, Copy)]
struct Level {
    kind: &'static str,
    has_members: bool,
    is_faulty: bool,
}

/// Places that are named for a kind and reason; those after them are counted. A container of a hundred
/// thousand others must not make as many lines.
const PLACES: u64 = 16;

impl Nest<'_> {
    /// Opens what stands at the path. Says whether its members stand for its bytes.
    fn open(&mut self, name: &str, input: &mut Input<'_>) -> bool {
        let Some((kind, reader)) = self.reader(name, input) else { return false };
        if !self.context.budget.enter() {
            self.name_unread(Reason::OverBudget, kind, &format!("{kind} in too many others"));
            return false;
        }
        let level = Level { kind, has_members: false, is_faulty: false };
        let outer = self.level.replace(level);
        let mut source = Source::new(input.lend());
        reader.read(&mut source, self.context, self);
        let is_touched = source.is_touched();
        self.context.budget.leave();
        let level = std::mem::replace(&mut self.level, outer).unwrap_or(level);
        level.has_members || !level.is_faulty || is_touched
    }

    /// The reader for a container, with its kind; names it if there is none.
    fn reader(&mut self, name: &str, input: &Input<'_>) -> Option<(&'static str, Reader)> {
        let Some(container) = container(input.head()) else {
            return archive::by_name(name, input.head());
        };
        let reader = Reader::new(container.kind);
        if reader.is_none() {
            self.name_unread(container.reason, container.kind, container.kind);
        }
        Some((container.kind, reader?))
    }

    fn hand_over(&mut self, name: &str, mut input: Input<'_>) {
        if let Some(level) = &mut self.level {
            level.has_members = true;
        }
        if !self.open(name, &mut input) {
            let member = Member { path: &self.path, input: input.lend() };
            self.visitor.member(member, self.context.budget);
        }
    }

    fn name_unread(&mut self, reason: Reason, kind: &'static str, detail: &str) {
        let known = self.unread.iter().position(|(r, k, _)| *r == reason && *k == kind);
        let at = known.unwrap_or(self.unread.len());
        if known.is_none() {
            self.unread.push((reason, kind, 0));
        }
        let (.., count) = &mut self.unread[at];
        *count += 1;
        if *count <= PLACES {
            let (place, detail) = (self.path.clone(), detail.to_owned());
            self.visitor.unread(Unread { place, reason, detail });
        }
    }

    /// Names what was counted only.
    fn end(&mut self) {
        for (reason, kind, count) in std::mem::take(&mut self.unread) {
            if let Some(more @ 1..) = count.checked_sub(PLACES) {
                let detail = format!("{kind}, {more} more");
                self.visitor.unread(Unread { place: String::new(), reason, detail });
            }
        }
    }
}

impl Members for Nest<'_> {
    fn member(&mut self, name: &[u8], input: Input<'_>) -> bool {
        if !self.context.budget.enter_member() {
            return false;
        }
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('!');
        }
        let name = String::from_utf8_lossy(name);
        self.path.push_str(&name);
        self.hand_over(&name, input);
        self.path.truncate(outer);
        true
    }

    fn content(&mut self, input: Input<'_>) {
        self.hand_over("", input);
    }

    fn unread(&mut self, reason: Reason, what: &str) {
        if let Some(level) = &mut self.level {
            level.is_faulty = true;
            let kind = level.kind;
            self.name_unread(reason, kind, &format!("{kind}, {what}"));
        }
    }
}
