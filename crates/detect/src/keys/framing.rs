//! Armour: `-----BEGIN X-----`, headers, base64, `-----END X-----`, however it is wrapped.

use std::ops::Range;

use super::unwrap::{Token, Unwrap, is_base64};

/// The longest label between `BEGIN ` and the closing dashes, in bytes of the blob.
const LABEL: usize = 64;

/// The longest header value that is kept, in bytes.
const HEADER_VALUE: usize = 200;

/// Minimum length of a base64 word that ends a header on the same line as the body.
const HEADER_WORD: usize = 32;

/// Fewer base64 letters than this are nobody's key, unless they parse as one.
pub(super) const LEAST_LETTERS: usize = 64;

/// Minimum number of base64 letters before an ellipsis for the key to count as cut short; with fewer,
/// the ellipsis is a placeholder for a key.
const ELLIPSIS: usize = 256;

/// What the BEGIN line says is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// PKCS#1, or anything else once `Proc-Type` says that it is encrypted.
    Rsa,
    /// OpenSSL's DSA structure.
    Dsa,
    /// SEC1.
    Ec,
    /// PKCS#8.
    Pkcs8,
    /// Encrypted PKCS#8.
    EncryptedPkcs8,
    /// The container of OpenSSH.
    OpenSsh,
    /// OpenPGP packets.
    Pgp,
    /// The container of SSH Communications Security.
    Ssh2,
    /// A key that only a TPM can use.
    Tpm,
    /// A key of Sigstore's cosign: JSON with the sealed key.
    Cosign,
    /// Any other private key.
    OtherKey,
    /// X.509.
    Certificate,
    /// A key store.
    Pkcs12,
}

impl Label {
    /// By the words of the label without their spaces, which some tools lose.
    fn of(squeezed: &str) -> Option<Self> {
        Some(match squeezed {
            "RSAPRIVATEKEY" => Self::Rsa,
            "DSAPRIVATEKEY" => Self::Dsa,
            "ECPRIVATEKEY" => Self::Ec,
            "PRIVATEKEY" => Self::Pkcs8,
            "ENCRYPTEDPRIVATEKEY" => Self::EncryptedPkcs8,
            "OPENSSHPRIVATEKEY" => Self::OpenSsh,
            "PGPPRIVATEKEYBLOCK" | "PGPSECRETKEYBLOCK" => Self::Pgp,
            "SSH2ENCRYPTEDPRIVATEKEY" => Self::Ssh2,
            "ENCRYPTEDCOSIGNPRIVATEKEY" | "ENCRYPTEDSIGSTOREPRIVATEKEY" => Self::Cosign,
            "TSS2PRIVATEKEY" | "TSSKEYBLOB" => Self::Tpm,
            "CERTIFICATE" | "X509CERTIFICATE" | "TRUSTEDCERTIFICATE" => Self::Certificate,
            "PKCS12" => Self::Pkcs12,
            other if other.ends_with("PRIVATEKEY") => Self::OtherKey,
            _ => return None,
        })
    }
}

/// Armour taken apart.
#[derive(Debug)]
pub(super) struct Armour {
    /// From the first dash to the last, or to the last byte of the body when there is no END line.
    pub(super) span: Range<usize>,
    /// What it claims to hold.
    pub(super) label: Label,
    /// `Name: value` lines.
    pub(super) headers: Vec<(String, String)>,
    /// The body, out of base64.
    pub(super) body: Vec<u8>,
    /// Letters of base64 that made the body.
    pub(super) letters: usize,
    /// OpenPGP's CRC-24 line.
    pub(super) checksum: Option<[u8; 3]>,
    /// Whether an END line follows the body directly.
    pub(super) is_closed: bool,
    /// Something stands in the body that only a person would read: `...`, `<your key>`.
    pub(super) is_elided: bool,
}

