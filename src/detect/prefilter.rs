//! Prefilter: where in a blob do keywords stand? Says so for all of them, ignoring ASCII case.
//!
//! Each byte counts as one of 32 classes (its low five bits: one case for letters). A text is looked
//! at in windows of three bytes that begin at even positions; a keyword is registered with two of its
//! windows, one at an even and one at an odd offset, so that one of them is looked at wherever the
//! keyword begins. The three classes of a window are an index into a table small enough for the
//! first-level cache. Where its byte is set, the classes of the two neighbours are asked, and then the
//! keyword itself is compared, so that collisions cost time and never change the answer.
//!
//! Windows do not depend on each other, and nothing is branched on but blocks and matches: the
//! processor works on many at once, where an Aho-Corasick automaton waits for each transition before
//! the next. The tests prove it equal to `aho_corasick` with overlapping matches.

use std::ops::Range;

/// A keyword's number: its index in the list that [`Prefilter::new`] got.
pub type KeywordId = u16;

/// Indexes of three classes of five bits.
const INDEXES: usize = 1 << 15;
/// Bytes looked at before their windows are sorted out.
const BLOCK: usize = 2048;
/// Windows of a block.
const WINDOWS: usize = BLOCK / 2;
/// Bytes around a block that its windows' neighbours may be in.
const MARGIN: usize = 8;
/// Bytes compared at once around a window: two before it, three of it, three after it.
const AROUND: usize = 8;
/// Windows of one word of marks.
const MARKS: usize = 64;

/// Finds many literals at once.
#[derive(Debug)]
pub struct Prefilter {
    /// 1 where a keyword has this window.
    first: Box<[u8; INDEXES]>,
    /// For each window, the classes that may stand before and after it, a bit each.
    neighbours: Box<[[u32; 2]; INDEXES]>,
    /// Where a window's entries begin; one more than there are windows.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    keywords: Vec<Box<[u8]>>,
    /// Most bytes of a keyword before its window, and from its window's start on.
    reach: (usize, usize),
}

/// A window of a keyword with what stands around it.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Folded bytes, zero where anything may stand.
    bytes: u64,
    mask: u64,
    keyword: KeywordId,
    /// Where in the keyword the window begins; before it for the shortest ones.
    offset: i16,
}

type View = [u8; BLOCK + 2 * MARGIN];

/// Scratch memory of a block.
struct Work {
    index: [u16; WINDOWS],
    kept: [u16; WINDOWS + MARKS],
}

impl Prefilter {
    /// Builds it from lower-case keywords of at least three bytes each.
    pub fn new(keywords: &[&[u8]]) -> Self {
        let mut first = Box::new([0; INDEXES]);
        let mut neighbours = Box::new([[0; 2]; INDEXES]);
        let mut pairs: Vec<(usize, Entry)> = Vec::with_capacity(keywords.len() * 2);
        let mut order: Vec<usize> = (0..keywords.len()).collect();
        // The shortest have no choice of windows; the others may share theirs.
        order.sort_by_key(|id| keywords[*id].len());
        for id in order {
            for parity in 0..2 {
                let (offset, around) = best_window(keywords[id], parity, &first);
                let side = |byte: Option<u8>| byte.map_or(u32::MAX, |b| 1 << (b & 31));
                let entry = Entry {
                    bytes: u64::from_le_bytes(around.map(|b| b.map_or(0, |b| b | 0x20))),
                    mask: u64::from_le_bytes(around.map(|b| if b.is_some() { 0xff } else { 0 })),
                    keyword: id as KeywordId,
                    offset,
                };
                for index in indexes(&around) {
                    first[index] = 1;
                    neighbours[index][0] |= side(around[1]);
                    neighbours[index][1] |= side(around[5]);
                    pairs.push((index, entry));
                }
            }
        }
        pairs.sort_by_key(|(index, entry)| (*index, entry.keyword));
        let mut starts = vec![0; INDEXES + 1];
        for (index, _) in &pairs {
            starts[index + 1] += 1;
        }
        for index in 0..INDEXES {
            starts[index + 1] += starts[index];
        }
        let reach = pairs.iter().fold((0, 0), |(before, after), (_, entry)| {
            let length = keywords[usize::from(entry.keyword)].len();
            let from_window = length.saturating_add_signed(-isize::from(entry.offset));
            (before.max(usize::try_from(entry.offset).unwrap_or(0)), after.max(from_window))
        });
        Self {
            first,
            neighbours,
            starts,
            entries: pairs.into_iter().map(|(_, entry)| entry).collect(),
            keywords: keywords.iter().map(|k| (*k).into()).collect(),
            reach,
        }
    }

