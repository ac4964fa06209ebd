//! What a place says about itself: which environment it speaks of, and who can see it.

mod block;
mod login;
pub mod surroundings;
mod words;

use crate::score::{Environment, Exposure};
use words::{environment_of_word, parts};

pub use surroundings::Surroundings;

/// The environment that a path speaks of: the file's name first, then its directories from the
/// inside out.
pub fn environment(path: &str) -> Environment {
    let lower = path.to_ascii_lowercase();
    if is_pipeline(&lower) {
        return Environment::Ci;
    }
    let mut names = lower.rsplit('/');
    let file = names.next().unwrap_or_default();
    parts(file)
        .find_map(environment_of_word)
        .or_else(|| file_extension_environment(file))
        .or_else(|| names.find_map(|name| parts(name).find_map(environment_of_word)))
        .unwrap_or(Environment::Unknown)
}

/// Who can see a file of a tree.
pub fn exposure(path: &str, untracked: bool) -> Exposure {
    let lower = path.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or_default();
    let in_directory = |names: &[&str]| lower.rsplit('/').skip(1).any(|part| names.contains(&part));
    let extension = file.rsplit_once('.').map_or("", |(_, e)| e);
    if untracked {
        Exposure::LocalUntracked
    } else if matches!(extension, "log" | "trace" | "transcript")
        || in_directory(&["logs", "transcripts", "traces", "tickets"])
    {
        Exposure::SharedText
    } else if in_directory(&["dist", "public", "site-packages", "node_modules"])
        || file.ends_with(".min.js")
        || file.ends_with(".bundle.js")
    {
        Exposure::Published
    } else {
        Exposure::Head
    }
}

/// Files that continuous integration runs.
fn is_pipeline(path: &str) -> bool {
    const FILES: &[&str] = &[
        ".gitlab-ci.yml",
        ".gitlab-ci.yaml",
        ".travis.yml",
        "jenkinsfile",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "appveyor.yml",
        ".drone.yml",
        "cloudbuild.yaml",
        "buildspec.yml",
    ];
    const DIRECTORIES: &[&str] =
        &[".github/workflows/", ".circleci/", ".buildkite/", ".gitlab/ci/"];
    let file = path.rsplit('/').next().unwrap_or_default();
    FILES.contains(&file)
        || DIRECTORIES.iter().any(|d| path.starts_with(d) || path.contains(&format!("/{d}")))
}

fn file_extension_environment(file: &str) -> Option<Environment> {
    matches!(file.rsplit_once('.').map(|(_, e)| e), Some("md" | "rst" | "adoc"))
        .then_some(Environment::Docs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_goes_before_its_directories() {
        assert_eq!(environment("deploy/prod.tfvars"), Environment::Production);
        assert_eq!(environment("tests/fixtures/a.env"), Environment::Test);
        assert_eq!(environment("tests/.env.production"), Environment::Production);
        assert_eq!(environment(".github/workflows/release.yml"), Environment::Ci);
        assert_eq!(environment("README.md"), Environment::Docs);
        assert_eq!(environment("src/contest.rs"), Environment::Unknown);
    }

    #[test]
    fn exposure_follows_the_kind_of_place() {
        assert_eq!(exposure("ci/build.log", false), Exposure::SharedText);
        assert_eq!(exposure("web/dist/app.js", false), Exposure::Published);
        assert_eq!(exposure("src/main.rs", false), Exposure::Head);
        assert_eq!(exposure("src/main.rs", true), Exposure::LocalUntracked);
    }
}
