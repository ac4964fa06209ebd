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
//! 2. Where it may (one position in twenty), the byte before the window and the byte after it are
//!    looked up in two sets for that window.
//! 3. Where they fit (one in 170), the keywords with that window are compared.
//!
//! What the tables merge costs time and never changes the answer: the tests prove it equal to
//! `aho_corasick` with overlapping matches. With 1,800 keywords it is five to eight times as fast
//! (`cargo bench --bench prefilter`).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod commonness;
mod context;

use std::fmt;
use std::ops::Range;

use commonness::Commonness;
use context::{BEFORE, Context, Spelling, WINDOW, index};

/// A keyword's number: its index in the list that [`Prefilter::new`] got.
pub type KeywordId = u16;

/// One for every `u16`, so that no look-up needs a check. Windows use the lower half.
const INDICES: usize = 1 << 16;

/// Bytes of a text that are looked at together; what is noted about them stays in the nearest cache.
const BLOCK: usize = 1024;

/// Positions in a block at which a window may begin.
const POSITIONS: usize = BLOCK / 2;

/// Positions whose marks make a word of 64 bits.
const GROUP: usize = 64;

/// Of a group's positions, so many are written down without asking whether there are as many.
const USUAL: usize = 8;

/// Bytes around a block that are looked at with it: windows and their neighbours reach beyond it.
const MARGIN: usize = 8;

/// A block of a text with its margins; zeros stand for what lies beyond the ends of the text.
type View = [u8; MARGIN + BLOCK + MARGIN];

/// Finds many literals at once.
pub struct Prefilter {
    /// By index of a window, 1 if there is such a window and 0 if not.
    is_window: Box<[u8; INDICES]>,
    /// By index of a window, which of the rows is its own.
    row_of: Box<[u16; INDICES]>,
    /// The first belongs to no window.
    rows: Vec<Row>,
    /// Those of a row side by side.
    places: Vec<Place>,
    /// All keywords, one after the other.
    spellings: Vec<u8>,
    /// By keyword, where in that it ends.
    ends: Vec<usize>,
    reach: (usize, usize),
    #[cfg(target_arch = "x86_64")]
    avx2: Option<avx2::Avx2>,
}

/// What is known about a window.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    /// Low five bits of the bytes that stand before it in keywords, as a set.
    before: u32,
    /// The same of the bytes after it.
    after: u32,
    /// First of the places where it stands.
    first: u32,
    /// How many they are.
    places: u32,
}

/// A keyword with a window in it.
#[derive(Debug, Clone, Copy)]
struct Place {
    keyword: KeywordId,
    /// Where in the keyword the window begins; one byte before the keyword, at the least.
    offset: i16,
    /// What stands around it there, [`fold`]ed.
    context: Context,
}

/// What is noted about a block.
struct Notes {
    /// Index of what begins at each position.
    indices: [u16; POSITIONS],
    /// Positions that are left, in order.
    left: [u16; POSITIONS + GROUP],
}

impl Prefilter {
    /// Builds it from lower-case keywords. They should have three bytes at the least: shorter ones
    /// are found as well, but slow it down.
    pub fn new(keywords: &[&[u8]]) -> Self {
        let mut prefilter = Self {
            is_window: zeros(),
            row_of: zeros(),
            rows: vec![Row::default()],
            places: Vec::new(),
            spellings: keywords.concat(),
            ends: Vec::with_capacity(keywords.len()),
            reach: (0, 0),
            #[cfg(target_arch = "x86_64")]
            avx2: avx2::Avx2::detect(),
        };
        for keyword in keywords {
            let start = prefilter.ends.last().copied().unwrap_or(0);
            prefilter.ends.push(start + keyword.len());
        }
        let commonness = Commonness::new();
        let mut places = Vec::with_capacity(keywords.len() * 3);
        // Short ones have the least choice; others can then share their windows.
        let mut ids: Vec<usize> = (0..keywords.len()).collect();
        ids.sort_by_key(|id| keywords[*id].len());
        for id in ids {
            let length = keywords[id].len();
            let spelling = Spelling::new(keywords[id]);
            for parity in 0..2 {
                let (offset, context) = prefilter.rarest_window(&spelling, parity, &commonness);
                let folded = Context { bytes: fold(context.bytes), ..context };
                let place =
                    Place { keyword: id as KeywordId, offset: offset as i16, context: folded };
                for index in context.indices() {
                    let row = prefilter.add_window(index);
                    prefilter.rows[row].before |= context.before();
                    prefilter.rows[row].after |= context.after();
                    prefilter.rows[row].places += 1;
                    places.push((row, place));
                }
                let (before, after) = prefilter.reach;
                let rest = length.saturating_add_signed(-offset);
                prefilter.reach = (before.max(offset.max(0) as usize), after.max(rest));
            }
        }
        prefilter.arrange(&places);
        prefilter
    }

