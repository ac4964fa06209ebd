//! Imports that a reference needs, where they belong in a file.

use std::ops::Range;

use super::edit::{Edit, line_at, line_end};
use super::language::Language;
use super::lexer::{Form, Lexeme, code_alone, lexemes};
use super::source::is_word;

/// The edit that imports `os` into a Python text before a position, if nothing does.
pub(super) fn python(text: &str, before: usize) -> Option<Edit> {
    let lexemes = lexemes(text, Language::Python);
    let code = code_alone(text, &lexemes);
    let mut first = None;
    let mut after_future = 0;
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if range.start > before {
            break;
        }
        let is_import = line.starts_with("import ") || line.starts_with("from ");
        if !is_import {
            continue;
        }
        if line.starts_with("from __future__") {
            after_future = statement_end(&code, range.start);
            continue;
        }
        first = first.or(Some(range.start));
        let names = line.strip_prefix("import ").unwrap_or_default();
        if names.split([',', ';']).any(|name| name.trim() == "os") {
            return None;
        }
    }
    let end = line_end(text);
    if let Some(first) = first {
        return Some(Edit::new(first..first, format!("import os{end}")));
    }
    let start = match after_future {
        0 => header_end(text, &lexemes),
        after => after,
    };
    let gap = if text[start..].starts_with(['\n', '\r']) || start == text.len() { "" } else { end };
    let lead = if start > 0 && !text[..start].ends_with('\n') { end } else { "" };
    Some(Edit::new(start..start, format!("{lead}import os{end}{gap}")))
}

/// Where the line behind a statement begins, which may go on in brackets.
fn statement_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'\n' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Where the code begins: behind the line for the shell, comments at the top and the documentation.
fn header_end(text: &str, lexemes: &[Lexeme]) -> usize {
    let mut at = 0;
    for lexeme in lexemes {
        if !text[at..]
            .get(..lexeme.range.start.saturating_sub(at))
            .is_some_and(|gap| gap.trim().is_empty())
        {
            break;
        }
        let line = line_at(text, lexeme.range.end);
        let rest = text[lexeme.range.end..line.end].trim();
        let is_alone =
            rest.is_empty() && line_at(text, lexeme.range.start).start == lexeme.range.start;
        if !is_alone || (!lexeme.is_string() && lexeme.form != Form::Comment) {
            break;
        }
        at = text[line.end..].find('\n').map_or(text.len(), |feed| line.end + feed + 1);
        if lexeme.is_string() {
            break;
        }
    }
    at
}

/// The name by which a Go text calls the package `os`.
pub(super) fn go_name<'t>(text: &'t str, lexemes: &[Lexeme], code: &'t str) -> &'t str {
    let import = go_imports(text, lexemes, code).into_iter().find(|import| import.path == "os");
    import.and_then(|import| import.name).unwrap_or("os")
}

/// The edit that imports `os` into a Go text, if nothing does.
pub(super) fn go(text: &str) -> Option<Edit> {
    let lexemes = lexemes(text, Language::Go);
    let code = code_alone(text, &lexemes);
    let imports = go_imports(text, &lexemes, &code);
    let end = line_end(text);
    if imports.iter().any(|import| import.path == "os" && import.name != Some("_")) {
        return None;
    }
    if let Some(block) = imports.iter().find(|import| import.in_block) {
        // In the first group of the block, in order.
        let mut last = block;
        let group = imports
            .iter()
            .filter(|import| import.in_block && import.range.start >= block.range.start);
        for import in group {
            let between = &text[last.range.end..import.range.start.max(last.range.end)];
            if between.matches('\n').count() > 1 || (import.path > "os" && import != last) {
                break;
            }
            last = import;
        }
        let line = line_at(text, last.range.start);
        let indent: String = text[line.clone()].chars().take_while(|c| c.is_whitespace()).collect();
        if last.path > "os" {
            return Some(Edit::new(line.start..line.start, format!("{indent}\"os\"{end}")));
        }
        return Some(Edit::new(line.end..line.end, format!("{end}{indent}\"os\"")));
    }
    if let Some(import) = imports.last() {
        let line = line_at(text, import.range.start);
        return Some(Edit::new(line.end..line.end, format!("{end}import \"os\"")));
    }
    let package = super::source::words(&code, "package").next()?;
    let line = line_at(text, package);
    Some(Edit::new(line.end..line.end, format!("{end}{end}import \"os\"")))
}

