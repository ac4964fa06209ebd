//! SPRAWL_* variables and lists: what takes precedence over what, and what is said of mistakes.

use std::path::Path;

use crate::common::{Run, finished, minted, run, scratch, sprawl, write};

fn with(root: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    finished(sprawl(root).envs(variables.iter().copied()).args(arguments).output().unwrap())
}

fn project() -> (tempfile::TempDir, std::path::PathBuf) {
    let (guard, root) = scratch();
    write(&root, "src/a.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 1)));
    write(&root, "vendor/b.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 2)));
    write(&root, "vendor/c.{x,y}", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 3)));
    (guard, root)
}

#[test]
fn options_go_before_variables_and_these_before_the_configuration() {
    let (_guard, root) = project();
    assert_eq!(run(&root, &["scan"]).status, 1);
    let lenient = [("SPRAWL_FAIL_ON", "critical")];
    assert_eq!(with(&root, &lenient, &["scan"]).status, 0);
    assert_eq!(with(&root, &lenient, &["scan", "--fail-on", "low"]).status, 1);
    write(&root, "sprawl.toml", "[thresholds]\nfail-on = 'never'\n");
    assert_eq!(run(&root, &["scan"]).status, 0);
    assert_eq!(with(&root, &[("SPRAWL_FAIL_ON", "low")], &["scan"]).status, 1);
    // What a job leaves empty is not set.
    assert_eq!(with(&root, &[("SPRAWL_FAIL_ON", ""), ("SPRAWL_THREADS", "")], &["scan"]).status, 0);
    // Switches are words, and a typed alternative makes a variable void.
    write(&root, "ci.toml", "[thresholds]\nfail-on = 'low'\n");
    assert_eq!(with(&root, &[("SPRAWL_CONFIG", "ci.toml")], &["scan"]).status, 1);
    assert_eq!(with(&root, &[("SPRAWL_NO_CONFIG", "yes")], &["scan"]).status, 1);
    assert_eq!(with(&root, &[("SPRAWL_NO_CONFIG", "0")], &["scan"]).status, 0);
    assert_eq!(with(&root, &[("SPRAWL_ISOLATED", "true")], &["scan"]).status, 1);
    let baseline = [("SPRAWL_BASELINE", "no-such-file.toml")];
    assert_eq!(with(&root, &baseline, &["scan"]).status, 2);
    assert_eq!(with(&root, &baseline, &["scan", "--no-baseline"]).status, 0);
}

