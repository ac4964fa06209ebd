//! Files: those that sprawl reads and writes for itself (configuration, rules, decisions, reports), and
//! how a large one is brought into memory.
//!
//! Whoever writes the scanned tree may have put a link, a FIFO, a device or a file without end where
//! one of them belongs. What is read is a regular file of limited size; what is written goes to the
//! place that was asked for and through no link of the tree.

pub mod before;
pub mod lock;
pub mod mapped;
pub mod place;
pub mod read;
pub mod write;
