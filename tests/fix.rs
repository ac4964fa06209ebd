//! `sprawl fix` and `sprawl plan --rewrite`: secrets are taken out of files and of history, and everything else
//! stays as it is.

mod history;
mod programs;

use crate::common::{minted, run, scratch, write};

/// A token, and the value that takes its place.
pub(crate) fn token() -> String {
    minted("github-pat-classic", 7)
}

#[test]
fn a_patch_shows_the_change_and_no_secret() {
    let (_guard, root) = scratch();
    let (token, other) = (token(), minted("github-pat-classic", 8));
    write(
        &root,
        "src/app.py",
        format!("import sys\n\ngithub_token = \"{token}\"\n# old: {other}\n"),
    );
    let before = std::fs::read(root.join("src/app.py")).unwrap();
    let dry = run(&root, &["fix", "--dry-run"]);
    assert_eq!(dry.status, 1, "the comment is left\n{}", dry.stderr);
    assert_eq!(std::fs::read(root.join("src/app.py")).unwrap(), before);
    for text in [&dry.stdout, &dry.stderr] {
        assert!(!text.contains(&token) && !text.contains(&other), "{text}");
    }
    let shown = dry.stdout.replace(&token[36..], "LAST").replace(&other[36..], "REST");
    assert_eq!(
        shown,
        "--- a/src/app.py\n+++ b/src/app.py\n@@ -1,4 +1,5 @@\n+import os\n import sys\n \n\
         -github_token = \"ghp_****LAST\"\n+github_token = os.environ[\"GITHUB_TOKEN\"]\n # old: ghp_****REST\n"
    );
    assert!(
        dry.stderr.contains("set environment variable GITHUB_TOKEN of the program (src/app.py:3)"),
        "{}",
        dry.stderr
    );
    assert!(
        dry.stderr.contains("left src/app.py:4") && dry.stderr.contains("comment"),
        "{}",
        dry.stderr
    );
}

