//! How much a value looks like words and identifiers: a word list and the frequencies of three
//! letters in a row, both made by `benches/quality/words.py` from permissively licensed source text.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::identifier::{self, Cut, Digits};

/// Common words of source text, sorted, one a line.
static WORDS: &str = include_str!("words/words.txt");

/// For each three of the 27 signs (a to z, then the edge of a word), how common it is:
/// 0 never seen, 255 the most.
static TRIGRAMS: &[u8; 27 * 27 * 27] = include_bytes!("words/trigrams.bin");

/// An automaton for a few short words in any case.
pub(crate) fn automaton<'w>(words: impl Iterator<Item = &'w &'w str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("a few short words fit")
}

/// Choices of three letters.
const BEGINNINGS: usize = 26 * 26 * 26;

/// For each three letters, where the words that begin with them start in the list; they end where the
/// next ones start. Few choices of letters begin any word.
static STARTS: [u16; BEGINNINGS + 1] = starts();

const fn starts() -> [u16; BEGINNINGS + 1] {
    let text = WORDS.as_bytes();
    assert!(text.len() <= u16::MAX as usize && text[text.len() - 1] == b'\n');
    let mut starts = [text.len() as u16; BEGINNINGS + 1];
    let (mut at, mut next) = (0, 0);
    while at < text.len() {
        let letters = [text[at], text[at + 1], text[at + 2]];
        let Some(beginning) = beginning(&letters) else { panic!("a word is of letters") };
        while next <= beginning {
            starts[next] = at as u16;
            next += 1;
        }
        while text[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    starts
}

/// The number of the first three letters of a text in lower case.
const fn beginning(text: &[u8]) -> Option<usize> {
    let [first, second, third, ..] = text else { return None };
    if first.is_ascii_lowercase() && second.is_ascii_lowercase() && third.is_ascii_lowercase() {
        let [first, second, third] = [*first - b'a', *second - b'a', *third - b'a'];
        return Some((first as usize * 26 + second as usize) * 26 + third as usize);
    }
    None
}

/// The common words that begin with the same three letters as a text, and nothings.
fn words_like(text: &[u8]) -> impl Iterator<Item = &'static [u8]> {
    let range =
        beginning(text).map_or(0..0, |at| usize::from(STARTS[at])..usize::from(STARTS[at + 1]));
    WORDS.as_bytes()[range].split(|byte| *byte == b'\n')
}

/// Whether a lower-case word is common.
pub(crate) fn is_common(word: &[u8]) -> bool {
    !word.is_empty() && words_like(word).any(|known| known == word)
}

/// How a text divides into letters, words and the rest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Letters in runs that are common words, alone or written together.
    pub known: usize,
    /// Letters.
    pub letters: usize,
    /// Runs of letters (cut at humps).
    pub runs: usize,
    /// Sum of the trigrams' commonness, 0 to 255 each.
    commonness: usize,
    trigrams: usize,
    /// Trigrams never or hardly seen.
    pub odd: usize,
}

impl Reading {
    /// Mean commonness of the trigrams: 0 to 255.
    pub(crate) fn commonness(&self) -> usize {
        self.commonness.checked_div(self.trigrams).unwrap_or(0)
    }
}

/// Reads a text as words.
pub(crate) fn read(text: &[u8]) -> Reading {
    let mut reading = Reading::default();
    runs(text).for_each(|letters| run(letters, &mut reading));
    reading
}

/// Whether common words cover so many tenths of the letters that [`read`] sees. Of most texts that are
/// not words, the first few runs of letters tell.
pub(crate) fn cover(text: &[u8], tenths: usize) -> bool {
    let text = &text[..text.len().min(LONGEST)];
    let letters = text.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let mut unknown = 0;
    runs(text).all(|run| {
        unknown += run.len() - covered(lower(run, &mut [0; LONGEST_RUN]));
        unknown * 10 <= letters * (10 - tenths)
    })
}

/// The runs of letters of a text, cut at humps.
fn runs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const RUN: Cut = Cut { digits: Digits::Signs, abbreviations: false, foreign: false };
    identifier::words(&text[..text.len().min(LONGEST)], RUN)
}

/// So much of a text is looked at.
const LONGEST: usize = 200;

/// So much of a run of letters is looked at.
const LONGEST_RUN: usize = 40;

/// A run of letters in lower case.
fn lower<'b>(letters: &[u8], buffer: &'b mut [u8; LONGEST_RUN]) -> &'b [u8] {
    let word = &mut buffer[..letters.len().min(LONGEST_RUN)];
    word.copy_from_slice(&letters[..word.len()]);
    word.make_ascii_lowercase();
    word
}

