//! PuTTY's private key files, versions 2 and 3 (PuTTY manual, appendix C).

use std::ops::Range;

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::framing::Bits;
use super::material::{Edwards, Parsed, PrivateKey};
use super::openssh::{SEALED, described};
use super::unwrap::Unwrap;
use super::wire::{PublicKey, Wire, string};

/// What every file begins with; a version follows.
pub(super) const MAGIC: &[u8] = b"PuTTY-User-Key-File-";

/// The longest file that is read, in bytes: an RSA key of 16384 bits takes 13000.
const LONGEST: usize = 16 * 1024;

/// Letters of base64 in a line of a file.
const LINE: usize = 64;

/// The fields of a file. Their names are searched for, so that it does not matter whether line ends,
/// or only spaces, or nothing at all stands between them.
const NAMES: [&str; 10] = [
    "Encryption:",
    "Comment:",
    "Public-Lines:",
    "Key-Derivation:",
    "Argon2-Memory:",
    "Argon2-Passes:",
    "Argon2-Parallelism:",
    "Argon2-Salt:",
    "Private-Lines:",
    "Private-MAC:",
];

/// The key file that begins at `at`, and where it stands.
pub(super) fn private_key(blob: &[u8], at: usize) -> Option<(Range<usize>, Parsed)> {
    let file = File::read(blob, at)?;
    let name = file.name()?;
    let public_blob = file.base64("Public-Lines:")?.bytes;
    let private = file.base64("Private-Lines:")?.bytes;
    let public = PublicKey::read(&public_blob)?;
    let encryption = file.value("Encryption:")?;
    let comment = file.value("Comment:").unwrap_or_default();
    let mac = file
        .value("Private-MAC:")
        .and_then(|mac| data_encoding::HEXLOWER_PERMISSIVE.decode(mac).ok());
    let parsed = if encryption == b"none" {
        let mut parsed = in_the_clear(&public, &private)?;
        let text = [name, encryption, comment, &public_blob, &private].map(string).concat();
        parsed.is_proven |= mac.is_some_and(|mac| is_mac(file.version, &text, &mac));
        parsed
    } else {
        let mut parsed =
            Parsed::opaque(SEALED, &public_blob).encrypted(file.encryption(encryption));
        parsed.is_proven = mac.is_some() && private.len() >= 16 && private.len() % 16 == 0;
        parsed
    };
    let format = format!("PuTTY {}", file.version);
    Some((file.span(), described(parsed.comment(comment), &public).in_format(&format)))
}

/// The private half as PuTTY writes it; the public numbers are not repeated in it.
fn in_the_clear(public: &PublicKey<'_>, private: &[u8]) -> Option<Parsed> {
    let mut wire = Wire(private);
    Some(match *public {
        PublicKey::Rsa { e, n } => {
            let (d, p, q) = (wire.mpint()?, wire.mpint()?, wire.mpint()?);
            PrivateKey::Rsa { n, e, d, primes: Some((p, q)) }.parsed()
        }
        PublicKey::Dsa { p, q, g, y } => {
            unproven(PrivateKey::Dsa { p, q, g, y: Some(y), x: wire.mpint()? }.parsed())
        }
        PublicKey::Ec { curve, point } => {
            let parameters = curve.parameters();
            let d = wire.mpint()?;
            let key = PrivateKey::Ec {
                curve: Some(curve),
                parameters: &parameters,
                d,
                point: Some(point),
            };
            unproven(key.parsed())
        }
        PublicKey::Ed25519 { public } => {
            let d = wire.string()?;
            PrivateKey::Edwards { curve: Edwards::Ed25519, d, public: Some(public) }.parsed()
        }
        PublicKey::Token { .. } | PublicKey::Other { .. } => Parsed::opaque("putty", private),
    })
}

/// Of these kinds only the file's own check can tell that private and public half belong together.
fn unproven(parsed: Parsed) -> Parsed {
    Parsed { is_proven: false, ..parsed }
}

fn is_mac(version: u8, text: &[u8], mac: &[u8]) -> bool {
    if version >= 3 {
        let Ok(hmac) = Hmac::<Sha256>::new_from_slice(b"") else { return false };
        hmac.chain_update(text).verify_slice(mac).is_ok()
    } else {
        let key = Sha1::digest(b"putty-private-key-file-mac-key");
        let Ok(hmac) = Hmac::<Sha1>::new_from_slice(&key) else { return false };
        hmac.chain_update(text).verify_slice(mac).is_ok()
    }
}

