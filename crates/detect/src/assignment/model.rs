//! Weighs the features: boosted decision trees in whole numbers.

use super::features::{self, FEATURES, Feature, Vector};
use super::trees::{BIAS, LEARNED_FROM, NODES, ROOTS};

// Another list of features, or another order, needs other trees: `benches/quality/train.py` makes them.
const _: () = assert!(LEARNED_FROM == features::FINGERPRINT);

/// Feature, cut, node for more than the cut (0: a leaf), log-odds so far in 1/1024.
pub(super) type Node = (u8, i16, u16, i16);

/// Log-odds of a secret in 1/1024: 0 is even, 1024 is e to one.
pub fn odds(vector: &Vector) -> i32 {
    let values = vector.values();
    ROOTS.iter().fold(BIAS, |sum, root| {
        let mut at = usize::from(*root);
        loop {
            let (feature, cut, right, value) = NODES[at];
            if right == 0 {
                return sum + i32::from(value);
            }
            at = if values[usize::from(feature)] <= cut { at + 1 } else { usize::from(right) };
        }
    })
}

/// What each feature adds to the odds, in 1/1024, the weightiest first.
pub fn contributions(vector: &Vector) -> Vec<(Feature, i32)> {
    let values = vector.values();
    let mut sums = vec![0; FEATURES.len()];
    for root in ROOTS {
        let mut at = usize::from(*root);
        loop {
            let (feature, cut, right, value) = NODES[at];
            if right == 0 {
                break;
            }
            at = if values[usize::from(feature)] <= cut { at + 1 } else { usize::from(right) };
            sums[usize::from(feature)] += i32::from(NODES[at].3) - i32::from(value);
        }
    }
    let mut out: Vec<(Feature, i32)> = FEATURES
        .iter()
        .zip(sums)
        .map(|((f, ..), sum)| (*f, sum))
        .filter(|(_, s)| *s != 0)
        .collect();
    out.sort_by_key(|(feature, sum)| (-sum.abs(), *feature));
    out
}