impl Armour {
    /// The armour that begins at `at`. `None` when there is none or it holds neither a private key
    /// nor a certificate.
    pub(super) fn read(blob: &[u8], at: usize) -> Option<Self> {
        let begin = Begin::read(blob, at)?;
        let mut text = Unwrap::new(blob, at, begin.end);
        text.plus_is_space = begin.plus_is_space;
        let in_literal = at > 0 && matches!(blob[at - 1], b'"' | b'\'' | b'`');
        let headers = read_headers(&mut text, in_literal);
        let body = Body::read(blob, &mut text, begin.label == Label::Pgp);
        Some(Self {
            span: at..body.end.max(begin.end),
            label: begin.label,
            headers,
            letters: body.bits.letters,
            body: body.bits.bytes,
            checksum: body.checksum,
            is_closed: body.is_closed,
            is_elided: body.is_elided,
        })
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Collects base64 letters into bytes.
#[derive(Debug, Default)]
pub(super) struct Bits {
    /// What is complete.
    pub(super) bytes: Vec<u8>,
    /// Letters taken in.
    pub(super) letters: usize,
    held: u32,
    count: u32,
}

impl Bits {
    /// Takes one letter of the standard alphabet; `false` when it is none.
    pub(super) fn push(&mut self, letter: u8) -> bool {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return false,
        };
        self.letters += 1;
        self.held = (self.held << 6 | u32::from(value)) & 0xfff;
        self.count += 6;
        if self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.held >> self.count & 0xff) as u8);
        }
        true
    }
}

/// The BEGIN line.
struct Begin {
    label: Label,
    end: usize,
    plus_is_space: bool,
}

impl Begin {
    fn read(blob: &[u8], at: usize) -> Option<Self> {
        let rest = blob.get(at..)?;
        let opening =
            [&b"-----BEGIN"[..], b"---- BEGIN"].into_iter().find(|o| rest.starts_with(o))?;
        let rest = &rest[opening.len()..];
        let rest = &rest[..rest.len().min(LABEL)];
        let length = memchr::memmem::find(rest, b"----")?;
        let dashes = rest[length..].iter().take(5).take_while(|b| **b == b'-').count();
        let label = std::str::from_utf8(&rest[..length]).ok()?;
        let plus_is_space = label.starts_with('+');
        let label = label.replace("%20", "").replace([' ', '+', '_'], "");
        Some(Self {
            label: Label::of(&label)?,
            end: at + opening.len() + length + dashes,
            plus_is_space,
        })
    }
}

/// Reads `Name: value` lines as long as there are any.
fn read_headers(text: &mut Unwrap<'_>, in_literal: bool) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    while let Some((name, mut ahead)) = header_name(text.clone()) {
        let value = header_value(&mut ahead, in_literal);
        headers.push((name, value));
        *text = ahead;
    }
    headers
}

/// The name of a header, if one comes next, and where its value begins.
fn header_name(mut text: Unwrap<'_>) -> Option<(String, Unwrap<'_>)> {
    let mut name = String::new();
    while let Some(token) = text.next() {
        match token.byte {
            b'\n' | b' ' if name.is_empty() => {}
            b':' if name.len() >= 3 => {
                let next = text.clone().next().map(|t| t.byte);
                return matches!(next, Some(b' ' | b'\n')).then_some((name, text));
            }
            letter
                if name.len() < 24
                    && (letter.is_ascii_alphanumeric() || letter == b'-' && !name.is_empty()) =>
            {
                name.push(char::from(letter));
            }
            _ => return None,
        }
    }
    None
}

