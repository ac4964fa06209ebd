//! The hot loop: prefilter, then windows, then patterns, then checks; candidates come out.
//!
//! What a rule finds is defined without any of that: its pattern, tried at every position of the
//! text, and once more where an escape ends, as if the text began there; tokens that prove themselves,
//! wherever they stand; all of it filtered by the rule's conditions ([`Scanner::candidates_slowly`]).
//! The prefilter and the windows only leave out positions where nothing can match; a property test
//! compares the two.

mod assigned;
mod label;
mod lookalike;
mod pairs;
mod pieces;
mod repeats;
mod stand_in;
mod string_table;
pub mod version;

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use regex_automata::meta::Cache;
use regex_automata::{Anchored, Input};

use crate::checks::{self, Verdict};
use crate::decoded::Decoded;
use crate::evidence::{Confidence, Evidence};
use crate::rules::{Compiled, Detector, Form, Kind, Rule, RuleId, Rules, Target};
use crate::score::{Authority, Reach, Usability};
use crate::text::{self, positions};
use crate::{assignment, entropy, escapes, keys, naming, placeholder, weak, words};

/// Something that a rule found in a text; positions are bytes of that text.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The rule.
    pub rule: RuleId,
    /// The secret.
    pub secret: Range<usize>,
    /// How much the rule knows; of overlapping candidates the greatest is kept.
    specificity: Specificity,
    /// What identifies it, where that is not the text itself (a key in whatever wrapping).
    pub identity: Option<Vec<u8>>,
    /// What speaks for it.
    pub evidence: Vec<Evidence>,
    /// How sure we are.
    pub confidence: Confidence,
    /// Limits to its use.
    pub usability: Vec<Usability>,
    /// What it says about itself.
    pub decoded: Decoded,
    /// Other halves, by position in the list.
    pub companions: Vec<usize>,
}

impl Candidate {
    /// A span with a rule, of which nothing else is known.
    pub(crate) fn plain(rule: RuleId, secret: Range<usize>) -> Self {
        Self {
            rule,
            secret,
            specificity: (Precedence::Generic, false, 0, 0, 0),
            identity: None,
            evidence: Vec::new(),
            confidence: Confidence::Weak,
            usability: Vec::new(),
            decoded: Decoded::default(),
            companions: Vec::new(),
        }
    }
}

/// Precedence; proven; form; length of the literal prefix; length of the context word.
type Specificity = (Precedence, bool, u8, usize, usize);

/// Precedence among rules whose secrets overlap: a lower one yields to a higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    /// Any password in a URL, any bearer token: names no provider.
    Generic,
    /// Names a provider, but by its context or by half of the value.
    Fallback,
    Ordinary,
}

impl Precedence {
    fn of(rule: &Rule) -> Self {
        match (rule.text.fallback, rule.reach) {
            (false, _) => Self::Ordinary,
            (true, Reach::Generic) => Self::Generic,
            (true, _) => Self::Fallback,
        }
    }
}

/// Minimum length, in bytes, of a literal prefix that makes a type recognisable.
const PREFIX: usize = 3;

/// Scans texts with a set of rules. One for each thread: it owns the engines' scratch memory.
#[derive(Debug)]
pub struct Scanner<'r> {
    rules: &'r Rules,
    /// By rule, once its pattern was tried. Boxed: most never are, and a cache is large.
    caches: Vec<Option<Box<Cache>>>,
    windows: Vec<Window>,
    /// Matches at keywords that need no window: where an escape ends, and of tokens that prove
    /// themselves.
    bare: Vec<Match>,
    /// What the matches of a text lead to: rules, and where the secrets begin and end.
    secrets: Vec<(RuleId, (usize, usize))>,
    /// By rule, the first place at which it was not tried yet for such a match; 0 if at none.
    untried: Vec<usize>,
    /// The rules that were tried at some place.
    tried: Vec<RuleId>,
    key_hits: Vec<usize>,
    /// Hits of the assignment detector's keywords: start and end of each.
    assignment_hits: Vec<(usize, usize)>,
    /// What is carried from one piece of a long text to the next.
    work: pieces::Work,
    /// What was found at the last names of a text.
    repeats: repeats::Repeats,
    slots: Vec<Option<regex_automata::util::primitives::NonMaxUsize>>,
    certificates: Vec<keys::KeyMaterial>,
    /// With more matches than this a text is not searched to its end.
    most_matches: usize,
    /// Of a text that is looked at in parts: whether its head is text.
    part_of: Option<bool>,
}

