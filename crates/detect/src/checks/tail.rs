//! Tokens that end in a CRC-32 of what stands before: npm, Vercel, Grafana, Atlassian, Bitbucket,
//! Cloudflare.

use super::minting::{DIGITS_AND_LETTERS, text};
use super::statement::{add_fact, add_json_fact};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::{base64, json_object};

/// npm access tokens; 36 characters after `npm_`, the last 6 as in GitHub's classic tokens. Some
/// published tokens fail it, so it only raises.
pub(super) const NPM: Check = Check {
    name: "npm-crc32",
    about: "The last six characters of an npm token are a CRC-32 of the thirty before them.",
    run: |value| Outcome::raised(base62_tail(value, b"npm_", 30), Decoded::default()),
    mint: Some(|value, _| put_base62_tail(value, b"npm_", 30)),
};

/// Vercel tokens (`vcp_`, `vck_`, `vca_`, `vci_`, `vcr_`); 56 characters after the prefix.
///
/// The algorithm is known from `vcp_` alone, so it only raises.
pub(super) const VERCEL: Check = Check {
    name: "vercel-crc32",
    about: "The last six characters of a Vercel token are a CRC-32 of the fifty before them.",
    run: |value| {
        let holds = VERCEL_PREFIXES.iter().any(|prefix| base62_tail(value, prefix, 50));
        Outcome::raised(holds, Decoded::default())
    },
    mint: Some(|value, _| {
        for prefix in VERCEL_PREFIXES {
            put_base62_tail(value, prefix, 50);
        }
    }),
};

const VERCEL_PREFIXES: [&[u8]; 5] = [b"vcp_", b"vck_", b"vca_", b"vci_", b"vcr_"];

/// Grafana: service account tokens `glsa_<32>_<8 hex>` must hold (the server refuses others, see
/// `pkg/components/satokengen` of Grafana); access policy tokens and old API keys are decoded.
pub(super) const GRAFANA: Check = Check {
    name: "grafana-crc32",
    about: "A Grafana service account token ends in the CRC-32 of what stands before; other Grafana keys name their organization.",
    run: grafana,
    mint: Some(|value, _| {
        if let Some((body, tail)) = grafana_parts(value) {
            let crc = grafana_crc(body);
            let at = value.len() - tail.len();
            value[at..].copy_from_slice(&crc);
        }
    }),
};

/// API keys of Grafana before version 9: JSON in base64 with the key, its name and the number of the
/// organisation, in this order (`pkg/components/apikeygen` of Grafana). Links of other products begin
/// with the same letter.
pub(super) const GRAFANA_LEGACY: Check = Check {
    name: "grafana-key-json",
    about: "An old Grafana API key is JSON with a key, a name and the number of an organization.",
    run: |value| {
        let Some(json) = base64(value).and_then(|text| json_object(&text)) else {
            return Outcome::rejected();
        };
        let is_text = |name: &str| json.get(name).is_some_and(serde_json::Value::is_string);
        if !(is_text("k") && is_text("n") && json.get("id").is_some_and(serde_json::Value::is_i64))
        {
            return Outcome::rejected();
        }
        let mut decoded = Decoded::default();
        add_json_fact(&mut decoded, "organisation", json.get("id"));
        add_json_fact(&mut decoded, "name", json.get("n"));
        Outcome::plausible(decoded)
    },
    mint: Some(|value, random| {
        let key = text(32, DIGITS_AND_LETTERS, random);
        let key = String::from_utf8_lossy(&key);
        let json = format!("{{\"k\":\"{key}\",\"n\":\"reader\",\"id\":1}}");
        *value = data_encoding::BASE64.encode(json.as_bytes()).into_bytes();
    }),
};

/// Atlassian API tokens (`ATATT3`, `ATCTT3`, `ATSTT3`), ending in `=` and eight hexadecimal digits.
///
/// No vendor text describes it: it only raises.
pub(super) const ATLASSIAN: Check = Check {
    name: "atlassian-crc32",
    about: "The eight hexadecimal digits that end an Atlassian token are the CRC-32 of all before them.",
    run: hex_tail,
    mint: Some(|value, _| put_hex_tail(value)),
};

