//! Offline checks: what a value that matched a rule's pattern proves and says about itself.
//!
//! A check sees the bytes of one value and nothing else: no network, no clock, no configuration. It
//! may *reject* a value only where the vendor's format leaves no room (a checksum that every token
//! of that form carries); everywhere else it may only raise confidence. What it decodes never
//! contains secret material: identifiers, names, scopes and dates, no keys and no passwords.
//!
//! Two ways in: [`by_name`] for the check that a rule names, [`every`] for all of them at once
//! (fuzzing, and asking what an unknown value may be).

pub mod age;
mod jwt;
mod jwt_vendor;

mod aws;
mod azure;
mod base58;
mod basic_auth;
mod bech32;
mod bip39;
mod gcp;
mod github;
mod gitlab;
mod macaroon;
mod marvin;
mod minting;
mod nkey;
mod proof;
mod pypi;
mod sas;
mod sentry;
mod slack;
mod statement;
mod supabase;
mod tail;
#[cfg(test)]
mod testing;
mod undocumented;
mod validity;

use crate::decoded::Decoded;

/// What an offline check says of a value that matched a rule's pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A checksum or a complete structure holds which chance does not produce.
    Proven,
    /// Nothing speaks against it.
    Plausible,
    /// It cannot be what the rule looks for.
    Rejected,
}

/// Verdict and decoded facts of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the value holds.
    pub verdict: Verdict,
    /// What it says about itself. Empty for rejected values.
    pub decoded: Decoded,
}

/// Turns a value minted at random from a rule's pattern into one that passes the check.
///
/// Keeps length and alphabet where the form allows. The closure yields random numbers.
pub type Mint = fn(&mut Vec<u8>, &mut dyn FnMut() -> u64);

/// A named offline check, as rule files refer to it.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The name in `check = "..."`.
    pub name: &'static str,
    /// One sentence for people who ask what the check does.
    pub about: &'static str,
    /// Judges one value. Total: any bytes, any length, no panic.
    pub run: fn(&[u8]) -> Outcome,
    /// Makes minted values pass. None: any minted value will do. For tests and examples only.
    pub mint: Option<Mint>,
}

/// Every check, ordered by name.
pub static CHECKS: &[Check] = &[
    age::BECH32,
    tail::ATLASSIAN,
    aws::KEY_ID,
    azure::DEVOPS_PAT,
    sas::SAS,
    azure::SIGNATURE,
    base58::CHECK,
    basic_auth::USERPASS,
    bip39::BIP39,
    tail::BITBUCKET,
    undocumented::CFXRE,
    tail::CLOUDFLARE,
    gcp::SERVICE_ACCOUNT,
    github::CRC32,
    github::FINE_GRAINED,
    gitlab::ROUTABLE,
    tail::GRAFANA,
    tail::GRAFANA_LEGACY,
    jwt::JWT,
    jwt::ENCODED,
    jwt::KUBERNETES,
    jwt_vendor::MONDAY,
    jwt_vendor::MOTHERDUCK,
    jwt_vendor::N8N,
    jwt_vendor::PRISMA,
    jwt_vendor::QDRANT,
    jwt_vendor::SNOWFLAKE,
    supabase::ANON,
    supabase::SERVICE,
    jwt_vendor::TURSO,
    nkey::CRC16,
    tail::NPM,
    pypi::MACAROON,
    undocumented::RUNPOD,
    undocumented::SALAD,
    sentry::ORG,
    slack::WEBHOOK,
    supabase::KEY,
    tail::VERCEL,
    undocumented::WANDB,
    undocumented::ZUPLO,
];

pub(crate) use nkey::is_public as is_public_nkey;
pub(crate) use supabase::{project as supabase_project, projects as supabase_projects};

/// The check of that name.
pub fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}

/// Runs every check on one value: the entry point for fuzzing.
pub fn every(value: &[u8]) -> impl Iterator<Item = (&'static str, Outcome)> {
    CHECKS.iter().map(move |check| (check.name, (check.run)(value)))
}

impl Outcome {
    fn proven(decoded: Decoded) -> Self {
        Self { verdict: Verdict::Proven, decoded }
    }

    fn plausible(decoded: Decoded) -> Self {
        Self { verdict: Verdict::Plausible, decoded }
    }

    fn unknown() -> Self {
        Self::plausible(Decoded::default())
    }

    fn rejected() -> Self {
        Self { verdict: Verdict::Rejected, decoded: Decoded::default() }
    }

    /// For checksums that not every token of the form carries: they may raise, never reject.
    fn raised(holds: bool, decoded: Decoded) -> Self {
        if holds { Self::proven(decoded) } else { Self::plausible(decoded) }
    }

