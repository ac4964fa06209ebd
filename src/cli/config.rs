//! The part of the command line that speaks of configuration.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use sprawl::config::Choice;
use sprawl::session::options::Options;

/// Which configuration counts.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Use this configuration file instead of the project's sprawl.toml; later files take precedence.
    #[arg(
        id = "config",
        long = "config",
        value_name = "FILE",
        env = "SPRAWL_CONFIG",
        hide_env_values = true,
        help_heading = "Configuration"
    )]
    pub files: Vec<PathBuf>,

    /// Ignore sprawl.toml.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SPRAWL_NO_CONFIG", hide_env_values = true, help_heading = "Configuration")]
    pub no_config: bool,

    /// Ignore everything in the scanned tree that can hide findings: configuration, inline suppressions,
    /// exceptions, baseline, .gitignore. For untrusted code.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SPRAWL_ISOLATED", hide_env_values = true, help_heading = "Configuration")]
    pub isolated: bool,
}

impl ConfigArgs {
    /// The same as a session takes it, with nothing else asked for.
    pub(crate) fn options(&self) -> Options {
        Options { config: self.choice(), isolated: self.isolated, ..Options::default() }
    }

    /// The files that are read.
    pub(crate) fn choice(&self) -> Choice {
        Choice { files: self.files.clone(), no_tree: self.no_config }
    }
}

/// Arguments of `sprawl init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl init --dry-run     show what would be written
  sprawl init               write sprawl.toml, and say what to do next

Looks for build directories, hook managers, CI systems, a baseline and other scanners' files. Existing \
files are never overwritten.")]
pub(crate) struct InitArgs {
    /// Print the file, without writing it.
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `sprawl config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigCommandArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the effective configuration and where each value comes from.
    #[command(after_help = "\
Examples:
  sprawl config show                    show that of the current directory
  sprawl config show packages/api       show that of a directory
  sprawl config show --isolated --json  ignore the project's own files")]
    Show {
        /// Project, or a directory or file in it; nested sprawl.toml files are included.
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// Which configuration counts.
        #[command(flatten)]
        config: ConfigArgs,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}
