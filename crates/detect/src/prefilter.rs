//! Prefilter: where in a text do keywords stand? Says so for all of them, ignoring ASCII case.
//!
//! An automaton must wait for each transition before the next. Here the positions of a text do not
//! depend on each other, so the processor works on many at once, and no step but the last branches
//! on what it sees:
//!
//! 1. At every second position, the low five bits of three bytes (a letter's, in either case) are
//!    looked up in a table of 32 KiB: may a keyword's window begin here? Two windows of each keyword
//!    are in the table, one an even and one an odd number of bytes from its beginning; wherever the
//!    keyword stands, one of them is at an even position. They are chosen to be rare in texts.
//! 2. Where it may (one position in ten), the byte before the window and the byte after it are
//!    looked up in two sets for that window.
//! 3. Where they fit (one in eighty), the keywords with that window are compared.
//!
//! What the tables merge costs time and never changes the answer: the tests prove it equal to
//! `aho_corasick` with overlapping matches. With 1,800 keywords it was five to eight times as fast
//! (`cargo bench --bench prefilter`).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod commonness;
mod context;
pub mod plan;

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use context::{BEFORE, WINDOW, index};
pub use plan::KeywordId;
use plan::{INDICES, Plan, Row, fold, zeros};

/// Bytes of a text that are looked at together; what is noted about them stays in the nearest cache.
const BLOCK: usize = 1024;

/// Positions in a block at which a window may begin.
const POSITIONS: usize = BLOCK / 2;

/// Positions whose marks make a word of 64 bits.
const GROUP: usize = 64;

/// Number of a group's positions that are always written down, whether or not as many are marked.
const USUAL: usize = 8;

/// Bytes around a block that are looked at with it: windows and their neighbours reach beyond it.
const MARGIN: usize = 8;

/// A block of a text with its margins; zeros stand for what lies beyond the ends of the text.
type View = [u8; MARGIN + BLOCK + MARGIN];

/// Finds many literals at once.
#[derive(Clone)]
pub struct Prefilter {
    /// By index of a window, 1 if there is such a window and 0 if not.
    is_window: Box<[u8; INDICES]>,
    /// By index of a window, which of the rows is its own.
    row_of: Box<[u16; INDICES]>,
    /// What follows from the keywords.
    plan: Plan,
    #[cfg(target_arch = "x86_64")]
    avx2: Option<avx2::Avx2>,
}

/// What is noted about a block.
struct Notes {
    /// Index of what begins at each position.
    indices: [u16; POSITIONS],
    /// Positions that are left, in order.
    left: [u16; POSITIONS + GROUP],
}

/// Memory to work in. To clear it would cost more than to search a short text.
struct Scratch {
    notes: Notes,
    /// A block at an end of the text, with what is missing of it.
    padded: View,
}

impl Default for Scratch {
    fn default() -> Self {
        let notes = Notes { indices: [0; POSITIONS], left: [0; POSITIONS + GROUP] };
        Self { notes, padded: [0; MARGIN + BLOCK + MARGIN] }
    }
}

