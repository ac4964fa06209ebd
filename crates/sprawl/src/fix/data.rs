//! Files of names and values: those for the environment, and Terraform.

use std::ops::Range;

use super::edit::{Edit, Need, Rewrite, line_at};
use super::language::Language;
use super::lexer::{Form, code_alone, lexemes};
use super::source::{literal_around, words};
use super::yaml::default_of_parameter;

/// Takes a value out of a file for the environment: its name stays.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn env(text: &str, span: &Range<usize>) -> Result<Rewrite, String> {
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let end = value_end(text, &line);
        if span.start < end.max(line.end) || line.end >= text.len() {
            return env_line(text, line, span);
        }
        at = text[end.max(line.end)..]
            .find('\n')
            .map_or(text.len(), |feed| end.max(line.end) + feed + 1);
    }
    Err("it is on no line with a name".to_owned())
}

fn env_line(text: &str, line: Range<usize>, span: &Range<usize>) -> Result<Rewrite, String> {
    if text[line.clone()].trim_start().starts_with('#') {
        return Err("it is in a comment: delete it there".to_owned());
    }
    let Some(value) = value_of(text, &line) else {
        return Err("it is on no line with a name".to_owned());
    };
    if span.start < value.start || span.end > value.end {
        return Err("it is not the value of a name".to_owned());
    }
    let name = text[line.start..value.start]
        .trim()
        .trim_start_matches("export ")
        .trim_end_matches('=')
        .trim();
    Ok(Rewrite {
        edits: vec![Edit::new(value, "")],
        store: format!("{name} in the environment of the program, or in a file that git ignores"),
        notes: Vec::new(),
        need: None,
    })
}

/// Where the value of a line is, with its quotes and without a comment; it may go on in the next lines.
fn value_of(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let equals = line.start + text[line.clone()].find('=')?;
    let name = text[line.start..equals].trim().trim_start_matches("export ").trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let rest = &text[equals + 1..line.end];
    let start = equals + 1 + (rest.len() - rest.trim_start().len());
    let quote = text[start..].bytes().next().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if let Some(quote) = quote {
        let bytes = text.as_bytes();
        let mut at = start + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' if quote == b'"' => at += 1,
                byte if byte == quote => return Some(equals + 1..at + 1),
                _ => {}
            }
            at += 1;
        }
    }
    let value = &text[start..line.end];
    let end = value.find(" #").unwrap_or(value.len());
    Some(equals + 1..start + value[..end].trim_end().len())
}

fn value_end(text: &str, line: &Range<usize>) -> usize {
    if text[line.clone()].trim_start().starts_with('#') {
        return line.end;
    }
    value_of(text, line).map_or(line.end, |value| value.end)
}

/// Takes a value out of properties of Spring: a placeholder refers to the environment.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn properties(
    text: &str,
    span: &Range<usize>,
    variable: &str,
) -> Result<Rewrite, String> {
    let line = line_at(text, span.start);
    if text[line.clone()].trim_start().starts_with(['#', '!']) {
        return Err("it is in a comment: delete it there".to_owned());
    }
    if span.end > line.end || !text[line.start..span.start].contains(['=', ':']) {
        return Err("it is not the value of a name".to_owned());
    }
    let (edit, name) = match default_of_parameter(text, span, &[":"], "") {
        Some((edit, name)) => (edit, name),
        None => (Edit::new(span.clone(), format!("${{{variable}}}")), variable),
    };
    Ok(Rewrite {
        edits: vec![edit],
        store: format!("environment variable {name} of the application"),
        notes: Vec::new(),
        need: None,
    })
}

