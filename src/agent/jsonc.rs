//! JSON files of others, edited where they stand: comments, trailing commas, order and white space stay, and what
//! is put in can be taken out again to the byte.
//!
//! What is put into a container that was there begins directly behind its bracket or behind an entry; in a
//! container that we make, white space follows the bracket. So it shows later which of them was there.

use std::ops::Range;

use serde_json::Value;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    /// A string, decoded.
    Text(String),
    Other,
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) key: String,
    /// From the key to the end of the value.
    pub(super) span: Range<usize>,
    pub(super) value: Node,
}

/// Containers within containers, at most.
const DEEPEST: usize = 128;

impl Node {
    /// The member of an object.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// Whether a text anywhere in it is such a one.
    pub(super) fn has_text(&self, is: &impl Fn(&str) -> bool) -> bool {
        match &self.kind {
            Kind::Object(members) => members.iter().any(|member| member.value.has_text(is)),
            Kind::Array(items) => items.iter().any(|item| item.has_text(is)),
            Kind::Text(text) => is(text),
            Kind::Other => false,
        }
    }

    /// The entries of a container.
    fn entries(&self) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::Object(members) => members.iter().map(|member| member.span.clone()).collect(),
            Kind::Array(items) => items.iter().map(|item| item.span.clone()).collect(),
            Kind::Text(_) | Kind::Other => Vec::new(),
        }
    }

    /// Whether we made this container.
    pub(super) fn is_ours(&self, text: &str) -> bool {
        text[self.span.start + 1..].starts_with(char::is_whitespace)
    }

    /// What is to be taken out of the text so that an entry is gone.
    pub(super) fn without(&self, entry: &Range<usize>) -> Range<usize> {
        let entries = self.entries();
        let at = entries.iter().position(|one| one == entry).unwrap_or_default();
        if at > 0 {
            return entries[at - 1].end..entry.end;
        }
        match entries.get(1) {
            Some(next) => entry.start..next.start,
            None => self.span.start + 1..entry.end,
        }
    }

    /// Puts an entry behind the last one: where, and what.
    pub(super) fn with(&self, text: &str, key: Option<&str>, value: &Value) -> (usize, String) {
        let style = Style::of(text);
        let named = |value: String| match key {
            Some(key) => format!("{}: {value}", Value::from(key)),
            None => value,
        };
        let entries = self.entries();
        let Some(last) = entries.last() else {
            return (self.span.start + 1, named(inline(value)));
        };
        let before = &text[self.span.start + 1..entries[0].start];
        if !before.contains('\n') {
            return (last.end, format!(", {}", named(inline(value))));
        }
        let line = text[..entries[0].start].rfind('\n').map_or(0, |feed| feed + 1);
        let indent: String = text[line..].chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let value = named(style.pretty(value, &indent));
        (last.end, format!(",{}{indent}{value}", style.newline))
    }
}

/// How a file is laid out.
pub(super) struct Style {
    newline: &'static str,
    unit: String,
}

impl Style {
    /// Of a file; two spaces if it does not tell.
    pub(super) fn of(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let indented =
            text.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
        let unit = indented
            .map(|line| line.chars().take_while(|c| *c == ' ' || *c == '\t').collect::<String>());
        Self { newline, unit: unit.unwrap_or_else(|| "  ".to_owned()) }
    }

    /// A value over several lines, of which all but the first are indented by this much more.
    pub(super) fn pretty(&self, value: &Value, indent: &str) -> String {
        let inner = format!("{indent}{}", self.unit);
        let newline = self.newline;
        let joined = |entries: Vec<String>| entries.join(&format!(",{newline}{inner}"));
        match value {
            Value::Object(members) if !members.is_empty() => {
                let entries = members
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", Value::from(key.as_str()), self.pretty(value, &inner))
                    })
                    .collect();
                format!("{{{newline}{inner}{}{newline}{indent}}}", joined(entries))
            }
            Value::Array(items) if !items.is_empty() => {
                let entries = items.iter().map(|item| self.pretty(item, &inner)).collect();
                format!("[{newline}{inner}{}{newline}{indent}]", joined(entries))
            }
            other => other.to_string(),
        }
    }
}

