//! OpenPGP secret keys (RFC 9580; section numbers below are its).

use sha1::{Digest, Sha1};

use super::asn1::bit_length;
use super::material::{self, CURVES, Parsed, identity, legible};
use crate::decoded::Decoded;
use crate::score::{Lifetime, Usability};

/// What OpenPGP data turned out to hold.
pub(super) enum Content {
    /// A secret key.
    Key(Box<Parsed>),
    /// Readable, and no secret in it: public keys, or stubs for a key on a smart card.
    NoSecret,
    /// Damaged, cut short, or something else.
    Unreadable,
}

/// Reads a sequence of packets; `checksum` is the CRC-24 of the armour, where there is one.
pub(super) fn secret_key(packets: &[u8], checksum: Option<[u8; 3]>) -> Content {
    let mut ring = Ring::default();
    let mut rest = packets;
    let mut complete = true;
    while !rest.is_empty() {
        let Some((tag, body, after)) = packet(rest) else {
            complete = false;
            break;
        };
        rest = after;
        if !ring.take(tag, body) {
            complete = false;
            break;
        }
    }
    if ring.secrets == 0 {
        return if complete && ring.packets > 0 { Content::NoSecret } else { Content::Unreadable };
    }
    let undamaged = checksum.is_none_or(|sum| sum == crc24(packets));
    ring.parsed(complete && undamaged)
        .map_or(Content::Unreadable, |parsed| Content::Key(Box::new(parsed)))
}

/// Whether the first packet is, as far as its first bytes tell, a secret key.
pub(super) fn begins_like_one(packets: &[u8]) -> bool {
    let version = match packets {
        [0x95, _, _, version, ..] | [0x94, _, version, ..] | [0x96, _, _, _, _, version, ..] => {
            version
        }
        [0xc5, 0..=191, version, ..] | [0xc5, 192..=223, _, version, ..] => version,
        [0xc5, 255, _, _, _, _, version, ..] => version,
        _ => return false,
    };
    (3..=6).contains(version)
}

/// The primary key and what belongs to it.
#[derive(Default)]
struct Ring {
    primary: Option<Primary>,
    owner: Option<String>,
    expires_after: Option<u32>,
    /// How the first protected secret is protected.
    protection: Option<String>,
    /// Secrets in the clear, protected, and all packets that hold a secret (a stub does not).
    clear: usize,
    secrets: usize,
    packets: usize,
    has_subkeys: bool,
    primary_is_stub: bool,
}

struct Primary {
    public: Vec<u8>,
    created: u32,
    facts: Vec<(&'static str, String)>,
    hash: Option<[u8; 32]>,
    version: u8,
}

impl Ring {
    /// Takes one packet in. `false` when it makes no sense here.
    fn take(&mut self, tag: u8, body: &[u8]) -> bool {
        self.packets += 1;
        match tag {
            5 | 7 => {
                let Some(secret) = Secret::read(body) else { return false };
                match &secret.protection {
                    Protection::Clear => {
                        self.secrets += 1;
                        self.clear += 1;
                    }
                    Protection::Stub => self.primary_is_stub |= tag == 5,
                    Protection::Sealed(how) => {
                        self.secrets += 1;
                        self.protection.get_or_insert_with(|| how.clone());
                    }
                }
                if tag == 7 {
                    self.has_subkeys = true;
                } else if self.primary.is_none() {
                    self.primary = Some(secret.primary);
                }
                true
            }
            2 => {
                if !self.has_subkeys && self.expires_after.is_none() {
                    self.expires_after = key_expiration(body);
                }
                true
            }
            13 => {
                self.owner.get_or_insert_with(|| legible(body));
                true
            }
            6 | 14 => {
                self.has_subkeys |= tag == 14;
                true
            }
            // Trust, user attribute, marker, padding, and whatever may come.
            12 | 17 | 10 | 21 | 40..=63 => true,
            _ => false,
        }
    }

