//! Prints, for `train.py`, every value of a tree that stands where a secret would (`value`, path, first
//! and last line, first and last byte in the first line, whether something but the odds speaks
//! against it, then the features), and what rules find that weigh nothing (`found`, path, first and last
//! line, whether it is reported by default).
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool for development")]

use std::io::Write as _;

use sprawl_detect::assignment::{features::FEATURES, is_text, judge, survey};
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::{Detector, Rules};
use sprawl_detect::{Scanner, text};

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let names: Vec<&str> = FEATURES.iter().map(|(_, name, _)| *name).collect();
    writeln!(out, "features\t{}", names.join("\t")).expect("stdout is open");
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    for root in std::env::args().skip(1) {
        for entry in ignore::WalkBuilder::new(root).standard_filters(false).build().flatten() {
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            let text = text::decoded(&bytes);
            if !is_text(&text) {
                continue;
            }
            let path = entry.path().display();
            let starts: Vec<usize> = std::iter::once(0)
                .chain(memchr::memchr_iter(b'\n', &text).map(|at| at + 1))
                .collect();
            let line = |at: usize| starts.partition_point(|start| *start <= at);
            for measured in survey(&text) {
                let value = measured.assigned.value.clone();
                let (first, last) = (line(value.start), line(value.end - 1));
                let start = starts[first - 1];
                let veto = judge::veto(&text, &measured);
                let features: Vec<String> =
                    measured.vector.values().iter().map(i16::to_string).collect();
                writeln!(
                    out,
                    "value\t{path}\t{first}\t{last}\t{}\t{}\t{veto}\t{}",
                    value.start - start,
                    value.end - start,
                    features.join("\t")
                )
                .expect("stdout is open");
            }
            for found in scanner.candidates(&text) {
                if rules.get(found.rule).detector != Detector::Assignment {
                    let (first, last) = (line(found.secret.start), line(found.secret.end - 1));
                    let by_default = u8::from(found.confidence > Confidence::Weak);
                    writeln!(out, "found\t{path}\t{first}\t{last}\t{by_default}")
                        .expect("stdout is open");
                }
            }
        }
    }
}
