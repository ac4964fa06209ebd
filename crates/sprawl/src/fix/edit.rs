//! Edits of a text, and what they come to: the reference in place of a value, and where the value goes.

use std::ops::Range;

/// Stretch of a text, and what stands there afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes that are replaced; empty where something is put in.
    pub range: Range<usize>,
    /// What they are replaced by.
    pub text: String,
}

impl Edit {
    /// An edit that replaces a stretch.
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }
}

/// Change that takes one value out of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The edits, in order, none of which overlaps another.
    pub edits: Vec<Edit>,
    /// Where the new value has to be put.
    pub store: String,
    /// What else has to be known or done.
    pub notes: Vec<String>,
    /// What the text needs elsewhere.
    pub need: Option<Need>,
}

/// What a reference needs elsewhere in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The module `os` of Python.
    PythonOs,
    /// The package `os` of Go.
    GoOs,
    /// The declaration of a Terraform variable.
    Declaration(String),
}

impl Need {
    /// What it is, in a few words.
    pub fn words(&self) -> String {
        match self {
            Self::PythonOs => "import os".to_owned(),
            Self::GoOs => "import \"os\"".to_owned(),
            Self::Declaration(name) => format!("variable \"{name}\" {{ sensitive = true }}"),
        }
    }
}

/// The text after edits, which are in order.
pub(super) fn applied(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.range.start]);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The line end of a text, for lines that are put into it.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The line that a position is in, without its end.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |feed| feed + 1);
    let end = text[at..].find('\n').map_or(text.len(), |feed| at + feed);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    start..end.max(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_order() {
        let edits = [Edit::new(0..0, "ab"), Edit::new(3..5, ""), Edit::new(9..9, "!")];
        assert_eq!(applied("0123456789", &edits), "ab0125678!9");
    }
}
