//! What stands around an escape or a seam: the byte before it, its own two and the one behind them. One
//! of them shows of most pairs that are marked that they are neither.

use super::rules::Rules;
use super::rules::Set::{self, Any, Hex, Of, OfWords, Word};

/// Whether the pair at a place may be an edit, part of a string with escapes, or a word of
/// [`super::named`]. Says no only where their finders do.
#[inline]
pub(super) fn may_be(text: &[u8], at: usize) -> bool {
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or_default();
    let four = at.checked_sub(1).and_then(|before| text.get(before..)?.first_chunk());
    RULES.allow(*four.unwrap_or(&[
        byte(at.checked_sub(1)),
        byte(Some(at)),
        byte(Some(at + 1)),
        byte(Some(at + 2)),
    ]))
}

const QUOTE: Set = Of(b"\"'");

static RULES: Rules<4> = Rules::new(&[
    // Ends of lines within a string, backslashes of deeper strings, slashes, and lines that belong to the
    // next one, whether or not a word goes on there.
    [Any, Of(b"\\"), Of(b"n\\/\n"), Any],
    // Settings within a string.
    [Of(b":= "), Of(b"\\"), Of(b"\""), Any],
    [Any, Of(b"\\"), Of(b"\""), Of(b":")],
    // Escapes.
    [Any, Of(b"\\"), Of(b"xXuU"), Hex],
    [Any, Of(b"\\"), Of(b"u"), Of(b"{")],
    [Any, Of(b"\\"), Of(b"0123"), Of(b"01234567")],
    [Any, Of(b"%"), Hex, Hex],
    [Any, Of(b"%"), Of(b"u"), Hex],
    [Any, Of(b"&"), Of(b"#"), Of(b"0123456789xX")],
    // Names of characters, by their first two letters.
    [Any, Of(b"&"), Of(b"ae"), Of(b"mpsqx")],
    [Any, Of(b"&"), Of(b"lg"), Of(b"tobpsc")],
    [Any, Of(b"&"), Of(b"nq"), Of(b"bu")],
    [Any, Of(b"&"), Of(b"s"), Of(b"eoh")],
    [Any, Of(b"&"), Of(b"bcd"), Of(b"so")],
    [Any, Of(b"&"), Of(b"pv"), Of(b"el")],
    [Any, Of(b"&"), Of(b"hmr"), Of(b"yipsbc")],
    [Any, Of(b"&"), Of(b"zZ"), Of(b"we")],
    [Any, Of(b"&"), Of(b"ALGQUH"), Of(b"MTUna")],
    // Lines that go on.
    [OfWords, Of(b"\\`^"), Of(b"\n\r"), Any],
    // Seams.
    [OfWords, QUOTE, Of(b" \t"), Of(b" \t\r\n+.&|<~^\\_")],
    [OfWords, QUOTE, Of(b"\n"), Of(b" \t\"'`+.&|<~^bfruL@$")],
    [OfWords, QUOTE, Of(b"\r\\"), Of(b"\r\n")],
    [OfWords, QUOTE, Of(b"+.&|<~^"), Any],
    [OfWords, QUOTE, QUOTE, OfWords],
    // Mail.
    [Any, Of(b"="), Of(b"0123456789ABCDEF"), Of(b"0123456789ABCDEF")],
    [Any, Of(b"="), Of(b"\n\r"), Any],
    // What is not seen.
    [Any, Of(b"<"), Of(b"w"), Of(b"b")],
    [Word, Of(&[0xe2]), Of(&[0x80, 0x81]), Of(&[0x8b, 0x8c, 0x8d, 0xa0])],
    [Word, Of(&[0xef]), Of(&[0xbb]), Of(&[0xbf])],
    [Word, Of(&[0xc2]), Of(&[0xad]), Any],
    // Words of what is named.
    [Any, Of(b"S"), Of(b"e"), Of(b"c")],
    [Of(b"sS"), Of(b"eE"), Of(b"6"), Of(b"4")],
]);
