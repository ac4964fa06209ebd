//! Texts that are encoded here, put into a context, and decoded again.

use data_encoding::{BASE32, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use proptest::prelude::*;

use super::*;
use crate::budget::Limits;

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    span: Range<usize>,
    encodings: Vec<Encoding>,
    text: String,
    /// The place of each byte.
    places: Vec<Range<usize>>,
}

fn all(text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let budget = Budget::new(Limits::default());
    Decoder::new().decode(text, &budget, &mut |segment| {
        assert!(segment.span.start <= segment.span.end && segment.span.end <= text.len());
        let places: Vec<_> =
            (0..segment.bytes.len()).map(|at| segment.map.span(at..at + 1)).collect();
        for place in &places {
            assert!(place.start <= place.end && place.end <= text.len(), "{place:?}");
        }
        found.push(Found {
            span: segment.span,
            encodings: segment.encodings.to_vec(),
            text: String::from_utf8_lossy(segment.bytes).into_owned(),
            places,
        });
    });
    found
}

/// The one segment of a text, as a text.
fn only(text: &str) -> (Encoding, String) {
    let found = all(text.as_bytes());
    assert_eq!(found.len(), 1, "{text:?}: {found:?}");
    (found[0].encodings[0], found[0].text.clone())
}

/// Letters and digits that look like a value, made of a number.
fn value(seed: u64) -> String {
    let mut state = seed | 1;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789"[(state >> 40) as usize % 42])
    };
    (0..24).map(|_| next()).chain(['7']).collect()
}

#[test]
fn runs_are_decoded_with_their_names() {
    let plain = value(1);
    let base64 = BASE64.encode(plain.as_bytes());
    for (text, expected) in [
        (format!("a: {base64}\n"), format!("a: \"{plain}\"")),
        (format!("[{{\"a\":\"{base64}\"}}]"), format!("\"a\":\"{plain}\"")),
        (format!("<img src=\"data:text/plain;base64,{base64}\">"), plain.clone()),
        (format!("GET /x/{base64} HTTP/1.1"), plain.clone()),
        (format!("a = '{}'", HEXLOWER.encode(plain.as_bytes())), format!("a = '{plain}'")),
        (format!("a = 0x{};", HEXLOWER.encode(plain.as_bytes())), format!("a = \"{plain}\"")),
        (format!("TOTP_X={}\n", BASE32.encode(plain.as_bytes())), format!("TOTP_X=\"{plain}\"")),
    ] {
        assert_eq!(only(&text).1, expected, "{text}");
    }
}

#[test]
fn parts_of_tokens_are_decoded_each_for_itself() {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let token = format!("{}.{}.AAAA", part("{\"typ\": \"x\"}"), part("{\"sub\": \"abc\"}"));
    let texts: Vec<String> = all(token.as_bytes()).into_iter().map(|found| found.text).collect();
    assert_eq!(texts, ["{\"typ\": \"x\"}", "{\"sub\": \"abc\"}"]);
}

#[test]
fn wide_text_of_commands_becomes_text() {
    let plain = "echo \"what is written here\"";
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let text = format!("powershell -EncodedCommand {}", BASE64.encode(&wide));
    let found = all(text.as_bytes());
    assert_eq!(found[0].encodings, [Encoding::Base64, Encoding::Utf16]);
    assert_eq!(found[0].text, plain);
    assert_eq!(found[0].places[4], 35..43);
}

#[test]
fn containers_are_handed_over_as_they_are() {
    let gzip = [&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], &[0xa5; 40]].concat();
    let text = format!("a: {}\n", BASE64.encode(&gzip));
    let mut bytes = Vec::new();
    let budget = Budget::new(Limits::default());
    Decoder::new().decode(text.as_bytes(), &budget, &mut |segment| {
        bytes = segment.bytes.to_vec();
    });
    assert_eq!(bytes, gzip);
}

