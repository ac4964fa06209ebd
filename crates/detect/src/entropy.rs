//! How random does a value look?

/// Shannon entropy of the bytes' distribution, in bits per byte (C. E. Shannon, 1948):
/// 0 for one repeated byte, log2(n) for n different bytes. Empty input has none.
pub fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    let mut seen = [0_u64; 4];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
        seen[usize::from(byte / 64)] |= 1 << (byte % 64);
    }
    let length = bytes.len() as f64;
    let part = |count: u32| {
        let share = f64::from(count) / length;
        -share * share.log2()
    };
    // Most bytes occur as often as others: a logarithm takes longer than all else.
    let mut parts = [None; 8];
    members(seen)
        .map(|byte| counts[byte])
        .map(|count| match parts.get_mut(count as usize) {
            Some(known) => *known.get_or_insert_with(|| part(count)),
            None => part(count),
        })
        .sum::<f64>()
        .max(0.0)
}

/// The members of a set of bytes, in order.
fn members(set: [u64; 4]) -> impl Iterator<Item = usize> {
    set.into_iter().enumerate().flat_map(|(at, mut left)| {
        std::iter::from_fn(move || {
            let lowest = (left != 0).then(|| at * 64 + left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(lowest)
        })
    })
}

/// Bits of entropy from which on nobody guesses a value: neither a hash of it nor a few of its
/// characters give it away.
const UNGUESSABLE_BITS: f64 = 80.0;

/// Whether a value has that many, by its own distribution of bytes.
pub fn is_unguessable(bytes: &[u8]) -> bool {
    shannon(bytes) * bytes.len() as f64 >= UNGUESSABLE_BITS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shannon;

    /// The same by its definition, added up in the same order.
    fn shannon_slowly(bytes: &[u8]) -> f64 {
        let mut counts = [0_u32; 256];
        bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
        let shares = counts.into_iter().filter(|count| *count > 0);
        let shares = shares.map(|count| f64::from(count) / bytes.len() as f64);
        shares.map(|share| -share * share.log2()).sum::<f64>().max(0.0)
    }

    proptest! {
        #[test]
        fn not_one_bit_differs_from_the_definition(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            text in "[a-d0-9]{0,200}",
        ) {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                prop_assert_eq!(shannon(bytes).to_bits(), shannon_slowly(bytes).to_bits());
            }
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(shannon(b""), 0.0);
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abab"), 1.0);
        assert_eq!(shannon(b"0123456789abcdef"), 4.0);
    }
}
