//! Comments on pull requests.

use super::{broken_tree, tree};
use crate::common::run;

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
fn problems_have_a_section() {
    let (_guard, root) = broken_tree();
    let report = run(&root, &["scan", ".", "-f", "markdown"]).stdout;
    assert!(report.contains("### Not scanned: 1 problem"), "{report}");
}
