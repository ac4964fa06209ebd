//! Sources: where bytes come from. Each reads what it stands for, hands it to the threads of a scan and
//! says where each piece came from.
//!
//! A new source is one file here that implements [`Source`], and one line in the list below.

pub mod documents;
pub mod history;
mod kept;
pub mod memory;
mod objects;
pub mod range;
pub mod repository;
pub mod sighted;
pub mod staged;
pub mod stdin;
pub mod tree;

use std::path::PathBuf;

use self::sighted::Sighted;
use crate::error::Error;
use crate::identity::Identity;
use crate::scan::ScanPool;
use crate::scan::contents::UnpackOptions;
use crate::scan::progress::Progress;
use crate::scan::values::Values;
use crate::scan_output::ScanOutput;
use sprawl_detect::rules::Rules;

/// Something that can be scanned.
pub trait Source: Sync {
    /// Reads everything, and returns what was found and what could not be read.
    ///
    /// # Errors
    /// It cannot be read at all.
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error>;

    /// What is read of a repository, as reports are filed: `history`, `staged`, `range`; empty for files.
    fn category(&self) -> &'static str {
        ""
    }

    /// Whether it is a change on its way in (a commit, a push, a request): what the change itself declares
    /// to be no secret is listed.
    fn is_change(&self) -> bool {
        false
    }

    /// The files of the trees at hand that what it reads belongs to, in order: where readers of credentials are
    /// looked for. None for what has no tree.
    ///
    /// # Errors
    /// The system gives no threads.
    fn files(&self, scan: &Scan<'_>) -> Result<Vec<tree::TreeFile>, Error> {
        let _ = scan;
        Ok(Vec::new())
    }

    /// The files and directories that it reads whole, as they were typed.
    fn roots(&self) -> &[PathBuf] {
        &[]
    }
}

/// What a source scans with.
#[derive(Debug, Clone, Copy)]
pub struct Scan<'s> {
    /// The rules.
    pub rules: &'s Rules,
    /// Makes the ids of secrets and of places.
    pub identity: &'s Identity,
    /// Which files are left out, and how files are read.
    pub files: &'s tree::Options,
    /// How far containers and encodings are opened.
    pub unpack: UnpackOptions,
    /// What is looked for instead of what the rules find: values that a first scan found.
    pub values: Option<&'s Values>,
    /// What a first scan found out of histories, for a second one.
    pub sighted: &'s Sighted,
    /// Whether findings keep the lines that they stand on, for reports in text and JSON.
    pub keeps_lines: bool,
    /// Number of threads; 0 stands for one for each processor.
    pub threads: usize,
    /// Counts what is done.
    pub progress: &'s Progress,
}

impl<'s> Scan<'s> {
    /// Threads, and a worker for each.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn pool(&self) -> Result<ScanPool<'s>, Error> {
        let pool =
            ScanPool::new(self.rules, self.progress, self.threads).map_err(Error::Threads)?;
        let pool = pool.unpacking(self.unpack).keeping_lines(self.keeps_lines);
        Ok(pool.looking_for(self.values).noting(&self.sighted.decoded))
    }
}
