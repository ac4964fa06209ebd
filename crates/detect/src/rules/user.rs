//! Rule files of users, and what can be wrong with them.

use super::Rules;
use super::fault::{self, Fault};
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
pub(crate) fn rule_error(file: UserFile<'_>, id: &str, fault: &Fault) -> RuleError {
    RuleError {
        file: file.name.to_owned(),
        line: fault.line(file.text, id),
        what: format!("rule `{id}`: {fault}"),
    }
}

impl Rules {
    /// The built-in file that has the name of this one, and at least one of its ids.
    pub(crate) fn file_like(&self, file: UserFile<'_>) -> Option<String> {
        let name = format!("rules/{}", file.name.rsplit(['/', '\\']).next()?);
        let ids: Vec<String> = parse(file).ok()?.into_iter().map(|rule| rule.text.id).collect();
        let mut rules = self.iter().filter(|(_, rule)| rule.is_builtin && rule.file == name);
        rules.any(|(_, rule)| ids.iter().any(|id| id == rule.id())).then_some(name)
    }
}

/// Parses a user's file; the rules are checked one by one but not yet proved.
pub(super) fn parse(file: UserFile<'_>) -> Result<Vec<Rule>, RuleError> {
    let parsed: RuleFile = toml::from_str(file.text).map_err(|e| {
        let at = e.span().map(|span| span.start);
        let line = at.map_or(1, |at| line_at(file.text, at));
        let what = match at.and_then(|at| fault::rule_at(file.text, at)) {
            Some(id) => format!("rule `{id}`: {}", e.message()),
            None => e.message().to_owned(),
        };
        RuleError { file: file.name.to_owned(), line, what }
    })?;
    let RuleFile { provider, docs, rule } = parsed;
    let mut rules = Vec::with_capacity(rule.len());
    for text in rule {
        let id = text.id.clone();
        let (name, provider, docs) = (file.name.to_owned(), provider.clone(), docs.clone());
        let packed = Packed { file: name, provider, docs, text };
        let rule = checked(packed, false).map_err(|fault| rule_error(file, &id, &fault))?;
        rules.push(rule);
    }
    Ok(rules)
}
