//! Bytes in memory: a request, a message, a buffer of an editor.

use std::sync::Arc;

use super::{Scan, Source};
use crate::blob::{Base, Blob};
use crate::error::Error;
use crate::finding::Origin;
use crate::scan_output::ScanOutput;

/// Bytes under a name. The name is judged as the path of a file would be: its directories and its extension
/// say what the bytes are for.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'b> {
    /// Path that reports show.
    pub name: &'b str,
    /// The bytes, in whatever encoding.
    pub bytes: &'b [u8],
}

impl Source for Bytes<'_> {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let pool = scan.pool()?;
        let repository: Arc<str> = Arc::from("memory");
        pool.worker(|worker| {
            worker.blob(&Blob {
                base: Base::TOP,
                bytes: self.bytes,
                path: self.name,
                repository: &repository,
                origin: &Origin::File,
                untracked: false,
            });
        });
        Ok(pool.finish())
    }
}
