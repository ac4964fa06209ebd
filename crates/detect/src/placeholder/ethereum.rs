//! Private keys of the accounts that Ethereum's development nodes fund.

/// Whether these 64 hexadecimal digits, with or without `0x`, are such a key: everybody has it, and
/// on a real network nothing of worth lies there for longer than a block.
pub(super) fn development_key(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    digits.len() == 64
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && u64::from_str_radix(&digits[..16], 16).is_ok_and(|start| KEYS.contains(&start))
}

/// Their first eight bytes: the accounts m/44'/60'/0'/0/n (BIP-32, BIP-44) of the default mnemonics,
/// 20 of Anvil and Hardhat, 10 of Ganache and of Truffle.
#[rustfmt::skip]
static KEYS: [u64; 40] = [
    // Anvil and Hardhat.
    0xac09_74be_c39a_17e3,
    0x59c6_995e_998f_97a5,
    0x5de4_111a_fa1a_4b94,
    0x7c85_2118_294e_51e6,
    0x47e1_79ec_1974_8859,
    0x8b3a_350c_f5c3_4c91,
    0x92db_14e4_03b8_3dfe,
    0x4bbb_f85c_e337_7467,
    0xdbda_1821_b805_51c9,
    0x2a87_1d07_98f9_7d79,
    0xf214_f2b2_cd39_8c80,
    0x701b_615b_bdfb_9de6,
    0xa267_530f_49f8_2802,
    0x47c9_9abe_d332_4a27,
    0xc526_ee95_bf44_d8fc,
    0x8166_f546_bab6_da52,
    0xea6c_44ac_03bf_f858,
    0x689a_f8ef_a8c6_51a9,
    0xde9b_e858_da4a_4752,
    0xdf57_089f_ebba_cf7b,
    // Ganache.
    0x4f3e_df98_3ac6_36a6,
    0x6cbe_d15c_793c_e576,
    0x6370_fd03_3278_c143,
    0x646f_1ce2_fdad_0e6d,
    0xadd5_3f9a_7e58_8d00,
    0x395d_f67f_0c2d_2d9f,
    0xe485_d098_507f_54e7,
    0xa453_611d_9419_d0e5,
    0x829e_924f_df02_1ba3,
    0xb005_7716_d591_7bad,
    // Truffle.
    0xc875_09a1_c067_bbde,
    0xae6a_e8e5_ccbf_b045,
    0x0dbb_e8e4_ae42_5a6d,
    0xc88b_703f_b08c_bea8,
    0x388c_684f_0ba1_ef50,
    0x659c_bb0e_2411_a44d,
    0x82d0_52c8_65f5_763a,
    0xaa36_80d5_d48a_8283,
    0x0f62_d96d_6675_f326,
    0x8d53_6612_3cb5_60bb,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_development_nodes_are_known_by_their_start() {
        for start in KEYS {
            let key = format!("{start:016x}{}", "5a".repeat(24));
            assert!(development_key(&key) && development_key(&format!("0x{}", key.to_uppercase())));
            assert!(!development_key(&key[1..]) && !development_key(&format!("{key}0")));
        }
        assert!(!development_key(&"5a".repeat(32)));
        assert!(!development_key(&"\u{e9}".repeat(32)));
    }

    #[test]
    fn no_key_is_listed_twice() {
        let mut keys = KEYS.to_vec();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), KEYS.len());
    }
}
