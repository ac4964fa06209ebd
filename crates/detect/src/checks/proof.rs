//! Tokens that prove themselves: what of a text is the token can be told without a border before or
//! behind it, and hardly anything passes the check by chance. Rows of a database, tokens that follow
//! each other and names that tokens are glued to have no borders.

use super::{Check, Outcome, Verdict, github, undocumented};
use crate::lenient::base64;

/// How the tokens of a check prove themselves.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The check.
    name: &'static str,
    /// What chance would have to get right for a text of the form to pass: bits of the checksum, less
    /// those of the lengths and seeds that are tried.
    bits: u32,
    /// Length of the token that a text begins with, where the form has several.
    length: fn(&[u8]) -> Option<usize>,
    /// The check rejects all that has not the structure, so that what it lets pass is proved.
    by_structure: bool,
}

/// Fewer bits prove nothing where nothing else tells that there is a token.
const LEAST_BITS: u32 = 23;

/// Longest token of any of these forms, in bytes.
const LONGEST: usize = 8192;

const PROOFS: &[Proof] = &[
    of("age-bech32", 30, fixed),
    // The `=` before the checksum is in no other place.
    of("atlassian-crc32", 32, |text| Some(place(text, b'=', 260)? + 9)),
    // Marvin32 with up to seven seeds; four digits in base 62 in the shorter of the annotated keys,
    // which have nine literal characters besides.
    of("azure-signature", 23, |text| first_proven(text, super::azure::SIGNATURE.run, [84, 88, 44])),
    of("base58check", 31, |text| first_proven(text, super::base58::CHECK.run, [111, 112])),
    of("bitbucket-crc32", 32, fixed),
    of("cfxre-crc32", 30, |text| first_proven(text, undocumented::CFXRE.run, [32, 31, 30])),
    of("cloudflare-crc32", 32, fixed),
    of("github-crc32", 31, |text| first_proven(text, github::CRC32.run, [40, 80])),
    of("github-fine-grained", 40, fixed),
    of("gitlab-routable", 31, routable),
    of("grafana-crc32", 32, fixed),
    // Header and claims are JSON in base64, of which the header has an algorithm.
    Proof { by_structure: true, ..of("jwt", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-kubernetes", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-monday", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-motherduck", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-n8n", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-prisma", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-qdrant", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-snowflake", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-supabase-anon", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-supabase-service", 64, jwt) },
    Proof { by_structure: true, ..of("jwt-turso", 64, jwt) },
    of("npm-crc32", 32, fixed),
    // A macaroon in base64, complete, of a known registry.
    of("pypi-macaroon", 64, |text| Some(text.iter().take(1100).take_while(|b| is_url(b)).count())),
    of("runpod-crc32", 31, fixed),
    of("salad-crc32", 32, |_| Some(66)),
    // JSON in base64 with the time of issue.
    Proof {
        by_structure: true,
        ..of("sentry-org", 64, |text| Some(7 + place(text.get(7..)?, b'_', 520)? + 44))
    },
    of("vercel-crc32", 32, fixed),
    of("wandb-crc32", 32, fixed),
    of("zuplo-crc32", 32, fixed),
];

const fn of(name: &'static str, bits: u32, length: fn(&[u8]) -> Option<usize>) -> Proof {
    Proof { name, bits, length, by_structure: false }
}

impl Check {
    /// How tokens prove themselves by this check; `None` if they do not.
    pub(crate) fn proof(&self) -> Option<&'static Proof> {
        PROOFS.iter().find(|proof| proof.name == self.name && proof.bits >= LEAST_BITS)
    }
}

impl Proof {
    /// Length of the token that a text begins with, if it proves itself; `fixed` is that of all
    /// tokens of the rule, if they have the same.
    pub(crate) fn proven_length(
        &self,
        check: &Check,
        text: &[u8],
        fixed: Option<usize>,
    ) -> Option<usize> {
        let length = fixed.or_else(|| (self.length)(text)).filter(|length| *length <= LONGEST)?;
        let Outcome { verdict, .. } = (check.run)(text.get(..length)?);
        let proved = match verdict {
            Verdict::Proven => true,
            Verdict::Plausible => self.by_structure,
            Verdict::Rejected => false,
        };
        proved.then_some(length)
    }
}

/// Of forms that have one length, which the pattern tells.
fn fixed(_: &[u8]) -> Option<usize> {
    None
}

/// Where a byte first stands in a text, if that is within so many bytes.
fn place(text: &[u8], byte: u8, within: usize) -> Option<usize> {
    memchr::memchr(byte, &text[..text.len().min(within)])
}

/// The first of some lengths with which a check proves the beginning of a text.
fn first_proven<const N: usize>(
    text: &[u8],
    run: fn(&[u8]) -> Outcome,
    lengths: [usize; N],
) -> Option<usize> {
    let proven = |length: &usize| {
        text.get(..*length).is_some_and(|value| run(value).verdict == Verdict::Proven)
    };
    lengths.into_iter().find(proven)
}

/// `<prefix><payload>.<length and crc>` or `<prefix><payload>.<version>.<length and crc>`.
fn routable(text: &[u8]) -> Option<usize> {
    let dot = place(text, b'.', 320)?;
    let versioned = text.get(dot + 3) == Some(&b'.');
    Some(dot + if versioned { 1 + 2 + 1 + 9 } else { 1 + 9 })
}

/// Three parts in base64 for URLs, the first two beginning as JSON objects do.
fn jwt(text: &[u8]) -> Option<usize> {
    // What is quickly told comes first: a text may have nothing but beginnings.
    let first = place(text, b'.', LONGEST)?;
    let claims = first + 1;
    if !text[claims..].starts_with(b"eyJ") || !may_be_header(&text[..first]) {
        return None;
    }
    let signature = claims + place(&text[claims..], b'.', LONGEST)? + 1;
    let rest = &text[signature..];
    let length = rest.iter().take(LONGEST).take_while(|b| is_url(b)).count();
    let is_token = || text[..signature].iter().all(|b| is_url(b) || *b == b'.');
    (length >= 16 && is_token()).then_some(signature + length)
}

/// Whether base64 begins as that of an object with names does: `{"`, a name, and a colon, as far as
/// they can be seen.
fn may_be_header(text: &[u8]) -> bool {
    let Some(head) = base64(&text[..text.len().min(SEEN) & !3]) else { return false };
    let Some(name) = head.strip_prefix(b"{\"") else { return false };
    let end = name.iter().position(|b| matches!(b, b'"' | b'\\')).unwrap_or(name.len());
    let behind = name.get(end + 1..).unwrap_or_default().trim_ascii_start();
    name[..end].iter().all(|b| b.is_ascii_graphic() || *b == b' ')
        && (name.get(end) != Some(&b'"') || matches!(behind.first(), None | Some(b':')))
}

/// Characters of a header that are looked at first: the name of a parameter is shorter.
const SEEN: usize = 64;

fn is_url(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{CHECKS, by_name};
    use crate::rules::Rules;
    use crate::rules::mint::{Random, mint};

    #[test]
    fn proofs_are_of_checks_and_leave_nothing_to_chance() {
        for proof in PROOFS {
            assert!(by_name(proof.name).is_some(), "{}", proof.name);
            assert!(proof.bits >= LEAST_BITS, "{}", proof.name);
        }
        // Sixteen bits, or a form alone, prove nothing in the middle of other text.
        for name in ["nkey-crc16", "aws-key-id", "base64-userpass", "slack-webhook", "bip39"] {
            assert!(by_name(name).is_some_and(|check| check.proof().is_none()), "{name}");
        }
        assert!(CHECKS.iter().filter(|check| check.proof().is_some()).count() == PROOFS.len());
    }

    #[test]
    fn minted_tokens_have_the_length_that_is_told() {
        let rules = Rules::builtin();
        for (_, rule) in rules.iter() {
            let Some(check) = rule.check else { continue };
            let Some(proof) = check.proof().filter(|_| rule.near().is_none()) else { continue };
            // Its checksum is of few characters, and its length is not told.
            if rule.id() == "entra-client-secret" {
                continue;
            }
            let token = mint(rule, &mut Random::new(3)).expect("the rule mints");
            if (check.run)(&token).verdict != Verdict::Proven && !proof.by_structure {
                continue;
            }
            let compiled = rule.compiled().expect("it compiles");
            let text = [token.as_slice(), b" and more"].concat();
            let length = proof.proven_length(check, &text, compiled.fixed_length());
            assert_eq!(length, Some(token.len()), "{}", rule.id());
        }
    }
}
