//! Passages: texts, or parts of longer ones, whose bytes are passed on without their secrets. Unlike a
//! finding, which has a line and a column, what is wanted here is which of the bytes are to be replaced.

use std::borrow::Cow;
use std::ops::Range;

use super::Worker;
use super::contents::Contents;
use super::detection::{Detection, detections};
use crate::finding::Secret;
use sprawl_detect::assignment;
use sprawl_detect::text;
use sprawl_unpack::budget::Budget;
use sprawl_unpack::nest;
use sprawl_unpack::unread::Unread;

/// How a passage lies in its text.
#[derive(Debug, Clone, Copy)]
pub enum Extent {
    /// It is all of the text.
    Whole,
    /// It is a part of it.
    Part {
        /// The byte order mark that the text begins with.
        mark: &'static [u8],
        /// Whether the text begins like one; none where the passage is the beginning.
        is_text: Option<bool>,
    },
}

/// How the bytes of a stretch are those of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As they are.
    Bytes,
    /// UTF-16 or UTF-32: so many bytes for each unit, and whether the most significant comes first.
    Wide(usize, bool),
}

impl Form {
    /// A text in this form.
    pub fn of(self, text: &str) -> Vec<u8> {
        let in_order = |mut unit: Vec<u8>, big: bool| {
            if big {
                unit.reverse();
            }
            unit
        };
        match self {
            Self::Bytes => text.as_bytes().to_vec(),
            Self::Wide(2, big) => text
                .encode_utf16()
                .flat_map(|unit| in_order(unit.to_le_bytes().to_vec(), big))
                .collect(),
            Self::Wide(_, big) => text
                .chars()
                .flat_map(|c| in_order(u32::from(c).to_le_bytes().to_vec(), big))
                .collect(),
        }
    }
}

/// A secret, and the bytes that it takes.
#[derive(Debug)]
pub struct Stretch {
    /// Bytes of the passage.
    pub bytes: Range<usize>,
    /// How they are written.
    pub form: Form,
    /// The secret.
    pub detection: Detection,
}

/// What was found in a passage.
#[derive(Debug, Default)]
pub struct Passage {
    /// The secrets, by the byte at which they begin.
    pub stretches: Vec<Stretch>,
    /// Secrets whose bytes in the passage are not known: in an attachment, for one.
    pub elsewhere: Vec<Detection>,
    /// What was not looked into.
    pub unread: Vec<Unread>,
    /// Whether the text begins like one.
    pub is_text: bool,
}

impl Worker<'_> {
    /// Finds which bytes of a passage are secrets. A container is no text: it is not opened.
    pub fn passage(&mut self, bytes: &[u8], extent: Extent) -> Passage {
        let budget = Budget::new(self.unpack.limits);
        let mut contents = Contents::default();
        let (text, candidates, is_text) = match extent {
            Extent::Whole => {
                let (text, candidates) = self.scanner.candidates_in_blob(bytes);
                let is_text = assignment::is_text(&text);
                (text, candidates, is_text)
            }
            Extent::Part { mark, is_text } => {
                let text = text::decoded_part(bytes, mark);
                let is_text = is_text.unwrap_or_else(|| assignment::is_text(&text));
                let candidates = self.scanner.candidates_of_part(&text, is_text);
                (text, candidates, is_text)
            }
        };
        let is_whole = matches!(extent, Extent::Whole);
        let mut found = detections(self.scanner.rules(), &text, candidates, is_whole);
        self.add_decoded(&text, is_text, &budget, &mut contents, &mut found);
        let mut passage = Passage { unread: contents.unread, is_text, ..Passage::default() };
        match &text {
            Cow::Borrowed(_) => passage.stretches.extend(found.into_iter().map(|detection| {
                Stretch { bytes: detection.bytes.clone(), form: Form::Bytes, detection }
            })),
            Cow::Owned(_) => {
                let mark = if let Extent::Part { mark, .. } = extent { mark } else { &[] };
                let (places, mark) = text::places_in_part(bytes, mark);
                passage.stretches.extend(found.into_iter().map(|detection| {
                    let (span, wide) = places.of(detection.bytes.clone());
                    let form = wide.map_or(Form::Bytes, |(unit, big)| Form::Wide(unit, big));
                    let bytes = span.start.saturating_sub(mark)..span.end.saturating_sub(mark);
                    Stretch { bytes, form, detection }
                }));
            }
        }
        passage.stretches.sort_by_key(|stretch| (stretch.bytes.start, stretch.bytes.end));
        if is_whole && nest::is_known(bytes) {
            let known: Vec<&Secret> =
                passage.stretches.iter().map(|stretch| &stretch.detection.secret).collect();
            let mut within = self.search("", bytes);
            within.detections.retain(|one| !known.contains(&&one.secret));
            passage.elsewhere.append(&mut within.detections);
            passage.unread.append(&mut within.unread);
        }
        passage
    }
}
