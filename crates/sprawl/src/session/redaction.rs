//! Texts without their secrets, in memory or as they stream by: each secret is replaced by its type and its
//! id, all other bytes stay as they are.
//!
//! ```text
//!  bytes --> buffer --> windows, with a margin --> passages --> replaced --> bytes
//!            bounded    on both sides              (scan)       in order
//! ```
//!
//! A stream is cut into windows at fixed distances from its beginning, or at ends of lines, however it
//! arrives: the same bytes give the same bytes. In doubt a part is withheld, not passed on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use sha2::{Digest as _, Sha256};

use super::Session;
use crate::blob::{Base, Blob};
use crate::defect;
use crate::finding::{Finding, Origin, Secret};
use crate::group;
use crate::scan::Worker;
use crate::scan::detection::Detection;
use crate::scan::passage::{Extent, Form, Passage, Stretch};
use crate::scan::place::Place;
use crate::scan::progress::Progress;
use crate::source::stdin;
use sprawl_detect::rules::Kind;
use sprawl_detect::score::Severity;
use sprawl_detect::text;
use sprawl_unpack::container::container;
use sprawl_unpack::nest;
use sprawl_unpack::unread::{Reason, Unread};

/// How much of a stream is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delay {
    /// A window and what follows it: 640 KiB. Everything is replaced that a scan of the whole text finds.
    #[default]
    Window,
    /// A line; private keys until they end, and 64 KiB of a line or key at most. What only a later line tells
    /// to be a secret is passed on.
    Line,
}

/// Bytes that are decided at once. Together with [`MARGIN`] on both sides they are searched.
const WINDOW: usize = 512 << 10;

/// Bytes on both sides of a window that are looked at as well. The longest reach is that of armoured keys,
/// 64 KiB, and the words that tell of a secret may stand beside it.
const MARGIN: usize = 128 << 10;

/// Bytes before a line that are looked at with it: words that tell of a secret may stand 4,000 bytes away.
const BEFORE_LINE: usize = 16 << 10;

/// Bytes of a line, or of a key over several lines, that are held back.
const LONGEST: usize = 64 << 10;

/// How a stream is cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    window: usize,
    margin: usize,
}

/// Counters that nobody reads: a stream has no progress bar.
static UNCOUNTED: Progress =
    Progress { blobs: AtomicU64::new(0), bytes: AtomicU64::new(0), done: AtomicBool::new(false) };

/// What became of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redacted {
    /// Bytes that were read.
    pub bytes: u64,
    /// Places in which a secret was replaced.
    pub places: u64,
    /// Different secrets that were replaced, in order of their first place.
    pub secrets: Vec<Label>,
    /// Bytes that were withheld because they could not be searched.
    pub withheld: u64,
    /// What was passed on without having been looked into.
    pub unread: Vec<Unread>,
}

/// What is written in place of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Id of its type.
    pub rule: String,
    /// Id of the secret, as reports have it.
    pub id: String,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}:{}]", self.rule, self.id)
    }
}

impl Redacted {
    /// Whether everything was looked into and passed on.
    pub fn is_complete(&self) -> bool {
        self.withheld == 0 && self.unread.is_empty()
    }
}

/// Why a text is not passed on at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no text.
    #[error("this is a {0}, which cannot be redacted as it is; extract it and redact its files")]
    Container(String),
    /// It has secrets in parts of another form.
    #[error(
        "{0} of its secrets are in attachments or other parts that cannot be rewritten; extract these and \
         redact them"
    )]
    Elsewhere(usize),
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::new(io::ErrorKind::InvalidData, refused)
    }
}

/// A writer that passes on what it gets, with every secret replaced by its type and id. Made by
/// [`Session::redacting`]; [`Self::finish`] must be called at the end, or what is held back is lost.
pub struct RedactingWriter<'s, W> {
    stream: Stream<'s>,
    out: W,
}

