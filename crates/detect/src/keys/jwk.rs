//! JSON Web Keys (RFC 7517, 7518, 8037) that hold a private or symmetric key.

use std::ops::Range;

use super::framing::Bits;
use super::json::{member, members, object_around};
use super::material::{CURVES, Edwards, Parsed, PrivateKey, legible};
use super::{JWK, OIDC, RuleName, filler};

/// The shortest symmetric key that is taken for one, in bytes.
const SHORTEST: usize = 16;

/// A key found.
pub(super) struct Found {
    /// The object, braces included.
    pub(super) span: Range<usize>,
    /// What it holds.
    pub(super) parsed: Parsed,
    /// The rule under which it is reported.
    pub(super) rule: RuleName,
}

/// The private key in the object around the `kty` at `at`. `None` for public keys.
pub(super) fn private_key(blob: &[u8], at: usize) -> Option<Found> {
    let span = object_around(blob, at..at + 4, b"kty")?;
    let members = members(&blob[span.clone()]);
    let text = |name: &str| member(&members, name).unwrap_or_default();
    let bytes = |name: &str| member(&members, name).and_then(base64url);
    let parsed = match text("kty") {
        b"RSA" => {
            let (n, e, d) = (bytes("n")?, bytes("e")?, bytes("d")?);
            let primes = bytes("p").zip(bytes("q"));
            let primes = primes.as_ref().map(|(p, q)| (&p[..], &q[..]));
            PrivateKey::Rsa { n: &n, e: &e, d: &d, primes }.parsed()
        }
        b"EC" => {
            let curve = CURVES
                .iter()
                .find(|curve| !curve.jwk.is_empty() && curve.jwk.as_bytes() == text("crv"))?;
            let (x, y, d) = (bytes("x"), bytes("y"), bytes("d")?);
            let size = curve.bits.div_ceil(8);
            let point = x.zip(y).map(|(x, y)| point(&x, &y, size));
            let parameters = curve.parameters();
            let point = point.as_deref();
            PrivateKey::Ec { curve: Some(curve), parameters: &parameters, d: &d, point }.parsed()
        }
        b"OKP" => {
            let curve = std::str::from_utf8(text("crv")).ok().and_then(Edwards::named)?;
            let public = bytes("x");
            PrivateKey::Edwards { curve, d: &bytes("d")?, public: public.as_deref() }.parsed()
        }
        b"oct" => {
            let key = bytes("k").filter(|key| key.len() >= SHORTEST && !filler::is_filler(key))?;
            let mut parsed = Parsed::opaque("oct", &key);
            parsed.decoded.add_fact("kind", "symmetric key");
            parsed.decoded.add_fact("size", format!("{} bits", key.len() * 8));
            parsed
        }
        _ => return None,
    };
    let mut parsed = parsed.in_format("JWK");
    for (name, shown) in [("kid", "key id"), ("use", "use"), ("alg", "algorithm")] {
        let value = legible(text(name));
        if !value.is_empty() {
            parsed.decoded.add_fact(shown, value);
        }
    }
    let signs = text("use") == b"sig"
        || [&b"RS"[..], b"PS", b"ES", b"Ed"].iter().any(|alg| text("alg").starts_with(alg));
    let is_issuer = signs && text("kty") != b"oct" && is_in_key_set(blob, span.start);
    Some(Found { span, parsed, rule: if is_issuer { OIDC } else { JWK } })
}

/// Whether the object is an element of `"keys": [...]`, the form in which an issuer keeps its keys.
fn is_in_key_set(blob: &[u8], object: usize) -> bool {
    let before = &blob[object.saturating_sub(8 * 1024)..object];
    let mut depth = 0_usize;
    let list = before.iter().rposition(|byte| match byte {
        b']' => {
            depth += 1;
            false
        }
        b'[' if depth == 0 => true,
        b'[' => {
            depth -= 1;
            false
        }
        _ => false,
    });
    let Some(list) = list else { return false };
    let name = before[..list].trim_ascii_end();
    let Some(name) = name.strip_suffix(b":") else { return false };
    let end =
        name.iter().rposition(|b| !(b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\')));
    end.is_some_and(|end| name[..=end].ends_with(b"keys"))
}

/// An uncompressed point (SEC1, 2.3.3).
fn point(x: &[u8], y: &[u8], size: usize) -> Vec<u8> {
    let mut point = vec![4];
    for number in [x, y] {
        point.resize(point.len() + size.saturating_sub(number.len()), 0);
        point.extend_from_slice(number);
    }
    point
}

/// Base64 in either alphabet, padded or not. `None` when anything else is in it.
fn base64url(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"=").map_or(text, |text| text.strip_suffix(b"=").unwrap_or(text));
    let mut bits = Bits::default();
    let complete = text.iter().all(|letter| {
        bits.push(match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
    });
    (complete && !bits.bytes.is_empty()).then_some(bits.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    fn ed25519(extra: &str) -> String {
        let d = BASE64URL_NOPAD.encode(&[0; 32]);
        let public = PrivateKey::Edwards { curve: Edwards::Ed25519, d: &[0; 32], public: None };
        assert!(public.parsed().is_proven);
        let x = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik";
        format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{d}","x":"{x}"{extra}}}"#)
    }

    #[test]
    fn a_private_key_is_found_in_every_notation() {
        let text = ed25519(r#","kid":"2026-01""#);
        let escaped = text.replace('"', "\\\"");
        let python = text.replace('"', "'");
        for text in [&text, &escaped, &python] {
            let found = private_key(text.as_bytes(), text.find("kty").unwrap()).unwrap();
            assert_eq!(found.span, 0..text.len());
            assert!(found.parsed.is_proven);
            assert_eq!(found.rule, JWK);
            assert!(
                found
                    .parsed
                    .decoded
                    .facts
                    .iter()
                    .any(|fact| fact.name == "key id" && fact.value == "2026-01")
            );
        }
    }

    #[test]
    fn the_key_set_of_an_issuer_is_told_from_a_key() {
        let text = format!(r#"{{"keys": [{}]}}"#, ed25519(r#","use":"sig""#));
        assert_eq!(private_key(text.as_bytes(), text.find("kty").unwrap()).unwrap().rule, OIDC);
        let text = format!(r#"{{"other": [{}]}}"#, ed25519(r#","use":"sig""#));
        assert_eq!(private_key(text.as_bytes(), text.find("kty").unwrap()).unwrap().rule, JWK);
    }

    #[test]
    fn public_keys_and_placeholders_are_not() {
        for text in [
            r#"{"kty":"OKP","crv":"Ed25519","x":"O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik"}"#,
            r#"{"kty":"RSA","n":"0vx7...","e":"AQAB","d":"X4cT..."}"#,
            r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
            r#"{"kty":"oct","k":"short"}"#,
            r#"{"kty":"EC","crv":"P-256","d":""}"#,
            r#"if jwk["kty"] == "RSA" { return jwk["d"] }"#,
        ] {
            assert!(private_key(text.as_bytes(), text.find("kty").unwrap()).is_none(), "{text}");
        }
    }

    #[test]
    fn points_are_padded_to_the_size_of_the_curve() {
        assert_eq!(point(&[1], &[2, 3], 2), [4, 0, 1, 2, 3]);
    }
}
