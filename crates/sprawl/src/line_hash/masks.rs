//! The secrets that a hash of lines must not cover: those that were found, and the same values where
//! no rule speaks.
//!
//! Values are looked for only where hashes look: most texts with candidates are long, and few of their
//! lines have any.

use std::ops::Range;

use memchr::memmem::Finder;

use super::BLOCK;
use crate::known::{self, GRAM, Known, TooMuch};

/// So many values are looked for one by one.
const FEW: usize = 8;

/// The stretches of a text that are secrets, in order and apart from each other: all that were found,
/// and within what the hashes of the lines at `starts` (ascending) cover, the same values elsewhere.
/// Nothing if the text is made so that they cannot all be looked for.
pub(crate) fn masks(
    text: &[u8],
    found: &[Range<usize>],
    starts: &[usize],
) -> Option<Vec<Range<usize>>> {
    let mut masks = found.to_vec();
    merge(&mut masks);
    let values = Values::new(text, found);
    let mut elsewhere: Vec<Range<usize>> = Vec::new();
    let mut searched = 0;
    // Many secrets may stand on one line.
    for start in starts.chunk_by(|a, b| a == b).map(|same| &same[0]) {
        // What is found makes the window longer: it counts as one character.
        loop {
            let end = window_end(text, *start, &masks, &elsewhere);
            if end <= searched {
                break;
            }
            let from = searched.max(*start).saturating_sub(values.longest);
            let to = end.saturating_add(values.longest).min(text.len());
            let tail = elsewhere.partition_point(|mask| mask.end <= from);
            let mut late = elsewhere.split_off(tail);
            values.each(&text[from..to], |start, end| late.push(from + start..from + end)).ok()?;
            late.retain(|hit| !is_covered(hit, &masks));
            merge(&mut late);
            elsewhere.append(&mut late);
            searched = end;
        }
    }
    masks.append(&mut elsewhere);
    merge(&mut masks);
    Some(masks)
}

/// The values that were found, each once.
struct Values<'t> {
    values: Vec<&'t [u8]>,
    longest: usize,
    search: Search<'t>,
}

enum Search<'t> {
    OneByOne(Vec<Finder<'t>>),
    AtOnce(Known),
}

impl<'t> Values<'t> {
    fn new(text: &'t [u8], found: &[Range<usize>]) -> Self {
        let values = found.iter().map(|span| &text[span.clone()]);
        let mut values: Vec<&[u8]> = values.filter(|value| value.len() >= GRAM).collect();
        values.sort_unstable();
        values.dedup();
        let search = if values.len() <= FEW {
            Search::OneByOne(values.iter().map(|value| Finder::new(*value)).collect())
        } else {
            Search::AtOnce(Known::new(values.iter().copied()))
        };
        Self { longest: values.iter().map(|value| value.len()).max().unwrap_or(0), values, search }
    }

    /// Calls `hit` with start and end of each of the values in a text.
    fn each(&self, text: &[u8], mut hit: impl FnMut(usize, usize)) -> Result<(), TooMuch> {
        match &self.search {
            Search::OneByOne(finders) => {
                let mut left = known::work(text);
                for finder in finders {
                    let length = finder.needle().len();
                    let mut from = 0;
                    // A value may overlap itself.
                    while let Some(at) = finder.find(&text[from..]) {
                        left = left.checked_sub(length).ok_or(TooMuch)?;
                        hit(from + at, from + at + length);
                        from += at + 1;
                    }
                }
                Ok(())
            }
            Search::AtOnce(known) => known.each(text, |start, end, number| {
                if text[start..end] == *self.values[number] {
                    hit(start, end);
                }
            }),
        }
    }
}

