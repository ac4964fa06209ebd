//! The data types of SSH (RFC 4251, 5), in which OpenSSH, PuTTY and SSH2 files keep their keys.

use super::asn1::trimmed;
use super::material::{self, CURVES, Curve};

/// Reads one value after the other.
#[derive(Debug, Clone)]
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    /// The next `length` bytes.
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        self.0.split_off(..length)
    }

    /// A number of 32 bits.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.bytes(4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
    }

    /// Bytes that follow their length.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.bytes(usize::try_from(length).ok()?)
    }

    /// A number of any size, without leading zeros.
    pub(super) fn mpint(&mut self) -> Option<&'a [u8]> {
        self.string().map(trimmed)
    }
}

/// Writes bytes after their length.
pub(super) fn string(bytes: &[u8]) -> Vec<u8> {
    let mut out = (bytes.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(bytes);
    out
}

/// A public key as SSH writes it.
pub(super) enum PublicKey<'a> {
    /// `ssh-rsa`.
    Rsa { e: &'a [u8], n: &'a [u8] },
    /// `ssh-dss`.
    Dsa { p: &'a [u8], q: &'a [u8], g: &'a [u8], y: &'a [u8] },
    /// `ecdsa-sha2-*`.
    Ec { curve: &'static Curve, point: &'a [u8] },
    /// `ssh-ed25519`.
    Ed25519 { public: &'a [u8] },
    /// A key that a security token holds.
    Token { name: &'a [u8] },
    /// Any other type.
    Other { name: &'a [u8] },
}

impl<'a> PublicKey<'a> {
    /// Reads one. `None` when the bytes are no key.
    pub(super) fn read(blob: &'a [u8]) -> Option<Self> {
        let mut wire = Wire(blob);
        Some(match wire.string()? {
            b"ssh-rsa" => Self::Rsa { e: wire.mpint()?, n: wire.mpint()? },
            b"ssh-dss" => {
                Self::Dsa { p: wire.mpint()?, q: wire.mpint()?, g: wire.mpint()?, y: wire.mpint()? }
            }
            b"ssh-ed25519" => {
                Self::Ed25519 { public: wire.string().filter(|public| public.len() == 32)? }
            }
            name if name.starts_with(b"ecdsa-sha2-") => {
                Self::Ec { curve: curve(wire.string()?)?, point: wire.string()? }
            }
            name if name.starts_with(b"sk-") => Self::Token { name },
            name if !name.is_empty()
                && name.len() <= 64
                && name.iter().all(u8::is_ascii_graphic) =>
            {
                Self::Other { name }
            }
            _ => return None,
        })
    }

    /// Kind and size, for people.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Rsa { n, .. } => vec![("kind", "RSA".into()), ("size", bits(n))],
            Self::Dsa { p, .. } => vec![("kind", "DSA".into()), ("size", bits(p))],
            Self::Ec { curve, .. } => {
                vec![
                    ("kind", "EC".into()),
                    ("size", format!("{} bits", curve.bits)),
                    ("curve", curve.name.into()),
                ]
            }
            Self::Ed25519 { .. } => vec![("kind", "Ed25519".into()), ("size", "256 bits".into())],
            Self::Token { name } | Self::Other { name } => vec![("kind", material::legible(name))],
        }
    }

    /// Hash of the `SubjectPublicKeyInfo`.
    pub(super) fn hash(&self) -> Option<[u8; 32]> {
        match self {
            Self::Rsa { e, n } => Some(material::rsa_public_key(n, e)),
            Self::Dsa { p, q, g, y } => Some(material::dsa_public_key(p, q, g, y)),
            Self::Ec { curve, point } => Some(material::ec_public_key(&curve.parameters(), point)),
            Self::Ed25519 { public } => Some(material::ed25519_public_key(public)),
            Self::Token { .. } | Self::Other { .. } => None,
        }
    }
}

/// A curve by its name within SSH.
pub(super) fn curve(name: &[u8]) -> Option<&'static Curve> {
    CURVES.iter().find(|curve| !curve.ssh.is_empty() && curve.ssh.as_bytes() == name)
}

fn bits(number: &[u8]) -> String {
    format!("{} bits", super::asn1::bit_length(number))
}