#[test]
fn containers_are_decoded_to_their_last_line() {
    let packed = crate::samples::gzip(&crate::samples::noise(700));
    let letters = BASE64.encode(&packed);
    for width in [64, 76, 100] {
        let lines: Vec<&str> = letters
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let text = format!("a: |\n  {}\nb: c\n", lines.join("\n  "));
        let mut decoded = Vec::new();
        let budget = Budget::new(Limits::default());
        Decoder::new().decode(text.as_bytes(), &budget, &mut |segment| {
            decoded.push(segment.bytes.to_vec());
        });
        assert!(decoded == [packed.clone()], "{width}");
    }
}

#[test]
fn short_values_are_decoded_where_their_place_says_so() {
    let base64 = BASE64.encode(b"abc12");
    let manifest = format!("kind: Secret\ndata:\n  name: {base64}\n");
    assert_eq!(only(&manifest).1, "  name: \"abc12\"");
    assert!(all(format!("kind: Other\ndata:\n  name: {base64}\n").as_bytes()).is_empty());
    assert_eq!(
        only(&format!("<a encoding=\"base64\">{base64}</a>")).1,
        "<a encoding=\"base64\">abc12</a>"
    );
}

#[test]
fn escapes_are_decoded_in_their_lines() {
    let plain = format!("name = {}", value(2));
    let each = |write: fn(u8) -> String| plain.bytes().map(write).collect::<String>();
    for (escaped, encoding) in [
        (each(|byte| format!("%{byte:02X}")), Encoding::Percent),
        (each(|byte| format!("\\u{byte:04x}")), Encoding::UnicodeEscape),
        (each(|byte| format!("\\u{{{byte:x}}}")), Encoding::UnicodeEscape),
        (each(|byte| format!("\\x{byte:02x}")), Encoding::HexEscape),
        (each(|byte| format!("\\{byte:03o}")), Encoding::OctalEscape),
        (each(|byte| format!("&#{byte};")), Encoding::Html),
        (each(|byte| format!("&#x{byte:X};")), Encoding::Html),
    ] {
        let text = format!("first line\n<p>{escaped}</p>\nlast line\n");
        assert_eq!(only(&text), (encoding, format!("<p>{plain}</p>")));
        let found = all(text.as_bytes());
        let length = escaped.len() / plain.len();
        assert_eq!(found[0].places[2], 13..14);
        assert!(found[0].places[3].len().abs_diff(length) <= 1 && found[0].places[3].start == 14);
    }
}

#[test]
fn mail_is_decoded_over_the_ends_of_its_lines() {
    let plain = value(3);
    let text = format!("{} name=3D{}=\n{}\n", "x".repeat(50), &plain[..9], &plain[9..]);
    let (encoding, decoded) = only(&text);
    assert_eq!(encoding, Encoding::QuotedPrintable);
    assert!(decoded.ends_with(&format!(" name={plain}")), "{decoded}");
    assert!(all(b"A=20\nB=\nwidth=45, x=3\n").is_empty());
}

#[test]
fn pieces_are_joined() {
    let plain = value(4);
    let (first, second) = plain.split_at(11);
    for (glue, encoding) in [
        ("\u{200b}", Encoding::ZeroWidth),
        ("\u{ad}", Encoding::ZeroWidth),
        ("<wbr>", Encoding::ZeroWidth),
        ("&shy;", Encoding::Html),
        ("&#8203;", Encoding::Html),
        ("\\u200b", Encoding::UnicodeEscape),
        ("\\\n", Encoding::Continuation),
        ("`\r\n", Encoding::Continuation),
        ("^\r\n", Encoding::Continuation),
        ("\" + \"", Encoding::Concatenation),
        ("\" .\n    \"", Encoding::Concatenation),
        ("\"\n    \"", Encoding::Concatenation),
    ] {
        let text = format!("f(\"{first}{glue}{second}\")");
        assert_eq!(only(&text), (encoding, format!("f(\"{plain}\")")));
    }
}

