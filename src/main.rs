//! Parse, run, print the error chain once, exit status; nothing else.

use std::error::Error as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use sprawl::cli::Cli;
use sprawl::commands::{self, EXIT_ERROR, Error};

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(outcome) => outcome.into(),
        Err(Error::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("sprawl: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                text.push_str(&format!(": {error}"));
                cause = error.source();
            }
            // Nobody is left to be told if standard error cannot be written.
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(EXIT_ERROR)
        }
    }
}
