//! age identities: their checksum, and the recipient that belongs to them.

use curve25519_dalek::montgomery::MontgomeryPoint;

use super::{Check, Outcome, bech32};
use crate::decoded::Decoded;
use crate::lenient::LONGEST;

/// `AGE-SECRET-KEY-1...` and the post-quantum and plugin identities, all Bech32 in upper case
/// (<https://age-encryption.org/v1>).
pub(super) const BECH32: Check = Check {
    name: "age-bech32",
    about: "An age identity carries a Bech32 checksum; the public recipient is derived from it.",
    run: |value| {
        let Some((hrp, data)) = decode(value) else { return Outcome::rejected() };
        let mut decoded = Decoded::default();
        if let Some(recipient) = derive(&hrp, &data) {
            decoded.add_fact("recipient", recipient);
        } else if let Some(plugin) = hrp.strip_prefix(PLUGIN) {
            decoded.add_fact("plugin", plugin.trim_end_matches('-'));
        }
        Outcome::proven(decoded)
    },
    mint: Some(|value, random| {
        let hrp = value.iter().rposition(|c| *c == b'1').map(|one| &value[..one]);
        let hrp = hrp.map(|h| String::from_utf8_lossy(h).to_ascii_lowercase());
        let hrp = hrp.filter(|h| known(h)).unwrap_or_else(|| X25519.to_owned());
        let key = super::minting::array::<32>(random);
        *value = bech32::encode(&hrp, &key).to_ascii_uppercase().into_bytes();
    }),
};

/// The recipient (`age1...`) that files are encrypted to so that this identity opens them.
///
/// Returns `None` for anything but a valid X25519 identity; recipients of post-quantum and plugin
/// identities cannot be derived here.
pub fn recipient(identity: &[u8]) -> Option<String> {
    decode(identity).and_then(|(hrp, data)| derive(&hrp, &data))
}

const X25519: &str = "age-secret-key-";
const POST_QUANTUM: &str = "age-secret-key-pq-";
const PLUGIN: &str = "age-plugin-";

fn decode(value: &[u8]) -> Option<(String, Vec<u8>)> {
    if value.len() > LONGEST || value.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let (hrp, data) = bech32::decode(value).filter(|(hrp, _)| known(hrp))?;
    (data.len() == 32 || hrp.starts_with(PLUGIN)).then_some((hrp, data))
}

fn known(hrp: &str) -> bool {
    hrp == X25519 || hrp == POST_QUANTUM || hrp.starts_with(PLUGIN)
}

fn derive(hrp: &str, data: &[u8]) -> Option<String> {
    let scalar: [u8; 32] = data.try_into().ok().filter(|_| hrp == X25519)?;
    Some(bech32::encode("age", MontgomeryPoint::mul_base_clamped(scalar).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    /// The pair in the manual page of age-keygen.
    fn documented() -> (String, String) {
        let identity =
            ["AGE-SECRET-", "KEY-1N9JEPW6DWJ0ZQUDX63F5A03", "GX8QUW7PXDE39N8UYF82VZ9PC8UFS3M7XA9"];
        let recipient = ["age1lvyvwawkr0mcnnnncagh", "unadrqkmuf9e6507x9y920xxpp866cnql7dp2z"];
        (identity.concat(), recipient.concat())
    }

    #[test]
    fn the_documented_identity_gives_the_documented_recipient() {
        let (identity, public) = documented();
        assert_eq!(recipient(identity.as_bytes()), Some(public.clone()));
        let outcome = (BECH32.run)(identity.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Proven);
        assert_eq!(testing::fact(&outcome, "recipient"), Some(public.as_str()));
    }

    /// RFC 7748, section 6.1: Alice's keys.
    #[test]
    fn derivation_follows_the_rfc() {
        let hex = |parts: [&str; 2]| {
            data_encoding::HEXLOWER.decode(parts.concat().as_bytes()).expect("hexadecimal")
        };
        let private = hex(["77076d0a7318a57d3c16c17251b26645", "df4c2f87ebc0992ab177fba51db92c2a"]);
        let public = hex(["8520f0098930a754748b7ddcb43ef75a", "0dbf3a0d26381af4eba4a98eaa9b4e6a"]);
        assert_eq!(derive(X25519, &private), Some(bech32::encode("age", &public)));
        assert_eq!(derive(X25519, &private[1..]), None);
    }

    #[test]
    fn one_wrong_character_rejects() {
        let (identity, _) = documented();
        for changed in testing::mutations(identity.as_bytes()) {
            assert_eq!((BECH32.run)(&changed).verdict, Verdict::Rejected);
        }
        for value in [identity.to_lowercase(), identity[1..].to_owned(), String::new()] {
            assert_eq!((BECH32.run)(value.as_bytes()).verdict, Verdict::Rejected);
            assert_eq!(recipient(value.as_bytes()), None);
        }
    }

    #[test]
    fn other_identities_hold_without_a_recipient() {
        let made = |hrp: &str, n| bech32::encode(hrp, &vec![9; n]).to_uppercase();
        let quantum = (BECH32.run)(made(POST_QUANTUM, 32).as_bytes());
        assert_eq!((quantum.verdict, quantum.decoded.facts.len()), (Verdict::Proven, 0));
        let plugin = (BECH32.run)(made("age-plugin-yubikey-", 17).as_bytes());
        assert_eq!(testing::fact(&plugin, "plugin"), Some("yubikey"));
        for value in [made("age", 32), made(X25519, 31), made("other-", 32)] {
            assert_eq!((BECH32.run)(value.as_bytes()).verdict, Verdict::Rejected);
        }
    }
}
