//! Standard input as one blob.

use std::sync::Arc;

use super::{Scan, Source};
use crate::blob::{Base, Blob};
use crate::error::Error;
use crate::finding::Origin;
use crate::problem::Problem;
use crate::scan::Worker;
use crate::scan_output::ScanOutput;

/// Name under which findings in standard input are reported.
pub const NAME: &str = "<stdin>";

/// Standard input, read to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stdin;

impl Source for Stdin {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let pool = scan.pool()?;
        pool.guarded(NAME, || {
            pool.worker(self::scan);
            Ok(())
        })?;
        Ok(pool.finish())
    }
}

/// Reads standard input to its end and scans it.
pub fn scan(worker: &mut Worker<'_>) {
    let repository: Arc<str> = Arc::from(NAME);
    let blob = Blob {
        base: Base::TOP,
        bytes: &[],
        path: NAME,
        repository: &repository,
        origin: &Origin::Stdin,
        untracked: false,
    };
    if let Err(error) = worker.stream(&blob, &[], &mut std::io::stdin().lock()) {
        worker.problem(Problem::new(NAME, format!("could not be read to the end: {error}")));
    }
}
