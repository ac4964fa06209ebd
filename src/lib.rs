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
//! Left of the border nothing is allocated for a blob without findings, and nothing is shared but
//! the rules; right of it everything is small and owned. The border is [`scan::Worker`]: one for
//! each thread, emptied when the threads are done.
//!
//! A module uses what stands below it here, or beside it further right, and nothing else, so that each
//! can be read without those above:
//!
//! ```text
//!  commands                                                       what is done
//!  cli                                                            what was typed
//!  plan, report, migrate, hook                                    what is written
//!  redact, policy, group                                          what is known of secrets
//!  source, scan, harvest                                          how they are found
//!  certificates, locked, owners, identity, record, context        what tells of a finding
//!  git, config, project                                           where it is looked for
//!  blob, finding, container, problem, unread, files               what all of them speak of
//!  threads, defect, lifetime, line_hash, known, order, day        tools
//! ```
//!
//! Detection, from a text to its candidates, is a crate below this one: [`sprawl_detect`].

pub mod blob;
pub mod certificates;
pub mod cli;
pub mod commands;
pub mod config;
pub mod container;
pub mod context;
mod day;
pub mod defect;
pub mod files;
pub mod finding;
pub mod git;
pub mod group;
pub mod harvest;
pub mod hook;
pub mod identity;
mod known;
pub mod lifetime;
pub mod line_hash;
pub mod locked;
pub mod migrate;
mod order;
pub mod owners;
pub mod plan;
pub mod policy;
pub mod problem;
pub mod project;
pub mod record;
pub mod redact;
pub mod report;
pub mod scan;
pub mod source;
pub mod threads;
pub mod unread;
