//! The verdict: is a value that stands where a secret would stand one, and how sure are we?

use std::borrow::Cow;
use std::ops::Range;

use super::features::{FEATURES, Feature};
use super::grammar::{Assigned, Joint};
use super::names::{Class, Name};
use super::values::{Look, Shape};
use super::{Measured, features, model, plain, remote};
use crate::evidence::Confidence;
use crate::ids::{self, RuleName};
use crate::naming::lexicon::{self, Meaning};
use crate::weak::{self, Strength};
use crate::{generated, naming, placeholder, words};

/// Odds from which a value is reported at all, in 1/1024: of what is reported below [`PATTERN`], every
/// second one is a secret, on the raw text of repositories that were not learned from.
pub const WEAK: i32 = -1024;

/// Odds from which it is reported by default: nine of ten are secrets, on the same text.
pub const PATTERN: i32 = 102;

/// What was decided about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How sure we are; `None`: not reported.
    pub confidence: Option<Confidence>,
    /// Log-odds of a secret in 1/1024.
    pub odds: i32,
    /// Why it is weak or not reported whatever the odds, if it is.
    pub weak: Option<&'static str>,
    /// Whether people think of such a password, so that others guess it.
    pub guessable: bool,
}

impl Verdict {
    fn none(odds: i32, weak: Option<&'static str>) -> Self {
        Self { confidence: None, odds, weak, guessable: false }
    }
}

/// Decides about a measured value, one that `plain::look` lets pass. Where the odds alone decide
/// against it, no other reason is looked for: see [`verdict_with_reason`].
pub fn verdict(text: &[u8], measured: &Measured) -> Verdict {
    let mut odds = model::odds(&measured.vector);
    if odds < PATTERN && is_generated_with_signs(text, measured) {
        odds = PATTERN;
    }
    if odds < WEAK {
        return Verdict::none(odds, None);
    }
    if let Some(reason) = harmless_by_name(text, measured) {
        return Verdict::none(odds, Some(reason));
    }
    let weak = harmless(text, measured);
    let is_sure = odds >= PATTERN && weak.is_none();
    let confidence = if is_sure { Confidence::Pattern } else { Confidence::Weak };
    let guessable = weak::strength(&measured.assigned.content(text)) == Strength::Guessed;
    Verdict { confidence: Some(confidence), odds, weak, guessable }
}

/// What the name of a value, or that of the parameter that it is, says that makes it harmless.
fn harmless_by_name(text: &[u8], measured: &Measured) -> Option<&'static str> {
    let (name, assigned) = (&measured.name.span, &measured.assigned);
    if assigned.joint == Joint::Within {
        return None;
    }
    // The path or the name of something: `password = "database.password"`.
    let is_name = matches!(measured.look.shape, Shape::Dotted | Shape::UpperSnake);
    if is_name && measured.look.is_words() {
        return Some("a name in code");
    }
    if is_heading(text, measured) {
        return Some("the heading of a finding");
    }
    if plain::is_piece(text, &measured.name, assigned) {
        return Some("a piece of something longer");
    }
    let content = assigned.content(text);
    let harmless = naming::harmless_name(text, name, &content).or_else(|| {
        let between = name.end..assigned.value.start.max(name.end);
        let parameter = naming::parameter(text, between)?;
        naming::harmless_name(text, &parameter, &content)
    });
    harmless.map(|meaning| meaning.reason())
}

/// Whether a scanner tells there what it found, with the name of it in the place of a value: `Hard-coded password:
/// passwd`. Reports that are kept beside the code have such lines by the hundred.
fn is_heading(text: &[u8], measured: &Measured) -> bool {
    const LONGEST_TITLE: usize = 40;
    let value = &measured.assigned.value;
    let is_word = measured.look.is_words()
        && matches!(
            measured.look.shape,
            Shape::Lower | Shape::Capitalised | Shape::Camel | Shape::Snake | Shape::Kebab
        );
    let before = &text[value.start.saturating_sub(LONGEST_TITLE)..value.start];
    let line = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let says =
        |words: &[u8]| line.windows(words.len()).any(|part| part.eq_ignore_ascii_case(words));
    is_word && line.ends_with(b": ") && (says(b"hard-coded ") || says(b"hardcoded "))
}

