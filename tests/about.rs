//! What sprawl says of itself.

use crate::common::{run, scratch};

#[test]
fn the_version_is_for_people_and_for_scripts() {
    let (_guard, root) = scratch();
    let version = env!("CARGO_PKG_VERSION");
    for flag in ["-V", "--version"] {
        assert_eq!(run(&root, &[flag]).stdout, format!("sprawl {version}\n"));
    }
    let json: serde_json::Value =
        serde_json::from_str(&run(&root, &["--version", "--json"]).stdout).unwrap();
    assert_eq!(json["version"], version);
    assert!(json["rules"].as_u64().unwrap() > 100);
    // Without the flag that it goes with it means nothing.
    assert_eq!(run(&root, &["--json"]).status, 2);
    assert_eq!(run(&root, &[]).status, 2);
}

#[test]
fn every_shell_completes_every_command() {
    let (_guard, root) = scratch();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = run(&root, &["completions", shell]).stdout;
        for word in ["scan", "completions", "--staged"] {
            // fish leaves the dashes out.
            assert!(text.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
}

#[test]
fn every_command_has_a_page() {
    let (_guard, root) = scratch();
    assert!(run(&root, &["man"]).stdout.contains(".TH sprawl 1"));
    assert_eq!(run(&root, &["man", "--directory", "."]).status, 0);
    assert!(root.join("sprawl.1").is_file() && root.join("sprawl-scan.1").is_file());
    let missing = run(&root, &["man", "--directory", "no/such"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("create the directory"), "{}", missing.stderr);
}
