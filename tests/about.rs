//! What sprawl says of itself.

use crate::common::{finished, minted, run, scratch, sprawl, write};

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
        let text = run(&root, &["completions", "--static", shell]).stdout;
        for word in ["scan", "completions", "--staged"] {
            // fish leaves the dashes out.
            assert!(text.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
}

#[test]
fn shells_ask_for_completions_of_commands_options_and_rules() {
    let (_guard, root) = scratch();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = run(&root, &["completions", shell]).stdout;
        assert!(text.contains("SPRAWL_COMPLETE") && text.contains("sprawl"), "{shell}: {text}");
    }
    let completed = |words: &[&str]| {
        let mut command = sprawl(&root);
        command
            .env("SPRAWL_COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
        command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_COMP_TYPE", "9");
        let done = finished(command.arg("--").args(words).output().unwrap());
        assert_eq!(done.status, 0, "{}", done.stderr);
        done.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for (words, wanted) in [
        (&["sprawl", "sc"][..], "scan"),
        (&["sprawl", "scan", "--sta"], "--staged"),
        (&["sprawl", "scan", "--fail-on", "cr"], "critical"),
        (&["sprawl", "rules", "show", "github-pat-c"], "github-pat-classic"),
        (&["sprawl", "scan", "--only", "github-pat-c"], "github-pat-classic"),
        (
            &["sprawl", "scan", "--disable", "sendgrid-key,github-pat-c"],
            "sendgrid-key,github-pat-classic",
        ),
        (&["sprawl", "schema", "re"], "report"),
    ] {
        let all = completed(words);
        assert!(all.iter().any(|one| one == wanted), "{words:?}: {all:?}");
    }
    // A variable that was left behind makes no scan a completion.
    write(&root, "a.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 1)));
    let scanned = sprawl(&root).env("SPRAWL_COMPLETE", "bash").arg("scan").output().unwrap();
    assert_eq!(finished(scanned).status, 1);
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
