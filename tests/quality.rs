//! The quality of detection on minted values: a floor for every alphabet, notation and quoting in which
//! passwords are written, and a ceiling for what is written in their place and is none.
//!
//! `cargo test --test sprawl quality -- --nocapture` prints the table; with `SHOW=missed` or `SHOW=found` in
//! the environment also the texts.

#![allow(clippy::print_stdout, reason = "a table for those who ask for it")]

use sprawl_detect::Scanner;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::Rules;

/// Values of each kind. With five times as many the shares are the same, and the test takes as long.
const VALUES: usize = 40;

/// Of so many values at least so many are found, and of what is none at most so many.
const FLOOR: usize = 39;
const CEILING: usize = 1;

/// Notation, and the characters that may not stand in a value there.
const BARE: &[(&str, &str, &str)] = &[
    (".env", "DB_HOST=db\n{N}={V}\nDB_USER=app\n", "#'\"`\\"),
    ("YAML", "host: db\n{n}: {V}\nuser: app\n", "#'\"`\\"),
    ("properties", "app.host=db\napp.{n}={V}\napp.user=app\n", "#'\"`\\"),
];

const QUOTED: &[(&str, &str, &str)] = &[
    (".env", "DB_HOST=db\n{N}='{V}'\nDB_USER=app\n", "'\\"),
    ("YAML", "host: \"db\"\n{n}: '{V}'\nuser: \"app\"\n", "'\\"),
    ("Python", "host = \"db\"\n{n} = \"{V}\"\nuser = \"app\"\n", "\"\\"),
    ("JSON", "{\n  \"host\": \"db\",\n  \"{n}\": \"{V}\",\n  \"user\": \"app\"\n}\n", "\"\\"),
    ("HCL", "resource \"a\" \"b\" {\n  name = \"db\"\n  {n} = \"{V}\"\n}\n", "\"\\"),
    ("shell", "set -e\nexport {N}='{V}'\necho ready\n", "'\\"),
];

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ALPHABETS: &[(&str, &str)] = &[
    ("no specials", ""),
    ("shell-safe", "!@%^*_-+=.:?~,/"),
    ("all printable", "!#$%&()*+,-./:;<=>?@[]^_{|}~"),
];

const NAMES: &[&str] = &[
    "DB_PASSWORD",
    "SMTP_PASSWORD",
    "REDIS_PASSWORD",
    "ADMIN_PASSWORD",
    "CLIENT_SECRET",
    "SESSION_SECRET",
];

/// SplitMix64: repeatable, and independent of the code under test.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// A value of 20 characters as generators make them: of a letter first, and never those that the
/// notation gives a meaning.
fn generated(random: &mut Random, signs: &str, without: &str) -> String {
    let all: Vec<char> =
        LETTERS.chars().chain(signs.chars()).filter(|c| !without.contains(*c)).collect();
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut value: String = (0..20)
        .map(|at| match at {
            0 | 19 => letters[random.below(letters.len())],
            _ => all[random.below(all.len())],
        })
        .collect();
    // References of shells and of HCL are no values.
    for open in ["${", "%{", "$("] {
        value = value.replace(open, "x7");
    }
    value
}

/// What people write in the place of a password: a text, a path, an identifier, a reference.
fn none(random: &mut Random, kind: &str) -> String {
    const WORDS: &[&str] = &[
        "garden", "window", "orange", "system", "server", "people", "letter", "market", "number",
        "summer", "travel", "winter", "center", "office", "public", "bridge",
    ];
    let (a, b) = (random.one(WORDS), random.one(WORDS));
    let upper = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    match (kind, random.below(5)) {
        ("text", 0) => format!("Enter the {a} of the {b}"),
        ("text", 1) => format!("The {a} must not be empty"),
        ("text", 2) => format!("see the {a} {b} for more"),
        ("text", 3) => format!("Forgot your {a}?"),
        ("text", _) => format!("{} is required for {b}", upper(a)),
        ("path", 0) => format!("/etc/{a}/{b}.conf"),
        ("path", 1) => format!("./{a}/{b}.pem"),
        ("path", 2) => format!("/run/secrets/{a}_{b}"),
        ("path", 3) => format!("https://{a}.kestrelworks.net/{b}"),
        ("path", _) => format!("../{a}/{b}/key.json"),
        ("identifier", 0) => format!("{a}_{b}_field"),
        ("identifier", 1) => format!("get{}{}", upper(a), upper(b)),
        ("identifier", 2) => format!("config.{a}.{b}"),
        ("identifier", 3) => format!("{}_{}", a.to_uppercase(), b.to_uppercase()),
        ("identifier", _) => format!("{a}-{b}-name"),
        (_, 0) => format!("${{{}_{}}}", a.to_uppercase(), b.to_uppercase()),
        (_, 1) => format!("{{{{ {a}_{b} }}}}"),
        (_, 2) => format!("<your-{a}>"),
        (_, 3) => format!("%({a})s"),
        (_, _) => format!("${}_{}", a.to_uppercase(), b.to_uppercase()),
    }
}

/// In how many of these texts the value is reported by default.
fn found(
    scanner: &mut Scanner<'_>,
    random: &mut Random,
    notation: &str,
    mut value: impl FnMut(&mut Random) -> String,
) -> usize {
    let mut count = 0;
    for _ in 0..VALUES {
        let value = value(random);
        let name = random.one(NAMES);
        let text = notation
            .replace("{N}", name)
            .replace("{n}", &name.to_lowercase())
            .replace("{V}", &value);
        let candidates = scanner.candidates(text.as_bytes());
        let start = text.find(&value).expect("the value stands in its text");
        let hit =
            |span: &std::ops::Range<usize>| span.start < start + value.len() && start < span.end;
        let any = candidates
            .iter()
            .any(|found| found.confidence >= Confidence::Pattern && hit(&found.secret));
        count += usize::from(any);
        let show = std::env::var("SHOW").unwrap_or_default();
        if show == if any { "found" } else { "missed" } {
            println!("{show}: {text:?}");
        }
    }
    count
}

#[test]
fn minted_passwords_are_found_in_every_cell() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let mut random = Random(17);
    let mut short = Vec::new();
    for (quoting, notations) in [("bare", BARE), ("quoted", QUOTED)] {
        for (format, notation, without) in notations {
            for (alphabet, signs) in ALPHABETS {
                let count = found(&mut scanner, &mut random, notation, |random| {
                    generated(random, signs, without)
                });
                println!("{format:<12} {quoting:<7} {alphabet:<14} {count} of {VALUES}");
                if count < FLOOR {
                    short.push((format, quoting, alphabet, count));
                }
            }
        }
    }
    assert!(short.is_empty(), "{short:?}");
}

#[test]
fn what_is_written_in_place_of_a_password_is_not_reported() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let mut random = Random(18);
    let mut long = Vec::new();
    for (quoting, notations) in [("bare", BARE), ("quoted", QUOTED)] {
        for (format, notation, _) in notations {
            for kind in ["text", "path", "identifier", "template"] {
                let count = found(&mut scanner, &mut random, notation, |random| none(random, kind));
                println!("{format:<12} {quoting:<7} {kind:<14} {count} of {VALUES}");
                if count > CEILING {
                    long.push((format, quoting, kind, count));
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:?}");
}
