//! Values of secrets that were found, to be looked for in every text of a scan: also where no rule speaks.
//!
//! Looked for are the bytes as they are, and what they stand for if they are percent-encoded. Not looked for
//! is what others write by chance or as an example ([`by_value::is_distinctive`]), what only identifies a
//! credential, and private keys, which are known by their structure in every encoding.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::anchors;
use crate::finding::{Finding, Secret};
use crate::problem::Problem;
use sprawl_detect::Candidate;
use sprawl_detect::by_value;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::prefilter::{KeywordId, Prefilter};
use sprawl_detect::rules::{Detector, Rule, RuleId, Rules};
use sprawl_detect::score::{Authority, Usability};
use sprawl_detect::version::Shared;

/// Longer values stand nowhere else.
const LONGEST: usize = 4096;

/// Bytes of all values together: memory for looking for them is a multiple of that.
const MOST: usize = 4 << 20;

/// Bytes of a value that are looked for at once; whether the others follow is asked where these are.
const BEGINNING: usize = 16;

/// Values are looked for in time that the length of a text decides, however many there are.
#[derive(Debug)]
pub struct Values {
    /// Finds the beginnings of values, in either case.
    search: Prefilter,
    /// By beginning, the values that have it.
    by_beginning: Vec<Vec<usize>>,
    all: Vec<Value>,
    secrets: BTreeSet<Secret>,
    longest: usize,
    /// How many are left out, because there are too many.
    left_out: usize,
}

/// A secret and what is known of it.
#[derive(Debug)]
struct Value {
    secret: Secret,
    /// The bytes that are looked for: those of the secret, or another spelling of it.
    looked_for: Secret,
    /// Whether it is another spelling.
    is_decoded: bool,
    /// Anchors of what is looked for.
    anchors: Vec<u32>,
    rule: RuleId,
    confidence: Confidence,
    usability: Vec<Usability>,
}

/// A value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Bytes that it takes up.
    pub span: Range<usize>,
    /// Its number.
    value: usize,
}

