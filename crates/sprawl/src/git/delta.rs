//! Deltas: an object as copies from another object and new bytes.
//!
//! The format is that of Git's pack files (`gitformat-pack`, "Deltified representation"): the sizes
//! of base and result, then instructions. They say which bytes of a version are new, which is what
//! lets a scan leave out the others.

use sprawl_detect::version::Shared;

/// Why a delta cannot be applied. No variant holds content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeltaError {
    /// Ends within an instruction or a size.
    #[error("the delta ends too early")]
    Truncated,
    /// Made for another base.
    #[error("the delta belongs to another base")]
    WrongBase,
    /// An instruction that is not defined, or copies what is not there.
    #[error("the delta holds an impossible instruction")]
    Impossible,
    /// More or fewer bytes than it says.
    #[error("the delta gives another size than it says")]
    WrongSize,
    /// The result is larger than the limit.
    #[error("the object has {0} bytes, more than is read at once")]
    TooLarge(u64),
}

/// The size that a delta's result will have.
///
/// # Errors
/// The delta is cut short.
pub fn result_size(delta: &[u8]) -> Result<u64, DeltaError> {
    let mut rest = delta;
    size(&mut rest)?;
    size(&mut rest)
}

/// Builds the result in `out`, and notes in `shared` what it has in common with the base: in order,
/// neighbours that are neighbours in the base as well joined, very short runs left out.
///
/// # Errors
/// The delta is damaged, or its result would be larger than `limit` bytes.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    limit: u64,
    out: &mut Vec<u8>,
    shared: &mut Vec<Shared>,
) -> Result<(), DeltaError> {
    out.clear();
    shared.clear();
    let mut rest = delta;
    if size(&mut rest)? != base.len() as u64 {
        return Err(DeltaError::WrongBase);
    }
    let result = size(&mut rest)?;
    if result > limit {
        return Err(DeltaError::TooLarge(result));
    }
    let result = usize::try_from(result).map_err(|_| DeltaError::TooLarge(result))?;
    out.reserve(result);
    while let Some((&command, after)) = rest.split_first() {
        rest = after;
        if command & 0x80 != 0 {
            let (from, length) = copy(command, &mut rest)?;
            let bytes = base.get(from..from + length).ok_or(DeltaError::Impossible)?;
            if out.len() + length > result {
                return Err(DeltaError::WrongSize);
            }
            note(shared, Shared { at: out.len(), from, length });
            out.extend_from_slice(bytes);
        } else {
            let length = usize::from(command);
            if length == 0 {
                return Err(DeltaError::Impossible);
            }
            let (bytes, after) = rest.split_at_checked(length).ok_or(DeltaError::Truncated)?;
            rest = after;
            if out.len() + length > result {
                return Err(DeltaError::WrongSize);
            }
            out.extend_from_slice(bytes);
        }
    }
    if shared.last().is_some_and(|last| last.length < SHORTEST) {
        shared.pop();
    }
    if out.len() == result { Ok(()) } else { Err(DeltaError::WrongSize) }
}

/// Runs shorter than this are not worth knowing: no entry of a tree fits in, and around every change
/// in a text about as much is looked at again.
pub(super) const SHORTEST: usize = 28;

fn note(shared: &mut Vec<Shared>, run: Shared) {
    match shared.last_mut() {
        Some(last) if last.at + last.length == run.at && last.from + last.length == run.from => {
            last.length += run.length;
        }
        Some(last) if last.length < SHORTEST => *last = run,
        _ => shared.push(run),
    }
}

/// Offset and length of a copy: the low seven bits of the command say which of their bytes follow.
fn copy(command: u8, rest: &mut &[u8]) -> Result<(usize, usize), DeltaError> {
    let mut take = |bits: u8, count: u32| {
        let mut value = 0_usize;
        for i in 0..count {
            if bits & (1 << i) != 0 {
                let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
                *rest = after;
                value |= usize::from(byte) << (8 * i);
            }
        }
        Ok(value)
    };
    let from = take(command & 0x0f, 4)?;
    let length = take((command >> 4) & 0x07, 3)?;
    Ok((from, if length == 0 { 0x1_0000 } else { length }))
}

/// A number of seven bits a byte, the lowest first.
fn size(rest: &mut &[u8]) -> Result<u64, DeltaError> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(DeltaError::Impossible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<Shared>), DeltaError> {
        let (mut out, mut shared) = (Vec::new(), Vec::new());
        apply(base, delta, 1 << 20, &mut out, &mut shared)?;
        Ok((out, shared))
    }

    #[test]
    fn copies_and_inserts() {
        // Copy 2..5, insert "xy", copy 5..6, copy 6..8.
        let delta = [8, 8, 0x91, 2, 3, 2, b'x', b'y', 0x91, 5, 1, 0x91, 6, 2];
        let (out, shared) = applied(b"abcdefgh", &delta).expect("a delta");
        assert_eq!(out, b"cdexyfgh");
        assert_eq!(shared, [], "too short to be noted");
        assert_eq!(result_size(&delta), Ok(8));
    }

    #[test]
    fn neighbours_are_one_run() {
        let base: Vec<u8> = (0..100).collect();
        // Copy 10..30, copy 30..50, insert one byte, copy 60..90, copy 0..5.
        let delta = [100, 76, 0x91, 10, 20, 0x91, 30, 20, 1, b'x', 0x91, 60, 30, 0x90, 5];
        let (out, shared) = applied(&base, &delta).expect("a delta");
        assert_eq!(out.len(), 76);
        let runs =
            [Shared { at: 0, from: 10, length: 40 }, Shared { at: 41, from: 60, length: 30 }];
        assert_eq!(shared, runs);
    }

    #[test]
    fn damage_is_an_error() {
        assert_eq!(applied(b"abc", &[4, 1, 1, b'x']), Err(DeltaError::WrongBase));
        assert_eq!(applied(b"abc", &[3, 1, 0]), Err(DeltaError::Impossible));
        assert_eq!(applied(b"abc", &[3, 4, 0x91, 1, 4]), Err(DeltaError::Impossible));
        assert_eq!(applied(b"abc", &[3, 1, 2, b'x', b'y']), Err(DeltaError::WrongSize));
        assert_eq!(applied(b"abc", &[3, 2, 1, b'x']), Err(DeltaError::WrongSize));
        assert_eq!(applied(b"abc", &[3, 2, 3, b'x']), Err(DeltaError::Truncated));
        assert_eq!(applied(b"abc", &[3, 0x91]), Err(DeltaError::Truncated));
        let huge = [3, 0xff, 0xff, 0xff, 0xff, 0x0f];
        assert!(matches!(applied(b"abc", &huge), Err(DeltaError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(
            base in proptest::collection::vec(any::<u8>(), 0..64),
            delta in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut whole = vec![base.len() as u8];
            whole.extend(delta);
            if let Ok((out, shared)) = applied(&base, &whole) {
                for Shared { at, from, length } in shared {
                    prop_assert_eq!(&out[at..at + length], &base[from..from + length]);
                }
            }
        }
    }
}
