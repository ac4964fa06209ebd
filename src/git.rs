//! Everything that touches git, and the only place that knows gix.

pub mod tracked;

use std::path::Path;

/// Opens a repository without the user's or system's configuration: nothing in it can make sprawl
/// run a program.
///
/// # Errors
/// Says why it cannot be opened.
pub fn open(path: &Path) -> Result<gix::Repository, String> {
    gix::open_opts(path, gix::open::Options::isolated())
        .map_err(|error| format!("the repository cannot be opened: {error}"))
}
