//! `sprawl config show`.

use super::setting::Setting;
use super::{Error, Outcome, output};
use crate::cli::config::ConfigCommand;

/// Runs it.
pub(super) fn run(command: ConfigCommand) -> Result<Outcome, Error> {
    let ConfigCommand::Show { path, config, json } = command;
    let setting = Setting::of(&config, std::slice::from_ref(&path), false)?;
    let text = if json {
        let mut text =
            serde_json::to_string_pretty(&setting.config.to_json()).map_err(|error| {
                Error::Input(format!("the configuration cannot be written: {error}"))
            })?;
        text.push('\n');
        text
    } else {
        setting.config.to_text()
    };
    output::print(&text)?;
    Ok(Outcome::Clean)
}
