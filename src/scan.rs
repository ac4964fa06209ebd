//! A scan: workers, one for each thread, that turn blobs into findings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use crate::context;
use crate::detect::{Candidate, Scanner};
use crate::finding::{Finding, Location, Secret};
use crate::line_hash;
use crate::problem::Problem;
use crate::rules::Rules;
use crate::source::{self, Blob, LeftOut, Progress};
use crate::text::{self, Lines};

/// What one thread has found so far, and its scratch memory.
#[derive(Debug)]
pub struct Worker<'r> {
    scanner: Scanner<'r>,
    progress: &'r Progress,
    /// Read buffer, kept between files.
    buffer: Vec<u8>,
    /// Findings, in no particular order.
    pub findings: Vec<Finding>,
    /// Problems, in no particular order.
    pub problems: Vec<Problem>,
    /// What was left out on purpose.
    pub left_out: LeftOut,
}

impl<'r> Worker<'r> {
    /// A worker that has found nothing yet.
    pub fn new(rules: &'r Rules, progress: &'r Progress) -> Self {
        Self {
            scanner: Scanner::new(rules),
            progress,
            buffer: Vec::new(),
            findings: Vec::new(),
            problems: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Scans one blob. A defect of ours that shows on it costs this blob only, and is a problem.
    pub fn blob(&mut self, blob: &Blob<'_>) {
        self.progress.count(blob.bytes.len());
        let found = self.findings.len();
        let scanned = catch_unwind(AssertUnwindSafe(|| self.scan_blob(blob)));
        if scanned.is_err() {
            // Half a blob's findings would depend on where it failed; scratch memory may be broken.
            self.findings.truncate(found);
            self.scanner = Scanner::new(self.scanner.rules());
            self.problem(Problem::new(
                blob.path,
                "was not scanned because of a defect in sprawl; please report it",
            ));
        }
    }

    fn scan_blob(&mut self, blob: &Blob<'_>) {
        if source::is_lfs_pointer(blob.bytes) {
            self.left_out.lfs_pointers += 1;
        }
        let text = text::decoded(blob.bytes);
        let candidates = self.scanner.candidates(&text);
        if candidates.is_empty() {
            return;
        }
        let mut lines = Lines::new(&text);
        let first = self.findings.len();
        let path: Arc<str> = Arc::from(blob.path);
        for candidate in &candidates {
            let finding = finding(&text, blob, &path, &mut lines, candidate, &candidates);
            self.findings.push(finding);
        }
        let numbers: Vec<usize> = self.findings[first..].iter().map(|f| f.location.line).collect();
        let hashes = line_hash::line_hashes(&text, &numbers);
        for (finding, hash) in self.findings[first..].iter_mut().zip(hashes) {
            finding.line_hash = Some(hash);
        }
    }

    /// Notes something that could not be scanned.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }

    pub(crate) fn return_buffer(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
    }
}

fn secret_of(text: &[u8], candidate: &Candidate) -> Secret {
    match &candidate.identity {
        Some(identity) => Secret::new(identity),
        None => Secret::new(&text[candidate.secret.clone()]),
    }
}

fn finding(
    text: &[u8],
    blob: &Blob<'_>,
    path: &Arc<str>,
    lines: &mut Lines<'_>,
    candidate: &Candidate,
    all: &[Candidate],
) -> Finding {
    let (line, column) = lines.place(candidate.secret.start);
    let (end_line, end_column) = lines.place(candidate.secret.end);
    Finding {
        rule: candidate.rule,
        secret: secret_of(text, candidate),
        location: Location {
            path: Arc::clone(path),
            line,
            column,
            end_line,
            end_column,
            origin: blob.origin.clone(),
        },
        repository: Arc::clone(blob.repository),
        evidence: candidate.evidence.clone(),
        confidence: candidate.confidence,
        usability: candidate.usability.clone(),
        decoded: candidate.decoded.clone(),
        companions: candidate
            .companions
            .iter()
            .map(|other| secret_of(text, &all[*other]))
            .collect(),
        environment: context::environment(path),
        exposure: context::exposure(path, blob.untracked),
        line_hash: None,
    }
}

/// The threads of a scan, each with its worker.
#[derive(Debug)]
pub struct Crew<'r> {
    pool: ThreadPool,
    workers: Vec<Mutex<Worker<'r>>>,
}

impl<'r> Crew<'r> {
    /// Starts so many threads; 0 means one for each processor.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(rules: &'r Rules, progress: &'r Progress, threads: usize) -> Result<Self, String> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| format!("threads cannot be started: {error}"))?;
        let workers = (0..pool.current_num_threads())
            .map(|_| Mutex::new(Worker::new(rules, progress)))
            .collect();
        Ok(Self { pool, workers })
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.workers.len()
    }

    /// Runs tasks on the threads and waits for all of them.
    pub fn scope<'s, R: Send>(&'s self, tasks: impl FnOnce(&Scope<'s>) -> R + Send) -> R {
        self.pool.scope(tasks)
    }

    /// Lends the worker of this thread. Never waits within a task: each thread has its own.
    pub fn worker<R>(&self, work: impl FnOnce(&mut Worker<'r>) -> R) -> R {
        let index = self.pool.current_thread_index().unwrap_or(0);
        let mut worker = self.workers[index].lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut worker)
    }

    /// Everything that was found, in a stable order.
    pub fn finish(self) -> Harvest {
        let mut harvest = Harvest::default();
        for worker in self.workers {
            let worker = worker.into_inner().unwrap_or_else(PoisonError::into_inner);
            harvest.findings.extend(worker.findings);
            harvest.problems.extend(worker.problems);
            harvest.left_out.add(worker.left_out);
        }
        harvest.sort();
        harvest
    }
}

/// The findings and problems of a whole scan.
#[derive(Debug, Default)]
pub struct Harvest {
    /// Sorted by place.
    pub findings: Vec<Finding>,
    /// Sorted, without repeats.
    pub problems: Vec<Problem>,
    /// What was left out on purpose.
    pub left_out: LeftOut,
}

impl Harvest {
    /// Takes in what another scan found.
    pub fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.problems.extend(other.problems);
        self.left_out.add(other.left_out);
        self.sort();
    }

    fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            (&a.location, &a.secret, a.rule).cmp(&(&b.location, &b.secret, b.rule))
        });
        self.problems.sort();
        self.problems.dedup();
    }
}