impl Values {
    /// The values of what was found that are to be looked for; none if there are none.
    pub fn of(rules: &Rules, findings: &[Finding]) -> Option<Self> {
        let mut by_secret: BTreeMap<&Secret, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            by_secret.entry(&finding.secret).or_default().push(finding);
        }
        let mut all: BTreeMap<Vec<u8>, Value> = BTreeMap::new();
        for (secret, places) in by_secret {
            let Some(best) = best(rules, &places) else { continue };
            let value = |looked_for: &Secret| Value {
                secret: secret.clone(),
                looked_for: looked_for.clone(),
                is_decoded: looked_for != secret,
                anchors: anchors::of(looked_for.reveal()),
                rule: best.rule,
                confidence: best.confidence,
                usability: best.usability.clone(),
            };
            for other in secret.percent_decoded().iter().filter(|other| is_looked_for(other)) {
                all.entry(other.reveal().to_vec()).or_insert_with(|| value(other));
            }
            if is_looked_for(secret) {
                all.insert(secret.reveal().to_vec(), value(secret));
            }
        }
        Self::new(all)
    }

    fn new(all: BTreeMap<Vec<u8>, Value>) -> Option<Self> {
        let mut all = all;
        let mut bytes = 0;
        let before = all.len();
        let mut number = 0;
        all.retain(|value, _| {
            bytes += value.len();
            number += 1;
            bytes <= MOST && number <= usize::from(KeywordId::MAX)
        });
        let longest = all.keys().map(Vec::len).max()?;
        let mut beginnings: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
        for (number, value) in all.keys().enumerate() {
            let beginning = &value[..value.len().min(BEGINNING)];
            beginnings.entry(beginning.to_ascii_lowercase()).or_default().push(number);
        }
        let keywords: Vec<&[u8]> = beginnings.keys().map(Vec::as_slice).collect();
        let search = Prefilter::new(&keywords);
        let left_out = before - all.len();
        let all: Vec<Value> = all.into_values().collect();
        let secrets = all.iter().map(|value| value.secret.clone()).collect();
        let by_beginning = beginnings.into_values().collect();
        Some(Self { search, by_beginning, all, secrets, longest, left_out })
    }

    /// What is to be said if there are more values than are looked for.
    pub fn problem(&self) -> Option<Problem> {
        let (some, all) = (self.all.len(), self.all.len() + self.left_out);
        let what = format!(
            "{all} values were found, and {some} of them were looked for where no rule speaks; scan parts of it \
             by themselves"
        );
        (self.left_out > 0)
            .then(|| Problem::over_budget("places by value", &what, "number of values"))
    }

    /// Every place of every value in a text, in order; of those that begin together, the longest first.
    pub fn hits(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.add_hits(text, 0..text.len(), &mut hits);
        tidy(&mut hits);
        hits
    }

    /// The same for a text that has parts in common with an earlier one, whose hits are known. Only what is
    /// new is looked at, and the bytes on both sides of it that a value may begin or end in.
    pub fn hits_of_version(&self, text: &[u8], earlier: &[Hit], shared: &[Shared]) -> Vec<Hit> {
        let margin = self.longest.saturating_sub(1);
        let mut hits = Vec::new();
        for stretch in anchors::new_stretches(shared, text.len(), margin) {
            self.add_hits(text, stretch, &mut hits);
        }
        for run in shared {
            let within =
                |hit: &&Hit| run.from <= hit.span.start && hit.span.end <= run.from + run.length;
            hits.extend(earlier.iter().filter(within).map(|hit| Hit {
                span: hit.span.start - run.from + run.at..hit.span.end - run.from + run.at,
                value: hit.value,
            }));
        }
        tidy(&mut hits);
        hits
    }

    fn add_hits(&self, text: &[u8], stretch: Range<usize>, hits: &mut Vec<Hit>) {
        let (text, offset) = (&text[stretch.clone()], stretch.start);
        self.search.each(text, |beginning, at| {
            for value in &self.by_beginning[usize::from(beginning)] {
                let bytes = self.all[*value].looked_for.reveal();
                if text[at..].starts_with(bytes) {
                    let span = offset + at..offset + at + bytes.len();
                    hits.push(Hit { span, value: *value });
                }
            }
        });
    }

    /// Whether any of the values is in a text.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        let mut hits = Vec::new();
        self.add_hits(text, 0..text.len(), &mut hits);
        !hits.is_empty()
    }

    /// The anchors of each value.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = &[u32]> {
        self.all.iter().map(|value| value.anchors.as_slice())
    }

    /// Whether a secret is one of those that are looked for.
    pub(super) fn has(&self, secret: &Secret) -> bool {
        self.secrets.contains(secret)
    }

    /// The secret of a hit.
    pub(super) fn secret(&self, hit: &Hit) -> &Secret {
        &self.all[hit.value].secret
    }

    /// Adds the values that stand in a text to what the rules find there. What overlaps any of that is known
    /// already, and within a longer value that one counts. All are in order of place.
    pub(super) fn add_to(&self, hits: Vec<Hit>, found: &mut Vec<Candidate>) {
        let mut taken: BTreeMap<usize, usize> =
            found.iter().map(|one| (one.secret.start, one.secret.end)).collect();
        let mut positions: Vec<usize> = (0..found.len()).collect();
        let mut added = Vec::new();
        for hit in hits {
            let before = taken.range(..hit.span.end).next_back();
            if before.is_some_and(|(_, end)| *end > hit.span.start) {
                continue;
            }
            taken.insert(hit.span.start, hit.span.end);
            let Value { secret, is_decoded, rule, confidence, usability, .. } =
                &self.all[hit.value];
            let identity = is_decoded.then(|| secret.reveal().to_vec());
            added.push(Candidate::by_value(
                *rule,
                hit.span,
                identity,
                *confidence,
                usability.clone(),
            ));
        }
        if added.is_empty() {
            return;
        }
        found.append(&mut added);
        // Other halves are known by their places in the list.
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|at| (found[*at].secret.start, found[*at].secret.end));
        positions.resize(found.len(), 0);
        for (new, old) in order.iter().enumerate() {
            positions[*old] = new;
        }
        let mut sorted: Vec<Option<Candidate>> = found.drain(..).map(Some).collect();
        found.extend(order.into_iter().filter_map(|old| sorted[old].take()));
        for other in found.iter_mut().flat_map(|one| &mut one.companions) {
            *other = positions[*other];
        }
    }
}

/// Puts hits in order, each once.
fn tidy(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end), hit.value));
    hits.dedup();
}

