//! The commands that tell about sprawl itself: `schema`, `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `sprawl schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl schema config > .sprawl/sprawl.schema.json    then `#:schema .sprawl/sprawl.schema.json`
                                                       as the first line of sprawl.toml
  sprawl schema rules > rules.schema.json              for files with your own rules
  sprawl schema report                                 what `sprawl scan -f json` writes")]
pub(crate) struct SchemaArgs {
    /// File that the schema describes.
    #[arg(value_enum)]
    pub file: SchemaOf,
}

/// Files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// sprawl.toml.
    Config,
    /// Rule files.
    Rules,
    /// .sprawl/exceptions.toml.
    Exceptions,
    /// JSON reports.
    Report,
}

/// Arguments of `sprawl completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(sprawl completions bash)                     in ~/.bashrc
  source <(sprawl completions zsh)                      in ~/.zshrc, after compinit
  sprawl completions fish | source                      in ~/.config/fish/config.fish
  sprawl completions powershell | Out-String | Invoke-Expression
  sprawl completions bash --static > sprawl.bash        does not call sprawl, and has no ids of rules

Shells ask the installed sprawl for completions. The two must fit: print the script anew when the shell
starts, or after each upgrade.")]
pub(crate) struct CompletionsArgs {
    /// Shell to print completions for.
    pub shell: clap_complete::Shell,

    /// Print a script that completes commands and options by itself, without ids of rules.
    #[arg(long = "static")]
    pub is_static: bool,
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