/// A place where a rule's pattern matches; its conditions have not been asked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    start: usize,
    rule: RuleId,
    /// Where the secret begins and ends.
    secret: (usize, usize),
}

/// Texts longer than this are worked through in pieces of this length, in bytes.
const PIECE: usize = 64 * 1024;

/// Bytes beyond its ends that a match may depend on: assertions like `\b` look at one, the end of an
/// escape is told by all of it.
const LOOK_AROUND: usize = escapes::LONGEST;

/// Fewer places than this where a match may begin are tried one by one.
const FEW_STARTS: usize = 32;

/// Where a match of a rule may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    rule: RuleId,
    /// First start.
    from: usize,
    /// Last start.
    to: usize,
}

/// The text of a blob as the rules see it: [`text::decoded`], unless it is a key store or a key in
/// binary. It has to be one: the bytes that it begins with must not hide a text behind them.
pub fn text_of(bytes: &[u8]) -> Cow<'_, [u8]> {
    match keys::container(bytes) {
        Some(key) if !key.is_certificate => Cow::Borrowed(bytes),
        _ => text::decoded(bytes),
    }
}

impl<'r> Scanner<'r> {
    /// A scanner with empty scratch memory.
    pub fn new(rules: &'r Rules) -> Self {
        let mut caches = Vec::new();
        caches.resize_with(rules.numbers(), || None);
        Self {
            rules,
            caches,
            windows: Vec::new(),
            bare: Vec::new(),
            secrets: Vec::new(),
            untried: vec![0; rules.numbers()],
            tried: Vec::new(),
            key_hits: Vec::new(),
            assignment_hits: Vec::new(),
            work: pieces::Work::default(),
            repeats: repeats::Repeats::default(),
            slots: Vec::new(),
            certificates: Vec::new(),
            most_matches: usize::MAX,
            part_of: None,
        }
    }

    /// The certificates seen since this was last asked. They are no findings, but tell what keys are.
    pub fn take_certificates(&mut self) -> Vec<keys::KeyMaterial> {
        std::mem::take(&mut self.certificates)
    }

