//! The prefilter and the windows never change what is found.

use proptest::prelude::*;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::Rules;
use sprawl_detect::{Candidate, Scanner};

use crate::common::{examples, minted};

/// (rule, start, end, and all that is known about it) of everything found.
fn found(
    scanner: &mut Scanner<'_>,
    text: &[u8],
    slowly: bool,
) -> Vec<(String, usize, usize, String)> {
    let candidates =
        if slowly { scanner.candidates_slowly(text) } else { scanner.candidates(text) };
    let rules = scanner.rules();
    candidates
        .iter()
        .map(|c| {
            let rule = rules.get(c.rule).id().to_owned();
            let known = format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                c.confidence, c.usability, c.identity, c.evidence, c.decoded, c.companions
            );
            (rule, c.secret.start, c.secret.end, known)
        })
        .collect()
}

/// A piece of a text: noise, an example, or an example cut, changed or glued to others.
#[derive(Debug, Clone)]
enum Piece {
    Noise(String),
    Example(usize),
    Cut(usize, usize),
    Changed(usize, usize, u8),
    /// An escape and a secret, which may be glued to what stands around.
    Escaped(usize, usize),
}

/// What stands before a token in texts that are escaped, and letters that only seem to.
const BEFORE: &[&str] = &[
    "\\n",
    "\\t",
    "\\u0022",
    "\\x22",
    "\\033[0m",
    "\u{1b}[1;32m",
    "\\u001b[36m",
    "[93m",
    "%3D",
    "%253D",
    "%2F",
    "=3D",
    "#012",
    "&quot;",
    "&#34;",
    "_x000D_",
    "`n",
    "n",
    "x",
    "_",
    "TOKEN",
    "prefix_",
    "\\q",
];

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let piece = prop_oneof![
        "[ -~\n]{0,40}".prop_map(Piece::Noise),
        (0..100_000_usize).prop_map(Piece::Example),
        (0..100_000_usize, 0..300_usize).prop_map(|(e, at)| Piece::Cut(e, at)),
        (0..100_000_usize, 0..300_usize, any::<u8>())
            .prop_map(|(e, at, b)| Piece::Changed(e, at, b)),
        (0..BEFORE.len(), 0..100_000_usize).prop_map(|(b, e)| Piece::Escaped(b, e)),
    ];
    proptest::collection::vec(piece, 1..8)
}

