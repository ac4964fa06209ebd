//! Prefilter: where in a blob do keywords stand? Says so for all of them, ignoring ASCII case.
//!
//! A keyword is looked for by the rarest four bytes in it. At every position the four bytes there
//! are folded to one case, hashed, and looked up in a bitmap small enough for the first-level cache;
//! the positions do not depend on each other, so the processor works on several at once. An
//! Aho-Corasick automaton must wait for each transition before the next. Only where the bitmap
//! says so is a keyword compared, so collisions cost time and never change the answer. The tests
//! prove it equal to `aho_corasick` with overlapping matches.

use std::ops::Range;

/// Bits of the bitmap's index: 2^16 bits are 8 KiB.
const BITS: u32 = 16;

/// A keyword's number: its index in the list that [`Prefilter::new`] got.
pub type KeywordId = u16;

/// Finds many literals at once.
#[derive(Debug)]
pub struct Prefilter {
    bitmap: Box<[u64]>,
    /// Sorted by folded four-byte window.
    long: Table,
    /// Keywords of three bytes, sorted by folded three-byte window.
    short: Table,
    keywords: Vec<Box<[u8]>>,
    /// Most bytes of a keyword before its window, and from its window's start on.
    reach: (usize, usize),
}

/// Open-addressed map from a folded window to the keywords that are looked for by it.
#[derive(Debug, Default)]
struct Table {
    /// (window, first entry, number of entries); zero entries: empty slot.
    slots: Vec<(u32, u32, u32)>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    keyword: KeywordId,
    /// Where in the keyword the window stands.
    offset: u16,
}

impl Prefilter {
    /// Builds it from lower-case keywords of at least three bytes each.
    pub fn new(keywords: &[&[u8]]) -> Self {
        let mut bitmap = vec![0_u64; 1 << (BITS - 6)].into_boxed_slice();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for (id, keyword) in (0..).zip(keywords) {
            let id: KeywordId = id;
            if keyword.len() >= 4 {
                let offset = rarest_window(keyword);
                let window = folded(keyword, offset);
                set(&mut bitmap, window);
                long.push((window, Entry { keyword: id, offset: offset as u16 }));
            } else {
                let window = fold(u32::from_le_bytes([keyword[0], keyword[1], keyword[2], 0]));
                for last in 0..=255_u32 {
                    set(&mut bitmap, fold((window & 0x00ff_ffff) | (last << 24)));
                }
                short.push((window & 0x00ff_ffff, Entry { keyword: id, offset: 0 }));
            }
        }
        let entries = long.iter().chain(&short).map(|(_, entry): &(u32, Entry)| {
            let offset = usize::from(entry.offset);
            (offset, keywords[usize::from(entry.keyword)].len() - offset)
        });
        let reach = entries.fold((0, 0), |most, this| (most.0.max(this.0), most.1.max(this.1)));
        let keywords = keywords.iter().map(|k| (*k).into()).collect();
        Self { bitmap, long: Table::new(long), short: Table::new(short), keywords, reach }
    }

