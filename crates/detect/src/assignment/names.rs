//! Names by meaning: `dbPassword`, `API_KEY`, `auth-token`; not `passenger`, `tokenizer`, `monkey`.

use std::ops::Range;

use crate::escapes;
use crate::identifier::{self, Cut, Digits};
use crate::naming::lexicon::{self, Meaning};

/// Longest name that is looked at, in bytes.
pub const LONGEST: usize = 96;

/// A name that values are assigned to, split into its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its bytes, with the dots and dashes of a path: `spring.datasource.password`.
    pub span: Range<usize>,
    /// Spans of its words.
    words: [(u32, u32); WORDS],
    meanings: [Meaning; WORDS],
    count: usize,
    /// What is written together with the word that makes it a secret's name: `change` in
    /// `changepassword`.
    pub joined: Meaning,
    /// The word that makes it a secret's name.
    pub secret: usize,
    /// What that word means.
    pub class: Class,
}

/// What sort of secret a name promises, the vaguest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `key` alone: of a map, a cache, a keyboard; seldom a secret.
    Key,
    /// `auth`, `authorization`, `basic`.
    Auth,
    /// `credential`, `creds`.
    Credential,
    /// `apikey`, `accessKey`, `private_key`.
    ApiKey,
    /// `token`, `bearer`.
    Token,
    /// `secret`.
    Secret,
    /// `password`, `passwd`, `pwd`, `passphrase`.
    Password,
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
        Self {
            span: at..at,
            words: [(0, 0); WORDS],
            meanings: [0; WORDS],
            count: 0,
            joined: 0,
            secret: 0,
            class: Class::Password,
        }
    }

    /// Whether one of the words has one of these meanings.
    pub fn has(&self, meanings: Meaning) -> bool {
        self.meanings[..self.count].iter().any(|m| m & meanings != 0)
    }

    /// Whether a word after the one that means a secret has one of these meanings.
    pub fn tail_has(&self, meanings: Meaning) -> bool {
        self.meanings[..self.count].iter().skip(self.secret + 1).any(|m| m & meanings != 0)
    }

    /// What is said before the word that means a secret, apart or together with it.
    pub fn before_secret(&self) -> Meaning {
        let before = self.secret.checked_sub(1).map_or(0, |before| self.meanings[before]);
        before | self.joined
    }

    /// Whether one of the words is one of these, in any case.
    pub fn says(&self, text: &[u8], words: &[&str]) -> bool {
        self.words(text).any(|w| words.iter().any(|word| w.eq_ignore_ascii_case(word.as_bytes())))
    }

    /// Whether several secrets have this name: `tokens`, `api_key_list`.
    pub fn is_plural(&self, text: &[u8]) -> bool {
        const MANY: [&[u8]; 6] = [b"list", b"lists", b"map", b"set", b"array", b"pool"];
        let secret = matches!(
            self.class,
            Class::Password | Class::Secret | Class::Token | Class::ApiKey | Class::Key
        );
        let word = |index: usize| self.words(text).nth(index).unwrap_or_default();
        let last = word(self.count.saturating_sub(1));
        let plural = |word: &[u8]| {
            matches!(word.last(), Some(b's' | b'S'))
                && !word[word.len().saturating_sub(4)..].eq_ignore_ascii_case(b"pass")
        };
        secret
            && ((self.tail() == 0 && plural(last))
                || (self.tail() == 1 && MANY.iter().any(|many| last.eq_ignore_ascii_case(many))))
    }

    /// What the first word means.
    pub fn first(&self) -> Meaning {
        self.meanings[..self.count].first().copied().unwrap_or(0)
    }

    /// What the last word means.
    pub fn last(&self) -> Meaning {
        self.meanings[..self.count].last().copied().unwrap_or(0)
    }
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
    // Signs after the keyword (`basic `, `pw=`) are no part of the name.
    let signs = text[keyword.clone()].iter().rev().take_while(|b| b.is_ascii() && !part(**b));
    let keyword = keyword.start..keyword.end - signs.count();
    let mut to = keyword.end;
    while to < text.len() {
        to += match text[to] {
            byte if part(byte) || joins(to) => 1,
            byte if byte.is_ascii() => break,
            _ => match letter_at(text, to) {
                Some(length) => length,
                None => break,
            },
        };
        if to - keyword.end > LONGEST {
            return None;
        }
    }
    // Most names end where nothing can be assigned.
    match text.get(to)? {
        b';' | b')' | b'@' | b'#' | b'%' | b'^' | b'~' | b'/' => return None,
        b'.' | b'}' if !matches!(text.get(to + 1), Some(b'=' | b'"')) => return None,
        _ => {}
    }
    let mut from = keyword.start;
    while from > 0 {
        from -= match text[from - 1] {
            byte if part(byte) || joins(from - 1) => 1,
            byte if byte.is_ascii() => break,
            _ => match letter_before(text, from) {
                Some(length) => length,
                None => break,
            },
        };
        if keyword.start - from > LONGEST {
            return None;
        }
    }
    from = after_escape(text, from..keyword.start);
    if to - from > LONGEST || !super::grammar::may_assign(text, from..to) {
        return None;
    }
    split(text, from..to)
}