/// Takes a value out of a Terraform configuration: a variable holds it.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn terraform(
    text: &str,
    span: &Range<usize>,
    variable: &str,
) -> Result<Rewrite, String> {
    let lexemes = lexemes(text, Language::Terraform);
    let literal = literal_around(&lexemes, span)?;
    let code = code_alone(text, &lexemes);
    let blocks = blocks(text, &code, literal.range.start);
    let has =
        |word: &str| blocks.iter().any(|(head, _)| head.split_whitespace().next() == Some(word));
    if has("backend") || has("cloud") {
        return Err(
            "the configuration of a backend takes no variables: pass it with `-backend-config`"
                .to_owned(),
        );
    }
    let line = line_at(text, literal.range.start);
    let before = code[line.start..literal.range.start].trim();
    if before.is_empty() || code[literal.range.end..].trim_start().starts_with(['=', ':']) {
        let is_in_list =
            code[..literal.range.start].trim_end().ends_with(['[', ',', '(', '?', ':', '=']);
        if !is_in_list && literal.form != Form::Heredoc {
            return Err("it is a name and no value".to_owned());
        }
    }
    let is_whole = text[literal.content.clone()].trim() == &text[span.clone()];
    if let Some((head, open)) = blocks.iter().find(|(head, _)| head.starts_with("variable ")) {
        let name = head.trim_start_matches("variable ").trim().trim_matches('"').to_owned();
        let is_default = before.strip_suffix('=').map(str::trim) == Some("default");
        if !is_default || blocks.len() != 1 || !is_whole || literal.form == Form::Heredoc {
            return Err("it is a part of the default of a variable: delete it there".to_owned());
        }
        let body = &code[*open..];
        let body = &body[..body.find('}').unwrap_or(body.len())];
        let is_sensitive = words(body, "sensitive").next().is_some();
        let edit = match is_sensitive {
            true => {
                let end =
                    text[line.end..].find('\n').map_or(text.len(), |feed| line.end + feed + 1);
                Edit::new(line.start..end, "")
            }
            false => {
                let start = line.start + text[line.clone()].find("default").unwrap_or(0);
                Edit::new(start..literal.range.end, "sensitive = true")
            }
        };
        return Ok(Rewrite {
            edits: vec![edit],
            store: format!("TF_VAR_{name} in the environment of Terraform"),
            notes: Vec::new(),
            need: None,
        });
    }
    let name = variable.to_ascii_lowercase();
    let edit = match literal.form {
        Form::Template if is_whole => Edit::new(literal.range.clone(), format!("var.{name}")),
        _ => Edit::new(span.clone(), format!("${{var.{name}}}")),
    };
    Ok(Rewrite {
        edits: vec![edit],
        store: format!("TF_VAR_{name} in the environment of Terraform"),
        notes: Vec::new(),
        need: Some(Need::Declaration(name)),
    })
}

/// The blocks around a position, the innermost first: what stands before each brace, and where that is.
fn blocks<'t>(text: &'t str, code: &str, at: usize) -> Vec<(&'t str, usize)> {
    let mut open = Vec::new();
    for (position, byte) in code[..at].bytes().enumerate() {
        match byte {
            b'{' => open.push(position),
            b'}' => drop(open.pop()),
            _ => {}
        }
    }
    let head = |position: usize| {
        let line = line_at(text, position);
        (text[line.start..position].trim(), position)
    };
    open.into_iter().rev().map(head).collect()
}

/// The names of the variables that a Terraform text declares.
pub(super) fn declared(text: &str) -> Vec<String> {
    let lexemes = lexemes(text, Language::Terraform);
    let code = code_alone(text, &lexemes);
    let named = lexemes.iter().filter(|lexeme| {
        let start = line_at(text, lexeme.range.start).start;
        code[start..lexeme.range.start].trim() == "variable"
    });
    let mut names: Vec<String> =
        named.map(|lexeme| text[lexeme.content.clone()].to_owned()).collect();
    // The name may stand without quotes.
    names.extend(code.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("variable ")?.split('{').next()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }));
    names
}

