//! The verdict: is a value that stands where a secret would stand one, and how sure are we?

use std::ops::Range;

use super::features::{FEATURES, Feature};
use super::grammar::{Assigned, Joint, Quoting};
use super::names::{Class, Name};
use super::values::{self, Shape};
use super::{Measured, features, model, words};
use crate::detect::placeholder;
use crate::finding::Confidence;

/// Odds from which a value is reported at all, in 1/1024. Chosen where precision and recall balance
/// over repositories that were not learned from.
pub const WEAK: i32 = -1024;

/// Odds from which it is reported by default: nine of ten are secrets.
pub const PATTERN: i32 = 512;

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

/// Decides about a measured value.
pub fn verdict(text: &[u8], measured: &Measured) -> Verdict {
    let odds = model::odds(&measured.vector);
    let is_weak = values::is_weak(&text[measured.assigned.value.clone()]);
    let confidence = if odds < WEAK {
        None
    } else if odds < PATTERN || is_weak {
        Some(Confidence::Weak)
    } else {
        Some(Confidence::Pattern)
    };
    Verdict { confidence, odds, is_weak }
}

/// Decides about a password that a rule of another kind has found: by the name it is assigned to,
/// or as part of a URL or connection string.
pub fn of_value(text: &[u8], value: &Range<usize>) -> Verdict {
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
        // The rule knows the place; the odds are of values that stand anywhere.
        verdict.confidence = verdict.confidence.max(Some(Confidence::Weak));
    }
    verdict
}

/// Whether a value looks like made by a machine rather than like words.
fn is_made(value: &[u8]) -> bool {
    let reading = words::read(value);
    let written = [Shape::Lower, Shape::Capitalised, Shape::Upper, Shape::Keyword, Shape::Sentence];
    let format = value == b"%s" || placeholder::placeholder(value).is_some();
    !format
        && !written.contains(&values::shape(value))
        && reading.known * 5 < (reading.letters * 4).max(1)
}

/// How far before a value its name is looked for, in bytes.
const NAME_BEFORE: usize = 80;

/// Measures a password that has no name.
pub fn within(text: &[u8], value: Range<usize>) -> Measured {
    let name = Name::none(value.start);
    let end = value.end;
    let assigned = Assigned {
        value,
        joint: Joint::Within,
        quoting: Quoting::Bare,
        call: None,
        typed: false,
        quoted_name: false,
        next_line: false,
        in_list: false,
        scheme: None,
        end,
    };
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