#[test]
fn strings_are_unescaped_by_one_level() {
    let text = "{\"a\": \"{\\\"b\\\": \\\"{\\\\\\\"c\\\\\\\": 1}\\\"}\"}";
    let (encoding, outer) = only(text);
    assert_eq!((encoding, outer.as_str()), (Encoding::Json, "{\"b\": \"{\\\"c\\\": 1}\"}"));
    assert_eq!(only(&outer).1, "{\"c\": 1}");
    // What is in a string is found in there, and not beside it.
    let text = format!("[\"one\\ntwo\\nthree: {}\"]", BASE64.encode(value(5).as_bytes()));
    assert_eq!(only(&text).0, Encoding::Json);
}

#[test]
fn the_budget_ends_it() {
    let text = format!("a: {}\n", BASE64.encode(value(6).as_bytes()));
    let budget = Budget::new(Limits { bytes: 10, ..Limits::default() });
    let mut count = 0;
    let is_whole = Decoder::new().decode(text.as_bytes(), &budget, &mut |_| count += 1);
    assert_eq!((is_whole, count, budget.bytes()), (false, 0, 0));
    let budget = Budget::new(Limits { bytes: 100, ..Limits::default() });
    let mut length = 0;
    let is_whole = Decoder::new().decode(text.as_bytes(), &budget, &mut |segment| {
        length += segment.bytes.len();
    });
    assert_eq!((is_whole, budget.bytes()), (true, 100 - length as u64));
}

#[test]
fn long_texts_are_decoded_across_pieces() {
    let plain = format!("{} {}", "words ".repeat(9), value(7));
    let base64 = BASE64.encode(plain.as_bytes());
    let escaped: String = value(8).bytes().map(|byte| format!("%{byte:02X}")).collect();
    for before in (PIECE - 130..PIECE + 10).step_by(7) {
        let text = format!("{}\n{base64}\n{escaped}\n", "x ".repeat(before / 2));
        let texts: Vec<String> = all(text.as_bytes()).into_iter().map(|found| found.text).collect();
        assert!(texts.contains(&plain), "{before}");
        assert!(texts.iter().any(|text| text.ends_with(&value(8))), "{before}");
    }
}

#[test]
fn plain_text_has_nothing() {
    for text in [
        "fn get_elements_by_class_name(getElementsByClassName: &str) -> Vec<Element> {",
        "#define CONFIG_ARCH_SUPPORTS_SOMETHING_LONG 0x00000000deadbeef",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "printf(\"%d of %2d, %08x\\n\", a, b & c, d % 32);",
        "00000000000000000000000000000000 ------------------------------------",
        "it&#39;s a &lt;b&gt; &amp; c&nbsp;d, don\\u2019t",
        "10:20:30:40:50:60 and 2024-01-02 03:04:05, 11:22:33:44:55:66",
        "char s[] = \"\\x01\\x02\\x41\\xff\\xfe\";",
        "const path = '/usr/share/applications/org/example/application.desktop';",
    ] {
        assert_eq!(all(text.as_bytes()), [], "{text}");
    }
}

/// The edits and strings of a text: by its marks, or by all that may be one at all of its places.
fn edits(text: &[u8], is_by_marks: bool) -> (Vec<Edit>, Vec<Range<usize>>, Vec<Vec<u8>>) {
    let mut decoder = Decoder::new();
    let mut strings = Vec::new();
    let budget = Budget::new(Limits::default());
    let mut each = |segment: Segment<'_>| strings.push(segment.bytes.to_vec());
    let mut sink = Sink { budget: &budget, left: usize::MAX, each: &mut each, is_whole: true };
    if is_by_marks {
        let mut found = vec![Marks::default(); text.len().div_ceil(marks::BLOCK)];
        let count = marks::look(text, 0..text.len(), &mut found);
        let mut words = Words::default();
        decoder.find_edits(text, 0..text.len(), &found[..count], &mut 0, &mut words, &mut sink);
    } else {
        decoder.find_escapes(text, 0..text.len(), &mut 0, &mut sink);
        for at in 0..text.len() {
            decoder.edits.extend(match text[at] {
                b'"' | b'\'' => joined::seam(text, at),
                b'`' | b'^' => joined::continued(text, at),
                b'<' => invisible::tag(text, at),
                b'=' => quoted_printable::equals(text, at),
                0x80.. => invisible::characters(text, at),
                _ => None,
            });
        }
    }
    decoder.edits.sort_unstable_by_key(|edit| (edit.start, edit.end));
    (decoder.edits, decoder.strings, strings)
}