/// An import of a Go text.
#[derive(Debug, PartialEq, Eq)]
struct GoImport<'t> {
    range: Range<usize>,
    path: &'t str,
    name: Option<&'t str>,
    in_block: bool,
}

fn go_imports<'t>(text: &'t str, lexemes: &[Lexeme], code: &'t str) -> Vec<GoImport<'t>> {
    let mut imports = Vec::new();
    for literal in lexemes.iter().filter(|lexeme| lexeme.is_string()) {
        let before = code[..literal.range.start].trim_end_matches([' ', '\t']);
        let name = before.rsplit(|c: char| !is_word(c) && c != '.').next().unwrap_or_default();
        let (before, name) = match name {
            "" | "import" => (before, None),
            name => (before[..before.len() - name.len()].trim_end_matches([' ', '\t']), Some(name)),
        };
        let in_block = before.rfind(['(', ')']).is_some_and(|at| {
            before[at..].starts_with('(')
                && before[..at].trim_end().ends_with("import")
                && before[at + 1..]
                    .chars()
                    .all(|c| c.is_whitespace() || is_word(c) || ";.".contains(c))
        });
        if in_block || before.ends_with("import") {
            let path = &text[literal.content.clone()];
            imports.push(GoImport { range: literal.range.clone(), path, name, in_block });
        }
    }
    imports
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::*;

    fn with_python(text: &str) -> String {
        let edit = python(text, text.len());
        edit.map_or_else(|| "as before".to_owned(), |edit| applied(text, &[edit]))
    }

    fn with_go(text: &str) -> String {
        go(text).map_or_else(|| "as before".to_owned(), |edit| applied(text, &[edit]))
    }

    #[test]
    fn python_imports_stand_where_they_belong() {
        assert_eq!(with_python("x = 1\n"), "import os\n\nx = 1\n");
        assert_eq!(with_python("import sys\nx = 1\n"), "import os\nimport sys\nx = 1\n");
        assert_eq!(with_python("import sys, os\n"), "as before");
        assert_eq!(
            with_python("'''import os'''\nx = 1\n"),
            "'''import os'''\nimport os\n\nx = 1\n"
        );
        assert_eq!(
            with_python(
                "#!/usr/bin/env python3\n# c\n\"\"\"Doc\n\"\"\"\nfrom __future__ import annotations\n\nx = 1\n"
            ),
            "#!/usr/bin/env python3\n# c\n\"\"\"Doc\n\"\"\"\nfrom __future__ import annotations\nimport os\n\nx = 1\n"
        );
        assert_eq!(
            with_python("def f():\n    import os\n"),
            "import os\n\ndef f():\n    import os\n"
        );
        assert_eq!(with_python("a\r\nimport sys\r\n"), "a\r\nimport os\r\nimport sys\r\n");
    }

    #[test]
    fn go_imports_stand_where_they_belong() {
        assert_eq!(
            with_go("package a\n\nfunc f() {}\n"),
            "package a\n\nimport \"os\"\n\nfunc f() {}\n"
        );
        assert_eq!(
            with_go("package a\nimport \"fmt\"\n"),
            "package a\nimport \"fmt\"\nimport \"os\"\n"
        );
        assert_eq!(
            with_go("package a\nimport (\n\t\"fmt\"\n\t\"strings\"\n\n\tx \"y/z\"\n)\n"),
            "package a\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strings\"\n\n\tx \"y/z\"\n)\n"
        );
        assert_eq!(
            with_go("package a\nimport (\n\t\"strings\"\n)\n"),
            "package a\nimport (\n\t\"os\"\n\t\"strings\"\n)\n"
        );
        assert_eq!(with_go("package a\nimport (\n\tsystem \"os\"\n)\n"), "as before");
        let text = "package a\nimport system \"os\"\n";
        let lexemes = lexemes(text, Language::Go);
        let code = code_alone(text, &lexemes);
        assert_eq!(go_name(text, &lexemes, &code), "system");
    }
}
