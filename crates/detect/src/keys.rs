//! Key material: private keys, key stores and certificates in whatever wrapping they lie around.
//!
//! ```text
//! keyword --> framing / encoded / json --> pkcs, openssh, putty, pgp, jwk, x509, keystore --> context
//!             out of the wrapping          what it is, whether it is real, its public half     what it is for
//! ```
//!
//! A private key is a finding; public keys and certificates are not, but a certificate says what the
//! key that belongs to it opens ([`joined`]). Everything here is computed from untrusted bytes: work and
//! memory are bounded by a small multiple of the 64 KiB that are looked at from where material begins.

mod asn1;
mod context;
mod encoded;
mod filler;
mod framing;
mod json;
mod jwk;
mod keystore;
mod literals;
mod material;
mod openssh;
mod pgp;
mod pkcs;
mod points;
mod putty;
mod sample;
mod unwrap;
mod wire;
mod x509;

use core::fmt;
use core::ops::Range;

use super::decoded::Decoded;
use crate::ids::{
    CA_PRIVATE_KEY as CA, CODE_SIGNING_KEY as CODE_SIGNING, GCP_SA_KEY as GCP,
    GITHUB_APP_KEY as GITHUB_APP, JAVA_KEY_STORE as JAVA, JWK_PRIVATE_KEY as JWK,
    KUBECONFIG_CLUSTER_ADMIN as CLUSTER_ADMIN, KUBERNETES_KUBECONFIG_CLIENT_KEY as KUBECONFIG,
    OIDC_SIGNING_KEY as OIDC, PGP_SECRET_KEY as PGP, PKCS12_KEY_STORE as PKCS12,
    PRIVATE_KEY_UNKNOWN as PRIVATE_KEY, PUTTY_PRIVATE_KEY as PUTTY, RuleName,
    SALESFORCE_JWT_BEARER_KEY as SALESFORCE, SAML_SIGNING_KEY as SAML, SSH_PRIVATE_KEY as SSH,
    TLS_PRIVATE_KEY as TLS,
};
use crate::score::Usability;
use encoded::Taken;
use framing::{Armour, LEAST_LETTERS, Label};
use keystore::{java, pkcs12};
pub use literals::KEYWORDS;
use literals::{ARMOUR, BARE, ENCODED};
use material::Parsed;

/// Every rule that this detector reports under. Each has `detector = "keys"` in its file.
pub const RULES: &[RuleName] = &[
    PRIVATE_KEY,
    SSH,
    PUTTY,
    PGP,
    PKCS12,
    JAVA,
    JWK,
    OIDC,
    GCP,
    GITHUB_APP,
    KUBECONFIG,
    CLUSTER_ADMIN,
    SALESFORCE,
    SAML,
    TLS,
    CA,
    CODE_SIGNING,
];

/// The rule of this detector with this id.
pub fn rule_named(id: &str) -> Option<RuleName> {
    RULES.iter().copied().find(|rule| id == *rule)
}

/// A private key, a key store, or a certificate.
#[derive(Clone)]
pub struct KeyMaterial {
    /// In the blob: from the start of the armour to its end.
    pub span: Range<usize>,
    /// The rule that it is reported under; of a certificate, the one for the key that belongs to it.
    pub rule: RuleName,
    /// Canonical bytes: the same for the same key in every wrapping and format. Secret.
    pub identity: Vec<u8>,
    /// Kind, size, encryption, comment, validity, public key and whatever else it says.
    pub decoded: Decoded,
    /// A certificate is no finding, only a partner.
    pub is_certificate: bool,
    /// It was parsed as a real key, in full, and its parts agree.
    pub proven: bool,
}

impl fmt::Debug for KeyMaterial {
    /// Without the identity, which is the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMaterial")
            .field("span", &self.span)
            .field("rule", &self.rule)
            .field("decoded", &self.decoded)
            .field("is_certificate", &self.is_certificate)
            .field("proven", &self.proven)
            .finish_non_exhaustive()
    }
}

/// Key material at a hit of one of [`KEYWORDS`] at `at`: it begins there or, where the keyword stands
/// inside of it, around there. `blob` is the whole text.
///
/// Headers alone, as in the source of a parser, placeholders, and public keys are nothing. Looks no
/// further than 64 KiB ahead.
pub fn key_at(blob: &[u8], at: usize) -> Option<KeyMaterial> {
    find(blob, at, true)
}

