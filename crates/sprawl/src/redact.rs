//! What is said besides findings, without the secrets that were found.
//!
//! A secret may also stand in a path, in the name or address of an author, in a branch, a remote, an
//! exception or a message. There it is written as reports show it, in any case of letters and in
//! percent-encoding. This happens before ids are made: an id of a place, whose key everybody knows,
//! would be a way to try guesses at a password in the path.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::decision::Decision;
use crate::finding::excerpt::Excerpt;
use crate::finding::{Finding, GitPlace, HIDDEN, Origin, Secret};
use crate::git::checkout::Checkout;
use crate::group;
use crate::known::{Known, TooMuch};
use crate::locked::Locked;
use crate::order;
use crate::problem::Problem;
use crate::project::Project;
use crate::scan_output::{ScanOutput, Scanned};
use sprawl_detect::Scanner;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::{Detector, RuleId, Rules};
use sprawl_detect::score::Usability;

/// Shorter values are words that stand in paths by chance.
const SHORTEST: usize = 6;

/// Shorter values count where they stand alone, and not within a word.
const WITHIN_WORDS: usize = 8;

/// Longer values fit no name: paths have 4,096 bytes on Linux.
const LONGEST: usize = 4096;

/// From this length on, a value of small letters and digits is no word that people write by chance.
const NO_WORD: usize = 16;

/// Rounds of percent-encoding that are undone.
const ROUNDS: usize = 3;

/// The secrets of a scan, to be looked for in everything that is not a finding's own text.
#[derive(Debug)]
pub struct Redactor<'r> {
    rules: &'r Rules,
    /// The secrets in order, with the rules that found them.
    secrets: Vec<(u64, Secret, RuleId)>,
    /// Where among those each secret begins.
    entries: Vec<usize>,
    /// The secrets in small letters.
    known: Known,
}

/// A stretch of a text that is one of the secrets, or several of them.
#[derive(Debug, Clone, Copy)]
struct Hit {
    start: usize,
    end: usize,
    entry: Option<usize>,
}

