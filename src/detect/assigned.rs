//! The scanner's side of the assignment detector: from keywords to candidates.

use std::ops::Range;

use super::assignment::judge::{reasons, rule_of, verdict};
use super::assignment::names::Class;
use super::assignment::{self, Measured, words};
use super::decoded::Decoded;
use super::{Candidate, PREFIX, Scanner, Standing, entropy, placeholder};
use crate::finding::{Confidence, Evidence};
use crate::rules::{Rule, RuleId, Target, lexicon};
use crate::score::Usability;

/// Bytes before the name and after the value in which a provider's host is looked for.
const AROUND: usize = 200;

/// Shortest context word that names a vendor wherever it stands in a name, in bytes.
const VENDOR: usize = 5;

impl Scanner<'_> {
    /// Values without a shape of their own, by the names they are assigned to.
    pub(super) fn find_assigned(&mut self, text: &[u8], out: &mut Vec<Candidate>) {
        let mut names = std::mem::take(&mut self.names);
        if !names.is_empty() && assignment::is_text(text) {
            names.sort_unstable();
            let mut end = 0;
            for (from, to) in &names {
                // Several keywords in one name.
                if *from < end {
                    continue;
                }
                let Some(measured) = assignment::measured_at(text, *from..*to) else { continue };
                end = measured.name.span.end;
                self.push_assigned(text, &measured, out);
            }
        }
        names.clear();
        self.names = names;
    }

    /// The rule that says what was found: that of the provider whom the name or a host beside it
    /// gives away, or else one for the sort of secret.
    fn rule_for(&self, text: &[u8], measured: &Measured) -> Option<(RuleId, &Rule)> {
        let assigned = &measured.assigned;
        let from = measured.name.span.start.saturating_sub(AROUND);
        let around = &text[from..(assigned.end + AROUND).min(text.len())];
        let name = &text[measured.name.span.clone()];
        lexicon::type_of(name, &assigned.content(text), around)
            .and_then(|id| self.rules.named(id))
            .or_else(|| self.rules.named(rule_of(measured.name.class)))
    }

    /// Whether the value is a credential that cannot work: it begins as those of a known type do, it
    /// misses the form of the vendor in its name by one character, or it has signs that no token has.
    fn is_malformed(&self, text: &[u8], measured: &Measured) -> bool {
        let content = measured.assigned.content(text);
        let value = &content[..];
        let is_token = matches!(measured.name.class, Class::Token | Class::ApiKey | Class::Key);
        (is_token && has_foreign_sign(value))
            || self.begins_like_another_type(value)
            || self.just_misses_its_vendor(&text[measured.name.span.clone()], value)
    }

    /// Whether the name is that of a vendor whose form the value misses by one character.
    fn just_misses_its_vendor(&self, name: &[u8], value: &[u8]) -> bool {
        let mut missed = false;
        let mut met = false;
        self.rules.prefilter().each(name, |keyword, _| {
            let (length, targets) = self.rules.target(keyword);
            for target in targets.iter().filter(|_| length >= VENDOR) {
                if let Target::Rule(id) = target
                    && let rule = self.rules.get(*id)
                    && rule.near().is_some()
                {
                    met |= rule.has_shape(value);
                    missed |= rule.just_misses(value);
                }
            }
        });
        missed && !met
    }

    /// Whether the value begins as those of a known type do, or has one within a longer word. Had it
    /// been one, the rule of that type would have it; so it is cut short, made up, or its checksum does
    /// not hold.
    fn begins_like_another_type(&self, value: &[u8]) -> bool {
        let mut begins = false;
        self.rules.prefilter().each(value, |keyword, at| {
            let (length, targets) = self.rules.target(keyword);
            if length > PREFIX && !begins {
                begins = targets.iter().any(|target| match target {
                    Target::Rule(id) => self.begins_like(*id, value, at..at + length),
                    Target::Keys | Target::Assignment => false,
                });
            }
        });
        begins
    }

    /// Whether the value begins as those of this type do, of which it has a keyword.
    fn begins_like(&self, id: RuleId, value: &[u8], keyword: Range<usize>) -> bool {
        let rule = self.rules.get(id);
        let Some(found) = value.get(keyword.clone()) else { return false };
        let written = rule.text.keywords.iter().find(|k| k.as_bytes().eq_ignore_ascii_case(found));
        let Some(written) = written.filter(|_| rule.near().is_none()) else { return false };
        if keyword.start == 0 && rule.has_shape(value) {
            return true;
        }
        let Some(compiled) = rule.compiled().ok().filter(|_| is_distinctive(found)) else {
            return false;
        };
        let within = (found.len() >= VENDOR || written.as_bytes() == found)
            && keyword.start.checked_sub(1).is_some_and(|at| value[at].is_ascii_alphanumeric());
        // Many sorts of tokens begin with `eyJ`.
        let least = if keyword.start == 0 { PREFIX } else { VENDOR };
        compiled.public_prefix(value) >= least
            || (within && compiled.public_prefix(&value[keyword.start..]) >= PREFIX)
    }

    fn push_assigned(&self, text: &[u8], measured: &Measured, out: &mut Vec<Candidate>) {
        let verdict = verdict(text, measured);
        let Some(mut confidence) = verdict.confidence else { return };
        let secret = measured.assigned.value.clone();
        if confidence > Confidence::Weak && self.is_malformed(text, measured) {
            confidence = Confidence::Weak;
        }
        let Some((rule, _)) = self.rule_for(text, measured) else { return };
        let mut evidence = vec![Evidence::Named, Evidence::Weighed(reasons(measured, 3).0)];
        let value = measured.assigned.content(text);
        let mut usability = Vec::new();
        if let Some(reason) = placeholder::placeholder(&value) {
            usability.push(Usability::Placeholder);
            evidence.push(Evidence::Placeholder(reason));
        } else if verdict.is_weak {
            evidence.push(Evidence::WeakValue);
        }
        evidence.push(Evidence::Entropy(entropy::shannon(&value)));
        let identity = (!measured.assigned.pieces.is_empty()).then(|| value.into_owned());
        out.push(Candidate {
            rule,
            specificity: (Standing::Generic, false, 0, 0, 0),
            secret,
            identity,
            evidence,
            confidence,
            usability,
            decoded: Decoded::default(),
            companions: Vec::new(),
        });
    }
}

