//! A scan: workers, one for each thread, that turn blobs into findings.

pub mod name;
pub mod progress;
pub mod stream;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::Scope;

use self::progress::Progress;
use crate::blob::{self, Blob};
use crate::certificates;
use crate::context;
use crate::context::nearby;
use crate::context::surroundings::Around;
use crate::defect;
use crate::finding::nearby::Nearby;
use crate::finding::surroundings::Surroundings;
use crate::finding::{Finding, Location, Secret};
use crate::line_hash::line_hashes;
use crate::line_hash::masks::masks;
use crate::locked::{self, Locked};
use crate::owners::OwnersFile;
use crate::problem::Problem;
use crate::scan_output::{ScanOutput, take_in};
use crate::threads::Pool;
use sprawl_detect::decoded::LIVE;
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::{Detector, Rule, Rules};
use sprawl_detect::score::{Authority, Environment, Exposure};
use sprawl_detect::text::{self, Lines};
use sprawl_detect::version::{Earlier, Shared, Trace};
use sprawl_detect::{Candidate, Scanner, text_of};
use sprawl_unpack::container::{Container, container};

/// What one thread has found so far, and its scratch memory.
#[derive(Debug)]
pub struct Worker<'r> {
    scanner: Scanner<'r>,
    progress: &'r Progress,
    /// Read buffer, kept between files.
    buffer: Vec<u8>,
    /// Trace of versions that nothing is made from.
    trace: Trace,
    /// What was found, in no particular order.
    pub output: ScanOutput,
}

impl<'r> Worker<'r> {
    /// A worker that has found nothing yet.
    pub fn new(rules: &'r Rules, progress: &'r Progress) -> Self {
        Self {
            scanner: Scanner::new(rules),
            progress,
            buffer: Vec::new(),
            trace: Trace::default(),
            output: ScanOutput::default(),
        }
    }

    /// Scans one blob. A defect of ours that shows on it costs this blob only, and is a problem.
    pub fn blob(&mut self, blob: &Blob<'_>) {
        self.output.owners.extend(OwnersFile::at(blob.repository, blob.path, blob.bytes));
        let (text, mut findings) =
            self.guarded(|| blob.path.to_owned(), |worker| worker.find(blob));
        // Once the bytes have been read: what is asked here is asked of few of them.
        if let Some(container) = self.count(blob.bytes) {
            self.output.unread.push(container.unread(blob.path));
        }
        self.note_locks(blob, &text);
        self.place(blob, &mut findings);
        take_in(&mut self.output.findings, findings);
    }

    fn note_locks(&mut self, blob: &Blob<'_>, text: &[u8]) {
        let locks = self.guarded(|| blob.path.to_owned(), |_| locked::find(text, blob.path));
        if locks.is_empty() {
            return;
        }
        self.output.locked.extend(locks.into_iter().map(|lock| Locked {
            repository: blob.repository.to_string(),
            path: blob.path.to_owned(),
            lock,
        }));
    }

    /// Judges findings by the place of their blob.
    fn place(&self, blob: &Blob<'_>, findings: &mut [Finding]) {
        if findings.is_empty() {
            return;
        }
        let below = blob.base.below(blob.path);
        let exposure = context::exposure(&below, blob.untracked);
        let path = &findings[0].location.path;
        let below = if **path == *below { Arc::clone(path) } else { Arc::from(&*below) };
        let place = context::Place::new(below, exposure);
        for finding in findings {
            context::place(self.scanner.rules(), finding, &place);
        }
    }