impl<'r> Redactor<'r> {
    /// Of everything that was found.
    pub fn new<'f>(rules: &'r Rules, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut secrets: Vec<(u64, Secret, RuleId)> = findings
            .into_iter()
            .filter(|finding| is_telling(finding))
            .flat_map(|finding| {
                let all = std::iter::once(finding.secret.clone()).chain(decoded(&finding.secret));
                all.map(|secret| (order::beginning(secret.reveal()), secret, finding.rule))
            })
            .collect();
        secrets.sort_unstable();
        secrets.dedup();
        let is_first = |at: &usize| *at == 0 || secrets[at - 1].1 != secrets[*at].1;
        let entries: Vec<usize> = (0..secrets.len()).filter(is_first).collect();
        let lower = entries.iter().map(|at| secrets[*at].1.reveal().to_ascii_lowercase());
        let known = Known::new(lower);
        Self { rules, secrets, entries, known }
    }

    fn secret(&self, entry: usize) -> &Secret {
        &self.secrets[self.entries[entry]].1
    }

    /// What reports show of a secret; what several rules show differently is not shown.
    fn shown(&self, entry: usize) -> String {
        let secret = self.secret(entry);
        let same = self.secrets[self.entries[entry]..].iter();
        let mut all = same
            .take_while(|(_, other, _)| other == secret)
            .map(|(_, secret, rule)| group::shown(self.rules.get(*rule), secret));
        let first = all.next().unwrap_or_default();
        if all.all(|other| other == first) { first } else { HIDDEN.to_owned() }
    }

    /// The text with every secret in it as reports show it.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.entries.is_empty() || text.len() < SHORTEST {
            return Cow::Borrowed(text);
        }
        let mut hits = Vec::new();
        let mut view = View::of(text);
        for _ in 0..=ROUNDS {
            if self.search(&view, text, &mut hits).is_err() {
                // Whoever makes such names wants something to be overlooked.
                return Cow::Borrowed(HIDDEN);
            }
            match view.decoded() {
                Some(decoded) => view = decoded,
                None => break,
            }
        }
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        hits.sort_unstable_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
        let mut merged: Vec<Hit> = Vec::new();
        for hit in hits {
            match merged.last_mut() {
                Some(last) if hit.end <= last.end => {}
                Some(last) if hit.start < last.end => (last.end, last.entry) = (hit.end, None),
                _ => merged.push(hit),
            }
        }
        let mut shown = String::with_capacity(text.len());
        let mut written = 0;
        for Hit { start, end, entry } in merged {
            shown.push_str(&text[written..start]);
            match entry {
                Some(entry) => shown.push_str(&self.shown(entry)),
                None => shown.push_str(HIDDEN),
            }
            written = end;
        }
        shown.push_str(&text[written..]);
        Cow::Owned(shown)
    }

    /// Adds the stretches of the text that a view shows to be secrets.
    fn search(&self, view: &View, text: &str, hits: &mut Vec<Hit>) -> Result<(), TooMuch> {
        let bytes = &view.bytes;
        self.known.each(bytes, |start, end, entry| {
            let secret = self.secret(entry).reveal();
            let is_it = secret.eq_ignore_ascii_case(&bytes[start..end])
                && (secret.len() >= WITHIN_WORDS || !is_within_word(bytes, start, end));
            let (start, end) = (view.starts[start], view.starts[end]);
            if is_it && text.is_char_boundary(start) && text.is_char_boundary(end) {
                hits.push(Hit { start, end, entry: Some(entry) });
            }
        })
    }

    fn string(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    fn strings<'s>(&self, texts: impl IntoIterator<Item = &'s mut String>) {
        texts.into_iter().for_each(|text| self.string(text));
    }

    /// Takes the secrets out of what a scan says about places.
    pub fn scan_output(&self, scan_output: &mut ScanOutput) {
        if self.entries.is_empty() {
            return;
        }
        self.findings(&mut scan_output.findings);
        self.problems(&mut scan_output.problems);
        self.locked(&mut scan_output.locked);
        self.strings(
            scan_output.unread.iter_mut().flat_map(|one| [&mut one.place, &mut one.detail]),
        );
        scan_output.checkouts.iter_mut().for_each(|checkout| self.checkout(checkout));
        for Scanned { repository, path } in &mut scan_output.scanned {
            self.strings([repository, path]);
        }
        for certificate in &mut scan_output.certificates {
            self.strings(certificate.decoded.facts.iter_mut().map(|fact| &mut fact.value));
        }
        scan_output.sort();
    }

    fn findings(&self, findings: &mut [Finding]) {
        // Places of one file share their path, and there may be very many.
        let mut known: BTreeMap<Arc<str>, Option<Arc<str>>> = BTreeMap::new();
        let mut shared = |text: &mut Arc<str>| {
            if !known.contains_key(text) {
                let redacted = match self.redact(text) {
                    Cow::Owned(redacted) => Some(Arc::from(redacted)),
                    Cow::Borrowed(_) => None,
                };
                known.insert(Arc::clone(text), redacted);
            }
            if let Some(Some(redacted)) = known.get(text) {
                *text = Arc::clone(redacted);
            }
        };
        for finding in findings {
            let member = finding.layers.split(&finding.location.path).map(|(_, member)| {
                let shown = self.redact(member);
                shown.len()
            });
            if let Some(meta) = finding.layers.meta.as_deref()
                && let Cow::Owned(shown) = self.redact(meta)
            {
                finding.layers.meta = Some(shown.into());
            }
            shared(&mut finding.location.path);
            if let Some(member) = member {
                finding.layers.member = member;
            }
            if let Some(Excerpt { before, after, .. }) = finding.excerpt.get_mut() {
                self.strings([before, after]);
            }
            shared(&mut finding.below);
            shared(&mut finding.repository);
            self.strings(finding.owners.get_mut().into_iter().flatten());
            let decoded = finding.decoded.get_mut().into_iter();
            self.strings(decoded.flat_map(|all| &mut all.facts).map(|fact| &mut fact.value));
            self.strings(&mut finding.surroundings.name);
            if let Origin::Other(name) = &mut finding.location.origin {
                shared(name);
            }
            if let Origin::Git(place) = &mut finding.location.origin {
                let people = [&place.author, &place.last_author, &place.removed_author];
                let has_secret = |text: &String| matches!(self.redact(text), Cow::Owned(_));
                if people.into_iter().flatten().chain(&place.paths).any(has_secret) {
                    let GitPlace { author, last_author, removed_author, paths, .. } =
                        Arc::make_mut(place);
                    self.strings([author, last_author, removed_author].into_iter().flatten());
                    self.strings(paths);
                }
            }
        }
    }

    /// Takes the secrets out of problems.
    pub fn problems(&self, problems: &mut [Problem]) {
        for problem in problems {
            self.strings([&mut problem.place, &mut problem.what]);
        }
    }

    fn locked(&self, locked: &mut [Locked]) {
        for item in locked {
            self.strings([&mut item.repository, &mut item.path]);
            self.strings(item.lock.text_mut());
        }
    }

    fn checkout(&self, checkout: &mut Checkout) {
        self.strings([&mut checkout.repository, &mut checkout.below]);
        self.strings([&mut checkout.remote, &mut checkout.branch].into_iter().flatten());
    }

    /// The same project for a report in whose paths the secrets that were found are not shown.
    pub fn project(&self, project: &Project) -> Project {
        let mut project = project.clone();
        self.list(project.shown_mut());
        project
    }

    /// Takes the secrets out of what was decided about an occurrence.
    pub fn decision(&self, decision: &mut Decision) {
        self.strings(&mut decision.notes);
        if let Some(suppression) = &mut decision.suppression {
            self.strings([&mut suppression.by, &mut suppression.justification]);
            self.strings(&mut suppression.owner);
        }
    }

    /// The rules, in whose texts there is none of the secrets: whoever writes a rule file may quote one.
    pub fn rules(&self) -> Cow<'r, Rules> {
        match self.rules.reworded(|text| self.list([text])) {
            Some(reworded) => Cow::Owned(reworded),
            None => Cow::Borrowed(self.rules),
        }
    }

    /// Takes the secrets out of a list of texts.
    pub fn list<'s>(&self, texts: impl IntoIterator<Item = &'s mut String>) {
        if !self.entries.is_empty() {
            self.strings(texts);
        }
    }
}

