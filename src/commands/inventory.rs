//! `sprawl inventory`.

use std::path::Path;

use super::reports::{one_report, options};
use super::{Error, Outcome, output};
use crate::cli::reports::{InventoryArgs, InventoryFormat};
use sprawl::Session;
use sprawl::day;
use sprawl::files::{place, read, write};
use sprawl::inventory::known::{self, KnownIdentities};
use sprawl::inventory::{Inventory, csv, html, json, text};
use sprawl::report::Report;

/// Lists machine identities, and what has changed.
pub(super) fn run(args: &InventoryArgs) -> Result<Outcome, Error> {
    let format = format(args)?;
    let session = Session::builder().options(options(&args.input)).build()?;
    let report = one_report(&session, &args.input.reports)?;
    let known = known(args, &session, &report)?;
    let mut inventory = Inventory::of(&report, &known);
    if !args.since.is_empty() {
        let before = one_report(&session, &args.since)?;
        inventory.compare(&Inventory::of(&before, &known));
    }
    let written = match format {
        InventoryFormat::Text => text::written(&inventory),
        InventoryFormat::Csv => csv::written(&inventory),
        InventoryFormat::Json => json::written(&inventory),
        InventoryFormat::Html => html::written(&inventory),
    };
    match &args.output {
        None => output::print(&written)?,
        Some(file) => {
            write::named(file, |out| out.write_all(written.as_bytes())).map_err(|error| {
                Error::Input(format!(
                    "{}: the inventory could not be written: {error}",
                    file.display()
                ))
            })?
        }
    }
    Ok(Outcome::Clean)
}

fn format(args: &InventoryArgs) -> Result<InventoryFormat, Error> {
    let by_extension = |file: &Path| {
        let extension = file.extension()?.to_str()?.to_ascii_lowercase();
        Some(match &*extension {
            "txt" => InventoryFormat::Text,
            "csv" => InventoryFormat::Csv,
            "json" => InventoryFormat::Json,
            "html" | "htm" => InventoryFormat::Html,
            _ => return None,
        })
    };
    match (args.format, &args.output) {
        (Some(format), _) => Ok(format),
        (None, None) => Ok(InventoryFormat::Text),
        (None, Some(file)) => by_extension(file).ok_or_else(|| {
            Error::Input(format!(
                "{}: the extension names no format of an inventory; add --format",
                file.display()
            ))
        }),
    }
}

/// What identities.toml says, if there is one.
fn known(
    args: &InventoryArgs,
    session: &Session,
    report: &Report<'_>,
) -> Result<KnownIdentities, Error> {
    let (name, text) = match &args.identities {
        Some(file) => (file.display().to_string(), read::named_text(file, read::LIST)),
        None if args.input.config.isolated => return Ok(KnownIdentities::default()),
        None => {
            let root = session.context().project.root();
            let file = place::below(root, known::FILE);
            (known::FILE.to_owned(), file.and_then(|file| read::text(&file, read::LIST)))
        }
    };
    let text = match text {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && args.identities.is_none() => {
            return Ok(KnownIdentities::default());
        }
        Err(error) => return Err(Error::Input(format!("{name}: cannot be read: {error}"))),
    };
    let known = KnownIdentities::parse(&text, day::in_utc(report.now))
        .map_err(|error| Error::Input(format!("{name}: {error}")))?;
    for line in known.unused(report) {
        output::note(&format!("{name}: line {line}: matches no secret of these reports"));
    }
    Ok(known)
}
