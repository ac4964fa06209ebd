//! Transfer encodings of bodies (RFC 2045, 6) and the charsets of texts.

use super::super::base64;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is: `7bit`, `8bit`, `binary`.
    None,
    QuotedPrintable,
    Base64,
    Uuencode,
}

impl Encoding {
    pub(super) fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "x-uuencode" | "uuencode" | "x-uue" => Self::Uuencode,
            _ => Self::None,
        }
    }

    /// The decoded body; none where it is written as it is.
    pub(super) fn decode(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::None => None,
            Self::QuotedPrintable => Some(quoted_printable(body)),
            Self::Base64 => Some(base64::decode(body)),
            Self::Uuencode => Some(uuencode(body)),
        }
    }
}

/// Decodes quoted-printable: `=41`, and `=` at the end of a line that goes on in the next.
pub(super) fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'=' {
            decoded.push(*first);
            continue;
        }
        // White space at the end of a line was added on the way.
        let blank = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match after {
            _ if after.get(blank) == Some(&b'\n') => rest = &after[blank + 1..],
            [high, low, behind @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(digit(*high) << 4 | digit(*low));
                rest = behind;
            }
            _ => decoded.push(b'='),
        }
    }
    decoded
}

/// Decodes `%41` in a parameter (RFC 2231, 4).
pub(super) fn percent(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match after {
            [high, low, behind @ ..]
                if *first == b'%' && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                decoded.push(digit(*high) << 4 | digit(*low));
                rest = behind;
            }
            _ => decoded.push(*first),
        }
    }
    decoded
}

/// Decodes the lines between `begin` and `end` (POSIX `uuencode`): the first character of each says how
/// many bytes it holds.
fn uuencode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let value = |byte: &u8| byte.wrapping_sub(b' ') & 0x3f;
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((length, groups)) = line.split_first() else { continue };
        if line.starts_with(b"begin ") || line == b"end" {
            continue;
        }
        let mut bytes: Vec<u8> = Vec::new();
        for group in groups.chunks(4) {
            let bits = group.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(value(byte)));
            let bits = bits << (6 * (4 - group.len()));
            bytes.extend(&bits.to_be_bytes()[1..]);
        }
        bytes.truncate(usize::from(value(length)));
        decoded.extend(bytes);
    }
    decoded
}

/// A text in UTF-8, if its charset is another that is known here.
pub(super) fn to_utf8(bytes: &[u8], charset: Option<&str>) -> Option<Vec<u8>> {
    let charset = charset?.to_ascii_lowercase();
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|unit| of(*unit)).collect();
        let text = String::from_utf16_lossy(&units);
        text.strip_prefix('\u{feff}').unwrap_or(&text).as_bytes().to_vec()
    };
    match charset.as_str() {
        "iso-8859-1" | "latin1" | "iso-8859-15" | "windows-1252" | "cp1252" => {
            Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes())
        }
        "utf-16le" => Some(wide(u16::from_le_bytes)),
        "utf-16" if bytes.starts_with(&[0xff, 0xfe]) => Some(wide(u16::from_le_bytes)),
        "utf-16" | "utf-16be" => Some(wide(u16::from_be_bytes)),
        _ => None,
    }
}

fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_joins_lines() {
        assert_eq!(quoted_printable(b"a=3Db=\r\nc= \nd=zz="), b"a=bcd=zz=");
    }

    #[test]
    fn uuencoded_lines_are_read() {
        assert_eq!(uuencode(b"begin 644 a\n#0V%T\n`\nend\n"), b"Cat");
    }

    #[test]
    fn charsets_become_utf_8() {
        assert_eq!(to_utf8(b"\xe4", Some("ISO-8859-1")).unwrap(), "\u{e4}".as_bytes());
        assert_eq!(to_utf8(b"\xff\xfea\0", Some("utf-16")).unwrap(), b"a");
        assert_eq!(to_utf8(b"a", Some("utf-8")), None);
    }
}