/// Binary key material that is the whole blob: DER, PKCS#12, JKS, JCEKS, OpenPGP. Anything else is told
/// by its first bytes.
pub fn container(blob: &[u8]) -> Option<KeyMaterial> {
    let first: [u8; 4] = *blob.first_chunk()?;
    let whole = 0..blob.len();
    let number = u32::from_be_bytes(first);
    if number == java::JKS || number == java::JCEKS {
        return Some(key(whole, java::key_store(blob)?, JAVA));
    }
    if blob.starts_with(&pkcs12::BER_PKCS12) {
        return Some(key(whole, pkcs12::key_store(blob, pkcs12::FILE)?, PKCS12));
    }
    if first[0] == 0x30 {
        let stated = asn1::stated_length(blob)?;
        // A line end that some editor added does no harm.
        if stated > blob.len() || blob.len() - stated > 2 {
            return None;
        }
        if let Some(parsed) = pkcs::private_key(blob).filter(|parsed| parsed.is_proven) {
            return Some(key(whole, parsed, PRIVATE_KEY));
        }
        if let Some(parsed) = pkcs12::key_store(blob, pkcs12::FILE) {
            return Some(key(whole, parsed, PKCS12));
        }
        return x509::certificate(blob).map(|parsed| certificate(whole, parsed));
    }
    if pgp::begins_like_one(blob)
        && let pgp::Content::Key(parsed) = pgp::secret_key(blob, None)
        && parsed.is_proven
    {
        return Some(key(whole, *parsed, PGP));
    }
    None
}

/// What a key proves to be by a certificate for the same public key: the rule to report it under, and
/// statements to merge with its own. `None` when the two do not belong together.
pub fn joined(key: &KeyMaterial, certificate: &KeyMaterial) -> Option<(RuleName, Decoded)> {
    if key.is_certificate || !certificate.is_certificate {
        return None;
    }
    let (mine, theirs) = key.decoded.public_key.zip(certificate.decoded.public_key)?;
    // What the key's own surroundings say is more than that a certificate exists.
    let is_known = matches!(key.rule, GCP | GITHUB_APP | SALESFORCE | SAML | CLUSTER_ADMIN);
    let rule =
        if is_known || certificate.rule == PRIVATE_KEY { key.rule } else { certificate.rule };
    (mine == theirs).then(|| (rule, certificate.decoded.clone()))
}

/// `is_outside` says that the text was not in base64 itself. One layer is taken off here, because what a key is
/// for stands around it; whoever decodes whole texts takes off the others, and hands in what is inside.
fn find(blob: &[u8], at: usize, is_outside: bool) -> Option<KeyMaterial> {
    let rest = blob.get(at..)?;
    let starts = |text: &str| rest.starts_with(text.as_bytes());
    if starts(ARMOUR[0]) || starts(ARMOUR[1]) {
        return armoured(blob, at);
    }
    if starts(ARMOUR[2]) {
        let (span, parsed) = putty::private_key(until_next(blob, at, ARMOUR[2]), at)?;
        return Some(key(span, parsed, PUTTY));
    }
    if starts(ARMOUR[3]) {
        return in_metadata(blob, at);
    }
    if literals::JWK.into_iter().any(starts) {
        let found = jwk::private_key(blob, at + if rest[0] == b'k' { 0 } else { 1 })?;
        return Some(key(found.span, found.parsed, found.rule));
    }
    if let Some((literal, offset)) = BARE.iter().find(|(literal, _)| starts(literal)) {
        return bare(until_next(blob, at, literal), at.checked_sub(*offset)?);
    }
    let kind = ENCODED.iter().find(|kind| is_outside && starts(kind.literal))?;
    encoded::each_decoding(until_next(blob, at, kind.literal), at, kind, |taken| {
        let found = find(&taken.bytes, taken.at, false)?;
        Some(in_base64(blob, taken, found))
    })
}

/// The blob up to the next hit of the same literal. No material holds the literal that it begins with
/// twice, and so a blob full of beginnings takes no longer than one with a single one.
fn until_next<'a>(blob: &'a [u8], at: usize, literal: &str) -> &'a [u8] {
    let from = at + literal.len();
    let reach = &blob[from..blob.len().min(at + unwrap::REACH).max(from)];
    memchr::memmem::find(reach, literal.as_bytes()).map_or(blob, |next| &blob[..from + next])
}

