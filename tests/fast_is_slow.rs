//! The prefilter and the windows never change what is found.

use proptest::prelude::*;
use sprawl::detect::Scanner;
use sprawl::rules::Rules;

use crate::common::examples;

/// (rule, start, end, confidence) of everything found.
fn found(
    scanner: &mut Scanner<'_>,
    text: &[u8],
    slowly: bool,
) -> Vec<(String, usize, usize, String)> {
    let candidates =
        if slowly { scanner.candidates_slowly(text) } else { scanner.candidates(text) };
    let rules = scanner.rules();
    candidates
        .iter()
        .map(|c| {
            let rule = rules.get(c.rule).id().to_owned();
            (rule, c.secret.start, c.secret.end, format!("{:?} {:?}", c.confidence, c.usability))
        })
        .collect()
}

/// A piece of a text: noise, an example, or an example cut, changed or glued to others.
#[derive(Debug, Clone)]
enum Piece {
    Noise(String),
    Example(usize),
    Cut(usize, usize),
    Changed(usize, usize, u8),
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let piece = prop_oneof![
        "[ -~\n]{0,40}".prop_map(Piece::Noise),
        (0..100_000_usize).prop_map(Piece::Example),
        (0..100_000_usize, 0..300_usize).prop_map(|(e, at)| Piece::Cut(e, at)),
        (0..100_000_usize, 0..300_usize, any::<u8>())
            .prop_map(|(e, at, b)| Piece::Changed(e, at, b)),
    ];
    proptest::collection::vec(piece, 1..8)
}

#[test]
fn windows_find_what_whole_texts_find() {
    let rules = Rules::builtin();
    let samples: Vec<Vec<u8>> = examples(&rules, 7).into_iter().map(|(_, text, _)| text).collect();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(96));
    let scanner = std::cell::RefCell::new(Scanner::new(&rules));
    runner
        .run(&(pieces(), "[ \n\"',;a-z]{0,2}"), |(pieces, glue)| {
            let mut text = Vec::new();
            for piece in &pieces {
                let sample = |index: &usize| samples[index % samples.len()].clone();
                match piece {
                    Piece::Noise(noise) => text.extend_from_slice(noise.as_bytes()),
                    Piece::Example(index) => text.extend_from_slice(&sample(index)),
                    Piece::Cut(index, at) => {
                        let sample = sample(index);
                        text.extend_from_slice(&sample[..(*at).min(sample.len())]);
                    }
                    Piece::Changed(index, at, byte) => {
                        let mut sample = sample(index);
                        let at = at % sample.len();
                        sample[at] = *byte;
                        text.extend_from_slice(&sample);
                    }
                }
                text.extend_from_slice(glue.as_bytes());
            }
            let mut scanner = scanner.borrow_mut();
            prop_assert_eq!(found(&mut scanner, &text, false), found(&mut scanner, &text, true));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_example_is_found_alike_in_a_large_text() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let mut text = Vec::new();
    for (_, example, _) in examples(&rules, 11) {
        text.extend_from_slice(&example);
        text.extend_from_slice(b"\n\n# something else\n\n");
    }
    let fast = found(&mut scanner, &text, false);
    assert_eq!(fast, found(&mut scanner, &text, true));
    assert!(fast.len() >= rules.len() / 2, "{} found", fast.len());
}
