//! Pairs: which of the secrets of a text belong together, and what one tells of the type of the other.

use std::ops::Range;

use super::Candidate;
use crate::evidence::{Confidence, Evidence};
use crate::rules::schema::PartnerText;
use crate::rules::{Detector, Rule, RuleId, Rules};
use crate::score::{Reach, Usability};

/// Bytes between an id and a value that gets its type from it: they stand side by side.
const BESIDE: usize = 120;

/// Gives values that are known by their name alone the type that an id beside them tells: a token of the
/// right form beside the id of a Twilio account is Twilio's. The candidates are in order of place.
pub(super) fn type_by_ids(rules: &Rules, text: &[u8], kept: &mut [Candidate]) {
    for at in 0..kept.len() {
        let rule = rules.get(kept[at].rule);
        let Some(partner) = rule.partner().filter(|_| rule.alone == Usability::IdOnly) else {
            continue;
        };
        let here = kept[at].secret.clone();
        let within = partner.within.min(BESIDE);
        let is_close = |other: &usize| distance(&here, &kept[*other].secret) <= within;
        // Most write the id first.
        let behind = (at + 1..kept.len()).take_while(is_close);
        let near: Vec<usize> = behind.chain((0..at).rev().take_while(is_close)).collect();
        if near.iter().any(|other| answers(rules, partner, kept[*other].rule)) {
            continue;
        }
        let typed = near
            .into_iter()
            .find_map(|other| Some((other, type_of(rules, text, partner, &kept[other])?)));
        if let Some((other, id)) = typed {
            let value = &mut kept[other];
            value.rule = id;
            value.confidence = value.confidence.max(Confidence::Pattern);
            value.evidence.insert(0, Evidence::Near);
        }
    }
}

/// The type of the other half that a value has the form of, if nothing but its name says what it is.
fn type_of(
    rules: &Rules,
    text: &[u8],
    partner: &PartnerText,
    candidate: &Candidate,
) -> Option<RuleId> {
    let rule = rules.get(candidate.rule);
    let is_open = rule.detector == Detector::Assignment
        && rule.reach == Reach::Generic
        && candidate.identity.is_none()
        && !candidate.usability.contains(&Usability::Placeholder);
    let value = text.get(candidate.secret.clone()).filter(|_| is_open)?;
    let others = partner.rules.iter().filter_map(|name| rules.named(name));
    let mut fitting = others.filter(|(_, other)| other.is_of(value));
    fitting.next().map(|(id, _)| id)
}

/// Joins the halves of pairs, which are in order of place. One that has no other half near it is of less
/// use.
///
/// In a list of pairs an id may be closer to the secret before it than to its own, so pairs are first made
/// in the order of the text, each half in one of them. What is left over, such as the second secret of an
/// id, goes with the nearest.
pub(super) fn join(rules: &Rules, kept: &mut [Candidate]) {
    let partner = |at: usize, kept: &[Candidate]| rules.get(kept[at].rule).partner();
    let mut has_other = vec![false; kept.len()];
    for at in 0..kept.len() {
        for before in (0..at).rev() {
            let between = distance(&kept[before].secret, &kept[at].secret);
            let wants = |one: usize, other: usize| {
                partner(one, kept)
                    .filter(|partner| answers(rules, partner, kept[other].rule))
                    .map(|partner| between <= partner.within)
            };
            let (forth, back) = (wants(before, at), wants(at, before));
            if between > FARTHEST {
                break;
            }
            let is_free = |wanted: Option<bool>, one: usize| {
                wanted.is_none_or(|is_close| is_close && !has_other[one])
            };
            if (forth.is_some() || back.is_some()) && is_free(forth, before) && is_free(back, at) {
                has_other[before] |= forth.is_some();
                has_other[at] |= back.is_some();
                link(kept, before, at);
                break;
            }
        }
    }
    for at in 0..kept.len() {
        let rule = rules.get(kept[at].rule);
        let Some(partner) = rule.partner().filter(|_| !has_other[at]) else { continue };
        match nearest(rules, partner, kept, at) {
            Some(other) => link(kept, at, other),
            None => kept[at].usability.push(rule.alone),
        }
    }
}

/// No halves of a pair are farther apart.
const FARTHEST: usize = 1 << 12;