/// [`verdict`], with the reason that people are told where the odds alone decide.
pub fn verdict_with_reason(text: &[u8], measured: &Measured) -> Verdict {
    let verdict = verdict(text, measured);
    let weak = verdict.weak.or_else(|| match verdict.confidence {
        None => harmless(text, measured),
        Some(_) => None,
    });
    Verdict { weak, ..verdict }
}

/// What makes a value harmless however likely the odds are: everybody knows what documentation puts in the
/// place of a secret, and texts are for people.
fn harmless(text: &[u8], measured: &Measured) -> Option<&'static str> {
    let Measured { name, assigned, look, .. } = measured;
    let value = &assigned.content(text)[..];
    // What a secret is called where it is kept; AppRole's are UUIDs.
    let is_id = || {
        let word = name.words(text).nth(name.secret + 1);
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"id"))
            && name.class == Class::Secret
            && look.shape != Shape::Uuid
    };
    if placeholder::placeholder(value).is_some() {
        Some("a placeholder")
    // Of several words none is the secret: `'password' => ['required', 'confirmed']`.
    } else if assigned.in_list && matches!(look.shape, Shape::Lower | Shape::Capitalised) {
        Some("a word in a list")
    } else if is_text(value, look) {
        Some("a text for people")
    } else if is_id() {
        Some("an identifier")
    } else {
        None
    }
}

/// Whether a value is words with blanks between them, in letters beyond ASCII, or the word for a password in
/// another language.
fn is_text(value: &[u8], look: &Look) -> bool {
    let wordy = |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii() || b" '.,:?!-_".contains(b);
    let says_password = || {
        let mut buffer = [0; LONGEST_WORD];
        let Some(word) = buffer.get_mut(..value.len()) else { return false };
        word.copy_from_slice(value);
        word.make_ascii_lowercase();
        std::str::from_utf8(word).is_ok_and(naming::table::says_password)
    };
    (!value.is_ascii() && !look.generated)
        || value.iter().all(wordy) && (value.contains(&b' ') || says_password())
}

/// Longest value that may be a word for a password, in bytes.
const LONGEST_WORD: usize = 64;

/// Whether a value is generated with signs that no identifier has, and is assigned to a name that promises
/// a secret and nothing else: the model has seen few of them.
fn is_generated_with_signs(text: &[u8], measured: &Measured) -> bool {
    const OTHERWISE: Meaning = lexicon::PUBLIC | lexicon::PLACE | lexicon::ABOUT | lexicon::TEST;
    let Measured { name, assigned, look, .. } = measured;
    let promises = [Class::Password, Class::Secret, Class::Token, Class::ApiKey];
    look.generated
        && promises.contains(&name.class)
        && assigned.joint != Joint::Within
        && !name.has(OTHERWISE | lexicon::WRONG)
        && generated::has_signs(&assigned.content(text))
}

/// Judges a password that another rule has matched: by the name it is assigned to,
/// or as part of a URL or connection string. `known_place`: the rule knows whose password it is.
pub fn judge_rule_match(text: &[u8], value: &Range<usize>, known_place: bool) -> Verdict {
    if is_address_in_url(&text[..value.start]) {
        return Verdict::none(i32::MIN, Some("an address, no user"));
    }
    let from = value.start.saturating_sub(NAME_BEFORE);
    let before = text[from..value.start].to_ascii_lowercase();
    let named = super::KEYWORDS
        .iter()
        .filter_map(|k| memchr::memmem::rfind(&before, k.as_bytes()).map(|at| (from + at, k.len())))
        .filter_map(|(at, length)| super::measured_at(text, at..at + length))
        .filter(|m| m.assigned.value.start < value.end && value.start < m.assigned.value.end)
        .max_by_key(|m| m.name.span.start);
    let measured = named.unwrap_or_else(|| measure_unnamed(text, value.clone()));
    // What has a name has passed these tests already.
    let is_unnamed = measured.assigned.joint == Joint::Within;
    let rejected = || plain::look(text, &measured.name, &measured.assigned).is_err();
    let mut verdict = if is_unnamed && (rejected() || is_reference(text, value)) {
        Verdict::none(i32::MIN, None)
    } else {
        verdict(text, &measured)
    };
    if remote::opens_remote_host(text, value) {
        verdict.confidence = verdict.confidence.max(Some(Confidence::Pattern));
    }
    // Files of .NET write an ampersand as XML has it, which is no word.
    let content = unescaped_ampersands(&text[value.clone()]);
    if looks_random(&content) && !is_reference(text, value) {
        // The odds are of values that stand anywhere.
        let value = &content[..];
        let guessed = weak::is_known(value) || weak::is_made_of_words(value);
        let strong = !guessed && (known_place || has_generator_mix(value));
        let least = if strong { Confidence::Pattern } else { Confidence::Weak };
        verdict.confidence = verdict.confidence.max(Some(least));
    }
    verdict
}

