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

#[test]
fn no_format_contains_a_found_secret() {
    let (_guard, root, secrets) = tree();
    for format in FORMATS {
        let run = run(&root, &["scan", ".", "-f", format, "--min-confidence", "weak"]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        let clear = crate::common::run(
            &root,
            &["scan", ".", "-f", "jsonl", "--min-confidence", "weak", "--show-secrets"],
        );
        let mut seen = 0;
        for secret in secrets.iter().filter(|s| s.len() >= 8) {
            let secret = String::from_utf8(secret.clone()).unwrap();
            let escaped = serde_json::to_string(&secret).unwrap();
            let escaped = &escaped[1..escaped.len() - 1];
            if clear.stdout.contains(escaped) {
                seen += 1;
                assert!(!run.stdout.contains(&secret), "{format} shows a secret");
                assert!(!run.stdout.contains(escaped), "{format} shows an escaped secret");
                assert!(!run.stderr.contains(&secret), "standard error shows a secret");
            }
        }
        assert!(seen * 2 > secrets.len(), "only {seen} of {} were found", secrets.len());
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
