//! Tells base64 that somebody typed, or wrote as an example, from base64 that stands for random bytes.
//! Only for bodies that parse as nothing: a key that parses needs no such doubts.

use data_encoding::BASE64_NOPAD;

/// Bits per letter below which a body says too little to be a key. Random letters have 5.2 in the
/// shortest body and nearly 6 in a long one; the beginning of an OpenSSH container, full of zeros, 4.
const LEAST_ENTROPY: f64 = 3.6;

/// Words that people put where a key should be, in the ways they write them.
const WORDS: [&str; 18] = [
    "EXAMPLE",
    "Example",
    "example",
    "PLACEHOLDER",
    "Placeholder",
    "placeholder",
    "REDACTED",
    "Redacted",
    "redacted",
    "PRIVATEKEY",
    "PrivateKey",
    "privatekey",
    "DUMMY",
    "dummy",
    "YOURKEY",
    "YourKey",
    "yourkey",
    "XXXXXXXX",
];

/// Whether these bytes, as base64, are filler.
pub(super) fn is_filler(bytes: &[u8]) -> bool {
    let letters = BASE64_NOPAD.encode(bytes);
    let letters = letters.as_bytes();
    if letters.is_empty() {
        return true;
    }
    let has_sign = letters.iter().any(|b| !b.is_ascii_alphabetic());
    let has_word =
        WORDS.iter().any(|word| memchr::memmem::find(letters, word.as_bytes()).is_some());
    !has_sign
        || has_word
        || entropy(letters) < LEAST_ENTROPY
        || is_sequence(letters)
        || is_repetition(letters)
}

fn entropy(letters: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for letter in letters {
        counts[usize::from(*letter)] += 1;
    }
    let total = letters.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|p| -p * p.log2())
        .sum()
}

/// `abcdefgh...`: more than a third of the letters follow the one before them.
fn is_sequence(letters: &[u8]) -> bool {
    let steps = letters.windows(2).filter(|pair| pair[0].wrapping_add(1) == pair[1]).count();
    steps * 3 > letters.len()
}

/// `abcd1234abcd1234`: four fifths of the letters stand at a fixed distance from themselves. Zeros do
/// in honest containers too, so they do not count.
fn is_repetition(letters: &[u8]) -> bool {
    (1..=32.min(letters.len() / 2)).any(|distance| {
        let same =
            letters.iter().zip(&letters[distance..]).filter(|(a, b)| a == b && **a != b'A').count();
        same * 5 > (letters.len() - distance) * 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filler(text: &str) -> bool {
        let length = text.len() & !3;
        is_filler(&BASE64_NOPAD.decode(&text.as_bytes()[..length]).unwrap())
    }

    #[test]
    fn what_people_type_is_filler() {
        assert!(filler(&"A".repeat(64)));
        assert!(filler(&"abcd1234".repeat(10)));
        assert!(filler(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQ"
        ));
        assert!(filler("ThisIsNotReallyAnybodysKeyButTheNextBestThingThatCameToMindWhenWriting"));
        assert!(filler("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCEXAMPLEKEYGOESHEREkqhkiG9w0BAQEFAASC12"));
        assert!(is_filler(&[]));
    }

    #[test]
    fn random_bytes_are_not() {
        let mut state = 1_u64;
        for _ in 0..200 {
            let bytes: Vec<u8> = (0..48)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    (state >> 56) as u8
                })
                .collect();
            assert!(!is_filler(&bytes), "{bytes:?}");
        }
        assert!(!is_filler(b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\0\x33\0\0\0\x0bssh-ed"));
    }
}
