//! Context words: what must stand close to a value that has no shape of its own.

mod spellings;

use std::ops::Range;

use super::schema::NearText;
use crate::text::positions;
use crate::{escapes, naming};
pub(crate) use spellings::spellings;

/// The words of a rule's context in all their spellings, lower-cased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    any: Vec<Vec<u8>>,
    also: Vec<Vec<u8>>,
    within: usize,
    /// Whether only the names of the secret count.
    named: bool,
}

impl Context {
    /// Prepares what a rule says.
    pub(crate) fn new(near: &NearText) -> Self {
        let spelled = |words: &[String]| {
            words.iter().flat_map(|word| spellings(word)).map(String::into_bytes).collect()
        };
        Self {
            any: spelled(&near.any),
            also: spelled(&near.also),
            within: near.within,
            named: near.named,
        }
    }

    /// Length of the longest context word that stands close enough to the secret; `None` if the
    /// context is not there.
    pub(crate) fn nearest(&self, text: &[u8], secret: &Range<usize>) -> Option<usize> {
        let before = secret.start.saturating_sub(self.within)..secret.start;
        let after = secret.end..(secret.end + self.within).min(text.len());
        let stands = |word: &&Vec<u8>| {
            stands_in(text, before.clone(), word) || stands_in(text, after.clone(), word)
        };
        if !self.also.is_empty() && !self.also.iter().any(|word| stands(&word)) {
            return None;
        }
        if self.named {
            let names = naming::names_within(text, secret, self.within);
            let names = names.iter().filter_map(|name| self.longest_in(text, name.clone()));
            return names.max();
        }
        self.any.iter().filter(stands).map(Vec::len).max()
    }

    /// Length of the longest context word within a part of the text.
    pub(crate) fn longest_in(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        let stands = |word: &&Vec<u8>| stands_in(text, range.clone(), word);
        self.any.iter().filter(stands).map(Vec::len).max()
    }
}

/// Context words shorter than this must be a word or a hump of an identifier of their own.
const SHORT_WORD: usize = 5;

fn stands_in(text: &[u8], range: Range<usize>, word: &[u8]) -> bool {
    positions(&text[range.clone()], word)
        .any(|at| word.len() >= SHORT_WORD || is_word_at(text, range.start + at, word.len()))
}

/// Whether the letters around do not continue the word: `DD_KEY`, `ddKey`, `DDToken`, not `add`.
fn is_word_at(text: &[u8], at: usize, length: usize) -> bool {
    let first = text[at];
    let last = text[at + length - 1];
    let starts = at.checked_sub(1).is_none_or(|i| {
        let before = text[i];
        !before.is_ascii_alphabetic()
            || (before.is_ascii_lowercase() && first.is_ascii_uppercase())
            || escapes::ending_at(text, at).is_some()
    });
    let ends = text.get(at + length).is_none_or(|after| {
        let next = text.get(at + length + 1);
        !after.is_ascii_alphabetic()
            || (after.is_ascii_uppercase()
                && (last.is_ascii_lowercase() || next.is_some_and(u8::is_ascii_lowercase)))
    });
    starts && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_stand_alone_or_as_humps() {
        let stands = |text: &str| stands_in(text.as_bytes(), 0..text.len(), b"dd");
        for text in ["DD_KEY", "ddKey", "DDToken", "my-dd", "myDd", "x9dd", "\\ndd_key", "[0mdd"] {
            assert!(stands(text), "{text}");
        }
        for text in ["add", "ddt", "paddle", "ADD", "DDT"] {
            assert!(!stands(text), "{text}");
        }
    }
}
