//! `sprawl config show`.

use super::setting::Setting;
use super::{Error, Outcome, output};
use crate::cli::config::ConfigCommand;

/// Runs it.
pub(super) fn run(command: ConfigCommand) -> Result<Outcome, Error> {
    let ConfigCommand::Show { path, config, json } = command;
    let setting = Setting::of(&config, std::slice::from_ref(&path), false)?;
    let text =
        if json { output::json(&setting.config.to_json())? } else { setting.config.to_text() };
    output::say(&text)?;
    Ok(Outcome::Clean)
}