fn run(letters: &[u8], reading: &mut Reading) {
    let mut buffer = [0; LONGEST_RUN];
    let word = lower(letters, &mut buffer);
    reading.runs += 1;
    reading.letters += letters.len();
    reading.known += covered(word);
    // Letters in a row, of which the first stands behind an edge of the word and the last before one.
    let mut signs = word.iter().map(|letter| usize::from(letter - b'a')).chain([EDGE]);
    let (mut before, mut here) = (EDGE, signs.next().unwrap_or(EDGE));
    for next in signs {
        let common = TRIGRAMS[(before * 27 + here) * 27 + next];
        reading.commonness += usize::from(common);
        reading.odd += usize::from(common < 40);
        (before, here) = (here, next);
    }
    reading.trigrams += word.len();
}

/// The sign for the edge of a word.
const EDGE: usize = 26;

/// Lengths of words that count within a longer run.
const PART: std::ops::RangeInclusive<usize> = 4..=12;

/// Letters of a run that common words cover: the whole run, or parts of four letters and more.
fn covered(word: &[u8]) -> usize {
    if is_common(word) {
        return word.len();
    }
    if word.len() < *PART.start() {
        return 0;
    }
    // Most letters covered up to each place.
    let mut best = [0_u8; LONGEST_RUN + 1];
    for start in 0..word.len() {
        let until = best[start].max(best[start.saturating_sub(1)]);
        best[start] = until;
        let rest = &word[start..];
        for part in words_like(rest) {
            if PART.contains(&part.len()) && rest.starts_with(part) {
                let end = &mut best[start + part.len()];
                *end = (*end).max(until + part.len() as u8);
            }
        }
    }
    usize::from(best[word.len()].max(best[word.len() - 1]))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| WORDS.lines().collect());
    static SET: LazyLock<HashSet<&[u8]>> =
        LazyLock::new(|| LIST.iter().map(|word| word.as_bytes()).collect());

    /// What [`covered`] says, by its definition.
    fn covered_slowly(word: &[u8]) -> usize {
        if word.len() >= 3 && SET.contains(word) {
            return word.len();
        }
        let mut best = vec![0; word.len() + 1];
        for end in 1..=word.len() {
            best[end] = best[end - 1];
            for start in end.saturating_sub(12)..(end + 1).saturating_sub(4) {
                if SET.contains(&word[start..end]) {
                    best[end] = best[end].max(best[start] + end - start);
                }
            }
        }
        best[word.len()]
    }

    #[test]
    fn every_word_of_the_list_is_common() {
        assert!(LIST.is_sorted());
        for word in LIST.iter().map(|word| word.as_bytes()) {
            assert!(is_common(word));
            assert_eq!(is_common(&word[1..]), SET.contains(&word[1..]));
            assert_eq!(is_common(&word[..word.len() - 1]), SET.contains(&word[..word.len() - 1]));
        }
        for other in ["", "\n", "ab", "zoo\n", "zone\nzoo", "Zoo", "zoq", "{{{", "zzzz"] {
            assert!(!is_common(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn a_text_is_read_as_words() {
        let Reading { known, letters, runs, .. } = read(b"serverName-qx7 THE_xqserverqx");
        assert_eq!((known, letters, runs), (6 + 4 + 3 + 6, 25, 5));
        assert_eq!(read(b"the"), read(b"THE"));
        let odd = |text: &[u8]| read(text).odd;
        assert_eq!((odd(b""), odd(b"qxz")), (0, 3));
        assert!(read(b"station").commonness() > read(b"sxaxiqn").commonness());
    }

    /// The same runs, one byte after the other.
    fn runs_slowly(text: &[u8]) -> Vec<&[u8]> {
        let mut runs = Vec::new();
        let mut start = 0;
        while start < text.len() {
            if !text[start].is_ascii_alphabetic() {
                start += 1;
                continue;
            }
            let mut end = start + 1;
            while end < text.len()
                && text[end].is_ascii_alphabetic()
                && !(text[end].is_ascii_uppercase() && text[end - 1].is_ascii_lowercase())
            {
                end += 1;
            }
            runs.push(&text[start..end]);
            start = end;
        }
        runs
    }

    proptest! {
        #[test]
        fn words_cover_what_the_definition_says(
            parts in proptest::collection::vec((0..LIST.len(), 0_usize..4, "[a-z]{0,2}"), 0..5),
            cut in 0_usize..41,
        ) {
            let mut text = String::new();
            for (at, left_out, other) in parts {
                let word = LIST[at];
                text.push_str(&word[left_out.min(word.len())..]);
                text.push_str(&other);
            }
            let text = &text.as_bytes()[..text.len().min(cut)];
            prop_assert_eq!(covered(text), covered_slowly(text));
            prop_assert_eq!(is_common(text), SET.contains(text));
        }

        #[test]
        fn letters_are_covered_as_a_reading_says(
            text in "(the|server|Name|qx|Zj|[a-zA-Z0-9_-]{0,3}|é){0,30}",
            tenths in 0_usize..=10,
        ) {
            let text = text.as_bytes();
            let reading = read(text);
            prop_assert_eq!(cover(text, tenths), reading.known * 10 >= reading.letters * tenths);
            let head = &text[..text.len().min(LONGEST)];
            prop_assert_eq!(runs(text).collect::<Vec<_>>(), runs_slowly(head));
        }
    }
}
