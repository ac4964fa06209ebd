//! Fallbacks: a value in the code for when the environment has none (`process.env.KEY || "..."`). The code reads the
//! environment already; what has to go is the value behind it.

use super::edit::{Edit, Rewrite};
use super::language::Language;
use super::source::{Place, is_word};

/// Takes a fallback out, if the literal is one.
pub(super) fn rewrite(place: &Place<'_>) -> Option<Rewrite> {
    if !place.is_whole() {
        return None;
    }
    let (edits, name) = behind_operator(place).or_else(|| in_call(place))?;
    Some(Rewrite {
        edits,
        store: format!("environment variable {name}, which the program reads already"),
        notes: Vec::new(),
        need: None,
    })
}

/// A value behind `||`, `??` or `?:`.
fn behind_operator(place: &Place<'_>) -> Option<(Vec<Edit>, String)> {
    let before = place.before();
    let operators: &[&str] = match place.language {
        Language::JavaScript | Language::TypeScript => &["||", "??"],
        Language::Ruby => &["||"],
        Language::Php => &["?:", "??"],
        _ => return None,
    };
    let head = operators.iter().find_map(|sign| before.strip_suffix(sign))?.trim_end();
    let read = &place.text[..head.len()];
    let name = match place.language {
        Language::JavaScript | Language::TypeScript => {
            let name = &read[read.trim_end_matches(is_word).len()..];
            let is_member = read[..read.len() - name.len()].ends_with("process.env.");
            if is_member && !name.is_empty() {
                name
            } else {
                subscript(read, &["process.env["], ']')?
            }
        }
        Language::Ruby => subscript(read, &["ENV["], ']')?,
        _ => subscript(read, &["$_ENV[", "$_SERVER["], ']')
            .or_else(|| subscript(read, &["getenv("], ')'))?,
    };
    let rest = if place.language == Language::TypeScript { "!" } else { "" };
    Some((vec![Edit::new(head.len()..place.literal.range.end, rest)], name.to_owned()))
}

/// The name in quotes between what a text ends with.
fn subscript<'t>(text: &'t str, opens: &[&str], close: char) -> Option<&'t str> {
    let text = text.strip_suffix(close)?.trim_end();
    let quote = text.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let text = &text[..text.len() - 1];
    let start = text.rfind(quote)?;
    let is_read = opens.iter().any(|open| text[..start].trim_end().ends_with(open));
    (is_read && is_name(&text[start + 1..])).then_some(&text[start + 1..])
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_word)
}

/// A value that is the second argument of a function that reads the environment.
fn in_call(place: &Place<'_>) -> Option<(Vec<Edit>, String)> {
    let open = *place.brackets().first()?;
    let callee = place.code[..open].trim_end();
    let start = callee.trim_end_matches(|c: char| is_word(c) || c == '.').len();
    let callee = &callee[start..];
    let functions: &[&str] = match place.language {
        Language::Python => {
            &["os.environ.get", "os.getenv", "environ.get", "getenv", "env", "env.str", "config"]
        }
        Language::Ruby => &["ENV.fetch"],
        Language::Php => &["env"],
        _ => return None,
    };
    if !place.code[open..].starts_with('(')
        || !functions.contains(&callee)
        || !place.after().starts_with(')')
    {
        return None;
    }
    let before = place.before();
    let before = before.strip_suffix('=').map_or(before, |named| {
        named.trim_end().strip_suffix("default").map_or(before, str::trim_end)
    });
    let comma = before.strip_suffix(',')?.trim_end();
    // Code without literals: the name is one.
    let end = comma.len().max(open + 1);
    let first = place.text[open + 1..before.len() - 1].trim();
    let name = first.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
    if !is_name(name) {
        return None;
    }
    let name_end = open + 1 + place.text[open + 1..before.len() - 1].trim_end().len();
    let end = end.max(name_end);
    let edits = match callee {
        "os.environ.get" | "os.getenv" => {
            let close = place.text.len() - place.after().len() + 1;
            vec![Edit::new(start..open + 1, "os.environ["), Edit::new(end..close, "]")]
        }
        _ => vec![Edit::new(end..place.literal.range.end, "")],
    };
    Some((edits, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::super::source;
    use super::*;

    #[test]
    fn the_code_reads_the_environment_alone() {
        use Language::*;
        let cases = [
            (Python, "k = os.environ.get(\"K\", \"SEKRET\")", "k = os.environ[\"K\"]"),
            (Python, "k = os.getenv('K', default='SEKRET')", "k = os.environ['K']"),
            (Python, "k = config(\"K\", default=\"SEKRET\")", "k = config(\"K\")"),
            (JavaScript, "k = process.env.K || 'SEKRET';", "k = process.env.K;"),
            (JavaScript, "f(process.env['K'] ?? `SEKRET`)", "f(process.env['K'])"),
            (TypeScript, "k = process.env.K ?? 'SEKRET'", "k = process.env.K!"),
            (Ruby, "k = ENV.fetch('K', 'SEKRET')", "k = ENV.fetch('K')"),
            (Ruby, "k = ENV[\"K\"] || \"SEKRET\"", "k = ENV[\"K\"]"),
            (Php, "<?php $k = getenv('K') ?: 'SEKRET';", "<?php $k = getenv('K');"),
            (Php, "<?php return ['k' => env('K', 'SEKRET')];", "<?php return ['k' => env('K')];"),
            (
                Python,
                "k = other.get(\"K\", \"SEKRET\")",
                "k = other.get(\"K\", os.environ[\"API_KEY\"])",
            ),
            (JavaScript, "k = x || 'SEKRET'", "k = x || process.env.API_KEY"),
        ];
        for (language, text, expected) in cases {
            let start = text.find("SEKRET").unwrap();
            let rewrite = source::rewrite(language, text, &(start..start + 6), "API_KEY").unwrap();
            assert_eq!(applied(text, &rewrite.edits), expected);
        }
    }
}
