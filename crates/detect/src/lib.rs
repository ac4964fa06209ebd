//! Detection: a text in, and out of it the places where secrets stand, with what speaks for each.
//!
//! ```text
//!  bytes ---> text ------> prefilter ---> windows, ------> checks ------> Candidate
//!             decoded,     keywords of    patterns,        checksums,     rule + span +
//!             lines        all rules      names, keys      entropy,       evidence +
//!                                                          placeholders   what it says
//! ```
//!
//! It knows no files, no git, no threads, no policy and no command line. Rules come from [`rules`],
//! built in or from users' files ([`examples`] proves them); a [`Scanner`] applies them, one for each
//! thread.
//!
//! This crate is a part of sprawl and not meant for others: it changes with every release.

pub mod assignment;
pub mod by_value;
pub mod checks;
pub mod decoded;
pub mod entropy;
mod escapes;
pub mod evidence;
pub mod examples;
mod generated;
pub mod identifier;
pub mod ids;
pub mod keys;
mod lenient;
mod naming;
mod parts;
pub mod placeholder;
pub mod prefilter;
pub mod rare;
pub mod rules;
mod scanner;
pub mod schemas;
pub mod score;
pub mod text;
mod vocabulary;
mod weak;
mod words;

pub use scanner::{Candidate, Scanner, text_of, version};
