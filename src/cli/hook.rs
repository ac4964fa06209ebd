//! `sprawl hook`.

use clap::{Args, Subcommand};

use crate::hook::Hook;

/// Arguments of `sprawl hook`.
#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: HookCommand,
}

/// What to do with the hooks of a repository.
#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Scan before every commit and merge, beside whatever hooks are there.
    #[command(after_help = "\
Examples:
  sprawl hook install                          before commits of this repository
  sprawl hook install --pre-commit --pre-push  before commits and before pushes
  sprawl hook install --global                 before commits of all repositories

Works with hooks of your own, husky, lefthook, the pre-commit framework and core.hooksPath.")]
    Install(Which),
    /// Take the scan out again; what was there before is there again.
    #[command(after_help = "\
Examples:
  sprawl hook uninstall                        out of this repository
  sprawl hook uninstall --pre-push             only what scans before pushes
  sprawl hook uninstall --global               out of all repositories")]
    Uninstall(Which),
}

/// Which hooks.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The hooks before commits and merges; what is meant unless another is asked for.
    #[arg(long)]
    pub pre_commit: bool,

    /// The hook before pushes.
    #[arg(long)]
    pub pre_push: bool,

    /// Of all repositories of this user, by core.hooksPath.
    #[arg(long)]
    pub global: bool,
}

impl Which {
    /// The hooks that are named; these if none is.
    pub(crate) fn hooks(&self, otherwise: &[Hook]) -> Vec<Hook> {
        let named = [
            (self.pre_commit, Hook::PreCommit),
            (self.pre_commit, Hook::PreMergeCommit),
            (self.pre_push, Hook::PrePush),
        ];
        let hooks: Vec<Hook> =
            named.into_iter().filter(|(is_named, _)| *is_named).map(|(_, hook)| hook).collect();
        if hooks.is_empty() { otherwise.to_vec() } else { hooks }
    }
}
