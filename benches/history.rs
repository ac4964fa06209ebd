//! Scans the history of a repository that it makes itself, once as one pack, once as many small packs,
//! once as loose objects, each against what git needs to print the same objects:
//! `cargo bench --bench history`.
//!
//! The repository is like those of real projects: a few files change often and most hardly ever, an
//! edit touches a few lines, directories grow, side branches are merged, some secrets come and go.
//! `benches/compare.sh --history` measures on a real one, or on one of these against another scanner:
//! `cargo bench --bench history -- DIRECTORY` leaves them in a directory.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;

const FILES: usize = 1500;
const COMMITS: usize = 8000;
/// Commits in each of the small packs, and in the repository of loose objects.
const COMMITS_A_PACK: usize = 40;
const LOOSE_COMMITS: usize = 2000;
const ROUNDS: usize = 3;

fn main() {
    let scratch = tempfile::tempdir().unwrap();
    // Cargo itself passes `--bench`.
    let kept = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let directory = kept.as_deref().map_or(scratch.path(), Path::new);
    std::fs::create_dir_all(directory).unwrap();
    let stream = directory.join("stream");
    let place = |name: &str| directory.join(name);
    let (packed, small, loose) = (place("packed"), place("small"), place("loose"));

    write_stream(&stream, COMMITS, None);
    import(&stream, &packed);
    git(&packed, &["repack", "-q", "-a", "-d", "--depth=50", "--window=10"]);
    measure("one pack", &packed);

    write_stream(&stream, COMMITS, Some(COMMITS_A_PACK));
    import(&stream, &small);
    measure("small packs", &small);

    write_stream(&stream, LOOSE_COMMITS, None);
    import(&stream, &place("source"));
    git(directory, &["init", "-q", "--bare", "loose"]);
    let objects = place("source").join("objects/pack");
    for entry in std::fs::read_dir(objects).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "pack") {
            let input = Stdio::from(File::open(path).unwrap());
            run(command(&loose, &["unpack-objects", "-q"]).stdin(input));
        }
    }
    measure("loose", &loose);
}

fn measure(name: &str, repository: &Path) {
    let count = git(repository, &["count-objects", "-v"]);
    let number = |key: &str| -> u64 {
        let line = count.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        line.trim_start_matches(':').trim().parse().unwrap()
    };
    println!("{name}: {} objects, {} packs", number("count") + number("in-pack"), number("packs"));
    let ours = best(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sprawl"));
        command.args(["scan", "--history", "-q", "--no-config", "--fail-on", "never"]);
        command.arg(repository);
        command
    });
    let gits = best(|| {
        command(repository, &["cat-file", "--batch-all-objects", "--batch", "--unordered"])
    });
    println!("  sprawl scan --history  {:8.3} s", ours.as_secs_f64());
    let ratio = gits.as_secs_f64() / ours.as_secs_f64();
    println!("  git cat-file --batch   {:8.3} s  {ratio:.1} times as long", gits.as_secs_f64());
}

fn best(command: impl Fn() -> Command) -> Duration {
    let once = || {
        let started = Instant::now();
        let status = command().stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "{status}");
        started.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap()
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory).args(arguments).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    command
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let done = command(directory, arguments).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success());
}

fn import(stream: &Path, repository: &Path) {
    std::fs::create_dir(repository).unwrap();
    git(repository, &["init", "-q", "--bare", "."]);
    let input = Stdio::from(File::open(stream).unwrap());
    // Small packs stay packs.
    let arguments = ["-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"];
    run(command(repository, &arguments).stdin(input));
}

/// What one makes of a history: the lines of each file, and numbers that look drawn at random.
struct Maker {
    random: Random,
    files: Vec<Vec<String>>,
    examples: Vec<Vec<u8>>,
}

