//! The lexicon: credential types of small providers whose values have no shape of their own.
//!
//! A pattern and a keyword for each of them would cost every scan, for a value that is nothing but
//! 32 hexadecimals. Their providers are known by the name that the value is assigned to, or by the
//! host beside it: the assignment detector finds the value and asks [`type_of`] what it is. Each
//! line of `rules/lexicon.csv` is a rule like any other (`sprawl rules show shodan-api-key`), with
//! `detector = "assignment"`; the build script makes both the rules and these tables. What a leak
//! does and how the credential is revoked is in `rules/lexicon/*.toml`, by id.

pub mod file;

use super::builtin;
use super::names::Names;
use crate::identifier::{Cut, Digits, Joined};
use crate::text::is_uuid;
use file::Value;

/// One line of the lexicon, as far as it is needed to recognise a credential.
#[derive(Debug)]
struct Entry {
    /// The number of the built-in rule.
    rule: u16,
    value: Option<Value>,
}

/// All entries.
struct Lexicon {
    entries: &'static [Entry],
    names: Names,
    /// By name, whether it must be all that the identifier says, and the entry.
    named: &'static [(bool, u16)],
    hosts: Names,
    /// By host, the entry.
    hosted: &'static [u16],
}

static LEXICON: Lexicon = include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));

/// The id of the rule for a value that is assigned to `name`, where `around` is the text near it
/// (its line, or a few hundred bytes): by a name like `ABSTRACT_API_KEY` or `shodanKey`, or else by
/// a host like `api.shodan.io`.
///
/// A distinctive name decides by itself. A host does not, nor does a name that is an ordinary word
/// (`daily`): then the rest of the identifier must be words like `api` and `key`, and the value must
/// look as the provider's values do. Total over any bytes; costs a few binary searches.
pub fn type_of(name: &[u8], value: &[u8], around: &[u8]) -> Option<&'static str> {
    LEXICON.by_name(name, value).or_else(|| LEXICON.by_host(value, around)).map(Entry::id)
}

/// Words that say nothing about the provider.
const GENERIC: &[&str] = &[
    "access",
    "account",
    "api",
    "app",
    "auth",
    "bearer",
    "client",
    "config",
    "credential",
    "credentials",
    "default",
    "dev",
    "development",
    "env",
    "key",
    "live",
    "my",
    "password",
    "private",
    "prod",
    "production",
    "project",
    "public",
    "pw",
    "secret",
    "service",
    "settings",
    "staging",
    "test",
    "token",
    "user",
    "v1",
    "v2",
    "v3",
    "vite",
];

/// Longest host that is looked at, in bytes.
const LONGEST: usize = 200;

/// Maximum number of words that a provider's name has.
const MOST_WORDS: usize = 4;

impl Lexicon {
    fn by_name(&self, name: &[u8], value: &[u8]) -> Option<&'static Entry> {
        let words = Joined::of(name, WORD);
        let count = words.count();
        let is_generic = |word| is_generic(words.between(word, word + 1));
        let mut best: Option<(usize, &Entry)> = None;
        for from in 0..count {
            for to in from + 1..=count.min(from + MOST_WORDS) {
                let joined = words.between(from, to);
                let Some((alone, entry)) = self.named(joined) else { continue };
                let fits = !alone
                    || ((0..from).chain(to..count).all(is_generic)
                        && entry.fits(value) != Some(false));
                if fits && best.is_none_or(|(length, _)| joined.len() > length) {
                    best = Some((joined.len(), entry));
                }
            }
        }
        best.map(|(_, entry)| entry)
    }

    fn named(&self, name: &[u8]) -> Option<(bool, &'static Entry)> {
        let name = std::str::from_utf8(name).ok()?;
        let (alone, entry) = self.named[self.names.position(name)?];
        Some((alone, self.entries.get(usize::from(entry))?))
    }

    fn by_host(&self, value: &[u8], around: &[u8]) -> Option<&'static Entry> {
        let is_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        around.split(|b| !is_host(b)).filter(|host| host.contains(&b'.')).find_map(|host| {
            let host = String::from_utf8_lossy(host.get(..LONGEST).unwrap_or(host));
            let host = host.trim_matches('.').to_ascii_lowercase();
            let mut rest = host.as_str();
            loop {
                if let Some(index) = self.hosts.position(rest) {
                    let entry = self.entries.get(usize::from(self.hosted[index]))?;
                    return (entry.fits(value) == Some(true)).then_some(entry);
                }
                (_, rest) = rest.split_once('.')?;
            }
        })
    }
}