/// Material that was found in base64, with its place in the text around.
fn in_base64(blob: &[u8], taken: &Taken, mut found: KeyMaterial) -> KeyMaterial {
    found.span = taken.place(&found.span);
    if found.rule == PRIVATE_KEY && !found.is_certificate {
        let is_rsa =
            found.decoded.facts.iter().any(|fact| fact.name == "kind" && fact.value == "RSA");
        let rule = context::rule(blob, &found.span, is_rsa, &mut found.decoded);
        found.rule = rule.unwrap_or(found.rule);
    }
    found
}

fn armoured(blob: &[u8], at: usize) -> Option<KeyMaterial> {
    let armour = Armour::read(blob, at)?;
    let body = &armour.body[..];
    let span = armour.span.clone();
    let parsed = match armour.label {
        Label::Cosign => None,
        Label::Certificate => {
            return x509::certificate(body).map(|parsed| certificate(span, parsed));
        }
        Label::Pkcs12 => {
            return pkcs12::key_store(body, pkcs12::TEXT).map(|parsed| key(span, parsed, PKCS12));
        }
        Label::Pgp => match pgp::secret_key(body, armour.checksum) {
            pgp::Content::Key(parsed) => Some(*parsed),
            pgp::Content::NoSecret => return None,
            pgp::Content::Unreadable => None,
        },
        Label::Ssh2 => openssh::ssh2_private_key(body),
        _ if is_legacy_encrypted(&armour) => None,
        Label::Tpm
        | Label::Rsa
        | Label::Dsa
        | Label::Ec
        | Label::Pkcs8
        | Label::EncryptedPkcs8
        | Label::OpenSsh
        | Label::OtherKey => openssh::private_key(body).or_else(|| pkcs::private_key(body)),
    };
    let parsed = parsed.or_else(|| unparsed(&armour))?;
    let is_rsa = parsed.is_rsa || armour.label == Label::Rsa;
    let mut found = key(span, parsed, default_rule(&armour));
    if found.rule == PRIVATE_KEY {
        let rule = context::rule(blob, &found.span, is_rsa, &mut found.decoded);
        found.rule = rule.unwrap_or(found.rule);
    }
    Some(found)
}

fn default_rule(armour: &Armour) -> RuleName {
    match armour.label {
        Label::OpenSsh | Label::Ssh2 => SSH,
        Label::Pgp => PGP,
        Label::Cosign => CODE_SIGNING,
        _ if armour.body.starts_with(openssh::MAGIC) => SSH,
        _ => PRIVATE_KEY,
    }
}

fn is_legacy_encrypted(armour: &Armour) -> bool {
    armour.header("Proc-Type").is_some_and(|value| value.contains("ENCRYPTED"))
}

/// A body that is no complete key: encrypted as a whole, cut short, or made unreadable. `None` when it
/// is a placeholder, or so short that it can't be told from one.
fn unparsed(armour: &Armour) -> Option<Parsed> {
    let body = &armour.body[..];
    let begins_like_a_key = match armour.label {
        Label::OpenSsh => body.starts_with(openssh::MAGIC),
        Label::Pgp => pgp::begins_like_one(body),
        Label::Cosign => body.starts_with(b"{"),
        Label::Ssh2 => body.starts_with(&openssh::SSH2_MAGIC),
        _ => is_legacy_encrypted(armour) || pkcs::begins_like_one(body),
    };
    let is_enough = armour.letters >= LEAST_LETTERS && (armour.is_closed || begins_like_a_key);
    if !is_enough || armour.is_elided || filler::is_filler(body) {
        return None;
    }
    let mut parsed = Parsed::opaque("unparsed", body);
    match armour.label {
        Label::Rsa => parsed.decoded.add_fact("kind", "RSA"),
        Label::Dsa => parsed.decoded.add_fact("kind", "DSA"),
        Label::Ec => parsed.decoded.add_fact("kind", "EC"),
        Label::Tpm => {
            parsed.decoded.add_fact("limited to", "the TPM that holds the other half");
            parsed.decoded.usability.push(Usability::IdOnly);
            parsed.is_proven = armour.is_closed && asn1::stated_length(body) == Some(body.len());
        }
        _ => {}
    }
    if is_legacy_encrypted(armour) {
        parsed = parsed.encrypted(pkcs::legacy_encryption(armour.header("DEK-Info")));
    } else if armour.label == Label::Cosign {
        parsed = parsed.encrypted("NaCl secretbox, scrypt");
    } else if armour.label == Label::EncryptedPkcs8 {
        parsed = parsed.encrypted("unknown");
    }
    let cipher = openssh::cipher(body);
    if armour.label == Label::Pgp {
        parsed.decoded.add_fact("encryption", "unknown");
    } else if let Some(cipher) = cipher.filter(|cipher| *cipher != b"none") {
        parsed = parsed.encrypted(material::legible(cipher));
    }
    if !armour.is_closed {
        parsed.decoded.add_fact("complete", "no: its end is missing");
    } else if begins_like_a_key && let Some(shortfall) = pkcs::shortfall(body) {
        parsed.decoded.add_fact("complete", format!("no: {shortfall}"));
    }
    Some(parsed)
}

