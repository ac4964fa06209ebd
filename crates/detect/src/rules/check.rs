//! Proof that rules are as they should be and imply their keywords, and their examples with minted
//! secrets. `sprawl rules check`, the loading of users' files and the tests of the built-in rules run
//! this; what a scan finds in the examples is proved in [`examples`](crate::examples).

use super::mint::{Random, mint};
use super::{Detector, Fault, Rule, Rules, keywords};

/// Bytes of a keyword. The prefilter counts in 16 bits; a literal this long is a mistake anyway.
const LONGEST_KEYWORD: usize = 256;

/// Proves a file's rules.
///
/// # Errors
/// The id of the first rule that breaks its word, and how.
pub fn prove(rules: &[Rule]) -> Result<(), (String, Fault)> {
    for rule in rules {
        prove_statics(rule).map_err(|fault| (rule.id().to_owned(), fault))?;
    }
    Ok(())
}

/// Puts minted secrets into an example: `{secret}` and `{id of another rule}`.
///
/// # Errors
/// A rule named in braces is not known or cannot mint.
pub fn fill(
    rules: &Rules,
    rule: &Rule,
    example: &str,
    random: &mut Random,
) -> Result<(Vec<u8>, Vec<u8>), String> {
    let secret = mint(rule, random)?;
    let mut text = Vec::new();
    let mut rest = example;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        text.extend_from_slice(before.as_bytes());
        let close = from.find('}').unwrap_or(0);
        let name = from.get(1..close).unwrap_or("");
        if name == "secret" {
            text.extend_from_slice(&secret);
        } else if let Some((_, other)) = rules.named(name) {
            text.extend_from_slice(&mint(other, random)?);
        } else {
            text.push(b'{');
            rest = &from[1..];
            continue;
        }
        rest = &from[close + 1..];
    }
    text.extend_from_slice(rest.as_bytes());
    Ok((text, secret))
}

fn prove_statics(rule: &Rule) -> Result<(), Fault> {
    let id = rule.id();
    let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if id.is_empty() || !id.bytes().all(kebab) {
        return Err(Fault::of("id", "the id must be kebab-case: a-z, 0-9 and -"));
    }
    for (field, text) in [
        ("title", &rule.text.title),
        ("why", &rule.text.why),
        ("fix", &rule.text.fix),
        ("instead", &rule.text.instead),
    ] {
        if text.trim().is_empty() {
            return Err(Fault::of(field, format!("{field} is empty; say it in a sentence")));
        }
    }
    if rule.detector != Detector::Pattern {
        return Ok(());
    }
    let form = if rule.text.pattern.is_some() { "pattern" } else { "value" };
    let compiled = rule.compiled().map_err(|what| Fault::of(form, what))?;
    let near = rule.near();
    let (field, prefilter): (_, &[String]) = match near {
        Some(near) if rule.text.keywords.is_empty() => ("near.any", &near.any),
        _ => ("keywords", &rule.text.keywords),
    };
    if prefilter.is_empty() {
        let what = "has neither keywords nor near; name a literal that every match contains";
        return Err(Fault::of(field, what));
    }
    for (entry, word) in prefilter.iter().enumerate() {
        let fault = |what| Err(Fault::of_entry(field, entry, what));
        if word.len() < 3 || !word.is_ascii() {
            return fault(format!("`{word}` is too short or not ASCII; three bytes are the least"));
        }
        if word.len() > LONGEST_KEYWORD {
            return fault(format!(
                "a keyword has {} bytes, at most {LONGEST_KEYWORD} are allowed; its rarest part is \
                 enough",
                word.len()
            ));
        }
    }
    let words: Vec<&str> = prefilter.iter().map(AsRef::as_ref).collect();
    if !rule.text.keywords.is_empty() && !keywords::implied(&compiled.whole, &words) {
        let what = format!(
            "the pattern does not imply its keywords ({}): a match without any of them would be \
             lost; add what is missing, or move context words to near",
            words.join(", ")
        );
        return Err(Fault::of(field, what));
    }
    if near.is_none() && !rule.text.begins.is_empty() {
        let what = "has `begins` without `near`: what asks for no context needs none";
        return Err(Fault::of("begins", what));
    }
    if near.is_some_and(|near| near.within == 0 || near.within > 4096) {
        return Err(Fault::of("near.within", "near.within must be from 1 to 4096 bytes"));
    }
    Ok(())
}
