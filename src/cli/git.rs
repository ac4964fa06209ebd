//! The part of `sprawl scan` that speaks of git.

use clap::Args;

/// What of a git repository is scanned, instead of files.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub struct GitArgs {
    /// What `git commit` would record, read from the index; reports what HEAD does not have yet.
    #[arg(long, help_heading = "Git")]
    pub staged: bool,

    /// Every object of the repository, reachable or not, and the working tree.
    #[arg(long, help_heading = "Git")]
    pub history: bool,
}
