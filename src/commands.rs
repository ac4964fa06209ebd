//! Commands: from what was typed to what is done, and to the exit status.

mod about;
mod accept;
mod baseline;
mod ci;
mod config;
mod exceptions;
mod explain;
mod git;
mod hook;
mod hooks;
mod migrate;
mod output;
mod reports;
mod rules;
mod scan;
mod search;
mod setting;
mod step_summary;
mod summary;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// How a run ended. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: nothing at or above the threshold.
    Clean,
    /// 1: findings at or above the threshold.
    Findings,
    /// 3: something could not be scanned.
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Incomplete => 3,
        })
    }
}

/// Exit status when the job could not be done: usage, configuration or input error.
pub const EXIT_ERROR: u8 = 2;

/// Why the job could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Says what, where, and what to do.
    #[error("{0}")]
    Input(String),
    /// A configuration file.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A rule or rule file.
    #[error(transparent)]
    Rule(#[from] crate::rules::RuleError),
    /// The reader of our output went away: not an error.
    #[error("the reader of the output went away")]
    BrokenPipe,
}

/// Runs a command.
///
/// # Errors
/// Why it could not be done.
pub fn run(cli: Cli) -> Result<Outcome, Error> {
    let Some(command) = cli.command else { return about::version(cli.json) };
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::Merge(args) => reports::merge(&args),
        Command::Plan(args) => reports::plan(&args),
        Command::Offboard(args) => reports::offboard(&args),
        Command::Rules(args) => rules::run(args.command),
        Command::Hook(args) => hook::run(args.command),
        Command::Config(args) => config::run(args.command),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => about::completions(&args),
        Command::Man(args) => about::man(&args),
        Command::Accept(args) => accept::run(&args),
        Command::Exceptions(args) => exceptions::run(args.command),
        Command::Baseline(args) => baseline::run(&args),
        Command::Migrate(args) => migrate::run(&args),
    }
}