/// Whether a keyword could hardly stand in a value by chance: it has a sign in it or both cases, or is
/// long and no word.
fn is_distinctive(keyword: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| keyword.iter().any(test);
    has(|b| !b.is_ascii_alphanumeric())
        || (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
        || (keyword.len() >= VENDOR && !words::is_common(&keyword.to_ascii_lowercase()))
}

/// Whether a value has signs that stand in no alphabet of tokens.
fn has_foreign_sign(value: &[u8]) -> bool {
    value.iter().any(|byte| matches!(byte, b'#' | b'!' | b'*' | b'$'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    /// Confidence of what is found in a text besides what has a form.
    fn confidence(text: &str) -> Option<Confidence> {
        let rules = Rules::builtin();
        let found = Scanner::new(&rules).candidates(text.as_bytes());
        found.iter().map(|candidate| candidate.confidence).max()
    }

    #[test]
    fn what_cannot_work_is_weak() {
        let body = ["Zk3vQ9xW", "b7Lm2Rt8", "Yp5Nc4Hd", "s6Gf1Jq0"].concat();
        let digits = ["0f1e2d3c", "4b5a6978", "8796a5b4", "c3d2e1f0"].concat();
        assert_eq!(confidence(&format!("service_api_key = \"{body}\"")), Some(Confidence::Pattern));
        for text in [
            format!("service_api_key = \"{}#{}\"", &body[..9], &body[9..]),
            format!("service_token = \"dckr_pat_{}\"", &body[..20]),
            format!("service_token = \"{}dckr_pat_{}\"", &body[..8], &body[..27]),
            format!("service_key = \"sk-proj-{}T3BlbkFJ{}\"", &body[..20], &body[..9]),
            format!("DATADOG_API_KEY = \"{}\"", &digits[1..]),
            format!("DATADOG_API_KEY = \"{digits}7\""),
        ] {
            assert_eq!(confidence(&text), Some(Confidence::Weak), "{text}");
        }
    }
}