#[test]
fn windows_find_what_whole_texts_find() {
    let rules = Rules::builtin();
    let (samples, secrets): (Vec<Vec<u8>>, Vec<Vec<u8>>) =
        examples(&rules, 7).into_iter().map(|(_, text, secret)| (text, secret)).unzip();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(640));
    let scanner = std::cell::RefCell::new(Scanner::new(&rules));
    runner
        .run(&(pieces(), "[ \n\"',;a-z]{0,2}"), |(pieces, glue)| {
            let mut text = Vec::new();
            for piece in &pieces {
                let sample = |index: &usize| samples[index % samples.len()].clone();
                match piece {
                    Piece::Noise(noise) => text.extend_from_slice(noise.as_bytes()),
                    Piece::Example(index) => text.extend_from_slice(&sample(index)),
                    Piece::Cut(index, at) => {
                        let sample = sample(index);
                        text.extend_from_slice(&sample[..(*at).min(sample.len())]);
                    }
                    Piece::Changed(index, at, byte) => {
                        let mut sample = sample(index);
                        let at = at % sample.len();
                        sample[at] = *byte;
                        text.extend_from_slice(&sample);
                    }
                    Piece::Escaped(before, index) => {
                        text.extend_from_slice(BEFORE[*before].as_bytes());
                        text.extend_from_slice(&secrets[index % secrets.len()]);
                    }
                }
                text.extend_from_slice(glue.as_bytes());
            }
            let mut scanner = scanner.borrow_mut();
            prop_assert_eq!(found(&mut scanner, &text, false), found(&mut scanner, &text, true));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_example_is_found_alike_in_a_large_text() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let mut text = Vec::new();
    for (_, example, _) in examples(&rules, 11) {
        text.extend_from_slice(&example);
        text.extend_from_slice(b"\n\n# something else\n\n");
    }
    let fast = found(&mut scanner, &text, false);
    assert_eq!(fast, found(&mut scanner, &text, true));
    assert!(fast.len() >= rules.len() / 2, "{} found", fast.len());
}

/// Tokens with a prefix of their own, after what ends a word and after what does not.
#[test]
fn an_escape_before_a_token_ends_the_word() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let ids = [
        "github-pat-classic",
        "gitlab-pat",
        "npm-token",
        "sendgrid-key",
        "stripe-secret-live",
        "slack-bot-token",
        "aws-access-key-id",
        "anthropic-api",
        "databricks-pat",
        "digitalocean-pat",
        "huggingface-token",
        "supabase-secret-key",
    ];
    let mut missing = Vec::new();
    for id in ids {
        let token = minted(id, 3);
        let (_, rule) = rules.named(id).expect("a rule");
        let of_provider = |c: &Candidate| rules.get(c.rule).provider == rule.provider;
        for (before, ends_a_word) in BEFORE.iter().zip(0..).map(|(b, at)| (b, at < 17)) {
            for (from, to) in [("", ""), ("{\"log\":\"started", "\\ndone\"}"), ("a: ", "\u{1b}[0m")]
            {
                let text = format!("{from}{before}{token}{to}\n");
                let start = from.len() + before.len();
                let found = scanner.candidates(text.as_bytes());
                let is_found = found
                    .iter()
                    .any(|c| of_provider(c) && c.secret == (start..start + token.len()));
                let proves = found.iter().any(|c| c.confidence == Confidence::Proven);
                if is_found != ends_a_word && !proves {
                    missing.push(format!("{id}: {text:?} {is_found}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Tokens with a checksum, without any border.
#[test]
fn a_token_that_proves_itself_needs_no_border() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    for id in [
        "github-pat-classic",
        "github-app-refresh-token",
        "github-pat-fine",
        "npm-token",
        "grafana-sa",
        "cloudflare-api-token",
        "bitbucket-app-password",
        "vercel-personal-access-token",
        "atlassian-api-token",
        "cfxre-server-key",
        "zuplo-consumer-api-key",
        "azure-storage-key",
        "jwt-bearer",
    ] {
        let (token, other) = (minted(id, 3), minted("npm-token", 9));
        let texts = [
            format!("GITHUB_TOKEN{token} "),
            format!("prefix_{token} and more"),
            format!("authx{token}\n"),
            // Rows of a database.
            format!("\u{3}\u{17}anna@kestrel.internal{token}\u{0}2031"),
        ];
        for text in texts {
            let at = text.find(&token).expect("there");
            let found = scanner.candidates(text.as_bytes());
            let is_found = found.iter().any(|c| c.secret == (at..at + token.len()));
            assert!(is_found, "{id}: {text}");
        }
        if id != "jwt-bearer" {
            for text in
                [format!("x{token}_suffix"), format!("{token}{other}"), format!("{token}9z")]
            {
                let at = text.find(&token).expect("there");
                let found = scanner.candidates(text.as_bytes());
                let is_found = found.iter().any(|c| c.secret == (at..at + token.len()));
                assert!(is_found, "{id}: {text}");
            }
        }
        // Without the checksum it is a part of a longer word.
        let mut broken = token.clone().into_bytes();
        let middle = broken.len() / 2;
        broken[middle] = if broken[middle] == b'a' { b'b' } else { b'a' };
        let broken = String::from_utf8(broken).expect("ASCII");
        for text in [format!("libx{broken}zz "), format!("x9{broken}9y ")] {
            let found = scanner.candidates(text.as_bytes());
            let sure = found.iter().any(|c| c.confidence > Confidence::Weak);
            assert!(!sure || id == "jwt-bearer", "{id}: {text}");
        }
    }
}
