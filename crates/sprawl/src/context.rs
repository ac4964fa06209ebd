//! Facts from a place: the environment that its path and its text indicate, who can see it, and the marks
//! in it.

mod block;
mod compose;
mod deadline;
pub(crate) mod excerpt;
mod live;
mod login;
pub mod marks;
pub(crate) mod nearby;
mod statements;
pub mod surroundings;
mod words;

use sprawl_detect::score::{Environment, Exposure};
use words::{environments, humps, parts};

pub use live::is_live;
pub use statements::Statements;

/// Whether a file is where, or is named as, OpenSSH has its private keys (ssh(1), FILES; sshd(8)).
pub(crate) fn is_ssh_key(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut names = lower.rsplit('/');
    let file = names.next().unwrap_or_default();
    let stem = file.trim_end_matches(".pem").trim_end_matches(".key").trim_end_matches(".old");
    let is_host_key = stem.starts_with("ssh_host_") && stem.ends_with("_key");
    let of_user = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    let is_users = of_user.iter().any(|name| {
        let rest = stem.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
            || stem.strip_suffix(name).is_some_and(|rest| rest.ends_with(['_', '-', '.']))
    });
    // Not the certificates and keys of other programs that somebody put beside them.
    let in_ssh = matches!(names.next(), Some(".ssh" | "dot_ssh" | "private_dot_ssh"));
    is_host_key || is_users || in_ssh && !stem.contains("tls") && !stem.contains("cert")
}

/// The environment that a path indicates: the file's name first, then its directories from the
/// inside out.
pub fn environment(path: &str) -> Environment {
    let lower = path.to_ascii_lowercase();
    if is_pipeline(&lower) {
        return Environment::Ci;
    }
    let mut names = path.rsplit('/');
    let file = names.next().unwrap_or_default();
    of_name(file)
        .or_else(|| file_extension_environment(&file.to_ascii_lowercase()))
        .or_else(|| {
            // Perl and git have their tests in `t`.
            names.find_map(|name| if name == "t" { Some(Environment::Test) } else { of_name(name) })
        })
        .unwrap_or(Environment::Unknown)
}

/// The environment that the words of a file's or directory's name indicate, or its end in camel case:
/// `PaymentTest.java`, `Acme.IntegrationTests`.
fn of_name(name: &str) -> Option<Environment> {
    // `qa-tests` are tests; `prod-tests` may be run where it is production.
    let first = environments(parts(name)).next();
    if matches!(first, Some(Environment::Staging | Environment::Ci | Environment::Dev))
        && environments(parts(name)).any(|environment| environment == Environment::Test)
    {
        return Some(Environment::Test);
    }
    first.or_else(|| {
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        let last = humps(stem).pop()?;
        matches!(last.as_str(), "test" | "tests" | "spec" | "specs").then_some(Environment::Test)
    })
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
        ".woodpecker.yml",
        "cloudbuild.yaml",
        "buildspec.yml",
    ];
    const DIRECTORIES: &[&str] = &[
        ".github/workflows/",
        ".gitea/workflows/",
        ".forgejo/workflows/",
        ".circleci/",
        ".buildkite/",
        ".gitlab/ci/",
        ".woodpecker/",
    ];
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
        for test in [
            "regress/keys/user.prv",
            "fuzz/corpus/a",
            "fuzzing/a.c",
            "src/fuzz_targets/a.rs",
            "a/__tests__/b",
            "src/androidTest/a.kt",
            "Acme.UnitTests/a.cs",
            "t/lib.sh",
            "selftests/x",
            "testsuite/a.exp",
            "src/PaymentTest.java",
            "pkg/pay_test.go",
            "cypress/a.js",
            "regression-2/a",
            "qa-tests/a.yml",
        ] {
            assert_eq!(environment(test), Environment::Test, "{test}");
        }
        for other in ["fuzzy/a.rs", "attest/a.go", "src/latest/a", "testimonials/a.html", "tt/a"] {
            assert_eq!(environment(other), Environment::Unknown, "{other}");
        }
        assert_eq!(environment("deploy/pre-prod.env"), Environment::Staging);
        assert_eq!(environment("prod-tests/a.yml"), Environment::Production);
    }

    #[test]
    fn keys_of_ssh_are_known_by_their_place() {
        for path in [
            "home/a/.ssh/id_rsa",
            ".ssh/work",
            "id_rsa",
            "keys/id_ed25519",
            "deploy/id_rsa_deploy",
            "id_rsa.pem",
            "a/ci_id_rsa",
            "etc/ssh/ssh_host_rsa_key",
            "ID_RSA",
            "id_ecdsa-ops",
        ] {
            assert!(is_ssh_key(path), "{path}");
        }
        for path in
            ["id_rsakey", "server.key", "ssh/readme", "tls/key.pem", ".ssh/tls.key", "grid_rsa.pem"]
        {
            assert!(!is_ssh_key(path), "{path}");
        }
    }

    #[test]
    fn exposure_follows_the_kind_of_place() {
        assert_eq!(exposure("ci/build.log", false), Exposure::SharedText);
        assert_eq!(exposure("web/dist/app.js", false), Exposure::Published);
        assert_eq!(exposure("src/main.rs", false), Exposure::Head);
        assert_eq!(exposure("src/main.rs", true), Exposure::LocalUntracked);
    }
}
