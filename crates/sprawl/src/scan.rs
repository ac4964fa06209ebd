//! A scan: workers, one for each thread, that turn blobs into findings.

pub mod anchors;
pub mod contents;
pub mod detection;
mod file_name;
pub mod name;
pub mod passage;
pub mod place;
pub mod progress;
pub mod stream;
pub mod values;
mod version;

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use self::contents::{Contents, UnpackOptions};
use self::detection::{Detection, detections, merge, secret_of};
use self::place::Place;
use self::progress::Progress;
use self::values::{Hit, Values};
use self::version::Silence;
use crate::blob::{self, Blob};
use crate::certificates;
use crate::defect;
use crate::finding::{Finding, Secret};
use crate::locked::Locked;
use crate::owners::OwnersFile;
use crate::problem::Problem;
use crate::scan_output::{ScanOutput, take_in};
use crate::threads::Pool;
use sprawl_detect::rules::Rules;
use sprawl_detect::text;
use sprawl_detect::version::{Earlier, Shared, Trace};
use sprawl_detect::{Scanner, text_of};
use sprawl_unpack::buffers::Buffers;
use sprawl_unpack::encoding::Decoder;
use sprawl_unpack::nest;
use sprawl_unpack::unread::Unread;

/// Scanner of one thread: what it has found so far, and its scratch memory.
#[derive(Debug)]
pub struct Worker<'r> {
    scanner: Scanner<'r>,
    progress: &'r Progress,
    /// What is looked for instead of what the rules find.
    values: Option<&'r Values>,
    /// Anchors of the family of objects that is being read.
    anchors: Option<anchors::Notes>,
    /// Anchors of what is decoded or unpacked elsewhere.
    decoded_anchors: Option<anchors::Notes>,
    /// Whether values are looked for in what is to be decoded or unpacked, but for families of objects.
    decodes: bool,
    is_in_family: bool,
    /// Read buffer, kept between files.
    buffer: Vec<u8>,
    /// Trace of versions that nothing is made from.
    trace: Trace,
    /// How far containers and encodings are opened.
    unpack: UnpackOptions,
    /// Whether findings keep the lines that they stand on.
    keeps_lines: bool,
    /// Buffers for members of containers, kept between files.
    buffers: Buffers,
    /// Decoders that are not in use, one for each level of encodings.
    decoders: Vec<Decoder>,
    /// What was found, in no particular order.
    pub output: ScanOutput,
}

impl<'r> Worker<'r> {
    /// A worker that has found nothing yet.
    pub fn new(rules: &'r Rules, progress: &'r Progress) -> Self {
        Self {
            scanner: Scanner::new(rules),
            progress,
            values: None,
            anchors: None,
            decoded_anchors: None,
            decodes: true,
            is_in_family: false,
            buffer: Vec::new(),
            trace: Trace::default(),
            unpack: UnpackOptions::default(),
            keeps_lines: false,
            buffers: Buffers::default(),
            decoders: Vec::new(),
            output: ScanOutput::default(),
        }
    }

    /// Scans one blob. A defect of ours that shows on it costs this blob only, and is a problem.
    pub fn blob(&mut self, blob: &Blob<'_>) {
        let findings = self.findings_of(blob);
        take_in(&mut self.output.findings, findings);
    }

    /// Scans one blob, and returns its findings for the caller to keep; everything else is kept.
    pub(crate) fn findings_of(&mut self, blob: &Blob<'_>) -> Vec<Finding> {
        if self.values.is_none() {
            self.output.owners.extend(OwnersFile::at(blob.repository, blob.path, blob.bytes));
        }
        let contents =
            self.guarded(|| blob.path.to_owned(), |worker| worker.search(blob.path, blob.bytes));
        self.count(blob.bytes, contents.is_read());
        self.take(blob, contents)
    }

