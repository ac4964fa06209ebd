//! `openssh-key-v1`, the container of OpenSSH (its PROTOCOL.key), and the container of SSH2 files.

use super::material::{Edwards, Parsed, PrivateKey, legible};
use super::wire::{PublicKey, Wire, curve};
use crate::score::Usability;

/// What every OpenSSH container begins with.
pub(super) const MAGIC: &[u8] = b"openssh-key-v1\0";

/// What every SSH2 container begins with.
pub(super) const SSH2_MAGIC: [u8; 4] = [0x3f, 0x6f, 0xf9, 0xeb];

/// The key in an OpenSSH container. `None` when the container is damaged or cut short.
pub(super) fn private_key(body: &[u8]) -> Option<Parsed> {
    let mut wire = Wire(body.strip_prefix(MAGIC)?);
    let cipher = wire.string()?;
    let derivation = wire.string()?;
    let options = wire.string()?;
    let keys = wire.number()?;
    let public_blob = wire.string()?;
    let private = wire.string()?;
    let public = PublicKey::read(public_blob).filter(|_| keys == 1)?;
    let parsed = if cipher == b"none" {
        in_the_clear(private, public_blob, &public)?
    } else {
        let parsed =
            Parsed::opaque(SEALED, public_blob).encrypted(encryption(cipher, derivation, options));
        Parsed { is_proven: private.len() >= 16, ..parsed }
    };
    Some(described(parsed, &public).in_format("OpenSSH"))
}

/// The cipher that an OpenSSH container names, also one that is cut short.
pub(super) fn cipher(body: &[u8]) -> Option<&[u8]> {
    Wire(body.strip_prefix(MAGIC)?).string()
}

/// The key in an SSH2 container: magic, length, type, cipher, and a string with the numbers.
pub(super) fn ssh2_private_key(body: &[u8]) -> Option<Parsed> {
    let mut wire = Wire(body.strip_prefix(&SSH2_MAGIC)?);
    let _length = wire.number()?;
    let kind = wire.string()?;
    let cipher = wire.string()?;
    let private = wire.string()?;
    if cipher != b"none" {
        let how = format!("{}, MD5 twice", legible(cipher));
        let mut parsed = Parsed::opaque("ssh2-encrypted", private).encrypted(how).in_format("SSH2");
        parsed.decoded.add_fact("kind", if kind.starts_with(b"dl-") { "DSA" } else { "RSA" });
        parsed.is_proven = private.len() >= 16;
        return Some(parsed);
    }
    let mut private = Wire(Wire(private).string()?);
    let key = if kind.starts_with(b"dl-") {
        let _predefined = private.number()?;
        let (p, g, q) = (counted(&mut private)?, counted(&mut private)?, counted(&mut private)?);
        let (y, x) = (counted(&mut private)?, counted(&mut private)?);
        PrivateKey::Dsa { p, q, g, y: Some(y), x }.parsed()
    } else {
        let (e, d, n) = (counted(&mut private)?, counted(&mut private)?, counted(&mut private)?);
        let (_inverse, p, q) =
            (counted(&mut private)?, counted(&mut private)?, counted(&mut private)?);
        PrivateKey::Rsa { n, e, d, primes: Some((p, q)) }.parsed()
    };
    Some(key.in_format("SSH2"))
}

/// Domain of the identity of an encrypted SSH key: its public half is in the clear, so the same key
/// under another passphrase, or in another container, is recognised.
pub(super) const SEALED: &str = "ssh-encrypted";

/// Adds what the public half says.
pub(super) fn described(mut parsed: Parsed, public: &PublicKey<'_>) -> Parsed {
    for (name, value) in public.facts() {
        if !parsed.decoded.facts.iter().any(|fact| fact.name == name) {
            parsed.decoded.add_fact(name, value);
        }
    }
    parsed.decoded.public_key = parsed.decoded.public_key.or_else(|| public.hash());
    if matches!(public, PublicKey::Token { .. }) {
        parsed.decoded.add_fact("limited to", "the security token that holds the other half");
        parsed.decoded.usability.push(Usability::IdOnly);
    }
    parsed
}

