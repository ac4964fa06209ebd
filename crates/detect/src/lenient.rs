//! Lenient decoders for the encodings that tokens use: base64, base32 and JSON.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

/// The longest value that is decoded, in bytes; patterns match at most 8192.
pub(crate) const LONGEST: usize = 64 * 1024;

/// Base64 of either alphabet, padded or not, with any trailing bits.
///
/// Returns `None` for foreign characters, impossible lengths and more than [`LONGEST`] bytes.
pub(crate) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
        let mut form = Specification::new();
        form.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
        form.translate.from.push_str("-_");
        form.translate.to.push_str("+/");
        form.check_trailing_bits = false;
        form.encoding().expect("the alphabet has 64 distinct ASCII symbols")
    });
    let padding = text.iter().rev().take_while(|c| **c == b'=').count();
    let text = &text[..text.len() - padding];
    if text.len() > LONGEST || padding > 2 {
        return None;
    }
    LENIENT.decode(text).ok()
}

/// RFC 4648 base32 in upper case, unpadded, with any trailing bits.
pub(crate) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    static LENIENT: LazyLock<Encoding> = LazyLock::new(|| {
        let mut form = Specification::new();
        form.symbols.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
        form.check_trailing_bits = false;
        form.encoding().expect("the alphabet has 32 distinct ASCII symbols")
    });
    if text.len() > LONGEST { None } else { LENIENT.decode(text).ok() }
}

/// A JSON object; anything else, and more than [`LONGEST`] bytes, is `None`.
pub(crate) fn json_object(text: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    if text.len() > LONGEST { None } else { serde_json::from_slice(text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_takes_both_alphabets_with_and_without_padding() {
        for text in ["-_-_", "+/+/"] {
            assert_eq!(base64(text.as_bytes()), Some(vec![0xfb, 0xff, 0xbf]));
        }
        for text in ["YQ", "YQ==", "YR=="] {
            assert_eq!(base64(text.as_bytes()), Some(b"a".to_vec()), "{text}");
        }
        for text in ["Y", "Y Q=", "YQ===", "Y\u{e9}"] {
            assert_eq!(base64(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn base32_ignores_trailing_bits_and_refuses_digits_outside() {
        assert_eq!(base32(b"ME"), base32(b"MF"));
        assert_eq!(base32(b"ME"), Some(b"a".to_vec()));
        assert_eq!(base32(b"M1"), None);
    }

    #[test]
    fn long_input_is_not_decoded() {
        let long = vec![b'A'; LONGEST + 4];
        assert_eq!(base64(&long), None);
        assert_eq!(base32(&long), None);
        assert_eq!(json_object(&long), None);
    }
}
