//! The names that a value is assigned to, read backwards from the value.
//!
//! `name = "value"`, `"name": "value"`, `<name>value</name>`, `name("value")`, the same with the value
//! in a list, on a line of its own or beside its name (`"name": "x", "value": "y"`), and the blocks
//! around. Notations are mixed in real files, so that one reader is for all of them.

use std::ops::Range;

use super::table::{Meaning, meaning_of};
use super::{column, promises};
use crate::text::positions;

/// Bytes before a value in which its name is looked for.
const FAR: usize = 2000;
/// Bytes before a value in which the blocks around it are looked for.
const FURTHER: usize = 16 * 1024;
/// Number of blocks, from the inside out, that are looked for.
const BLOCKS: usize = 3;
/// Bytes before a position on which it depends what the blocks around it are.
pub(crate) const REACH: usize = BLOCKS * (FURTHER + BESIDE);
/// Lines that are walked up for them.
const LINES: usize = 400;
/// Bytes between a name beside a value and that value.
const BESIDE: usize = 300;
/// Longest name.
const LONGEST: usize = 160;

/// What stands before a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// What it is assigned to, the closest first: the argument before it, the name, the name of the
    /// list or element.
    pub assigned: Vec<Range<usize>>,
    /// The function that it is an argument of.
    pub call: Option<Range<usize>>,
}

/// The names of a value.
pub(crate) fn names_of(text: &[u8], value: &Range<usize>) -> Names {
    let mut names = Names::default();
    let floor = value.start.saturating_sub(FAR);
    let mut reader = Backwards { text, at: value.start, floor };
    reader.open_quotes();
    let bare = reader.at == value.start;
    for _ in 0..6 {
        let tight = reader.at;
        if reader.is_list_item() {
            names.assigned.extend(parent(text, reader.at));
            break;
        }
        let crossed = reader.space();
        let Some(last) = reader.last() else { break };
        match last {
            b'>' if reader.before(2).is_some_and(|b| b == b'=' || b == b'-') => {
                reader.at -= 2;
                reader.push_name(&mut names.assigned, false);
                break;
            }
            b'>' | b'|' | b'-' | b'+' if crossed && reader.block_scalar() => {
                reader.push_name(&mut names.assigned, false);
                break;
            }
            b'>' if reader.is_tag() => {
                reader.tag(&mut names.assigned);
                break;
            }
            b'=' | b':' => {
                let typed = last == b'=';
                // A user and a password, or a word that marks a digest.
                if last == b':' && bare && reader.at == value.start {
                    reader.operator();
                    let mark = reader.name().filter(|name| is_mark(&text[name.clone()]));
                    names.assigned.extend(mark);
                    break;
                }
                reader.operator();
                reader.push_name(&mut names.assigned, typed);
                break;
            }
            b'(' => {
                reader.at -= 1;
                let callee = reader.callee();
                names.call = names.call.take().or(callee);
            }
            b'[' | b'{' => reader.at -= 1,
            b',' => {
                let end = reader.at - 1;
                let opener = reader.opener();
                let from = if opener { reader.at } else { reader.floor };
                let argument = argument_before(text, from..end).filter(|argument| {
                    !opener
                        || text[from] == b'('
                            && (takes_a_name(&text[reader.floor..from])
                                || promises(&text[argument.clone()]))
                });
                names.assigned.extend(argument);
                if !opener {
                    break;
                }
                reader.at += 1;
            }
            b'"' | b'\'' | b'`' if reader.at < tight => {
                let end = reader.at;
                if !reader.opener() {
                    names.assigned.extend(argument_before(text, reader.floor..end));
                    break;
                }
                reader.at += 1;
            }
            b'|' if !crossed => {
                reader.at -= 1;
                reader.push_name(&mut names.assigned, false);
                break;
            }
            _ if !crossed && reader.at < tight => {
                reader.push_name(&mut names.assigned, false);
                break;
            }
            _ => break,
        }
    }
    if names.assigned.is_empty() && names.call.is_none() {
        names.assigned.extend(column::heading(text, value));
    }
    if let Some(name) = names.assigned.first().cloned()
        && is_neutral(&text[name.clone()])
    {
        // `variable "name" { default = "value" }` has it on the block.
        match name_beside(text, name.start) {
            Some(beside) => names.assigned.insert(0, beside),
            None => names.assigned.extend(parent(text, name.start)),
        }
    }
    names
}

