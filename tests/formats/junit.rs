//! Build servers.

use super::{broken_tree, tree};
use crate::common::{run, scratch, write};

#[test]
fn every_place_is_a_failed_test() {
    let (_guard, root) = tree();
    let report = run(&root, &["scan", ".", "-f", "junit"]).stdout;
    assert!(report.contains("<testsuite name=\"sprawl\" tests=\"3\" failures=\"3\" errors=\"0\""));
    assert_eq!(report.matches("<testcase ").count(), 3);
    assert_eq!(report.matches("<failure ").count(), 3);
    assert!(report.contains("classname=\"=1+1,a&amp;'b.txt\""), "{report}");
}

#[test]
fn a_clean_scan_is_a_passed_test() {
    let (_guard, root) = scratch();
    write(&root, "clean.txt", "nothing\n");
    let report = run(&root, &["scan", ".", "-f", "junit"]).stdout;
    assert!(report.contains("tests=\"1\" failures=\"0\""), "{report}");
    assert_eq!(report.matches("<testcase ").count(), 1);
    assert_eq!(report.matches("<failure ").count(), 0);
}

#[test]
fn what_was_not_scanned_is_a_failed_test() {
    let (_guard, root) = broken_tree();
    let report = run(&root, &["scan", ".", "-f", "junit"]).stdout;
    assert!(report.contains("<failure type=\"not-scanned\""), "{report}");
    assert!(report.contains("tests=\"1\" failures=\"1\""), "{report}");
}
