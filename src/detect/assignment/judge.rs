//! The verdict: is a value that stands where a secret would stand one, and how sure are we?

use std::ops::Range;

use super::features::{FEATURES, Feature};
use super::grammar::{Assigned, Joint, Quoting};
use super::names::{Class, Name};
use super::values::{self, Shape, Strength};
use super::{Measured, features, lexicon, model, words};
use crate::detect::placeholder;
use crate::finding::Confidence;

/// Odds from which a value is reported at all, in 1/1024. Chosen where precision and recall balance
/// over repositories that were not learned from.
pub const WEAK: i32 = -1024;

/// Odds from which it is reported by default: nine of ten are secrets.
pub const PATTERN: i32 = -128;

/// Odds from which a few letters without a known word are: they could be a word of any language.
pub const SURE: i32 = 640;

/// What was decided about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How sure we are; `None`: not reported.
    pub confidence: Option<Confidence>,
    /// Log-odds of a secret in 1/1024.
    pub odds: i32,
    /// Whether it is a password that somebody would try first.
    pub is_weak: bool,
}

/// Why a value is plainly no secret; `None` if that takes weighing. Cheap.
pub fn plainly_none(text: &[u8], name: &Name, assigned: &Assigned) -> Option<&'static str> {
    let content = assigned.content(text);
    let value = &content[..];
    let shortest = if assigned.scheme.is_some() { SHORTEST_IN_HEADER } else { SHORTEST };
    if value.len() < shortest {
        return Some("too short");
    }
    if !value.iter().any(u8::is_ascii_alphanumeric) {
        return Some("neither letters nor digits");
    }
    if assigned.joint == Joint::Within {
        return None;
    }
    if name.has(lexicon::PUBLIC) && name.class != Class::Password {
        return Some("public by its name");
    }
    let bare = assigned.quoting == Quoting::Bare;
    if bare && is_code(text, assigned) {
        return Some("code");
    }
    if values::is_pattern(value) {
        return Some("a pattern");
    }
    if is_message(text, name, assigned, value) {
        return Some("a message");
    }
    if name.class == Class::Token && follows_public_key(text, name) {
        return Some("public by its name");
    }
    if matches!(name.class, Class::Token | Class::ApiKey | Class::Key) && value.iter().any(no_token)
    {
        return Some("signs that no token has");
    }
    if name.has(lexicon::DIGEST) && is_digest(value) {
        return Some("a hash by its name");
    }
    let shape = values::shape(value);
    let is_word = matches!(
        shape,
        Shape::Lower | Shape::Capitalised | Shape::Camel | Shape::Snake | Shape::Kebab
    );
    match shape {
        Shape::Url => Some("an address"),
        _ if value.starts_with(b"urn:") => Some("an address"),
        Shape::Path => Some("a path"),
        Shape::Hash => Some("a hash"),
        Shape::Ciphertext => Some("ciphertext"),
        Shape::Number => Some("a number, version or date"),
        Shape::Keyword if !bare || assigned.joint != Joint::Colon => Some("a word of the language"),
        Shape::Dotted | Shape::Capitalised | Shape::Template | Shape::UpperSnake if bare => {
            Some("code")
        }
        Shape::Template => Some("a template"),
        Shape::Dotted | Shape::Sentence if name.class == Class::Key => Some("a name or text"),
        _ if is_word && name.class == Class::Key => Some("a name"),
        _ => None,
    }
}

/// Whether a password's name and value are a message: the beginning of a string, as in
/// `"PASS: vxlan"`, or the text of a result, as in `test_pass("done\n")`.
fn is_message(text: &[u8], name: &Name, assigned: &Assigned, value: &[u8]) -> bool {
    let in_string = || {
        let before = name.span.start.checked_sub(1).map(|at| text[at]);
        matches!(before, Some(b'"' | b'\'')) && !assigned.quoted_name
    };
    let word = || value.iter().all(|b| b.is_ascii_alphabetic() || b"_+-".contains(b));
    name.class == Class::Password
        && match assigned.joint {
            Joint::Colon => assigned.quoting == Quoting::Bare && in_string() && word(),
            Joint::Call => value.ends_with(b"\\n"),
            _ => false,
        }
}

/// Whether the name is the end of `Public Key Token`: part of the name of an assembly of .NET.
fn follows_public_key(text: &[u8], name: &Name) -> bool {
    const BEFORE: &[u8] = b"public key ";
    let from = name.span.start.saturating_sub(BEFORE.len());
    text[from..name.span.start].eq_ignore_ascii_case(BEFORE)
}

/// Characters outside of all alphabets in which tokens are written (RFC 6750, section 2.1, and the
/// URL-encoded forms of those).
fn no_token(byte: &u8) -> bool {
    matches!(byte, b'?' | b'^' | b'@')
}

