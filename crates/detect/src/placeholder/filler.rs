//! Characters that only fill a place: runs, sequences, repetitions.

use super::LONGEST;

/// Mostly runs of one character or of neighbours in an alphabet, or one short piece over and over.
pub(super) fn filler(text: &str) -> bool {
    let bytes = text.as_bytes();
    is_enough(bytes, most_covered(bytes)) && is_enough(bytes, covered(bytes)) || periodic(bytes)
}

/// Whether so many bytes in runs are most of a value.
fn is_enough(bytes: &[u8], covered: usize) -> bool {
    covered >= 10 && covered * 5 >= bytes.len() * 3
}

/// At least as many bytes as [`covered`] counts, in a fraction of the time: runs of four bytes have
/// three steps from one to the next, longer ones more for each byte.
fn most_covered(bytes: &[u8]) -> usize {
    let steps =
        pairs(bytes, 1, may_be_step) + pairs(bytes, 2, may_be_step) + pairs(bytes, 1, is_right);
    steps * 4 / 3
}

/// How many bytes a step leads from to the one `distance` further.
fn pairs(bytes: &[u8], distance: usize, is_step: impl Fn(u8, u8) -> bool) -> usize {
    // So few fit a byte, and many of those are counted at once.
    const FEW: usize = 128;
    let others = bytes.get(distance..).unwrap_or_default();
    let count = |(from, to): (&[u8], &[u8])| -> u8 {
        from.iter().zip(to).map(|(from, to)| u8::from(is_step(*from, *to))).sum()
    };
    bytes.chunks(FEW).zip(others.chunks(FEW)).map(count).map(usize::from).sum()
}

/// Whether there may be a [`step`] from one byte to another: by their difference alone.
fn may_be_step(from: u8, to: u8) -> bool {
    let difference = to.to_ascii_lowercase().wrapping_sub(from.to_ascii_lowercase());
    // One down, none, one up; `9` to `0` and `a`, `z` to `a`, `f` to `0`, `0` to `9`.
    (difference.wrapping_add(1) <= 2)
        | (difference == b'0'.wrapping_sub(b'9'))
        | (difference == b'a' - b'9')
        | (difference == b'a'.wrapping_sub(b'z'))
        | (difference == b'0'.wrapping_sub(b'f'))
        | (difference == b'9' - b'0')
}

/// How many bytes lie in a run of four or more with one step, in two such runs interleaved, or in
/// five neighbouring keys of a keyboard.
fn covered(bytes: &[u8]) -> usize {
    let mut marks = [false; LONGEST];
    let Some(marks) = marks.get_mut(..bytes.len()) else { return 0 };
    runs(bytes, 1, 4, step, marks, |_| true);
    runs(bytes, 2, 8, step, marks, pair);
    runs(bytes, 1, 5, |from, to| is_right(from, to).then_some(1), marks, |_| true);
    marks.iter().filter(|m| **m).count()
}

/// Marks the stretches in which the step from each byte to the one `distance` further is the same.
fn runs(
    bytes: &[u8],
    distance: usize,
    least: usize,
    step: impl Fn(u8, u8) -> Option<i8>,
    marks: &mut [bool],
    accept: impl Fn(&[u8]) -> bool,
) {
    let mut start = 0;
    while start + distance < bytes.len() {
        let first = step(bytes[start], bytes[start + distance]);
        let mut end = start + distance;
        while first.is_some()
            && end < bytes.len()
            && step(bytes[end - distance], bytes[end]) == first
        {
            end += 1;
        }
        if end - start >= least && accept(&bytes[start..end]) {
            marks[start..end].fill(true);
        }
        start = (end - distance).max(start + 1);
    }
}

/// Whether one key of a keyboard stands right of another.
fn is_right(from: u8, to: u8) -> bool {
    RIGHT[usize::from(from)] == to.to_ascii_lowercase()
}

/// The key to the right of a letter, in lower case; 0 if there is none.
const RIGHT: [u8; 256] = {
    let rows = b"qwertyuiop asdfghjkl zxcvbnm ";
    let mut right = [0; 256];
    let mut at = 0;
    while at + 1 < rows.len() {
        if rows[at] != b' ' && rows[at + 1] != b' ' {
            right[rows[at] as usize] = rows[at + 1];
            right[rows[at].to_ascii_uppercase() as usize] = rows[at + 1];
        }
        at += 1;
    }
    right
};

