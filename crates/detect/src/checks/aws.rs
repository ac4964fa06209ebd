//! AWS access key ids: which kind, and of which account.

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::base32;
use crate::placeholder::placeholder;
use crate::score::Usability;

/// Four letters and sixteen characters of base32, whose first 40 significant bits are the account.
///
/// Prefixes: AWS, "IAM identifiers". The account was described by T. Be'ery in 2023 ("A short note
/// on AWS KEY ID"); ids whose fifth character is I or J are older and carry none.
pub(super) const KEY_ID: Check = Check {
    name: "aws-key-id",
    about: "Rejects AWS identifiers that are no credentials and reads the account from those that are.",
    run,
    mint: Some(mint),
};

const KINDS: &[(&[u8; 4], &str)] = &[
    (b"AKIA", "long-term access key"),
    (b"ASIA", "temporary access key"),
    (b"ABIA", "STS service bearer token"),
    (b"ACCA", "context-specific credential"),
];

/// Prefixes of identifiers that open nothing: roles, users, groups, profiles, policies, public
/// keys, certificates.
const IDENTIFIERS: &[&[u8; 4]] =
    &[b"AROA", b"AIDA", b"AGPA", b"AIPA", b"ANPA", b"ANVA", b"APKA", b"ASCA"];

/// Accounts of canarytokens.org, as published by TruffleHog (`pkg/detectors/aws`) and, for the last
/// one, by 0xCardinal's notes on detecting canaries.
const CANARIES: &[u64] = &[
    52_310_077_262,
    171_436_882_533,
    266_735_846_894,
    534_261_010_715,
    595_918_472_158,
    717_712_589_309,
    730_335_385_048,
    819_147_034_852,
    893_192_397_702,
    992_382_622_183,
];

/// Accounts that the same source reports as imitations; noted, but the score does not trust them.
const SUSPECTED: &[u64] = &[
    44_858_866_125,
    251_535_659_677,
    344_043_088_457,
    351_906_852_752,
    390_477_818_340,
    426_127_672_474,
    427_150_556_519,
    439_872_796_651,
    445_142_720_921,
    465_867_158_099,
    637_958_123_769,
    693_412_236_332,
    732_624_840_810,
    735_421_457_923,
    959_235_150_393,
    982_842_642_351,
];

fn run(value: &[u8]) -> Outcome {
    let Some((prefix, rest)) = value.split_first_chunk::<4>() else { return Outcome::unknown() };
    if IDENTIFIERS.contains(&prefix) {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    if let Some((_, kind)) = KINDS.iter().find(|k| k.0 == prefix) {
        decoded.add_fact("kind", *kind);
        if placeholder(value).is_some() {
            decoded.usability.push(Usability::Placeholder);
        } else if let Some(account) = account(rest) {
            decoded.add_fact("account", format!("{account:012}"));
            canary(account, &mut decoded);
        }
    }
    Outcome::plausible(decoded)
}

fn canary(account: u64, decoded: &mut Decoded) {
    if CANARIES.contains(&account) {
        decoded.add_fact("note", "possible canary: the account belongs to canarytokens.org");
        decoded.usability.push(Usability::Canary);
    } else if SUSPECTED.contains(&account) {
        decoded.add_fact("note", "possible canary: the account is reported to issue honeytokens");
    }
}

/// The account in the sixteen characters after the prefix.
fn account(rest: &[u8]) -> Option<u64> {
    if rest.len() != 16 || matches!(rest.first(), Some(b'I' | b'J')) {
        return None;
    }
    let bytes = base32(rest)?;
    let first = bytes.iter().take(6).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    let account = (first & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then_some(account)
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let known = value.first_chunk::<4>().filter(|p| KINDS.iter().any(|k| k.0 == *p));
    let prefix = known.copied().unwrap_or(*b"AKIA");
    let mut rest = minting::text(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", random);
    // `Q` is 16: the ignored top bit and four zeros, which keeps the account below twelve digits.
    rest[0] = b'Q';
    rest[15] = minting::pick(b"ABCDFGH", random);
    *value = [prefix.as_slice(), &rest].concat();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    /// A key id of an account: 40 bits after one that is set, then anything.
    fn made(prefix: &str, account: u64) -> String {
        let id = (1_u128 << 79) | (u128::from(account) << 39) | 0x12_3456_789a;
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let text: String =
            (0..16).map(|i| char::from(alphabet[(id >> (75 - 5 * i) & 31) as usize])).collect();
        format!("{prefix}{text}")
    }

    #[test]
    fn the_account_is_read() {
        for account in [29_608_264_753, 1, 123_456_789_012, 999_999_999_999] {
            for prefix in ["AKIA", "ASIA", "ABIA", "ACCA"] {
                let outcome = (KEY_ID.run)(made(prefix, account).as_bytes());
                assert_eq!(outcome.verdict, Verdict::Plausible);
                assert_eq!(
                    testing::fact(&outcome, "account"),
                    Some(format!("{account:012}").as_str())
                );
            }
        }
    }

    /// The published pair of key id and account that the algorithm was confirmed with.
    #[test]
    fn the_published_pair_holds() {
        let value = ["ASIAQNZG", "KIQY56JQ7WML"].concat();
        assert_eq!(testing::fact(&(KEY_ID.run)(value.as_bytes()), "account"), Some("029608264753"));
    }

    #[test]
    fn old_ids_and_impossible_accounts_name_none() {
        let old = made("AKIA", 29_608_264_753).replace("AKIAQ", "AKIAJ");
        let impossible = made("AKIA", 1_000_000_000_000);
        for value in [old.as_str(), &impossible, "AKIA", "AKIA1", "AKIA0189018901890189"] {
            let outcome = (KEY_ID.run)(value.as_bytes());
            assert_eq!(outcome.verdict, Verdict::Plausible);
            assert_eq!(testing::fact(&outcome, "account"), None, "{value}");
        }
    }

    #[test]
    fn identifiers_are_no_credentials() {
        for prefix in IDENTIFIERS {
            let value = made(std::str::from_utf8(*prefix).expect("ASCII"), 1);
            assert_eq!((KEY_ID.run)(value.as_bytes()).verdict, Verdict::Rejected);
        }
    }

    #[test]
    fn documentation_and_canaries_are_known() {
        let sample = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
        assert_eq!((KEY_ID.run)(sample.as_bytes()).decoded.usability, [Usability::Placeholder]);
        for account in CANARIES {
            let outcome = (KEY_ID.run)(made("AKIA", *account).as_bytes());
            assert_eq!(outcome.decoded.usability, [Usability::Canary]);
            assert!(testing::fact(&outcome, "note").is_some());
        }
        for account in SUSPECTED {
            let outcome = (KEY_ID.run)(made("AKIA", *account).as_bytes());
            assert!(
                outcome.decoded.usability.is_empty() && testing::fact(&outcome, "note").is_some()
            );
        }
    }
}
