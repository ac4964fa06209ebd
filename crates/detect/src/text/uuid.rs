//! UUIDs as they are written (RFC 9562, 4).

/// Length of a UUID, in bytes.
pub(crate) const UUID: usize = 36;

/// Whether a value is a UUID, in capitals or not.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    has_uuid_groups(value, u8::is_ascii_hexdigit)
}

/// Whether a value has the groups of a UUID, 8-4-4-4-12, of digits of some sort.
pub(crate) fn has_uuid_groups(value: &[u8], is_digit: impl Fn(&u8) -> bool) -> bool {
    value.len() == UUID
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => is_digit(byte),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_groups_of_hexadecimal_digits() {
        let good = "98b37c57-ec62-4e39-A06B-c462cffae87a";
        assert!(is_uuid(good.as_bytes()));
        let others = [
            &good[1..],
            &good.replace('-', "_"),
            &good.replace('c', "g"),
            &good.replacen('-', "0", 1),
            "",
        ];
        for other in others {
            assert!(!is_uuid(other.as_bytes()), "{other}");
        }
        assert!(has_uuid_groups(good.replace('c', "x").as_bytes(), u8::is_ascii_alphanumeric));
    }
}
