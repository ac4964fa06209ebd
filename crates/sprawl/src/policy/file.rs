//! The form of our files below `.sprawl`: TOML with one entry a line, so that people can review them
//! and git can merge them.

use serde::de::DeserializeOwned;

use crate::config;
use sprawl_detect::text::{ends_command, is_hidden};

/// Something in a file of ours that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{what}", line.map_or(String::new(), |line| format!("line {line}: ")))]
pub struct FileError {
    /// Line, 1-based, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
}

/// Reads a text of ours.
///
/// # Errors
/// It is not what it should be.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, FileError> {
    toml::from_str(text).map_err(|error| {
        let error = config::parse_error("", text, &error);
        FileError { line: error.line, what: error.what }
    })
}

/// The comments right above a line of entries.
pub fn comments_above(text: &str, line: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let mut comments: Vec<String> = lines
        .iter()
        .rev()
        .map(|line| line.trim())
        .take_while(|line| line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    comments.reverse();
    comments
}

/// Puts a file together.
#[derive(Debug)]
pub struct Lines {
    text: String,
}

impl Lines {
    /// Begins a file: a comment, the version, whose key the ids were made with, the list's name.
    pub fn new(header: &str, version: u32, project: Option<&str>, list: &str) -> Self {
        let mut text = format!("{header}\nversion = {version}\n");
        if let Some(project) = project {
            text.push_str(&format!("project = {}\n", quoted(project)));
        }
        text.push_str(&format!("\n{list} = [\n"));
        Self { text }
    }

    /// Adds an entry with the comments above it.
    pub fn push(&mut self, comments: &[String], entry: &str) {
        for comment in comments {
            self.text.push_str(&format!("  {comment}\n"));
        }
        self.text.push_str(&format!("  {entry},\n"));
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        self.text.push_str("]\n");
        self.text
    }
}

/// Puts an entry together.
#[derive(Debug, Default)]
pub struct Fields {
    fields: Vec<String>,
}

impl Fields {
    /// Adds a value that is TOML already.
    pub fn raw(&mut self, name: &str, value: &str) {
        self.fields.push(format!("{name} = {value}"));
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &quoted(value));
    }

    /// Adds a text if there is one.
    pub fn some_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds a list of texts.
    pub fn list(&mut self, name: &str, values: &[String]) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        self.raw(name, &format!("[{}]", values.join(", ")));
    }

    /// The entry.
    pub fn finish(self) -> String {
        format!("{{ {} }}", self.fields.join(", "))
    }
}

/// A text as TOML has it on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_hidden(c) || ends_command(&out, c) => {
                out.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_be_quoted() {
        for text in ["", "a\"b\\c", "x\n\t\u{1b}\u{7f}", "käse 🔑"] {
            let line = format!("x = {}", quoted(text));
            assert_eq!(line.lines().count(), 1);
            let table: toml::Table = toml::from_str(&line).unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }
}
