//! Lexemes: the comments and string literals of a source text. A value is taken out of a literal only where it is
//! known where that begins and ends, and what stands around it.

use std::ops::Range;

use super::language::Language;

/// Comment or string literal of a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    /// All of it, with prefix and quotes.
    pub range: Range<usize>,
    /// What is between the quotes; for a comment all of it.
    pub content: Range<usize>,
    /// What it is.
    pub form: Form,
    /// Expressions within it, with their braces.
    pub holes: Vec<Range<usize>>,
}

/// Forms of lexemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Comment.
    Comment,
    /// Literal whose text stands as it is, but for escapes.
    Plain,
    /// Literal without escapes.
    Raw,
    /// Literal that may have expressions in it.
    Template,
    /// Literal of several lines between two lines of its own, with expressions in it.
    Heredoc,
    /// Literal that is no string, or one whose text cannot be cut: a character, an expression, a list of words.
    Other,
}

impl Lexeme {
    /// What stands before the content: prefix and quote.
    pub(super) fn open<'t>(&self, text: &'t str) -> &'t str {
        &text[self.range.start..self.content.start]
    }

    /// The quote at its end.
    pub(super) fn close<'t>(&self, text: &'t str) -> &'t str {
        &text[self.content.end..self.range.end]
    }

    /// Whether it is a literal with text in it.
    pub(super) fn is_string(&self) -> bool {
        !matches!(self.form, Form::Comment | Form::Other)
    }
}

/// The lexemes of a text, in the order in which they end: those within the expressions of another stand before it.
pub(super) fn lexemes(text: &str, language: Language) -> Vec<Lexeme> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), language, found: Vec::new(), depth: 0 };
    let mut at = 0;
    if language == Language::Php {
        // What stands outside of the tags is no source text.
        while let Some(open) = lexer.find("<?", at) {
            at = lexer.code(open + 2, End::PhpTag);
        }
    } else {
        while at < text.len() {
            // A brace too many.
            at = lexer.code(at, End::Text) + 1;
        }
    }
    lexer.found
}

/// Expressions within literals within expressions are followed so far.
const DEEPEST: usize = 32;

/// What ends a stretch of code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Text,
    Brace,
    PhpTag,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    language: Language,
    found: Vec<Lexeme>,
    depth: usize,
}

/// A literal that begins at the next line.
struct Pending<'t> {
    word: &'t str,
    form: Form,
}

impl<'t> Lexer<'t> {
    fn find(&self, what: &str, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        memchr::memmem::find(rest, what.as_bytes()).map(|at| from + at)
    }

