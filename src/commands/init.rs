//! `sprawl init`: a commented `sprawl.toml` that fits the project, and what to do next.

mod survey;
mod template;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use self::survey::Survey;
use super::{Error, Outcome, output};
use crate::cli::config::InitArgs;
use sprawl::Session;
use sprawl::config::{self, FILE_NAME};
use sprawl::session::context::ProjectContext;
use sprawl::session::options::Options;

/// The schema that the configuration names, for editors.
const SCHEMA: &str = ".sprawl/sprawl.schema.json";

/// Looks at the project, and writes what fits it.
///
/// # Errors
/// There is a configuration already, or it cannot be written.
pub(super) fn run(args: &InitArgs) -> Result<Outcome, Error> {
    // What is there is not read: it would be an error to go on from.
    let isolated = Options { isolated: true, ..Options::default() };
    let context = Session::builder().paths([PathBuf::from(".")]).options(isolated).context()?;
    let root = context.project.root();
    let is_there = || fs::symlink_metadata(root.join(FILE_NAME)).is_ok();
    if is_there() && !args.dry_run {
        return Err(exists());
    }
    let survey = Survey::of(root);
    let text = template::written(&survey, SCHEMA);
    if args.dry_run {
        output::print(&text)?;
        return Ok(Outcome::Clean);
    }
    let lock = output::lock(&context)?;
    // Another sprawl may have been quicker.
    if is_there() {
        return Err(exists());
    }
    let mut said = String::new();
    if write_schema(&context, &mut said)? {
        let schema = output::json(&config::schema::schema())?;
        context.write(SCHEMA, &schema, &lock)?;
        let _ = writeln!(said, "wrote {SCHEMA}: editors complete and check {FILE_NAME} with it");
    }
    context.write(FILE_NAME, &text, &lock)?;
    let said = format!("wrote {FILE_NAME}\n{said}{}", seen(&survey));
    output::say(&format!("{said}{}", next(&survey)))?;
    Ok(Outcome::Clean)
}

fn exists() -> Error {
    Error::Input(format!(
        "{FILE_NAME} exists already, and nothing was written; `sprawl config show` prints the effective \
         configuration, `sprawl init --dry-run` what a new file would hold"
    ))
}

/// Whether the schema is to be written: what is there stays.
fn write_schema(context: &ProjectContext, said: &mut String) -> Result<bool, Error> {
    let there = match fs::read_to_string(context.project.root().join(SCHEMA)) {
        Ok(there) => there,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(_) => String::new(),
    };
    let schema = output::json(&config::schema::schema())?;
    let what =
        if there == schema { "as it is" } else { "although it is not the schema of this version" };
    let _ = writeln!(said, "kept {SCHEMA} {what}");
    Ok(false)
}

/// What the project was seen to have.
fn seen(survey: &Survey) -> String {
    let mut text = String::new();
    let mut line = |label: &str, all: &[String]| {
        if !all.is_empty() {
            let _ = writeln!(text, "  {label:<11} {}", all.join(", "));
        }
    };
    let named = |all: &[(String, String)]| -> Vec<String> {
        all.iter().map(|(name, file)| format!("{name} ({file})")).collect()
    };
    line("languages", &named(&survey.languages));
    line("excluded", &survey.excluded.iter().map(|one| one.path.clone()).collect::<Vec<_>>());
    line("hooks", &named(&survey.managers));
    line("CI", &named(&survey.systems));
    line("baseline", &survey.baseline.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>());
    line("migratable", &survey.others.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>());
    if text.is_empty() { text } else { format!("\nseen here:\n{text}") }
}

/// What one does next, as commands.
fn next(survey: &Survey) -> String {
    let mut steps = vec![("sprawl scan", "what is found now".to_owned())];
    if !survey.others.is_empty() {
        let files = survey.others.join(", ");
        steps.push(("sprawl migrate --dry-run", format!("what {files} has to take over")));
    }
    if survey.baseline.is_none() {
        let what = "record current findings, so that only new ones fail";
        steps.push(("sprawl baseline", what.to_owned()));
    }
    let manager = survey.managers.first();
    let beside = manager.map_or(String::new(), |(name, _)| format!(", alongside {name}"));
    steps.push(("sprawl hook install", format!("scan before every commit{beside}")));
    let place = survey.systems.first();
    let place = place.map_or("a CI job".to_owned(), |(name, file)| format!("{name} ({file})"));
    steps.push(("sprawl scan --ci", format!("in {place}, with full history: what a change adds")));
    let mut text = "\nnext:\n".to_owned();
    for (command, what) in steps {
        let _ = writeln!(text, "  {command:<25} {what}");
    }
    let _ = writeln!(text, "Commit {FILE_NAME} and .sprawl.");
    text
}
