//! The score equals the reference model's, and keeps the model's properties on any input.

use proptest::prelude::*;
use sprawl_detect::score::{
    Authority, Environment, Exposure, Facts, Lifetime, Place, Privilege, Reach, Severity,
    Usability, recompute, score,
};

const TYPES: &str = include_str!("../fixtures/score/types.csv");
const CASES: &str = include_str!("../fixtures/score/cases.csv");

fn place(environment: &str, exposure: &str, file: &str, repository: &str) -> Place {
    Place {
        environment: Environment::from_name(environment).unwrap(),
        exposure: Exposure::from_name(exposure).unwrap(),
        file: file.into(),
        repository: repository.into(),
    }
}

fn facts(
    authority: &str,
    reach: &str,
    lifetime: &str,
    usability: &str,
    places: Vec<Place>,
) -> Facts {
    Facts {
        authority: Authority::from_name(authority).unwrap(),
        privilege: Privilege::Usual,
        reach: Reach::from_name(reach).unwrap(),
        lifetime: Lifetime::from_name(lifetime).unwrap(),
        usability: usability.split('+').map(|u| Usability::from_name(u).unwrap()).collect(),
        is_live: false,
        places,
        age_days: 0,
        authors: 1,
        fan_out: 0,
    }
}

#[test]
fn every_type_scores_as_in_the_model() {
    let rows: Vec<Vec<&str>> = TYPES.lines().skip(1).map(|l| l.split(',').collect()).collect();
    assert_eq!(rows.len(), 111);
    for row in rows {
        for (environment, expected) in ["unknown", "production", "test"].iter().zip(&row[6..9]) {
            let facts =
                facts(row[1], row[2], row[3], row[4], vec![place(environment, "head", "a", "r")]);
            let score = score(&facts);
            assert_eq!(score.base.to_string(), row[5], "{}", row[0]);
            assert_eq!(score.value.to_string(), **expected, "{} {environment}", row[0]);
        }
    }
}

#[test]
fn random_cases_score_as_in_the_model_for_the_same_reasons() {
    let mut count = 0;
    for line in CASES.lines().skip(1) {
        let (fields, because) = line.split_at(line.match_indices(',').nth(9).unwrap().0 + 1);
        let row: Vec<&str> = fields.split(',').collect();
        let places = row[4]
            .split('+')
            .map(|p| {
                let parts: Vec<&str> = p.split(':').collect();
                place(parts[0], parts[1], parts[2], parts[3])
            })
            .collect();
        let mut facts = facts(row[0], row[1], row[2], row[3], places);
        facts.age_days = row[5].parse().unwrap();
        facts.authors = row[6].parse().unwrap();
        facts.fan_out = row[7].parse().unwrap();
        facts.is_live = row[8] == "live";
        let score = score(&facts);
        assert_eq!(score.value.to_string(), row[9], "{line}");
        assert_eq!(score.because.join("; "), because.trim_matches('"'), "{line}");
        count += 1;
    }
    assert_eq!(count, 600);
}

/// The worked examples: (name, type, usability, places, days, authors, fan-out, score).
type Example = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str, &'static str)],
    i64,
    usize,
    usize,
    u8,
);

