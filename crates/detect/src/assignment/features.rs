//! What is weighed: small whole numbers about the name, the joint, the value and the line around
//! them. Whole numbers, so that a verdict is the same on every machine.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;

use super::grammar::{Assigned, Joint, Quoting};
use super::names::{Class, Name};
use super::values::{self, Shape};
use crate::naming::lexicon::{self, Meaning};
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
    NameSigil "sign before the name"
    NameQuoted "name in quotes, brackets or tags"
    NamePublic "name says public, id, name, type or the like"
    NamePlace "name says path, file, url or the like"
    NameDigest "name says hash, digest, salt or encrypted"
    NameTest "name says test, example, fake or wrong"
    NameOwner "name says what it opens: db, admin, client"
    NameApi "name says api, access or private"
    NameCrypto "name says sign, encrypt, jwt or aes"
    NameMember "name is a member of something"
    NameAbout "name says a property: length, expiry, policy"
    NameVerb "name begins with a verb"
    Joint "how the value is joined to the name"
    Quoting "how the value is quoted"
    Typed "type between name and value"
    InCall "value within a call"
    CallDecodes "value within a decoding or bytes call"
    CallReads "value within a call that reads or translates"
    NextLine "value on a later line"
    InList "value in a list"
    Scheme "scheme before the value"
    Length "length of the value"
    Lower "share of lower-case letters"
    Upper "share of capitals"
    Digits "share of digits"
    Signs "share of other characters"
    Blanks "number of blanks"
    Foreign "characters beyond ASCII"
    Changes "changes between kinds of characters"
    Distinct "share of different characters"
    Entropy "entropy"
    Kind "form of the value"
    Hex "hexadecimal"
    Base64 "base64"
    Word "share of letters in common words"
    Runs "runs of letters"
    Commonness "how common its three-letter sequences are"
    Odd "share of three-letter sequences that hardly occur"
    KnownWeak "common password"
    SecretWord "value contains a word like password or token"
    ExampleWord "value contains a word like example, test or your"
    Placeholder "placeholder"
    FirstSign "first character"
    LastSign "last character"
    FirstUpper "begins with a capital"
    EndsInDigits "digits at the end"
    Repeats "longest repetition"
    Sequence "longest sequence"
    Dots "dots"
    Dashes "dashes"
    Underscores "underscores"
    Slashes "slashes"
    Colons "colons"
    Brackets "brackets and percent signs"
    After "character after the value"
    Follows "text follows on the line"
    Concatenated "joined to another piece"
    Comment "line is a comment"
    Prose "line is prose"
    LineStart "name begins the line"
    UserNear "user name, e-mail or login close by"
    HostNear "host, port, database or url close by"
    SecretNear "other secrets close by"
    TestNear "test words close by"
    FormNear "words of forms and interfaces close by"
    CodeNear "code close by"
    ExampleNear "example words close by"
    ErrorNear "words of messages close by"
    PairedNames "keys of the same form on the lines around"
    Semicolon "line ends in a semicolon"
    CommaEnd "line ends in a comma"
    Constant "declared as a constant or variable"
    HashNear "hash or signature words close by"
    Schema "words of schemas close by"
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

/// Measures an assignment.
pub fn measure(text: &[u8], name: &Name, assigned: &Assigned) -> Vector {
    let mut vector = Vector([0; FEATURES.len()]);
    of_name(&mut vector, text, name, assigned);
    of_joint(&mut vector, text, assigned);
    of_value(&mut vector, text, assigned);
    of_line(&mut vector, text, name, assigned);
    vector
}

