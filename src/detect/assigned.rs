//! The scanner's side of the assignment detector: from keywords to candidates.

use super::assignment::judge::{reasons, rule_of, verdict};
use super::assignment::{self, Measured};
use super::decoded::Decoded;
use super::{Candidate, Scanner, entropy};
use crate::finding::Evidence;

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

    fn push_assigned(&self, text: &[u8], measured: &Measured, out: &mut Vec<Candidate>) {
        let verdict = verdict(text, measured);
        let Some(confidence) = verdict.confidence else { return };
        let Some((rule, _)) = self.rules.named(rule_of(measured.name.class)) else { return };
        let secret = measured.assigned.value.clone();
        let mut evidence = vec![Evidence::Named, Evidence::Weighed(reasons(measured, 3).0)];
        if verdict.is_weak {
            evidence.push(Evidence::WeakValue);
        }
        evidence.push(Evidence::Entropy(entropy::shannon(&text[secret.clone()])));
        out.push(Candidate {
            rule,
            specificity: (false, false, 0, 0, 0),
            secret,
            identity: None,
            evidence,
            confidence,
            usability: Vec::new(),
            decoded: Decoded::default(),
            companions: Vec::new(),
        });
    }
}
