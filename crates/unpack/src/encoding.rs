//! Encodings within a text: what is written in base64, in hexadecimal digits, with escapes, or in
//! pieces, and decodes to a text or a container.
//!
//! ```text
//!  text ---> runs of letters ----> base64, base32, hexadecimal ---> with the name before it
//!       ---> strings with escapes ---------------------------------> the text that they hold
//!       ---> escapes and seams ----> edits close to each other ----> the lines around them
//! ```
//!
//! One level is decoded. What comes out may be encoded again: who takes it may decode it again, as
//! deep as the budget goes, and follow the maps back.
//!
//! Nearly nothing in nearly all texts is encoded. One look at each byte marks where something may be;
//! what only looks so is dropped at its first bytes. Nothing is taken from the heap before something is
//! found, but once for each decoder for the marks.

mod base32;
mod base64;
mod context;
mod edits;
mod escapes;
mod hexadecimal;
mod html;
mod invisible;
mod joined;
mod json;
mod lines;
mod map;
mod marks;
mod named;
mod near;
mod parts;
mod plausible;
mod quoted_printable;
mod rules;
mod runs;
mod wrapped;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::budget::Budget;
use edits::{Edit, Edited};
use lines::Line;
pub use map::Map;
use map::Output;
use marks::Marks;
use named::Words;
use parts::Parts;
use plausible::Form;
use runs::{Run, Runs};

/// How a part of a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// RFC 4648, section 4.
    Base64,
    /// RFC 4648, section 5.
    Base64Url,
    /// RFC 4648, section 6.
    Base32,
    /// Two digits for each byte.
    Hex,
    /// UTF-16 in bytes.
    Utf16,
    /// `%41` of addresses.
    Percent,
    /// `=41` of mail.
    QuotedPrintable,
    /// `\u0041`.
    UnicodeEscape,
    /// `\x41`.
    HexEscape,
    /// `\101`.
    OctalEscape,
    /// `&#65;`.
    Html,
    /// A string within a string.
    Json,
    /// Characters that are not seen.
    ZeroWidth,
    /// A line that goes on in the next one.
    Continuation,
    /// Literals that are joined.
    Concatenation,
}

impl Encoding {
    /// The name that reports have.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Utf16 => "utf-16",
            Self::Percent => "percent",
            Self::QuotedPrintable => "quoted-printable",
            Self::UnicodeEscape => "unicode-escape",
            Self::HexEscape => "hex-escape",
            Self::OctalEscape => "octal-escape",
            Self::Html => "html",
            Self::Json => "json",
            Self::ZeroWidth => "zero-width",
            Self::Continuation => "continued-line",
            Self::Concatenation => "concatenation",
        }
    }
}

/// A part of a text, decoded.
#[derive(Debug, Clone)]
pub struct Segment<'a> {
    /// The part of the given text that is decoded, without the name before a value.
    pub span: Range<usize>,
    /// What it was encoded in, the outermost first; several escapes of one level in order of place.
    pub encodings: &'a [Encoding],
    /// What it stands for: a text, in the lines or behind the name that it has in the given text, or a
    /// container.
    pub bytes: &'a [u8],
    /// The way back to the given text.
    pub map: Map<'a>,
}

/// Decodes texts. One for each thread and level: it owns the memory of what is handed over.
#[derive(Debug, Default)]
pub struct Decoder {
    out: Output,
    /// A value with its name.
    setting: Output,
    edits: Vec<Edit>,
    edited: Edited,
    /// Strings that were handed over as a whole: what is in them is found again in there.
    strings: Vec<Range<usize>>,
    /// Whether the text is a source map, once that was asked.
    is_source_map: Option<bool>,
    /// What was seen in a piece of the text.
    marks: Vec<Marks>,
    /// The parts of a version that have to be decoded.
    parts: Parts,
    /// What the last text left behind.
    known: Option<Known>,
}

/// What the decoding of a text leaves behind for the next version of it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Words that are in the text, or were in an earlier version.
    words: Words,
}

/// Bytes of a text that are searched for everything before the next are: they stay in the cache. A line is
/// never searched in two pieces, unless it is longer than `LONGEST_LINE`.
const PIECE: usize = 64 << 10;

/// Longest line that is searched at once. In a text that is no longer what is decoded does not depend on
/// where it stands.
const LONGEST_LINE: usize = 1 << 20;

/// The key of the texts in a source map.
const SOURCES: &[u8] = b"\"sourcesContent\"";

