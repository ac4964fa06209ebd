//! What a private key is made of, whichever format carried it: from here come its identity, the hash
//! of its public half, its size, and the proof that its parts belong together.

use curve25519_dalek::{edwards::EdwardsPoint, montgomery::MontgomeryPoint};
use der::asn1::ObjectIdentifier;
use sha2::{Digest, Sha256, Sha512};

use super::asn1::{self, bit_length, tlv, trimmed};
use super::points::{is_same_point, public_point};
use crate::decoded::Decoded;
use crate::score::Usability;

/// What a parser read out of the bytes of a key.
#[derive(Clone)]
pub(super) struct Parsed {
    /// The same for the same key in every format.
    pub(super) identity: Vec<u8>,
    /// What it says about itself.
    pub(super) decoded: Decoded,
    /// Nothing about it contradicts that it is a key: its structure is complete, its parts agree.
    pub(super) is_proven: bool,
    /// Whether it is an RSA key in the clear.
    pub(super) is_rsa: bool,
}

impl Parsed {
    /// A key of which only the encrypted form, or a form without known parts, is there. `domain` keeps
    /// identities of different kinds of bytes apart.
    pub(super) fn opaque(domain: &str, bytes: &[u8]) -> Self {
        Self {
            identity: identity(domain, &[bytes]),
            decoded: Decoded::default(),
            is_proven: false,
            is_rsa: false,
        }
    }

    /// Adds a statement in front, where the format belongs.
    pub(super) fn in_format(mut self, format: &str) -> Self {
        self.decoded.add_fact("format", format);
        self
    }

    /// Notes that it is encrypted, and how.
    pub(super) fn encrypted(mut self, how: impl Into<String>) -> Self {
        self.decoded.add_fact("encryption", how);
        self.decoded.usability.push(Usability::Encrypted);
        self
    }

    /// Adds a comment that the key carries; nothing when it is empty.
    pub(super) fn comment(mut self, comment: &[u8]) -> Self {
        let comment = legible(comment);
        if !comment.is_empty() {
            self.decoded.add_fact("comment", comment);
        }
        self
    }
}

/// The longest text out of a key that is shown, in characters.
const LEGIBLE: usize = 200;

/// Text out of a key, for people: no control characters, not endless.
pub(super) fn legible(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.chars().filter(|c| !c.is_control()).take(LEGIBLE).collect::<String>().trim().to_owned()
}

/// A private key in the clear. Numbers are big-endian and unsigned; leading zeros do not matter.
#[derive(Clone, Copy)]
pub(super) enum PrivateKey<'a> {
    /// RSA.
    Rsa {
        /// Modulus.
        n: &'a [u8],
        /// Public exponent.
        e: &'a [u8],
        /// Private exponent.
        d: &'a [u8],
        /// The two primes, where the format has them and there are two.
        primes: Option<(&'a [u8], &'a [u8])>,
    },
    /// DSA.
    Dsa {
        /// Prime modulus.
        p: &'a [u8],
        /// Prime order.
        q: &'a [u8],
        /// Generator.
        g: &'a [u8],
        /// Public value, where the format has it.
        y: Option<&'a [u8]>,
        /// Private value.
        x: &'a [u8],
    },
    /// Elliptic curve in Weierstrass form.
    Ec {
        /// Which curve; `None` for one that is described by its parameters.
        curve: Option<&'static Curve>,
        /// The curve's name or parameters in DER.
        parameters: &'a [u8],
        /// Private value.
        d: &'a [u8],
        /// Public point as SEC1 encodes it, where the format has it.
        point: Option<&'a [u8]>,
    },
    /// Ed25519, X25519, Ed448, X448.
    Edwards {
        /// Which.
        curve: Edwards,
        /// Private value.
        d: &'a [u8],
        /// Public value, where the format has it.
        public: Option<&'a [u8]>,
    },
}

