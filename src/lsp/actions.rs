//! Code actions: what an editor offers to do about a secret.

use std::collections::HashMap;

use jiff::{ToSpan as _, Zoned};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Command, Position, Range, TextEdit, Uri,
    WorkspaceEdit,
};
use serde_json::Value;

use super::document::Document;
use super::scan::Found;

/// The command that accepts a secret: file, line.
pub(super) const ACCEPT: &str = "sprawl.accept";

/// The command that explains a line: file, line.
pub(super) const EXPLAIN: &str = "sprawl.explain";

/// Days for which a suppression holds.
const DAYS: i64 = 90;

/// How a language reads a variable of the environment.
enum Reference {
    /// In place of a literal with its quotes; `{}` is the name.
    Expression(&'static str),
    /// In place of the value, with or without quotes.
    Value(&'static str),
}

/// The actions for a secret.
pub(super) fn actions(
    uri: &Uri,
    document: &Document,
    found: &Found,
    owner: &str,
) -> Vec<CodeActionOrCommand> {
    let mut all = Vec::new();
    all.extend(reference(uri, document, found));
    all.extend(suppression(uri, document, found, owner));
    let place = vec![Value::from(uri.as_str()), Value::from(found.range.start.line + 1)];
    let command = |title: String, name: &str| {
        CodeActionOrCommand::CodeAction(CodeAction {
            title: title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![found.diagnostic()]),
            command: Some(Command {
                title,
                command: name.to_owned(),
                arguments: Some(place.clone()),
            }),
            ..CodeAction::default()
        })
    };
    let until = last_day();
    all.push(command(format!("Accept until {until}, owner {owner}: it is being replaced"), ACCEPT));
    all.push(command("Explain why this is reported".to_owned(), EXPLAIN));
    all
}

/// The day on which what is offered here ends.
pub(super) fn last_day() -> String {
    Zoned::now()
        .checked_add(DAYS.days())
        .map_or_else(|_| String::new(), |day| day.date().to_string())
}

fn edit(
    uri: &Uri,
    title: String,
    found: &Found,
    range: Range,
    text: String,
) -> CodeActionOrCommand {
    // The type of the protocol; nothing depends on its order.
    #[expect(clippy::mutable_key_type, reason = "the protocol's own type")]
    let changes = HashMap::from([(uri.clone(), vec![TextEdit { range, new_text: text }])]);
    CodeActionOrCommand::CodeAction(CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![found.diagnostic()]),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    })
}

/// Puts a reference to the environment into the place of a literal.
fn reference(uri: &Uri, document: &Document, found: &Found) -> Option<CodeActionOrCommand> {
    if found.is_encoded || found.range.start.line != found.range.end.line {
        return None;
    }
    let name = variable(found);
    let start = document.offset(found.range.start);
    let end = document.offset(found.range.end);
    let before = document.text[..start].chars().next_back();
    let after = document.text[end..].chars().next();
    let is_quoted = before == after && matches!(before, Some('"' | '\'' | '`'));
    let (range, text) = match language(&document.language)? {
        Reference::Expression(form) if is_quoted => {
            let Range { start, end } = found.range;
            let start = Position::new(start.line, start.character - 1);
            let end = Position::new(end.line, end.character + 1);
            (Range::new(start, end), form.replace("{}", &name))
        }
        // A part of a longer literal is not an expression.
        Reference::Expression(_) => return None,
        Reference::Value(form) => (found.range, form.replace("{}", &name)),
    };
    Some(edit(uri, format!("Read {name} from the environment"), found, range, text))
}

/// A name for the variable: that of what the value is assigned to, or else of its type.
fn variable(found: &Found) -> String {
    let name = found.name.as_deref().unwrap_or(&found.rule);
    let last = name.rsplit(['.', ':', '/', ' ']).next().unwrap_or(name);
    let mut shown = String::new();
    let mut was_lower = false;
    for c in last.chars() {
        let is_start = c.is_ascii_uppercase() && was_lower;
        if (is_start || !c.is_ascii_alphanumeric()) && !shown.ends_with('_') && !shown.is_empty() {
            shown.push('_');
        }
        if c.is_ascii_alphanumeric() {
            shown.push(c.to_ascii_uppercase());
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let shown = shown.trim_matches('_');
    match shown.chars().next() {
        Some(c) if c.is_ascii_alphabetic() => shown.to_owned(),
        _ => "SECRET".to_owned(),
    }
}

fn language(language: &str) -> Option<Reference> {
    Some(match language {
        "python" => Reference::Expression("os.environ[\"{}\"]"),
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" | "vue" | "svelte" => {
            Reference::Expression("process.env.{}")
        }
        "ruby" => Reference::Expression("ENV.fetch(\"{}\")"),
        "go" => Reference::Expression("os.Getenv(\"{}\")"),
        "rust" => Reference::Expression("&std::env::var(\"{}\")?"),
        "java" | "kotlin" | "scala" | "groovy" => Reference::Expression("System.getenv(\"{}\")"),
        "csharp" => Reference::Expression("Environment.GetEnvironmentVariable(\"{}\")"),
        "php" => Reference::Expression("getenv('{}')"),
        "perl" => Reference::Expression("$ENV{'{}'}"),
        "elixir" => Reference::Expression("System.fetch_env!(\"{}\")"),
        "swift" => Reference::Expression("ProcessInfo.processInfo.environment[\"{}\"]"),
        "lua" => Reference::Expression("os.getenv(\"{}\")"),
        "powershell" => Reference::Expression("$env:{}"),
        "shellscript" | "sh" | "bash" | "zsh" | "yaml" | "dockercompose" | "docker-compose"
        | "properties" | "dotenv" => Reference::Value("${{}}"),
        _ => return None,
    })
}

/// Puts a comment on the line that lets the finding pass, with its owner and its end.
fn suppression(
    uri: &Uri,
    document: &Document,
    found: &Found,
    owner: &str,
) -> Option<CodeActionOrCommand> {
    let (open, close) = comment(&document.language)?;
    let until = last_day();
    let line = found.range.end.line;
    let end = document.end_of(line);
    let text = format!("  {open} sprawl:allow {} until={until} owner={owner}{close}", found.rule);
    let title = format!("Suppress with a comment until {until}, owner {owner}");
    // A value over several lines may end within a literal.
    (found.range.start.line == line).then(|| edit(uri, title, found, Range::new(end, end), text))
}

/// How a language begins and ends a comment at the end of a line.
fn comment(language: &str) -> Option<(&'static str, &'static str)> {
    Some(match language {
        "python" | "ruby" | "shellscript" | "sh" | "bash" | "zsh" | "yaml" | "toml" | "perl"
        | "elixir" | "powershell" | "dockerfile" | "dockercompose" | "docker-compose"
        | "makefile" | "terraform" | "r" | "julia" | "hcl" => ("#", ""),
        "javascript" | "javascriptreact" | "typescript" | "typescriptreact" | "go" | "rust"
        | "java" | "kotlin" | "scala" | "groovy" | "csharp" | "php" | "swift" | "c" | "cpp"
        | "objective-c" | "dart" | "jsonc" | "json5" => ("//", ""),
        "lua" | "sql" | "haskell" => ("--", ""),
        "html" | "xml" | "markdown" | "vue" | "svelte" => ("<!--", " -->"),
        "css" | "scss" | "less" => ("/*", " */"),
        _ => return None,
    })
}
