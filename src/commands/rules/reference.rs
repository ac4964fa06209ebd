//! The list of all credential types as a Markdown document: `docs/rules.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sprawl_detect::rules::{Detector, Rule, Rules};
use sprawl_detect::text::markdown::escaped;

/// Every rule, by provider, with what it opens and how it is recognised.
pub(super) fn markdown(rules: &Rules) -> String {
    let mut providers: BTreeMap<(String, &str), Vec<&Rule>> = BTreeMap::new();
    for (_, rule) in rules.iter() {
        let name = rule.provider.as_str();
        providers.entry((name.to_lowercase(), name)).or_default().push(rule);
    }
    let mut text = format!(
        "# Credential types\n\n\
         {} types of {} providers. Made by `sprawl rules list --markdown`; `sprawl rules show ID` tells \
         more about each.\n\n\
         *Base* is what a secret of the type scores before its use and its place are known (0 to 100).\n\
         *Known by* is what tells it from other text: its *form* (a prefix or a structure), its \
         *context* (words that stand near it), its *key* material, or the *name* it is assigned to \
         or the host beside it; and the check that proves it offline, if there is one.\n",
        rules.len(),
        providers.len()
    );
    for ((_, provider), mut rules) in providers {
        rules.sort_by_key(|rule| rule.id());
        let _ = write!(
            text,
            "\n## {}\n\n| id | what it is | base | known by | what it opens |\n|---|---|--:|---|---|\n",
            cell(provider)
        );
        for rule in rules {
            let check = rule.check.map(|check| format!(", {}", check.name)).unwrap_or_default();
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {}{check} | {} |",
                rule.id(),
                cell(&rule.text.title),
                rule.base_score(),
                known_by(rule),
                cell(&rule.text.why),
            );
        }
    }
    text
}

/// What tells a secret of the type from other text.
pub(super) fn known_by(rule: &Rule) -> &'static str {
    match rule.detector {
        Detector::Keys => "key",
        Detector::Assignment => "name",
        Detector::Pattern if rule.text.value.is_some() => "context",
        Detector::Pattern => "form",
    }
}

/// Text of a rule on one line, as a table wants it.
fn cell(text: &str) -> String {
    escaped(&text.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_line() {
        let rules = Rules::builtin();
        let text = markdown(&rules);
        for (_, rule) in rules.iter() {
            let line = text.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id())));
            let line = line.unwrap_or_else(|| panic!("{} has no line", rule.id()));
            assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
        }
    }
}
