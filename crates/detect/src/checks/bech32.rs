//! Bech32 (BIP-173) without its length limit, as age uses it.

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
/// Symbols in the checksum.
const CHECKSUM: usize = 6;

/// Human-readable part in lower case, and data, of a valid string.
///
/// Returns `None` for mixed case, foreign characters, a wrong checksum, and padding that is not
/// zero or longer than four bits.
pub(super) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let upper = text.iter().any(u8::is_ascii_uppercase);
    if upper && text.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let one = lower.iter().rposition(|c| *c == b'1').filter(|at| *at > 0)?;
    let (hrp, symbols) = (&lower[..one], &lower[one + 1..]);
    if !hrp.iter().all(|c| (33..=126).contains(c)) || symbols.len() < CHECKSUM {
        return None;
    }
    let values: Option<Vec<u8>> = symbols.iter().map(|c| value(*c)).collect();
    let values = values?;
    if polymod(&[&expand(hrp), values.as_slice()].concat()) != 1 {
        return None;
    }
    let data = regroup(&values[..values.len() - CHECKSUM])?;
    Some((String::from_utf8(hrp.to_vec()).ok()?, data))
}

/// The lower-case string for a lower-case human-readable part and data.
pub(super) fn encode(hrp: &str, data: &[u8]) -> String {
    let (mut values, mut bits, mut count) = (Vec::with_capacity(data.len() * 8 / 5 + 1), 0_u32, 0);
    for byte in data {
        bits = (bits << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            values.push(five(bits >> count));
        }
    }
    if count > 0 {
        values.push(five(bits << (5 - count)));
    }
    let padded = [&expand(hrp.as_bytes()), values.as_slice(), &[0; CHECKSUM]].concat();
    let check = polymod(&padded) ^ 1;
    values.extend((0..CHECKSUM).map(|i| five(check >> (5 * (CHECKSUM - 1 - i)))));
    let symbols = values.iter().map(|v| char::from(CHARSET[usize::from(*v)]));
    format!("{hrp}1{}", symbols.collect::<String>())
}

fn value(symbol: u8) -> Option<u8> {
    CHARSET.iter().position(|c| *c == symbol).and_then(|at| u8::try_from(at).ok())
}

fn five(bits: u32) -> u8 {
    u8::try_from(bits & 31).unwrap_or(0)
}

fn expand(hrp: &[u8]) -> Vec<u8> {
    let high = hrp.iter().map(|c| c >> 5);
    high.chain([0]).chain(hrp.iter().map(|c| c & 31)).collect()
}

fn polymod(values: &[u8]) -> u32 {
    values.iter().fold(1, |check, value| {
        let top = check >> 25;
        let next = ((check & 0x01ff_ffff) << 5) ^ u32::from(*value);
        let terms = GENERATOR.iter().enumerate().filter(|(i, _)| top >> i & 1 == 1);
        terms.fold(next, |sum, (_, term)| sum ^ term)
    })
}

/// Groups of five bits back into bytes.
fn regroup(values: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::with_capacity(values.len() * 5 / 8), 0_u32, 0);
    for value in values {
        bits = ((bits << 5) | u32::from(*value)) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    (count < 5 && bits & ((1 << count) - 1) == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Valid and invalid strings of BIP-173.
    #[test]
    fn vectors_of_the_specification() {
        for text in ["A12UEL5L", "a12uel5l", "?1ezyfcl"] {
            assert!(decode(text.as_bytes()).is_some(), "{text}");
        }
        for text in [
            "a12uel5m",
            "A12uEL5L",
            "pzry9x0s0muk",
            "1pzry9x0s0muk",
            "x1b4n0q5v",
            "li1dgmt3",
            "A1G7SGD8",
            "",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
        let (hrp, data) = decode(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw")
            .expect("a vector of the specification");
        assert_eq!(hrp, "abcdef");
        assert_eq!(data[..3], [0x00, 0x44, 0x32]);
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for n in 0..70 {
            let data: Vec<u8> = (0..n).map(|i| (i * 37) as u8).collect();
            let text = encode("some-part-", &data);
            assert_eq!(decode(text.as_bytes()), Some(("some-part-".to_owned(), data.clone())));
            assert_eq!(decode(text.to_uppercase().as_bytes()).map(|d| d.1), Some(data));
        }
    }
}