/// Whether a value is where something is found, a path or an address, or a template. In a URL, signs of
/// those may be part of a password.
fn is_reference(text: &[u8], value: &Range<usize>) -> bool {
    let shape = Look::of(&text[value.clone()]).shape;
    text.get(value.end) != Some(&b'@')
        && matches!(shape, Shape::Url | Shape::Path | Shape::Template)
}

/// Whether the user of a URL is the scheme of an address, a slip of the writer:
/// `https://mailto:someone@host`.
fn is_address_in_url(before: &[u8]) -> bool {
    const SCHEMES: [&[u8]; 9] = [
        b"mailto:", b"tel:", b"sip:", b"sips:", b"sms:", b"xmpp:", b"skype:", b"callto:", b"acct:",
    ];
    let ends = |scheme: &&[u8]| {
        let start = before.len().checked_sub(scheme.len() + 2);
        start.is_some_and(|start| {
            before[start..].starts_with(b"//") && before[start + 2..].eq_ignore_ascii_case(scheme)
        })
    };
    SCHEMES.iter().any(ends)
}

/// A value with `&` instead of `&amp;`.
fn unescaped_ampersands(value: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPED: &[u8] = b"&amp;";
    if memchr::memmem::find(value, ESCAPED).is_none() {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr::memmem::find(rest, ESCAPED) {
        out.extend_from_slice(&rest[..=at]);
        rest = &rest[at + ESCAPED.len()..];
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Whether a value looks random rather than like words.
fn looks_random(value: &[u8]) -> bool {
    let Look { shape, reading, .. } = Look::of(value);
    let written = [Shape::Lower, Shape::Capitalised, Shape::Upper, Shape::Keyword, Shape::Sentence];
    let format = value == b"%s" || placeholder::placeholder(value).is_some();
    let signs = value.iter().filter(|b| !b.is_ascii_alphanumeric()).count();
    let is_word = value.len() < weak::LONG && written.contains(&shape);
    !format
        && (!is_word || weak::strength(value) == Strength::Mixed)
        && (signs * 3 > value.len() || reading.known * 5 < (reading.letters * 4).max(1))
}

/// Whether a value mixes letters of both cases and digits, and has no words, as generators make them.
fn has_generator_mix(value: &[u8]) -> bool {
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

/// Measures a password that is assigned to no name.
pub fn measure_unnamed(text: &[u8], value: Range<usize>) -> Measured {
    let name = Name::none(value.start);
    let look = Look::of(&text[value.clone()]);
    let assigned = Assigned::unnamed(value);
    let vector = features::measure(text, &name, &assigned, &look);
    Measured { name, assigned, look, vector }
}

/// The rule that reports secrets of a class.
pub fn rule_of(class: Class) -> RuleName {
    match class {
        Class::Password => ids::GENERIC_PASSWORD,
        Class::ApiKey | Class::Key => ids::GENERIC_API_KEY,
        Class::Secret | Class::Credential => ids::GENERIC_SECRET,
        Class::Token | Class::Auth => ids::GENERIC_TOKEN,
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

/// What speaks against a value whatever the odds: 2 for what is not reported, 1 for what is weak, 0 for
/// nothing. What is trained for decides about the rest.
pub fn veto(text: &[u8], measured: &Measured) -> u8 {
    match (harmless_by_name(text, measured), harmless(text, measured)) {
        (Some(_), _) => 2,
        (None, Some(_)) => 1,
        (None, None) => 0,
    }
}
