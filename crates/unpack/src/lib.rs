//! Unpacking: a container in, its members out; an encoded text in, the decoded segments out.
//!
//! ```text
//!  bytes ---> container ------> nest ----------------> members, one after the other,
//!             which format?     opens it, and those    each with its path: inner.zip!app/.env
//!                               in it, in one budget
//!                                 |
//!                               archive, compression   one reader for each format
//!  text ----> encoding ----------------------------->  segments, each with its span in the text
//! ```
//!
//! It knows nothing of secrets, files, git, threads or policy. What it does not read it names, with a
//! reason: [`unread::Unread`].
//!
//! This crate is a part of sprawl and not meant for others: it changes with every release.

mod archive;
pub mod budget;
pub mod buffers;
mod compression;
pub mod container;
pub mod diff;
pub mod document;
pub mod encoding;
pub mod image;
pub mod input;
pub mod nest;
#[cfg(test)]
mod samples;
pub mod unread;
