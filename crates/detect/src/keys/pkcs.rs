//! Private keys in DER: PKCS#1 (RFC 8017), PKCS#8 (RFC 5958), SEC1 (RFC 5915), OpenSSL's DSA, and the
//! encrypted forms of PKCS#8 and PEM.

use der::asn1::ObjectIdentifier;

use super::asn1::{Fields, stated_length, trimmed};
use super::material::{self, Curve, Edwards, Parsed, PrivateKey};

/// The private key that begins these bytes, whichever of the structures it has.
pub(super) fn private_key(der: &[u8]) -> Option<Parsed> {
    let mut outer = Fields::new(der)?;
    let mut fields = outer.sequence()?;
    let ahead = fields.clone();
    if let Some(parsed) = encrypted(fields.clone()) {
        return Some(parsed);
    }
    match fields.small()? {
        0 if fields.clone().sequence().is_some() => pkcs8(fields),
        1 if fields.clone().sequence().is_some() => pkcs8(fields),
        1 if fields.clone().octets().is_some() => {
            let key = sec1(ahead, None)?;
            Some(key.in_format("SEC1"))
        }
        0 | 1 => integers(ahead),
        _ => None,
    }
}

/// Whether the bytes begin like one of the structures, for keys that are cut short: a sequence, and in
/// it a version or the algorithm of an encrypted key.
pub(super) fn begins_like_one(der: &[u8]) -> bool {
    let header = match der {
        [0x30, 0x82, ..] => 4,
        [0x30, 0x81, ..] => 3,
        [0x30, 0..=0x7f, ..] => 2,
        _ => return false,
    };
    match der.get(header..).unwrap_or_default() {
        [0x02, 0x01, 0 | 1, ..] => true,
        [0x30, _, 0x06, 0x09 | 0x0a, rest @ ..] => {
            rest.starts_with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01])
        }
        _ => false,
    }
}

/// How much of a key that is cut short is there.
pub(super) fn shortfall(der: &[u8]) -> Option<String> {
    let stated = stated_length(der)?;
    (stated > der.len()).then(|| format!("{} of {stated} bytes", der.len()))
}

/// What the `DEK-Info` header of an encrypted PEM file says (RFC 1421, 4.6.1.3; OpenSSL's way of making
/// the key: one round of MD5).
pub(super) fn legacy_encryption(dek_info: Option<&str>) -> String {
    match dek_info.and_then(|info| info.split(',').next()).map(str::trim) {
        Some(cipher) if !cipher.is_empty() => {
            let cipher: String = cipher.chars().filter(|c| c.is_ascii_graphic()).take(32).collect();
            format!("{cipher}, MD5 once")
        }
        _ => "unknown cipher".to_owned(),
    }
}

/// PKCS#1, or OpenSSL's DSA structure: nothing but integers.
fn integers(mut fields: Fields<'_>) -> Option<Parsed> {
    let version = fields.small()?;
    let mut numbers = Vec::with_capacity(8);
    while let Some(number) = fields.unsigned().filter(|_| numbers.len() < 8) {
        numbers.push(number);
    }
    match numbers[..] {
        [n, e, d, p, q, _, _, _] => {
            let primes = (version == 0).then_some((p, q));
            Some(PrivateKey::Rsa { n, e, d, primes }.parsed().in_format("PKCS#1"))
        }
        [p, q, g, y, x] => {
            Some(PrivateKey::Dsa { p, q, g, y: Some(y), x }.parsed().in_format("OpenSSL DSA"))
        }
        _ => None,
    }
}

/// `OneAsymmetricKey`; `fields` stand behind the version.
fn pkcs8(mut fields: Fields<'_>) -> Option<Parsed> {
    let mut algorithm = fields.sequence()?;
    let oid = algorithm.oid()?;
    let parameters = algorithm.whole();
    let key = fields.octets()?;
    let _attributes = fields.context(0, true);
    let public = fields.context(1, false).and_then(|bits| bits.strip_prefix(&[0]));
    let parsed = match oid {
        material::RSA | RSA_PSS => {
            let mut parsed = integers(Fields::new(key)?.sequence()?)?;
            parsed.decoded.facts.retain(|fact| fact.name != "format");
            if oid == RSA_PSS {
                parsed.decoded.add_fact("limited to", "RSA-PSS signatures");
                parsed.decoded.public_key = None;
            }
            parsed
        }
        material::EC => sec1(Fields::new(key)?.sequence()?, parameters)?,
        material::DSA => {
            let mut domain = Fields::new(parameters?)?.sequence()?;
            let (p, q, g) = (domain.unsigned()?, domain.unsigned()?, domain.unsigned()?);
            PrivateKey::Dsa { p, q, g, y: None, x: Fields::new(key)?.unsigned()? }.parsed()
        }
        other => match Edwards::of(&other) {
            Some(curve) => {
                PrivateKey::Edwards { curve, d: Fields::new(key)?.octets()?, public }.parsed()
            }
            None => {
                let mut parsed = Parsed::opaque("pkcs8", key);
                parsed.decoded.add_fact("kind", algorithm_name(&other));
                parsed.is_proven = key.len() >= 16;
                parsed
            }
        },
    };
    Some(parsed.in_format("PKCS#8"))
}