/// The place that says most of a secret, unless one says that the value is not to be looked for.
fn best<'f>(rules: &Rules, places: &[&'f Finding]) -> Option<&'f Finding> {
    if places.iter().any(|finding| is_doubtful(rules.get(finding.rule), finding)) {
        return None;
    }
    let key = |finding: &Finding| {
        let rule = rules.get(finding.rule);
        (
            finding.confidence,
            !rule.text.fallback,
            rule.base_score(),
            std::cmp::Reverse(finding.rule),
        )
    };
    // Limits to its use hold only where every place has them.
    let weight = |finding: &Finding| finding.usability.iter().map(|one| one.weight()).min();
    places.iter().copied().max_by_key(|finding| (key(finding), weight(finding)))
}

/// Whether a value may be none, or nothing that anybody looks for.
fn is_doubtful(rule: &Rule, finding: &Finding) -> bool {
    let is_none = |evidence: &Evidence| {
        matches!(evidence, Evidence::WeakValue | Evidence::Placeholder(_) | Evidence::Broken(_))
    };
    rule.detector == Detector::Keys
        || finding.confidence < Confidence::Pattern
        || rule.authority == Authority::PublicByDesign
        || [rule.alone, rule.usability].contains(&Usability::IdOnly)
        || finding.evidence.iter().any(is_none)
        || finding.usability.contains(&Usability::Placeholder)
}

/// Whether a value stands nowhere by chance.
fn is_looked_for(secret: &Secret) -> bool {
    secret.reveal().len() <= LONGEST && by_value::is_distinctive(secret.reveal())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values without anything known of them.
    fn values(texts: &[String]) -> Option<Values> {
        let value = |text: &String| Value {
            secret: Secret::new(text.as_bytes()),
            looked_for: Secret::new(text.as_bytes()),
            is_decoded: false,
            anchors: anchors::of(text.as_bytes()),
            rule: RuleId(0),
            confidence: Confidence::Strong,
            usability: Vec::new(),
        };
        Values::new(texts.iter().map(|text| (text.as_bytes().to_vec(), value(text))).collect())
    }

    /// Places and values, by trying each value at each byte.
    fn naive(texts: &[String], text: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let all = texts.iter().collect::<BTreeSet<_>>();
        let at = |start: usize| {
            let here = all.iter().filter(move |value| text[start..].starts_with(value.as_bytes()));
            here.map(move |value| (start, value.as_bytes().to_vec())).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = (0..text.len()).flat_map(at).collect();
        found.sort();
        found
    }

    fn told(values: &Values, text: &[u8], hits: &[Hit]) -> Vec<(usize, Vec<u8>)> {
        let mut all: Vec<_> = hits
            .iter()
            .map(|hit| {
                assert_eq!(&text[hit.span.clone()], values.secret(hit).reveal());
                (hit.span.start, text[hit.span.clone()].to_vec())
            })
            .collect();
        all.sort();
        all
    }

    proptest! {
        #[test]
        fn every_place_of_every_value_is_found(
            texts in proptest::collection::vec("[abA]{1,6}|[ab]{14,18}", 1..6),
            text in "([abAc]{0,60}|[ab]{0,60})",
        ) {
            let Some(values) = values(&texts) else { return Ok(()) };
            prop_assert_eq!(
                values.is_in(text.as_bytes()),
                !naive(&texts, text.as_bytes()).is_empty()
            );
            let hits = values.hits(text.as_bytes());
            prop_assert_eq!(told(&values, text.as_bytes(), &hits), naive(&texts, text.as_bytes()));
        }

        #[test]
        fn in_versions_as_well(
            texts in proptest::collection::vec("[ab]{1,6}", 1..6),
            old in "[abc]{0,60}",
            pieces in proptest::collection::vec((0..60_usize, 0..30_usize, "[abc]{0,5}"), 0..6),
        ) {
            let Some(values) = values(&texts) else { return Ok(()) };
            let (mut text, mut shared) = (String::new(), Vec::new());
            for (from, length, new) in &pieces {
                let from = (*from).min(old.len());
                let length = (*length).min(old.len() - from);
                shared.push(Shared { at: text.len(), from, length });
                text.push_str(&old[from..from + length]);
                text.push_str(new);
            }
            let earlier = values.hits(old.as_bytes());
            let hits = values.hits_of_version(text.as_bytes(), &earlier, &shared);
            prop_assert_eq!(told(&values, text.as_bytes(), &hits), naive(&texts, text.as_bytes()));
        }
    }
}
