//! `sprawl explain FILE:LINE`: whether a scan reports the line, what was seen on it, what was weighed
//! and what decided.
//!
//! Shows names and measures, never values. Whether it is reported is not worked out here a second
//! time: the file is scanned as `sprawl scan` does it.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Error, Outcome, output};
use crate::cli::ExplainArgs;
use sprawl::Session;
use sprawl::files::read;
use sprawl::finding::Finding;
use sprawl::group::SecretGroup;
use sprawl::redact::Redactor;
use sprawl::report::Report;
use sprawl::session::options::Options;
use sprawl::source::tree::Tree;
use sprawl_detect::assignment::features::FEATURES;
use sprawl_detect::assignment::grammar::Assigned;
use sprawl_detect::assignment::judge::{self, PATTERN, Verdict, WEAK};
use sprawl_detect::assignment::names::Name;
use sprawl_detect::assignment::{self, model};
use sprawl_detect::evidence::Evidence;
use sprawl_detect::rules::Rules;
use sprawl_detect::score::Severity;
use sprawl_detect::{Candidate, Scanner, text_of};

/// Size of a file, at most: 512 MiB. A line further down is found with `sprawl scan`.
const LARGEST: u64 = 512 << 20;

/// Features that are named for each value.
const SHOWN: usize = 8;

/// Explains a line.
///
/// # Errors
/// The place is not FILE:LINE, or the file cannot be read.
pub(super) fn run(args: &ExplainArgs) -> Result<Outcome, Error> {
    output::say(&explained(args)?)?;
    Ok(Outcome::Clean)
}

/// What there is to be said of a line.
///
/// # Errors
/// As [`run`].
pub(super) fn explained(args: &ExplainArgs) -> Result<String, Error> {
    let (path, line) = place(&args.place)?;
    let bytes = read::named(&path, LARGEST)
        .map_err(|error| Error::Input(format!("{} cannot be read: {error}", path.display())))?;
    let text = text_of(&bytes);
    let span = line_span(&text, line)
        .ok_or_else(|| Error::Input(format!("{} has no line {line}", path.display())))?;
    let options = Options { rules: args.rules.options(), ..args.config.options() };
    let session = Session::builder().paths([path.clone()]).options(options).build()?;
    let report = session.scan(&Tree::new([path]))?;
    let rules = session.rules();
    // A name may be what is a secret elsewhere on the line.
    let findings: Vec<Finding> = report.all().flat_map(|group| group.occurrences.clone()).collect();
    let explanation = explanation(rules, &text, &span);
    let explanation = Redactor::new(rules, &findings).redact(&explanation);
    Ok(format!("{}\n\n{explanation}", headline(&report, line)))
}

/// Whether the scan reports something that touches the line, and why not if not.
fn headline(report: &Report<'_>, line: usize) -> String {
    let touches =
        |found: &&Finding| (found.location.line..=found.location.end_line).contains(&line);
    let id = |group: &SecretGroup| report.rules.get(group.rule).id();
    let here = |groups: &'_ [SecretGroup], open: bool| {
        let stands = |found: &Finding| found.decision.is_open() == open && touches(&found);
        groups.iter().position(|group| group.occurrences.iter().any(stands))
    };
    let open = [&report.groups, &report.parts];
    if let Some(group) = open.iter().find_map(|all| here(all, true).map(|at| &all[at])) {
        let severity = group.score.severity().name();
        return format!("REPORTED   {}: {severity}, {}", id(group), group.confidence.name());
    }
    let decided = [&report.groups, &report.covered, &report.parts];
    let why = if decided.iter().any(|all| here(all, false).is_some()) {
        "suppressed by a comment, an exception or the baseline".to_owned()
    } else if let Some(at) = here(&report.material.unreported, true) {
        let group = &report.material.unreported[at];
        if group.score.severity() == Severity::None {
            format!("{} has no score (--include-placeholders reports it)", id(group))
        } else {
            let confidence = group.confidence.name();
            format!("{} is {confidence} (--min-confidence {confidence} reports it)", id(group))
        }
    } else if let Some(problem) = report.problems.first() {
        format!("the file was not scanned: {}", problem.what)
    } else if report.summary.configuration.findings_left_out > 0 {
        "the configuration excludes this path or disables the rule here".to_owned()
    } else {
        "no rule finds anything on this line".to_owned()
    };
    format!("not reported: {why}")
}

fn place(text: &str) -> Result<(PathBuf, usize), Error> {
    // `FILE:LINE` or `FILE:LINE:COLUMN`, as compilers and our reports write it.
    let number = |t: &str| t.parse::<usize>().ok().filter(|n| *n > 0);
    let parts = text.rsplit_once(':').and_then(|(file, last)| {
        let last = number(last)?;
        Some(match file.rsplit_once(':').map(|(f, l)| (f, number(l))) {
            Some((file, Some(line))) if !Path::new(&text[..text.len() - 1]).exists() => {
                (file, line)
            }
            _ => (file, last),
        })
    });
    parts
        .filter(|(file, _)| !file.is_empty())
        .map(|(file, line)| (PathBuf::from(file), line))
        .ok_or_else(|| {
            Error::Input(format!("`{text}` is not FILE:LINE; write for example src/main.rs:12"))
        })
}

fn line_span(text: &[u8], line: usize) -> Option<Range<usize>> {
    let mut start = 0;
    for _ in 1..line {
        start += memchr::memchr(b'\n', text.get(start..)?)? + 1;
    }
    if start == text.len() && line > 1 {
        return None;
    }
    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
    Some(start..end)
}