/// Bitbucket app passwords (`ATBB`) and access tokens (`ATCTT3`): as Atlassian.
pub(super) const BITBUCKET: Check = Check {
    name: "bitbucket-crc32",
    about: "The eight hexadecimal digits that end a Bitbucket token are the CRC-32 of all before them.",
    run: hex_tail,
    mint: Some(|value, _| put_hex_tail(value)),
};

/// Cloudflare credentials of 2026: prefix, 40 characters, checksum of 8.
///
/// The vendor documents a checksum
/// (<https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/>) and elsewhere calls it
/// CRC32. In the tokens that it shows and one more, the CRC-32 of the 40 characters holds; of Access
/// service tokens (`cfast_`) none is published. Too few to reject others by it: it only raises.
pub(super) const CLOUDFLARE: Check = Check {
    name: "cloudflare-crc32",
    about: "The last eight characters of a prefixed Cloudflare credential are a CRC-32 of the forty before them; the prefix names its kind.",
    run: |value| {
        let mut decoded = Decoded::default();
        let Some((body, tail, kind)) = cloudflare_parts(value) else { return Outcome::unknown() };
        decoded.add_fact("kind", kind);
        Outcome::raised(hex(crc32fast::hash(body).to_be_bytes()) == tail, decoded)
    },
    mint: Some(|value, _| {
        if let Some((body, _, _)) = cloudflare_parts(value) {
            let crc = hex(crc32fast::hash(body).to_be_bytes());
            let at = value.len() - crc.len();
            value[at..].copy_from_slice(&crc);
        }
    }),
};

/// The 40 characters, the 8 that end it, and what the prefix says.
fn cloudflare_parts(value: &[u8]) -> Option<(&[u8], &[u8], &'static str)> {
    let kinds: [(&[u8], &str); 4] = [
        (b"cfk_", "global API key"),
        (b"cfut_", "user API token"),
        (b"cfat_", "account API token"),
        (b"cfast_", "Access service token"),
    ];
    let (rest, kind) = kinds
        .into_iter()
        .find_map(|(prefix, kind)| value.strip_prefix(prefix).map(|rest| (rest, kind)))?;
    let (body, tail) = rest.split_at_checked(40).filter(|(_, tail)| tail.len() == 8)?;
    Some((body, tail, kind))
}

/// A CRC-32 as six base-62 digits (`0-9A-Za-z`), most significant first, padded with `0`.
pub(super) fn base62(mut crc: u32) -> [u8; 6] {
    let mut out = [b'0'; 6];
    for digit in out.iter_mut().rev() {
        *digit = DIGITS_AND_LETTERS[(crc % 62) as usize];
        crc /= 62;
    }
    out
}

/// Whether `<prefix><body of n><6>` ends in the CRC-32 of the body.
pub(super) fn base62_tail(value: &[u8], prefix: &[u8], n: usize) -> bool {
    match value.strip_prefix(prefix) {
        Some(rest) if rest.len() == n + 6 => base62(crc32fast::hash(&rest[..n])) == rest[n..],
        _ => false,
    }
}

/// Makes [`base62_tail`] true for values of that form; leaves others alone.
pub(super) fn put_base62_tail(value: &mut [u8], prefix: &[u8], n: usize) {
    if value.starts_with(prefix) && value.len() == prefix.len() + n + 6 {
        let (body, tail) = value[prefix.len()..].split_at_mut(n);
        tail.copy_from_slice(&base62(crc32fast::hash(body)));
    }
}

fn hex_tail(value: &[u8]) -> Outcome {
    let Some((body, tail)) = value.split_last_chunk::<8>() else { return Outcome::unknown() };
    let holds = hex(crc32fast::hash(body).to_be_bytes()).eq_ignore_ascii_case(tail);
    Outcome::raised(holds && !body.is_empty(), Decoded::default())
}

