//! Texts that were made to take time and memory, each in a process of its own: CPU seconds and the
//! most memory that was in use. `cargo bench --bench hostile [-- MIB [OTHER-SCANNER ARGUMENTS...]]`;
//! the file is added to the other scanner's arguments. What takes longer than two minutes or more than
//! 8 GiB is stopped, and marked. At the end, what a finding takes in each of some formats. Linux only:
//! it reads what the kernel counts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sprawl_detect::rules::Rules;
use sprawl_detect::rules::mint::{Random, mint};

/// What is repeated to the whole length.
const UNITS: &[(&str, &[u8])] = &[
    ("A", b"A"),
    ("=", b"="),
    ("-----BEGIN", b"-----BEGIN"),
    ("{", b"{"),
    (
        "base64 of zeros",
        b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
    ),
    ("a.b.c.", b"a.b.c."),
    ("key=", b"key="),
    ("token:abc:", b"token:abc:"),
    ("password: ", b"password: "),
    ("--password", b"--password "),
    ("password=\"", b"password=\""),
    ("password, curly quote", "password=\u{201c}".as_bytes()),
    ("password, entity", b"password=&quot;"),
    ("password, element", b"<add key=\"password\" value=\""),
    ("basic", b"Authorization: Basic "),
    ("user of curl", b"curl -u a:b "),
    ("URL with user", b"postgres://u:p@"),
    ("headers of tokens", b"eyJhbGciOiJIUzI1NiJ9."),
    ("beginnings of tokens", b"eyJ"),
    ("key file", b"PuTTY-User-Key-File-2: ssh-rsa\n"),
    ("key, lines", b"-----BEGIN X-----\n"),
    ("escapes", b"\\\\u0022"),
    ("percent", b"%3D"),
    ("quotes", b"\""),
    ("backslashes", b"\\"),
    ("line ends", b"\n"),
    ("blanks", b" "),
    ("zeros", b"\0"),
];

/// Secrets in the texts that have many.
const MANY: usize = 100_000;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let length = arguments.next().map_or(100, |mib| mib.parse().unwrap()) << 20;
    let other: Vec<String> = arguments.collect();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("text");
    println!("{:<24} {:>9} {:>9}", "", "CPU s", "MiB");
    measure("words", &file, &words(length), &other);
    measure("JSON in JSON", &file, &nested(length), &other);
    for (name, unit) in UNITS {
        let text: Vec<u8> = unit.iter().copied().cycle().take(length).collect();
        measure(name, &file, &text, &other);
    }
    for (name, between) in [("tokens on one line", " "), ("tokens on lines", "\n")] {
        measure(name, &file, tokens(MANY, between).as_bytes(), &other);
    }
    measure("passwords", &file, passwords().as_bytes(), &other);
    for format in ["jsonl", "json", "sarif", "text"] {
        let peak = |findings: usize| {
            fs::write(&file, tokens(findings, "\n")).unwrap();
            cost(&ours(format), &file).1
        };
        let [few, many] = [1000, FINDINGS].map(peak);
        let bytes = (many.saturating_sub(few) << 20) / FINDINGS as u64;
        println!("{:<24} {many:>19} {bytes} bytes a finding", format!("findings as {format}"));
    }
}

/// Findings of the last measurement.
const FINDINGS: usize = 200_000;

/// The longest that a scanner is waited for, and the most memory that it may take, in MiB.
const PATIENCE: (Duration, u64) = (Duration::from_secs(120), 8 << 10);

/// Plain words on lines: what the others are compared with.
fn words(length: usize) -> Vec<u8> {
    let mut random = 7_u64;
    let mut text = String::with_capacity(length + 16);
    while text.len() < length {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for letter in 0..2 + (random >> 61) {
            text.push(char::from(b"etaoinshrdlucmfw"[(random >> (4 * letter + 8)) as usize % 16]));
        }
        text.push(if (random >> 33) & 15 == 0 { '\n' } else { ' ' });
    }
    text.truncate(length);
    text.into_bytes()
}

/// Strings within strings, each quoted anew.
fn nested(length: usize) -> Vec<u8> {
    let mut unit = "x".to_owned();
    for _ in 0..12 {
        unit = format!("{{\"key\": \"{}\"}}", unit.replace('\\', "\\\\").replace('"', "\\\""));
    }
    unit.bytes().cycle().take(length).collect()
}

/// Our command line but for the file.
fn ours(format: &str) -> Vec<String> {
    let ours = [env!("CARGO_BIN_EXE_sprawl"), "scan", "-q", "-j1", "--no-config", "-f", format];
    ours.iter().map(ToString::to_string).collect()
}

fn measure(name: &str, file: &Path, text: &[u8], other: &[String]) {
    fs::write(file, text).unwrap();
    let ours = ours("jsonl");
    for command in [&ours[..], other].into_iter().filter(|command| !command.is_empty()) {
        let (seconds, mib, ended) = cost(command, file);
        let program = Path::new(&command[0]).file_name().unwrap().to_string_lossy();
        let mark = if ended { "" } else { ", stopped" };
        println!("{name:<24} {seconds:>9.2} {mib:>9} {program}{mark}");
    }
}

/// CPU seconds and peak memory in MiB of a command on a file, and whether it came to its end.
fn cost(command: &[String], file: &Path) -> (f64, u64, bool) {
    let started = Instant::now();
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = child.id();
    // What the kernel counts is there until the process is waited for; a tick is a hundredth.
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let mut peak = 0;
    let mut ended = true;
    loop {
        let status = read("status");
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
        };
        peak = field("VmHWM:").map_or(peak, |kib| peak.max(kib >> 10));
        if status.is_empty() || status.contains("State:\tZ") {
            break;
        }
        if started.elapsed() > PATIENCE.0 || peak > PATIENCE.1 {
            ended = false;
            child.kill().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let stat = read("stat");
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
    let ticks: f64 = fields.iter().skip(11).take(2).map(|field| field.parse().unwrap_or(0.0)).sum();
    drop(child.wait_with_output());
    (ticks / 100.0, peak, ended)
}

fn tokens(number: usize, between: &str) -> String {
    let rules = Rules::builtin();
    let (_, rule) = rules.named("github-pat-classic").unwrap();
    let mut text = String::new();
    for seed in 0..number {
        let secret = mint(rule, &mut Random::new(seed as u64)).unwrap();
        text.push_str(&String::from_utf8(secret).unwrap());
        text.push_str(between);
    }
    text
}

fn passwords() -> String {
    let mut random = 1_u64;
    let mut text = String::new();
    for _ in 0..2 * MANY {
        let alphabet = b"abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let value: String = (0..20)
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(alphabet[(random >> 33) as usize % alphabet.len()])
            })
            .collect();
        writeln!(text, "password = \"{value}\"").unwrap();
    }
    text
}
