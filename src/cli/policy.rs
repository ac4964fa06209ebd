//! The part of the command line that speaks of policy: exceptions and the baseline.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

use super::RuleArgs;
use super::config::ConfigArgs;
use sprawl::policy::exceptions::Reason;
use sprawl::session::options::PolicyOptions;

/// Which earlier decisions count.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PolicyArgs {
    /// Compare with this baseline instead of the project's .sprawl/baseline.toml.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "no_baseline",
        env = "SPRAWL_BASELINE",
        hide_env_values = true,
        help_heading = "Policy"
    )]
    pub baseline: Option<PathBuf>,

    /// Ignore the baseline.
    #[arg(long, value_parser = BoolishValueParser::new(), env = "SPRAWL_NO_BASELINE", hide_env_values = true, help_heading = "Policy")]
    pub no_baseline: bool,

    /// Use these exceptions instead of the project's .sprawl/exceptions.toml.
    #[arg(
        long,
        value_name = "FILE",
        env = "SPRAWL_EXCEPTIONS",
        hide_env_values = true,
        help_heading = "Policy"
    )]
    pub exceptions: Option<PathBuf>,

    /// Fail on baseline findings that are older than this, in days.
    #[arg(
        long,
        value_name = "DAYS",
        env = "SPRAWL_MAX_OPEN_DAYS",
        hide_env_values = true,
        help_heading = "Policy"
    )]
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
    /// Also search the history.
    #[arg(long)]
    pub history: bool,

    /// Which configuration counts.
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Which rules take part.
    #[command(flatten)]
    pub rules: RuleArgs,

    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sprawl accept`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sprawl accept q3x7 --owner @payments --reason revoked --until 2027-01-31
  sprawl accept deploy/app.env:12 --owner @web --reason false-positive

The secret is accepted in the files that contain it now, and nowhere else. The exception is written to \
.sprawl/exceptions.toml: commit that file, so that others can review it.")]
pub(crate) struct AcceptArgs {
    /// Secret id, as in reports, or its beginning; or FILE:LINE.
    #[arg(value_name = "ID")]
    pub id: String,

    /// Person or team that is responsible for it.
    #[arg(long)]
    pub owner: String,

    /// Reason for accepting it.
    #[arg(long, value_enum)]
    pub reason: Reason,

    /// Expiry date, like 2027-01-31; optional only for false positives.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,

    /// Justification, in one sentence.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub purpose: String,

    /// Accept it in this file only; repeat for several.
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
    /// List exceptions, earliest expiry first.
    #[command(after_help = "\
Examples:
  sprawl exceptions list          show owner, secret, files and expiry date
  sprawl exceptions list --json   the same for scripts")]
    List {
        /// Which configuration counts.
        #[command(flatten)]
        config: ConfigArgs,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Extend an exception.
    #[command(after_help = "\
Examples:
  sprawl exceptions renew q3x7 --until 2027-06-30
  sprawl exceptions renew deploy/app.env --until 2027-06-30")]
    Renew {
        /// Secret id or its beginning, or a path that the exception covers.
        #[arg(value_name = "ID")]
        id: String,
        /// New expiry date, like 2027-01-31.
        #[arg(long, value_name = "DAY")]
        until: String,
        /// Which configuration counts.
        #[command(flatten)]
        config: ConfigArgs,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove exceptions that no longer match anything.
    #[command(after_help = "\
Examples:
  sprawl exceptions prune             look for the secrets in files only
  sprawl exceptions prune --history   keep exceptions for secrets in history")]
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
  sprawl baseline             create it, or mark what was fixed
  sprawl baseline --history   include findings in history
  sprawl baseline --add       add new findings, with no expiry; use with care

The first run writes all findings to .sprawl/baseline.toml, which later scans read. Later runs mark \
fixed findings and track moved ones; new findings are listed, and only added with --add. Commit the \
file.")]
pub(crate) struct BaselineArgs {
    /// Also add new and reopened findings.
    #[arg(long)]
    pub add: bool,

    /// Write this file instead of .sprawl/baseline.toml.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// What the project is searched for.
    #[command(flatten)]
    pub search: SearchArgs,
}
