//! Blocks seen by x86-64 processors with AVX2: 32 bytes at once, a lookup in 16 bytes for each half of
//! a byte.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
};
use std::ops::Range;

use super::{BLOCK, FIRST, Halves, INVISIBLE, Marks, SECOND, Seen, View, both};

/// Letters and digits, in sets that their halves tell apart.
const LETTER: Halves = Halves::EMPTY
    .add(0, b"0123456789")
    .add(1, b"ABCDEFGHIJKLMNOabcdefghijklmno")
    .add(2, b"PQRSTUVWXYZpqrstuvwxyz");

/// Proof that the processor has these instructions. `sprawl_detect` has another one: the two crates do not know each
/// other, and the few lines are not worth a third one below both.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// Asks the processor.
    pub(super) fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }

    /// [`super::look_portably`] with these instructions.
    #[expect(unsafe_code, reason = "the compiler cannot know what the processor has")]
    pub(super) fn look(self, text: &[u8], part: Range<usize>, found: &mut [Marks]) -> usize {
        // SAFETY: only `detect` makes a value of this type, and only if the processor has them all.
        unsafe { look(text, part, found) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn look(text: &[u8], part: Range<usize>, found: &mut [Marks]) -> usize {
    let (first, second) = (Tables::new(&FIRST), Tables::new(&SECOND));
    let letter = Tables::new(&LETTER);
    super::look_with(text, part, found, |view| {
        let mut seen = Seen::default();
        let (before, block) = both(view);
        // Loaded once more: to move bytes from one half of a register to the other takes longer.
        let ((low_before, high_before), (low, high)) = (halves(before), halves(block));
        for (shift, before, bytes) in [(0, low_before, low), (32, high_before, high)] {
            let upper = upper(bytes);
            let pairs =
                _mm256_and_si256(first.of(before, self::upper(before)), second.of(bytes, upper));
            seen.pairs |= nonzero(pairs) << shift;
            seen.letters |= nonzero(letter.of(bytes, upper)) << shift;
        }
        if _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0 {
            seen.pairs |= invisible(view);
        }
        seen
    })
}

/// The two lookups of some sets.
#[derive(Clone, Copy)]
struct Tables {
    low: __m256i,
    high: __m256i,
}

impl Tables {
    #[target_feature(enable = "avx2")]
    fn new(halves: &Halves) -> Self {
        Self { low: twice(&halves.low), high: twice(&halves.high) }
    }

    /// The sets that bytes, of which the upper halves are given, belong to. The lookup by the lower half
    /// says none for what is not ASCII.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(&self, bytes: __m256i, high: __m256i) -> __m256i {
        _mm256_and_si256(_mm256_shuffle_epi8(self.low, bytes), _mm256_shuffle_epi8(self.high, high))
    }
}

#[expect(unsafe_code, reason = "a load by a pointer")]
#[target_feature(enable = "avx2")]
fn twice(table: &[u8; 16]) -> __m256i {
    // SAFETY: the 16 bytes that are read are those of the array; they need not be aligned.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

#[expect(unsafe_code, reason = "loads by pointers")]
#[inline]
#[target_feature(enable = "avx2")]
fn halves(block: &[u8; BLOCK]) -> (__m256i, __m256i) {
    let (low, high) = block.split_at(BLOCK / 2);
    // SAFETY: each half of the block has the 32 bytes that are read; they need not be aligned.
    unsafe { (_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast())) }
}

/// The upper halves of bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn upper(bytes: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), _mm256_set1_epi8(15))
}

/// A bit for each byte that is not zero.
#[inline]
#[target_feature(enable = "avx2")]
fn nonzero(bytes: __m256i) -> u64 {
    let zeros = _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256());
    u64::from(!_mm256_movemask_epi8(zeros).cast_unsigned())
}

/// Second bytes of characters that may be invisible.
#[cold]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn invisible(view: &View) -> u64 {
    let (before, block) = both(view);
    let (before, block) = (halves(before), halves(block));
    let equal = |(low, high), byte: u8| {
        let of = |bytes| {
            let equal = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
            u64::from(_mm256_movemask_epi8(equal).cast_unsigned())
        };
        of(low) | of(high) << 32
    };
    let mut all = 0;
    for (first, second) in INVISIBLE {
        let second = second.iter().fold(0, |all, byte| all | equal(block, *byte));
        all |= second & equal(before, first);
    }
    all
}
