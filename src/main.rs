//! Set the process up, parse, run, print the error chain once, exit status; nothing else.

mod agent;
mod cli;
mod commands;
mod hook;
mod lsp;
mod shell;

use std::error::Error as _;
use std::io::Write as _;
use std::process::ExitCode;
use std::thread;

use crate::cli::{Cli, completion};
use crate::commands::Error;
use sprawl::defect::{self, Defect};
use sprawl::files::mapped;
use sprawl::redact;
use sprawl::threads;
use sprawl_detect::text::printable;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Before there is another thread: it takes its variable out of the environment.
    match completion::answered(&arguments) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => {
            misunderstood(&error);
            return ExitCode::from(2);
        }
    }
    defect::note_panics();
    mapped::answer();
    // On a stack whose size does not depend on the shell; where no thread is to be had, on this one.
    match thread::Builder::new().stack_size(threads::STACK).spawn(run) {
        Ok(thread) => {
            thread.join().unwrap_or_else(|panic| failed(&Error::Defect(Defect::of_thread(panic))))
        }
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    match Cli::typed(&arguments) {
        Ok(cli) => match commands::run(cli) {
            Ok(outcome) => outcome.into(),
            Err(error) => failed(&error),
        },
        Err(refused) if refused.use_stderr() => {
            misunderstood(&refused);
            ExitCode::from(2)
        }
        Err(help) => match help.print().and_then(|()| std::io::stdout().flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                failed(&Error::Input(format!("the help could not be written: {error}")))
            }
            _ => ExitCode::SUCCESS,
        },
    }
}

/// Says what is wrong with the arguments. They may be names of files of a tree that a stranger wrote.
fn misunderstood(error: &clap::Error) {
    let text = error.render().to_string();
    let safe = redact::message(&text);
    let safe: Vec<_> = safe.lines().map(printable).collect();
    // Nobody is left to be told if standard error cannot be written.
    let _ = if safe.iter().eq(text.lines()) {
        error.print()
    } else {
        writeln!(std::io::stderr(), "{}", safe.join("\n"))
    };
}

fn failed(error: &Error) -> ExitCode {
    if !matches!(error, Error::BrokenPipe) {
        let mut text = format!("sprawl: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        // It may name files, references and settings of a tree that a stranger wrote.
        let text = redact::message(&text);
        let text = printable(&text);
        // Nobody is left to be told if standard error cannot be written.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
    ExitCode::from(error.status())
}