    /// The rules it scans with.
    pub fn rules(&self) -> &'r Rules {
        self.scanner.rules()
    }

    /// What there is to find in a blob, without taking note of it, and before its place is judged
    /// ([`context::place`]).
    pub fn findings_of(&mut self, blob: &Blob<'_>) -> Vec<Finding> {
        self.guarded(|| blob.path.to_owned(), |worker| worker.find(blob).1)
    }

    /// The text of a blob, and where there is something to find in it.
    fn find<'b>(&mut self, blob: &Blob<'b>) -> (Cow<'b, [u8]>, Vec<Finding>) {
        let (text, candidates) = self.scanner.candidates_in_blob(blob.bytes);
        let findings = self.findings_from(blob, &text, candidates, true);
        (text, findings)
    }

    /// Where there is something to find in a part of a text, and what it is.
    fn find_in_part(
        &mut self,
        blob: &Blob<'_>,
        part: &[u8],
        is_text: bool,
    ) -> (Vec<usize>, Vec<Finding>) {
        let candidates = self.scanner.candidates_of_part(part, is_text);
        let starts = candidates.iter().map(|candidate| candidate.secret.start).collect();
        (starts, self.findings_from(blob, part, candidates, false))
    }

    /// Of a part of a text, line hashes are left out.
    fn findings_from(
        &self,
        blob: &Blob<'_>,
        text: &[u8],
        candidates: Vec<Candidate>,
        is_whole: bool,
    ) -> Vec<Finding> {
        if candidates.is_empty() {
            return Vec::new();
        }
        let path: Arc<str> = Arc::from(blob.path);
        let rules = self.scanner.rules();
        let spans: Vec<Range<usize>> = candidates.iter().map(|c| c.secret.clone()).collect();
        let mut companions = companions(text, &candidates);
        let mut finding_text = FindingText {
            text,
            lines: Lines::new(text),
            around: if is_whole { Around::new(text) } else { Around::of_part(text) },
            spans: &spans,
            is_sealing: None,
        };
        let mut findings = Vec::with_capacity(candidates.len());
        for (at, candidate) in candidates.into_iter().enumerate() {
            let id = rules.in_file(candidate.rule, blob.path);
            let mut found = finding(&mut finding_text, blob, &path, rules.get(id), candidate);
            found.rule = id;
            found.companions = companions.remove(&at).unwrap_or_default().into();
            findings.push(found);
        }
        if is_whole && let Some(secrets) = masks(text, &spans, &line_starts(text, &spans)) {
            let numbers: Vec<usize> = findings.iter().map(|f| f.location.line).collect();
            let hashes = line_hashes(text, &numbers, &secrets);
            for (finding, hash) in findings.iter_mut().zip(hashes) {
                finding.line_hash = Some(hash.into());
            }
        }
        for (finding, nearby) in findings.iter_mut().zip(nearby::nearby(text, &spans)) {
            finding.nearby = nearby;
        }
        findings
    }

    /// The secrets in a version of a blob, in order of place. Of a version that was made from an
    /// earlier one only what is new is looked at; what is left behind in `keep` is for those that
    /// are made from this one. `place` names the blob if a defect of ours shows on it.
    pub fn secrets_of_version(
        &mut self,
        place: impl FnOnce() -> String,
        bytes: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) -> Vec<Secret> {
        self.guarded(place, |worker| worker.find_in_version(bytes, made_from, keep))
    }

    fn find_in_version(
        &mut self,
        bytes: &[u8],
        made_from: Option<(&Kept, &[Shared])>,
        mut keep: Option<&mut Kept>,
    ) -> Vec<Secret> {
        let may_be_wide = may_be_wide(bytes, made_from);
        let text = if may_be_wide { text_of(bytes) } else { Cow::Borrowed(bytes) };
        if let Some(keep) = keep.as_deref_mut() {
            keep.is_narrow = !may_be_wide;
        }
        // In a text that had to be decoded, positions are not those of the bytes that are shared.
        let plain = matches!(text, Cow::Borrowed(_));
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
            match keep {
                Some(keep) => {
                    let useful = |t: &Trace| !t.is_partial() && t.size() <= LARGEST_TRACE;
                    keep.trace = Some(trace).filter(useful);
                }
                None => self.trace = trace,
            }
            candidates
        };
        candidates.iter().map(|candidate| secret_of(&text, candidate)).collect()
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
                let what = format!("was not scanned because of {defect}");
                self.problem(Problem::new(place(), what));
                T::default()
            }
        }
    }

    /// Counts a blob for the progress bar and the summary, unless it is a container: its bytes are
    /// scanned, but what is in it is not.
    pub(crate) fn count(&mut self, bytes: &[u8]) -> Option<Container> {
        let container = container(bytes);
        if container.is_none() {
            self.progress.count(bytes.len());
        }
        if blob::is_lfs_pointer(bytes) {
            self.output.left_out.lfs_pointers += 1;
        }
        container
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

/// What is kept of a scanned version for those that are made from it.
#[derive(Debug, Default)]
pub struct Kept {
    /// None if it says nothing about them: the text was decoded, or holds too many keywords.
    trace: Option<Trace>,
    /// Whether it is known that nothing in it is to be decoded.
    is_narrow: bool,
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
        self.trace.as_ref().map_or(0, Trace::size)
    }
}

