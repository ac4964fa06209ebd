//! Edges of a pattern: what must stand before and behind a secret, and where in it a keyword stands.
//! The scanner tries patterns where an escape ends, and tokens that prove themselves anywhere.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::classes::Required;
use super::keywords::beginnings_of;

/// Parts of a pattern that are looked at for its keyword; it stands in the first ones of nearly all.
const PARTS: usize = 6;

/// What is known about the edges of a rule's matches.
#[derive(Debug)]
pub(crate) struct Edges {
    /// Bytes of which one must stand before the match, if it does not begin the text; `None` if the
    /// pattern asks for nothing.
    before: Option<Box<[bool; 256]>>,
    /// Least and greatest number of bytes between what must stand before a match and its first
    /// keyword; `None` if that is not known.
    pub(crate) keyword: Option<(usize, usize)>,
    /// Whether a match has nothing but the secret, and at most a byte before and behind it.
    pub(crate) only_secret: bool,
    /// How many bytes a match has before the secret and behind it; `None` where the number varies.
    pub(crate) beside: [Option<usize>; 2],
    /// A byte that stands behind the keyword in every match.
    pub(crate) required: Option<Required>,
}

impl Edges {
    /// Of a pattern, with the keywords of its rule.
    pub(super) fn of(whole: &Hir, keywords: &[String]) -> Self {
        let mut parts = Vec::new();
        flatten(whole, &mut parts);
        let before = parts.first().and_then(|first| before(first));
        let inner = &parts[usize::from(before.is_some())..];
        let beside = beside_secret(whole);
        let exact = |(least, most): (usize, Option<usize>)| most.filter(|most| *most == least);
        let place = keyword(inner, keywords);
        Self {
            required: place.and_then(|place| Required::of(inner, keywords, place)),
            keyword: place,
            only_secret: beside
                .is_some_and(|sides| sides.iter().all(|(_, most)| most.is_some_and(|m| m <= 1))),
            beside: beside.map_or([None; 2], |sides| sides.map(exact)),
            before,
        }
    }

    /// Whether a match may begin behind this byte, though not at the beginning of a text.
    pub(crate) fn may_begin_after(&self, byte: u8) -> bool {
        self.before.as_ref().is_some_and(|before| before[usize::from(byte)])
    }

    /// Whether the pattern asks for anything before a match.
    pub(crate) fn has_border(&self) -> bool {
        self.before.is_some()
    }
}

/// The parts that follow each other, those of groups among them.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(all) => all.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        _ => parts.push(hir),
    }
}

/// Bytes after which a pattern may match that begins so: `\b`, or `(?:^|[^...])`.
fn before(first: &Hir) -> Option<Box<[bool; 256]>> {
    let mut bytes = Box::new([false; 256]);
    match first.kind() {
        HirKind::Look(Look::WordAscii | Look::WordStartAscii | Look::WordStartHalfAscii) => {
            for (may, byte) in bytes.iter_mut().zip(0_u8..=u8::MAX) {
                *may = !(byte.is_ascii_alphanumeric() || byte == b'_');
            }
        }
        HirKind::Alternation(ways)
            if first.properties().maximum_len() == Some(1)
                && ways.iter().any(|way| matches!(way.kind(), HirKind::Look(Look::Start))) =>
        {
            for way in ways {
                let HirKind::Class(Class::Bytes(class)) = way.kind() else { continue };
                for range in class.iter() {
                    bytes[usize::from(range.start())..=usize::from(range.end())].fill(true);
                }
            }
        }
        _ => return None,
    }
    Some(bytes)
}

