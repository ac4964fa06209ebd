//! Azure shared access signatures: what a signed URL permits, on what, until when.

use super::minting::{self, DIGITS_AND_LETTERS, Random};
use super::statement::add_fact;
use super::validity::unix_from_iso;
use super::{Check, Outcome};
use crate::decoded::Decoded;
use crate::lenient::{LONGEST, base64};
use crate::score::{Authority, Lifetime};

/// The query of a signed URL (or the whole URL, or the signature alone), and the
/// `SharedAccessSignature` of Service Bus, Event Hubs and IoT Hub.
///
/// Fields: Microsoft Learn, "Create an account SAS", "Create a service SAS", "Create a user
/// delegation SAS". The signature is an HMAC-SHA-256 in base64; a value whose `sig` is none is
/// rejected.
pub(super) const SAS: Check = Check {
    name: "azure-sas",
    about: "Reads permissions, scope and end from an Azure shared access signature.",
    run,
    mint: Some(mint),
};

/// More fields than any signed URL has; the rest is not read.
const MOST_FIELDS: usize = 64;

fn run(value: &[u8]) -> Outcome {
    let text = match std::str::from_utf8(value) {
        Ok(text) if text.len() <= LONGEST => text,
        _ => return Outcome::rejected(),
    };
    // JSON escapes `&`, and HTML and XML do.
    let text = text.replace("\\u0026", "&").replace("&amp;", "&");
    let fields = Fields::of(&text);
    let signature = fields.get("sig").unwrap_or_else(|| unescape(&text));
    // A `+` that nobody escaped was read as a space by whoever built the URL.
    let signature = base64(signature.replace(' ', "+").as_bytes());
    if signature.is_none_or(|s| s.len() != 32) {
        return Outcome::rejected();
    }
    let unknown = |p: char| !PERMISSIONS.iter().any(|known| known.0 == p);
    if fields.get("sp").is_some_and(|p| !p.contains('/') && p.chars().any(unknown)) {
        return Outcome::rejected();
    }
    let mut decoded = Decoded::default();
    if fields.get("sv").is_some() || fields.get("skn").is_some() || fields.get("sr").is_some() {
        describe(&fields, &mut decoded);
    }
    Outcome::plausible(decoded)
}

fn describe(fields: &Fields<'_>, decoded: &mut Decoded) {
    let get = |key: &str| fields.get(key).unwrap_or_default();
    let (permissions, services, types) = (get("sp"), get("ss"), get("srt"));
    let account = !services.is_empty() && !types.is_empty();
    add_fact(decoded, "permissions", &spelled(&permissions, PERMISSIONS));
    if account {
        add_fact(decoded, "services", &spelled(&services, SERVICES));
        add_fact(decoded, "resource types", &spelled(&types, TYPES));
    } else if let Some(resource) = fields.get("sr") {
        let name = RESOURCES.iter().find(|r| r.0 == resource).map(|r| r.1);
        add_fact(decoded, "resource", name.unwrap_or(&resource));
    }
    add_fact(decoded, "policy", &[get("si"), get("skn")].concat());
    add_fact(decoded, "ip", &get("sip"));
    add_fact(decoded, "protocol", &get("spr"));
    if fields.get("skoid").is_some() {
        decoded.add_fact("signed by", "user delegation key");
        add_fact(decoded, "tenant", &get("sktid"));
    } else if account {
        decoded.add_fact("signed by", "account key");
    }
    decoded.authority = authority(&permissions, account);
    let time = |key: &str| fields.get(key).and_then(|text| when(&text));
    decoded.issued = time("st").or_else(|| time("skt"));
    decoded.expires = [time("se"), time("ske")].into_iter().flatten().min();
    if let (Some(start), Some(end)) = (decoded.issued, decoded.expires) {
        decoded.lifetime = Some(Lifetime::of_seconds(end.saturating_sub(start)));
    }
}

/// Unix seconds (Service Bus) or ISO 8601 (Storage).
fn when(text: &str) -> Option<i64> {
    match text.parse::<i64>() {
        Ok(seconds) if text.len() >= 9 => {
            (0..=253_402_300_799).contains(&seconds).then_some(seconds)
        }
        _ => unix_from_iso(text),
    }
}

