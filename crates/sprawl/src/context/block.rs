//! The lines of a configuration file that belong with a secret, by indentation and sections.

use std::ops::Range;

use super::surroundings::{LONGEST_NAME, is_identifier};
use super::words::{environment_of_word, first_environment, parts};
use sprawl_detect::score::Environment;

/// What stands above and beside a secret.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Names and values on lines beside it.
    pub(super) siblings: Vec<(String, String)>,
    /// Keys that enclose it, the innermost first, each with where its line begins.
    pub(super) enclosing: Vec<(String, usize)>,
    /// The nearest `[section]` above.
    pub(super) section: Option<String>,
    /// The environment that the innermost statement names: a key that encloses the secret, a
    /// section, or `environment: ...` and its like.
    pub(super) environment: Option<Environment>,
}

/// How much above a secret is looked at.
const LINES_ABOVE: usize = 200;
const BYTES_ABOVE: usize = 16 * 1024;
/// How many lines below it may name its host or user.
const LINES_BELOW: usize = 6;
/// Longer lines are none of a configuration, in bytes.
const LONGEST_LINE: usize = 500;
/// So many lines below of that length with their ends, in bytes.
const BYTES_BELOW: usize = LINES_BELOW * (LONGEST_LINE + 2);

impl Block {
    /// Reads the lines around one; `level` is how far in what belongs together with it is written.
    pub(super) fn around(text: &[u8], line: &Range<usize>, level: usize) -> Self {
        let mut block = Self::default();
        let above = line.start.saturating_sub(BYTES_ABOVE)..line.start;
        block.read_above(text, above, level);
        let below = (line.end + 1).min(text.len());
        let end = text.len().min(below + BYTES_BELOW);
        block.read_below(&text[below..end], level);
        block
    }

    /// How far in a line is written, by what stands before a secret in it.
    pub(super) fn level(before: &[u8]) -> usize {
        // Lines that belong together are no longer than that.
        let before = &before[..before.len().min(LONGEST_LINE)];
        indentation(before).unwrap_or(before.len())
    }

    /// The value of the line beside the secret that has this name.
    pub(super) fn sibling(&self, name: &str) -> Option<&str> {
        let mut same = self.siblings.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn read_above(&mut self, text: &[u8], above: Range<usize>, own: usize) {
        let mut level = own;
        let mut start = above.end;
        for line in text[above].rsplit(|b| *b == b'\n').skip(1).take(LINES_ABOVE) {
            start = start.saturating_sub(line.len() + 1);
            if line.len() > LONGEST_LINE {
                return;
            }
            let Some(indent) = indentation(line).filter(|indent| *indent <= level) else {
                continue;
            };
            let line = line.trim_ascii();
            if let Some(section) = section(line) {
                self.say(first_environment(parts(&section)));
                self.section = Some(section);
                return;
            }
            let is_enclosing = indent < level;
            level = indent;
            let Some((name, value)) = assignment(line) else { continue };
            if is_enclosing {
                self.say(environment_of_key(&name));
                self.enclosing.push((name.clone(), start));
            }
            if names_environment(&name) {
                self.say(first_environment(parts(&value)));
            }
            if indent == own {
                self.siblings.push((name, value));
            }
        }
    }

    fn read_below(&mut self, below: &[u8], own: usize) {
        for line in below.split(|b| *b == b'\n').take(LINES_BELOW) {
            let indent = indentation(line).unwrap_or_default();
            let line = line.trim_ascii();
            if line.is_empty() || line.len() > LONGEST_LINE || indent < own {
                return;
            }
            if section(line).is_some() {
                return;
            }
            self.siblings.extend(assignment(line).filter(|_| indent == own));
        }
    }

    /// The innermost statement counts.
    fn say(&mut self, environment: Option<Environment>) {
        self.environment = self.environment.or(environment);
    }
}

/// Blanks before the content of a line, if it has any; the dash of a list is one of them.
pub(super) fn indentation(line: &[u8]) -> Option<usize> {
    let blanks = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match &line[blanks..] {
        [] | [b'\r'] | [b'#', ..] => None,
        [b'-', b' ', rest @ ..] => Some(blanks + 2 + rest.len() - rest.trim_ascii_start().len()),
        _ => Some(blanks),
    }
}

/// `[name]` of INI and TOML files, or `[[name]]`.
fn section(line: &[u8]) -> Option<String> {
    let inner = line.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let inner = inner.strip_prefix(b"[").and_then(|i| i.strip_suffix(b"]")).unwrap_or(inner);
    let is_name = |b: &u8| is_identifier(*b) || matches!(b, b' ' | b'"' | b'/' | b':');
    (!inner.is_empty() && inner.len() <= LONGEST_NAME && inner.iter().all(is_name))
        .then(|| String::from_utf8_lossy(inner).into_owned())
}

/// `name: value`, `name = value`, `"name": "value",`, `export NAME=value`, `- name: value`.
pub(super) fn assignment(line: &[u8]) -> Option<(String, String)> {
    let line = line.strip_prefix(b"- ").unwrap_or(line).trim_ascii_start();
    let words: [&[u8]; 4] = [b"export ", b"ENV ", b"ARG ", b"set "];
    let line = words.iter().find_map(|word| line.strip_prefix(*word)).unwrap_or(line);
    let sign = line.iter().position(|b| matches!(b, b':' | b'='))?;
    let name = bare(&line[..sign]);
    let is_name =
        !name.is_empty() && name.len() <= LONGEST_NAME && name.iter().all(|b| is_identifier(*b));
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    is_name.then(|| (shown(name), shown(bare(&line[sign + 1..]))))
}

/// A text without blanks, quotes and separators around it.
fn bare(mut text: &[u8]) -> &[u8] {
    let is_around = |b: &u8| b.is_ascii_whitespace() || b"\"'`,;{".contains(b);
    while let [first, rest @ ..] = text
        && is_around(first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_around(last)
    {
        text = rest;
    }
    text
}

/// The environment that the key of a block names, by a part of its own: not `devDependencies`.
fn environment_of_key(name: &str) -> Option<Environment> {
    let lower = name.to_ascii_lowercase();
    let mut all = parts(&lower).filter(|word| *word != "spec").filter_map(environment_of_word);
    all.find(|environment| *environment != Environment::Docs)
}

/// `environment`, `env`, `stage`, `RAILS_ENV`, `deploy.environment`, `namespace`, and the settings by
/// which Spring, AWS and Django choose theirs.
pub(super) fn names_environment(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = parts(&lower).collect();
    lower.ends_with("environment")
        || matches!(words.last(), Some(&("env" | "stage" | "namespace" | "profile" | "profiles")))
        || words.ends_with(&["profiles", "active"])
        || lower == "django_settings_module"
}