    fn line_end(&self, from: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |at| from + at)
    }

    fn is_at(&self, at: usize, what: &str) -> bool {
        self.bytes[at..].starts_with(what.as_bytes())
    }

    /// Reads code up to its end; returns where it is.
    fn code(&mut self, start: usize, end: End) -> usize {
        let mut at = start;
        let mut braces = 0_usize;
        let mut pending: Vec<Pending<'t>> = Vec::new();
        while at < self.bytes.len() {
            match self.bytes[at] {
                b'\n' if !pending.is_empty() => {
                    at += 1;
                    for heredoc in std::mem::take(&mut pending) {
                        at = self.heredoc(at, &heredoc);
                    }
                    continue;
                }
                b'{' => braces += 1,
                b'}' if braces > 0 => braces -= 1,
                b'}' if end == End::Brace => return at,
                b'?' if end == End::PhpTag && self.is_at(at, "?>") => return at + 2,
                _ => {}
            }
            if let Some(stop) = self.comment(at) {
                // A tag ends a comment of a line, too.
                let tag = self.find("?>", at).filter(|tag| *tag < stop);
                let stop = match tag.filter(|_| end == End::PhpTag && !self.is_at(at, "/*")) {
                    Some(tag) => tag,
                    None => stop,
                };
                self.push(at..stop, at..stop, Form::Comment, Vec::new());
                at = stop.max(at + 1);
            } else if let Some((next, heredoc)) = self.heredoc_mark(at) {
                pending.push(heredoc);
                at = next;
            } else if let Some(next) = self.literal(at) {
                at = next;
            } else {
                at += 1;
            }
        }
        self.bytes.len()
    }

    fn push(
        &mut self,
        range: Range<usize>,
        content: Range<usize>,
        form: Form,
        holes: Vec<Range<usize>>,
    ) {
        self.found.push(Lexeme { range, content, form, holes });
    }

    /// Where a comment ends that begins here.
    fn comment(&self, at: usize) -> Option<usize> {
        let has_slashes = !matches!(self.language, Language::Python | Language::Ruby);
        let has_hash = matches!(
            self.language,
            Language::Python | Language::Ruby | Language::Php | Language::Terraform
        );
        // In PHP `#[` begins an attribute.
        if has_hash
            && self.bytes[at] == b'#'
            && !(self.language == Language::Php && self.is_at(at, "#["))
        {
            return Some(self.line_end(at));
        }
        if has_slashes && self.is_at(at, "//") {
            return Some(self.line_end(at));
        }
        if has_slashes && self.is_at(at, "/*") {
            return Some(self.find("*/", at + 2).map_or(self.bytes.len(), |end| end + 2));
        }
        let is_line_start = at == 0 || self.bytes[at - 1] == b'\n';
        if self.language == Language::Ruby && is_line_start && self.is_at(at, "=begin") {
            let end = self.find("\n=end", at).map_or(self.bytes.len(), |end| end + 1);
            return Some(self.line_end(end));
        }
        None
    }

    /// The mark of a literal that begins at the next line, and where the mark ends.
    fn heredoc_mark(&self, at: usize) -> Option<(usize, Pending<'t>)> {
        let sign = match self.language {
            Language::Php => "<<<",
            Language::Ruby | Language::Terraform => "<<",
            _ => return None,
        };
        if !self.is_at(at, sign) {
            return None;
        }
        let mut next = at + sign.len();
        if matches!(self.bytes.get(next), Some(b'~' | b'-')) {
            next += 1;
        } else if self.language == Language::Ruby
            && self.bytes.get(next).is_some_and(u8::is_ascii_lowercase)
        {
            // `list <<item`: more likely than a mark in small letters.
            return None;
        }
        while self.language == Language::Php && self.bytes.get(next) == Some(&b' ') {
            next += 1;
        }
        let quote = self.bytes.get(next).copied().filter(|byte| b"'\"`".contains(byte));
        next += usize::from(quote.is_some());
        let rest = &self.text[next..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        next += word.len();
        if let Some(quote) = quote {
            if self.bytes.get(next) != Some(&quote) {
                return None;
            }
            next += 1;
        }
        let form = if quote == Some(b'\'') { Form::Raw } else { Form::Heredoc };
        Some((next, Pending { word, form }))
    }

    /// Reads the lines of such a literal; returns where they end.
    fn heredoc(&mut self, start: usize, heredoc: &Pending<'t>) -> usize {
        let mut at = start;
        while at < self.bytes.len() {
            let end = self.line_end(at);
            let line = self.text[at..end].trim();
            let is_end = line == heredoc.word
                || (self.language == Language::Php
                    && line.strip_prefix(heredoc.word).is_some_and(|rest| {
                        !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    }));
            if is_end {
                break;
            }
            at = (end + 1).min(self.bytes.len());
        }
        let holes = match heredoc.form {
            Form::Heredoc => self.holes(start..at),
            _ => Vec::new(),
        };
        // A literal that is cut at its lines cannot be put together with others: `Raw` says that nothing is read
        // in it, and its empty quotes that it is one of these.
        self.push(start..at, start..at, heredoc.form, holes);
        at
    }

    /// Reads a literal that begins here; returns where it ends.
    fn literal(&mut self, at: usize) -> Option<usize> {
        let byte = self.bytes[at];
        match self.language {
            Language::Python => self.python(at),
            Language::JavaScript | Language::TypeScript => match byte {
                b'\'' | b'"' => Some(self.line_string(at, Form::Plain)),
                b'`' => Some(self.quoted(at, at, "`", Form::Template)),
                b'/' if self.may_be_expression(at) => self.expression(at),
                _ => None,
            },
            Language::Go => match byte {
                b'"' => Some(self.line_string(at, Form::Plain)),
                b'\'' => Some(self.line_string(at, Form::Other)),
                b'`' => Some(self.quoted(at, at, "`", Form::Raw)),
                _ => None,
            },
            Language::Java => match byte {
                b'"' if self.is_at(at, "\"\"\"") => {
                    Some(self.quoted(at, at, "\"\"\"", Form::Plain))
                }
                b'"' => Some(self.line_string(at, Form::Plain)),
                b'\'' => Some(self.line_string(at, Form::Other)),
                _ => None,
            },
            Language::Ruby => match byte {
                b'"' => Some(self.quoted(at, at, "\"", Form::Template)),
                b'`' => Some(self.quoted(at, at, "`", Form::Template)),
                b'\'' => Some(self.quoted(at, at, "'", Form::Plain)),
                b'/' if self.may_be_expression(at) => self.expression(at),
                b'%' => self.percent(at),
                _ => None,
            },
            Language::Php => match byte {
                b'"' => Some(self.quoted(at, at, "\"", Form::Plain)),
                b'\'' => Some(self.quoted(at, at, "'", Form::Plain)),
                b'`' => Some(self.quoted(at, at, "`", Form::Other)),
                _ => None,
            },
            Language::Terraform => match byte {
                b'"' => Some(self.quoted(at, at, "\"", Form::Template)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A literal of Python with its prefix (Language Reference, 2.4.1).
    fn python(&mut self, at: usize) -> Option<usize> {
        if at > 0 && is_word(self.bytes[at - 1]) && !matches!(self.bytes[at], b'"' | b'\'') {
            return None;
        }
        let prefix =
            self.bytes[at..].iter().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
        let letters = self.text.get(at..at + prefix)?.to_ascii_lowercase();
        if !matches!(&*letters, "" | "r" | "b" | "u" | "f" | "rb" | "br" | "rf" | "fr") {
            return None;
        }
        let quote = at + prefix;
        let form = match (letters.contains('f'), letters.contains('r')) {
            (true, _) => Form::Template,
            (false, true) => Form::Raw,
            (false, false) => Form::Plain,
        };
        for triple in ["\"\"\"", "'''"] {
            if self.is_at(quote, triple) {
                return Some(self.quoted(at, quote, triple, form));
            }
        }
        Some(self.line_quoted(at, quote, form))
    }

    /// A literal that ends with its line, if it is not ended before.
    fn line_string(&mut self, at: usize, form: Form) -> usize {
        self.line_quoted(at, at, form)
    }

    fn line_quoted(&mut self, at: usize, quote: usize, form: Form) -> usize {
        let close = self.bytes[quote];
        let mut end = quote + 1;
        while end < self.bytes.len() && self.bytes[end] != close {
            match self.bytes[end] {
                b'\n' => {
                    // It was none.
                    self.push(at..end, quote + 1..end, Form::Other, Vec::new());
                    return end;
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let end = self.boundary(end);
        let holes = if form == Form::Template { self.holes(quote + 1..end) } else { Vec::new() };
        let stop = (end + 1).min(self.bytes.len());
        self.push(at..stop, quote + 1..end, form, holes);
        stop
    }

    /// A literal that may go on in the next lines, with its first quote at `quote`.
    fn quoted(&mut self, at: usize, quote: usize, close: &str, form: Form) -> usize {
        let start = quote + close.len();
        let is_raw = form == Form::Raw && self.language == Language::Go;
        let mut holes = Vec::new();
        let mut end = start;
        while end < self.bytes.len() && !self.is_at(end, close) {
            if self.bytes[end] == b'\\' && !is_raw {
                end += 2;
            } else if form == Form::Template
                && let Some(hole) = self.hole(end)
            {
                holes.push(hole.clone());
                end = hole.end;
            } else {
                end += 1;
            }
        }
        let end = self.boundary(end);
        let stop = (end + close.len()).min(self.bytes.len());
        self.push(at..stop, start..end, form, holes);
        stop
    }

    /// A position that is one of the text: an escape before its end may have led past it.
    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.bytes.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    /// Expressions within a literal.
    fn holes(&mut self, within: Range<usize>) -> Vec<Range<usize>> {
        let mut holes = Vec::new();
        let mut at = within.start;
        while at < within.end {
            if self.bytes[at] == b'\\' && self.language != Language::Terraform {
                at += 2;
                continue;
            }
            match self.hole(at) {
                Some(hole) => {
                    at = hole.end;
                    holes.push(hole);
                }
                None => at += 1,
            }
        }
        holes
    }

    /// An expression within a literal that begins here.
    fn hole(&mut self, at: usize) -> Option<Range<usize>> {
        let open = match self.language {
            Language::Python => "{",
            Language::Ruby => "#{",
            Language::JavaScript | Language::TypeScript => "${",
            Language::Terraform if self.is_at(at, "%{") => "%{",
            Language::Terraform => "${",
            _ => return None,
        };
        if !self.is_at(at, open) {
            return None;
        }
        // Doubled, it is a brace of the text.
        if self.language == Language::Python && self.is_at(at, "{{") {
            return Some(at..at + 2);
        }
        if self.language == Language::Terraform
            && at > 0
            && matches!(self.bytes[at - 1], b'$' | b'%')
        {
            return None;
        }
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let end = self.code(at + open.len(), End::Brace);
        self.depth -= 1;
        Some(at..(end + 1).min(self.bytes.len()))
    }

    /// Whether a slash or a percent sign may begin a literal here: no value stands before it.
    fn may_be_expression(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        let Some(last) = before.bytes().last() else { return true };
        if matches!(last, b')' | b']' | b'}' | b'"' | b'\'' | b'`') {
            return false;
        }
        let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        match word {
            "" => true,
            "return" | "typeof" | "case" | "in" | "of" | "if" | "unless" | "when" | "and"
            | "or" | "not" | "puts" | "while" => true,
            // `x /y/` calls a method of Ruby.
            _ => {
                self.language == Language::Ruby
                    && before.len() < at
                    && self
                        .bytes
                        .get(at + 1)
                        .is_some_and(|next| !next.is_ascii_whitespace() && *next != b'=')
            }
        }
    }

    /// A regular expression on one line.
    fn expression(&mut self, at: usize) -> Option<usize> {
        let mut in_class = false;
        let mut end = at + 1;
        while end < self.bytes.len() {
            match self.bytes[end] {
                b'\n' => return None,
                b'\\' => end += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.push(at..end + 1, at + 1..end, Form::Other, Vec::new());
                    return Some(end + 1);
                }
                _ => {}
            }
            end += 1;
        }
        None
    }

    /// A literal of Ruby with a delimiter of one's choice.
    fn percent(&mut self, at: usize) -> Option<usize> {
        if !self.may_be_expression(at) {
            return None;
        }
        let letter = self.bytes.get(at + 1).filter(|byte| b"qQwWiIrsx".contains(byte));
        let open = at + 1 + usize::from(letter.is_some());
        let first = *self.bytes.get(open)?;
        let close = match first {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            b'|' | b'!' | b'/' if letter.is_some() => first,
            _ => return None,
        };
        let mut depth = 0_usize;
        for end in open + 1..self.bytes.len() {
            let byte = self.bytes[end];
            if byte == close && depth == 0 {
                self.push(at..end + 1, open + 1..end, Form::Other, Vec::new());
                return Some(end + 1);
            }
            if byte == close {
                depth -= 1;
            } else if byte == first {
                depth += 1;
            }
        }
        None
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The text with blanks in place of comments and literals, so that positions stay the same.
pub(super) fn code_alone(text: &str, lexemes: &[Lexeme]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for lexeme in lexemes {
        for byte in &mut bytes[lexeme.range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strings(text: &str, language: Language) -> Vec<&str> {
        let mut found: Vec<Lexeme> =
            lexemes(text, language).into_iter().filter(Lexeme::is_string).collect();
        found.sort_by_key(|lexeme| lexeme.range.start);
        found.iter().map(|lexeme| &text[lexeme.content.clone()]).collect()
    }

    #[test]
    fn literals_are_found_between_comments_and_expressions() {
        use Language::*;
        let cases: &[(Language, &str, &[&str])] = &[
            (
                Python,
                "a = 'x' # it's\nb = rb\"y\\\"z\"\nc = \"\"\"q'\n\"\"\"",
                &["x", "y\\\"z", "q'\n"],
            ),
            (Python, "f\"a{b['c']}d{{e\"", &["a{b['c']}d{{e", "c"]),
            (
                JavaScript,
                "x = /'[/\"]/; y = 'a' // '\nz = `b${f(\"c\")}d`",
                &["a", "b${f(\"c\")}d", "c"],
            ),
            (JavaScript, "a = b / c; d = 'e' / 2", &["e"]),
            (JavaScript, "<p>don't</p>\nx = 'y'", &["y"]),
            (Go, "x := '\"'; y := `a\\`; z := \"b\\\"\"", &["a\\", "b\\\""]),
            (
                Java,
                "/* ' */ char c = '\"'; s = \"a\"; t = \"\"\"\n b \"\n\"\"\";",
                &["a", "\n b \"\n"],
            ),
            (
                Ruby,
                "a = %q(it's)\nb = <<~END\n  c #{d(\"e\")}\nEND\nf = 'g'",
                &["  c #{d(\"e\")}\n", "e", "g"],
            ),
            (Ruby, "=begin\n'\n=end\nx << y\nz = 'w'", &["w"]),
            (Php, "don't <?php $a = 'b'; # it's ?> don't <?= \"c\" ?>", &["b", "c"]),
            (Php, "<?php #[A('x')]\n$b = <<<'E'\n it's\n E;\n$c = 'd';", &["x", " it's\n", "d"]),
            (
                Terraform,
                "a = \"b${c[\"d\"]}e\" # \"\nf = <<-E\n g\nE\n",
                &["b${c[\"d\"]}e", "d", " g\n"],
            ),
        ];
        for (language, text, expected) in cases {
            assert_eq!(strings(text, *language), *expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_lexemes_within_it(text in "[ a-z'\"`#/*\\\\{}$<>=%\n\u{e9}?()~_-]{0,60}") {
            for language in Language::CODE {
                for text in [text.clone(), format!("<?php {text}")] {
                    for lexeme in lexemes(&text, *language) {
                        prop_assert!(text.get(lexeme.range.clone()).is_some());
                        prop_assert!(text.get(lexeme.content.clone()).is_some(), "{lexeme:?}");
                    }
                }
            }
        }
    }
}
