//! Names by meaning: `dbPassword`, `API_KEY`, `auth-token`; not `passenger`, `tokenizer`, `monkey`.

use std::ops::Range;

/// Longest name that is looked at, in bytes.
pub const LONGEST: usize = 96;

/// A name that values are assigned to, split into its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its bytes, with the dots and dashes of a path: `spring.datasource.password`.
    pub span: Range<usize>,
    /// Spans of its words.
    words: [(u32, u32); WORDS],
    count: usize,
    /// The word that makes it a secret's name.
    pub secret: usize,
    /// What that word means.
    pub class: Class,
}

/// What sort of secret a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `password`, `passwd`, `pwd`, `passphrase`.
    Password,
    /// `secret`.
    Secret,
    /// `token`, `bearer`.
    Token,
    /// `apikey`, `accessKey`, `private_key`.
    ApiKey,
    /// `key` alone: of a map, a cache, a keyboard; seldom a secret.
    Key,
    /// `auth`, `authorization`, `basic`.
    Auth,
    /// `credential`, `creds`.
    Credential,
}

const WORDS: usize = 12;

impl Name {
    /// The words, as they are written.
    pub fn words<'t>(&'t self, text: &'t [u8]) -> impl DoubleEndedIterator<Item = &'t [u8]> + 't {
        self.words[..self.count].iter().map(|(from, to)| &text[*from as usize..*to as usize])
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.count
    }

    /// A name has at least the word that makes it a secret's name.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Words after the one that means a secret: `field` in `password_field`.
    pub fn tail(&self) -> usize {
        self.count.saturating_sub(self.secret + 1)
    }

    /// A password without a name.
    pub fn none(at: usize) -> Self {
        Self { span: at..at, words: [(0, 0); WORDS], count: 0, secret: 0, class: Class::Password }
    }

    /// Whether one of the words is this (lower case).
    pub fn has(&self, text: &[u8], words: &[&str]) -> bool {
        self.words(text).any(|word| is_one_of(word, words))
    }
}

/// Whether a word is one of these (lower case), with or without a plural `s`.
pub fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    let singular = match word {
        [rest @ .., b's' | b'S'] if rest.len() > 2 => rest,
        _ => word,
    };
    words.iter().any(|w| {
        word.eq_ignore_ascii_case(w.as_bytes()) || singular.eq_ignore_ascii_case(w.as_bytes())
    })
}

/// The name around a keyword, if it means a secret. The same for every keyword within one name.
pub fn name_at(text: &[u8], keyword: Range<usize>) -> Option<Name> {
    let part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'$';
    let joins = |at: usize| {
        matches!(text[at], b'.' | b'-')
            && at > 0
            && part(text[at - 1])
            && text.get(at + 1).is_some_and(|b| part(*b))
    };
    let mut from = keyword.start;
    while from > 0 && (part(text[from - 1]) || joins(from - 1)) {
        from -= 1;
        if keyword.start - from > LONGEST {
            return None;
        }
    }
    let mut to = keyword.end;
    while to < text.len() && (part(text[to]) || joins(to)) {
        to += 1;
        if to - keyword.end > LONGEST {
            return None;
        }
    }
    // A blank after the keyword (`basic `) is no part of the name.
    while to > from && !part(text[to - 1]) {
        to -= 1;
    }
    if to - from > LONGEST {
        return None;
    }
    split(text, from..to)
}

/// Splits at signs, digits and humps, and looks for the word that means a secret.
fn split(text: &[u8], span: Range<usize>) -> Option<Name> {
    let mut name = Name {
        span: span.clone(),
        words: [(0, 0); WORDS],
        count: 0,
        secret: usize::MAX,
        class: Class::Key,
    };
    let mut start = None;
    for at in span.start..=span.end {
        let here = if at < span.end { text[at] } else { b'.' };
        let letter = here.is_ascii_alphabetic();
        if let Some(from) = start {
            let before = text[at - 1];
            let next = text.get(at + 1).filter(|_| at + 1 < span.end);
            // `dbPassword`, and the last capital of `APIKey`.
            let hump = here.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || (before.is_ascii_uppercase() && next.is_some_and(u8::is_ascii_lowercase)));
            if !letter || hump {
                if name.count == WORDS {
                    return None;
                }
                name.words[name.count] = (from as u32, at as u32);
                name.count += 1;
                start = letter.then_some(at);
            }
        } else if letter {
            start = Some(at);
        }
    }
    // The last word that means a secret counts: `token` in `password_reset_token`.
    for index in 0..name.count {
        let (from, to) = name.words[index];
        let word = &text[from as usize..to as usize];
        if let Some(class) = class_of(word) {
            let qualified = class == Class::Key
                && index > 0
                && is_one_of(
                    &text[name.words[index - 1].0 as usize..name.words[index - 1].1 as usize],
                    KEY_OF,
                );
            let class = if qualified { Class::ApiKey } else { class };
            name.secret = index;
            name.class = class;
        }
    }
    (name.secret != usize::MAX).then_some(name)
}

