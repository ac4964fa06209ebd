//! `user:password` in base64: HTTP basic authentication, `.npmrc`, Docker's configuration.

use super::minting::{self, DIGITS_AND_LETTERS, Random};
use super::statement::opaque;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::base64;
use crate::placeholder::placeholder;
use crate::score::Usability;

/// Decodes to printable `user:password` (JSON is none: it is the header of a JWT). The password is never stated, and the user only if it
/// does not look like a token: `<token>:` and `<token>:x-oauth-basic` are common.
pub(super) const USERPASS: Check = Check {
    name: "base64-userpass",
    about: "Accepts base64 that decodes to printable user:password and names the user.",
    run,
    mint: Some(mint),
};

fn run(value: &[u8]) -> Outcome {
    let Some(pair) = base64(value).and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Outcome::rejected();
    };
    let pair = pair.trim_end_matches(['\n', '\r']);
    let Some((user, password)) = pair.split_once(':') else { return Outcome::rejected() };
    let printable = !pair.chars().any(char::is_control) && !pair.starts_with("{\"");
    let token = user.len() >= 20 && user.bytes().all(|c| c.is_ascii_graphic());
    if !printable || (password.is_empty() && !token) {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    if !password.is_empty() && shown(user) {
        decoded.add_fact("user", user);
    }
    let secret = if password.is_empty() { user } else { password };
    if placeholder(secret.as_bytes()).is_some() {
        decoded.usability.push(Usability::Placeholder);
    }
    Outcome::plausible(decoded)
}

/// Whether a user name is one: short, of letters, digits and the signs of e-mail addresses.
fn shown(user: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-+@ \\$".contains(c);
    let name = user.split(['@', '.', '-', '+', ' ', '\\', '$', '_']);
    (1..=64).contains(&user.len())
        && user.chars().all(plain)
        && name.into_iter().all(|part| !opaque(part) && part.len() < 24)
}

/// Keeps the length in base64 where it has room for a pair, and the padding's presence.
fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let symbols = value.iter().filter(|c| **c != b'=').count();
    let padded = symbols < value.len();
    let length = (symbols * 3 / 4).max(12);
    let mut pair = b"user:".to_vec();
    pair.extend(minting::text(length - pair.len(), DIGITS_AND_LETTERS, random));
    let encoding = if padded { data_encoding::BASE64 } else { data_encoding::BASE64_NOPAD };
    *value = encoding.encode(&pair).into_bytes();
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    fn run_pair(pair: &str) -> Outcome {
        (USERPASS.run)(data_encoding::BASE64.encode(pair.as_bytes()).as_bytes())
    }

    #[test]
    fn the_user_is_named_and_the_password_is_not() {
        for user in ["alice", "deploy-bot", "alice@example.com", "DOMAIN\\svc", "robot$ci"] {
            let outcome = run_pair(&format!("{user}:hunter2:x"));
            assert_eq!(outcome.verdict, Verdict::Plausible);
            assert_eq!(testing::fact(&outcome, "user"), Some(user));
            assert_eq!(outcome.decoded.facts.len(), 1);
        }
    }

    #[test]
    fn tokens_in_place_of_the_user_are_withheld() {
        let token = ["ghp_", "0aB1cD2eF3gH4iJ5kL6m"].concat();
        for pair in [format!("{token}:x-oauth-basic"), format!("{token}:")] {
            let outcome = run_pair(&pair);
            assert_eq!(outcome.verdict, Verdict::Plausible);
            assert!(outcome.decoded.facts.is_empty(), "{pair}");
        }
    }

    #[test]
    fn other_contents_are_rejected() {
        for pair in
            ["alice:", "alice", "", "alice:\u{0}x", "alice:a\tb", "alice:\n", "{\"alg\":\"HS256\"}"]
        {
            assert_eq!(run_pair(pair).verdict, Verdict::Rejected, "{pair:?}");
        }
        for value in ["!!!!", "/////w==", "A"] {
            assert_eq!((USERPASS.run)(value.as_bytes()).verdict, Verdict::Rejected, "{value}");
        }
    }

    #[test]
    fn placeholder_passwords_are_known() {
        assert_eq!(run_pair("user:changeme").decoded.usability, [Usability::Placeholder]);
        assert_eq!(run_pair("user:${PASSWORD}").decoded.usability, [Usability::Placeholder]);
    }

    #[test]
    fn minted_values_keep_their_length() {
        let mut random = testing::random(2);
        for n in 16..80 {
            let mut value = vec![b'k'; n];
            mint(&mut value, &mut random);
            assert_eq!((USERPASS.run)(&value).verdict, Verdict::Plausible);
            assert!(n - value.len() <= 1, "{n} became {}", value.len());
        }
    }
}
