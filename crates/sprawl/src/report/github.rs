//! Annotations of GitHub Actions: one workflow command for an open place, the worst secrets first, as many as
//! GitHub shows; what it would not show is counted in the last one.
//!
//! Source of the commands: GitHub Docs, "Workflow commands for GitHub Actions". The step summary
//! ([`super::markdown`]) has far more room.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::score::Severity;
use sprawl_detect::text::{count, printable};

/// Annotations of each level that GitHub shows of a step; of all levels together it shows 50 of a job. Source:
/// "Limitations" in the documentation of problem matchers (actions/toolkit, docs/problem-matchers.md), and GitHub
/// Docs, "REST API endpoints for check runs".
const SHOWN: usize = 10;

/// Annotations of a level that say what was not scanned.
const GAPS: usize = 3;

/// UTF-16 code units of a message; the runner cuts it behind the 4,096th (actions/runner,
/// `_maxIssueMessageLength` in ExecutionContext.cs).
const MESSAGE: usize = 4096;

/// Characters of a title (GitHub Docs, "REST API endpoints for check runs", `annotations`).
const TITLE: usize = 255;

/// The level of an annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    fn of(group: &SecretGroup) -> Self {
        match group.score.severity() {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::None => Self::Notice,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Writes the report. Secrets stay redacted: logs of a job are read by many.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|one| format!("{}: {}", one.place, one.what));
    let problems = gaps(problems.collect(), "problem");
    let kinds = unread::kinds(&report.unread);
    let unread = gaps(kinds.iter().map(|kind| kind.described(str::to_owned)).collect(), "kind");
    let mut left_out: BTreeMap<Level, usize> = BTreeMap::new();
    for group in &report.groups {
        *left_out.entry(Level::of(group)).or_default() += place::open(group).count();
    }
    let mut room = BTreeMap::from([
        (Level::Error, SHOWN - problems.len()),
        (Level::Warning, SHOWN - unread.len()),
        (Level::Notice, SHOWN),
    ]);
    // One of them says that there are more.
    if left_out.iter().any(|(level, all)| *all > room[level]) {
        room.insert(Level::Notice, SHOWN - 1);
    }
    // Each secret once before any of them twice.
    let firsts = report.groups.iter().map(|group| (group, place::first(group)));
    let others = report.groups.iter().flat_map(|group| {
        let first = place::first(group);
        place::open(group)
            .filter(move |one| !std::ptr::eq(*one, first))
            .map(move |one| (group, one))
    });
    for (group, finding) in firsts.chain(others) {
        let level = Level::of(group);
        let (Some(room), Some(left)) = (room.get_mut(&level), left_out.get_mut(&level)) else {
            continue;
        };
        if *room > 0 {
            *room -= 1;
            *left -= 1;
            annotation(report, group, finding, out)?;
        }
    }
    for message in problems {
        writeln!(out, "::error title=sprawl%3A not scanned::{}", message_of(&message))?;
    }
    for message in unread {
        writeln!(out, "::warning title=sprawl%3A not looked into::{}", message_of(&message))?;
    }
    left_out.retain(|_, left| *left > 0);
    if left_out.is_empty() {
        return Ok(());
    }
    let counts: Vec<String> =
        left_out.iter().map(|(level, left)| count(*left as u64, level.name())).collect();
    let message = format!(
        "GitHub shows {SHOWN} annotations of a level. Left out: {}. The summary of the step has more of them, a \
         report in HTML or JSON has all.",
        counts.join(", ")
    );
    writeln!(out, "::notice title=sprawl%3A not all annotated::{}", message_of(&message))
}

/// What was not scanned, in as many annotations as are kept for that.
fn gaps(mut messages: Vec<String>, what: &str) -> Vec<String> {
    if messages.len() > GAPS {
        let more = messages.split_off(GAPS - 1).len();
        messages.push(format!("and {}", count(more as u64, &format!("more {what}"))));
    }
    messages
}

fn annotation(
    report: &Report<'_>,
    group: &SecretGroup,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = report.rules.get(group.rule);
    write!(out, "::{} ", Level::of(group).name())?;
    let location = place::opened(finding);
    // An annotation sits on a file of the commit that is built; what is gone from there has none.
    if place::is_present(finding) && !finding.location.path.is_empty() {
        write!(out, "file={},line={},", property(&printable(&location.path)), location.line)?;
        write!(out, "endLine={},", location.end_line)?;
        // Columns mean something within one line only.
        if location.end_line == location.line {
            write!(out, "col={},endColumn={},", location.column, location.end_column)?;
        }
    }
    let mut message = format!(
        "{} {}: {} in {}",
        group.score.severity().name(),
        group.score.value,
        printable(&group.redacted),
        printable(&place::position(finding)),
    );
    if let Some(history) = place::history(finding) {
        message.push_str(&format!(", {}", printable(&history)));
    }
    if let Some(decision) = place::decision(finding) {
        message.push_str(&format!("; {}", printable(&decision)));
    }
    let others = group.occurrences.len() - 1;
    if others > 0 {
        message.push_str(&format!("; {others} more of the same secret"));
    }
    message.push_str(&format!(
        "\nImpact: {}\nFix: {}\nSecret {}, rule {}",
        rule.text.why,
        rule.text.fix,
        group.id,
        rule.id()
    ));
    writeln!(out, "title={}::{}", property(&cut(&rule.text.title, TITLE)), message_of(&message))
}

/// A message as a command carries it, of lines of ours: none of them begins another command.
fn message_of(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    encoded(&cut(&lines.join("\n"), MESSAGE))
}

/// A property's value; `:` and `,` would end it.
fn property(text: &str) -> String {
    encoded(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}

/// What would end a command. The runner undoes this before it counts.
fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace('\n', "%0A")
}

/// A text of at most so many UTF-16 code units, with a sign at its end if it is cut.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let mut units = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units < most {
            end = at + c.len_utf8();
        }
    }
    match units > most {
        true => Cow::Owned(format!("{}\u{2026}", &text[..end])),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out_of_its_command() {
        let message = message_of("50%\n\r::stop-commands::x");
        assert_eq!(message, "50%25%0A\\u{d}\\u{3a}:stop-commands::x");
        assert_eq!(property("a,b:c%\u{1b}"), "a%2Cb%3Ac%25\\u{1b}");
    }
    #[test]
    fn messages_are_as_long_as_the_runner_takes() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab\u{2026}");
        // Two units each.
        assert_eq!(cut("\u{1f511}\u{1f511}", 4), "\u{1f511}\u{1f511}");
        assert_eq!(cut("\u{1f511}\u{1f511}", 3), "\u{1f511}\u{2026}");
        assert_eq!(message_of(&"x".repeat(9000)).encode_utf16().count(), MESSAGE);
    }

    #[test]
    fn what_was_not_scanned_is_never_silent() {
        let of = |number: usize| gaps((1..=number).map(|n| n.to_string()).collect(), "problem");
        assert_eq!(of(3), ["1", "2", "3"]);
        assert_eq!(of(5), ["1", "2", "and 3 more problems"]);
    }
}