const EXAMPLES: &[Example] = &[
    ("E1", "vault-root-token", "complete", &[("ci", "head", "deploy.yml", "app")], 40, 1, 0, 100),
    (
        "E2",
        "aws-access-key-pair",
        "complete",
        &[
            ("production", "head", "prod.tfvars", "app"),
            ("staging", "head", ".env.staging", "app"),
            ("unknown", "head", "a", "app"),
            ("unknown", "history", "b", "app"),
        ],
        400,
        3,
        0,
        98,
    ),
    ("E3", "aws-access-key-pair", "id-only", &[("docs", "head", "README.md", "app")], 0, 1, 0, 4),
    ("E4", "sops-age-key", "complete", &[("unknown", "head", "keys.txt", "infra")], 0, 1, 14, 100),
    (
        "E5",
        "github-pat-classic",
        "complete",
        &[("ci", "shared-text", "build.log", "app")],
        2,
        1,
        0,
        95,
    ),
    ("E6", "github-pat-classic", "complete", &[("unknown", "history", "x", "app")], 730, 1, 0, 79),
    (
        "E7",
        "db-uri-password",
        "complete",
        &[("production", "head", "settings.py", "app")],
        0,
        1,
        0,
        79,
    ),
    (
        "E8",
        "db-uri-password",
        "loopback-host",
        &[("dev", "head", "compose.yml", "app")],
        0,
        1,
        0,
        18,
    ),
    ("E9", "ssh-private-key", "encrypted", &[("unknown", "head", "id", "app")], 0, 1, 0, 25),
    (
        "E10",
        "ssh-private-key",
        "complete",
        &[("unknown", "published", "id_rsa", "img")],
        0,
        1,
        0,
        83,
    ),
    (
        "E11",
        "slack-webhook",
        "complete",
        &[
            ("unknown", "head", "f0", "r0"),
            ("unknown", "head", "f1", "r1"),
            ("unknown", "head", "f2", "r2"),
            ("unknown", "head", "f3", "r0"),
            ("unknown", "head", "f4", "r1"),
            ("unknown", "head", "f5", "r2"),
        ],
        500,
        4,
        0,
        42,
    ),
    (
        "E12",
        "stripe-secret-live",
        "complete",
        &[("production", "head", "values.yaml", "app")],
        0,
        1,
        0,
        90,
    ),
    (
        "E13",
        "stripe-secret-test",
        "test-mode",
        &[("test", "head", "tests/s.json", "app")],
        0,
        1,
        0,
        10,
    ),
    (
        "E14",
        "stripe-publishable",
        "complete",
        &[("production", "published", "bundle.js", "app")],
        0,
        1,
        0,
        20,
    ),
    ("E15", "jwt-bearer", "expired", &[("docs", "head", "api.md", "app")], 0, 1, 0, 3),
    (
        "E16",
        "aws-access-key-pair",
        "placeholder",
        &[("docs", "head", "README.md", "app")],
        0,
        1,
        0,
        0,
    ),
    (
        "E17",
        "openai-project",
        "complete",
        &[("unknown", "shared-text", "trace.jsonl", "app")],
        0,
        1,
        0,
        68,
    ),
    ("E18", "ca-private-key", "complete", &[("unknown", "head", "ca.key", "pki")], 0, 1, 0, 91),
    (
        "E19",
        "kubeconfig-cluster-admin",
        "complete",
        &[("production", "head", "kube/prod.yaml", "infra")],
        0,
        1,
        0,
        100,
    ),
    (
        "E20",
        "npm-token",
        "complete",
        &[("ci", "head", "release.yml", "app"), ("dev", "local-untracked", ".npmrc", "home")],
        0,
        1,
        0,
        90,
    ),
];