impl Decoder {
    /// One with empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands over what is encoded in a text, decoded by one level, in an order that depends on the text
    /// alone. The bytes count in the budget, of which `each` may take for what it finds within. Says
    /// whether that was all: not if the budget ended, or if it were more than twice the text.
    pub fn decode(
        &mut self,
        text: &[u8],
        budget: &Budget,
        each: &mut dyn FnMut(Segment<'_>),
    ) -> bool {
        self.decode_parts(
            text,
            std::slice::from_ref(&(0..text.len())),
            Words::default(),
            budget,
            each,
        )
    }

    /// Hands over what is encoded in a version of a text and may be new: all of which a byte is in or
    /// near to what is new, or depends on it. The new ranges are in order, with an empty one wherever
    /// something was taken out. `known` is what the decoding of the earlier version left behind. Says
    /// whether that was all; if not, only the whole version can tell.
    pub fn decode_new(
        &mut self,
        text: &[u8],
        new: impl Iterator<Item = Range<usize>>,
        known: Known,
        budget: &Budget,
        each: &mut dyn FnMut(Segment<'_>),
    ) -> bool {
        self.known = None;
        if text.len() > LONGEST_LINE {
            return false;
        }
        let mut found = std::mem::take(&mut self.parts);
        let parts = found.find(text, new);
        let length: usize = parts.iter().map(ExactSizeIterator::len).sum();
        let has_sources =
            |part: &Range<usize>| memchr::memmem::find(&text[part.clone()], SOURCES).is_some();
        // Most of the text takes as long as all of it.
        let is_part = length <= text.len() / 2 && !parts.iter().any(has_sources);
        let is_whole = is_part && self.decode_parts(text, parts, known.words, budget, each);
        self.parts = found;
        is_whole
    }

    /// What the decoding left behind for the next version; none if that has to be decoded as a whole.
    pub fn known(&self) -> Option<Known> {
        self.known
    }

    /// Decodes parts of a text, which have nothing to do with what is between them.
    fn decode_parts(
        &mut self,
        text: &[u8],
        parts: &[Range<usize>],
        mut words: Words,
        budget: &Budget,
        each: &mut dyn FnMut(Segment<'_>),
    ) -> bool {
        let mut sink = Sink { budget, left: text.len().saturating_mul(2), each, is_whole: true };
        self.known = None;
        self.edits.clear();
        self.strings.clear();
        self.is_source_map = None;
        let mut found = std::mem::take(&mut self.marks);
        let mut runs = Runs::default();
        let mut row_end = 0;
        let mut string_end = 0;
        for part in parts {
            let mut from = part.start;
            while from < part.end {
                let to = parts::end_of_piece(&text[..part.end], from + PIECE, LONGEST_LINE);
                let blocks = (to - from).div_ceil(marks::BLOCK);
                if found.len() < blocks {
                    found.resize(blocks, Marks::default());
                }
                let count = marks::look(text, from..to, &mut found);
                let marks = &found[..count];
                self.strings.retain(|string| string.end > from);
                self.find_edits(text, from..to, marks, &mut string_end, &mut words, &mut sink);
                self.find_runs(text, marks, &mut runs, &mut sink);
                self.find_rows(text, marks, &mut row_end, &mut sink);
                let known = if to == part.end { usize::MAX } else { to };
                self.make_edits(text, known, &mut sink);
                from = to;
            }
        }
        self.marks = found;
        self.find_named(text, words, &mut sink);
        let is_known =
            sink.is_whole && text.len() <= LONGEST_LINE && self.is_source_map != Some(true);
        self.known = is_known.then_some(Known { words });
        sink.is_whole
    }

    /// Escapes, strings that have them, and seams, by the pairs that are marked in a part.
    fn find_edits(
        &mut self,
        text: &[u8],
        part: Range<usize>,
        marks: &[Marks],
        string_end: &mut usize,
        words: &mut Words,
        sink: &mut Sink<'_>,
    ) {
        let mut line = Line::default();
        let mut done = part.start;
        for marks in marks {
            for at in marks.places(marks.pairs).filter(|at| near::may_be(text, *at)) {
                let edit = match text[at] {
                    b'\\' | b'%' | b'&' => {
                        if at >= done && line.is_worth(text, at) {
                            let lines = lines::around(text, done..part.end, at);
                            done = lines.end;
                            self.find_escapes(text, lines, string_end, sink);
                        }
                        continue;
                    }
                    b'"' | b'\'' => joined::seam(text, at),
                    b'`' | b'^' => joined::continued(text, at),
                    b'<' => invisible::tag(text, at),
                    b'=' => quoted_printable::equals(text, at),
                    0x80.. => invisible::characters(text, at),
                    _ => {
                        words.note(text, at);
                        continue;
                    }
                };
                self.edits.extend(edit);
            }
        }
        if line.goes_on(&text[..part.end]) && part.end > done {
            // The rest of it is not known yet.
            let lines = lines::around(text, done..part.end, part.end - 1);
            self.find_escapes(text, lines, string_end, sink);
        }
    }

    /// Escapes, and strings that have them, in a part of whole lines.
    fn find_escapes(
        &mut self,
        text: &[u8],
        part: Range<usize>,
        string_end: &mut usize,
        sink: &mut Sink<'_>,
    ) {
        let mut done = part.start;
        // Behind it the first quote of a string is looked for.
        let mut floor = *string_end;
        for at in memchr::memchr3_iter(b'\\', b'%', b'&', &text[part.clone()]) {
            let at = part.start + at;
            if at < done.max(*string_end) {
                continue;
            }
            let edit = match text[at] {
                b'%' => escapes::percent(text, at),
                b'&' => html::reference(text, at),
                _ => {
                    let string = json::around(text, at, floor);
                    floor =
                        floor.max(string.as_ref().map_or(at + 1, |string| string.inner.end + 1));
                    let string = string.filter(|string| string.is_text);
                    if let Some(string) = string.filter(|_| !self.is_source_map(text)) {
                        json::unescape(text, string.inner.clone(), &mut self.out);
                        sink.hand(string.inner.clone(), &[Encoding::Json], &self.out);
                        *string_end = string.inner.end + 1;
                        self.strings.push(string.inner);
                        continue;
                    }
                    joined::continued(text, at).or_else(|| escapes::backslash(text, at))
                }
            };
            if let Some(edit) = edit {
                done = edit.end;
                self.edits.push(edit);
            }
        }
    }

    /// Whether a text is a source map. It holds programs, escaped once: they are as long as the map, and
    /// all that is lost in them is the end of their lines.
    fn is_source_map(&mut self, text: &[u8]) -> bool {
        let ask = || memchr::memmem::find(text, SOURCES).is_some();
        *self.is_source_map.get_or_insert_with(ask)
    }

    /// Runs of letters that have a word that is marked.
    fn find_runs(&mut self, text: &[u8], marks: &[Marks], runs: &mut Runs, sink: &mut Sink<'_>) {
        let marks = marks.iter().filter(|marks| marks.words != 0);
        for marks in marks {
            self.find_runs_of(text, marks, runs, sink);
        }
    }

    fn find_runs_of(&mut self, text: &[u8], marks: &Marks, runs: &mut Runs, sink: &mut Sink<'_>) {
        while let Some(run) = runs.next(text, marks, may_begin) {
            if let Some(string) = self.string_around(run.span.start) {
                runs.skip_to(string.end);
            } else if let Some(end) = self.try_run(text, &run, sink) {
                runs.skip_to(end);
            }
        }
    }

    /// The string around a place that was handed over.
    fn string_around(&self, at: usize) -> Option<Range<usize>> {
        let next = self.strings.partition_point(|string| string.start <= at);
        let last = self.strings.get(next.checked_sub(1)?)?;
        (at < last.end).then(|| last.clone())
    }

    /// Hands over what a run encodes: all of it, or from a sign in it on. Says where that ends.
    fn try_run(&mut self, text: &[u8], run: &Run, sink: &mut Sink<'_>) -> Option<usize> {
        /// How often it is tried behind a sign, how far from the beginning, and the fewest letters up
        /// to the next sign.
        const TRIES: usize = 8;
        const REACH: usize = 512;
        const WORD: usize = 12;
        let start = run.span.start + runs::length_of_escape(text, run.span.start);
        let found = self.try_from(text, run, start, sink);
        if found.is_some() || run.any & (runs::PLAIN | runs::URL) == 0 {
            return found;
        }
        let mut tries = 0;
        let mut from = start;
        for at in start..run.span.end.min(start + REACH) {
            if runs::class(text[at]) & (runs::PLAIN | runs::URL) == 0 {
                continue;
            }
            if from > start && at - from >= WORD {
                tries += 1;
                let found = self.try_from(text, run, from, sink);
                if found.is_some() || tries == TRIES {
                    return found;
                }
            }
            from = at + 1;
        }
        let is_word = from > start && runs::letters(text, from) >= WORD;
        is_word.then(|| self.try_from(text, run, from, sink)).flatten()
    }

    /// Hands over what a run encodes from some place in it on.
    fn try_from(
        &mut self,
        text: &[u8],
        run: &Run,
        start: usize,
        sink: &mut Sink<'_>,
    ) -> Option<usize> {
        if run.span.end.saturating_sub(start) < runs::SHORTEST {
            return None;
        }
        if let Some(digits) = hexadecimal::within(text, start..run.span.end)
            && let Some(form) = hexadecimal::decode(text, digits.clone(), &mut self.out)
        {
            self.hand_value(text, start..digits.end, Encoding::Hex, form, sink);
            return Some(digits.end);
        }
        let run = Run { span: start..run.span.end, ..*run };
        if let Some((form, end)) = base64::decode(text, &run, &mut self.out) {
            if let Some(form) = form {
                let encoding = base64::encoding(&text[start..end]);
                self.hand_value(text, start..end, encoding, form, sink);
            }
            return Some(end);
        }
        let (form, end) = base32::decode(text, &run, &mut self.out)?;
        self.hand_value(text, start..end, Encoding::Base32, form, sink);
        Some(end)
    }

    /// Bytes with signs between them, from the end of the last of them on.
    fn find_rows(&mut self, text: &[u8], marks: &[Marks], end: &mut usize, sink: &mut Sink<'_>) {
        for marks in marks.iter().filter(|marks| marks.rows != 0) {
            while let Some(row) = hexadecimal::next_row(text, *end, marks) {
                *end = row.end;
                if let Some(form) = hexadecimal::decode_row(text, row.clone(), &mut self.out) {
                    self.hand_value(text, row, Encoding::Hex, form, sink);
                }
            }
        }
    }

    /// Short values that their place tells.
    fn find_named(&mut self, text: &[u8], words: Words, sink: &mut Sink<'_>) {
        named::each(text, words, |span| {
            if let Some(end) = base64::decode_short(text, span.clone(), &mut self.out) {
                let value = span.start..end;
                self.hand_value(text, value, Encoding::Base64, Form::Text, sink);
            }
        });
    }

    /// Hands over what a value stands for, with its name if it has one.
    fn hand_value(
        &mut self,
        text: &[u8],
        value: Range<usize>,
        encoding: Encoding,
        form: Form,
        sink: &mut Sink<'_>,
    ) {
        let encodings = [encoding, Encoding::Utf16];
        let is_wide = form == Form::Utf16;
        if is_wide {
            self.out.utf16_to_utf8();
        }
        let is_named = form != Form::Container
            && context::with_name(text, &value, &self.out, &mut self.setting);
        let out = if is_named { &self.setting } else { &self.out };
        sink.hand(value, &encodings[..1 + usize::from(is_wide)], out);
    }

    /// Makes the edits that nothing before `known` can be near to.
    fn make_edits(&mut self, text: &[u8], known: usize, sink: &mut Sink<'_>) {
        if self.edits.is_empty() {
            return;
        }
        let mut edits = std::mem::take(&mut self.edits);
        if !self.strings.is_empty() {
            edits.retain(|edit| self.string_around(edit.start).is_none());
        }
        edits.sort_unstable_by_key(|edit| (edit.start, edit.end));
        let mut done = 0;
        while let Some(count) = edits::cluster(&edits[done..], known) {
            if let Some(span) = self.edited.apply(text, &edits[done..done + count]) {
                sink.hand(span, &self.edited.encodings, &self.edited.out);
            }
            done += count;
        }
        edits.drain(..done);
        self.edits = edits;
    }
}

/// Whether what a run encodes may begin at a place. Says no only where nothing does.
fn may_begin(text: &[u8], at: usize) -> bool {
    let at = at + runs::length_of_escape(text, at);
    base64::may_begin(text, at) || hexadecimal::may_begin(text, at) || base32::may_begin(text, at)
}

/// What takes the segments, and what it may still take.
struct Sink<'a> {
    budget: &'a Budget,
    /// Bytes that this text may still bring forth.
    left: usize,
    each: &'a mut dyn FnMut(Segment<'_>),
    is_whole: bool,
}

impl Sink<'_> {
    fn hand(&mut self, span: Range<usize>, encodings: &[Encoding], out: &Output) {
        let bytes = out.bytes();
        if bytes.len() > self.left || !self.budget.spend(bytes.len()) {
            self.is_whole = false;
            return;
        }
        self.left -= bytes.len();
        (self.each)(Segment { span, encodings, bytes, map: out.map() });
    }
}
