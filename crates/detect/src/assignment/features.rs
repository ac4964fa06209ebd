//! What is weighed: small whole numbers about the name, the joint, the value and the line around
//! them. Whole numbers, so that a verdict is the same on every machine.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::grammar::{Assigned, Quoting};
use super::names::Name;
use super::values::{self, Look};
use crate::naming::lexicon;
use crate::words;
use crate::{entropy, placeholder, weak};

/// Bytes before the name that are looked at.
pub const BEFORE: usize = 700;
/// Bytes after the value that are looked at.
pub const AFTER: usize = 400;

macro_rules! features {
    ($($name:ident $about:literal)*) => {
        /// One thing that is weighed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the texts beside them say what they are")]
        pub enum Feature { $($name),* }

        /// Every feature with what it is, for people.
        pub const FEATURES: &[(Feature, &str, &str)] =
            &[$((Feature::$name, stringify!($name), $about)),*];
    };
}

features! {
    Class "what sort of secret the name promises"
    NameWords "number of words in the name"
    NameTail "words after the one that means a secret"
    NamePublic "name says public, id, name, type or the like"
    Joint "how the value is joined to the name"
    Quoting "how the value is quoted"
    Length "length of the value"
    Lower "share of lower-case letters"
    Upper "share of capitals"
    Digits "share of digits"
    Signs "share of other characters"
    Changes "changes between kinds of characters"
    Distinct "share of different characters"
    Entropy "entropy"
    Kind "form of the value"
    Base64 "base64"
    Word "share of letters in common words"
    Runs "runs of letters"
    Commonness "how common its three-letter sequences are"
    Odd "share of three-letter sequences that hardly occur"
    KnownWeak "common password"
    ExampleWord "value contains a word like example, test or your"
    Placeholder "placeholder"
    LastSign "last character"
    EndsInDigits "digits at the end"
    Repeats "longest repetition"
    Sequence "longest sequence"
    After "character after the value"
    Follows "text follows on the line"
    Prose "line is prose"
    LineStart "name begins the line"
    PairedNames "keys of the same form on the lines around"
    TextNear "texts for people on the lines around"
}

/// What tells one list of features from another: FNV-1a, 64 bits, of their names in order, each with a
/// line end. The trees name features by their places in the list, so they belong to one list alone.
pub(super) const FINGERPRINT: u64 = {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut feature = 0;
    while feature < FEATURES.len() {
        let name = FEATURES[feature].1.as_bytes();
        let mut at = 0;
        while at <= name.len() {
            let byte = if at < name.len() { name[at] } else { b'\n' };
            hash = (hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
            at += 1;
        }
        feature += 1;
    }
    hash
};

/// The values of all features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vector([i16; FEATURES.len()]);

impl Vector {
    /// The value of one of them.
    pub fn get(&self, feature: Feature) -> i16 {
        self.0[feature as usize]
    }

    /// All, in the order of [`FEATURES`].
    pub fn values(&self) -> &[i16] {
        &self.0
    }

    fn set(&mut self, feature: Feature, value: usize) {
        self.0[feature as usize] = i16::try_from(value).unwrap_or(i16::MAX);
    }

    fn flag(&mut self, feature: Feature, value: bool) {
        self.set(feature, usize::from(value));
    }
}

/// Measures an assignment. `look`: what its value looks like.
pub fn measure(text: &[u8], name: &Name, assigned: &Assigned, look: &Look) -> Vector {
    let mut vector = Vector([0; FEATURES.len()]);
    of_name(&mut vector, name, assigned);
    of_value(&mut vector, &assigned.content(text), look);
    of_line(&mut vector, text, name, assigned);
    vector
}

fn of_name(v: &mut Vector, name: &Name, assigned: &Assigned) {
    v.set(Feature::Class, name.class as usize);
    v.set(Feature::NameWords, name.len());
    v.set(Feature::NameTail, name.tail());
    v.flag(Feature::NamePublic, name.has(lexicon::PUBLIC) || name.tail_has(lexicon::LABEL));
    v.set(Feature::Joint, assigned.joint as usize);
    // One literal may be quoted in several ways without a change of meaning; only bare values differ.
    v.set(
        Feature::Quoting,
        match assigned.quoting {
            Quoting::Bare => 0,
            Quoting::Single | Quoting::Double | Quoting::Back | Quoting::Triple => 2,
            Quoting::Escaped => 3,
        },
    );
}

/// A share in hundredths, in steps of four.
fn share(part: usize, whole: usize) -> usize {
    (part * 25).checked_div(whole).unwrap_or(0) * 4
}

fn of_value(v: &mut Vector, value: &[u8], look: &Look) {
    let n = value.len();
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count();
    let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let digits = count(u8::is_ascii_digit);
    v.set(Feature::Length, n.min(300));
    v.set(Feature::Lower, share(lower, n));
    v.set(Feature::Upper, share(upper, n));
    v.set(Feature::Digits, share(digits, n));
    v.set(Feature::Signs, share(n - lower - upper - digits, n));
    v.set(Feature::Changes, share(weak::changes(value), n));
    let mut seen = [false; 256];
    value.iter().for_each(|b| seen[usize::from(*b)] = true);
    v.set(Feature::Distinct, share(seen.iter().filter(|s| **s).count(), n));
    v.set(Feature::Entropy, (entropy::shannon(value) * 8.0).round() as usize);
    v.set(Feature::Kind, look.shape as usize);
    v.set(Feature::Base64, values::base64_like(value));
    let reading = &look.reading;
    v.set(Feature::Word, share(reading.known, reading.letters));
    v.set(Feature::Runs, reading.runs.min(20));
    v.set(Feature::Commonness, reading.commonness() / 4 * 4);
    v.set(Feature::Odd, share(reading.odd, reading.letters));
    v.flag(Feature::KnownWeak, weak::is_known(value));
    v.set(Feature::ExampleWord, example_word(value));
    v.flag(Feature::Placeholder, placeholder::placeholder(value).is_some());
    v.set(Feature::LastSign, values::sign(value.last().copied()));
    let ends_in_digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    v.set(Feature::EndsInDigits, ends_in_digits.min(9));
    v.set(Feature::Repeats, values::repeats(value).min(12));
    v.set(Feature::Sequence, values::sequence(value).min(12));
}

fn of_line(v: &mut Vector, text: &[u8], name: &Name, assigned: &Assigned) {
    let from = name.span.start.saturating_sub(BEFORE);
    let to = (assigned.end + AFTER).min(text.len());
    let before = &text[from..name.span.start];
    let after = &text[assigned.end..to];
    let line_start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |at| at + 1);
    let line_end = memchr::memchr2(b'\n', b'\r', after).unwrap_or(after.len());
    let left = &before[line_start..];
    let right = &after[..line_end];
    // A mark of the encoding before the first line is no part of it.
    let line_left = left.strip_prefix(b"\xef\xbb\xbf").unwrap_or(left).trim_ascii_start();
    // Behind the closing quote.
    let mut beyond = right.trim_ascii_end();
    while let [b'\\', b'"' | b'\'', rest @ ..] | [b'"' | b'\'' | b'`', rest @ ..] = beyond {
        beyond = rest;
    }
    let beyond = beyond.trim_ascii_start();
    v.set(
        Feature::After,
        match beyond.first() {
            None => 0,
            Some(b',') => 1,
            Some(b';') => 2,
            Some(b')') => 3,
            Some(b'}' | b']') => 4,
            Some(b'(' | b'[' | b'.' | b'{') => 5,
            Some(b'<') => 6,
            Some(b'+' | b'%' | b'?' | b'|') => 7,
            Some(b'&') => 8,
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => 9,
            Some(b'#' | b'/') => 10,
            Some(_) => 11,
        },
    );
    v.set(Feature::Follows, beyond.len().min(60) / 4);
    let words = |part: &[u8]| {
        part.split(|b| *b == b' ')
            .filter(|w| w.len() > 1 && w.iter().all(u8::is_ascii_alphabetic))
            .count()
    };
    v.set(Feature::Prose, (words(left) + words(right)).min(12));
    let begins = line_left.iter().all(|b| b"\"'- #*`{/\\<$@:".contains(b));
    v.flag(Feature::LineStart, begins || line_left.starts_with(b"export"));
    v.set(Feature::PairedNames, paired(before, after));
    v.set(Feature::TextNear, texts(before, after));
}

