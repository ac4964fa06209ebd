//! Names of the variables that hold values outside of the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::HIDDEN;
use crate::group::SecretGroup;
use sprawl_detect::rules::{Detector, Rules};

/// Names of variables by the ids of secrets: one for each secret, and no name for two.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<String, String>);

/// Words that tell nothing alone, and names that the system has taken.
const COMMON: &[&str] = &[
    "ACCESS_KEY",
    "ACCESS_TOKEN",
    "API_KEY",
    "APIKEY",
    "AUTH",
    "CREDENTIAL",
    "CREDENTIALS",
    "DATA",
    "DEFAULT",
    "HOME",
    "ID",
    "KEY",
    "LANG",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PATH",
    "PRIVATE_KEY",
    "PWD",
    "SECRET",
    "SECRET_KEY",
    "SHELL",
    "TERM",
    "TEXT",
    "TMPDIR",
    "TOKEN",
    "URI",
    "URL",
    "USER",
    "VALUE",
];

/// Letters of a name, at most.
const LONGEST: usize = 60;

impl Names {
    /// Names for secrets, by what they are assigned to where they stand.
    pub fn of<'g>(rules: &Rules, groups: impl IntoIterator<Item = &'g SecretGroup>) -> Self {
        let groups = groups.into_iter();
        let mut all: Vec<(bool, &str, Vec<String>)> = groups
            .map(|group| {
                let (candidates, has_own) = candidates(rules, group);
                (!has_own, group.id.as_str(), candidates)
            })
            .collect();
        // A name that a secret has in the code is not given to another one.
        all.sort();
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        for (_, id, candidates) in all {
            let numbered = (2..).map(|number| format!("{}_{number}", candidates[0]));
            let free =
                candidates.iter().cloned().chain(numbered).find(|name| !taken.contains_key(name));
            taken.extend(free.map(|name| (name, id.to_owned())));
        }
        Self(taken.into_iter().map(|(name, id)| (id, name)).collect())
    }

    /// The name for a secret.
    pub fn get(&self, id: &str) -> &str {
        self.0.get(id).map_or("SECRET_VALUE", String::as_str)
    }
}

/// Words of names that say that a value is a credential.
const TELLING: &[&str] = &[
    "APIKEY",
    "CREDENTIAL",
    "CREDENTIALS",
    "KEY",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "PW",
    "PWD",
    "SECRET",
    "TOKEN",
    "WEBHOOK",
];

/// Ends of names of addresses, of which the secret is a part.
const ADDRESSES: &[&str] = &["_URL", "_URI", "_DSN"];

/// Names that suit a secret, the best first, at least one; and whether the code has the first one.
fn candidates(rules: &Rules, group: &SecretGroup) -> (Vec<String>, bool) {
    let rule = rules.get(group.rule);
    let mut counted: BTreeMap<String, (bool, usize)> = BTreeMap::new();
    for finding in &group.occurrences {
        let Some(name) = finding.name().filter(|name| !name.contains(HIDDEN)) else { continue };
        let Some(mut variable) = variable(name) else { continue };
        if rule.kind.is_guessable()
            && let Some(of) = ADDRESSES.iter().find_map(|end| variable.strip_suffix(end))
        {
            variable = format!("{of}_PASSWORD");
        }
        let entry = counted.entry(variable).or_default();
        entry.0 |= !name.bytes().any(|byte| byte.is_ascii_lowercase());
        entry.1 += 1;
    }
    // The text before a value may be any: only what is called a credential is the name of one.
    counted.retain(|name, _| name.split('_').any(|word| TELLING.contains(&word)));
    let title = rule.text.title.to_ascii_uppercase();
    let titled: BTreeSet<&str> = title.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let mut ranked: Vec<(String, (bool, usize))> = counted.into_iter().collect();
    // Sorted stably: of equal ones the first by its letters stays first.
    ranked.sort_by_key(|(name, (is_upper, count))| {
        // A token is rather `token` than `key`.
        let is_titled = name.split('_').any(|word| titled.contains(word));
        let rank = (std::cmp::Reverse(*is_upper), std::cmp::Reverse(is_titled));
        (is_common(name), rank, std::cmp::Reverse(*count))
    });
    let is_own = !is_of_many(&rule.provider) && rule.detector != Detector::Assignment;
    let word = rule.provider.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let provider = variable(&word.to_ascii_uppercase()).filter(|_| is_own);
    let stem = group.occurrences.first().and_then(|finding| {
        let name = finding.file().rsplit('/').next()?;
        variable(name.trim_start_matches('.').split('.').next()?)
    });
    let mut all: Vec<String> = Vec::new();
    for (name, _) in &ranked {
        if !is_common(name) {
            all.push(name.clone());
        }
        for prefix in [&provider, &stem].into_iter().flatten() {
            if !name.starts_with(prefix.as_str()) {
                all.push(format!("{prefix}_{name}"));
            }
        }
    }
    all.push(variable(rule.id()).unwrap_or_else(|| "SECRET_VALUE".to_owned()));
    all.iter_mut().for_each(|name| name.truncate(LONGEST));
    let has_own = ranked.first().is_some_and(|(name, _)| !is_common(name));
    (all, has_own)
}

/// Whether rules of this provider are for credentials of any.
fn is_of_many(provider: &str) -> bool {
    ["Generic", "Function calls", "Command lines"].contains(&provider)
}

fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}

/// A name as variables of the environment have it: `stripe.apiKey` is `STRIPE_API_KEY`.
fn variable(name: &str) -> Option<String> {
    let mut words = String::new();
    let mut last = ' ';
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit()) {
                words.push('_');
            }
            words.push(c.to_ascii_uppercase());
        } else if !words.is_empty() && !words.ends_with('_') {
            words.push('_');
        }
        last = c;
    }
    let words = words.trim_end_matches('_');
    let words = ["SELF_", "THIS_"].iter().find_map(|own| words.strip_prefix(own)).unwrap_or(words);
    let is_name = words.starts_with(|c: char| c.is_ascii_uppercase()) && words.len() > 1;
    is_name.then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_variables() {
        let cases = [
            ("stripe.apiKey", Some("STRIPE_API_KEY")),
            ("self.token", Some("TOKEN")),
            ("DB_PASSWORD", Some("DB_PASSWORD")),
            ("settings['db']['pass-word']", Some("SETTINGS_DB_PASS_WORD")),
            ("AWSSecretKey", Some("AWSSECRET_KEY")),
            ("--token", Some("TOKEN")),
            ("9x", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(variable(name).as_deref(), expected, "{name}");
        }
    }
}
