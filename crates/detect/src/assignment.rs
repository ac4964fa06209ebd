//! Passwords and keys without a shape of their own, found by the names they are assigned to.
//!
//! The detector starts at a keyword (`pass`, `key`, `token`, ...) and the name around it. Cheap tests
//! come first: does the name mean a secret, does a value follow, is that value a literal. What is left is
//! measured ([`features`]) and weighed ([`judge`]).
//!
//! A verdict depends on the bytes from [`REACH_BEFORE`] before the keyword to [`REACH_AFTER`] behind
//! it and on nothing else: not on the file's name, so that a text has the same findings wherever it
//! lies.

pub mod features;
mod forms;
pub mod grammar;
pub mod judge;
mod keywords;
pub mod model;
pub mod names;
mod plain;
pub(crate) mod remote;
mod trees;
pub mod values;

use std::ops::Range;

use features::Vector;
use grammar::Assigned;
pub use keywords::KEYWORDS;
use names::Name;
use values::Look;

use crate::naming::reader;
use crate::words;

/// Bytes before a keyword on which a verdict depends: the name, and the blocks around it.
pub const REACH_BEFORE: usize = names::LONGEST + reader::REACH + 1;
const _: () = assert!(features::BEFORE <= reader::REACH);
/// Bytes after the beginning of a keyword on which a verdict depends.
pub const REACH_AFTER: usize = names::LONGEST + GLUE + grammar::LONGEST_VALUE + features::AFTER;

/// Bytes between a name and its value at most.
const GLUE: usize = 700;

/// A value that stands where a secret would, with what is weighed.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The name.
    pub name: Name,
    /// The value and how it is joined to the name.
    pub assigned: Assigned,
    /// What the value looks like.
    pub look: Look,
    /// The features.
    pub vector: Vector,
}

/// What is assigned to the name around a keyword; `None` if it is no name of a secret, or if no
/// literal is assigned to it, or one that is plainly no secret.
pub fn measured_at(text: &[u8], keyword: Range<usize>) -> Option<Measured> {
    let name = names::name_at(text, keyword)?;
    let assigned = grammar::assigned(text, &name)?;
    weighed(text, &name, assigned).ok()
}

/// Everything that is assigned to the name around a keyword: in a list or a map, there may be several.
/// Given to `take` in order, and said whether there was anything; what the name ends with is then used up.
pub fn each_at(
    text: &[u8],
    keyword: Range<usize>,
    mut take: impl FnMut(Measured),
) -> Option<usize> {
    let name = names::name_at(text, keyword)?;
    let mut next = grammar::assigned(text, &name);
    let mut end = None;
    while let Some(assigned) = next {
        next = grammar::next_in_list(text, &name, &assigned);
        if let Ok(measured) = weighed(text, &name, assigned) {
            end = Some(name.span.end);
            take(measured);
        }
    }
    end
}

/// Measures what is assigned to a name, or says why it is plainly no secret.
pub fn weighed(text: &[u8], name: &Name, assigned: Assigned) -> Result<Measured, &'static str> {
    let look = plain::look(text, name, &assigned)?;
    let vector = features::measure(text, name, &assigned, &look);
    Ok(Measured { name: name.clone(), assigned, look, vector })
}

/// Everything in a text that stands where a secret would and is not plainly none, in order of place.
pub fn survey(text: &[u8]) -> Vec<Measured> {
    let all = assignments(text).into_iter();
    all.filter_map(|(name, assigned)| weighed(text, &name, assigned).ok()).collect()
}

/// Every literal in a text that is assigned to a name that means a secret, or stands as a password in
/// a URL, in order of place.
pub fn assignments(text: &[u8]) -> Vec<(Name, Assigned)> {
    let mut all = Vec::new();
    let keywords = words::automaton(KEYWORDS.iter());
    for found in keywords.find_overlapping_iter(text) {
        if let Some(name) = names::name_at(text, found.range())
            && let Some(assigned) = grammar::assigned(text, &name)
        {
            let next = |last: &Assigned| grammar::next_in_list(text, &name, last);
            let list = std::iter::successors(Some(assigned), |last| next(last));
            all.extend(list.map(|assigned| (name.clone(), assigned)));
        }
    }
    for at in memchr::memmem::find_iter(text, b"://") {
        if let Some(password) = userinfo(text, at + 3) {
            all.push((Name::none(password.start), Assigned::unnamed(password)));
        }
    }
    all.sort_by_key(|(name, assigned)| (assigned.value.start, assigned.value.end, name.span.start));
    all.dedup_by(|a, b| a.0.span == b.0.span && a.1.value == b.1.value);
    all
}

