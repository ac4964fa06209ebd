//! What sprawl says of itself: its version, schemas of its files, completions for shells, manual pages.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::env::Shells;

use super::{Error, Outcome, output};
use crate::cli::about::{CompletionsArgs, ManArgs, SchemaArgs, SchemaOf};
use crate::cli::{Cli, environment};
use sprawl::config;
use sprawl::files::write;
use sprawl::inventory::{self, known};
use sprawl::policy::exceptions;
use sprawl::report::json;
use sprawl_detect::rules::{Rules, schemas};

/// `sprawl --version`, with `--json` what scripts want to know.
pub(super) fn version(as_json: bool) -> Result<Outcome, Error> {
    let version = env!("CARGO_PKG_VERSION");
    let text = if as_json {
        let rules = Rules::builtin();
        let providers: BTreeSet<_> = rules.iter().map(|(_, rule)| &*rule.provider).collect();
        let facts = serde_json::json!({
            "name": "sprawl",
            "version": version,
            "os": std::env::consts::OS,
            "arch": std::env::consts::ARCH,
            "report_schema_version": json::SCHEMA_VERSION,
            "rules": rules.iter().count(),
            "providers": providers.len(),
        });
        format!("{facts:#}\n")
    } else {
        format!("sprawl {version}\n")
    };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

/// `sprawl schema`.
pub(super) fn schema(args: &SchemaArgs) -> Result<Outcome, Error> {
    let schema = match args.file {
        SchemaOf::Config => config::schema::schema(),
        SchemaOf::Rules => schemas::rule_file(),
        SchemaOf::Exceptions => exceptions::schema(),
        SchemaOf::Report => json::schema(),
        SchemaOf::Identities => known::schema(),
        SchemaOf::Inventory => inventory::json::schema(),
    };
    output::print(&output::json(&schema)?)?;
    Ok(Outcome::Clean)
}

/// `sprawl completions`.
pub(super) fn completions(args: &CompletionsArgs) -> Result<Outcome, Error> {
    let mut text = Vec::new();
    let name = args.shell.to_string();
    match Shells::builtins().completer(&name).filter(|_| !args.is_static) {
        Some(shell) => shell
            .write_registration(environment::COMPLETE, "sprawl", "sprawl", "sprawl", &mut text)
            .map_err(|error| Error::Input(format!("{name}: no completions: {error}")))?,
        None => clap_complete::generate(args.shell, &mut Cli::command(), "sprawl", &mut text),
    }
    output::print(&String::from_utf8_lossy(&text))?;
    Ok(Outcome::Clean)
}

/// `sprawl man`.
pub(super) fn man(args: &ManArgs) -> Result<Outcome, Error> {
    if let Some(directory) = &args.directory {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        pages(&command, directory).map_err(failed(directory))?;
        return Ok(Outcome::Clean);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(failed(Path::new("-")))?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Clean)
}

/// Writes the pages of a command and of those below it, as `clap_mangen::generate_to` does, but
/// through no link that stands in the place of one.
fn pages(command: &clap::Command, directory: &Path) -> std::io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages(below, directory)?;
    }
    let page = clap_mangen::Man::new(command.clone());
    write::named(&directory.join(page.get_filename()), |out| page.render(out))
}

fn failed(place: &Path) -> impl FnOnce(std::io::Error) -> Error {
    move |error| {
        Error::Input(format!(
            "{}: the manual could not be written: {error}; create the directory first",
            place.display()
        ))
    }
}
