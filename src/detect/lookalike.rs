//! Broken look-alikes: values in the place of a credential that cannot work, because they are almost
//! what a known type looks like and not quite. They are cut short, mistyped or made up, so that they
//! are no more than weak findings.

use std::ops::Range;

use super::assignment::names::Class;
use super::assignment::{Measured, words};
use super::{PREFIX, Scanner, Standing};
use crate::rules::lexicon::{self, Form};
use crate::rules::shape::Distance;
use crate::rules::{Kind, RuleId, Target};

/// Shortest word that names a vendor wherever it stands, in bytes.
const VENDOR: usize = 5;

/// Shortest word that names a vendor if it stands alone, in bytes.
const VENDOR_ALONE: usize = 4;

/// Bytes before a name and after its value in which a vendor may stand whom the name does not tell.
const AROUND: usize = 200;

/// Bytes before a name, on its line, that belong to what it says: `datadog prod key: ...`.
const BEFORE: usize = 24;

/// So many characters too many, too few or other ones are a slip; more are another sort of value.
const SLIPS: usize = 2;

/// Values of a form with at least so many characters are not close to it by chance.
const LEAST: usize = 20;

/// The same where the vendor stands somewhere around.
const LONG: usize = 28;

impl Scanner<'_> {
    /// Whether the value is a credential that cannot work: it begins as those of a known type do, it
    /// almost has the form of the vendor's whom its name or the text around tells, or it has signs
    /// that no token has.
    pub(super) fn is_broken(&self, text: &[u8], measured: &Measured) -> bool {
        let content = measured.assigned.content(text);
        let value = &content[..];
        let is_token = matches!(measured.name.class, Class::Token | Class::ApiKey | Class::Key);
        (is_token && (has_foreign_sign(value) || begins_with_number(value)))
            || matches!(value.first(), Some(b'=' | b'?'))
            || is_nearly_hexadecimal(value)
            || denies_itself(&text[measured.name.span.clone()])
            || self.begins_like_another_type(value)
            || (measured.name.class != Class::Password
                && self.misses_its_vendor(text, measured, value))
    }

    /// Whether a vendor is named whose forms the value has not, but almost.
    fn misses_its_vendor(&self, text: &[u8], measured: &Measured, value: &[u8]) -> bool {
        let name = &measured.name.span;
        let line = text[..name.start].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let start = line.max(name.start.saturating_sub(BEFORE));
        let named = &text[start..measured.assigned.value.start];
        if let Some(closeness) = self.closeness(named, value) {
            return (Closeness::Cut..=Closeness::Slip).contains(&closeness);
        }
        if !lexicon::words(&text[name.clone()]).iter().all(|word| lexicon::is_generic(word)) {
            return false;
        }
        let around = measured.around(text, AROUND).into_iter();
        let close = around.filter_map(|around| self.closeness(around, value));
        close.max() == Some(Closeness::Slip)
    }

    /// How close a value comes to the forms of the vendors that a text names; `None`: it names none.
    fn closeness(&self, text: &[u8], value: &[u8]) -> Option<Closeness> {
        let of_rule = |id: &RuleId| {
            let rule = self.rules.get(*id);
            let is_token = matches!(rule.kind, Kind::ApiKey | Kind::Token)
                && Standing::of(rule) != Standing::Generic;
            rule.distance(value, SLIPS).filter(|_| is_token)
        };
        let of_form = |form: &Form| Some(form.distance(value, SLIPS));
        let (rules, forms) = self.vendors(text);
        let all = rules.iter().map(of_rule).chain(forms.iter().map(of_form));
        all.flatten().map(|(distance, least)| Closeness::of(distance, value, least)).max()
    }

    /// The types of the vendors that a text names.
    fn vendors(&self, text: &[u8]) -> (Vec<RuleId>, Vec<Form>) {
        let (mut rules, mut forms) = (Vec::new(), Vec::new());
        let words = lexicon::words(text);
        self.rules.prefilter().each(text, |keyword, _| {
            let (length, targets) = self.rules.target(keyword);
            let keyword = self.rules.prefilter().keyword(keyword);
            let alone = || words.iter().any(|word| word.as_bytes() == keyword);
            let tells =
                (length >= VENDOR || (length >= VENDOR_ALONE && alone())) && tells_vendor(keyword);
            rules.extend(targets.iter().filter(|_| tells).filter_map(|target| match target {
                Target::Rule(id) => Some(*id),
                Target::Keys | Target::Assignment => None,
            }));
        });
        let pairs = words.windows(2).map(|pair| pair.concat());
        for word in words.iter().cloned().chain(pairs).filter(|word| word.len() >= VENDOR_ALONE) {
            rules.extend(self.rules.of_vendor(&word));
            forms.extend(lexicon::form_named(&word));
        }
        rules.sort_unstable();
        rules.dedup();
        (rules, forms)
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
}

