//! Finds secrets in trees, git history and any bytes, and tells, without network access, what each one
//! unlocks, where else it appears, and what to fix first.
//!
//! ```
//! use sprawl::{Session, Tree};
//!
//! # fn main() -> Result<(), sprawl::Error> {
//! # let directory = std::env::temp_dir().join("sprawl-doc");
//! # std::fs::create_dir_all(&directory).ok();
//! let session = Session::builder().paths([&directory]).build()?;
//! let report = session.scan(&Tree::new([&directory]))?;
//! for secret in report.secrets() {
//!     println!("{}: {} places", report.rule(secret).title, secret.occurrences.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The programs in `examples/` scan a tree and bytes, redact a stream, use a rule of one's own and merge
//! reports.
//!
//! # How a scan works
//!
//! ```text
//!  Source ----> Blob ------> Candidate ---> Finding ------> SecretGroup ---> Report
//!  tree         bytes +      rule + span    secret +        one secret,      text, json,
//!  stdin        place        in a text      place +         all its places,  sarif ...
//!  memory                                   context         its score
//!  repository
//!  `------ many threads, borrowed bytes ---'`------------ owned, small --------------------'
//! ```
//!
//! - A [`Source`] reads bytes and hands them, with their place, to the threads of the scan. Nothing is allocated for a
//!   blob without secrets.
//! - Detection is a crate below this one, `sprawl_detect`: a text in, candidates out. Containers and
//!   encodings are another, `sprawl_unpack`.
//! - What was found is looked for by value: the source is read once more, by the same code, and [`scan::values`]
//!   finds in a text what no rule speaks of. Only if there is a value that nobody writes by chance.
//! - One function ends every scan and every merge: ids, groups, certificates, owners, scores, earlier
//!   decisions, thresholds. It gives the [`Report`].
//!
//! A module uses only modules on lower lines, or further right on its own line:
//!
//! ```text
//!  session                                                        the door
//!  plan, fix, inventory, report, migrate                          output
//!  readers                                                        the places that use what was found
//!  redact, policy, group                                          secrets: grouped, judged, redacted
//!  source, scan, scan_output                                      scanning
//!  certificates, locked, owners, identity, timeline, context      details of findings
//!  git, config, project                                           repositories and projects
//!  error, blob, finding, problem, files                           the types that all of them use
//!  threads, defect, delta, lifetime, line_hash, known, order, day tools
//! ```
//!
//! # What is stable
//!
//! What these pages show keeps its meaning within a minor version, and reports keep their fields (see
//! `schema_version`). Modules that these pages do not show are parts of the program and change with every
//! release.

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
#[doc(hidden)]
pub mod delta;
mod error;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fix;
#[doc(hidden)]
pub mod git;
#[doc(hidden)]
pub mod group;
#[doc(hidden)]
pub mod identity;
#[doc(hidden)]
pub mod inventory;
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
pub mod readers;
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

#[doc(inline)]
pub use self::{
    config::threshold::MinConfidence,
    error::Error,
    finding::{Finding, Location, Origin, Secret},
    group::SecretGroup,
    problem::Problem,
    report::{Format, Report, RuleSummary},
    scan_output::ScanOutput,
    session::redaction::{Delay, Label, Redacted, RedactingWriter, Refused},
    session::{Session, SessionBuilder},
    source::{Scan, Source, memory::Bytes, repository::Repositories, stdin::Stdin, tree::Tree},
};
#[doc(no_inline)]
pub use sprawl_detect::{evidence::Confidence, score::Severity};
#[doc(no_inline)]
pub use sprawl_unpack::unread::Unread;
