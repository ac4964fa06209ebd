//! Keys with a common annotation: 52 characters, a mark, the month, the service, a checksum.

use data_encoding::BASE64_NOPAD;

use super::super::marvin::checksum;
use super::super::minting::{self, DIGITS_AND_LETTERS, Random};
use super::{Outcome, said};
use crate::decoded::Decoded;
use crate::lenient::base64;

/// Seed of the checksum of keys with a common annotation.
const ANNOTATED_SEED: &[u8; 8] = b"Default0";
/// What stands at [`MARK_AT`] in keys with a common annotation; then comes their kind.
const MARK: &[u8] = b"JQQJ9";
const MARK_AT: usize = 52;
/// Where the two characters of the date stand: years since 2024, and the month from `A`.
const DATE_AT: usize = 58;
/// Where the service keeps four characters of its own.
const RESERVED_AT: usize = 72;
/// Where the signature of an annotated key stands.
const ANNOTATION_AT: usize = 76;
/// Where the checksum of an annotated key begins.
const CHECKSUM_AT: usize = 80;

/// Signatures of annotated keys; lower case when the customer does not manage the key.
const ANNOTATED: &[(&str, &str)] = &[
    ("AZEG", "Event Grid"),
    ("AZDO", "DevOps"),
    ("AZAC", "App Configuration"),
    ("AZFR", "Fluid Relay"),
    ("AZMR", "Mixed Reality"),
    ("AZMP", "Maps"),
    ("AZCS", "Communication Services"),
    ("AZCR", "Container Registry"),
    ("MSQL", "SQL"),
    ("ACOG", "AI Services"),
];

/// What the service's own characters mean in keys signed `ACOG`.
const COGNITIVE: &[(&str, &str)] = &[
    ("AAAB", "OpenAI"),
    ("AAAC", "Anomaly Detector"),
    ("AAAD", "Anomaly Detector"),
    ("AAAF", "Computer Vision"),
    ("AAAG", "Content Moderator"),
    ("AAAH", "Content Safety"),
    ("AAAI", "Custom Vision, prediction"),
    ("AAAJ", "Custom Vision, training"),
    ("AAAK", "Face"),
    ("AAAL", "Document Intelligence"),
    ("AAAR", "LUIS, authoring"),
    ("AAAS", "LUIS"),
    ("AAAX", "Speaker Recognition"),
    ("AAAY", "Speech"),
    ("AAAZ", "Speech Translation"),
    ("AAAa", "Text Analytics"),
    ("AAAb", "Translator"),
];

/// Whether the mark stands where it must in a key of this length.
pub(super) fn marked(value: &[u8]) -> bool {
    matches!(value.len(), 84 | 88) && value[MARK_AT..].starts_with(MARK)
}

/// Names service and month; a checksum that holds proves the key.
pub(super) fn judge(value: &[u8]) -> Outcome {
    let text = |from: usize| std::str::from_utf8(&value[from..from + 4]).unwrap_or_default();
    let (mark, reserved) = (text(ANNOTATION_AT), text(RESERVED_AT));
    let service = ANNOTATED.iter().find(|a| a.0.eq_ignore_ascii_case(mark));
    let part = COGNITIVE.iter().find(|c| c.0 == reserved && mark.eq_ignore_ascii_case("ACOG"));
    let mut decoded = match part.or(service) {
        Some((_, name)) => said(name),
        None => Decoded::default(),
    };
    decoded.issued = created(value[DATE_AT], value[DATE_AT + 1]);
    let Some(body) = base64(&value[..CHECKSUM_AT]) else { return Outcome::rejected() };
    let crc = annotation_checksums(&body);
    let tail = value[CHECKSUM_AT..].strip_suffix(b"==").unwrap_or(&value[CHECKSUM_AT..]);
    let holds = crc.iter().any(|c| c.starts_with(tail)) && matches!(tail.len(), 4 | 6);
    Outcome::raised(holds, decoded)
}

