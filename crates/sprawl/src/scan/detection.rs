//! Detections: the secrets of a text, each with the facts that the text holds about it. A finding is a
//! detection at a place, and [`Detection::at`] is the only way to one in a scan.
//!
//! The two are apart because a git object has many places: its text is searched once, and each of its
//! places gets a finding of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::place::Place;
use crate::context::excerpt::excerpts;
use crate::context::surroundings::Around;
use crate::context::{self, nearby};
use crate::finding::excerpt::Excerpt;
use crate::finding::layers::Layers;
use crate::finding::nearby::Nearby;
use crate::finding::surroundings::Surroundings;
use crate::finding::{Finding, Location, Secret};
use crate::line_hash::line_hashes;
use crate::line_hash::masks::masks;
use crate::locked;
use sprawl_detect::Candidate;
use sprawl_detect::decoded::{Decoded, LIVE};
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::ids;
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::{Detector, Rule, RuleId, Rules};
use sprawl_detect::score::{Authority, Usability};
use sprawl_detect::text::Lines;
use sprawl_unpack::encoding::Encoding;
use sprawl_unpack::image::{Image, Status};

/// A secret in a text, with all facts that depend on the text alone and not on its place.
#[derive(Debug, Clone)]
pub struct Detection {
    /// Bytes of the secret, or of what it is encoded in, in the text that it was found in.
    pub(super) bytes: Range<usize>,
    /// The same as lines and columns.
    pub(super) span: Span,
    /// Path of the text below the blob that it is in; empty for the blob itself.
    member: Box<str>,
    /// Encodings and formats that it was decoded from, the outermost first.
    layers: Rare<Vec<Cow<'static, str>>>,
    /// The secret.
    pub secret: Secret,
    /// Rule that matched; in some files it counts as a more general one.
    rule: RuleId,
    /// Reasons for taking it for a secret.
    pub(super) evidence: Vec<Evidence>,
    confidence: Confidence,
    /// Limits to its use by its own form; its host may add to them.
    usability: Vec<Usability>,
    decoded: Rare<Decoded>,
    /// Whether the value is marked as one for real use, not for tests.
    is_live: bool,
    companions: Rare<Vec<Secret>>,
    surroundings: Surroundings,
    /// None in a part of a text: the counters of equal lines need all of it.
    line_hash: Option<Box<str>>,
    nearby: Nearby,
    /// The line in the text that people open; nothing where nobody asked for it.
    excerpt: Rare<Excerpt>,
}

/// Lines and columns, 1-based, as [`Location`] has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl Span {
    /// Counts from the line and column at which its part of a text begins.
    pub(super) fn move_to(&mut self, (line, column): (usize, usize)) {
        if self.line == 1 {
            self.column += column - 1;
        }
        if self.end_line == 1 {
            self.end_column += column - 1;
        }
        self.line += line - 1;
        self.end_line += line - 1;
    }
}

impl Detection {
    /// Puts it into a member of a container; what it was found in may be one within that.
    pub(super) fn put_into(&mut self, member: &str) {
        self.member = match self.member.is_empty() {
            true => member.into(),
            false => format!("{member}!{}", self.member).into(),
        };
    }

    /// Whether no rule found it, but its value is known.
    pub(super) fn is_by_value(&self) -> bool {
        self.evidence.contains(&Evidence::ByValue)
    }

    /// Whether it is in a member of this document or container.
    pub(super) fn is_below(&self, path: &str) -> bool {
        self.member.strip_prefix(path).is_some_and(|inner| inner.starts_with('!'))
    }

    /// The text below the blob that it is in, and its secret: what it is told by where it has no place.
    pub(super) fn text_and_secret(&self) -> (Box<str>, Secret) {
        (self.member.clone(), self.secret.clone())
    }

    /// Whether it is decoded from escapes of addresses, which may as well be a part of a password.
    fn is_of_address(&self) -> bool {
        self.layers.first().is_some_and(|layer| *layer == Encoding::Percent.name())
    }

