//! The budget of a nest of containers: how deep, how many bytes and how many entries are read. One for
//! everything that one file holds, so that a small file cannot take more than a large one.

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

/// What is left of the limits.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Containers that may still be opened within the one that is open.
    pub depth: u32,
    /// Bytes that may still be brought forth.
    pub bytes: u64,
    /// Members that may still be read.
    pub entries: u64,
}

impl Budget {
    /// Nothing is spent yet.
    pub fn new(limits: Limits) -> Self {
        Self { depth: limits.depth, bytes: limits.bytes, entries: limits.entries }
    }
}