/// The certificate after a tag of XML, as SAML metadata have it. In an identity provider's, its key
/// signs assertions.
fn in_metadata(blob: &[u8], at: usize) -> Option<KeyMaterial> {
    /// How far before its certificate the role of an entity is stated, in bytes.
    const ROLE: usize = 2048;
    let start = at + ARMOUR[3].len();
    let blanks = blob[start..].iter().take(256).take_while(|b| b.is_ascii_whitespace()).count();
    let taken =
        encoded::bare(until_next(blob, at, ARMOUR[3]), start + blanks, asn1::stated_length)?;
    let parsed = x509::certificate(&taken.bytes)?;
    let mut found = certificate(taken.place(&(0..taken.bytes.len())), parsed);
    let before = &blob[at.saturating_sub(ROLE)..at];
    let role = |name: &[u8]| memchr::memmem::rfind(before, name);
    let (provider, service) = (role(b"IDPSSODescriptor"), role(b"SPSSODescriptor"));
    if provider > service {
        found.rule = SAML;
    }
    Some(found)
}

/// A key in base64 without armour: only when it is a key beyond doubt.
fn bare(blob: &[u8], start: usize) -> Option<KeyMaterial> {
    if encoded::is_in_armour(blob, start) {
        return None;
    }
    let taken = encoded::bare(blob, start, |head| {
        if head.first() == Some(&0x30) { asn1::stated_length(head) } else { None }
    })?;
    let bytes = &taken.bytes[..];
    let parsed = pkcs::private_key(bytes).or_else(|| openssh::private_key(bytes));
    let (parsed, rule) = match parsed {
        Some(parsed) if bytes.starts_with(openssh::MAGIC) => (parsed, SSH),
        Some(parsed) => (parsed, PRIVATE_KEY),
        None => match java::key_store(bytes) {
            Some(parsed) => (parsed, JAVA),
            None => (pkcs12::key_store(bytes, pkcs12::TEXT)?, PKCS12),
        },
    };
    if !parsed.is_proven {
        return None;
    }
    let is_rsa = parsed.is_rsa;
    let mut found = key(taken.place(&(0..bytes.len())), parsed, rule);
    if found.rule == PRIVATE_KEY {
        let rule = context::rule(blob, &found.span, is_rsa, &mut found.decoded);
        found.rule = rule.unwrap_or(found.rule);
    }
    Some(found)
}

fn key(span: Range<usize>, parsed: Parsed, rule: RuleName) -> KeyMaterial {
    let Parsed { identity, mut decoded, is_proven, .. } = parsed;
    if let Some(source) = sample::source(decoded.public_key.as_ref(), &identity) {
        decoded.add_fact("published", source);
        decoded.usability.push(Usability::Placeholder);
    }
    if !decoded.facts.iter().any(|fact| fact.name == "encryption") {
        decoded.add_fact("encryption", "none");
    }
    KeyMaterial { span, rule, identity, decoded, is_certificate: false, proven: is_proven }
}

