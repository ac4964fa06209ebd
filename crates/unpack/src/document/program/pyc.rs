//! Compiled modules of Python (`importlib`, PEP 552; `marshal`).
//!
//! The layout of what is between strings changes with every version of Python; strings have been the
//! same since 3.4. So strings are looked for at every byte.

/// The header (PEP 552) and its shorter forms before; then comes an object of code, mostly one that is
/// marked as referred to.
const HEADERS: [usize; 3] = [8, 12, 16];
const CODE: u8 = b'c';
const MARK: u8 = 0x80;

/// The shortest string that is taken, so that few bytes of other things look like one.
const SHORTEST: usize = 4;

/// Whether these bytes are a compiled module.
pub(super) fn is_pyc(bytes: &[u8]) -> bool {
    let is_code = |at: &usize| bytes.get(*at).is_some_and(|first| first & !MARK == CODE);
    bytes.get(2..4) == Some(b"\r\n") && HEADERS.iter().any(is_code)
}

/// Its strings, one in each line.
pub(super) fn lines(bytes: &[u8]) -> String {
    let mut lines = String::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        match string(rest) {
            Some((text, behind)) => {
                lines.push_str(text);
                lines.push('\n');
                rest = behind;
            }
            None => rest = &rest[1..],
        }
    }
    lines
}

/// The string that begins here: its type, its length in one byte or four, and its bytes.
fn string(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (of, rest) = bytes.split_first()?;
    let (length, rest) = match of & !MARK {
        b'z' | b'Z' => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length), rest)
        }
        b'u' | b'a' | b'A' | b't' | b's' => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::try_from(u32::from_le_bytes(*length)).ok()?, rest)
        }
        _ => return None,
    };
    let (text, behind) = rest.split_at_checked(length)?;
    // Bytes before text: a length that is none takes no longer than up to the next control byte.
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    if length < SHORTEST || text.iter().any(is_control) {
        return None;
    }
    Some((std::str::from_utf8(text).ok()?, behind))
}
