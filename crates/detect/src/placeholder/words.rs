//! Words of documentation: `your_api_key_here`, `changeme`, `REPLACE-ME`.

/// Nothing but known words, at least one of them strong, and a few digits.
pub(super) fn phrase(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if letters < 3 || digits > 4 || text.len() > 120 || !text.is_ascii() {
        return false;
    }
    let words = words(text);
    if digits == 0 && is_yours(&words) {
        return true;
    }
    // The first word may be a vendor's prefix.
    let skips = if words.first().is_some_and(|w| w.len() <= 6) && words.len() > 2 { 1 } else { 0 };
    (0..=skips).any(|skip| {
        let mut strong = false;
        words.iter().skip(skip).all(|word| spelled(word, &mut strong)) && strong
    })
}

/// Nothing but words of either list and a few that go with them, one of them a word for a password.
pub(super) fn password(text: &str) -> bool {
    const OTHERS: [&str; 9] =
        ["some", "other", "bad", "wrong", "good", "old", "any", "your", "sample"];
    const PASSWORDS: [&str; 5] = ["pass", "passwd", "password", "pwd", "secret"];
    if text.len() > 40 || !text.bytes().all(|b| b.is_ascii_alphabetic() || b"_-. ".contains(&b)) {
        return false;
    }
    let text: String = words(text).concat();
    let Some((rest, _)) = PASSWORDS.iter().find_map(|word| Some((text.strip_suffix(word)?, word)))
    else {
        return false;
    };
    rest.is_empty() || OTHERS.contains(&rest) || spelled(rest, &mut false)
}

/// `your-acme-portal-password`: yours, whatever stands between, and what it is.
fn is_yours(words: &[String]) -> bool {
    const NOUNS: [&str; 8] =
        ["key", "token", "secret", "password", "passwd", "here", "id", "credential"];
    let [first, between @ .., last] = words else { return false };
    first == "your" && between.len() <= 4 && NOUNS.contains(&last.as_str())
}

/// The words of a text, in lower case: cut at signs, digits and humps.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = '.';
    for c in text.chars() {
        if !c.is_ascii_alphabetic() {
            before = '.';
            continue;
        }
        let starts = before == '.' || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        match out.last_mut().filter(|_| !starts) {
            Some(word) => word.push(c.to_ascii_lowercase()),
            None => out.push(c.to_ascii_lowercase().to_string()),
        }
        before = c;
    }
    out
}

/// Whether a word is known, or several known words written together (`yourapikeyhere`).
fn spelled(word: &str, strong: &mut bool) -> bool {
    // What can be reached: (by known words, with a strong one among them).
    let mut reached = vec![(false, false); word.len() + 1];
    reached[0] = (true, false);
    for at in 0..word.len() {
        let (known, emphatic) = reached[at];
        if !known {
            continue;
        }
        let first = word.as_bytes()[at];
        for (list, strength) in [(STRONG, true), (NEUTRAL, false)] {
            for part in list.iter().filter(|part| part.as_bytes()[0] == first) {
                // Very short words would let much pass when written together.
                let alone = at == 0 && part.len() == word.len();
                if (part.len() > 2 || alone || matches!(*part, "my" | "me"))
                    && word[at..].starts_with(part)
                {
                    let end = &mut reached[at + part.len()];
                    *end = (true, end.1 || emphatic || strength);
                }
            }
        }
    }
    let (known, emphatic) = reached[word.len()];
    *strong |= known && emphatic;
    known
}

/// Whether a word is one of either list.
pub(super) fn known(word: &str) -> bool {
    STRONG.contains(&word) || NEUTRAL.contains(&word)
}

/// Words that say by themselves that this is no secret.
const STRONG: &[&str] = &[
    "example",
    "examples",
    "sample",
    "placeholder",
    "changeme",
    "changeit",
    "change",
    "replace",
    "replaceme",
    "insert",
    "your",
    "yours",
    "dummy",
    "fake",
    "redacted",
    "removed",
    "hidden",
    "masked",
    "censored",
    "sanitized",
    "omitted",
    "todo",
    "fixme",
    "tbd",
    "xxx",
    "xxxx",
    "foobar",
    "lorem",
    "ipsum",
    "null",
    "none",
    "undefined",
    "notreal",
    "invalid",
    "bogus",
];

/// Words that occur beside those.
const NEUTRAL: &[&str] = &[
    "my",
    "the",
    "a",
    "an",
    "api",
    "key",
    "keys",
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "access",
    "auth",
    "oauth",
    "client",
    "app",
    "application",
    "user",
    "username",
    "name",
    "value",
    "string",
    "goes",
    "go",
    "here",
    "enter",
    "put",
    "paste",
    "add",
    "set",
    "fill",
    "in",
    "with",
    "this",
    "that",
    "to",
    "be",
    "me",
    "it",
    "is",
    "not",
    "real",
    "actual",
    "own",
    "new",
    "private",
    "public",
    "bearer",
    "credential",
    "credentials",
    "account",
    "db",
    "database",
    "host",
    "url",
    "uri",
    "service",
    "project",
    "organization",
    "org",
    "team",
    "webhook",
    "bot",
    "id",
    "of",
    "for",
    "and",
    "or",
    "from",
    "jwt",
    "signing",
    "encryption",
    "master",
    "admin",
    "root",
    "test",
    "testing",
    "dev",
    "live",
    "prod",
    "production",
    "generated",
    "random",
    "long",
    "strong",
    "secure",
    "very",
    "super",
    "please",
    "before",
    "after",
    "use",
    "using",
    "only",
    "do",
    "must",
    "should",
    "random",
    "github",
    "gitlab",
    "aws",
    "azure",
    "google",
    "gcp",
    "openai",
    "anthropic",
    "slack",
    "stripe",
    "twilio",
    "npm",
    "pypi",
    "docker",
    "data",
    "abc",
    "foo",
    "bar",
    "baz",
    "sk",
    "pk",
    "rk",
    "ghp",
    "pat",
    "xoxb",
    "xoxp",
    "glpat",
    "hf",
    "ant",
    "proj",
    "svc",
    "session",
    "cookie",
    "hash",
    "salt",
    "code",
    "text",
    "base",
    "server",
    "smtp",
    "email",
    "mail",
    "com",
    "www",
    "http",
    "https",
    "somewhere",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_of_documentation() {
        for text in [
            "changeme",
            "CHANGE_ME",
            "change-me",
            "changeMe123",
            "REPLACE_ME",
            "your_api_key_here",
            "YOUR-TOKEN",
            "yourapikeyhere",
            "yourSecretKey",
            "insert_token_here",
            "dummy",
            "dummy-password",
            "redacted",
            "example",
            "example-secret",
            "my_example_key",
            "fake_token",
            "placeholder",
            "sk-your-api-key-here",
            "ghp_your_token_here",
            "xoxb-your-bot-token",
            "TODO",
            "insert your key",
            "none",
            "null",
            "undefined",
            "this-is-not-a-real-key-example",
            "sample_secret_value",
            "some_your_token",
            "your-acme-portal-password",
            "YOUR_ACME_KEY",
        ] {
            assert!(phrase(text), "{text}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for text in [
            "password",
            "my-secret",
            "monkey-changes-hats",
            "examplar-of-virtue",
            "",
            "a",
            "Your-Dog-42!",
            "your-dog-barks",
            "not-your-acme-password",
        ] {
            assert!(!phrase(text), "{text}");
        }
    }
}
