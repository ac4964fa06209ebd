//! Private keys that everybody has, because they were published on purpose.

use sha2::{Digest, Sha256};

/// Where a key was published, by its public half or, for a symmetric key, by itself.
pub(super) fn source(public_key: Option<&[u8; 32]>, identity: &[u8]) -> Option<&'static str> {
    match public_key {
        Some(hash) => named(&PUBLIC_KEYS, hash),
        None => named(&IDENTITIES, &Sha256::digest(identity).into()),
    }
}

fn named(table: &[(u128, &'static str)], hash: &[u8; 32]) -> Option<&'static str> {
    let first = u128::from_be_bytes(*hash.first_chunk()?);
    table.iter().find(|(known, _)| *known == first).map(|(_, source)| *source)
}

/// The first half of SHA-256 of the `SubjectPublicKeyInfo`.
#[rustfmt::skip]
static PUBLIC_KEYS: [(u128, &str); 20] = [
    (0x9a9e_5b0f_404f_4e2d_4386_e38b_04ac_91e5, "RFC 9500, testRSA1024"),
    (0x8fb6_bad6_71cf_e698_393c_4533_57da_61b5, "RFC 9500, testRSA2048"),
    (0x9646_5ea5_dc9b_b2da_7b35_1d80_8a71_96e5, "RFC 9500, testRSA4096"),
    (0x3fac_0442_bd71_2e4c_3984_fca7_b96f_05f1, "RFC 9500, testDLP1024"),
    (0xe50b_2bd2_8128_da6e_1cad_135a_8010_9223, "RFC 9500, testDLP2048"),
    (0xdd4f_80bf_29f6_1b11_f194_f92d_bc35_c123, "RFC 9500, testDLP4096"),
    (0xb2b0_4340_cfae_e616_ec9c_2c62_d261_b208, "RFC 9500, testECCP256"),
    (0xc4c1_0105_a0be_0ed4_dd33_5442_8dc3_8a9b, "RFC 9500, testECCP384"),
    (0xacb1_b832_7fef_995e_2458_fdf5_e3c3_3b2d, "RFC 9500, testECCP521"),
    (0xbf0a_7a74_f9af_b6ed_da89_ebab_e824_241b, "RFC 7516, A.1"),
    (0xc1de_70b4_f5ae_92a5_3b86_f6a7_175e_3b9b, "RFC 7516, A.2"),
    (0x51b9_44cd_fa54_4d4c_3273_aa6b_f350_625a, "RFC 7517, A.2"),
    (0xad32_320c_f6c5_96d8_84b0_5381_ba57_3aba, "RFC 7517, A.2"),
    (0x36ad_a7a1_c77e_3283_0848_b347_126d_4da6, "RFC 7518, C"),
    (0x1981_8232_a1dd_313f_53b5_d5b9_5ae3_d325, "RFC 7518, C"),
    (0x06e3_fd8f_da29_bb60_ab59_557d_e61e_db0a, "RFC 8037, A.1"),
    (0xf56c_8b01_227f_62dd_bc16_eb29_a6ac_0b31, "jwt.io, RS256"),
    (0xa40f_0f2e_2974_dc76_a82d_f6ff_e08e_d0d7, "jwt.io, ES256"),
    (0xbde9_3142_b078_0b2a_66d2_7977_d35f_4f54, "Vagrant's insecure key"),
    (0xa727_9699_e5c6_a4ad_971f_9f20_5c24_09a1, "Vagrant's insecure key"),
];

/// The first half of SHA-256 of the identity.
#[rustfmt::skip]
static IDENTITIES: [(u128, &str); 4] = [
    (0xfa63_500f_27b4_5c06_9ae6_545e_f940_c3c9, "RFC 7517, A.3"),
    (0xcdc3_06d9_e02e_7d39_97d1_e51c_54d9_b5e3, "RFC 7515, A.1"),
    (0x850b_6479_b44e_85c1_757b_5e9e_5043_f4f1, "RFC 7520, 3.5"),
    (0x1c9a_c4f5_e691_49a9_64fa_709b_2c23_d445, "RFC 7520, 3.6"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_keys_are_known_by_their_public_half() {
        let mut hash = [0; 32];
        assert_eq!(source(Some(&hash), b""), None);
        hash[..16].copy_from_slice(&PUBLIC_KEYS[1].0.to_be_bytes());
        assert_eq!(source(Some(&hash), b""), Some("RFC 9500, testRSA2048"));
        assert_eq!(source(None, b"somebody's"), None);
    }

    #[test]
    fn every_key_is_listed_once() {
        let mut all: Vec<u128> =
            PUBLIC_KEYS.iter().chain(&IDENTITIES).map(|(hash, _)| *hash).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), PUBLIC_KEYS.len() + IDENTITIES.len());
    }
}
