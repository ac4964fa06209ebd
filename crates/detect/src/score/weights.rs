//! Weights of a project's own, in place of those of the tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Authority, Environment, Exposure, Lifetime, Reach, Usability};

/// Weights of the score that differ from the built-in ones; what is not named keeps its usual weight.
///
/// Steps are pairs of a minimum number and the percentage from there on; both must rise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Weights {
    /// Points of the base score by authority.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::authority"))]
    pub authority: BTreeMap<Authority, i64>,
    /// Points of the base score by reach.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::reach"))]
    pub reach: BTreeMap<Reach, i64>,
    /// Points of the base score by lifetime.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::lifetime"))]
    pub lifetime: BTreeMap<Lifetime, i64>,
    /// Percentage of the base score by usability.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::usability"))]
    pub usability: BTreeMap<Usability, i64>,
    /// Percentage added for the environment.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::environment"))]
    pub environment: BTreeMap<Environment, i64>,
    /// Percentage added for the exposure.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::exposure"))]
    pub exposure: BTreeMap<Exposure, i64>,
    /// Percentage added by number of files: steps.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::steps"))]
    pub files: Option<Vec<(i64, i64)>>,
    /// Percentage added by days since the first commit: steps.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::steps"))]
    pub age: Option<Vec<(i64, i64)>>,
    /// Percentage added by number of authors: steps.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::steps"))]
    pub authors: Option<Vec<(i64, i64)>>,
    /// Percentage added by number of secrets that it unlocks: steps.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::steps"))]
    pub fan_out: Option<Vec<(i64, i64)>>,
    /// Percentage added for each further repository.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::percent"))]
    pub repository: Option<i64>,
    /// Percentage added if one value serves production and something else.
    #[cfg_attr(schemas, schemars(schema_with = "super::schemas::percent"))]
    pub reuse: Option<i64>,
}

/// Says at the end of a reason that its weight is not the usual one.
pub(super) const OWN: &str = " (this project's weight)";

