//! Commands that reports show for people to copy.

use super::Report;
use crate::day;
use sprawl_detect::evidence::Confidence;

/// Days for which a proposed exception lasts.
const DAYS: i64 = 90;

/// Paths that are named in a command before the rest is left out.
const PATHS: usize = 8;

/// The command that accepts a secret temporarily, whose id or the beginning of it is `id`.
pub(super) fn accept(report: &Report<'_>, id: &str) -> String {
    let until = day::of_seconds(report.now.saturating_add(DAYS * 86_400)).unwrap_or_default();
    format!("sprawl accept {id} --until {until} --owner @you --reason ...")
}

/// The command that gives this report, whatever was typed: what was scanned and what is reported, and nothing
/// that is a matter of the machine. So one scan of all and the merge of its parts say the same, and no secret
/// that stood on a command line is in a report. Nothing for what no single command gives.
pub(super) fn scan(report: &Report<'_>) -> Option<String> {
    let material = &report.material;
    let mut words = vec!["sprawl".to_owned(), "scan".to_owned()];
    match &*material.category {
        "" if material.scanned.is_empty() => return None,
        "" => {}
        "history" => words.push("--history".to_owned()),
        "staged" => words.push("--staged".to_owned()),
        "range" => words.push(report.summary.scope.iter().find_map(|scope| of_range(scope))?),
        _ => return None,
    }
    let threshold = report.threshold;
    if threshold.min_confidence != Confidence::Pattern {
        words.extend(["--min-confidence".to_owned(), threshold.min_confidence.name().to_owned()]);
    }
    if threshold.include_placeholders {
        words.push("--include-placeholders".to_owned());
    }
    let mut paths: Vec<&str> = material.scanned.iter().map(|one| here(&one.path)).collect();
    paths.dedup();
    if paths != ["."] || material.category.is_empty() {
        words.extend(paths.iter().take(PATHS).map(|path| quoted(path)));
    }
    if paths.len() > PATHS {
        words.push("...".to_owned());
    }
    Some(words.join(" "))
}

/// The option that asks for a range, by what a scan says that it is of. That of a build system is asked for by its
/// variables, and has none.
fn of_range(scope: &str) -> Option<String> {
    if let Some(range) = scope.strip_prefix("the range ") {
        return Some(format!("--range {}", quoted(range)));
    }
    if let Some(since) = scope.strip_prefix("all since ") {
        return Some(format!("--since {}", quoted(since)));
    }
    let branch = scope.strip_prefix("what ")?.strip_suffix(" adds to the main branch")?;
    Some(match branch {
        "HEAD" => "--branch".to_owned(),
        branch => format!("--branch={}", quoted(branch)),
    })
}

/// A path as one types it.
fn here(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.starts_with('/') => "/",
        "" => ".",
        path => path,
    }
}

/// A word as shells take it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,~".contains(c);
    if !word.is_empty() && !word.starts_with('~') && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("a/b-1.env"), "a/b-1.env");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!((&*quoted("HEAD~1..HEAD"), &*quoted("~/a")), ("HEAD~1..HEAD", "'~/a'"));
        assert_eq!(quoted(""), "''");
        assert_eq!((here(""), here("a/"), here("/")), (".", "a", "/"));
    }
}
