//! Words within names, and the environments that some of them stand for.

use sprawl_detect::identifier::{self, Cut, Digits};
use sprawl_detect::score::Environment;

/// The words between the signs of a path, host or key.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of an identifier, lower-cased: between signs, and the humps of camel case.
pub(super) fn humps(identifier: &str) -> Vec<String> {
    const WORD: Cut = Cut { digits: Digits::Letters, abbreviations: true, foreign: false };
    let words = identifier::words(identifier.as_bytes(), WORD);
    words.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).collect()
}

/// The environments that words stand for, in their order. `pre` and `non` before a word of production
/// make it something else: `pre-prod`, `non-production`.
pub(super) fn environments<W: AsRef<str>>(
    words: impl IntoIterator<Item = W>,
) -> impl Iterator<Item = Environment> {
    let mut negated = false;
    words.into_iter().filter_map(move |word| {
        let word = word.as_ref().to_ascii_lowercase();
        let was_negated =
            std::mem::replace(&mut negated, matches!(word.as_str(), "pre" | "non" | "not" | "no"));
        let environment = environment_of_word(&word)?;
        Some(match environment {
            Environment::Production if was_negated => Environment::Staging,
            other => other,
        })
    })
}

/// The first environment that names and hosts speak of. Documentation is none of those: `SAMPLE_KEY`
/// may be as real as any; nor is `spec`, which every manifest has.
pub(super) fn first_environment<W: AsRef<str>>(
    words: impl IntoIterator<Item = W>,
) -> Option<Environment> {
    let words = words.into_iter().filter(|word| !word.as_ref().eq_ignore_ascii_case("spec"));
    environments(words).find(|environment| *environment != Environment::Docs)
}

/// The environment that the labels of a host name speak of. The last one is a domain of the public
/// DNS (`.dev`, `.live`) or of none (`.local`, which every service of a Kubernetes cluster ends with
/// and every machine found by multicast DNS): it says nothing but for what RFC 6761 keeps for tests.
pub(super) fn environment_of_host(host: &str) -> Option<Environment> {
    let labels = match host.rsplit_once('.') {
        Some((rest, last)) if !matches!(last, "test" | "localhost") => rest,
        _ => host,
    };
    first_environment(parts(labels).filter(|word| *word != "local"))
}

/// The environment that a word stands for, in lower case; numbers at its end do not matter.
pub(super) fn environment_of_word(word: &str) -> Option<Environment> {
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    Some(match if stem.is_empty() { word } else { stem } {
        "prod" | "production" | "prd" | "live" => Environment::Production,
        "staging" | "stage" | "stg" | "preprod" | "preproduction" | "nonprod" | "uat" | "qa" => {
            Environment::Staging
        }
        "ci" | "cicd" => Environment::Ci,
        "dev" | "development" | "develop" | "local" | "localhost" => Environment::Dev,
        "doc" | "docs" | "documentation" | "example" | "examples" | "sample" | "samples"
        | "readme" | "tutorial" | "tutorials" => Environment::Docs,
        stem if is_test(stem) => Environment::Test,
        _ => return None,
    })
}

/// Words for tests of whatever sort, as directories and files are named.
fn is_test(word: &str) -> bool {
    /// What stands before or after `test` in one word: `unittests`, `testdata`.
    const KINDS: &[&str] = &[
        "",
        "unit",
        "self",
        "smoke",
        "load",
        "perf",
        "stress",
        "system",
        "integration",
        "func",
        "functional",
        "doc",
        "android",
        "jvm",
        "ui",
        "api",
        "auto",
        "regression",
        "fuzz",
        "py",
        "acceptance",
    ];
    const PARTS: &[&str] = &[
        "",
        "s",
        "ing",
        "data",
        "suite",
        "suites",
        "case",
        "cases",
        "file",
        "files",
        "fixture",
        "fixtures",
        "util",
        "utils",
        "kit",
        "bed",
        "lib",
        "app",
        "env",
        "key",
        "keys",
        "cert",
        "certs",
        "asset",
        "assets",
        "vector",
        "vectors",
        "harness",
        "helper",
        "helpers",
        "resource",
        "resources",
        "project",
        "server",
        "support",
    ];
    let (kind, rest) = word.split_once("test").map_or((word, None), |(a, b)| (a, Some(b)));
    rest.is_some_and(|rest| KINDS.contains(&kind) && PARTS.contains(&rest))
        || matches!(
            word,
            "spec" | "specs" | "fixture" | "fixtures" | "mock" | "mocks" | "stub" | "stubs" | "e2e"
                | "regress" | "regression" | "regressions" | "conformance" | "acceptance"
                | "smoke" | "cypress" | "playwright" | "wiremock" | "conftest"
        )
        // `fuzz`, `fuzzing`, `fuzzers`, `fuzztarget`; `fuzzy` is a way to search.
        || word.starts_with("fuzz") && !word.starts_with("fuzzy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_environments() {
        use Environment::{Dev, Production, Staging, Test};
        let of = |text: &str| first_environment(parts(text));
        for (text, wanted) in [
            ("prod-eu", Some(Production)),
            ("prod01", Some(Production)),
            ("pre-prod", Some(Staging)),
            ("non_production", Some(Staging)),
            ("regress", Some(Test)),
            ("fuzz_targets", Some(Test)),
            ("fuzzing", Some(Test)),
            ("unittests", Some(Test)),
            ("testsuite", Some(Test)),
            ("androidtest", Some(Test)),
            ("e2e", Some(Test)),
            ("conftest.py", Some(Test)),
            ("dev2", Some(Dev)),
            ("fuzzy-search", None),
            ("contest", None),
            ("latest", None),
            ("testimonials", None),
            ("attested", None),
            ("2024", None),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_domain_of_a_host_is_no_environment() {
        use Environment::{Dev, Production, Staging, Test};
        for (host, wanted) in [
            ("pg.shop.svc.cluster.local", None),
            ("pg.prod.svc.cluster.local", Some(Production)),
            ("pg.dev.svc.cluster.local", Some(Dev)),
            ("nas.local", None),
            ("api.acme.dev", None),
            ("shop.live", None),
            ("db.production.example.net", Some(Production)),
            ("db-nonprod.example.net", Some(Staging)),
            ("db.preprod.example.net", Some(Staging)),
            ("db.test", Some(Test)),
            ("localhost", Some(Dev)),
            ("prod-db", Some(Production)),
        ] {
            assert_eq!(environment_of_host(host), wanted, "{host}");
        }
    }

    #[test]
    fn identifiers_have_humps() {
        assert_eq!(humps("prodDBPassword_v2"), ["prod", "db", "password", "v2"]);
        assert_eq!(humps("API_KEY"), ["api", "key"]);
        assert!(humps("--").is_empty());
    }
}
