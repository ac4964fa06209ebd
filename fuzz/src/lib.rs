//! What targets and seeds share: containers within a budget, reports whose names strangers chose, and what
//! those who read them must not meet.

pub mod nests;
pub mod readers;
pub mod strangers;