    /// Calls `found` with each keyword and the position where it begins, in ascending order of the
    /// windows by which they are found (not of their beginnings).
    pub fn each(&self, text: &[u8], found: impl FnMut(KeywordId, usize)) {
        self.each_in(text, 0..text.len(), found);
    }

    /// Like [`Prefilter::each`], for the keywords whose window begins in a range of the text. Keywords
    /// themselves begin up to [`Prefilter::reach`] bytes before it and end as far after it.
    pub fn each_in(
        &self,
        text: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(KeywordId, usize),
    ) {
        let mut work = Work { index: [0; WINDOWS], kept: [0; WINDOWS + MARKS] };
        let mut padded: View = [0; BLOCK + 2 * MARGIN];
        let end = range.end.min(text.len());
        // Windows begin at even positions of the text, whatever the range.
        let mut at = range.start & !1;
        while at < end {
            let inside = at.checked_sub(MARGIN).and_then(|from| text[from..].first_chunk());
            let view = match inside {
                Some(view) => view,
                None => {
                    let from = at.saturating_sub(MARGIN);
                    let to = (at + BLOCK + MARGIN).min(text.len());
                    let lead = MARGIN - (at - from);
                    let filled = lead + to - from;
                    padded[..lead].fill(0);
                    padded[lead..filled].copy_from_slice(&text[from..to]);
                    padded[filled..].fill(0);
                    &padded
                }
            };
            let kept = self.sort_out(view, BLOCK.min(end - at), &mut work);
            for window in &work.kept[..kept] {
                let window = usize::from(*window) % WINDOWS;
                if range.contains(&(at + 2 * window)) {
                    self.compare(text, at, view, window, &mut found);
                }
            }
            at += BLOCK;
        }
    }

    /// How far a keyword extends before the start of its window and after it, at most.
    pub fn reach(&self) -> (usize, usize) {
        self.reach
    }

    /// Leaves the windows of a block where a keyword may stand in `work.kept`, and says how many.
    #[inline(never)]
    fn sort_out(&self, view: &View, length: usize, work: &mut Work) -> usize {
        let words = length.div_ceil(2 * MARKS);
        let pairs = view[MARGIN..].as_chunks::<2>().0;
        let next = view[MARGIN + 2..].as_chunks::<2>().0;
        for ((index, pair), next) in work.index[..words * MARKS].iter_mut().zip(pairs).zip(next) {
            let (pair, next) = (u16::from_le_bytes(*pair), u16::from_le_bytes(*next));
            *index = (pair & 31) | ((pair >> 3) & (31 << 5)) | ((next & 31) << 10);
        }
        let marked = self.mark(words, work);
        let Work { index, kept } = work;
        let mut count = 0;
        for i in 0..marked.min(WINDOWS) {
            let window = usize::from(kept[i]) % WINDOWS;
            let [before, after] = self.neighbours[usize::from(index[window]) % INDEXES];
            let at = MARGIN + 2 * window;
            let fits = (before >> (view[at - 1] & 31)) & (after >> (view[at + 3] & 31)) & 1;
            // Written in any case and kept only if it fits: no branch to guess wrong.
            kept[count] = kept[i];
            count += fits as usize;
        }
        count
    }

