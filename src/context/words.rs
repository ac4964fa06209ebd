//! Words within names, and the environments that some of them stand for.

use crate::score::Environment;

/// The words between the signs of a path, host or key.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// The words of an identifier, lower-cased: between signs, and the humps of camel case.
pub(super) fn humps(identifier: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in parts(identifier) {
        let bytes = part.as_bytes();
        let mut start = 0;
        for at in 1..bytes.len() {
            let rises = bytes[at].is_ascii_uppercase()
                && (bytes[at - 1].is_ascii_lowercase()
                    || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase));
            if rises {
                words.push(part[start..at].to_ascii_lowercase());
                start = at;
            }
        }
        words.push(part[start..].to_ascii_lowercase());
    }
    words
}

/// The first environment that names and hosts speak of. Documentation is none of those: `SAMPLE_KEY`
/// may be as real as any; nor is `spec`, which every manifest has.
pub(super) fn first_environment<W: AsRef<str>>(
    words: impl IntoIterator<Item = W>,
) -> Option<Environment> {
    words
        .into_iter()
        .filter(|word| !word.as_ref().eq_ignore_ascii_case("spec"))
        .filter_map(|word| environment_of_word(&word.as_ref().to_ascii_lowercase()))
        .find(|environment| *environment != Environment::Docs)
}

/// The environment that a word stands for, in lower case.
pub(super) fn environment_of_word(word: &str) -> Option<Environment> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_humps() {
        assert_eq!(humps("prodDBPassword_v2"), ["prod", "db", "password", "v2"]);
        assert_eq!(humps("API_KEY"), ["api", "key"]);
        assert!(humps("--").is_empty());
    }
}
