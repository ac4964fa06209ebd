//! What the tests of several checks share; nothing here uses the code under test.

/// A repeatable random source (SplitMix64).
pub(super) fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// CRC-32/ISO-HDLC bit by bit, from its definition.
pub(super) fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// A number in some base, most significant digit first, padded to a width.
pub(super) fn digits(mut n: u64, alphabet: &[u8], width: usize) -> Vec<u8> {
    let base = alphabet.len() as u64;
    let mut out = Vec::new();
    while n > 0 || out.len() < width {
        out.push(alphabet[(n % base) as usize]);
        n /= base;
    }
    out.reverse();
    out
}

/// Every value that differs from this one in exactly one character, by one other character.
pub(super) fn mutations(value: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..value.len()).flat_map(move |at| {
        let others = [b'A', b'b', b'7', b'q'];
        others.into_iter().filter(move |c| *c != value[at]).map(move |c| {
            let mut changed = value.to_vec();
            changed[at] = c;
            changed
        })
    })
}

/// The value of a statement.
pub(super) fn fact<'a>(outcome: &'a super::Outcome, name: &str) -> Option<&'a str> {
    outcome.decoded.facts.iter().find(|f| f.name == name).map(|f| f.value.as_str())
}
