//! From keywords to rules.

use std::borrow::Cow;

use super::table::{Table, Target};
use crate::prefilter::plan::Plan;
use crate::prefilter::{KeywordId, Prefilter};

/// All keywords of a set of rules, ready to be looked for, and what they point at.
#[derive(Debug, Clone)]
pub(super) struct Index {
    prefilter: Prefilter,
    /// By keyword, where its targets end.
    ends: Cow<'static, [u32]>,
    targets: Cow<'static, [Target]>,
}

impl Index {
    /// Of a table that was made when sprawl was built.
    pub(super) fn prepared(plan: Plan, ends: &'static [u32], targets: &'static [Target]) -> Self {
        Self {
            prefilter: Prefilter::planned(plan),
            ends: Cow::Borrowed(ends),
            targets: Cow::Borrowed(targets),
        }
    }

    /// Of a table that is made now.
    pub(super) fn of(table: &Table) -> Self {
        let keywords: Vec<&[u8]> = table.0.keys().map(Vec::as_slice).collect();
        let (ends, targets) = flat(table.0.values().map(Vec::as_slice));
        Self { prefilter: Prefilter::new(&keywords), ends, targets }
    }

    /// The table that it was made of.
    pub(super) fn table(&self) -> Table {
        let keywords = 0..self.ends.len() as KeywordId;
        let row = |k| (self.prefilter.keyword(k).to_vec(), self.targets(k).to_vec());
        Table(keywords.map(row).collect())
    }

    /// The same without some targets. Their keywords stay and point at nothing.
    pub(super) fn without(self, is_off: impl Fn(Target) -> bool) -> Self {
        let keywords = 0..self.ends.len() as KeywordId;
        let kept = |k| self.targets(k).iter().copied().filter(|t| !is_off(*t)).collect();
        let targets: Vec<Vec<Target>> = keywords.map(kept).collect();
        let (ends, targets) = flat(targets.iter().map(Vec::as_slice));
        Self { prefilter: self.prefilter, ends, targets }
    }

    /// Finds the keywords.
    pub(super) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// What a keyword points at.
    pub(super) fn targets(&self, keyword: KeywordId) -> &[Target] {
        let keyword = usize::from(keyword);
        let start = if keyword == 0 { 0 } else { self.ends[keyword - 1] };
        &self.targets[start as usize..self.ends[keyword] as usize]
    }

    /// How many targets all keywords have together.
    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }
}

/// Lists one after the other, and where each ends.
fn flat<'t>(
    lists: impl Iterator<Item = &'t [Target]>,
) -> (Cow<'static, [u32]>, Cow<'static, [Target]>) {
    let (mut ends, mut all) = (Vec::new(), Vec::new());
    for list in lists {
        all.extend_from_slice(list);
        ends.push(all.len() as u32);
    }
    (Cow::Owned(ends), Cow::Owned(all))
}

#[cfg(test)]
impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.prefilter.plan() == other.prefilter.plan()
            && self.ends == other.ends
            && self.targets == other.targets
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Target;
    use super::super::{Detector, Named, Rules, Selection};
    use super::Table;

    #[test]
    fn a_selection_leaves_what_its_rules_alone_would_have() {
        let disabled = ["aws-*", "private-key-unknown", "generic-password"].map(Named::typed);
        let disabled = Selection { only: Vec::new(), disabled: disabled.to_vec() };
        let only = ["github-*", "ssh-private-key"].map(Named::typed);
        let only = Selection { only: only.to_vec(), disabled: Vec::new() };
        for (selection, has_assignments) in [(disabled, true), (only, false)] {
            let rules = Rules::new(&[], &selection).expect("the names exist");
            let mut expected = Table::default();
            for (id, rule) in rules.iter() {
                expected.add(id, &rule.text, rule.detector);
            }
            let mut table = rules.index.table();
            table.0.retain(|_, targets| !targets.is_empty());
            assert_eq!(table.0, expected.0);
            assert_eq!(rules.any_by(Detector::Assignment), has_assignments);
            assert!(rules.len() + rules.switched_off() == Rules::builtin().len());
        }
    }

    #[test]
    fn keywords_point_at_what_the_table_says() {
        let rules = Rules::builtin();
        let table = rules.index.table();
        for (keyword, row) in (0..).zip(&table.0) {
            let (length, targets) = rules.target(keyword);
            assert_eq!((length, targets), (row.0.len(), row.1.as_slice()));
        }
        assert_eq!(table.0.get(&b"-----begin"[..]), Some(&vec![Target::Keys]));
    }
}
