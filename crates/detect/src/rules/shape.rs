//! The shape of a secret by itself, whatever has to stand around it.

mod distance;
mod prefix;

use regex_automata::meta::Regex;
use regex_syntax::hir::{Hir, Look};

use super::{Compiled, Rule};
use crate::checks::Verdict;
use crate::entropy;
use distance::{Distance, distance};

impl Rule {
    /// Whether a value, all of it, has the shape of this type's secrets.
    pub(crate) fn has_shape(&self, value: &[u8]) -> bool {
        self.compiled().is_ok_and(|compiled| compiled.is_shape_of(value))
    }

    /// Whether a value, all of it, is one of this type as far as it tells by itself.
    pub(crate) fn is_of(&self, value: &[u8]) -> bool {
        self.has_shape(value)
            && self.text.min_entropy.is_none_or(|least| entropy::shannon(value) >= least)
            && self.check.is_none_or(|check| (check.run)(value).verdict != Verdict::Rejected)
    }

    /// How far a value is from the shape of this type's secrets; more than `most` edits are not
    /// counted.
    pub(crate) fn distance(&self, value: &[u8], most: usize) -> Option<Distance> {
        Some(distance(&self.compiled().ok()?.secret, value, most))
    }
}

impl Compiled {
    /// The leading bytes of a secret that every secret of the type begins with.
    pub fn literal_prefix(&self, secret: &[u8]) -> usize {
        let prefix = self.literal.get_or_init(|| prefix::literal_prefix(&self.secret));
        if secret.starts_with(prefix) { prefix.len() } else { 0 }
    }

    /// Whether a value, all of it, has the shape of the secrets.
    pub(crate) fn is_shape_of(&self, value: &[u8]) -> bool {
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
    fn mistyped_values_are_close() {
        let rules = Rules::builtin();
        let (_, rule) = rules.named("datadog-api-key").expect("there is one");
        let good = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        assert!(rule.has_shape(good.as_bytes()) && !rule.has_shape(&good.as_bytes()[1..]));
        let edits = |text: &str| rule.distance(text.as_bytes(), 2).and_then(|far| far.edits);
        assert_eq!(edits(good), Some(0));
        for text in [&good[1..], &good[..31], &format!("{good}7"), &good.replacen('e', "#", 1)] {
            assert_eq!(edits(text), Some(1), "{text}");
        }
        for text in [&good[8..], &good.replace(['e', '1', '2'], "#"), "", "\u{e9}"] {
            assert_eq!(edits(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_tell_where_a_secret_is_as_its_group_does() {
        use crate::rules::mint::{Random, mint};
        let rules = Rules::builtin();
        let mut random = Random::new(11);
        let mut told = 0;
        for (_, rule) in rules.iter() {
            let Ok(compiled) = rule.compiled() else { continue };
            let Some(inset) = compiled.inset else { continue };
            for (before, behind) in [("", ""), (" ", " "), ("=\"", "\""), ("x", "\n"), ("//", "@")]
            {
                let Ok(token) = mint(rule, &mut random) else { break };
                let text = [before.as_bytes(), &token, behind.as_bytes()].concat();
                let mut groups = compiled.regex.create_captures();
                compiled.regex.captures(&text, &mut groups);
                let Some(matched) = groups.get_match() else { continue };
                let secret = groups.get_group(compiled.secret_group).map(|span| span.range());
                assert_eq!(Some(inset.secret(&matched.range())), secret, "{}", rule.id());
                told += 1;
            }
        }
        assert!(told > 1000, "{told}");
    }
}
