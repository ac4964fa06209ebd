//! How much a value looks like words and identifiers: a word list and the frequencies of three
//! letters in a row, both made by `benches/quality/words.py` from permissively licensed source text.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Common words of source text, sorted, one a line.
static WORDS: &str = include_str!("words.txt");

/// For each three of the 27 signs (a to z, then the edge of a word), how common it is:
/// 0 never seen, 255 the most.
static TRIGRAMS: &[u8; 27 * 27 * 27] = include_bytes!("trigrams.bin");

/// An automaton for a few short words in any case.
pub(super) fn automaton<'w>(words: impl Iterator<Item = &'w &'w str>) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("a few short words fit")
}

/// Whether a lower-case word is common.
pub fn is_common(word: &[u8]) -> bool {
    let text = WORDS.as_bytes();
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let from = memchr::memrchr(b'\n', &text[..middle]).map_or(0, |at| at + 1);
        let to = memchr::memchr(b'\n', &text[middle..]).map_or(text.len(), |at| middle + at);
        match text[from..to].cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = to + 1,
            std::cmp::Ordering::Greater => high = from,
        }
    }
    false
}

/// How a text divides into letters, words and the rest.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
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
    pub fn commonness(&self) -> usize {
        self.commonness.checked_div(self.trigrams).unwrap_or(0)
    }
}

/// Reads a text as words.
pub fn read(text: &[u8]) -> Reading {
    let mut reading = Reading::default();
    let text = &text[..text.len().min(200)];
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
        run(&text[start..end], &mut reading);
        start = end;
    }
    reading
}

fn run(letters: &[u8], reading: &mut Reading) {
    let mut buffer = [0; 40];
    let word = &mut buffer[..letters.len().min(40)];
    word.copy_from_slice(&letters[..word.len()]);
    word.make_ascii_lowercase();
    reading.runs += 1;
    reading.letters += letters.len();
    reading.known += covered(word);
    let sign = |at: isize| -> usize {
        usize::try_from(at).ok().and_then(|at| word.get(at)).map_or(26, |b| usize::from(b - b'a'))
    };
    for at in -1..word.len() as isize - 1 {
        let common = TRIGRAMS[(sign(at) * 27 + sign(at + 1)) * 27 + sign(at + 2)];
        reading.commonness += usize::from(common);
        reading.trigrams += 1;
        reading.odd += usize::from(common < 40);
    }
}

/// Shortest word that counts within a longer run.
const PART: usize = 4;

/// Letters of a run that common words cover: the whole run, or parts of four letters and more.
fn covered(word: &[u8]) -> usize {
    if word.len() >= 3 && is_common(word) {
        return word.len();
    }
    // Most letters covered up to each place.
    let mut best = [0_usize; 41];
    for end in 1..=word.len() {
        best[end] = best[end - 1];
        for start in end.saturating_sub(12)..(end + 1).saturating_sub(PART) {
            let most = best[start] + end - start;
            if most > best[end] && is_common(&word[start..end]) {
                best[end] = most;
            }
        }
    }
    best[word.len()]
}
