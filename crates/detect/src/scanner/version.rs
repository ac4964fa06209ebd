//! Scanning a text of which an earlier version was scanned already: only what is new is looked at.
//!
//! Whether a pattern matches at a position depends on the bytes from just before it to the end of
//! its longest match, and on nothing else. So a match of the earlier version stands in this one as
//! well if all of those bytes are shared, and at any other position it is tried again. Keywords are
//! found the same way: those that lie in shared bytes are known, the others are looked for around
//! what is new. Everything else (context words, checks, which of two overlapping findings is kept,
//! what belongs together) is decided anew for the whole text, from the matches. That this finds
//! exactly what a scan of the whole text finds is tested on generated histories.

use std::ops::Range;

use super::{Candidate, LOOK_AROUND, Match, PIECE, Scanner, Window};

/// A run of bytes that a text shares with its earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Where it begins in the text.
    pub at: usize,
    /// Where it begins in the earlier version.
    pub from: usize,
    /// Bytes.
    pub length: usize,
}

impl Shared {
    /// The runs of a text that its earlier version does not have; `shared` is in order.
    pub fn rest(shared: &[Self], length: usize) -> impl Iterator<Item = Range<usize>> {
        let begins = std::iter::once(0).chain(shared.iter().map(|run| run.at + run.length));
        let ends = shared.iter().map(|run| run.at).chain(std::iter::once(length));
        begins.zip(ends).map(|(begin, end)| begin..end).filter(|rest| !rest.is_empty())
    }
}

/// What a scan leaves behind for the next version of the text. Holds positions, no content.
#[derive(Debug, Default)]
pub struct Trace {
    /// Length of the text.
    length: usize,
    /// Where keywords begin, in order.
    hits: Vec<Hit>,
    /// Where patterns match.
    matches: Vec<Match>,
    /// Says nothing about the next version: there was too much to note.
    is_partial: bool,
}

/// Texts up to this length may hold a keyword at every byte, in bytes.
const LONG: usize = 1 << 20;

/// In longer ones there is at most one keyword, and one match, in so many bytes; else they are
/// scanned as if there were no earlier version.
const DENSE: usize = 64;

impl Trace {
    /// Whether it holds nothing, so that keeping it costs no memory.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.matches.is_empty()
    }

    /// Whether it says nothing about the next version.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Bytes of memory that it takes.
    pub fn size(&self) -> usize {
        self.hits.capacity() * size_of::<Hit>() + self.matches.capacity() * size_of::<Match>()
    }
}

/// A keyword in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) at: usize,
    pub(super) keyword: u16,
}

/// The earlier version of a text, and what it has in common with it.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'t> {
    /// What the scan of the earlier version left behind.
    pub trace: &'t Trace,
    /// The shared runs, in order of their place in the text, without overlaps there.
    pub shared: &'t [Shared],
}

