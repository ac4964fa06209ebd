//! The rules that come with the program.
//!
//! The build script packs each as JSON and makes the tables that a scan needs of all of them: names,
//! keywords, windows. So start-up unpacks no rule and builds no table; a scan unpacks the rules whose
//! keywords it meets.

use super::index::Index;
use super::names::Names;
use super::rule::{Rule, checked};
use super::schema::Packed;
use super::table::{Detector, RuleId, Target};
use super::user::RuleError;
use crate::prefilter::plan::{Place, Plan, Row};

/// What the build script made.
struct Builtin {
    /// Each rule, packed, one after the other.
    packed: &'static str,
    /// By rule, where in that it ends.
    ends: &'static [u32],
    /// By rule, how it finds its values.
    detectors: &'static [Detector],
    /// Ids and aliases, in order.
    names: Names,
    /// By name, the rule, and whether it is an alias.
    named: &'static [(u16, bool)],
    /// By rule, which of the names is its id.
    ids: &'static [u16],
    /// By keyword, where its targets end.
    target_ends: &'static [u32],
    /// What the keywords point at.
    targets: &'static [Target],
    /// Beginnings of values that are known by their form alone, and their rules.
    beginnings: &'static [(&'static str, u16)],
    /// Rules that took the place of others, and the names of those; without generic ones.
    replacing: &'static [(u16, &'static str)],
    /// Windows of the keywords.
    plan: Plan,
}

static BUILTIN: Builtin = {
    use Detector::{Assignment as A, Keys as K, Pattern as P};
    use std::borrow::Cow;
    const fn rule(number: u16) -> Target {
        Target::Rule(RuleId(number))
    }
    const fn row(before: u32, after: u32, first: u32, places: u32) -> Row {
        Row { before, after, first, places }
    }
    const fn place(keyword: u16, offset: i16, bytes: u64, mask: u64) -> Place {
        Place::new(keyword, offset, bytes, mask)
    }
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"))
};

/// How many there are.
pub(super) fn len() -> usize {
    BUILTIN.ends.len()
}

/// Unpacks the rule with this number.
///
/// # Errors
/// It is not as a rule should be; the tests unpack them all.
pub(super) fn unpack(number: usize) -> Result<Rule, RuleError> {
    let start = if number == 0 { 0 } else { BUILTIN.ends[number - 1] };
    let text = &BUILTIN.packed[start as usize..BUILTIN.ends[number] as usize];
    let fail = |file: &str, what| RuleError { file: file.to_owned(), line: 1, what };
    let packed: Packed = serde_json::from_str(text).map_err(|e| fail("rules", e.to_string()))?;
    let file = packed.file.clone();
    checked(packed, true).map_err(|fault| fail(&file, format!("rule `{}`: {fault}", id(number))))
}

/// How a rule finds its values, without unpacking it.
pub(super) fn detector(number: usize) -> Detector {
    BUILTIN.detectors[number]
}

/// The id of a rule, without unpacking it.
pub(super) fn id(number: usize) -> &'static str {
    BUILTIN.names.get(usize::from(BUILTIN.ids[number]))
}

/// The rule with this id, or else this alias, and whether it is one.
pub(super) fn named(name: &str) -> Option<(usize, bool)> {
    let (number, is_alias) = BUILTIN.named[BUILTIN.names.position(name)?];
    Some((usize::from(number), is_alias))
}

/// Beginnings of values that are known by their form alone, and the numbers of their rules.
pub(super) fn beginnings() -> impl Iterator<Item = (&'static str, usize)> {
    BUILTIN.beginnings.iter().map(|(beginning, number)| (*beginning, usize::from(*number)))
}

/// Names of the rules whose place the rule with this number took; no generic ones.
pub(super) fn replaced(number: usize) -> impl Iterator<Item = &'static str> {
    let of_rule = move |(by, _): &&(u16, &str)| usize::from(*by) == number;
    BUILTIN.replacing.iter().filter(of_rule).map(|(_, name)| *name)
}

/// All keywords, and what they point at.
pub(super) fn index() -> Index {
    // Cloning what is borrowed copies pointers.
    Index::prepared(BUILTIN.plan.clone(), BUILTIN.target_ends, BUILTIN.targets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::table::Table;

    #[test]
    fn what_was_prepared_is_what_would_be_made_now() {
        let mut table = Table::default();
        for number in 0..len() {
            let rule = unpack(number).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!((rule.id(), rule.detector), (id(number), detector(number)));
            assert_eq!(named(rule.id()), Some((number, false)));
            for alias in &rule.text.aliases {
                assert_eq!(named(alias), Some((number, true)), "{alias}");
            }
            table.add(RuleId(number as u16), &rule.text, rule.detector);
        }
        assert!(Index::of(&table) == index());
        assert_eq!(named("no-such-rule"), None);
    }
}