/// Length of the letter beyond ASCII that begins here: `ñ` in `contraseña`, but no typographic quote.
fn letter_at(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..(at + 4).min(text.len())];
    let chunk = rest.utf8_chunks().next()?.valid();
    chunk.chars().next().filter(|sign| sign.is_alphabetic()).map(char::len_utf8)
}

/// Length of the letter beyond ASCII that ends here.
fn letter_before(text: &[u8], end: usize) -> Option<usize> {
    let start = (end.saturating_sub(4)..end).rev().find(|at| text[*at] & 0xc0 != 0x80)?;
    letter_at(text, start).filter(|length| start + length == end)
}

/// Where a name begins that an escape seems to begin: `\npassword=`, `%22token%22`.
fn after_escape(text: &[u8], before: Range<usize>) -> usize {
    let from = before.start;
    let begins = |at: usize| matches!(text[at], b'\\' | b'%' | b'[');
    if !from.checked_sub(1).is_some_and(begins) {
        return from;
    }
    let ends = |at: &usize| escapes::ending_at(text, *at).is_some_and(|said| said.is_ascii());
    (from + 1..=before.end.min(from + escapes::LONGEST)).find(ends).unwrap_or(from)
}

/// How names are cut: `smtppasswd2` is a password like any other.
const WORD: Cut = Cut { digits: Digits::Signs, abbreviations: true, foreign: true };

/// Splits into words, and looks for the one that means a secret.
fn split(text: &[u8], span: Range<usize>) -> Option<Name> {
    let mut name = Name {
        span: span.clone(),
        words: [(0, 0); WORDS],
        meanings: [0; WORDS],
        count: 0,
        joined: 0,
        secret: usize::MAX,
        class: Class::Key,
    };
    for word in identifier::spans(&text[span.clone()], WORD) {
        let place = name.words.get_mut(name.count)?;
        *place = ((span.start + word.start) as u32, (span.start + word.end) as u32);
        name.count += 1;
    }
    // The last word that means a secret counts: `token` in `password_reset_token`.
    for index in 0..name.count {
        let (from, to) = name.words[index];
        let word = &text[from as usize..to as usize];
        name.meanings[index] = lexicon::meaning(word);
        // `LayoutBasic` names no scheme.
        if index > 0 && word.eq_ignore_ascii_case(b"basic") {
            continue;
        }
        if let Some((class, rest)) = class_of(word, name.meanings[index]) {
            if !word.is_ascii() || is_of_abroad(word) {
                name.meanings[index] |= lexicon::FOREIGN;
            }
            let before = index.checked_sub(1).map_or(0, |before| name.meanings[before]);
            name.joined = lexicon::meaning(rest);
            name.meanings[index] |= name.joined;
            let qualified = class == Class::Key && (before | name.joined) & lexicon::KEY_OF != 0;
            name.class = if qualified { Class::ApiKey } else { class };
            name.secret = index;
        }
    }
    (name.secret != usize::MAX).then_some(name)
}

/// Ends of words that mean a password in other languages than English: `adminpasswort`.
const ENDS_ABROAD: [&str; 5] = ["passwort", "kennwort", "senha", "contrasena", "wachtwoord"];

/// Whether a word means a password in another language than English by its end; or by itself, as `passe`
/// in `mot_de_passe` and `palavra_passe`, whose plural is English.
fn is_of_abroad(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"passe") || ENDS_ABROAD.iter().any(|end| ends_with(word, end))
}