/// What the runs of a text encode: of those where something may begin, or of all.
fn segments_of_runs(text: &[u8], are_all: bool) -> Vec<(Range<usize>, Vec<u8>)> {
    let mut decoder = Decoder::new();
    let mut segments = Vec::new();
    let budget = Budget::new(Limits::default());
    let mut each =
        |segment: Segment<'_>| segments.push((segment.span.clone(), segment.bytes.to_vec()));
    let mut sink = Sink { budget: &budget, left: usize::MAX, each: &mut each, is_whole: true };
    let mut found = vec![Marks::default(); text.len().div_ceil(marks::BLOCK)];
    let count = marks::look(text, 0..text.len(), &mut found);
    let mut runs = Runs::default();
    if !are_all {
        decoder.find_runs(text, &found[..count], &mut runs, &mut sink);
        return segments;
    }
    for marks in &found[..count] {
        while let Some(run) = runs.next(text, marks, |_, _| true) {
            if let Some(end) = decoder.try_run(text, &run, &mut sink) {
                runs.skip_to(end);
            }
        }
    }
    segments
}

/// Two versions of a text, and what is new in the second one: pieces of the first are taken out, and
/// others are put in.
fn versions() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<Range<usize>>)> {
    let encoded = prop_oneof![
        "[ -~]{24,60}".prop_map(|plain| BASE64.encode(plain.as_bytes())),
        "[a-z =]{90,150}".prop_map(|plain| {
            let letters = BASE64.encode(plain.as_bytes());
            let lines = letters.as_bytes().chunks(64).map(String::from_utf8_lossy);
            lines.collect::<Vec<_>>().join("\n")
        }),
        "[ -~]{14,20}".prop_map(|plain| HEXLOWER.encode(plain.as_bytes())),
        "[a-z]{4,8}".prop_map(|name| format!("{name} = \"one\\n{name}: two\\nthree\\n\"\n")),
        "[a-z0-9]{12,20}".prop_map(|word| format!("\"{word}\" +\n    \"{word}\"")),
    ];
    let piece = prop_oneof![
        6 => (1..40_usize).prop_map(|lines| "a line of some words, as there are many\n".repeat(lines)),
        3 => encoded,
        3 => prop::sample::select(vec![
            "\n", "\n", "\\\n", " ", "\"", "\\", "\\n", "%41%42", "&#65;", "&quot;", "\u{200b}", "=3D", "=\n", "x",
            "kind: Secret\n", "data:\n  a: Zm9vYmFy\n", "base64", "\"sourcesContent\"", "key: ", "#", "\r\n",
            "AAAABBBBCCCCDDDDEEEEFFFFGGGG\n", "a\\x41\\x42 ",
        ]).prop_map(str::to_owned),
    ];
    let step = (0..8_usize, piece.clone());
    (prop::collection::vec((piece, step), 1..60), 1..30_usize).prop_map(|(pieces, rare)| {
        let (mut old, mut new, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_shared = true;
        for (at, (piece, (step, other))) in pieces.iter().enumerate() {
            old.extend_from_slice(piece.as_bytes());
            let step = if at % rare == 0 { *step } else { 8 };
            let from = new.len();
            match step {
                // Taken out, replaced, added to.
                0 => parts.push(from..from),
                1 => new.extend_from_slice(other.as_bytes()),
                2 => {
                    new.extend_from_slice(other.as_bytes());
                    parts.push(from..new.len());
                    new.extend_from_slice(piece.as_bytes());
                }
                _ => new.extend_from_slice(piece.as_bytes()),
            }
            if step == 1 {
                parts.push(from..new.len());
            }
            is_shared &= step > 2;
        }
        if is_shared {
            parts.push(new.len()..new.len());
        }
        (old, new, parts)
    })
}

/// Place, encodings and bytes of a segment.
type Handed = (Range<usize>, Vec<Encoding>, Vec<u8>);

/// What is decoded of a text, and what that leaves behind.
fn decoded(
    text: &[u8],
    new: Option<(Known, &[Range<usize>])>,
) -> (bool, Option<Known>, Vec<Handed>) {
    let mut segments = Vec::new();
    let mut decoder = Decoder::new();
    let budget = Budget::new(Limits::default());
    let mut each = |segment: Segment<'_>| {
        segments.push((segment.span.clone(), segment.encodings.to_vec(), segment.bytes.to_vec()));
    };
    let is_whole = match new {
        None => decoder.decode(text, &budget, &mut each),
        Some((known, new)) => {
            decoder.decode_new(text, new.iter().cloned(), known, &budget, &mut each)
        }
    };
    (is_whole, decoder.known(), segments)
}

