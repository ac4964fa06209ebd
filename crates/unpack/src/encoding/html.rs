//! Character references of HTML and XML (HTML Standard, section 13.5; XML 1.0, section 4.1): by
//! number, or by the names that stand for ASCII and for what is invisible.

use super::Encoding;
use super::edits::{Edit, Weight};
use super::escapes::{character, hexadecimal};

/// The reference at an ampersand.
pub(super) fn reference(text: &[u8], at: usize) -> Option<Edit> {
    const LONGEST: usize = 17;
    let rest = text.get(at + 1..text.len().min(at + LONGEST))?;
    // An operator of a program.
    if matches!(rest.first(), Some(b' ' | b'&')) {
        return None;
    }
    let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')?;
    if length < 2 || rest[length] != b';' {
        return None;
    }
    let said = match &rest[..length] {
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hexadecimal(digits)?)?,
        [b'#', digits @ ..] => {
            let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
            char::from_u32(number)?
        }
        name => NAMES.iter().find(|(known, _)| known.as_bytes() == name)?.1,
    };
    let span = at..at + length + 2;
    let mut edit = character(text, span, said, Encoding::Html);
    // What is written as it is everywhere else is no reason to look.
    if matches!(said, '\u{a0}') {
        edit = Edit::new(edit.start..edit.end, b" ", Encoding::Html, Weight::None);
    }
    Some(edit)
}

/// Names of what tokens, settings and addresses are made of.
const NAMES: [(&str, char); 42] = [
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("LT", '<'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("equals", '='),
    ("colon", ':'),
    ("semi", ';'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("hyphen", '-'),
    ("plus", '+'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("commat", '@'),
    ("excl", '!'),
    ("quest", '?'),
    ("ast", '*'),
    ("midast", '*'),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("rsqb", ']'),
    ("lcub", '{'),
    ("rcub", '}'),
    ("verbar", '|'),
    ("Hat", '^'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("ZeroWidthSpace", '\u{200b}'),
];

#[cfg(test)]
mod tests {
    use super::super::near;
    use super::*;

    #[test]
    fn all_names_pass_the_first_look() {
        for (name, said) in NAMES {
            let text = format!("a&{name};b");
            assert!(near::may_be(text.as_bytes(), 1), "{name}");
            assert!(reference(text.as_bytes(), 1).is_some_and(|edit| edit.end == text.len() - 1));
            for number in [format!("&#{};", said as u32), format!("&#X{:X};", said as u32)] {
                assert!(near::may_be(number.as_bytes(), 0), "{number}");
            }
        }
    }

    #[test]
    fn references_are_known() {
        for (text, weight, length) in [
            ("&#65;x", Some(Weight::Full), 5),
            ("&#x41;x", Some(Weight::Full), 6),
            ("&quot;x", Some(Weight::Full), 6),
            ("&lt;x", Some(Weight::None), 4),
            ("&amp;x", Some(Weight::None), 5),
            ("&amp;sig=x", Some(Weight::Full), 5),
            ("&shy;x", Some(Weight::IfLong), 5),
            ("&#8203;x", Some(Weight::IfLong), 7),
            ("&nbsp;x", Some(Weight::None), 6),
            ("&x;", None, 0),
            ("&name", None, 0),
            ("&#xzz;", None, 0),
            ("&#99999999;", None, 0),
            ("& b", None, 0),
        ] {
            let edit = reference(text.as_bytes(), 0);
            assert_eq!(edit.map(|edit| edit.weight), weight, "{text}");
            assert_eq!(edit.map_or(0, |edit| edit.end), length, "{text}");
        }
    }
}
