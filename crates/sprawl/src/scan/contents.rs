//! Contents of a blob: its text, the members of the container that it is, and what is encoded in any of
//! these texts. All of it is searched in the same way, within one budget.
//!
//! ```text
//!  bytes ---> container ---> members ---.
//!        `------------------------------+--> text ---> detections
//!                  ^                    ^      |
//!                  `--------------------`------+--- decoded segments
//! ```
//!
//! A detection in a member has the path of the member. One in a decoded segment stands where the segment
//! stands in its text, and names the encodings.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Worker;
use super::detection::{Detection, Merged, detections, merge, note_lines};
use super::file_name;
use super::name::may_hold_secret;
use crate::context::nearby;
use crate::finding::Secret;
use crate::locked::{self, Lock};
use sprawl_detect::assignment;
use sprawl_detect::text::Lines;
use sprawl_detect::{Candidate, Scanner, text_of};
use sprawl_unpack::budget::{Budget, Limits};
use sprawl_unpack::container::{Container, container};
use sprawl_unpack::encoding::{Decoder, Known, Segment};
use sprawl_unpack::image::Images;
use sprawl_unpack::input::Input;
use sprawl_unpack::nest::{self, Member, Visitor};
use sprawl_unpack::unread::{Reason, Unread};

/// Options for containers and encodings.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnpackOptions {
    /// How much of one file is opened.
    pub limits: Limits,
    /// Containers stay closed and nothing is decoded; what is left out is counted.
    pub is_off: bool,
}

/// Result of the search of a blob.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Secrets, in no particular order.
    pub(super) detections: Vec<Detection>,
    /// What was not read; places are paths below the blob, empty for the blob itself.
    pub(super) unread: Vec<Unread>,
    /// What is locked with a secret, and the path of the member that says so.
    pub(super) locks: Vec<(Box<str>, Lock)>,
    /// Whether the bytes are a container whose members were read in their place.
    pub(super) is_opened: bool,
}

impl Contents {
    /// Whether the blob itself was read; what could not be read of its members is another matter.
    pub(super) fn is_read(&self) -> bool {
        self.is_opened || self.unread.iter().all(|unread| !unread.place.is_empty())
    }

    /// Keeps one place for what both a document, whose detections begin at `own`, and one of its members
    /// show: the place where the document shows it as it is.
    fn prefer_own(&mut self, own: usize, is_of_member: impl Fn(&Detection) -> bool) {
        let own = self.detections.split_off(own);
        if !own.is_empty() && !self.detections.is_empty() {
            let shown: BTreeSet<&Secret> = own.iter().map(|shown| &shown.secret).collect();
            self.detections.retain(|found| !is_of_member(found) || !shown.contains(&found.secret));
        }
        self.detections.extend(own);
    }
}

/// Text that is searched.
#[derive(Clone, Copy)]
pub(super) struct TextPlace<'t> {
    /// Path below the blob; empty for the blob itself.
    pub(super) member: &'t str,
    /// Path of the blob, as far as it is known.
    pub(super) blob: &'t str,
}

impl TextPlace<'_> {
    /// The path that a file of this content would have.
    fn path(&self) -> &str {
        if self.member.is_empty() { self.blob } else { self.member }
    }
}