/// Whether a value has the length of a digest in hexadecimal: MD5 to SHA-512.
fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether what stands without quotes is an expression of a programming language.
fn is_code(text: &[u8], assigned: &Assigned) -> bool {
    let rest = &text[assigned.end..(assigned.end + 24).min(text.len())];
    let value = &text[assigned.value.clone()];
    if matches!(rest.first(), Some(b'(' | b'[' | b'{' | b'.'))
        || matches!(assigned.joint, Joint::Arrow | Joint::Default)
        || rest.starts_with(b" {")
        || value.starts_with(b"(")
    {
        return true;
    }
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    if !value.iter().all(name) {
        return false;
    }
    // `key = name;` and `key = name (...)`; in shells and connection strings no blanks stand there.
    let apart = assigned.value.start.checked_sub(1).is_some_and(|at| text[at] == b' ');
    let reading = words::read(value);
    let type_name = value[0].is_ascii_uppercase()
        && values::shape(value) == Shape::Camel
        && reading.known * 2 >= reading.letters;
    let ends = match rest.first() {
        Some(b';') => assigned.joint != Joint::Blank,
        // A constant in a list of them.
        Some(b',') => assigned.joint == Joint::Equals,
        _ => type_name && matches!(assigned.joint, Joint::Equals | Joint::Blank),
    };
    let operators = [&b" ("[..], b" {", b" + ", b" - ", b" | ", b" & ", b" ? ", b" == ", b" != "];
    apart && (ends || operators.iter().any(|sign| rest.starts_with(sign)))
}

/// Shortest value that is weighed, in bytes.
const SHORTEST: usize = 4;

/// Shortest token that is not weak: fewer characters could all be tried.
const SHORTEST_TOKEN: usize = 10;

/// Shortest behind a scheme: no token is shorter, and no user and password in base64.
const SHORTEST_IN_HEADER: usize = 8;

/// Decides about a measured value.
pub fn verdict(text: &[u8], measured: &Measured) -> Verdict {
    if plainly_none(text, &measured.name, &measured.assigned).is_some() {
        return Verdict { confidence: None, odds: i32::MIN, is_weak: false };
    }
    let mut odds = model::odds(&measured.vector);
    if speaks_for_itself(measured) {
        odds = odds.max(PATTERN);
    }
    let strength = strength(text, measured);
    let least = match strength {
        Strength::Guessed => i32::MAX,
        Strength::Letters => SURE,
        Strength::Mixed => PATTERN,
    };
    let confidence = if odds < WEAK {
        None
    } else if odds < least {
        Some(Confidence::Weak)
    } else {
        Some(Confidence::Pattern)
    };
    Verdict { confidence, odds, is_weak: strength == Strength::Guessed }
}

/// How hard a value is to guess where it stands. Placeholders are known to everybody, and what is no
/// secret by its surroundings needs no guessing.
pub fn strength(text: &[u8], measured: &Measured) -> Strength {
    let value = measured.assigned.content(text);
    let strength = values::strength(&value);
    let known = placeholder::placeholder(&value).is_some()
        || values::is_escaped(&value)
        || (value.len() < SHORTEST_TOKEN
            && matches!(measured.name.class, Class::Token | Class::Auth))
        || is_text(text, measured, &value, strength)
        || is_identifier(text, measured, &value);
    if known { Strength::Guessed } else { strength }
}

/// Whether a value is written for people: a label, a translation among others, a message, what a
/// button says.
fn is_text(text: &[u8], measured: &Measured, value: &[u8], strength: Strength) -> bool {
    let Measured { name, assigned, vector } = measured;
    let is_yours = || {
        name.words(text).any(|word| word.get(..4).is_some_and(|w| w.eq_ignore_ascii_case(b"your")))
    };
    let words = value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'));
    let before = name.span.start.checked_sub(1).map(|at| text[at]);
    let in_string = matches!(before, Some(b'"' | b'\'')) && !assigned.quoted_name;
    let bare = assigned.quoting == Quoting::Bare;
    !value.is_ascii()
        || value.ends_with(b":")
        || (strength == Strength::Letters && (vector.get(Feature::TextNear) > 0 || is_yours()))
        || (words && vector.get(Feature::NameVerb) > 0)
        || (name.class == Class::Password && bare && assigned.joint == Joint::Colon && in_string)
}

/// Whether a value identifies something that is no secret: a type of the language, a GUID, an
/// assembly.
fn is_identifier(text: &[u8], measured: &Measured, value: &[u8]) -> bool {
    let Measured { name, assigned, .. } = measured;
    let apart = assigned.value.start.checked_sub(1).is_some_and(|at| text[at] == b' ');
    let type_name = assigned.quoting == Quoting::Bare
        && value.len() < values::LONG
        && value[0].is_ascii_uppercase()
        && values::shape(value) == Shape::Camel;
    let makes_id = || {
        let call = assigned.call.as_ref().map(|call| text[call.clone()].to_ascii_lowercase());
        call.is_some_and(|call| call.ends_with(b"guid") || call.ends_with(b"uuid"))
    };
    // `<map Token="..."`: as the configuration of .NET lists them.
    let is_assembly = || text[..name.span.start].ends_with(b"<map ") && is_assembly_token(value);
    (apart && type_name) || makes_id() || is_assembly()
}

