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