/// Where the characters end that the hash of a line covers, or a little later.
fn window_end(
    text: &[u8],
    start: usize,
    found: &[Range<usize>],
    elsewhere: &[Range<usize>],
) -> usize {
    let ahead = |masks: &[Range<usize>]| masks.partition_point(|mask| mask.end <= start);
    let mut found = found[ahead(found)..].iter().peekable();
    let mut elsewhere = elsewhere[ahead(elsewhere)..].iter().peekable();
    let mut left = BLOCK;
    let mut at = start;
    while at < text.len() && left > 0 {
        let masks = [&mut found, &mut elsewhere];
        let around = masks.map(|masks| {
            while masks.next_if(|mask| mask.end <= at).is_some() {}
            masks.peek().filter(|mask| mask.start <= at).copied()
        });
        if let Some(end) = around.iter().flatten().map(|mask| mask.end).max() {
            // A mark for all of those that overlap.
            let is_next = around.iter().flatten().all(|mask| mask.start == at);
            left -= usize::from(is_next);
            at = end;
            continue;
        }
        // Of a character in UTF-8 its first byte counts.
        let counts = !matches!(text[at], b' ' | b'\t' | b'\r' | 0x80..0xc0);
        left -= usize::from(counts);
        at += 1;
    }
    at
}

fn is_covered(hit: &Range<usize>, masks: &[Range<usize>]) -> bool {
    let after = masks.partition_point(|mask| mask.start <= hit.start);
    after > 0 && masks[after - 1].end >= hit.end
}

/// Sorts, and makes one of those that overlap.
fn merge(spans: &mut Vec<Range<usize>>) {
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    spans.dedup_by(|next, last| {
        let overlap = next.start < last.end || next == last;
        if overlap {
            last.end = last.end.max(next.end);
        }
        overlap
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line_hash::line_hashes;

    /// Every place of every value in the whole text.
    fn everywhere(text: &[u8], found: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut all = found.to_vec();
        let values = Values::new(text, found);
        values.each(text, |start, end| all.push(start..end)).unwrap();
        merge(&mut all);
        all
    }

    proptest! {
        #[test]
        fn what_a_hash_covers_is_masked_as_if_all_was_searched(
            text in proptest::collection::vec("(abcd|ab-?cd|[abcd \n]{1,3}|é){0,40}", 1..6),
            found in proptest::collection::vec((0_usize..1000, 4_usize..12), 1..12),
        ) {
            let text = text.join("\n").into_bytes();
            let found: Vec<_> = found
                .into_iter()
                .map(|(at, length)| at % (text.len() + 1)..text.len().min(at % (text.len() + 1) + length))
                .collect();
            let mut starts: Vec<usize> = found
                .iter()
                .map(|span| memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1))
                .collect();
            starts.sort_unstable();
            let lines: Vec<usize> =
                starts.iter().map(|start| memchr::memchr_iter(b'\n', &text[..*start]).count() + 1).collect();
            let strip = |hash: String| hash.split(':').next().unwrap_or_default().to_owned();
            let hashes = |masks: &[Range<usize>]| -> Vec<String> {
                line_hashes(&text, &lines, masks).into_iter().map(strip).collect()
            };
            let masks = masks(&text, &found, &starts).unwrap();
            prop_assert!(masks.is_sorted_by(|a, b| a.end <= b.start));
            prop_assert_eq!(hashes(&masks), hashes(&everywhere(&text, &found)));
        }
    }

    #[test]
    fn many_on_one_line_are_looked_for_once() {
        let text = b"Vx7kQ2mNpR9t ".repeat(30_000);
        let found: Vec<_> = (0..30_000).map(|number| 13 * number..13 * number + 12).collect();
        let near = (0..30_000).map(|_| 0).collect::<Vec<usize>>();
        // Walked from each of them to the end of the line, this would not end.
        assert_eq!(masks(&text, &found, &near).map(|masks| masks.len()), Some(30_000));
        assert!(window_end(&text, 0, &found, &[]) < 2_000);
    }

    #[test]
    fn a_value_beyond_the_window_is_left_alone() {
        let text = [b"k=secret1\n".as_slice(), &b"x".repeat(200), b"\nsecret1 secret1\n"].concat();
        let found = std::slice::from_ref(&(2..9));
        assert_eq!(masks(&text, found, &[0]).as_deref(), Some(found));
        let starts = [0, text.len() - 16];
        assert_eq!(masks(&text, found, &starts).map(|masks| masks.len()), Some(3));
    }
}
