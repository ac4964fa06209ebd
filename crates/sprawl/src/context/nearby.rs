//! What the text around a secret tells policy, read from the text.

use std::ops::Range;

use super::marks;
use crate::finding::Secret;
use crate::finding::nearby::Nearby;
use sprawl_detect::identifier;

/// What stands near each of these secrets of a text, in any order.
pub(crate) fn nearby(text: &[u8], secrets: &[Range<usize>]) -> Vec<Nearby> {
    let mut order: Vec<usize> = (0..secrets.len()).collect();
    order.sort_by_key(|at| secrets[*at].start);
    let sorted: Vec<Range<usize>> = order.iter().map(|at| secrets[*at].clone()).collect();
    let mut all = vec![Nearby::default(); secrets.len()];
    for (at, marks) in order.into_iter().zip(marks::marks(text, &sorted)) {
        all[at] = Nearby {
            marks: marks.into(),
            word: Secret::new(&word_before(text, secrets[at].start)),
        };
    }
    all
}

/// Bytes before a secret in which its word is looked for.
const FAR: usize = 200;

/// Longer words are values, not names.
const LONGEST: usize = 48;

/// The letters and digits of the last name before a position, in lower case: `apiKey: "`, `api_key =`
/// and `"API-KEY"` all give `apikey`. Empty if there is none on the line, or the line before where the
/// value stands alone.
fn word_before(text: &[u8], at: usize) -> Vec<u8> {
    let at = at.min(text.len());
    let name = identifier::name_before(text, at, FAR, |b| !b.is_ascii_alphanumeric());
    if memchr::memchr_iter(b'\n', &text[name.end..at]).count() > 1 {
        return Vec::new();
    }
    let letters = text[name].iter().filter(|b| b.is_ascii_alphanumeric());
    if letters.clone().count() > LONGEST {
        return Vec::new();
    }
    letters.map(u8::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> String {
        let at = text.find("XX").unwrap();
        String::from_utf8(word_before(text.as_bytes(), at)).unwrap()
    }

    #[test]
    fn the_word_stays_when_the_file_is_formatted_anew() {
        for text in [
            "api_key=XX",
            "{\"a\":1,\"api-key\":\"XX\"}",
            "{\n  \"apiKey\":\n    \"XX\"\n}",
            "api_key  =  'XX'",
        ] {
            assert_eq!(word(text), "apikey", "{text}");
        }
        assert_eq!(word("XX"), "");
        assert_eq!(word("above\n\nXX"), "");
        assert_eq!(word(&format!("{} XX", "a".repeat(60))), "");
    }

    #[test]
    fn any_order_and_any_bytes() {
        let text = b"a = XX # ggignore\nb = XX\n";
        let all = nearby(text, &[22..24, 4..6]);
        assert_eq!((all[0].marks.len(), all[1].marks.len()), (0, 1));
        assert_eq!(all[0].word.reveal(), b"b");
        assert_eq!(nearby(b"", &[0..0, 5..9]).len(), 2);
    }
}