fn in_the_clear(private: &[u8], public_blob: &[u8], public: &PublicKey<'_>) -> Option<Parsed> {
    let mut wire = Wire(private);
    if wire.number()? != wire.number()? {
        return None;
    }
    let name = wire.string()?;
    let (mut parsed, comment) = match name {
        b"ssh-rsa" => {
            let (n, e, d) = (wire.mpint()?, wire.mpint()?, wire.mpint()?);
            let (_inverse, p, q) = (wire.mpint()?, wire.mpint()?, wire.mpint()?);
            (PrivateKey::Rsa { n, e, d, primes: Some((p, q)) }.parsed(), wire.string()?)
        }
        b"ssh-dss" => {
            let (p, q, g, y) = (wire.mpint()?, wire.mpint()?, wire.mpint()?, wire.mpint()?);
            (PrivateKey::Dsa { p, q, g, y: Some(y), x: wire.mpint()? }.parsed(), wire.string()?)
        }
        b"ssh-ed25519" => {
            let public = wire.string()?;
            let seed = wire.string()?.get(..32)?;
            let key =
                PrivateKey::Edwards { curve: Edwards::Ed25519, d: seed, public: Some(public) };
            (key.parsed(), wire.string()?)
        }
        name if name.starts_with(b"ecdsa-sha2-") => {
            let curve = curve(wire.string()?)?;
            let (point, d) = (wire.string()?, wire.mpint()?);
            let parameters = curve.parameters();
            let key = PrivateKey::Ec {
                curve: Some(curve),
                parameters: &parameters,
                d,
                point: Some(point),
            };
            (key.parsed(), wire.string()?)
        }
        _ => {
            let mut parsed = Parsed::opaque("ssh", public_blob);
            parsed.is_proven = true;
            (parsed, &b""[..])
        }
    };
    // A key whose clear public half is another's is made up of two.
    let hash = public.hash();
    parsed.is_proven &=
        hash.is_none() || parsed.decoded.public_key.is_none() || hash == parsed.decoded.public_key;
    Some(parsed.comment(comment))
}

fn encryption(cipher: &[u8], derivation: &[u8], options: &[u8]) -> String {
    let mut options = Wire(options);
    let rounds = options.string().and_then(|_salt| options.number());
    let (cipher, derivation) = (legible(cipher), legible(derivation));
    match rounds {
        Some(rounds) => format!("{cipher}, {derivation}, {rounds} rounds"),
        None => format!("{cipher}, {derivation}"),
    }
}

/// A number after the count of its bits.
fn counted<'a>(wire: &mut Wire<'a>) -> Option<&'a [u8]> {
    let bits = wire.number()?;
    wire.bytes(usize::try_from(bits).ok()?.div_ceil(8))
}

#[cfg(test)]
mod tests {
    use super::super::wire::string;
    use super::*;

    fn container(cipher: &[u8], options: &[u8], public: &[u8], private: &[u8]) -> Vec<u8> {
        let kdf: &[u8] = if options.is_empty() { b"none" } else { b"bcrypt" };
        let one = 1_u32.to_be_bytes();
        [
            MAGIC,
            &string(cipher),
            &string(kdf),
            &string(options),
            &one,
            &string(public),
            &string(private),
        ]
        .concat()
    }