    /// Takes note of what it was decoded from, one level further out.
    pub(super) fn decode_from(&mut self, layers: impl Iterator<Item = Cow<'static, str>>) {
        let mut all: Vec<_> = layers.collect();
        all.append(&mut self.layers);
        self.layers = all.into();
        // It is that of a line of the text as it is.
        self.line_hash = None;
    }

    /// Takes note of the layer of an image that it is in, and of what becomes of its file.
    pub(super) fn note_layer(&mut self, images: &[Image]) {
        let Some((member, path)) = self.member.split_once('!') else { return };
        let found = images.iter().find_map(|image| Some((image, image.layer(member)?)));
        let Some((image, layer)) = found else { return };
        let of = |index: usize| format!("layer {} of {}", index + 1, image.layers.len());
        let mut what = of(layer.index);
        if let Some(digest) = &layer.digest {
            what = format!("{what}, {digest}");
        }
        let status = match image.status_of(layer.index, path) {
            Status::InFinal => "in the final image".to_owned(),
            Status::RemovedIn(index) => format!("deleted by {}, and still there", of(index)),
            Status::ReplacedIn(index) => format!("replaced by {}, and still there", of(index)),
        };
        self.decoded.add_fact("layer", what);
        self.decoded.add_fact("image", status);
    }

    /// Takes the marks of the text that it was decoded in, if what it was decoded to has none.
    pub(super) fn mark_by(&mut self, around: Nearby) {
        if self.nearby.marks.is_empty() {
            self.nearby.marks = around.marks;
        }
    }

    /// Works out its lines and columns anew.
    pub(super) fn place_by(&mut self, lines: &mut Lines<'_>) {
        let (line, column) = lines.place(self.bytes.start);
        let (end_line, end_column) = lines.place(self.bytes.end);
        self.span = Span { line, column, end_line, end_column };
    }

    /// The finding of this secret at a place. It is whole but for what needs all findings of a scan:
    /// see [`Finding`].
    pub fn at(self, rules: &Rules, place: &Place) -> Finding {
        let within;
        let place = match &*self.member {
            "" => place,
            member => {
                within = place.member(member);
                &within
            }
        };
        let mut id = rules.in_file(self.rule, &place.path);
        let rule = rules.get(id);
        let mut decoded = self.decoded;
        if rule.detector != Detector::Keys
            && (rule.text.live || (self.is_live && !rule.kind.is_guessable()))
        {
            decoded.add_fact("mode", LIVE);
        }
        if rule.id() == ids::PRIVATE_KEY_UNKNOWN
            && context::is_ssh_key(&place.below)
            && let Some((ssh, _)) = rules.named(&ids::SSH_PRIVATE_KEY)
        {
            id = ssh;
        }
        let environment = self.surroundings.environment.unwrap_or_else(|| place.environment());
        let mut usability = self.usability;
        usability.extend(self.surroundings.host.map(|host| host.usability(environment)));
        Finding {
            rule: id,
            secret: self.secret,
            location: Location {
                path: place.path.clone(),
                line: self.span.line,
                column: self.span.column,
                end_line: self.span.end_line,
                end_column: self.span.end_column,
                origin: place.origin.clone(),
            },
            repository: place.repository.clone(),
            below: place.below.clone(),
            evidence: self.evidence,
            confidence: self.confidence,
            usability,
            decoded,
            companions: self.companions,
            surroundings: self.surroundings,
            environment,
            exposure: place.exposure,
            line_hash: self.line_hash,
            nearby: self.nearby,
            layers: layers(&self.member, self.layers),
            excerpt: self.excerpt,
            owners: Rare::default(),
            slot: Box::default(),
            decision: Rare::default(),
        }
    }
}

