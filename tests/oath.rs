//! The oath: no report, log or error contains a secret that was found, unless the user asked.
//! And determinism: the same input gives the same bytes, whatever the number of threads.

use sprawl::rules::Rules;

use crate::common::{examples, run, scratch, write};

const FORMATS: &[&str] = &["text", "json", "jsonl", "sarif"];

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

/// Which of the secrets stand in a text, as they are or as JSON writes them.
fn shown<'s>(text: &str, secrets: &'s [String]) -> Vec<&'s String> {
    let escaped = secrets.iter().map(|secret| {
        let quoted = serde_json::to_string(secret).unwrap();
        quoted[1..quoted.len() - 1].to_owned()
    });
    let words: Vec<String> = secrets.iter().cloned().chain(escaped).collect();
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
    let secrets: Vec<String> = secrets
        .into_iter()
        .filter(|s| s.len() >= 8)
        .map(|s| String::from_utf8(s).unwrap())
        .collect();
    let scan = |more: &[&str]| {
        let all =
            [&["scan", ".", "--min-confidence", "weak", "--include-placeholders"], more].concat();
        run(&root, &all)
    };
    let clear = scan(&["-f", "jsonl", "--show-secrets"]);
    let found: Vec<String> = shown(&clear.stdout, &secrets).into_iter().cloned().collect();
    assert!(
        found.len() * 2 > secrets.len(),
        "only {} of {} were found",
        found.len(),
        secrets.len()
    );
    for format in FORMATS {
        let run = scan(&["-f", format]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert_eq!(shown(&run.stdout, &found).len(), 0, "{format} shows a secret");
        assert_eq!(shown(&run.stderr, &found).len(), 0, "standard error shows a secret");
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let (_guard, root, _) = tree();
    for format in FORMATS {
        let one = run(&root, &["scan", ".", "-f", format, "-j", "1"]);
        for threads in ["2", "7"] {
            let many = run(&root, &["scan", ".", "-f", format, "-j", threads]);
            assert_eq!(one.stdout, many.stdout, "{format} with {threads} threads");
            assert_eq!(one.stderr, many.stderr, "{format} with {threads} threads");
        }
    }
}

#[test]
fn a_secret_cannot_be_printed_by_accident() {
    let secret = sprawl::finding::Secret::new(b"hunter2hunter2hunter2hunter2");
    assert_eq!(format!("{secret:?}"), "Secret(28 bytes)");
    assert_eq!(secret.redacted(0, true), "****");
    assert_eq!(secret.redacted(6, false), "hunter****");
    assert_eq!(secret.redacted(0, false), "****ter2");
}
