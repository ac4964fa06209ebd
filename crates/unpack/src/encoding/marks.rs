//! Where something encoded may stand in a text: one look at each byte, for all encodings.
//!
//! Texts are looked at in blocks of 64 bytes. For each block there are three words with a bit for each
//! byte:
//!
//! 1. Pairs of bytes that escapes and seams begin with: a backslash and what may follow it, a quote and
//!    what may join it with the next one. Two lookups for each byte, by its halves, tell eight rules for
//!    pairs apart; a rule may mark more than it says, never less.
//! 2. Twelve letters and digits in a row, which base64 and the like have.
//! 3. Twice a letter or digit and then another sign, four times, as rows of hexadecimal digits have it.
//!
//! One byte in some hundred is marked. What it is, the finders for each encoding say.

#[cfg(target_arch = "x86_64")]
mod avx2;

use std::ops::Range;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// What was seen in a block.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// Where the block begins.
    pub(super) block: usize,
    /// Where escapes, seams and the words of [`super::named`] may begin.
    pub(super) pairs: u64,
    /// Where words of twelve letters and digits begin: text in base64 has hardly any other sign, names in
    /// programs and paths seldom have as many.
    pub(super) words: u64,
    /// Where two letters and another sign begin, four times: each row of bytes that is long enough has such
    /// a place.
    pub(super) rows: u64,
}

impl Marks {
    /// Places of some of the marks, in order.
    pub(super) fn places(&self, mut bits: u64) -> impl Iterator<Item = usize> + use<> {
        let block = self.block;
        std::iter::from_fn(move || {
            let at = (bits != 0).then(|| block + bits.trailing_zeros() as usize);
            bits &= bits.wrapping_sub(1);
            at
        })
    }

    /// How many bytes in a row are marked from a place in the block on.
    pub(super) fn length(&self, bits: u64, at: usize) -> usize {
        (!(bits >> (at - self.block))).trailing_zeros() as usize
    }

    /// Those of the marks that are not before a place.
    pub(super) fn from(&self, bits: u64, floor: usize) -> u64 {
        let done = floor.saturating_sub(self.block);
        if done < BLOCK { bits >> done << done } else { 0 }
    }
}

/// Looks at a part of a text in blocks from its beginning on, and puts those that have marks to the front
/// of `found`, which has room for all. Says how many they are.
pub(super) fn look(text: &[u8], part: Range<usize>, found: &mut [Marks]) -> usize {
    #[cfg(target_arch = "x86_64")]
    if let Some(avx2) = avx2::Avx2::detect() {
        return avx2.look(text, part, found);
    }
    look_portably(text, part, found)
}

fn look_portably(text: &[u8], part: Range<usize>, found: &mut [Marks]) -> usize {
    look_with(text, part, found, see)
}

/// A block, and the byte before it, which is the first of the pair that the first byte of the block ends.
type View = [u8; 1 + BLOCK];

/// What is seen of a block, a bit for each byte.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Seen {
    /// Second bytes of pairs.
    pairs: u64,
    /// Letters and digits.
    letters: u64,
}

/// Sees the blocks one after the other.
#[inline(always)]
fn look_with(
    text: &[u8],
    part: Range<usize>,
    found: &mut [Marks],
    mut see: impl FnMut(&View) -> Seen,
) -> usize {
    let mut padded = [0; 1 + BLOCK];
    let mut count = 0;
    let mut here = Seen::default();
    let mut at = part.start;
    // Of the block behind the part only what it has to do with the last one in it counts.
    while at < part.end + BLOCK {
        let inside = at.checked_sub(1).and_then(|from| text.get(from..)?.first_chunk());
        let view = inside.unwrap_or_else(|| {
            pad(text, at, &mut padded);
            &padded
        });
        let next = see(view);
        if at > part.start
            && let Some(place) = found.get_mut(count)
        {
            *place = Marks {
                block: at - BLOCK,
                // The place of a pair is that of its first byte.
                pairs: (here.pairs & !1 | next.pairs & 1).rotate_right(1),
                words: words(here.letters, next.letters),
                rows: rows(here.letters),
            };
            count += usize::from(place.pairs | place.words | place.rows != 0);
        }
        here = next;
        at += BLOCK;
    }
    // The last block may go on behind the part.
    if let Some(last) = found[..count].last_mut()
        && let within @ 1..BLOCK = part.end - last.block
    {
        let of_part = !(!0 << within);
        last.pairs &= of_part;
        last.words &= of_part;
        last.rows &= of_part;
    }
    count
}