fn is_within_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_word = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    is_word(start.checked_sub(1)) || is_word(Some(end))
}

/// Whether a value tells something where it stands by itself. A word that many paths have for other
/// reasons (`admin`, `postgres`, `changeme`) does not; to blot it out everywhere would say what the
/// password is.
fn is_telling(finding: &Finding) -> bool {
    let bytes = finding.secret.reveal();
    if !(SHORTEST..=LONGEST).contains(&bytes.len()) {
        return false;
    }
    let has = |is: fn(&u8) -> bool| bytes.iter().any(is);
    let other = has(|byte| !byte.is_ascii_alphanumeric());
    let digits = has(u8::is_ascii_digit);
    let letters = has(u8::is_ascii_alphabetic);
    let cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let kinds = [other, digits, letters, cases].iter().filter(|kind| **kind).count();
    let is_doubtful = finding.confidence == Confidence::Weak
        || finding.usability.contains(&Usability::Placeholder);
    if is_doubtful {
        return kinds >= 3 || (bytes.len() >= NO_WORD && kinds >= 2);
    }
    kinds >= 2 || bytes.len() >= WITHIN_WORDS
}

/// What a secret stands for that was found in percent-encoding, as passwords in URLs are: elsewhere it
/// may be written as it is.
fn decoded(secret: &Secret) -> Vec<Secret> {
    if !secret.reveal().contains(&b'%') {
        return Vec::new();
    }
    let text = std::str::from_utf8(secret.reveal()).unwrap_or_default();
    let mut all = Vec::new();
    let mut view = View::of(text);
    while all.len() < ROUNDS
        && let Some(next) = view.decoded()
        && next.bytes.len() >= SHORTEST
    {
        all.push(Secret::new(&next.bytes));
        view = next;
    }
    all
}

/// A text in small letters, perhaps decoded, and where each byte comes from.
struct View {
    bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the text ends.
    starts: Vec<usize>,
}

impl View {
    fn of(text: &str) -> Self {
        Self {
            bytes: text.bytes().map(|byte| byte.to_ascii_lowercase()).collect(),
            starts: (0..=text.len()).collect(),
        }
    }

    /// One round of percent-encoding undone (RFC 3986, section 2.1); nothing if there is none.
    fn decoded(&self) -> Option<Self> {
        let digit = |at: usize| char::from(*self.bytes.get(at)?).to_digit(16);
        let byte_at = |at: usize| {
            let byte = digit(at + 1)? << 4 | digit(at + 2)?;
            (self.bytes[at] == b'%').then(|| u8::try_from(byte).ok()).flatten()
        };
        if !(0..self.bytes.len()).any(|at| byte_at(at).is_some()) {
            return None;
        }
        let mut decoded = Self { bytes: Vec::new(), starts: Vec::new() };
        let mut at = 0;
        while at < self.bytes.len() {
            let (byte, length) = match byte_at(at) {
                Some(byte) => (byte.to_ascii_lowercase(), 3),
                None => (self.bytes[at], 1),
            };
            decoded.bytes.push(byte);
            decoded.starts.push(self.starts[at]);
            at += length;
        }
        decoded.starts.push(self.starts[self.bytes.len()]);
        Some(decoded)
    }
}

/// An error or message without anything that has the form of a credential: for what is said before
/// anything was scanned, where nobody knows the secrets yet.
pub fn message(text: &str) -> Cow<'_, str> {
    let rules = Rules::builtin();
    let spans: Vec<_> = Scanner::new(&rules)
        .candidates(text.as_bytes())
        .into_iter()
        .filter(|candidate| {
            let rule = rules.get(candidate.rule);
            candidate.confidence >= Confidence::Strong
                || (rule.detector == Detector::Pattern && rule.kind.is_guessable())
        })
        .map(|candidate| candidate.secret)
        .collect();
    let mut shown = String::new();
    let mut written = 0;
    for span in spans {
        if span.start < written || text.get(span.clone()).is_none() {
            continue;
        }
        shown.push_str(&text[written..span.start]);
        shown.push_str(HIDDEN);
        written = span.end;
    }
    if written == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[written..]);
    Cow::Owned(shown)
}
