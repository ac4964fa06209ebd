//! Messages about names that are not known, with those that were probably meant.

use sprawl_detect::text::nearest;

/// A message of the TOML parser in our words: unknown names with the nearest known one, and no
/// values.
pub(super) fn explained(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let what = if message.starts_with("unknown field") {
        "key"
    } else if message.starts_with("unknown variant") {
        "value"
    } else {
        // Messages about types quote the value.
        return match message.split_once("expected ") {
            Some((start, expected)) if start.starts_with("invalid") => {
                format!("has the wrong type; expected {expected}")
            }
            _ => message.lines().next().unwrap_or_default().to_owned(),
        };
    };
    let [unknown, known @ ..] = quoted.as_slice() else { return message.to_owned() };
    let hint = match nearest(unknown, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "no value is allowed here".to_owned(),
        None => format!("known are {}", known.join(", ")),
    };
    // A value of another form than ours may be anything, a secret too.
    let is_word = |c: char| c.is_ascii_alphabetic() || c == '-' || c == '_';
    match unknown.len() <= LONGEST_NAME && unknown.chars().all(is_word) {
        true => format!("unknown {what} `{unknown}`; {hint}"),
        false => format!("unknown {what}, not shown; {hint}"),
    }
}

/// Longer names are none that were meant.
const LONGEST_NAME: usize = 24;