/// Copies what there is of a block at an end of the text, and of the byte before it.
#[cold]
fn pad(text: &[u8], at: usize, padded: &mut View) {
    let lead = usize::from(at == 0);
    let rest = text.get(at + lead - 1..).unwrap_or_default();
    let rest = &rest[..rest.len().min(padded.len() - lead)];
    padded.fill(0);
    padded[lead..lead + rest.len()].copy_from_slice(rest);
}

/// Where words begin, by the letters of a block and of the next one.
#[inline(always)]
fn words(here: u64, next: u64) -> u64 {
    const LOW: u64 = u32::MAX as u64;
    /// Letters of a word.
    const WORD: u32 = 12;
    let starts = |letters: u64| {
        // Ones that have two, four, eight and twelve of them in a row.
        let two = letters & letters >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        eight & four >> (WORD - 4)
    };
    // The second half of the block and the first one of the next. A rotation is faster than a shift of
    // both.
    let middle = (here & !LOW | next & LOW).rotate_right(32);
    starts(here) & LOW | starts(middle) << 32
}

/// Where parts of rows begin, by the letters of a block alone: of a row of twelve bytes one block has
/// more than half.
#[inline(always)]
fn rows(letters: u64) -> u64 {
    let one = letters & letters >> 1 & !(letters >> 2);
    let two = one & one >> 3;
    two & two >> 6
}

/// First and second bytes of pairs; which is meant of them, the first byte says.
const PAIRS: [(&[u8], &[u8]); 8] = [
    // Escapes and lines that go on.
    (b"\\^", b"nrt\"\\/uUxX0123\n\r"),
    (b"%&", b"#0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    // Quotes, by what follows them: what these have in common would be more than they are.
    (b"\"'", b" +&.\"'"),
    (b"\"'", b"\t\n\r"),
    (b"\"'", b"\\<|^~"),
    // Mail. With the carriage return beside the digits the rule would hold for `==` as well.
    (b"=", b"\n0123456789ABCDEF"),
    // `Secret`, `<wbr>`, and the end of a line of mail.
    (b"S<=", b"ew\r"),
    // `base64`, and lines of PowerShell that go on.
    (b"eE`", b"6\n\r"),
];

/// Sets of ASCII by the halves of their bytes, a bit for each set.
#[derive(Debug, Clone, Copy)]
struct Halves {
    low: [u8; 16],
    high: [u8; 16],
}

impl Halves {
    const EMPTY: Self = Self { low: [0; 16], high: [0; 16] };

    const fn add(mut self, bit: usize, bytes: &[u8]) -> Self {
        let mut at = 0;
        while at < bytes.len() {
            self.low[(bytes[at] & 15) as usize] |= 1 << bit;
            self.high[(bytes[at] >> 4) as usize] |= 1 << bit;
            at += 1;
        }
        self
    }

    /// The sets that a byte belongs to.
    const fn of(&self, byte: u8) -> u8 {
        if byte.is_ascii() {
            self.low[(byte & 15) as usize] & self.high[(byte >> 4) as usize]
        } else {
            0
        }
    }

    const fn table(&self) -> [u8; 256] {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = self.of(byte as u8);
            byte += 1;
        }
        table
    }
}

const FIRST: Halves = {
    let mut halves = Halves::EMPTY;
    let mut bit = 0;
    while bit < PAIRS.len() {
        halves = halves.add(bit, PAIRS[bit].0);
        bit += 1;
    }
    halves
};

const SECOND: Halves = {
    let mut halves = Halves::EMPTY;
    let mut bit = 0;
    while bit < PAIRS.len() {
        halves = halves.add(bit, PAIRS[bit].1);
        bit += 1;
    }
    halves
};

static FIRST_OF: [u8; 256] = FIRST.table();
static SECOND_OF: [u8; 256] = SECOND.table();

