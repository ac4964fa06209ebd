//! Source code: a reference to the environment in place of a string literal, or of a part of one.

use std::ops::Range;

use super::edit::{Edit, Need, Rewrite, line_at};
use super::fallback;
use super::language::{BROWSER, Language};
use super::lexer::{Form, Lexeme, code_alone, lexemes};

/// Takes a value out of a literal of source code.
///
/// # Errors
/// Why it cannot be done well.
pub(super) fn rewrite(
    language: Language,
    text: &str,
    span: &Range<usize>,
    variable: &str,
) -> Result<Rewrite, String> {
    let lexemes = lexemes(text, language);
    let literal = literal_around(&lexemes, span)?;
    let code = code_alone(text, &lexemes);
    let place = Place { language, text, code: &code, lexemes: &lexemes, literal, span };
    place.check()?;
    if let Some(rewrite) = fallback::rewrite(&place) {
        return Ok(rewrite);
    }
    let reference = place.reference(variable);
    let mut edits = match literal.form {
        Form::Heredoc | Form::Raw if literal.range == literal.content => {
            place.in_lines(&reference)?
        }
        _ if place.is_whole() && !place.is_tagged() => {
            vec![Edit::new(literal.range.clone(), reference)]
        }
        Form::Template => vec![Edit::new(span.clone(), place.interpolated(variable))],
        _ => place.concatenated(&reference)?,
    };
    if language == Language::Go {
        edits.splice(0..0, place.var_for_const()?);
    }
    let need = match language {
        Language::Python => Some(Need::PythonOs),
        Language::Go => Some(Need::GoOs),
        _ => None,
    };
    Ok(Rewrite {
        edits,
        store: format!("environment variable {variable} of the program"),
        notes: Vec::new(),
        need,
    })
}

/// The literal that holds all of a value.
pub(super) fn literal_around<'l>(
    lexemes: &'l [Lexeme],
    span: &Range<usize>,
) -> Result<&'l Lexeme, String> {
    let holds = |range: &Range<usize>| range.start <= span.start && span.end <= range.end;
    let meets = |range: &Range<usize>| range.start < span.end && span.start < range.end;
    let within = |lexeme: &&Lexeme| {
        holds(&lexeme.range) && !lexeme.holes.iter().any(|hole| holds(hole) && hole.len() > 2)
    };
    let Some(found) = lexemes.iter().filter(within).min_by_key(|lexeme| lexeme.range.len()) else {
        let is_cut = lexemes.iter().any(|lexeme| lexeme.is_string() && meets(&lexeme.range));
        let why = if is_cut {
            "the value is put together from several literals"
        } else {
            "it is not in a string literal"
        };
        return Err(why.to_owned());
    };
    match found.form {
        Form::Comment => return Err("it is in a comment: delete it there".to_owned()),
        Form::Other => return Err("it is in a literal that is not a string".to_owned()),
        _ => {}
    }
    if found.holes.iter().any(&meets) || !holds(&found.content) {
        return Err("the value is put together from several parts".to_owned());
    }
    let is_nested =
        lexemes.iter().any(|outer| outer.holes.iter().any(|hole| holds_range(hole, &found.range)));
    if is_nested {
        return Err("it is in an expression within another literal".to_owned());
    }
    Ok(found)
}

fn holds_range(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// A value in a literal, and what is around that.
pub(super) struct Place<'t> {
    pub(super) language: Language,
    pub(super) text: &'t str,
    /// The text without literals and comments.
    pub(super) code: &'t str,
    lexemes: &'t [Lexeme],
    pub(super) literal: &'t Lexeme,
    span: &'t Range<usize>,
}

impl<'t> Place<'t> {
    /// Whether the literal holds the value and nothing else.
    pub(super) fn is_whole(&self) -> bool {
        let Range { start, end } = self.literal.content;
        let is_blank = |part: &str| part.chars().all(char::is_whitespace);
        is_blank(&self.text[start..self.span.start]) && is_blank(&self.text[self.span.end..end])
    }