impl PrivateKey<'_> {
    /// Everything that can be said about it.
    pub(super) fn parsed(&self) -> Parsed {
        let mut decoded = Decoded::default();
        let is_proven = self.is_consistent();
        match *self {
            Self::Rsa { n, .. } => {
                decoded.add_fact("kind", "RSA");
                decoded.add_fact("size", format!("{} bits", bit_length(n)));
            }
            Self::Dsa { p, .. } => {
                decoded.add_fact("kind", "DSA");
                decoded.add_fact("size", format!("{} bits", bit_length(p)));
            }
            Self::Ec { curve, d, .. } => {
                decoded.add_fact("kind", "EC");
                decoded.add_fact(
                    "size",
                    format!("{} bits", curve.map_or(d.len() * 8, |curve| curve.bits)),
                );
                decoded
                    .add_fact("curve", curve.map_or("given by its parameters", |curve| curve.name));
            }
            Self::Edwards { curve, .. } => {
                decoded.add_fact("kind", curve.name());
                decoded.add_fact("size", format!("{} bits", curve.bits()));
            }
        }
        if !is_proven {
            decoded.add_fact("check", "its parts do not agree: damaged or made up");
        }
        decoded.public_key = self.public_key();
        Parsed {
            identity: self.identity(),
            decoded,
            is_proven,
            is_rsa: matches!(self, Self::Rsa { .. }),
        }
    }

    fn identity(&self) -> Vec<u8> {
        match *self {
            Self::Rsa { n, d, .. } => identity("rsa", &[trimmed(n), trimmed(d)]),
            Self::Dsa { p, x, .. } => identity("dsa", &[trimmed(p), trimmed(x)]),
            Self::Ec { parameters, d, .. } => identity("ec", &[parameters, trimmed(d)]),
            Self::Edwards { curve, d, .. } => identity(curve.name(), &[d]),
        }
    }

    /// Whether its parts belong together, as far as that can be told cheaply.
    fn is_consistent(&self) -> bool {
        match *self {
            Self::Rsa { n, e, d, primes } => {
                let sizes = bit_length(n) >= 384
                    && bit_length(e) >= 2
                    && bit_length(d) * 2 >= bit_length(n);
                sizes && d.len() <= n.len() + 1 && primes.is_none_or(|(p, q)| is_product(n, p, q))
            }
            Self::Dsa { p, q, g, y, x } => {
                let (p, q) = (bit_length(p), bit_length(q));
                let below = |number: &[u8], limit| (2..=limit).contains(&bit_length(number));
                p >= 512 && q >= 160 && below(x, q) && below(g, p) && y.is_none_or(|y| below(y, p))
            }
            Self::Ec { curve, d, point, .. } => {
                let Some(curve) = curve else { return bit_length(d) > 0 };
                let size = curve.bits.div_ceil(8);
                let is_point = |point: &[u8]| match point.first() {
                    Some(4) => point.len() == 1 + 2 * size,
                    Some(2 | 3) => point.len() == 1 + size,
                    _ => false,
                };
                (1..=curve.bits).contains(&bit_length(d))
                    && match (point, public_point(curve, d)) {
                        (Some(point), Some(derived)) => is_same_point(point, &derived),
                        (Some(point), None) => is_point(point),
                        (None, _) => true,
                    }
            }
            Self::Edwards { curve, d, public } => {
                let derived = curve.public(d);
                d.len() == curve.length()
                    && (public.is_none() || derived.is_none() || derived.as_deref() == public)
            }
        }
    }

    /// SHA-256 of the `SubjectPublicKeyInfo` of the public half.
    fn public_key(&self) -> Option<[u8; 32]> {
        let (algorithm, public) = match *self {
            Self::Rsa { n, e, .. } => return Some(rsa_public_key(n, e)),
            Self::Dsa { p, q, g, y, .. } => return Some(dsa_public_key(p, q, g, y?)),
            Self::Ec { curve, parameters, d, point } => {
                let derived = curve.and_then(|curve| public_point(curve, d));
                return Some(ec_public_key(parameters, derived.as_deref().or(point)?));
            }
            Self::Edwards { curve, d, public } => {
                (curve.oid(), curve.public(d).or_else(|| public.map(<[u8]>::to_vec))?)
            }
        };
        Some(hash_of(&tlv(asn1::SEQUENCE, &[&asn1::oid(&algorithm)]), &public))
    }
}

/// Hash of the `SubjectPublicKeyInfo` of an RSA key (RFC 8017, A.1).
pub(super) fn rsa_public_key(n: &[u8], e: &[u8]) -> [u8; 32] {
    let algorithm = tlv(asn1::SEQUENCE, &[&asn1::oid(&RSA), &[0x05, 0x00]]);
    hash_of(&algorithm, &tlv(asn1::SEQUENCE, &[&asn1::unsigned(n), &asn1::unsigned(e)]))
}

