//! Where a password is good, and for whom.

use std::ops::Range;

use super::block::Block;
use super::surroundings::is_identifier;
use super::words::parts;
use crate::finding::surroundings::HostScope;

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

/// What Azure's messaging and IoT services log in with: the name of a policy.
const POLICIES: &[&str] = &["sharedaccesskeyname"];

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
                .or_else(|| in_object(line, HOSTS))
                .and_then(host)
                .or_else(|| beside(HOSTS).and_then(|value| host(value.as_bytes()))),
            user: in_line(line, USERS)
                .or_else(|| in_line(line, POLICIES))
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .or_else(|| beside(USERS).map(str::to_owned)),
        }
    }

    /// Of a key that is good at whatever host, only the policy that it is of.
    pub(super) fn of_policy(text: &[u8], secret: &Range<usize>) -> Self {
        let policy = in_line(line_around(text, secret), POLICIES);
        Self { host: None, user: policy.map(|name| String::from_utf8_lossy(name).into_owned()) }
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

    /// Where the host is that a credential is good at.
    pub(super) fn scope(&self) -> Option<HostScope> {
        let host = self.host.as_deref()?;
        let last = host.rsplit('.').next().unwrap_or_default();
        let v6 = host.parse::<std::net::Ipv6Addr>().ok();
        let v4 = v4(host).or_else(|| v6.and_then(|v6| v6.to_ipv4_mapped()).map(|v4| v4.octets()));
        let loopback = match v4 {
            Some(bytes) => bytes[0] == 127 || bytes == [0, 0, 0, 0],
            None => {
                v6.is_some_and(|v6| v6.is_loopback() || v6.is_unspecified())
                    || matches!(last, "localhost" | "localdomain")
                    || host.ends_with(".docker.internal")
            }
        };
        if loopback {
            return Some(HostScope::Loopback);
        }
        if !host.contains(['.', ':']) {
            return host.bytes().any(|b| b.is_ascii_alphabetic()).then_some(HostScope::Word);
        }
        // RFC 1918, 3927, 6598, 4193, 4291; and names that the public DNS does not have.
        let private = match v4 {
            Some([10, ..] | [192, 168, ..] | [169, 254, ..] | [172, 16..32, ..]) => true,
            Some([100, 64..128, ..]) => true,
            Some(_) => false,
            None if v6.is_some() => {
                v6.is_some_and(|v6| v6.is_unique_local() || v6.is_unicast_link_local())
            }
            None => {
                host.contains(".svc.")
                    || host.ends_with(".home.arpa")
                    || matches!(
                        last,
                        "internal"
                            | "local"
                            | "lan"
                            | "intranet"
                            | "corp"
                            | "home"
                            | "svc"
                            | "consul"
                            | "private"
                    )
            }
        };
        private.then_some(HostScope::Private)
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
    let is_end = |b: &u8| b";,& \t\"'".contains(b);
    // `Data Source=db;`, of which the blank leaves this.
    let source = wanted.contains(&"server").then_some("source");
    sides.into_iter().find_map(|side| {
        memchr::memchr_iter(b'=', side).find_map(|sign| {
            let before = &side[..sign];
            let is_wanted = |name: &str| {
                let (rest, end) = before.split_at(sign.checked_sub(name.len())?);
                (end.eq_ignore_ascii_case(name.as_bytes()) && rest.last().is_none_or(is_end))
                    .then_some(())
            };
            wanted.iter().copied().chain(source).find_map(is_wanted)?;
            let value = &side[sign + 1..];
            let value = &value[..value.iter().position(is_end).unwrap_or(value.len())];
            (!value.is_empty()).then_some(value)
        })
    })
}

/// The value of a field of the object, or of an argument, beside the secret on its line:
/// `{"host": "db", "password": ...}`, `connect(host="db", password=...)`.
fn in_object<'t>([before, after]: [&'t [u8]; 2], wanted: &[&str]) -> Option<&'t [u8]> {
    let before = &before[memchr::memrchr2(b'{', b'(', before)? + 1..];
    let after = &after[..memchr::memchr2(b'}', b')', after)?];
    [before, after].into_iter().find_map(|side| {
        let mut words = side.split(|b| b", \t\"'".contains(b)).filter(|word| !word.is_empty());
        let mut last: Option<&[u8]> = None;
        loop {
            let word = words.next()?;
            let sign = memchr::memchr2(b':', b'=', word);
            let (name, rest) = match sign {
                // A quote or a blank stands before the sign: `"host": `, `:host => `.
                Some(0) => (last.unwrap_or_default(), &word[1..]),
                Some(sign) => (&word[..sign], &word[sign + 1..]),
                None => (&b""[..], word),
            };
            last = Some(word);
            let name = name.strip_prefix(b":").unwrap_or(name);
            if wanted.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes())) {
                let rest = rest.strip_prefix(b">").unwrap_or(rest);
                return if rest.is_empty() { words.next() } else { Some(rest) };
            }
        }
    })
}