/// The first two bytes of characters that are not seen, beside others.
const INVISIBLE: [(u8, &[u8]); 3] = [(0xe2, &[0x80, 0x81]), (0xef, &[0xbb]), (0xc2, &[0xad])];

fn see(view: &View) -> Seen {
    let (shifted, block) = both(view);
    let mut pairs = [0; BLOCK];
    for ((pair, first), second) in pairs.iter_mut().zip(shifted).zip(block) {
        let rules = FIRST_OF[usize::from(*first)] & SECOND_OF[usize::from(*second)];
        *pair = u8::from(rules != 0);
    }
    let mut seen = Seen {
        pairs: bits(&pairs),
        letters: bits(&block.map(|byte| u8::from(byte.is_ascii_alphanumeric()))),
    };
    if !block.is_ascii() {
        for (at, (first, second)) in shifted.iter().zip(block).enumerate() {
            let is_one = INVISIBLE.iter().any(|rule| rule.0 == *first && rule.1.contains(second));
            seen.pairs |= u64::from(is_one) << at;
        }
    }
    seen
}

/// First and second bytes of the pairs that end in a block.
fn both(view: &View) -> (&[u8; BLOCK], &[u8; BLOCK]) {
    let (Some(first), Some(second)) = (view.first_chunk(), view.last_chunk()) else {
        return (&[0; BLOCK], &[0; BLOCK]);
    };
    (first, second)
}

/// A bit for each byte, of which all are zero or one.
fn bits(bytes: &[u8; BLOCK]) -> u64 {
    /// Moves the lowest bit of each byte to the byte on top, one next to the other.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut bits = 0;
    for (at, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        bits |= (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (8 * at);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(
        text: &[u8],
        look: impl Fn(&[u8], Range<usize>, &mut [Marks]) -> usize,
        piece: usize,
    ) -> Vec<Marks> {
        let mut all = Vec::new();
        for from in (0..text.len()).step_by(piece) {
            let mut found = vec![Marks::default(); piece.div_ceil(BLOCK)];
            let count = look(text, from..text.len().min(from + piece), &mut found);
            all.extend_from_slice(&found[..count]);
        }
        all
    }

    #[test]
    fn letters_do_not_depend_on_the_way() {
        let text: Vec<u8> = (0..=255).collect();
        let text: Vec<u8> = text.iter().flat_map(|byte| [*byte; 13]).collect();
        assert_eq!(all(&text, look, 4096), all(&text, look_portably, 4096));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn marks_do_not_depend_on_the_way_and_the_pieces(
            text in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..700),
                "[ -~\n\t]{0,700}".prop_map(String::into_bytes),
                "([a-z\\\\\"'%&=<^`e6Se0-9A-F :\u{200b}\u{ad}\u{feff}\u{2019}\n]|[0-9a-f]{2}:){0,400}"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let expected = all(&text, look_portably, 1024);
            prop_assert_eq!(&all(&text, look, 1024), &expected);
            prop_assert_eq!(&all(&text, look, 128), &expected);
            // Blocks may begin anywhere; of rows it is enough that some place in them is marked.
            let places = |marks: &[Marks]| -> Vec<(usize, bool)> {
                let pairs = marks.iter().flat_map(|one| one.places(one.pairs)).map(|at| (at, true));
                let words = marks.iter().flat_map(|one| one.places(one.words));
                pairs.chain(words.map(|at| (at, false))).collect()
            };
            prop_assert_eq!(places(&all(&text, look, 100)), places(&expected));
        }

        #[test]
        fn all_pairs_are_marked(text in "[a-z\\\\\"'%&=<^`e6Se0-9A-F\u{200b}\u{ad}\n]{0,200}") {
            let text = text.as_bytes();
            let marks = all(text, look, 1024);
            let marked: Vec<usize> = marks.iter().flat_map(|one| one.places(one.pairs)).collect();
            for (at, two) in text.windows(2).enumerate() {
                let is_one = PAIRS.iter().any(|(first, second)| {
                    first.contains(&two[0]) && second.contains(&two[1])
                });
                prop_assert!(!is_one || marked.contains(&at), "{}", at);
            }
        }
    }
}
