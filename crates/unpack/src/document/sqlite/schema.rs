//! Tables and their columns, from the statements that made them (`sqlite_schema`, 2.6). The grammar is
//! read no further than names, keys and order of columns ask for
//! (<https://www.sqlite.org/lang_createtable.html>).

use super::record::{Row, Value};

/// All that has pages.
#[derive(Default)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
}

/// A table, or an index of one.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) root: u32,
    /// Names in the order in which rows hold their values.
    pub(super) columns: Vec<String>,
    /// The column that the row id stands for; rows hold nothing in its place.
    pub(super) rowid: Option<usize>,
    pub(super) is_without_rowid: bool,
    pub(super) is_index: bool,
}

impl Schema {
    /// Adds what a row of `sqlite_schema` describes, and gives its statement back.
    pub(super) fn add(&mut self, row: &Row) -> Option<String> {
        let text = |column: usize| match row.values.get(column) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let statement = text(4).map(str::to_owned);
        let root = match row.values.get(3) {
            Some(Value::Integer(root)) => u32::try_from(*root).unwrap_or(0),
            _ => 0,
        };
        let of = text(0).unwrap_or_default();
        // Views, triggers and virtual tables have no pages.
        if root > 1 && (of == "table" || of == "index") {
            let mut table = columns(statement.as_deref().unwrap_or_default());
            text(1).unwrap_or_default().clone_into(&mut table.name);
            table.root = root;
            table.is_index = of == "index";
            self.tables.push(table);
        }
        statement
    }

    /// The only table whose rows have as many values; none if there are several.
    pub(super) fn by_count(&self, count: usize) -> Option<&Table> {
        let mut fitting = self.tables.iter().filter(|table| {
            !table.is_index && !table.is_without_rowid && table.columns.len() == count
        });
        fitting.next().filter(|_| fitting.next().is_none())
    }

    /// Whether rows of any table have as many values. Without a table, all may.
    pub(super) fn has_count(&self, count: usize) -> bool {
        let mut tables = self.tables.iter().filter(|table| !table.is_index).peekable();
        tables.peek().is_none() || tables.any(|table| table.columns.len() == count)
    }
}

impl Table {
    /// The table that the schema itself is.
    pub(super) fn of_schema() -> Self {
        Self { root: 1, ..Self::unknown() }
    }

    /// A table of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            name: String::new(),
            root: 0,
            columns: Vec::new(),
            rowid: None,
            is_without_rowid: false,
            is_index: false,
        }
    }
}

/// The columns of a `CREATE TABLE`.
fn columns(statement: &str) -> Table {
    let mut table = Table::unknown();
    let tokens = tokens(statement);
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return table };
    let close = closing(&tokens, open);
    let tail = &tokens[close.min(tokens.len())..];
    table.is_without_rowid =
        tail.windows(2).any(|pair| pair[0].is("without") && pair[1].is("rowid"));
    let mut key: Vec<String> = Vec::new();
    for definition in split(&tokens[open + 1..close]) {
        let Some(first) = definition.first() else { continue };
        let is_constraint = !first.is_quoted
            && ["constraint", "primary", "unique", "check", "foreign"].iter().any(|&w| first.is(w));
        let primary = definition.windows(2).position(|p| p[0].is("primary") && p[1].is("key"));
        if is_constraint {
            if let Some(at) = primary {
                key = listed(&definition[at..]);
            }
            continue;
        }
        if is_computed(definition) {
            continue;
        }
        if primary.is_some() {
            key.push(first.text.clone());
            // No other type makes a column stand for the row id.
            if definition.get(1).is_some_and(|of| of.is("integer")) {
                table.rowid = Some(table.columns.len());
            }
        }
        table.columns.push(first.text.clone());
    }
    if table.is_without_rowid {
        // Rows of an index begin with its key (2.4).
        table.rowid = None;
        let is_key = |name: &String| key.iter().position(|of| of.eq_ignore_ascii_case(name));
        table.columns.sort_by_key(|name| is_key(name).unwrap_or(usize::MAX));
    } else if let ([of], None) = (key.as_slice(), table.rowid) {
        let named = table.columns.iter().position(|name| name.eq_ignore_ascii_case(of));
        let is_integer = |at: &usize| is_integer(&tokens[open + 1..close], &table.columns[*at]);
        table.rowid = named.filter(is_integer);
    }
    table
}

/// Whether a column is one that is worked out when it is read; then rows do not hold it.
fn is_computed(definition: &[Token]) -> bool {
    let computed = definition.windows(2).any(|pair| pair[0].is("as") && pair[1].is("("));
    computed && !definition.iter().any(|token| token.is("stored"))
}

