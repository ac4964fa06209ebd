//! The binary form of macaroons, version 2 (the format of libmacaroons).

/// A macaroon, in borrowed parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Macaroon<'a> {
    pub(super) location: &'a [u8],
    pub(super) identifier: &'a [u8],
    /// Identifiers of the caveats, in order.
    pub(super) caveats: Vec<&'a [u8]>,
    pub(super) signature: &'a [u8],
}

const VERSION: u8 = 2;
const EOS: u64 = 0;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const VERIFICATION: u64 = 4;
const SIGNATURE: u64 = 6;
/// More caveats than any issuer writes; the rest is refused.
const MOST_CAVEATS: usize = 64;

/// Parses a complete macaroon: nothing missing, nothing after it.
pub(super) fn parse(bytes: &[u8]) -> Option<Macaroon<'_>> {
    let (version, mut rest) = bytes.split_first()?;
    if *version != VERSION {
        return None;
    }
    let (location, identifier) = section(&mut rest)?;
    let mut caveats = Vec::new();
    while rest.first() != Some(&0) {
        if caveats.len() == MOST_CAVEATS {
            return None;
        }
        caveats.push(section(&mut rest)?.1);
    }
    rest = rest.get(1..)?;
    let (kind, signature) = packet(&mut rest)?;
    (kind == SIGNATURE && signature.len() == 32 && rest.is_empty()).then_some(Macaroon {
        location,
        identifier,
        caveats,
        signature,
    })
}

/// Location and identifier of one section, up to its end mark.
fn section<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (mut location, mut identifier): (&[u8], Option<&[u8]>) = (&[], None);
    loop {
        match packet(rest)? {
            (EOS, _) => return Some((location, identifier?)),
            (LOCATION, data) => location = data,
            (IDENTIFIER, data) => identifier = Some(data),
            (VERIFICATION, _) => {}
            _ => return None,
        }
    }
}

fn packet<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let kind = varint(rest)?;
    if kind == EOS {
        return Some((EOS, &[]));
    }
    let length = usize::try_from(varint(rest)?).ok()?;
    let (data, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some((kind, data))
}

/// An unsigned LEB128 number of at most four bytes.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in [0, 7, 14, 21] {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A macaroon by the format's description; lengths below 16384.
    pub(crate) fn made(location: &str, identifier: &str, caveats: &[String]) -> Vec<u8> {
        fn field(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
            out.push(kind);
            if data.len() > 127 {
                out.push((data.len() & 0x7f) as u8 | 0x80);
                out.push((data.len() >> 7) as u8);
            } else {
                out.push(data.len() as u8);
            }
            out.extend_from_slice(data);
        }
        let mut out = vec![2];
        field(&mut out, 1, location.as_bytes());
        field(&mut out, 2, identifier.as_bytes());
        out.push(0);
        for caveat in caveats {
            field(&mut out, 2, caveat.as_bytes());
            out.push(0);
        }
        out.push(0);
        field(&mut out, 6, &[0x5a; 32]);
        out
    }

    #[test]
    fn reads_what_the_format_describes() {
        let long = "x".repeat(300);
        let bytes = made("here", "id", &["one".to_owned(), long.clone()]);
        let macaroon = parse(&bytes).expect("complete");
        assert_eq!(macaroon.location, b"here");
        assert_eq!(macaroon.identifier, b"id");
        assert_eq!(macaroon.caveats, [b"one".as_slice(), long.as_bytes()]);
        assert_eq!(macaroon.signature, [0x5a; 32]);
    }

    #[test]
    fn incomplete_or_followed_by_more_is_none() {
        let bytes = made("here", "id", &["one".to_owned()]);
        for n in 0..bytes.len() {
            assert_eq!(parse(&bytes[..n]), None, "{n} bytes");
        }
        assert_eq!(parse(&[bytes.as_slice(), &[0]].concat()), None);
        assert_eq!(parse(&made("h", "i", &vec!["c".to_owned(); MOST_CAVEATS + 1])), None);
        assert_eq!(parse(&[2, 2, 0xff, 0xff, 0xff, 0xff, 0x0f]), None);
    }
}
