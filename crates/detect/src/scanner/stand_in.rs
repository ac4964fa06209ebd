//! Values that somebody typed where a machine makes random bytes: words and counting digits, as
//! samples and first set-ups have them.

use crate::words;

/// Minimum length of a run of counting digits: one that long is typed, not random.
const COUNTING: usize = 5;

/// Whether a value is made of words and of digits that count on: `my-jwt-secret-1234567890`.
pub(super) fn is_stand_in(value: &[u8]) -> bool {
    let mut longest = 0;
    for run in value.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if !run[0].is_ascii_digit() {
            continue;
        }
        if run.len() >= COUNTING && counts(run) {
            longest = longest.max(run.len());
        } else if run.len() > 4 && !counts(run) {
            return false;
        }
    }
    let others = value.iter().filter(|b| !b.is_ascii_alphanumeric()).count();
    let is_joined = value.iter().all(|b| b.is_ascii_alphanumeric() || b"_-. !:@".contains(b));
    let reading = words::read(value);
    let is_divided = others * 2 < value.len() && is_joined && reading.letters >= 6;
    // Runs of letters that are mostly words; fewer will do where the digits count, or where there are
    // many of them.
    let is_phrase = value.split(|b| !b.is_ascii_alphanumeric()).filter(|w| is_lower(w)).count() > 3;
    let wanted = if longest > 0 || is_phrase { 4 } else { 7 };
    is_divided
        && reading.known * 10 >= reading.letters * wanted
        && reading.runs * 3 <= reading.letters
}

fn is_lower(word: &[u8]) -> bool {
    word.len() > 1 && word.iter().all(u8::is_ascii_lowercase)
}

/// Each digit follows the one before it, up or down, or is the same.
fn counts(digits: &[u8]) -> bool {
    let step = |a: u8, b: u8| (10 + b - a) % 10;
    [0, 1, 9].iter().any(|wanted| digits.windows(2).all(|pair| step(pair[0], pair[1]) == *wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_counting_digits_are_typed() {
        for typed in [
            "my-super-secret-jwt-key",
            "the-inventory-service-jwt-signing-key",
            "example_signing_secret_key_1234567890",
            "sample_jwt_secret_vuln_test_12345678901234567890123",
            "change.this.secret.000000000000",
            "development secret key 9876543210",
            "TokenSigningSecretForTheServer2024",
            "the_very_secret_key_of_the_server_12345",
        ] {
            assert!(is_stand_in(typed.as_bytes()), "{typed}");
        }
        for drawn in [
            "f3a9c1d27b8845e6a0d1",
            "secret-83920174650291",
            "kT9vQx2LmWpZ4rNs8yHb",
            "x1234567890",
            "hunter-qzxvkw-jjqpd",
            "",
        ] {
            assert!(!is_stand_in(drawn.as_bytes()), "{drawn}");
        }
    }
}
