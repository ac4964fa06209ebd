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

/// Those that are copied, and have nothing of ours but what they download.
fn templates() -> impl Iterator<Item = &'static str> {
    FILES.iter().copied().filter(|file| file.starts_with("ci/"))
}

#[test]
fn templates_use_what_is_installed_and_leave_the_decisions_alone() {
    for file in templates() {
        let text = read(file);
        assert!(text.contains("command -v sprawl"), "{file} does not look for sprawl");
        assert!(text.contains("https://github.com/OWNER/REPOSITORY/releases/download"), "{file}");
        // That directory holds the key, the baseline and exceptions, which are committed.
        let mut words = text.split(|c: char| c.is_whitespace() || "\"':/".contains(c));
        assert!(!words.any(|word| word == ".sprawl"), "{file} writes to .sprawl");
    }
}

#[test]
fn templates_run_no_download_before_its_sum_is_checked() {
    for file in templates() {
        let text = read(file);
        let place = |words: &str| {
            assert_eq!(text.matches(words).count(), 1, "{file}: {words}");
            text.find(words).unwrap()
        };
        let download = place("\"$SPRAWL_RELEASES/v$SPRAWL_VERSION/install.sh\"");
        let check = place("echo \"$SPRAWL_INSTALLER  ");
        assert!(text[check..].lines().next().unwrap().contains("| sha256sum -c -"), "{file}");
        let run = text.find("sh install.sh").or(text.find("sh /tmp/install.sh")).unwrap();
        assert!(download < check && check < run, "{file}");
        // Each step must have worked for the next.
        let steps = &text[download..run];
        assert!(
            steps.matches("&&").count() == 2 || text[..download].contains("set -e\n"),
            "{file}"
        );
    }
}

/// `release.sh` installs whole releases; this is what holds for a damaged one.
#[cfg(target_os = "linux")]
#[test]
fn the_installer_installs_nothing_that_it_could_not_check() {
    let work = tempfile::tempdir().unwrap();
    let release = work.path().join("v0.0.1");
    fs::create_dir(&release).unwrap();
    let archive = format!("sprawl-0.0.1-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    fs::write(release.join(&archive), "no archive\n").unwrap();
    let install = |arguments: &[&str]| {
        let mut command = std::process::Command::new("sh");
        command.arg(root().join("ci/install.sh")).args(["--version", "0.0.1", "--prefix"]);
        command.arg(work.path().join("prefix")).args(arguments);
        for name in ["VERSION", "SHA256", "COMPILE", "SOURCE"] {
            command.env_remove(format!("SPRAWL_{name}"));
        }
        let done = command.env("SPRAWL_RELEASES", work.path()).output().unwrap();
        assert_eq!(done.status.code(), Some(2));
        assert!(!work.path().join("prefix").exists());
        String::from_utf8(done.stderr).unwrap()
    };
    let zeros = "0".repeat(64);
    assert!(install(&[]).contains("SHA256SUMS does not exist"));
    fs::write(release.join("SHA256SUMS"), format!("{zeros}  other.tar.gz\n")).unwrap();
    assert!(install(&[]).contains(&format!("does not list {archive}")));
    fs::write(release.join("SHA256SUMS"), format!("{zeros}  {archive}\n")).unwrap();
    assert!(install(&[]).contains("has another SHA-256 sum than expected"));
    assert!(install(&["--sha256", &zeros]).contains("has another SHA-256 sum than expected"));
}

#[test]
fn nothing_of_the_scanned_tree_runs() {
    for file in templates().chain(["action.yml", "ci/install.sh", "ci/hook.sh"]) {
        let text = read(file).split_whitespace().collect::<Vec<_>>().join(" ");
        // A rust-toolchain.toml in the tree would choose the compiler.
        let installs = text.matches("cargo install ").count();
        let elsewhere = ["(cd / && cargo install", "(cd \"$source\" && cargo install"];
        let safe: usize = elsewhere.iter().map(|words| text.matches(words).count()).sum();
        assert_eq!(safe, installs, "{file}");
        // And what lies on the path would be the scanner.
        for place in [
            "$CI_PROJECT_DIR",
            "$PWD:",
            "$GITHUB_WORKSPACE",
            "$BITBUCKET_CLONE_DIR",
            "env.WORKSPACE",
        ] {
            assert!(!text.contains(place), "{file} installs into the tree: {place}");
        }
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
