//! The names and their meanings, as `names.txt` lists them.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::identifier::{self, Cut, Digits, Joined};

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    /// A secret, although a part of the name would say otherwise.
    Secret,
    /// What something is called.
    Id,
    /// A sum, a hash or a version.
    Digest,
    /// Known to everybody by design.
    Public,
    /// Drawn for one exchange and sent along with it.
    Nonce,
    /// A key of a table or a store.
    Lookup,
    /// Ciphertext.
    Encrypted,
    /// The place where a secret is kept.
    Reference,
    /// A fault, or what is said about it.
    Message,
    /// An address.
    Place,
}

impl Meaning {
    const SECTIONS: &[(&str, Meaning)] = &[
        ("secret", Meaning::Secret),
        ("id", Meaning::Id),
        ("digest", Meaning::Digest),
        ("public", Meaning::Public),
        ("nonce", Meaning::Nonce),
        ("lookup", Meaning::Lookup),
        ("encrypted", Meaning::Encrypted),
        ("reference", Meaning::Reference),
        ("message", Meaning::Message),
        ("place", Meaning::Place),
    ];

    /// Why a value of such a name is no secret.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Secret => "a secret by its name",
            Self::Id => "an identifier by its name",
            Self::Digest => "a hash or version by its name",
            Self::Public => "public by its name",
            Self::Nonce => "a nonce by its name",
            Self::Lookup => "a key to look something up by its name",
            Self::Encrypted => "ciphertext by its name",
            Self::Reference => "the name of a secret that is kept elsewhere",
            Self::Message => "an error or message by its name",
            Self::Place => "an address by its name",
        }
    }
}

/// Section of the words that change nothing about what stands before them.
const ASIDE: &str = "aside";
/// Section of the extensions of files whose names stand before their digests.
const FILE: &str = "file";
/// Section of the words for a password in other languages.
const TRANSLATION: &str = "translation";

static NAMES: &str = include_str!("names.txt");

#[derive(Default)]
struct Table {
    /// By the last words of a name, written together.
    ends: HashMap<&'static [u8], Meaning>,
    /// By the whole name.
    whole: HashMap<&'static [u8], Meaning>,
    /// By a part before a slash.
    parts: HashMap<&'static [u8], Meaning>,
    /// By the name of a block around.
    blocks: HashMap<&'static [u8], Meaning>,
    /// By the end of the last word.
    endings: Vec<(&'static [u8], Meaning)>,
    aside: Vec<&'static [u8]>,
    files: Vec<&'static [u8]>,
    /// Words for a password in other languages.
    translations: HashSet<&'static str>,
    /// Those of them that mean it within longer words, too.
    within: Vec<&'static str>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self::default();
        let mut section = "";
        for line in NAMES.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(title) = line.strip_prefix('[') {
                section = title.trim_end_matches(']');
                continue;
            }
            for entry in line.split_whitespace() {
                table.add(section, entry);
            }
        }
        table
    }

    fn add(&mut self, section: &str, entry: &'static str) {
        let named = Meaning::SECTIONS.iter().find(|(title, _)| *title == section);
        let Some((_, meaning)) = named else {
            match section {
                ASIDE => self.aside.push(entry.as_bytes()),
                FILE => self.files.push(entry.as_bytes()),
                TRANSLATION => {
                    self.translations.insert(entry);
                    if entry.chars().count() >= LONG || !entry.is_ascii() {
                        self.within.push(entry);
                    }
                }
                _ => {}
            }
            return;
        };
        if let Some(word) = entry.strip_prefix('=') {
            self.whole.insert(word.as_bytes(), *meaning);
        } else if let Some(word) = entry.strip_prefix('*') {
            self.endings.push((word.as_bytes(), *meaning));
        } else if let Some(word) = entry.strip_suffix('/') {
            self.parts.insert(word.as_bytes(), *meaning);
        } else if let Some(word) = entry.strip_suffix('{') {
            self.blocks.insert(word.as_bytes(), *meaning);
        } else {
            self.ends.insert(entry.as_bytes(), *meaning);
        }
    }

    fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(Self::new)
    }

    /// By the words, without those at their end that change nothing.
    fn of_name(&self, mut words: Joined) -> Option<Meaning> {
        while words.count() > 0 {
            if let Some(meaning) = self.of_words(&words) {
                return Some(meaning);
            }
            let last = words.last(1);
            let number = last.iter().all(u8::is_ascii_digit);
            if !number && !self.aside.contains(&last) {
                break;
            }
            words.pop();
        }
        None
    }

    fn of_words(&self, name: &Joined) -> Option<Meaning> {
        if let Some(meaning) = self.whole.get(name.last(name.count())) {
            return Some(*meaning);
        }
        let longest = (1..=name.count().min(MOST_WORDS)).rev();
        longest.filter_map(|count| self.ends.get(name.last(count)).copied()).next().or_else(|| {
            let word = name.last(1);
            let ending =
                self.endings.iter().find(|(end, _)| word.len() > end.len() && word.ends_with(end));
            ending.map(|(_, meaning)| *meaning)
        })
    }
}

