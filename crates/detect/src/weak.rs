//! Passwords that somebody would guess: known from lists, made of words, or standing where
//! documentation wants a password. One judgement for what rules and what names find.

use crate::placeholder;
use crate::vocabulary::{LONGEST_TRIED, VOCABULARY};
use crate::words::{self, Reading};

/// How hard a value is to guess, by its characters and words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// A known password, digits alone, mostly common words, or a text: people think of it, others
    /// guess it.
    Guessed,
    /// Few letters and no known words: a name, a word of another language, or chance.
    Letters,
    /// Anything else.
    Mixed,
}

/// How hard a value is to guess.
pub(crate) fn strength(value: &[u8]) -> Strength {
    let reading = words::read(value);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let wordy = value.iter().all(|b| !b.is_ascii() || is_wordy(*b));
    let text = wordy && (value.contains(&b' ') || !value.is_ascii());
    if text
        || is_sentence(value)
        || digits == value.len()
        || is_known(value)
        || is_made_of_words_as_read(value, &reading)
    {
        return Strength::Guessed;
    }
    if wordy && value.len() < LONG {
        // Capitals that stand anywhere are a generator's.
        let scattered = changes(value) * 3 >= value.len() && reading.known * 2 < reading.letters;
        if !(scattered && reading.letters == value.len()) {
            return Strength::Letters;
        }
    }
    Strength::Mixed
}

/// Words with blanks between them, and a few other signs: a text for people.
fn is_sentence(value: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count();
    let blanks = count(|b| *b == b' ');
    let letters = count(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    let pem = value.starts_with(b"-----BEGIN");
    !pem && blanks >= 2 && (letters + blanks) * 5 >= value.len() * 4
}

/// Passwords that somebody would try first, also with digits behind them or as letters.
pub(crate) fn is_known(value: &[u8]) -> bool {
    let body = match value.iter().rposition(|b| !b.is_ascii_digit()) {
        Some(last) => &value[..=last],
        None => return value.len() < 8,
    };
    // In a buffer: most values are asked about here, and hardly any is known.
    let mut buffer = [0; LONGEST_TRIED];
    let Some(word) = buffer.get_mut(..body.len()) else { return false };
    word.copy_from_slice(body);
    word.make_ascii_lowercase();
    spell(word, &[(b'@', b'a'), (b'$', b's'), (b'!', b'i')]);
    let tried = &VOCABULARY.tried;
    if tried.contains(&*word) {
        return true;
    }
    spell(word, &[(b'0', b'o'), (b'1', b'i'), (b'3', b'e'), (b'5', b's')]);
    tried.contains(&*word)
}

/// Puts letters for the signs that are written instead of them.
fn spell(word: &mut [u8], letters: &[(u8, u8)]) {
    for byte in word {
        if let Some((_, letter)) = letters.iter().find(|(sign, _)| sign == byte) {
            *byte = *letter;
        }
    }
}

/// Mostly common words: a password that people think of, whatever its length up to 24.
pub(crate) fn is_made_of_words(value: &[u8]) -> bool {
    is_made_of_words_as_read(value, &words::read(value))
}

fn is_made_of_words_as_read(value: &[u8], reading: &Reading) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let signs = value.iter().filter(|b| b.is_ascii() && !b.is_ascii_digit() && !is_wordy(**b));
    // Between the digits of hexadecimal numbers, letters make short words by chance.
    let is_hexadecimal = digits * 3 >= value.len()
        && value.iter().all(|b| b.is_ascii_hexdigit() || !b.is_ascii_alphanumeric());
    value.len() <= 24
        && !is_hexadecimal
        && reading.letters > 0
        && reading.known * 5 >= reading.letters * 3
        && digits * 5 <= value.len() * 2
        && signs.count() * 3 <= value.len()
}

/// Minimum length at which a value that is not made of words counts as unguessable.
pub(crate) const LONG: usize = 16;

/// Changes between lower case, capitals, digits and other characters.
pub(crate) fn changes(value: &[u8]) -> usize {
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    value.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count()
}

/// Whether the value of a rule is short, has hardly any variety, is known, or is nothing but words
/// for a password; `bits` is its Shannon entropy per character. A password by itself, not one within
/// a longer text, may also be one word.
pub(crate) fn is_weak(is_password: bool, value: &[u8], bits: f64) -> bool {
    let is_word =
        is_password && value.len() <= LONGEST_WORD && value.iter().all(u8::is_ascii_lowercase);
    let fills = FILLERS.iter().any(|filler| value.eq_ignore_ascii_case(filler.as_bytes()));
    let speaks =
        || std::str::from_utf8(value).is_ok_and(placeholder::is_made_of_words_for_a_password);
    value.len() < 6 || bits < 2.0 || is_known(value) || fills || is_word || speaks()
}

/// Lower-case letters alone are a word up to this length.
const LONGEST_WORD: usize = 14;

/// Letters and what stands between the words of a sentence.
fn is_wordy(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || b" ':,?-._()/".contains(&byte)
}

/// What protocols put where nobody asks for a password.
const FILLERS: &[&str] = &["anonymous@", "x-oauth-basic", "x-access-token", "x-token-auth"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy;
    use crate::rules::Kind;

    fn weak(kind: Kind, value: &str) -> bool {
        is_weak(kind == Kind::Password, value.as_bytes(), entropy::shannon(value.as_bytes()))
    }

    #[test]
    fn words_for_a_password_are_weak() {
        for value in [
            "secret",
            "mypass",
            "somePassword",
            "my_passwd",
            "testpassword",
            "your-pass",
            "DB_PASSWORD",
            "postgres",
            "anonymous@",
            "x-oauth-basic",
            "12345",
            "aaaaaaaa",
        ] {
            assert!(weak(Kind::ConnectionString, value), "{value}");
        }
    }

    #[test]
    fn chosen_passwords_are_not() {
        for value in ["winter2024", "s3kr3t!!", "Tr0ub4dor&3", "correct-staple", "my-dog-42"] {
            assert!(!weak(Kind::Password, value), "{value}");
        }
        assert!(weak(Kind::Password, "fruitcake") && !weak(Kind::ConnectionString, "fruitcake"));
    }

    #[test]
    fn what_everybody_tries_is_known_with_digits_and_as_letters() {
        for value in ["Password", "letmein123", "p@ssw0rd", "hunter2", "QWERTY", "1234567"] {
            assert!(is_known(value.as_bytes()), "{value}");
        }
        for value in ["12345678", "passage", "2password", "horse"] {
            assert!(!is_known(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn strength_is_told_by_words_and_characters() {
        assert_eq!(strength(b"correct horse"), Strength::Guessed);
        assert_eq!(strength(b"not one of the 100,000 most common passwords"), Strength::Guessed);
        assert_eq!(strength(b"databaseUser"), Strength::Guessed);
        assert_eq!(strength(b"xuesongz"), Strength::Letters);
        assert_eq!(strength(b"qVzKtWpLm"), Strength::Mixed);
        assert_eq!(strength(b"kj4h!x"), Strength::Mixed);
    }
}