/// A trace that takes more memory is not kept: 16 MiB, a million keywords.
const LARGEST_TRACE: usize = 16 << 20;

/// The other halves of those candidates that have some, by position in the list.
fn companions(text: &[u8], all: &[Candidate]) -> BTreeMap<usize, Vec<Secret>> {
    let secrets = |candidate: &Candidate| {
        candidate.companions.iter().map(|other| secret_of(text, &all[*other])).collect()
    };
    let some = all.iter().enumerate().filter(|(_, candidate)| !candidate.companions.is_empty());
    some.map(|(at, candidate)| (at, secrets(candidate))).collect()
}

fn secret_of(text: &[u8], candidate: &Candidate) -> Secret {
    match &candidate.identity {
        Some(identity) => Secret::new(identity),
        None => Secret::new(&text[candidate.secret.clone()]),
    }
}

/// A text while its candidates become findings, in order of place.
struct FindingText<'t> {
    text: &'t [u8],
    lines: Lines<'t>,
    around: Around<'t>,
    /// Where secrets stand, in order; none overlaps another.
    spans: &'t [Range<usize>],
    /// Whether it holds the key that opens sealed secrets; asked of texts with keys only.
    is_sealing: Option<bool>,
}

impl FindingText<'_> {
    /// What the text around a candidate says.
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

/// Where the lines begin on which spans begin, which are in order.
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

fn finding(
    finding_text: &mut FindingText<'_>,
    blob: &Blob<'_>,
    path: &Arc<str>,
    rule: &Rule,
    candidate: Candidate,
) -> Finding {
    let (line, column) = finding_text.lines.place(candidate.secret.start);
    let (end_line, end_column) = finding_text.lines.place(candidate.secret.end);
    let surroundings = finding_text.surroundings(&candidate, rule);
    let secret = secret_of(finding_text.text, &candidate);
    let mut decoded = candidate.decoded;
    if rule.detector == Detector::Keys && finding_text.is_sealing() {
        decoded.add_fact("use", locked::SEALING);
        decoded.authority = Some(Authority::Bootstrap);
    }
    if rule.detector != Detector::Keys {
        if decoded.expires.is_none() && surroundings.expires.is_some() {
            decoded.expires = surroundings.expires;
            decoded.add_term();
        }
        let value = &finding_text.text[candidate.secret.clone()];
        if rule.text.live || (!rule.kind.is_guessable() && context::is_live(value)) {
            decoded.add_fact("mode", LIVE);
        }
    }
    Finding {
        rule: candidate.rule,
        secret,
        location: Location {
            path: Arc::clone(path),
            line,
            column,
            end_line,
            end_column,
            origin: blob.origin.clone(),
        },
        repository: Arc::clone(blob.repository),
        evidence: candidate.evidence,
        confidence: candidate.confidence,
        usability: candidate.usability,
        decoded: decoded.into(),
        companions: Rare::default(),
        below: Arc::clone(path),
        environment: Environment::Unknown,
        surroundings,
        exposure: Exposure::Head,
        line_hash: None,
        owners: Rare::default(),
        slot: Box::default(),
        nearby: Nearby::default(),
        decision: Rare::default(),
    }
}

/// The threads of a scan, and a worker for each.
#[derive(Debug)]
pub struct ScanPool<'r> {
    pool: Pool,
    workers: Vec<Mutex<Worker<'r>>>,
}

impl<'r> ScanPool<'r> {
    /// Starts so many threads, up to a limit; 0 means one for each processor.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(rules: &'r Rules, progress: &'r Progress, threads: usize) -> Result<Self, String> {
        let pool = Pool::new(threads)?;
        let workers =
            (0..pool.threads()).map(|_| Mutex::new(Worker::new(rules, progress))).collect();
        Ok(Self { pool, workers })
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
            let secrets = worker.secrets_of_version(String::new, &version, made, Some(&mut kept));
            assert_eq!(secrets.len(), expected);
            made_from = Some(version.len());
        }
    }
}
