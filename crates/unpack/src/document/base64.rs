//! Base64, as forgiving as the formats that use it for bodies.

/// Decodes base64; all other characters are left out, as RFC 2045 asks for. Padding ends a group, so
/// that what was put together from several pieces is read to its end.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                count = 0;
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_over_lines_and_pieces() {
        assert_eq!(decode(b"YWJj\r\nZA==\nZWY="), b"abcdef");
        assert_eq!(decode(b"YWJ"), b"ab");
        assert_eq!(decode(b"!"), b"");
    }
}