fn of_name(v: &mut Vector, text: &[u8], name: &Name, assigned: &Assigned) {
    let before = name.span.start.checked_sub(1).map_or(b'\n', |i| text[i]);
    v.set(
        Feature::Class,
        match name.class {
            Class::Password => 7,
            Class::Secret => 6,
            Class::Token => 5,
            Class::ApiKey => 4,
            Class::Credential => 3,
            Class::Auth => 2,
            Class::Key => 1,
        },
    );
    v.set(Feature::NameWords, name.len());
    v.set(Feature::NameTail, name.tail());
    let bytes = &text[name.span.clone()];
    v.set(
        Feature::NameSigil,
        match before {
            b'-' => 1,
            b'$' => 2,
            b'@' => 3,
            b':' => 4,
            b'.' | b'>' => 5,
            b'?' | b'&' => 6,
            b'<' => 7,
            b'\\' => 8,
            _ if bytes.first() == Some(&b'$') => 2,
            _ => 0,
        },
    );
    v.flag(Feature::NameQuoted, assigned.quoted_name);
    let has = |meanings: Meaning| name.has(meanings);
    v.flag(Feature::NamePublic, has(lexicon::PUBLIC) || name.tail_has(lexicon::LABEL));
    v.flag(Feature::NamePlace, has(lexicon::PLACE));
    v.flag(Feature::NameDigest, has(lexicon::DIGEST));
    v.set(Feature::NameTest, if has(lexicon::WRONG) { 2 } else { usize::from(has(lexicon::TEST)) });
    v.flag(Feature::NameOwner, has(lexicon::OWNER));
    v.flag(Feature::NameApi, has(lexicon::API));
    v.flag(Feature::NameCrypto, has(lexicon::CRYPTO));
    v.flag(Feature::NameMember, bytes.contains(&b'.') || matches!(before, b'.' | b'>'));
    v.flag(Feature::NameAbout, has(lexicon::ABOUT));
    let verb = if name.secret > 0 { name.first() } else { name.joined };
    v.flag(Feature::NameVerb, verb & lexicon::VERB != 0);
}

fn of_joint(v: &mut Vector, text: &[u8], assigned: &Assigned) {
    v.set(
        Feature::Joint,
        match assigned.joint {
            Joint::Equals => 0,
            Joint::Colon => 1,
            Joint::Arrow => 2,
            Joint::ValueOf => 3,
            Joint::Tag => 4,
            Joint::Blank => 5,
            Joint::Call => 6,
            Joint::Comma => 7,
            Joint::Default => 8,
            Joint::Compared => 9,
            Joint::Within => 10,
        },
    );
    // One literal may be quoted in several ways without a change of meaning; only bare values differ.
    v.set(
        Feature::Quoting,
        match assigned.quoting {
            Quoting::Bare => 0,
            Quoting::Single | Quoting::Double | Quoting::Back | Quoting::Triple => 2,
            Quoting::Escaped => 3,
        },
    );
    v.flag(Feature::Typed, assigned.typed);
    if let Some(call) = &assigned.call {
        let called = &text[call.clone()];
        v.flag(Feature::InCall, called.len() > 2);
        v.flag(Feature::CallDecodes, DECODES.is_match(called));
        v.flag(Feature::CallReads, READS.is_match(called));
    }
    v.flag(Feature::NextLine, assigned.next_line);
    v.flag(Feature::InList, assigned.in_list);
    v.set(
        Feature::Scheme,
        match &assigned.scheme {
            Some(scheme) if text[scheme.clone()].eq_ignore_ascii_case(b"basic") => 2,
            Some(_) => 1,
            None => 0,
        },
    );
}

/// Words in the names of functions that decode or convert what they are given.
static DECODES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "decode", "byte", "base64", "hex", "string", "pointer", "ptr", "buffer", "secret", "key",
        "encode", "utf8", "str",
    ];
    words::automaton(words.iter())
});

/// Words in the names of functions that read or translate what they are given the name of.
static READS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "get", "env", "find", "read", "load", "path", "file", "regex", "tr", "lang", "label",
        "query", "select", "exec", "input", "require", "import", "error", "format", "printf",
        "field", "column", "element", "param",
    ];
    words::automaton(words.iter())
});

/// A share in hundredths, in steps of four.
fn share(part: usize, whole: usize) -> usize {
    (part * 25).checked_div(whole).unwrap_or(0) * 4
}

