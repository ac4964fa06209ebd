//! The budget of a nest of containers: how deep, how many bytes and how many entries are read. One for
//! everything that one file holds, so that a small file cannot take more than a large one.

use std::cell::Cell;

/// How much is read of what one file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Containers within containers.
    pub depth: u32,
    /// Bytes that decompressing and decoding bring forth; what is stored as it is does not count.
    pub bytes: u64,
    /// Members of all containers together.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 8, bytes: 1 << 30, entries: 100_000 }
    }
}

/// What is left of the limits. Shared by all decoders that are stacked on each other at a time, and by
/// the visitor: hence the cells.
#[derive(Debug, Clone)]
pub struct Budget {
    depth: Cell<u32>,
    bytes: Cell<u64>,
    entries: Cell<u64>,
}

impl Budget {
    /// Nothing is spent yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            depth: Cell::new(limits.depth),
            bytes: Cell::new(limits.bytes),
            entries: Cell::new(limits.entries),
        }
    }

    /// Pays for bytes that were brought forth. Says whether there was enough; if not, nothing is left.
    #[must_use]
    pub fn spend(&self, bytes: usize) -> bool {
        let left = self.bytes.get().checked_sub(bytes as u64);
        self.bytes.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Pays for one member. Says whether it may be read.
    #[must_use]
    pub fn enter_member(&self) -> bool {
        let left = self.entries.get().checked_sub(1);
        self.entries.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Goes one container deeper. Says whether it may be opened; only then, [`Budget::leave`] comes
    /// after it.
    #[must_use]
    pub fn enter(&self) -> bool {
        let left = self.depth.get().checked_sub(1);
        self.depth.set(left.unwrap_or(0));
        left.is_some()
    }

    /// Comes back from a container.
    pub fn leave(&self) {
        self.depth.set(self.depth.get() + 1);
    }

    /// Containers that may still be opened within the one that is open.
    pub fn depth(&self) -> u32 {
        self.depth.get()
    }

    /// Bytes that may still be brought forth.
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// Members that may still be read.
    pub fn entries(&self) -> u64 {
        self.entries.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_gone() {
        let budget = Budget::new(Limits { depth: 1, bytes: 10, entries: 1 });
        assert!(budget.spend(4) && budget.bytes() == 6);
        assert!(!budget.spend(7) && budget.bytes() == 0);
        assert!(budget.enter_member() && !budget.enter_member());
        assert!(budget.enter() && !budget.enter());
        budget.leave();
        assert_eq!(budget.depth(), 1);
    }
}
