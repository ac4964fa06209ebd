//! Scanning only what is new in a version finds what a scan of the whole version finds.

use proptest::prelude::*;
use sprawl_detect::rules::{Named, Rules, Selection, UserFile};
use sprawl_detect::version::{Earlier, Shared, Trace};
use sprawl_detect::{Candidate, Scanner};

use crate::common::examples;

/// Rules whose matches depend on their surroundings in every way that a rule can: word boundaries,
/// line ends, text ends, context words, other halves, overlaps, long and short reach.
const RULES: &str = r#"
provider = "Test"

[[rule]]
id = "test-bounded"
title = "bounded"
pattern = '\b(?<secret>zq_[a-c]{2,5})\b'
keywords = ["zq_"]
partner = { rules = ["test-line"], within = 12, alone = "secret-half" }
kind = "token"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["{secret}"]

[[rule]]
id = "test-line"
title = "whole line"
pattern = '(?m)^kw:[ab]{0,3}(?<secret>[ab]{3})$'
keywords = ["kw:"]
kind = "token"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["kw:{secret}"]

[[rule]]
id = "test-start"
title = "start of the text"
pattern = '\Akw:(?<secret>[abc]{2})'
keywords = ["kw:"]
kind = "token"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["kw:{secret}"]

[[rule]]
id = "test-end"
title = "end of the text"
pattern = '(?<secret>[abc]{2})kw:\z'
keywords = ["kw:"]
kind = "token"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["{secret}kw:"]

[[rule]]
id = "test-near"
title = "near a word"
pattern = '\b(?<secret>[abc]{4})\b'
near = { any = ["ctxw", "zq_"], within = 9 }
kind = "password"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["ctxw {secret}"]

[[rule]]
id = "test-long"
title = "long reach"
pattern = 'kw:[^;]{0,60};(?<secret>[abc]{2,8})'
keywords = ["kw:"]
fallback = true
kind = "password"
authority = "account-wide"
reach = "source-control"
lifetime = "static"
why = "w"
fix = "f"
instead = "i"
examples = ["kw:;{secret}"]
"#;

/// Pieces that make matches, break them and move them apart.
const PIECES: &[&str] = &[
    "zq_", "abc", "ab", "c", "kw:", ";", " ", "\n", "ctxw", "aabb", "_", "-", "x", "kw:;", "zq_abc",
];

/// One step from a version to the next: parts of the old one, in any order, and new pieces.
#[derive(Debug, Clone)]
enum Step {
    /// From a share of the length, so many bytes.
    Copy(f64, usize),
    Insert(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0.0..1.0_f64, 1..60_usize).prop_map(|(at, length)| Step::Copy(at, length)),
        2 => (0..1000_usize).prop_map(Step::Insert),
    ];
    // Edits mostly keep the order, as people's edits do.
    (proptest::collection::vec(step, 0..10), any::<bool>()).prop_map(|(mut steps, in_order)| {
        if in_order {
            let mut places: Vec<f64> = steps
                .iter()
                .filter_map(|s| if let Step::Copy(at, _) = s { Some(*at) } else { None })
                .collect();
            places.sort_by(f64::total_cmp);
            let mut places = places.into_iter();
            for step in &mut steps {
                if let Step::Copy(at, _) = step {
                    *at = places.next().unwrap();
                }
            }
        }
        steps
    })
}

/// The next version, and what it shares with the old one. Small edits are as likely as large ones.
fn next(old: &[u8], steps: &[Step], small: bool, pieces: &[Vec<u8>]) -> (Vec<u8>, Vec<Shared>) {
    let (mut new, mut shared) = (Vec::new(), Vec::new());
    let mut copy = |new: &mut Vec<u8>, from: usize, length: usize| {
        let length = length.min(old.len() - from);
        if length > 0 {
            shared.push(Shared { at: new.len(), from, length });
            new.extend_from_slice(&old[from..from + length]);
        }
    };
    if small {
        // Keep everything but a few places.
        let mut kept = 0;
        for step in steps {
            match step {
                Step::Copy(at, skipped) => {
                    let at = (at * old.len() as f64) as usize;
                    if at >= kept {
                        copy(&mut new, kept, at - kept);
                        kept = (at + skipped / 8).min(old.len());
                    }
                }
                Step::Insert(piece) => new.extend_from_slice(&pieces[piece % pieces.len()]),
            }
        }
        copy(&mut new, kept, old.len());
    } else {
        for step in steps {
            match step {
                Step::Copy(at, length) => {
                    let from = (at * old.len() as f64) as usize;
                    copy(&mut new, from.min(old.len()), *length);
                }
                Step::Insert(piece) => new.extend_from_slice(&pieces[piece % pieces.len()]),
            }
        }
    }
    (new, shared)
}

fn told(candidates: &[Candidate]) -> Vec<String> {
    candidates.iter().map(|candidate| format!("{candidate:?}")).collect()
}

fn histories(rules: &Rules, pieces: &[Vec<u8>], cases: u32) {
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases));
    let scanner = std::cell::RefCell::new(Scanner::new(rules));
    let found = std::cell::Cell::new(0);
    let first = proptest::collection::vec(0..1000_usize, 0..25);
    let later = proptest::collection::vec((steps(), any::<bool>()), 1..8);
    runner
        .run(&(first, later), |(first, later)| {
            let mut scanner = scanner.borrow_mut();
            let mut text: Vec<u8> =
                first.iter().flat_map(|piece| pieces[piece % pieces.len()].clone()).collect();
            let mut trace = Trace::default();
            let whole = told(&scanner.candidates(&text));
            prop_assert_eq!(told(&scanner.candidates_of_version(&text, None, &mut trace)), whole);
            for (steps, small) in later {
                let (new, shared) = next(&text, &steps, small, pieces);
                let earlier = Earlier { trace: &trace, shared: &shared };
                let mut next_trace = Trace::default();
                let quick = scanner.candidates_of_version(&new, Some(earlier), &mut next_trace);
                let whole = scanner.candidates(&new);
                found.set(found.get() + whole.len());
                prop_assert_eq!(
                    told(&quick),
                    told(&whole),
                    "{:?} -> {:?} sharing {:?}",
                    String::from_utf8_lossy(&text),
                    String::from_utf8_lossy(&new),
                    shared
                );
                (text, trace) = (new, next_trace);
            }
            Ok(())
        })
        .unwrap();
    assert!(found.get() > cases as usize / 2, "only {} findings to compare", found.get());
}

#[test]
fn generated_histories_of_texts_that_hang_together() {
    let file = UserFile { name: "test.toml", text: RULES };
    let only = Selection { only: vec![Named::typed("test-*")], disabled: Vec::new() };
    let rules = Rules::new(&[file], &only).unwrap();
    let pieces: Vec<Vec<u8>> = PIECES.iter().map(|piece| piece.as_bytes().to_vec()).collect();
    histories(&rules, &pieces, 6000);
}

#[test]
fn generated_histories_of_real_secrets() {
    let rules = Rules::builtin();
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for (_, example, secret) in examples(&rules, 3) {
        let (half, rest) = secret.split_at(secret.len() / 2);
        pieces.extend([example.clone(), half.to_vec(), rest.to_vec(), b"\n".to_vec()]);
        pieces.push(example[..example.len() / 3].to_vec());
    }
    histories(&rules, &pieces, 300);
}
