//! Files of settings: those of Spring, .NET and others, whose paths programs read, and variables that settings of
//! any program expand.

use super::expand::{between, is_variable, variables};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use super::yaml;
use crate::finding::reader::ReaderKind;

/// Ends of files of settings.
const ENDS: &[&str] = &[
    ".properties",
    ".json",
    ".toml",
    ".ini",
    ".conf",
    ".cfg",
    ".cnf",
    ".xml",
    ".config",
    ".npmrc",
    ".yarnrc",
    ".pypirc",
    ".tpl",
    ".tmpl",
    ".j2",
    ".template",
    ".hcl",
    ".yml",
    ".yaml",
    ".json5",
    ".neon",
    ".dhall",
];

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file().to_ascii_lowercase();
    ENDS.iter().any(|end| file.ends_with(end))
}

/// Whether programs read settings of a file by their paths.
fn is_read_by_path(source: &Source<'_>) -> bool {
    let file = source.file().to_ascii_lowercase();
    let directory = source.path.rsplit('/').nth(1).unwrap_or_default();
    let is_named = [
        "application",
        "bootstrap",
        "appsettings",
        "settings",
        "config",
        "default",
        "production",
        "local",
    ]
    .iter()
    .any(|name| file.starts_with(name));
    let is_file = [".yml", ".yaml", ".properties", ".json", ".toml", ".conf"]
        .iter()
        .any(|end| file.ends_with(end));
    is_file && (is_named || matches!(directory, "config" | "conf" | "settings"))
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let mut found = Vec::new();
    let service = source.tree.service(source.path);
    if is_read_by_path(source) {
        let home = Home::Directory(source.tree.home(source.path).to_owned());
        for (path, value, lines) in paths(source) {
            let mut binding = Binding::empty(*lines.start(), ReaderKind::Setting);
            binding.lines = lines;
            binding.takes = placeholders(&value);
            binding.give(Name::new(Space::Setting, path), home.clone());
            found.push(binding.of(service.clone()));
        }
    }
    let known: Vec<usize> = found.iter().map(|binding| *binding.lines.start()).collect();
    for (line, number) in source.text.lines().zip(1..) {
        let trimmed = line.trim_start();
        if trimmed.starts_with(['#', ';'])
            || trimmed.starts_with("//")
            || trimmed.starts_with("<!--")
        {
            continue;
        }
        if known.binary_search(&number).is_ok() {
            continue;
        }
        let mut binding = Binding::empty(number, ReaderKind::Expansion);
        binding.takes = placeholders(line);
        found.push(binding.of(service.clone()));
    }
    found
}

/// Variables that settings expand: `${X}`, `${X:otherwise}`, `${env.X}`, `${env:X}`, `%env(X)%`, `<%= ENV["X"] %>`,
/// `$__env{X}`, `{{ env "X" }}`, `!env X`. Those that are written in small letters are settings themselves.
fn placeholders(text: &str) -> Vec<Name> {
    let mut all = Vec::new();
    if !text.contains(['$', '%', '!', '{']) {
        return all;
    }
    let is_upper = |name: &&str| is_variable(name) && !name.bytes().any(|b| b.is_ascii_lowercase());
    all.extend(variables(text).into_iter().filter(is_upper).map(Name::variable));
    for inner in between(text, "${", "}") {
        let name = inner.trim_start_matches('?').split([':', '|']).next().unwrap_or_default();
        let name = name.trim();
        let is_path = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if let Some(variable) = inner.strip_prefix("env.").or(inner.strip_prefix("env:")) {
            let variable = variable.split([':', '}']).next().unwrap_or_default();
            all.push(Name::variable(variable));
        } else if is_upper(&name) {
            all.push(Name::variable(name));
        } else if is_path && name.contains('.') && !name.starts_with("project.") {
            all.push(Name::new(Space::Setting, name));
        }
    }
    for inner in between(text, "%env(", ")") {
        all.push(Name::variable(inner.rsplit(':').next().unwrap_or(inner)));
    }
    for (open, close) in
        [("ENV[", "]"), ("ENV.fetch(", ")"), ("env \"", "\""), ("env('", "'"), ("env(\"", "\"")]
    {
        let within = text.contains("<%") || text.contains("{{");
        for inner in between(text, open, close).into_iter().filter(|_| within) {
            let name = inner.split(',').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
            all.push(Name::variable(name));
        }
    }
    if let Some((_, rest)) = text.split_once("!env") {
        let name = rest.trim_start_matches("_var").trim().trim_matches(['"', '\'']);
        all.push(Name::variable(name.split([',', ' ']).next().unwrap_or_default()));
    }
    all.extend(between(text, "$__env{", "}").into_iter().map(Name::variable));
    all.retain(|name| name.space != Space::Variable || is_variable(&name.text));
    all.sort();
    all.dedup();
    all
}

