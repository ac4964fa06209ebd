//! Prints every value of a tree that stands where a secret would, with what is weighed: one line
//! each, path, first line, first and last byte of the value, how hard it is to guess (0 to 2), whether
//! it speaks for itself, then the features. For `train.py`.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool for development")]

use std::io::Write as _;

use sprawl_detect::assignment::{features::FEATURES, is_text, judge, place, survey};
use sprawl_detect::text;

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let names: Vec<&str> = FEATURES.iter().map(|(_, name, _)| *name).collect();
    writeln!(out, "path\tline\tcolumn\tend\tstrength\tmade\t{}", names.join("\t"))
        .expect("stdout is open");
    for root in std::env::args().skip(1) {
        for entry in ignore::WalkBuilder::new(root).standard_filters(false).build().flatten() {
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            let text = text::decoded(&bytes);
            if !is_text(&text) {
                continue;
            }
            let (mut line, mut start, mut at) = (1, 0, 0);
            for measured in survey(&text) {
                let value = measured.assigned.value.clone();
                let strength = place::strength(&text, &measured).0 as u8;
                let made = u8::from(judge::speaks_for_itself(&measured));
                while at < value.start {
                    if text[at] == b'\n' {
                        line += 1;
                        start = at + 1;
                    }
                    at += 1;
                }
                let features: Vec<String> =
                    measured.vector.values().iter().map(i16::to_string).collect();
                writeln!(
                    out,
                    "{}\t{line}\t{}\t{}\t{strength}\t{made}\t{}",
                    entry.path().display(),
                    value.start - start,
                    value.end - start,
                    features.join("\t")
                )
                .expect("stdout is open");
            }
        }
    }
}