    /// For checksums that every token of the form carries.
    fn required(holds: bool, decoded: Decoded) -> Self {
        if holds { Self::proven(decoded) } else { Self::rejected() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a rule's pattern might mint for each check, before `mint` makes it pass.
    fn raw(name: &str, random: &mut dyn FnMut() -> u64) -> Vec<Vec<u8>> {
        let alphabet = minting::DIGITS_AND_LETTERS;
        let mut text = |n| {
            String::from_utf8(minting::text(n, alphabet, random)).expect("the alphabet is ASCII")
        };
        let mut made: Vec<String> = match name {
            "age-bech32" => vec![
                format!("AGE-SECRET-KEY-1{}", text(58)),
                format!("AGE-SECRET-KEY-PQ-1{}", text(58)),
            ],
            "atlassian-crc32" => vec![format!("ATATT3xFfGF0{}={}", text(170), text(8))],
            "aws-key-id" => vec![format!("AKIA{}", text(16)), format!("ASIA{}", text(16))],
            "azure-devops-pat" => vec!["a".repeat(52), annotated("azdo", &mut text)],
            "azure-sas" => vec![format!("sv=2022-11-02&sp=r&sig={}%3D", text(43)), text(43)],
            "azure-signature" => vec![
                format!("{}+ASt{}==", text(76), text(6)),
                format!("{}AIoT{}=", text(33), text(6)),
                format!("{}AzSe{}", text(42), text(6)),
                format!("{}AzFu{}==", text(44), text(6)),
                format!("{}AzFu{}", text(44), text(6)),
                format!("{}8Q~{}", text(3), text(34)),
                annotated("ACOG", &mut text),
                format!("{}==", annotated("AZMP", &mut text) + "00"),
                "b".repeat(52),
                format!("{}==", text(86)),
            ],
            "base58check" => ["5", "K", "L", "9", "c", "xprv", "yprv", "zprv", "tprv"]
                .iter()
                .map(|first| format!("{first}{}", text(50)))
                .collect(),
            "base64-userpass" => vec![text(24), text(37), format!("{}==", text(30))],
            "bip39" => [12, 15, 18, 21, 24].iter().map(|n| vec!["abcde"; *n].join(" ")).collect(),
            "bitbucket-crc32" => vec![format!("ATBB{}", text(32))],
            "cfxre-crc32" => vec![format!("cfxk_{}_{}", text(20), text(6))],
            "cloudflare-crc32" => vec![format!("cfut_{}", text(48))],
            "gcp-service-account" => vec!["{}".to_owned(), text(80)],
            "github-crc32" => vec![
                format!("ghp_{}", text(36)),
                format!("gho_{}", text(36)),
                format!("ghu_{}", text(36)),
                format!("ghs_{}", text(36)),
                format!("ghr_{}", text(76)),
            ],
            "github-fine-grained" => vec![format!("github_pat_{}_{}", text(22), text(59))],
            "gitlab-routable" => vec![
                format!("glpat-{}.01.0a{}", text(51), "z".repeat(7)),
                format!("glrt-t1_{}.0a{}", text(27), "0".repeat(7)),
            ],
            "grafana-crc32" => vec![format!("glsa_{}_{}", text(32), text(8))],
            "nkey-crc16" => ["SU", "SA", "SO", "SN", "SC", "SX"]
                .iter()
                .map(|first| format!("{first}{}", text(56)))
                .collect(),
            "npm-crc32" => vec![format!("npm_{}", text(36))],
            "pypi-macaroon" => vec![
                format!("pypi-AgEIcHlwaS5vcmc{}", text(120)),
                format!("pypi-AgENdGVzdC5weXBpLm9yZw{}", text(120)),
            ],
            "runpod-crc32" => vec![format!("rpa_{}", text(46))],
            "salad-crc32" => vec![format!("salad_cloud_user_{}", text(49))],
            "wandb-crc32" => vec![format!("wandb_v1_{}_{}", text(27), text(49))],
            "zuplo-crc32" => vec![format!("zpka_{}_{}", text(32), text(8))],
            "sentry-org" => vec![format!("sntrys_eyJpYXQiO{}_{}", text(60), text(43))],
            "slack-webhook" => vec![format!(
                "https://hooks.slack.com/services/T{0}/B{0}/{1}",
                "0A1B2C3D",
                text(24)
            )],
            "supabase-project" => vec![format!("sb_secret_{}_{}", text(22), text(8))],
            "vercel-crc32" => vec![format!("vcp_{}", text(56)), format!("vci_{}", text(56))],
            "grafana-key-json" => vec![text(60)],
            _ => vec![],
        };
        if name.starts_with("jwt") {
            made = vec![
                format!("eyJ{}.eyJ{}.{}", text(30), text(60), text(43)),
                format!("x-eyJ{}", text(9)),
            ];
        }
        made.into_iter().map(String::into_bytes).collect()
    }

    fn annotated(mark: &str, text: &mut dyn FnMut(usize) -> String) -> String {
        format!("{}JQQJ99AC{}AAAA{mark}{}", text(52), text(12), text(4))
    }

    /// Every check with values that it should pass.
    fn minted(seed: u64) -> Vec<(&'static Check, Vec<u8>)> {
        let mut random = testing::random(seed);
        let mut out = Vec::new();
        for check in CHECKS {
            for mut value in raw(check.name, &mut random) {
                if let Some(mint) = check.mint {
                    mint(&mut value, &mut random);
                }
                out.push((check, value));
            }
        }
        out
    }

    /// Checks whose form carries a checksum or a complete structure.
    const PROVING: &[&str] = &[
        "age-bech32",
        "atlassian-crc32",
        "azure-devops-pat",
        "base58check",
        "bip39",
        "bitbucket-crc32",
        "cfxre-crc32",
        "cloudflare-crc32",
        "github-crc32",
        "github-fine-grained",
        "gitlab-routable",
        "grafana-crc32",
        "nkey-crc16",
        "npm-crc32",
        "pypi-macaroon",
        "runpod-crc32",
        "salad-crc32",
        "vercel-crc32",
        "wandb-crc32",
        "zuplo-crc32",
    ];

    #[test]
    fn names_are_unique_sorted_and_complete() {
        let names: Vec<&str> = CHECKS.iter().map(|c| c.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for check in CHECKS {
            assert_eq!(by_name(check.name).map(|c| c.about), Some(check.about));
            assert!(check.about.ends_with('.') && check.about.len() > 20, "{}", check.name);
        }
        assert!(by_name("no-such-check").is_none());
        assert_eq!(every(b"x").count(), CHECKS.len());
    }

    #[test]
    fn minted_values_pass() {
        for seed in 0..50 {
            let all = minted(seed);
            for check in CHECKS {
                assert!(
                    all.iter().any(|(c, _)| c.name == check.name),
                    "no values for {}",
                    check.name
                );
            }
            for (check, value) in all {
                let outcome = (check.run)(&value);
                // Storage keys of the older kind have neither signature nor checksum.
                let marked = |mark: &[u8]| value.windows(4).any(|w| w == mark);
                let old = value.len() == 88 && !marked(b"+ASt") && !marked(b"JQQJ");
                let azure = check.name == "azure-signature" && !old;
                let proving = azure || PROVING.contains(&check.name);
                let text = String::from_utf8_lossy(&value);
                if proving {
                    assert_eq!(outcome.verdict, Verdict::Proven, "{}: {text}", check.name);
                } else {
                    assert_eq!(outcome.verdict, Verdict::Plausible, "{}: {text}", check.name);
                }
            }
        }
    }

    #[test]
    fn minted_values_are_no_placeholders_and_keep_fixed_lengths() {
        let mut random = testing::random(99);
        for check in CHECKS {
            for raw in raw(check.name, &mut random) {
                let mut value = raw.clone();
                if let Some(mint) = check.mint {
                    mint(&mut value, &mut random);
                }
                assert_eq!(crate::placeholder::placeholder(&value), None, "{}", check.name);
                // A key of Cfx.re ends in digits without padding.
                let fixed = check.name.ends_with("crc32") && check.name != "cfxre-crc32";
                if fixed || check.name.starts_with("azure-") {
                    assert_eq!(value.len(), raw.len(), "{}", check.name);
                }
            }
        }
    }

    /// Files and URLs contain names in clear, which are what is stated.
    #[test]
    fn statements_repeat_no_part_of_a_token() {
        for seed in 0..20 {
            for (check, value) in minted(seed) {
                if matches!(check.name, "gcp-service-account") {
                    continue;
                }
                for fact in (check.run)(&value).decoded.facts {
                    let repeated = fact
                        .value
                        .as_bytes()
                        .windows(12)
                        .any(|w| value.windows(12).any(|v| v == w));
                    assert!(!repeated, "{}: {} = {}", check.name, fact.name, fact.value);
                }
            }
        }
    }

    #[test]
    fn rejected_values_say_nothing() {
        for seed in 0..20 {
            for (_, value) in minted(seed) {
                for (name, outcome) in every(&value) {
                    if outcome.verdict == Verdict::Rejected {
                        assert_eq!(outcome.decoded, Decoded::default(), "{name}");
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn any_bytes_are_judged(value in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(every(&value).count(), CHECKS.len());
        }

        #[test]
        fn any_text_is_judged(value in "[ -~]{0,200}|(eyJ|pypi-|sntrys_|ghs_1_)[A-Za-z0-9_.=-]{0,120}|\\PC{0,60}") {
            prop_assert_eq!(every(value.as_bytes()).count(), CHECKS.len());
        }

        #[test]
        fn broken_tokens_are_judged(
            seed in 0_u64..64, which: prop::sample::Index, at: prop::sample::Index, byte: u8, cut: prop::sample::Index,
        ) {
            let all = minted(seed);
            let (check, mut value) = all[which.index(all.len())].clone();
            let place = at.index(value.len());
            value[place] = byte;
            (check.run)(&value);
            value.truncate(cut.index(value.len() + 1));
            prop_assert_eq!(every(&value).count(), CHECKS.len());
        }

        #[test]
        fn any_value_can_be_minted_from(value in proptest::collection::vec(any::<u8>(), 0..200), seed: u64) {
            let mut random = testing::random(seed);
            for check in CHECKS {
                let mut value = value.clone();
                if let Some(mint) = check.mint {
                    mint(&mut value, &mut random);
                }
                (check.run)(&value);
            }
        }
    }
}
