//! Where a password is good, and for whom.

use std::ops::Range;

use super::block::Block;
use super::surroundings::is_identifier;
use super::words::parts;
use crate::score::Usability;

/// Host and user that belong to a password.
#[derive(Debug, Default)]
pub(super) struct Login {
    /// Name or address, lower-cased.
    pub(super) host: Option<String>,
    /// As written.
    pub(super) user: Option<String>,
}

/// Last words of names whose value is a host, or a user.
const HOSTS: &[&str] = &["host", "hostname", "server", "endpoint", "addr", "address"];
const USERS: &[&str] = &["user", "username", "uid", "login"];

/// How far around a password its line is looked at, in bytes.
const REACH: usize = 400;

impl Login {
    /// What the URL, the line or the lines beside a password say.
    pub(super) fn of(
        text: &[u8],
        secret: &Range<usize>,
        name: Option<&str>,
        block: &Block,
    ) -> Self {
        if let Some(login) = Self::of_url(text, secret) {
            return login;
        }
        let line = line_around(text, secret);
        // `DB_HOST` belongs to `DB_PASSWORD`, and not to `CACHE_PASSWORD`.
        let stem = name.map(stem).unwrap_or_default();
        let beside = |wanted: &[&str]| {
            let belongs = |other: &str| {
                let lower = other.to_ascii_lowercase();
                parts(&lower).last().is_some_and(|last| wanted.contains(&last))
                    && self::stem(other) == stem
            };
            let mut found = block.siblings.iter().filter(|(other, _)| belongs(other));
            found.next().map(|(_, value)| value.as_str())
        };
        Self {
            host: in_line(line, HOSTS)
                .and_then(host)
                .or_else(|| beside(HOSTS).and_then(|value| host(value.as_bytes()))),
            user: in_line(line, USERS)
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .or_else(|| beside(USERS).map(str::to_owned)),
        }
    }

    /// `//user:SECRET@host/`.
    fn of_url(text: &[u8], secret: &Range<usize>) -> Option<Self> {
        let after = text.get(secret.end..)?.strip_prefix(b"@")?;
        let before = &text[secret.start.saturating_sub(REACH)..secret.start];
        let slashes = memchr::memmem::rfind(before, b"//")?;
        let user = before[slashes + 2..].strip_suffix(b":").unwrap_or_default();
        let user = (!user.is_empty()).then(|| String::from_utf8_lossy(user).into_owned());
        Some(Self { host: host(after), user })
    }

    /// Who can use a credential that is good at this host only.
    pub(super) fn usability(&self) -> Option<Usability> {
        let host = self.host.as_deref()?;
        let last = host.rsplit('.').next().unwrap_or_default();
        // Compose and pod networks name their services with one word.
        let is_word = !host.contains(['.', ':']) && host.bytes().any(|b| b.is_ascii_alphabetic());
        let loopback = match v4(host) {
            Some(bytes) => bytes[0] == 127 || bytes == [0, 0, 0, 0],
            None => {
                host == "::1" || last == "localhost" || host == "host.docker.internal" || is_word
            }
        };
        if loopback {
            return Some(Usability::LoopbackHost);
        }
        // RFC 1918, 3927, 6598, 4193; and names that the public DNS does not have.
        let private = match v4(host) {
            Some([10, ..] | [192, 168, ..] | [169, 254, ..] | [172, 16..32, ..]) => true,
            Some([100, 64..128, ..]) => true,
            Some(_) => false,
            None if host.contains(':') => host.starts_with("fc") || host.starts_with("fd"),
            None => matches!(
                last,
                "internal" | "local" | "lan" | "intranet" | "corp" | "home" | "svc" | "consul"
            ),
        };
        private.then_some(Usability::PrivateHost)
    }
}

fn v4(host: &str) -> Option<[u8; 4]> {
    host.parse::<std::net::Ipv4Addr>().ok().map(|address| address.octets())
}

/// A name without its last word.
fn stem(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = parts(&lower).collect();
    words[..words.len().saturating_sub(1)].join("_")
}

/// The line before and after a secret.
fn line_around<'t>(text: &'t [u8], secret: &Range<usize>) -> [&'t [u8]; 2] {
    let before = &text[secret.start.saturating_sub(REACH)..secret.start];
    let after = &text[secret.end..text.len().min(secret.end + REACH)];
    let start = memchr::memrchr(b'\n', before).map_or(0, |nl| nl + 1);
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    [&before[start..], &after[..end]]
}

/// The value of `host=...;` and its like in a connection string.
fn in_line<'t>(sides: [&'t [u8]; 2], wanted: &[&str]) -> Option<&'t [u8]> {
    let mut fields = sides.into_iter().flat_map(|side| side.split(|b| b";,& \t\"'".contains(b)));
    fields.find_map(|field| {
        let sign = memchr::memchr(b'=', field)?;
        let name = field[..sign].to_ascii_lowercase();
        let is_wanted = wanted.iter().any(|word| name == word.as_bytes());
        (is_wanted && sign + 1 < field.len()).then(|| &field[sign + 1..])
    })
}

/// The host that a text begins with.
fn host(text: &[u8]) -> Option<String> {
    let text = text.strip_prefix(b"tcp:").unwrap_or(text);
    let shown = |host: &[u8]| String::from_utf8_lossy(host).to_ascii_lowercase();
    if let Some(rest) = text.strip_prefix(b"[") {
        return memchr::memchr(b']', rest).map(|end| shown(&rest[..end]));
    }
    let length = text.iter().take_while(|b| is_identifier(**b)).count();
    (length > 0).then(|| shown(&text[..length]))
}