    /// Writes the numbers of windows that some keyword has to `work.kept`, and says how many.
    #[inline]
    fn mark(&self, words: usize, work: &mut Work) -> usize {
        /// So many are written without asking how many there are: mostly there are fewer.
        const UNASKED: usize = 8;
        let Work { index, kept } = work;
        let mut count = 0;
        for (word, index) in index.as_chunks::<MARKS>().0.iter().take(words).enumerate() {
            let mut marks = 0;
            for (byte, eight) in index.as_chunks::<8>().0.iter().enumerate() {
                let bits = eight.iter().rev().fold(0, |bits: u32, index| {
                    bits * 2 + u32::from(self.first[usize::from(*index) % INDEXES])
                });
                marks |= u64::from(bits) << (8 * byte);
            }
            let number = marks.count_ones() as usize;
            let base = (word * MARKS) as u16;
            let Some(slots) =
                kept.get_mut(count..).and_then(|rest| rest.first_chunk_mut::<MARKS>())
            else {
                break;
            };
            let mut write = |slot: &mut u16| {
                *slot = base + marks.trailing_zeros() as u16;
                marks &= marks.wrapping_sub(1);
            };
            slots[..UNASKED].iter_mut().for_each(&mut write);
            if number > UNASKED {
                slots[UNASKED..number].iter_mut().for_each(&mut write);
            }
            count += number;
        }
        count
    }

    #[inline(never)]
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        view: &View,
        window: usize,
        found: &mut impl FnMut(KeywordId, usize),
    ) {
        let from = MARGIN + 2 * window - 2;
        let Some(around) = view[from..].first_chunk::<AROUND>() else { return };
        let [_, _, a, b, c, ..] = around.map(|byte| usize::from(byte & 31));
        let index = a | (b << 5) | (c << 10);
        let around = u64::from_le_bytes(*around) | 0x2020_2020_2020_2020;
        let entries = self.starts[index] as usize..self.starts[index + 1] as usize;
        for entry in &self.entries[entries] {
            if (around ^ entry.bytes) & entry.mask != 0 {
                continue;
            }
            let begin = (at + 2 * window).checked_add_signed(-isize::from(entry.offset));
            let Some(begin) = begin else { continue };
            let keyword = &self.keywords[usize::from(entry.keyword)];
            if let Some(there) = text.get(begin..begin + keyword.len())
                && there.eq_ignore_ascii_case(keyword)
            {
                found(entry.keyword, begin);
            }
        }
    }
}

/// The rarest window of a keyword at an even or odd offset: where it begins, and the bytes around it.
fn best_window(keyword: &[u8], parity: isize, used: &[u8; INDEXES]) -> (i16, [Option<u8>; AROUND]) {
    let length = keyword.len() as isize;
    // A keyword of three bytes has one window; at odd positions it is seen from one byte before.
    let from = if length == 3 && parity == 1 { -1 } else { parity };
    let mut best = (u32::MAX, 0, [None; AROUND]);
    for offset in (from..=(length - 3).max(from)).step_by(2) {
        let around = std::array::from_fn(|i| {
            let at = usize::try_from(offset + i as isize - 2).ok()?;
            keyword.get(at).copied()
        });
        let common = |byte: &Option<u8>| byte.map_or(UNKNOWN, commonness);
        let window: u32 = around[2..5].iter().map(common).sum();
        let beside: u32 = [around[1], around[5]].iter().map(common).sum();
        // A window that another keyword has already costs nothing more to look at.
        let shared = around[2].is_some() && indexes(&around).all(|index| used[index] == 1);
        let cost = if shared { window + beside } else { 2 * window + beside };
        if cost < best.0 {
            best = (cost, offset as i16, around);
        }
    }
    (best.1, best.2)
}

