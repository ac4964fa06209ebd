//! A sink for tests, and what all readers must hold to.

use super::Sink;
use crate::budget::{Budget, Limits};
use crate::unread::Reason;

/// Keeps everything.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) members: Vec<(String, Vec<u8>)>,
    pub(super) unread: Vec<(Reason, String)>,
}

impl Sink for Kept {
    fn member(&mut self, name: &str, bytes: &[u8], _: &Budget) {
        self.members.push((name.to_owned(), bytes.to_vec()));
    }

    fn unread(&mut self, reason: Reason, detail: &str) {
        self.unread.push((reason, detail.to_owned()));
    }
}

impl Kept {
    /// The text of a member.
    pub(super) fn text(&self, name: &str) -> String {
        let found = self.members.iter().find(|member| member.0 == name);
        let names = || self.members.iter().map(|member| &member.0).collect::<Vec<_>>();
        let bytes = &found.unwrap_or_else(|| panic!("{name} is not among {:?}", names())).1;
        String::from_utf8_lossy(bytes).into_owned()
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.0.as_str()).collect()
    }

    pub(super) fn reasons(&self) -> Vec<Reason> {
        self.unread.iter().map(|unread| unread.0).collect()
    }
}

/// A reader, as all of them are.
pub(super) type Reader = fn(&[u8], &Budget, &mut dyn Sink);

/// What a reader brings forth with the usual limits.
pub(super) fn read(reader: Reader, bytes: &[u8]) -> Kept {
    let mut kept = Kept::default();
    reader(bytes, &Budget::new(Limits::default()), &mut kept);
    kept
}

/// Reads with little room and checks that no more comes out, and that what is left out is named.
pub(super) fn stays_within(reader: Reader, bytes: &[u8], room: u64) {
    let limits = Limits { bytes: room, entries: 3, ..Limits::default() };
    let mut kept = Kept::default();
    let budget = Budget::new(limits);
    reader(bytes, &budget, &mut kept);
    let out: usize = kept.members.iter().map(|member| member.1.len()).sum();
    assert!(out as u64 <= room, "{out} bytes, {room} are allowed");
    assert!(kept.members.len() <= 3);
    let all = read(reader, bytes);
    let whole: usize = all.members.iter().map(|member| member.1.len()).sum();
    if out < whole {
        assert!(kept.reasons().contains(&Reason::OverBudget), "left out and not named");
    }
}

/// Reads every beginning of a document, and the document with each byte changed in turn: nothing may
/// panic or go on for ever.
pub(super) fn survives_damage(reader: Reader, bytes: &[u8]) {
    let step = (bytes.len() / 300).max(1);
    for cut in (0..bytes.len()).step_by(step) {
        read(reader, &bytes[..cut]);
        let mut changed = bytes.to_vec();
        for value in [0, 0xff, changed[cut].wrapping_add(1)] {
            changed[cut] = value;
            read(reader, &changed);
        }
    }
}
