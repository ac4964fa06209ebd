//! Standard input: one blob, or the files of a diff.

use std::io::Read;
use std::sync::Arc;

use super::kept::Kept;
use super::{Scan, Source};
use crate::blob::{Base, Blob};
use crate::error::Error;
use crate::finding::Origin;
use crate::problem::Problem;
use crate::scan::Worker;
use crate::scan_output::ScanOutput;
use sprawl_unpack::diff::{self, Diff, File, Piece};
use sprawl_unpack::unread::{Reason, Unread};

/// Name under which findings in standard input are reported.
pub const NAME: &str = "<stdin>";

/// Standard input, read to its end. Of a diff only what it adds counts, and has its place in the file that
/// is changed.
#[derive(Debug, Clone, Default)]
pub struct Stdin {
    /// Path that it stands for in reports: `s3://bucket/app.env`.
    name: Option<String>,
    /// For a second look at it.
    kept: Kept,
}

impl Source for Stdin {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let pool = scan.pool()?;
        pool.guarded(NAME, || {
            pool.worker(|worker| self.read(worker));
            Ok(())
        })?;
        Ok(pool.finish())
    }
}

impl Stdin {
    /// Standard input, which stands for this path in reports.
    pub fn named(name: Option<String>) -> Self {
        Self { name, kept: Kept::default() }
    }

    /// Reads standard input to its end and scans it.
    pub(super) fn read(&self, worker: &mut Worker<'_>) {
        match worker.values() {
            Some(_) => self.read_from(&mut self.kept.take().as_slice(), worker),
            None => self.read_from(&mut self.kept.copying(std::io::stdin().lock()), worker),
        }
    }

    fn read_from(&self, mut input: &mut dyn Read, worker: &mut Worker<'_>) {
        let path = self.name.as_deref().unwrap_or(NAME);
        let mut head = Vec::new();
        let mut read = (&mut input).take(LOOKED_AT).read_to_end(&mut head);
        if read.is_ok() && self.name.is_none() && diff::is_diff(&head) {
            read = (&mut input).take(LONGEST_DIFF).read_to_end(&mut head);
            if head.len() as u64 <= LONGEST_DIFF {
                return scan_diff(worker, &diff::parse(&head));
            }
        }
        // What was read before a fault is scanned.
        let streamed = worker.stream(&blob(path, &[], &Arc::from(NAME)), &head, &mut input);
        if let Err(error) = read.and(streamed) {
            worker.problem(Problem::new(path, format!("could not be read to the end: {error}")));
        }
    }
}

/// Bytes by which standard input is known for a diff.
const LOOKED_AT: u64 = 64 << 10;

/// Bytes of a diff that is taken apart, at most; a longer one is scanned as the text that it is.
const LONGEST_DIFF: u64 = 512 << 20;

fn blob<'b>(path: &'b str, bytes: &'b [u8], repository: &'b Arc<str>) -> Blob<'b> {
    Blob { base: Base::TOP, bytes, path, repository, origin: &Origin::Stdin, untracked: false }
}

/// Scans the new side of each file of a diff, and what is said around the changes.
fn scan_diff(worker: &mut Worker<'_>, diff: &Diff) {
    let repository: Arc<str> = Arc::from(NAME);
    for File { path, piece } in &diff.files {
        scan_piece(worker, &blob(path, &piece.text, &repository), piece);
    }
    scan_piece(worker, &blob(NAME, &diff.outside.text, &repository), &diff.outside);
    for path in &diff.binary {
        let (place, detail) = (path.clone(), "binary file of a diff".to_owned());
        worker.output.unread.push(Unread { place, reason: Reason::NotFetched, detail });
    }
}

/// Keeps what lies in added lines, with the line numbers of the file.
fn scan_piece(worker: &mut Worker<'_>, blob: &Blob<'_>, piece: &Piece) {
    let line = |number: usize| piece.lines.get(number.checked_sub(1)?);
    for mut finding in worker.findings_of(blob) {
        let location = &mut finding.location;
        let (Some(first), Some(last)) = (line(location.line), line(location.end_line)) else {
            continue;
        };
        if first.is_added || last.is_added {
            (location.line, location.end_line) = (first.number, last.number);
            worker.output.findings.push(finding);
        }
    }
}
