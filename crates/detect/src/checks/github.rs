//! GitHub tokens: the CRC-32 of the classic forms, the hash in fine-grained ones, and what a
//! stateless installation token says.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use super::jwt;
use super::statement::add_fact;
use super::tail::{base62_tail, put_base62_tail};
use super::{Check, Outcome};
use crate::decoded::Decoded;

/// Classic tokens: the last 6 characters are the CRC-32 of the 30 (refresh tokens: 70) between
/// prefix and checksum, in base 62 ("Behind GitHub's new authentication token formats", 2021).
///
/// `ghs_` is never rejected: published installation tokens fail the classic checksum, and newer
/// ones are `ghs_<app id>_<JWT>`.
pub(super) const CRC32: Check = Check {
    name: "github-crc32",
    about: "The last six characters of a GitHub token are a CRC-32 of its body; installation tokens may instead carry a JWT, which is decoded.",
    run: classic,
    mint: Some(|value, _| {
        for (prefix, body) in [(b"ghs_", 30)].iter().chain(REQUIRED) {
            put_base62_tail(value, *prefix, *body);
        }
    }),
};

/// Fine-grained tokens: `github_pat_`, 22, `_`, 43, then 8 characters that begin the base32 of the
/// SHA-256 of all before them, then 8 more. Undocumented: it only raises.
pub(super) const FINE_GRAINED: Check = Check {
    name: "github-fine-grained",
    about: "A fine-grained GitHub token carries eight characters of the SHA-256 of what stands before them.",
    run: |value| {
        let holds = value.len() == LENGTH
            && value.starts_with(b"github_pat_")
            && value[HASHED..HASHED + 8] == hash(&value[..HASHED]);
        Outcome::raised(holds, Decoded::default())
    },
    mint: Some(|value, _| {
        if value.len() == LENGTH {
            let hash = hash(&value[..HASHED]);
            value[HASHED..HASHED + 8].copy_from_slice(&hash);
        }
    }),
};

/// Prefixes whose checksum must hold, with the length of the body.
const REQUIRED: &[(&[u8; 4], usize)] =
    &[(b"ghp_", 30), (b"gho_", 30), (b"ghu_", 30), (b"ghr_", 70)];

/// Length of a fine-grained token, in bytes.
const LENGTH: usize = 93;
/// How many of its bytes are hashed: prefix, 22, `_`, 43.
const HASHED: usize = 77;

fn classic(value: &[u8]) -> Outcome {
    for (prefix, body) in REQUIRED {
        if value.starts_with(*prefix) && value.len() == prefix.len() + body + 6 {
            return Outcome::required(base62_tail(value, *prefix, *body), Decoded::default());
        }
    }
    match value.strip_prefix(b"ghs_") {
        Some(rest) => installation(value, rest),
        None => Outcome::unknown(),
    }
}

fn installation(value: &[u8], rest: &[u8]) -> Outcome {
    if base62_tail(value, b"ghs_", 30) {
        return Outcome::proven(Decoded::default());
    }
    let mut parts = rest.splitn(2, |c| *c == b'_');
    let app = parts.next().unwrap_or_default();
    let numeric = !app.is_empty() && app.len() <= 20 && app.iter().all(u8::is_ascii_digit);
    let token = parts.next().filter(|_| numeric).and_then(jwt::decode);
    let Some(token) = token else { return Outcome::unknown() };
    let mut decoded = Decoded::default();
    add_fact(&mut decoded, "app", &String::from_utf8_lossy(app));
    token.describe(&mut decoded);
    Outcome::plausible(decoded)
}

fn hash(text: &[u8]) -> [u8; 8] {
    let encoded = BASE32_NOPAD.encode(&Sha256::digest(text));
    std::array::from_fn(|i| encoded.as_bytes().get(i).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::minting::{self, DIGITS_AND_LETTERS};
    use super::super::{Verdict, testing};
    use super::*;

    fn made(prefix: &str, n: usize) -> Vec<u8> {
        let body = minting::text(n, DIGITS_AND_LETTERS, &mut testing::random(11));
        let crc = testing::digits(testing::crc32(&body).into(), DIGITS_AND_LETTERS, 6);
        [prefix.as_bytes(), &body, &crc].concat()
    }

    #[test]
    fn classic_tokens_must_hold() {
        for (prefix, n) in [("ghp_", 30), ("gho_", 30), ("ghu_", 30), ("ghr_", 70)] {
            let value = made(prefix, n);
            assert_eq!((CRC32.run)(&value).verdict, Verdict::Proven, "{prefix}");
            for changed in testing::mutations(&value) {
                let verdict = (CRC32.run)(&changed).verdict;
                assert_ne!(verdict, Verdict::Proven);
                if changed[..4] == value[..4] {
                    assert_eq!(verdict, Verdict::Rejected);
                }
            }
        }
    }

    #[test]
    fn other_lengths_are_not_judged() {
        assert_eq!((CRC32.run)(&made("ghp_", 31)).verdict, Verdict::Plausible);
        assert_eq!((CRC32.run)(b"ghp_").verdict, Verdict::Plausible);
        assert_eq!((CRC32.run)(b"").verdict, Verdict::Plausible);
    }

    #[test]
    fn installation_tokens_are_never_rejected() {
        let value = made("ghs_", 30);
        assert_eq!((CRC32.run)(&value).verdict, Verdict::Proven);
        for changed in testing::mutations(&value) {
            assert_eq!((CRC32.run)(&changed).verdict, Verdict::Plausible);
        }
    }

    #[test]
    fn stateless_installation_tokens_are_decoded() {
        let claims =
            serde_json::json!({"iss": "github", "iat": 1_700_000_000, "exp": 1_700_003_600});
        let token = format!("ghs_12345_{}", jwt::tests::signed(&claims));
        let outcome = (CRC32.run)(token.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Plausible);
        assert_eq!(testing::fact(&outcome, "app"), Some("12345"));
        assert_eq!(outcome.decoded.expires, Some(1_700_003_600));
        assert_eq!(outcome.decoded.lifetime, Some(crate::score::Lifetime::Short));
        let other = token.replace("12345", "abc");
        assert_eq!((CRC32.run)(other.as_bytes()), Outcome::unknown());
    }

    #[test]
    fn fine_grained_tokens_only_raise() {
        let mut random = testing::random(3);
        let mut part = |n| minting::text(n, DIGITS_AND_LETTERS, &mut random);
        let head = [b"github_pat_".as_slice(), &part(22), b"_", &part(43)].concat();
        let digest = Sha256::digest(&head);
        let first = digest.iter().take(5).fold(0_u64, |n, b| n << 8 | u64::from(*b));
        let hash = testing::digits(first, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8);
        let value = [&head, hash.as_slice(), &part(8)].concat();
        assert_eq!((FINE_GRAINED.run)(&value).verdict, Verdict::Proven);
        for changed in testing::mutations(&value[..LENGTH - 8]) {
            let changed = [&changed, &value[LENGTH - 8..]].concat();
            assert_eq!((FINE_GRAINED.run)(&changed).verdict, Verdict::Plausible);
        }
        assert_eq!((FINE_GRAINED.run)(&value[..LENGTH - 1]).verdict, Verdict::Plausible);
    }
}
