//! Proof that rules find what their examples hold, and nothing in their counter-examples. Only a scan
//! can tell, so a set with rules of users is made here and not where rules are read.

use std::collections::BTreeSet;

use crate::Scanner;
use crate::rules::check::fill;
use crate::rules::mint::Random;
use crate::rules::{Detector, Fault, RuleError, RuleId, Rules, Selection, UserFile, rule_error};

/// Mints for each example; more would only cost time.
const MINTS: u64 = 3;

impl Rules {
    /// The built-in rules and those of the user's files, as far as they are selected.
    ///
    /// # Errors
    /// The first thing that is wrong with a user's file, or a selected name that no rule has.
    pub fn new(files: &[UserFile<'_>], selection: &Selection) -> Result<Self, RuleError> {
        let all = Self::unproved(files, &BTreeSet::new())?;
        all.prove_own(files)?;
        if selection.only.is_empty() && selection.disabled.is_empty() {
            return Ok(all);
        }
        all.select(selection)
    }

    /// The same where a file stands for the built-in one that has its name and one of its ids, if there is
    /// one: whoever changes a rule of sprawl's own checks it in its place. The second part of what is
    /// returned are the built-in files that gave way.
    ///
    /// # Errors
    /// The first thing that is wrong with a file.
    pub fn in_place(files: &[UserFile<'_>]) -> Result<(Self, BTreeSet<String>), RuleError> {
        let builtin = Self::builtin();
        let gives_way = files.iter().filter_map(|file| builtin.file_like(*file)).collect();
        let all = Self::unproved(files, &gives_way)?;
        all.prove_own(files)?;
        Ok((all, gives_way))
    }

    fn prove_own(&self, files: &[UserFile<'_>]) -> Result<(), RuleError> {
        for file in files {
            for (id, rule) in self.own().filter(|(_, rule)| rule.file == file.name) {
                prove(self, id).map_err(|fault| rule_error(*file, rule.id(), &fault))?;
            }
        }
        Ok(())
    }
}

/// Proof of the examples of one rule of a set, alone and against the others.
///
/// # Errors
/// What is not as the rule says.
pub fn prove(rules: &Rules, id: RuleId) -> Result<(), Fault> {
    let rule = rules.get(id);
    if rule.detector != Detector::Pattern {
        return Ok(());
    }
    if rule.text.examples.is_empty() {
        let what = "has no example; add one with {secret} where the secret stands";
        return Err(Fault::of("examples", what));
    }
    let mut scanner = Scanner::new(rules);
    for (entry, example) in rule.text.examples.iter().enumerate() {
        let fault = |what: String| Fault::of_entry("examples", entry, what);
        if !example.contains("{secret}") {
            return Err(fault(format!("the example `{example}` has no {{secret}}")));
        }
        for seed in 0..MINTS {
            let mut random = Random::new(seed.wrapping_mul(7919) + 1);
            let (text, secret) = fill(rules, rule, example, &mut random).map_err(fault)?;
            let found = scanner.candidates(&text);
            if !found.iter().any(|c| c.rule == id && text[c.secret.clone()] == secret) {
                let instead: Vec<&str> = found.iter().map(|c| rules.get(c.rule).id()).collect();
                return Err(fault(format!(
                    "the example `{example}` is not found{}; compare it with the pattern, near, \
                     min_entropy and check",
                    if instead.is_empty() {
                        String::new()
                    } else {
                        format!(" (but {})", instead.join(", "))
                    }
                )));
            }
        }
    }
    for (entry, counter) in rule.text.counter_examples.iter().enumerate() {
        if scanner.candidates(counter.as_bytes()).iter().any(|c| c.rule == id) {
            let what =
                format!("the counter-example `{counter}` is found; make the pattern stricter");
            return Err(Fault::of_entry("counter_examples", entry, what));
        }
    }
    Ok(())
}
