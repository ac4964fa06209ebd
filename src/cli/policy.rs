//! The part of the command line that speaks of policy: exceptions and the baseline.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::RuleArgs;
use super::config::ConfigArgs;
use sprawl::policy::exceptions::Reason;
use sprawl::session::options::PolicyOptions;

/// Which earlier decisions count.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PolicyArgs {
    /// Compare with this baseline instead of the project's .sprawl/baseline.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline", help_heading = "Policy")]
    pub baseline: Option<PathBuf>,

    /// Compare with no baseline.
    #[arg(long, help_heading = "Policy")]
    pub no_baseline: bool,

    /// Use these exceptions instead of the project's .sprawl/exceptions.toml.
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    pub exceptions: Option<PathBuf>,

    /// Days that a finding of the baseline may stay open.
    #[arg(long, value_name = "DAYS", help_heading = "Policy")]
    pub max_open_days: Option<u16>,
}

impl PolicyArgs {
    /// The same as a session takes it.
    pub(crate) fn options(&self) -> PolicyOptions {
        let Self { baseline, no_baseline, exceptions, max_open_days } = self.clone();
        PolicyOptions { baseline, no_baseline, exceptions, max_open_days }
    }
}

/// What the project is searched for, to decide on what is found.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SearchArgs {
    /// Search all of history, too.
    #[arg(long)]
    pub history: bool,

    /// Which configuration counts.
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Which rules take part.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sprawl accept`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl accept q3x7 --owner @payments --reason legacy-startup --until 2027-01-31
  sprawl accept deploy/app.env:12 --owner @web --reason false-positive

The secret is accepted in the files that it stands in now, and nowhere else. The decision is written
to .sprawl/exceptions.toml: commit that file, so that others can review it.")]
pub(crate) struct AcceptArgs {
    /// Id of the secret or the beginning of it, as reports show it; or FILE:LINE.
    #[arg(value_name = "ID")]
    pub id: String,

    /// Who answers for it: a person or a team.
    #[arg(long)]
    pub owner: String,

    /// Why it is left where it is.
    #[arg(long, value_enum)]
    pub reason: Reason,

    /// Last day of the exception, like 2027-01-31. Only a false positive can do without.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,

    /// What it is for, in a sentence.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub purpose: String,

    /// Only in this file, of those that it stands in.
    #[arg(long, value_name = "FILE")]
    pub path: Vec<String>,

    /// What the project is searched for.
    #[command(flatten)]
    pub search: SearchArgs,
}

/// Arguments of `sprawl exceptions`.
#[derive(Debug, Args)]
pub(crate) struct ExceptionsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ExceptionsCommand,
}

/// What to do with exceptions.
#[derive(Debug, Subcommand)]
pub(crate) enum ExceptionsCommand {
    /// All of them, those that end first on top.
    #[command(after_help = "\
Examples:
  sprawl exceptions list          who accepted what, where and until when
  sprawl exceptions list --json   the same for scripts")]
    List {
        /// Which configuration counts.
        #[command(flatten)]
        config: ConfigArgs,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put off the end of one.
    #[command(after_help = "\
Examples:
  sprawl exceptions renew q3x7 --until 2027-06-30             by the id of the secret
  sprawl exceptions renew deploy/app.env --until 2027-06-30   by a path that it covers")]
    Renew {
        /// Id of the secret or the beginning of it, or a path that the exception covers.
        #[arg(value_name = "ID")]
        id: String,
        /// Its new last day, like 2027-01-31.
        #[arg(long, value_name = "DAY")]
        until: String,
        /// Which configuration counts.
        #[command(flatten)]
        config: ConfigArgs,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take out those that cover nothing any more.
    #[command(after_help = "\
Examples:
  sprawl exceptions prune             after secrets were taken out of the files
  sprawl exceptions prune --history   those about secrets that only history holds, too")]
    Prune {
        /// What the project is searched for.
        #[command(flatten)]
        search: SearchArgs,
    },
}

/// Arguments of `sprawl baseline`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl baseline             on the first day, and whenever something was fixed
  sprawl baseline --history   with what only history holds
  sprawl baseline --add       what is new is accepted without end: think twice

The first time, everything that is found is written to .sprawl/baseline.toml, which later scans read by
themselves. After that, what is gone is marked as fixed and moved files are followed; what is new is
named and left out, unless --add is given. Commit the file.")]
pub(crate) struct BaselineArgs {
    /// Take in what is new or back, too.
    #[arg(long)]
    pub add: bool,

    /// Write this file instead of .sprawl/baseline.toml.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// What the project is searched for.
    #[command(flatten)]
    pub search: SearchArgs,
}