    /// Calls `found` with each keyword and the position where it begins, in ascending order of the
    /// position of its window (not of its beginning).
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
        let end = range.end.min(text.len().saturating_sub(2));
        let mut at = range.start;
        // Blocks of eight positions from two overlapping eight-byte loads; the text's end byte by byte.
        while at < end
            && let Some(bytes) = text.get(at..at + 12)
        {
            let low = u64::from_le_bytes([
                bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
            ]) | 0x2020_2020_2020_2020;
            let high = u64::from_le_bytes([
                bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10], bytes[11],
            ]) | 0x2020_2020_2020_2020;
            let mut mask = 0_u32;
            for i in 0..4 {
                mask |= self.bit((low >> (8 * i)) as u32) << i;
                mask |= self.bit((high >> (8 * i)) as u32) << (4 + i);
            }
            if end - at < 8 {
                mask &= (1 << (end - at)) - 1;
            }
            while mask != 0 {
                let i = mask.trailing_zeros() as usize;
                mask &= mask - 1;
                self.verify(text, at + i, &mut found);
            }
            at += 8;
        }
        while at < end {
            self.verify(text, at, &mut found);
            at += 1;
        }
    }

    /// How far a keyword extends before the start of its window and after it, at most.
    pub fn reach(&self) -> (usize, usize) {
        self.reach
    }

    #[inline]
    fn bit(&self, window: u32) -> u32 {
        let hash = hash(window);
        // The mask keeps the index within the bitmap, so the compiler drops the check.
        let word = self.bitmap[(hash >> 6) as usize & ((1 << (BITS - 6)) - 1)];
        ((word >> (hash & 63)) & 1) as u32
    }

    #[cold]
    #[inline(never)]
    fn verify(&self, text: &[u8], at: usize, found: &mut impl FnMut(KeywordId, usize)) {
        let three = fold(u32::from_le_bytes([text[at], text[at + 1], text[at + 2], 0]));
        self.report(self.short.get(three & 0x00ff_ffff), text, at, found);
        if at + 4 <= text.len() {
            self.report(self.long.get(folded(text, at)), text, at, found);
        }
    }

    fn report(
        &self,
        entries: &[Entry],
        text: &[u8],
        at: usize,
        found: &mut impl FnMut(KeywordId, usize),
    ) {
        for entry in entries {
            let keyword = &self.keywords[usize::from(entry.keyword)];
            let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
            if let Some(there) = text.get(start..start + keyword.len())
                && there.eq_ignore_ascii_case(keyword)
            {
                found(entry.keyword, start);
            }
        }
    }
}

impl Table {
    fn new(mut pairs: Vec<(u32, Entry)>) -> Self {
        pairs.sort_by_key(|(window, entry)| (*window, entry.keyword));
        let capacity = (pairs.len() * 2 + 1).next_power_of_two();
        let mut table = Self {
            slots: vec![(0, 0, 0); capacity],
            entries: pairs.iter().map(|(_, entry)| *entry).collect(),
        };
        let mut start = 0;
        while start < pairs.len() {
            let window = pairs[start].0;
            let count = pairs[start..].iter().take_while(|(w, _)| *w == window).count();
            let mut slot = hash(window) as usize & (capacity - 1);
            while table.slots[slot].2 != 0 {
                slot = (slot + 1) & (capacity - 1);
            }
            table.slots[slot] = (window, start as u32, count as u32);
            start += count;
        }
        table
    }

    fn get(&self, window: u32) -> &[Entry] {
        let mut slot = hash(window) as usize & (self.slots.len() - 1);
        loop {
            let (there, start, count) = self.slots[slot];
            if count == 0 {
                return &[];
            }
            if there == window {
                return &self.entries[start as usize..(start + count) as usize];
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}

/// One case for letters; merges some punctuation, which the comparison tells apart again.
const fn fold(window: u32) -> u32 {
    window | 0x2020_2020
}

fn folded(text: &[u8], at: usize) -> u32 {
    fold(u32::from_le_bytes([text[at], text[at + 1], text[at + 2], text[at + 3]]))
}

/// Fibonacci hashing: the high bits of a product with 2^32 / golden ratio.
#[inline]
const fn hash(window: u32) -> u32 {
    window.wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

fn set(bitmap: &mut [u64], window: u32) {
    let hash = hash(window);
    bitmap[(hash >> 6) as usize] |= 1 << (hash & 63);
}

/// The offset of the four bytes that are least common in source text.
fn rarest_window(keyword: &[u8]) -> usize {
    (0..=keyword.len() - 4)
        .min_by_key(|at| keyword[*at..at + 4].iter().map(|b| commonness(*b)).sum::<u32>())
        .unwrap_or(0)
}

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
                    assert!(at + before >= range[0] && at < range[1]);
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

    #[test]
    fn finds_short_keywords_at_the_very_end() {
        assert_eq!(by_prefilter(&[b"sg.", b"abcd"], b"xxxxxxxxxxxxxxabcdSG."), [(0, 18), (1, 14)]);
    }
}