impl Scanner<'_> {
    /// Everything the rules find in the text, as [`Scanner::candidates`] finds it; leaves a trace
    /// for the next version.
    pub fn candidates_of_version(
        &mut self,
        text: &[u8],
        earlier: Option<Earlier<'_>>,
        trace: &mut Trace,
    ) -> Vec<Candidate> {
        trace.length = text.len();
        trace.is_partial = false;
        trace.hits.clear();
        trace.matches.clear();
        self.clear();
        // A long text with a keyword in every few bytes would take many times its own memory.
        let most = if text.len() > LONG { text.len() / DENSE } else { usize::MAX };
        match earlier {
            Some(earlier) => self.carry_over(text, earlier, most, trace),
            None => self.collect_hits(text, most, trace),
        }
        let mut matches = std::mem::take(&mut trace.matches);
        matches.append(&mut self.bare);
        if trace.hits.len() <= most {
            self.most_matches = most;
            self.search_all_windows(text, &mut matches);
            self.most_matches = usize::MAX;
        }
        if trace.hits.len() > most || matches.len() > most {
            *trace = Trace::default();
            trace.is_partial = true;
            return self.candidates(text);
        }
        matches.sort_unstable();
        matches.dedup();
        let candidates = self.judge_matches(text, &matches);
        trace.matches = matches;
        candidates
    }

    fn collect_hits(&mut self, text: &[u8], most: usize, trace: &mut Trace) {
        let prefilter = self.rules.prefilter();
        let mut from = 0;
        while from < text.len() {
            let to = from.saturating_add(PIECE).min(text.len());
            prefilter.each_in(text, from..to, |keyword, at| trace.hits.push(Hit { at, keyword }));
            if trace.hits.len() > most {
                return;
            }
            from = to;
        }
        trace.hits.sort_unstable();
        for hit in &trace.hits {
            self.add_windows(text, *hit, None);
        }
    }

    fn carry_over(&mut self, text: &[u8], earlier: Earlier<'_>, most: usize, trace: &mut Trace) {
        let Earlier { trace: old, shared } = earlier;
        for run in shared {
            // A version may hold the earlier one thousands of times over.
            if trace.hits.len() > most || trace.matches.len() > most {
                return;
            }
            let run = Run::new(run, old.length, text.len());
            let first = old.hits.partition_point(|hit| hit.at < run.from.start);
            for hit in old.hits[first..].iter().take_while(|hit| hit.at < run.from.end) {
                let (length, _) = self.rules.target(hit.keyword);
                if hit.at + length <= run.from.end {
                    let hit = Hit { at: run.moved(hit.at), ..*hit };
                    trace.hits.push(hit);
                    self.add_windows(text, hit, Some(&run));
                }
            }
            let first = old.matches.partition_point(|found| found.start < run.from.start);
            for found in old.matches[first..].iter().take_while(|f| f.start < run.from.end) {
                let Ok(compiled) = self.rules.get(found.rule).compiled() else { continue };
                let start = run.moved(found.start);
                if run.unchanged(compiled.max_match).contains(&start) {
                    let secret = (run.moved(found.secret.0), run.moved(found.secret.1));
                    trace.matches.push(Match { start, secret, ..*found });
                }
            }
        }
        self.look_around_changes(text, shared, trace);
        trace.hits.sort_unstable();
    }

    /// Looks for keywords that do not lie within one shared run.
    fn look_around_changes(&mut self, text: &[u8], shared: &[Shared], trace: &mut Trace) {
        // Windows of keywords that touch what is new begin this far before it, or after.
        let (before, after) = self.rules.prefilter().reach();
        let end = text.len();
        let mut known = 0;
        let mut pending: Option<Range<usize>> = None;
        let runs = shared.iter().map(|run| (run.at, run.at + run.length));
        for (from, to) in runs.chain([(end, end)]) {
            // No keyword reaches beyond the ends of the text.
            if (known, from) != (0, 0) && known != end {
                let region = known.saturating_sub(after)..from.saturating_add(before).min(end);
                match &mut pending {
                    Some(last) if last.end >= region.start => last.end = region.end,
                    _ => {
                        if let Some(done) = pending.replace(region) {
                            self.look_for_keywords(text, done, shared, trace);
                        }
                    }
                }
            }
            known = to;
        }
        if let Some(last) = pending {
            self.look_for_keywords(text, last, shared, trace);
        }
    }

    fn look_for_keywords(
        &mut self,
        text: &[u8],
        region: Range<usize>,
        shared: &[Shared],
        trace: &mut Trace,
    ) {
        let first = trace.hits.len();
        let rules = self.rules;
        rules.prefilter().each_in(text, region, |keyword, at| {
            let (length, _) = rules.target(keyword);
            let run = shared.partition_point(|run| run.at <= at).checked_sub(1);
            let within = run.is_some_and(|run| at + length <= shared[run].at + shared[run].length);
            if !within {
                trace.hits.push(Hit { at, keyword });
            }
        });
        for index in first..trace.hits.len() {
            self.add_windows(text, trace.hits[index], None);
        }
    }

    /// Notes where the rules that a keyword stands for are to be tried: everywhere within their
    /// reach, but not where the earlier version has been tried already.
    fn add_windows(&mut self, text: &[u8], hit: Hit, run: Option<&Run>) {
        let rules = self.rules;
        let (_, targets) = rules.target(hit.keyword);
        for target in targets {
            let Some((window, max_match)) = self.window_for_hit(text, hit.keyword, hit.at, *target)
            else {
                continue;
            };
            let Some(run) = run else {
                self.windows.push(window);
                continue;
            };
            let unchanged = run.unchanged(max_match);
            if window.from < unchanged.start {
                let to = window.to.min(unchanged.start - 1);
                self.windows.push(Window { to, ..window });
            }
            if window.to >= unchanged.end {
                let from = window.from.max(unchanged.end);
                self.windows.push(Window { from, ..window });
            }
        }
    }
}

/// A shared run, with what lies beyond the ends of both texts shared as well.
struct Run {
    /// In the earlier version.
    from: Range<usize>,
    /// In the text.
    at: usize,
    begins_text: bool,
    ends_text: bool,
}

impl Run {
    fn new(shared: &Shared, old_length: usize, new_length: usize) -> Self {
        let Shared { at, from, length } = *shared;
        Self {
            from: from..from + length,
            at,
            begins_text: at == 0 && from == 0,
            ends_text: at + length == new_length && from + length == old_length,
        }
    }

    /// Where a position of the earlier version is in the text.
    fn moved(&self, position: usize) -> usize {
        position - self.from.start + self.at
    }

    /// Positions of the text at which a pattern finds what it found in the earlier version.
    fn unchanged(&self, max_match: usize) -> Range<usize> {
        let start = if self.begins_text { 0 } else { self.at + LOOK_AROUND };
        let end = self.at + self.from.len();
        let end =
            if self.ends_text { end + 1 } else { end.saturating_sub(max_match + LOOK_AROUND) };
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn a_version_that_holds_the_earlier_one_many_times_over_takes_no_more_memory() {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        let unit = "A".repeat(40_000);
        let mut old = Trace::default();
        scanner.candidates_of_version(unit.as_bytes(), None, &mut old);
        assert!(old.hits.len() > 10_000);
        let text = unit.repeat(500);
        let shared: Vec<Shared> = (0..500)
            .map(|number| Shared { at: number * unit.len(), from: 0, length: unit.len() })
            .collect();
        let most = text.len() / DENSE;
        let mut trace = Trace::default();
        let earlier = Earlier { trace: &old, shared: &shared };
        scanner.carry_over(text.as_bytes(), earlier, most, &mut trace);
        assert!(trace.hits.len() > most);
        assert!(trace.hits.len() <= most + old.hits.len(), "{} hits", trace.hits.len());
        assert!(scanner.windows.len() <= trace.hits.len());
    }
}
