//! GitLab's routable tokens: a checksum, and the ids of those they belong to.

use super::minting::{self, Random};
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::base64;
use crate::score::Authority;

/// `<prefix><payload>.<version><.><length><crc>`; tokens without dots are older and carry nothing.
///
/// Source: GitLab's `lib/authn/token_field/generator/routable_token.rb`. The last 7 characters are
/// the CRC-32 of all before them and the 2 before those the length of the payload, both in base 36.
/// Before version 01 there was no version field and the random bytes stood last.
pub(super) const ROUTABLE: Check = Check {
    name: "gitlab-routable",
    about: "A routable GitLab token carries a CRC-32 and names its organization, group, project and user.",
    run,
    mint: Some(mint),
};

/// Random bytes in a payload.
const RANDOM: usize = 16;
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A token of routable form, cut into its parts.
struct Routable<'a> {
    /// Everything before the checksum.
    checked: &'a [u8],
    /// Prefix and payload; where the one ends only the length field says.
    head: &'a [u8],
    /// `01`, or nothing in the first form.
    version: Option<&'a [u8]>,
    length: &'a [u8],
    crc: &'a [u8; 7],
}

fn run(value: &[u8]) -> Outcome {
    let Some(token) = cut(value) else { return Outcome::unknown() };
    // What later versions put where is not known.
    if token.version.is_some_and(|version| version != b"01") {
        return Outcome::unknown();
    }
    let payload = payload(&token);
    let crc = *token.crc;
    // Runners get their `glrt-` in front of a token that is complete without it.
    let inner = token.checked.strip_prefix(b"glrt-").unwrap_or(token.checked);
    let holds =
        base36(crc32fast::hash(token.checked)) == crc || base36(crc32fast::hash(inner)) == crc;
    if !holds || payload.is_none() {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    if let Some(text) = payload.and_then(base64).and_then(|bytes| routing(&token, bytes)) {
        describe(&text, &mut decoded);
    }
    Outcome::proven(decoded)
}

/// Cuts a value of routable form; `None` for the older form and for anything with other dots.
fn cut(value: &[u8]) -> Option<Routable<'_>> {
    let (checked, crc) = value.split_last_chunk::<7>()?;
    let mut parts = value.split(|c| *c == b'.');
    let (head, second, third) = (parts.next()?, parts.next()?, parts.next());
    let (version, tail) = match third {
        Some(tail) => (Some(second), tail),
        None => (None, second),
    };
    let lower = tail.iter().all(|c| BASE36.contains(c));
    let form = tail.len() == 9 && lower && version.is_none_or(|v| v.len() == 2);
    (form && parts.next().is_none()).then(|| Routable {
        checked,
        head,
        version,
        length: &tail[..2],
        crc,
    })
}

/// The last characters of the head, as many as the length field says.
fn payload<'a>(token: &Routable<'a>) -> Option<&'a [u8]> {
    let length = usize::try_from(number(token.length)?).ok()?;
    token.head.len().checked_sub(length).filter(|_| length > 0).map(|at| &token.head[at..])
}

/// The lines that say where requests with this token belong.
fn routing(token: &Routable<'_>, bytes: Vec<u8>) -> Option<String> {
    let (count, rest) = bytes.split_last()?;
    let count = usize::from(*count);
    let text = match token.version {
        Some(b"01") => rest.get(RANDOM..RANDOM + count).filter(|_| rest.len() == RANDOM + count),
        None if count == RANDOM => rest.get(..rest.len().checked_sub(RANDOM)?),
        _ => None,
    };
    String::from_utf8(text?.to_vec()).ok()
}

fn describe(text: &str, decoded: &mut Decoded) {
    let names = [
        ("c", "cell"),
        ("o", "organisation"),
        ("g", "group"),
        ("p", "project"),
        ("u", "user"),
        ("t", "runner type"),
    ];
    for (key, name) in names {
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        let Some((_, id)) = lines.find(|(k, _)| *k == key) else { continue };
        let Some(id) = number(id.as_bytes()) else { continue };
        match (key, id) {
            ("t", 1) => decoded.add_fact(name, "instance"),
            ("t", 2) => decoded.add_fact(name, "group"),
            ("t", 3) => decoded.add_fact(name, "project"),
            _ => decoded.add_fact(name, id.to_string()),
        }
        match key {
            "g" => decoded.authority = Some(Authority::ServiceWide),
            "p" => decoded.authority = Some(Authority::SingleResource),
            _ => {}
        }
    }
}

/// A number in base 36, lower case, of at most 12 digits.
fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 12 {
        return None;
    }
    text.iter().try_fold(0_u64, |n, c| {
        let digit = BASE36.iter().position(|d| d == c)?;
        Some(n * 36 + u64::try_from(digit).ok()?)
    })
}

fn base36(mut n: u32) -> [u8; 7] {
    let mut out = [b'0'; 7];
    for digit in out.iter_mut().rev() {
        *digit = BASE36[(n % 36) as usize];
        n /= 36;
    }
    out
}

fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let Some(token) = cut(value) else { return };
    // Prefixes end in `-`, and so may a payload: the first one is the prefix's.
    let prefix = token.head.iter().position(|c| *c == b'-').map_or(0, |at| at + 1);
    let versioned = token.version.is_some();
    let (prefix, room) = (token.head[..prefix].to_vec(), token.head.len() - prefix);
    let count = (room * 3 / 4).saturating_sub(RANDOM + 1).clamp(3, 159);
    let mut text = b"o:1\nu:".to_vec();
    text.resize(count.max(3), b'0');
    text.truncate(count);
    if count > 6 {
        text[count - 1] = minting::pick(b"123456789abcdef", random);
    } else {
        text[2..].fill(b'1');
    }
    let noise = minting::bytes(RANDOM, random);
    let last = u8::try_from(if versioned { count } else { RANDOM }).unwrap_or(u8::MAX);
    let bytes = if versioned { [noise, text] } else { [text, noise] }.concat();
    let payload = data_encoding::BASE64URL_NOPAD.encode(&[bytes, vec![last]].concat());
    let length = base36(u32::try_from(payload.len()).unwrap_or(0));
    let mut made = [&prefix, payload.as_bytes(), b"."].concat();
    if versioned {
        made.extend_from_slice(b"01.");
    }
    made.extend_from_slice(&length[5..]);
    let crc = base36(crc32fast::hash(&made));
    made.extend_from_slice(&crc);
    *value = made;
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, testing};
    use super::*;

    fn made(prefix: &str, text: &str, versioned: bool) -> String {
        let noise: Vec<u8> = (100..116).collect();
        let bytes = if versioned {
            [noise.as_slice(), text.as_bytes(), &[text.len() as u8]].concat()
        } else {
            [text.as_bytes(), &noise, &[16]].concat()
        };
        let payload = data_encoding::BASE64URL_NOPAD.encode(&bytes);
        let length = testing::digits(payload.len() as u64, BASE36, 2);
        let version = if versioned { "01." } else { "" };
        let head = format!("{prefix}{payload}.{version}{}", String::from_utf8_lossy(&length));
        let crc = testing::digits(testing::crc32(head.as_bytes()).into(), BASE36, 7);
        format!("{head}{}", String::from_utf8_lossy(&crc))
    }

    #[test]
    fn routable_tokens_say_whose_they_are() {
        for versioned in [true, false] {
            let value = made("glpat-", "c:1\no:z\nu:iwbh4", versioned);
            let outcome = (ROUTABLE.run)(value.as_bytes());
            assert_eq!(outcome.verdict, Verdict::Proven);
            assert_eq!(testing::fact(&outcome, "cell"), Some("1"));
            assert_eq!(testing::fact(&outcome, "organisation"), Some("35"));
            assert_eq!(testing::fact(&outcome, "user"), Some("31740952"));
            assert_eq!(outcome.decoded.authority, None);
        }
    }

    #[test]
    fn project_and_group_narrow_the_authority() {
        let group = (ROUTABLE.run)(made("glrt-t2_", "g:a\no:1\nt:2", true).as_bytes());
        assert_eq!(group.decoded.authority, Some(Authority::ServiceWide));
        assert_eq!(testing::fact(&group, "runner type"), Some("group"));
        let project = (ROUTABLE.run)(made("gldt-", "g:a\no:1\np:b\nu:c", true).as_bytes());
        assert_eq!(project.decoded.authority, Some(Authority::SingleResource));
        assert_eq!(testing::fact(&project, "project"), Some("11"));
    }

    #[test]
    fn a_runner_token_may_be_checked_without_its_prefix() {
        let value = format!("glrt-{}", made("t1_", "o:1", true));
        assert_eq!((ROUTABLE.run)(value.as_bytes()).verdict, Verdict::Proven);
    }

    /// The example in GitLab's own detection rules for the form without a version.
    #[test]
    fn gitlabs_example_of_the_first_form_holds() {
        let value = ["glpat-", "bzox79Of-KE9FD2L", "joXXF4CvyxA", ".0r", "03gxo7s"].concat();
        let outcome = (ROUTABLE.run)(value.as_bytes());
        assert_eq!(outcome.verdict, Verdict::Proven);
        assert_eq!(testing::fact(&outcome, "organisation"), Some("1"));
    }

    #[test]
    fn one_wrong_character_rejects() {
        for versioned in [true, false] {
            let value = made("glpat-", "o:1\nu:2", versioned);
            for changed in testing::mutations(value.as_bytes()) {
                let verdict = (ROUTABLE.run)(&changed).verdict;
                assert_ne!(verdict, Verdict::Proven, "{}", String::from_utf8_lossy(&changed));
                if changed[..8] == value.as_bytes()[..8]
                    && changed.is_ascii()
                    && cut(&changed).is_some_and(|t| t.version.is_none_or(|v| v == b"01"))
                {
                    assert_eq!(verdict, Verdict::Rejected);
                }
            }
        }
    }

    #[test]
    fn tokens_of_another_form_are_not_judged() {
        for value in ["glpat-", "glpat-short", "a.b", "glpat-a.b.c.d", "glpat-a.01.123"] {
            assert_eq!((ROUTABLE.run)(value.as_bytes()), Outcome::unknown(), "{value}");
        }
        let later = made("glpat-", "o:1\nu:2", true).replace(".01.", ".02.");
        assert_eq!((ROUTABLE.run)(later.as_bytes()), Outcome::unknown());
    }

    #[test]
    fn minted_tokens_of_every_length_hold() {
        let mut random = testing::random(5);
        for n in 27..300 {
            for version in ["", "01."] {
                let payload = vec![b'k'; n];
                let mut value =
                    [b"glpat-", payload.as_slice(), b".", version.as_bytes(), b"0a1234567"]
                        .concat();
                mint(&mut value, &mut random);
                let outcome = (ROUTABLE.run)(&value);
                assert_eq!(outcome.verdict, Verdict::Proven, "{}", String::from_utf8_lossy(&value));
                assert!(
                    testing::fact(&outcome, "organisation").is_some(),
                    "{}",
                    String::from_utf8_lossy(&value)
                );
            }
        }
    }
}
