//! What follows from a list of keywords: their windows, chosen to be rare, and what stands there.
//!
//! Shared with the build script, which plans for the keywords of the built-in rules: choosing takes
//! longer than the scan of a small file.

use std::borrow::Cow;

use super::commonness::Commonness;
use super::context::{Context, Spelling};

/// A keyword's number: its index in the list that [`Plan::new`] got.
pub type KeywordId = u16;

/// One for every `u16`, so that no look-up needs a check. Windows use the lower half.
pub(super) const INDICES: usize = 1 << 16;

/// Windows of keywords, static for built-in rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The index of each row's window; the first row has none and is left out.
    pub windows: Cow<'static, [u16]>,
    /// The first belongs to no window.
    pub rows: Cow<'static, [Row]>,
    /// Those of a row side by side.
    pub places: Cow<'static, [Place]>,
    /// All keywords, one after the other.
    pub spellings: Cow<'static, [u8]>,
    /// By keyword, where in that it ends.
    pub ends: Cow<'static, [u32]>,
    /// Bytes before its window where a keyword begins, and after its window's beginning where it
    /// ends, at most.
    pub reach: (usize, usize),
}

/// What is known about a window.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Row {
    /// Low five bits of the bytes that stand before it in keywords, as a set.
    pub before: u32,
    /// The same of the bytes after it.
    pub after: u32,
    /// First of the places where it stands.
    pub first: u32,
    /// How many they are.
    pub places: u32,
}

/// A keyword with a window in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The keyword.
    pub keyword: KeywordId,
    /// Where in the keyword the window begins; one byte before the keyword, at the least.
    pub offset: i16,
    /// What stands around it there, with one case for letters.
    pub context: Context,
}

impl Place {
    /// A place as the build script writes it down: the context is two numbers.
    pub const fn new(keyword: KeywordId, offset: i16, bytes: u64, mask: u64) -> Self {
        Self { keyword, offset, context: Context { bytes, mask } }
    }
}

impl Plan {
    /// Plans for lower-case keywords.
    pub fn new(keywords: &[&[u8]]) -> Self {
        let mut draft = Draft {
            row_of: zeros(),
            windows: Vec::new(),
            rows: vec![Row::default()],
            places: Vec::with_capacity(keywords.len() * 3),
            reach: (0, 0),
            commonness: Commonness::new(),
        };
        // Short ones have the least choice; others can then share their windows.
        let mut ids: Vec<usize> = (0..keywords.len()).collect();
        ids.sort_by_key(|id| keywords[*id].len());
        for id in ids {
            draft.place(id as KeywordId, keywords[id]);
        }
        let places = draft.arranged();
        let mut end = 0;
        let mut end_of = |keyword: &&[u8]| {
            end += keyword.len() as u32;
            end
        };
        Self {
            windows: Cow::Owned(draft.windows),
            rows: Cow::Owned(draft.rows),
            places: Cow::Owned(places),
            spellings: Cow::Owned(keywords.concat()),
            ends: Cow::Owned(keywords.iter().map(&mut end_of).collect()),
            reach: draft.reach,
        }
    }

    /// The keyword with this number.
    pub fn keyword(&self, id: KeywordId) -> &[u8] {
        let id = usize::from(id);
        let start = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.spellings[start as usize..self.ends[id] as usize]
    }
}

/// One case for letters; merges some other characters, which the comparison tells apart again.
pub(super) const fn fold(bytes: u64) -> u64 {
    bytes | 0x2020_2020_2020_2020
}

/// As many zeros as there are indices. Memory that is never touched costs nothing.
pub(super) fn zeros<T: Copy + Default>() -> Box<[T; INDICES]> {
    let zeros = vec![T::default(); INDICES].into_boxed_slice();
    zeros.try_into().unwrap_or_else(|_| Box::new([T::default(); INDICES]))
}

/// A plan in the making.
struct Draft {
    /// By index of a window, which of the rows is its own.
    row_of: Box<[u16; INDICES]>,
    windows: Vec<u16>,
    rows: Vec<Row>,
    /// With their rows, in the order in which they were chosen.
    places: Vec<(usize, Place)>,
    reach: (usize, usize),
    commonness: Commonness,
}

impl Draft {
    /// Chooses two windows for a keyword.
    fn place(&mut self, keyword: KeywordId, spelled: &[u8]) {
        let spelling = Spelling::new(spelled);
        for parity in 0..2 {
            let (offset, context) = self.rarest_window(&spelling, parity);
            let folded = Context { bytes: fold(context.bytes), ..context };
            let place = Place { keyword, offset: offset as i16, context: folded };
            for index in context.indices() {
                let row = self.add_window(index);
                self.rows[row].before |= context.before();
                self.rows[row].after |= context.after();
                self.rows[row].places += 1;
                self.places.push((row, place));
            }
            let (before, after) = self.reach;
            let rest = spelled.len().saturating_add_signed(-offset);
            self.reach = (before.max(offset.max(0) as usize), after.max(rest));
        }
    }

    /// Where in a keyword to look for it, with an offset of this parity. Prefers windows that are
    /// rare, that have rare surroundings, and that other keywords have anyhow.
    fn rarest_window(&self, spelling: &Spelling, parity: isize) -> (isize, Context) {
        // Nanoseconds that the second step and the third will take for each byte of a text.
        let cost = |context: Context| {
            let (window, around) = self.commonness.of(context);
            let row = self.rows[usize::from(self.row_of[usize::from(context.index())])];
            let second = if row.places == 0 { 2.0 } else { 8.0 * row.growth(context) };
            second * window + 8.0 * around
        };
        let mut windows = spelling.windows(parity).map(|window| (cost(window.1), window));
        let first = windows.next().expect("every keyword has windows of either parity");
        windows.fold(first, |best, window| if window.0 < best.0 { window } else { best }).1
    }

    fn add_window(&mut self, index: u16) -> usize {
        let row_of = &mut self.row_of[usize::from(index)];
        if *row_of == 0 {
            *row_of = self.rows.len() as u16;
            self.windows.push(index);
            self.rows.push(Row::default());
        }
        usize::from(*row_of)
    }

    /// The places, those of each row side by side; tells the rows where theirs begin.
    fn arranged(&mut self) -> Vec<Place> {
        let mut first = 0;
        for row in &mut self.rows {
            row.first = first;
            first += std::mem::take(&mut row.places);
        }
        let mut arranged: Vec<Place> = self.places.iter().map(|(_, place)| *place).collect();
        for (row, place) in &self.places {
            let row = &mut self.rows[*row];
            arranged[(row.first + row.places) as usize] = *place;
            row.places += 1;
        }
        arranged
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
