//! Where reports go: standard output or files.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::summary::{self, Words};
use super::{Error, Outcome, step_summary, terminal};
use crate::cli::reports::ReportArgs;
use sprawl::config::threshold::FailOn;
use sprawl::files::lock::Lock;
use sprawl::files::write;
use sprawl::group::SecretGroup;
use sprawl::redact;
use sprawl::report::text::TextOptions;
use sprawl::report::{Format, Report};
use sprawl::session::context::ProjectContext;
use sprawl_detect::text;

/// One report to be written.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Standard output when absent.
    file: Option<PathBuf>,
    format: Format,
    text: TextOptions,
}

impl Target {
    /// Whether it has the lines that secrets stand on.
    pub(super) fn shows_lines(&self) -> bool {
        matches!(self.format, Format::Text | Format::Json | Format::Html)
    }
}

/// Works out what is to be written where, before anything is scanned.
///
/// # Errors
/// A file whose form nobody named, or whose directory does not exist.
pub(super) fn targets(format: Option<Format>, args: &ReportArgs) -> Result<Vec<Target>, Error> {
    let files = &args.output;
    if files.is_empty() {
        let text = terminal::of_stdout(&args.text, &io::stdout());
        return Ok(vec![Target { file: None, format: format.unwrap_or(Format::Text), text }]);
    }
    files
        .iter()
        .map(|file| {
            let by_extension = Format::of_extension(file);
            let chosen =
                if files.len() == 1 { format.or(by_extension) } else { by_extension.or(format) };
            let shown = file.display();
            let format = chosen.ok_or_else(|| {
                Error::Input(format!("{shown}: the extension names no report format; add --format"))
            })?;
            let directory = file.parent().filter(|p| !p.as_os_str().is_empty());
            if directory.is_some_and(|d| !d.is_dir()) {
                return Err(Error::Input(format!(
                    "{shown}: its directory does not exist; create it first"
                )));
            }
            write::check(file).map_err(|error| unwritten(file, &error))?;
            Ok(Target { file: Some(file.clone()), format, text: terminal::of_file(&args.text) })
        })
        .collect()
}

/// What makes a command fail.
#[derive(Clone, Copy)]
pub(super) struct Fails<'f> {
    /// The least severity of a secret that does.
    pub(super) on: &'f dyn Fn(&SecretGroup) -> FailOn,
    /// Something was left unread that nobody accepted.
    pub(super) is_incomplete: bool,
}

/// Writes the report to every target and the summary to standard error, and says what it comes to.
///
/// # Errors
/// A report that could not be written whole.
pub(super) fn deliver(
    report: &Report<'_>,
    targets: &[Target],
    fails: Fails<'_>,
    words: Words,
) -> Result<Outcome, Error> {
    match write_all(report, targets) {
        // Whoever closed the pipe has seen enough; what was found still decides the exit status.
        Ok(()) | Err(Error::BrokenPipe) => {}
        Err(error) => return Err(error),
    }
    let severities: Vec<_> = report.groups.iter().map(|g| g.score.severity()).collect();
    let is_spared = |group: &&SecretGroup| {
        let may_fail = !matches!((fails.on)(group), FailOn::Any | FailOn::Never);
        group.facts.opens_nothing() && may_fail
    };
    let spared = report.groups.iter().filter(is_spared).count();
    summary::write(report, &severities, spared, words);
    let is_failure = |group: &SecretGroup| {
        (fails.on)(group).fails(group.score.severity(), group.facts.opens_nothing())
    };
    Ok(if report.groups.iter().any(is_failure) {
        Outcome::Findings
    } else if report.problems.is_empty() && !fails.is_incomplete {
        Outcome::Clean
    } else {
        Outcome::Incomplete
    })
}

/// Writes the report to every target.
///
/// # Errors
/// A report that could not be written whole. Files are replaced only when complete.
pub(super) fn write_all(report: &Report<'_>, targets: &[Target]) -> Result<(), Error> {
    for target in targets {
        match &target.file {
            None => write_stdout(report, target)?,
            Some(file) => write::named(file, |out| target.format.write(report, &target.text, out))
                .map_err(|error| unwritten(file, &error))?,
        }
        if target.format == Format::Github {
            step_summary::append(report)?;
        }
    }
    Ok(())
}

/// Takes the lock on the decisions of a project, and says so if that takes a while.
///
/// # Errors
/// The file system has no locks.
pub(super) fn lock(context: &ProjectContext) -> Result<Lock, Error> {
    let on_wait = || note("waiting for another sprawl process that changes this project's files");
    Ok(context.lock(on_wait)?)
}

/// Says something on standard error.
pub(super) fn note(words: &str) {
    // Nobody is left to be told if standard error cannot be written.
    let _ = writeln!(io::stderr(), "sprawl: {}", text::printable(words));
}

/// A value as JSON for people and programs.
///
/// # Errors
/// It cannot be written as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, Error> {
    text::json::pretty_text(value)
        .map_err(|error| Error::Input(format!("the result cannot be written as JSON: {error}")))
}

/// Writes what a command has to say to standard output: lines of ours with names, settings and paths of
/// a tree in them. None of them steers a terminal or speaks to a build server, and what has the form
/// of a credential is not shown.
///
/// # Errors
/// As [`print`].
pub(super) fn say(text: &str) -> Result<(), Error> {
    let text = redact::message(text);
    let lines: String =
        text.lines().map(|line| text::printable(line).into_owned() + "\n").collect();
    print(&lines)
}

/// Writes text to standard output; a reader that goes away is no error.
///
/// # Errors
/// Anything else that keeps it from being written.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    from_stdout(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn unwritten(file: &Path, error: &io::Error) -> Error {
    Error::Input(format!("{}: the report could not be written: {error}", file.display()))
}

fn write_stdout(report: &Report<'_>, target: &Target) -> Result<(), Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    from_stdout(target.format.write(report, &target.text, &mut out).and_then(|()| out.flush()))
}

fn from_stdout(result: io::Result<()>) -> Result<(), Error> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::BrokenPipe,
        _ => Error::Input(format!("the report could not be written to standard output: {error}")),
    })
}
