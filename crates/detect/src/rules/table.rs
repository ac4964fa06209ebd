//! Which rules a keyword points at. Shared with the build script, which makes the table of the
//! built-in rules.

use std::collections::BTreeMap;

use super::near;
use super::schema::RuleText;
use crate::{assignment, keys};

/// Number of a rule in its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// What a keyword points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A rule's pattern.
    Rule(RuleId),
    /// Key material may begin here.
    Keys,
    /// A name that values are assigned to.
    Assignment,
}

/// How a rule finds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// By its pattern, near keywords.
    Pattern,
    /// Key material: [`keys`].
    Keys,
    /// Named values without a shape: passwords and keys in assignments.
    Assignment,
}

impl Detector {
    /// Detectors that rule files name.
    pub const NAMED: &'static [(Self, &'static str)] =
        &[(Self::Keys, "keys"), (Self::Assignment, "assignment")];

    /// The detector that a rule names.
    ///
    /// # Errors
    /// It names one that does not exist.
    pub fn of(rule: &RuleText) -> Result<Self, String> {
        let Some(name) = rule.detector.as_deref() else { return Ok(Self::Pattern) };
        let named = Self::NAMED.iter().find(|(_, known)| *known == name);
        named.map(|(detector, _)| *detector).ok_or_else(|| {
            let known: Vec<&str> = Self::NAMED.iter().map(|(_, known)| *known).collect();
            format!("detector = \"{name}\" is not one of {}", known.join(", "))
        })
    }
}

/// Keywords in lower case, in order, and what they point at.
#[derive(Debug, Default)]
pub(crate) struct Table(pub(crate) BTreeMap<Vec<u8>, Vec<Target>>);

impl Table {
    /// Adds the keywords of a rule.
    pub(crate) fn add(&mut self, id: RuleId, rule: &RuleText, detector: Detector) {
        match detector {
            Detector::Pattern => {
                let target = Target::Rule(id);
                for keyword in &rule.keywords {
                    self.point(keyword, target);
                }
                if let Some(near) = rule.near.as_ref().filter(|_| rule.keywords.is_empty()) {
                    for word in near.any.iter().flat_map(|word| near::spellings(word)) {
                        self.point(&word, target);
                    }
                }
            }
            Detector::Keys => {
                for keyword in keys::KEYWORDS {
                    self.point(keyword, Target::Keys);
                }
            }
            Detector::Assignment => {
                for keyword in assignment::KEYWORDS {
                    self.point(keyword, Target::Assignment);
                }
            }
        }
    }

    fn point(&mut self, keyword: &str, target: Target) {
        let targets = self.0.entry(keyword.to_ascii_lowercase().into_bytes()).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
}