/// The value of a header: to the end of its line or, where the line ends are lost, to the body.
fn header_value(text: &mut Unwrap<'_>, in_literal: bool) -> String {
    text.quotes_are_text = true;
    let mut value = Vec::new();
    let mut word = 0;
    let mut continues = false;
    loop {
        let before = text.clone();
        let Some(token) = text.next() else { break };
        match token.byte {
            b'\n' if continues => continues = false,
            b'\n' if value.is_empty() => {}
            b'\n' => break,
            // The end of a literal that holds one line of the armour.
            b'"' | b'\'' | b'`' if in_literal && !value.is_empty() => {
                *text = before;
                break;
            }
            b'\\' => continues = true,
            b' ' => {
                let ahead =
                    text.clone().take_while(|t| !matches!(t.byte, b' ' | b'\n')).take(HEADER_VALUE);
                let next: Vec<u8> = ahead.map(|t| t.byte).collect();
                let is_body =
                    next.len() >= HEADER_WORD && is_base64(next[..HEADER_WORD].trim_ascii());
                let is_header = next.len() > 3 && next.ends_with(b":");
                if !value.is_empty() && (is_body || is_header) {
                    break;
                }
                if !value.is_empty() {
                    value.push(b' ');
                }
                word = value.len();
            }
            byte => value.push(byte),
        }
        if value.len() >= HEADER_VALUE || value.len() - word.min(value.len()) >= HEADER_VALUE {
            break;
        }
    }
    text.quotes_are_text = false;
    let value = value.trim_ascii();
    let value = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
    String::from_utf8_lossy(value).into_owned()
}

/// What follows the headers.
#[derive(Default)]
struct Body {
    bits: Bits,
    checksum: Option<[u8; 3]>,
    end: usize,
    is_closed: bool,
    is_elided: bool,
}

impl Body {
    fn read(blob: &[u8], text: &mut Unwrap<'_>, has_checksum: bool) -> Self {
        let mut body = Self::default();
        let mut padding = 0;
        while let Some(token) = text.next() {
            match token.byte {
                b'\n' | b' ' => {}
                b'=' if has_checksum && body.checksum.is_none() => match checksum(text.clone()) {
                    Some((sum, ahead)) => {
                        body.checksum = Some(sum);
                        body.end = ahead.position();
                        *text = ahead;
                    }
                    None => padding += 1,
                },
                b'=' if padding < 2 => {
                    padding += 1;
                    body.end = token.to;
                }
                letter if padding == 0 && body.checksum.is_none() && body.bits.push(letter) => {
                    body.end = token.to
                }
                b'-' => {
                    if let Some(end) = end_line(blob, token) {
                        body.is_closed = true;
                        body.end = end;
                    }
                    break;
                }
                _ => {
                    body.is_elided = body.bits.letters < ELLIPSIS && is_ellipsis(blob, token);
                    break;
                }
            }
        }
        body
    }
}

/// OpenPGP's checksum: four letters after an equals sign.
fn checksum(mut text: Unwrap<'_>) -> Option<([u8; 3], Unwrap<'_>)> {
    let mut bits = Bits::default();
    while bits.letters < 4 {
        let token = text.next()?;
        if !bits.push(token.byte) {
            return None;
        }
    }
    let follows = text.clone().next().map(|t| t.byte);
    matches!(follows, None | Some(b'\n' | b' ' | b'-'))
        .then(|| bits.bytes.try_into().ok())
        .flatten()
        .map(|sum| (sum, text))
}

/// The end of the END line that begins with this dash.
fn end_line(blob: &[u8], token: Token) -> Option<usize> {
    let rest = blob.get(token.from..)?;
    let rest = &rest[..rest.len().min(LABEL + 24)];
    // RFC 9580, 7.2: a dash and a space before a line that begins with dashes, in signed text.
    let dashed = if rest.starts_with(b"- -") { 2 } else { 0 };
    let rest = &rest[dashed..];
    let opening =
        [&b"-----END"[..], b"---- END", b"\\-----END"].into_iter().find(|o| rest.starts_with(o))?;
    let label = &rest[opening.len()..];
    let length = label
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b' ' | b'+' | b'%' | b'_')));
    let length = length.unwrap_or(label.len());
    let dashes = label[length..].iter().take(5).take_while(|b| **b == b'-').count();
    Some(token.from + dashed + opening.len() + length + dashes)
}