#[test]
fn a_whole_patch_is_what_fix_does() {
    let (_guard, root) = scratch();
    let token = token();
    let files = [
        ("a/.env", format!("A=1\r\nGITHUB_TOKEN={token}\r\n")),
        (
            "compose.yml",
            format!("services:\n  web:\n    environment:\n      GITHUB_TOKEN: {token}\n"),
        ),
        (".github/workflows/ci.yml", format!("jobs:\n  a:\n    env:\n      TOKEN: {token}\n")),
        ("main.tf", format!("locals {{\n  t = \"{token}\"\n}}")),
        ("vars.tf", "variable \"github_token\" {}\n".to_owned()),
        ("app.rb", format!("# \u{e9}\nputs 'a {token} b'.size, \"{token}\"\n")),
    ];
    files.iter().for_each(|(path, text)| write(&root, path, text));
    let patch = run(&root, &["fix", "--dry-run", "--show-secrets", "-q"]);
    assert_eq!((patch.status, &*patch.stderr), (0, ""), "{}", patch.stdout);
    let other = root.join("other");
    files.iter().for_each(|(path, text)| write(&other, path, text));
    write(&root, "p.diff", patch.stdout);
    let git = std::process::Command::new("git")
        .args(["apply", "--unsafe-paths", "--directory=other", "p.diff"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
    std::fs::remove_file(root.join("p.diff")).unwrap();
    let applied: Vec<String> =
        files.iter().map(|(path, _)| std::fs::read_to_string(other.join(path)).unwrap()).collect();
    std::fs::remove_dir_all(&other).unwrap();
    let fixed = run(&root, &["fix"]);
    assert_eq!(fixed.status, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert!(fixed.stdout.contains("stop tracking a/.env"), "{}", fixed.stdout);
    let now: Vec<String> =
        files.iter().map(|(path, _)| std::fs::read_to_string(root.join(path)).unwrap()).collect();
    assert_eq!(now, applied);
    assert_eq!(now[0], "A=1\r\nGITHUB_TOKEN=\r\n");
    assert!(now[1].ends_with("GITHUB_TOKEN: ${GITHUB_TOKEN:?}\n"), "{}", now[1]);
    assert!(now[2].ends_with("TOKEN: ${{ secrets.GH_TOKEN }}\n"), "{}", now[2]);
    assert_eq!(
        now[3],
        "locals {\n  t = var.github_token_2\n}\n\nvariable \"github_token_2\" {\n  type      = string\n  \
         sensitive = true\n}\n"
    );
    assert!(now[5].contains("'a ' + ENV.fetch(\"GITHUB_TOKEN\") + ' b'"), "{}", now[5]);
    let scan = run(&root, &["scan"]);
    assert_eq!(scan.status, 0, "{}", scan.stdout);
    let again = run(&root, &["fix"]);
    assert_eq!((again.status, &*again.stdout), (0, "nothing to change\n"));
}

#[test]
fn two_values_of_one_literal_and_two_secrets_of_one_name() {
    let (_guard, root) = scratch();
    let (one, two) = (token(), minted("github-pat-classic", 8));
    write(&root, "a.py", format!("token = \"{one} and {two}\" % ()\n"));
    write(&root, "b.py", format!("token = \"{two}\"\n"));
    let fixed = run(&root, &["fix"]);
    assert_eq!(fixed.status, 0, "{}{}", fixed.stdout, fixed.stderr);
    let text = std::fs::read_to_string(root.join("a.py")).unwrap();
    let names: Vec<&str> = text.split('"').filter(|part| part.contains("GITHUB")).collect();
    assert_eq!(names.len(), 2, "{text}");
    assert_ne!(names[0], names[1]);
    let expected = format!(
        "import os\n\ntoken = (os.environ[\"{}\"] + \" and \" + os.environ[\"{}\"]) % ()\n",
        names[0], names[1]
    );
    assert_eq!(text, expected);
    let other = std::fs::read_to_string(root.join("b.py")).unwrap();
    assert_eq!(other, format!("import os\n\ntoken = os.environ[\"{}\"]\n", names[1]));
}

#[test]
fn a_name_that_a_secret_has_is_not_given_to_another() {
    for seed in [1, 2, 3, 4] {
        let (_guard, root) = scratch();
        let (named, other) =
            (minted("github-pat-classic", seed), minted("github-pat-classic", seed + 9));
        write(
            &root,
            "compose.yml",
            format!("services:\n  a:\n    environment:\n      GITHUB_TOKEN: {named}\n"),
        );
        write(&root, "a.js", format!("const url = 'https://x:{other}@example.net';\n"));
        assert_eq!(run(&root, &["fix", "-q"]).status, 0);
        let text = std::fs::read_to_string(root.join("compose.yml")).unwrap();
        assert!(text.ends_with("GITHUB_TOKEN: ${GITHUB_TOKEN:?}\n"), "{text}");
        let text = std::fs::read_to_string(root.join("a.js")).unwrap();
        assert!(!text.contains("env.GITHUB_TOKEN "), "{text}");
    }
}

#[test]
fn only_the_secret_that_is_meant_is_taken_out() {
    let (_guard, root) = scratch();
    let (one, two) = (token(), minted("github-pat-classic", 8));
    let text = format!("A={one}\nB={two}\n");
    write(&root, "x.env", &text);
    let report = run(&root, &["scan", "-f", "jsonl"]);
    let line = report.stdout.lines().find(|line| line.contains("\"line\":2")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let id = line["secret_id"].as_str().unwrap();
    assert_eq!(run(&root, &["fix", "--secret", "zzzzzzzz"]).status, 2);
    assert_eq!(run(&root, &["fix", "--secret", id]).status, 0);
    assert_eq!(std::fs::read_to_string(root.join("x.env")).unwrap(), format!("A={one}\nB=\n"));
}

#[test]
fn what_git_does_not_track_stays_on_this_machine() {
    let repo = crate::git::Repo::new();
    let token = token();
    repo.write("app.env", format!("GITHUB_TOKEN={token}\n"));
    let kept = run(&repo.root, &["fix"]);
    assert_eq!(kept.status, 0, "{}{}", kept.stdout, kept.stderr);
    assert!(kept.stdout.contains("kept app.env:1"), "{}", kept.stdout);
    repo.commit("one");
    let fixed = run(&repo.root, &["fix"]);
    assert_eq!(fixed.status, 0, "{}{}", fixed.stdout, fixed.stderr);
    assert_eq!(std::fs::read_to_string(repo.root.join("app.env")).unwrap(), "GITHUB_TOKEN=\n");
}

#[test]
#[cfg(unix)]
fn a_file_keeps_its_mode_and_is_not_written_if_it_changed() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_guard, root) = scratch();
    let token = token();
    let file = root.join("run.py");
    write(&root, "run.py", format!("#!/usr/bin/env python3\nt = \"{token}\"\n"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
    let session = sprawl::Session::builder().paths([&root]).isolated(true).build().unwrap();
    let report = session.scan(&sprawl::Tree::new([&root])).unwrap();
    let fixes = sprawl::fix::Fixes::of(&report, &|_| true);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}# more\n")).unwrap();
    let error = fixes.files[0].write().unwrap_err().to_string();
    assert!(error.contains("changed since it was scanned") && !error.contains(&token), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{text}# more\n"));
    std::fs::write(&file, &text).unwrap();
    fixes.files[0].write().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o750);
    assert!(
        std::fs::read_to_string(&file).unwrap().starts_with("#!/usr/bin/env python3\nimport os\n")
    );
    // A link that was put in the place of the file is not followed.
    let report = session.scan(&sprawl::Tree::new([&root])).unwrap();
    assert!(report.secrets().is_empty());
    write(&root, "link.py", format!("t = \"{token}\"\n"));
    let report = session.scan(&sprawl::Tree::new([&root])).unwrap();
    let fixes = sprawl::fix::Fixes::of(&report, &|_| true);
    std::fs::rename(root.join("link.py"), root.join("victim")).unwrap();
    std::os::unix::fs::symlink("victim", root.join("link.py")).unwrap();
    assert!(fixes.files[0].write().is_err());
    assert_eq!(std::fs::read_to_string(root.join("victim")).unwrap(), format!("t = \"{token}\"\n"));
}

#[test]
fn a_plan_says_how_each_line_should_be() {
    let (_guard, root) = scratch();
    let token = token();
    write(&root, "src/app.js", format!("const githubToken = '{token}';\n"));
    write(&root, "deploy/x.json", format!("{{\"token\": \"{token}\"}}\n"));
    let report = run(&root, &["scan", "-f", "json"]).stdout;
    write(&root, "r.json", report);
    let plan = run(&root, &["plan", "r.json"]).stdout;
    assert!(
        plan.contains("src/app.js:1 becomes `const githubToken = process.env.GITHUB_TOKEN;`"),
        "{plan}"
    );
    assert!(plan.contains("by hand: JSON has no references"), "{plan}");
    assert!(plan.contains("set  environment variable GITHUB_TOKEN of the program"), "{plan}");
}
