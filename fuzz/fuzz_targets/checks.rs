//! Every offline check on any value: JWT, SAS, macaroons, GitLab's routable tokens, base 58, BIP-39 and
//! all other decoders. The first byte may put a prefix in front that a decoder asks for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_detect::checks::{self, Verdict};

const BEGINNINGS: &[&str] = &[
    "",
    "eyJhbGciOi",
    "pypi-AgEIcHlwaS5vcmc",
    "glpat-",
    "glrt-t1_",
    "glsa_",
    "glc_",
    "sntrys_",
    "ghp_",
    "github_pat_",
    "npm_",
    "ATATT3",
    "AKIA",
    "ASIA",
    "AGE-SECRET-KEY-1",
    "SU",
    "xprv",
    "sv=2024-11-04&sr=b&sig=",
    "SharedAccessSignature sr=",
    "cfut_",
    "vcp_",
    "https://hooks.slack.com/services/",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let beginning = BEGINNINGS[usize::from(*first) % BEGINNINGS.len()];
    let value = [beginning.as_bytes(), rest].concat();
    for (name, outcome) in checks::every(&value) {
        if outcome.verdict == Verdict::Rejected {
            assert!(outcome.decoded.facts.is_empty(), "{name} says something of what it rejects");
        }
        for fact in &outcome.decoded.facts {
            assert!(fact.value.len() <= 4 * value.len() + 200, "{name} makes {} grow", fact.name);
        }
        let again = checks::by_name(name).map(|check| (check.run)(&value));
        assert_eq!(again, Some(outcome), "{name} changes its mind");
    }
});
