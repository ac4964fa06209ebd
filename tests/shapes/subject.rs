//! What of a rule can be put into a shape: its bare value, or the name or text that its pattern asks
//! for.

use regex_automata::Input;
use sprawl_detect::identifier::{self, Cut, Digits};
use sprawl_detect::rules::mint::{Random, mint};
use sprawl_detect::rules::{Kind, Rule};

/// A rule, and how its secrets are written.
pub(crate) struct Subject<'r> {
    pub(crate) rule: &'r Rule,
    /// The words of the name that the value is given.
    pub(crate) words: Vec<String>,
    /// The text that is the value: `{secret}`, or a URL or connection string around it.
    pub(crate) value: String,
    /// Whether the value is recognised without a name.
    pub(crate) bare: bool,
    /// Whether the host that it is sent to is all the context that it needs.
    pub(crate) host_suffices: bool,
}

impl<'r> Subject<'r> {
    /// `None` if the pattern is a form of its own (a statement, a command line, a file format),
    /// which only its own examples have.
    pub(crate) fn of(rule: &'r Rule) -> Option<Self> {
        let bare = is_bare(rule);
        let (name, value) = if bare {
            (Vec::new(), "{secret}".to_owned())
        } else {
            rule.text.examples.iter().find_map(|example| written(rule, example))?
        };
        let words = with_context(rule, name);
        let sent = matches!(rule.kind, Kind::Token | Kind::ApiKey);
        let host_suffices = bare && sent && host_is_context(rule, &words[0]);
        Some(Self { rule, words, value, bare, host_suffices })
    }

    /// A minted secret, and the value with it.
    pub(crate) fn minted(&self, seed: u64) -> (String, String) {
        let secret = mint(self.rule, &mut Random::new(seed)).expect("rules.rs mints from all");
        let secret = String::from_utf8(secret).expect("patterns are ASCII");
        let value = self.value.replace("{secret}", &secret);
        (secret, value)
    }
}

/// Whether the pattern finds a secret that stands by itself.
fn is_bare(rule: &Rule) -> bool {
    let Ok(compiled) = rule.compiled() else { return false };
    let mut bare = true;
    for seed in 0..3 {
        let secret = mint(rule, &mut Random::new(seed)).expect("rules.rs mints from all");
        for (before, after) in [("\"", "\""), (" ", "\n")] {
            let text = [before.as_bytes(), &secret, after.as_bytes()].concat();
            let mut captures = compiled.regex.create_captures();
            compiled.regex.search_captures(&Input::new(&text), &mut captures);
            let span = captures.get_group(compiled.secret_group);
            bare &= span.is_some_and(|span| text[span.range()] == secret);
        }
    }
    bare
}

/// The name and the value of an example that is an assignment, or the URL or connection string of
/// one that has no name.
fn written(rule: &Rule, example: &str) -> Option<(Vec<String>, String)> {
    let line = example.lines().find(|line| line.contains("{secret}"))?;
    let at = line.find("{secret}")?;
    let (start, end) = quoted(line, at).unwrap_or_else(|| unquoted(line, at));
    let value = &line[start..end];
    if value.contains("://") || (rule.kind == Kind::ConnectionString && value != "{secret}") {
        return Some((Vec::new(), value.to_owned()));
    }
    let left = line[..at].trim_end_matches(|c: char| c.is_whitespace() || "\"'`>([]".contains(c));
    let name = left.trim_end_matches(['=', ':']);
    if name.len() == left.len() || !line[at + 8..].chars().all(|c| !c.is_alphanumeric()) {
        return None;
    }
    let name = name.trim_end_matches(|c: char| c.is_whitespace() || "\"'`])".contains(c));
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let words = split(&name[name.rfind(|c| !is_name(c)).map_or(0, |i| i + 1)..]);
    (!words.is_empty()).then(|| (words, "{secret}".to_owned()))
}

/// The text between the quotes around a position.
fn quoted(line: &str, at: usize) -> Option<(usize, usize)> {
    let open = line[..at].rfind(['"', '\'', '`'])?;
    let close = line[at..].find(line[open..].chars().next()?)?;
    Some((open + 1, at + close))
}

/// The text around a position that has no spaces; without `NAME=`.
fn unquoted(line: &str, at: usize) -> (usize, usize) {
    let start = line[..at].rfind(|c: char| c.is_whitespace() || "<>(".contains(c));
    let start = start.map_or(0, |i| i + 1);
    let end = line[at..].find(|c: char| c.is_whitespace() || "<>)".contains(c));
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let name = line[start..at].find('=').filter(|i| {
        let (name, rest) = line[start..at].split_at(*i);
        // `Endpoint=sb://...;` is the first field of a connection string, no name.
        let field = rest.find(';').is_some_and(|end| !rest[1..end].contains('='));
        name.chars().all(is_name) && !field
    });
    (name.map_or(start, |i| start + i + 1), end.map_or(line.len(), |i| at + i))
}

/// The words of an identifier, in lower case.
fn split(name: &str) -> Vec<String> {
    const WORD: Cut = Cut { digits: Digits::Letters, abbreviations: true, foreign: false };
    let words = identifier::words(name.as_bytes(), WORD);
    words.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).collect()
}

/// The name with the context words that the rule asks for, and a noun at its end.
fn with_context(rule: &Rule, mut words: Vec<String>) -> Vec<String> {
    let mut named = !words.is_empty();
    let is_word =
        |word: &&str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let has = |words: &[String], word: &str| words.join("_").contains(&word.replace('-', "_"));
    if let Some(near) = rule.near() {
        if !near.any.iter().any(|word| has(&words, word)) {
            let first = near.any.iter().map(AsRef::as_ref).find(is_word).unwrap_or("service");
            words.splice(0..0, split(first));
        }
        if !near.also.is_empty() && !near.also.iter().any(|word| has(&words, word)) {
            let first = near.also.iter().map(AsRef::as_ref).find(is_word).unwrap_or("secret");
            words.extend(split(first));
        }
    }
    if words.is_empty() {
        named = false;
        let file = rule.file.trim_start_matches("rules/").trim_end_matches(".toml");
        words = split(file);
    }
    if named {
        return words;
    }
    const NOUNS: &[&str] =
        &["key", "token", "secret", "password", "pass", "url", "id", "sid", "pat", "dsn", "auth"];
    if !NOUNS.contains(&words[words.len() - 1].as_str()) {
        let noun: &[&str] = match rule.kind {
            Kind::ApiKey => &["api", "key"],
            Kind::Token => &["token"],
            Kind::Password => &["password"],
            Kind::PrivateKey | Kind::Certificate => &["secret", "key"],
            Kind::Webhook | Kind::ConnectionString => &["url"],
        };
        words.extend(noun.iter().map(|w| (*w).to_owned()));
    }
    words
}

fn host_is_context(rule: &Rule, first: &str) -> bool {
    let text = format!("authorization: bearer api.{first}.com");
    rule.near().is_none_or(|near| {
        near.any.iter().any(|word| first.contains(word.as_str()))
            && (near.also.is_empty()
                || near.also.iter().any(|w| w.len() >= 5 && text.contains(w.as_str())))
    })
}
