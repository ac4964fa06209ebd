//! The oath: no report, log or error contains a secret that was found, unless the user asked.
//! And determinism: the same input gives the same bytes, whatever the number of threads.

use sprawl::report::Format;
use sprawl_detect::rules::Rules;

use std::path::Path;

use crate::common::{Run, examples, run, scratch, write};

/// A file for each format, so that one scan writes them all but those whose extension tells nothing.
fn file_of(format: Format) -> String {
    match format {
        Format::Gitlab => "gl-secret-detection-report.json".to_owned(),
        Format::Markdown => "r.md".to_owned(),
        Format::Junit => "r.xml".to_owned(),
        Format::Text => "r.txt".to_owned(),
        other => format!("r.{}", other.name()),
    }
}

/// Scans a tree and gives the text of every report, and the run.
fn reports(root: &Path, arguments: &[&str]) -> (Vec<(String, String)>, Run) {
    let (_guard, out) = scratch();
    let path = |format: Format| out.join(file_of(format)).to_str().unwrap().to_owned();
    let named = |format: Format| Format::of_extension(Path::new(&file_of(format))) == Some(format);
    let mut files: Vec<String> =
        Format::ALL.iter().copied().filter(|f| named(*f)).map(path).collect();
    // Those without an extension of their own: one in this scan, the others each in one of its own.
    let others: Vec<Format> = Format::ALL.iter().copied().filter(|f| !named(*f)).collect();
    let (last, others) = others.split_last().unwrap();
    for other in others {
        let scan = ["scan", ".", "-f", other.name(), "-o", &path(*other)];
        crate::common::run(root, &[&scan[..], arguments].concat());
    }
    files.push(path(*last));
    let name = last.name();
    let mut all = vec!["scan", ".", "-f", name];
    all.extend(arguments);
    all.extend(files.iter().flat_map(|file| ["-o", file]));
    let run = run(root, &all);
    let read = |format: &Format| {
        (format.name().to_owned(), std::fs::read_to_string(out.join(file_of(*format))).unwrap())
    };
    (Format::ALL.iter().map(read).collect(), run)
}

/// A tree with every rule's example, some of them in several files.
fn tree() -> (tempfile::TempDir, std::path::PathBuf, Vec<Vec<u8>>) {
    let (guard, root) = scratch();
    let rules = Rules::builtin();
    let mut secrets = Vec::new();
    for (index, (rule, text, secret)) in examples(&rules, 3).into_iter().enumerate() {
        write(&root, &format!("d{}/{rule}-{index}.conf", index % 7), &text);
        if index % 5 == 0 {
            write(&root, &format!("copy/{rule}-{index}.yaml"), &text);
        }
        secrets.push(secret);
    }
    (guard, root, secrets)
}

/// The secrets that are long enough not to stand in a report by chance.
fn searchable(secrets: Vec<Vec<u8>>) -> Vec<String> {
    let long = secrets.into_iter().filter(|secret| secret.len() >= 8);
    long.map(|secret| String::from_utf8(secret).unwrap()).collect()
}

/// A secret in a format's clothes.
type Escape = fn(&str) -> String;

/// How the formats write text: as it is, in JSON, in XML and HTML, in workflow commands, in CSV and
/// in Markdown.
const ESCAPES: &[Escape] = &[
    str::to_owned,
    |secret| {
        let quoted = serde_json::to_string(secret).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    },
    |secret| secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
    |secret| {
        let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        xml.replace('"', "&quot;").replace('\'', "&#39;")
    },
    |secret| secret.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"),
    |secret| secret.replace('"', "\"\""),
    |secret| secret.replace('_', "\\_").replace('*', "\\*").replace('#', "\\#"),
];

/// Which of the secrets stand in a text, however it is written.
fn shown<'s>(text: &str, secrets: &'s [String]) -> Vec<&'s String> {
    let words: Vec<String> =
        ESCAPES.iter().flat_map(|escape| secrets.iter().map(|secret| escape(secret))).collect();
    let automaton = aho_corasick::AhoCorasick::new(&words).unwrap();
    let hits: std::collections::BTreeSet<usize> = automaton
        .find_overlapping_iter(text)
        .map(|hit| hit.pattern().as_usize() % secrets.len())
        .collect();
    hits.into_iter().map(|index| &secrets[index]).collect()
}