/// The indexes of a window; all those it may have if its first byte is not known.
fn indexes(around: &[Option<u8>; AROUND]) -> impl Iterator<Item = usize> {
    let class = |byte: Option<u8>| usize::from(byte.unwrap_or(0) & 31);
    let (first, second, third) = (around[2], class(around[3]), class(around[4]));
    let firsts = match first {
        Some(byte) => class(Some(byte))..class(Some(byte)) + 1,
        None => 0..32,
    };
    firsts.map(move |first| first | (second << 5) | (third << 10))
}

/// What counts for a byte that may be any.
const UNKNOWN: u32 = 24;

/// How common a byte is in program text, on a rough logarithmic scale.
const fn commonness(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b' ' | b'e' | b't' => 16,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 14,
        b'c' | b'd' | b'l' | b'p' | b'u' | b'_' => 12,
        b'f' | b'g' | b'h' | b'm' | b'0' => 10,
        b'b' | b'k' | b'v' | b'w' | b'x' | b'y' | b'1' | b'.' | b'-' | b'/' | b'=' => 8,
        b'2'..=b'9' | b'"' | b'\'' | b'(' | b')' | b',' | b':' | b';' => 6,
        b'j' | b'q' | b'z' => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::{AhoCorasick, AhoCorasickKind};
    use proptest::prelude::*;

    fn by_prefilter(keywords: &[&[u8]], text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        Prefilter::new(keywords).each(text, |id, at| found.push((usize::from(id), at)));
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn equals_the_automaton(
            keywords in proptest::collection::btree_set("[ab_=]{3,7}", 1..12),
            text in "[aAbB_=? ]{0,80}",
        ) {
            let keywords: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
            prop_assert_eq!(
                by_prefilter(&keywords, text.as_bytes()),
                by_automaton(&keywords, text.as_bytes())
            );
        }

        #[test]
        fn ranges_add_up_to_the_whole(
            keywords in proptest::collection::btree_set("[ab_=]{3,9}", 1..12),
            text in "[aAbB_=? ]{0,80}",
            cuts in proptest::collection::vec(0_usize..80, 0..6),
        ) {
            let keywords: Vec<&[u8]> = keywords.iter().map(String::as_bytes).collect();
            let prefilter = Prefilter::new(&keywords);
            let (before, after) = prefilter.reach();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
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

        #[test]
        fn equals_the_automaton_on_any_bytes(
            text in proptest::collection::vec(any::<u8>(), 0..200),
            at in 0_usize..200,
        ) {
            let keywords: [&[u8]; 4] = [b"ghp_", b"sg.", b"akia", b"hp_x"];
            let mut text = text;
            for (i, keyword) in keywords.iter().enumerate() {
                let at = (at + i * 7).min(text.len());
                text.splice(at..at, keyword.to_ascii_uppercase());
            }
            prop_assert_eq!(by_prefilter(&keywords, &text), by_automaton(&keywords, &text));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn equals_the_automaton_across_blocks(
            length in 0..3 * BLOCK,
            places in proptest::collection::vec((0..3 * BLOCK, 0..5_usize), 0..60),
            around in proptest::collection::vec((0..4_usize, 0..24_usize, 0..5_usize), 0..12),
        ) {
            let keywords: [&[u8]; 5] = [b"hf_", b"ghp_", b"akia", b"segment_write", b"a.b"];
            let mut text: Vec<u8> = (0..length).map(|i| b"ab_ .GHF\n"[i * i % 9]).collect();
            let near_edges = around.iter().map(|(block, at, keyword)| {
                ((block * BLOCK + at).saturating_sub(12), *keyword)
            });
            for (at, keyword) in places.iter().copied().chain(near_edges) {
                if let Some(there) = text.get_mut(at..at + keywords[keyword].len()) {
                    there.copy_from_slice(keywords[keyword]);
                }
            }
            prop_assert_eq!(by_prefilter(&keywords, &text), by_automaton(&keywords, &text));
        }
    }

    #[test]
    fn finds_short_keywords_at_the_very_end() {
        assert_eq!(by_prefilter(&[b"sg.", b"abcd"], b"xxxxxxxxxxxxxxabcdSG."), [(0, 18), (1, 14)]);
    }
}
