//! Paths in secret managers: where programs, scripts and descriptions of deployments read them, and where scripts
//! put values there.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex_automata::meta::Regex;

use super::expression::{compiled, group};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

/// A path without what differs between the ways to write it.
pub(super) fn path(path: &str, key: Option<&str>) -> Name {
    let path = path.trim().trim_matches(['"', '\'', '/']);
    let path = path.replacen("/data/", "/", 1);
    // `arn:aws:secretsmanager:region:account:secret:name-AbCdEf:key::`
    let (path, inner) = match path.split_once(":secret:") {
        Some((_, rest)) => {
            let mut parts = rest.split(':');
            let name = parts.next().unwrap_or_default();
            let name = match name.rsplit_once('-') {
                Some((name, end)) if end.len() == 6 => name,
                _ => name,
            };
            (name.to_owned(), parts.next().unwrap_or_default().to_owned())
        }
        None => match path.split_once(":parameter/") {
            Some((_, name)) => (name.to_owned(), String::new()),
            None => match path.split_once('#') {
                Some((path, key)) => (path.to_owned(), key.to_owned()),
                None => (path.clone(), String::new()),
            },
        },
    };
    let name = Name::new(Space::Manager, path.trim_matches('/'));
    let inner = if inner.is_empty() { key.unwrap_or_default().to_owned() } else { inner };
    if inner.is_empty() { name } else { name.within(inner) }
}

/// How paths are read; each has the group `path`, and may have `key`.
const READ: &[&str] = &[
    r#"\baws\s+ssm\s+get-parameters?(?:-by-path)?\b[^\n]*?--(?:names?|path)[= ]+["']?(?<path>/?[\w./-]+)"#,
    r#"\baws\s+secretsmanager\s+get-secret-value\b[^\n]*?--secret-id[= ]+["']?(?<path>[\w./:-]+)"#,
    r#"\bvault\s+(?:kv\s+get|read)\s+(?:-field[= ](?<key>[\w-]+)\s+|-[\w-]+(?:=\S+)?\s+)*["']?(?<path>[\w./-]+)"#,
    r#"\bgcloud\s+secrets\s+versions\s+access\b[^\n]*?--secret[= ]+["']?(?<path>[\w./-]+)"#,
    r#"\baz\s+keyvault\s+secret\s+show\b[^\n]*?--name[= ]+["']?(?<path>[\w./-]+)"#,
    r#"\bSecretId["']?\s*[=:(]\s*["'](?<path>[\w./:-]+)["']"#,
    r#"\b[sS]ecretId\(\s*"(?<path>[\w./:-]+)"\s*\)"#,
    r#"\b(?:get_secret_value|get_secret|getSecret|GetSecretValue|get_parameter|GetParameter|getParameter|read_secret_version|read_secret|GetSecret|GetSecretAsync|access_secret_version)\b\(?[^\n;]{0,120}?["'](?<path>/?[\w.-]+(?:/[\w.-]+)+)["']"#,
    r#"\b(?:get_secret_value|get_secret|getSecret|GetSecretValue|GetSecret|GetSecretAsync)\(\s*["'](?<path>[\w.-]+)["']"#,
    r#"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):(?<path>[\w./-]+)(?::SecretString:(?<key>[\w-]+))?"#,
    r#"(?<path>arn:aws[\w-]*:(?:ssm|secretsmanager):[\w${}.-]*:[\w${}.-]*:(?:parameter/|secret:)[\w./:-]+)"#,
    r#"\bref\+\w+://(?<path>[\w./-]+)(?:#/?(?<key>[\w-]+))?"#,
    r#"\bprojects/[\w${}.-]+/secrets/(?<path>[\w-]+)"#,
    r#"\bssm:(?:/|\$\{)?(?<path>/[\w./-]+)"#,
];

/// How values are put there.
const PUT: &[&str] = &[
    r#"\baws\s+ssm\s+put-parameter\b[^\n]*?--name[= ]+["']?(?<path>/?[\w./-]+)"#,
    r#"\baws\s+secretsmanager\s+(?:create-secret|put-secret-value|update-secret)\b[^\n]*?--(?:name|secret-id)[= ]+["']?(?<path>[\w./-]+)"#,
    r#"\bvault\s+(?:kv\s+put|write)\s+["']?(?<path>[\w./-]+)["']?\s+(?<key>[\w-]+)="#,
    r#"\baz\s+keyvault\s+secret\s+set\b[^\n]*?--name[= ]+["']?(?<path>[\w./-]+)"#,
];

/// Without one of these no pattern matches. Each pattern goes over the whole text, so words that are in half of
/// all programs, such as `parameter`, would cost more than all else that is looked for.
const WORDS: &[&str] = &[
    "get-parameter",
    "put-parameter",
    "get-secret-value",
    "secretsmanager",
    "vault",
    "gcloud",
    "ecretId",
    "get_secret",
    "getSecret",
    "GetSecret",
    "read_secret",
    "access_secret_version",
    "get_parameter",
    "getParameter",
    "GetParameter",
    "resolve:",
    "arn:aws",
    "ref+",
    "/secrets/",
    "ssm:",
];

/// Whether a text has one of the words.
fn has_word(text: &str) -> bool {
    static ALL: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    // Many literals are found fastest where the first of them counts.
    let build = || AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(WORDS).ok();
    ALL.get_or_init(build).as_ref().is_none_or(|words| words.is_match(text))
}

struct Pattern {
    regex: Regex,
    path: Option<usize>,
    key: Option<usize>,
    is_put: bool,
}

fn patterns() -> &'static [Pattern] {
    static ALL: OnceLock<Vec<Pattern>> = OnceLock::new();
    ALL.get_or_init(|| {
        let of = |(pattern, is_put): (&&str, bool)| {
            let regex = compiled(pattern);
            let (path, key) = (group(&regex, "path"), group(&regex, "key"));
            Pattern { regex, path, key, is_put }
        };
        let read = READ.iter().map(|one| (one, false));
        read.chain(PUT.iter().map(|one| (one, true))).map(of).collect()
    })
}

/// Paths that a text reads or writes. `is_comment` tells where comments are.
pub(super) fn read(source: &Source<'_>, is_comment: impl Fn(usize) -> bool) -> Vec<Binding> {
    let text = source.text;
    let mut found = Vec::new();
    if !has_word(text) {
        return found;
    }
    for pattern in patterns() {
        for captures in pattern.regex.captures_iter(text.as_bytes()) {
            let group = |at: Option<usize>| {
                let span = captures.get_group(at?)?;
                Some((span.start, text.get(span.range())?))
            };
            let Some((at, stated)) = group(pattern.path) else { continue };
            if is_comment(at) {
                continue;
            }
            let name = path(stated, group(pattern.key).map(|(_, key)| key));
            let mut binding = Binding::empty(source.line(at), ReaderKind::SecretManager);
            match pattern.is_put {
                true => binding.give(name, Home::Directory(String::new())),
                false => binding.takes.push(name),
            }
            found.push(binding.of(source.tree.service(source.path)));
        }
    }
    found.sort_by(|a, b| (a.lines.start(), &a.takes).cmp(&(b.lines.start(), &b.takes)));
    found.dedup_by(|a, b| a.lines == b.lines && a.takes == b.takes && a.gives == b.gives);
    found
}