    fn parsed(self, is_proven: bool) -> Option<Parsed> {
        let primary = self.primary?;
        let mut decoded = Decoded::default();
        for (name, value) in primary.facts {
            decoded.add_fact(name, value);
        }
        if let Some(owner) = self.owner.filter(|owner| !owner.is_empty()) {
            decoded.add_fact("owner", owner);
        }
        if primary.version == 4 {
            decoded.add_fact("fingerprint", fingerprint(&primary.public));
        }
        if self.primary_is_stub {
            decoded.add_fact("limited to", "subkeys; the primary key is elsewhere");
        }
        let is_sealed = self.clear == 0;
        if is_sealed {
            decoded.add_fact("encryption", self.protection.unwrap_or_default());
            decoded.usability.push(Usability::Encrypted);
        }
        decoded.issued = Some(i64::from(primary.created));
        if let Some(seconds) = self.expires_after.filter(|seconds| *seconds > 0) {
            decoded.expires = Some(i64::from(primary.created) + i64::from(seconds));
            decoded.lifetime = Some(Lifetime::of_seconds(i64::from(seconds)));
        }
        decoded.public_key = primary.hash;
        let domain = if is_sealed { "pgp-encrypted" } else { "pgp" };
        let parsed = Parsed {
            identity: identity(domain, &[&primary.public]),
            decoded,
            is_proven,
            is_rsa: false,
        };
        Some(parsed.in_format("OpenPGP"))
    }
}

/// A secret-key or secret-subkey packet (5.5.3).
struct Secret {
    primary: Primary,
    protection: Protection,
}

enum Protection {
    Clear,
    Sealed(String),
    Stub,
}

impl Secret {
    fn read(body: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(body);
        let version = bytes.byte()?;
        let created = bytes.number(4)?;
        match version {
            3 => drop(bytes.take(2)?),
            4..=6 => {}
            _ => return None,
        }
        let algorithm = bytes.byte()?;
        if version >= 5 {
            bytes.number(4)?;
        }
        let (facts, hash) = public_part(algorithm, &mut bytes)?;
        let public = &body[..body.len() - bytes.0.len()];
        let protection = protection(version, &mut bytes)?;
        if matches!(protection, Protection::Clear) && version <= 4 && !is_sum(bytes.0) {
            return None;
        }
        Some(Self {
            primary: Primary { public: public.to_vec(), created, facts, hash, version },
            protection,
        })
    }
}

/// The numbers of the public half (5.5.5), read only to learn kind and size and where they end.
#[allow(clippy::type_complexity, reason = "a list of statements and a hash, used once")]
fn public_part(
    algorithm: u8,
    bytes: &mut Bytes<'_>,
) -> Option<(Vec<(&'static str, String)>, Option<[u8; 32]>)> {
    let sized =
        |kind: &str, bits: usize| vec![("kind", kind.to_owned()), ("size", format!("{bits} bits"))];
    Some(match algorithm {
        1..=3 => {
            let (n, e) = (bytes.mpi()?, bytes.mpi()?);
            (sized("RSA", bit_length(n)), Some(material::rsa_public_key(n, e)))
        }
        16 | 20 => {
            let p = bytes.mpi()?;
            bytes.mpi()?;
            bytes.mpi()?;
            (sized("Elgamal", bit_length(p)), None)
        }
        17 => {
            let (p, q, g, y) = (bytes.mpi()?, bytes.mpi()?, bytes.mpi()?, bytes.mpi()?);
            (sized("DSA", bit_length(p)), Some(material::dsa_public_key(p, q, g, y)))
        }
        18 | 19 | 22 => {
            let length = usize::from(bytes.byte()?);
            let oid = bytes.take(length)?;
            let point = bytes.mpi()?;
            if algorithm == 18 {
                let length = usize::from(bytes.byte()?);
                bytes.take(length)?;
            }
            let curve = CURVES.iter().find(|curve| curve.oid.as_bytes() == oid);
            match (curve, oid) {
                (Some(curve), _) => {
                    let mut facts = sized("EC", curve.bits);
                    facts.push(("curve", curve.name.to_owned()));
                    (facts, Some(material::ec_public_key(&curve.parameters(), point)))
                }
                (None, ED25519_LEGACY) => {
                    let public = point.strip_prefix(&[0x40]).filter(|public| public.len() == 32);
                    (sized("Ed25519", 256), public.map(material::ed25519_public_key))
                }
                (None, CURVE25519_LEGACY) => (sized("X25519", 256), None),
                (None, _) => (vec![("kind", "EC".to_owned())], None),
            }
        }
        25 => (sized("X25519", 256), bytes.take(32).map(|_| None)?),
        26 => (sized("X448", 448), bytes.take(56).map(|_| None)?),
        27 => (sized("Ed25519", 256), Some(material::ed25519_public_key(bytes.take(32)?))),
        28 => (sized("Ed448", 448), bytes.take(57).map(|_| None)?),
        _ => return None,
    })
}

/// 1.3.6.1.4.1.11591.15.1 (9.2).
const ED25519_LEGACY: &[u8] = &[0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1];
/// 1.3.6.1.4.1.3029.1.5.1 (9.2).
const CURVE25519_LEGACY: &[u8] = &[0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1];

/// How the secret half is kept (3.7.2.1).
fn protection(version: u8, bytes: &mut Bytes<'_>) -> Option<Protection> {
    let usage = bytes.byte()?;
    if usage == 0 {
        return Some(Protection::Clear);
    }
    if version >= 5 {
        bytes.byte()?;
    }
    if usage < 253 {
        return Some(Protection::Sealed(format!("{}, MD5 once", cipher(usage))));
    }
    let cipher = cipher(bytes.byte()?);
    if usage == 253 {
        bytes.byte()?;
    }
    if version == 6 {
        bytes.byte()?;
    }
    let how = match bytes.byte()? {
        // An extension of GnuPG: the secret is not here (1), or on a card (2).
        101 => return (bytes.take(4)?.get(1..) == Some(b"GNU")).then_some(Protection::Stub),
        0 => format!("{} once", hash(bytes.byte()?)),
        1 => format!("salted {} once", hash(bytes.byte()?)),
        3 => {
            let hash = hash(bytes.byte()?);
            bytes.take(8)?;
            let coded = bytes.byte()?;
            let count = (16 + u32::from(coded & 15)) << (u32::from(coded >> 4) + 6);
            format!("iterated {hash}, {count} bytes")
        }
        4 => {
            bytes.take(16)?;
            let (passes, lanes, memory) = (bytes.byte()?, bytes.byte()?, bytes.byte()?);
            format!("Argon2id, {passes} passes, {lanes} lanes, 2^{memory} KiB")
        }
        _ => "unknown key derivation".to_owned(),
    };
    Some(Protection::Sealed(format!("{cipher}, {how}")))
}

/// Symmetric algorithms (9.3).
fn cipher(id: u8) -> &'static str {
    match id {
        1 => "IDEA",
        2 => "3DES",
        3 => "CAST5",
        4 => "Blowfish",
        7 => "AES-128",
        8 => "AES-192",
        9 => "AES-256",
        10 => "Twofish",
        11..=13 => "Camellia",
        _ => "unknown cipher",
    }
}

/// Hash algorithms (9.5).
fn hash(id: u8) -> &'static str {
    match id {
        1 => "MD5",
        2 => "SHA-1",
        3 => "RIPEMD-160",
        8 => "SHA-256",
        9 => "SHA-384",
        10 => "SHA-512",
        11 => "SHA-224",
        12 => "SHA3-256",
        14 => "SHA3-512",
        _ => "unknown hash",
    }
}