impl Worker<'_> {
    /// Searches bytes and everything in them. The path of the blob counts where a format is known by its
    /// name alone.
    pub(super) fn search(&mut self, blob: &str, bytes: &[u8]) -> Contents {
        let mut contents = Contents::default();
        self.search_with(blob, bytes, &mut contents, |worker, place, budget, contents| {
            worker.search_text(place, bytes, budget, contents);
        });
        contents
    }

    /// Searches bytes that are a container or, by the given function, a text.
    pub(super) fn search_with(
        &mut self,
        blob: &str,
        bytes: &[u8],
        contents: &mut Contents,
        text: impl FnOnce(&mut Self, TextPlace<'_>, &Budget, &mut Contents),
    ) {
        let budget = Budget::new(self.unpack.limits);
        self.open(blob, Input::Bytes(bytes), &budget, contents);
        if !contents.is_opened {
            let own = contents.detections.len();
            text(self, TextPlace { member: "", blob }, &budget, contents);
            contents.prefer_own(own, |_| true);
        }
    }

    /// Opens a container, if it is one of a kind that can be opened.
    pub(super) fn open(
        &mut self,
        blob: &str,
        input: Input<'_>,
        budget: &Budget,
        contents: &mut Contents,
    ) {
        if !self.decodes() {
            return;
        }
        if self.unpack.is_off {
            contents.unread.extend(container(input.head()).map(switched_off));
            return;
        }
        let buffers = std::mem::take(&mut self.buffers);
        let mut members = Members { worker: self, contents, blob, images: Images::new() };
        let is_opened = nest::open(blob, input, &buffers, budget, &mut members);
        let images = members.images.finish();
        self.buffers = buffers;
        contents.is_opened = is_opened;
        if !images.is_empty() {
            contents.detections.iter_mut().for_each(|found| found.note_layer(&images));
        }
    }

    /// Searches a text and what is encoded in it.
    pub(super) fn search_text(
        &mut self,
        place: TextPlace<'_>,
        bytes: &[u8],
        budget: &Budget,
        contents: &mut Contents,
    ) {
        let (text, mut candidates) = self.candidates_in_blob(bytes);
        let is_decoded = !place.member.is_empty() || matches!(text, Cow::Owned(_));
        self.note_anchors(&text, None, is_decoded);
        if candidates.is_empty() && self.values.is_none() {
            candidates = file_name::candidates(&mut self.scanner, place.path(), &text);
        }
        if candidates.is_empty() && !self.decodes() {
            return;
        }
        let mut found = detections(self.scanner.rules(), &text, candidates, true);
        self.add_decoded(&text, true, budget, contents, &mut found);
        take(place, &text, found, contents);
    }

    /// What the rules find in a text; or, where values are looked for and are there, these as well.
    pub(super) fn candidates(&mut self, text: &[u8]) -> Vec<Candidate> {
        self.candidates_by(text, |scanner| scanner.candidates(text))
    }

    /// The same for a part of a longer text, of which `is_text` says whether it begins like one.
    pub(super) fn candidates_of_part(&mut self, part: &[u8], is_text: bool) -> Vec<Candidate> {
        self.candidates_by(part, |scanner| scanner.candidates_of_part(part, is_text))
    }

    /// The same for the bytes of a blob, and the text that they are.
    fn candidates_in_blob<'b>(&mut self, bytes: &'b [u8]) -> (Cow<'b, [u8]>, Vec<Candidate>) {
        if self.values.is_none() {
            return self.scanner.candidates_in_blob(bytes);
        }
        let text = if self.decodes() { text_of(bytes) } else { Cow::Borrowed(bytes) };
        let candidates = self.candidates(&text);
        (text, candidates)
    }

    fn candidates_by(
        &mut self,
        text: &[u8],
        by_rules: impl FnOnce(&mut Scanner<'_>) -> Vec<Candidate>,
    ) -> Vec<Candidate> {
        let Some(values) = self.values else { return by_rules(&mut self.scanner) };
        let hits = values.hits(text);
        if hits.is_empty() {
            return Vec::new();
        }
        // They tell which places are known already, and what else is not to be shown.
        let mut candidates = by_rules(&mut self.scanner);
        values.add_to(hits, &mut candidates);
        candidates
    }

    /// Adds to the secrets of a text those that are encoded in it, and notes the lines that all of them
    /// stand on.
    pub(super) fn add_decoded(
        &mut self,
        text: &[u8],
        may_be_decoded: bool,
        budget: &Budget,
        contents: &mut Contents,
        found: &mut Vec<Detection>,
    ) {
        let plain = match self.keeps_lines {
            true => found.iter().map(|one| one.bytes.clone()).collect(),
            false => Vec::new(),
        };
        if may_be_decoded && self.decodes() {
            let (decoded, _) = self.decoded(text, budget, contents);
            merge(self.scanner.rules(), found, decoded);
        }
        if self.keeps_lines {
            note_lines(text, found, plain);
        }
    }

    /// Secrets that are encoded in a text, with their places in it, and what the decoder left behind.
    pub(super) fn decoded(
        &mut self,
        text: &[u8],
        budget: &Budget,
        contents: &mut Contents,
    ) -> (Vec<Detection>, Option<Known>) {
        let decode = |decoder: &mut Decoder, each: Each<'_>| decoder.decode(text, budget, each);
        let found = self.search_decoded(text, budget, contents, decode);
        let Some(Decoded { detections: mut decoded, is_whole, known }) = found else {
            return (Vec::new(), None);
        };
        if !is_whole {
            let (place, detail) = (String::new(), "encoded text".to_owned());
            contents.unread.push(Unread { place, reason: Reason::OverBudget, detail });
        }
        if decoded.is_empty() {
            return (decoded, known);
        }
        let mut lines = Lines::new(text);
        decoded.iter_mut().for_each(|detection| detection.place_by(&mut lines));
        let spans: Vec<_> = decoded.iter().map(|detection| detection.bytes.clone()).collect();
        for (detection, around) in decoded.iter_mut().zip(nearby::nearby(text, &spans)) {
            detection.mark_by(around);
        }
        (decoded, known)
    }

    /// Searches what a decoder hands over of a text; none if nothing is to be decoded in it.
    pub(super) fn search_decoded(
        &mut self,
        text: &[u8],
        budget: &Budget,
        contents: &mut Contents,
        decode: impl FnOnce(&mut Decoder, Each<'_>) -> bool,
    ) -> Option<Decoded> {
        if self.unpack.is_off || !assignment::is_text(text) || !budget.enter() {
            return None;
        }
        let mut decoder = self.decoders.pop().unwrap_or_default();
        let mut decoded = Merged::default();
        let is_whole = decode(&mut decoder, &mut |segment| {
            let found = self.search_segment(&segment, budget, contents);
            decoded.add(self.scanner.rules(), found);
        });
        let known = decoder.known();
        self.decoders.push(decoder);
        budget.leave();
        Some(Decoded { detections: decoded.into_list(), is_whole, known })
    }

    /// Searches a decoded segment. What is found has its place in the text that the segment is of.
    fn search_segment(
        &mut self,
        segment: &Segment<'_>,
        budget: &Budget,
        contents: &mut Contents,
    ) -> Vec<Detection> {
        let bytes = segment.bytes;
        let mut inner = Contents::default();
        self.open("", Input::Bytes(bytes), budget, &mut inner);
        // Random bytes may begin like a container: only what is surely one counts.
        let is_surely_one = inner.is_opened || budget.depth() == 0;
        inner.unread.retain(|unread| match unread.reason {
            Reason::OverBudget => is_surely_one,
            reason => reason == Reason::Encrypted,
        });
        contents.unread.append(&mut inner.unread);
        let container = if inner.is_opened { container(bytes) } else { None };
        let mut found = inner.detections;
        // What stands in a container within a text has no closer place in it.
        found.iter_mut().for_each(|detection| detection.bytes = segment.span.clone());
        let mut seen = BTreeSet::new();
        found.retain(|detection| seen.insert(detection.text_and_secret()));
        if !inner.is_opened {
            self.note_anchors(bytes, None, true);
            let candidates = self.candidates(bytes);
            let mut plain = detections(self.scanner.rules(), bytes, candidates, false);
            let (deeper, _) = self.decoded(bytes, budget, contents);
            merge(self.scanner.rules(), &mut plain, deeper);
            for detection in &mut plain {
                detection.bytes = segment.map.span(detection.bytes.clone());
            }
            found.append(&mut plain);
        }
        // Beside the segment the text was searched as it is.
        found.retain(|detection| {
            let (own, encoded) = (&detection.bytes, &segment.span);
            own.start < encoded.end && encoded.start < own.end
        });
        for detection in &mut found {
            let names = segment.encodings.iter().map(|encoding| Cow::Borrowed(encoding.name()));
            let format = container.map(|container| Cow::Borrowed(container.format()));
            detection.decode_from(names.chain(format));
        }
        found
    }
}

/// What takes decoded segments.
pub(super) type Each<'e> = &'e mut dyn FnMut(Segment<'_>);

/// What was found in the decoded segments of a text.
pub(super) struct Decoded {
    pub(super) detections: Vec<Detection>,
    /// Whether that is all.
    pub(super) is_whole: bool,
    /// What the decoder left behind for the next version of the text.
    pub(super) known: Option<Known>,
}

/// Takes what was found in a text.
pub(super) fn take(
    place: TextPlace<'_>,
    text: &[u8],
    mut found: Vec<Detection>,
    contents: &mut Contents,
) {
    let locks = locked::find(text, place.path());
    contents.locks.extend(locks.into_iter().map(|lock| (Box::from(place.member), lock)));
    if !place.member.is_empty() {
        found.iter_mut().for_each(|detection| detection.put_into(place.member));
    }
    contents.detections.append(&mut found);
}

/// A container that stays closed because somebody asked for that.
fn switched_off(container: Container) -> Unread {
    let reason = match container.reason {
        Reason::Unsupported => Reason::SwitchedOff,
        other => other,
    };
    Unread { reason, ..container.unread("") }
}

/// Takes the members of a container.
struct Members<'m, 'r> {
    worker: &'m mut Worker<'r>,
    contents: &'m mut Contents,
    blob: &'m str,
    images: Images,
}

impl Visitor for Members<'_, '_> {
    fn member(&mut self, member: Member<'_>, budget: &Budget) {
        let Self { worker, contents, .. } = self;
        let place = TextPlace { member: member.path, blob: self.blob };
        let name = member.path.rsplit(['/', '!']).next().unwrap_or_default();
        worker.note_anchors(name.as_bytes(), None, true);
        if may_hold_secret(name.as_bytes()) {
            let mut found = worker.detections_in_name(|| member.path.to_owned(), name.as_bytes());
            found.iter_mut().for_each(|detection| detection.put_into(member.path));
            contents.detections.append(&mut found);
        }
        match member.path.split_once('!') {
            Some((layer, entry)) => self.images.entry(layer, entry),
            // Only these describe images, and to read all JSON files would take time.
            None if is_at_top(member.path) => {
                _ = self.images.file(member.path, member.input.head())
            }
            None => {}
        }
        match member.input {
            Input::Bytes(bytes) => {
                let own = contents.detections.len();
                worker.search_text(place, bytes, budget, contents);
                contents.prefer_own(own, |found| found.is_below(member.path));
            }
            Input::Stream { head, rest } => {
                // Whoever opened the container names what cannot be read.
                let _ = worker.search_stream(place, (head, rest), budget, contents);
            }
        }
    }

    fn link(&mut self, name: &str, target: &str) {
        self.images.link(name, target);
    }

    fn unread(&mut self, unread: Unread) {
        self.contents.unread.push(unread);
    }
}

/// Whether a member may describe an image: those of `docker save` lie at the top of the archive, those of
/// an OCI layout among its blobs.
fn is_at_top(path: &str) -> bool {
    path.trim_start_matches("./").split('/').count() == 1 || path.contains("blobs/")
}
