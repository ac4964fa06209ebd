//! What was decided earlier, in every format: what is covered asks nobody to act, and is said.

use crate::common::{minted, run, scratch, write};

/// A secret that is open in one file and covered in another, and one that is covered everywhere.
fn tree() -> (tempfile::TempDir, std::path::PathBuf) {
    let (guard, root) = scratch();
    let [open, covered] = [1, 2].map(|seed| minted("github-pat-classic", seed));
    let mark = ["gitleaks", "allow"].join(":");
    write(&root, "a.env", format!("A={open} # {mark}\n"));
    write(&root, "b.env", format!("A={open}\n"));
    write(&root, "c.env", format!("A={covered} # {mark}\n"));
    (guard, root)
}

fn report(format: &str) -> String {
    let (_guard, root) = tree();
    run(&root, &["scan", ".", "-f", format]).stdout
}

#[test]
fn annotations_are_for_what_is_open() {
    let text = report("github");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("file=b.env,"), "{text}");
}

#[test]
fn gitlab_hears_of_what_is_open() {
    let report: serde_json::Value = serde_json::from_str(&report("gitlab")).unwrap();
    let found = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["location"]["file"], "b.env");
}

#[test]
fn covered_places_are_skipped_tests() {
    let text = report("junit");
    assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"2\""), "{text}");
    assert_eq!(text.matches("<skipped message=\"covered by ").count(), 2, "{text}");
}

#[test]
fn rows_say_what_is_open() {
    let text = report("csv");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(lines.iter().filter(|line| line.contains(",false,")).count(), 2, "{text}");
    assert!(lines[3].contains("c.env"), "{text}");
}

#[test]
fn pages_show_both() {
    for format in ["markdown", "html"] {
        let text = report(format);
        assert!(text.contains("covered by"), "{format}: {text}");
        assert!(text.contains("b.env:1:3"), "{format}: {text}");
    }
    assert!(report("markdown").contains("baseline: 1 more secret."));
    let page = report("html");
    assert!(page.contains(">Suppressed by comments, exceptions or the baseline</h2>"));
    assert!(page.contains("<code>c.env:1:3</code>"));
}

#[test]
fn a_blocked_commit_speaks_of_what_is_open() {
    let text = report("hook");
    assert!(text.contains("where    b.env:1:3\n"), "{text}");
    assert!(!text.contains("c.env"), "{text}");
}