fn of_value(v: &mut Vector, text: &[u8], assigned: &Assigned) {
    let content = assigned.content(text);
    let value = &content[..];
    let n = value.len();
    let count = |test: fn(&u8) -> bool| value.iter().filter(|b| test(b)).count();
    v.set(Feature::Length, n.min(300));
    let (lower, upper) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase));
    let digits = count(u8::is_ascii_digit);
    let blanks = count(|b| matches!(b, b' ' | b'\t'));
    v.set(Feature::Lower, share(lower, n));
    v.set(Feature::Upper, share(upper, n));
    v.set(Feature::Digits, share(digits, n));
    v.set(Feature::Signs, share(n - lower - upper - digits, n));
    v.set(Feature::Blanks, blanks.min(9));
    v.flag(Feature::Foreign, !value.is_ascii());
    v.set(Feature::Changes, share(weak::changes(value), n));
    let mut seen = [false; 256];
    value.iter().for_each(|b| seen[usize::from(*b)] = true);
    v.set(Feature::Distinct, share(seen.iter().filter(|s| **s).count(), n));
    v.set(Feature::Entropy, (entropy::shannon(value) * 8.0).round() as usize);
    let shape = values::shape(value);
    v.set(Feature::Kind, shape as usize);
    v.set(Feature::Hex, if shape == Shape::Hex { n.min(130) } else { 0 });
    v.set(Feature::Base64, values::base64_like(value));
    let reading = words::read(value);
    v.set(Feature::Word, share(reading.known, reading.letters));
    v.set(Feature::Runs, reading.runs.min(20));
    v.set(Feature::Commonness, reading.commonness() / 4 * 4);
    v.set(Feature::Odd, share(reading.odd, reading.letters));
    v.flag(Feature::KnownWeak, weak::is_known(value));
    let said = value_words(value);
    v.flag(Feature::SecretWord, said[0]);
    v.set(Feature::ExampleWord, if said[1] { 2 } else { usize::from(said[2]) });
    v.set(
        Feature::Placeholder,
        match placeholder::placeholder(value) {
            None if blacked_out(value) => 3,
            None => 0,
            Some("template") => 2,
            Some("masked") => 3,
            Some(_) => 1,
        },
    );
    v.set(Feature::FirstSign, values::sign(value.first().copied()));
    v.set(Feature::LastSign, values::sign(value.last().copied()));
    v.flag(Feature::FirstUpper, value.first().is_some_and(u8::is_ascii_uppercase));
    v.set(
        Feature::EndsInDigits,
        value.iter().rev().take_while(|b| b.is_ascii_digit()).count().min(9),
    );
    v.set(Feature::Repeats, values::repeats(value).min(12));
    v.set(Feature::Sequence, values::sequence(value).min(12));
    let times = |bytes: &[u8]| value.iter().filter(|b| bytes.contains(b)).count().min(12);
    v.set(Feature::Dots, times(b"."));
    v.set(Feature::Dashes, times(b"-"));
    v.set(Feature::Underscores, times(b"_"));
    v.set(Feature::Slashes, times(b"/"));
    v.set(Feature::Colons, times(b":"));
    v.set(Feature::Brackets, times(b"(){}[]<>%"));
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
    let unmarked = left.strip_prefix(b"\xef\xbb\xbf").unwrap_or(left);
    let (line_left, line_right) = (unmarked.trim_ascii_start(), right.trim_ascii_end());
    // Behind the closing quote.
    let mut beyond = line_right;
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
    let joined = |first: &[u8]| {
        first.starts_with(b"+") || first.starts_with(b". ") || first.starts_with(b"..")
    };
    v.flag(Feature::Concatenated, assigned.quoting != Quoting::Bare && joined(beyond));
    let comment = [&b"#"[..], b"//", b"*", b"/*", b"--", b";", b"<!--", b"%", b"'"]
        .iter()
        .any(|sign| line_left.starts_with(sign));
    v.flag(Feature::Comment, comment || memchr::memmem::find(left, b"// ").is_some());
    let words = |part: &[u8]| {
        part.split(|b| *b == b' ')
            .filter(|w| w.len() > 1 && w.iter().all(u8::is_ascii_alphabetic))
            .count()
    };
    v.set(Feature::Prose, (words(left) + words(right)).min(12));
    let plain = line_left.iter().all(|b| {
        matches!(
            b,
            b'"' | b'\''
                | b'-'
                | b' '
                | b'#'
                | b'*'
                | b'`'
                | b'{'
                | b'/'
                | b'\\'
                | b'<'
                | b'$'
                | b'@'
                | b':'
        )
    });
    v.set(
        Feature::LineStart,
        if plain {
            2
        } else {
            usize::from(line_left.starts_with(b"export") || line_left.starts_with(b"-"))
        },
    );
    near(v, before, after);
    v.set(Feature::PairedNames, paired(before, after));
    v.set(Feature::TextNear, texts(before, after));
    v.flag(Feature::Semicolon, line_right.ends_with(b";"));
    v.flag(Feature::CommaEnd, line_right.ends_with(b","));
    v.flag(
        Feature::Constant,
        [
            &b"const "[..],
            b"final ",
            b"static ",
            b"let ",
            b"var ",
            b"val ",
            b"string ",
            b"String ",
            b"define",
        ]
        .iter()
        .any(|w| memchr::memmem::find(left, w).is_some()),
    );
}

/// Words within values: of secrets, of examples, of tests.
const WITHIN: [&[&str]; 3] = [
    &["pass", "secret", "token", "key", "pwd", "auth", "cred"],
    &[
        "example",
        "your",
        "changeme",
        "replace",
        "placeholder",
        "dummy",
        "fake",
        "sample",
        "xxx",
        "redacted",
        "insert",
        "enter",
        "todo",
        "removed",
        "invalid",
        "wrong",
        "mock",
    ],
    &["test", "foo", "bar", "abc", "demo", "my", "some"],
];