/// The names of the blocks, lists and sections around a position, from the inside out.
pub(crate) fn blocks_around(text: &[u8], at: usize) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut at = at;
    for _ in 0..BLOCKS {
        let Some(block) = parent(text, at) else { break };
        at = block.start;
        blocks.push(block);
    }
    blocks
}

/// Whether a word before a colon says what follows it: `sha256:`.
fn is_mark(word: &[u8]) -> bool {
    matches!(meaning_of(word), Some(Meaning::Digest | Meaning::Encrypted))
}

/// Whether a function is given a name and its value: `headers.put(`, `setHeader(`.
fn takes_a_name(before: &[u8]) -> bool {
    const VERBS: [&[u8]; 9] =
        [b"put", b"set", b"add", b"append", b"define", b"header", b"insert", b"with", b"attr"];
    let callee = before.rsplit(|b| !b.is_ascii_alphanumeric() && *b != b'_').next();
    let callee = callee.unwrap_or_default().to_ascii_lowercase();
    VERBS.iter().any(|verb| callee.starts_with(verb))
}

/// Words that stand for the value itself; its name stands beside them.
fn is_neutral(name: &[u8]) -> bool {
    let name = name.rsplit(|b| matches!(b, b'.' | b'-' | b'_')).next().unwrap_or_default();
    ["value", "val", "default", "content", "string", "text", "data", "plaintext", "literal"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// `name: X` or `key="X"` before a value of the same object or element.
fn name_beside(text: &[u8], at: usize) -> Option<Range<usize>> {
    const WORDS: [&[u8]; 8] =
        [b"name", b"key", b"header", b"field", b"label", b"option", b"variable", b"property"];
    let from = at.saturating_sub(BESIDE);
    let region = &text[from..at];
    // Another object ends what belongs together.
    let from = region.iter().rposition(|b| *b == b'}').map_or(from, |end| from + end + 1);
    let region = &text[from..at];
    let mut best: Option<Range<usize>> = None;
    for word in WORDS {
        for found in positions(region, word).rev() {
            let start = from + found;
            let alone = start.checked_sub(1).is_none_or(|i| !text[i].is_ascii_alphanumeric());
            let literal = alone.then(|| literal_after(text, start + word.len(), at)).flatten();
            if let Some(literal) = literal {
                if best.as_ref().is_none_or(|best| literal.start > best.start) {
                    best = Some(literal);
                }
                break;
            }
        }
    }
    best
}

/// The literal that is assigned to what ends here.
fn literal_after(text: &[u8], at: usize, limit: usize) -> Option<Range<usize>> {
    let mut at = at;
    let skip = |at: &mut usize, signs: &[u8], most: usize| {
        let end = (*at + most).min(limit);
        while *at < end && signs.contains(&text[*at]) {
            *at += 1;
        }
    };
    if text.get(at) == Some(&b'>') {
        at += 1;
    } else {
        skip(&mut at, b"\"'`\\]", 4);
        skip(&mut at, b" \t", 8);
        if !matches!(text.get(at)?, b':' | b'=') {
            return None;
        }
        at += 1;
        skip(&mut at, b">", 1);
        skip(&mut at, b" \t", 8);
        skip(&mut at, b"\\\"'`", 4);
    }
    let start = at;
    while at < limit && (is_name(text[at]) || text[at] == b' ') && at - start < LONGEST {
        at += 1;
    }
    (at > start).then_some(start..at)
}

/// A literal in quotes that is the argument before a value and could be a name: `put("name", `.
fn argument_before(text: &[u8], arguments: Range<usize>) -> Option<Range<usize>> {
    let mut reader = Backwards { text, at: arguments.end, floor: arguments.start };
    reader.space();
    let quote = reader.last().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let inner = reader.quoted(quote)?;
    let plain = text[inner.clone()].iter().all(|b| is_name(*b));
    let letters = text[inner.clone()].iter().any(u8::is_ascii_alphabetic);
    (plain && letters && !inner.is_empty()).then_some(inner)
}

/// The name of the block around what stands at a position: by the bracket that is open on its line,
/// else by indentation, else by the section.
fn parent(text: &[u8], at: usize) -> Option<Range<usize>> {
    let floor = at.saturating_sub(FURTHER);
    let mut line = floor + memchr::memrchr(b'\n', &text[floor..at]).map_or(0, |end| end + 1);
    let mut reader = Backwards { text, at, floor: line.max(at.saturating_sub(FAR)) };
    while reader.opener() {
        let mut found = Vec::new();
        if reader.name_of_block(&mut found) {
            return found.pop();
        }
    }
    let indent = |line: &[u8]| {
        let blanks = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        // A list may stand as far to the left as its name.
        let items = line[blanks..].iter().take_while(|b| matches!(b, b'-' | b' ')).count();
        (blanks, if line[blanks..].starts_with(b"- ") { items } else { 0 })
    };
    let (blanks, item) = indent(&text[line..at]);
    let mut inner = blanks + item;
    for _ in 0..LINES {
        let end = line.checked_sub(1).filter(|end| *end > floor)?;
        line = floor + memchr::memrchr(b'\n', &text[floor..end]).map_or(0, |end| end + 1);
        let whole = &text[line..end];
        let content = whole.trim_ascii();
        if content.is_empty() || content.starts_with(b"#") || content.starts_with(b"//") {
            continue;
        }
        let (blanks, item) = indent(whole);
        if blanks <= inner && content.starts_with(b"[") && content.ends_with(b"]") {
            return section(text, line + blanks..line + blanks + content.len());
        }
        if blanks + item >= inner {
            continue;
        }
        let mut found = Vec::new();
        let mut reader = Backwards { text, at: end, floor: line };
        reader.space();
        if reader.name_of_block(&mut found) {
            return found.pop();
        }
        inner = blanks + item;
    }
    None
}

/// What the line of a section says within its brackets: `[name]`, `[[name]]`.
fn section(text: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let content = &text[line.clone()];
    let open = content.iter().take_while(|b| **b == b'[').count();
    let close = content.iter().rev().take_while(|b| **b == b']').count();
    (open + close < content.len()).then(|| line.start + open..line.end - close)
}

/// Bytes of names.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'$')
        || !byte.is_ascii()
}

struct Backwards<'t> {
    text: &'t [u8],
    /// What was read begins here.
    at: usize,
    floor: usize,
}

