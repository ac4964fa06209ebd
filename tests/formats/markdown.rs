//! Comments on pull requests.

use super::{broken_tree, tree};
use crate::common::{minted, run, scratch, write};

#[test]
fn a_row_and_a_section_for_each_secret() {
    let (_guard, root) = tree();
    let report = run(&root, &["scan", ".", "-f", "markdown"]).stdout;
    assert!(report.starts_with("## sprawl: 2 secrets in 3 places\n"), "{report}");
    let rows: Vec<&str> = report.lines().filter(|line| line.starts_with("| **")).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        // Six cells, whatever stands in them.
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    }
    assert_eq!(report.lines().filter(|line| line.starts_with("### ")).count(), 2);
    assert!(report.contains("``src/[x]`y`.rs:1:10``"), "{report}");
}

#[test]
fn a_comment_is_as_long_as_one_may_be() {
    let (_guard, root) = scratch();
    let lines: String = (1..=400)
        .map(|seed| format!("TOKEN_{seed}={}\n", minted("github-pat-classic", seed)))
        .collect();
    write(&root, "a.env", lines);
    let report = run(&root, &["scan", ".", "-f", "markdown"]).stdout;
    assert!(report.len() > 50_000 && report.chars().count() < 65_536, "{}", report.chars().count());
    assert!(report.starts_with("## sprawl: 400 secrets in 400 places\n\n400 "), "{report}");
    let rows = report.lines().filter(|line| line.starts_with("| **")).count();
    let sections = report.lines().filter(|line| line.starts_with("### ")).count();
    assert!(sections > 20 && rows > sections && rows < 400, "{rows} {sections}");
    let (more, details) = (400 - rows, rows - sections);
    assert!(report.contains(&format!("**Left out:** {more} more secrets ({more} ")), "{report}");
    let details = format!("details of the last {details} in the table. The HTML and JSON reports");
    assert!(report.contains(&details), "{report}");
}

#[test]
fn problems_have_a_section() {
    let (_guard, root) = broken_tree();
    let report = run(&root, &["scan", ".", "-f", "markdown"]).stdout;
    assert!(report.contains("### Not scanned: 1 problem"), "{report}");
}