impl Weights {
    /// Checks that scores keep their properties: no weight out of bounds, and more is never less.
    ///
    /// # Errors
    /// Names the weight that is wrong, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        let within = |table: &str, name: &str, value: i64, least: i64, most: i64| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            let dot = if table.is_empty() { "" } else { "." };
            Err(format!("{table}{dot}{name} is {value}; it may be from {least} to {most}"))
        };
        for (class, points) in &self.authority {
            within("authority", class.name(), *points, 0, 100)?;
        }
        for (class, points) in &self.reach {
            within("reach", class.name(), *points, 0, 100)?;
        }
        for (class, points) in &self.lifetime {
            within("lifetime", class.name(), *points, 0, 100)?;
        }
        for (class, percent) in &self.usability {
            // Only what opens nothing may score nothing: a weight must not hide a secret.
            let least = i64::from(*class != Usability::Placeholder);
            within("usability", class.name(), *percent, least, 100)?;
        }
        for (class, percent) in &self.environment {
            within("environment", class.name(), *percent, -100, 100)?;
        }
        for (class, percent) in &self.exposure {
            within("exposure", class.name(), *percent, -100, 100)?;
        }
        within("", "repository", self.repository.unwrap_or(0), 0, 100)?;
        within("", "reuse", self.reuse.unwrap_or(0), 0, 100)?;
        let steps = [
            ("files", &self.files),
            ("age", &self.age),
            ("authors", &self.authors),
            ("fan-out", &self.fan_out),
        ];
        for (name, steps) in steps {
            let steps = steps.as_deref().unwrap_or_default();
            let rise = |pair: &[(i64, i64)]| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1;
            let is_valid =
                steps.iter().all(|(at, percent)| *at >= 0 && (0..=100).contains(percent));
            if !is_valid || !steps.windows(2).all(rise) {
                return Err(format!(
                    "{name}: steps are pairs of a number and a percentage from 0 to 100, and both \
                     must rise"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn authority(&self, class: Authority) -> Weight {
        Weight::of(self.authority.get(&class), class.weight())
    }

    pub(super) fn reach(&self, class: Reach) -> Weight {
        Weight::of(self.reach.get(&class), class.weight())
    }

    pub(super) fn lifetime(&self, class: Lifetime) -> Weight {
        Weight::of(self.lifetime.get(&class), class.weight())
    }

    pub(super) fn usability(&self, class: Usability) -> Weight {
        Weight::of(self.usability.get(&class), class.weight())
    }

    pub(super) fn environment(&self, class: Environment) -> Weight {
        Weight::of(self.environment.get(&class), class.weight())
    }

    pub(super) fn exposure(&self, class: Exposure) -> Weight {
        Weight::of(self.exposure.get(&class), class.weight())
    }
}

/// A weight, and whether it is the project's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) value: i64,
    pub(super) is_own: bool,
}

impl Weight {
    pub(super) fn of(own: Option<&i64>, usual: i64) -> Self {
        Self { value: *own.unwrap_or(&usual), is_own: own.is_some_and(|own| *own != usual) }
    }

    /// By the steps of a table.
    pub(super) fn by_steps(number: i64, own: Option<&[(i64, i64)]>, usual: &[(i64, i64)]) -> Self {
        let at = |steps: &[(i64, i64)]| {
            steps.iter().take_while(|(least, _)| number >= *least).last().map_or(0, |(_, v)| *v)
        };
        Self::of(own.map(at).as_ref(), at(usual))
    }

    /// Two weights as one.
    pub(super) fn and(self, other: Self) -> Self {
        Self { value: self.value + other.value, is_own: self.is_own || other.is_own }
    }

    /// What is written after a reason.
    pub(super) fn mark(self) -> &'static str {
        if self.is_own { OWN } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Facts, Place, Privilege, recompute, score_with};
    use super::*;

    fn facts() -> Facts {
        Facts {
            authority: Authority::AccountWide,
            privilege: Privilege::Admin,
            reach: Reach::Cloud,
            lifetime: Lifetime::Static,
            usability: vec![Usability::TestMode],
            is_live: false,
            places: vec![Place {
                environment: Environment::Staging,
                exposure: Exposure::Head,
                file: "a".into(),
                repository: "r".into(),
            }],
            age_days: 40,
            authors: 1,
            fan_out: 0,
        }
    }

    fn read(text: &str) -> Result<Weights, String> {
        let weights: Weights = toml::from_str(text).map_err(|error| error.to_string())?;
        weights.check().map(|()| weights)
    }

    #[test]
    fn own_weights_are_marked_and_still_recompute_the_score() {
        let weights = read(
            "repository = 7\nage = [[10, 3], [20, 9]]\n[authority]\naccount-wide = 30\n\
             [usability]\ntest-mode = 50\n[environment]\nstaging = 12\nproduction = 20\n",
        )
        .unwrap();
        let score = score_with(&facts(), &weights);
        assert_eq!(
            *score.because,
            [
                "+30 authority: account-wide (this project's weight)",
                "+22 named admin: control-plane-admin",
                "+18 reach: cloud",
                "+10 lifetime: static",
                "x50% usability: test-mode (this project's weight)",
                "+22% worst place: staging, head (this project's weight)",
                "+9% 40 day(s) since first commit (this project's weight)",
            ]
        );
        assert_eq!(recompute(&score.because), Some(score.value));
        assert_eq!(score_with(&facts(), &Weights::default()), super::super::score(&facts()));
        assert!(super::super::score(&facts()).because.iter().all(|line| !line.contains("project")));
        assert_ne!(score.value, super::super::score(&facts()).value);
    }

    #[test]
    fn weights_that_would_hide_or_turn_things_round_are_refused() {
        for (text, expected) in [
            ("[usability]\ncomplete = 0", "usability.complete is 0"),
            ("[reach]\ncloud = 101", "from 0 to 100"),
            ("repository = -1", "repository is -1"),
            ("files = [[2, 9], [3, 4]]", "files: steps are pairs"),
            ("[authority]\nemperor = 1", "emperor"),
            ("authors = 3", "authors"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(read("[usability]\nplaceholder = 0").is_ok());
    }
}