/// Hash of the `SubjectPublicKeyInfo` of a DSA key (RFC 3279, 2.3.2).
pub(super) fn dsa_public_key(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> [u8; 32] {
    let parameters =
        tlv(asn1::SEQUENCE, &[&asn1::unsigned(p), &asn1::unsigned(q), &asn1::unsigned(g)]);
    hash_of(&tlv(asn1::SEQUENCE, &[&asn1::oid(&DSA), &parameters]), &asn1::unsigned(y))
}

/// Hash of the `SubjectPublicKeyInfo` of an elliptic-curve key (RFC 5480); `parameters` in DER.
pub(super) fn ec_public_key(parameters: &[u8], point: &[u8]) -> [u8; 32] {
    hash_of(&tlv(asn1::SEQUENCE, &[&asn1::oid(&EC), parameters]), point)
}

/// Hash of the `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410).
pub(super) fn ed25519_public_key(public: &[u8]) -> [u8; 32] {
    hash_of(&tlv(asn1::SEQUENCE, &[&asn1::oid(&Edwards::Ed25519.oid())]), public)
}

fn hash_of(algorithm: &[u8], public: &[u8]) -> [u8; 32] {
    Sha256::digest(tlv(asn1::SEQUENCE, &[algorithm, &tlv(asn1::BIT_STRING, &[&[0], public])]))
        .into()
}

/// Bytes that are the same exactly when kind and parts are.
pub(super) fn identity(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::from(domain);
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// rsaEncryption.
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// id-dsa.
pub(super) const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
/// id-ecPublicKey.
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// A named curve.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Curve {
    /// The name that people use.
    pub(super) name: &'static str,
    /// Bits of its field.
    pub(super) bits: usize,
    /// Its object identifier.
    pub(super) oid: ObjectIdentifier,
    /// `crv` of JSON Web Keys.
    pub(super) jwk: &'static str,
    /// The name within SSH.
    pub(super) ssh: &'static str,
}

impl Curve {
    const fn new(
        name: &'static str,
        bits: usize,
        oid: &str,
        jwk: &'static str,
        ssh: &'static str,
    ) -> Self {
        Self { name, bits, oid: ObjectIdentifier::new_unwrap(oid), jwk, ssh }
    }

    /// The curve that these parameters (in DER) name.
    pub(super) fn of(parameters: &[u8]) -> Option<&'static Self> {
        let oid = asn1::Fields::new(parameters)?.oid()?;
        CURVES.iter().find(|curve| curve.oid == oid)
    }

    /// Its name in DER.
    pub(super) fn parameters(&self) -> Vec<u8> {
        asn1::oid(&self.oid)
    }
}

/// SEC 2, RFC 5639; names within SSH from RFC 5656, within JSON from RFC 7518 and RFC 8812.
pub(super) static CURVES: [Curve; 9] = [
    Curve::new("P-256", 256, "1.2.840.10045.3.1.7", "P-256", "nistp256"),
    Curve::new("P-384", 384, "1.3.132.0.34", "P-384", "nistp384"),
    Curve::new("P-521", 521, "1.3.132.0.35", "P-521", "nistp521"),
    Curve::new("secp256k1", 256, "1.3.132.0.10", "secp256k1", ""),
    Curve::new("P-224", 224, "1.3.132.0.33", "", ""),
    Curve::new("P-192", 192, "1.2.840.10045.3.1.1", "", ""),
    Curve::new("brainpoolP256r1", 256, "1.3.36.3.3.2.8.1.1.7", "", ""),
    Curve::new("brainpoolP384r1", 384, "1.3.36.3.3.2.8.1.1.11", "", ""),
    Curve::new("brainpoolP512r1", 512, "1.3.36.3.3.2.8.1.1.13", "", ""),
];

/// The curves of RFC 8410.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edwards {
    /// Signatures.
    Ed25519,
    /// Key agreement.
    X25519,
    /// Signatures.
    Ed448,
    /// Key agreement.
    X448,
}

impl Edwards {
    const ALL: [Self; 4] = [Self::Ed25519, Self::X25519, Self::Ed448, Self::X448];

    /// By its name, which JSON Web Keys use too.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }

    /// By its object identifier.
    pub(super) fn of(oid: &ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.oid() == *oid)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::X25519 => "X25519",
            Self::Ed448 => "Ed448",
            Self::X448 => "X448",
        }
    }

    const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::X25519 => "1.3.101.110",
            Self::X448 => "1.3.101.111",
            Self::Ed25519 => "1.3.101.112",
            Self::Ed448 => "1.3.101.113",
        })
    }

    const fn bits(self) -> usize {
        match self {
            Self::Ed25519 | Self::X25519 => 256,
            Self::Ed448 | Self::X448 => 448,
        }
    }

    /// Bytes of a private value.
    const fn length(self) -> usize {
        match self {
            Self::Ed25519 | Self::X25519 => 32,
            Self::Ed448 => 57,
            Self::X448 => 56,
        }
    }

    /// The public value of a private one, for the curves that can be computed here.
    fn public(self, private: &[u8]) -> Option<Vec<u8>> {
        let private: [u8; 32] = private.try_into().ok()?;
        match self {
            Self::Ed25519 => {
                let hash = Sha512::digest(private);
                let scalar: [u8; 32] = hash.first_chunk().copied()?;
                Some(EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes().to_vec())
            }
            Self::X25519 => Some(MontgomeryPoint::mul_base_clamped(private).to_bytes().to_vec()),
            Self::Ed448 | Self::X448 => None,
        }
    }
}

