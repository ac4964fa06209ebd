//! Reports that are read back and put together: `sprawl merge`, `sprawl plan`, `sprawl offboard`.

use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use super::output::Fails;
use super::summary::Words;
use super::{Error, Outcome, output, rewrite};
use crate::cli::reports::{InputArgs, MergeArgs, OffboardArgs, PlanArgs, PlanFormat, ReportArgs};
use sprawl::Session;
use sprawl::files;
use sprawl::plan::{Plan, json, markdown, people, text};
use sprawl::report::Report;
use sprawl::session::options::Options;
use sprawl_detect::text::nearest;

/// `sprawl merge`: several reports as one.
pub(super) fn merge(args: &MergeArgs) -> Result<Outcome, Error> {
    let targets = output::targets(args.report.format, &args.report)?;
    let session = session(&args.input, &args.report)?;
    let report = one_report(&session, &args.input.reports)?;
    let words = if args.quiet { Words::Problems } else { Words::All };
    let is_incomplete = session.is_incomplete(&report);
    let fails = Fails { on: &|secret| session.fail_on(secret), is_incomplete };
    output::deliver(&report, &targets, fails, words)
}

/// `sprawl plan`: what to do first, and what then.
pub(super) fn plan(args: &PlanArgs) -> Result<Outcome, Error> {
    if let Some(file) = &args.rewrite {
        return rewrite::run(file, &args.input.reports, options(&args.input));
    }
    if args.input.reports.is_empty() {
        let what = "name a JSON report (`sprawl scan -f json`), or `-` for standard input";
        return Err(Error::Input(what.to_owned()));
    }
    let session = Session::builder().options(options(&args.input)).build()?;
    let report = one_report(&session, &args.input.reports)?;
    write(&Plan::of(&report), args.format)
}

/// `sprawl offboard`: what a person who leaves takes along.
pub(super) fn offboard(args: &OffboardArgs) -> Result<Outcome, Error> {
    if let Some(bad) = args.author.iter().find(|address| !address.contains('@')) {
        return Err(Error::Input(format!(
            "--author {bad}: is not an address; authors are identified by email address"
        )));
    }
    let session = Session::builder().options(options(&args.input)).build()?;
    let report = one_report(&session, &args.input.reports)?;
    let places = report.all().flat_map(|group| &group.occurrences);
    let people: BTreeSet<String> =
        places.flat_map(people).map(|address| address.to_ascii_lowercase()).collect();
    if !report.groups.is_empty() && people.is_empty() {
        let what = "the reports contain no authors; scan with --history";
        return Err(Error::Input(what.to_owned()));
    }
    // A typing error must not look like somebody who knows nothing.
    for address in &args.author {
        let lower = address.to_ascii_lowercase();
        if !people.is_empty() && !people.contains(&lower) {
            let near = nearest(&lower, people.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            return Err(Error::Input(format!(
                "--author {address}: nobody with this address added, changed or removed a secret that \
                 the reports name{near}"
            )));
        }
    }
    write(&Plan::of_author(&report, &args.author), args.format)
}

fn write(plan: &Plan, format: PlanFormat) -> Result<Outcome, Error> {
    output::print(&match format {
        PlanFormat::Text => text::written(plan),
        PlanFormat::Markdown => markdown::written(plan),
        PlanFormat::Json => json::written(plan),
    })?;
    Ok(Outcome::Clean)
}

fn session(input: &InputArgs, report: &ReportArgs) -> Result<Session, Error> {
    let options = Options {
        fail_on: report.fail_on,
        allow_unread: report.allow_unread.clone(),
        sarif: report.sarif(),
        ..options(input)
    };
    Ok(Session::builder().options(options).build()?)
}

pub(super) fn options(args: &InputArgs) -> Options {
    Options {
        rules: args.rules.options(),
        min_confidence: args.threshold.min_confidence,
        include_placeholders: args.threshold.include_placeholders,
        ..args.config.options()
    }
}

/// Everything the reports say, as one scan of all would have said it.
pub(super) fn one_report<'s>(session: &'s Session, paths: &[PathBuf]) -> Result<Report<'s>, Error> {
    let read = |path: &PathBuf| {
        let report = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
        match bytes_of(path) {
            Ok(text) => Ok((report, text)),
            Err(error) => {
                let what = format!("cannot be read: {error}");
                Err(sprawl::Error::Report { report, what })
            }
        }
    };
    // One report after the other, so that their texts are not all in memory.
    let mut failed = None;
    let reports = paths.iter().map_while(|path| match read(path) {
        Ok(report) => Some(report),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let report = session.merge(reports)?;
    failed.map_or(Ok(report), |error| Err(error.into()))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Size of a report, at most: 512 MiB.
const LARGEST: u64 = 512 << 20;

fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    if !is_stdin(path) {
        return files::read::named(path, LARGEST);
    }
    let mut input = std::io::stdin().lock();
    let head = input.fill_buf()?;
    if head.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        // No report: to say so, it need not be read to the end, if it has one.
        return Ok(head.to_vec());
    }
    files::read::limited(input, LARGEST)
}
