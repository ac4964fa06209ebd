//! Sections of the report: secrets that belong together.

use std::collections::BTreeMap;

use super::GroupBy;
use crate::finding::Finding;
use crate::group::SecretGroup;
use crate::report::{Report, is_present, place};

/// A secret with those of its places that a section is about.
pub(super) struct Entry<'r> {
    pub(super) group: &'r SecretGroup,
    /// The place that is shown first.
    pub(super) first: &'r Finding,
}

/// Secrets that belong together.
pub(super) struct Section<'r> {
    /// None if the report has but one section.
    pub(super) name: Option<String>,
    pub(super) entries: Vec<Entry<'r>>,
}

/// The sections, that with the worst secret first. A secret is in each section that it has an open place in.
pub(super) fn sections<'r>(report: &'r Report<'_>, by: GroupBy) -> Vec<Section<'r>> {
    let mut sections: Vec<Section<'r>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for group in &report.groups {
        for (name, first) in named(report, group, by) {
            let at = match known.get(&name) {
                Some(at) => *at,
                None => {
                    sections.push(Section {
                        name: (by != GroupBy::Secret).then(|| name.clone()),
                        entries: Vec::new(),
                    });
                    known.insert(name, sections.len() - 1);
                    sections.len() - 1
                }
            };
            sections[at].entries.push(Entry { group, first });
        }
    }
    sections
}

/// The names of the sections that a secret is in, and the first place in each.
fn named<'r>(
    report: &Report<'_>,
    group: &'r SecretGroup,
    by: GroupBy,
) -> BTreeMap<String, &'r Finding> {
    let mut all: BTreeMap<String, &'r Finding> = BTreeMap::new();
    let mut add = |name: String, finding: &'r Finding| {
        let first = all.entry(name).or_insert(finding);
        if !is_present(first) && is_present(finding) {
            *first = finding;
        }
    };
    match by {
        GroupBy::Secret => add(String::new(), place::first(group)),
        GroupBy::Rule => {
            let rule = report.rules.get(group.rule);
            add(format!("{} ({})", rule.text.title, rule.id()), place::first(group));
        }
        GroupBy::File => {
            place::open(group).for_each(|one| add(place::opened(one).path.into_owned(), one));
        }
        GroupBy::Owner => {
            for finding in place::open(group) {
                for owner in finding.owners.iter() {
                    add(owner.clone(), finding);
                }
                if finding.owners.is_empty() {
                    add("no owner".to_owned(), finding);
                }
            }
        }
    }
    all
}
