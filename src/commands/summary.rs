//! The last lines on standard error: totals, what was asked for, what was hidden or left out, and every problem.

use std::collections::BTreeMap;
use std::io::Write;

use sprawl::policy::Decisions;
use sprawl::report::{Configuration, Report, Summary};
use sprawl_detect::score::Severity;
use sprawl_detect::text::{count, printable};
use sprawl_unpack::unread::Unread;

/// Problems, and containers of each kind, that are named one by one; the rest is counted.
const NAMED: usize = 10;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Everything.
    All,
    /// What somebody who commits or pushes has to know.
    Hook,
    /// Problems only.
    Problems,
}

/// Writes problems and the summary to standard error.
/// `spared` is the number of secrets that open nothing and so do not fail the run.
pub(super) fn write(report: &Report<'_>, severities: &[Severity], spared: usize, words: Words) {
    let Report { summary, problems, unread, .. } = report;
    let mut lines = Vec::new();
    // The first line, so that nobody takes it for a clean result.
    if matches!(words, Words::All | Words::Hook) && problems.is_empty() {
        lines.extend(nothing(summary, !unread.is_empty()));
    }
    let saw_something = lines.is_empty();
    for problem in problems.iter().take(NAMED) {
        lines.push(format!("sprawl: {}: {}", problem.place, problem.what));
    }
    if problems.len() > NAMED {
        lines.push(format!(
            "sprawl: and {} more problems; all are in the JSON report",
            problems.len() - NAMED
        ));
    }
    let kinds = kinds(unread);
    lines.extend(named(&kinds));
    if words == Words::All {
        if saw_something {
            lines.push(totals(summary, severities));
            lines.extend(not_failing(spared));
            lines.extend(summary.scope.iter().map(|scope| format!("sprawl: scope: {scope}")));
        }
        lines.extend(not_looked_into(&kinds));
        lines.extend(remarks(summary, problems.len()));
    }
    if words != Words::Problems {
        lines.extend(by_change(summary));
    }
    let text: String = lines.iter().map(|line| printable(line).into_owned() + "\n").collect();
    // Nobody is left to be told if standard error cannot be written.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// What was not looked into, by what it is.
type Kinds<'u> = BTreeMap<String, Vec<&'u Unread>>;

fn kinds(unread: &[Unread]) -> Kinds<'_> {
    let mut kinds = Kinds::new();
    for one in unread {
        kinds.entry(one.kind()).or_default().push(one);
    }
    kinds
}

/// The first of each kind by name.
fn named(kinds: &Kinds<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, all) in kinds {
        for one in all.iter().take(NAMED) {
            lines.push(format!("sprawl: {}: not looked into: {kind}", printable(&one.place)));
        }
        if all.len() > NAMED {
            let more = count((all.len() - NAMED) as u64, kind);
            lines.push(format!(
                "sprawl: and {more} not looked into either; all are in the JSON report"
            ));
        }
    }
    lines
}

fn not_looked_into(kinds: &Kinds<'_>) -> Option<String> {
    let parts: Vec<String> =
        kinds.iter().map(|(kind, all)| count(all.len() as u64, kind)).collect();
    (!parts.is_empty()).then(|| format!("sprawl: not looked into: {}", parts.join(", ")))
}

/// Says that nothing was looked at, if so.
fn nothing(summary: &Summary, has_unread: bool) -> Option<String> {
    if summary.bytes > 0 || summary.commits > 0 {
        return None;
    }
    let scope = summary.scope.join("; ");
    let scope = match (scope.as_str(), has_unread) {
        ("", false) if summary.blobs > 0 => "all files are empty",
        ("", false) => "there are no files, or all are excluded",
        ("", true) => "no file could be read",
        (scope, _) => scope,
    };
    Some(format!("sprawl: nothing was scanned: {}", printable(scope)))
}

fn totals(summary: &Summary, severities: &[Severity]) -> String {
    let mut bands = Vec::new();
    for band in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low] {
        let count = severities.iter().filter(|s| **s == band).count();
        if count > 0 {
            bands.push(format!("{count} {}", band.name()));
        }
    }
    let found = if summary.secrets == 0 {
        "no secrets found".to_owned()
    } else {
        let (secrets, places) = (summary.secrets, summary.occurrences);
        format!("{} in {} ({})", count(secrets, "secret"), count(places, "place"), bands.join(", "))
    };
    let commits = match summary.commits {
        0 => String::new(),
        commits => format!("{} with ", count(commits, "commit")),
    };
    let files = count(summary.blobs, "file");
    format!("sprawl: {found}; {commits}{files} scanned, {}", size(summary.bytes))
}

