//! Texts that are too long to be held: files and standard input, a window at a time.
//!
//! Whether something is found at a position, and with which facts, depends on the bytes around it,
//! no further away than [`MARGIN`]. So a window is scanned with a margin on both sides, and what
//! begins in a margin is left to the neighbour. What is found is what a scan of the whole text finds,
//! with three exceptions that hide nothing: line hashes are left out, marks count as far as the
//! margin reaches, and binary key stores of that size are not taken apart.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::Worker;
use super::contents::{self, Contents, TextPlace};
use super::detection::detections;
use crate::blob::Blob;
use crate::scan_output::take_in;
use sprawl_detect::assignment;
use sprawl_detect::text::{self, Lines};
use sprawl_unpack::budget::Budget;
use sprawl_unpack::input::Input;
use sprawl_unpack::nest;
use sprawl_unpack::unread::{Reason, Unread};

/// Texts longer than this are scanned in windows of this length, in bytes.
pub const WINDOW: usize = 8 << 20;

/// Bytes on both sides of a window that are looked at as well. The longest reach is that of armoured
/// keys, 64 KiB, and a chain of overlapping findings may add to it.
pub const MARGIN: usize = 256 << 10;

/// How a text is cut.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub window: usize,
    pub margin: usize,
}

impl Cut {
    const DEFAULT: Self = Self { window: WINDOW, margin: MARGIN };
}

/// What the scan of a window has to know of what came before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// Whether the head of the text is text.
    pub is_text: bool,
    /// Line and column at which the bytes begin that are looked at.
    pub place: (usize, usize),
}

