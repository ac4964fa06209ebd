//! Slack webhook URLs.

use super::statement::add_fact;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::placeholder::placeholder;
use crate::score::Usability;

/// `https://hooks.slack.com/services/T.../B.../<24>` and the workflow forms; the ids are no secret.
pub(super) const WEBHOOK: Check = Check {
    name: "slack-webhook",
    about: "Names the workspace and app of a Slack webhook URL.",
    run,
    mint: None,
};

fn run(value: &[u8]) -> Outcome {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let path = ["hooks.slack.com/", "hooks.slack-gov.com/"]
        .iter()
        .find_map(|host| text.split_once(host))
        .map(|(_, path)| path);
    let Some(path) = path else { return Outcome::unknown() };
    let mut parts = path.split(['/', '?', '#']);
    let kind = parts.next().unwrap_or_default();
    let (workspace, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut decoded = Decoded::default();
    if let Some((_, name)) = KINDS.iter().find(|k| k.0 == kind) {
        decoded.add_fact("kind", *name);
        if id(workspace, "TE") {
            add_fact(&mut decoded, "workspace", workspace);
        }
        if kind != "triggers" && id(second, "BA") {
            add_fact(&mut decoded, "app", second);
        }
        let secret = path.split(['/', '?', '#']).rfind(|part| !part.is_empty()).unwrap_or_default();
        if placeholder(secret.as_bytes()).is_some() {
            decoded.usability.push(Usability::Placeholder);
        }
    }
    Outcome::plausible(decoded)
}

const KINDS: &[(&str, &str)] = &[
    ("services", "incoming webhook"),
    ("workflows", "workflow webhook"),
    ("triggers", "workflow trigger"),
];

/// One of these letters and 7 to 14 capitals or digits.
fn id(text: &str, letters: &str) -> bool {
    text.starts_with(|c| letters.contains(c))
        && (8..=15).contains(&text.len())
        && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    fn url(path: &str) -> String {
        format!("https://hooks.{}.com/{path}", "slack")
    }

    #[test]
    fn workspace_and_app_are_named_and_the_secret_is_not() {
        let ending = ["aB3dE5gH7jK9", "mN1pQ2rS4tU6"].concat();
        let outcome =
            (WEBHOOK.run)(url(&format!("services/T01ABC2DE/B03FGH4IJ/{ending}")).as_bytes());
        assert_eq!(outcome.verdict, Verdict::Plausible);
        assert_eq!(testing::fact(&outcome, "kind"), Some("incoming webhook"));
        assert_eq!(testing::fact(&outcome, "workspace"), Some("T01ABC2DE"));
        assert_eq!(testing::fact(&outcome, "app"), Some("B03FGH4IJ"));
        assert!(outcome.decoded.usability.is_empty());
        assert!(outcome.decoded.facts.iter().all(|f| !f.value.contains(&ending)));
    }

    #[test]
    fn triggers_keep_their_number_and_secret() {
        let outcome =
            (WEBHOOK.run)(url("triggers/T01ABC2DE/1234567890123/0f1e2d3c4b5a").as_bytes());
        assert_eq!(testing::fact(&outcome, "workspace"), Some("T01ABC2DE"));
        assert_eq!(outcome.decoded.facts.len(), 2);
    }

    #[test]
    fn a_path_of_one_part_is_the_secret() {
        let path = ["aB3dE5gH7jK9mN1pQ2rS4tU6", "wX8yZ0bC2dF4hJ6kL8nP"].concat();
        let outcome = (WEBHOOK.run)(url(&format!("services/{path}")).as_bytes());
        assert_eq!(testing::fact(&outcome, "workspace"), None);
        assert!(outcome.decoded.usability.is_empty());
    }

    #[test]
    fn the_documented_url_is_a_placeholder() {
        let sample = url(&format!("services/T00000000/B00000000/{}", "X".repeat(24)));
        assert_eq!((WEBHOOK.run)(sample.as_bytes()).decoded.usability, [Usability::Placeholder]);
    }

    #[test]
    fn other_text_says_nothing() {
        for value in ["", "https://example.com/services/T/B/x", "\u{e9}", &url("other/x")] {
            assert_eq!((WEBHOOK.run)(value.as_bytes()), Outcome::unknown(), "{value}");
        }
    }
}