impl<W> fmt::Debug for RedactingWriter<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingWriter")
            .field("result", &self.stream.result)
            .finish_non_exhaustive()
    }
}

impl<'s, W: Write> RedactingWriter<'s, W> {
    pub(super) fn new(session: &'s Session, out: W, delay: Delay) -> Self {
        Self { stream: Stream::new(session, stdin::NAME, delay), out }
    }

    /// Passes on what is held back, and says what became of the text.
    ///
    /// # Errors
    /// It cannot be written; or it is no text ([`Refused`]).
    pub fn finish(mut self) -> io::Result<(W, Redacted)> {
        self.stream.finish()?;
        self.pass_on()?;
        self.out.flush()?;
        Ok((self.out, self.stream.result))
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let result = self.out.write_all(&self.stream.ready);
        self.stream.ready.clear();
        result
    }
}

impl<W: Write> Write for RedactingWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.push(bytes)?;
        self.pass_on()?;
        Ok(bytes.len())
    }

    /// What is held back stays so until it is decided.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text on its way.
pub(super) struct Stream<'s> {
    session: &'s Session,
    worker: Worker<'s>,
    place: Place,
    /// Ids of values that stay although they are secrets: somebody accepted them.
    pub(super) spared: BTreeSet<String>,
    delay: Delay,
    cut: Cut,
    /// What may still be looked at.
    buffer: Vec<u8>,
    /// What lies before was decided.
    from: usize,
    /// What lies before was written; later than `from` where a secret reaches into the next window.
    written: usize,
    /// Whether nothing was decided yet.
    is_untouched: bool,
    mark: &'static [u8],
    is_text: Option<bool>,
    names: Names,
    /// What can be passed on.
    pub(super) ready: Vec<u8>,
    pub(super) result: Redacted,
}

impl<'s> Stream<'s> {
    /// A text that is judged as a file of this name would be.
    pub(super) fn new(session: &'s Session, name: &str, delay: Delay) -> Self {
        let repository: Arc<str> = Arc::from(name);
        let place = Place::of(&Blob {
            base: Base::TOP,
            bytes: b"",
            path: name,
            repository: &repository,
            origin: &Origin::Stdin,
            untracked: false,
        });
        let worker = Worker::new(&session.rules, &UNCOUNTED);
        Self {
            session,
            worker,
            place,
            spared: BTreeSet::new(),
            delay,
            cut: Cut { window: WINDOW, margin: MARGIN },
            buffer: Vec::new(),
            from: 0,
            written: 0,
            is_untouched: true,
            mark: b"",
            is_text: None,
            names: Names::default(),
            ready: Vec::new(),
            result: Redacted::default(),
        }
    }