/// A value on one line, with a space behind each bracket.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let entries: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), inline(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) if !items.is_empty() => {
            let entries: Vec<_> = items.iter().map(inline).collect();
            format!("[ {} ]", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// Reads JSON with comments and trailing commas.
///
/// # Errors
/// It is none: says in which line, and not what stands there.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { text, at: 0 };
    let root = parser.value(0).and_then(|root| {
        parser.space();
        if parser.at == text.len() { Ok(root) } else { Err("something follows its end") }
    });
    root.map_err(|what| {
        let line = text[..parser.at.min(text.len())].matches('\n').count() + 1;
        format!("line {line}: {what}")
    })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips white space and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else if self.at == 0 && rest.starts_with('\u{feff}') {
                '\u{feff}'.len_utf8()
            } else {
                rest.len() - rest.trim_start().len()
            };
            if skipped == 0 {
                return;
            }
            self.at += skipped;
        }
    }

    fn takes(&mut self, sign: char) -> bool {
        self.space();
        let is_it = self.rest().starts_with(sign);
        self.at += if is_it { sign.len_utf8() } else { 0 };
        is_it
    }

    fn value(&mut self, depth: usize) -> Result<Node, &'static str> {
        if depth > DEEPEST {
            return Err("it is nested too deeply");
        }
        self.space();
        let start = self.at;
        let kind = if self.takes('{') {
            let mut members = Vec::new();
            while !self.takes('}') {
                if !members.is_empty() && !self.takes_comma('}')? {
                    break;
                }
                self.space();
                let from = self.at;
                let key = self.string()?;
                if !self.takes(':') {
                    return Err("a `:` is missing");
                }
                let value = self.value(depth + 1)?;
                members.push(Member { key, span: from..value.span.end, value });
            }
            Kind::Object(members)
        } else if self.takes('[') {
            let mut items = Vec::new();
            while !self.takes(']') {
                if !items.is_empty() && !self.takes_comma(']')? {
                    break;
                }
                items.push(self.value(depth + 1)?);
            }
            Kind::Array(items)
        } else if self.rest().starts_with('"') {
            Kind::Text(self.string()?)
        } else {
            let word = self.rest().find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
            let length = word.unwrap_or(self.rest().len());
            if serde_json::from_str::<Value>(&self.rest()[..length]).is_err() {
                return Err("no value of JSON");
            }
            self.at += length;
            Kind::Other
        };
        Ok(Node { span: start..self.at, kind })
    }

    /// Takes a comma between entries; false if it was the last sign before the end, which is taken, too.
    fn takes_comma(&mut self, end: char) -> Result<bool, &'static str> {
        if !self.takes(',') {
            return Err("a `,` is missing");
        }
        Ok(!self.takes(end))
    }

    fn string(&mut self) -> Result<String, &'static str> {
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        let length = match end {
            Some((at, _)) if rest.starts_with('"') => at + 1,
            _ => return Err("a string is missing or has no end"),
        };
        let text = serde_json::from_str(&rest[..length]).map_err(|_| "a string is not right")?;
        self.at += length;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_and_commas_are_read() {
        let text = "\u{feff}// a\n{ \"a\": [1, /* b */ true,], // c\n \"b\\n\": \"x\\\"y\", }\n";
        let root = parse(text).unwrap();
        assert_eq!(root.members().len(), 2);
        assert_eq!(&text[root.members()[0].value.span.clone()], "[1, /* b */ true,]");
        assert_eq!(root.members()[1].key, "b\n");
        assert!(root.has_text(&|text| text == "x\"y"));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line() {
        for text in
            ["", "{", "{\"a\" 1}", "[1 2]", "{\n\"a\": hunter2}", "{} {}", "[\"a]", "{\"a\":1,,}"]
        {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with("line ") && !error.contains("hunter2"), "{text}: {error}");
        }
        assert!(parse(&"[".repeat(100_000)).unwrap_err().contains("nested"));
    }

    #[test]
    fn what_is_put_in_comes_out() {
        let values = [json!({"x": [1, {"y": "z"}]}), json!([{"c": "d"}])];
        for text in [
            "{}",
            "{ }",
            "{\n}\n",
            "{\"a\": 1}",
            "{ \"a\": 1, }",
            "{\n  // k\n  \"a\": [1],\n}\n",
            "{\r\n\t\"a\": {},\r\n\t\"b\": 2 // c\r\n}\r\n",
            "/* only */ {/* c */}",
        ] {
            for value in &values {
                let root = parse(text).unwrap();
                let (at, put) = root.with(text, Some("ours"), value);
                let with = format!("{}{put}{}", &text[..at], &text[at..]);
                let root = parse(&with).unwrap_or_else(|error| panic!("{error}: {with}"));
                let member = root.member("ours").unwrap();
                let read: Value = serde_json::from_str(&with[member.value.span.clone()]).unwrap();
                assert_eq!(&read, value, "{with}");
                let gone = root.without(&member.span);
                assert_eq!(format!("{}{}", &with[..gone.start], &with[gone.end..]), text, "{with}");
            }
        }
    }
}
