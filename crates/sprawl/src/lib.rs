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

pub mod blob;
pub mod certificates;
pub mod config;
pub mod context;
pub mod day;
pub mod defect;
pub mod files;
pub mod finding;
pub mod git;
pub mod group;
pub mod identity;
pub mod known;
pub mod lifetime;
pub mod line_hash;
pub mod locked;
pub mod migrate;
pub mod order;
pub mod owners;
pub mod plan;
pub mod policy;
pub mod problem;
pub mod project;
pub mod redact;
pub mod report;
pub mod scan;
pub mod scan_output;
pub mod source;
pub mod threads;
pub mod timeline;