/// Letters and digits by turns, as in `a1b2c3d4`.
fn pair(bytes: &[u8]) -> bool {
    let digit = |c: &u8| c.is_ascii_digit();
    let (even, odd) = (bytes.iter().step_by(2), bytes.iter().skip(1).step_by(2));
    (even.clone().all(digit) && odd.clone().all(u8::is_ascii_alphabetic))
        || (even.clone().all(u8::is_ascii_alphabetic) && odd.clone().all(digit))
}

/// The step from one letter or digit to the next: none, up or down; `9` is followed by `0` or `a`.
fn step(from: u8, to: u8) -> Option<i8> {
    if from == to {
        return Some(0);
    }
    // `AbCdEf`.
    let (from, to) = (from.to_ascii_lowercase(), to.to_ascii_lowercase());
    if !from.is_ascii_alphanumeric() || !to.is_ascii_alphanumeric() {
        return None;
    }
    // Two neighbours that are letters or digits are of one kind: signs stand between the kinds.
    match (from, to) {
        (b'9', b'0' | b'a') | (b'z', b'a') | (b'f', b'0') => Some(1),
        (b'0', b'9') => Some(-1),
        _ if to == from + 1 => Some(1),
        _ if from == to + 1 => Some(-1),
        _ => None,
    }
}

/// At least three repetitions of up to twelve bytes that fill the end of the value, all of it but
/// a short prefix.
fn periodic(bytes: &[u8]) -> bool {
    (1..=12).any(|period| {
        let pairs = bytes.iter().rev().zip(bytes.iter().rev().skip(period));
        let same = pairs.take_while(|(a, b)| a == b).count();
        let length = same + period;
        same > 0
            && length >= 12
            && length >= period * 3
            && bytes.len() - length <= 12
            && length * 5 >= bytes.len() * 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_sequences_and_repetitions() {
        for text in [
            "abcdefghijklmnop",
            "0123456789",
            "1234567890",
            "9876543210",
            "abcdef0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "AbCdEfGhIjKlMnOp",
            "a1b2c3d4e5f6g7h8",
            "1a2b3c4d5e6f7g8h",
            "qwertyuiopasdfghjkl",
            "deadbeefdeadbeefdeadbeef",
            "aaaaaaaaaaaaaaaa",
            "00000000-0000-0000-0000-000000000000",
            "11111111-1111-1111-1111-111111111111",
            "abc123abc123abc123",
            "AKIAXXXXXXXXXXXXXXXX",
        ] {
            assert!(filler(text), "{text}");
        }
        for (prefix, n) in
            [("ghp_", 36), ("sk_live_", 24), ("github_pat_", 82), ("xoxb-", 40), ("npm_", 36)]
        {
            for c in ["x", "X", "0", "1"] {
                assert!(filler(&format!("{prefix}{}", c.repeat(n))), "{prefix}{c}");
            }
        }
    }

    #[test]
    fn short_runs_are_none() {
        for text in
            ["1234", "123456", "aaaa", "qwerty", "abcdefg", "", "abc123abc", "9f86d081884c7d659a2f"]
        {
            assert!(!filler(text), "{text}");
        }
    }

    #[test]
    fn a_step_is_told_by_the_difference() {
        for (from, to) in (0..=u8::MAX).flat_map(|from| (0..=u8::MAX).map(move |to| (from, to))) {
            assert!(step(from, to).is_none() || may_be_step(from, to), "{from} {to}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_more_is_covered_than_there_are_steps_for(
            text in "([a-f0-9]{1,3}|[a-z]{1,2}|abcd|9876|zab|qwert|lkjh|a1b2c3d4|[AaBb]{2,5}|\\PC|\0){0,20}",
        ) {
            let bytes = text.as_bytes();
            proptest::prop_assert!(covered(bytes) <= most_covered(bytes));
            proptest::prop_assert_eq!(
                filler(&text),
                is_enough(bytes, covered(bytes)) || periodic(bytes)
            );
        }
    }
}
