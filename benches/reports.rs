//! What comes after a scan: grouping and scoring 100,000 occurrences of 5,000 secrets, and writing
//! them in every format: `cargo bench --bench reports`.
//!
//! The tree is made and scanned first; only what follows is measured. One secret stands in 5,000
//! places, the rest in twenty each; one half of all places is given a past, as in a repository's
//! history. Times are the best of several rounds. Memory (on Linux) is the most that was in use,
//! above what there was when the scan had ended: reports are never held whole, so it is that of the
//! groups and of one format.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use sprawl::finding::{Finding, GitPlace, Origin};
use sprawl::group::{self, ScoreInput, SecretGroup};
use sprawl::identity::Identity;
use sprawl::plan::{self, Plan};
use sprawl::report::text::TextOptions;
use sprawl::report::{Format, MergeData, Report, SarifOptions, SarifProfile, Summary, Threshold};
use sprawl::scan::ScanPool;
use sprawl::scan::progress::Progress;
use sprawl::source::tree;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;

const SECRETS: usize = 5_000;
const OCCURRENCES: usize = 100_000;
/// Places of the secret that stands nearly everywhere.
const EVERYWHERE: usize = 5_000;
const LINES: usize = 10;
const ROUNDS: usize = 5;
/// A moment in 2027, Unix seconds.
const NOW: i64 = 1_800_000_000;

/// Types of one line each, some of which say something of themselves.
const TYPES: &[&str] = &[
    "github-pat-classic",
    "gitlab-pat",
    "npm-token",
    "pypi-token-user",
    "slack-bot-token",
    "stripe-secret-live",
    "vault-root-token",
    "aws-access-key-id",
    "sendgrid-key",
    "postgresql-connection-uri",
];

fn main() {
    let rules = Rules::builtin();
    let root = tempfile::tempdir().unwrap();
    make_tree(root.path(), &rules);
    let findings = scan(&rules, root.path());
    let before = memory("VmRSS");
    let grouped = best(|| {
        let findings = findings.clone();
        let started = Instant::now();
        let groups = groups(&rules, findings);
        let took = started.elapsed();
        assert!(groups.len() >= SECRETS);
        took
    });
    let count = findings.len();
    let report = report(&rules, groups(&rules, findings));
    println!("{count} occurrences of {} secrets", report.groups.len());
    println!("grouping and scoring  {:7.1} ms", milliseconds(grouped));
    println!("             with it     alone      size  memory");
    let file = root.path().join("report");
    for format in Format::value_variants() {
        restart_memory();
        let took = best(|| {
            written(&file, |out| format.write(&report, &TextOptions::default(), out).unwrap())
        });
        say(format.to_possible_value().unwrap().get_name(), grouped, took, &file, before);
    }
    restart_memory();
    let took = best(|| {
        written(&file, |out| {
            out.write_all(plan::text::written(&Plan::of(&report)).as_bytes()).unwrap();
        })
    });
    say("plan", grouped, took, &file, before);
}

fn say(name: &str, grouped: Duration, took: Duration, file: &Path, before: Option<u64>) {
    let size = std::fs::metadata(file).unwrap().len() as f64 / 1e6;
    let peak = memory("VmHWM").zip(before).map(|(peak, before)| peak.saturating_sub(before));
    let memory = peak.map_or("?".to_owned(), |bytes| format!("{:.0} MiB", bytes as f64 / 1024.0));
    println!(
        "{name:10} {:7.1} ms {:7.1} ms {size:6.1} MB  {memory}",
        milliseconds(grouped + took),
        milliseconds(took)
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| run()).min().unwrap()
}

fn written(file: &Path, write: impl FnOnce(&mut BufWriter<File>)) -> Duration {
    let started = Instant::now();
    let mut out = BufWriter::new(File::create(file).unwrap());
    write(&mut out);
    out.flush().unwrap();
    started.elapsed()
}

fn groups(rules: &Rules, findings: Vec<Finding>) -> Vec<SecretGroup> {
    let score_input = ScoreInput { now: NOW, ..ScoreInput::default() };
    group::group(rules, &Identity::new(Some("a key for benchmarks")), findings, &score_input)
}

fn report(rules: &Rules, groups: Vec<SecretGroup>) -> Report<'_> {
    Report {
        rules: Cow::Borrowed(rules),
        groups,
        covered: Vec::new(),
        parts: Vec::new(),
        problems: Vec::new(),
        unread: Vec::new(),
        summary: Summary::default(),
        identity: Identity::new(Some("a key for benchmarks")),
        sarif: SarifOptions { profile: SarifProfile::Generic, category: None },
        show_secrets: false,
        threshold: Threshold { min_confidence: Confidence::Weak, include_placeholders: true },
        now: NOW,
        material: MergeData::default(),
    }
}

fn scan(rules: &Rules, root: &Path) -> Vec<Finding> {
    let progress = Progress::default();
    let pool = ScanPool::new(rules, &progress, 0).unwrap();
    tree::scan(&pool, &[root.to_owned()], &tree::Options::default());
    let scan_output = pool.finish();
    assert!(scan_output.problems.is_empty());
    let mut findings = scan_output.findings;
    assert!(findings.len() >= OCCURRENCES, "{} findings", findings.len());
    for (number, finding) in findings.iter_mut().enumerate().filter(|(number, _)| number % 2 == 0) {
        finding.location.origin = Origin::Git(Arc::new(past(number)));
    }
    findings
}

/// A past like those that provenance works out.
fn past(number: usize) -> GitPlace {
    let seconds = NOW - i64::try_from(number).unwrap() * 600;
    let time = jiff::Timestamp::from_second(seconds).unwrap();
    GitPlace {
        object: format!("{number:040x}"),
        reach: "reachable",
        commit: Some(format!("{:040x}", number / 7)),
        author: Some(format!("Author {0} <author{0}@example.invalid>", number % 40)),
        date: Some(time.to_string()),
        seconds: Some(seconds),
        at_head: number.is_multiple_of(3),
        paths: vec![format!("d{}/f{number}.conf", number % 100)],
        branches: 1,
        ..GitPlace::default()
    }
}

fn make_tree(root: &Path, rules: &Rules) {
    let mut random = Random::new(1);
    let lines: Vec<String> = (0..SECRETS)
        .map(|number| {
            let (_, rule) = rules.named(TYPES[number % TYPES.len()]).unwrap();
            let example = rule.text.examples.iter().find(|text| !text.contains('\n')).unwrap();
            let (line, _) = fill(rules, rule, example, &mut random).unwrap();
            String::from_utf8(line).unwrap()
        })
        .collect();
    let places = [["deploy", "prod"], ["ci", "staging"], ["src", "app"], ["tests", "data"]];
    for number in 0..OCCURRENCES / LINES {
        let mut text = String::new();
        for line in number * LINES..(number + 1) * LINES {
            let is_everywhere = line % (OCCURRENCES / EVERYWHERE) == 0;
            let which = if is_everywhere { 0 } else { 1 + line % (SECRETS - 1) };
            let _ = writeln!(text, "{}", lines[which]);
        }
        let [area, part] = places[number % places.len()];
        let directory = root.join(area).join(part).join(format!("d{}", number % 50));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("f{number}.conf")), text).unwrap();
    }
}

/// A figure of the kernel about this process, KiB.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

/// Forgets the most that was in use so far, where the kernel can.
fn restart_memory() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
