//! The commands that tell about sprawl itself: `completions` and `man`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `sprawl completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl completions bash > ~/.local/share/bash-completion/completions/sprawl
  sprawl completions zsh > ~/.zfunc/_sprawl
  sprawl completions fish > ~/.config/fish/completions/sprawl.fish
  sprawl completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// Shell to print completions for.
    pub shell: clap_complete::Shell,
}

/// Arguments of `sprawl man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl man | man -l -                            read it
  sprawl man --directory ~/.local/share/man/man1   install it")]
pub(crate) struct ManArgs {
    /// Write one page per command into this directory.
    #[arg(long, value_name = "DIRECTORY")]
    pub directory: Option<PathBuf>,
}
