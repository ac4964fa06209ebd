//! Progress: how much of a scan is done, for a progress bar and the summary.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters that a progress bar may read while the scan runs.
#[derive(Debug, Default)]
pub struct Progress {
    /// Blobs scanned.
    pub blobs: AtomicU64,
    /// Bytes scanned.
    pub bytes: AtomicU64,
    /// Set when the scan is over.
    pub done: AtomicBool,
}

impl Progress {
    pub(crate) fn count(&self, bytes: usize) {
        self.count_part(bytes, true);
    }

    /// Counts a part of a blob, the first or another.
    pub(crate) fn count_part(&self, bytes: usize, is_first: bool) {
        self.blobs.fetch_add(u64::from(is_first), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
