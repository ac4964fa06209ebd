//! What others run in their continuous integration, as far as it can be checked here; schemas of the
//! vendors are in `validate-ci.sh`.

mod files;

use std::fs;
use std::path::{Path, PathBuf};

use files::FILES;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

#[test]
fn templates_use_what_is_installed_and_leave_the_decisions_alone() {
    for file in FILES.iter().filter(|file| file.starts_with("ci/")) {
        let text = read(file);
        assert!(text.contains("command -v sprawl ||"), "{file} does not look for sprawl");
        assert!(text.contains("--git https://github.com/OWNER/REPOSITORY"), "{file}");
        // That directory holds the key, the baseline and exceptions, which are committed.
        let mut words = text.split(|c: char| c.is_whitespace() || "\"':/".contains(c));
        assert!(!words.any(|word| word == ".sprawl"), "{file} writes to .sprawl");
    }
}

#[test]
fn nothing_of_the_scanned_tree_runs() {
    for file in FILES.iter().filter(|file| file.starts_with("ci/") || **file == "action.yml") {
        let text = read(file).split_whitespace().collect::<Vec<_>>().join(" ");
        let installs = text.matches("cargo install --locked").count();
        // A rust-toolchain.toml there would choose the compiler.
        let elsewhere = ["(cd / && cargo install", "(cd \"$GITHUB_ACTION_PATH\" && cargo install"];
        let safe: usize = elsewhere.iter().map(|words| text.matches(words).count()).sum();
        assert!(installs > 0 && safe == installs, "{file}");
        // And what lies on the path would be the scanner.
        let in_tree = text.find("PATH=\"$PATH:$CI_PROJECT_DIR/.cache");
        let refused = text.find("if [ -n \"$(git ls-files .cache)\" ]; then");
        assert!(in_tree.is_none() || refused < in_tree && refused.is_some(), "{file}");
    }
}

#[test]
fn brackets_of_the_jenkinsfile_match() {
    let mut open = Vec::new();
    for c in read("ci/Jenkinsfile").chars() {
        match c {
            '{' => open.push('}'),
            '(' => open.push(')'),
            '}' | ')' => assert_eq!(open.pop(), Some(c)),
            _ => {}
        }
    }
    assert!(open.is_empty());
}

#[test]
fn the_package_carries_what_the_tests_read() {
    let manifest: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let include: Vec<&str> = manifest["package"]["include"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| path.as_str().unwrap().trim_start_matches('/'))
        .collect();
    for file in FILES {
        let top = Path::new(file).components().next().unwrap();
        let top = top.as_os_str().to_str().unwrap();
        assert!(include.contains(&top), "{file} is not in the package");
    }
}
