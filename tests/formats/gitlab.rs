//! What GitLab's schema 15.2.1 asks of a secret-detection report.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{broken_tree, tree};
use crate::common::{run, write};

fn report(root: &Path) -> Value {
    // The name of the file alone chooses the format.
    let file = "gl-secret-detection-report.json";
    run(root, &["scan", ".", "-o", file]);
    serde_json::from_str(&std::fs::read_to_string(root.join(file)).unwrap()).unwrap()
}

/// A text between two lengths, in characters.
fn text(value: &Value, least: usize, most: usize) {
    let length = value.as_str().unwrap().chars().count();
    assert!((least..=most).contains(&length), "{value}");
}

fn check(report: &Value) {
    assert_eq!(report["version"], "15.2.1");
    let scan = &report["scan"];
    for tool in ["analyzer", "scanner"] {
        for field in ["id", "name", "version"] {
            text(&scan[tool][field], 1, usize::MAX);
        }
        text(&scan[tool]["vendor"]["name"], 1, usize::MAX);
    }
    assert_eq!(scan["type"], "secret_detection");
    assert!(matches!(scan["status"].as_str(), Some("success" | "failure")));
    for time in ["start_time", "end_time"] {
        let shape: String = scan[time]
            .as_str()
            .unwrap()
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "0000-00-00T00:00:00");
    }
    for message in scan["messages"].as_array().unwrap() {
        assert!(matches!(message["level"].as_str(), Some("info" | "warn" | "fatal")));
        text(&message["value"], 1, usize::MAX);
    }
    for vulnerability in report["vulnerabilities"].as_array().unwrap() {
        text(&vulnerability["id"], 36, 36);
        text(&vulnerability["name"], 1, 255);
        text(&vulnerability["solution"], 1, 7000);
        let severity = vulnerability["severity"].as_str();
        assert!(matches!(severity, Some("Critical" | "High" | "Medium" | "Low" | "Info")));
        for identifier in vulnerability["identifiers"].as_array().unwrap() {
            for field in ["type", "name", "value"] {
                text(&identifier[field], 1, usize::MAX);
            }
        }
        let location = &vulnerability["location"];
        text(&location["commit"]["sha"], 1, usize::MAX);
        assert!(location["start_line"].as_u64().unwrap() >= 1);
        for item in vulnerability["tracking"]["items"].as_array().unwrap() {
            assert!(!item["signatures"].as_array().unwrap().is_empty());
        }
        for (_, detail) in vulnerability["details"].as_object().unwrap() {
            text(&detail["name"], 1, usize::MAX);
            assert!(matches!(detail["type"].as_str(), Some("text" | "value" | "list")));
        }
        assert!(vulnerability["raw_source_code_extract"].is_null());
    }
}

#[test]
fn a_report_keeps_to_the_schema() {
    let (_guard, root) = tree();
    let report = report(&root);
    check(&report);
    let found = report["vulnerabilities"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let ids: BTreeSet<_> = found.iter().map(|v| v["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(report["scan"]["status"], "success");
}

#[test]
fn a_finding_keeps_its_id_when_lines_move() {
    let (_guard, root) = tree();
    let ids = |report: &Value| -> BTreeSet<String> {
        let found = report["vulnerabilities"].as_array().unwrap();
        found.iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
    };
    let before = ids(&report(&root));
    let text = std::fs::read_to_string(root.join("deploy/prod.env")).unwrap();
    write(&root, "deploy/prod.env", format!("# a new line\n\n{text}"));
    assert_eq!(before, ids(&report(&root)));
}

#[test]
fn what_was_not_scanned_fails_the_scan() {
    let (_guard, root) = broken_tree();
    let report = report(&root);
    check(&report);
    assert_eq!(report["scan"]["status"], "failure");
    assert_eq!(report["vulnerabilities"], serde_json::json!([]));
}
