//! Letters by the names of their glyphs, and by their codes where nothing says what these are.

/// The letter of a name in the Adobe Glyph List, as far as secrets consist of them; or of a name that is
/// a number: `uni0041`, `u1F600`.
pub(super) fn named(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    // Behind a dot stands which form of the letter it is.
    let name = name.split_once('.').map_or(name, |(name, _)| name);
    let number = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).ok()?);
    if let Some(found) = NAMES.iter().find(|of| of.0 == name) {
        return Some(found.1.to_owned());
    }
    let mut chars = name.chars();
    match (chars.next()?, chars.as_str()) {
        (letter, "") => Some(letter.to_string()),
        ('u', rest) if rest.starts_with("ni") && rest.len() == 6 => {
            Some(number(&rest[2..])?.into())
        }
        ('u', rest) if (4..=6).contains(&rest.len()) => Some(number(rest)?.into()),
        _ => None,
    }
}

/// A text without the glyphs that stand for several letters: no secret has them, but programs draw them
/// for its letters (Unicode, "Alphabetic Presentation Forms").
pub(super) fn apart(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut letters = String::new();
    for c in text.chars() {
        match c {
            '\u{fb00}' => letters.push_str("ff"),
            '\u{fb01}' => letters.push_str("fi"),
            '\u{fb02}' => letters.push_str("fl"),
            '\u{fb03}' => letters.push_str("ffi"),
            '\u{fb04}' => letters.push_str("ffl"),
            _ => letters.push(c),
        }
    }
    letters
}

/// The letter of a code in the encoding of Windows, of which those of Latin texts differ in few letters
/// (annex D).
pub(super) fn latin(code: u8) -> char {
    match code {
        0x91 | 0x92 => '\'',
        0x93 | 0x94 => '"',
        0x95 => '\u{2022}',
        0x96 => '\u{2013}',
        0x97 => '\u{2014}',
        0x80 => '\u{20ac}',
        0x85 => '\u{2026}',
        // No letters: at most the end of a line.
        0..0x20 => ' ',
        _ => char::from(code),
    }
}

/// About how wide a letter is, as in Helvetica, for fonts that every reader has.
pub(super) fn usual_width(code: u16) -> f64 {
    match u8::try_from(code).unwrap_or(b'n') {
        b'i' | b'j' | b'l' | b'\'' | b'|' => 222.0,
        b' ' | b'!' | b',' | b'.' | b'/' | b':' | b';' | b'I' | b'[' | b']' | b'\\' | b'f'
        | b't' => 278.0,
        b'(' | b')' | b'-' | b'`' | b'r' | b'{' | b'}' => 333.0,
        b'c' | b'k' | b's' | b'v' | b'x' | b'y' | b'z' | b'J' => 500.0,
        b'<' | b'=' | b'>' | b'+' | b'~' => 584.0,
        b'F' | b'T' | b'Z' => 611.0,
        b'C' | b'D' | b'H' | b'N' | b'R' | b'U' | b'w' => 722.0,
        b'G' | b'O' | b'Q' => 778.0,
        b'M' | b'm' | b'W' | b'%' => 850.0,
        b'@' => 1015.0,
        b'A'..=b'Z' | b'&' => 667.0,
        _ => 556.0,
    }
}

const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("quoteright", "'"),
    ("quoteleft", "'"),
    ("quotedblleft", "\""),
    ("quotedblright", "\""),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("minus", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("endash", "\u{2013}"),
    ("emdash", "\u{2014}"),
    ("bullet", "\u{2022}"),
];