impl Worker<'_> {
    /// Scans a stream to its end, after `head`, which was read already. The blob gives the place; its
    /// bytes are not used.
    ///
    /// # Errors
    /// It cannot be read to the end; what could be read was scanned.
    pub fn stream(&mut self, blob: &Blob<'_>, head: &[u8], read: &mut dyn Read) -> io::Result<()> {
        self.stream_by(blob, head, read, Cut::DEFAULT)
    }

    pub(super) fn stream_by(
        &mut self,
        blob: &Blob<'_>,
        head: &[u8],
        read: &mut dyn Read,
        cut: Cut,
    ) -> io::Result<()> {
        let mut buffer = Vec::with_capacity(cut.window + 2 * cut.margin);
        buffer.extend_from_slice(head);
        let filled = fill(&mut buffer, read, cut.window + cut.margin);
        if !matches!(filled, Ok(true)) {
            self.blob(&Blob { bytes: &buffer, ..*blob });
            return filled.map(drop);
        }
        let budget = Budget::new(self.unpack.limits);
        let mut contents = Contents::default();
        let mut counted = Counted { read, bytes: buffer.len() as u64 };
        let result = self.guarded(
            || blob.path.to_owned(),
            |worker| {
                let input = Input::Stream { head: &buffer, rest: &mut counted };
                worker.open(blob.path, input, &budget, &mut contents);
                if contents.is_opened {
                    return Some(Ok(()));
                }
                let place = TextPlace { member: "", blob: blob.path };
                let read = (buffer, &mut counted as &mut dyn Read);
                Some(worker.search_windows(place, read, cut, &budget, &mut contents))
            },
        );
        if contents.is_read() {
            self.progress.count(usize::try_from(counted.bytes).unwrap_or(usize::MAX));
        }
        let findings = self.take(blob, contents);
        take_in(&mut self.output.findings, findings);
        result.unwrap_or(Ok(()))
    }

    /// Scans a long blob that is in memory: its members, if it is a container that can be opened, and
    /// window by window if not.
    pub fn long_blob(&mut self, blob: &Blob<'_>) {
        let mut contents = Contents::default();
        let cut = Cut::DEFAULT;
        let head = blob.bytes.len().min(cut.window + cut.margin);
        let (head, mut rest) = blob.bytes.split_at(head);
        self.guarded(
            || blob.path.to_owned(),
            |worker| {
                let Blob { path, bytes, .. } = *blob;
                worker.search_with(
                    path,
                    bytes,
                    &mut contents,
                    |worker, place, budget, contents| {
                        let read = (head.to_vec(), &mut rest as &mut dyn Read);
                        // Memory can be read to its end.
                        let _ = worker.search_windows(place, read, cut, budget, contents);
                    },
                );
            },
        );
        self.count(blob.bytes, contents.is_read());
        let findings = self.take(blob, contents);
        take_in(&mut self.output.findings, findings);
    }

    /// Searches a member that is read to its end, after its head.
    ///
    /// # Errors
    /// It cannot be read to the end; what could be read was searched.
    pub(super) fn search_stream(
        &mut self,
        place: TextPlace<'_>,
        (head, read): (&[u8], &mut dyn Read),
        budget: &Budget,
        contents: &mut Contents,
    ) -> io::Result<()> {
        let cut = Cut::DEFAULT;
        let mut buffer = Vec::with_capacity(cut.window + 2 * cut.margin);
        buffer.extend_from_slice(head);
        let filled = fill(&mut buffer, read, cut.window + cut.margin);
        if !matches!(filled, Ok(true)) {
            self.search_text(place, &buffer, budget, contents);
            return filled.map(drop);
        }
        self.search_windows(place, (buffer, read), cut, budget, contents)
    }

    /// Searches a long text window by window. The buffer holds the first window with its margin.
    fn search_windows(
        &mut self,
        place: TextPlace<'_>,
        (mut buffer, read): (Vec<u8>, &mut dyn Read),
        cut: Cut,
        budget: &Budget,
        contents: &mut Contents,
    ) -> io::Result<()> {
        let mark = text::byte_order_mark(&buffer);
        let mut before: Option<Before> = None;
        let mut start = 0;
        let mut result = Ok(true);
        loop {
            let is_last = !matches!(result, Ok(true));
            let end = if is_last { buffer.len() } else { (buffer.len() - cut.margin) & !3 };
            let window = Window { bytes: &buffer, span: start..end, mark, before };
            let (next, known) = self.search_window(place, &window, cut, budget, contents);
            if is_last {
                name_container_at_end(place.member, &buffer, contents);
                return result.map(drop);
            }
            before = Some(known);
            // The margin before the next window stays.
            buffer.drain(..next);
            start = end - next;
            result = fill(&mut buffer, read, start + cut.window + cut.margin);
        }
    }

    /// Searches the bytes of a window and keeps what begins in it. Says where the bytes begin that
    /// are to be looked at with the next window, and what is known there.
    fn search_window(
        &mut self,
        place: TextPlace<'_>,
        window: &Window<'_>,
        cut: Cut,
        budget: &Budget,
        contents: &mut Contents,
    ) -> (usize, Before) {
        let Window { bytes, mark, before, .. } = *window;
        if let Some(notes) = &mut self.anchors {
            notes.is_partial = true;
        }
        let next = self::next(bytes, window.span.end.saturating_sub(cut.margin));
        // Each part by itself, so that it is known where it begins and ends in the text.
        let mut cuts = [0, window.span.start, next, window.span.end, bytes.len()];
        cuts.sort_unstable();
        let mut text = text::decoded_part(bytes, mark);
        let mut ends = cuts;
        if matches!(text, Cow::Owned(_)) {
            let mut joined = Vec::new();
            for (index, ends_of) in cuts.windows(2).enumerate() {
                joined.extend(&*text::decoded_part(&bytes[ends_of[0]..ends_of[1]], mark));
                ends[index + 1] = joined.len();
            }
            text = Cow::Owned(joined);
        }
        if matches!(text, Cow::Owned(_)) || !place.member.is_empty() {
            self.note_anchors(&text, None, true);
        }
        let in_text =
            |at: usize| cuts.iter().zip(ends).find(|(cut, _)| **cut == at).map_or(at, |c| c.1);
        let (start, end, next_in_text) =
            (in_text(window.span.start), in_text(window.span.end), in_text(next));
        let known =
            before.unwrap_or_else(|| Before { is_text: assignment::is_text(&text), place: (1, 1) });
        let candidates = self.candidates_of_part(&text, known.is_text);
        let mut found = detections(self.scanner.rules(), &text, candidates, false);
        self.add_decoded(&text, known.is_text, budget, contents, &mut found);
        found.retain(|detection| (start..end).contains(&detection.bytes.start));
        found.iter_mut().for_each(|detection| detection.span.move_to(known.place));
        contents::take(place, &text, found, contents);
        let (line, column) = Lines::new(&text).place(next_in_text);
        let column = if line == 1 { known.place.1 + column - 1 } else { column };
        let place = (known.place.0 + line - 1, column);
        (next, Before { place, ..known })
    }
}

/// Names an archive that a stream ends in, behind something else: it would have to be held in memory
/// to be opened.
fn name_container_at_end(member: &str, end: &[u8], contents: &mut Contents) {
    let is_named = || contents.unread.iter().any(|unread| unread.place == member);
    if nest::has_known_end(end) && !is_named() {
        let detail = "archive behind something else".to_owned();
        let unread = Unread { place: member.to_owned(), reason: Reason::OverBudget, detail };
        contents.unread.push(unread);
    }
}

/// Bytes that are searched at once.
struct Window<'w> {
    bytes: &'w [u8],
    /// What begins here counts; the rest is margin.
    span: Range<usize>,
    /// The byte order mark of the text.
    mark: &'w [u8],
    /// None at the beginning of the text.
    before: Option<Before>,
}

