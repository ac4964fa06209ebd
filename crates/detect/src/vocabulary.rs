//! Words that people write where a secret goes, and what else stands there, as `vocabulary.txt` lists them.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The words by what they say of a value.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Passwords that somebody would try first, without digits at their end.
    pub(crate) tried: HashSet<&'static [u8]>,
    /// Words that say by themselves that a value is no secret.
    pub(crate) sample: Vec<&'static [u8]>,
    /// Those of them that say so as the first or last word of a longer value, too.
    pub(crate) at_ends: Vec<&'static [u8]>,
    /// Words that occur beside those and say nothing.
    pub(crate) beside: Vec<&'static [u8]>,
    /// Types, constants and keywords of languages.
    pub(crate) language: Vec<&'static [u8]>,
    /// Ends of names of files.
    pub(crate) extension: HashSet<&'static [u8]>,
    /// What hashes begin with.
    pub(crate) hash: Vec<&'static [u8]>,
    /// What ciphertexts begin with.
    pub(crate) ciphertext: Vec<&'static [u8]>,
}

/// All of them, read when they are first needed.
pub(crate) static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut all = Vocabulary::default();
    each_word(|section, word, is_marked| {
        match section {
            "tried" => _ = all.tried.insert(word),
            "sample" => all.sample.push(word),
            "language" => all.language.push(word),
            "extension" => _ = all.extension.insert(word),
            "hash" => all.hash.push(word),
            "ciphertext" => all.ciphertext.push(word),
            _ => all.beside.push(word),
        }
        if is_marked {
            all.at_ends.push(word);
        }
    });
    all
});

/// Maximum length of a password that is tried first, in bytes.
pub(crate) const LONGEST_TRIED: usize = 13;

static TEXT: &str = include_str!("vocabulary.txt");

/// Takes each word with its section, and whether it is marked.
fn each_word(mut take: impl FnMut(&'static str, &'static [u8], bool)) {
    let mut section = "";
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[') {
            Some(title) => section = title.trim_end_matches(']'),
            None => {
                for word in line.split_whitespace() {
                    let plain = word.trim_end_matches('*');
                    take(section, plain.as_bytes(), plain.len() < word.len());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_once_in_a_known_section() {
        let mut seen = HashSet::new();
        each_word(|section, word, is_marked| {
            let text = String::from_utf8_lossy(word);
            let of_words =
                ["tried", "sample", "beside", "language", "extension"].contains(&section);
            assert!(of_words || ["hash", "ciphertext"].contains(&section), "{section}");
            assert!(seen.insert((section, word)), "{text} stands twice in {section}");
            assert!(!is_marked || section == "sample", "{text}");
            let is_plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            assert!(!of_words || word.iter().all(is_plain), "{text}");
        });
        let Vocabulary { tried, sample, at_ends, beside, .. } = &*VOCABULARY;
        assert!(tried.len() > 100 && sample.len() > 30 && at_ends.len() > 5 && beside.len() > 100);
        assert!(sample.iter().all(|word| !beside.contains(word)));
        assert_eq!(tried.iter().map(|word| word.len()).max(), Some(LONGEST_TRIED));
    }
}
