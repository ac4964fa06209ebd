//! Programs: where they read the environment and settings.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;

use super::expression::{compiled, group};
use super::languages::LANGUAGES;
use super::lexer::{Class, classes};
use super::model::{Binding, Name, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

/// The language of a file, by its number among all.
pub(super) fn language(path: &str, text: &str) -> Option<usize> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let by_name = LANGUAGES.iter().position(|language| {
        language.files.iter().any(|end| match end.starts_with('.') {
            true => name.ends_with(end),
            false => name == *end,
        })
    });
    by_name.or_else(|| {
        let program = (!name.contains('.')).then(|| program(text)).flatten()?;
        LANGUAGES.iter().position(|language| language.programs.contains(&program.as_str()))
    })
}

/// The program that a script is for, without its version: `python3` of `#!/usr/bin/env -S python3.12 -u`.
pub(super) fn program(text: &str) -> Option<String> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let first = words.next()?.rsplit('/').next()?;
    let word = match first {
        "env" => words.find(|word| !word.starts_with('-') && !word.contains('='))?,
        first => first,
    };
    let name = word.rsplit('/').next()?.split('.').next()?;
    Some(name.to_ascii_lowercase())
}

/// Everything that a program reads.
pub(super) fn read(source: &Source<'_>, number: usize) -> Vec<Binding> {
    let text = source.text;
    let language = &LANGUAGES[number];
    let has = |word: &&str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let mut found = Vec::new();
    if language.words.iter().any(has) {
        let classes = classes(text.as_bytes(), language.syntax);
        for pattern in patterns(number) {
            pattern.find(source, &classes, &mut found);
        }
        if language.name == "Python" {
            pydantic(source, &mut found);
        }
    }
    let service = source.tree.service(source.path);
    found.sort_by(|a, b| (a.lines.start(), &a.takes).cmp(&(b.lines.start(), &b.takes)));
    found.dedup_by(|a, b| a.lines == b.lines && a.takes == b.takes);
    found.into_iter().map(|binding| binding.of(service.clone())).collect()
}

struct Pattern {
    regex: Regex,
    space: Space,
    /// Group with the name, and the one with a list of names.
    name: Option<usize>,
    names: Option<usize>,
}

/// The patterns of a language, compiled when a file of it is first met.
fn patterns(number: usize) -> &'static [Pattern] {
    static ALL: [OnceLock<Vec<Pattern>>; LANGUAGES.len()] =
        [const { OnceLock::new() }; LANGUAGES.len()];
    let language = &LANGUAGES[number];
    ALL[number].get_or_init(|| {
        let environment = language.environment.iter().map(|one| (one, Space::Variable));
        let settings = language.settings.iter().map(|one| (one, Space::Setting));
        environment.chain(settings).map(|(one, space)| Pattern::new(one, space)).collect()
    })
}

impl Pattern {
    fn new(pattern: &str, space: Space) -> Self {
        let regex = compiled(pattern);
        let (name, names) = (group(&regex, "name"), group(&regex, "names"));
        Self { regex, space, name, names }
    }

    fn find(&self, source: &Source<'_>, classes: &[Class], found: &mut Vec<Binding>) {
        let text = source.text;
        for captures in self.regex.captures_iter(text.as_bytes()) {
            let Some(whole) = captures.get_match() else { continue };
            if classes.get(whole.start()) != Some(&Class::Code) || is_written(text, whole.range()) {
                continue;
            }
            let group = |at: Option<usize>| {
                let span = captures.get_group(at?)?;
                Some((span.start, text.get(span.range())?))
            };
            if let Some((at, name)) = group(self.name) {
                let is_connection = text[whole.range()].contains("GetConnectionString");
                let name = match is_connection {
                    true => format!("ConnectionStrings:{name}"),
                    false => name.to_owned(),
                };
                found.push(self.binding(source.line(at), &name));
            }
            for (at, name) in group(self.names).into_iter().flat_map(|(at, list)| names(at, list)) {
                if classes.get(at) == Some(&Class::Code) {
                    found.push(self.binding(source.line(at), name));
                }
            }
        }
    }

    fn binding(&self, line: usize, name: &str) -> Binding {
        let kind = match self.space {
            Space::Variable => ReaderKind::Environment,
            _ => ReaderKind::Setting,
        };
        Binding::taking(line, kind, Name::new(self.space, name))
    }
}

/// Whether a program sets or deletes what a pattern matched: `process.env.X = 1`, `delete process.env.X`.
fn is_written(text: &str, whole: Range<usize>) -> bool {
    // Without the objects that lead to it: `del os.environ["X"]`.
    let before = &text.as_bytes()[..whole.start];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let word = before.iter().rposition(|byte| !is_part(byte)).map_or(0, |last| last + 1);
    let before = before[..word].trim_ascii_end();
    let after = text.as_bytes()[whole.end..].trim_ascii_start();
    let is_set = after.first() == Some(&b'=') && !matches!(after.get(1), Some(b'=' | b'~' | b'>'));
    is_set || before.ends_with(b"delete") || before.ends_with(b"del")
}

/// Names of a list like `A, B: renamed, C = "default"`, with where each begins in the text.
fn names(at: usize, list: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let entries = list.split([',', '\n', ';']).map(move |entry| {
        let own = start;
        start += entry.len() + 1;
        (own, entry)
    });
    entries.filter_map(move |(own, entry)| {
        let blanks = entry.len() - entry.trim_start().len();
        let entry = entry.trim_start();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = entry.find(|c| !is_part(c)).unwrap_or(entry.len());
        let name = &entry[..end];
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        is_name.then_some((at + own + blanks, name))
    })
}

/// A class of pydantic's settings while it is read.
struct Settings {
    indent: usize,
    prefix: String,
    /// Fields, with their lines.
    fields: Vec<(usize, String)>,
}

impl Settings {
    /// Its fields are read from variables of their names in any case of letters.
    fn finish(self, found: &mut Vec<Binding>) {
        for (line, field) in self.fields {
            let name = format!("{}{field}", self.prefix).to_ascii_uppercase();
            found.push(Binding::taking(line, ReaderKind::Environment, Name::variable(name)));
        }
    }
}

/// Fields of pydantic's settings.
fn pydantic(source: &Source<'_>, found: &mut Vec<Binding>) {
    let mut class: Option<Settings> = None;
    for (line, number) in source.text.lines().zip(1..) {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(ended) = class.take_if(|class| indent <= class.indent) {
            ended.finish(found);
        }
        let bases = trimmed.strip_prefix("class ").and_then(|rest| rest.split_once('('));
        if bases.is_some_and(|(_, bases)| bases.contains("BaseSettings")) {
            let inner = Settings { indent, prefix: String::new(), fields: Vec::new() };
            if let Some(outer) = class.replace(inner) {
                outer.finish(found);
            }
            continue;
        }
        let Some(Settings { prefix, fields, .. }) = &mut class else { continue };
        if let Some((_, rest)) = trimmed.split_once("env_prefix") {
            let quoted = rest.trim_start_matches([' ', '=', ':', '"', '\'']);
            *prefix = quoted.split(['"', '\'']).next().unwrap_or_default().to_owned();
        } else if let Some((field, _)) = trimmed.split_once(':') {
            let field = field.trim();
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if !field.is_empty() && field.chars().all(is_part) && field != "model_config" {
                fields.push((number, field.to_owned()));
            }
        }
    }
    if let Some(ended) = class {
        ended.finish(found);
    }
}
