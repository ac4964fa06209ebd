//! A language server: open files are scanned while they are typed.
//!
//! ```text
//!  editor ---> Document ---> Scan ------> diagnostics, hover
//!  edits       text, lines   findings     actions: reference, suppress, accept, explain
//! ```

mod actions;
mod document;
mod place;
mod scan;
mod server;

pub(crate) use server::{Wanted, serve};