/// The sum at the end of a secret in the clear (5.5.3).
fn is_sum(secret: &[u8]) -> bool {
    let Some((numbers, sum)) = secret.split_last_chunk::<2>() else { return false };
    let actual = numbers.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    !numbers.is_empty() && actual == u16::from_be_bytes(*sum)
}

/// The time for which a certification says that the key is good, in seconds (5.2.3.13).
fn key_expiration(signature: &[u8]) -> Option<u32> {
    let mut bytes = Bytes(signature);
    let version = bytes.byte()?;
    let kind = bytes.byte()?;
    if !matches!(version, 4..=6) || !matches!(kind, 0x10..=0x13 | 0x1f) {
        return None;
    }
    bytes.take(2)?;
    let length = bytes.number(if version == 6 { 4 } else { 2 })?;
    let mut hashed = Bytes(bytes.take(usize::try_from(length).ok()?)?);
    while let Some(first) = hashed.byte() {
        let length = match first {
            0..=191 => u32::from(first),
            192..=254 => ((u32::from(first) - 192) << 8) + u32::from(hashed.byte()?) + 192,
            255 => hashed.number(4)?,
        };
        let mut body = Bytes(hashed.take(usize::try_from(length).ok()?)?);
        if body.byte()? & 0x7f == 9 {
            return body.number(4);
        }
    }
    None
}

/// Fingerprint of a version 4 key (5.5.4.2).
fn fingerprint(public: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update([0x99]);
    hash.update((public.len() as u16).to_be_bytes());
    hash.update(public);
    data_encoding::HEXUPPER.encode(&hash.finalize())
}

/// The checksum of armour (6.1).
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let mut crc = 0xb7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x100_0000 != 0 {
                crc ^= 0x186_4cfb;
            }
        }
    }
    let [_, a, b, c] = crc.to_be_bytes();
    [a, b, c]
}

/// The first packet: its type, its body, and what follows it (4.2). Partial lengths are not for keys.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let mut rest = Bytes(bytes);
    let header = rest.byte()?;
    let (tag, length) = match header {
        0xc0.. => {
            let length = match rest.byte()? {
                first @ 0..=191 => u32::from(first),
                first @ 192..=223 => {
                    ((u32::from(first) - 192) << 8) + u32::from(rest.byte()?) + 192
                }
                255 => rest.number(4)?,
                224..=254 => return None,
            };
            (header & 0x3f, length)
        }
        0x80..=0xbf => {
            let length = match header & 3 {
                0 => rest.number(1)?,
                1 => rest.number(2)?,
                2 => rest.number(4)?,
                _ => return None,
            };
            ((header >> 2) & 0x0f, length)
        }
        _ => return None,
    };
    let body = rest.take(usize::try_from(length).ok()?)?;
    Some((tag, body, rest.0))
}

