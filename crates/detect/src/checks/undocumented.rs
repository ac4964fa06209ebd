//! CRC-32 tails that vendors use without describing them. The forms are what published tokens have
//! in common: all of these checks only raise.

use super::minting::DIGITS_AND_LETTERS;
use super::tail::{base62, hex};
use super::{Check, Mint, Outcome};
use crate::decoded::Decoded;

/// A check of one form.
macro_rules! check {
    ($name:literal, $about:literal, $form:expr) => {{
        const FORM: Form = $form;
        const MINT: Mint = |value, _| FORM.put(value);
        Check {
            name: $name,
            about: $about,
            run: |value| Outcome::raised(FORM.holds(value), Decoded::default()),
            mint: Some(MINT),
        }
    }};
}
/// Cfx.re server keys: `cfxk_`, 20, `_`, the CRC of prefix and body in base 62 without padding.
pub(super) const CFXRE: Check = check!(
    "cfxre-crc32",
    "A Cfx.re server key ends in a CRC-32 of prefix and body.",
    Form {
        prefix: b"cfxk_",
        body: 20,
        with_prefix: true,
        separator: b"_",
        digits: base62_unpadded
    }
);

/// RunPod API keys: `rpa_`, 40, the first six digits of the CRC of the body in base 36.
pub(super) const RUNPOD: Check = check!(
    "runpod-crc32",
    "The last six characters of a RunPod key begin the CRC-32 of the forty before them.",
    Form {
        prefix: b"rpa_",
        body: 40,
        with_prefix: false,
        separator: b"",
        digits: base36_first_six
    }
);

/// SaladCloud API keys: prefix, 43, the CRC of the body in base 62.
pub(super) const SALAD: Check = check!(
    "salad-crc32",
    "The last six characters of a SaladCloud key are a CRC-32 of the 43 before them.",
    Form {
        prefix: b"salad_cloud_user_",
        body: 43,
        with_prefix: false,
        separator: b"",
        digits: base62_padded,
    }
);

/// Weights & Biases API keys: `wandb_v1_`, 27, `_`, 43, the CRC of all that in base 62.
pub(super) const WANDB: Check = check!(
    "wandb-crc32",
    "The last six characters of a Weights & Biases key are a CRC-32 of all before them.",
    Form {
        prefix: b"wandb_v1_",
        body: 27 + 1 + 43,
        with_prefix: true,
        separator: b"",
        digits: base62_padded,
    }
);

/// Zuplo API keys: `zpka_`, 32, `_`, the CRC of the body in hexadecimal. That there is a checksum
/// is documented (<https://zuplo.com/docs/articles/api-key-best-practices>), which one is not.
pub(super) const ZUPLO: Check = check!(
    "zuplo-crc32",
    "The last eight digits of a Zuplo key are the CRC-32 of the 32 before the underscore.",
    Form { prefix: b"zpka_", body: 32, with_prefix: false, separator: b"_", digits: hexadecimal }
);

/// Where body and checksum of a token stand.
struct Form {
    prefix: &'static [u8],
    /// Length after the prefix, in bytes.
    body: usize,
    /// Whether the checksum covers the prefix too.
    with_prefix: bool,
    /// Between body and checksum.
    separator: &'static [u8],
    digits: fn(u32) -> Vec<u8>,
}

impl Form {
    /// The end that a value with this head must have; `None` if the head has another form.
    fn tail(&self, value: &[u8]) -> Option<Vec<u8>> {
        let end = self.prefix.len() + self.body;
        let head = value.get(..end).filter(|head| head.starts_with(self.prefix))?;
        let checked = if self.with_prefix { head } else { &head[self.prefix.len()..] };
        Some([self.separator, &(self.digits)(crc32fast::hash(checked))].concat())
    }

    fn holds(&self, value: &[u8]) -> bool {
        self.tail(value).is_some_and(|tail| value[self.prefix.len() + self.body..] == tail)
    }

    /// Leaves values alone whose length the form does not allow.
    fn put(&self, value: &mut Vec<u8>) {
        let Some(tail) = self.tail(value) else { return };
        let end = self.prefix.len() + self.body;
        let room = value.len() - end;
        if room == tail.len() || !self.separator.is_empty() {
            value.truncate(end);
            value.extend_from_slice(&tail);
        }
    }
}

fn base62_padded(crc: u32) -> Vec<u8> {
    base62(crc).to_vec()
}

fn base62_unpadded(crc: u32) -> Vec<u8> {
    base62(crc).into_iter().skip_while(|c| *c == b'0').collect()
}

fn base36_first_six(crc: u32) -> Vec<u8> {
    let lower = |n: u32| DIGITS_AND_LETTERS[(n % 36) as usize].to_ascii_lowercase();
    let width = if crc >= 36_u32.pow(6) { 7 } else { 6 };
    (0..6).map(|i| lower(crc / 36_u32.pow(width - 1 - i))).collect()
}

fn hexadecimal(crc: u32) -> Vec<u8> {
    hex(crc.to_be_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, minting, testing};
    use super::*;

    const LOWER: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

    fn body(n: usize, seed: u64) -> Vec<u8> {
        minting::text(n, DIGITS_AND_LETTERS, &mut testing::random(seed))
    }

    fn made(check: &str, seed: u64) -> Vec<u8> {
        let digits = |text: &[u8], width| {
            testing::digits(testing::crc32(text).into(), DIGITS_AND_LETTERS, width)
        };
        match check {
            "cfxre-crc32" => {
                let head = [b"cfxk_".as_slice(), &body(20, seed)].concat();
                [&head, b"_".as_slice(), &digits(&head, 0)].concat()
            }
            "runpod-crc32" => {
                let body = body(40, seed).to_ascii_uppercase();
                let crc = testing::digits(testing::crc32(&body).into(), LOWER, 6);
                [b"rpa_".as_slice(), &body, &crc[..6]].concat()
            }
            "salad-crc32" => {
                let body = body(43, seed);
                [b"salad_cloud_user_".as_slice(), &body, &digits(&body, 6)].concat()
            }
            "wandb-crc32" => {
                let head =
                    [b"wandb_v1_".as_slice(), &body(27, seed), b"_", &body(43, seed + 1)].concat();
                [head.as_slice(), &digits(&head, 6)].concat()
            }
            _ => {
                let body = body(32, seed);
                let crc = format!("{:08x}", testing::crc32(&body));
                [b"zpka_".as_slice(), &body, b"_", crc.as_bytes()].concat()
            }
        }
    }

    #[test]
    fn tokens_of_each_form_are_raised_and_none_is_rejected() {
        for check in [CFXRE, RUNPOD, SALAD, WANDB, ZUPLO] {
            for seed in 0..40 {
                let value = made(check.name, seed);
                assert_eq!((check.run)(&value).verdict, Verdict::Proven, "{} {seed}", check.name);
            }
            let value = made(check.name, 1);
            for changed in testing::mutations(&value) {
                assert_eq!((check.run)(&changed).verdict, Verdict::Plausible, "{}", check.name);
            }
            for n in 0..value.len() {
                assert_eq!((check.run)(&value[..n]).verdict, Verdict::Plausible, "{}", check.name);
            }
        }
    }
}
