//! The files that a project keeps for sprawl, and those of other tools that it reads: any bytes through
//! their parsers and, what was understood, through their writers and back. It comes back the same, and
//! no error lets the file speak to a terminal.
//!
//! The first byte chooses the file: see `fuzz_target!`.
#![no_main]

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::readers::{check_lines, check_text};
use secret_sprawl_fuzz::strangers::STAGE;
use sprawl::config::{self, Choice, Effective, FILE_NAME};
use sprawl::context::marks;
use sprawl::migrate;
use sprawl::owners::{self, OwnersFile};
use sprawl::policy::baseline::Baseline;
use sprawl::policy::exceptions::{Exceptions, Limits};
use sprawl::policy::file::quoted;
use sprawl::policy::key;
use sprawl::redact;
use sprawl_detect::text::printable;

const TODAY: Date = jiff::civil::date(2027, 2, 1);
const LIMITS: Limits = Limits { max_days: 90, max_renewals: Some(2) };

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    match (first, std::str::from_utf8(bytes)) {
        (b'm', _) => marked(bytes),
        (b'o', _) => owned(bytes),
        (b'c', Ok(text)) => settings(text),
        (b'x', Ok(text)) => extended(text),
        (b'b', Ok(text)) => baseline(text),
        (b'e', Ok(text)) => exceptions(text),
        (b'k', Ok(text)) => project_key(text),
        (b'g', Ok(text)) => of_other_tools(text),
        _ => {}
    }
});

/// An error as `main` prints it. Before a scan nothing is found yet: a part of a token that lacks its
/// prefix is not known for one.
fn check_error(error: &str) {
    let has_token = error.contains(STAGE.token());
    let shown = if has_token { redact::message(error) } else { error.into() };
    let shown = printable(&shown);
    assert!(!shown.is_empty());
    assert!(!shown.contains(STAGE.token()), "{shown}");
    check_lines("an error", &shown);
}

fn baseline(text: &str) {
    match Baseline::parse(text) {
        Ok(read) => {
            let written = read.to_text();
            check_text("the baseline", &written);
            assert_eq!(Baseline::parse(&written).as_ref(), Ok(&read));
        }
        Err(error) => check_error(&error.to_string()),
    }
}

fn exceptions(text: &str) {
    match Exceptions::parse(text, LIMITS, TODAY) {
        Ok(read) => {
            let written = read.to_text();
            let without_comments: Vec<&str> =
                written.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
            check_text("the exceptions", &without_comments.join("\n"));
            let again = Exceptions::parse(&written, LIMITS, TODAY).expect("what we wrote is good");
            assert_eq!(again.to_text(), written);
            let order = |all: &Exceptions| {
                let mut all: Vec<String> =
                    all.entries.iter().map(|entry| format!("{entry:?}")).collect();
                all.sort();
                all
            };
            assert_eq!((order(&again), &again.project), (order(&read), &read.project));
        }
        Err(error) => check_error(&error.to_string()),
    }
}

fn project_key(text: &str) {
    match key::of_text(text) {
        Ok(key) => {
            let root = tempfile::tempdir().expect("a directory");
            key::save(root.path(), &key).expect("a file");
            assert_eq!(key::read(root.path()), Ok(Some(key)));
        }
        Err(error) => {
            check_error(&error);
            let shows = |line: &str| line.trim().len() > 20 && error.contains(line.trim());
            assert!(!text.lines().any(shows), "{error}");
        }
    }
}

/// The file at the root of a project.
fn settings(text: &str) {
    let root = tempfile::tempdir().expect("a directory");
    fs::write(root.path().join(FILE_NAME), text).expect("a file");
    loaded(root.path());
}

/// A file that another one extends, whose name is what stands before the first NUL.
fn extended(text: &str) {
    let Some((name, text)) = text.split_once('\0') else { return };
    let root = tempfile::tempdir().expect("a directory");
    if name.contains('/') || fs::write(root.path().join(name), text).is_err() {
        return;
    }
    let first = format!("extends = [{}]\n[paths]\nexclude = ['x']\n", quoted(name));
    fs::write(root.path().join(FILE_NAME), first).expect("a file");
    loaded(root.path());
}

fn loaded(root: &Path) {
    let read = match config::load(root, &Choice::default()) {
        Ok(read) => read,
        Err(error) => return check_error(&error.to_string()),
    };
    let other = tempfile::tempdir().expect("a directory");
    fs::write(other.path().join(FILE_NAME), read.to_text()).expect("a file");
    let again = match config::load(other.path(), &Choice::default()) {
        Ok(again) => again,
        // Files of the first directory.
        Err(error) => panic!("{error} in\n{}", read.to_text()),
    };
    let values = |of: &Effective| {
        let mut values = of.to_json()["values"].clone();
        // A table with nothing in it says nothing.
        if let Some(tables) = values.as_object_mut() {
            tables.retain(|_, value| value.as_object().is_none_or(|table| !table.is_empty()));
        }
        values
    };
    assert_eq!(values(&again), values(&read));
    let _ = read.paths.leaves_out("src/a b/ä.env");
}

/// A text with secrets wherever `XX` stands.
fn marked(text: &[u8]) {
    let secrets: Vec<_> = (1..text.len())
        .filter(|end| &text[end - 1..=*end] == b"XX")
        .map(|end| end - 1..end + 1)
        .collect();
    let marks = marks::marks(text, &secrets);
    assert_eq!(marks.len(), secrets.len());
    for mark in marks.iter().flatten() {
        assert!(text[mark.at..].starts_with(mark.words.as_bytes()), "{mark:?}");
        if let Some(Err(why)) = &mark.terms {
            check_error(why);
            assert!(why.len() < 4096, "{why}");
        }
    }
}

fn owned(text: &[u8]) {
    let mut findings = STAGE.findings().to_vec();
    let files: Vec<_> = OwnersFile::at("r", "CODEOWNERS", text).into_iter().collect();
    owners::assign(&mut findings, &files);
}

/// What the users of other tools have: read alone, never written.
fn of_other_tools(text: &str) {
    for read in [
        migrate::detect_secrets::read,
        migrate::gitleaks::read_ignore,
        migrate::gitleaks::read_betterleaks_ignore,
        migrate::gitleaks::read_config,
        migrate::trivy::read,
    ] {
        if let Err(error) = read(text, &mut migrate::Imported::default()) {
            check_error(&error);
        }
    }
}
