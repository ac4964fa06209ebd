//! Rule files of users, and what can be wrong with them.

use super::rule::{Rule, checked};
use super::schema::{Packed, RuleFile};
use crate::text::line_at;

/// A rule file or rule that cannot be used. Says what, where and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// Line, 1-based.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Where rules come from: built in, or a file of the user's with its text.
#[derive(Debug, Clone, Copy)]
pub struct UserFile<'a> {
    /// Name for messages.
    pub name: &'a str,
    /// Content.
    pub text: &'a str,
}

/// What is wrong with one rule of a file.
pub(crate) fn rule_error(file: UserFile<'_>, id: &str, what: &str) -> RuleError {
    RuleError {
        file: file.name.to_owned(),
        line: line_of(file.text, id),
        what: format!("rule `{id}`: {what}"),
    }
}

/// Parses a user's file; the rules are checked one by one but not yet proved.
pub(super) fn parse(file: UserFile<'_>) -> Result<Vec<Rule>, RuleError> {
    let parsed: RuleFile = toml::from_str(file.text).map_err(|e| {
        let line = e.span().map_or(1, |span| line_at(file.text, span.start));
        RuleError { file: file.name.to_owned(), line, what: e.message().to_owned() }
    })?;
    let RuleFile { provider, docs, rule } = parsed;
    let mut rules = Vec::with_capacity(rule.len());
    for text in rule {
        let line = line_of(file.text, &text.id);
        let id = text.id.clone();
        let (file, provider, docs) = (file.name.to_owned(), provider.clone(), docs.clone());
        let packed = Packed { file: file.clone(), provider, docs, text };
        let fail = |what| RuleError { file, line, what: format!("rule `{id}`: {what}") };
        rules.push(checked(packed, false).map_err(fail)?);
    }
    Ok(rules)
}

/// Line of a rule in its file: where its id stands.
pub(super) fn line_of(text: &str, id: &str) -> usize {
    let quoted = format!("\"{id}\"");
    text.lines()
        .position(|line| line.trim_start().starts_with("id") && line.contains(&quoted))
        .map_or(1, |index| index + 1)
}