/// A reader that counts what is read.
struct Counted<'r> {
    read: &'r mut dyn Read,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Where to cut, at the latest here: not within a character.
fn next(bytes: &[u8], at: usize) -> usize {
    // A unit of a wide encoding has two bytes or four.
    let at = at & !3;
    let is_within = |at: &usize| bytes.get(*at).is_some_and(|b| b & 0xc0 == 0x80);
    if memchr::memchr(0, &bytes[at..(at + 64).min(bytes.len())]).is_some() {
        return at;
    }
    (at.saturating_sub(3)..=at).rev().find(|at| !is_within(at)).unwrap_or(at)
}

/// Reads on until the buffer has `most` bytes; false at the end of the stream.
fn fill(buffer: &mut Vec<u8>, read: &mut dyn Read, most: usize) -> io::Result<bool> {
    let wanted = most.saturating_sub(buffer.len());
    let got = read.take(wanted as u64).read_to_end(buffer)?;
    Ok(got == wanted)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::blob::Base;
    use crate::finding::Origin;
    use crate::scan::progress::Progress;
    use sprawl_detect::rules::Rules;

    /// Findings of a text as it is read: bytes and window by window.
    fn both(text: &[u8], cut: Cut) -> [Vec<String>; 2] {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let repository: Arc<str> = Arc::from("r");
        let origin = Origin::Stdin;
        let (path, untracked) = ("config.env", false);
        let (base, repository, origin) = (Base::TOP, &repository, &origin);
        let blob = Blob { bytes: text, path, base, repository, origin, untracked };
        let said = |worker: Worker<'_>| {
            let mut all: Vec<String> = worker
                .output
                .findings
                .iter()
                .map(|f| {
                    format!(
                        "{:?} {:?} {:?} {:?} {:?} {:?}",
                        f.location,
                        f.rule,
                        f.secret.reveal(),
                        f.confidence,
                        f.surroundings,
                        f.usability
                    )
                })
                .collect();
            all.sort();
            all
        };
        let mut whole = Worker::new(&rules, &progress);
        whole.blob(&blob);
        let mut parts = Worker::new(&rules, &progress);
        parts.stream_by(&blob, &[], &mut &text[..], cut).unwrap();
        [said(whole), said(parts)]
    }

    /// A text of lines with and without secrets, some of them long.
    fn text(seed: u64, lines: usize) -> String {
        let mut random = seed;
        let mut next = |most: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (random >> 33) % most
        };
        let mut text = String::new();
        for line in 0..lines {
            let value: String = (0..24)
                .map(|_| {
                    char::from(
                        b"abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
                            [next(54) as usize],
                    )
                })
                .collect();
            match next(6) {
                0 => text.push_str(&format!("db_password_{line} = \"{value}\"\n")),
                1 => text.push_str(&format!("  url: postgres://app:{value}@db.example.net/x\n")),
                2 => text.push_str(&format!("\u{e4}\u{1F511} {}", "words of a text ".repeat(9))),
                3 => text.push_str("\n[production]\n"),
                4 => text.push_str(&format!("{{\"api_key\": \"{value}\", \"a\": 1}},")),
                _ => text.push('\n'),
            }
        }
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3))]
        #[test]
        fn windows_find_what_the_whole_text_has(seed in any::<u64>(), window in 12_000..40_000_usize) {
            let text = text(seed, 1200);
            let margin = 18 << 10;
            let [whole, parts] = both(text.as_bytes(), Cut { window, margin });
            prop_assert!(whole.len() > 100);
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn windows_of_utf_16_are_decoded_like_its_beginning() {
        let text = text(7, 400);
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let [whole, parts] = both(&bytes, Cut { window: 16 << 10, margin: 8 << 10 });
        assert!(whole.len() > 50);
        assert_eq!(whole, parts);
    }

    #[test]
    fn what_cannot_be_read_to_its_end_is_scanned_as_far_as_it_was() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let some = self.0.min(out.len());
                self.0 -= some;
                out[..some].fill(b'\n');
                if some == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(some) }
            }
        }
        let rules = Rules::builtin();
        let progress = Progress::default();
        let repository: Arc<str> = Arc::from("r");
        let origin = Origin::Stdin;
        let blob = Blob {
            bytes: b"",
            path: "x",
            base: Base::TOP,
            repository: &repository,
            origin: &origin,
            untracked: false,
        };
        let mut worker = Worker::new(&rules, &progress);
        let head = text(3, 60);
        let cut = Cut { window: 4 << 10, margin: 1 << 10 };
        let read = worker.stream_by(&blob, head.as_bytes(), &mut Broken(50_000), cut);
        assert!(read.is_err());
        assert!(!worker.output.findings.is_empty());
    }
}
