//! How often windows occur in texts, as far as choosing between them needs it.
//!
//! Letters alone mislead: `_ma` looks rare by its letters and begins `_max`, `_map` and `_mask`. So runs of three
//! bytes were counted in source code in a dozen languages, documentation and data (`benches/trigrams.py`).

use super::context::{BEFORE, Context, WINDOW, index};

/// By [`index`] of three bytes, how seldom they occur: one in 2 to the power of an eighth of this number.
const RARITIES: &[u8; RUNS] = include_bytes!("trigrams.bin");

/// Runs of three bytes that are told apart.
const RUNS: usize = 1 << 15;

/// Runs of two bytes that are told apart.
const PAIRS: usize = 1 << 10;

/// Frequencies of short runs of bytes.
#[derive(Debug)]
pub(super) struct Commonness {
    /// By index of a run of three bytes, the share of positions at which it stands.
    runs: Vec<f32>,
    /// The sum of those that begin with two bytes.
    beginning: Vec<f32>,
    /// The sum of those that end with two bytes.
    ending: Vec<f32>,
}

impl Commonness {
    /// Reads the table.
    pub(super) fn new() -> Self {
        let runs: Vec<f32> =
            RARITIES.iter().map(|rarity| (-f32::from(*rarity) / 8.0).exp2()).collect();
        let (mut beginning, mut ending) = (vec![0.0; PAIRS], vec![0.0; PAIRS]);
        for (index, share) in runs.iter().enumerate() {
            beginning[index % PAIRS] += share;
            ending[index >> 5] += share;
        }
        Self { runs, beginning, ending }
    }

    /// The share of positions at which the bytes of a window stand, and the share of those at which
    /// they stand together with the bytes before and after it.
    pub(super) fn of(&self, context: Context) -> (f32, f32) {
        let window: f32 = context.indices().map(|index| self.runs[usize::from(index)]).sum();
        let run = |at: usize| usize::from(run_at(context, at));
        let knows = |bytes: std::ops::Range<usize>| {
            bytes.into_iter().all(|at| context.mask >> (8 * at) & 1 == 1)
        };
        let mut around = window;
        // What stands beside two bytes is taken not to depend on the third.
        if knows(BEFORE - 1..BEFORE + 2) {
            let run = run(BEFORE - 1);
            around *= self.runs[run] / self.ending[run >> 5];
        }
        if knows(BEFORE + 1..BEFORE + WINDOW + 1) {
            let run = run(BEFORE + 1);
            around *= self.runs[run] / self.beginning[run % PAIRS];
        }
        (window, around)
    }
}

/// Index of the three bytes at a place of a context.
fn run_at(context: Context, at: usize) -> u16 {
    let bytes = context.bytes >> (8 * at);
    index(bytes as u16, (bytes >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::super::context::Spelling;
    use super::*;

    fn of(five_bytes: &[u8]) -> (f32, f32) {
        let spelling = Spelling::new(five_bytes);
        let (_, context) = spelling.windows(1).next().expect("the one in the middle");
        Commonness::new().of(context)
    }

    #[test]
    fn parts_of_words_are_commoner_than_their_letters_say() {
        assert!(of(b"retur").1 > 10.0 * of(b"rruet").1);
        assert!(of(b"_the_").0 > of(b"_jwt_").0);
        assert!(of(b"api_k").1 < of(b"api_k").0);
        assert!(of(b"a0q~a").0 < 1e-5);
    }

    #[test]
    fn shares_are_shares() {
        let all: f32 = Commonness::new().runs.iter().sum();
        assert!((0.9..1.1).contains(&all), "{all}");
    }
}
