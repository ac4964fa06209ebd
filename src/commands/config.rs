//! `sprawl config show`.

use super::{Error, Outcome, output};
use crate::cli::config::ConfigCommand;
use sprawl::Session;

/// Runs it.
pub(super) fn run(command: ConfigCommand) -> Result<Outcome, Error> {
    let ConfigCommand::Show { path, config, json } = command;
    let context = Session::builder().paths([path]).options(config.options()).context()?;
    let text =
        if json { output::json(&context.config.to_json())? } else { context.config.to_text() };
    output::say(&text)?;
    Ok(Outcome::Clean)
}
