//! SARIF as others read it.

use std::path::Path;

use crate::common::{minted, run, scratch, write};

fn sarif(root: &Path, arguments: &[&str]) -> serde_json::Value {
    let run = run(root, &[&["scan", ".", "-f", "sarif"], arguments].concat());
    // The model of the official schema reads it back.
    let _: serde_sarif::sarif::Sarif = serde_json::from_str(&run.stdout).unwrap();
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_tree_with_findings() {
    let (_guard, root) = scratch();
    let secret = minted("github-pat-classic", 1);
    write(&root, "deploy/prod env.sh", format!("a\nexport T={secret}\n"));
    write(&root, "tests/x.txt", format!("T={secret} U={}\n", minted("github-pat-classic", 2)));
    let log = sarif(&root, &[]);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    let first = &results[0];
    assert_eq!(first["locations"].as_array().unwrap().len(), 1);
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "deploy/prod%20env.sh");
    assert_eq!(
        (&place["region"]["startLine"], &place["region"]["startColumn"]),
        (&2.into(), &10.into())
    );
    assert_eq!(first["relatedLocations"].as_array().unwrap().len(), 1);
    assert!(first["message"]["text"].as_str().unwrap().contains("[tests/x.txt](1)"));
    // Numbers change between runs, and others take the text for identity.
    let score = first["rank"].as_f64().unwrap().to_string();
    assert!(!first["message"]["text"].as_str().unwrap().contains(&score));
    assert!(first["partialFingerprints"]["primaryLocationLineHash"].is_string());
    // Two secrets on one line keep two fingerprints.
    let on_line: std::collections::BTreeSet<_> =
        results.iter().map(|r| r["partialFingerprints"].to_string()).collect();
    assert_eq!(on_line.len(), 3);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert!(run["taxonomies"].as_array().unwrap().len() == 3);
}

#[test]
fn severity_reaches_github_through_the_rule() {
    let (_guard, root) = scratch();
    write(&root, "src/app.env", minted("github-pat-classic", 1));
    write(&root, "tests/x.env", minted("github-pat-classic", 2));
    for (profile, ids) in [
        ("github", vec!["github-pat-classic", "github-pat-classic/medium"]),
        ("generic", vec!["github-pat-classic"]),
    ] {
        let log = sarif(&root, &["--sarif-profile", profile]);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let found: Vec<_> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
        assert_eq!(found, ids);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap();
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
        }
        for rule in rules {
            let severity: f64 =
                rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
            assert!(severity > 0.0 && severity <= 10.0);
        }
    }
}

#[test]
fn a_category_can_be_named() {
    let (_guard, root) = scratch();
    write(&root, "a.txt", "nothing\n");
    let id = |arguments: &[&str]| {
        sarif(&root, arguments)["runs"][0]["automationDetails"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id(&[]), "sprawl/");
    assert_eq!(id(&["--sarif-category", "web/"]), "web/");
    run(&root, &["scan", ".", "-o", "r.json"]);
    let merged = run(&root, &["merge", "r.json", "-f", "sarif", "--sarif-category", "all"]);
    assert!(merged.stdout.contains("\"automationDetails\":{\"id\":\"all/\"}"));
    let refused = run(&root, &["scan", ".", "--sarif-category", "/"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("a category is a name"), "{}", refused.stderr);
}

#[test]
fn a_secret_in_many_places_lists_ten_of_the_others() {
    let (_guard, root) = scratch();
    let secret = minted("github-pat-classic", 1);
    for file in 0..15 {
        write(&root, &format!("{file:02}.env"), format!("T={secret}\n"));
    }
    let log = sarif(&root, &[]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 15);
    for result in results {
        let uri = |place: &serde_json::Value| {
            place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().to_owned()
        };
        let own = uri(&result["locations"][0]);
        let others: std::collections::BTreeSet<String> =
            result["relatedLocations"].as_array().unwrap().iter().map(uri).collect();
        assert_eq!((others.len(), others.contains(&own)), (10, false), "{own}");
        assert_eq!(result["properties"]["places"], 15);
    }
}

#[test]
fn a_tree_without_findings() {
    let (_guard, root) = scratch();
    write(&root, "clean.txt", "nothing\n");
    let log = sarif(&root, &[]);
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn problems_are_notifications() {
    let (_guard, root) = scratch();
    write(&root, ".git/HEAD", "this is not a repository\n");
    let log = sarif(&root, &[]);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert!(notification["message"]["text"].as_str().unwrap().contains("cannot be opened"));
}
