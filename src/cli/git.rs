//! The part of `sprawl scan` that speaks of git.

use clap::{Args, ValueEnum};

/// What of a git repository is scanned, instead of files.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct GitArgs {
    /// What `git commit` would record, read from the index; reports what HEAD does not have yet.
    #[arg(long, help_heading = "Git")]
    pub staged: bool,

    /// Every object of the repository, reachable or not, and the working tree.
    #[arg(long, help_heading = "Git")]
    pub history: bool,

    /// What the commits of B add that are not in A.
    #[arg(long, value_name = "A..B", help_heading = "Git")]
    pub range: Option<String>,

    /// What all commits since this one add.
    #[arg(long, value_name = "REV", help_heading = "Git")]
    pub since: Option<String>,

    /// What a branch adds to the main one; the current branch unless another is named.
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "HEAD",
        help_heading = "Git"
    )]
    pub branch: Option<String>,

    /// What a pull request or push adds, as the continuous integration that this runs in says.
    #[arg(long, help_heading = "Git")]
    pub ci: bool,

    /// What a hook of git is asked about, read from standard input.
    #[arg(long, value_enum, value_name = "HOOK", help_heading = "Git")]
    pub hook: Option<Hook>,
}

/// Hooks that are told what is about to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "the names that git has for them")]
pub(crate) enum Hook {
    /// Before a commit: the same as --staged. Of files that are named, those that are not staged are
    /// scanned whole.
    PreCommit,
    /// Before a merge is committed: the same. What the main branch of a remote has is nothing new.
    PreMergeCommit,
    /// Before commits are sent. The arguments that git gives may follow.
    PrePush,
    /// Before commits are taken in, while they are in quarantine.
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