thread_local! {
    /// What the last search of this thread left behind.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl Prefilter {
    /// Builds it from lower-case keywords. They should have three bytes at the least: shorter ones
    /// are found as well, but slow it down.
    pub fn new(keywords: &[&[u8]]) -> Self {
        Self::planned(Plan::new(keywords))
    }

    /// Builds it from what was planned before.
    pub fn planned(plan: Plan) -> Self {
        let mut is_window = zeros();
        let mut row_of = zeros();
        for (row, index) in (1..).zip(plan.windows.iter()) {
            is_window[usize::from(*index)] = 1;
            row_of[usize::from(*index)] = row;
        }
        Self {
            is_window,
            row_of,
            plan,
            #[cfg(target_arch = "x86_64")]
            avx2: avx2::Avx2::detect(),
        }
    }

    /// What it was built from.
    #[cfg(test)]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The keyword with this number, in lower case.
    pub fn keyword(&self, id: KeywordId) -> &[u8] {
        self.plan.keyword(id)
    }

    /// Calls `found` with each keyword and the position where it begins, in ascending order of the
    /// position of its window (not of its beginning).
    pub fn each(&self, text: &[u8], found: impl FnMut(KeywordId, usize)) {
        self.each_in(text, 0..text.len(), found);
    }

    /// Like [`Prefilter::each`], for the keywords whose window begins in a range of the text. See
    /// [`Prefilter::reach`] for where the keywords themselves are.
    pub fn each_in(
        &self,
        text: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(KeywordId, usize),
    ) {
        let end = range.end.min(text.len());
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let Scratch { notes, padded } = &mut *scratch;
        let rows: &[Row] = &self.plan.rows;
        let mut at = range.start + range.start % 2;
        while at < end {
            let inside = at.checked_sub(MARGIN).and_then(|from| text.get(from..)?.first_chunk());
            let view = match inside {
                Some(view) => view,
                None => {
                    pad(text, at, padded);
                    &*padded
                }
            };
            let positions = POSITIONS.min((end - at).div_ceil(2));
            let left = self.select(view, positions, notes);
            for position in &notes.left[..left] {
                let position = usize::from(*position);
                if position < positions {
                    let row = rows[usize::from(self.row_of[usize::from(notes.indices[position])])];
                    self.compare(text, at + 2 * position, context(view, position), row, &mut found);
                }
            }
            at += BLOCK;
        }
        SCRATCH.set(Some(scratch));
    }

    /// How many bytes before its window a keyword begins, and how many after the beginning of its
    /// window it ends, at most. At the least, it begins one byte after the window does.
    pub fn reach(&self) -> (usize, usize) {
        self.plan.reach
    }

    /// The first two steps: notes the positions that are left, and says how many they are.
    fn select(&self, view: &View, positions: usize, notes: &mut Notes) -> usize {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx2) = self.avx2 {
            return avx2.select(self, view, positions, notes);
        }
        self.select_portably(view, positions, notes)
    }

    #[inline(always)]
    fn select_portably(&self, view: &View, positions: usize, notes: &mut Notes) -> usize {
        let groups = positions.div_ceil(GROUP);
        note_indices(view, groups, notes);
        let mut count = 0;
        for (group, indices) in notes.indices.as_chunks().0.iter().take(groups).enumerate() {
            let marks = self.marks(indices);
            let Some(left) = notes.left.get_mut(count..).and_then(|l| l.first_chunk_mut()) else {
                break;
            };
            count += note_marks(marks, (group * GROUP) as u16, left);
        }
        self.check_neighbours(view, count, notes)
    }

    /// One bit for each position of a group: whether a window may begin there.
    #[inline(always)]
    fn marks(&self, indices: &[u16; GROUP]) -> u64 {
        let mut marks = 0;
        for (i, eight) in indices.as_chunks::<8>().0.iter().enumerate() {
            let is_window = |index: &u16| u64::from(self.is_window[usize::from(*index)]);
            marks |= eight.iter().rfold(0, |bits, index| bits * 2 + is_window(index)) << (8 * i);
        }
        marks
    }

    /// Keeps those of the positions whose neighbours fit as well.
    #[inline(always)]
    fn check_neighbours(&self, view: &View, count: usize, notes: &mut Notes) -> usize {
        let rows: &[Row] = &self.plan.rows;
        let mut kept = 0;
        for i in 0..count.min(POSITIONS) {
            let position = notes.left[i];
            // Positions are smaller than that; it says so to the compiler, which drops the checks.
            let p = usize::from(position) % POSITIONS;
            let Some(row) = rows.get(usize::from(self.row_of[usize::from(notes.indices[p])]))
            else {
                continue;
            };
            let before = row.before >> (view[MARGIN + 2 * p - 1] & 31);
            let after = row.after >> (view[MARGIN + 2 * p + WINDOW] & 31);
            notes.left[kept % POSITIONS] = position;
            kept += (before & after & 1) as usize;
        }
        kept
    }

    /// The third step.
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        context: u64,
        row: Row,
        found: &mut impl FnMut(KeywordId, usize),
    ) {
        for place in &self.plan.places[row.first as usize..(row.first + row.places) as usize] {
            if (context ^ place.context.bytes) & place.context.mask != 0 {
                continue;
            }
            let keyword = self.keyword(place.keyword);
            let Some(start) = at.checked_add_signed(-isize::from(place.offset)) else { continue };
            if let Some(there) = text.get(start..start + keyword.len())
                && there.eq_ignore_ascii_case(keyword)
            {
                found(place.keyword, start);
            }
        }
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefilter").field("keywords", &self.plan.ends.len()).finish_non_exhaustive()
    }
}

