//! Differences between two objects: what is copied from the base, and what is put between
//! (`gitformat-pack(5)`, "Deltified representation").

/// The length of the object that a difference makes.
pub(super) fn length(delta: &[u8]) -> Option<usize> {
    let mut rest = delta;
    number(&mut rest)?;
    number(&mut rest)
}

/// Makes an object from its base; none where the difference is damaged or for another base.
pub(super) fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta;
    if number(&mut rest)? != base.len() {
        return None;
    }
    let length = number(&mut rest)?;
    let mut made = Vec::new();
    while let [operation, behind @ ..] = rest {
        rest = behind;
        let piece = if operation & 0x80 == 0 {
            // 0 is kept for later versions.
            let count = Some(usize::from(*operation)).filter(|count| *count > 0)?;
            let (piece, behind) = rest.split_at_checked(count)?;
            rest = behind;
            piece
        } else {
            let mut bytes = |flags: std::ops::Range<u32>| {
                let mut value = 0;
                for (place, flag) in flags.enumerate() {
                    if operation & 1 << flag != 0 {
                        let (first, behind) = rest.split_first()?;
                        value |= usize::from(*first) << (8 * place);
                        rest = behind;
                    }
                }
                Some(value)
            };
            let start = bytes(0..4)?;
            // 0 stands for the length that three bytes do not need to say.
            let count = match bytes(4..7)? {
                0 => 0x10000,
                count => count,
            };
            base.get(start..start.checked_add(count)?)?
        };
        if made.len() + piece.len() > length {
            return None;
        }
        made.extend_from_slice(piece);
    }
    (made.len() == length).then_some(made)
}

/// A number of seven bits in each byte, the lowest first.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    for shift in (0..usize::BITS - 7).step_by(7) {
        let (first, behind) = rest.split_first()?;
        *rest = behind;
        value |= usize::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_copied_and_inserted() {
        let delta = [6, 9, 0x91, 2, 3, 3, b'x', b'y', b'z', 0x90, 3];
        assert_eq!(length(&delta), Some(9));
        assert_eq!(apply(b"abcdef", &delta).unwrap(), b"cdexyzabc");
        assert_eq!(apply(b"abcde", &delta), None);
        assert_eq!(apply(b"abcdef", &delta[..9]), None);
        assert_eq!(apply(b"abcdef", &[6, 9, 0x91, 9, 3]), None);
        assert_eq!(apply(b"abcdef", &[6, 1, 0]), None);
    }
}