/// The nearest other half of a candidate that is close enough.
fn nearest(rules: &Rules, partner: &PartnerText, kept: &[Candidate], at: usize) -> Option<usize> {
    let here = &kept[at].secret;
    // In order of place, and without overlaps: beyond the first that is too far, all are.
    let is_close = |other: &usize| distance(here, &kept[*other].secret) <= partner.within;
    let before = (0..at).rev().take_while(is_close);
    let behind = (at + 1..kept.len()).take_while(is_close);
    before
        .chain(behind)
        .filter(|other| answers(rules, partner, kept[*other].rule))
        .min_by_key(|other| (distance(here, &kept[*other].secret), *other))
}

fn link(kept: &mut [Candidate], one: usize, other: usize) {
    for (from, to) in [(one, other), (other, one)] {
        if !kept[from].companions.contains(&to) {
            kept[from].companions.push(to);
        }
    }
}

/// Whether a rule finds the other half that a pair asks for.
fn answers(rules: &Rules, partner: &PartnerText, rule: RuleId) -> bool {
    let rule: &Rule = rules.get(rule);
    partner.rules.iter().any(|name| rule.answers_to(name))
}

fn distance(a: &Range<usize>, b: &Range<usize>) -> usize {
    b.start.saturating_sub(a.end).max(a.start.saturating_sub(b.end))
}

#[cfg(test)]
mod tests {
    use crate::Scanner;
    use crate::rules::Rules;
    use crate::rules::mint::{Random, mint};
    use crate::score::Usability;

    fn minted(rules: &Rules, rule: &str, seed: u64) -> String {
        let (_, rule) = rules.named(rule).unwrap();
        String::from_utf8(mint(rule, &mut Random::new(seed)).unwrap()).unwrap()
    }

    /// The pairs of a text, as the rules of both halves and the numbers of their lines.
    fn pairs(rules: &Rules, text: &str) -> Vec<(usize, usize)> {
        let found = Scanner::new(rules).candidates(text.as_bytes());
        let line = |at: usize| text[..found[at].secret.start].matches('\n').count();
        let mut all: Vec<(usize, usize)> = (0..found.len())
            .flat_map(|at| found[at].companions.iter().map(move |other| (at, *other)))
            .filter(|(one, other)| one < other)
            .map(|(one, other)| (line(one), line(other)))
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn in_a_list_of_pairs_each_half_has_its_own() {
        let rules = Rules::builtin();
        let mut text = String::new();
        for number in 1..5 {
            let id = minted(&rules, "aws-access-key-id", number);
            let secret = minted(&rules, "aws-secret-access-key", number);
            text += &format!("aws_access_key_id={id}\naws_secret_access_key={secret}\n");
        }
        assert_eq!(pairs(&rules, &text), [(0, 1), (2, 3), (4, 5), (6, 7)]);
        // The second secret of an id, as after a rotation.
        let second = minted(&rules, "aws-secret-access-key", 9);
        text += &format!("aws_secret_access_key={second}\n");
        assert_eq!(pairs(&rules, &text), [(0, 1), (2, 3), (4, 5), (6, 7), (6, 8)]);
    }

    #[test]
    fn an_id_tells_the_type_of_the_value_beside_it() {
        let rules = Rules::builtin();
        let (id, token) =
            (minted(&rules, "twilio-account-sid", 1), minted(&rules, "twilio-auth-token", 1));
        let types = |text: &str| -> Vec<String> {
            let found = Scanner::new(&rules).candidates(text.as_bytes());
            found.iter().map(|one| rules.get(one.rule).id().to_owned()).collect()
        };
        let text = format!("account_sid = \"{id}\"\nauth_token = \"{token}\"\n");
        assert_eq!(types(&text), ["twilio-account-sid", "twilio-auth-token"]);
        let turned = format!("auth_token: {token}\naccount_sid: {id}\n");
        assert_eq!(types(&turned), ["twilio-auth-token", "twilio-account-sid"]);
        // What has another form is another thing, and so is what is far away.
        let other = format!("account_sid = \"{id}\"\nauth_token = \"{}\"\n", &token[1..]);
        assert!(!types(&other).contains(&"twilio-auth-token".to_owned()));
        let far =
            format!("account_sid = \"{id}\"\n{}\nauth_token = \"{token}\"\n", "# x\n".repeat(99));
        assert!(!types(&far).contains(&"twilio-auth-token".to_owned()));
    }

    #[test]
    fn a_half_alone_is_of_less_use() {
        let rules = Rules::builtin();
        let id = minted(&rules, "aws-access-key-id", 1);
        let found = Scanner::new(&rules).candidates(format!("id = {id}\n").as_bytes());
        assert!(found[0].usability.contains(&Usability::IdOnly));
    }
}
