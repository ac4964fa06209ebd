//! The literals at which key material may begin. Shared with the build script, which collects the
//! keywords of the built-in rules.

/// Literals at which `key_at` must be asked. They are compared with case; each is rare in other text.
pub const KEYWORDS: &[&str] = &{
    let lists: [&[&str]; 2] = [&ARMOUR, &JWK];
    let mut all = [""; ARMOUR.len() + JWK.len() + ENCODED.len() + BARE.len()];
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        let mut n = 0;
        while n < lists[list].len() {
            all[count] = lists[list][n];
            (count, n) = (count + 1, n + 1);
        }
        list += 1;
    }
    let mut n = 0;
    while n < ENCODED.len() {
        all[count] = ENCODED[n].literal;
        (count, n) = (count + 1, n + 1);
    }
    let mut n = 0;
    while n < BARE.len() {
        all[count] = BARE[n].0;
        (count, n) = (count + 1, n + 1);
    }
    all
};

/// How armour and PuTTY's files begin, and the tag around certificates in SAML metadata.
pub(super) const ARMOUR: [&str; 4] =
    ["-----BEGIN", "---- BEGIN SSH2", "PuTTY-User-Key-File-", "X509Certificate>"];

/// The member that every key has, in the notations that are searched for.
pub(super) const JWK: [&str; 6] = ["\"kty\"", "\"kty\\", "'kty'", "kty: ", "kty:\"", "kty:'"];

/// Base64 of the first bytes of keys that lie around without armour, and how many letters stand before
/// it: a length, which differs from key to key.
pub(super) const BARE: [(&str, usize); 25] = [
    // PKCS#8: version 0 and rsaEncryption; id-ecPublicKey with P-256 and with other curves, both in the
    // longer form and in that without the public point; Ed25519, X25519; id-dsa.
    ("ADANBgkqhkiG9w0BAQEFAAS", 8),
    ("AgEAMBMGByqGSM49AgEG", 4),
    ("AgEAMBAGByqGSM49AgEG", 4),
    ("ECAQAwEwYHKoZIzj0CAQYI", 3),
    ("4CAQAwEAYHKoZIzj0CAQYF", 3),
    ("MC4CAQAwBQYDK2Vw", 0),
    ("MC4CAQAwBQYDK2Vu", 0),
    ("MFECAQEwBQYDK2Vw", 0),
    ("MFECAQEwBQYDK2Vu", 0),
    ("GByqGSM44BAEw", 15),
    // Encrypted PKCS#8 with PBES2, long and short.
    ("BgkqhkiG9w0BBQ0w", 8),
    ("CSqGSIb3DQEFDT", 8),
    // PKCS#1 with 512, 1024, 2048, 3072 and 4096 bits (DSA of OpenSSL begins like the second).
    ("IBAAJBA", 6),
    ("IBAAKBgQ", 6),
    ("IBAAKCAQEA", 6),
    ("IBAAKCAYEA", 6),
    ("IBAAKCAgEA", 6),
    // SEC1: P-256, secp256k1, P-384, P-521.
    ("MHcCAQEEI", 0),
    ("MHQCAQEEI", 0),
    ("MIGkAgEBBD", 0),
    ("MIHcAgEBBEI", 0),
    // OpenSSH.
    ("b3BlbnNzaC1rZXktdjEA", 0),
    // PKCS#12, JKS, JCEKS.
    ("IBAzCC", 6),
    ("/u3+7QAAAAIAAA", 0),
    ("zs7OzgAAAAIAAA", 0),
];

/// A text to be found inside base64, by how it looks there.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Letters that stand in the base64 whatever comes before and after the text.
    pub(super) literal: &'static str,
    /// At which letter of its group of four `literal` begins.
    pub(super) letter: usize,
    /// At which byte of that group the text begins.
    pub(super) byte: usize,
    /// How the end of what it begins is recognised.
    pub(super) end: End,
}

/// How the end of what is inside base64 is recognised.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// By dashes after those that close the BEGIN line.
    Armour,
    /// By a closing brace.
    Brace,
    /// By the last line of PuTTY's files.
    Mac,
}

const fn encoded(literal: &'static str, letter: usize, byte: usize, end: End) -> Encoded {
    Encoded { literal, letter, byte, end }
}

/// `-----BEGIN `, `---- BEGIN SSH2`, `"kty":` and `PuTTY-User-Key-File-` in base64, once for each place
/// in a group where they may begin.
pub(super) const ENCODED: [Encoded; 12] = [
    encoded("LS0tLS1CRUdJTi", 0, 0, End::Armour),
    encoded("0tLS0tQkVHSU4g", 2, 1, End::Armour),
    encoded("tLS0tLUJFR0lOI", 3, 2, End::Armour),
    encoded("LS0tLSBCRUdJTiBTU0gy", 0, 0, End::Armour),
    encoded("0tLS0gQkVHSU4gU1NIM", 2, 1, End::Armour),
    encoded("tLS0tIEJFR0lOIFNTSD", 3, 2, End::Armour),
    encoded("Imt0eSI6I", 0, 0, End::Brace),
    encoded("JrdHkiOi", 2, 1, End::Brace),
    encoded("ia3R5Ijo", 3, 2, End::Brace),
    encoded("UHVUVFktVXNlci1LZXktRmlsZS", 0, 0, End::Mac),
    encoded("B1VFRZLVVzZXItS2V5LUZpbGUt", 2, 1, End::Mac),
    encoded("QdVRUWS1Vc2VyLUtleS1GaWxlL", 3, 2, End::Mac),
];
