//! Mints secrets from a rule's own shape and check, so that no realistic token need stand in a file.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::Rule;
use crate::{checks::Verdict, entropy, placeholder};

/// Small deterministic random numbers (SplitMix64, Steele et al. 2014): mints must not change
/// between runs.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Numbers that depend on the seed alone.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound.max(1) as u64) as usize
    }
}

/// Makes a secret that the rule must find.
///
/// # Errors
/// None of many attempts satisfied the rule's own conditions: they contradict each other.
pub fn mint(rule: &Rule, random: &mut Random) -> Result<Vec<u8>, String> {
    let compiled = rule.compiled()?;
    for _ in 0..400 {
        let mut secret = Vec::new();
        generate(&compiled.secret, random, &mut secret);
        if let Some(check) = rule.check {
            if let Some(fix) = check.mint {
                fix(&mut secret, &mut || random.number());
            }
            if (check.run)(&secret).verdict == Verdict::Rejected {
                continue;
            }
        }
        let random_enough =
            rule.text.min_entropy.is_none_or(|least| entropy::shannon(&secret) >= least);
        let guessable = rule.kind.is_guessable();
        if random_enough && (guessable || placeholder::placeholder(&secret).is_none()) {
            return Ok(secret);
        }
    }
    Err("no secret can be minted that satisfies pattern, min_entropy and check together".to_owned())
}

/// Repetitions without a tight bound get at most this many more than their minimum.
const SPREAD: usize = 12;

fn generate(hir: &Hir, random: &mut Random, out: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let bytes = printable(class);
            if !bytes.is_empty() {
                out.push(bytes[random.below(bytes.len())]);
            }
        }
        HirKind::Capture(capture) => generate(&capture.sub, random, out),
        HirKind::Repetition(repetition) => {
            let min = repetition.min as usize;
            let max = repetition.max.map_or(min + SPREAD, |max| max as usize);
            // Short passwords make poor examples: {1,200} yields about a dozen characters.
            let low = if max - min > SPREAD { min.max(10) } else { min };
            let high = max.min(low + SPREAD);
            for _ in 0..low + random.below(high - low + 1) {
                generate(&repetition.sub, random, out);
            }
        }
        HirKind::Concat(parts) => parts.iter().for_each(|part| generate(part, random, out)),
        HirKind::Alternation(parts) => generate(&parts[random.below(parts.len())], random, out),
    }
}

/// The bytes of a class that a person could type; letters and digits alone where it has them.
fn printable(class: &Class) -> Vec<u8> {
    let all: Vec<u8> = match class {
        Class::Bytes(class) => class.iter().flat_map(|r| r.start()..=r.end()).collect(),
        Class::Unicode(class) => class
            .iter()
            .flat_map(|r| r.start()..=r.end().min('\u{7f}'))
            .filter_map(|c| u8::try_from(c).ok())
            .collect(),
    };
    let plain: Vec<u8> = all.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if plain.is_empty() { all.into_iter().filter(u8::is_ascii_graphic).collect() } else { plain }
}
