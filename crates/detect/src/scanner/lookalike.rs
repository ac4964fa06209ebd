//! Broken look-alikes: values in the place of a credential that cannot work, because they begin as a
//! known type does and are cut or mistyped, or have signs that no token has. They are no more than
//! weak findings.
//!
//! Only the literal beginning of a type tells. A vendor's name beside a value does not: under it stand
//! secrets that people chose (of webhooks, sessions, clients), and kinds of tokens that are newer than
//! the rules.

use std::ops::Range;

use super::{PREFIX, Scanner};
use crate::assignment::Measured;
use crate::assignment::names::Class;
use crate::generated::{is_generated_with_signs, may_be_of_a_generator};
use crate::identifier::{self, Cut, Digits};
use crate::rules::{Compiled, Rule, RuleId, Target};
use crate::text::is_uuid;
use crate::words;

/// Shortest beginning of a type that counts within a longer word, in bytes.
const LONG_PREFIX: usize = 5;

/// Maximum edit distance that still counts as a typing error; beyond it, it is another sort of value.
const SLIPS: usize = 2;

/// Shortest value that is hexadecimal but for a character or two not by chance, in bytes.
const LEAST_HEXADECIMAL: usize = 24;

/// Longest beginning of a value that is compared with a form, in bytes.
const LONGEST: usize = 400;

