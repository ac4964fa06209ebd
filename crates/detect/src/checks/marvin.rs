//! Marvin32, the keyed checksum inside Azure's identifiable keys.

/// Marvin32 of some bytes with a 64-bit seed, folded to 32 bits as Microsoft's keys use it.
pub(super) fn checksum(data: &[u8], seed: u64) -> u32 {
    let (low, high) = marvin(data, seed);
    low ^ high
}

fn marvin(data: &[u8], seed: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = seed.to_le_bytes();
    let mut state = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state.0 = state.0.wrapping_add(u32::from_le_bytes(*word));
        mix(&mut state);
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    state.0 = state.0.wrapping_add(u32::from_le_bytes(last));
    mix(&mut state);
    mix(&mut state);
    state
}

fn mix((p0, p1): &mut (u32, u32)) {
    *p1 ^= *p0;
    *p0 = p0.rotate_left(20).wrapping_add(*p1);
    *p1 = p1.rotate_left(9) ^ *p0;
    *p0 = p0.rotate_left(27).wrapping_add(*p1);
    *p1 = p1.rotate_left(19);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(data: &[u8], seed: u64) -> u64 {
        let (low, high) = marvin(data, seed);
        u64::from(high) << 32 | u64::from(low)
    }

    /// Values of SymCrypt's self test and of the public reference vectors.
    #[test]
    fn published_vectors() {
        assert_eq!(long(b"abc", 0xd53c_d9ce_cd08_93b7), 0x22c7_4339_4927_69bf);
        assert_eq!(
            long(b"abcdefghijklmnopqrstuvwxyz", 0x0ddd_deee_efff_f000),
            0xa128_eb7e_7260_aca2
        );
        let seed = 0x004f_b61a_001b_dbcc;
        assert_eq!(long(b"", seed), 0x30ed_35c1_00cd_3c7d);
        assert_eq!(long(&[0xaf], seed), 0x48e7_3fc7_7d75_ddc1);
        assert_eq!(long(&[0x86, 0x42, 0xdc, 0x59], seed), 0x7008_f2e8_7e9c_f556);
        assert_eq!(long(&[0xab, 0x42, 0x7e, 0xa8, 0xd1, 0x0f, 0xc7], seed), 0xe118_47e4_f067_8c41);
    }

    #[test]
    fn the_checksum_is_both_halves() {
        assert_eq!(checksum(b"abc", 0xd53c_d9ce_cd08_93b7), 0x22c7_4339 ^ 0x4927_69bf);
    }
}
