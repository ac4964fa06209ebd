//! References that a program or a reader fills in: `${NAME}`, `<your token>`, `{{ name }}`.

use super::words::{known, words};

/// Openings and closings of what a program or a reader is to fill in.
const BRACKETS: &[(&str, &str)] = &[
    ("${{", "}}"),
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("#{", "}"),
    ("%{", "}"),
    ("%(", ")s"),
    ("<%=", "%>"),
    ("<", ">"),
    ("&lt;", "&gt;"),
    ("\\u003c", "\\u003e"),
    ("[", "]"),
    ("{", "}"),
    ("%", "%"),
    ("@@", "@@"),
    ("__", "__"),
];

/// One or more references, alone or with signs between them, and nothing else.
pub(super) fn template(text: &str) -> bool {
    let mut rest = text;
    let mut found = false;
    while !rest.is_empty() {
        let first = rest.as_bytes().first();
        let mut brackets = BRACKETS.iter().filter(|(open, _)| open.as_bytes().first() == first);
        if let Some(after) = brackets.find_map(|(open, close)| reference(rest, open, close)) {
            rest = after;
            found = true;
        } else if let Some(after) = rest.strip_prefix([':', '-', '/', '.', '@', ' ']) {
            rest = after;
        } else {
            return !found && variable(text);
        }
    }
    found
}

/// What follows `open`, a name or expression, and `close`.
fn reference<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let (inner, after) = inner.split_once(close)?;
    let plain = |c: char| c.is_alphanumeric() || " _-.:/|,'\"()[]?!$=".contains(c);
    let named = inner.chars().any(char::is_alphabetic) && inner.chars().all(plain);
    // `$` and braces are syntax; pointed and square brackets, signs and underscores also occur in
    // passwords, so that what they enclose must look like a name.
    let loose = matches!(open, "${" | "${{" | "{{" | "$(" | "%(" | "<%=" | "#{")
        || (open == "%" && variable_of_windows(inner));
    (named && inner.len() <= 200 && (loose || words_only(inner))).then_some(after)
}

/// A name that `%` encloses: letters and underscores alone, as in `%BuildFeedPassword%`.
fn variable_of_windows(name: &str) -> bool {
    name.len() >= 6 && name.bytes().all(|c| c.is_ascii_alphabetic() || c == b'_')
}

/// Words and identifiers: no word that mixes cases or digits within.
fn words_only(text: &str) -> bool {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
    parts.clone().any(|p| p.len() >= 2)
        && parts.into_iter().all(|part| {
            let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
            let rest = letters.get(1..).unwrap_or_default();
            part.len() - letters.len() <= 2
                && letters.bytes().all(|c| c.is_ascii_alphabetic())
                && (rest.bytes().all(|c| c.is_ascii_lowercase())
                    || letters.bytes().all(|c| c.is_ascii_uppercase())
                    || humps(letters))
        })
}

/// `camelCase` of at least two known words.
fn humps(text: &str) -> bool {
    let mut words = words(text);
    words.clone().nth(1).is_some() && words.all(known)
}

/// A variable of a shell: `$NAME` in capitals, or with an underscore.
fn variable(text: &str) -> bool {
    let Some(name) = text.strip_prefix('$') else { return false };
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let identifier = name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    let capitals = name.bytes().all(|c| c.is_ascii_uppercase() || c == b'_');
    first && identifier && name.len() >= 3 && (capitals || (name.contains('_') && words_only(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_many_languages() {
        for text in [
            "<your token>",
            "<TOKEN>",
            "<api-key>",
            "${TOKEN}",
            "${TOKEN:-none}",
            "{{ vault.token }}",
            "${{ secrets.NPM_TOKEN }}",
            "%(password)s",
            "%PASSWORD%",
            "%BuildFeedPassword%",
            "$(cat /run/secret)",
            "#{token}",
            "[REDACTED]",
            "{token}",
            "@@TOKEN@@",
            "__TOKEN__",
            "$TOKEN",
            "$DB_PASSWORD",
            "$db_password",
            "${USER}:${PASSWORD}",
            "<%= password %>",
        ] {
            assert!(template(text), "{text}");
        }
    }

    #[test]
    fn passwords_with_brackets_are_none() {
        for text in [
            "<x8!kd",
            "<a8Fk29dL>",
            "[a8Fk29dL]",
            "{Zk3x9Q}",
            "%a8Fk2%",
            "$ecret1X",
            "",
            "::",
            "hunter2",
        ] {
            assert!(!template(text), "{text}");
        }
    }
}
