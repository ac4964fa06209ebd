//! Words of documentation: `your_api_key_here`, `changeme`, `REPLACE-ME`.

use crate::identifier::{self, Cut, Digits};
use crate::vocabulary::{VOCABULARY, Vocabulary};

/// Nothing but known words, at least one of them strong, and a few digits.
pub(super) fn phrase(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if letters < 3 || digits > 4 || text.len() > LONGEST || !text.is_ascii() {
        return false;
    }
    let words = words(text);
    if digits == 0 && is_yours(words.clone()) {
        return true;
    }
    // The first word may be a vendor's prefix.
    let is_prefix = words.clone().next().is_some_and(|word| word.len() <= 6);
    let skips = usize::from(is_prefix && words.clone().nth(2).is_some());
    (0..=skips).any(|skip| {
        let mut strong = false;
        words.clone().skip(skip).all(|word| spelled(word, &mut strong)) && strong
    })
}

/// Nothing but words of either list and a few that go with them, one of them a word for a password.
pub(super) fn password(text: &str) -> bool {
    const OTHERS: [&str; 9] =
        ["some", "other", "bad", "wrong", "good", "old", "any", "your", "sample"];
    const PASSWORDS: [&str; 5] = ["pass", "passwd", "password", "pwd", "secret"];
    const LONGEST: usize = 40;
    if text.len() > LONGEST
        || !text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-. ".contains(&b))
    {
        return false;
    }
    let mut letters = [0; LONGEST];
    let mut count = 0;
    for byte in text.bytes().filter(u8::is_ascii_alphabetic) {
        letters[count] = byte.to_ascii_lowercase();
        count += 1;
    }
    let text = &letters[..count];
    let Some(rest) = PASSWORDS.iter().find_map(|word| text.strip_suffix(word.as_bytes())) else {
        return false;
    };
    rest.is_empty()
        || OTHERS.iter().any(|word| word.as_bytes() == rest)
        || spelled(rest, &mut false)
}

/// `your-acme-portal-password`: yours, whatever stands between, and what it is.
fn is_yours<'t>(mut words: impl Iterator<Item = &'t [u8]>) -> bool {
    const NOUNS: [&str; 8] =
        ["key", "token", "secret", "password", "passwd", "here", "id", "credential"];
    if !words.next().is_some_and(|first| is(first, "your")) {
        return false;
    }
    let (count, last) = words.fold((0, None), |(count, _), word| (count + 1, Some(word)));
    count <= 5 && last.is_some_and(|last| NOUNS.iter().any(|noun| is(last, noun)))
}

/// Whether a word is this one, in any case.
fn is(said: &[u8], word: &str) -> bool {
    said.eq_ignore_ascii_case(word.as_bytes())
}

/// The words of a text, as they are written. Abbreviations are left to [`spelled`].
pub(super) fn words(text: &str) -> impl Iterator<Item = &[u8]> + Clone {
    const WORD: Cut = Cut { digits: Digits::Signs, abbreviations: false, foreign: false };
    identifier::words(text.as_bytes(), WORD)
}

/// Longest text that is looked at for words, in bytes.
const LONGEST: usize = 120;

/// Whether a word is known, or several known words written together (`yourapikeyhere`).
fn spelled(word: &[u8], strong: &mut bool) -> bool {
    let Vocabulary { sample, beside, .. } = &*VOCABULARY;
    // What can be reached: (by known words, with a strong one among them).
    let mut reached = [(false, false); LONGEST + 1];
    let Some(reached) = reached.get_mut(..=word.len()) else { return false };
    reached[0] = (true, false);
    for at in 0..word.len() {
        let (known, emphatic) = reached[at];
        if !known {
            continue;
        }
        let first = word[at].to_ascii_lowercase();
        for (list, strength) in [(sample, true), (beside, false)] {
            for part in list.iter().filter(|part| part[0] == first) {
                // Very short words would let much pass when written together.
                let alone = at == 0 && part.len() == word.len();
                if (part.len() > 2 || alone || matches!(*part, b"my" | b"me"))
                    && word.get(at..at + part.len()).is_some_and(|w| w.eq_ignore_ascii_case(part))
                {
                    let end = &mut reached[at + part.len()];
                    *end = (true, end.1 || emphatic || strength);
                }
            }
        }
    }
    let (known, emphatic) = reached[word.len()];
    *strong |= known && emphatic;
    known
}

/// Whether a word is one of samples or stands beside those.
pub(super) fn known(word: &[u8]) -> bool {
    let mut all = VOCABULARY.sample.iter().chain(&VOCABULARY.beside);
    all.any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_documentation() {
        for text in [
            "changeme",
            "CHANGE_ME",
            "change-me",
            "changeMe123",
            "REPLACE_ME",
            "your_api_key_here",
            "YOUR-TOKEN",
            "yourapikeyhere",
            "yourSecretKey",
            "insert_token_here",
            "dummy",
            "dummy-password",
            "redacted",
            "example",
            "example-secret",
            "my_example_key",
            "fake_token",
            "placeholder",
            "sk-your-api-key-here",
            "ghp_your_token_here",
            "xoxb-your-bot-token",
            "TODO",
            "insert your key",
            "none",
            "null",
            "undefined",
            "this-is-not-a-real-key-example",
            "sample_secret_value",
            "some_your_token",
            "your-acme-portal-password",
            "YOUR_ACME_KEY",
        ] {
            assert!(phrase(text), "{text}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for text in [
            "password",
            "my-secret",
            "monkey-changes-hats",
            "examplar-of-virtue",
            "",
            "a",
            "Your-Dog-42!",
            "your-dog-barks",
            "not-your-acme-password",
        ] {
            assert!(!phrase(text), "{text}");
        }
    }
}