/// `ECPrivateKey`; the curve is inside or, within PKCS#8, beside it.
fn sec1(mut fields: Fields<'_>, beside: Option<&[u8]>) -> Option<Parsed> {
    if fields.small()? != 1 {
        return None;
    }
    let d = fields.octets()?;
    let inside = fields.explicit(0).and_then(|mut parameters| parameters.whole());
    let point = fields.explicit(1).and_then(|mut point| point.bits());
    let parameters = beside.or(inside)?;
    let curve = Curve::of(parameters);
    (!trimmed(d).is_empty() && d.len() <= 72)
        .then(|| PrivateKey::Ec { curve, parameters, d, point }.parsed())
}

/// `EncryptedPrivateKeyInfo`.
fn encrypted(mut fields: Fields<'_>) -> Option<Parsed> {
    let algorithm = fields.sequence()?;
    let how = encryption(algorithm)?;
    let ciphertext = fields.octets()?;
    let mut parsed =
        Parsed::opaque("pkcs8-encrypted", ciphertext).encrypted(how).in_format("PKCS#8");
    parsed.is_proven = ciphertext.len() >= 16;
    Some(parsed)
}

/// Names a password-based encryption: PBES2 with its key derivation and cipher, or one of the schemes
/// of PKCS#5 version 1 and PKCS#12. `None` for any other algorithm.
pub(super) fn encryption(mut algorithm: Fields<'_>) -> Option<String> {
    let oid = algorithm.oid()?;
    if oid != PBES2 {
        let (_, name) = SCHEMES.iter().find(|(scheme, _)| *scheme == oid)?;
        let rounds = algorithm.sequence().and_then(|mut parameters| {
            parameters.octets()?;
            parameters.small()
        });
        return Some(
            rounds.map_or((*name).to_owned(), |rounds| format!("{name}, {rounds} rounds")),
        );
    }
    let mut parameters = algorithm.sequence()?;
    let derivation = derivation(parameters.sequence()?);
    let cipher = parameters.sequence()?.oid()?;
    Some(format!("{}, {derivation}", algorithm_name(&cipher)))
}

/// Names a key derivation function with its cost.
fn derivation(mut function: Fields<'_>) -> String {
    let Some(oid) = function.oid() else { return "unknown key derivation".to_owned() };
    let Some(mut parameters) = function.sequence() else { return algorithm_name(&oid) };
    match oid {
        PBKDF2 => {
            let _salt = parameters.any();
            let rounds = parameters.small().unwrap_or(0);
            let _key_length = parameters.unsigned();
            // RFC 8018, A.2: HMAC with SHA-1 unless it says otherwise.
            let hash = parameters.sequence().and_then(|mut prf| prf.oid());
            let hash = hash.map_or("HMAC-SHA-1".to_owned(), |oid| algorithm_name(&oid));
            format!("PBKDF2 with {hash}, {rounds} rounds")
        }
        SCRYPT => {
            let _salt = parameters.octets();
            let mut next = || parameters.small().unwrap_or(0);
            format!("scrypt, N={} r={} p={}", next(), next(), next())
        }
        other => algorithm_name(&other),
    }
}

fn algorithm_name(oid: &ObjectIdentifier) -> String {
    let known = NAMES.iter().find(|(name, _)| name == oid);
    known.map_or_else(|| oid.to_string(), |(_, name)| (*name).to_owned())
}

const fn id(oid: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(oid)
}

const RSA_PSS: ObjectIdentifier = id("1.2.840.113549.1.1.10");
/// RFC 8018.
const PBES2: ObjectIdentifier = id("1.2.840.113549.1.5.13");
/// RFC 8018.
const PBKDF2: ObjectIdentifier = id("1.2.840.113549.1.5.12");
/// RFC 7914.
const SCRYPT: ObjectIdentifier = id("1.3.6.1.4.1.11591.4.11");