#[test]
fn worked_examples_and_their_orderings() {
    let mut scores = std::collections::BTreeMap::new();
    for (name, kind, usability, places, age, authors, fan_out, expected) in EXAMPLES {
        let row = TYPES.lines().find(|l| l.split(',').next() == Some(kind)).unwrap();
        let row: Vec<&str> = row.split(',').collect();
        let places = places.iter().map(|(e, x, f, r)| place(e, x, f, r)).collect();
        let mut facts = facts(row[1], row[2], row[3], usability, places);
        (facts.age_days, facts.authors, facts.fan_out) = (*age, *authors, *fan_out);
        let value = score(&facts).value;
        assert_eq!(value, *expected, "{name}");
        scores.insert(*name, value);
    }
    for (worse, better) in [
        ("E1", "E13"),
        ("E1", "E2"),
        ("E2", "E3"),
        ("E4", "E2"),
        ("E19", "E2"),
        ("E5", "E6"),
        ("E7", "E8"),
        ("E10", "E9"),
        ("E12", "E13"),
        ("E12", "E14"),
        ("E18", "E12"),
        ("E18", "E10"),
        ("E5", "E7"),
        ("E6", "E8"),
        ("E17", "E11"),
        ("E20", "E17"),
    ] {
        assert!(scores[worse] > scores[better], "{worse} {better}");
    }
    for (name, below) in [("E11", 70), ("E15", 10), ("E3", 40), ("E9", 40), ("E16", 1)] {
        assert!(scores[name] < below, "{name}");
    }
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn any_place() -> impl Strategy<Value = Place> {
    (one_of(Environment::ALL), one_of(Exposure::ALL), 0..12, 0..4).prop_map(
        |(environment, exposure, file, repository)| Place {
            environment,
            exposure,
            file: format!("f{file}").into(),
            repository: format!("r{repository}").into(),
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    (
        one_of(Authority::ALL),
        one_of(Reach::ALL),
        one_of(Lifetime::ALL),
        proptest::collection::vec(one_of(Usability::ALL), 0..3),
        proptest::collection::vec(any_place(), 1..8),
        (0..2000_i64, 1..6_usize, 0..30_usize),
        one_of(&[Privilege::ReadOnly, Privilege::Usual, Privilege::Admin]),
        any::<bool>(),
    )
        .prop_map(
            |(
                authority,
                reach,
                lifetime,
                usability,
                places,
                (age_days, authors, fan_out),
                privilege,
                is_live,
            )| Facts {
                authority,
                privilege,
                reach,
                lifetime,
                usability,
                is_live,
                places,
                age_days,
                authors,
                fan_out,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]
    #[test]
    fn properties(facts in any_facts(), more in proptest::collection::vec(any_place(), 1..5), worse in one_of(Usability::ALL)) {
        let s = score(&facts);
        let value = |facts: &Facts| score(facts).value;
        prop_assert!(s.value <= 100);
        prop_assert_eq!(recompute(&s.because), Some(s.value));
        prop_assert_eq!(s.severity(), Severity::of(s.value));
        // Order and repeats of places do not matter; more places never lower it.
        let with = |places: Vec<Place>| Facts { places, ..facts.clone() };
        let mut places = facts.places.clone();
        places.reverse();
        places.push(places[0].clone());
        prop_assert_eq!(value(&with(places)), s.value);
        let both = [facts.places.clone(), more.clone()].concat();
        let merged = value(&with(both));
        prop_assert!(merged >= s.value);
        prop_assert!(merged >= value(&with(more)));
        // Time, people and what it opens never lower it; limits never raise it.
        let older = Facts { age_days: facts.age_days + 50, ..facts.clone() };
        let by_more = Facts { authors: facts.authors + 1, ..facts.clone() };
        let opens_more = Facts { fan_out: facts.fan_out + 3, ..facts.clone() };
        for more in [older, by_more, opens_more] {
            prop_assert!(value(&more) >= s.value);
        }
        let mut limited = facts.clone();
        limited.usability.push(worse);
        prop_assert!(value(&limited) <= s.value);
        for authority in Authority::ALL {
            let other = value(&Facts { authority: *authority, ..facts.clone() });
            let weight = |a: Authority| a.named(facts.privilege).weight();
            if weight(*authority) >= weight(facts.authority) {
                prop_assert!(other >= s.value);
            } else {
                prop_assert!(other <= s.value);
            }
        }
        let of_a_live_one = |is_live| value(&Facts { is_live, ..facts.clone() });
        prop_assert!(of_a_live_one(true) >= of_a_live_one(false));
        if facts.usability.contains(&Usability::Placeholder) {
            prop_assert_eq!(s.value, 0);
        }
        let most = Facts { privilege: Privilege::Admin, ..facts.clone() };
        let least = Facts { privilege: Privilege::ReadOnly, ..facts.clone() };
        prop_assert!(value(&least) <= s.value && s.value <= value(&most));
        match facts.authority.named(facts.privilege) {
            Authority::WriteOnly => prop_assert!(s.value <= 49),
            Authority::PublicByDesign => prop_assert!(s.value <= 20),
            Authority::SingleResource => prop_assert!(s.value <= 73),
            Authority::ServiceWide => prop_assert!(s.value <= 87),
            _ => {}
        }
    }
}