fn certificate(span: Range<usize>, parsed: x509::Parsed) -> KeyMaterial {
    let x509::Parsed { identity, decoded, rule, is_proven } = parsed;
    KeyMaterial { span, rule, identity, decoded, is_certificate: true, proven: is_proven }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn armour(label: &str, body: &[u8]) -> String {
        format!("-----{} {label}-----\n{}\n-----END {label}-----\n", "BEGIN", BASE64.encode(body))
    }

    /// An Ed25519 key of a seed of equal bytes, in PKCS#8.
    fn ed25519(seed: u8) -> Vec<u8> {
        let start = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        [&start[..], &[seed; 32]].concat()
    }

    fn fact<'a>(key: &'a KeyMaterial, name: &str) -> &'a str {
        key.decoded.facts.iter().find(|fact| fact.name == name).map_or("", |fact| &fact.value)
    }

    #[test]
    fn keywords_are_distinct_and_long_enough_for_a_prefilter() {
        let mut all = KEYWORDS.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), KEYWORDS.len());
        assert!(all.iter().all(|keyword| keyword.len() >= 5 && keyword.is_ascii()));
    }

    #[test]
    fn one_key_is_the_same_armoured_bare_and_in_der() {
        let der = ed25519(7);
        let text = armour("PRIVATE KEY", &der);
        let armoured = key_at(text.as_bytes(), 0).unwrap();
        let text = format!("key={}", BASE64.encode(&der));
        let bare = key_at(text.as_bytes(), 4).unwrap();
        let whole = container(&der).unwrap();
        assert!(armoured.proven && bare.proven && whole.proven);
        assert_eq!(armoured.identity, bare.identity);
        assert_eq!(armoured.identity, whole.identity);
        assert_eq!(bare.span, 4..text.len());
        assert_ne!(armoured.identity, container(&ed25519(8)).unwrap().identity);
        assert_eq!(fact(&armoured, "encryption"), "none");
    }

    #[test]
    fn the_body_of_armour_is_not_found_a_second_time() {
        let text = armour("PRIVATE KEY", &ed25519(7));
        assert!(key_at(text.as_bytes(), text.find("MC4C").unwrap()).is_none());
    }

    #[test]
    fn the_key_itself_is_not_shown() {
        let key = container(&ed25519(7)).unwrap();
        assert!(key.identity.ends_with(&[7; 32]));
        assert!(!format!("{key:?}").contains("7, 7, 7"));
    }

    #[test]
    fn cosign_keys_sign_software() {
        let sealed =
            format!(r#"{{"kdf":{{"name":"scrypt"}},"ciphertext":"{}"}}"#, "q8Zx".repeat(9));
        let text = armour("ENCRYPTED COSIGN PRIVATE KEY", sealed.as_bytes());
        let key = key_at(text.as_bytes(), 0).unwrap();
        assert_eq!(key.rule, CODE_SIGNING);
        assert_eq!(key.decoded.usability, [Usability::Encrypted]);
    }

    #[test]
    fn keys_in_a_tpm_are_half_a_key() {
        let body: Vec<u8> =
            [0x30, 0x62].into_iter().chain((0..98).map(|n: u8| n.wrapping_mul(167))).collect();
        let text = armour("TSS2 PRIVATE KEY", &body);
        let key = key_at(text.as_bytes(), 0).unwrap();
        assert_eq!(key.decoded.usability, [Usability::IdOnly]);
    }

    #[test]
    fn only_a_certificate_of_the_same_key_is_joined() {
        let key = container(&ed25519(7)).unwrap();
        let certificate = |public_key| KeyMaterial {
            is_certificate: true,
            rule: CA,
            decoded: Decoded { public_key, ..Decoded::default() },
            ..key.clone()
        };
        let mine = certificate(key.decoded.public_key);
        assert_eq!(joined(&key, &mine).map(|(rule, _)| rule), Some(CA));
        assert_eq!(joined(&key, &certificate(Some([1; 32]))), None);
        assert_eq!(joined(&key, &certificate(None)), None);
        assert_eq!(joined(&mine, &mine), None);
        let known = KeyMaterial { rule: GCP, ..key.clone() };
        assert_eq!(joined(&known, &mine).map(|(rule, _)| rule), Some(GCP));
        let silent = KeyMaterial { rule: PRIVATE_KEY, ..mine };
        assert_eq!(
            joined(&KeyMaterial { rule: SSH, ..key }, &silent).map(|(rule, _)| rule),
            Some(SSH)
        );
    }

    #[test]
    fn whole_blobs_that_are_no_container_are_nothing() {
        for blob in [
            &b""[..],
            b"0",
            b"text",
            &[0x30, 0x82, 0, 1],
            &[0xfe, 0xed, 0xfe, 0xed],
            &[0x95, 1, 2, 4],
        ] {
            assert!(container(blob).is_none());
        }
        let longer = [&ed25519(7)[..], b"and a text behind it"].concat();
        assert!(container(&longer).is_none());
    }
}