    /// The rules it scans with.
    pub fn rules(&self) -> &'r Rules {
        self.rules
    }

    /// Everything the rules find in the text, in order of place, one rule for each span.
    ///
    /// A long text is worked through in pieces, so that what only looks promising takes no memory
    /// beyond its piece; that this changes nothing is tested.
    pub fn candidates(&mut self, text: &[u8]) -> Vec<Candidate> {
        self.candidates_by(text, PIECE)
    }

    /// The text of a blob ([`text_of`]), and what the rules find in it.
    ///
    /// Most blobs are read here for the first time, and searching them hides how long memory takes.
    /// Only what has zeros may have to be decoded, and is searched again.
    pub fn candidates_in_blob<'b>(&mut self, bytes: &'b [u8]) -> (Cow<'b, [u8]>, Vec<Candidate>) {
        let certificates = self.certificates.len();
        if let Some(candidates) = self.candidates_unless(bytes, PIECE, text::may_be_wide) {
            return (Cow::Borrowed(bytes), candidates);
        }
        self.certificates.truncate(certificates);
        let text = text_of(bytes);
        let candidates = self.candidates(&text);
        (text, candidates)
    }

    /// What the rules find in a part of a longer text, of which `is_text` says whether it begins like
    /// one.
    pub fn candidates_of_part(&mut self, part: &[u8], is_text: bool) -> Vec<Candidate> {
        self.part_of = Some(is_text);
        let candidates = self.candidates_by(part, PIECE);
        self.part_of = None;
        candidates
    }

    fn is_text(&self, text: &[u8]) -> bool {
        self.part_of.unwrap_or_else(|| assignment::is_text(text))
    }

    fn candidates_by(&mut self, text: &[u8], piece: usize) -> Vec<Candidate> {
        self.candidates_unless(text, piece, |_| false).unwrap_or_default()
    }

    /// Returns `None` at the first piece of the text for which `is_other` is true.
    fn candidates_unless(
        &mut self,
        text: &[u8],
        piece: usize,
        is_other: impl Fn(&[u8]) -> bool,
    ) -> Option<Vec<Candidate>> {
        self.clear();
        if text.len() <= piece {
            self.note_hits(text, 0..text.len());
            if is_other(text) {
                return None;
            }
            let mut matches = std::mem::take(&mut self.bare);
            self.search_all_windows(text, &mut matches);
            let candidates = self.judge_matches(text, &matches);
            self.bare = matches;
            return Some(candidates);
        }
        let mut work = std::mem::take(&mut self.work);
        work.begin(self.is_text(text));
        let mut from = 0;
        let mut is_done = true;
        while from < text.len() && is_done {
            let to = from.saturating_add(piece).min(text.len());
            self.note_hits(text, from..to);
            is_done = !is_other(&text[from..to]);
            if is_done {
                self.work_off(text, to, &mut work);
            }
            from = to;
        }
        let candidates = is_done.then(|| self.finish(text, &mut work));
        self.work = work;
        candidates
    }

    /// Clears what the last text left behind.
    fn clear(&mut self) {
        self.windows.clear();
        self.bare.clear();
        self.tried.drain(..).for_each(|rule| self.untried[usize::from(rule.0)] = 0);
        self.key_hits.clear();
        self.assignment_hits.clear();
    }

    /// Turns the keywords in a range of the text into windows and hits.
    fn note_hits(&mut self, text: &[u8], range: Range<usize>) {
        let rules = self.rules;
        rules.prefilter().each_in(text, range, |keyword, at| {
            let (_, targets) = rules.target(keyword);
            for target in targets {
                if let Some((window, _)) = self.window_for_hit(text, keyword, at, *target) {
                    self.add_window(window);
                }
            }
        });
    }

    /// Adds a window to the last one, if it goes on where that ends.
    fn add_window(&mut self, window: Window) {
        match self.windows.last_mut() {
            Some(last)
                if last.rule == window.rule
                    && (last.from..=last.to.saturating_add(1)).contains(&window.from) =>
            {
                last.to = last.to.max(window.to);
            }
            _ => self.windows.push(window),
        }
    }

    /// The same by definition: every pattern at every position. For tests and for doubt.
    pub fn candidates_slowly(&mut self, text: &[u8]) -> Vec<Candidate> {
        let mut matches = Vec::new();
        let ends: Vec<(usize, u8)> = (0..=text.len())
            .filter_map(|at| escapes::ending_at(text, at).map(|said| (at, said)))
            .collect();
        for (id, rule) in self.rules.iter() {
            if rule.detector != Detector::Pattern {
                continue;
            }
            let everywhere = Window { rule: id, from: 0, to: text.len() };
            self.search_windows(text, &[everywhere], &mut matches);
            let Ok(compiled) = rule.compiled() else { continue };
            if compiled.edges.keyword.is_none() {
                continue;
            }
            for (at, said) in &ends {
                matches.extend(self.after_escape(id, compiled, text, *at, *said));
            }
            for at in 0..text.len() {
                matches.extend(proven_at(id, rule, compiled, text, at));
            }
        }
        self.key_hits.clear();
        if self.rules.any_by(Detector::Keys) {
            let hits = keys::KEYWORDS.iter().flat_map(|k| positions(text, k.as_bytes()));
            self.key_hits.extend(hits);
        }
        self.assignment_hits.clear();
        if self.rules.any_by(Detector::Assignment) {
            for word in assignment::KEYWORDS {
                let hits = positions(text, word.as_bytes()).map(|at| (at, at + word.len()));
                self.assignment_hits.extend(hits);
            }
        }
        self.judge_matches(text, &matches)
    }

    /// The window of a rule around a keyword hit, and the length of the rule's longest match. Hits of
    /// detectors without windows are kept for later.
    fn window_for_hit(
        &mut self,
        text: &[u8],
        keyword: u16,
        at: usize,
        target: Target,
    ) -> Option<(Window, usize)> {
        let id = match target {
            Target::Rule(id) => id,
            Target::Keys => {
                self.key_hits.push(at);
                return None;
            }
            Target::Assignment => {
                self.assignment_hits.push((at, at + self.rules.target(keyword).0));
                return None;
            }
        };
        let rules = self.rules;
        let rule = rules.get(id);
        let compiled = rule.compiled().ok()?;
        let max_match = compiled.max_match;
        if let Some(place) = compiled.edges.keyword {
            let end = at + self.rules.target(keyword).0;
            if compiled.edges.required.as_ref().is_some_and(|byte| !byte.follows(text, end)) {
                return None;
            }
            let starts = at.saturating_sub(place.1)..=at.checked_sub(place.0)?;
            // Where it is known how far before a keyword a match begins, and a border before that.
            let from = at.saturating_sub(place.1 + 1);
            let mut starts = starts.filter(|start| compiled.classes.may_begin_at(text, *start));
            if starts.next().is_none()
                || !compiled.classes.may_hold_secret(text, from..at + max_match)
            {
                return None;
            }
            self.match_without_border(id, rule, text, at, place);
            return Some((Window { rule: id, from, to: at }, max_match));
        }
        let reach = if rule.text.keywords.is_empty() {
            rule.near().map_or(0, |near| near.within)
        } else {
            0
        };
        let end = at + self.rules.target(keyword).0;
        let from = end.saturating_sub(max_match + reach);
        // A value may begin up to `reach` after the context word, and the match around it a little
        // before the value.
        let to = if reach > 0 { end + reach } else { at };
        if !compiled.classes.may_hold_secret(text, from..to + max_match + escapes::LONGEST) {
            return None;
        }
        Some((Window { rule: id, from, to: to.min(text.len()) }, max_match))
    }

    /// Notes what matches at a keyword where no border stands before or behind it: after an escape,
    /// and tokens that prove themselves. `place`: so far before the keyword the secret may begin.
    fn match_without_border(
        &mut self,
        id: RuleId,
        rule: &Rule,
        text: &[u8],
        at: usize,
        place: (usize, usize),
    ) {
        let Ok(compiled) = rule.compiled() else { return };
        let proves = compiled.edges.only_secret && rule.check.is_some_and(|c| c.proof().is_some());
        let has_border = compiled.edges.has_border();
        let Some(last) = at.checked_sub(place.0).filter(|_| proves || has_border) else { return };
        let mut first = at.saturating_sub(place.1);
        // What is found at a place does not depend on the keyword: if there are many close together,
        // each place is looked at once. Keywords come in order but for a few.
        let untried = &mut self.untried[usize::from(id.0)];
        if *untried == 0 {
            self.tried.push(id);
        }
        if last >= *untried {
            first = first.max(*untried);
            *untried = last + 1;
        }
        for from in (first..=last).rev() {
            if proves && !is_of_tokens(text[from]) {
                break;
            }
            // What ends in a sign is a border.
            let escape = if has_border { escapes::ending_at(text, from) } else { None };
            if escape.is_none() && !proves {
                continue;
            }
            if compiled.edges.only_secret && !compiled.may_begin(&text[from..]) {
                continue;
            }
            if let Some(said) = escape {
                let found = self.after_escape(id, compiled, text, from, said);
                self.bare.extend(found);
            }
            if proves {
                self.bare.extend(proven_at(id, rule, compiled, text, from));
            }
        }
    }

    /// The match that begins where an escape ends, if the rule's border holds for what it stands for.
    fn after_escape(
        &mut self,
        id: RuleId,
        compiled: &Compiled,
        text: &[u8],
        at: usize,
        said: u8,
    ) -> Option<Match> {
        if !compiled.edges.may_begin_after(said) {
            return None;
        }
        // As if the text began here, which is a border for every pattern.
        let rest = text.get(at..)?;
        let range = 0..compiled.max_match.min(rest.len());
        let (_, secret) = self.search(id, compiled, rest, range, Anchored::Yes)?;
        Some(Match { start: at, rule: id, secret: (at + secret.start, at + secret.end) })
    }

    fn search_all_windows(&mut self, text: &[u8], out: &mut Vec<Match>) {
        let mut windows = std::mem::take(&mut self.windows);
        windows.sort_unstable();
        windows.dedup();
        for same_rule in windows.chunk_by(|a, b| a.rule == b.rule) {
            self.search_windows(text, same_rule, out);
        }
        self.windows = windows;
    }

    /// Tries one rule's pattern at every start within the windows (which are in order).
    fn search_windows(&mut self, text: &[u8], windows: &[Window], out: &mut Vec<Match>) {
        let Some(first) = windows.first() else { return };
        let rule = self.rules.get(first.rule);
        let Ok(compiled) = rule.compiled() else { return };
        let mut start = 0;
        let mut index = 0;
        // Where it is known, the keywords have been looked at.
        let tries_escapes = compiled.edges.has_border() && compiled.edges.keyword.is_none();
        while index < windows.len() {
            let from = windows[index].from.max(start);
            let mut to = windows[index].to;
            index += 1;
            while index < windows.len() && windows[index].from <= to.saturating_add(1) {
                to = to.max(windows[index].to);
                index += 1;
            }
            start = from;
            let end = to.saturating_add(compiled.max_match).min(text.len());
            while start <= to && start <= end {
                let Some((matched, secret)) =
                    self.search_from(first.rule, compiled, text, start..=to, end)
                else {
                    break;
                };
                if matched.start > to {
                    break;
                }
                start = matched.start + 1;
                let secret = (secret.start, secret.end);
                out.push(Match { start: matched.start, rule: first.rule, secret });
                if out.len() > self.most_matches {
                    return;
                }
            }
            start = start.max(to.saturating_add(1));
            if tries_escapes {
                escapes::among(text, from..to.saturating_add(1), |at, said| {
                    out.extend(self.after_escape(first.rule, compiled, text, at, said));
                });
            }
        }
    }

    /// Asks the conditions of every match, adds key material, and keeps one rule for each span.
    fn judge_matches(&mut self, text: &[u8], matches: &[Match]) -> Vec<Candidate> {
        let mut secrets = std::mem::take(&mut self.secrets);
        secrets.extend(matches.iter().map(|found| (found.rule, found.secret)));
        // Many starts may lead to the same secret.
        secrets.sort_unstable();
        secrets.dedup();
        let mut candidates = Vec::new();
        for (id, (from, to)) in secrets.drain(..) {
            if let Some(candidate) = judge(self.rules, id, text, &(from..to)) {
                push_longest(&mut candidates, candidate);
            }
        }
        self.secrets = secrets;
        let mut keys = std::mem::take(&mut self.key_hits);
        self.find_keys(text, &mut keys, &mut 0, &mut candidates);
        self.key_hits = keys;
        self.find_container(text, &mut candidates);
        let mut names = std::mem::take(&mut self.assignment_hits);
        if !names.is_empty() && self.is_text(text) {
            self.find_assigned(text, &mut names, &mut 0, &mut candidates);
        }
        self.assignment_hits = names;
        let mut kept = resolve_overlaps(self.rules, text, candidates);
        prove_by_project(self.rules, text, &mut kept);
        label::leave_out(self.rules, text, &mut kept);
        kept
    }

    /// The leftmost match that begins at one of these places and ends in the text before `end`, or one that begins
    /// behind them.
    ///
    /// Where there are few, each is tried: an engine that may begin anywhere reads on to the end, and makes states
    /// for all the matches that might have begun on the way.
    fn search_from(
        &mut self,
        id: RuleId,
        compiled: &Compiled,
        text: &[u8],
        starts: RangeInclusive<usize>,
        end: usize,
    ) -> Option<(Range<usize>, Range<usize>)> {
        if starts.end() - starts.start() >= FEW_STARTS {
            return self.search(id, compiled, text, *starts.start()..end, Anchored::No);
        }
        starts
            .take_while(|start| *start <= end)
            .find_map(|start| self.search(id, compiled, text, start..end, Anchored::Yes))
    }

    /// The leftmost match that begins within the range, or at its beginning, and its secret.
    fn search(
        &mut self,
        id: RuleId,
        compiled: &Compiled,
        text: &[u8],
        range: Range<usize>,
        anchored: Anchored,
    ) -> Option<(Range<usize>, Range<usize>)> {
        let cache = self.caches[usize::from(id.0)]
            .get_or_insert_with(|| Box::new(compiled.regex.create_cache()));
        let input = Input::new(text).range(range).anchored(anchored);
        if let Some(inset) = compiled.inset {
            let matched = compiled.regex.search_with(cache, &input)?.range();
            let secret = inset.secret(&matched);
            return Some((matched, secret));
        }
        // The half search is the fast one; groups are only resolved where there is a match.
        compiled.regex.search_half_with(cache, &input)?;
        self.slots.clear();
        self.slots.resize(compiled.regex.group_info().slot_len(), None);
        compiled.regex.search_slots_with(cache, &input, &mut self.slots)?;
        let slot = |index: usize| self.slots.get(index).copied().flatten().map(|s| s.get());
        let group = compiled.secret_group * 2;
        Some((slot(0)?..slot(1)?, slot(group)?..slot(group + 1)?))
    }

    /// Key material at the keywords, which are in any order. `end` is where the last ended; the
    /// keywords are used up.
    fn find_keys(
        &mut self,
        text: &[u8],
        hits: &mut Vec<usize>,
        end: &mut usize,
        out: &mut Vec<Candidate>,
    ) {
        hits.sort_unstable();
        hits.dedup();
        for at in hits.drain(..) {
            // Armour within armour already found: its END line, or a second keyword in it.
            if at < *end {
                continue;
            }
            if let Some(key) = keys::key_at(text, at) {
                *end = key.span.end;
                self.push_key(key, out);
            }
        }
    }

    fn find_container(&mut self, text: &[u8], out: &mut Vec<Candidate>) {
        // A part of a text is no file of its own.
        if self.part_of.is_none()
            && let Some(key) = keys::container(text)
        {
            self.push_key(key, out);
        }
    }

    fn push_key(&mut self, key: keys::KeyMaterial, out: &mut Vec<Candidate>) {
        if key.is_certificate {
            self.certificates.push(key);
            return;
        }
        let Some((rule, _)) = self.rules.named(&key.rule) else { return };
        let (confidence, evidence) = if key.proven {
            (Confidence::Proven, Evidence::Proof("key structure"))
        } else {
            (Confidence::Strong, Evidence::Shape)
        };
        let mut decoded = key.decoded;
        decoded.add_term();
        out.push(Candidate {
            rule,
            specificity: (Precedence::Ordinary, key.proven, u8::MAX, 0, 0),
            secret: key.span,
            identity: Some(key.identity),
            evidence: vec![evidence],
            confidence,
            usability: decoded.usability.clone(),
            decoded,
            companions: Vec::new(),
        });
    }
}