    /// Keeps what was found in a blob but for its findings, which it returns.
    fn take(&mut self, blob: &Blob<'_>, contents: Contents) -> Vec<Finding> {
        let path = |member: &str| match member {
            "" => blob.path.to_owned(),
            member => format!("{}!{member}", blob.path),
        };
        let Contents { detections, unread, locks, .. } = contents;
        self.output.unread.extend(unread.into_iter().map(|unread| unread.below(blob.path)));
        self.output.locked.extend(locks.into_iter().map(|(member, lock)| Locked {
            repository: blob.repository.to_string(),
            path: path(&member),
            lock,
        }));
        self.findings(detections, blob)
    }

    /// Findings of a blob. A blob without detections allocates nothing.
    fn findings(&self, detections: Vec<Detection>, blob: &Blob<'_>) -> Vec<Finding> {
        let mut detections = detections;
        if self.values.is_some() {
            detections.retain(Detection::is_by_value);
        }
        if detections.is_empty() {
            return Vec::new();
        }
        let place = Place::of(blob);
        let rules = self.scanner.rules();
        detections.into_iter().map(|detection| detection.at(rules, &place)).collect()
    }

    /// The rules it scans with.
    pub fn rules(&self) -> &'r Rules {
        self.scanner.rules()
    }

    /// Secrets of a text whose places the caller knows. `name` names it in the problem that a defect of
    /// ours becomes.
    pub fn detections(&mut self, name: impl FnOnce() -> String, bytes: &[u8]) -> Vec<Detection> {
        let mut found = self.guarded(name, |worker| worker.search("", bytes).detections);
        if self.values.is_some() {
            found.retain(Detection::is_by_value);
        }
        found
    }

    /// What is looked for instead of what the rules find, if it is.
    pub(crate) fn values(&self) -> Option<&'r Values> {
        self.values
    }

    /// The secrets in a version of a blob. Of a version that was made from an earlier one only what is
    /// new is looked at; what is left behind in `keep` is for those that are made from this one. `place`
    /// names the blob if a defect of ours shows on it.
    pub fn secrets_of_version(
        &mut self,
        place: impl FnOnce() -> String,
        bytes: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) -> VersionContents {
        self.guarded(place, |worker| worker.find_in_version(bytes, made_from, keep))
    }

    fn find_in_version(
        &mut self,
        bytes: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
        mut keep: Option<&mut Kept>,
    ) -> VersionContents {
        if let Some(values) = self.values {
            return self.values_in_version(values, bytes, made_from, keep);
        }
        if nest::is_known(bytes) {
            let contents = self.search("", bytes);
            let is_read = contents.is_read();
            let secrets = contents.detections.into_iter().map(|found| found.secret).collect();
            return VersionContents { secrets, unread: contents.unread, is_read };
        }
        let may_be_wide = may_be_wide(bytes, made_from);
        let text = if may_be_wide { text_of(bytes) } else { Cow::Borrowed(bytes) };
        if let Some(keep) = keep.as_deref_mut() {
            keep.is_narrow = !may_be_wide;
        }
        // In a text that had to be decoded, positions are not those of the bytes that are shared.
        let plain = matches!(text, Cow::Borrowed(_));
        let shared = made_from.filter(|_| plain).map(|(_, shared)| shared);
        self.note_anchors(&text, shared, !plain);
        let candidates = if !plain || (made_from.is_none() && keep.is_none()) {
            self.scanner.candidates(&text)
        } else {
            let earlier = made_from.and_then(|(kept, shared)| {
                kept.trace.as_ref().map(|trace| Earlier { trace, shared })
            });
            let mut trace = match keep {
                Some(_) => Trace::default(),
                None => std::mem::take(&mut self.trace),
            };
            let candidates = self.scanner.candidates_of_version(&text, earlier, &mut trace);
            match keep.as_deref_mut() {
                Some(keep) => {
                    let useful = |t: &Trace| !t.is_partial() && t.size() <= LARGEST_TRACE;
                    keep.trace = Some(trace).filter(useful);
                }
                None => self.trace = trace,
            }
            candidates
        };
        let (decoded, contents, silence) =
            self.decoded_in_version(&text, made_from.filter(|_| plain));
        if let Some(keep) = keep {
            keep.silence = silence.filter(|_| plain);
        }
        let secrets = if decoded.is_empty() {
            candidates.iter().map(|candidate| secret_of(&text, candidate)).collect()
        } else {
            let rules = self.scanner.rules();
            let mut found = detections(rules, &text, candidates, true);
            merge(rules, &mut found, decoded);
            found.into_iter().map(|found| found.secret).collect()
        };
        VersionContents { secrets, is_read: contents.is_read(), unread: contents.unread }
    }

    /// The secrets that are in a version by value, or known there by a rule as well.
    fn values_in_version(
        &mut self,
        values: &Values,
        bytes: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) -> VersionContents {
        if self.decodes() && nest::is_known(bytes) {
            let found = self.search("", bytes).detections;
            let secrets = found.into_iter().map(|found| found.secret);
            let secrets = secrets.filter(|secret| values.has(secret)).collect();
            return VersionContents { secrets, ..VersionContents::default() };
        }
        let may_be_wide = self.decodes() && may_be_wide(bytes, made_from);
        let text = if may_be_wide { text_of(bytes) } else { Cow::Borrowed(bytes) };
        let plain = matches!(text, Cow::Borrowed(_));
        let earlier = made_from.filter(|_| plain);
        let hits = match earlier {
            Some((Kept { hits: Some(hits), .. }, shared)) => {
                values.hits_of_version(&text, hits, shared)
            }
            _ => values.hits(&text),
        };
        let (decoded, silence) = match self.decodes() {
            true => {
                let (decoded, _, silence) = self.decoded_in_version(&text, earlier);
                (decoded, silence)
            }
            false => (Vec::new(), None),
        };
        let of_text = hits.iter().map(|hit| values.secret(hit).clone());
        let decoded = decoded.into_iter().map(|found| found.secret);
        let secrets = of_text.chain(decoded.filter(|secret| values.has(secret))).collect();
        if let Some(keep) = keep {
            keep.is_narrow = !may_be_wide;
            keep.silence = silence.filter(|_| plain);
            keep.hits = Some(hits).filter(|_| plain);
        }
        VersionContents { secrets, ..VersionContents::default() }
    }

    /// Begins to note the anchors of a family of objects; when values are looked for, it is one that may hold
    /// some.
    pub(crate) fn begin_family(&mut self) {
        self.anchors = self.values.is_none().then(anchors::Notes::default);
        self.is_in_family = true;
    }

    /// The anchors of the family, if all were noted.
    pub(crate) fn end_family(&mut self) -> Option<Box<[u32]>> {
        self.is_in_family = false;
        self.anchors.take()?.finish()
    }

    /// Notes the anchors of a text, or of what is new in it.
    fn note_anchors(&mut self, text: &[u8], shared: Option<&[Shared]>, is_decoded: bool) {
        let of_decoded = self.decoded_anchors.as_mut().filter(|_| is_decoded);
        if let Some(notes) = self.anchors.as_mut().or(of_decoded) {
            notes.add(text, shared);
        }
    }

    /// Takes note that some text has anchors that are not noted.
    fn leave_out_anchors(&mut self) {
        for notes in [&mut self.anchors, &mut self.decoded_anchors].into_iter().flatten() {
            notes.is_partial = true;
        }
    }

    /// Whether what is to be decoded or unpacked is looked at.
    fn decodes(&self) -> bool {
        self.values.is_none() || self.decodes || self.is_in_family
    }

    /// Runs a scan of one blob; if a defect of ours ends it, that is a problem of this blob alone.
    fn guarded<T: Default>(
        &mut self,
        place: impl FnOnce() -> String,
        scan: impl FnOnce(&mut Self) -> T,
    ) -> T {
        match defect::caught(|| scan(self)) {
            Ok(found) => found,
            Err(defect) => {
                // Scratch memory may be broken.
                self.scanner = Scanner::new(self.scanner.rules());
                self.leave_out_anchors();
                let what = format!("was not scanned because of {defect}");
                self.problem(Problem::new(place(), what));
                T::default()
            }
        }
    }

    /// Counts a blob for the progress bar and the summary, unless it was not read.
    pub(crate) fn count(&mut self, bytes: &[u8], is_read: bool) {
        if is_read {
            self.progress.count(bytes.len());
        }
        if blob::is_lfs_pointer(bytes) {
            self.output.left_out.lfs_pointers += 1;
        }
    }

    /// Notes something that could not be scanned.
    pub fn problem(&mut self, problem: Problem) {
        self.output.problems.push(problem);
    }

    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }

    pub(crate) fn return_buffer(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
    }
}

