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
    /// Scan before every commit and merge, alongside existing hooks.
    #[command(after_help = "\
Examples:
  sprawl hook install                          scan before commits
  sprawl hook install --pre-commit --pre-push  scan before commits and pushes
  sprawl hook install --global                 scan in all your repositories

Works next to hooks of your own, husky, lefthook, the pre-commit framework and core.hooksPath.")]
    Install(Which),
    /// Remove the hook and restore what was there.
    #[command(after_help = "\
Examples:
  sprawl hook uninstall              remove all hooks from this repository
  sprawl hook uninstall --pre-push   remove the pre-push hook only
  sprawl hook uninstall --global     remove the hooks of all repositories")]
    Uninstall(Which),
}

/// Which hooks.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The pre-commit and pre-merge-commit hooks (default).
    #[arg(long)]
    pub pre_commit: bool,

    /// The pre-push hook.
    #[arg(long)]
    pub pre_push: bool,

    /// For all your repositories, by core.hooksPath.
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