/// The largest modulus whose factors are multiplied, in bytes: 16384 bits.
const LARGEST_MODULUS: usize = 2048;

/// Whether `n` is `p` times `q`. Longer numbers than anybody uses are not multiplied.
fn is_product(n: &[u8], p: &[u8], q: &[u8]) -> bool {
    let (n, p, q) = (limbs(n), limbs(p), limbs(q));
    let Some((n, (p, q))) = n.zip(p.zip(q)) else { return false };
    let mut product = vec![0_u32; p.len() + q.len()];
    for (i, a) in p.iter().enumerate() {
        let mut carry = 0_u64;
        for (j, b) in q.iter().enumerate() {
            let sum = u64::from(product[i + j]) + u64::from(*a) * u64::from(*b) + carry;
            product[i + j] = sum as u32;
            carry = sum >> 32;
        }
        product[i + q.len()] = carry as u32;
    }
    while product.last() == Some(&0) {
        product.pop();
    }
    p.len() * 2 > 1 && q.len() * 2 > 1 && product == n && p != [1] && q != [1]
}

/// A number in 32-bit pieces, the lowest first, without zeros at the top.
fn limbs(number: &[u8]) -> Option<Vec<u32>> {
    let number = trimmed(number);
    (number.len() <= LARGEST_MODULUS).then(|| {
        number
            .rchunks(4)
            .map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u32::from(*byte)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn products_are_recognised() {
        let p = [0xff; 32];
        let q = [0, 0, 0xff, 0xff, 0xff, 0xff, 0xff];
        // (2^256 - 1)(2^40 - 1) = 2^296 - 2^256 - 2^40 + 1
        let mut n = vec![0xff_u8; 5];
        n[4] = 0xfe;
        n.extend([0xff; 27]);
        n.extend([0, 0, 0, 0, 1]);
        assert_eq!(n.len(), 37);
        assert!(is_product(&n, &p, &q));
        n[36] = 2;
        assert!(!is_product(&n, &p, &q));
        assert!(!is_product(&p, &p, &[1]), "one is no prime");
        assert!(!is_product(&[], &[], &[]));
    }

    #[test]
    fn public_halves_are_computed() {
        // Known for the private value that is all zeros, which is nobody's.
        let ed = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
        let x = "2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74";
        assert_eq!(Edwards::Ed25519.public(&[0; 32]), HEXLOWER.decode(ed.as_bytes()).ok());
        assert_eq!(Edwards::X25519.public(&[0; 32]), HEXLOWER.decode(x.as_bytes()).ok());
        assert_eq!(Edwards::Ed448.public(&[1; 57]), None);
        assert_eq!(Edwards::Ed25519.public(&[1; 31]), None);
    }

    #[test]
    fn the_same_number_with_leading_zeros_is_the_same_key() {
        let parameters = CURVES[0].parameters();
        let key =
            |d| PrivateKey::Ec { curve: Some(&CURVES[0]), parameters: &parameters, d, point: None };
        assert_eq!(key(&[0, 0, 5]).parsed().identity, key(&[5]).parsed().identity);
        assert_ne!(key(&[6]).parsed().identity, key(&[5]).parsed().identity);
    }

    #[test]
    fn parts_that_do_not_agree_prove_nothing() {
        let n = [0xc1; 128];
        let key = PrivateKey::Rsa {
            n: &n,
            e: &[1, 0, 1],
            d: &n,
            primes: Some((&[0xff; 64], &[0xff; 64])),
        };
        let parsed = key.parsed();
        assert!(!parsed.is_proven);
        assert!(parsed.decoded.facts.iter().any(|fact| fact.name == "check"));
        let public = [7; 32];
        assert!(
            !PrivateKey::Edwards { curve: Edwards::Ed25519, d: &[1; 32], public: Some(&public) }
                .parsed()
                .is_proven
        );
        assert!(
            PrivateKey::Edwards { curve: Edwards::Ed25519, d: &[1; 32], public: None }
                .parsed()
                .is_proven
        );
    }
}