/// Says how many secrets do not fail the run, because they open nothing.
fn not_failing(spared: usize) -> Option<String> {
    let verb = if spared == 1 { "does" } else { "do" };
    (spared > 0).then(|| {
        format!(
            "sprawl: {spared} of them {verb} not fail the run: public by design, an identifier alone, \
             expired, a canary or a placeholder (--fail-on any)"
        )
    })
}

/// What the change that was scanned decides on itself, which somebody has to review.
fn by_change(summary: &Summary) -> Vec<String> {
    let mut lines: Vec<String> =
        summary.judged.iter().map(|judged| format!("sprawl: {}", printable(judged))).collect();
    for line in summary.suppressed.iter().take(NAMED) {
        lines.push(format!("sprawl: suppressed by this change: {}", printable(line)));
    }
    if summary.suppressed.len() > NAMED {
        let more = summary.suppressed.len() - NAMED;
        lines.push(format!("sprawl: suppressed by this change: {more} more"));
    }
    lines
}

/// What was left out, hidden and covered.
fn remarks(summary: &Summary, problems: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let left = summary.left_out;
    let mut parts = Vec::new();
    let mut part = |number: u64, what: &str, how: &str| {
        if number > 0 {
            let how = if how.is_empty() { String::new() } else { format!(" ({how})") };
            parts.push(format!("{}{how}", count(number, what)));
        }
    };
    part(left.ignored_files, "ignored file", "--no-ignore scans them");
    part(left.ignored_directories, "ignored directory", "--no-ignore scans them");
    part(left.excluded, "excluded path", "");
    part(left.configured, "path that the configuration excludes", "--no-config scans them");
    part(left.symlinks, "symbolic link", "--follow");
    part(left.special, "FIFO, socket or device", "");
    part(left.lfs_pointers, "Git LFS pointer", "its content is not here");
    part(left.submodules, "submodule", "--submodules scans its history");
    if !parts.is_empty() {
        lines.push(format!("sprawl: skipped: {}", parts.join(", ")));
    }
    let hidden = &summary.hidden;
    let mut parts = Vec::new();
    if hidden.below_confidence > 0 {
        parts.push(format!("{} low-confidence (--min-confidence)", hidden.below_confidence));
    }
    if hidden.placeholders > 0 {
        parts.push(format!(
            "{} (--include-placeholders)",
            count(hidden.placeholders, "placeholder")
        ));
    }
    if !parts.is_empty() {
        lines.push(format!("sprawl: not shown: {}", parts.join(", ")));
    }
    lines.extend(covered(&summary.decisions));
    lines.extend(configuration(&summary.configuration));
    if problems > 0 {
        lines.push(format!("sprawl: incomplete: {}", count(problems as u64, "problem")));
    }
    lines
}

/// What marks, exceptions and the baseline cover, and what is to be known of them.
fn covered(decisions: &Decisions) -> Vec<String> {
    let mut parts = Vec::new();
    let unchanged = decisions.unchanged() - decisions.overdue;
    if unchanged > 0 {
        parts.push(format!("{unchanged} by baseline"));
    }
    if decisions.accepted > 0 {
        parts.push(format!("{} by exceptions", decisions.accepted));
    }
    for (words, number) in &decisions.marked {
        parts.push(format!("{number} by `{words}`"));
    }
    let mut lines = Vec::new();
    if decisions.absent > 0 {
        let (number, verb) = (decisions.absent, if decisions.absent == 1 { "is" } else { "are" });
        lines.push(format!(
            "sprawl: {number} of the baseline {verb} gone; `sprawl baseline` marks fixed findings"
        ));
    }
    if !parts.is_empty() {
        lines.push(format!("sprawl: suppressed: {} (--isolated ignores these)", parts.join(", ")));
    }
    lines.extend(decisions.warnings.iter().map(|warning| format!("sprawl: {warning}")));
    lines
}

/// What configuration files took away, if anything.
fn configuration(changes: &Configuration) -> Option<String> {
    let mut parts = Vec::new();
    if changes.rules_off > 0 {
        parts.push(format!("{} disabled", count(changes.rules_off, "rule")));
    }
    if changes.findings_left_out > 0 {
        let findings = count(changes.findings_left_out, "finding");
        parts.push(format!("{findings} in excluded paths or of disabled rules"));
    }
    parts.extend(changes.raised.iter().cloned());
    let files = changes.files.join(", ");
    (!parts.is_empty())
        .then(|| format!("sprawl: {files}: {} (--isolated ignores it)", parts.join(", ")))
}

fn size(bytes: u64) -> String {
    const UNITS: &[&str] = &["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        assert_eq!(count(1, "directory"), "1 directory");
        assert_eq!(count(2, "directory"), "2 directories");
        assert_eq!(count(0, "secret"), "0 secrets");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_300_000_000), "1.3 GB");
    }
}