/// What may stand around an encoded text.
fn context() -> impl Strategy<Value = String> {
    "([a-z]{1,8}[ ,.;:(){}<>\n]{1,2}){0,12}"
}

fn printable() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 _.:/@=-]{20,120}[a-z0-9]{4}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        all(&bytes);
    }

    #[test]
    fn marks_miss_nothing(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "\"", "\"", "'", "\\", "\\\"", "\\n", "\\n\"\n", "\n", "\n", "\r\n", " ", "=", "=3D", "=\n", "%41",
                "%", "&#65;", "&quot;", "&amp;", "&", ";", "\\u0041", "\\ud83d\\ude00", "\\x41", "\\101", "\\/", ":",
                "\u{200b}", "\u{ad}", "<wbr>", "`\n", "^\n", "\\\n", " + ", "a", "a: \"", "word", "\t", ".", "b",
                "|| ", "f", "-", "0", "&lbrack;", "&zwj;", "&am", "&#x", "_", "\\\r\n", "`\r\n", "\"\n", "\"\n\t'",
                "\" +", "' _\n\"", "=3d", "=\r\n", "%u0041", "%4", "\\u{41}", "\\U00000041", "\\\\x41", " \\\n", "\\n \\\n", "= \"\\\\\\\\\"", "= \"\\n\\n\"", "\\\"a\\\":",
            ]),
            0..80,
        ),
    ) {
        let text = pieces.concat();
        prop_assert_eq!(edits(text.as_bytes(), true), edits(text.as_bytes(), false));
    }

    #[test]
    fn what_is_passed_over_encodes_nothing(
        pieces in prop::collection::vec(
            prop_oneof![
                "[ -~\n]{1,40}".prop_map(|plain| BASE64.encode(plain.as_bytes())),
                "\\PC{1,20}".prop_map(|plain| BASE64URL_NOPAD.encode(plain.as_bytes())),
                "[a-z =]{3,30}".prop_map(|plain| {
                    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
                    BASE64.encode(&[&[0xff, 0xfe][..usize::from(plain.len() % 2 == 0) * 2], &wide].concat())
                }),
                "[ -~]{8,20}".prop_map(|plain| HEXLOWER.encode(plain.as_bytes())),
                "[ -~]{8,20}".prop_map(|plain| format!("otp {}", BASE32.encode(plain.as_bytes()))),
                prop::collection::vec(any::<u8>(), 10..30).prop_map(|bytes| {
                    BASE64_NOPAD.encode(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], bytes.as_slice()].concat())
                }),
                "[a-zA-Z0-9]{1,30}",
                prop::sample::select(vec!["/", "-", "_", "+", "=", " ", "\n", "\\n", "0x", "\\x", "%41", ".", "\""])
                    .prop_map(str::to_owned),
            ],
            0..30,
        ),
    ) {
        let text = pieces.concat();
        prop_assert_eq!(segments_of_runs(text.as_bytes(), false), segments_of_runs(text.as_bytes(), true));
    }

    #[test]
    fn what_is_new_in_a_version_is_decoded((old, new, parts) in versions()) {
        let (_, known, before) = decoded(&old, None);
        let Some(known) = known else { return Ok(()) };
        let (is_whole, _, found) = decoded(&new, Some((known, &parts)));
        if is_whole {
            let (_, _, all) = decoded(&new, None);
            for segment in all.iter().filter(|segment| !found.contains(segment)) {
                let was_there = before.iter().any(|old| old.1 == segment.1 && old.2 == segment.2);
                prop_assert!(was_there, "{:?}", segment);
            }
        }
    }

    #[test]
    fn any_pieces_are_decoded_without_a_panic_and_alike(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "\"", "'", "\\", "\\\"", "\\n", "\n", "\r\n", " ", "=", "=3D", "=\n", "%41", "%3D", "%",
                "&#65;", "&quot;", "&", "\\u0041", "\\ud83d", "\\ude00", "\\x41", "\\101", "\u{200b}", "<wbr>",
                "`\n", "^\n", " + ", "AAAA", "eHh4eHh4eHh4eHh4eHh4", "65 78 70 6f 72 74", "a: ", "key=",
                "kind: Secret\n", "data:\n  ", "\"kind\": \"Secret\"", "\"data\": {", "}", "base64", "otp",
                "MFRGGZDFMZTWQ2LKNNWG23TPOA", "6162636465666768696a6b6c", "<a>", "</a>", "ENV A ", "-", "_", "/",
            ]),
            0..120,
        ),
    ) {
        let text = pieces.concat();
        prop_assert_eq!(all(text.as_bytes()), all(text.as_bytes()));
    }

    #[test]
    fn what_is_encoded_is_found_in_any_context(
        before in context(),
        after in context(),
        plain in printable(),
        way in 0..4_usize,
    ) {
        let letters = match way {
            0 => BASE64.encode(plain.as_bytes()),
            1 => BASE64_NOPAD.encode(plain.as_bytes()),
            2 => BASE64URL_NOPAD.encode(plain.as_bytes()),
            _ => HEXLOWER.encode(plain.as_bytes()),
        };
        // Too few letters in a row are words.
        let words = letters.split(|letter: char| !letter.is_ascii_alphanumeric());
        prop_assume!(words.map(str::len).max() >= Some(12));
        let text = format!("{before} {letters}\n{after}");
        let start = before.len() + 1;
        let found = all(text.as_bytes());
        let found = found.iter().find(|found| found.span.start == start);
        prop_assert!(found.is_some(), "{}", text);
        if let Some(found) = found {
            let at = found.text.find(plain.trim_end());
            prop_assert!(at.is_some(), "{:?}", found);
            for (n, place) in found.places[at.unwrap_or_default()..].iter().take(plain.len()).enumerate() {
                let letters = if way == 3 { 2 * n..2 * n + 2 } else { n / 3 * 4..n / 3 * 4 + 4 };
                let expected = start + letters.start..(start + letters.end).min(found.span.end);
                prop_assert!(place.start == expected.start && place.end <= expected.end.max(place.start));
            }
        }
    }

    #[test]
    fn escaped_text_is_found_in_any_context(
        before in context(),
        after in context(),
        plain in printable(),
        way in 0..5_usize,
    ) {
        let write = |byte: u8| match way {
            0 => format!("%{byte:02X}"),
            1 => format!("\\u{byte:04x}"),
            2 => format!("\\x{byte:02x}"),
            3 => format!("&#{byte};"),
            _ => format!("\\{byte:03o}"),
        };
        let escaped: String = plain.bytes().map(write).collect();
        let text = format!("{before}|{escaped}|{after}");
        let found = all(text.as_bytes());
        let found = found.iter().find(|found| found.text.contains(&plain));
        prop_assert!(found.is_some(), "{}", text);
        if let Some(found) = found {
            let at = found.text.find(&plain).unwrap_or_default();
            let start = before.len() + 1;
            prop_assert_eq!(found.places[at].start, start);
            prop_assert_eq!(found.places[at + plain.len() - 1].end, start + escaped.len());
        }
    }

    #[test]
    fn words_have_nothing(text in "([a-z]{1,11}[ ,.;:(){}<>\n_/-]{1,2}){0,200}") {
        let found = all(text.as_bytes());
        prop_assert_eq!(found, []);
    }
}
