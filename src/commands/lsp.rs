//! `sprawl lsp`.

use clap::Parser as _;
use lsp_server::Connection;

use super::{Error, Outcome, accept, explain};
use crate::cli::{Cli, Command};
use crate::lsp::{self, Wanted};

/// Serves an editor on standard input and output.
///
/// # Errors
/// The connection fails.
pub(super) fn run() -> Result<Outcome, Error> {
    let (connection, threads) = Connection::stdio();
    let served = lsp::serve(&connection, &act);
    // The threads end with the last sender.
    drop(connection);
    let joined = threads.join();
    served.map_err(|error| Error::Input(error.to_string()))?;
    joined.map_err(|error| Error::Input(format!("the connection failed: {error}")))?;
    Ok(Outcome::Clean)
}

/// Does what an editor wants as the command line does it.
fn act(wanted: Wanted) -> Result<String, String> {
    let typed = match &wanted {
        Wanted::Accept { place, owner, until } => {
            let reason = "rotation-pending";
            vec!["sprawl", "accept", place, "--owner", owner, "--reason", reason, "--until", until]
        }
        Wanted::Explain { place } => vec!["sprawl", "explain", place],
    };
    let cli = Cli::try_parse_from(typed).map_err(|error| error.to_string())?;
    let said = match cli.command {
        Some(Command::Accept(args)) => accept::accepted(&args),
        Some(Command::Explain(args)) => explain::explained(&args),
        _ => return Err("there is no such command".to_owned()),
    };
    said.map_err(|error| error.to_string())
}