/// The password of a URL, `user:password@`, after its `://`.
fn userinfo(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..(at + 300).min(text.len()))?;
    let end = rest.iter().position(|b| b" \t\r\n\"'`<>/@".contains(b))?;
    let colon = memchr::memchr(b':', &rest[..end])?;
    (rest[end] == b'@' && end > colon + 3).then(|| at + colon + 1..at + end)
}

/// Whether a blob is searched at all: not if it is binary. A zero byte among its first ones raises the
/// question; it is answered by what else is there. A dump, a log that was cut while it was written, or
/// a list that `-print0` made has zeros and no other control characters; a program, a database or a
/// picture has many.
pub fn is_text(text: &[u8]) -> bool {
    if memchr::memchr(0, &text[..text.len().min(HEAD)]).is_none() {
        return true;
    }
    let start = text.iter().position(|b| *b != 0).unwrap_or(text.len());
    let sample = &text[start..(start + SAMPLE).min(text.len())];
    let (mut gaps, mut controls, mut zeros, mut last) = (0, 0, 0, 0);
    for byte in sample {
        match byte {
            0 => {
                zeros += 1;
                gaps += usize::from(last != 0);
            }
            1..=7 | 0x0e..=0x19 | 0x7f => controls += 1,
            _ => {}
        }
        last = *byte;
    }
    let rest = sample.len() - zeros;
    rest > 0 && controls * CONTROLS <= rest && gaps * GAPS <= rest
}