    /// Takes more of the text.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.result.bytes += bytes.len() as u64;
        match self.delay {
            Delay::Window => self.push_to_windows(bytes),
            Delay::Line => self.push_to_lines(bytes),
        }
    }

    fn push_to_windows(&mut self, mut bytes: &[u8]) -> Result<(), Refused> {
        while !bytes.is_empty() {
            let full = self.from + self.cut.window + self.cut.margin;
            let (now, later) = bytes.split_at(bytes.len().min(full - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() == full {
                self.begin()?;
                self.decide(full - self.cut.margin);
                self.forget(self.cut.margin);
            }
        }
        Ok(())
    }

    fn push_to_lines(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let mut piece = piece;
            while !piece.is_empty() {
                let room = (self.from + LONGEST).saturating_sub(self.buffer.len()).max(1);
                let (now, later) = piece.split_at(piece.len().min(room));
                self.buffer.extend_from_slice(now);
                piece = later;
                let is_full = self.buffer.len() >= self.from + LONGEST;
                let is_line = now.ends_with(b"\n");
                if is_full || (is_line && !is_key_open(&self.buffer[self.from..])) {
                    self.begin()?;
                    self.decide(self.buffer.len());
                    self.forget(BEFORE_LINE);
                }
            }
        }
        Ok(())
    }

    /// Decides what is left.
    pub(super) fn finish(&mut self) -> Result<(), Refused> {
        if self.is_untouched {
            self.refuse_container()?;
            let passage = self.search(Extent::Whole);
            let withheld = passage.as_ref().map_or(0, |passage| {
                passage.elsewhere.iter().filter(|one| self.is_reported((*one).clone())).count()
            });
            if withheld > 0 {
                return Err(Refused::Elsewhere(withheld));
            }
            self.replace(passage, 0..self.buffer.len());
        } else if self.from < self.buffer.len() {
            self.decide(self.buffer.len());
        }
        Ok(())
    }

    /// Looks at the beginning of a text that is longer than what is held back.
    fn begin(&mut self) -> Result<(), Refused> {
        if !std::mem::take(&mut self.is_untouched) {
            return Ok(());
        }
        self.refuse_container()?;
        self.mark = text::byte_order_mark(&self.buffer);
        if nest::is_known(&self.buffer) {
            let detail = "attachments and cells of a long document".to_owned();
            let (place, reason) = (self.place.path().to_owned(), Reason::OverBudget);
            self.result.unread.push(Unread { place, reason, detail });
        }
        Ok(())
    }

    fn refuse_container(&self) -> Result<(), Refused> {
        match container(&self.buffer) {
            Some(container) => Err(Refused::Container(container.kind.to_owned())),
            None => Ok(()),
        }
    }

    /// Decides what lies before `to`, by all that is in the buffer.
    fn decide(&mut self, to: usize) {
        let extent = Extent::Part { mark: self.mark, is_text: self.is_text };
        let passage = self.search(extent);
        if let Some(passage) = &passage {
            self.is_text.get_or_insert(passage.is_text);
        }
        self.replace(passage, self.from..to);
        self.from = to;
    }

    /// Searches the buffer; nothing if a defect of ours ends that.
    fn search(&mut self, extent: Extent) -> Option<Passage> {
        let (worker, bytes) = (&mut self.worker, &self.buffer);
        let found = defect::caught(|| worker.passage(bytes, extent)).ok();
        if found.is_none() {
            self.worker = Worker::new(&self.session.rules, &UNCOUNTED);
        }
        found
    }

    /// Writes a part of the buffer with the secrets that begin in it, or reach into it, replaced.
    fn replace(&mut self, passage: Option<Passage>, part: Range<usize>) {
        let Some(passage) = passage else { return self.withhold(part) };
        let Passage { stretches, elsewhere, unread, .. } = passage;
        // What is in the margin is said of another part, too.
        for unread in unread {
            if !self.result.unread.contains(&unread) {
                self.result.unread.push(unread);
            }
        }
        if elsewhere.iter().any(|one| self.is_reported(one.clone())) {
            return self.withhold(part);
        }
        let mut open: Option<Open> = None;
        for Stretch { bytes, form, detection } in stretches {
            if bytes.start >= part.end || bytes.end <= self.written || bytes.is_empty() {
                continue;
            }
            let label = self.names.label(self.session, &self.place, &self.spared, detection);
            let Some((label, is_new)) = label else { continue };
            if is_new {
                self.result.secrets.push(label.clone());
            }
            let start = bytes.start.max(self.written);
            match &mut open {
                Some(open) if start < open.span.end => {
                    open.span.end = open.span.end.max(bytes.end);
                    if !open.labels.contains(&label) {
                        open.labels.push(label);
                    }
                }
                _ => {
                    self.close(open.take());
                    open = Some(Open { span: start..bytes.end, form, labels: vec![label] });
                }
            }
        }
        self.close(open);
        if self.written < part.end {
            self.ready.extend_from_slice(&self.buffer[self.written..part.end]);
            self.written = part.end;
        }
    }

    fn close(&mut self, open: Option<Open>) {
        let Some(Open { span, form, labels }) = open else { return };
        self.ready.extend_from_slice(&self.buffer[self.written..span.start]);
        for label in &labels {
            self.ready.extend_from_slice(&form.of(&label.to_string()));
        }
        self.result.places += 1;
        self.written = span.end;
    }

    /// Puts a note into the place of a part that could not be searched.
    fn withhold(&mut self, part: Range<usize>) {
        let withheld = part.end.saturating_sub(self.written);
        let note = format!("[{withheld} bytes withheld: they could not be searched for secrets]\n");
        self.ready.extend_from_slice(note.as_bytes());
        self.result.withheld += withheld as u64;
        self.written = self.written.max(part.end);
    }

    /// Gives back what is not looked at any more.
    fn forget(&mut self, kept: usize) {
        // Units of wide encodings stay whole.
        let gone = self.from.saturating_sub(kept) & !3;
        self.buffer.drain(..gone);
        self.from -= gone;
        self.written -= gone;
    }

    fn is_reported(&self, detection: Detection) -> bool {
        let finding = detection.at(&self.session.rules, &self.place);
        is_reported(self.session, &finding)
    }
}

