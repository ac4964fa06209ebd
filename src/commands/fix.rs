//! `sprawl fix`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::search::hint;
use super::summary::{self, Words};
use super::{Error, Outcome, output};
use crate::cli::fix::FixArgs;
use crate::cli::list;
use sprawl::Session;
use sprawl::finding::Finding;
use sprawl::fix::{Fixes, Left};
use sprawl::group::SecretGroup;
use sprawl::redact::Redactor;
use sprawl::report::Report;
use sprawl::session::options::{FileOptions, Options};
use sprawl::source::tree::{self, Tree};
use sprawl_detect::text::count;

/// Takes secrets out of files, or shows how.
pub(super) fn run(args: &FixArgs) -> Result<Outcome, Error> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Error::Input(
            "-: standard input cannot be changed; name files or directories".to_owned(),
        ));
    }
    tree::check(&args.paths)?;
    let session = Session::builder().paths(args.paths.clone()).options(options(args)).build()?;
    let report = session.scan(&Tree::new(args.paths.clone()))?;
    let wanted = wanted(args, &report)?;
    let is_wanted =
        |group: &SecretGroup| args.secrets.is_empty() || wanted.contains(group.id.as_str());
    let mut fixes = Fixes::of(&report, &is_wanted);
    let findings: Vec<&Finding> = report.all().flat_map(|group| &group.occurrences).collect();
    let redactor = Redactor::new(session.rules(), findings);
    if args.dry_run {
        let patches = fixes.files.iter().map(|file| match args.show_secrets {
            true => file.whole_patch(),
            false => file.patch(&redactor),
        });
        output::print(&patches.collect::<String>())?;
    } else {
        write(&mut fixes);
    }
    summary::write(&report, &[], 0, Words::Problems);
    if !args.quiet {
        let text = redactor.redact(&said(&fixes, args.dry_run)).into_owned();
        match args.dry_run {
            true => text.lines().for_each(output::note),
            false => output::say(&text)?,
        }
    }
    Ok(if !fixes.left.is_empty() {
        Outcome::Findings
    } else if session.is_incomplete(&report) || !report.problems.is_empty() {
        Outcome::Incomplete
    } else {
        Outcome::Clean
    })
}

fn options(args: &FixArgs) -> Options {
    Options {
        rules: args.rules.options(),
        policy: args.policy.options(),
        files: FileOptions { exclude: list::values(&args.exclude), ..FileOptions::default() },
        min_confidence: args.threshold.min_confidence,
        include_placeholders: args.threshold.include_placeholders,
        ..args.config.options()
    }
}

/// The ids that were asked for, in full.
fn wanted<'r>(args: &FixArgs, report: &'r Report<'_>) -> Result<BTreeSet<&'r str>, Error> {
    let reported = report.groups.iter().chain(&report.covered).chain(&report.parts);
    let ids: Vec<&str> = reported.map(|group| group.id.as_str()).collect();
    let mut wanted = BTreeSet::new();
    for typed in &args.secrets {
        let mut found = ids.iter().filter(|id| id.starts_with(typed.as_str()));
        match (found.next(), found.next()) {
            (Some(id), None) => wanted.insert(*id),
            (Some(_), Some(_)) => {
                return Err(Error::Input(format!(
                    "--secret {typed}: is the beginning of several ids; type more of it"
                )));
            }
            (None, _) => {
                let hint = hint(typed, ids.iter().copied());
                return Err(Error::Input(format!(
                    "--secret {typed}: no secret was found with this id{hint}"
                )));
            }
        };
    }
    Ok(wanted)
}

/// Writes the files; what cannot be written is left.
fn write(fixes: &mut Fixes) {
    let mut written = Vec::new();
    for file in std::mem::take(&mut fixes.files) {
        match file.write() {
            Ok(()) => written.push(file),
            Err(error) => fixes.left.extend(file.taken.iter().map(|taken| Left {
                path: file.path.clone(),
                line: taken.line,
                secret_id: taken.secret_id.clone(),
                title: taken.title.clone(),
                why: error.to_string(),
            })),
        }
    }
    fixes.files = written;
    fixes.left.sort();
}

/// What was done, what has to be done, and what was left.
fn said(fixes: &Fixes, is_dry: bool) -> String {
    let mut text = String::new();
    let mut stores: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut notes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in &fixes.files {
        let number = count(file.taken.len() as u64, "secret");
        let verb = if is_dry { "would change" } else { "changed" };
        let _ = writeln!(text, "{verb} {}: {number} taken out", file.path);
        for taken in &file.taken {
            stores.entry(&taken.store).or_default().push(format!("{}:{}", file.path, taken.line));
            for note in &taken.notes {
                notes.entry(note).or_default().insert(&file.path);
            }
        }
    }
    for (store, mut places) in stores {
        places.dedup();
        let _ = writeln!(text, "set {store} ({})", places.join(", "));
    }
    for (note, files) in notes {
        let files: Vec<&str> = files.into_iter().collect();
        let _ = writeln!(text, "check {}: {note}", files.join(", "));
    }
    for file in fixes.files.iter().filter(|file| file.is_env) {
        let _ = writeln!(
            text,
            "stop tracking {0}: `git rm --cached {0}`, add it to .gitignore, and commit a sample without values",
            file.path
        );
    }
    for (word, list) in [("kept", &fixes.kept), ("left", &fixes.left)] {
        for Left { path, line, secret_id, title, why } in list {
            let _ = writeln!(
                text,
                "{word} {path}:{line}, {title} ({}): {why}",
                &secret_id[..secret_id.len().min(8)]
            );
        }
    }
    if !fixes.files.is_empty() {
        text.push_str("these secrets are still valid, and still in history: revoke them first (sprawl plan)\n");
    } else if fixes.left.is_empty() {
        text.push_str("nothing to change\n");
    }
    text
}