/// The plain text of a file.
struct File {
    version: u8,
    text: Vec<u8>,
    /// Where each byte of the text ends in the blob.
    ends: Vec<usize>,
    start: usize,
    /// Bytes of the text up to the end of the last field.
    length: usize,
}

impl File {
    fn read(blob: &[u8], at: usize) -> Option<Self> {
        let version = match blob.get(at..)?.strip_prefix(MAGIC)? {
            [digit @ b'1'..=b'3', ..] => digit - b'0',
            _ => return None,
        };
        let mut tokens = Unwrap::new(blob, at, at + MAGIC.len() + 1);
        if tokens.next()?.byte != b':' {
            return None;
        }
        tokens.plus_is_space = blob.get(tokens.position()) == Some(&b'+');
        let tokens =
            tokens.take(LONGEST).take_while(|t| t.byte == b'\n' || !t.byte.is_ascii_control());
        let (text, ends): (Vec<u8>, Vec<usize>) =
            tokens.map(|token| (token.byte, token.to)).unzip();
        let mut file = Self { version, text, ends, start: at, length: 0 };
        let last = file.find("Private-MAC:").or_else(|| file.find("Private-Lines:"))?;
        let rest = &file.text[last..];
        let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let is_mac = file.find("Private-MAC:").is_some();
        let value = rest[blanks..]
            .iter()
            .take_while(|b| if is_mac { b.is_ascii_hexdigit() } else { **b != b'\0' });
        file.length = last + blanks + value.count();
        if !is_mac {
            let lines = &file.text[last..file.length];
            file.length = last + Self::letters(lines).1;
        }
        Some(file)
    }

    fn span(&self) -> Range<usize> {
        let last = self.length.checked_sub(1).and_then(|last| self.ends.get(last));
        self.start..last.copied().unwrap_or(self.start)
    }

    /// Where the value of a field begins.
    fn find(&self, name: &str) -> Option<usize> {
        memchr::memmem::find(&self.text, name.as_bytes()).map(|at| at + name.len())
    }

    /// The key's type, which stands directly after the version.
    fn name(&self) -> Option<&[u8]> {
        let end = self.text.iter().position(|b| *b == b'\n');
        let end = end.into_iter().chain(self.next_name(0)).min()?;
        Some(self.text[..end].trim_ascii()).filter(|name| !name.is_empty() && name.len() <= 64)
    }

    /// The value of a field: to the end of the line or to the next field.
    fn value(&self, name: &str) -> Option<&[u8]> {
        let rest = self.find(name)?;
        let text = self.text.get(rest..self.length)?;
        let end = text.iter().position(|b| *b == b'\n').unwrap_or(text.len());
        let end = self.next_name(rest).map_or(end, |next| end.min(next - rest));
        Some(text[..end].trim_ascii()).filter(|value| value.len() <= 1024)
    }

    /// The lines that follow a count.
    fn base64(&self, name: &str) -> Option<Bits> {
        let rest = self.find(name)?;
        let end = self.next_name(rest).unwrap_or(self.length.max(rest));
        let (bits, _) = Self::letters(&self.text[rest..end]);
        (bits.letters >= 8).then_some(bits)
    }

    /// The letters after a count of their lines, and how far they reach. Where no line end stands
    /// between the two, the count is the one that counts right.
    fn letters(text: &[u8]) -> (Bits, usize) {
        let blanks = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let digits = text[blanks..].iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        let read = |digits: usize| {
            let mut bits = Bits::default();
            let mut signs = 0_usize;
            let mut end = blanks + digits;
            for (at, byte) in text.iter().enumerate().skip(end) {
                if bits.push(*byte) || *byte == b'=' {
                    signs += 1;
                    end = at + 1;
                } else if !byte.is_ascii_whitespace() {
                    break;
                }
            }
            let count = text[blanks..blanks + digits]
                .iter()
                .fold(0, |count, digit| count * 10 + usize::from(digit - b'0'));
            (bits, end, signs.div_ceil(LINE) == count)
        };
        let counted = (1..=digits).rev().map(read).find(|(.., counts_right)| *counts_right);
        let (bits, end, _) = counted.unwrap_or_else(|| read(digits));
        (bits, end)
    }

    fn next_name(&self, from: usize) -> Option<usize> {
        let text = &self.text[from..];
        NAMES
            .iter()
            .filter_map(|name| memchr::memmem::find(text, name.as_bytes()))
            .min()
            .map(|at| from + at)
    }