/// How close a value comes to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// Something else.
    Far,
    /// The beginning of it.
    Cut,
    /// It, but for a slip or two.
    Near,
    /// Long, and it but for one slip, or a few in the same length: of nothing else by chance.
    Slip,
    /// It.
    Met,
}

impl Closeness {
    /// Of a value to a form of which values have at least `least` characters.
    fn of(distance: Distance, value: &[u8], least: usize) -> Self {
        match distance.edits {
            Some(0) => Self::Met,
            Some(edits) if least >= LONG && (edits == 1 || value.len() == least) => Self::Slip,
            Some(_) if least >= LEAST => Self::Near,
            // In a larger alphabet, shorter values are the vendor's ids.
            _ if distance.is_cut && value.len() * 2 >= least && ends_hexadecimal(value) => {
                Self::Cut
            }
            _ => Self::Far,
        }
    }
}

/// Whether a context word of a rule tells a vendor: `datadog`, but not `access_token`.
fn tells_vendor(keyword: &[u8]) -> bool {
    let says_nothing = |word: &String| {
        lexicon::is_generic(word)
            || words::is_common(word.as_bytes())
            || ["oauth", "id", "accesstoken", "apikey", "authtoken", "secretkey"]
                .contains(&word.as_str())
    };
    !lexicon::words(keyword).iter().all(says_nothing)
}

/// Whether a value begins with a number and a colon, as tokens of bots do. Had it been one, a rule would
/// have it.
fn begins_with_number(value: &[u8]) -> bool {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    (4..=20).contains(&digits) && value.get(digits) == Some(&b':')
}

/// Whether a value ends with more hexadecimal digits than chance would have it.
fn ends_hexadecimal(value: &[u8]) -> bool {
    value.len() >= LEAST && value[value.len() - LEAST + 4..].iter().all(u8::is_ascii_hexdigit)
}

/// Whether a value is hexadecimal but for one letter or two.
fn is_nearly_hexadecimal(value: &[u8]) -> bool {
    let others = value.iter().filter(|b| !b.is_ascii_hexdigit()).count();
    value.len() >= LEAST + 4
        && !value.starts_with(b"0x")
        && (1..=SLIPS).contains(&others)
        && value.iter().all(u8::is_ascii_alphanumeric)
}

/// Whether a name says that its value is none: `nonMatchingToken`, `malformed_key`.
fn denies_itself(name: &[u8]) -> bool {
    let words = lexicon::words(name);
    words.windows(2).any(|pair| pair[0] == "non" && pair[1].starts_with("match"))
        || words
            .iter()
            .any(|word| matches!(word.as_str(), "malformed" | "nonmatching" | "nonexistent"))
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
    use crate::finding::Confidence;
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
        for whole in [
            format!("service_api_key = \"{body}\""),
            // The form of another vendor's values says nothing about this one's.
            format!("datadog_host = \"eu\"\nservice_api_key = \"{}\"", &body[1..]),
            // Shorter than the secret, but no beginning of it by its letters: an id.
            format!("lookerToken = \"{}\"", &body[..20]),
        ] {
            assert_eq!(confidence(&whole), Some(Confidence::Pattern), "{whole}");
        }
        for text in [
            format!("service_api_key = \"{}#{}\"", &body[..9], &body[9..]),
            format!("service_token = \"dckr_pat_{}\"", &body[..20]),
            format!("service_token = \"{}dckr_pat_{}\"", &body[..8], &body[..27]),
            format!("service_key = \"sk-proj-{}T3BlbkFJ{}\"", &body[..20], &body[..9]),
            format!("DATADOG_API_KEY = \"{}\"", &digits[1..]),
            format!("DATADOG_API_KEY = \"{digits}7\""),
            format!("deepgram_key = \"{digits}\""),
            format!("shodanKey = \"{}-\"", &body[..31]),
            format!("Sent to the Shodan API\nAPI_KEY=\"{}\"", &body[..31]),
            format!("service_key = \"{}\"", digits.replace('7', "t").replacen('t', "7", 1)),
            format!("service_key = \"={}\"", &body[1..]),
            format!("service_token = \"40291:{body}\""),
            format!("nonMatchingToken = \"{body}\""),
        ] {
            assert_eq!(confidence(&text), Some(Confidence::Weak), "{text}");
        }
    }
}