/// What stands before `key` where the key is a secret.
const KEY_OF: &[&str] = &[
    "api",
    "access",
    "private",
    "secret",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "signature",
    "master",
    "account",
    "auth",
    "client",
    "app",
    "application",
    "shared",
    "consumer",
    "service",
    "aes",
    "des",
    "rsa",
    "hmac",
    "jwt",
    "ssh",
    "ssl",
    "tls",
    "pgp",
    "gpg",
    "cipher",
    "crypto",
    "storage",
    "subscription",
    "license",
    "deploy",
    "session",
    "cookie",
    "admin",
    "user",
    "server",
    "security",
    "instrumentation",
    "validation",
    "decryption",
    "decrypt",
    "webhook",
    "integration",
    "project",
    "write",
    "read",
    "ingest",
    "repo",
    "n",
    "x",
    "psk",
    "host",
    "root",
    "symmetric",
];

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "passcode",
    "passwort",
    "pw",
    "psw",
    "pswd",
    "passw",
    "userpass",
    "dbpass",
    "authpass",
    "requirepass",
    "masterauth",
    "sshpass",
    "wachtwoord",
    "passwordhash",
    "rootpass",
    "adminpass",
    "smtppass",
    "mypass",
    "mailpass",
    "ftppass",
    "keypass",
    "storepass",
    "passin",
    "passout",
    "masterpass",
    "testpass",
    "userpwd",
    "rootpw",
    "bindpw",
    "adminpw",
    "dbpw",
    "rootpwd",
    "dbpwd",
    "mypwd",
];
const TOKENS: &[&str] = &["token", "bearer", "authtoken", "accesstoken", "apitoken", "tok"];
const API_KEYS: &[&str] = &[
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "apppkey",
    "appkey",
    "nkey",
    "xkey",
    "masterkey",
    "encryptionkey",
    "signingkey",
    "sharedkey",
    "accountkey",
    "secretaccesskey",
    "repokey",
    "aeskey",
    "cipherkey",
    "licensekey",
    "subscriptionkey",
    "sshkey",
    "authorizationkey",
];
const AUTHS: &[&str] =
    &["auth", "authorization", "oauth", "basic", "authenticate", "authentication", "authcode"];
const CREDENTIALS: &[&str] = &["credential", "cred", "credential"];

/// Words that contain one of the others and mean something else.
const OTHER: &[&str] = &[
    "passenger",
    "tokenizer",
    "tokenize",
    "tokenized",
    "tokenization",
    "monkey",
    "turkey",
    "donkey",
    "hockey",
    "jockey",
    "whiskey",
    "hotkey",
    "bypass",
    "compass",
    "secretary",
    "credit",
    "passive",
    "passion",
    "passage",
    "passport",
    "author",
    "authority",
    "keyboard",
    "keyword",
    "keynote",
    "trespass",
    "surpass",
    "encompass",
    "unsecret",
];

fn class_of(word: &[u8]) -> Option<Class> {
    let one = |words: &[&str]| is_one_of(word, words);
    if one(PASSWORDS) {
        return Some(Class::Password);
    } else if one(&["secret"]) {
        return Some(Class::Secret);
    } else if one(TOKENS) {
        return Some(Class::Token);
    } else if one(API_KEYS) {
        return Some(Class::ApiKey);
    } else if one(&["key"]) {
        return Some(Class::Key);
    } else if one(AUTHS) {
        return Some(Class::Auth);
    } else if one(CREDENTIALS) {
        return Some(Class::Credential);
    }
    // Written together: `dbpassword`, `clientsecret`, `loggedinkey`.
    let ends = |end: &str| {
        let strip = |w: &[u8]| {
            w.len() > end.len() && w[w.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
        };
        strip(word) || word.strip_suffix(b"s").is_some_and(strip)
    };
    let starts = |start: &str| {
        word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start.as_bytes()))
    };
    if word.len() > 24 || is_one_of(word, OTHER) {
        None
    } else if ends("password") || ends("passwd") || ends("pwd") || starts("password") {
        Some(Class::Password)
    } else if ends("secret") || starts("secret") {
        Some(Class::Secret)
    } else if ends("token") {
        Some(Class::Token)
    } else if ends("apikey") || ends("secretkey") || ends("accesskey") || ends("privatekey") {
        Some(Class::ApiKey)
    } else if ends("key") {
        Some(Class::Key)
    } else if ends("pass") {
        Some(Class::Password)
    } else if ends("auth") {
        Some(Class::Auth)
    } else if ends("credential") || ends("cred") || ends("creds") {
        Some(Class::Credential)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> Option<Class> {
        let lower = text.to_ascii_lowercase();
        let keyword = super::super::KEYWORDS.iter().find(|k| lower.contains(k.trim()))?;
        let at = lower.find(keyword.trim())?;
        name_at(text.as_bytes(), at..at + keyword.trim().len()).map(|name| name.class)
    }

    #[test]
    fn names_that_mean_secrets() {
        for (text, expected) in [
            ("password", Class::Password),
            ("dbPassword", Class::Password),
            ("DB_PASS", Class::Password),
            ("spring.datasource.password", Class::Password),
            ("smtppasswd2", Class::Password),
            ("client_secret", Class::Secret),
            ("AWSSecretKey", Class::ApiKey),
            ("x-api-key", Class::ApiKey),
            ("APIKey", Class::ApiKey),
            ("reset_password_token", Class::Token),
            ("githubToken", Class::Token),
            ("cacheKey", Class::Key),
            ("oauth", Class::Auth),
            ("userCredentials", Class::Credential),
        ] {
            assert_eq!(class(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_that_do_not() {
        for text in [
            "passenger",
            "tokenizer",
            "keyboard",
            "monkey",
            "compass",
            "authorName",
            "credits",
            "keyword",
            "passive",
            "secretary",
        ] {
            assert_eq!(class(text), None, "{text}");
        }
    }

    #[test]
    fn every_keyword_in_a_name_leads_to_the_same_name() {
        let text = b"  my_secret_token_key = 1";
        let at = |word: &str| {
            let at = text.windows(word.len()).position(|w| w == word.as_bytes()).expect("there");
            name_at(text, at..at + word.len())
        };
        assert_eq!(at("secret"), at("token"));
        assert_eq!(at("secret"), at("key"));
    }
}
