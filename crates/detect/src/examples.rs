//! Proof that rules find what their examples hold, and nothing in their counter-examples. Only a scan
//! can tell, so a set with rules of users is made here and not where rules are read.

use crate::Scanner;
use crate::rules::check::fill;
use crate::rules::mint::Random;
use crate::rules::{Detector, RuleError, RuleId, Rules, Selection, UserFile, rule_error};

/// Mints for each example; more would only cost time.
const MINTS: u64 = 3;

impl Rules {
    /// The built-in rules and those of the user's files, as far as they are selected.
    ///
    /// # Errors
    /// The first thing that is wrong with a user's file, or a selected name that no rule has.
    pub fn new(files: &[UserFile<'_>], selection: &Selection) -> Result<Self, RuleError> {
        let all = Self::unproved(files)?;
        for file in files {
            for (id, rule) in all.own().filter(|(_, rule)| rule.file == file.name) {
                prove(&all, id).map_err(|what| rule_error(*file, rule.id(), &what))?;
            }
        }
        if selection.only.is_empty() && selection.disabled.is_empty() {
            return Ok(all);
        }
        all.select(selection)
    }
}

/// Proof of the examples of one rule of a set, alone and against the others.
///
/// # Errors
/// What is not as the rule says.
pub fn prove(rules: &Rules, id: RuleId) -> Result<(), String> {
    let rule = rules.get(id);
    if rule.detector != Detector::Pattern {
        return Ok(());
    }
    if rule.text.examples.is_empty() {
        return Err("has no example; add one with {secret} where the secret stands".to_owned());
    }
    let mut scanner = Scanner::new(rules);
    for example in rule.text.examples.iter() {
        if !example.contains("{secret}") {
            return Err(format!("the example `{example}` has no {{secret}}"));
        }
        for seed in 0..MINTS {
            let mut random = Random::new(seed.wrapping_mul(7919) + 1);
            let (text, secret) = fill(rules, rule, example, &mut random)?;
            let found = scanner.candidates(&text);
            if !found.iter().any(|c| c.rule == id && text[c.secret.clone()] == secret) {
                let instead: Vec<&str> = found.iter().map(|c| rules.get(c.rule).id()).collect();
                return Err(format!(
                    "the example `{example}` is not found{}; compare it with the pattern, near, \
                     min_entropy and check",
                    if instead.is_empty() {
                        String::new()
                    } else {
                        format!(" (but {})", instead.join(", "))
                    }
                ));
            }
        }
    }
    for counter in rule.text.counter_examples.iter() {
        if scanner.candidates(counter.as_bytes()).iter().any(|c| c.rule == id) {
            return Err(format!(
                "the counter-example `{counter}` is found; make the pattern stricter"
            ));
        }
    }
    Ok(())
}