/// Whether what ended the body is something that people write instead of a key.
fn is_ellipsis(blob: &[u8], token: Token) -> bool {
    let rest = blob.get(token.from..).unwrap_or_default();
    match rest {
        [b'.', b'.', ..] | [b'[' | b'{' | b'$' | b'(' | b'*', ..] | [0xe2, 0x80, 0xa6, ..] => {
            !rest.starts_with(b"*/")
        }
        [b'<', next, ..] => *next != b'/',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    /// Armour built here, so that none stands in the source.
    fn armoured(label: &str, body: &[u8]) -> String {
        let mut text = format!("-----{} {label}-----\n", "BEGIN");
        for line in BASE64.encode(body).as_bytes().chunks(64) {
            text.push_str(std::str::from_utf8(line).unwrap());
            text.push('\n');
        }
        text + &format!("-----END {label}-----\n")
    }

    fn sample() -> Vec<u8> {
        (0..=255_u8).map(|n| n.wrapping_mul(167)).collect()
    }

    #[test]
    fn plain_armour_is_taken_apart() {
        let text = armoured("RSA PRIVATE KEY", &sample());
        let armour = Armour::read(text.as_bytes(), 0).unwrap();
        assert_eq!(armour.body, sample());
        assert_eq!(armour.label, Label::Rsa);
        assert_eq!(armour.span, 0..text.len() - 1);
        assert!(armour.is_closed && !armour.is_elided);
    }

    #[test]
    fn public_keys_and_requests_are_not_read() {
        for label in
            ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE REQUEST", "PGP MESSAGE", "DH PARAMETERS"]
        {
            assert!(Armour::read(armoured(label, &sample()).as_bytes(), 0).is_none(), "{label}");
        }
    }

    #[test]
    fn headers_are_read_on_lines_of_their_own_and_on_one_line() {
        let text = armoured("RSA PRIVATE KEY", &sample());
        let text =
            text.replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n", 1);
        for text in [
            text.clone(),
            text.replace('\n', " "),
            text.replace('\n', "\\n"),
            text.replace('\n', "\\n\" +\n\""),
        ] {
            let armour = Armour::read(text.as_bytes(), 0).unwrap();
            assert_eq!(armour.header("proc-type"), Some("4,ENCRYPTED"), "{text}");
            assert_eq!(armour.header("DEK-Info"), Some("AES-128-CBC,0123"), "{text}");
            assert_eq!(armour.body, sample(), "{text}");
            assert!(armour.is_closed);
        }
    }

    #[test]
    fn the_checksum_line_is_not_part_of_the_body() {
        let text = armoured("PGP PRIVATE KEY BLOCK", &sample());
        let text = text
            .replacen('\n', "\nComment: it's \"mine\"\n\n", 1)
            .replace("-----END", "=AAEC\n-----END");
        let armour = Armour::read(text.as_bytes(), 0).unwrap();
        assert_eq!(armour.checksum, Some([0, 1, 2]));
        assert_eq!(armour.body, sample());
        assert_eq!(armour.header("Comment"), Some("it's \"mine\""));
    }

    #[test]
    fn a_missing_end_line_is_noticed() {
        let text = armoured("EC PRIVATE KEY", &sample());
        let cut = &text[..text.find("-----END").unwrap()];
        let armour = Armour::read(cut.as_bytes(), 0).unwrap();
        assert!(!armour.is_closed);
        assert_eq!(armour.span, 0..cut.len() - 1);
        assert_eq!(armour.body, sample());
    }

    #[test]
    fn what_people_write_instead_of_a_key_is_noticed() {
        for body in ["MIIE...", "<your key>", "[redacted]", "${KEY}", "MIIE\u{2026}", "(omitted)"] {
            let text =
                format!("-----{} PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----", "BEGIN");
            assert!(Armour::read(text.as_bytes(), 0).unwrap().is_elided, "{body}");
        }
    }

    #[test]
    fn form_encoded_spaces_are_not_letters() {
        let text = armoured("PRIVATE KEY", &sample());
        let text = text
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D")
            .replace('\n', "%0A")
            .replace(' ', "+");
        let armour = Armour::read(text.as_bytes(), 0).unwrap();
        assert_eq!(armour.body, sample());
        assert!(armour.is_closed);
    }
}
