//! The part of `sprawl scan` that speaks of git.

use clap::{Args, ValueEnum};

/// What of a git repository is scanned, instead of files.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct GitArgs {
    /// Scan staged changes: what the next commit would add.
    #[arg(long, help_heading = "Git")]
    pub staged: bool,

    /// Scan the whole object database, including unreachable objects, and the working tree.
    #[arg(long, help_heading = "Git")]
    pub history: bool,

    /// Scan what the commits in A..B add.
    #[arg(long, value_name = "A..B", help_heading = "Git")]
    pub range: Option<String>,

    /// Scan what the commits after REV add.
    #[arg(long, value_name = "REV", help_heading = "Git")]
    pub since: Option<String>,

    /// Scan what a branch adds to the default branch [default: the current branch].
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "HEAD",
        help_heading = "Git"
    )]
    pub branch: Option<String>,

    /// Scan what a pull request or push adds, detected from the CI environment.
    #[arg(long, help_heading = "Git")]
    pub ci: bool,

    /// Run as a git hook.
    #[arg(long, value_enum, value_name = "HOOK", help_heading = "Git")]
    pub hook: Option<Hook>,
}

/// Hooks that are told what is about to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "the names that git has for them")]
pub(crate) enum Hook {
    /// Before a commit: as --staged; named files that are not staged are scanned in full.
    PreCommit,
    /// Before a merge commit: as pre-commit; content of a remote's default branch is not new.
    PreMergeCommit,
    /// Before a push: the commits that are about to be pushed.
    PrePush,
    /// On a server: pushed commits, before they are accepted.
    PreReceive,
}

impl Hook {
    /// Whether it is asked about what is staged.
    pub(crate) fn is_commit(self) -> bool {
        matches!(self, Self::PreCommit | Self::PreMergeCommit)
    }
}

impl GitArgs {
    /// Whether anything but files is asked for.
    pub(crate) fn is_any(&self) -> bool {
        self.staged || self.history || self.is_range() || self.hook.is_some()
    }

    /// Whether a part of history is asked for.
    pub(crate) fn is_range(&self) -> bool {
        self.range.is_some()
            || self.since.is_some()
            || self.branch.is_some()
            || self.ci
            || self.hook.is_some_and(|hook| !hook.is_commit())
    }
}
