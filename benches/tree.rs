//! Scans a tree of source-like files that it makes itself, with one thread and with two, and a
//! single small file from a new process: `cargo bench --bench tree`.
//!
//! Each figure is the best of several rounds: on a shared machine the slow ones measure the others.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sprawl::scan::ScanPool;
use sprawl::scan::progress::Progress;
use sprawl::source::tree;
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;

const FILES: usize = 4000;
const LINES: usize = 400;
const ROUNDS: usize = 7;

fn main() {
    let rules = Rules::builtin();
    let root = tempfile::tempdir().unwrap();
    let bytes = make_tree(root.path(), &rules);
    println!("{FILES} files, {:.1} MB, {} rules", bytes as f64 / 1e6, rules.len());
    let one = best(|| scan(&rules, root.path(), 1));
    let two = best(|| scan(&rules, root.path(), 2));
    for (threads, time) in [(1, one), (2, two)] {
        let rate = bytes as f64 / time.as_secs_f64() / 1e6;
        println!("{threads} thread(s)  {:7.1} ms  {rate:7.0} MB/s", time.as_secs_f64() * 1e3);
    }
    println!("1 against 2  {:7.2} times", one.as_secs_f64() / two.as_secs_f64());
    let start = best(|| start_up(root.path()));
    println!("start-up     {:7.1} ms  one small file in a new process", start.as_secs_f64() * 1e3);
}

fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| run()).min().unwrap()
}

fn scan(rules: &Rules, root: &Path, threads: usize) -> Duration {
    let started = Instant::now();
    let progress = Progress::default();
    let pool = ScanPool::new(rules, &progress, threads).unwrap();
    tree::scan(&pool, &[root.to_owned()], &tree::Options::default());
    let scan_output = pool.finish();
    assert!(!scan_output.findings.is_empty() && scan_output.problems.is_empty());
    started.elapsed()
}

fn start_up(root: &Path) -> Duration {
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_sprawl"))
        .args(["scan", "-q", "small.txt"])
        .current_dir(root)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    started.elapsed()
}

/// Source text from a small vocabulary, and one example of a rule in every fiftieth file.
fn make_tree(root: &Path, rules: &Rules) -> usize {
    const WORDS: &[&str] = &[
        "int", "return", "static", "struct", "value", "buffer", "length", "error", "index",
        "device", "if", "else", "for", "while", "const", "char", "data", "list", "next", "count",
        "state", "flags", "keyboard", "token", "password", "access", "context", "register",
        "config", "session", "segment",
    ];
    let mut random = Random::new(1);
    let mut total = 0;
    for number in 0..FILES {
        let mut text = String::new();
        for _ in 0..LINES {
            let indent = random.number() % 4;
            text.extend(std::iter::repeat_n('\t', usize::try_from(indent).unwrap()));
            for _ in 0..2 + random.number() % 7 {
                let word = WORDS[usize::try_from(random.number()).unwrap() % WORDS.len()];
                let sign = ["_", " ", " = ", "->", "(", ");", ", "]
                    [usize::try_from(random.number() % 7).unwrap()];
                let _ = write!(text, "{word}{sign}");
            }
            text.push('\n');
        }
        let mut text = text.into_bytes();
        if number % 50 == 0 {
            let (_, rule) = rules.iter().nth(number / 50 % rules.len()).unwrap();
            for example in rule.text.examples.iter() {
                if let Ok((example, _)) = fill(rules, rule, example, &mut random) {
                    text.extend_from_slice(&example);
                    text.push(b'\n');
                }
            }
        }
        let directory = root.join(format!("d{}", number % 40));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("f{number}.c")), &text).unwrap();
        total += text.len();
    }
    std::fs::write(root.join("small.txt"), "one small file\n").unwrap();
    total
}