/// Secrets of a version of a blob, without their places.
#[derive(Debug)]
pub struct VersionContents {
    /// In no particular order, with repeats.
    pub secrets: Vec<Secret>,
    /// What was not read; places are paths below the blob.
    pub unread: Vec<Unread>,
    /// Whether the blob itself was read.
    pub is_read: bool,
}

impl Default for VersionContents {
    fn default() -> Self {
        Self { secrets: Vec::new(), unread: Vec::new(), is_read: true }
    }
}

/// What is kept of a scanned version for those that are made from it.
#[derive(Debug, Default)]
pub struct Kept {
    /// None if it is of no use for them: the text was decoded, or holds too many keywords.
    trace: Option<Trace>,
    /// Whether it is known that nothing in it is to be decoded.
    is_narrow: bool,
    /// Whether nothing is encoded in it.
    silence: Option<Silence>,
    /// Where values are in it that are looked for; none if it was decoded.
    hits: Option<Vec<Hit>>,
}

/// Whether a version of a text may have to be decoded.
fn may_be_wide(bytes: &[u8], made_from: Option<(&Kept, &[Shared])>) -> bool {
    match made_from {
        Some((kept, shared)) if kept.is_narrow => {
            Shared::rest(shared, bytes.len()).any(|rest| text::may_be_wide(&bytes[rest]))
        }
        _ => text::may_be_wide(bytes),
    }
}

