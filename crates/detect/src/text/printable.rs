//! Text from outside as terminals, logs and people may see it.
//!
//! Names of files, authors and branches are chosen by whoever wrote the repository. Written out here
//! are the characters that steer a terminal, turn the direction of a line, end it or cannot be seen,
//! and what a build server takes for a command in its log. Every other escaping (Markdown, HTML, XML,
//! CSV, workflow commands) begins with this one.

use std::borrow::Cow;

/// Text that stays on its line and says nothing but itself: what must not stand in it is written as
/// `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let begin = text.len() - text.trim_start().len();
    let begins_command = AT_START.iter().any(|command| text[begin..].starts_with(command));
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let is_command = (at == begin && begins_command) || ends_command(&text[..at], c);
        if is_command || is_hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// What build servers read at the start of a line, blanks left out: commands of GitHub Actions, and
/// the groups of Buildkite (Buildkite Docs, "Managing log output").
const AT_START: &[&str] = &["::", "---", "+++", "~~~", "^^^"];

/// What they read anywhere: sections of GitLab and Travis. The colon after the word is written out.
const WORDS: &[&str] = &["section_start", "section_end", "travis_fold", "travis_time"];

/// Whether this character completes what a build server reads as a command wherever it stands on a
/// line: `##[group]` and `##[command]` of GitHub and Azure, `##vso[...]`, `##teamcity[...]`.
pub fn ends_command(before: &str, c: char) -> bool {
    match c {
        '#' => before.ends_with('#'),
        ':' => WORDS.iter().any(|word| before.ends_with(word)),
        _ => false,
    }
}

/// Whether nothing has to be looked at more closely.
fn is_plain(text: &str) -> bool {
    let is_harmless =
        |byte: u8| (byte.is_ascii_graphic() && byte != b'#' && byte != b':') || byte == b' ';
    text.bytes().all(is_harmless)
        && !matches!(text.trim_start().as_bytes(), [b'-' | b'+' | b'~' | b'^', ..])
}

/// Whether a character steers, ends or turns a line, or cannot be seen: Unicode's categories Cc, Zl
/// and Zp, its bidirectional controls and `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt),
/// the other marks of category Cf, and what is no character at all.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let code = u32::from(c);
    c.is_control()
        || code & 0xfffe == 0xfffe
        || matches!(code,
            0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
            | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f
            | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd | 0x13430..=0x1343f
            | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_without_harm_is_borrowed() {
        for text in ["plain", "a/b-c.rs:1:2", "käse 🔑", "a::b", "#1", "-x", "# one", ":"] {
            assert!(
                matches!(printable(text), Cow::Borrowed(_)) || printable(text) == text,
                "{text}"
            );
        }
    }

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        for c in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{feff}',
            '\u{fffe}',
            '\u{e0041}',
        ] {
            let shown = printable(&format!("a{c}b")).into_owned();
            assert_eq!(shown, format!("a{}b", c.escape_unicode()));
            assert!(!shown.chars().any(is_hidden));
        }
    }

    #[test]
    fn no_build_server_reads_a_command() {
        for (text, shown) in [
            ("::stop-commands::x", "\\u{3a}:stop-commands::x"),
            ("  ::error::x", "  \\u{3a}:error::x"),
            ("a ##vso[task.x]y", "a #\\u{23}vso[task.x]y"),
            ("##[group]", "#\\u{23}[group]"),
            ("x##teamcity[x]", "x#\\u{23}teamcity[x]"),
            ("###[x]", "#\\u{23}\\u{23}[x]"),
            ("--- x", "\\u{2d}-- x"),
            ("+++ x", "\\u{2b}++ x"),
            ("x section_start:1:a", "x section_start\\u{3a}1:a"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
