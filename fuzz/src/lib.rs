//! What targets and seeds share: reports whose names strangers chose, and what those who read them must
//! not meet.

pub mod readers;
pub mod strangers;