/// Detections from the candidates of a text. In a part of a text (`is_whole` is false) line hashes
/// are left out, and so are facts that need the whole text.
pub(super) fn detections(
    rules: &Rules,
    text: &[u8],
    candidates: Vec<Candidate>,
    is_whole: bool,
) -> Vec<Detection> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let spans: Vec<Range<usize>> = candidates.iter().map(|c| c.secret.clone()).collect();
    let mut companions = companions(text, &candidates);
    let mut searched = SearchedText {
        text,
        lines: Lines::new(text),
        around: if is_whole { Around::new(text) } else { Around::of_part(text) },
        spans: &spans,
        is_sealing: None,
    };
    let mut detections = Vec::with_capacity(candidates.len());
    let nearby = nearby::nearby(text, &spans);
    for (at, (candidate, nearby)) in candidates.into_iter().zip(nearby).enumerate() {
        let companions = companions.remove(&at).unwrap_or_default().into();
        let rule = rules.get(candidate.rule);
        detections.push(searched.detection(rule, candidate, companions, nearby));
    }
    if is_whole && let Some(secrets) = masks(text, &spans, &line_starts(text, &spans)) {
        let numbers: Vec<usize> = detections.iter().map(|found| found.span.line).collect();
        let hashes = line_hashes(text, &numbers, &secrets);
        for (detection, hash) in detections.iter_mut().zip(hashes) {
            detection.line_hash = Some(hash.into());
        }
    }
    detections
}

/// The layers of a finding, if there are any.
fn layers(member: &str, mut decoded: Rare<Vec<Cow<'static, str>>>) -> Rare<Layers> {
    if member.is_empty() && decoded.is_empty() {
        return Rare::default();
    }
    let decoded = std::mem::take(&mut *decoded).into_iter().map(Box::from).collect();
    Layers { member: member.len(), decoded, meta: None }.into()
}

/// Keeps the lines of secrets of a text. `others` are further stretches of it that are not to be shown.
pub(super) fn note_lines(text: &[u8], found: &mut [Detection], mut others: Vec<Range<usize>>) {
    if found.is_empty() {
        return;
    }
    let spans: Vec<Range<usize>> = found.iter().map(|one| one.bytes.clone()).collect();
    others.extend(spans.iter().cloned());
    for (detection, excerpt) in found.iter_mut().zip(excerpts(text, &spans, others)) {
        detection.excerpt = excerpt.into();
    }
}

/// Adds what was decoded from a text to what was found in it as it is. All have their places in that text.
pub(super) fn merge(rules: &Rules, known: &mut Vec<Detection>, decoded: Vec<Detection>) {
    if decoded.is_empty() {
        return;
    }
    let mut merged = Merged::default();
    std::mem::take(known).into_iter().for_each(|detection| merged.insert(detection));
    merged.add(rules, decoded);
    *known = merged.into_list();
}

/// Detections of a text from several layers. Where two of different layers are about the same bytes, the one
/// that says more stays.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// By the byte at which they begin and the order in which they came: a text may have very many.
    all: BTreeMap<(usize, usize), Detection>,
    /// Bytes of the longest one.
    longest: usize,
    count: usize,
}

impl Merged {
    fn insert(&mut self, detection: Detection) {
        self.longest = self.longest.max(detection.bytes.len());
        self.all.insert((detection.bytes.start, self.count), detection);
        self.count += 1;
    }

    /// Adds what one layer brings. Those do not compete with each other: several secrets of a container
    /// have the same place.
    pub(super) fn add(&mut self, rules: &Rules, mut layer: Vec<Detection>) {
        layer.retain(|new| !self.is_known(rules, new));
        layer.into_iter().for_each(|detection| self.insert(detection));
    }

    /// Takes out what a new detection stands for, and returns whether it is known itself.
    fn is_known(&mut self, rules: &Rules, new: &Detection) -> bool {
        let is_generic = |one: &Detection| rules.get(one.rule).detector == Detector::Assignment;
        let says_more = is_generic(new) && !new.is_of_address();
        let first = new.bytes.start.saturating_sub(self.longest);
        let mut replaced = Vec::new();
        let mut is_known = false;
        for (key, old) in self.all.range((first, 0)..(new.bytes.end, 0)) {
            if old.bytes.end <= new.bytes.start {
                continue;
            }
            let has_own_form = !is_generic(old) && !rules.get(old.rule).text.encoded;
            is_known = old.secret == new.secret
                || (has_own_form && is_generic(new))
                // What is surer is not given up for what is less sure.
                || (!has_own_form && old.confidence > new.confidence)
                || (old.rule == new.rule && old.confidence >= new.confidence && !says_more);
            if is_known {
                break;
            }
            if !has_own_form {
                replaced.push(*key);
            }
        }
        for key in replaced {
            self.all.remove(&key);
        }
        is_known
    }

