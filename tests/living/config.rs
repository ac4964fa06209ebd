//! `sprawl.toml`, and what is said of what it hides.

use crate::common::{minted, run, scratch, write};

fn token(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", seed))
}

#[test]
fn what_a_configuration_hides_is_counted_and_isolated_brings_it_back() {
    let (_guard, root) = scratch();
    write(&root, "vendor/a.env", token(1));
    write(&root, "src/b.env", token(2));
    write(
        &root,
        "sprawl.toml",
        "[paths]\nexclude = ['vendor']\n[rules]\ndisable = ['github-*', 'generic-*']\n\
         [thresholds]\nfail-on = 'critical'\n",
    );
    let quiet = run(&root, &["scan"]);
    assert_eq!((quiet.status, quiet.stdout.as_str()), (0, ""), "{}", quiet.stderr);
    assert!(quiet.stderr.contains("1 path that the configuration excludes"), "{}", quiet.stderr);
    assert!(quiet.stderr.contains("sprawl.toml: "), "{}", quiet.stderr);
    assert!(quiet.stderr.contains("rules disabled, fail-on = critical"), "{}", quiet.stderr);
    for flag in ["--isolated", "--no-config"] {
        let all = run(&root, &["scan", flag, "-f", "jsonl"]);
        assert_eq!((all.status, all.stdout.lines().count()), (1, 2), "{}", all.stderr);
        assert!(!all.stderr.contains("sprawl.toml"), "{}", all.stderr);
    }
}

#[test]
fn named_files_replace_the_one_in_the_tree_and_typed_words_go_before_both() {
    let (_guard, root) = scratch();
    write(&root, "src/b.env", token(2));
    write(&root, "sprawl.toml", "[rules]\ndisable = ['github-*']\n");
    write(&root, "ci/strict.toml", "[thresholds]\nfail-on = 'critical'\n");
    let strict = run(&root, &["scan", "--config", "ci/strict.toml", "-f", "jsonl"]);
    assert_eq!((strict.status, strict.stdout.lines().count()), (0, 1), "{}", strict.stderr);
    let typed = run(&root, &["scan", "--config", "ci/strict.toml", "--fail-on", "low"]);
    assert_eq!(typed.status, 1);
    // Named by the user: counts even where the tree does not.
    let isolated = run(&root, &["scan", "--isolated", "--config", "ci/strict.toml"]);
    assert_eq!(isolated.status, 0, "{}", isolated.stderr);
}

#[test]
fn mistakes_stop_before_anything_is_scanned() {
    let (_guard, root) = scratch();
    write(&root, "src/b.env", token(2));
    write(&root, "sprawl.toml", "[rules]\n\ndisabled = ['github-*']\n");
    let wrong = run(&root, &["scan"]);
    assert_eq!((wrong.status, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("sprawl.toml:3:"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `disable`?"), "{}", wrong.stderr);
    write(&root, "sprawl.toml", "[rules]\ndisable = ['github-pat-clasic']\n");
    let wrong = run(&root, &["scan"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("sprawl.toml"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `github-pat-classic`?"), "{}", wrong.stderr);
    let missing = run(&root, &["scan", "--config", "no.toml"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("no.toml: cannot be read"), "{}", missing.stderr);
}

#[test]
fn it_counts_below_the_root_of_the_repository_and_for_what_git_holds() {
    let (_guard, root) = scratch();
    crate::living::git(&root, &["init", "-q"]);
    write(&root, "sprawl.toml", "[paths]\nexclude = ['src/gen/**']\n");
    write(&root, "src/gen/a.env", token(1));
    write(&root, "src/own/b.env", token(2));
    let below = run(&root.join("src"), &["scan", "-f", "jsonl"]);
    assert_eq!(below.stdout.lines().count(), 1, "{}", below.stdout);
    assert!(below.stdout.contains("own/b.env"));
    crate::living::git(&root, &["add", "-A"]);
    for how in ["--staged", "--history"] {
        let staged = run(&root.join("src"), &["scan", how, "-f", "jsonl"]);
        assert!(!staged.stdout.contains("gen/a.env"), "{how}: {}", staged.stdout);
        assert!(staged.stdout.contains("src/own/b.env"), "{how}: {}", staged.stdout);
    }
    let staged = run(&root, &["scan", "--staged"]);
    assert!(staged.stderr.contains("1 finding in excluded paths or"), "{}", staged.stderr);
}

#[test]
fn rules_of_ones_own_come_along() {
    let (_guard, root) = scratch();
    write(&root, "sprawl.toml", "[rules]\nfiles = ['sec/acme.toml']\n");
    write(&root, "sec/acme.toml", "provider = 1\n");
    let wrong = run(&root, &["scan"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.stderr.contains("sec/acme.toml:1"), "{}", wrong.stderr);
}

#[test]
fn show_says_what_is_in_force_and_who_said_it() {
    let (_guard, root) = scratch();
    write(&root, "base.toml", "[policy]\nwarn-days = 7\n");
    write(&root, "sprawl.toml", "extends = ['base.toml']\n[thresholds]\nfail-on = 'high'\n");
    let shown = run(&root, &["config", "show"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("fail-on = \"high\" # sprawl.toml"), "{}", shown.stdout);
    assert!(shown.stdout.contains("warn-days = 7 # base.toml"), "{}", shown.stdout);
    assert!(shown.stdout.contains("min-confidence = \"pattern\" # default"), "{}", shown.stdout);
    let json = run(&root, &["config", "show", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["values"]["policy"]["warn-days"], 7);
    assert_eq!(json["sources"]["policy.warn-days"], "base.toml");
    let none = run(&root, &["config", "show", "--isolated"]);
    assert!(none.stdout.starts_with("# files: none"), "{}", none.stdout);
}
