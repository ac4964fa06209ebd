//! sprawl finds secrets in trees and git history, and says offline what each one opens, where else
//! the same secret lives, and what to do first.
//!
//! ```text
//!  Source ----> Blob ----> Candidate ----> Finding ----> SecretGroup ----> Score ----> Report
//!  tree         bytes +    rule + span     secret +      same secret,      type x      text
//!  git packs    origin     + captures      location +    everywhere        blast       json
//!  stdin                                   evidence                        radius      sarif ...
//!  `---------- many threads, borrowed bytes ----------'`--------- one thread, owned values --------'
//! ```
//!
//! Left of the border the threads share nothing but the rules; right of it everything is small and
//! owned. The border is [`scan::Worker`]: one for each thread, emptied when the threads are done.
//!
//! A module uses only modules on lower lines, or further right on its own line, so that each can be read
//! without those above it:
//!
//! ```text
//!  commands                                                       what each command does
//!  cli                                                            the command line
//!  plan, report, migrate, hook                                    output
//!  redact, policy, group                                          secrets: grouped, judged, redacted
//!  source, scan, scan_output                                      scanning
//!  certificates, locked, owners, identity, timeline, context      details of findings
//!  git, config, project                                           repositories and projects
//!  blob, finding, container, problem, unread, files               the types that all of them use
//!  threads, defect, lifetime, line_hash, known, order, day        tools
//! ```
//!
//! Detection, from a text to its candidates, is a crate below this one: [`sprawl_detect`].

#[doc(hidden)]
pub mod blob;
#[doc(hidden)]
pub mod certificates;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod context;
#[doc(hidden)]
pub mod day;
#[doc(hidden)]
pub mod defect;
mod error;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod git;
#[doc(hidden)]
pub mod group;
#[doc(hidden)]
pub mod identity;
#[doc(hidden)]
pub mod known;
#[doc(hidden)]
pub mod lifetime;
#[doc(hidden)]
pub mod line_hash;
#[doc(hidden)]
pub mod locked;
#[doc(hidden)]
pub mod migrate;
#[doc(hidden)]
pub mod order;
#[doc(hidden)]
pub mod owners;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod problem;
#[doc(hidden)]
pub mod project;
#[doc(hidden)]
pub mod redact;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod scan;
#[doc(hidden)]
pub mod scan_output;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod threads;
#[doc(hidden)]
pub mod timeline;

pub use error::Error;
pub use session::{Session, SessionBuilder};
