//! Passwords in URLs that open a host which others can reach. A default password that works is the
//! worst kind, so such a one counts however easily it is guessed; at the loopback address, at a
//! container's service name and in documentation it opens nothing.

use std::net::Ipv4Addr;
use std::ops::Range;

use crate::placeholder::placeholder;

/// Whether a value is the password of a URL with a user at a host that others can reach.
pub(crate) fn opens_remote_host(text: &[u8], value: &Range<usize>) -> bool {
    let from = value.start.saturating_sub(LONGEST);
    let before = &text[from..value.start];
    let Some(scheme) = memchr::memmem::rfind(before, b"://") else { return false };
    let Some(user) = before[scheme + 3..].strip_suffix(b":") else { return false };
    let rest = text.get(value.end..).unwrap_or_default();
    let Some(rest) = rest.strip_prefix(b"@") else { return false };
    let of_host = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let host = &rest[..rest.iter().take(LONGEST).take_while(of_host).count()];
    // Hosts that a program or a reader completes.
    let is_whole =
        !matches!(rest.get(host.len()), Some(b'$' | b'{' | b'<' | b'%' | b'*' | b'[' | b'('));
    let password = &text[value.clone()];
    is_whole && is_user(user) && is_password(password) && is_remote(host)
}

/// Longest user or host, in bytes.
const LONGEST: usize = 160;

/// Whether a user is named, and not the way documentation names one.
fn is_user(user: &[u8]) -> bool {
    const SAMPLES: [&str; 24] = [
        "user", "username", "usr", "userid", "user1", "u", "name", "login", "me", "you", "foo",
        "bar", "test", "x", "a", "id", "someone", "somebody", "john", "jane", "joe", "alice",
        "bob", "scott",
    ];
    let is_plain = |b: &u8| b.is_ascii_graphic() && !b"/\"'`<>{}$@:".contains(b);
    !user.is_empty()
        && user.iter().all(is_plain)
        && placeholder(user).is_none()
        && !SAMPLES.iter().any(|sample| user.eq_ignore_ascii_case(sample.as_bytes()))
}

/// Whether a password is written out, and not a word that stands for one.
fn is_password(password: &[u8]) -> bool {
    let is_plain = |b: &u8| b.is_ascii_graphic() && !b"\"'`<>{}$".contains(b);
    let is_format = password.starts_with(b"%") && password.len() <= 3;
    password.len() >= 3
        && password.iter().all(is_plain)
        && password.iter().any(|b| *b != password[0])
        && !is_format
        && placeholder(password).is_none()
}

/// Whether a host has a name or an address that others can reach: none of loopback (RFC 1122,
/// section 3.2.1.3), of documentation (RFC 2606, RFC 5737, and the usual sample names), of a service in
/// the same cluster, or without a domain.
fn is_remote(host: &[u8]) -> bool {
    const LOCAL: [&str; 7] =
        ["example", "test", "invalid", "localhost", "local", "localdomain", "domain"];
    const SAMPLES: [&str; 20] = [
        "example",
        "domain",
        "host",
        "hostname",
        "server",
        "servername",
        "site",
        "website",
        "url",
        "foo",
        "bar",
        "contoso",
        "fabrikam",
        "acme",
        "proxy",
        "company",
        "somewhere",
        "test",
        "localhost",
        "remote",
    ];
    const OWNERS: [&str; 5] = ["your", "my", "some", "example", "a-"];
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let host = host.strip_suffix('.').unwrap_or(host);
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        let [first, second, third, fourth] = address.octets();
        let in_sequence = second == first.wrapping_add(1) && third == second.wrapping_add(1);
        let is_filler = (second == first && third == first && fourth == first) || in_sequence;
        return !(address.is_loopback()
            || address.is_unspecified()
            || address.is_documentation()
            || address.is_broadcast()
            || address.is_link_local()
            || is_filler);
    }
    let mut labels = host.rsplit('.');
    let (Some(top), Some(domain)) = (labels.next(), labels.next()) else { return false };
    let is =
        |label: &str, words: &[&str]| words.iter().any(|word| label.eq_ignore_ascii_case(word));
    let starts = |label: &str| {
        OWNERS.iter().any(|own| label.get(..own.len()).is_some_and(|l| l.eq_ignore_ascii_case(own)))
    };
    // A name before a domain that only one network knows is as good as none: `db.internal`.
    let is_private = is(top, &["internal", "corp", "home", "lan", "intranet", "private"]);
    top.len() >= 2
        && (!is_private || labels.next().is_some())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && !is(top, &LOCAL)
        && !is(domain, &SAMPLES)
        && !starts(domain)
        && host.split('.').all(|label| !label.is_empty() && !is(label, &["example"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(url: &str) -> bool {
        let end = url.rfind('@').expect("a host");
        let start = url[..end].rfind(':').expect("a password") + 1;
        opens_remote_host(url.as_bytes(), &(start..end))
    }

    #[test]
    fn default_passwords_at_hosts_of_others() {
        for rest in [
            "admin:admin@db.prod.corp.internal",
            "root:root@10.20.30.40:3306/app",
            "postgres:postgres@db1.kestrelworks.net:5432/app",
            "app:wqzkv@db.kestrelworks.net/app",
            "guest:guest@rabbit.prod.kestrelworks.io",
            "sa:Password1@172.16.4.9,1433",
        ] {
            assert!(opens(&format!("x://{rest}")), "{rest}");
        }
    }

    #[test]
    fn loopback_services_and_documentation() {
        for rest in [
            "postgres:postgres@localhost:5432/app",
            "guest:guest@127.0.0.1",
            "root:root@0.0.0.0",
            "postgres:postgres@db:5432/app",
            "admin:admin@192.0.2.7",
            "admin:admin@1.2.3.4",
            "admin:admin@db.example.com",
            "admin:admin@db.example.co.uk",
            "admin:admin@your-host.net",
            "user:password@kestrelworks.net",
            "admin:changeme@kestrelworks.net",
            "admin:%s@kestrelworks.net",
            "admin:admin@db.cluster.local",
            "admin:admin@db.internal:5432",
            "admin:admin@kestrelworks.{domain}",
            ":admin@kestrelworks.net",
        ] {
            assert!(!opens(&format!("x://{rest}")), "{rest}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(text in "[a-z:/@.]{0,40}", start in 0_usize..40, length in 0_usize..10) {
            let end = (start + length).min(text.len());
            let _ = opens_remote_host(text.as_bytes(), &(start.min(end)..end));
        }
    }
}