impl Backwards<'_> {
    fn last(&self) -> Option<u8> {
        self.before(1)
    }

    fn before(&self, back: usize) -> Option<u8> {
        let at = self.at.checked_sub(back).filter(|at| *at >= self.floor)?;
        self.text.get(at).copied()
    }

    fn skip(&mut self, most: usize, test: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while start - self.at < most && self.last().is_some_and(&test) {
            self.at -= 1;
        }
        start - self.at
    }

    /// The quotes that open a literal, escaped or not, and the letters of its kind before them.
    fn open_quotes(&mut self) {
        let quotes = self.skip(4, |b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
        for entity in [&b"&quot;"[..], b"&#34;", b"&#39;", b"&apos;", b"<![CDATA["] {
            if self.text[self.floor..self.at].ends_with(entity) {
                self.at -= entity.len();
            }
        }
        if quotes > 0 {
            let letters = self.skip(3, |b| b"brufBRUF@$L".contains(&b));
            if self.last().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_') {
                self.at += letters;
            }
        }
    }

    /// Blanks, and at most two line ends; says whether there was one.
    fn space(&mut self) -> bool {
        let mut lines = 0;
        while self.at > self.floor {
            match self.text[self.at - 1] {
                b' ' | b'\t' | b'\r' => self.at -= 1,
                b'\n' if lines < 2 => {
                    lines += 1;
                    self.at -= 1;
                }
                // Continued: for what is written, it is one line.
                b'\\' if lines > 0 => {
                    lines = 0;
                    self.at -= 1;
                }
                _ => break,
            }
        }
        lines > 0
    }

    /// Whether a dash before this begins its line, as that of an item of a list.
    fn is_list_item(&self) -> bool {
        let before = &self.text[self.floor..self.at];
        let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        line.trim_ascii() == b"-" && line.ends_with(b" ")
    }

    /// `|` or `>-` after `name:`.
    fn block_scalar(&mut self) -> bool {
        let start = self.at;
        self.skip(1, |b| matches!(b, b'-' | b'+'));
        let sign = self.skip(1, |b| matches!(b, b'|' | b'>'));
        self.skip(4, |b| b == b' ');
        let is_block = sign == 1 && self.last() == Some(b':');
        if is_block {
            self.at -= 1;
        } else {
            self.at = start;
        }
        is_block
    }

    /// The signs of an operator.
    fn operator(&mut self) {
        self.skip(4, |b| matches!(b, b'=' | b':' | b'+' | b'?' | b'!' | b'|'));
    }

    /// Pushes the name that ends here; `typed`: a type may stand between it and its value.
    fn push_name(&mut self, out: &mut Vec<Range<usize>>, typed: bool) {
        let Some(name) = self.name() else { return };
        if typed && !name.is_empty() {
            let mut before = Backwards { text: self.text, at: name.start, floor: self.floor };
            before.skip(2, |b| matches!(b, b' ' | b'&' | b'*'));
            if before.last() == Some(b':') && before.before(2) != Some(b':') {
                before.at -= 1;
                out.extend(before.name());
            }
        }
        out.push(name);
    }

    /// The name that ends here, in quotes or not; before a group in parentheses if there is one.
    fn name(&mut self) -> Option<Range<usize>> {
        self.skip(8, |b| matches!(b, b' ' | b'\t'));
        self.accessors();
        self.skip(3, |b| matches!(b, b']' | b'}' | b'*' | b'?' | b'!' | b'\\'));
        if self.last() == Some(b')') {
            self.at -= 1;
            while self.last().is_some_and(|b| b != b'(' && b != b'\n') {
                self.at -= 1;
            }
            self.skip(1, |b| b == b'(');
            self.skip(4, |b| b == b' ');
        }
        let quote = self.last().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
        if let Some(quote) = quote {
            let inner = self.quoted(quote)?;
            let end = inner.end - usize::from(self.text[inner.clone()].ends_with(b"\\"));
            return (!inner.is_empty()).then_some(inner.start..end);
        }
        let end = self.at;
        self.skip(LONGEST, is_name);
        let mut start = self.at;
        while start < end && matches!(self.text[start], b'-' | b'.' | b'/') {
            start += 1;
        }
        if start == end {
            return None;
        }
        // `Secret ID: `, as people write it at the beginning of a line.
        let short = start;
        for _ in 0..3 {
            if self.last() != Some(b' ') || start != self.at {
                break;
            }
            self.at -= 1;
            if self.skip(24, |b| is_name(b) && b != b'/') == 0 {
                break;
            }
            start = self.at;
        }
        self.skip(40, |b| matches!(b, b' ' | b'\t' | b'-' | b'#' | b'*' | b'/'));
        if self.at > self.floor && self.last() != Some(b'\n') {
            start = short;
        }
        self.at = start;
        Some(start..end)
    }

    /// `{ get; set; }` between a property and its value (C# language specification, 15.7.4).
    fn accessors(&mut self) {
        const LONGEST: usize = 60;
        const WORDS: [&[u8]; 6] = [b"get", b"set", b"init", b"private", b"protected", b"internal"];
        if self.last() != Some(b'}') {
            return;
        }
        let from = self.floor.max(self.at.saturating_sub(LONGEST));
        let Some(open) = self.text[from..self.at].iter().rposition(|b| *b == b'{') else { return };
        let open = from + open;
        let inner = &self.text[open + 1..self.at - 1];
        let is_accessor = |word: &[u8]| word.is_empty() || WORDS.contains(&word);
        if inner.split(|b| matches!(b, b' ' | b';')).all(is_accessor) {
            self.at = open;
            self.skip(4, |b| b == b' ');
        }
    }

    /// What stands between this quote, which ends here, and the one that opens it on the same line.
    fn quoted(&mut self, quote: u8) -> Option<Range<usize>> {
        let end = self.at.checked_sub(1)?;
        let from = end.saturating_sub(LONGEST).max(self.floor);
        let inner = &self.text[from..end];
        let open = memchr::memrchr2(quote, b'\n', inner)?;
        (inner[open] == quote).then(|| {
            self.at = from + open;
            from + open + 1..end
        })
    }

    /// The function whose arguments open here.
    fn callee(&mut self) -> Option<Range<usize>> {
        let end = self.at;
        self.skip(LONGEST, |b| {
            is_name(b) && b != b'/' && b != b'-' || matches!(b, b':' | b'<' | b'>')
        });
        let name = self.at..end;
        if self.text[self.floor..self.at].ends_with(b"new ") {
            self.at -= 4;
        }
        (!name.is_empty()).then_some(name)
    }

    /// Goes to the bracket that is open here, and says whether there is one within reach.
    fn opener(&mut self) -> bool {
        let mut depth = 0_usize;
        let mut at = self.at;
        while at > self.floor {
            at -= 1;
            match self.text[at] {
                b')' | b']' | b'}' => depth += 1,
                b'(' | b'[' | b'{' if depth == 0 => {
                    self.at = at;
                    return true;
                }
                b'(' | b'[' | b'{' => depth -= 1,
                _ => {}
            }
        }
        false
    }

    /// Pushes the name of a block that opens where this ends: `name:`, `name = {`, `<name>`.
    fn name_of_block(&mut self, out: &mut Vec<Range<usize>>) -> bool {
        if self.last() == Some(b'>') && self.is_tag() {
            self.tag(out);
            return !out.is_empty();
        }
        self.skip(3, |b| matches!(b, b'[' | b'{' | b'(' | b' ' | b'@'));
        let opens = self.text[self.at..].trim_ascii_start().starts_with(b"{");
        // `name => {`, `name: {`, `name := {`; `variable "name" {`, the label of a block (HCL syntax
        // specification).
        self.at -= match (self.before(2), self.last()) {
            (Some(b'='), Some(b'>')) | (Some(b':' | b'='), Some(b':' | b'=')) => 2,
            (_, Some(b':' | b'=')) => 1,
            (_, Some(b'"')) if opens => 0,
            _ => return false,
        };
        self.push_name(out, false);
        !out.is_empty()
    }

    /// Whether a tag ends here.
    fn is_tag(&self) -> bool {
        let from = self.at.saturating_sub(BESIDE).max(self.floor);
        let inner = &self.text[from..self.at.saturating_sub(1)];
        memchr::memrchr2(b'<', b'>', inner).is_some_and(|at| inner[at] == b'<')
    }

    /// Pushes the names of the tag that ends here: of its attributes, or else of its element.
    fn tag(&mut self, out: &mut Vec<Range<usize>>) {
        let from = self.at.saturating_sub(BESIDE).max(self.floor);
        let inner = &self.text[from..self.at.saturating_sub(1)];
        let Some(open) = memchr::memrchr(b'<', inner) else { return };
        let start = from + open + 1;
        let end = start
            + self.text[start..self.at].iter().take_while(|b| is_name(**b) || **b == b':').count();
        let named = name_beside(self.text, self.at - 1).filter(|name| name.start > end);
        out.extend(named);
        if end > start && self.text[start] != b'/' {
            out.push(start..end);
        }
        self.at = start - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let start = text.find("VALUE").expect("there");
        let names = names_of(text.as_bytes(), &(start..start + 5));
        let all = names.assigned.iter().chain(&names.call);
        all.map(|name| text[name.clone()].to_owned()).collect()
    }

    #[test]
    fn names_are_found_in_all_notations() {
        for text in [
            "aname = \"VALUE\"",
            "string aname { get; set; } = \"VALUE\";",
            "aname=VALUE",
            "\"aname\": \"VALUE\"",
            "{\\\"aname\\\": \\\"VALUE\\\"}",
            "'aname' => 'VALUE'",
            "aname := `VALUE`",
            "<aname>VALUE</aname>",
            "<aname>\n  VALUE\n</aname>",
            "<x aname=\"VALUE\">",
            "?a=b&aname=VALUE",
            "aname: VALUE",
            "aname: |\n  VALUE",
            "aname:\n  - VALUE",
            "aname:\n  - other\n  - VALUE",
            "aname:\n- VALUE",
            "aname=('other'\n  'VALUE')",
            "aname = [\n  \"other\",\n  \"VALUE\",\n]",
            "\"aname\": [\"other\", \"VALUE\"]",
            "put(\"aname\", \"VALUE\")",
            "{\"name\": \"aname\", \"value\": \"VALUE\"}",
            "- name: aname\n  value: VALUE",
            "<add key=\"aname\" value=\"VALUE\"/>",
            "<key>aname</key>\n<string>VALUE</string>",
            "<data name=\"aname\"><value>VALUE</value></data>",
            "<string name=\"aname\">VALUE</string>",
            "const aname: string = \"VALUE\";",
            "let aname: &str = b\"VALUE\";",
            "aname = Wrapper(\"VALUE\")",
            "aname = wrap.of(\"VALUE\")",
            "aname (a file) = VALUE",
            "x[aname] = \"VALUE\"",
            "--aname VALUE",
            "  aname VALUE",
            "| aname | VALUE |",
            "aname:\n  \"VALUE\"",
            "aname \\\n  VALUE",
        ] {
            assert!(
                names(text).iter().any(|name| name.ends_with("aname")),
                "{text}: {:?}",
                names(text)
            );
        }
        assert_eq!(names("Key ID: VALUE"), ["Key ID"]);
        assert_eq!(names("{VALUE}"), [""; 0]);
        assert_eq!(names("VALUE"), [""; 0]);
    }

    #[test]
    fn blocks_are_found_by_brackets_indentation_and_sections() {
        for text in [
            "ablock:\n  x: VALUE",
            "ablock:\n\n  # about\n  y: 1\n  x: VALUE",
            "\"ablock\": {\"y\": 1, \"x\": \"VALUE\"}",
            "\"ablock\": {\n  \"y\": {\n    \"z\": 1\n  },\n  \"x\": \"VALUE\"\n}",
            "[ablock]\ny = 1\nx = VALUE",
            "ablock = {\n  x = \"VALUE\"\n}",
            "ablock:\n  - y: 1\n    x: VALUE",
            "<ablock>\n  <x>VALUE</x>\n</ablock>",
        ] {
            let at = text.find("VALUE").expect("there");
            let blocks = blocks_around(text.as_bytes(), at);
            let named: Vec<&str> = blocks.iter().map(|block| &text[block.clone()]).collect();
            assert!(named.contains(&"ablock"), "{text}: {named:?}");
        }
        assert!(blocks_around(b"ablock:\n  y: 1\nx: VALUE", 20).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), at in 0..200_usize) {
            let at = at.min(bytes.len());
            let _ = names_of(&bytes, &(at..bytes.len()));
            let _ = blocks_around(&bytes, at);
        }

        #[test]
        fn any_notation_is_read(text in "[a-z\"'`:=> (\\[{}\\])<,./|\\n-]{0,120}") {
            let bytes = text.as_bytes();
            for at in 0..=bytes.len() {
                let _ = names_of(bytes, &(at..bytes.len()));
                let _ = blocks_around(bytes, at);
            }
        }
    }
}