/// A setting by its path, with its value and lines.
type Setting = (String, String, std::ops::RangeInclusive<usize>);

fn paths(source: &Source<'_>) -> Vec<Setting> {
    let file = source.file();
    if file.ends_with(".json") {
        return of_json(source.text);
    }
    if file.ends_with(".yml") || file.ends_with(".yaml") {
        let mut all = Vec::new();
        for document in yaml::documents(source.text) {
            for (path, node) in document.scalars() {
                let path: Vec<&str> = path.into_iter().filter(|key| !key.is_empty()).collect();
                all.push((path.join("."), node.value.clone(), node.line..=node.end.max(node.line)));
            }
        }
        return all;
    }
    of_lines(source.text)
}

/// `a.b = c`, below `[section]`.
fn of_lines(text: &str) -> Vec<Setting> {
    let mut section = String::new();
    let mut all = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = format!("{}.", name.trim_matches(['[', ']', '"']));
            continue;
        }
        if line.starts_with(['#', '!', ';']) {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let key = key.trim().trim_matches('"');
        if !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
            all.push((format!("{section}{key}"), value.trim().to_owned(), number..=number));
        }
    }
    all
}

/// Keys and texts of JSON, with or without comments.
fn of_json(text: &str) -> Vec<Setting> {
    /// Deeper objects are none of settings.
    const DEEPEST: usize = 64;
    let mut all = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut key: Option<String> = None;
    let (mut line, mut rest) = (1, text);
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '\n' => line += 1,
            '/' if rest.starts_with("//") => length = rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => {
                length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                line += rest[..length].matches('\n').count();
            }
            '{' | '[' => {
                if path.len() >= DEEPEST {
                    return all;
                }
                path.push(key.take().unwrap_or_default());
            }
            '}' | ']' => {
                path.pop();
                key = None;
            }
            ',' => key = None,
            '"' => {
                let bytes = rest.as_bytes();
                let mut end = 1;
                while end < bytes.len() && bytes[end] != b'"' && bytes[end] != b'\n' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let inner = rest.get(1..end).unwrap_or_default();
                length = (end + 1).min(rest.len());
                while !rest.is_char_boundary(length) {
                    length += 1;
                }
                let is_key = key.is_none() && rest[length..].trim_start().starts_with(':');
                match key.take() {
                    None if is_key => key = Some(inner.to_owned()),
                    Some(own) => {
                        let keys = path.iter().map(String::as_str).chain([own.as_str()]);
                        let keys: Vec<&str> = keys.filter(|key| !key.is_empty()).collect();
                        all.push((keys.join("."), inner.to_owned(), line..=line));
                    }
                    None => {}
                }
            }
            _ => {}
        }
        rest = &rest[length..];
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_paths_and_lines() {
        let all = of_json(
            "{\n // \"x\": \"y\"\n \"a\": {\n  \"b\": \"c\\\"d\",\n  \"e\": [\"f\"]\n },\n \"g\": \"h\"\n}",
        );
        assert_eq!(
            all,
            [
                ("a.b".to_owned(), "c\\\"d".to_owned(), 4..=4),
                ("g".to_owned(), "h".to_owned(), 7..=7)
            ]
        );
        for text in ["\"", "{\"", "{\"a\":\"\\", "[[[", "\"ä\\ä", "}}}"] {
            of_json(text);
        }
    }

    #[test]
    fn placeholders_of_many_programs() {
        let of =
            |text: &str| placeholders(text).iter().map(Name::shown).collect::<Vec<_>>().join(" ");
        assert_eq!(of("a: ${DB_PASS:none} ${db.pass} $lower"), "DB_PASS db.pass");
        assert_eq!(of("<p>${env.NPM_TOKEN}</p>"), "NPM_TOKEN");
        assert_eq!(of("dsn: '%env(resolve:DATABASE_URL)%'"), "DATABASE_URL");
        assert_eq!(of("password: <%= ENV.fetch('DB_PASS', '') %>"), "DB_PASS");
        assert_eq!(of("password = $__env{GF_PASS}"), "GF_PASS");
        assert_eq!(of("//registry.example.net/:_authToken=${NPM_TOKEN}"), "NPM_TOKEN");
        assert_eq!(of("a: b"), "");
    }
}