/// Adding alone is write-only; changing or deleting across an account is account-wide, as the key is
/// that signs it: one such URL opened 38 TB (Wiz, 2023). Everything else is what the rule says.
fn authority(permissions: &str, account: bool) -> Option<Authority> {
    let known = !permissions.is_empty()
        && permissions.chars().all(|p| PERMISSIONS.iter().any(|k| k.0 == p));
    if !known {
        None
    } else if permissions.chars().all(|p| matches!(p, 'a' | 'c')) {
        Some(Authority::WriteOnly)
    } else if account && permissions.contains(['w', 'd', 'c', 'u', 'x', 'y', 'p']) {
        Some(Authority::AccountWide)
    } else {
        None
    }
}

const PERMISSIONS: &[(char, &str)] = &[
    ('r', "read"),
    ('a', "add"),
    ('c', "create"),
    ('w', "write"),
    ('d', "delete"),
    ('x', "delete version"),
    ('y', "permanent delete"),
    ('l', "list"),
    ('t', "tags"),
    ('f', "find by tags"),
    ('m', "move"),
    ('e', "execute"),
    ('o', "ownership"),
    ('p', "permissions or process"),
    ('u', "update"),
    ('i', "immutability"),
];

const SERVICES: &[(char, &str)] = &[('b', "blob"), ('q', "queue"), ('t', "table"), ('f', "file")];
const TYPES: &[(char, &str)] = &[('s', "service"), ('c', "container"), ('o', "object")];
const RESOURCES: &[(&str, &str)] = &[
    ("b", "blob"),
    ("bv", "blob version"),
    ("bs", "blob snapshot"),
    ("c", "container"),
    ("d", "directory"),
    ("s", "share"),
    ("f", "file"),
];

/// Letters as words; one that is unknown leaves the text as it is.
fn spelled(letters: &str, words: &[(char, &str)]) -> String {
    let known: Option<Vec<&str>> =
        letters.chars().map(|l| words.iter().find(|w| w.0 == l).map(|w| w.1)).collect();
    match known {
        Some(words) if words.len() <= 32 => words.join(", "),
        _ => letters.to_owned(),
    }
}

/// The fields of a query, still escaped.
struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.strip_prefix("SharedAccessSignature").unwrap_or(text).trim_start();
        let query = text.split_once('?').map_or(text, |(_, query)| query);
        let fields = query.split('&').take(MOST_FIELDS).filter_map(|field| field.split_once('='));
        Self(fields.collect())
    }

    fn get(&self, key: &str) -> Option<String> {
        self.0.iter().find(|(k, _)| *k == key).map(|(_, v)| unescape(v))
    }
}

/// Percent-decodes; what is no escape or no UTF-8 stays as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let escaped = digits.and_then(|d| data_encoding::HEXLOWER_PERMISSIVE.decode(d).ok());
        bytes.push(escaped.as_ref().map_or(*first, |e| e[0]));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Replaces the signature and keeps the rest, and how the signature's padding is written.
