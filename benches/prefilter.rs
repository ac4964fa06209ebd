//! Looks for the keywords of the built-in rules in texts of several kinds, with the prefilter and
//! with the automaton that it is proved equal to: `cargo bench --bench prefilter [-- FILE ...]`.
//!
//! A text is searched in chunks, each many times, and the best times of the chunks are added up: on a
//! shared machine the others measure the neighbours.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use sprawl_detect::keys;
use sprawl_detect::prefilter::Prefilter;
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::mint::Random;

const CHUNK: usize = 16 << 10;
const TEXT: usize = 32 * CHUNK;
const ROUNDS: usize = 100;

fn main() {
    let keywords = keywords();
    let keywords: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
    let built = best(|| drop(black_box(Prefilter::new(&keywords))));
    println!("{} keywords, built in {:.2} ms", keywords.len(), built.as_secs_f64() * 1e3);
    let prefilter = Prefilter::new(&keywords);
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(&keywords)
        .unwrap();
    println!("text          prefilter   automaton   ratio   found in 1 MB");
    for (name, text) in texts() {
        let mut times = [Duration::ZERO; 2];
        let mut found = [0_usize; 2];
        for chunk in text.chunks(CHUNK) {
            times[0] += best(|| {
                let mut count = 0;
                prefilter.each(black_box(chunk), |_, _| count += 1);
                found[0] = black_box(count);
            });
            times[1] += best(|| {
                found[1] = black_box(automaton.find_overlapping_iter(black_box(chunk)).count());
            });
            assert_eq!(found[0], found[1], "they are to find the same in {name}");
        }
        let rates = times.map(|time| text.len() as f64 / time.as_secs_f64() / 1e6);
        let mut total = 0;
        prefilter.each(&text, |_, _| total += 1);
        println!(
            "{name:12} {:5.0} MB/s  {:5.0} MB/s  {:6.2}  {:14.0}",
            rates[0],
            rates[1],
            rates[0] / rates[1],
            f64::from(total) * 1e6 / text.len() as f64
        );
    }
}

fn best(mut run: impl FnMut()) -> Duration {
    let time = |run: &mut dyn FnMut()| {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    (0..ROUNDS).map(|_| time(&mut run)).min().unwrap()
}

/// What the scanner looks for with the built-in rules.
fn keywords() -> BTreeSet<String> {
    let rules = Rules::builtin();
    let mut all: BTreeSet<String> = keys::KEYWORDS.iter().map(|k| k.to_ascii_lowercase()).collect();
    for (_, rule) in rules.iter() {
        let near = rule.near().map(|near| near.any.as_slice()).unwrap_or_default();
        let own = rule.text.keywords.as_slice();
        let words = if own.is_empty() { near } else { own };
        all.extend(words.iter().map(|word| word.to_ascii_lowercase()));
    }
    all
}

/// The files named on the command line, or texts of several kinds made here.
fn texts() -> Vec<(String, Vec<u8>)> {
    // Cargo adds `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if !files.is_empty() {
        let read = |file: String| {
            let mut text = std::fs::read(&file).unwrap();
            text.truncate(TEXT);
            (file.rsplit('/').next().unwrap().to_owned(), text)
        };
        return files.into_iter().map(read).collect();
    }
    let code: &[&str] = &["_", " ", " = ", "->", "(", ");\n\t", ", ", ".", "\n\n", " /* ", "0x1f"];
    let prose: &[&str] = &[" ", " ", " ", " ", ", ", ". ", "\n", "-", "\n\n- ", "`", " ["];
    let minified: &[&str] = &[".", "(", ");", ",", "=", "+", "&&", "?", ":", "{", "}var "];
    let data: &[&str] = &["\": \"", "\",\n  \"", "\": 17,\n  \"", "\": {\n    \"", "-", "_"];
    let mut random = Random::new(1);
    let mut bytes = || random.number() as u8;
    let noise: Vec<u8> = (0..TEXT).map(|_| bytes()).collect();
    let encoded = data_encoding::BASE64.encode(&noise[..TEXT * 3 / 4]).into_bytes();
    vec![
        ("code".to_owned(), make(WORDS, code)),
        ("prose".to_owned(), make(WORDS, prose)),
        ("minified".to_owned(), make(&["a", "e", "t", "this", "n", "length", "i", "r"], minified)),
        ("data".to_owned(), make(WORDS, data)),
        ("base64".to_owned(), encoded),
        ("noise".to_owned(), noise),
        ("zeros".to_owned(), vec![0; TEXT]),
    ]
}

/// Words of programs and manuals; a few are keywords or nearly so.
const WORDS: &[&str] = &[
    "int",
    "return",
    "static",
    "struct",
    "value",
    "buffer",
    "length",
    "error",
    "index",
    "device",
    "if",
    "else",
    "for",
    "while",
    "const",
    "char",
    "data",
    "list",
    "next",
    "count",
    "state",
    "flags",
    "KEYBOARD",
    "token",
    "password",
    "access",
    "context",
    "register",
    "config",
    "session",
    "segment",
    "the",
    "function",
    "which",
    "returns",
    "of",
    "and",
    "to",
    "is",
    "file",
    "must",
    "be",
    "read",
    "before",
    "setUp",
    "clientName",
    "API",
    "service",
    "response",
    "request",
    "import",
    "unsigned",
    "key",
    "secretary",
    "authorize",
    "URL",
    "network",
    "MAX_SIZE",
    "inode",
    "page",
];

fn make(words: &[&str], between: &[&str]) -> Vec<u8> {
    let mut random = Random::new(7);
    let mut pick = |from: &[&str]| {
        from[usize::try_from(random.number() % u64::try_from(from.len()).unwrap()).unwrap()]
            .to_owned()
    };
    let mut text = String::new();
    while text.len() < TEXT {
        text += &pick(words);
        text += &pick(between);
    }
    text.into_bytes()
}