/// Reads from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        self.0.split_off(..length)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self, bytes: usize) -> Option<u32> {
        self.take(bytes)
            .map(|bytes| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A number after the count of its bits (3.2).
    fn mpi(&mut self) -> Option<&'a [u8]> {
        let bits = self.number(2)?;
        self.take(usize::try_from(bits.div_ceil(8)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet_of(tag: u8, body: &[u8]) -> Vec<u8> {
        [&[0xc0 | tag, 255][..], &(body.len() as u32).to_be_bytes(), body].concat()
    }

    fn mpi(bytes: &[u8]) -> Vec<u8> {
        [&((bytes.len() * 8) as u16).to_be_bytes()[..], bytes].concat()
    }

    fn public() -> Vec<u8> {
        [&[4, 0x60, 0, 0, 0, 1][..], &mpi(&[0xc1; 128]), &mpi(&[0x81, 0, 1])].concat()
    }

    fn clear() -> Vec<u8> {
        let secret = mpi(&[0x91; 128]);
        let sum = secret.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        [&public()[..], &[0], &secret, &sum.to_be_bytes()].concat()
    }

    fn sealed(s2k: &[u8]) -> Vec<u8> {
        [&public()[..], &[254, 9], s2k, &[7; 64]].concat()
    }

    fn key(packets: &[u8]) -> Parsed {
        match secret_key(packets, None) {
            Content::Key(parsed) => *parsed,
            Content::NoSecret | Content::Unreadable => panic!("no key"),
        }
    }

    fn fact<'a>(parsed: &'a Parsed, name: &str) -> &'a str {
        parsed.decoded.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    #[test]
    fn a_clear_key_tells_kind_size_and_owner() {
        let packets = [packet_of(5, &clear()), packet_of(13, b"Ann <ann@example.org>")].concat();
        let parsed = key(&packets);
        assert!(parsed.is_proven);
        assert_eq!((fact(&parsed, "kind"), fact(&parsed, "size")), ("RSA", "1024 bits"));
        assert_eq!(fact(&parsed, "owner"), "Ann <ann@example.org>");
        assert_eq!(fact(&parsed, "fingerprint").len(), 40);
        assert_eq!(parsed.decoded.usability, []);
        assert_eq!(parsed.decoded.issued, Some(0x6000_0000));
    }

    #[test]
    fn a_protected_key_names_its_key_derivation() {
        let packets = packet_of(5, &sealed(&[3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x60]));
        let parsed = key(&packets);
        assert_eq!(fact(&parsed, "encryption"), "AES-256, iterated SHA-256, 65536 bytes");
        assert_eq!(parsed.decoded.usability, [Usability::Encrypted]);
        assert_ne!(parsed.identity, key(&packet_of(5, &clear())).identity);
    }

    #[test]
    fn a_clear_subkey_makes_the_ring_usable() {
        let packets =
            [packet_of(5, &sealed(&[1, 8, 1, 2, 3, 4, 5, 6, 7, 8])), packet_of(7, &clear())]
                .concat();
        assert_eq!(key(&packets).decoded.usability, []);
    }

    #[test]
    fn stubs_and_public_keys_are_no_secrets() {
        let stub = packet_of(5, &sealed(&[101, 0, b'G', b'N', b'U', 1]));
        assert!(matches!(secret_key(&stub, None), Content::NoSecret));
        assert!(matches!(secret_key(&packet_of(6, &public()), None), Content::NoSecret));
        let with_subkey = [stub, packet_of(7, &clear())].concat();
        assert!(fact(&key(&with_subkey), "limited to").contains("subkeys"));
    }

    #[test]
    fn the_end_of_its_validity_is_read_from_the_first_certification() {
        let signature =
            [&[4, 0x13, 1, 8, 0, 6, 5, 9][..], &3_600_u32.to_be_bytes(), &[0, 0, 1, 2]].concat();
        let packets = [packet_of(5, &clear()), packet_of(2, &signature)].concat();
        let parsed = key(&packets);
        assert_eq!(parsed.decoded.expires, Some(0x6000_0000 + 3_600));
        assert_eq!(parsed.decoded.lifetime, Some(Lifetime::Short));
    }

    #[test]
    fn damage_is_noticed() {
        let packets = packet_of(5, &clear());
        assert!(matches!(secret_key(&packets[..100], None), Content::Unreadable));
        assert!(begins_like_one(&packets));
        let mut wrong = packets.clone();
        *wrong.last_mut().unwrap() ^= 1;
        assert!(matches!(secret_key(&wrong, None), Content::Unreadable), "the sum of the secret");
        let Content::Key(parsed) = secret_key(&packets, Some([0; 3])) else { panic!("no key") };
        assert!(!parsed.is_proven, "the checksum of the armour");
        assert_eq!(crc24(b"123456789"), [0x21, 0xcf, 0x02]);
    }
}
