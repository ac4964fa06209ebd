//! `sprawl init`: what it writes is read, fits the project, and takes nothing away.

use crate::common::{run, write};
use crate::git::Repo;

const SCHEMA: &str = ".sprawl/sprawl.schema.json";

#[test]
fn the_written_file_counts_and_is_never_overwritten() {
    let repo = Repo::new();
    repo.write("web/package.json", "{}");
    repo.write("web/build/tracked.js", "// written by hand\n");
    repo.write(".gitignore", "node_modules\n");
    repo.write(".pre-commit-config.yaml", "repos: []\n");
    repo.write(".gitlab-ci.yml", "{}\n");
    repo.commit("one");
    repo.write("web/dist/made.js", "made\n");
    repo.write("web/node_modules/a/b.js", "made\n");
    let root = &repo.root;
    let shown = run(root, &["init", "--dry-run"]);
    assert_eq!(shown.status, 0, "{}", shown.stderr);
    assert!(!root.join("sprawl.toml").exists() && !root.join(".sprawl").exists());
    let made = run(&root.join("web"), &["init"]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    for word in [
        "wrote sprawl.toml",
        SCHEMA,
        "Node.js (web/package.json)",
        "alongside pre-commit",
        "GitLab CI/CD (.gitlab-ci.yml)",
        "sprawl baseline",
    ] {
        assert!(made.stdout.contains(word), "{word}: {}", made.stdout);
    }
    let text = std::fs::read_to_string(root.join("sprawl.toml")).unwrap();
    assert_eq!(text, shown.stdout);
    assert!(text.starts_with(&format!("#:schema {SCHEMA}\n")), "{text}");
    assert_eq!(
        std::fs::read_to_string(root.join(SCHEMA)).unwrap(),
        run(root, &["schema", "config"]).stdout
    );
    // What git tracks is scanned, and what it ignores needs no exclusion.
    let effective = run(root, &["config", "show", "--json"]);
    assert_eq!(effective.status, 0, "{}", effective.stderr);
    let effective: serde_json::Value = serde_json::from_str(&effective.stdout).unwrap();
    assert_eq!(effective["values"]["paths"]["exclude"], serde_json::json!(["web/dist"]));
    assert_eq!(run(root, &["scan"]).status, 0);
    let again = run(root, &["init"]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(root.join("sprawl.toml")).unwrap(), text);
    std::fs::remove_file(root.join("sprawl.toml")).unwrap();
    std::fs::write(root.join(SCHEMA), "mine").unwrap();
    let kept = run(root, &["init"]);
    assert!(kept.stdout.contains(&format!("kept {SCHEMA}")), "{}", kept.stdout);
    assert_eq!(std::fs::read_to_string(root.join(SCHEMA)).unwrap(), "mine");
}

#[test]
fn other_scanners_are_migrated_next() {
    let repo = Repo::new();
    repo.write(".gitleaks.toml", "title = 'x'\n");
    repo.write(".sprawl/baseline.toml", "version = 1\nfindings = []\n");
    let made = run(&repo.root, &["init"]).stdout;
    assert!(made.contains("sprawl migrate --dry-run") && made.contains(".gitleaks.toml"), "{made}");
    assert!(!made.contains("record current findings"), "{made}");
}

#[test]
#[cfg(unix)]
fn a_link_of_the_tree_leads_nowhere() {
    let repo = Repo::new();
    let (_guard, outside) = crate::common::scratch();
    write(&outside, "kept.txt", "kept");
    std::os::unix::fs::symlink(&outside, repo.root.join(".sprawl")).unwrap();
    assert_eq!(run(&repo.root, &["init"]).status, 2);
    assert!(
        !outside.join("sprawl.schema.json").exists() && !repo.root.join("sprawl.toml").exists()
    );
    std::fs::remove_file(repo.root.join(".sprawl")).unwrap();
    std::os::unix::fs::symlink(outside.join("kept.txt"), repo.root.join("sprawl.toml")).unwrap();
    assert_eq!(run(&repo.root, &["init"]).status, 2);
    assert_eq!(std::fs::read_to_string(outside.join("kept.txt")).unwrap(), "kept");
}
