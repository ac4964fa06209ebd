//! Faults of rules, and the lines on which they stand. Shared with the build script, which says the same of
//! the built-in rules.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::text::line_at;

/// What is wrong with a rule, and in which of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, a dot before one in a table of its own (`near.any`); empty for the rule as a whole.
    pub field: &'static str,
    /// Number of the entry, if the field is a list.
    pub entry: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
}

impl Fault {
    /// What is wrong with a field.
    pub fn of(field: &'static str, what: impl Into<String>) -> Self {
        Self { field, entry: None, what: what.into() }
    }

    /// What is wrong with an entry of a list.
    pub fn of_entry(field: &'static str, entry: usize, what: impl Into<String>) -> Self {
        Self { field, entry: Some(entry), what: what.into() }
    }

    /// The line of the field or entry in the file of this text. That of the rule's id if the rule does not
    /// have the field, and the first one if there is no such rule.
    pub fn line(&self, file: &str, id: &str) -> usize {
        let Ok(document) = DeTable::parse(file) else { return 1 };
        let mut rules = tables(document.get_ref());
        let is_it = |(_, rule): &(usize, &DeTable<'_>)| text(rule, "id") == Some(id);
        let Some((_, rule)) = rules.find(is_it) else { return 1 };
        let start = place(rule, self.field, self.entry).or_else(|| place(rule, "id", None));
        line_at(file, start.unwrap_or_default())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// The id of the rule that a place of a file is in, if the rule has one.
pub(crate) fn rule_at(file: &str, at: usize) -> Option<String> {
    let document = DeTable::parse(file).ok()?;
    let (_, rule) = tables(document.get_ref()).take_while(|(start, _)| *start <= at).last()?;
    Some(text(rule, "id")?.to_owned())
}

/// The rules of a file, and where each begins.
fn tables<'d, 'i>(
    document: &'d DeTable<'i>,
) -> impl Iterator<Item = (usize, &'d DeTable<'i>)> + use<'d, 'i> {
    let rules = document.get("rule").and_then(|rules| rules.get_ref().as_array());
    let tables = rules.into_iter().flat_map(|rules| rules.iter());
    tables.filter_map(|rule| Some((rule.span().start, rule.get_ref().as_table()?)))
}

fn text<'d>(table: &'d DeTable<'_>, key: &str) -> Option<&'d str> {
    table.get(key)?.get_ref().as_str()
}

/// Where a field or an entry of it begins.
fn place(table: &DeTable<'_>, field: &str, entry: Option<usize>) -> Option<usize> {
    let (name, inner) = field.split_once('.').unwrap_or((field, ""));
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    let deeper = match value.get_ref() {
        DeValue::Table(table) if !inner.is_empty() => place(table, inner, entry),
        DeValue::Array(all) => {
            entry.and_then(|entry| all.get(entry)).map(|entry| Spanned::span(entry).start)
        }
        _ => None,
    };
    Some(deeper.unwrap_or(key.span().start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"provider = "Acme"
[[rule]]
id = "first"
examples = [
  "a",
  "b",
]
[[rule]]
id = "second"
near = { any = ["x"], within = 9 }

[rule.partner]
alone = "id-only"
"#;

    #[test]
    fn a_fault_stands_where_its_field_does() {
        for (field, entry, id, line) in [
            ("examples", None, "first", 4),
            ("examples", Some(1), "first", 6),
            ("examples", Some(7), "first", 4),
            ("", None, "second", 9),
            ("pattern", None, "second", 9),
            ("near.within", None, "second", 10),
            ("near.any", Some(0), "second", 10),
            ("partner.alone", None, "second", 13),
            ("id", None, "third", 1),
        ] {
            let fault = Fault { field, entry, what: String::new() };
            assert_eq!(fault.line(FILE, id), line, "{field} of {id}");
        }
        assert_eq!(Fault::of("id", "").line("no = [toml", "first"), 1);
    }

    #[test]
    fn a_place_is_in_the_rule_that_begins_before_it() {
        let at = |text: &str| rule_at(FILE, FILE.find(text).unwrap());
        assert_eq!(at("provider"), None);
        assert_eq!(at("\"b\"").as_deref(), Some("first"));
        assert_eq!(at("within").as_deref(), Some("second"));
        assert_eq!(rule_at("[[rule]]\ntitle = 1\n", 9), None);
    }
}