fn put_hex_tail(value: &mut [u8]) {
    if let Some((body, tail)) = value.split_last_chunk_mut::<8>() {
        *tail = hex(crc32fast::hash(body).to_be_bytes());
        tail.make_ascii_uppercase();
    }
}

/// Four bytes as eight lower-case hexadecimal digits.
pub(super) fn hex(bytes: [u8; 4]) -> [u8; 8] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    std::array::from_fn(|i| {
        let byte = bytes[i / 2];
        DIGITS[usize::from(if i % 2 == 0 { byte >> 4 } else { byte & 15 })]
    })
}

fn grafana(value: &[u8]) -> Outcome {
    if let Some((body, tail)) = grafana_parts(value) {
        return Outcome::required(grafana_crc(body) == *tail, Decoded::default());
    }
    let mut decoded = Decoded::default();
    let encoded = value.strip_prefix(b"glc_").unwrap_or(value);
    if let Some(json) = base64(encoded).and_then(|text| json_object(&text)) {
        if encoded.len() < value.len() {
            add_json_fact(&mut decoded, "organisation", json.get("o"));
            let region = json.get("m").and_then(|m| m.get("r")).and_then(|r| r.as_str());
            add_fact(&mut decoded, "region", region.unwrap_or_default());
        } else {
            add_json_fact(&mut decoded, "organisation", json.get("id"));
        }
        add_json_fact(&mut decoded, "name", json.get("n"));
    }
    Outcome::plausible(decoded)
}

/// `glsa_<32>` and the eight digits, if the value has that form.
fn grafana_parts(value: &[u8]) -> Option<(&[u8], &[u8; 8])> {
    let (body, tail) = value.split_last_chunk::<8>()?;
    let body = body.strip_suffix(b"_")?;
    (body.starts_with(b"glsa_") && body.len() == 5 + 32).then_some((body, tail))
}

