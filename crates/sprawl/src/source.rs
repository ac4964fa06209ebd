//! Sources: where blobs come from. Each drives the threads itself and hands every blob to the
//! worker of the thread that it is on.

pub mod history;
pub mod range;
pub mod staged;
pub mod stdin;
pub mod tree;