impl Maker {
    fn new() -> Self {
        let rules = Rules::builtin();
        let mut random = Random::new(7);
        let mut examples = Vec::new();
        for (_, rule) in rules.iter() {
            let first = rule.text.examples.first();
            examples
                .extend(first.and_then(|e| fill(&rules, rule, e, &mut random).ok()).map(|f| f.0));
        }
        let mut maker = Self { random, files: Vec::new(), examples };
        for _ in 0..FILES {
            let length = 30 + maker.below(120) * maker.below(10);
            let lines = (0..length).map(|_| maker.line()).collect();
            maker.files.push(lines);
        }
        maker
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.random.number() % limit as u64).unwrap()
    }

    fn line(&mut self) -> String {
        const WORDS: &[&str] = &[
            "if", "for", "return", "static", "const", "struct", "value", "buffer", "index",
            "token", "user", "result", "error", "config", "session", "request", "commit", "branch",
            "object", "printf", "path", "name", "size", "flags", "next", "node", "list", "entry",
            "context",
        ];
        const SIGNS: &[&str] = &["_", " ", " = ", "->", "(", ");", ", ", ".", " + ", "\"", "[0]"];
        let mut line = "\t".repeat(self.below(4));
        for _ in 0..1 + self.below(7) {
            line.push_str(WORDS[self.below(WORDS.len())]);
            line.push_str(SIGNS[self.below(SIGNS.len())]);
        }
        if self.below(12) == 0 {
            line.push_str(&format!("0x{:08x}", self.random.number() as u32));
        }
        line
    }

    /// Files near the front change most.
    fn some_file(&mut self) -> usize {
        let share = self.below(1000) as f64 / 1000.0;
        (share.powi(4) * FILES as f64) as usize
    }

    /// Changes a few lines that stand together; now and then a secret is among them.
    fn edit(&mut self, file: usize) {
        let at = self.below(self.files[file].len().max(1));
        for _ in 0..1 + self.below(4) {
            let line = match self.below(400) {
                0 => {
                    let example = self.below(self.examples.len());
                    String::from_utf8_lossy(&self.examples[example]).into_owned()
                }
                _ => self.line(),
            };
            let lines = &mut self.files[file];
            let at = at.min(lines.len());
            match self.random.number() % 3 {
                0 => lines.insert(at, line),
                1 if at < lines.len() => lines[at] = line,
                _ if at < lines.len() && lines.len() > 10 => drop(lines.remove(at)),
                _ => lines.push(line),
            }
        }
    }
}

/// Writes what `git fast-import` reads. `checkpoint` ends a pack after so many commits.
fn write_stream(to: &Path, commits: usize, checkpoint: Option<usize>) {
    let mut maker = Maker::new();
    let mut out = BufWriter::new(File::create(to).unwrap());
    for number in 0..commits {
        let message = format!("Change {number}: {}\n", maker.line());
        let when = 1_500_000_000 + number * 3600;
        writeln!(out, "commit refs/heads/main\nmark :{}", number + 1).unwrap();
        writeln!(out, "committer A U Thor <author@example.invalid> {when} +0000").unwrap();
        data(&mut out, message.as_bytes());
        // A side branch that left some commits ago.
        if number % 25 == 24 {
            writeln!(out, "merge :{}", number - 10).unwrap();
        }
        let files: Vec<usize> = match number {
            0 => (0..FILES).collect(),
            _ => (0..1 + maker.below(4)).map(|_| maker.some_file()).collect(),
        };
        for file in files {
            if number > 0 {
                maker.edit(file);
            }
            writeln!(out, "M 100644 inline d{}/s{}/f{file}.c", file % 12, file % 60).unwrap();
            data(&mut out, maker.files[file].join("\n").as_bytes());
        }
        if checkpoint.is_some_and(|every| number % every == every - 1) {
            writeln!(out, "checkpoint").unwrap();
        }
    }
    out.flush().unwrap();
}

fn data(out: &mut impl Write, bytes: &[u8]) {
    writeln!(out, "data {}", bytes.len()).unwrap();
    out.write_all(bytes).unwrap();
    out.write_all(b"\n").unwrap();
}