/// Whether a word ends so, in any case.
fn ends_with(word: &[u8], end: &str) -> bool {
    word.len() >= end.len() && word[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// What sort of secret a word means, and what else is in the word.
fn class_of(word: &[u8], meaning: Meaning) -> Option<(Class, &[u8])> {
    const CLASSES: &[(Meaning, Class)] = &[
        (lexicon::PASSWORD, Class::Password),
        (lexicon::SECRET, Class::Secret),
        (lexicon::TOKEN, Class::Token),
        (lexicon::API_KEY, Class::ApiKey),
        (lexicon::KEY, Class::Key),
        (lexicon::AUTH, Class::Auth),
        (lexicon::CREDENTIAL, Class::Credential),
    ];
    if let Some((_, class)) = CLASSES.iter().find(|(bit, _)| meaning & bit != 0) {
        return Some((*class, &[]));
    }
    if word.len() <= 24 && is_of_abroad(word) {
        return Some((Class::Password, &[]));
    }
    // A personal access token; in small letters it is a pattern, a pattern's name or a person's.
    if word == b"PAT" {
        return Some((Class::Token, &[]));
    }
    // Written together: `dbpassword`, `clientsecret`, `loggedinkey`.
    const ENDS: &[(&str, Class)] = &[
        ("password", Class::Password),
        ("passwd", Class::Password),
        ("pwd", Class::Password),
        ("secret", Class::Secret),
        ("token", Class::Token),
        ("apikey", Class::ApiKey),
        ("secretkey", Class::ApiKey),
        ("accesskey", Class::ApiKey),
        ("privatekey", Class::ApiKey),
        ("key", Class::Key),
        ("pass", Class::Password),
        ("auth", Class::Auth),
        ("credential", Class::Credential),
        ("cred", Class::Credential),
        ("密码", Class::Password),
        ("密碼", Class::Password),
        ("口令", Class::Password),
        ("パスワード", Class::Password),
        ("비밀번호", Class::Password),
        ("пароль", Class::Password),
        ("密钥", Class::ApiKey),
    ];
    if word.len() > 24 || word.len() < 4 || meaning & lexicon::OTHER != 0 {
        return None;
    }
    for (start, class) in [("password", Class::Password), ("secret", Class::Secret)] {
        if word.get(..start.len()).is_some_and(|w| w.eq_ignore_ascii_case(start.as_bytes())) {
            return Some((class, &word[start.len()..]));
        }
    }
    let ends = |word: &[u8], end: &str| word.len() > end.len() && ends_with(word, end);
    // `lpass` and `twinpass` are other words; `dbpass` is not.
    let known = |end: &str| {
        word.len() >= end.len() && lexicon::meaning(&word[..word.len() - end.len()]) != 0
    };
    let singular = word.strip_suffix(b"s").or(word.strip_suffix(b"S"));
    let found =
        ENDS.iter().filter(|(end, _)| !matches!(*end, "pass" | "auth" | "cred") || known(end));
    let mut found = found.filter_map(|(end, class)| {
        let word = [Some(word), singular].into_iter().flatten().find(|word| ends(word, end))?;
        Some((*class, &word[..word.len() - end.len()]))
    });
    found.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> Option<Class> {
        let lower = text.to_ascii_lowercase();
        let keyword = super::super::KEYWORDS.iter().find(|k| lower.contains(k.trim()))?;
        let at = lower.find(keyword.trim())?;
        let text = format!("{text} = 1");
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
    fn words_written_together_mean_what_they_mean_apart() {
        let name = |text: &str| {
            let text = format!("{text} = 1");
            let at = text.find("pass").or(text.find("key")).expect("there");
            name_at(text.as_bytes(), at..at + 3).expect("a name")
        };
        assert_eq!(name("changepassword").joined, lexicon::meaning(b"change"));
        assert_eq!(name("passwordreset").joined, lexicon::meaning(b"reset"));
        assert!(name("wrongpassword").has(lexicon::WRONG));
        assert_eq!(name("sessionkey").class, name("session_key").class);
    }

    #[test]
    fn an_escape_before_a_name_is_no_part_of_it() {
        for before in ["\\n", "\\t", "\\u0022", "%20", "%22", "\\x22", "\u{1b}[36m", "[0m"] {
            let text = format!("{before}api_key = 1");
            let at = text.find("api").expect("there");
            let name = name_at(text.as_bytes(), at..at + 7).expect("a name");
            assert_eq!(&text[name.span.clone()], "api_key", "{text}");
        }
        let variable = b"%DB_PASSWORD = 1";
        assert_eq!(name_at(variable, 4..12).map(|name| name.span), Some(1..12));
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
