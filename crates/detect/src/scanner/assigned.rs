//! The scanner's side of the assignment detector: from keywords to candidates.

use super::repeats::{Found, Repeats};
use super::{Candidate, Precedence, Scanner};
use crate::assignment::judge::{reasons, rule_of, verdict};
use crate::assignment::names::Class;
use crate::assignment::{self, Measured};
use crate::decoded::Decoded;
use crate::evidence::{Confidence, Evidence};
use crate::rules::{Kind, RuleId, lexicon};
use crate::score::Usability;
use crate::{entropy, placeholder};

/// Bytes before the name and after the value in which a provider's host is looked for.
const AROUND: usize = 200;

impl Scanner<'_> {
    /// Values without a shape of their own, by the names they are assigned to. The names are in any
    /// order; `end` is where the last ended; they are used up.
    pub(super) fn find_assigned(
        &mut self,
        text: &[u8],
        names: &mut Vec<(usize, usize)>,
        end: &mut usize,
        out: &mut Vec<Candidate>,
    ) {
        let mut repeats = std::mem::take(&mut self.repeats);
        repeats.clear();
        self.find_assigned_by(text, names, end, out, &mut repeats);
        self.repeats = repeats;
    }

    /// The same with what is remembered; says how many names were weighed.
    pub(super) fn find_assigned_by(
        &self,
        text: &[u8],
        names: &mut Vec<(usize, usize)>,
        end: &mut usize,
        out: &mut Vec<Candidate>,
        repeats: &mut Repeats,
    ) -> usize {
        names.sort_unstable();
        let mut weighed = 0;
        for (from, to) in names.drain(..) {
            // Several keywords in one name.
            if from < *end {
                continue;
            }
            let found = repeats.find(text, &(from..to)).unwrap_or_else(|| {
                weighed += 1;
                let mut candidates = Vec::new();
                let name_end = assignment::each_at(text, from..to, |measured| {
                    candidates.extend(self.assigned(text, &measured));
                });
                let found = Found { name_end, candidates };
                repeats.note(text, from..to, &found);
                found
            });
            *end = found.name_end.unwrap_or(*end);
            out.extend(found.candidates);
        }
        weighed
    }

    /// The rule of the provider whom the name or a host beside it gives away.
    fn rule_by_name(&self, text: &[u8], measured: &Measured) -> Option<RuleId> {
        let assigned = &measured.assigned;
        let from = measured.name.span.start.saturating_sub(AROUND);
        let around = &text[from..(assigned.end + AROUND).min(text.len())];
        let name = &text[measured.name.span.clone()];
        let id = lexicon::type_of(name, &assigned.content(text), around)?;
        // The password of a server that has keys of its own, too, is none of them.
        let is_password = measured.name.class == Class::Password;
        let found = self.rules.named(id);
        found.filter(|(_, rule)| !is_password || rule.kind == Kind::Password).map(|(id, _)| id)
    }

    /// What is assigned to a name, if it is a secret.
    fn assigned(&self, text: &[u8], measured: &Measured) -> Option<Candidate> {
        let value = measured.assigned.content(text);
        // What looks like one type alone is of it, whatever its name and place speak for.
        let of_form = self.rules.of_form(&value).map(|(rule, _)| rule);
        let verdict = verdict(text, measured);
        let mut confidence = match of_form {
            Some(_) => Confidence::Pattern,
            None => verdict.confidence?,
        };
        let secret = measured.assigned.value.clone();
        let judged = confidence > Confidence::Weak && of_form.is_none();
        let broken = if judged { self.broken(text, measured) } else { None };
        if broken.is_some() {
            confidence = Confidence::Weak;
        }
        let by_sort = || self.rules.named(&rule_of(measured.name.class)).map(|(rule, _)| rule);
        let rule = self.rule_by_name(text, measured).or(of_form).or_else(by_sort)?;
        let mut evidence = vec![Evidence::Named, Evidence::Weighed(reasons(measured, 3).0.into())];
        evidence.extend(of_form.filter(|of_form| *of_form == rule).map(|_| Evidence::Prefix));
        let mut usability = Vec::new();
        if let Some(reason) = placeholder::placeholder(&value) {
            usability.push(Usability::Placeholder);
            evidence.push(Evidence::Placeholder(reason));
        } else if (verdict.weak.is_some() || verdict.guessable) && of_form.is_none() {
            evidence.push(Evidence::WeakValue);
        }
        evidence.extend(broken.map(Evidence::Broken));
        evidence.push(Evidence::Entropy(entropy::shannon(&value)));
        let identity = (!measured.assigned.pieces.is_empty()).then(|| value.into_owned());
        Some(Candidate {
            rule,
            specificity: (Precedence::Generic, false, 0, 0, 0),
            secret,
            identity,
            evidence,
            confidence,
            usability,
            decoded: Decoded::default(),
            companions: Vec::new(),
        })
    }
}
