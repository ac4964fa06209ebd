//! detect-secrets: `.secrets.baseline`, JSON. Format: the tool's own documentation of version 1.

use serde::Deserialize;
use serde_json::Value;

use super::{Digest, Imported, Known, Source, globs, line_with};

/// What was there when detect-secrets came.
pub const BASELINE: &str = ".secrets.baseline";

#[derive(Deserialize)]
struct FileText {
    /// In the order of the file.
    results: serde_json::Map<String, Value>,
    #[serde(default)]
    filters_used: Vec<Filter>,
}

#[derive(Deserialize)]
struct Entry {
    hashed_secret: String,
    #[serde(default)]
    line_number: Option<usize>,
    #[serde(default)]
    is_secret: Option<bool>,
}

#[derive(Deserialize)]
struct Filter {
    path: String,
    #[serde(default)]
    pattern: Value,
}

/// The filter that leaves files out by regular expressions.
const EXCLUDE_FILES: &str = "detect_secrets.filters.regex.should_exclude_file";

/// Reads a baseline.
///
/// # Errors
/// It is none.
pub fn read(text: &str, imported: &mut Imported) -> Result<(), String> {
    // The parser's own message would show a piece of the file.
    let file: FileText = serde_json::from_str(text)
        .map_err(|error| format!("line {}: is not a baseline of detect-secrets", error.line()))?;
    // The parser tells no lines, but the entries are in the order of the file.
    let mut lines = (1..)
        .zip(text.lines())
        .flat_map(|(number, line)| line.matches("\"hashed_secret\"").map(move |_| number));
    for (path, entries) in file.results {
        let entries: Vec<Entry> = serde_json::from_value(entries)
            .map_err(|_| format!("line {}: is not a list of findings", line_with(text, &path)))?;
        for entry in entries {
            let digest = entry.hashed_secret.to_ascii_lowercase();
            imported.known.push(Known {
                from: Source { file: BASELINE, line: lines.next().unwrap_or(0) },
                path: Some(path.replace('\\', "/")),
                line: entry.line_number.filter(|line| *line > 0),
                digest: Some(Digest::Sha1(digest)),
                is_false: entry.is_secret == Some(false),
            });
        }
    }
    for filter in file.filters_used.iter().filter(|filter| filter.path == EXCLUDE_FILES) {
        let patterns = match &filter.pattern {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            Value::String(one) => vec![one.as_str()],
            _ => Vec::new(),
        };
        for pattern in patterns {
            match globs::of_regex(pattern) {
                Some(globs) => imported.exclude.extend(globs),
                None => {
                    let line = line_with(text, EXCLUDE_FILES);
                    imported.lose(BASELINE, line, "an excluded path cannot be expressed as a glob");
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_excluded_files() {
        let text = r#"{"version": "1.5.0", "filters_used": [
            {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^dist/", "[a-z]+"]},
            {"path": "detect_secrets.filters.heuristic.is_sequential_string"}],
            "results": {"a\\b.py": [
            {"type": "Secret Keyword", "hashed_secret": "AB", "line_number": 3, "is_secret": false}]}}"#;
        let mut imported = Imported::default();
        read(text, &mut imported).unwrap();
        let known = &imported.known[0];
        assert_eq!((known.path.as_deref(), known.line), (Some("a/b.py"), Some(3)));
        assert_eq!(known.digest, Some(Digest::Sha1("ab".to_owned())));
        assert!(known.is_false);
        assert_eq!(imported.exclude, ["dist/**"]);
        assert_eq!(imported.lost.len(), 1);
        assert_eq!((known.from.line, imported.lost[0].from.line), (5, 2));
    }

    #[test]
    fn other_text_is_not_repeated() {
        let error = read("{\"results\": \"hunter2\"}", &mut Imported::default()).unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