#[inline(always)]
fn note_indices(view: &View, groups: usize, notes: &mut Notes) {
    let pairs = view[MARGIN..].as_chunks().0;
    let next = view[MARGIN + 2..].as_chunks().0;
    let positions = (groups * GROUP).min(POSITIONS);
    for ((noted, pair), next) in notes.indices[..positions].iter_mut().zip(pairs).zip(next) {
        *noted = index(u16::from_le_bytes(*pair), u16::from_le_bytes(*next));
    }
}

/// Writes down the positions of a group that are marked, and says how many they are.
#[inline(always)]
fn note_marks(mut marks: u64, first: u16, left: &mut [u16; GROUP]) -> usize {
    let count = marks.count_ones() as usize;
    let mut take = |place: &mut u16| {
        *place = first + marks.trailing_zeros() as u16;
        marks &= marks.wrapping_sub(1);
    };
    let (usual, more) = left.split_at_mut(USUAL);
    usual.iter_mut().for_each(&mut take);
    // What is beyond the count is overwritten by the next group, or never read.
    more.iter_mut().take(count.saturating_sub(USUAL)).for_each(take);
    count
}

/// What stands around a position, [`fold`]ed, as in a [`Context`].
fn context(view: &View, position: usize) -> u64 {
    let bytes = view.get(MARGIN - BEFORE + 2 * position..).and_then(|bytes| bytes.first_chunk());
    fold(u64::from_le_bytes(*bytes.unwrap_or(&[0; 8])))
}