/// Maximum number of words in an entry.
const MOST_WORDS: usize = 5;

/// Longer names are texts, in bytes.
const LONGEST: usize = 160;

/// What a name says of its value; `None` if it says neither that it is a secret nor what else it is.
pub(crate) fn meaning_of(name: &[u8]) -> Option<Meaning> {
    if name.len() > LONGEST {
        return None;
    }
    // `Secret ID: `, as people write it; or a keyword of a language before the name.
    if let Some(blank) = name.iter().rposition(|b| *b == b' ') {
        let all = Table::get().of_name(Joined::of(name, WORD));
        return all.or_else(|| meaning_of(&name[blank + 1..]));
    }
    let table = Table::get();
    // `checksum/tls-secret`: what stands before the slash says what it is, whatever it is of.
    let mut parts = name.split(|b| *b == b'/').rev();
    parts.next();
    let of_part = |part: &[u8]| {
        let part = Joined::of(part, WORD);
        table.parts.get(part.last(part.count())).copied()
    };
    if let Some(meaning) = parts.find_map(of_part) {
        return Some(meaning);
    }
    table.of_name(Joined::of(name, WORD))
}

/// What the name of a block says of everything in it.
pub(crate) fn meaning_of_block(name: &[u8]) -> Option<Meaning> {
    if name.len() > LONGEST {
        return None;
    }
    let words = Joined::of(name, WORD);
    let longest = (1..=words.count().min(MOST_WORDS)).rev();
    longest.filter_map(|count| Table::get().blocks.get(words.last(count)).copied()).next()
}

/// Whether a word is the extension of a file whose name stands before its digest.
pub(crate) fn is_file_extension(word: &[u8]) -> bool {
    Table::get().files.contains(&word)
}