impl Kept {
    /// Bytes of memory that it takes.
    pub fn size(&self) -> usize {
        let hits = self.hits.as_ref().map_or(0, Vec::len) * size_of::<Hit>();
        self.trace.as_ref().map_or(0, Trace::size) + hits
    }
}

/// A trace that takes more memory is not kept: 16 MiB, a million keywords.
const LARGEST_TRACE: usize = 16 << 20;

/// The threads of a scan, and a worker for each.
#[derive(Debug)]
pub struct ScanPool<'r> {
    pool: Pool,
    workers: Vec<Mutex<Worker<'r>>>,
    decoded: Option<&'r anchors::Decoded>,
}

impl<'r> ScanPool<'r> {
    /// Starts `threads` threads, up to a limit; 0 means one for each processor.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(rules: &'r Rules, progress: &'r Progress, threads: usize) -> Result<Self, String> {
        let pool = Pool::new(threads)?;
        let workers =
            (0..pool.threads()).map(|_| Mutex::new(Worker::new(rules, progress))).collect();
        Ok(Self { pool, workers, decoded: None })
    }

    /// The same threads, with other options for containers and encodings.
    #[must_use]
    pub fn unpacking(mut self, options: UnpackOptions) -> Self {
        for worker in &mut self.workers {
            worker.get_mut().unwrap_or_else(PoisonError::into_inner).unpack = options;
        }
        self
    }

    /// The same threads, whose findings keep the lines that they stand on.
    #[must_use]
    pub fn keeping_lines(mut self, keeps_lines: bool) -> Self {
        for worker in &mut self.workers {
            worker.get_mut().unwrap_or_else(PoisonError::into_inner).keeps_lines = keeps_lines;
        }
        self
    }

    /// The same threads, looking for values in place of what the rules find.
    #[must_use]
    pub fn looking_for(mut self, values: Option<&'r Values>) -> Self {
        for worker in &mut self.workers {
            worker.get_mut().unwrap_or_else(PoisonError::into_inner).values = values;
        }
        self
    }

    /// The same threads, which note what they decode; or, when they look for values, decode nothing if no value
    /// can be in what was noted.
    #[must_use]
    pub fn noting(mut self, decoded: &'r anchors::Decoded) -> Self {
        for worker in &mut self.workers {
            let worker = worker.get_mut().unwrap_or_else(PoisonError::into_inner);
            match worker.values {
                Some(values) => worker.decodes = decoded.may_hold(values.anchors()),
                None => worker.decoded_anchors = Some(anchors::Notes::default()),
            }
        }
        self.decoded = Some(decoded);
        self
    }

    /// The threads.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Runs tasks on the threads and waits for all of them.
    pub fn scope<'s, R: Send>(&'s self, tasks: impl FnOnce(&Scope<'s>) -> R + Send) -> R {
        self.pool.scope(tasks)
    }

    /// Lends the worker of this thread. Never waits within a task: each thread has its own.
    pub fn worker<R>(&self, work: impl FnOnce(&mut Worker<'r>) -> R) -> R {
        let mut worker =
            self.workers[self.pool.thread()].lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut worker)
    }

    /// Runs a part of the scan; if a defect of ours ends it, that is a problem, and what the part
    /// has found until then counts.
    ///
    /// # Errors
    /// Those of the part.
    pub fn guarded(
        &self,
        place: &str,
        part: impl FnOnce() -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        defect::caught(part).unwrap_or_else(|defect| {
            let what = format!("was not scanned to the end because of {defect}");
            self.worker(|worker| worker.problem(Problem::new(place, what)));
            Ok(())
        })
    }

    /// Everything that was found, in a stable order.
    pub fn finish(self) -> ScanOutput {
        let mut scan_output = ScanOutput::default();
        for worker in self.workers {
            let mut worker = worker.into_inner().unwrap_or_else(PoisonError::into_inner);
            if let Some((decoded, notes)) = self.decoded.zip(worker.decoded_anchors.take()) {
                decoded.add(notes);
            }
            let found = worker.scanner.take_certificates();
            worker.output.certificates.extend(found.into_iter().map(certificates::digested));
            scan_output.merge(worker.output);
        }
        scan_output.sort();
        scan_output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_in_a_part_is_a_problem_and_the_rest_counts() {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let pool = ScanPool::new(&rules, &progress, 2).unwrap();
        let earlier = Problem::new("a", "b");
        pool.worker(|worker| worker.problem(earlier.clone()));
        let broken = pool.guarded("history of r", || {
            pool.scope(|scope| scope.spawn(|_| panic!("of a task")));
            Ok(())
        });
        assert_eq!(broken, Ok(()));
        assert_eq!(pool.guarded("x", || Err(earlier.clone())), Err(earlier.clone()));
        let problems = pool.finish().problems;
        assert_eq!(problems[0], earlier);
        assert_eq!(problems[1].place, "history of r");
        assert!(problems[1].what.contains("a defect in sprawl"), "{}", problems[1].what);
        assert!(!problems[1].what.contains("of a task"));
    }

    #[test]
    fn a_version_is_decoded_where_only_what_is_new_is_wide() {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let mut worker = Worker::new(&rules, &progress);
        let first = b"a line of words\n".repeat(10);
        // A connection string, put together here so that this file holds none.
        let line = format!("url = \"postgres://app:{}@db.prod.internal/app\"\n", "Vx7kQ2mNpR9t");
        let wide: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let second = [first.as_slice(), &wide].concat();
        let third = [&second[..], b"words\n"].concat();
        let mut kept = Kept::default();
        let mut made_from: Option<usize> = None;
        for (version, expected) in [(first, 0), (second, 1), (third, 1)] {
            let shared = made_from.map(|length| [Shared { at: 0, from: 0, length }]);
            let earlier = std::mem::take(&mut kept);
            let made = shared.as_ref().map(|shared| (&earlier, shared.as_slice()));
            let secrets =
                worker.secrets_of_version(String::new, &version, made, Some(&mut kept)).secrets;
            assert_eq!(secrets.len(), expected);
            made_from = Some(version.len());
        }
    }
}