/// Whether a value has the form of the public key token in the name of an assembly of .NET: the last
/// eight bytes of a digest.
fn is_assembly_token(value: &[u8]) -> bool {
    value.len() == 16 && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

/// Whether nothing around a value could make it harmless: made by a generator, and assigned to a name
/// that promises a secret and nothing else. Of such values in the corpus, 19 of 20 are secrets.
pub fn speaks_for_itself(measured: &Measured) -> bool {
    let of = |feature| measured.vector.get(feature);
    let promised = matches!(
        measured.name.class,
        Class::Password | Class::Secret | Class::Token | Class::ApiKey
    );
    let other = [
        Feature::NamePublic,
        Feature::NamePlace,
        Feature::NameDigest,
        Feature::NameAbout,
        Feature::NameTest,
        Feature::Placeholder,
        Feature::Blanks,
        Feature::Colons,
        Feature::Brackets,
    ];
    let length = of(Feature::Length);
    let mixed = of(Feature::Lower) > 0
        && of(Feature::Upper) > 0
        && (of(Feature::Digits) > 0 || of(Feature::Changes) >= 32);
    promised
        && measured.assigned.joint != Joint::Within
        && (16..=64).contains(&length)
        && (mixed || of(Feature::Hex) >= 24)
        && of(Feature::Word) < 50
        && of(Feature::Signs) <= 20
        && of(Feature::Sequence) < 6
        && other.iter().all(|feature| of(*feature) == 0)
}

/// Decides about a password that a rule of another kind has found: by the name it is assigned to,
/// or as part of a URL or connection string. `known_place`: the rule knows whose password it is.
pub fn of_value(text: &[u8], value: &Range<usize>, known_place: bool) -> Verdict {
    let from = value.start.saturating_sub(NAME_BEFORE);
    let before = text[from..value.start].to_ascii_lowercase();
    let named = super::KEYWORDS
        .iter()
        .filter_map(|k| memchr::memmem::rfind(&before, k.as_bytes()).map(|at| (from + at, k.len())))
        .filter_map(|(at, length)| super::measured_at(text, at..at + length))
        .filter(|m| m.assigned.value.start < value.end && value.start < m.assigned.value.end)
        .max_by_key(|m| m.name.span.start);
    let measured = named.unwrap_or_else(|| within(text, value.clone()));
    let mut verdict = verdict(text, &measured);
    if is_made(&text[value.clone()]) {
        // The odds are of values that stand anywhere.
        let value = &text[value.clone()];
        let guessed = values::is_known_weak(value) || values::is_made_of_words(value);
        let strong = !guessed && (known_place || is_generated(value));
        let least = if strong { Confidence::Pattern } else { Confidence::Weak };
        verdict.confidence = verdict.confidence.max(Some(least));
    }
    verdict
}

/// Whether a value looks like made by a machine rather than like words.
fn is_made(value: &[u8]) -> bool {
    let reading = words::read(value);
    let written = [Shape::Lower, Shape::Capitalised, Shape::Upper, Shape::Keyword, Shape::Sentence];
    let format = value == b"%s" || placeholder::placeholder(value).is_some();
    let signs = value.iter().filter(|b| !b.is_ascii_alphanumeric()).count();
    let is_word = value.len() < values::LONG && written.contains(&values::shape(value));
    !format
        && (!is_word || values::strength(value) == Strength::Mixed)
        && (signs * 3 > value.len() || reading.known * 5 < (reading.letters * 4).max(1))
}

/// Whether a value has what only generators make: letters of both cases and digits, and no words.
fn is_generated(value: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let reading = words::read(value);
    value.len() >= 10
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
        && reading.known * 2 < reading.letters
}

/// How far before a value its name is looked for, in bytes.
const NAME_BEFORE: usize = 80;

/// Measures a password that has no name.
pub fn within(text: &[u8], value: Range<usize>) -> Measured {
    let name = Name::none(value.start);
    let assigned = Assigned::within(value);
    let vector = features::measure(text, &name, &assigned);
    Measured { name, assigned, vector }
}

/// The rule that reports secrets of a class.
pub fn rule_of(class: Class) -> &'static str {
    match class {
        Class::Password => "generic-password",
        Class::ApiKey | Class::Key => "generic-api-key",
        Class::Secret | Class::Credential => "generic-secret",
        Class::Token | Class::Auth => "generic-token",
    }
}

/// What spoke for the verdict and against it, the weightiest first, at most so many of each.
pub fn reasons(measured: &Measured, most: usize) -> (Vec<&'static str>, Vec<&'static str>) {
    let about = |feature: Feature| {
        FEATURES.iter().find(|(f, ..)| *f == feature).map_or("", |(_, _, about)| *about)
    };
    let all = model::contributions(&measured.vector);
    let pick = |sign: i32| {
        let of_sign = all.iter().filter(|(_, sum)| sum.signum() == sign);
        of_sign.take(most).map(|(feature, _)| about(*feature)).collect()
    };
    (pick(1), pick(-1))
}