/// Takes a value out of a file of Terraform's values: the line goes.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn terraform_values(text: &str, span: &Range<usize>) -> Result<Rewrite, String> {
    let lexemes = lexemes(text, Language::Terraform);
    let literal = literal_around(&lexemes, span)?;
    let code = code_alone(text, &lexemes);
    let line = line_at(text, literal.range.start);
    let before = code[line.start..literal.range.start].trim();
    let name = before.strip_suffix('=').map(str::trim).unwrap_or_default();
    let is_simple = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && blocks(text, &code, literal.range.start).is_empty()
        && literal.range.end <= line.end;
    if !is_simple {
        return Err("it is a part of a value: take it out by hand, and pass the rest with TF_VAR_"
            .to_owned());
    }
    let end = text[line.end..].find('\n').map_or(text.len(), |feed| line.end + feed + 1);
    Ok(Rewrite {
        edits: vec![Edit::new(line.start..end, "")],
        store: format!("TF_VAR_{name} in the environment of Terraform"),
        notes: Vec::new(),
        need: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::*;

    fn of(
        text: &str,
        rewrite: impl Fn(&str, &Range<usize>) -> Result<Rewrite, String>,
    ) -> Result<String, String> {
        let start = text.find("SEKRET").unwrap();
        let rewrite = rewrite(text, &(start..text.rfind("SEKRET").unwrap() + 6))?;
        Ok(applied(text, &rewrite.edits))
    }

    #[test]
    fn names_of_the_environment_stay() {
        let cases = [
            ("A=1\nK=SEKRET\nB=2\n", "A=1\nK=\nB=2\n"),
            ("export K=\"SEKRET\" # c\r\n", "export K= # c\r\n"),
            ("K='SEKRET\nx\nSEKRET'\nB=2\n", "K=\nB=2\n"),
            ("U=postgres://a:SEKRET@b/c\n", "U=\n"),
            ("K=\"a\nb\"\nL=SEKRET", "K=\"a\nb\"\nL="),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text, env).as_deref(), Ok(expected));
        }
        for (text, word) in [("# K=SEKRET\n", "comment"), ("SEKRET\n", "no line"), ("\n", "")] {
            if !word.is_empty() {
                assert!(of(text, env).unwrap_err().contains(word), "{text}");
            }
        }
    }

    #[test]
    fn properties_refer_to_the_environment() {
        let properties = |text: &str, span: &Range<usize>| properties(text, span, "API_KEY");
        for (text, expected) in [
            ("a=b\nk = SEKRET\n", "a=b\nk = ${API_KEY}\n"),
            ("u: a://b:SEKRET@c\n", "u: a://b:${API_KEY}@c\n"),
            ("k=${K:SEKRET}\n", "k=${K}\n"),
        ] {
            assert_eq!(of(text, properties).as_deref(), Ok(expected));
        }
        assert!(of("! k=SEKRET\n", properties).is_err());
    }

    #[test]
    fn terraform_takes_values_from_variables() {
        let terraform = |text: &str, span: &Range<usize>| terraform(text, span, "API_KEY");
        let cases = [
            (
                "resource \"a\" \"b\" {\n  k = \"SEKRET\"\n}\n",
                "resource \"a\" \"b\" {\n  k = var.api_key\n}\n",
            ),
            ("x = \"a:SEKRET@${b}\"\n", "x = \"a:${var.api_key}@${b}\"\n"),
            ("x = <<E\na SEKRET\nE\n", "x = <<E\na ${var.api_key}\nE\n"),
            ("x = [\n  \"SEKRET\",\n]\n", "x = [\n  var.api_key,\n]\n"),
            (
                "variable \"k\" {\n  default = \"SEKRET\"\n}\n",
                "variable \"k\" {\n  sensitive = true\n}\n",
            ),
            (
                "variable \"k\" {\n  default = \"SEKRET\"\n  sensitive = true\n}\n",
                "variable \"k\" {\n  sensitive = true\n}\n",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text, terraform).as_deref(), Ok(expected));
        }
        for (text, word) in [
            ("terraform {\n  backend \"s3\" {\n    k = \"SEKRET\"\n  }\n}\n", "-backend-config"),
            ("variable \"k\" {\n  default = { a = \"SEKRET\" }\n}\n", "default of a variable"),
            ("# SEKRET\n", "comment"),
        ] {
            assert!(of(text, terraform).unwrap_err().contains(word), "{text}");
        }
        assert_eq!(of("a = 1\nk = \"SEKRET\"\n", terraform_values).as_deref(), Ok("a = 1\n"));
        assert!(of("k = { a = \"SEKRET\" }\n", terraform_values).is_err());
        assert_eq!(
            declared("variable \"a\" {}\n# variable \"b\" {}\nvariable c {\n}\n"),
            ["a", "c"]
        );
    }
}