/// Which groups of [`WITHIN`] a value has words of.
fn value_words(value: &[u8]) -> [bool; 3] {
    static WORDS: OnceLock<AhoCorasick> = OnceLock::new();
    let automaton = WORDS.get_or_init(|| words::automaton(WITHIN.into_iter().flatten()));
    let mut said = [false; 3];
    for found in automaton.find_overlapping_iter(&value[..value.len().min(200)]) {
        let word = found.pattern().as_usize();
        let first = WITHIN[0].len();
        let group = usize::from(word >= first) + usize::from(word >= first + WITHIN[1].len());
        said[group] = true;
    }
    said
}

/// Words whose presence close by is counted, by feature.
const NEAR: &[(Feature, &[&str])] = &[
    (Feature::UserNear, &["user", "login", "email"]),
    (Feature::HostNear, &["host", "port", "database", "url", "server", "jdbc", "endpoint"]),
    (Feature::SecretNear, &["secret", "passw", "token", "key", "credential", "auth", "client_id"]),
    (Feature::TestNear, &["test", "assert", "expect", "should", "mock", "fixture", "describe("]),
    (
        Feature::FormNear,
        &["label", "input", "placeholder", "form", "button", "title", "field", "i18n", "text"],
    ),
    (
        Feature::CodeNear,
        &[
            "return", "func", "def ", "if (", "if ", "public ", "void", "self.", "this.", "=>",
            "let ", "const ",
        ],
    ),
    (Feature::ExampleNear, &["example", "sample", "demo", "e.g", "default"]),
    (Feature::ErrorNear, &["error", "message", "invalid", "failed", "warn", "log", "print"]),
    (
        Feature::HashNear,
        &["sha", "hash", "md5", "hmac", "digest", "signature", "checksum", "encrypt"],
    ),
    (
        Feature::Schema,
        &["type", "description", "required", "format", "properties", "enum", "default:"],
    ),
];

/// All words of [`NEAR`] at once, and for each the index of its group.
fn near_words() -> &'static (AhoCorasick, Vec<usize>) {
    static WORDS: OnceLock<(AhoCorasick, Vec<usize>)> = OnceLock::new();
    WORDS.get_or_init(|| {
        let words = NEAR.iter().flat_map(|(_, words)| words.iter());
        let groups = NEAR
            .iter()
            .enumerate()
            .flat_map(|(group, (_, words))| words.iter().map(move |_| group));
        let automaton = words::automaton(words);
        (automaton, groups.collect())
    })
}

/// Lines before and after that count as close by, and bytes of each.
const LINES_BEFORE: usize = 4;
const LINES_AFTER: usize = 2;
const OF_LINE: usize = 140;

/// Counts the words around: on the line itself and on those next to it, without their indentation.
fn near(v: &mut Vector, before: &[u8], after: &[u8]) {
    let (automaton, groups) = near_words();
    let mut seen = [false; 128];
    let mut look = |part: &[u8]| {
        for found in automaton.find_overlapping_iter(part) {
            seen[found.pattern().as_usize()] = true;
        }
    };
    for (index, line) in before.rsplit(|b| *b == b'\n').take(LINES_BEFORE + 1).enumerate() {
        let line = line.trim_ascii();
        // Of the line itself, what is next to the name; of the others, their beginnings.
        let from = if index == 0 { line.len().saturating_sub(OF_LINE) } else { 0 };
        look(&line[from..(from + OF_LINE).min(line.len())]);
    }
    for line in after.split(|b| *b == b'\n').take(LINES_AFTER + 1) {
        let line = line.trim_ascii();
        look(&line[..line.len().min(OF_LINE)]);
    }
    for (group, (feature, _)) in NEAR.iter().enumerate() {
        let count = groups.iter().zip(seen).filter(|(g, seen)| **g == group && *seen).count();
        v.set(*feature, count);
    }
}

/// Number of words that are looked for close by.
#[cfg(test)]
pub(super) fn words_close_by() -> usize {
    NEAR.iter().map(|(_, words)| words.len()).sum()
}

/// A mask within a value: signs that black something out, or an ellipsis.
fn blacked_out(value: &[u8]) -> bool {
    let has = |run: &[u8]| memchr::memmem::find(value, run).is_some();
    has(b"***") || has(b"...") || has(b"xxxxx") || has(b"XXXXX")
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
