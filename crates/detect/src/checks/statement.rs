//! Statements for reports out of text that somebody else wrote.

use serde_json::Value;

use crate::decoded::Decoded;

/// The longest statement, in characters.
const LONGEST: usize = 120;
/// How many elements of a list are named.
const ELEMENTS: usize = 5;

/// Adds a statement unless its value is empty or may itself be a credential.
pub(super) fn add_fact(decoded: &mut Decoded, name: &'static str, value: &str) {
    if let Some(value) = presentable(value) {
        decoded.add_fact(name, value);
    }
}

/// Adds a statement from a JSON string, number or list of strings; other values say nothing.
pub(super) fn add_json_fact(decoded: &mut Decoded, name: &'static str, value: Option<&Value>) {
    match value {
        Some(Value::String(text)) => add_fact(decoded, name, text),
        Some(Value::Number(number)) => add_fact(decoded, name, &number.to_string()),
        Some(Value::Array(list)) => {
            let parts: Vec<String> = list
                .iter()
                .filter_map(Value::as_str)
                .take(ELEMENTS)
                .filter_map(presentable)
                .collect();
            let more = list.len().saturating_sub(ELEMENTS);
            let mut text = parts.join(", ");
            if more > 0 && !text.is_empty() {
                text.push_str(&format!(" and {more} more"));
            }
            if !text.is_empty() {
                decoded.add_fact(name, text);
            }
        }
        _ => {}
    }
}

/// Text fit for a report: one line, no user info, query or fragment of a URL, at most 120
/// characters. `None` for nothing and for text that may itself be a credential.
pub(super) fn presentable(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = match text.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.split(['?', '#']).next().unwrap_or(rest);
            let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let host = authority.rsplit('@').next().unwrap_or(authority);
            format!("{scheme}://{host}{path}")
        }
        None => text.to_owned(),
    };
    if bare.is_empty() || bare.split([' ', ',', '/', ':']).any(opaque) {
        return None;
    }
    let mut kept: String = bare
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if kept.len() < bare.len() && bare.chars().nth(LONGEST).is_some() {
        kept.push('\u{2026}');
    }
    Some(kept)
}

/// Whether a word looks random: long, of one alphabet, digits and both cases mixed; or a token in
/// a token. Names, e-mail addresses, host names and UUIDs are not.
pub(super) fn opaque(word: &str) -> bool {
    if word.starts_with("eyJ") {
        return true;
    }
    let whole = word.bytes().all(|c| c.is_ascii_alphanumeric() || b"+=_-~".contains(&c));
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    let digits = has(u8::is_ascii_digit);
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    whole && digits && ((word.len() >= 20 && mixed) || (word.len() >= 32 && !word.contains('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_what_may_be_secret() {
        let url = format!("https://user:{}@host.example/path?key={}#f", "hunter2", "abc");
        assert_eq!(presentable(&url).as_deref(), Some("https://host.example/path"));
    }

    #[test]
    fn random_words_are_withheld_and_names_are_not() {
        let random = ["9f86d081884c7d659a2feaa0", "c55ad015a3bf4f1b"].concat();
        assert_eq!(presentable(&random), None);
        assert_eq!(presentable("eyJhbGciOiJub25lIn0"), None);
        for name in [
            "system:serviceaccount:kube-system:default",
            "alice@example.com",
            "6f1c1f0e-4a39-4f0c-a6b1-0d4b7a8c9e11",
            "read:packages write:packages",
            "https://accounts.example.com/",
        ] {
            assert_eq!(presentable(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn text_is_one_bounded_line() {
        assert_eq!(presentable("a\nb\u{1b}[31m").as_deref(), Some("a\u{fffd}b\u{fffd}[31m"));
        let long = "word ".repeat(100);
        assert_eq!(presentable(&long).map(|t| t.chars().count()), Some(LONGEST + 1));
        assert_eq!(presentable("  \t "), None);
    }

    #[test]
    fn lists_are_joined_and_cut() {
        let mut decoded = Decoded::default();
        let list = serde_json::json!(["a", "b", "c", "d", "e", "f", "g"]);
        add_json_fact(&mut decoded, "audience", Some(&list));
        assert_eq!(decoded.facts[0].value, "a, b, c, d, e and 2 more");
        add_json_fact(&mut decoded, "nothing", Some(&serde_json::json!({"a": 1})));
        assert_eq!(decoded.facts.len(), 1);
    }
}
