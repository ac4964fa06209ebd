//! The heading of a column: in a table of comma-separated values (RFC 4180), the first line names what
//! stands below.

use std::ops::Range;

/// Longest line that is one of a table, in bytes.
const LONGEST_LINE: usize = 4096;

/// Longest heading of a column, in bytes.
const LONGEST_HEADING: usize = 40;

/// The heading of the column that a value fills a cell of, if the text is a table.
pub(super) fn heading(text: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    let line = row(text, value)?;
    let first = headings(text).filter(|first| first.end < line.start)?;
    let head = &text[first.clone()];
    let sign = *head.iter().find(|b| matches!(b, b',' | b';' | b'\t' | b'|'))?;
    let fills = |side: Option<&u8>| side.is_none_or(|b| *b == sign || *b == b'"');
    if !fills(text[line.start..value.start].last()) || !fills(text[value.end..line.end].first()) {
        return None;
    }
    let mut quoted = false;
    let before = text[line.start..value.start].iter().filter(|b| {
        quoted ^= **b == b'"';
        **b == sign && !quoted
    });
    let index = before.count();
    let mut start = first.start;
    let mut cells = head.split(|b| *b == sign).map(|cell| {
        let range = start..start + cell.len();
        start = range.end + 1;
        range
    });
    cells.nth(index).filter(|cell| !cell.is_empty())
}

/// The line that a value stands in.
fn row(text: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    let from = value.start.saturating_sub(LONGEST_LINE);
    let to = text.len().min(value.end.saturating_add(LONGEST_LINE));
    let start = from + memchr::memrchr(b'\n', &text[from..value.start])? + 1;
    let end = memchr::memchr2(b'\r', b'\n', &text[value.end..to]).map_or(to, |at| value.end + at);
    Some(start..end)
}

/// The first line, if it is nothing but names with a separator between them.
fn headings(text: &[u8]) -> Option<Range<usize>> {
    let start = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let head = &text[start..text.len().min(start + LONGEST_LINE)];
    let head = &head[..memchr::memchr2(b'\r', b'\n', head)?];
    let cells = || head.split(|b| matches!(b, b',' | b';' | b'\t' | b'|'));
    let is_heading = |cell: &[u8]| {
        cell.len() <= LONGEST_HEADING
            && cell.iter().any(u8::is_ascii_alphabetic)
            && cell.iter().all(|b| b.is_ascii_alphanumeric() || b"_- .#/()\"".contains(b))
    };
    (cells().nth(1).is_some() && cells().all(is_heading)).then_some(start..start + head.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&str> {
        let start = text.find("VALUE").expect("there");
        heading(text.as_bytes(), &(start..start + 5)).map(|heading| &text[heading])
    }

    #[test]
    fn the_first_line_names_the_columns() {
        for (text, wanted) in [
            ("id,name\nVALUE,x\n", Some("id")),
            ("name,api key\nx,VALUE", Some("api key")),
            ("\u{feff}id;name\r\n1;x\r\nVALUE;y\r\n", Some("id")),
            ("id\tuuid\tname\n1\tVALUE\tx\n", Some("uuid")),
            ("id,uuid\n\"a, b\",\"VALUE\"\n", Some("uuid")),
            ("id,uuid\n1,2,3,VALUE\n", None),
            ("id,uuid\n1,a VALUE\n", None),
            ("uuid\nVALUE\n", None),
            ("VALUE,name\n", None),
            ("f(a), b = 2\nVALUE,x\n", None),
            ("some text, and more!\nVALUE,x\n", None),
        ] {
            assert_eq!(of(text), wanted, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_table_is_read(text in "[a-z,;\"\n]{0,80}", at in 0..80_usize, length in 0..9_usize) {
            let bytes = text.as_bytes();
            let at = at.min(bytes.len());
            let _ = heading(bytes, &(at..bytes.len().min(at + length)));
        }
    }
}