/// RFC 8018, A.3; RFC 7292, appendix C; the proprietary one of Java's JKS and JCEKS key stores.
static SCHEMES: [(ObjectIdentifier, &str); 14] = [
    (id("1.2.840.113549.1.5.1"), "DES-CBC, PBES1 with MD2"),
    (id("1.2.840.113549.1.5.3"), "DES-CBC, PBES1 with MD5"),
    (id("1.2.840.113549.1.5.4"), "RC2-CBC, PBES1 with MD2"),
    (id("1.2.840.113549.1.5.6"), "RC2-CBC, PBES1 with MD5"),
    (id("1.2.840.113549.1.5.10"), "DES-CBC, PBES1 with SHA-1"),
    (id("1.2.840.113549.1.5.11"), "RC2-CBC, PBES1 with SHA-1"),
    (id("1.2.840.113549.1.12.1.1"), "RC4-128, PKCS#12 with SHA-1"),
    (id("1.2.840.113549.1.12.1.2"), "RC4-40, PKCS#12 with SHA-1"),
    (id("1.2.840.113549.1.12.1.3"), "3DES-CBC, PKCS#12 with SHA-1"),
    (id("1.2.840.113549.1.12.1.4"), "2DES-CBC, PKCS#12 with SHA-1"),
    (id("1.2.840.113549.1.12.1.5"), "RC2-128-CBC, PKCS#12 with SHA-1"),
    (id("1.2.840.113549.1.12.1.6"), "RC2-40-CBC, PKCS#12 with SHA-1"),
    (id("1.3.6.1.4.1.42.2.17.1.1"), "XOR with SHA-1, Java key store"),
    (id("1.3.6.1.4.1.42.2.19.1"), "3DES-CBC, Java key store with MD5"),
];

/// NIST's and PKCS's registers; key algorithms, ciphers, hashes within HMAC.
static NAMES: [(ObjectIdentifier, &str); 24] = [
    (id("2.16.840.1.101.3.4.1.2"), "AES-128-CBC"),
    (id("2.16.840.1.101.3.4.1.22"), "AES-192-CBC"),
    (id("2.16.840.1.101.3.4.1.42"), "AES-256-CBC"),
    (id("2.16.840.1.101.3.4.1.6"), "AES-128-GCM"),
    (id("2.16.840.1.101.3.4.1.46"), "AES-256-GCM"),
    (id("1.2.840.113549.3.7"), "3DES-CBC"),
    (id("1.3.14.3.2.7"), "DES-CBC"),
    (id("1.2.840.113549.3.2"), "RC2-CBC"),
    (id("1.2.840.113549.2.7"), "HMAC-SHA-1"),
    (id("1.2.840.113549.2.8"), "HMAC-SHA-224"),
    (id("1.2.840.113549.2.9"), "HMAC-SHA-256"),
    (id("1.2.840.113549.2.10"), "HMAC-SHA-384"),
    (id("1.2.840.113549.2.11"), "HMAC-SHA-512"),
    (PBKDF2, "PBKDF2"),
    (SCRYPT, "scrypt"),
    (id("1.2.840.113549.1.3.1"), "Diffie-Hellman"),
    (id("1.2.643.7.1.1.1.1"), "GOST R 34.10-2012 256"),
    (id("1.2.643.7.1.1.1.2"), "GOST R 34.10-2012 512"),
    (id("2.16.840.1.101.3.4.3.17"), "ML-DSA-44"),
    (id("2.16.840.1.101.3.4.3.18"), "ML-DSA-65"),
    (id("2.16.840.1.101.3.4.3.19"), "ML-DSA-87"),
    (id("2.16.840.1.101.3.4.4.1"), "ML-KEM-512"),
    (id("2.16.840.1.101.3.4.4.2"), "ML-KEM-768"),
    (id("2.16.840.1.101.3.4.4.3"), "ML-KEM-1024"),
];

#[cfg(test)]
mod tests {
    use super::super::asn1::{self, SEQUENCE, tlv, unsigned};
    use super::super::points::public_point;
    use super::*;

    /// An RSA key that is none, but whose modulus is the product of its "primes".
    pub(crate) fn rsa() -> Vec<u8> {
        let (n, p, q) = product();
        let parts = [&[0][..], &n, &[1, 0, 1], &n[..63], &p, &q, &[9], &[9], &[9]];
        let fields: Vec<u8> = parts.into_iter().flat_map(unsigned).collect();
        tlv(SEQUENCE, &[&fields])
    }