#[test]
fn lists_are_parted_at_commas_but_not_within_globs() {
    let (_guard, root) = project();
    let paths = |run: &Run| -> Vec<String> {
        let line = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let mut all: Vec<String> = run
            .stdout
            .lines()
            .map(|text| line(text)["path"].as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    for (list, left) in [
        ("vendor", &["src/a.env"][..]),
        ("vendor/b.env,src", &["vendor/c.{x,y}"]),
        ("vendor/{b,d}.env", &["src/a.env", "vendor/c.{x,y}"]),
        ("{src,vendor}", &[]),
        (r"*[{]x\,y[}]", &["src/a.env", "vendor/b.env"]),
        ("", &["src/a.env", "vendor/b.env", "vendor/c.{x,y}"]),
    ] {
        let typed = run(&root, &["scan", "-f", "jsonl", "--exclude", list]);
        assert_eq!(paths(&typed), left, "{list}: {}", typed.stderr);
        let set = with(&root, &[("SPRAWL_EXCLUDE", list)], &["scan", "-f", "jsonl"]);
        assert_eq!(paths(&set), left, "{list}: {}", set.stderr);
    }
    // An option takes the place of its variable, and does not add to it.
    let both =
        with(&root, &[("SPRAWL_EXCLUDE", "src")], &["scan", "-f", "jsonl", "--exclude", "vendor"]);
    assert_eq!(paths(&both), ["src/a.env"]);
    let rules =
        ["scan", "-f", "jsonl", "--disable", "sendgrid-key,github-*", "--disable", "generic-*"];
    assert_eq!(run(&root, &rules).stdout, "");
    let only = with(
        &root,
        &[("SPRAWL_ONLY", "sendgrid-key, github-pat-classic")],
        &["scan", "-f", "jsonl"],
    );
    assert_eq!(only.stdout.lines().count(), 3, "{}", only.stderr);
    assert_eq!(run(&root, &["scan", "--allow-unread", "encrypted,damaged"]).status, 1);
}

#[test]
fn mistakes_are_named_by_the_variable_and_values_are_not_shown() {
    let (_guard, root) = project();
    let hidden = "hunter2hunter2";
    for (variable, word) in [
        ("SPRAWL_FAIL_ON", "critical"),
        ("SPRAWL_THREADS", "--threads"),
        ("SPRAWL_ISOLATED", "--isolated"),
        ("SPRAWL_ALLOW_UNREAD", "--allow-unread"),
    ] {
        let wrong = with(&root, &[(variable, hidden)], &["scan"]);
        assert_eq!(wrong.status, 2, "{variable}");
        assert!(wrong.stderr.contains(variable) && wrong.stderr.contains(word), "{}", wrong.stderr);
        assert!(!wrong.stderr.contains(hidden), "{}", wrong.stderr);
    }
    // A typed value is one that its author sees anyway.
    let typed = with(&root, &[("SPRAWL_FAIL_ON", "low")], &["scan", "--fail-on", "hgh"]);
    assert!(
        typed.stderr.contains("hgh") && !typed.stderr.contains("SPRAWL_FAIL_ON"),
        "{}",
        typed.stderr
    );
    for arguments in [&["scan", "--help"][..], &["scan", "-h"], &["merge", "--help"]] {
        let help = with(&root, &[("SPRAWL_SARIF_CATEGORY", hidden)], arguments).stdout;
        assert!(help.contains("SPRAWL_SARIF_CATEGORY") && !help.contains(hidden), "{help}");
    }
    let misspelt = with(&root, &[("SPRAWL_FAILON", hidden), ("SPRAWL_OTHER_TOOL", "x")], &["scan"]);
    assert_eq!(misspelt.status, 1);
    assert!(misspelt.stderr.contains("did you mean SPRAWL_FAIL_ON?"), "{}", misspelt.stderr);
    assert!(!misspelt.stderr.contains("OTHER_TOOL") && !misspelt.stderr.contains(hidden));
}

#[test]
fn the_configuration_is_shown_with_the_variables_that_go_before_it() {
    let (_guard, root) = project();
    write(
        &root,
        "sprawl.toml",
        "[thresholds]\nfail-on = 'never'\n[rules]\nonly = ['sendgrid-key']\n",
    );
    let variables = [
        ("SPRAWL_FAIL_ON", "high"),
        ("SPRAWL_EXCLUDE", "a,b"),
        ("SPRAWL_ONLY", "github-*"),
        ("SPRAWL_ID_KEY", "hunter2hunter2"),
    ];
    let shown = with(&root, &variables, &["config", "show"]).stdout;
    for line in [
        "# environment: SPRAWL_EXCLUDE, SPRAWL_FAIL_ON, SPRAWL_ID_KEY, SPRAWL_ONLY\n",
        "fail-on = \"high\" # environment: SPRAWL_FAIL_ON\n",
        "    \"b\", # environment: SPRAWL_EXCLUDE\n",
        "    \"github-*\", # environment: SPRAWL_ONLY\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
    assert!(!shown.contains("hunter2") && !shown.contains("\"sendgrid-key\""), "{shown}");
    let json = with(&root, &variables, &["config", "show", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["values"]["thresholds"]["fail-on"], "high");
    assert_eq!(json["sources"]["thresholds.fail-on"], "environment: SPRAWL_FAIL_ON");
    assert!(json["environment"].as_array().unwrap().contains(&"SPRAWL_ID_KEY".into()));
}