    /// An Ed25519 key of the seed that is all zeros.
    fn ed25519(comment: &[u8], check: u8) -> (Vec<u8>, Vec<u8>) {
        let public = data_encoding::HEXLOWER
            .decode(b"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
            .unwrap();
        let blob = [string(b"ssh-ed25519"), string(&public)].concat();
        let pair = string(&[&[0; 32][..], &public].concat());
        let checks = vec![1, 2, 3, 4, 1, 2, 3, check];
        let private =
            [checks, string(b"ssh-ed25519"), string(&public), pair, string(comment), vec![1, 2, 3]]
                .concat();
        (blob, private)
    }

    #[test]
    fn a_clear_key_tells_everything() {
        let (public, private) = ed25519(b"alice@build-01", 4);
        let key = private_key(&container(b"none", b"", &public, &private)).unwrap();
        assert!(key.is_proven);
        let facts: Vec<_> =
            key.decoded.facts.iter().map(|fact| (fact.name, fact.value.as_str())).collect();
        assert!(
            facts.contains(&("kind", "Ed25519")) && facts.contains(&("comment", "alice@build-01"))
        );
        assert!(key.decoded.usability.is_empty());
        assert!(key.decoded.public_key.is_some());
    }

    #[test]
    fn an_encrypted_key_tells_kind_and_cost_and_is_the_same_under_another_passphrase() {
        let (public, _) = ed25519(b"", 4);
        let options = [string(&[5; 16]), 24_u32.to_be_bytes().to_vec()].concat();
        let key = |sealed: &[u8]| {
            private_key(&container(b"aes256-ctr", &options, &public, sealed)).unwrap()
        };
        let first = key(&[7; 64]);
        assert!(
            first.decoded.facts.iter().any(|fact| fact.value == "aes256-ctr, bcrypt, 24 rounds")
        );
        assert_eq!(first.decoded.usability, [Usability::Encrypted]);
        assert_eq!(first.identity, key(&[8; 64]).identity);
    }

    #[test]
    fn check_numbers_must_agree() {
        let (public, private) = ed25519(b"", 5);
        assert!(private_key(&container(b"none", b"", &public, &private)).is_none());
    }

    #[test]
    fn a_key_beside_the_public_half_of_another_is_not_proven() {
        let (_, private) = ed25519(b"", 4);
        let other = [string(b"ssh-ed25519"), string(&[9; 32])].concat();
        assert!(!private_key(&container(b"none", b"", &other, &private)).unwrap().is_proven);
    }

    #[test]
    fn the_handle_of_a_security_token_opens_nothing_alone() {
        let public =
            [string(b"sk-ssh-ed25519@openssh.com"), string(&[1; 32]), string(b"ssh:")].concat();
        let private =
            [vec![1, 2, 3, 4, 1, 2, 3, 4], string(b"sk-ssh-ed25519@openssh.com")].concat();
        let key = private_key(&container(b"none", b"", &public, &private)).unwrap();
        assert_eq!(key.decoded.usability, [Usability::IdOnly]);
    }

    #[test]
    fn ssh2_files_are_read() {
        let number = |bytes: &[u8]| {
            [((bytes.len() * 8) as u32).to_be_bytes().to_vec(), bytes.to_vec()].concat()
        };
        let p = vec![0xff_u8; 32];
        let mut n = vec![0xff; 32];
        n[31] = 0xfe;
        n.extend([0; 31]);
        n.push(1);
        let parts = [vec![1, 0, 1], n[..60].to_vec(), n.clone(), vec![3], p.clone(), p];
        let numbers: Vec<u8> = parts.iter().flat_map(|part| number(part)).collect();
        let kind = string(b"if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}");
        let file = |cipher: &[u8], payload: Vec<u8>| {
            let rest = [kind.clone(), string(cipher), string(&payload)].concat();
            [&SSH2_MAGIC[..], &(rest.len() as u32 + 8).to_be_bytes(), &rest].concat()
        };
        let key = ssh2_private_key(&file(b"none", string(&numbers))).unwrap();
        assert!(key.is_proven);
        assert!(key.decoded.facts.iter().any(|fact| fact.value == "512 bits"));
        let key = ssh2_private_key(&file(b"3des-cbc", vec![1; 64])).unwrap();
        assert_eq!(key.decoded.usability, [Usability::Encrypted]);
    }
}