    /// (2^256 - 1)^2 = 2^512 - 2^257 + 1.
    fn product() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let mut n = vec![0xff; 32];
        n[31] = 0xfe;
        n.extend([0; 31]);
        n.push(1);
        (n, vec![0xff; 32], vec![0xff; 32])
    }

    fn algorithm(name: &ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
        tlv(SEQUENCE, &[&asn1::oid(name), parameters])
    }

    fn in_pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
        tlv(SEQUENCE, &[&unsigned(&[0]), algorithm, &tlv(4, &[key])])
    }

    fn fact<'a>(parsed: &'a Parsed, name: &str) -> &'a str {
        parsed.decoded.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    #[test]
    fn one_rsa_key_is_the_same_in_pkcs1_and_pkcs8() {
        let bare = private_key(&rsa()).unwrap();
        let wrapped = private_key(&in_pkcs8(&algorithm(&material::RSA, &[5, 0]), &rsa())).unwrap();
        assert!(bare.is_proven && wrapped.is_proven);
        assert_eq!(bare.identity, wrapped.identity);
        assert_eq!(bare.decoded.public_key, wrapped.decoded.public_key);
        assert_eq!(fact(&bare, "size"), "512 bits");
        assert_eq!((fact(&bare, "format"), fact(&wrapped, "format")), ("PKCS#1", "PKCS#8"));
    }

    #[test]
    fn one_curve_key_is_the_same_in_sec1_and_pkcs8() {
        let curve = &material::CURVES[0];
        let point = public_point(curve, &[7; 32]).unwrap();
        let parameters = curve.parameters();
        let tagged = |number: u8, inside: &[u8]| tlv(0xa0 | number, &[inside]);
        let public = tagged(1, &tlv(asn1::BIT_STRING, &[&[0], &point]));
        let version = unsigned(&[1]);
        let d = tlv(4, &[&[7; 32]]);
        let sec1 = tlv(SEQUENCE, &[&version, &d, &tagged(0, &parameters), &public]);
        let inner = tlv(SEQUENCE, &[&version, &d, &public]);
        let pkcs8 = in_pkcs8(&algorithm(&material::EC, &parameters), &inner);
        let (sec1, pkcs8) = (private_key(&sec1).unwrap(), private_key(&pkcs8).unwrap());
        assert!(sec1.is_proven && pkcs8.is_proven);
        assert_eq!(sec1.identity, pkcs8.identity);
        assert_eq!(sec1.decoded.public_key, pkcs8.decoded.public_key);
        assert!(sec1.decoded.public_key.is_some());
        assert_eq!(fact(&pkcs8, "curve"), "P-256");

        let bare = tlv(SEQUENCE, &[&version, &d, &tagged(0, &parameters)]);
        let bare = private_key(&bare).unwrap();
        assert_eq!(bare.decoded.public_key, sec1.decoded.public_key, "the point is computed");
        let other = public_point(curve, &[8; 32]).unwrap();
        let public = tagged(1, &tlv(asn1::BIT_STRING, &[&[0], &other]));
        let torn = tlv(SEQUENCE, &[&version, &d, &tagged(0, &parameters), &public]);
        assert!(!private_key(&torn).unwrap().is_proven, "the point of another key");
    }

    #[test]
    fn key_derivations_are_named() {
        let hash = algorithm(&id("1.2.840.113549.2.9"), &[5, 0]);
        let kdf = tlv(SEQUENCE, &[&tlv(4, &[&[1; 8]]), &unsigned(&[8, 0]), &hash]);
        let cipher = algorithm(&id("2.16.840.1.101.3.4.1.42"), &tlv(4, &[&[1; 16]]));
        let pbes2 = algorithm(&PBES2, &tlv(SEQUENCE, &[&algorithm(&PBKDF2, &kdf), &cipher]));
        let key = private_key(&tlv(SEQUENCE, &[&pbes2, &tlv(4, &[&[9; 64]])])).unwrap();
        assert_eq!(fact(&key, "encryption"), "AES-256-CBC, PBKDF2 with HMAC-SHA-256, 2048 rounds");
        assert_eq!(key.decoded.usability, [crate::score::Usability::Encrypted]);
        let old =
            algorithm(&SCHEMES[8].0, &tlv(SEQUENCE, &[&tlv(4, &[&[1; 8]]), &unsigned(&[8, 0])]));
        let key = private_key(&tlv(SEQUENCE, &[&old, &tlv(4, &[&[9; 64]])])).unwrap();
        assert_eq!(fact(&key, "encryption"), "3DES-CBC, PKCS#12 with SHA-1, 2048 rounds");
        assert_eq!(legacy_encryption(Some("AES-256-CBC,00FF")), "AES-256-CBC, MD5 once");
    }

    #[test]
    fn what_is_cut_short_says_so() {
        let key = rsa();
        assert!(private_key(&key[..100]).is_none());
        assert!(begins_like_one(&key[..100]));
        assert_eq!(shortfall(&key[..100]), Some(format!("100 of {} bytes", key.len())));
        assert_eq!(shortfall(&key), None);
        assert!(!begins_like_one(b"0\x82\x01\x22"), "a public key");
    }

    #[test]
    fn public_keys_are_no_private_keys() {
        let spki = tlv(SEQUENCE, &[&algorithm(&material::RSA, &[5, 0]), &tlv(3, &[&[0; 80]])]);
        assert!(private_key(&spki).is_none());
        assert!(private_key(&tlv(SEQUENCE, &[&unsigned(&[3]), &unsigned(&[5])])).is_none());
    }
}
