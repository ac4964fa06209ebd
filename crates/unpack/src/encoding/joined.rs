//! Words that are written in pieces: over the end of a line that is continued, or in several literals
//! that a program joins.

use super::Encoding;
use super::edits::{Edit, Weight, is_of_words};

/// Blanks that a line begins with, at most.
const INDENT: usize = 160;

/// A word that goes on in the next line, behind a sign that continues the line: a backslash of shells,
/// C and YAML, a backtick of PowerShell, a caret of Windows.
pub(super) fn continued(text: &[u8], at: usize) -> Option<Edit> {
    let line = match text.get(at + 1..)? {
        [b'\n', ..] => at + 2,
        [b'\r', b'\n', ..] => at + 3,
        _ => return None,
    };
    let end = line + blanks(text.get(line..)?, INDENT);
    let is_within = at > 0 && is_of_words(text[at - 1]) && is_of_words(*text.get(end)?);
    is_within.then(|| Edit::new(at..end, b"", Encoding::Continuation, Weight::IfLong))
}

/// The seam between a literal that ends in a quote and the next one, which a language joins: by `+`,
/// `.`, `..`, `&`, `||`, `<>`, `~` or `^`, next to each other, or below each other.
pub(super) fn seam(text: &[u8], quote: usize) -> Option<Edit> {
    // Most quotes end here.
    let next = *text.get(quote + 1)?;
    let may_go_on = matches!(
        next,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'+'
            | b'.'
            | b'&'
            | b'|'
            | b'<'
            | b'~'
            | b'^'
            | b'\\'
            | b'"'
            | b'\''
    );
    if !may_go_on || quote == 0 || !is_of_words(text[quote - 1]) {
        return None;
    }
    let mut seam = Seam { text, at: quote + 1, is_joined: matches!(next, b'"' | b'\'') };
    seam.operator();
    seam.line_end();
    seam.operator();
    if !seam.is_joined {
        return None;
    }
    // Strings with a type: `b"..."`, `f"..."`.
    if matches!(
        text.get(seam.at..)?,
        [b'b' | b'f' | b'r' | b'u' | b'L' | b'@' | b'$', b'"' | b'\'', ..]
    ) {
        seam.at += 1;
    }
    let is_quote = matches!(text.get(seam.at)?, b'"' | b'\'' | b'`');
    let end = seam.at + 1;
    (is_quote && is_of_words(*text.get(end)?))
        .then(|| Edit::new(quote..end, b"", Encoding::Concatenation, Weight::IfLong))
}

struct Seam<'t> {
    text: &'t [u8],
    at: usize,
    /// Something says that what follows belongs to what is before.
    is_joined: bool,
}

impl Seam<'_> {
    /// Passes over an operator and the blanks around it.
    fn operator(&mut self) {
        self.blanks(8);
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = match rest {
            [b'.', b'.', ..] | [b'|', b'|', ..] | [b'<', b'>', ..] | [b'+', b'+', ..] => 2,
            [b'+' | b'.' | b'&' | b'~' | b'^', ..] => 1,
            _ => return,
        };
        self.at += length;
        self.is_joined = true;
        self.blanks(8);
    }

    /// Passes over the end of a line, of which there may be a sign before it.
    fn line_end(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let sign = usize::from(matches!(rest.first(), Some(b'\\' | b'_')));
        let line = match rest.get(sign..) {
            Some([b'\n', ..]) => 1,
            Some([b'\r', b'\n', ..]) => 2,
            _ => return,
        };
        self.at += sign + line;
        self.is_joined = true;
        self.blanks(INDENT);
    }

    fn blanks(&mut self, most: usize) {
        self.at += blanks(self.text.get(self.at..).unwrap_or_default(), most);
    }
}

fn blanks(bytes: &[u8], most: usize) -> usize {
    bytes.iter().take(most).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seams_of_many_languages_are_known() {
        for seam_text in [
            "\" + \"",
            "\"+\"",
            "\" . \"",
            "\" .. \"",
            "\" & \"",
            "\" || \"",
            "\" <> \"",
            "\" ~ \"",
            "\" ++ \"",
            "\" ^ \"",
            "\"\"",
            "\"'",
            "\"\n    \"",
            "\" +\n    \"",
            "\"\n  + \"",
            "\" \\\n \"",
            "\" & _\r\n  \"",
            "\" + f\"",
        ] {
            let text = format!("\"abc{seam_text}def\"");
            let edit = seam(text.as_bytes(), 4).unwrap();
            assert_eq!((edit.start, edit.end), (4, 4 + seam_text.len()), "{seam_text:?}");
        }
        for other in ["\", \"", "\" \"", "\": \"", "\" a \"", "\"\n\n\"", "\";\n\"", "\" + x + \""]
        {
            let text = format!("\"abc{other}def\"");
            assert_eq!(seam(text.as_bytes(), 4), None, "{other:?}");
        }
    }

    #[test]
    fn lines_go_on_within_a_word() {
        assert_eq!(continued(b"ab\\\ncd", 2).map(|edit| edit.end), Some(4));
        assert_eq!(continued(b"ab^\r\n  cd", 2).map(|edit| edit.end), Some(7));
        assert_eq!(continued(b"ab \\\ncd", 3), None);
        assert_eq!(continued(b"ab\\ncd", 2), None);
    }
}