/// Words in values of examples, and in those of tests.
const EXAMPLES: &str = "example your changeme replace placeholder dummy fake sample xxx redacted insert \
                        enter todo removed invalid wrong mock";
const TESTS: &str = "test foo bar abc demo my some";

/// Which of those words a value has: 2 such of examples, 1 those of tests alone.
fn example_word(value: &[u8]) -> usize {
    static WORDS: OnceLock<(AhoCorasick, usize)> = OnceLock::new();
    let (automaton, examples) = WORDS.get_or_init(|| {
        let all: Vec<&str> = EXAMPLES.split(' ').chain(TESTS.split(' ')).collect();
        (words::automaton(all.iter()), EXAMPLES.split(' ').count())
    });
    let found = automaton.find_overlapping_iter(&value[..value.len().min(200)]);
    let kinds = found.map(|found| if found.pattern().as_usize() < *examples { 2 } else { 1 });
    kinds.max().unwrap_or(0)
}

/// How many of the two lines before and after have the form `key: value` or `key = value`.
fn paired(before: &[u8], after: &[u8]) -> usize {
    let keyed = |line: &&[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"-").unwrap_or(line).trim_ascii_start();
        let line = line.strip_prefix(b"#").unwrap_or(line).trim_ascii_start();
        let key = line
            .iter()
            .take_while(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'"' | b'\'')
            })
            .count();
        key > 0 && matches!(line[key..].trim_ascii_start().first(), Some(b':' | b'='))
    };
    lines_around(before, after).filter(keyed).count()
}

/// How many of the two lines before and after have a text of three words and more in quotes.
fn texts(before: &[u8], after: &[u8]) -> usize {
    let letter = |b: u8| b.is_ascii_alphabetic() || !b.is_ascii();
    let text = |line: &&[u8]| {
        let Some(quote) = memchr::memchr2(b'"', b'\'', line) else { return false };
        let blank = |w: &&[u8]| letter(w[0]) && w[1] == b' ' && letter(w[2]);
        line[quote..].windows(3).filter(blank).count() >= 2
    };
    lines_around(before, after).filter(text).count()
}

/// The two lines before and after, the nearest first.
fn lines_around<'t>(before: &'t [u8], after: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    let earlier = before.rsplit(|b| *b == b'\n').skip(1).take(2);
    earlier.chain(after.split(|b| *b == b'\n').skip(1).take(2))
}