/// Whether a column is defined as an integer.
fn is_integer(definitions: &[Token], column: &str) -> bool {
    split(definitions).iter().any(|definition| {
        let named = |token: &Token| token.text.eq_ignore_ascii_case(column);
        definition.first().is_some_and(named)
            && definition.get(1).is_some_and(|of| of.is("integer"))
    })
}

/// The names in the first list of a constraint.
fn listed(tokens: &[Token]) -> Vec<String> {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return Vec::new() };
    let close = closing(tokens, open);
    let names = split(&tokens[open + 1..close]);
    names.iter().filter_map(|name| Some(name.first()?.text.clone())).collect()
}

/// Where the bracket closes that opens at `open`; the end, if it does not.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    tokens.len()
}

/// The parts between the commas that stand in no brackets.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            if token.is("(") {
                depth += 1;
            } else if token.is(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is(",")
        })
        .collect()
}

/// A word, name, literal or sign.
#[derive(Debug)]
struct Token {
    text: String,
    is_quoted: bool,
}

impl Token {
    fn is(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// Splits a statement, without its comments.
fn tokens(statement: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = statement;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let end = |end: Option<usize>, length: usize| end.map_or(rest.len(), |end| end + length);
        let length = match first {
            _ if first.is_whitespace() => first.len_utf8(),
            '-' if after.starts_with('-') => end(rest.find('\n'), 1),
            '/' if after.starts_with('*') => end(rest.find("*/"), 2),
            '"' | '`' | '\'' | '[' => {
                let (text, length) = quoted(after, if first == '[' { ']' } else { first });
                found.push(Token { text, is_quoted: true });
                length + 1
            }
            _ => {
                let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = end(rest.find(|c| !is_word(c)), 0).max(first.len_utf8());
                found.push(Token { text: rest[..length].to_owned(), is_quoted: false });
                length
            }
        };
        rest = &rest[length..];
    }
    found
}

/// A name or literal up to its closing quote, which stands twice where it is part of it; and how much of
/// the text it takes with that quote.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut name = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut is_twice = || quote != ']' && chars.next_if(|next| next.1 == quote).is_some();
        if c == quote && !is_twice() {
            return (name, at + 1);
        }
        name.push(c);
    }
    (name, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(statement: &str) -> Vec<String> {
        columns(statement).columns
    }

    #[test]
    fn columns_are_named_in_all_ways() {
        assert_eq!(names("create table kv(k text,v text)"), ["k", "v"]);
        assert_eq!(
            names("CREATE TABLE \"a\"\"b\" (\"x \"\"y\" TEXT, [z w] BLOB, `q` , 'r' INT -- ,s\n)"),
            ["x \"y", "z w", "q", "r"]
        );
        assert_eq!(
            names(
                "CREATE TABLE t (a DECIMAL(10,2) DEFAULT (1+2), /* b, */ c, CHECK (a > 0), \
                 CONSTRAINT u UNIQUE (a, c), FOREIGN KEY (a) REFERENCES o(a))"
            ),
            ["a", "c"]
        );
        assert_eq!(names("CREATE TABLE t (a, b AS (a || 'x'), c AS (a) STORED)"), ["a", "c"]);
        assert!(names("CREATE VIRTUAL TABLE t USING fts5").is_empty());
        assert_eq!(names("CREATE TABLE t (a, b"), ["a", "b"]);
    }

    #[test]
    fn the_row_id_may_stand_for_a_column() {
        assert_eq!(columns("CREATE TABLE t(a, id INTEGER PRIMARY KEY)").rowid, Some(1));
        assert_eq!(columns("CREATE TABLE t(a, id INT PRIMARY KEY)").rowid, None);
        assert_eq!(columns("CREATE TABLE t(id INTEGER, a, PRIMARY KEY(id))").rowid, Some(0));
        assert_eq!(columns("CREATE TABLE t(id INTEGER, a, PRIMARY KEY(id, a))").rowid, None);
    }

    #[test]
    fn without_row_ids_the_key_comes_first() {
        let table =
            columns("CREATE TABLE t(v, k TEXT, j, PRIMARY KEY(j, k)) WITHOUT ROWID, STRICT");
        assert!(table.is_without_rowid);
        assert_eq!(table.columns, ["j", "k", "v"]);
        let table = columns("CREATE TABLE t(v, k INTEGER PRIMARY KEY) WITHOUT ROWID");
        assert_eq!((table.columns, table.rowid), (vec!["k".to_owned(), "v".to_owned()], None));
    }
}
