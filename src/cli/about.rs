//! The commands that tell about sprawl itself: `schema`, `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `sprawl schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl schema config > .sprawl/sprawl.schema.json
  sprawl schema rules > rules.schema.json
  sprawl schema report

Editors use the schema that the first line of a file names: `#:schema .sprawl/sprawl.schema.json` in \
sprawl.toml, `#:schema rules.schema.json` in a file with your own rules. `report` is the schema of what \
`sprawl scan -f json` writes.")]
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
    /// .sprawl/identities.toml.
    Identities,
    /// JSON inventories.
    Inventory,
}

/// Arguments of `sprawl completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  source <(sprawl completions bash)    add this line to ~/.bashrc
  source <(sprawl completions zsh)     add this line to ~/.zshrc, after compinit
  sprawl completions fish | source     add this line to config.fish
  sprawl completions powershell | Out-String | Invoke-Expression
  sprawl completions bash --static > sprawl.bash

The script asks the installed sprawl for completions: generate it when the shell starts, or after each \
upgrade. With --static it does not call sprawl, and completes no ids of rules.")]
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