/// A stretch that is to be replaced.
struct Open {
    span: Range<usize>,
    form: Form,
    labels: Vec<Label>,
}

/// Whether a scan reports this finding by itself.
fn is_reported(session: &Session, finding: &Finding) -> bool {
    let threshold = session.context.threshold();
    if finding.confidence < threshold.min_confidence {
        return false;
    }
    threshold.include_placeholders || {
        // At no time: what has expired is still not to be read by everybody.
        let (rules, identity) = (&session.rules, &session.context.identity);
        let input = session.context.score_input(Vec::new(), 0);
        let groups = group::group(rules, identity, vec![finding.clone()], &input);
        groups.iter().any(|group| group.score.severity() != Severity::None)
    }
}

/// The secrets that were seen, and what they are called. They are known by their digests: memory grows by
/// some hundred bytes for each.
#[derive(Default)]
struct Names {
    known: BTreeMap<[u8; 32], Name>,
    /// How many different values of each kind came first.
    ordinals: BTreeMap<Kind, usize>,
}

/// What a value is called.
struct Name {
    id: String,
    /// Whether it was taken for a secret; then it is one wherever it stands.
    is_secret: bool,
}

impl Names {
    /// What is written in place of a secret, and whether that is new; nothing if it is to stay.
    fn label(
        &mut self,
        session: &Session,
        place: &Place,
        spared: &BTreeSet<String>,
        detection: Detection,
    ) -> Option<(Label, bool)> {
        let finding = detection.at(&session.rules, place);
        let rule = session.rules.get(finding.rule);
        let name = self.known.entry(digest(&finding.secret)).or_insert_with(|| {
            // As reports number them: by where each comes first.
            let ordinal = self.ordinals.entry(rule.kind).or_default();
            let identity = &session.context.identity;
            let (id, _) = identity.of(&finding.secret, rule.kind, &finding.below, *ordinal);
            *ordinal += 1;
            Name { id, is_secret: false }
        });
        let was_secret = name.is_secret;
        name.is_secret |= !spared.contains(&name.id) && is_reported(session, &finding);
        name.is_secret
            .then(|| (Label { rule: rule.id().to_owned(), id: name.id.clone() }, !was_secret))
    }
}

fn digest(secret: &Secret) -> [u8; 32] {
    Sha256::digest(secret.reveal()).into()
}

/// Whether a private key begins here and has not ended.
fn is_key_open(held: &[u8]) -> bool {
    let last = |word: &[u8]| memchr::memmem::rfind(held, word);
    let armoured = last(b"-- BEGIN ").max(last(b"--BEGIN "));
    let is_private = armoured.is_some_and(|at| {
        let line = &held[at..held.len().min(at + 80)];
        memchr::memmem::find(line, b"PRIVATE KEY").is_some()
    });
    let is_open = is_private && armoured > last(b"-- END ").max(last(b"--END "));
    is_open || last(b"PuTTY-User-Key-File-") > last(b"Private-MAC")
}
