//! Base58Check: private keys of wallets in import format (WIF) and extended private keys.

use sha2::{Digest, Sha256};

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::score::Usability;

/// Wallet import format and extended private keys (BIP-32, SLIP-132); public forms are rejected.
pub(super) const CHECK: Check = Check {
    name: "base58check",
    about: "A wallet key in Base58Check, whose last four bytes are a double SHA-256 of the rest.",
    run,
    mint: Some(mint),
};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The longest form is an extended key: 111 or 112 characters.
const MOST: usize = 120;

/// Version bytes, network, whether it is a test network.
const WIF: &[(u8, &str, bool)] = &[
    (0x80, "Bitcoin", false),
    (0xef, "test network", true),
    (0xb0, "Litecoin", false),
    (0x9e, "Dogecoin", false),
    (0xcc, "Dash", false),
];

/// Versions of extended private keys.
const EXTENDED: &[([u8; 4], &str, bool)] = &[
    ([0x04, 0x88, 0xad, 0xe4], "xprv", false),
    ([0x04, 0x9d, 0x78, 0x78], "yprv", false),
    ([0x04, 0xb2, 0x43, 0x0c], "zprv", false),
    ([0x04, 0x35, 0x83, 0x94], "tprv", true),
    ([0x04, 0x4a, 0x4e, 0x28], "uprv", true),
    ([0x04, 0x5f, 0x18, 0xbc], "vprv", true),
];

fn run(value: &[u8]) -> Outcome {
    let Some(payload) = decode(value) else { return Outcome::rejected() };
    let mut decoded = Decoded::default();
    let known = match payload.as_slice() {
        [version, key @ ..] if key.len() == 32 || (key.len() == 33 && key[32] == 1) => WIF
            .iter()
            .find(|w| w.0 == *version)
            .map(|(_, network, test)| ("network", *network, *test)),
        [a, b, c, d, rest @ ..] if rest.len() == 74 && rest[41] == 0 => EXTENDED
            .iter()
            .find(|x| x.0 == [*a, *b, *c, *d])
            .map(|(_, name, test)| ("extended key", *name, *test)),
        _ => None,
    };
    let Some((name, text, test)) = known else { return Outcome::rejected() };
    decoded.add_fact(name, text);
    if test {
        decoded.usability.push(Usability::TestMode);
    }
    Outcome::proven(decoded)
}

/// The payload without its checksum, if that holds.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > MOST {
        return None;
    }
    let mut bytes: Vec<u8> = Vec::with_capacity(MOST);
    for c in text {
        let mut carry = u32::try_from(ALPHABET.iter().position(|a| a == c)?).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = low(carry);
            carry >>= 8;
        }
        if carry > 0 {
            bytes.insert(0, low(carry));
        }
    }
    let zeros = text.iter().take_while(|c| **c == b'1').count();
    bytes.splice(0..0, std::iter::repeat_n(0, zeros));
    let (payload, checksum) = bytes.split_last_chunk::<4>()?;
    (double_hash(payload) == *checksum).then(|| payload.to_vec())
}

fn encode(payload: &[u8]) -> Vec<u8> {
    let bytes = [payload, &double_hash(payload)].concat();
    let mut digits: Vec<u8> = Vec::with_capacity(MOST);
    for byte in &bytes {
        let mut carry = u32::from(*byte);
        for digit in digits.iter_mut().rev() {
            carry += u32::from(*digit) << 8;
            *digit = low(carry % 58);
            carry /= 58;
        }
        while carry > 0 {
            digits.insert(0, low(carry % 58));
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    let ones = std::iter::repeat_n(b'1', zeros);
    ones.chain(digits.iter().map(|d| ALPHABET[usize::from(*d)])).collect()
}

fn low(n: u32) -> u8 {
    n.to_le_bytes()[0]
}

fn double_hash(data: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(Sha256::digest(data));
    std::array::from_fn(|i| hash[i])
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let extended = EXTENDED.iter().find(|(_, name, _)| value.starts_with(name.as_bytes()));
    *value = if let Some((version, ..)) = extended {
        let fields = minting::bytes(41, random);
        encode(&[version.as_slice(), &fields, &[0], &minting::bytes(32, random)].concat())
    } else {
        let version = if matches!(value.first(), Some(b'9' | b'c')) { 0xef } else { 0x80 };
        let compressed: &[u8] = if matches!(value.first(), Some(b'5' | b'9')) { &[] } else { &[1] };
        encode(&[&[version], minting::bytes(32, random).as_slice(), compressed].concat())
    };
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    /// The private key of the Bitcoin wiki's article on the wallet import format.
    #[test]
    fn the_documented_key_is_read() {
        let value = ["5HueCGU8rMjxEXxiPuD5BDku4MkF", "qeZyd4dZ1jvhTVqvbTLvyTJ"].concat();
        let outcome = (CHECK.run)(value.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Proven);
        assert_eq!(testing::fact(&outcome, "network"), Some("Bitcoin"));
        let payload = decode(value.as_bytes()).expect("the checksum holds");
        let expected =
            ["0c28fca386c7a227600b2fe50b7cae11", "ec86d3bf1fbe471be89827e19d72aa1d"].concat();
        assert_eq!(data_encoding::HEXLOWER.encode(&payload[1..]), expected);
        assert_eq!(encode(&payload), value.as_bytes());
    }

    /// The master key of the first test vector of BIP-32.
    #[test]
    fn extended_keys_are_read() {
        let value = [
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2",
            "nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6Ln",
            "F5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        ]
        .concat();
        let outcome = (CHECK.run)(value.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Proven);
        assert_eq!(testing::fact(&outcome, "extended key"), Some("xprv"));
        assert_eq!((CHECK.run)(&value.as_bytes()[1..]).verdict, Verdict::Rejected);
    }

    #[test]
    fn one_wrong_character_rejects() {
        let mut random = testing::random(17);
        for first in ["5", "K", "9", "c", "xprv", "tprv", "zprv"] {
            let mut value = first.as_bytes().to_vec();
            mint(&mut value, &mut random);
            assert_eq!((CHECK.run)(&value).verdict, Verdict::Proven, "{first}");
            if first != "K" {
                assert!(value.starts_with(first.as_bytes()), "{first}");
            }
            for changed in testing::mutations(&value) {
                assert_eq!((CHECK.run)(&changed).verdict, Verdict::Rejected);
            }
        }
    }

    #[test]
    fn test_networks_are_test_mode_and_public_forms_are_no_secret() {
        let test = encode(&[&[0xef], [7; 32].as_slice(), &[1]].concat());
        assert_eq!((CHECK.run)(&test).decoded.usability, [Usability::TestMode]);
        let address = encode(&[&[0], [7; 20].as_slice()].concat());
        let public = encode(&[&[0x04, 0x88, 0xb2, 0x1e], [2; 74].as_slice()].concat());
        for value in [address, public] {
            assert_eq!((CHECK.run)(&value).verdict, Verdict::Rejected);
        }
    }

    #[test]
    fn leading_zeros_survive() {
        let payload = [&[0, 0, 0], [9; 10].as_slice()].concat();
        assert_eq!(decode(&encode(&payload)), Some(payload));
    }
}
