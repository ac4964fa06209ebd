//! Text from outside in Markdown (CommonMark, and GitHub's tables): it means itself and nothing else.

use super::printable;

/// Text in which nothing is markup and which stays on its line: every character that Markdown or HTML
/// would read has a backslash in front.
pub fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A code span: fenced by more backticks than stand in a row within.
pub fn code(text: &str) -> String {
    let text = printable(text);
    // Fences around nothing would be one fence, which what follows closes.
    let text = if text.is_empty() { " ".into() } else { text };
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A code span in a table, where a bar would end the cell.
pub fn cell_code(text: &str) -> String {
    code(text).replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_itself() {
        // The backslash that stands for a control character is text like any other.
        assert_eq!(escaped("a*b|<img>\n&lt;"), "a\\*b\\|\\<img\\>\\\\u{a}\\&lt;");
        assert_eq!(escaped("a_b [x](y) #1"), "a\\_b \\[x\\](y) \\#1");
        assert_eq!(code("plain"), "`plain`");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code(""), "` `");
        assert_eq!(cell_code("a|b"), "`a\\|b`");
    }
}