    /// Code before the literal, without blanks at its end.
    pub(super) fn before(&self) -> &'t str {
        self.code[..self.literal.range.start].trim_end()
    }

    /// Code behind the literal, without blanks at its start.
    pub(super) fn after(&self) -> &'t str {
        self.code[self.literal.range.end..].trim_start()
    }

    /// Code of the same line before the literal.
    fn head(&self) -> &'t str {
        let start = line_at(self.text, self.literal.range.start).start;
        &self.code[start..self.literal.range.start]
    }

    /// Code of the same statement before the literal.
    fn statement(&self) -> &'t str {
        let before = &self.code[..self.literal.range.start];
        let start = before.rfind([';', '{', '}']).map_or(0, |at| at + 1);
        &before[start..]
    }

    /// The word before the literal.
    fn word_before(&self) -> &'t str {
        self.before().rsplit(|c: char| !is_word(c)).next().unwrap_or_default()
    }

    /// Brackets around the literal, the innermost first: where each is.
    pub(super) fn brackets(&self) -> Vec<usize> {
        let mut open = Vec::new();
        for (at, byte) in self.code[..self.literal.range.start].bytes().enumerate() {
            match byte {
                b'(' | b'[' | b'{' => open.push(at),
                b')' | b']' | b'}' => drop(open.pop()),
                _ => {}
            }
        }
        open.reverse();
        open
    }

    /// Whether another string stands before or behind the literal, with nothing between.
    fn is_beside_another(&self) -> bool {
        let (from, to) = (self.before().len(), self.text.len() - self.after().len());
        self.lexemes.iter().filter(|other| other.is_string() && *other != self.literal).any(
            |other| {
                (other.range.end > from && other.range.end <= self.literal.range.start)
                    || (other.range.start >= self.literal.range.end && other.range.start < to)
            },
        )
    }

    /// Whether a function makes something of the literal of which it is only a part.
    fn is_tagged(&self) -> bool {
        let is_template = self.literal.close(self.text) == "`"
            && matches!(self.language, Language::JavaScript | Language::TypeScript);
        is_template
            && self.before().ends_with(|c: char| is_word(c) || c == ')' || c == ']')
            && !matches!(
                self.word_before(),
                "return" | "case" | "of" | "in" | "typeof" | "await" | "default"
            )
    }

    /// Makes sure that an expression may stand here.
    fn check(&self) -> Result<(), String> {
        let refused = match self.language {
            Language::Python => self.python(),
            Language::JavaScript | Language::TypeScript => self.script(),
            Language::Go => self.go(),
            Language::Java => self.java(),
            Language::Ruby => self.ruby(),
            Language::Php => self.php(),
            _ => None,
        };
        if let Some(why) = refused {
            return Err(why.to_owned());
        }
        let backslashes =
            self.text[..self.span.start].bytes().rev().take_while(|byte| *byte == b'\\');
        if self.literal.form != Form::Raw && !backslashes.count().is_multiple_of(2) {
            return Err("an escape stands before the value".to_owned());
        }
        Ok(())
    }

    fn python(&self) -> Option<&'static str> {
        let line_after = self.after_on_line();
        let is_alone = self.head().trim().is_empty()
            && line_after.trim().is_empty()
            && self.brackets().is_empty()
            && !self.before().ends_with('\\');
        let is_literal_type = self.brackets().first().is_some_and(|at| {
            self.code.as_bytes()[*at] == b'[' && self.code[..*at].trim_end().ends_with("Literal")
        });
        if is_alone {
            Some("a text that stands by itself, as documentation does: delete the value there")
        } else if self.is_beside_another() {
            Some("the literal is put together with the one beside it")
        } else if is_literal_type
            || (self.word_before() == "case" && line_after.trim_start().starts_with(':'))
        {
            Some("only a constant may stand here")
        } else {
            None
        }
    }

    fn after_on_line(&self) -> &'t str {
        let rest = &self.code[self.literal.range.end..];
        rest.split('\n').next().unwrap_or_default()
    }

    fn script(&self) -> Option<&'static str> {
        const SIGNS: &[&str] = &["document.", "window.", "localStorage.", "import.meta.env"];
        let has = |sign: &&str| {
            self.code
                .match_indices(*sign)
                .any(|(at, _)| !self.code[..at].ends_with(|c: char| is_word(c) || c == '.'))
        };
        if SIGNS.iter().any(has) {
            return Some(BROWSER);
        }
        let after = self.after();
        let is_key = after.starts_with(':') && self.before().ends_with(['{', ',']);
        let in_enum = self.brackets().first().is_some_and(|at| {
            let head = self.code[..*at].rsplit([';', '}', '{']).next().unwrap_or_default();
            self.code.as_bytes()[*at] == b'{'
                && head.split(|c: char| !is_word(c)).any(|word| word == "enum")
        });
        let statement = self.statement().trim_start();
        let is_type = statement.trim_start_matches("export ").trim_start().starts_with("type ");
        if is_key {
            Some("the value is the key of a property")
        } else if in_enum
            || (is_type && self.language == Language::TypeScript)
            || after.starts_with("as const")
        {
            Some("only a constant may stand here")
        } else {
            None
        }
    }

    fn go(&self) -> Option<&'static str> {
        let before = self.before();
        let is_operand = before.ends_with(|c: char| is_word(c) || c == ']' || c == '}' || c == ')');
        if is_operand && !matches!(self.word_before(), "return" | "case" | "range" | "else") {
            return Some("a tag of a field: only a constant may stand here");
        }
        None
    }

    /// A constant that becomes a variable, because only those can be set when the program starts.
    fn var_for_const(&self) -> Result<Option<Edit>, String> {
        if let Some(open) = self.brackets().first()
            && self.code[..*open].trim_end().ends_with("const")
        {
            return Err(
                "a constant of a block: declare it as a variable outside of the block first"
                    .to_owned(),
            );
        }
        let head = self.head();
        let trimmed = head.trim_start();
        let Some(rest) = trimmed.strip_prefix("const ") else { return Ok(None) };
        let name: String = rest.trim_start().chars().take_while(|c| is_word(*c)).collect();
        let uses = words(self.code, &name).count();
        let in_const = self.code.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("const ")
                && line
                    .split_once('=')
                    .is_some_and(|(_, value)| words(value, &name).next().is_some())
        });
        if in_const {
            return Err(
                "another constant is made from this one: make variables of both first".to_owned()
            );
        }
        if head != trimmed && uses < 2 {
            return Err("a constant that nothing uses: delete it".to_owned());
        }
        let start = self.literal.range.start - trimmed.len();
        Ok(Some(Edit::new(start..start + "const".len(), "var")))
    }

    fn java(&self) -> Option<&'static str> {
        let is_annotation = |at: &usize| {
            let before = self.code[..*at].trim_end();
            let name = before.rsplit(|c: char| !is_word(c) && c != '.').next().unwrap_or_default();
            before[..before.len() - name.len()].ends_with('@')
        };
        if self.brackets().iter().any(is_annotation) {
            return Some("an annotation takes constants only");
        }
        if self.word_before() == "case" {
            return Some("only a constant may stand here");
        }
        let statement = self.statement();
        let has = |word: &str| words(statement, word).next().is_some();
        if has("final") {
            let name = statement.trim_end().trim_end_matches('=').trim_end();
            let name = name.rsplit(|c: char| !is_word(c)).next().unwrap_or_default();
            let is_constant_use = |line: &str| {
                let line = line.trim_start();
                (line.starts_with('@') || line.starts_with("case "))
                    && words(line, name).next().is_some()
            };
            if !name.is_empty() && self.code.lines().any(is_constant_use) {
                return Some("an annotation or `case` uses the constant");
            }
        }
        if self.literal.open(self.text) == "\"\"\"" && !self.is_whole() {
            return Some("the value is a part of a text block");
        }
        None
    }

    fn ruby(&self) -> Option<&'static str> {
        let bytes = self.text.as_bytes();
        let Range { start, end } = self.literal.range;
        if self.literal.close(self.text) == "`" {
            return Some("a command line shows what is in it to everybody on the machine");
        }
        if self.is_beside_another() {
            return Some("the literal is put together with the one beside it");
        }
        let is_symbol =
            start > 0 && bytes[start - 1] == b':' && !self.text[..start - 1].ends_with(':');
        (is_symbol || bytes.get(end) == Some(&b':')).then_some("the value is a symbol or a key")
    }

    fn php(&self) -> Option<&'static str> {
        let statement = self.statement();
        let has = |word: &str| words(statement, word).next().is_some();
        let is_static =
            words(statement, "static").any(|at| statement[at + 6..].trim_start().starts_with('$'));
        let is_declared =
            ["const", "public", "protected", "private", "var", "readonly"].into_iter().any(has);
        if (is_declared || is_static) && !has("new") && !has("define") {
            return Some(
                "constants and defaults of properties must be known when the program is compiled: set it in \
                         the constructor",
            );
        }
        if has("function") || has("fn") && !statement.contains("=>") {
            return Some("the default of a parameter must be known when the program is compiled");
        }
        let is_attribute = |at: &usize| self.code[..*at].ends_with('#');
        self.brackets().iter().any(is_attribute).then_some("an attribute takes constants only")
    }

    /// The expression for all of a literal.
    fn reference(&self, variable: &str) -> String {
        match self.language {
            Language::Python if self.is_bytes() => format!("os.environ[\"{variable}\"].encode()"),
            Language::Python => format!("os.environ[\"{variable}\"]"),
            Language::TypeScript => format!("process.env.{variable}!"),
            Language::JavaScript => format!("process.env.{variable}"),
            Language::Go => self.go_reference(variable),
            Language::Java => format!("System.getenv(\"{variable}\")"),
            Language::Ruby => format!("ENV.fetch(\"{variable}\")"),
            _ => format!("getenv('{variable}')"),
        }
    }

    fn is_bytes(&self) -> bool {
        self.literal.open(self.text).contains(['b', 'B'])
    }

    /// A declaration with a type of one's own takes no string.
    fn go_reference(&self, variable: &str) -> String {
        let os = super::imports::go_name(self.text, self.lexemes, self.code);
        let call = format!("{os}.Getenv(\"{variable}\")");
        let head = self.head().trim();
        let declared = ["var ", "const "].into_iter().find_map(|word| head.strip_prefix(word));
        let typed = declared.and_then(|rest| rest.trim_end().strip_suffix('=')).map(str::trim);
        let kind = typed
            .and_then(|typed| typed.split_once(char::is_whitespace))
            .map(|(_, kind)| kind.trim());
        match kind {
            Some(kind) if kind != "string" && !kind.is_empty() => format!("{kind}({call})"),
            _ => call,
        }
    }

    /// The expression within a literal that takes expressions.
    fn interpolated(&self, variable: &str) -> String {
        match self.language {
            Language::Python => {
                // Before 3.12 the quotes of the literal may not be in it.
                let quote = if self.literal.close(self.text).starts_with('"') { '\'' } else { '"' };
                format!("{{os.environ[{quote}{variable}{quote}]}}")
            }
            Language::Ruby => format!("#{{ENV.fetch(\"{variable}\")}}"),
            _ => format!("${{{}}}", self.reference(variable)),
        }
    }

    /// The value in lines of a literal that has no quotes.
    fn in_lines(&self, reference: &str) -> Result<Vec<Edit>, String> {
        match (self.language, self.literal.form) {
            (Language::Ruby, Form::Heredoc) => {
                Ok(vec![Edit::new(self.span.clone(), format!("#{{{reference}}}"))])
            }
            _ => Err("the value is in a heredoc".to_owned()),
        }
    }

    /// The literal in two parts, with the expression between them.
    fn concatenated(&self, reference: &str) -> Result<Vec<Edit>, String> {
        let Lexeme { range, content, .. } = self.literal;
        if self.language == Language::Go && words(self.head(), "const").next().is_some() {
            return Err("the value is a part of a constant".to_owned());
        }
        let (open, close) = (self.literal.open(self.text), self.literal.close(self.text));
        let plus = if self.language == Language::Php { " . " } else { " + " };
        let (is_first, is_last) = (content.start == self.span.start, content.end == self.span.end);
        let start = if is_first { range.start } else { self.span.start };
        let end = if is_last { range.end } else { self.span.end };
        let mut new = String::new();
        if !is_first {
            new.push_str(close);
            new.push_str(plus);
        }
        new.push_str(reference);
        if !is_last {
            new.push_str(plus);
            new.push_str(open);
        }
        let mut edits = vec![Edit::new(start..end, new)];
        // Edits of their own, so that those of two values in one literal are the same.
        if self.needs_brackets() {
            edits.insert(0, Edit::new(range.start..range.start, "("));
            edits.push(Edit::new(range.end..range.end, ")"));
        }
        Ok(edits)
    }

    /// Whether what is around the literal may bind closer than the sign between its parts.
    fn needs_brackets(&self) -> bool {
        let before = self.before();
        let is_free_before = before.is_empty()
            || (before.ends_with(['(', ',', '[', '{', '=', ':', ';']) && !before.ends_with("=="))
            || before.ends_with("=>")
            || matches!(self.word_before(), "return" | "echo" | "puts" | "else");
        let line_after = self.after_on_line().trim();
        let ends_by_line = !matches!(self.language, Language::Java | Language::Php);
        let after = self.after();
        let is_free_after = after.is_empty()
            || after.starts_with([')', ',', ']', '}', ';'])
            || (ends_by_line
                && line_after.is_empty()
                && !after.starts_with(['.', '?', '%', '*', '[', '(']));
        !is_free_before || !is_free_after
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where a word stands in a text, and not as a part of another.
pub(super) fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        !word.is_empty()
            && !text[..*at].ends_with(is_word)
            && !text[at + word.len()..].starts_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::edit::applied;
    use super::*;

    /// The text with the value in it taken out, which is written as `SEKRET`.
    fn of(language: Language, text: &str) -> Result<String, String> {
        let start = text.find("SEKRET").unwrap();
        let rewrite = rewrite(language, text, &(start..start + 6), "API_KEY")?;
        Ok(applied(text, &rewrite.edits))
    }

    #[test]
    fn whole_literals_become_references() {
        use Language::*;
        let cases = [
            (Python, "key = \"SEKRET\"", "key = os.environ[\"API_KEY\"]"),
            (Python, "key = b'SEKRET'", "key = os.environ[\"API_KEY\"].encode()"),
            (Python, "f(k='SEKRET')", "f(k=os.environ[\"API_KEY\"])"),
            (JavaScript, "f({k: 'SEKRET'})", "f({k: process.env.API_KEY})"),
            (JavaScript, "const k = `SEKRET`", "const k = process.env.API_KEY"),
            (TypeScript, "const k: string = 'SEKRET'", "const k: string = process.env.API_KEY!"),
            (Go, "const key = \"SEKRET\"", "var key = os.Getenv(\"API_KEY\")"),
            (Go, "var key Token = \"SEKRET\"", "var key Token = Token(os.Getenv(\"API_KEY\"))"),
            (Go, "f([]byte(\"SEKRET\"))", "f([]byte(os.Getenv(\"API_KEY\")))"),
            (Java, "String k = \"SEKRET\";", "String k = System.getenv(\"API_KEY\");"),
            (Ruby, "K = 'SEKRET'.freeze", "K = ENV.fetch(\"API_KEY\").freeze"),
            (Php, "<?php $k = 'SEKRET';", "<?php $k = getenv('API_KEY');"),
            (Php, "<?php return ['k' => \"SEKRET\"];", "<?php return ['k' => getenv('API_KEY')];"),
        ];
        for (language, text, expected) in cases {
            assert_eq!(of(language, text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn parts_of_literals_become_parts_of_expressions() {
        use Language::*;
        let cases = [
            (Python, "u = \"a:SEKRET@b\"", "u = \"a:\" + os.environ[\"API_KEY\"] + \"@b\""),
            (Python, "u = \"a SEKRET\" % b", "u = (\"a \" + os.environ[\"API_KEY\"]) % b"),
            (Python, "u = 'SEKRET b'.encode()", "u = (os.environ[\"API_KEY\"] + ' b').encode()"),
            (Python, "u = f\"a{b}:SEKRET\"", "u = f\"a{b}:{os.environ['API_KEY']}\""),
            (JavaScript, "h = `Bearer SEKRET`", "h = `Bearer ${process.env.API_KEY}`"),
            (JavaScript, "h = sql`SEKRET`", "h = sql`${process.env.API_KEY}`"),
            (Go, "h := `a SEKRET`\n", "h := `a ` + os.Getenv(\"API_KEY\")\n"),
            (
                Java,
                "f(\"a SEKRET b\" + c)",
                "f((\"a \" + System.getenv(\"API_KEY\") + \" b\") + c)",
            ),
            (Ruby, "h = \"a SEKRET\"", "h = \"a #{ENV.fetch(\"API_KEY\")}\""),
            (Ruby, "h = <<~E\n  a SEKRET\nE\n", "h = <<~E\n  a #{ENV.fetch(\"API_KEY\")}\nE\n"),
            (Php, "<?php $h = \"a SEKRET\";", "<?php $h = \"a \" . getenv('API_KEY');"),
        ];
        for (language, text, expected) in cases {
            assert_eq!(of(language, text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_cannot_be_done_well_is_left_and_named() {
        use Language::*;
        let cases = [
            (Python, "# SEKRET", "comment"),
            (Python, "def f():\n  \"\"\"SEKRET\"\"\"\n", "by itself"),
            (Python, "k = 'SEKRET' 'b'", "beside"),
            (Python, "k = ('a'\n  'SEKRET')", "beside"),
            (Python, "k: Literal['SEKRET'] = x", "constant"),
            (Python, "f\"{g('SEKRET')}\"", "expression"),
            (Python, "SEKRET = 1", "not in a string"),
            (JavaScript, "f({'SEKRET': 1})", "key of a property"),
            (JavaScript, "document.x = 'SEKRET'", "browser"),
            (TypeScript, "enum E { A = 'SEKRET' }", "constant"),
            (TypeScript, "const k = 'SEKRET' as const", "constant"),
            (Go, "const (\n a = \"SEKRET\"\n)", "block"),
            (Go, "const a = \"SEKRET\"\nconst b = a + \"c\"", "another constant"),
            (Go, "type T struct { A string `k:\"SEKRET\"` }", "tag"),
            (Java, "@Value(\"SEKRET\") String k;", "annotation"),
            (Java, "static final String K = \"SEKRET\";\n@Named(K) int x;", "annotation"),
            (Java, "switch (x) { case \"SEKRET\": }", "constant"),
            (Ruby, "h = { 'SEKRET': 1 }", "symbol"),
            (Ruby, "w = %w[a SEKRET]", "not a string"),
            (Php, "<?php class A { private $k = 'SEKRET'; }", "constructor"),
            (Php, "<?php const K = 'SEKRET';", "compiled"),
            (Php, "<?php function f($k = 'SEKRET') {}", "parameter"),
            (Php, "SEKRET <?php", "not in a string"),
        ];
        for (language, text, word) in cases {
            let why = of(language, text).unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
    }
}
