//! A source that a program brings along: its name stands in the reports, and comes back when they are read.

use std::sync::Arc;

use serde_json::Value;
use sprawl::blob::{Base, Blob};
use sprawl::{Error, Format, Origin, Scan, ScanOutput, Session, Source};

use crate::common::{minted, run, scratch};

/// Pages of a wiki.
struct Wiki {
    pages: Vec<(&'static str, String)>,
}

impl Source for Wiki {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let pool = scan.pool()?;
        let (repository, origin) = (Arc::from("handbook"), Origin::Other(Arc::from("wiki")));
        pool.worker(|worker| {
            for (path, text) in &self.pages {
                worker.blob(&Blob {
                    base: Base::TOP,
                    bytes: text.as_bytes(),
                    path,
                    repository: &repository,
                    origin: &origin,
                    untracked: false,
                });
            }
        });
        Ok(pool.finish())
    }
}

#[test]
fn reports_name_a_source_that_is_none_of_ours() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 1);
    let wiki = Wiki { pages: vec![("pages/42", format!("token = {token}\n"))] };
    let session = Session::builder().paths([&root]).isolated(true).build().unwrap();
    let report = session.scan(&wiki).unwrap();
    let written = |format: Format| {
        let mut out = Vec::new();
        report.write(format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(
        written(Format::Text).contains("pages/42:1:9 (from wiki)"),
        "{}",
        written(Format::Text)
    );
    let json: Value = serde_json::from_str(&written(Format::Json)).unwrap();
    let place = &json["secrets"][0]["occurrences"][0];
    assert_eq!((&place["origin"], &place["source"]), (&"other".into(), &"wiki".into()));
    let sarif: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["source"], "wiki");
    std::fs::write(root.join("r.json"), written(Format::Json)).unwrap();
    let merged = run(&root, &["merge", "r.json", "-f", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(&merged["secrets"][0]["occurrences"][0]["source"], "wiki");
}

#[test]
fn places_of_files_have_no_source() {
    let (_guard, root) = super::tree();
    let json: Value =
        serde_json::from_str(&run(&root, &["scan", ".", "-f", "json"]).stdout).unwrap();
    for secret in json["secrets"].as_array().unwrap() {
        for place in secret["occurrences"].as_array().unwrap() {
            assert_eq!((&place["origin"], place.get("source")), (&"file".into(), None));
        }
    }
}