    fn encryption(&self, cipher: &[u8]) -> String {
        let field =
            |name| String::from_utf8_lossy(self.value(name).unwrap_or_default()).into_owned();
        let cipher = String::from_utf8_lossy(cipher);
        if self.version < 3 {
            return format!("{cipher}, SHA-1 once");
        }
        let (kind, memory, passes) =
            (field("Key-Derivation:"), field("Argon2-Memory:"), field("Argon2-Passes:"));
        format!("{cipher}, {kind}, {memory} KiB, {passes} passes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, HEXLOWER};

    /// A file of an Ed25519 key whose seed is all zeros.
    fn file(version: u8, encryption: &str, mac: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let public = HEXLOWER
            .decode(b"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
            .unwrap();
        let public = [string(b"ssh-ed25519"), string(&public)].concat();
        let private = if encryption == "none" { string(&[0; 32]) } else { vec![7; 48] };
        let text = [b"ssh-ed25519", encryption.as_bytes(), b"bob@desk", &public, &private]
            .map(string)
            .concat();
        let derivation = if version == 3 && encryption != "none" {
            "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 21\nArgon2-Parallelism: 1\nArgon2-Salt: 00\n"
        } else {
            ""
        };
        let (public, private) = (BASE64.encode(&public), BASE64.encode(&private));
        let mac = HEXLOWER.encode(&mac(&text));
        format!(
            "PuTTY-User-Key-File-{version}: ssh-ed25519\nEncryption: {encryption}\nComment: bob@desk\nPublic-Lines: 2\n\
             {}\n{}\n{derivation}Private-Lines: 1\n{private}\nPrivate-MAC: {mac}",
            &public[..64],
            &public[64..]
        )
    }

    fn mac_of_version_3(text: &[u8]) -> Vec<u8> {
        let hmac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        hmac.chain_update(text).finalize().into_bytes().to_vec()
    }

    #[test]
    fn a_clear_file_is_the_key_that_openssh_would_hold() {
        let text = file(3, "none", mac_of_version_3);
        let (span, key) = private_key(text.as_bytes(), 0).unwrap();
        assert_eq!(span, 0..text.len());
        assert!(key.is_proven);
        let same =
            PrivateKey::Edwards { curve: Edwards::Ed25519, d: &[0; 32], public: None }.parsed();
        assert_eq!(key.identity, same.identity);
        assert_eq!(key.decoded.public_key, same.decoded.public_key);
        assert!(
            key.decoded.facts.iter().any(|fact| fact.name == "comment" && fact.value == "bob@desk")
        );
    }

    #[test]
    fn lost_line_ends_do_not_matter() {
        let text = file(2, "none", |_| vec![0; 20]);
        let plain = private_key(text.as_bytes(), 0).unwrap().1;
        for text in [
            text.replace('\n', " "),
            text.replace('\n', ""),
            text.replace('\n', "\\r\\n"),
            text.replace('\n', "\r\n"),
        ] {
            let (span, key) = private_key(text.as_bytes(), 0).unwrap();
            assert_eq!(span, 0..text.len(), "{text}");
            assert_eq!(key.identity, plain.identity);
        }
    }

    #[test]
    fn an_encrypted_file_names_its_key_derivation() {
        let text = file(3, "aes256-cbc", |_| vec![0; 32]);
        let (_, key) = private_key(text.as_bytes(), 0).unwrap();
        let how = "aes256-cbc, Argon2id, 8192 KiB, 21 passes";
        assert!(
            key.decoded.facts.iter().any(|fact| fact.name == "encryption" && fact.value == how)
        );
        assert_eq!(key.decoded.usability, [crate::score::Usability::Encrypted]);
    }

    #[test]
    fn macs_are_checked() {
        assert!(is_mac(3, b"text", &mac_of_version_3(b"text")));
        assert!(!is_mac(3, b"test", &mac_of_version_3(b"text")));
        assert!(!is_mac(2, b"text", &mac_of_version_3(b"text")));
    }

    #[test]
    fn the_first_line_alone_is_no_key() {
        assert!(
            private_key(b"if line.startswith(\"PuTTY-User-Key-File-2: ssh-rsa\"):", 0).is_none()
        );
        assert!(
            private_key(
                b"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 6\n...",
                0
            )
            .is_none()
        );
    }

    #[test]
    fn a_file_without_its_last_line_is_found() {
        let text = file(3, "none", mac_of_version_3);
        let cut = &text[..text.find("\nPrivate-MAC").unwrap()];
        let (span, key) = private_key(format!("{cut}\n").as_bytes(), 0).unwrap();
        assert_eq!(span, 0..cut.len());
        assert!(key.is_proven, "Ed25519 proves itself");
    }
}
