//! Standard input as one blob.

use std::io::Read;
use std::sync::Arc;

use super::Blob;
use crate::finding::Origin;
use crate::problem::Problem;
use crate::scan::Worker;

/// Name under which findings in standard input are reported.
pub const NAME: &str = "<stdin>";

/// Reads standard input to its end and scans it.
pub fn scan(worker: &mut Worker<'_>) {
    let mut bytes = Vec::new();
    if let Err(error) = std::io::stdin().lock().read_to_end(&mut bytes) {
        worker.problem(Problem::new(NAME, format!("could not be read to the end: {error}")));
    }
    let repository: Arc<str> = Arc::from(NAME);
    worker.blob(&Blob {
        bytes: &bytes,
        path: NAME,
        repository: &repository,
        origin: &Origin::Stdin,
        untracked: false,
    });
}
