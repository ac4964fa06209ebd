//! BIP-39 mnemonics: English words whose last bits are a checksum.

use bip39::{Language, Mnemonic};

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::placeholder::sample_mnemonic;
use crate::score::Usability;

/// 12, 15, 18, 21 or 24 English words, between them anything that is no letter.
pub(super) const BIP39: Check = Check {
    name: "bip39",
    about: "Twelve to twenty-four words of the English BIP-39 list whose checksum holds.",
    run,
    mint: Some(mint),
};

fn run(value: &[u8]) -> Outcome {
    let Some(words) = words(value) else { return Outcome::rejected() };
    if Mnemonic::parse_in_normalized(Language::English, &words).is_err() {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    decoded.add_fact("words", (words.matches(' ').count() + 1).to_string());
    if sample_mnemonic(&words) {
        decoded.usability.push(Usability::Placeholder);
    }
    Outcome::proven(decoded)
}

/// The words in lower case, one space between them; `None` for more than any mnemonic has.
fn words(value: &[u8]) -> Option<String> {
    const MOST: usize = 24;
    let mut words = value.split(|c| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty());
    let mut out = String::with_capacity(MOST * 9);
    for word in words.by_ref().take(MOST) {
        if word.len() > 8 {
            return None;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.iter().map(|c| char::from(c.to_ascii_lowercase())));
    }
    words.next().is_none().then_some(out)
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let count = value.split(|c| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty()).count();
    let gap = |c: &u8| !c.is_ascii_alphabetic();
    let separator: Vec<u8> = value
        .iter()
        .skip_while(|c| gap(c))
        .skip_while(|c| !gap(c))
        .take_while(|c| gap(c))
        .copied()
        .collect();
    let separator = if separator.is_empty() { b" ".to_vec() } else { separator };
    let entropy = [16, 20, 24, 28, 32].into_iter().find(|n| n * 3 / 4 >= count).unwrap_or(32);
    let entropy = minting::bytes(entropy, random);
    if let Ok(mnemonic) = Mnemonic::from_entropy_in(Language::English, &entropy) {
        let words: Vec<&[u8]> = mnemonic.words().map(str::as_bytes).collect();
        *value = words.join(separator.as_slice());
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::super::{Verdict, testing};
    use super::*;

    /// By the specification: entropy, then the first bits of its SHA-256, eleven bits a word.
    fn made(entropy: &[u8]) -> Vec<&'static str> {
        let mut bits = String::new();
        for byte in entropy.iter().chain(Sha256::digest(entropy).iter().take(1)) {
            bits.push_str(&format!("{byte:08b}"));
        }
        bits.truncate(entropy.len() * 8 + entropy.len() / 4);
        let list = Language::English.word_list();
        (0..bits.len() / 11)
            .map(|i| {
                list[usize::from_str_radix(&bits[i * 11..i * 11 + 11], 2).expect("binary digits")]
            })
            .collect()
    }

    #[test]
    fn mnemonics_of_every_length_hold() {
        for n in [16, 20, 24, 28, 32] {
            let entropy: Vec<u8> = (0..n).map(|i| (i * 29 + 3) as u8).collect();
            let words = made(&entropy);
            for separator in [" ", "\n", ", ", "\", \""] {
                let outcome = (BIP39.run)(words.join(separator).as_bytes());
                assert_eq!(outcome.verdict, Verdict::Proven, "{n} bytes");
                assert_eq!(
                    testing::fact(&outcome, "words"),
                    Some((n * 3 / 4).to_string().as_str())
                );
            }
            assert_eq!(
                (BIP39.run)(words.join(" ").to_uppercase().as_bytes()).verdict,
                Verdict::Proven
            );
            assert_eq!((BIP39.run)(words[1..].join(" ").as_bytes()).verdict, Verdict::Rejected);
        }
    }

    #[test]
    fn a_wrong_word_rejects_mostly_and_a_foreign_word_always() {
        let words = made(&[0xa7; 32]);
        let mut passed = 0;
        for replacement in Language::English.word_list() {
            let mut changed = words.clone();
            changed[3] = replacement;
            passed +=
                usize::from((BIP39.run)(changed.join(" ").as_bytes()).verdict == Verdict::Proven);
        }
        // Eight checksum bits: one replacement in 256 passes.
        assert!((2..=24).contains(&passed), "{passed} of 2048 replacements passed");
        let mut foreign = words;
        foreign[0] = "zzz";
        assert_eq!((BIP39.run)(foreign.join(" ").as_bytes()).verdict, Verdict::Rejected);
    }

    #[test]
    fn the_mnemonic_of_the_test_vectors_is_a_placeholder() {
        let words = made(&[0; 16]).join(" ");
        assert_eq!((BIP39.run)(words.as_bytes()).decoded.usability, [Usability::Placeholder]);
        let other = made(&[0x3c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]).join(" ");
        assert!((BIP39.run)(other.as_bytes()).decoded.usability.is_empty());
    }

    #[test]
    fn neither_many_words_nor_long_ones_are_read() {
        let many = "zoo ".repeat(100_000);
        assert_eq!((BIP39.run)(many.as_bytes()).verdict, Verdict::Rejected);
        let long = "z".repeat(100_000);
        assert_eq!((BIP39.run)(long.as_bytes()).verdict, Verdict::Rejected);
    }
}