fn mint(value: &mut Vec<u8>, random: Random<'_>) {
    let field = |at: &usize| {
        let before = at.checked_sub(1).and_then(|at| value.get(at));
        value[*at..].starts_with(b"sig=") && before.is_none_or(|c| b"?&; 6".contains(c))
    };
    let from = (0..value.len()).find(field).map_or(0, |at| at + 4);
    let end = value[from..].iter().position(|c| b"&;\\\"' ".contains(c));
    let to = end.map_or(value.len(), |n| from + n);
    let old = &value[from..to];
    let tail: &[u8] = [b"%3D".as_slice(), b"%3d", b"="]
        .into_iter()
        .find(|t| old.ends_with(t))
        .unwrap_or_default();
    let mut signature = minting::text(42, DIGITS_AND_LETTERS, random);
    // The 43rd character holds four bits of the hash and two zeros.
    signature.push(minting::pick(b"AEIMQUYcgkosw048", random));
    signature.extend_from_slice(tail);
    value.splice(from..to, signature);
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::super::{Verdict, testing};
    use super::*;
    use crate::score::Lifetime;

    fn signature() -> String {
        BASE64.encode(&[0xfb; 32])
    }

    fn escaped() -> String {
        signature().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
    }

    fn run_text(text: &str) -> Outcome {
        (SAS.run)(text.as_bytes())
    }

    #[test]
    fn an_account_sas_is_read() {
        let sig = escaped();
        let query = format!(
            "sv=2022-11-02&ss=bq&srt=sco&sp=rwl&se=2030-02-01T00:00:00Z&st=2030-01-01T00%3A00%3A00Z&spr=https&sip=10.0.0.1&sig={sig}"
        );
        for text in [
            query.clone(),
            format!("https://account.blob.core.windows.net/?{query}"),
            query.replace('&', "&amp;"),
            query.replace('&', "\\u0026"),
        ] {
            let outcome = run_text(&text);
            assert_eq!(outcome.verdict, Verdict::Plausible);
            for (name, value) in [
                ("permissions", "read, write, list"),
                ("services", "blob, queue"),
                ("resource types", "service, container, object"),
                ("ip", "10.0.0.1"),
                ("signed by", "account key"),
            ] {
                assert_eq!(testing::fact(&outcome, name), Some(value), "{text}");
            }
            assert_eq!(outcome.decoded.authority, Some(Authority::AccountWide));
            assert_eq!(outcome.decoded.issued, Some(1_893_456_000));
            assert_eq!(outcome.decoded.expires, Some(1_893_456_000 + 31 * 86_400));
            assert_eq!(outcome.decoded.lifetime, Some(Lifetime::Medium));
            assert!(outcome.decoded.facts.iter().all(|f| !f.value.contains(&sig)));
        }
    }

    #[test]
    fn a_service_sas_is_narrow() {
        let sas = |sp: &str| {
            run_text(&format!("sv=2020-08-04&sr=b&sp={sp}&se=2030-01-01&sig={}", escaped())).decoded
        };
        assert_eq!(sas("r").authority, None);
        assert_eq!(sas("ac").authority, Some(Authority::WriteOnly));
        assert_eq!(sas("acw").authority, None);
        assert_eq!(sas("r").lifetime, None);
        assert!(sas("r").facts.iter().any(|f| f.name == "resource" && f.value == "blob"));
    }

    #[test]
    fn user_delegation_ends_with_its_key() {
        let outcome = run_text(&format!(
            "sv=2020-08-04&sr=c&sp=rl&skoid=1-2&sktid=3-4&skt=2030-01-01T00:00:00Z&ske=2030-01-02T00:00:00Z&se=2031-01-01T00:00:00Z&sig={}",
            escaped()
        ));
        assert_eq!(testing::fact(&outcome, "signed by"), Some("user delegation key"));
        assert_eq!(testing::fact(&outcome, "tenant"), Some("3-4"));
        assert_eq!(outcome.decoded.expires, Some(1_893_456_000 + 86_400));
        assert_eq!(outcome.decoded.lifetime, Some(Lifetime::Short));
    }

    #[test]
    fn service_bus_signatures_end_in_unix_seconds() {
        let outcome = run_text(&format!(
            "SharedAccessSignature sr=https%3A%2F%2Fns.servicebus.windows.net%2Fq&sig={}&se=1893456000&skn=Root",
            escaped()
        ));
        assert_eq!(
            testing::fact(&outcome, "resource"),
            Some("https://ns.servicebus.windows.net/q")
        );
        assert_eq!(testing::fact(&outcome, "policy"), Some("Root"));
        assert_eq!(outcome.decoded.expires, Some(1_893_456_000));
    }

    #[test]
    fn signatures_alone_and_wrong_signatures() {
        assert_eq!(run_text(&signature()), Outcome::unknown());
        assert_eq!(run_text(&escaped()), Outcome::unknown());
        let unescaped = signature().replace('+', " ");
        assert_eq!(run_text(&format!("sv=1&sig={unescaped}")).verdict, Verdict::Plausible);
        for text in ["", "sv=1&sig=abc", "sv=1&se=2", "sig=%%%", "?&=&;"] {
            assert_eq!(run_text(text).verdict, Verdict::Rejected, "{text}");
        }
        assert_eq!((SAS.run)(&[0xff, 0xfe]).verdict, Verdict::Rejected);
        assert_eq!(
            run_text(&format!("sig={}&{}", escaped(), "a=b&".repeat(50_000))).verdict,
            Verdict::Rejected
        );
    }

    #[test]
    fn minted_signatures_keep_their_padding() {
        let mut random = testing::random(29);
        for tail in ["%3D", "%3d", "=", ""] {
            let mut value = format!("sv=1&sig={}{tail}&se=x", "k".repeat(40)).into_bytes();
            mint(&mut value, &mut random);
            assert_eq!((SAS.run)(&value).verdict, Verdict::Plausible);
            assert!(String::from_utf8_lossy(&value).ends_with(&format!("{tail}&se=x")));
        }
    }
}
