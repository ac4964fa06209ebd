//! How random does a value look?

/// Shannon entropy of the bytes' distribution, in bits per byte (C. E. Shannon, 1948):
/// 0 for one repeated byte, log2(n) for n different bytes. Empty input has none.
pub fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let length = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum::<f64>()
        .max(0.0)
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
    use super::shannon;

    #[test]
    fn known_values() {
        assert_eq!(shannon(b""), 0.0);
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abab"), 1.0);
        assert_eq!(shannon(b"0123456789abcdef"), 4.0);
    }
}
