//! Ways to break a secret so that it is none.

use regex_syntax::hir::{Class, Hir, HirKind};
use sprawl_detect::checks::Verdict;
use sprawl_detect::rules::Kind;

use crate::shapes::subject::Subject;

/// Makes something that is no secret from one; `None` if it would still be one.
type Break = fn(&Subject<'_>, &str, u64) -> Option<String>;

/// Every way, by name.
pub(crate) const BREAKS: &[(&str, Break)] = &[
    ("too short", |subject, secret, _| {
        let short = &secret[..least(subject)? - 1];
        (!short.is_empty()).then(|| short.to_owned())
    }),
    ("wrong alphabet", |subject, secret, _| {
        let compiled = subject.rule.compiled().ok()?;
        let bad = ['!', '*', '~', '%', '\''];
        let bad = bad.into_iter().find(|c| !allows(&compiled.secret, *c as u8))?;
        // So often that no part between two of them is long enough.
        let step = (least(subject)? / 2).max(1);
        let chars = secret.chars().enumerate();
        Some(chars.map(|(i, c)| if i % step == step - 1 { bad } else { c }).collect())
    }),
    ("bad checksum", |subject, secret, _| {
        let check = subject.rule.check.filter(|check| check.mint.is_some())?;
        if has_phrases_within(subject, secret) {
            return None;
        }
        (0..secret.len()).rev().find_map(|at| {
            let mut broken = secret.as_bytes().to_vec();
            broken[at] = neighbour(broken[at])?;
            let rejected = (check.run)(&broken).verdict == Verdict::Rejected;
            rejected.then(|| String::from_utf8(broken).expect("ASCII stays ASCII"))
        })
    }),
    ("embedded in a longer word", |subject, secret, _| {
        let compiled = subject.rule.compiled().ok()?;
        let longest = compiled.secret.properties().maximum_len()?;
        let recognisable = compiled.public_prefix(secret.as_bytes()) >= 3;
        // Or of several, each of which is one.
        let still_one = (!recognisable && longest >= secret.len() + 6) || secret.contains(',');
        // A URL, or what begins with a sign like `$`, has its own beginning.
        let begins = secret.as_bytes()[0].is_ascii_alphanumeric() && !is_url(subject);
        let apart = subject.bare && begins && !proves_itself(subject, secret);
        (apart && !still_one).then(|| format!("Zq7{secret}q7Z"))
    }),
    ("too long", |subject, secret, _| {
        let compiled = subject.rule.compiled().ok()?;
        let longest = compiled.secret.properties().maximum_len()?;
        let last = secret.as_bytes()[secret.len() - 1];
        let fixed = longest <= secret.len() + 8
            && last.is_ascii_alphanumeric()
            && !proves_itself(subject, secret);
        (fixed && !is_url(subject)).then(|| format!("{secret}{}", "q7Zk2".repeat(12)))
    }),
    ("prefix and x", |subject, secret, _| {
        let prefix = subject.rule.compiled().ok()?.public_prefix(secret.as_bytes());
        Some(format!("{}{}", &secret[..prefix], "x".repeat(secret.len() - prefix)))
    }),
    ("prefix and EXAMPLE", |subject, secret, _| {
        let prefix = subject.rule.compiled().ok()?.public_prefix(secret.as_bytes());
        let long = secret.len() >= 16
            && !subject.rule.kind.is_guessable()
            && !has_phrases_within(subject, secret);
        let rest = secret.get(prefix + 7..).filter(|_| long)?;
        Some(format!("{}EXAMPLE{rest}", &secret[..prefix]))
    }),
    ("placeholder", |_, _, seed| {
        const TEXTS: &[&str] = &[
            "<your-secret-here>",
            "${SERVICE_SECRET}",
            "{{ service.secret }}",
            "$(cat /run/secrets/service)",
            "%SERVICE_SECRET%",
            "your_secret_value_goes_here",
            "********************************",
            "$SERVICE_SECRET",
            "changeme-changeme-changeme",
            "REPLACE_WITH_YOUR_SECRET_VALUE",
            "[REDACTED]",
        ];
        Some(TEXTS[seed as usize % TEXTS.len()].to_owned())
    }),
    ("zeros", |subject, secret, _| {
        let prefix = subject.rule.compiled().ok()?.public_prefix(secret.as_bytes());
        Some(format!("{}{}", &secret[..prefix], "0".repeat(secret.len() - prefix)))
    }),
];

/// Whether a secret is one wherever it stands, by its checksum or by what it decodes to.
/// Whether a phrase is longer than the shortest: one of 16 runs of twelve words within it has a checksum of
/// its own that holds.
fn has_phrases_within(subject: &Subject<'_>, secret: &str) -> bool {
    let words = || secret.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty());
    subject.rule.check.is_some_and(|check| check.name == "bip39") && words().count() > 12
}

fn proves_itself(subject: &Subject<'_>, secret: &str) -> bool {
    subject.rule.check.is_some_and(|check| {
        (check.run)(secret.as_bytes()).verdict == Verdict::Proven
            || check.name.starts_with("jwt")
            || check.name == "sentry-org"
    })
}

fn is_url(subject: &Subject<'_>) -> bool {
    subject.rule.kind == Kind::Webhook || subject.value.contains("://")
}

/// Bytes that a secret of this rule has at least.
fn least(subject: &Subject<'_>) -> Option<usize> {
    subject.rule.compiled().ok()?.secret.properties().minimum_len().filter(|least| *least > 1)
}

/// Whether a secret of this shape may contain the byte.
fn allows(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().any(|range| (range.start()..=range.end()).contains(&byte))
        }
        HirKind::Class(Class::Unicode(_)) => true,
        HirKind::Capture(capture) => allows(&capture.sub, byte),
        HirKind::Repetition(repetition) => allows(&repetition.sub, byte),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().any(|part| allows(part, byte))
        }
    }
}

/// Another character of the same sort, within hexadecimals where it may be one.
fn neighbour(byte: u8) -> Option<u8> {
    Some(match byte {
        b'9' => b'0',
        b'f' => b'a',
        b'F' => b'A',
        b'z' => b'g',
        b'Z' => b'G',
        b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => byte + 1,
        _ => return None,
    })
}