/// A token of the rule at this place, if it proves itself and other letters go on before or behind
/// it: where there are borders, the pattern finds it.
fn proven_at(
    id: RuleId,
    rule: &Rule,
    compiled: &Compiled,
    text: &[u8],
    at: usize,
) -> Option<Match> {
    let check = rule.check.filter(|_| compiled.edges.only_secret)?;
    let proof = check.proof()?;
    let rest = text.get(at..).filter(|rest| compiled.may_begin(rest))?;
    let fixed = compiled.fixed_length();
    if fixed.is_some_and(|length| !may_be_token(rest, length)) {
        return None;
    }
    let length = proof.proven_length(check, rest, fixed)?;
    let goes_on = |byte: Option<&u8>| byte.is_some_and(|byte| is_of_tokens(*byte));
    let glued = goes_on(rest.get(length)) || goes_on(at.checked_sub(1).map(|before| &text[before]));
    (glued && compiled.is_shape_of(&rest[..length])).then_some(Match {
        start: at,
        rule: id,
        secret: (at, at + length),
    })
}

/// Whether a text begins with `length` characters of tokens. The cheapest test, so it comes first.
fn may_be_token(text: &[u8], length: usize) -> bool {
    text.get(..length).is_some_and(|token| token.iter().all(|byte| is_of_tokens(*byte)))
}

