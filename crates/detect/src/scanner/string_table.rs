//! String tables: prefixes of tokens that other strings follow. In the tables of a program's literals,
//! nothing stands between one string and the next, and a list of prefixes or of names that begin with
//! one looks like tokens.

use crate::rules::Rules;
use crate::words;

/// Bytes behind a prefix that are looked at.
const LOOKED_AT: usize = 64;

/// Shortest keyword of a rule that counts, in bytes.
const KEYWORD: usize = 4;

/// Letters of words behind a prefix that are no chance.
const LETTERS: usize = 12;

/// Letters of a word that is hardly met by chance.
const LONG_WORD: usize = 5;

/// Whether what follows a prefix is other prefixes or words, and not the rest of a token.
///
/// A token of 20 characters has two prefixes of other types in it in one of 100,000 cases, and next
/// to none is four fifths words.
pub(super) fn runs_on(rules: &Rules, body: &[u8]) -> bool {
    let body = &body[..body.len().min(LOOKED_AT)];
    // Generators leave out neither digits nor capitals over such a length, as names with dashes do.
    let has = |is: fn(&u8) -> bool| body.iter().any(is);
    let plain = !has(u8::is_ascii_digit) && !has(u8::is_ascii_uppercase);
    let tenths = if plain { 5 } else { 8 };
    let letters = body.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_words =
        letters >= LETTERS && letters * 3 >= body.len() * 2 && words::cover(body, tenths);
    // Capitals alone, of which one in 28 tokens of base 32 consists, in sequences that words have.
    let is_capitals = || {
        letters >= LETTERS && body.iter().all(u8::is_ascii_uppercase) && {
            let reading = words::read(body);
            reading.known >= LONG_WORD && reading.odd * 4 <= letters
        }
    };
    is_words || is_capitals() || has_prefixes(rules, body)
}

/// Whether a third of a text is prefixes of tokens, at least two.
fn has_prefixes(rules: &Rules, body: &[u8]) -> bool {
    let (mut covered, mut count) = (0_u64, 0);
    rules.prefilter().each(body, |keyword, at| {
        let (length, _) = rules.target(keyword);
        let sign = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b':' | b'/');
        if length >= KEYWORD && rules.prefilter().keyword(keyword).iter().any(sign) {
            let ones = u64::MAX >> (64 - length.min(64));
            // One within another is not counted again.
            count += usize::from(covered & (ones << at) == 0);
            covered |= ones << at;
        }
    });
    count >= 2 && covered.count_ones() as usize * 3 >= body.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::mint::{Random, mint};

    #[test]
    fn strings_behind_a_prefix_are_no_token() {
        let rules = Rules::builtin();
        for body in [
            "sq0csp-sqa_sqco_sqlserver://sqp_",
            "glsa_glsoat-glwt-go-cardless",
            "gldt-glptt-glagent-glft-",
            "server_connection_manager_timeout",
            "secret-keydnsservice-api-keydnsimple-tokendocker-hub",
            "InternalPrefixOfTheTokens",
            "ANDPACIFICREGION",
            "SOUTHEASTMARKETS",
        ] {
            assert!(runs_on(&rules, body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn tokens_are_no_strings() {
        let rules = Rules::builtin();
        let mut random = Random::new(5);
        for (_, rule) in rules.iter() {
            let Ok(compiled) = rule.compiled() else { continue };
            for _ in 0..20 {
                let Ok(token) = mint(rule, &mut random) else { break };
                let prefix = compiled.public_prefix(&token);
                if prefix >= super::super::PREFIX && !rule.kind.is_guessable() {
                    let text = String::from_utf8_lossy(&token);
                    assert!(!runs_on(&rules, &token[prefix..]), "{}: {text}", rule.id());
                }
            }
        }
    }
}
