//! Decisions on the day before they end, on their last day, and after it: the clock is ours.

use std::sync::Arc;

use jiff::civil::Date;
use sprawl::blob::{Base, Blob};
use sprawl::config::schema::PolicyText;
use sprawl::finding::Origin;
use sprawl::group::{self, ScoreInput, SecretGroup};
use sprawl::identity::Identity;
use sprawl::policy::baseline::{Baseline, Scope};
use sprawl::policy::exceptions::Exceptions;
use sprawl::policy::{Outcome, Policy, PolicyInput};
use sprawl::scan::Worker;
use sprawl::scan::progress::Progress;
use sprawl_detect::rules::Rules;

use crate::common::minted;

const RULE: &str = "github-pat-classic";

/// A project with one file, on a day.
struct Project {
    rules: Rules,
    identity: Identity,
    text: String,
    exceptions: String,
    baseline: Option<String>,
    policy: PolicyText,
}

impl Project {
    fn new(text: String) -> Self {
        Self {
            rules: Rules::builtin(),
            identity: Identity::new(Some("the key of this test's project")),
            text,
            exceptions: String::new(),
            baseline: None,
            policy: PolicyText::default(),
        }
    }

    fn groups(&self) -> Vec<SecretGroup> {
        let progress = Progress::default();
        let mut worker = Worker::new(&self.rules, &progress);
        worker.blob(&Blob {
            base: Base::TOP,
            bytes: self.text.as_bytes(),
            path: "a.env",
            repository: &Arc::from("test"),
            origin: &Origin::File,
            untracked: false,
        });
        group::group(&self.rules, &self.identity, worker.output.findings, &ScoreInput::default())
    }

    fn id(&self) -> String {
        self.groups()[0].id.clone()
    }

    /// The only secret, and what was said, on a day.
    fn on(&self, today: &str) -> (SecretGroup, Outcome) {
        let today: Date = today.parse().unwrap();
        let mut policy = Policy::new(&self.policy, today);
        if !self.exceptions.is_empty() {
            let text = format!("version = 1\nexceptions = [\n{}\n]\n", self.exceptions);
            policy.exceptions = Exceptions::parse(&text, policy.limits, today).unwrap();
        }
        let baseline = self.baseline.as_deref();
        policy.baseline = baseline.map(|text| Baseline::parse(text).unwrap());
        let mut groups = self.groups();
        let scope = Scope { tree: true, history: false, is_gone: &|_| false };
        let ground = PolicyInput {
            rules: &self.rules,
            identity: &self.identity,
            below_root: &|path| path.to_owned(),
            scope: &scope,
        };
        let outcome = policy.judge(&ground, &mut groups);
        (groups.remove(0), outcome)
    }

    fn is_open_on(&self, today: &str) -> bool {
        self.on(today).0.is_open()
    }
}

#[test]
fn an_exception_counts_through_its_last_day_and_warns_before() {
    let mut project = Project::new(format!("A={}\n", minted(RULE, 1)));
    project.exceptions = format!(
        "{{ id = \"{}\", rule = \"{RULE}\", paths = [\"a.env\"], owner = \"@team\", reason = \
         \"break-glass\", created = \"2027-01-01\", expires = \"2027-03-31\" }},",
        project.id()
    );
    assert!(!project.is_open_on("2027-03-16"));
    assert!(project.on("2027-03-16").1.warnings.is_empty());
    let (_, soon) = project.on("2027-03-17");
    assert!(soon.warnings[0].contains("expires in 14 days"), "{:?}", soon.warnings);
    assert!(!project.is_open_on("2027-03-31"));
    let (over, outcome) = project.on("2027-04-01");
    assert!(over.is_open() && outcome.warnings.is_empty());
    let note = &over.occurrences[0].decision.notes[0];
    assert!(note.contains("until 2027-03-31 by @team (break-glass)"), "{note}");
    assert_eq!(over.score.value, project.groups()[0].score.value);
    // It weighs more than the baseline, which would be quiet.
    project.baseline = Some(format!(
        "version = 1\nfindings = [\n{{ id = \"{}\", rule = \"{RULE}\", path = \"a.env\", since = \
         \"2027-01-01\" }},\n]\n",
        project.id()
    ));
    assert!(project.is_open_on("2027-04-01"));
    project.exceptions.clear();
    assert!(!project.is_open_on("2027-04-01"));
}

#[test]
fn a_mark_counts_through_its_last_day() {
    let mark = format!("sprawl:allow {RULE} until=2027-01-31 owner=@team");
    let project = Project::new(format!("A={} # {mark}\n", minted(RULE, 1)));
    assert!(!project.is_open_on("2027-01-31"));
    assert!(project.is_open_on("2027-02-01"));
    // 180 days ahead is as far as the policy allows.
    assert!(!project.is_open_on("2026-08-04"));
    assert!(project.is_open_on("2026-08-03"));
}

#[test]
fn patience_with_the_baseline_ends() {
    let mut project = Project::new(format!("A={}\n", minted(RULE, 1)));
    project.policy.max_open_days = Some(90);
    project.baseline = Some(format!(
        "version = 1\nfindings = [\n{{ id = \"{}\", rule = \"{RULE}\", path = \"a.env\", since = \
         2027-01-01 }},\n]\n",
        project.id()
    ));
    assert!(!project.is_open_on("2027-04-01"));
    let (late, _) = project.on("2027-04-02");
    assert!(late.is_open() && late.occurrences[0].decision.overdue);
}
