//! The members of the object around a place, read leniently: the object may be JSON, JSON escaped inside
//! a string, or a literal of JavaScript, Python, Ruby, PHP or Groovy.

use std::ops::Range;

use crate::identifier;

/// How far before a place its object may begin, in bytes.
const BACK: usize = 8 * 1024;

/// How far after a place its object may end, in bytes.
const FORWARD: usize = 16 * 1024;

/// The longest code between two literals that hold one value (`" +\n    "`), in bytes.
const GLUE: usize = 80;

/// The object around `at`, brackets included. `stop` is text that no object holds twice: the search does
/// not go beyond another one, so that a text full of them costs no more than its length.
pub(super) fn object_around(blob: &[u8], at: Range<usize>, stop: &[u8]) -> Option<Range<usize>> {
    let before = blob.get(at.start.saturating_sub(BACK)..at.start)?;
    let ends = |other: &usize| is_apart(before, *other..*other + stop.len());
    let before = match memchr::memmem::rfind_iter(before, stop).find(ends) {
        Some(other) => &before[other + stop.len()..],
        None => before,
    };
    let mut depth = 0;
    let open = before.iter().rposition(|byte| is_border(*byte, b"}])", b"{[(", &mut depth))?;
    let after = blob.get(at.end..blob.len().min(at.end + FORWARD))?;
    let begins = |other: &usize| is_apart(after, *other..*other + stop.len());
    let after = match memchr::memmem::find_iter(after, stop).find(begins) {
        Some(other) => &after[..other],
        None => after,
    };
    let mut depth = 0;
    let close = after.iter().position(|byte| is_border(*byte, b"{[(", b"}])", &mut depth))?;
    Some(at.start - (before.len() - open)..at.end + close + 1)
}

/// The members of an object whose values are strings; not those of objects inside it.
pub(super) fn members(object: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut members = Vec::new();
    let mut depth = 0_usize;
    let mut at = 1;
    while let Some(byte) = object.get(at) {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            b':' | b'=' if depth == 0 => {
                let after = if object[at..].starts_with(b"=>") { at + 2 } else { at + 1 };
                if let Some((value, end)) = string_at(object, after) {
                    members.push((name_before(&object[..at]), value));
                    at = end;
                }
            }
            _ => {}
        }
        at += 1;
    }
    members
}

/// The value of a member.
pub(super) fn member<'a>(members: &'a [(&[u8], Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    members.iter().find(|(n, _)| *n == name.as_bytes()).map(|(_, value)| value.as_slice())
}

/// Whether a part of a text is a word of its own, and no letters of a number in base64.
fn is_apart(text: &[u8], part: Range<usize>) -> bool {
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/');
    let before = part.start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(is_letter) && !text.get(part.end).is_some_and(is_letter)
}

/// Whether a bracket is the one that is looked for; `inner` and `outer` are those that open and close in
/// the direction of the search.
fn is_border(byte: u8, inner: &[u8], outer: &[u8], depth: &mut usize) -> bool {
    if inner.contains(&byte) {
        *depth += 1;
    } else if outer.contains(&byte) {
        match depth.checked_sub(1) {
            Some(less) => *depth = less,
            None => return true,
        }
    }
    false
}

/// The string that begins here, literals that follow each other joined, and where it ends.
fn string_at(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let rest = text.get(at..)?;
    let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let escapes = escapes(&rest[blanks..]);
    let quote = *rest.get(blanks + escapes).filter(|b| is_quote(**b))?;
    let mut value = Vec::new();
    let mut at = at + blanks + escapes + 1;
    loop {
        let length =
            text.get(at..)?.iter().position(|b| *b == quote || is_quote(*b) && escapes > 0)?;
        let part = &text[at..at + length];
        let slashes = part.iter().rev().take_while(|b| **b == b'\\').count();
        value.extend_from_slice(&part[..length - slashes]);
        let end = at + length + 1;
        // Inside an escaped value a bare quote is the border of the literal around.
        let is_outer = escapes > 0 && slashes == 0;
        match next_literal(
            text,
            end,
            if is_outer { text[end - 1] } else { quote },
            if is_outer { 0 } else { escapes },
        ) {
            Some(next) => at = next,
            None if is_outer => return None,
            None => return Some((value, at + length - slashes)),
        }
    }
}

/// Where the literal begins that goes on with the value of the one before.
fn next_literal(text: &[u8], at: usize, quote: u8, escaped: usize) -> Option<usize> {
    let window = &text[at..text.len().min(at + GLUE)];
    let open = window.iter().position(|byte| *byte == quote)?;
    let glue = &window[..open];
    let slashes = glue.iter().rev().take_while(|b| **b == b'\\').count();
    let signs = glue[..open - slashes].trim_ascii();
    let is_glue = match signs {
        [] => glue.contains(&b'\n'),
        [b'+' | b'.' | b'\\' | b'&'] => true,
        _ => false,
    };
    (is_glue && slashes == escaped).then_some(at + open + 1)
}

fn escapes(text: &[u8]) -> usize {
    text.iter().take_while(|b| **b == b'\\').count()
}

/// The name of the member whose value follows; of a path, its last part.
fn name_before(text: &[u8]) -> &[u8] {
    let is_sign = |b: u8| b.is_ascii_whitespace() || is_quote(b) || b == b'\\';
    let path = &text[identifier::name_before(text, text.len(), usize::MAX, is_sign)];
    path.rsplit(|b| *b == b'.').next().unwrap_or_default()
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, at: &str) -> Vec<(String, String)> {
        let at = text.find(at).unwrap();
        let object = object_around(text.as_bytes(), at..at + 1, b"\0").unwrap();
        let owned = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        members(&text.as_bytes()[object])
            .into_iter()
            .map(|(name, value)| (owned(name), owned(&value)))
            .collect()
    }

    #[test]
    fn members_are_read_in_every_notation() {
        for text in [
            r#"x = {"a": "12", "n": {"b": "2"}, "c" : "3"}"#,
            r#"'{\"a\":\"12\",\"c\":\"3\"}'"#,
            "{a: '12', l: ['x', 'y'], c: '3'}",
            "{'a' => '12', 'c' => '3'}",
            "['a' => '12', 'c' => '3']",
            "dict(a='12', c='3')",
            "{\"a\": \"1\" +\n   \"2\", \"c\": \"3\"}",
            "{'a': '1'\n  '2',\n 'c': '3'}",
            "\"{\\\"a\\\":\\\"1\" +\n  \"2\\\",\\\"c\\\":\\\"3\\\"}\"",
        ] {
            let found = read(text, "a");
            assert!(found.contains(&("a".into(), "12".into())), "{text}: {found:?}");
            assert!(found.contains(&("c".into(), "3".into())), "{text}: {found:?}");
            assert!(!found.iter().any(|(name, _)| name == "b"), "{text}: {found:?}");
        }
    }

    #[test]
    fn the_object_around_is_the_innermost() {
        let text = br#"{"keys":[{"k":"1"},{"k":"2"}]}"#;
        let at = 22;
        assert_eq!(object_around(text, at..at + 1, b"\0"), Some(19..28));
        // Letters of a value are no name.
        let text = br#"{"kty":"oct","k":"abktycd","x":"1"}{"kty":"oct"}"#;
        assert_eq!(object_around(text, 2..5, b"kty"), Some(0..35));
        assert_eq!(object_around(b"no object", 3..4, b"\0"), None);
        assert_eq!(object_around(b"{no end", 3..4, b"\0"), None);
    }
}