/// Copies a block and its margins as far as they are within the text.
fn pad(text: &[u8], at: usize, padded: &mut View) {
    let from = at.saturating_sub(MARGIN);
    let to = (at + BLOCK + MARGIN).min(text.len());
    let lead = MARGIN - (at - from);
    let (before, rest) = padded.split_at_mut(lead);
    let (body, after) = rest.split_at_mut(to - from);
    before.fill(0);
    body.copy_from_slice(&text[from..to]);
    after.fill(0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::{AhoCorasick, AhoCorasickKind};
    use proptest::prelude::*;

    /// One for each way in which the first steps can be done here.
    fn all_ways(keywords: &[&[u8]]) -> Vec<Prefilter> {
        let best = Prefilter::new(keywords);
        #[cfg(target_arch = "x86_64")]
        if best.avx2.is_some() {
            return vec![best, Prefilter { avx2: None, ..Prefilter::new(keywords) }];
        }
        vec![best]
    }

    fn by_prefilter(prefilter: &Prefilter, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        prefilter.each(text, |id, at| found.push((usize::from(id), at)));
        found.sort_unstable();
        found
    }

    fn by_automaton(keywords: &[&[u8]], text: &[u8]) -> Vec<(usize, usize)> {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(keywords)
            .expect("keywords build");
        let mut found: Vec<_> = automaton
            .find_overlapping_iter(text)
            .map(|m| (m.pattern().as_usize(), m.start()))
            .collect();
        found.sort_unstable();
        found
    }

    fn assert_equals_the_automaton(keywords: &[&[u8]], text: &[u8]) {
        let expected = by_automaton(keywords, text);
        for prefilter in all_ways(keywords) {
            assert_eq!(by_prefilter(&prefilter, text), expected);
        }
    }

    /// Of the kinds and lengths that rules have, some within others.
    const KEYWORDS: [&[u8]; 12] = [
        b"ghp_",
        b"hp_x",
        b"sg.",
        b"akia",
        b"0q~",
        b"q~~",
        b"://",
        b"secret_key",
        b"secret",
        b"api_secret_key_of_a_service_with_a_rather_long_name",
        b"a_service_with_a_rather_long_name",
        b"-----begin",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn equals_the_automaton(
            keywords in proptest::collection::btree_set("[ab_=]{1,7}", 1..12),
            text in "[aAbB_=? ]{0,80}",
        ) {
            let keywords: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
            assert_equals_the_automaton(&keywords, text.as_bytes());
        }

        #[test]
        fn ranges_add_up_to_the_whole(
            keywords in proptest::collection::btree_set("[ab_=]{3,9}", 1..12),
            text in "[aAbB_=? ]{0,80}",
            cuts in proptest::collection::vec(0_usize..80, 0..6),
        ) {
            let keywords: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            for prefilter in all_ways(&keywords) {
                let (before, after) = prefilter.reach();
                let mut found = Vec::new();
                for range in cuts.windows(2) {
                    prefilter.each_in(text.as_bytes(), range[0]..range[1], |id, at| {
                        assert!(at + before >= range[0] && at <= range[1]);
                        assert!(at + keywords[usize::from(id)].len() < range[1] + after);
                        found.push((usize::from(id), at));
                    });
                }
                found.sort_unstable();
                prop_assert_eq!(found, by_automaton(&keywords, text.as_bytes()));
            }
        }

        #[test]
        fn equals_the_automaton_on_any_bytes(
            text in proptest::collection::vec(any::<u8>(), 0..200),
            inserts in proptest::collection::vec((0_usize..200, 0..KEYWORDS.len()), 0..8),
        ) {
            let mut text = text;
            for (at, keyword) in inserts {
                let at = at.min(text.len());
                text.splice(at..at, KEYWORDS[keyword].to_ascii_uppercase());
            }
            assert_equals_the_automaton(&KEYWORDS, &text);
        }

        #[test]
        fn equals_the_automaton_across_blocks(
            length in 0..3 * BLOCK,
            places in proptest::collection::vec((0..3 * BLOCK, 0..KEYWORDS.len()), 0..60),
        ) {
            let mut text: Vec<u8> = (0..length).map(|i| b"ab_ .GHF\n"[i * i % 9]).collect();
            for (at, keyword) in places {
                let keyword = KEYWORDS[keyword];
                if let Some(there) = text.get_mut(at..at + keyword.len()) {
                    there.copy_from_slice(keyword);
                }
            }
            assert_equals_the_automaton(&KEYWORDS, &text);
        }

        #[test]
        fn equals_the_automaton_with_keywords_of_any_bytes(
            keywords in proptest::collection::btree_set(
                proptest::collection::vec(any::<u8>(), 3..6), 1..40),
            noise in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let keywords: Vec<Vec<u8>> = keywords
                .into_iter()
                .map(|keyword| keyword.to_ascii_lowercase())
                .collect();
            let keywords: Vec<&[u8]> = keywords.iter().map(Vec::as_slice).collect();
            let text = keywords.join(noise.as_slice());
            assert_equals_the_automaton(&keywords, &text);
        }
    }

    #[test]
    fn finds_keywords_in_texts_of_every_length() {
        for keyword in KEYWORDS {
            for prefilter in all_ways(&[keyword]) {
                for length in 0..400 {
                    let mut text = vec![b'x'; length];
                    text.extend(keyword);
                    assert_eq!(by_prefilter(&prefilter, &text), [(0, length)]);
                    text.rotate_right(keyword.len());
                    assert_eq!(by_prefilter(&prefilter, &text), [(0, 0)]);
                }
            }
        }
    }

    #[test]
    fn finds_keywords_at_every_place_around_the_ends_of_blocks() {
        let ways = all_ways(&KEYWORDS);
        for end in [BLOCK, 2 * BLOCK] {
            for at in end - 70..end + 20 {
                for (id, keyword) in KEYWORDS.iter().enumerate() {
                    let mut text = vec![b'-'; 3 * BLOCK];
                    text[at..at + keyword.len()].copy_from_slice(&keyword.to_ascii_uppercase());
                    let whole = by_prefilter(&ways[0], &text);
                    assert!(whole.contains(&(id, at)));
                    for prefilter in &ways {
                        assert_eq!(by_prefilter(prefilter, &text), whole);
                        // Ends before a block does, so that there are fewer bytes than are looked at.
                        let cut = &text[..at + keyword.len()];
                        assert!(by_prefilter(prefilter, cut).contains(&(id, at)));
                    }
                }
            }
        }
    }

    #[test]
    fn finds_what_stands_everywhere() {
        let text = b"://0Q~~SG.".repeat(1000);
        assert_equals_the_automaton(&KEYWORDS, &text);
        let prefilter = Prefilter::new(&[b"sg."]);
        assert_eq!(by_prefilter(&prefilter, &text).len(), 1000);
    }
}