/// Grafana writes the four bytes of the CRC least significant first.
fn grafana_crc(body: &[u8]) -> [u8; 8] {
    hex(crc32fast::hash(body).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, minting, testing};
    use super::*;

    fn made(prefix: &str, n: usize) -> Vec<u8> {
        let mut random = testing::random(7);
        let body = minting::text(n, DIGITS_AND_LETTERS, &mut random);
        let crc = testing::digits(testing::crc32(&body).into(), DIGITS_AND_LETTERS, 6);
        [prefix.as_bytes(), &body, &crc].concat()
    }

    #[test]
    fn npm_and_vercel_raise_and_never_reject() {
        for (check, value) in
            [(NPM, made("npm_", 30)), (VERCEL, made("vcp_", 50)), (VERCEL, made("vck_", 50))]
        {
            assert_eq!((check.run)(&value).verdict, Verdict::Proven, "{}", check.name);
            for changed in testing::mutations(&value) {
                assert_eq!((check.run)(&changed).verdict, Verdict::Plausible);
            }
            assert_eq!((check.run)(&value[1..]).verdict, Verdict::Plausible);
        }
    }

    #[test]
    fn links_that_begin_as_old_keys_of_grafana_are_none() {
        let encoded = |json: &str| data_encoding::BASE64.encode(json.as_bytes()).into_bytes();
        let mut value = Vec::new();
        (GRAFANA_LEGACY.mint.unwrap())(&mut value, &mut testing::random(3));
        assert_eq!((GRAFANA_LEGACY.run)(&value).verdict, Verdict::Plausible);
        for other in [
            encoded(r#"{"k":"0f1e2d3c-1111-2222-3333-444455556666","t":"5a5a","c":8}"#),
            encoded(r#"{"k":"0f1e2d3c","n":"name"}"#),
            value[..value.len() / 2].to_vec(),
        ] {
            assert_eq!((GRAFANA_LEGACY.run)(&other).verdict, Verdict::Rejected);
        }
    }

    #[test]
    fn base62_is_padded() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
        assert_eq!(
            base62(u32::MAX).to_vec(),
            testing::digits(u32::MAX.into(), DIGITS_AND_LETTERS, 6)
        );
    }

    #[test]
    fn grafana_service_account_tokens_must_hold() {
        let body = [b"glsa_".as_slice(), &made("", 26)].concat();
        let crc: String =
            testing::crc32(&body).to_le_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let value = [&body, b"_".as_slice(), crc.as_bytes()].concat();
        assert_eq!((GRAFANA.run)(&value).verdict, Verdict::Proven);
        for changed in testing::mutations(&value) {
            assert_ne!((GRAFANA.run)(&changed).verdict, Verdict::Proven);
            if changed[..5] == value[..5] && changed[37] == b'_' {
                assert_eq!((GRAFANA.run)(&changed).verdict, Verdict::Rejected);
            }
        }
    }

    #[test]
    fn grafana_keys_name_their_organisation_and_not_their_secret() {
        let secret = ["s3cr3t", "OfTheKey"].concat();
        let encode =
            |json: serde_json::Value| data_encoding::BASE64.encode(json.to_string().as_bytes());
        let policy = format!(
            "glc_{}",
            encode(
                serde_json::json!({"o": "4711", "n": "ci-writer", "k": secret, "m": {"r": "eu"}})
            )
        );
        let outcome = (GRAFANA.run)(policy.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Plausible);
        assert_eq!(testing::fact(&outcome, "organisation"), Some("4711"));
        assert_eq!(testing::fact(&outcome, "region"), Some("eu"));
        let old = encode(serde_json::json!({"k": secret, "n": "deploy", "id": 1}));
        let outcome = (GRAFANA.run)(old.as_bytes());
        assert_eq!(testing::fact(&outcome, "name"), Some("deploy"));
        assert_eq!(testing::fact(&outcome, "organisation"), Some("1"));
        assert!(outcome.decoded.facts.iter().all(|f| !f.value.contains(&secret)));
    }

    #[test]
    fn atlassian_counts_the_equals_sign_and_bitbucket_takes_either_case() {
        let body = [b"ATATT3xFfGF0".as_slice(), &made("", 60), b"="].concat();
        let crc = format!("{:08X}", testing::crc32(&body));
        let value = [&body, crc.as_bytes()].concat();
        assert_eq!((ATLASSIAN.run)(&value).verdict, Verdict::Proven);
        assert_eq!((BITBUCKET.run)(&value.to_ascii_lowercase()).verdict, Verdict::Plausible);
        let without = format!("{:08X}", testing::crc32(&body[..body.len() - 1]));
        let value_without = [&body, without.as_bytes()].concat();
        assert_eq!((ATLASSIAN.run)(&value_without).verdict, Verdict::Plausible);
        for changed in testing::mutations(&value) {
            assert_eq!((ATLASSIAN.run)(&changed).verdict, Verdict::Plausible);
        }
        let body = [b"ATBB".as_slice(), &made("", 18)].concat();
        let crc = format!("{:08x}", testing::crc32(&body));
        assert_eq!((BITBUCKET.run)(&[&body, crc.as_bytes()].concat()).verdict, Verdict::Proven);
        assert_eq!((BITBUCKET.run)(b"00000000").verdict, Verdict::Plausible);
    }

    #[test]
    fn cloudflare_kinds_are_named_and_the_checksum_only_raises() {
        for (prefix, kind) in [
            ("cfk_", "global API key"),
            ("cfut_", "user API token"),
            ("cfat_", "account API token"),
            ("cfast_", "Access service token"),
        ] {
            let body = &made("", 40)[..40];
            let crc = format!("{:08x}", testing::crc32(body));
            let value = [prefix.as_bytes(), body, crc.as_bytes()].concat();
            let outcome = (CLOUDFLARE.run)(&value);
            assert_eq!(outcome.verdict, Verdict::Proven);
            assert_eq!(testing::fact(&outcome, "kind"), Some(kind));
            for changed in testing::mutations(&value) {
                assert_eq!((CLOUDFLARE.run)(&changed).verdict, Verdict::Plausible);
            }
        }
        assert_eq!((CLOUDFLARE.run)(b"v1.0-x"), Outcome::unknown());
    }
}
