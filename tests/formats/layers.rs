//! Findings in members of containers and in decoded texts, read from a report and written again.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Run, minted, run, scratch, write};

/// A report of one secret whose only place was changed.
fn report(root: &Path, change: impl Fn(&mut Value)) {
    let token = minted("github-pat-classic", 1);
    write(root, "outer.zip", format!("x\nTOKEN={token}\n"));
    let found = run(root, &["scan", ".", "-f", "json"]);
    let mut report: Value = serde_json::from_str(&found.stdout).unwrap();
    change(&mut report["secrets"][0]["occurrences"][0]);
    std::fs::write(root.join("r.json"), report.to_string()).unwrap();
}

fn in_a_member(place: &mut Value) {
    place["path"] = json!("outer.zip!in[n]er/a.env");
    place["member"] = json!("in[n]er/a.env");
    place["layers"] = json!(["base64", "gzip"]);
}

fn merged(root: &Path, format: &str) -> Run {
    run(root, &["merge", "r.json", "-f", format])
}

#[test]
fn layers_are_read_back_and_shown() {
    let (_guard, root) = scratch();
    report(&root, in_a_member);
    let again: Value = serde_json::from_str(&merged(&root, "json").stdout).unwrap();
    let place = &again["secrets"][0]["occurrences"][0];
    assert_eq!(place["member"], "in[n]er/a.env");
    assert_eq!(place["layers"], json!(["base64", "gzip"]));
    let line: Value = serde_json::from_str(&merged(&root, "jsonl").stdout).unwrap();
    assert_eq!((&line["member"], &line["layers"]), (&place["member"], &place["layers"]));
    for (format, says) in [
        ("text", "outer.zip!in[n]er/a.env:2:7 (decoded: base64 > gzip)"),
        ("markdown", "- `outer.zip!in[n]er/a.env:2:7 (decoded: base64 > gzip)`"),
        ("html", "<code>outer.zip!in[n]er/a.env:2:7 (decoded: base64 &gt; gzip)</code>"),
        ("junit", "outer.zip!in[n]er/a.env:2:7 (decoded: base64 &gt; gzip)"),
        ("github", "file=outer.zip,line=1,endLine=1,col=1,endColumn=1,"),
        ("gitlab", "\"location\":{\"file\":\"outer.zip\",\"start_line\":1,\"end_line\":1,"),
    ] {
        let written = merged(&root, format).stdout;
        assert!(written.contains(says), "{format}: {written}");
    }
}

#[test]
fn sarif_points_at_the_container() {
    let (_guard, root) = scratch();
    report(&root, in_a_member);
    let sarif: Value = serde_json::from_str(&merged(&root, "sarif").stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "outer.zip");
    assert_eq!(place["artifactLocation"]["properties"]["member"], "in[n]er/a.env");
    assert_eq!(place["region"]["startLine"], 1);
    assert_eq!(place["properties"]["memberRegion"]["startLine"], 2);
    assert_eq!(result["properties"]["layers"], json!(["base64", "gzip"]));
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.ends_with(" in plain text in in_n_er/a.env."), "{message}");
}

#[test]
fn a_file_with_an_exclamation_mark_in_its_name_is_no_member() {
    let (_guard, root) = scratch();
    report(&root, |place| place["path"] = json!("what!/a.env"));
    let sarif: Value = serde_json::from_str(&merged(&root, "sarif").stdout).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "what!/a.env");
    assert_eq!(place["region"]["startLine"], 2);
    assert!(place["properties"].is_null() && place["artifactLocation"]["properties"].is_null());
}

#[test]
fn layers_that_cannot_be_are_damage_and_names_do_not_speak() {
    let (_guard, root) = scratch();
    for member in ["b.env", "", "outer.zip!in[n]er/a.env"] {
        report(&root, |place| {
            in_a_member(place);
            place["member"] = json!(member);
        });
        let done = merged(&root, "text");
        assert_eq!((done.status, done.stdout.as_str()), (2, ""), "{member}");
        assert!(done.stderr.contains("it is damaged"), "{}", done.stderr);
    }
    report(&root, |place| {
        in_a_member(place);
        place["layers"] = json!(["\u{1b}[2J\n::error::x", "<b>"]);
    });
    for format in ["text", "markdown", "html", "junit", "github", "csv", "sarif", "json", "hook"] {
        let written = merged(&root, format).stdout;
        assert!(!written.contains(['\u{1b}']), "{format}: {written}");
        assert!(!written.lines().any(|line| line.starts_with("::error::x")), "{format}: {written}");
        assert!(format != "html" || !written.contains("<b>"), "{written}");
    }
}