/// Whether a text has a word for a password in it, in another language than English, alone or as part
/// of a longer word; `text` is in lower case.
pub(crate) fn says_password(text: &str) -> bool {
    static WITHIN: OnceLock<AhoCorasick> = OnceLock::new();
    let mut letters = [0; LONGEST];
    let mut count = 0;
    for (place, byte) in letters.iter_mut().zip(text.bytes().filter(|b| is_letter(*b))) {
        *place = byte;
        count += 1;
    }
    let table = Table::get();
    let within = WITHIN.get_or_init(|| {
        AhoCorasick::new(&table.within).expect("a few hundred words are an automaton")
    });
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.any(|word| table.translations.contains(word)) || within.is_match(&letters[..count])
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

/// Minimum length of a word that counts within a longer one: shorter ones occur there by chance.
const LONG: usize = 6;

/// How names are cut: `sha256Sum` has two words, and what other languages write is letters.
const WORD: Cut = Cut { digits: Digits::Ends, abbreviations: true, foreign: true };

/// The words of a name as they are written.
pub(super) fn words_of(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    identifier::words(name, WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_tells() {
        for (name, expected) in [
            ("privateKeyId", Some(Meaning::Id)),
            ("private_key_id", Some(Meaning::Id)),
            ("PRIVATE-KEY-ID", Some(Meaning::Id)),
            ("Private Key ID", Some(Meaning::Id)),
            ("credentialsid", Some(Meaning::Id)),
            ("tokenUUIDs", Some(Meaning::Id)),
            ("gTokenSpaceGuid", Some(Meaning::Id)),
            ("id_2", Some(Meaning::Id)),
            ("OKTA_CLIENT_ID_PROD", Some(Meaning::Id)),
            ("AZURE_CLIENT_SECRET_ID", Some(Meaning::Id)),
            ("param keyVaultSecretId string", Some(Meaning::Id)),
            ("secret_id", Some(Meaning::Secret)),
            ("vault.secretId", Some(Meaning::Secret)),
            ("distributionSha256Sum", Some(Meaning::Digest)),
            ("hmac-sha256", Some(Meaning::Digest)),
            ("cargoHash", Some(Meaning::Digest)),
            ("checksum/secret", Some(Meaning::Digest)),
            ("checksum/tls-secret", Some(Meaning::Digest)),
            ("rev", Some(Meaning::Digest)),
            ("data-sitekey", Some(Meaning::Public)),
            ("Sec-WebSocket-Key", Some(Meaning::Nonce)),
            ("nextToken", Some(Meaning::Nonce)),
            ("csrfmiddlewaretoken", Some(Meaning::Nonce)),
            ("viewkey", Some(Meaning::Lookup)),
            ("encryptedData", Some(Meaning::Encrypted)),
            ("PASSWORD_NOT_CORRECT", Some(Meaning::Message)),
            ("id_token", None),
            ("clientSecret", None),
            ("rev_key", None),
            ("commitKey", None),
            ("grid", None),
            ("", None),
            ("___", None),
        ] {
            assert_eq!(meaning_of(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn blocks_tell_what_is_in_them() {
        assert_eq!(meaning_of_block(b"encryptedData"), Some(Meaning::Encrypted));
        assert_eq!(meaning_of_block(b"SPEC CHECKSUMS"), Some(Meaning::Digest));
        assert_eq!(meaning_of_block(b"secretKeyRef"), Some(Meaning::Reference));
        assert_eq!(meaning_of_block(b"data"), None);
    }

    #[test]
    fn every_entry_stands_once_in_a_known_section() {
        let mut seen = HashMap::new();
        let mut section = "";
        for line in NAMES.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(title) = line.strip_prefix('[') {
                section = title.trim_end_matches(']');
                let known = Meaning::SECTIONS.iter().any(|(name, _)| *name == section);
                assert!(known || [ASIDE, FILE, TRANSLATION].contains(&section), "{section}");
            }
            for entry in line.split_whitespace().filter(|_| !line.starts_with('[')) {
                assert_eq!(seen.insert(entry, section), None, "{entry}");
                let plain = entry.trim_matches(&['=', '*', '/', '{'][..]);
                assert_eq!(plain, plain.to_lowercase(), "{entry}");
                assert!(plain.chars().all(|c| c.is_alphanumeric() || section == TRANSLATION));
            }
        }
        assert!(seen.len() > 300);
    }

    #[test]
    fn passwords_in_other_languages_are_words() {
        for text in [
            "wachtwoord",
            "wachtwoordbevestiging",
            "zadejte heslo",
            "mot de passe oublié",
            "e2ee heslo",
        ] {
            assert!(says_password(text), "{text}");
        }
        for text in ["password", "hunter", "parolles", "enclave", "wachten", ""] {
            assert!(!says_password(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_has_a_meaning_or_none(name in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            let _ = (meaning_of(&name), meaning_of_block(&name));
        }
    }
}
