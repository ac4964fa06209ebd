//! The shape of a secret by itself, whatever has to stand around it.

use regex_automata::meta::Regex;
use regex_syntax::hir::{Hir, Look};

use super::{Compiled, Rule};

/// Secrets of one length that have at least so many bytes are not hit by chance.
const LEAST: usize = 20;

/// One character of each kind that alphabets have.
const ANY: &[u8] = b"1aA-=";

impl Rule {
    /// Whether a value, all of it, has the shape of this type's secrets.
    pub(crate) fn has_shape(&self, value: &[u8]) -> bool {
        self.compiled().is_ok_and(|compiled| compiled.is_shape_of(value))
    }

    /// Whether a value has not the shape of this type's secrets, which all have one length, but would
    /// with one character more, one less, or another one somewhere.
    pub(crate) fn just_misses(&self, value: &[u8]) -> bool {
        let Ok(compiled) = self.compiled() else { return false };
        let shape = compiled.secret.properties();
        let Some(length) = shape.minimum_len().filter(|least| shape.maximum_len() == Some(*least))
        else {
            return false;
        };
        if length < LEAST || value.len().abs_diff(length) > 1 || compiled.is_shape_of(value) {
            return false;
        }
        if value.len() > length {
            return compiled.is_shape_of(&value[1..]) || compiled.is_shape_of(&value[..length]);
        }
        let mut changed = value.to_vec();
        if value.len() < length {
            changed.push(0);
            return any_fits(compiled, &mut changed, length - 1);
        }
        (0..length).any(|at| any_fits(compiled, &mut changed, at))
    }
}

/// Whether any character in this place makes the value fit. Leaves the value as it was.
fn any_fits(compiled: &Compiled, value: &mut [u8], at: usize) -> bool {
    let before = value[at];
    let fits = ANY.iter().any(|sign| {
        value[at] = *sign;
        compiled.is_shape_of(value)
    });
    value[at] = before;
    fits
}

impl Compiled {
    fn is_shape_of(&self, value: &[u8]) -> bool {
        let regex = self.alone.get_or_init(|| {
            let (start, end) = (Hir::look(Look::Start), Hir::look(Look::End));
            let whole = Hir::concat(vec![start, self.secret.clone(), end]);
            Regex::builder().build_from_hir(&whole).ok()
        });
        regex.as_ref().is_some_and(|regex| regex.is_match(value))
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::Rules;

    #[test]
    fn one_character_is_missed_by_what_is_mistyped() {
        let rules = Rules::builtin();
        let (_, rule) = rules.named("datadog-api-key").expect("there is one");
        let good = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        assert!(rule.has_shape(good.as_bytes()) && !rule.has_shape(&good.as_bytes()[1..]));
        let missed = |text: &str| rule.just_misses(text.as_bytes());
        for text in [&good[1..], &good[..31], &format!("{good}7"), &good.replacen('e', "#", 1)] {
            assert!(missed(text), "{text}");
        }
        for text in [good, &good[8..], &good.replace('e', "#"), "", "\u{e9}"] {
            assert!(!missed(text), "{text}");
        }
    }
}