    /// All of them, in order of place.
    pub(super) fn into_list(self) -> Vec<Detection> {
        self.all.into_values().collect()
    }
}

/// The other halves of those candidates that have some, by position in the list.
fn companions(text: &[u8], all: &[Candidate]) -> BTreeMap<usize, Vec<Secret>> {
    let secrets = |candidate: &Candidate| {
        candidate.companions.iter().map(|other| secret_of(text, &all[*other])).collect()
    };
    let some = all.iter().enumerate().filter(|(_, candidate)| !candidate.companions.is_empty());
    some.map(|(at, candidate)| (at, secrets(candidate))).collect()
}

/// The value that a candidate is known by.
pub(super) fn secret_of(text: &[u8], candidate: &Candidate) -> Secret {
    match &candidate.identity {
        Some(identity) => Secret::new(identity),
        None => Secret::new(&text[candidate.secret.clone()]),
    }
}

/// Starts of the lines on which the spans begin, which are in order.
fn line_starts(text: &[u8], spans: &[Range<usize>]) -> Vec<usize> {
    let mut starts = Vec::with_capacity(spans.len());
    let (mut at, mut line) = (0, 0);
    for span in spans {
        line = memchr::memrchr(b'\n', &text[at..span.start]).map_or(line, |feed| at + feed + 1);
        at = span.start;
        starts.push(line);
    }
    starts
}

/// A text whose candidates are turned into detections, in order of place.
struct SearchedText<'t> {
    text: &'t [u8],
    lines: Lines<'t>,
    around: Around<'t>,
    /// Spans of the secrets, in order; none overlaps another.
    spans: &'t [Range<usize>],
    /// Whether it holds the key that opens sealed secrets; asked of texts with keys only.
    is_sealing: Option<bool>,
}

impl SearchedText<'_> {
    fn detection(
        &mut self,
        rule: &Rule,
        candidate: Candidate,
        companions: Rare<Vec<Secret>>,
        nearby: Nearby,
    ) -> Detection {
        let (line, column) = self.lines.place(candidate.secret.start);
        let (end_line, end_column) = self.lines.place(candidate.secret.end);
        let surroundings = self.surroundings(&candidate, rule);
        let secret = secret_of(self.text, &candidate);
        let mut decoded = candidate.decoded;
        let mut is_live = false;
        if rule.detector == Detector::Keys {
            if self.is_sealing() {
                decoded.add_fact("use", locked::SEALING);
                decoded.authority = Some(Authority::Bootstrap);
            }
        } else {
            if decoded.expires.is_none() && surroundings.expires.is_some() {
                decoded.expires = surroundings.expires;
                decoded.add_term();
            }
            is_live = context::is_live(&self.text[candidate.secret.clone()]);
        }
        Detection {
            bytes: candidate.secret.clone(),
            span: Span { line, column, end_line, end_column },
            secret,
            rule: candidate.rule,
            evidence: candidate.evidence,
            confidence: candidate.confidence,
            usability: candidate.usability,
            decoded: decoded.into(),
            is_live,
            companions,
            surroundings,
            line_hash: None,
            nearby,
            member: Box::default(),
            layers: Rare::default(),
            excerpt: Rare::default(),
        }
    }

    /// Facts from the text around a candidate.
    fn surroundings(&mut self, candidate: &Candidate, rule: &Rule) -> Surroundings {
        let all = self.spans;
        let is_secret = |span: &Range<usize>| {
            let first = all.partition_point(|other| other.end <= span.start);
            all.get(first).is_some_and(|other| other.start < span.end)
        };
        let has_host = rule.kind.is_guessable();
        self.around.surroundings(&candidate.secret, has_host, is_secret)
    }

    fn is_sealing(&mut self) -> bool {
        *self.is_sealing.get_or_insert_with(|| locked::is_sealing_key(self.text))
    }
}