fn touches(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Everything that can be said about a line.
fn explanation(rules: &Rules, text: &[u8], line: &Range<usize>) -> String {
    let mut out = String::new();
    let found = Scanner::new(rules).candidates(text);
    let here: Vec<&Candidate> = found.iter().filter(|c| touches(&c.secret, line)).collect();
    for candidate in &here {
        let rule = rules.get(candidate.rule);
        let column = candidate.secret.start.saturating_sub(line.start) + 1;
        let _ = writeln!(
            out,
            "found      {} ({}), {} bytes at column {column}",
            rule.id(),
            rule.text.title,
            candidate.secret.len()
        );
        let _ = writeln!(out, "confidence {}", candidate.confidence.name());
        for evidence in &candidate.evidence {
            let _ = writeln!(out, "because    {}", evidence.describe());
        }
        out.push('\n');
    }
    let mut weighed = 0;
    if assignment::is_text(text) {
        for (name, assigned) in assignment::assignments(text) {
            if touches(&assigned.value, line) {
                weighed += 1;
                weighing(text, line, (name, assigned), &here, rules, &mut out);
            }
        }
    } else {
        out.push_str("The file is binary: it is not searched for passwords in assignments.\n");
    }
    if here.is_empty() && weighed == 0 {
        out.push_str(
            "Nothing on this line looks like a known credential, and no literal is assigned to a \
             name that suggests a secret.\n",
        );
    }
    out
}

fn weighing(
    text: &[u8],
    line: &Range<usize>,
    (name, assigned): (Name, Assigned),
    here: &[&Candidate],
    rules: &Rules,
    out: &mut String,
) {
    let value = &assigned.value;
    let shown = String::from_utf8_lossy(&text[name.span.clone()]);
    let shown = if shown.is_empty() { "(part of a URL)".into() } else { shown };
    let _ = writeln!(
        out,
        "weighed    {shown}: {} bytes at column {}",
        value.len(),
        value.start.saturating_sub(line.start) + 1,
    );
    let measured = match assignment::weighed(text, &name, assigned) {
        Ok(measured) => measured,
        Err(reason) => {
            let _ = writeln!(out, "verdict    not a secret: {reason}\n");
            return;
        }
    };
    let verdict = judge::verdict_with_reason(text, &measured);
    let value = &measured.assigned.value;
    let share = |odds: i32| 100.0 / (1.0 + (-f64::from(odds) / 1024.0).exp());
    let _ = writeln!(
        out,
        "odds       {:.0}% (reported from {:.0}% with --min-confidence weak, from {:.0}% by \
         default)",
        share(verdict.odds),
        share(WEAK),
        share(PATTERN),
    );
    for (feature, sum) in model::contributions(&measured.vector).into_iter().take(SHOWN) {
        let about = FEATURES.iter().find(|(f, ..)| *f == feature).map_or("", |(_, _, a)| *a);
        let _ = writeln!(
            out,
            "  {:>+5.2}    {about} ({})",
            f64::from(sum) / 1024.0,
            measured.vector.get(feature)
        );
    }
    let _ = writeln!(out, "verdict    {}\n", decision(&verdict, value, here, rules));
}

fn decision(verdict: &Verdict, value: &Range<usize>, here: &[&Candidate], rules: &Rules) -> String {
    let found = here.iter().find(|c| touches(&c.secret, value));
    let winner = found.map(|c| rules.get(c.rule));
    let broken = found.into_iter().flat_map(|c| &c.evidence).find_map(|evidence| match evidence {
        Evidence::Broken(reason) => Some(*reason),
        _ => None,
    });
    match (verdict.confidence, winner) {
        (_, Some(rule)) if rule.detector != sprawl_detect::rules::Detector::Assignment => {
            format!("superseded by {}", rule.id())
        }
        (None, _) if let Some(reason) = verdict.weak => format!("not a secret: {reason}"),
        (None, _) => "not a secret: the evidence is against it".to_owned(),
        (Some(_), _) if let Some(reason) = verdict.weak => format!("weak: {reason}"),
        (Some(_), _) if let Some(reason) = broken => format!("weak: {reason}"),
        (Some(confidence), _) if verdict.guessable => {
            format!("{}, although it is easily guessed", confidence.name())
        }
        (Some(confidence), _) => confidence.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(place("a/b.rs:12").unwrap(), (PathBuf::from("a/b.rs"), 12));
        assert_eq!(place("a/b.rs:12:7").unwrap(), (PathBuf::from("a/b.rs"), 12));
        for bad in ["a/b.rs", "a/b.rs:", ":3", "a:0", "a:x"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lines() {
        assert_eq!(line_span(b"ab\ncd\n", 1), Some(0..2));
        assert_eq!(line_span(b"ab\ncd\n", 2), Some(3..5));
        assert_eq!(line_span(b"ab\ncd\n", 3), None);
        assert_eq!(line_span(b"", 1), Some(0..0));
    }

    #[test]
    fn reported_and_unreported_values_are_explained_without_being_shown() {
        let rules = Rules::builtin();
        let value = ["Vx7", "qTz2", "Wm4p", "Ld9k"].concat();
        let text = format!("db_password = \"{value}\"\ncacheKey = \"user-name\"\nplain\n");
        let of =
            |line| explanation(&rules, text.as_bytes(), &line_span(text.as_bytes(), line).unwrap());
        assert!(of(1).contains("found      generic-password"), "{}", of(1));
        assert!(of(1).contains("odds"));
        assert!(of(2).contains("not a secret"), "{}", of(2));
        assert!(of(3).starts_with("Nothing"));
        assert!(!of(1).contains(&value) && !of(2).contains("user-name"));
    }
}
