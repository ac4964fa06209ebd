//! Commands: from what was typed to what is done, and to the exit status.

mod about;
mod accept;
mod agent;
mod baseline;
mod ci;
mod config;
mod exceptions;
mod explain;
mod fix;
mod hook;
mod hooks;
mod init;
mod inventory;
mod lsp;
mod mcp;
mod migrate;
mod output;
mod redact;
mod reports;
mod rewrite;
mod rules;
mod scan;
mod search;
mod step_summary;
mod summary;
mod terminal;

use std::process::ExitCode;

use crate::cli::{Cli, Command, environment};
use sprawl::defect::{self, Defect};
use sprawl::problem::Problem;

/// How a run ended. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: nothing at or above the threshold.
    Clean = 0,
    /// 1: findings at or above the threshold.
    Findings = 1,
    /// 3: something could not be scanned.
    Incomplete = 3,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Why the job could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Says what, where, and what to do.
    #[error("{0}")]
    Input(String),
    /// The library could not do it.
    #[error(transparent)]
    Library(#[from] sprawl::Error),
    /// The work was not done to its end.
    #[error("{0}")]
    Defect(Defect),
    /// The reader of our output went away: not an error.
    #[error("the reader of the output went away")]
    BrokenPipe,
}

impl From<Problem> for Error {
    /// A problem that leaves nothing to scan.
    fn from(problem: Problem) -> Self {
        Self::Library(problem.into())
    }
}

impl Error {
    /// The exit status: 2 when the job could not be done because of usage, configuration or input, 3
    /// when it was not done to its end.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Defect(_) => Outcome::Incomplete as u8,
            Self::Input(_) | Self::Library(_) => 2,
        }
    }
}

/// Runs a command. A panic in it is an error.
///
/// # Errors
/// Why it could not be done.
pub(crate) fn run(cli: Cli) -> Result<Outcome, Error> {
    guarded(|| run_command(cli))
}

fn guarded(command: impl FnOnce() -> Result<Outcome, Error>) -> Result<Outcome, Error> {
    defect::caught(command).unwrap_or_else(|defect| Err(Error::Defect(defect)))
}

fn run_command(cli: Cli) -> Result<Outcome, Error> {
    let Some(command) = cli.command else { return about::version(cli.json) };
    environment::warnings().iter().for_each(|warning| output::note(warning));
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::Merge(args) => reports::merge(&args),
        Command::Plan(args) => reports::plan(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Offboard(args) => reports::offboard(&args),
        Command::Redact(args) => redact::run(&args),
        Command::Rules(args) => rules::run(args.command),
        Command::Hook(args) => hook::run(args.command),
        Command::Agent(args) => agent::run(args.command),
        Command::Mcp(args) => mcp::run(&args),
        Command::Lsp(_) => lsp::run(),
        Command::Init(args) => init::run(&args),
        Command::Config(args) => config::run(args.command),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => about::schema(&args),
        Command::Completions(args) => about::completions(&args),
        Command::Man(args) => about::man(&args),
        Command::Accept(args) => accept::run(&args),
        Command::Exceptions(args) => exceptions::run(args.command),
        Command::Baseline(args) => baseline::run(&args),
        Command::Migrate(args) => migrate::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_incomplete_run() {
        let ended = guarded(|| panic!("a message with hunter2 in it")).unwrap_err();
        assert_eq!(ended.status(), 3);
        let said = ended.to_string();
        assert!(said.contains("a defect in sprawl") && !said.contains("hunter2"), "{said}");
        assert_eq!(Error::Input(String::new()).status(), 2);
    }
}