impl Scanner<'_> {
    /// Why the value is a credential that cannot work, if it is one.
    pub(super) fn broken(&self, text: &[u8], measured: &Measured) -> Option<&'static str> {
        let content = measured.assigned.content(text);
        let value = &content[..];
        let is_token = matches!(measured.name.class, Class::Token | Class::ApiKey | Class::Key);
        if is_token
            && has_foreign_sign(value)
            && (!may_be_of_a_generator(value)
                || is_token_with_a_slip(value)
                || self.has_prefix_of_a_type(value))
        {
            Some("it has a sign (# ! * $) that no token has")
        } else if is_token && begins_with_number(value) {
            Some("it begins with a number and a colon like a bot token, but is not one")
        } else if matches!(value.first(), Some(b'=' | b'?')) && !is_generated_with_signs(value) {
            Some("it begins with a sign of the text around it")
        } else if is_nearly_hexadecimal(value) {
            Some("it is hexadecimal but for a character or two")
        } else if denies_itself(&text[measured.name.span.clone()], value) {
            Some("its name says that it does not work")
        } else if self.begins_like_another_type(value) {
            Some("it has the prefix of a known type, but is cut, mistyped or fails its checksum")
        } else {
            None
        }
    }

    /// Whether the value has the literal prefix of a known type, at its beginning or within a longer
    /// word, and is nearly of that type. Had it been of it, the rule would have found it; so it is cut
    /// short, mistyped, made up, or its checksum does not hold.
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

    /// Whether the value begins as tokens of a known type do.
    fn has_prefix_of_a_type(&self, value: &[u8]) -> bool {
        // An object of JSON in base64: many sorts of tokens are one.
        let mut begins = value.starts_with(b"eyJ");
        let ask = |id: RuleId, found: &[u8]| {
            let compiled = self.rules.get(id).compiled().ok();
            compiled.is_some_and(|compiled| {
                is_distinctive(found) && compiled.public_prefix(value) > PREFIX
            })
        };
        self.rules.prefilter().each(value, |keyword, at| {
            let (length, targets) = self.rules.target(keyword);
            // The keyword of a type need not be its prefix.
            if length > PREFIX && !begins {
                begins = targets.iter().any(|target| match target {
                    Target::Rule(id) => ask(*id, &value[at..at + length]),
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
        let within = (found.len() >= LONG_PREFIX || written.as_bytes() == found)
            && keyword.start.checked_sub(1).is_some_and(|at| value[at].is_ascii_alphanumeric());
        // Many sorts of tokens begin with `eyJ`.
        let least = if keyword.start == 0 { PREFIX } else { LONG_PREFIX };
        (compiled.public_prefix(value) >= least && is_nearly(rule, compiled, value))
            || (within && compiled.public_prefix(&value[keyword.start..]) >= PREFIX)
    }
}

/// Whether a value is cut short, mistyped, or one that goes on. Anything else behind the same prefix
/// is another kind of the vendor's tokens: `sbp_v0_...` beside `sbp_...`.
fn is_nearly(rule: &Rule, compiled: &Compiled, value: &[u8]) -> bool {
    let goes_on = || {
        let shape = compiled.secret.properties();
        let (least, longest) = (shape.minimum_len(), shape.maximum_len());
        let mut lengths = least.unwrap_or(0)..=longest.unwrap_or(0).min(value.len()).min(LONGEST);
        lengths.any(|length| value.get(..length).is_some_and(|whole| rule.has_shape(whole)))
    };
    let slips = rule.distance(value, SLIPS).is_some_and(|far| far.is_cut || far.edits.is_some());
    slips || goes_on()
}

/// Whether a value begins with a number and a colon, as tokens of bots do. Had it been one, a rule would
/// have it.
fn begins_with_number(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    (4..=20).contains(&digits) && value.get(digits) == Some(&b':')
}

/// Whether a value is hexadecimal but for one letter or two.
fn is_nearly_hexadecimal(value: &[u8]) -> bool {
    let others = value.iter().filter(|b| !b.is_ascii_hexdigit()).count();
    value.len() >= LEAST_HEXADECIMAL
        && !value.starts_with(b"0x")
        && (1..=SLIPS).contains(&others)
        && value.iter().all(u8::is_ascii_alphanumeric)
}

/// Whether a name says that its value is none: `nonMatchingToken`, `malformed_key`; or that it is the
/// number of an error, `INVALID_TOKEN = "<UUID>"`.
fn denies_itself(name: &[u8], value: &[u8]) -> bool {
    const WORD: Cut = Cut { digits: Digits::Ends, abbreviations: true, foreign: false };
    let is = |said: &[u8], word: &str| said.eq_ignore_ascii_case(word.as_bytes());
    let is_one = |said: &[u8], words: &[&str]| words.iter().any(|word| is(said, word));
    let words = identifier::words(name, WORD);
    let first = words.clone().next().unwrap_or_default();
    let mut pairs = words.clone().zip(words.clone().skip(1));
    pairs.any(|(word, next)| is(word, "non") && next.get(..5).is_some_and(|n| is(n, "match")))
        || words.clone().any(|word| is_one(word, &["malformed", "nonmatching", "nonexistent"]))
        || (is_one(first, &["invalid", "wrong"]) && is_uuid(value))
}

/// Whether a keyword could hardly stand in a value by chance: it has a sign in it or both cases, or is
/// long and no word.
fn is_distinctive(keyword: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| keyword.iter().any(test);
    has(|b| !b.is_ascii_alphanumeric())
        || (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
        || (keyword.len() >= LONG_PREFIX && !words::is_common(&keyword.to_ascii_lowercase()))
}

/// Whether a value has signs that stand in no alphabet of tokens.
fn has_foreign_sign(value: &[u8]) -> bool {
    value.iter().any(|byte| matches!(byte, b'#' | b'!' | b'*' | b'$'))
}

/// Whether a value is written as long tokens are but for exclamation marks, and is in parts as those of
/// vendors are: generators that draw signs draw others, too.
fn is_token_with_a_slip(value: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count();
    let of_token = |b: &u8| b.is_ascii_alphanumeric() || b"!-_.:|=".contains(b);
    let marks = count(|b| *b == b'!');
    value.len() >= LEAST_HEXADECIMAL
        && (1..=value.len() / 8).contains(&marks)
        && count(|b| matches!(b, b'-' | b':' | b'|' | b'.')) <= 3
        && value.iter().all(of_token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Confidence;
    use crate::rules::Rules;

    /// Confidence of what is found in a text besides what has a form.
    fn confidence(text: &str) -> Option<Confidence> {
        let rules = Rules::builtin();
        let found = Scanner::new(&rules).candidates(text.as_bytes());
        found.iter().map(|candidate| candidate.confidence).max()
    }

    fn body() -> String {
        ["Zk3vQ9xW", "b7Lm2Rt8", "Yp5Nc4Hd", "s6Gf1Jq0"].concat()
    }

    fn digits() -> String {
        ["0f1e2d3c", "4b5a6978", "8796a5b4", "c3d2e1f0"].concat()
    }

    #[test]
    fn a_vendor_beside_a_value_does_not_hide_it() {
        let (body, digits) = (body(), digits());
        for text in [
            format!("service_api_key = \"{body}\""),
            format!("datadog_host = \"eu\"\nservice_api_key = \"{}\"", &body[1..]),
            format!("Sent to the Shodan API\nAPI_KEY=\"{}\"", &body[1..]),
            format!("lookerToken = \"{}\"", &body[..20]),
            format!("DATADOG_API_KEY = \"{}\"", &digits[1..]),
            format!("DATADOG_API_KEY = \"{digits}7\""),
            format!("deepgram_key = \"{digits}\""),
            format!("shodanKey = \"{}\"", &body[1..]),
            format!("OKTA_CLIENT_SECRET={body}{}", &body[..8]),
            format!("okta_api_token: '{body}{}'", &body[..10]),
            format!("BUILDKITE_WEBHOOK_TOKEN={digits}"),
            format!("const githubWebhookSecret = \"{digits}\";"),
            format!("SONAR_WEBHOOK_SECRET={digits}"),
            format!("MAILGUN_WEBHOOK_SIGNING_SECRET={digits}"),
            format!("service_api_key = \"{}#{}\"", &body[..9], &body[9..]),
        ] {
            assert_eq!(confidence(&text), Some(Confidence::Pattern), "{text}");
        }
    }

    #[test]
    fn new_kinds_of_a_known_family_are_no_slips() {
        let (body, digits) = (body(), digits());
        for text in [
            format!("SENTRY_AUTH_TOKEN=sntryq_{digits}{digits}"),
            format!("SHOPIFY_CLI_TOKEN=shpzta_{digits}"),
            format!("POSTHOG_TOKEN=phq_{body}{}", &body[..11]),
            format!("SUPABASE_ACCESS_TOKEN=sbp_beta_{digits}{}", &digits[..8]),
        ] {
            assert!(confidence(&text) >= Some(Confidence::Pattern), "{text}");
        }
    }

    #[test]
    fn what_cannot_work_is_weak() {
        let (body, digits) = (body(), digits());
        for text in [
            format!("service_api_key = \"{}#{}\"", "QZKXVWBJHG", "tzyxvqkjwm"),
            format!("service_token = \"dckr_pat_{}\"", &body[..20]),
            format!("service_token = \"dckr_pat_{}\"", &body[..28]),
            format!("service_token = \"dckr_pat_{body}{body}{body}\""),
            format!("service_token = \"{}dckr_pat_{}\"", &body[..8], &body[..27]),
            format!("service_key = \"sk-proj-{}T3BlbkFJ{}\"", &body[..20], &body[..9]),
            format!("service_key = \"{}\"", digits.replace('7', "t").replacen('t', "7", 1)),
            format!("service_key = \"={}\"", &body[1..]),
            format!("service_token = \"40291:{body}\""),
            format!("nonMatchingToken = \"{body}\""),
            format!(
                "const INVALID_TOKEN = \"{}-{}-{}-{}-{}\"",
                &digits[..8],
                &digits[8..12],
                &digits[12..16],
                &digits[16..20],
                &digits[20..]
            ),
        ] {
            assert_eq!(confidence(&text), Some(Confidence::Weak), "{text}");
        }
    }
}
