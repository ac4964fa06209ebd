//! Passwords that somebody would try first, or that only stand where documentation wants a password.

use super::placeholder;
use crate::rules::Kind;

/// Whether the value is short, has hardly any variety, or is nothing but words for a password; `bits`
/// is its Shannon entropy per character.
pub(super) fn is_weak(kind: Kind, value: &[u8], bits: f64) -> bool {
    let is_word = kind == Kind::Password
        && value.len() <= LONGEST_WORD
        && value.iter().all(u8::is_ascii_lowercase);
    let is_known = WORDS.iter().any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    let speaks =
        || std::str::from_utf8(value).is_ok_and(placeholder::is_made_of_words_for_a_password);
    value.len() < 6 || bits < 2.0 || is_known || is_word || speaks()
}

/// Lower-case letters alone are a word up to this length.
const LONGEST_WORD: usize = 14;

/// What is tried first, and what protocols put where nobody asks for a password.
const WORDS: &[&str] = &[
    "passw0rd",
    "changeme",
    "default",
    "example",
    "username",
    "something",
    "whatever",
    "anything",
    "userpass",
    "admin123",
    "password1",
    "password123",
    "postgres",
    "letmein",
    "qwerty",
    "guest",
    "foobar",
    "abcdef",
    "anonymous",
    "anonymous@",
    "x-oauth-basic",
    "x-access-token",
    "x-token-auth",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::entropy;

    fn weak(kind: Kind, value: &str) -> bool {
        is_weak(kind, value.as_bytes(), entropy::shannon(value.as_bytes()))
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
}