    /// Puts the places of each row side by side.
    fn arrange(&mut self, places: &[(usize, Place)]) {
        let mut first = 0;
        for row in &mut self.rows {
            row.first = first;
            first += std::mem::take(&mut row.places);
        }
        self.places = places.iter().map(|(_, place)| *place).collect();
        for (row, place) in places {
            let row = &mut self.rows[*row];
            self.places[(row.first + row.places) as usize] = *place;
            row.places += 1;
        }
    }

    /// Where in a keyword to look for it, with an offset of this parity. Prefers windows that are
    /// rare, that have rare surroundings, and that other keywords have anyhow.
    fn rarest_window(
        &self,
        spelling: &Spelling,
        parity: isize,
        commonness: &Commonness,
    ) -> (isize, Context) {
        // Nanoseconds that the second step and the third will take for each byte of a text.
        let cost = |context: Context| {
            let (window, around) = commonness.of(context);
            let row = self.rows[usize::from(self.row_of[usize::from(context.index())])];
            let second = if row.places == 0 { 2.0 } else { 8.0 * row.growth(context) };
            second * window + 8.0 * around
        };
        let mut windows = spelling.windows(parity).map(|window| (cost(window.1), window));
        let first = windows.next().expect("every keyword has windows of either parity");
        windows.fold(first, |best, window| if window.0 < best.0 { window } else { best }).1
    }

    fn add_window(&mut self, index: u16) -> usize {
        let index = usize::from(index);
        if self.is_window[index] == 0 {
            self.is_window[index] = 1;
            self.row_of[index] = self.rows.len() as u16;
            self.rows.push(Row::default());
        }
        usize::from(self.row_of[index])
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
        let mut notes = Notes { indices: [0; POSITIONS], left: [0; POSITIONS + GROUP] };
        let mut padded = [0; MARGIN + BLOCK + MARGIN];
        let mut at = range.start + range.start % 2;
        while at < end {
            let inside = at.checked_sub(MARGIN).and_then(|from| text.get(from..)?.first_chunk());
            let view = match inside {
                Some(view) => view,
                None => {
                    pad(text, at, &mut padded);
                    &padded
                }
            };
            let positions = POSITIONS.min((end - at).div_ceil(2));
            let left = self.select(view, positions, &mut notes);
            for position in &notes.left[..left] {
                let position = usize::from(*position);
                if position < positions {
                    let row =
                        self.rows[usize::from(self.row_of[usize::from(notes.indices[position])])];
                    self.compare(text, at + 2 * position, context(view, position), row, &mut found);
                }
            }
            at += BLOCK;
        }
    }

    /// How many bytes before its window a keyword begins, and how many after the beginning of its
    /// window it ends, at most. At the least, it begins one byte after the window does.
    pub fn reach(&self) -> (usize, usize) {
        self.reach
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
        let mut kept = 0;
        for i in 0..count.min(POSITIONS) {
            let position = notes.left[i];
            // Positions are smaller than that; it says so to the compiler, which drops the checks.
            let p = usize::from(position) % POSITIONS;
            let Some(row) = self.rows.get(usize::from(self.row_of[usize::from(notes.indices[p])]))
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

    fn keyword(&self, id: KeywordId) -> &[u8] {
        let id = usize::from(id);
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.spellings[start..self.ends[id]]
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
        for place in &self.places[row.first as usize..(row.first + row.places) as usize] {
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

/// As many zeros as there are indices. Memory that is never touched costs nothing.
fn zeros<T: Copy + Default>() -> Box<[T; INDICES]> {
    let zeros = vec![T::default(); INDICES].into_boxed_slice();
    zeros.try_into().unwrap_or_else(|_| Box::new([T::default(); INDICES]))
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefilter").field("keywords", &self.ends.len()).finish_non_exhaustive()
    }
}

impl Row {
    /// By how much more often the neighbours of the window would fit, if all were equally common.
    fn growth(self, context: Context) -> f32 {
        let share = |set: u32| set.count_ones() as f32 / 32.0;
        let (before, after) = (self.before | context.before(), self.after | context.after());
        if (before, after) == (self.before, self.after) {
            return 0.0;
        }
        share(before) * share(after) - share(self.before) * share(self.after)
    }
}

/// One case for letters; merges some other characters, which the comparison tells apart again.
const fn fold(bytes: u64) -> u64 {
    bytes | 0x2020_2020_2020_2020
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
