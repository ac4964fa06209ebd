//! Writes texts to start from into `corpus/`: the examples of every rule with minted secrets (keys
//! come from `seed-keys.sh`). Run from `fuzz/`: `cargo run --release --example seed`.

use libfuzzer_sys as _;
use std::fs;
use std::path::Path;

use secret_sprawl_fuzz::readers::written;
use secret_sprawl_fuzz::strangers::{Names, STAGE, report};
use sprawl::report::{Format, SarifProfile};
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;

fn main() -> std::io::Result<()> {
    let rules = Rules::builtin();
    for target in ["checks", "detect", "fast_is_slow", "words", "text", "reports", "configuration"]
    {
        fs::create_dir_all(Path::new("corpus").join(target))?;
    }
    for (_, rule) in rules.iter() {
        for (index, example) in rule.text.examples.iter().enumerate() {
            let Ok((text, secret)) = fill(&rules, rule, example, &mut Random::new(1)) else {
                continue;
            };
            let name = format!("{}-{index}", rule.id());
            for target in ["detect", "fast_is_slow", "words"] {
                fs::write(Path::new("corpus").join(target).join(&name), &text)?;
            }
            if index == 0 && rule.check.is_some() {
                fs::write(Path::new("corpus/checks").join(&name), [b"\0", &secret[..]].concat())?;
            }
            if index == 0 {
                let wide: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
                fs::write(Path::new("corpus/text").join(&name), wide)?;
            }
        }
    }
    reports()?;
    configuration()
}

/// Names that want to be more than names; bytes from 0xfb on stand for secrets, and 0xff ends a name.
const NAMES: &[&[u8]] = &[
    b"src/\xfe/a.env",
    b"::error file=\xfb::x",
    b"##vso[task.setvariable variable=P]\xfc ##[group]",
    b"section_start:1:x\r\x1b[0K\xfd",
    "\u{202e}\u{200b}\u{2028}\u{85}<b>&\"'".as_bytes(),
    b"]]><x/>|`*_[x](javascript:y)~ <https://x.example>",
    b"=1+1,\"x\";\n::set-output name=x::y",
    b"%25%35 \\u{a}::warning::x\\|",
];

fn reports() -> std::io::Result<()> {
    for (number, name) in (0_u8..).zip(NAMES) {
        // The report of a stranger, and names in all forms of a report.
        let names = NAMES[usize::from(number)..].join(&0xff);
        let report = report(STAGE.rules(), &mut Names::of(name), SarifProfile::Generic);
        fs::write(format!("corpus/reports/{number}.json"), written(Format::Json, &report))?;
        fs::write(format!("corpus/reports/{number}"), [&[number], &names[..]].concat())?;
        fs::write(format!("corpus/reports/{number}-own"), [&[number | 9], &names[..]].concat())?;
    }
    Ok(())
}

/// Files as they are written, and as people write them; the first byte says which file it is.
fn configuration() -> std::io::Result<()> {
    const FILES: &[&str] = &[
        concat!("c", include_str!("../../src/config/default.toml")),
        r#"c[paths]
exclude = ["a/**", "b \"\u001b"]
include = ['a/x']
[rules]
disable = ['x*']
files = ['acme.toml']
[thresholds]
fail-on = 'high'
[policy]
marks = 'own'
mark-needs = ['until', 'owner']
[weights]
[lifetime]
"#,
        "xbase.toml\0[paths]\nexclude = ['y']\n[rules]\nenable = ['x']\n",
        r#"bversion = 1
project = 'abc'
findings = [
{ id = 'abcdefghijklmnopqrst', rule = 'r', path = 'a/b', place = 'k', since = '2027-01-01', fixed = '2027-01-02', history = true },
]
"#,
        r#"eversion = 1

exceptions = [
# why
{ id = 'abcdefghijklmnopqrst', rule = 'r', paths = ['a/*.env'], owner = '@t', reason = 'third-party', purpose = "x\u001b", created = '2027-01-01', expires = 2027-03-01, renewals = 1, renewed = '2027-01-05' },
]
"#,
        "k# comment\n\nabcdefghijklmnopqrstuvwxyz\n",
        r#"ma = XX # sprawl:allow r until=2027-03-01 owner=@t reason="x y"
# gitleaks:allow
// sprawl:allow-next-line r
XX ggignore pragma: allowlist secret
secretlint-disable
XX
"#,
        "o* @a b@example.net\n[S][2] @c\n/x/ \\#y @d\n",
        r#"g[allowlist]
paths = ['''a/.*''']
regexes = ['x']
stopwords = ['y']
[[rules]]
id = 'r'
description = 'd'
regex = '''(x)[0-9]{3}'''
keywords = ['x']
entropy = 3.5
"#,
        "g0123456789abcdef0123456789abcdef01234567:a/b:r:3\n",
        r#"g{"version": "1.5.0", "results": {"a": [{"type": "Secret Keyword", "filename": "a",
"hashed_secret": "0123456789abcdef0123456789abcdef01234567", "line_number": 1}]}}"#,
    ];
    for (number, file) in FILES.iter().enumerate() {
        fs::write(format!("corpus/configuration/{number}"), file)?;
    }
    Ok(())
}