/// Bytes among which a zero makes a blob be looked at twice.
const HEAD: usize = 8192;
/// Bytes that are counted then.
const SAMPLE: usize = 1 << 20;
/// A text has at most one unusual control character in this many bytes. Compressed data have ten times
/// as many; string tables of programs two or three times.
const CONTROLS: usize = 100;
/// A text has at most one run of zeros in this many bytes: environment variables are longer.
const GAPS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scanner;
    use crate::evidence::Confidence;
    use crate::rules::{Detector, Rules};

    /// A value as a generator makes them: SplitMix64 over letters and digits.
    fn generated(mut seed: u64, length: usize) -> String {
        let alphabet = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        (0..length)
            .map(|_| {
                seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                char::from(alphabet[((z ^ (z >> 31)) % alphabet.len() as u64) as usize])
            })
            .collect()
    }

    fn verdicts(text: &str) -> Vec<(String, Option<Confidence>)> {
        let text = text.as_bytes();
        survey(text)
            .iter()
            .map(|m| {
                let value = String::from_utf8_lossy(&text[m.assigned.value.clone()]).into_owned();
                (value, judge::verdict(text, m).confidence)
            })
            .collect()
    }

    #[test]
    fn examples_of_the_rules_are_found_and_counter_examples_are_not() {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        let mut seen = 0;
        for (id, rule) in rules.iter().filter(|(_, r)| r.detector == Detector::Assignment) {
            for (example, seed) in rule.text.examples.iter().zip(11..) {
                let secret = generated(seed, 24);
                let text = example.replace("{secret}", &secret);
                let found = scanner.candidates(text.as_bytes());
                let hit = found.iter().find(|c| text[c.secret.clone()] == *secret);
                let hit = hit.unwrap_or_else(|| panic!("nothing in {example}"));
                assert_eq!(hit.rule, id, "{example}");
                seen += 1;
            }
            for counter in rule.text.counter_examples.iter() {
                assert!(scanner.candidates(counter.as_bytes()).is_empty(), "{counter}");
            }
        }
        assert!(seen >= 8);
    }

    #[test]
    fn notations() {
        let value = ["Vx7", "qTz2"].join("4");
        for notation in [
            "password = \"{V}\"",
            "'password': '{V}',",
            "{\\\"password\\\": \\\"{V}\\\"}",
            "<password>{V}</password>",
            "<add key=\"Password\" value=\"{V}\"/>",
            "<key>Password</key>\n\t<string>{V}</string>",
            "- name: DB_PASSWORD\n  value: {V}",
            "setPassword(\"{V}\")",
            "props.put(\"password\", \"{V}\");",
            "export DB_PASS={V}",
            "mysql --password {V} -h db",
            "let password: &str = \"{V}\";",
            "os.getenv(\"DB_PASSWORD\", \"{V}\")",
            "pass = process.env.PASS || '{V}'",
            "if (password == \"{V}\")",
            "ENV DB_PASSWORD {V}",
            "?user=a&password={V}&b=c",
            "Password={V};Server=a",
            "byte[] key = Base64.decode(\"{V}\");",
            "password => '{V}'",
            "password := `{V}`",
            "@\"password\" : @\"{V}\"",
            "X-Auth-Token: {V}",
            "Authorization: Token {V}",
            "\"tokens\": [\"{V}\", \"b\"]",
            "openssl rsa -passin pass:{V} -in x",
            "postgres://user:{V}@host/db",
        ] {
            let text = notation.replace("{V}", &value);
            let found = verdicts(&text);
            assert!(found.iter().any(|(v, _)| *v == value), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_value_is_not_measured() {
        for text in [
            "password:\n  policy: strict",
            "for key in keys",
            "Token::COMMA",
            "def token(self):",
            "password",
            "token.next()",
            "passenger = \"{V}\"",
        ] {
            assert!(survey(text.as_bytes()).is_empty(), "{text}: {:?}", verdicts(text));
        }
    }

    #[test]
    fn what_the_name_or_the_form_gives_away_is_not_reported() {
        let value = generated(5, 40);
        for notation in [
            "encryptedKey = \"{V}\"",
            "OAuthClientId = \"{V}\"",
            "cacheKey = \"{V}\"",
            "module.key-id: \"{V}\"",
            "token = \"not here {V}\"",
            "iconImageLayoutBasic = '{V}'",
            "password = \"{V}****{V}\"",
            "token = \"{V}...\"",
            "password_scheme = 'SHA512-CRYPT'",
            "password = \"server=db;user=me\"",
            "find(\"the token \",{V}, \" \")",
            "#pass through",
        ] {
            let text = notation.replace("{V}", &value);
            let reported = |(_, confidence): &(String, Option<Confidence>)| {
                confidence.is_some_and(|confidence| confidence > Confidence::Weak)
            };
            assert!(!verdicts(&text).iter().any(reported), "{text}: {:?}", verdicts(&text));
        }
    }

    #[test]
    fn what_the_place_makes_harmless_is_weak() {
        let value = generated(9, 32);
        let of = |notation: &str| verdict_of(&notation.replace("{V}", &value), &value);
        for notation in [
            "secretKeyPrefix = \"{V}\"",
            "\"SecretID\": \"{V}\"",
            "authenticity_token: \"{V}\"",
            "client_secret_placeholder: \"{V}\"",
        ] {
            let verdict = of(notation).unwrap_or_else(|| panic!("nothing in {notation}"));
            assert!(verdict.confidence <= Some(Confidence::Weak), "{notation}");
            assert!(verdict.weak.is_some(), "{notation}");
        }
        assert_eq!(of("\"db_password\": \"{V}\"").and_then(|v| v.weak), None);
    }

    /// The verdict on the value that ends up in a text.
    fn verdict_of(text: &str, value: &str) -> Option<judge::Verdict> {
        let bytes = text.as_bytes();
        let all = survey(bytes);
        let found = all.iter().find(|m| bytes[m.assigned.value.clone()] == *value.as_bytes());
        found.map(|measured| judge::verdict_with_reason(bytes, measured))
    }

    proptest::proptest! {
        #[test]
        fn another_name_for_the_same_changes_nothing(
            names in proptest::sample::subsequence(vec!["password", "passwd", "pwd", "passphrase"], 2),
            value in "[A-Za-z0-9!%+]{8,20}[a-z]",
            form in 0..4_usize,
        ) {
            let text = |name: &str| match form {
                0 => format!("user = \"anna\"\n{name} = \"{value}\"\n"),
                1 => format!("user: anna\n{name}: {value}\n"),
                2 => format!("{{\"user\": \"anna\", \"{name}\": \"{value}\"}}\n"),
                _ => format!("export {name}={value}\n"),
            };
            let odds = |name: &str| verdict_of(&text(name), &value).map(|v| v.confidence);
            proptest::prop_assert_eq!(odds(names[0]), odds(names[1]));
        }

        #[test]
        fn another_spelling_of_the_name_changes_nothing(
            names in proptest::sample::subsequence(
                vec!["db_password", "dbPassword", "DbPassword", "db-password", "DB_PASSWORD", "dbPasswd"],
                2,
            ),
            value in "[A-Za-z0-9!%+]{8,20}[a-z]",
            form in 0..3_usize,
        ) {
            let text = |name: &str| match form {
                0 => format!("port = 1\n{name} = \"{value}\"\n"),
                1 => format!("port: 1\n{name}: {value}\n"),
                _ => format!("{{\"port\": 1, \"{name}\": \"{value}\"}}\n"),
            };
            let odds = |name: &str| verdict_of(&text(name), &value).map(|v| v.odds);
            proptest::prop_assert_eq!(odds(names[0]), odds(names[1]));
        }

        #[test]
        fn quotes_indentation_and_line_ends_change_nothing(
            value in "[A-Za-z0-9+]{6,20}[a-z]",
            class in proptest::sample::select(vec!["password", "api_key", "token", "clientSecret"]),
            indent in proptest::sample::select(vec!["", "  ", "\t", "        "]),
        ) {
            let text = |quote: char, indent: &str, end: &str| {
                format!(
                    "{indent}host = {quote}db{quote}{end}{indent}{class} = {quote}{value}{quote}{end}\
                     {indent}port = 1{end}"
                )
            };
            let plain = verdict_of(&text('"', "", "\n"), &value);
            proptest::prop_assert_eq!(plain, verdict_of(&text('\'', "", "\n"), &value));
            proptest::prop_assert_eq!(plain, verdict_of(&text('"', indent, "\n"), &value));
            proptest::prop_assert_eq!(plain, verdict_of(&text('"', indent, "\r\n"), &value));
        }

        #[test]
        fn encodings_change_nothing(value in "[A-Za-z0-9+]{6,20}[a-z]") {
            let text = format!("db_password: \"{value}\"\n");
            let wide: Vec<u8> = std::iter::once(0xfeff_u16)
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect();
            let big: Vec<u8> = wide.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
            let marked = [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat();
            for bytes in [wide, big, marked] {
                let narrow = crate::text::decoded(&bytes);
                let back = std::str::from_utf8(&narrow).unwrap();
                proptest::prop_assert_eq!(verdict_of(&text, &value), verdict_of(back, &value));
            }
        }
    }

    #[test]
    fn a_name_and_a_blob_of_bytes() {
        let lines = "user = someone\nlevel = 3\n".repeat(20);
        let lines = lines.as_bytes();
        for text in [
            "pässword".as_bytes(),
            b"pass\0word and more\n",
            b"one line\n\0\nand another\n",
            b"HOME=/root\0PATH=/usr/bin:/bin\0LANG=C.UTF-8\0",
            &[&[0; 9000][..], lines].concat(),
            &[lines, &[0; 9000], lines].concat(),
        ] {
            assert!(is_text(text), "{}", String::from_utf8_lossy(text));
        }
        let program: Vec<u8> = (0..2000_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
        for binary in [
            &b"\0"[..],
            b"a\0b\0c\0d\0",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01",
            &program,
            &[&program, lines].concat(),
        ] {
            assert!(!is_text(binary), "{}", String::from_utf8_lossy(binary));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_surveyed(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = survey(&bytes);
        }

        #[test]
        fn any_notation_is_surveyed(text in "(password|api_key|token)[\"'`:=> (\\[{\\\\<,.a-zA-Z0-9/\\n-]{0,60}") {
            for measured in survey(text.as_bytes()) {
                let _ = judge::verdict(text.as_bytes(), &measured);
                let _ = judge::reasons(&measured, 3);
            }
        }
    }
}
