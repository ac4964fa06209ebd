//! Readers: the places that use a credential, by the names that it is assigned to.

use std::path::Path;

use serde_json::Value;

use crate::common::{minted, run, scratch, write};

fn report(root: &Path, arguments: &[&str]) -> Value {
    let done = run(root, &[&["scan", "-f", "json"], arguments].concat());
    serde_json::from_str(&done.stdout).unwrap()
}

/// The readers of the only secret of a report, `path:line kind name service`.
fn readers(report: &Value) -> Vec<String> {
    let secrets = report["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1, "{secrets:?}");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or("-").to_owned();
    let shown = secrets[0]["readers"].as_array().unwrap().iter().map(|one| {
        let [path, kind, name, service] =
            ["path", "kind", "name", "service"].map(|key| text(one, key));
        format!("{path}:{} {kind} {name} {service}", one["line"])
    });
    shown.collect()
}

/// A token in a file of variables, a compose file that renames it, and programs of two services.
fn project(root: &Path) {
    write(root, ".env", format!("HUB_PASS={}\n", minted("github-pat-classic", 1)));
    let compose = "services:\n  api:\n    build: ./api\n    environment:\n      - REGISTRY_LOGIN=${HUB_PASS}\n";
    write(root, "compose.yaml", compose);
    write(
        root,
        "api/main.py",
        "import os\nlogin(os.environ[\"REGISTRY_LOGIN\"])\n# os.environ['HUB_PASS']\n",
    );
    write(root, "web/main.py", "import os\nlogin(os.environ[\"REGISTRY_LOGIN\"])\n");
    write(root, "web/index.js", "log(process.env.HUB_PASSWORD)\n");
}

#[test]
fn a_scan_of_files_says_who_reads_a_secret() {
    let (_guard, root) = scratch();
    project(&root);
    let all = report(&root, &["."]);
    let wanted = [
        "api/main.py:2 environment REGISTRY_LOGIN api".to_owned(),
        "compose.yaml:5 compose HUB_PASS api".to_owned(),
    ];
    assert_eq!(readers(&all), wanted);
    assert_eq!(
        all["secrets"][0]["readers"][0]["via"],
        serde_json::json!(["HUB_PASS", "REGISTRY_LOGIN"])
    );
    assert_eq!(all["summary"]["readers"]["files"], 5);
    let text = run(&root, &["scan", "."]).stdout;
    assert!(
        text.contains("read by: 2 places in 1 service: api (api/main.py:2 and 1 more)"),
        "{text}"
    );
    assert_eq!(readers(&report(&root, &[".", "--readers", "never"])), [""; 0]);
    for threads in ["1", "2", "7"] {
        assert_eq!(report(&root, &[".", "-j", threads]), all);
    }
}

#[test]
fn a_merged_report_has_the_readers_of_all() {
    let (_guard, root) = scratch();
    project(&root);
    for (name, path) in [("a.json", "."), ("b.json", ".env")] {
        let done = run(&root, &["scan", path, "-q", "-f", "json", "--exclude", "*.json"]);
        write(&root, &format!("out/{name}"), done.stdout);
    }
    let merged = run(&root, &["merge", "out/a.json", "out/b.json", "-f", "json"]);
    let merged: Value = serde_json::from_str(&merged.stdout).unwrap();
    assert_eq!(readers(&merged).len(), 2);
}

#[test]
fn what_is_too_large_or_cannot_be_read_is_counted() {
    let (_guard, root) = scratch();
    project(&root);
    write(&root, "web/bundle.js", " ".repeat((4 << 20) + 1));
    let searched = report(&root, &["."])["summary"]["readers"].clone();
    assert_eq!(searched, serde_json::json!({ "files": 5, "too_large": 1, "unread": 0 }));
}

#[test]
fn a_scan_of_what_is_staged_looks_for_readers_only_if_asked() {
    let (_guard, root) = scratch();
    project(&root);
    for arguments in [&["init", "-q"][..], &["add", "."]] {
        let git = std::process::Command::new("git").args(arguments).current_dir(&root).status();
        assert!(git.unwrap().success());
    }
    assert_eq!(readers(&report(&root, &["--staged"])), [""; 0]);
    assert_eq!(readers(&report(&root, &["--staged", "--readers", "always"])).len(), 2);
    assert_eq!(readers(&report(&root, &["--history"])).len(), 2);
}

#[test]
fn a_plan_says_what_breaks_and_in_which_order() {
    let (_guard, root) = scratch();
    project(&root);
    let (_other, out) = scratch();
    let done = run(&root, &["scan", ".", "-q", "-f", "json"]);
    write(&out, "r.json", done.stdout);
    let plan = run(&out, &["plan", "r.json"]).stdout;
    let wanted = "breaks  api: compose.yaml:5 (HUB_PASS, compose), api/main.py:2 (REGISTRY_LOGIN, environment)";
    assert!(plan.contains(wanted), "{plan}");
    assert!(
        plan.contains("Revoking the old one breaks 1 service: give the new value to api"),
        "{plan}"
    );
    let plan = run(&out, &["plan", "r.json", "-f", "json"]).stdout;
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["steps"][0]["breaks"][0]["service"], "api");
    assert_eq!(plan["steps"][0]["breaks"][0]["places"][0]["path"], "compose.yaml");
}

#[test]
fn sarif_has_readers_as_related_locations() {
    let (_guard, root) = scratch();
    project(&root);
    let done = run(&root, &["scan", ".", "-q", "-f", "sarif"]);
    let log: Value = serde_json::from_str(&done.stdout).unwrap();
    let related = log["runs"][0]["results"][0]["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 2);
    assert_eq!(related[1]["message"]["text"], "Read by api as HUB_PASS (compose).");
    let place = &related[1]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "compose.yaml");
    assert_eq!(place["region"], serde_json::json!({ "startLine": 5 }));
}