#[test]
fn no_format_contains_a_found_secret() {
    let (_guard, root, secrets) = tree();
    let secrets = searchable(secrets);
    let scan = ["--min-confidence", "weak", "--include-placeholders"];
    let clear = run(&root, &[&["scan", ".", "-f", "jsonl", "--show-secrets"], &scan[..]].concat());
    let found: Vec<String> = shown(&clear.stdout, &secrets).into_iter().cloned().collect();
    assert!(
        found.len() * 2 > secrets.len(),
        "only {} of {} were found",
        found.len(),
        secrets.len()
    );
    let (reports, run) = reports(&root, &scan);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(shown(&run.stderr, &found).len(), 0, "standard error shows a secret");
    for (name, text) in reports {
        // The hook names eleven secrets and counts the others.
        assert!(text.len() > found.len() || name == "hook", "{name} is too short");
        assert_eq!(shown(&text, &found).len(), 0, "{name} shows a secret");
    }
}

#[test]
fn nothing_that_is_said_of_findings_contains_them() {
    let (_guard, root, secrets) = tree();
    let secrets = searchable(secrets);
    let clear = run(&root, &["scan", ".", "-f", "jsonl", "--show-secrets"]);
    let found: Vec<String> = shown(&clear.stdout, &secrets).into_iter().cloned().collect();
    assert!(found.len() * 3 > secrets.len(), "only {} were found", found.len());
    let hook = run(&root, &["scan", ".", "-f", "hook"]);
    assert!(hook.stdout.contains("sprawl found a secret"), "{}", hook.stdout);
    assert_eq!(shown(&(hook.stdout + &hook.stderr), &found).len(), 0, "the hook shows a secret");
    let (_guard, out) = scratch();
    let report = out.join("r.json");
    let report = report.to_str().unwrap();
    run(&root, &["scan", ".", "-o", report]);
    for format in ["text", "markdown", "json"] {
        let plan = run(&out, &["plan", report, "-f", format]);
        assert_eq!(plan.status, 0, "{}", plan.stderr);
        assert_eq!(shown(&(plan.stdout + &plan.stderr), &found).len(), 0, "the plan, {format}");
    }
    let baseline = run(&root, &["baseline"]);
    assert_eq!(baseline.status, 0, "{}", baseline.stderr);
    let written = std::fs::read_to_string(root.join(".sprawl/baseline.toml")).unwrap();
    let all = written + &baseline.stdout + &baseline.stderr;
    assert_eq!(shown(&all, &found).len(), 0, "the baseline shows a secret");
}

#[test]
fn threads_do_not_change_a_byte() {
    let (_guard, root, _) = tree();
    let (one, run) = reports(&root, &["-j", "1"]);
    for threads in ["2", "7"] {
        let (many, other) = reports(&root, &["-j", threads]);
        assert_eq!(run.stderr, other.stderr, "with {threads} threads");
        for ((name, a), (_, b)) in one.iter().zip(&many) {
            // One line may differ: GitLab wants the time of the scan.
            assert!(timeless(a) == timeless(b), "{name} with {threads} threads");
        }
    }
}

/// Without the time of the scan, which GitLab's schema asks for.
fn timeless(text: &str) -> String {
    let mut text = text.to_owned();
    for key in ["\"start_time\":\"", "\"end_time\":\""] {
        if let Some(at) = text.find(key) {
            let value = at + key.len();
            text.replace_range(value..value + "2023-11-14T22:13:20".len(), "");
        }
    }
    text
}

#[test]
fn a_secret_cannot_be_printed_by_accident() {
    let secret = sprawl::finding::Secret::new(b"hunter2hunter2hunter2hunter2");
    assert_eq!(format!("{secret:?}"), "Secret(28 bytes)");
    assert_eq!(secret.redacted(0, true), "****");
    assert_eq!(secret.redacted(6, false), "hunter****");
    // A long value that repeats itself has few bits.
    assert_eq!(secret.redacted(0, false), "****");
    let random = sprawl::finding::Secret::new(b"x_q7Zp0Lw3Rk9Tn2Vb5Yc8Md1Hg4");
    assert_eq!(random.redacted(2, false), "x_****1Hg4");
    assert_eq!(random.redacted(2, true), "****");
    assert_eq!(random.redacted(10, false), "x_q7Zp0Lw3****");
}