impl Entry {
    fn id(&self) -> &'static str {
        builtin::id(usize::from(self.rule))
    }

    /// Whether the value looks as it should; `None` if nobody knows how.
    fn fits(&self, value: &[u8]) -> Option<bool> {
        let value = value.trim_ascii();
        Some(match self.value? {
            Value::Uuid => is_uuid(value),
            Value::Characters { set, least, most } => {
                (usize::from(least)..=usize::from(most)).contains(&value.len())
                    && value.iter().all(|b| b.is_ascii() && set & (1 << b) != 0)
            }
        })
    }
}

/// How identifiers are cut: `API2CART` ends a word with a digit.
const WORD: Cut = Cut { digits: Digits::Ends, abbreviations: true, foreign: false };

/// Whether a word of an identifier, in lower case, says nothing about the provider.
fn is_generic(word: &[u8]) -> bool {
    GENERIC.binary_search_by(|generic| generic.as_bytes().cmp(word)).is_ok()
        || word.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rules::{Detector, Kind, Rules};
    use crate::score::{Authority, Lifetime, Reach};

    const FILE: &str = include_str!(concat!(env!("SPRAWL_RULES"), "/lexicon.csv"));
    const HEX: &[u8] = b"0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    fn kind_of(name: &str) -> Option<&'static str> {
        type_of(name.as_bytes(), HEX, b"")
    }

    #[test]
    fn distinctive_names_suffice() {
        for name in [
            "SHODAN_API_KEY",
            "shodanKey",
            "my-shodan-token",
            "app.shodan.key",
            "ShodanAPIKey",
            "CORP_SHODAN_PROD_2",
            "shodan",
        ] {
            assert_eq!(kind_of(name), Some("shodan-api-key"), "{name}");
        }
        assert_eq!(kind_of("PEOPLE_DATA_LABS_KEY"), Some("people-data-labs-api-key"));
        assert_eq!(kind_of("peopleDataLabsKey"), Some("people-data-labs-api-key"));
        assert_eq!(kind_of("AIRBRAKE_USER_KEY"), Some("airbrake-user-key"));
        assert_eq!(kind_of("AIRBRAKE_KEY"), Some("airbrake-project-key"));
    }

    #[test]
    fn ordinary_words_stand_alone_and_with_their_values() {
        assert_eq!(kind_of("ABSTRACT_API_KEY"), Some("abstractapi-api-key"));
        assert_eq!(kind_of("prodFixerKey"), Some("fixer-api-key"));
        assert_eq!(kind_of("SHORTCUT_KEY"), None, "a UUID, not 32 hexadecimals");
        for name in ["abstract_base_key", "dailyBackupKey", "KEY", "", "_", "copper_pipe"] {
            assert_eq!(kind_of(name), None, "{name}");
        }
    }

    #[test]
    fn hosts_need_the_shape_of_the_value() {
        let by_host = |value: &[u8], around: &str| type_of(b"key", value, around.as_bytes());
        assert_eq!(by_host(HEX, "GET https://api.shodan.io/host?key="), Some("shodan-api-key"));
        assert_eq!(by_host(HEX, "https://eu.api.shodan.io./"), Some("shodan-api-key"));
        assert_eq!(by_host(b"too-short", "https://api.shodan.io/"), None);
        assert_eq!(by_host(HEX, "https://shodan.io.example.com/ notshodan.io"), None);
    }

    #[test]
    fn the_generic_words_are_in_order() {
        assert!(GENERIC.is_sorted());
    }

    #[test]
    fn every_line_is_a_rule_with_classes_that_exist() {
        let lines =
            file::parse(FILE).unwrap_or_else(|e| panic!("lexicon.csv:{}: {}", e.line, e.what));
        let rules = Rules::builtin();
        for (index, line) in lines.iter().enumerate() {
            let place = format!("lexicon.csv:{}", index + 2);
            assert!(Kind::ALL.iter().any(|(_, name)| *name == line.kind), "{place}: kind");
            assert!(Authority::from_name(&line.authority).is_some(), "{place}: authority");
            assert!(Reach::from_name(&line.reach).is_some(), "{place}: reach");
            assert!(Lifetime::from_name(&line.lifetime).is_some(), "{place}: lifetime");
            let (_, rule) = rules.named(&line.id).unwrap_or_else(|| panic!("{place}: no rule"));
            assert_eq!((rule.id(), rule.detector), (line.id.as_str(), Detector::Assignment));
            for (name, _) in &line.names {
                let (_, entry) =
                    LEXICON.named(name.as_bytes()).unwrap_or_else(|| panic!("{place}: {name}"));
                assert_eq!(entry.id(), line.id, "{place}");
            }
        }
        assert_eq!(lines.len(), LEXICON.entries.len());
        for names in [&LEXICON.names, &LEXICON.hosts] {
            assert!((1..names.len()).all(|index| names.get(index - 1) < names.get(index)));
        }
    }

    #[test]
    fn a_link_and_a_fix_belong_to_one_provider() {
        let rules = Rules::builtin();
        let mut owners = BTreeMap::new();
        for (_, rule) in rules.iter().filter(|(_, rule)| rule.file == "rules/lexicon.csv") {
            let docs = rule.docs.as_str();
            assert!(docs.is_empty() || docs.starts_with("https://"), "{}: {docs}", rule.id());
            for text in [rule.text.fix.as_str(), docs].into_iter().filter(|text| !text.is_empty()) {
                let owner = *owners.entry(text.to_owned()).or_insert(rule.provider.as_str());
                assert_eq!(owner, rule.provider, "{}: `{text}` is another's", rule.id());
            }
        }
    }

    #[test]
    fn bad_lines_are_refused_with_their_number() {
        let good = "acme-api-key,Acme,Acme API key,acme,api.acme.com,[0-9a-f]{32},api-key,account-wide,saas,static";
        let with =
            |from: &str, to: &str| format!("{}\n{}\n", file::COLUMNS, good.replace(from, to));
        assert!(file::parse(&with("", "")).is_ok());
        for (from, to, says) in [
            ("account-wide", "account, wide", "columns"),
            ("acme-api-key", "Acme_Key", "kebab-case"),
            (",Acme,", ", Acme,", "provider"),
            (",acme,", ",,", "no name"),
            (",acme,", ",ac-me,", "words written together"),
            (",acme,", ",ac,", "too short"),
            ("api.acme.com", "https://acme.com", "host"),
            ("api.acme.com", "acme", "host"),
            ("{32}", "{32", "value"),
            ("{32}", "{3}", "value"),
            ("{32}", "{32-8}", "value"),
            ("[0-9a-f]", "[9-0]", "value"),
        ] {
            let error = file::parse(&with(from, to)).expect_err(to);
            assert_eq!(error.line, 2, "{to}");
            assert!(error.what.contains(says), "{to}: {}", error.what);
        }
        let twice = format!("{}{good}\n", with("", ""));
        assert_eq!(file::parse(&twice).expect_err("twice").line, 3);
        let other = format!("{}{}\n", with("", ""), good.replace("acme-api-key", "b-key"));
        assert!(file::parse(&other).expect_err("two with one name").what.contains("line 2"));
        assert_eq!(file::parse("id,title\n").expect_err("columns").line, 1);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_looked_up(
            name in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
            around in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        ) {
            let _ = type_of(&name, &around, &around);
        }
    }
}