/// Where the first keyword stands in whatever these parts match.
fn keyword(parts: &[&Hir], keywords: &[String]) -> Option<(usize, usize)> {
    if keywords.is_empty() {
        return None;
    }
    let keywords: Vec<Vec<u8>> =
        keywords.iter().map(|k| k.to_ascii_lowercase().into_bytes()).collect();
    let (mut least, mut most) = (0, 0);
    for index in 0..parts.len().min(PARTS) {
        let place =
            |text: &Vec<u8>| keywords.iter().filter_map(|k| memchr::memmem::find(text, k)).min();
        let places: Option<Vec<usize>> =
            beginnings_of(parts[index..].iter().copied()).iter().map(place).collect();
        if let Some(places) = places.filter(|places| !places.is_empty()) {
            let first = places.iter().min().copied().unwrap_or(0);
            let last = places.iter().max().copied().unwrap_or(0);
            return Some((least + first, most + last));
        }
        let properties = parts[index].properties();
        least += properties.minimum_len()?;
        most += properties.maximum_len()?;
    }
    None
}

/// How many bytes a match has before the secret and behind it: at least, and at most if that is known.
fn beside_secret(whole: &Hir) -> Option<[(usize, Option<usize>); 2]> {
    let parts = match whole.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(whole),
    };
    let is_secret = |part: &Hir| match part.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some("secret"),
        _ => false,
    };
    let at = parts.iter().position(is_secret)?;
    let length = |parts: &[Hir]| {
        let all = parts.iter().map(Hir::properties);
        let least = all.clone().map(|part| part.minimum_len().unwrap_or(0)).sum();
        (least, all.map(|part| part.maximum_len()).sum())
    };
    Some([length(&parts[..at]), length(&parts[at + 1..])])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pattern: &str, keywords: &[&str]) -> Edges {
        let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = hir.clone().parse(pattern).expect("it parses");
        let keywords: Vec<String> = keywords.iter().map(|k| (*k).to_owned()).collect();
        Edges::of(&hir, &keywords)
    }

    #[test]
    fn keywords_have_their_place() {
        for (pattern, keywords, expected) in [
            (r"\b(?<secret>ghp_[0-9A-Za-z]{36})\b", &["ghp_"][..], Some((0, 0))),
            (r"(?:^|[^0-9a-z])(?<secret>(?:sk|rk)_live_[0-9a-z]{9})", &["_live_"], Some((2, 2))),
            (r"\b(?<secret>[0-9]{5}AZDO[0-9]{4})", &["azdo"], Some((5, 5))),
            (r"\b(?<secret>[a-z]{3,20}\.atlasv1\.[a-z]{60})", &["atlasv1"], Some((4, 21))),
            (r"\b(?<secret>x?[0-9a-f]{32})\b", &[], None),
            (r"(?:a|b{1,9})+(?<secret>[0-9a-f]{32})\b", &["zz"], None),
        ] {
            assert_eq!(edges(pattern, keywords).keyword, expected, "{pattern}");
        }
    }

    #[test]
    fn borders_are_understood() {
        let word = edges(r"\b(?<secret>ghp_[0-9]{3})\b", &["ghp_"]);
        assert!(word.has_border() && word.only_secret);
        assert!(word.may_begin_after(b'/') && word.may_begin_after(0xff));
        assert!(!word.may_begin_after(b'_') && !word.may_begin_after(b'n'));
        let class = edges(r"(?:^|[^0-9A-Za-z/])(?<secret>[0-9]{3})(?:[^0-9]|$)", &[]);
        assert!(class.has_border() && class.only_secret);
        assert!(class.may_begin_after(b'\n') && !class.may_begin_after(b'/'));
        let named = edges(r"(?i:token)[=:](?<secret>[0-9]{3})", &["token"]);
        assert!(!named.has_border() && !named.only_secret);
        assert_eq!(named.keyword, Some((0, 0)));
        assert!(!edges(r"\b(?<secret>[0-9]{3})//", &[]).only_secret);
        for (pattern, expected) in [
            (r"\b(?<secret>[0-9]{3})//", [Some(0), Some(2)]),
            (r"(?:^|[^0-9])(?<secret>[0-9]{3})\b", [None, Some(0)]),
            (r"x{2}(?<secret>[0-9]{3})(?:x|yy)", [Some(2), None]),
            (r"(?:a(?<secret>[0-9]{3})|b)", [None, None]),
            (r"(?<secret>[0-9]{3})", [Some(0), Some(0)]),
        ] {
            assert_eq!(edges(pattern, &[]).beside, expected, "{pattern}");
        }
    }
}
