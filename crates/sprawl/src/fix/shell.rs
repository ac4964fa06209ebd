//! Shell scripts: a parameter in place of a value, in the quotes that are around it.

use std::ops::Range;

use super::edit::{Edit, Rewrite};
use super::yaml::default_of_parameter;

/// What a position of a script is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Single,
    Double,
    Comment,
    /// Lines for the input of a command, with parameters in them or without.
    Lines(bool),
}

/// Takes a value out of a shell script.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn rewrite(text: &str, span: &Range<usize>, variable: &str) -> Result<Rewrite, String> {
    let state = state_at(text, span)?;
    let is_read = matches!(state, State::Plain | State::Double | State::Lines(true));
    if let Some((edit, name)) =
        default_of_parameter(text, span, &[":-", "-", ":=", "="], ":?").filter(|_| is_read)
    {
        return Ok(Rewrite {
            edits: vec![edit],
            store: format!("environment variable {name}, which the script reads already"),
            notes: Vec::new(),
            need: None,
        });
    }
    let is_quoted_alone = state == State::Single
        && text[..span.start].ends_with('\'')
        && text[span.end..].starts_with('\'');
    let reference = match state {
        State::Single if is_quoted_alone => format!("\"${{{variable}:?}}\""),
        State::Comment => return Err("it is in a comment: delete it there".to_owned()),
        State::Lines(false) => {
            return Err(
                "it is in lines that are passed on as they are: a quoted heredoc".to_owned()
            );
        }
        State::Plain => format!("\"${{{variable}:?}}\""),
        State::Single => format!("'\"${{{variable}:?}}\"'"),
        State::Double | State::Lines(true) => format!("${{{variable}:?}}"),
    };
    Ok(Rewrite {
        edits: vec![match is_quoted_alone {
            true => Edit::new(span.start - 1..span.end + 1, reference),
            false => Edit::new(span.clone(), reference),
        }],
        store: format!("environment variable {variable} of the script"),
        notes: Vec::new(),
        need: None,
    })
}

/// What a value is in; all of it has to be in the same.
fn state_at(text: &str, span: &Range<usize>) -> Result<State, String> {
    let bytes = text.as_bytes();
    let mut state = State::Plain;
    let mut found = None;
    // Words that end lines for the input of a command, which begin at the next line.
    let mut waiting: Vec<(&str, bool)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() && at < span.end {
        if at >= span.start {
            let first = *found.get_or_insert(state);
            if first != state {
                return Err("the value is put together from several parts".to_owned());
            }
        }
        let is_word_start = at == 0 || b" \t\n;&|(".contains(&bytes[at - 1]);
        match (state, bytes[at]) {
            (State::Plain | State::Double, b'\\') => at += 1,
            (State::Plain, b'\'') => state = State::Single,
            (State::Plain, b'"') => state = State::Double,
            (State::Plain, b'#') if is_word_start => state = State::Comment,
            (State::Plain, b'<') => waiting.extend(heredoc(&text[at..])),
            (State::Single, b'\'') | (State::Double, b'"') => state = State::Plain,
            (State::Comment | State::Plain, b'\n') => {
                state = State::Plain;
                if !waiting.is_empty() {
                    let (word, is_read) = waiting.remove(0);
                    let end = lines_end(text, at + 1, word);
                    if span.start < end {
                        return match span.start > at && span.end <= end {
                            true => Ok(State::Lines(is_read)),
                            false => Err("the value is put together from several parts".to_owned()),
                        };
                    }
                    at = end;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.ok_or_else(|| "it is behind an escape".to_owned())
}

/// The word that ends the lines that a mark announces, and whether parameters are read in them.
fn heredoc(text: &str) -> Option<(&str, bool)> {
    let rest = text.strip_prefix("<<").filter(|rest| !rest.starts_with('<'))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"' | '\\'));
    let rest = rest.trim_start_matches(['\'', '"', '\\']);
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let word = &rest[..end];
    // `1 << 2` shifts.
    let is_word = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_word.then_some((word, quote.is_none()))
}

/// Where the lines end that begin at a position: before the line that is this word.
fn lines_end(text: &str, start: usize, word: &str) -> usize {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim() == word {
            return at;
        }
        at += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::*;

    #[test]
    fn the_quotes_around_a_value_decide() {
        let of = |text: &str| {
            let start = text.find("SEKRET").unwrap();
            let rewrite = rewrite(text, &(start..start + 6), "API_KEY")?;
            Ok::<_, String>(applied(text, &rewrite.edits))
        };
        for (text, expected) in [
            ("K=SEKRET\n", "K=\"${API_KEY:?}\"\n"),
            ("# it's\nK=\"a SEKRET\"\n", "# it's\nK=\"a ${API_KEY:?}\"\n"),
            ("K=\"${K:-SEKRET}\"\n", "K=\"${K:?}\"\n"),
            ("P='SEKRET' f\n", "P=\"${API_KEY:?}\" f\n"),
            ("f -H 'a: SEKRET'\n", "f -H 'a: '\"${API_KEY:?}\"''\n"),
            ("cat <<E >x\nit's SEKRET\nE\n", "cat <<E >x\nit's ${API_KEY:?}\nE\n"),
            (
                "cat <<E\nit's\nE\nf $((1 << 2)) SEKRET",
                "cat <<E\nit's\nE\nf $((1 << 2)) \"${API_KEY:?}\"",
            ),
        ] {
            assert_eq!(of(text).as_deref(), Ok(expected));
        }
        assert!(of("a # SEKRET").unwrap_err().contains("comment"));
        assert!(of("cat <<'E'\nSEKRET\nE\n").unwrap_err().contains("heredoc"));
    }
}
