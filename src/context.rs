//! What a place says about itself: which environment it speaks of, and who can see it.

use crate::score::{Environment, Exposure};

/// The environment that a path speaks of: the file's name first, then its directories from the
/// inside out.
pub fn environment(path: &str) -> Environment {
    let lower = path.to_ascii_lowercase();
    if is_pipeline(&lower) {
        return Environment::Ci;
    }
    let mut parts = lower.rsplit('/');
    let file = parts.next().unwrap_or_default();
    words(file)
        .find_map(environment_of_word)
        .or_else(|| file_extension_environment(file))
        .or_else(|| parts.find_map(|part| words(part).find_map(environment_of_word)))
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

fn words(part: &str) -> impl Iterator<Item = &str> {
    part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
}

fn environment_of_word(word: &str) -> Option<Environment> {
    Some(match word {
        "prod" | "production" | "prd" | "live" => Environment::Production,
        "staging" | "stage" | "stg" | "preprod" | "uat" | "qa" => Environment::Staging,
        "ci" | "cicd" => Environment::Ci,
        "dev" | "development" | "develop" | "local" | "localhost" => Environment::Dev,
        "test" | "tests" | "testing" | "testdata" | "spec" | "specs" | "fixture" | "fixtures"
        | "mock" | "mocks" | "e2e" => Environment::Test,
        "doc" | "docs" | "documentation" | "example" | "examples" | "sample" | "samples"
        | "readme" | "tutorial" | "tutorials" => Environment::Docs,
        _ => return None,
    })
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
