//! The literal that all secrets of a type begin with: public knowledge, like `ghp_`.

use regex_syntax::hir::{Class, Hir, HirKind};

/// What every text that a pattern matches begins with. Of classes of characters only those with one
/// member are literal: a digit of a token is a part of it, whatever digits there are.
pub(super) fn literal_prefix(pattern: &Hir) -> Vec<u8> {
    begin(pattern).0
}

/// The literal that a part begins with, and whether the part is nothing else.
fn begin(hir: &Hir) -> (Vec<u8>, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Vec::new(), true),
        HirKind::Literal(literal) => (literal.0.to_vec(), true),
        HirKind::Class(class) => match single(class) {
            Some(byte) => (vec![byte], true),
            None => (Vec::new(), false),
        },
        HirKind::Repetition(repetition) if repetition.min == 0 => (Vec::new(), false),
        HirKind::Repetition(repetition) => {
            let (text, whole) = begin(&repetition.sub);
            (text, whole && (repetition.min, repetition.max) == (1, Some(1)))
        }
        HirKind::Capture(capture) => begin(&capture.sub),
        HirKind::Concat(parts) => {
            let mut text = Vec::new();
            for part in parts {
                let (more, whole) = begin(part);
                text.extend(more);
                if !whole {
                    return (text, false);
                }
            }
            (text, true)
        }
        HirKind::Alternation(ways) => {
            let mut all = ways.iter().map(begin);
            let Some((first, mut same)) = all.next() else { return (Vec::new(), false) };
            let mut length = first.len();
            for (other, whole) in all {
                same &= whole && other == first;
                length = first.iter().zip(&other).take(length).take_while(|(a, b)| a == b).count();
            }
            (first[..length].to_vec(), same)
        }
    }
}

fn single(class: &Class) -> Option<u8> {
    match class {
        Class::Bytes(bytes) => match bytes.ranges() {
            [one] if one.start() == one.end() => Some(one.start()),
            _ => None,
        },
        Class::Unicode(characters) => match characters.ranges() {
            [one] if one.start() == one.end() => {
                u8::try_from(one.start()).ok().filter(u8::is_ascii)
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> String {
        let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = { hir }.parse(pattern).unwrap();
        String::from_utf8(literal_prefix(&hir)).unwrap()
    }

    #[test]
    fn only_what_all_secrets_share_is_literal() {
        for (pattern, prefix) in [
            ("ghp_[0-9A-Za-z]{36}", "ghp_"),
            ("[0-9a-f]{32}", ""),
            ("[01][0-9a-f]{31}", ""),
            ("AC[0-9a-f]{32}", "AC"),
            ("(?:sk|rk)_live_x", ""),
            ("key_(?:live|test)_[a-z]{3}", "key_"),
            ("x{3}[a-z]", "x"),
            ("(?:ab)?c", ""),
            ("(?i)ghp_[a-z]", ""),
            ("[a][b]c", "abc"),
            ("(?:a|b)c", ""),
        ] {
            assert_eq!(of(pattern), prefix, "{pattern}");
        }
    }
}
