//! Trivy: the section `secrets` of `.trivyignore.yaml`. Format: Trivy's documentation on filtering.
//!
//! Of YAML only what such files use is read: a list of maps, values on one line, and lists of values.

use super::{Imported, QuietRule, Source};
use crate::day;

/// What Trivy is quiet about.
pub const IGNORE: &str = ".trivyignore.yaml";

/// Reads the file.
///
/// # Errors
/// None: what cannot be read is noted.
pub fn read(text: &str, imported: &mut Imported) -> Result<(), String> {
    let mut section = String::new();
    let mut entries: Vec<Entry> = Vec::new();
    for (number, raw) in (1..).zip(text.lines()) {
        let line = without_comment(raw);
        let words = line.trim();
        if words.is_empty() || words == "---" {
            continue;
        }
        if !line.starts_with([' ', '-']) {
            section = words.trim_end_matches(':').to_owned();
            continue;
        }
        if section != "secrets" {
            continue;
        }
        match words.strip_prefix("- ").map(str::trim) {
            Some(item) if key_value(item).is_some_and(|(key, _)| KEYS.contains(&key)) => {
                entries.push(Entry { line: number, ..Entry::default() });
                set(&mut entries, item, number, imported);
            }
            Some(path) if entries.last().is_some_and(|entry| entry.in_paths) => {
                if let Some(entry) = entries.last_mut() {
                    entry.paths.push(scalar(path));
                }
            }
            Some(_) => imported.lose(IGNORE, number, "is not understood"),
            None => set(&mut entries, words, number, imported),
        }
    }
    for entry in entries {
        let until =
            match entry.until.as_deref().map(|text| day::parse(text.get(..10).unwrap_or(text))) {
                Some(Ok(until)) => Some(until),
                Some(Err(_)) => {
                    imported.lose(IGNORE, entry.line, "its expiry is not a date");
                    continue;
                }
                None => None,
            };
        imported.quiet.push(QuietRule {
            from: Source { file: IGNORE, line: entry.line },
            rule: entry.id,
            paths: entry.paths,
            until,
            statement: entry.statement,
        });
    }
    Ok(())
}

const KEYS: &[&str] = &["id", "paths", "statement", "expired_at", "purls"];

#[derive(Default)]
struct Entry {
    line: usize,
    id: String,
    paths: Vec<String>,
    statement: String,
    until: Option<String>,
    in_paths: bool,
}

fn set(entries: &mut [Entry], item: &str, number: usize, imported: &mut Imported) {
    let (Some(entry), Some((key, value))) = (entries.last_mut(), key_value(item)) else {
        return imported.lose(IGNORE, number, "is not understood");
    };
    entry.in_paths = key == "paths" && value.is_empty();
    match key {
        "id" => entry.id = scalar(value),
        "statement" => entry.statement = scalar(value),
        "expired_at" => entry.until = Some(scalar(value)),
        "paths" => {
            let list = value.trim_start_matches('[').trim_end_matches(']');
            let all = list.split(',').map(scalar).filter(|path| !path.is_empty());
            entry.paths.extend(all);
        }
        _ => imported.lose(IGNORE, number, "is not understood"),
    }
}

fn key_value(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').map(|(key, value)| (key.trim(), value.trim()))
}

fn scalar(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

fn without_comment(line: &str) -> &str {
    match line.find(" #") {
        Some(at) => &line[..at],
        None if line.starts_with('#') => "",
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_about_secrets_is_read() {
        let text = "vulnerabilities:\n  - id: CVE-2022-1\n    paths:\n      - x\n\nsecrets:\n  \
                    - id: aws-access-key-id # ours\n    paths:\n      - \"tests/a.env\"\n      \
                    - docs/**\n    expired_at: 2027-01-31\n    statement: samples\n\
                    - id: github-pat\n  paths: [a.txt, 'b.txt']\n";
        let mut imported = Imported::default();
        read(text, &mut imported).unwrap();
        assert_eq!(imported.lost, []);
        assert_eq!(imported.quiet.len(), 2);
        let first = &imported.quiet[0];
        assert_eq!((first.rule.as_str(), first.from.line), ("aws-access-key-id", 7));
        assert_eq!(first.paths, ["tests/a.env", "docs/**"]);
        assert_eq!(first.until.map(|d| d.to_string()).as_deref(), Some("2027-01-31"));
        assert_eq!(first.statement, "samples");
        assert_eq!(imported.quiet[1].paths, ["a.txt", "b.txt"]);
    }

    #[test]
    fn what_is_not_understood_is_noted() {
        let mut imported = Imported::default();
        read("secrets:\n  - id: x\n    expired_at: soon\n  nonsense\n", &mut imported).unwrap();
        assert_eq!((imported.quiet.len(), imported.lost.len()), (0, 2));
    }
}