/// Characters in which tokens are written.
fn is_of_tokens(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.~".contains(&byte)
}

/// Of overlapping candidates of one rule, which come in order of their starts, the longest stays.
fn push_longest(out: &mut Vec<Candidate>, candidate: Candidate) {
    match out.last_mut() {
        Some(last) if last.rule == candidate.rule && last.secret.end > candidate.secret.start => {
            if candidate.secret.len() > last.secret.len() {
                *last = candidate;
            }
        }
        _ => out.push(candidate),
    }
}

/// Applies a rule's conditions to a match.
fn judge(rules: &Rules, id: RuleId, text: &[u8], secret: &Range<usize>) -> Option<Candidate> {
    let rule = rules.get(id);
    let value = &text[secret.clone()];
    let bits = entropy::shannon(value);
    if rule.text.min_entropy.is_some_and(|least| bits < least) {
        return None;
    }
    let mut context = 0;
    let compiled = rule.compiled().ok()?;
    if let Some(near) = &compiled.context {
        context = near.nearest(text, secret)?;
    }
    let prefix = compiled.public_prefix(value);
    // The name that a value is assigned to goes before a vendor's name near by.
    let shapeless = is_shapeless(rule, value, prefix);
    if shapeless && naming::harmless(text, secret).is_some()
        || prefix < PREFIX
            && is_known_by_name(rule, compiled)
            && naming::harmless_by_names(text, secret).is_some()
    {
        return None;
    }
    let (mut confidence, known_by) = if prefix >= PREFIX {
        (Confidence::Strong, Evidence::Prefix)
    } else {
        (Confidence::Pattern, Evidence::Shape)
    };
    let mut proof = None;
    if shapeless && rule.text.value.is_some() && is_identifier(value) {
        let of_rule = |name: &Range<usize>| {
            compiled
                .context
                .as_ref()
                .is_some_and(|near| near.longest_in(text, name.clone()).is_some())
        };
        if naming::is_named_otherwise(text, secret, of_rule) {
            confidence = Confidence::Weak;
        }
    }
    if rule.is_builtin && is_identifier_of_words(value, prefix) {
        return None;
    }
    let mut decoded = Decoded::default();
    if let Some(check) = rule.check {
        let outcome = (check.run)(value);
        match outcome.verdict {
            Verdict::Rejected => return None,
            Verdict::Proven => {
                confidence = Confidence::Proven;
                proof = Some(Evidence::Proof(check.name));
            }
            Verdict::Plausible => {}
        }
        decoded = outcome.decoded;
        decoded.add_term();
    }
    if confidence == Confidence::Strong && string_table::runs_on(rules, &value[prefix..]) {
        return None;
    }
    let mut usability = decoded.usability.clone();
    if rule.usability != Usability::Complete {
        usability.push(rule.usability);
    }
    // Behind a known prefix, the rest alone tells: `ghp_xxxx`.
    let placeholder = placeholder::placeholder(value).or_else(|| {
        let rest = &value[prefix..];
        (prefix > 0 && rest.len() >= 8).then(|| placeholder::placeholder(rest)).flatten()
    });
    let mut harmless = None;
    if let Some(reason) = placeholder {
        usability.push(Usability::Placeholder);
        harmless = Some(Evidence::Placeholder(reason));
    } else if rule.kind.is_guessable() && weak::is_weak(rule.kind == Kind::Password, value, bits) {
        if !assignment::remote::opens_remote_host(text, secret) {
            confidence = Confidence::Weak;
        }
        harmless = Some(Evidence::WeakValue);
    }
    // A password of words is what passwords are; what signs for a whole account is made by a machine.
    let is_wide = rule.authority.weight() >= Authority::AccountWide.weight();
    if is_wide && prefix < PREFIX && stand_in::is_stand_in(value) {
        usability.push(Usability::StandIn);
    }
    if rule.kind.is_guessable() && rule.is_builtin && confidence <= Confidence::Pattern {
        // The shape of a URL or connection string says that there is a password, not that it is one
        // that opens something.
        let known_place = Precedence::of(rule) != Precedence::Generic || rule.form == Form::Own;
        let least = assignment::judge::judge_rule_match(text, secret, known_place).confidence?;
        confidence = confidence.min(least);
    }
    // Together only here: most matches are rejected before.
    let near = compiled.context.is_some().then_some(Evidence::Near);
    let last = Evidence::Entropy(bits);
    let evidence = near.into_iter().chain([known_by]).chain(proof).chain(harmless).chain([last]);
    // The more a rule knows about the value and its place, the likelier it names the right vendor.
    let form = match (prefix >= PREFIX, rule.text.pattern.is_some()) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    };
    let specificity =
        (Precedence::of(rule), confidence == Confidence::Proven, form, prefix, context);
    Some(Candidate {
        rule: id,
        specificity,
        secret: secret.clone(),
        identity: None,
        evidence: evidence.collect(),
        confidence,
        usability,
        decoded,
        companions: Vec::new(),
    })
}

