//! Spreadsheets.

use super::tree;
use crate::common::run;

/// Splits a document into its cells (RFC 4180).
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                row.last_mut().unwrap().push(characters.next().unwrap());
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'), "a bare carriage return");
                rows.push(vec![String::new()]);
            }
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop().unwrap(), [""], "the last line has no end");
    rows
}

#[test]
fn every_row_has_every_column() {
    let (_guard, root) = tree();
    let report = run(&root, &["scan", ".", "-f", "csv"]);
    let rows = rows(&report.stdout);
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let column = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
    assert!(rows[1..].iter().all(|row| row[column("rule_id")] == "github-pat-classic"));
    let paths: Vec<&str> = rows[1..].iter().map(|row| &*row[column("path")]).collect();
    assert!(paths.contains(&"deploy/prod.env"), "{paths:?}");
    // A file name that is a formula stays text.
    assert!(paths.contains(&"'=1+1,a&'b.txt"), "{paths:?}");
}

#[test]
fn secrets_are_a_column_on_request() {
    let (_guard, root) = tree();
    let report = run(&root, &["scan", ".", "-f", "csv", "--show-secrets"]);
    let rows = rows(&report.stdout);
    assert_eq!(rows[0].last().unwrap(), "secret");
    assert!(rows[1].last().unwrap().starts_with("ghp_"));
    assert!(!rows[1].last().unwrap().contains('*'));
}