/// The host that a text begins with, behind schemes and a user: `db.example.net:5432/x`,
/// `ldaps://reader@db.example.net`, `jdbc:sqlserver://db`, `tcp:db,1433`.
fn host(text: &[u8]) -> Option<String> {
    let text = behind_schemes(text);
    let end = text.iter().position(|b| b"/?#\\ \t\r\n\"'`;,<>|".contains(b)).unwrap_or(text.len());
    let text = match memchr::memrchr(b'@', &text[..end]) {
        Some(at) => behind_schemes(&text[at + 1..]),
        None => text,
    };
    let shown = |host: &[u8]| String::from_utf8_lossy(host).to_ascii_lowercase();
    if let Some(rest) = text.strip_prefix(b"[") {
        return memchr::memchr(b']', rest).map(|end| shown(&rest[..end]));
    }
    // SQL Server's names for the machine itself, and sockets in the file system.
    let here: [&[u8]; 7] =
        [b"(local)", b"(localdb)", b".\\", b"/var/run/", b"/run/", b"/tmp/", b".,"];
    if text == b"." || here.iter().any(|name| text.starts_with(name)) {
        return Some("localhost".to_owned());
    }
    let digits = text.iter().take_while(|b| b.is_ascii_hexdigit() || **b == b':').count();
    let address = shown(&text[..digits]);
    if address.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(address);
    }
    let length = text.iter().take_while(|b| is_identifier(**b)).count();
    (length > 0).then(|| shown(&text[..length]))
}

/// Whether digits that are no address begin a text.
fn is_port(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && text.get(digits) != Some(&b'.')
}

/// A text without the schemes that it begins with (RFC 3986, 3.1; JDBC and SQL Server put several
/// of them before each other).
fn behind_schemes(mut text: &[u8]) -> &[u8] {
    const BEFORE_OTHERS: &[&str] = &[
        "jdbc", "r2dbc", "odbc", "tcp", "tcps", "udp", "np", "lpc", "admin", "unix", "oracle",
        "thin", "oci", "sybase", "tds",
    ];
    for _ in 0..4 {
        text = text.strip_prefix(b"@").unwrap_or(text);
        text = text.strip_prefix(b"//").unwrap_or(text);
        // Kafka's listeners have an underscore: `SASL_SSL://`.
        let is_scheme = |b: &&u8| b.is_ascii_alphanumeric() || b"+-._".contains(b);
        let length = text.iter().take_while(is_scheme).count();
        let (scheme, rest) = text.split_at(length);
        let Some(rest) = rest.strip_prefix(b":") else { return text };
        let goes_before = || {
            BEFORE_OTHERS.iter().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()))
                && !is_port(rest)
        };
        if length == 0 || !(rest.starts_with(b"//") || goes_before()) {
            return text;
        }
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What [`in_line`] finds, by its definition.
    fn in_line_slowly<'t>(sides: [&'t [u8]; 2], wanted: &[&str]) -> Option<&'t [u8]> {
        let mut fields =
            sides.into_iter().flat_map(|side| side.split(|b| b";,& \t\"'".contains(b)));
        fields.find_map(|field| {
            let sign = memchr::memchr(b'=', field)?;
            let name = field[..sign].to_ascii_lowercase();
            let is_wanted = wanted.iter().any(|word| name == word.as_bytes())
                || (name == b"source" && wanted.contains(&"server"));
            (is_wanted && sign + 1 < field.len()).then(|| &field[sign + 1..])
        })
    }

    proptest! {
        #[test]
        fn a_line_has_the_same_fields_however_they_are_looked_for(
            before in "([;, x=]|host|Source|=|user|UID|SharedAccessKeyName=|a){0,12}",
            after in "([;, x=]|Host|source|=|login|uid|sharedaccesskeyname=|a){0,12}",
        ) {
            let sides = [before.as_bytes(), after.as_bytes()];
            for wanted in [HOSTS, USERS, POLICIES] {
                prop_assert_eq!(in_line(sides, wanted), in_line_slowly(sides, wanted));
            }
        }
    }
}