/// Whether a rule knows a value by what stands around it alone, and takes it for a secret.
fn is_shapeless(rule: &Rule, value: &[u8], prefix: usize) -> bool {
    let distinctive =
        prefix >= PREFIX && !value[..prefix].iter().all(|b| b.is_ascii_hexdigit() || *b == b'x');
    rule.near().is_some()
        && !distinctive
        && !rule.kind.is_guessable()
        // It is about an id or a public key itself.
        && naming::meaning_of(rule.id().as_bytes()).is_none()
        && rule.usability != Usability::IdOnly
        && rule.authority != Authority::PublicByDesign
}

/// Whether a pattern has the name of the value in it, and takes what bears it for a secret. Such a
/// pattern lets the name go on: `_PROD`, but also `_ID`. A form of its own knows the place instead: what
/// a call comes to has another name, `cipher = new("...")`.
fn is_known_by_name(rule: &Rule, compiled: &Compiled) -> bool {
    rule.is_builtin
        && rule.form != Form::Own
        && rule.text.pattern.is_some()
        && !compiled.edges.only_secret
        && naming::meaning_of(rule.id().as_bytes()).is_none()
        && rule.usability != Usability::IdOnly
        && rule.authority != Authority::PublicByDesign
}

/// Whether a value has the form of most ids: a UUID, or hexadecimal.
fn is_identifier(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
}