/// The checksum of an annotated key in its two spellings: base 62, and base64 of the bytes.
///
/// The base-62 digits are filled up with `0` on the right, and the last of six keeps only the two
/// bits that base64 gives it.
fn annotation_checksums(body: &[u8]) -> [Vec<u8>; 2] {
    let crc = checksum(body, u64::from_be_bytes(*ANNOTATED_SEED)).to_le_bytes();
    let mut n = u32::from_be_bytes(crc);
    let mut digits = Vec::with_capacity(6);
    while n > 0 {
        digits.insert(0, DIGITS_AND_LETTERS[(n % 62) as usize]);
        n /= 62;
    }
    // Each zero byte in front becomes a zero in front, whatever the number.
    let zeros = crc.iter().take_while(|byte| **byte == 0).count().min(3);
    digits.splice(0..0, std::iter::repeat_n(b'0', zeros));
    digits.resize(6, b'0');
    let digits = base64(&digits).map(|bytes| BASE64_NOPAD.encode(&bytes).into_bytes());
    // A short key holds three of the four bytes, which base64 spells in the first four characters.
    [digits.unwrap_or_default(), BASE64_NOPAD.encode(&crc).into_bytes()]
}

/// The first day of the month that an annotated key was made in, Unix seconds.
fn created(year: u8, month: u8) -> Option<i64> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let years = alphabet.iter().position(|c| *c == year)?;
    let months = month.checked_sub(b'A').filter(|m| *m < 12)?;
    let year = i16::try_from(2024 + years).ok()?;
    let date = jiff::civil::Date::new(year, i8::try_from(months + 1).ok()?, 1).ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
}

/// Sets month and checksum of a marked value.
pub(super) fn mint(value: &mut [u8], random: Random<'_>) {
    value[DATE_AT + 1] = minting::pick(b"ABCDEFGHIJKL", random);
    if let Some(body) = base64(&value[..CHECKSUM_AT]) {
        let [crc, _] = annotation_checksums(&body);
        let n = if value.len() == 88 { 6 } else { 4 };
        value[CHECKSUM_AT..CHECKSUM_AT + n].copy_from_slice(&crc[..n]);
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::super::super::{Verdict, testing};
    use super::super::{DEVOPS_PAT, SIGNATURE, tests::run};
    use super::*;

    /// By Microsoft's description: 60 bytes, then a checksum spelled in base 62 or in base64.
    fn annotated_key(reserved: &str, mark: &str, long: bool, spelled: bool) -> String {
        let head = format!(
            "{}JQQJ99BC{}{reserved}{mark}",
            "k7Z".repeat(18).split_at(52).0,
            "A".repeat(12)
        );
        let body = BASE64.decode(head.as_bytes()).expect("letters and digits");
        assert_eq!(body.len(), 60);
        let crc = checksum(&body, 0x4465_6661_756c_7430).to_le_bytes();
        let tail = if spelled {
            let number = crc.iter().fold(0_u64, |n, b| n * 256 + u64::from(*b));
            let mut digits = testing::digits(number, DIGITS_AND_LETTERS, 0);
            digits.resize(6, b'0');
            let order = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            let last = order.iter().position(|c| *c == digits[5]).expect("in the alphabet");
            digits[5] = order[last / 16 * 16];
            String::from_utf8(digits).expect("ASCII")
        } else {
            BASE64.encode(&crc).trim_end_matches('=').to_owned()
        };
        if long { format!("{head}{tail}==") } else { format!("{head}{}", &tail[..4]) }
    }

    #[test]
    fn annotated_keys_name_service_and_month() {
        for long in [false, true] {
            for spelled in [false, true] {
                let value = annotated_key("AAAB", "ACOG", long, spelled);
                let outcome = run(&value);
                assert_eq!(outcome.verdict, Verdict::Proven, "{value}");
                assert_eq!(testing::fact(&outcome, "service"), Some("OpenAI"));
                // March 2025.
                assert_eq!(outcome.decoded.issued, Some(1_740_787_200));
            }
        }
        let devops = annotated_key("AAAA", "AZDO", false, true);
        assert_eq!(testing::fact(&(DEVOPS_PAT.run)(devops.as_bytes()), "service"), Some("DevOps"));
        for changed in testing::mutations(&devops.as_bytes()[..52]) {
            let changed = [&changed, &devops.as_bytes()[52..]].concat();
            assert_eq!((SIGNATURE.run)(&changed).verdict, Verdict::Plausible);
        }
    }

    /// A checksum whose first byte is zero begins with the digit zero.
    #[test]
    fn zero_bytes_become_zero_digits() {
        let zero_first = (0_u32..)
            .map(|n| [n.to_be_bytes(), [7; 4]].concat())
            .find(|body| checksum(body, u64::from_be_bytes(*ANNOTATED_SEED)).to_le_bytes()[0] == 0);
        let body = zero_first.expect("one in 256");
        assert_eq!(annotation_checksums(&body)[0][0], b'0');
    }
}