/// Whether what follows the prefix of a type is words written together, as in the name of a constant or
/// a member: chance makes no sixteen letters of words.
fn is_identifier_of_words(value: &[u8], prefix: usize) -> bool {
    let rest = &value[prefix.min(value.len())..];
    let rest = rest.strip_prefix(b".").unwrap_or(rest);
    if prefix == 0 || rest.len() < LEAST_WORDS || !rest.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let reading = words::read(rest);
    reading.known * 4 >= reading.letters * 3
}

/// Minimum number of letters that count as words: fewer may be words by chance.
const LEAST_WORDS: usize = 12;

/// Resolves overlaps, so that each span has one rule, and joins the halves of pairs.
fn resolve_overlaps(rules: &Rules, text: &[u8], mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    // Best first; ties by place and rule, so that the result does not depend on the order of search.
    candidates.sort_by(|a, b| {
        let rank = |c: &Candidate| (c.specificity, c.secret.len());
        rank(b).cmp(&rank(a)).then_with(|| (a.secret.start, a.rule).cmp(&(b.secret.start, b.rule)))
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len());
    let mut taken = std::collections::BTreeMap::<usize, usize>::new();
    for candidate in candidates {
        let span = &candidate.secret;
        let overlaps =
            taken.range(..span.end).next_back().is_some_and(|(_, end)| *end > span.start);
        if !overlaps {
            taken.insert(span.start, span.end);
            kept.push(candidate);
        }
    }
    kept.sort_by_key(|c| (c.secret.start, c.secret.end, c.rule));
    pairs::type_by_ids(rules, text, &mut kept);
    pairs::join(rules, &mut kept);
    kept
}

/// Proves keys whose checksum takes the project in by the addresses of projects in the same text.
fn prove_by_project(rules: &Rules, text: &[u8], kept: &mut [Candidate]) {
    const CHECK: &str = "supabase-project";
    let is_key = |c: &Candidate| rules.get(c.rule).check.is_some_and(|check| check.name == CHECK);
    if !kept.iter().any(is_key) {
        return;
    }
    let projects = checks::supabase_projects(text);
    for candidate in kept.iter_mut().filter(|candidate| is_key(candidate)) {
        let value = &text[candidate.secret.clone()];
        let Some(project) = checks::supabase_project(value, &projects) else { continue };
        candidate.confidence = Confidence::Proven;
        candidate.evidence.push(Evidence::Proof(CHECK));
        candidate.decoded.add_fact("project", project);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_supabase_is_proved_by_the_address_of_its_project() {
        use sha2::Digest as _;
        let (project, head) =
            ("abcdefghijklmnopqrst", ["sb", "_secret_Zk3vQ9xWb7Lm2Rt8Yp5Nc4"].concat());
        let hash = sha2::Sha256::digest(format!("{project}|{head}"));
        let key = format!("{head}_{}", &data_encoding::BASE64URL_NOPAD.encode(&hash)[..8]);
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        for (host, proven) in [(project, true), ("tsrqponmlkjihgfedcba", false)] {
            let text = format!("URL=https://{host}.supabase.co\nKEY={key}\n");
            let found = scanner.candidates(text.as_bytes());
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].confidence == Confidence::Proven, proven, "{text}");
            let says =
                |fact: &crate::decoded::Fact| fact.name == "project" && fact.value == project;
            assert_eq!(found[0].decoded.facts.iter().any(says), proven);
        }
    }

    #[test]
    fn the_head_of_a_key_store_does_not_hide_a_text() {
        let wide: Vec<u8> = "password = x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let der = [0x30, wide.len() as u8];
        for head in [&der[..], &[0xfe, 0xed, 0xfe, 0xed], &[0x95, 0, 0, 4]] {
            let text = text_of(&[head, &wide].concat()).into_owned();
            assert!(text.ends_with(b"password = x\n"), "{head:?}");
        }
    }
}
