//! Reports in which every name is a stranger's: of paths, authors, branches, rules and what else a tree
//! or a history brings. A few secrets are found, and their values stand in the names, too.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use sprawl::blob::{Base, Blob};
use sprawl::finding::decision::{State, Suppression, SuppressionKind};
use sprawl::finding::{Finding, GitPlace, Origin};
use sprawl::git::checkout::Checkout;
use sprawl::group::{self, ScoreInput, SecretGroup};
use sprawl::scan_output::{ScanOutput, Scanned};
use sprawl::identity::Identity;
use sprawl::locked::{Lock, Locked};
use sprawl::policy::baseline::Entry;
use sprawl::policy::file::quoted;
use sprawl::problem::Problem;
use sprawl::redact::Redactor;
use sprawl::report::read::Content;
use sprawl::report::{
    self, MergeData, Report, SarifOptions, SarifProfile, Sorted, Summary, Threshold,
};
use sprawl::scan::Worker;
use sprawl::scan::progress::Progress;
use sprawl_unpack::unread::{Reason, Unread};
use sprawl_detect::decoded::Fact;
use sprawl_detect::rules::mint::{Random, mint};
use sprawl_detect::rules::{Rules, Selection, UserFile};
use sprawl_detect::text::display_bytes;

/// A moment in 2027, Unix seconds.
const NOW: i64 = 1_800_000_000;

/// Bytes that no UTF-8 has. One ends a name, the others stand for a secret in several spellings.
const END: u8 = 0xff;
const TOKEN: u8 = 0xfe;
const UPPER_CASE: u8 = 0xfd;
const PERCENT: u8 = 0xfc;
const PASSWORD: u8 = 0xfb;

/// What a scan of a harmless text found: the same for all inputs.
pub struct Stage {
    token: String,
    password: String,
    findings: Vec<Finding>,
    rules: Rules,
}

pub static STAGE: LazyLock<Stage> = LazyLock::new(Stage::new);

impl Stage {
    fn new() -> Self {
        let harmless = Names::of(b"");
        let rules = own_rules(&mut harmless.clone()).expect("harmless texts make good rules");
        let minted = |id: &str, seed| {
            let (_, rule) = rules.named(id).expect("the rule is there");
            let secret = mint(rule, &mut Random::new(seed)).expect("it can be minted");
            String::from_utf8(secret).expect("its values are ASCII")
        };
        let (token, own) = (minted("github-pat-classic", 7), minted("acme-key", 7));
        // A password with four kinds of characters, none of which Markdown escapes.
        let password = ["Mittag", "essen", "-", "739", "!", "Q"].concat();
        let text =
            format!("T={token}\n\ndb_password = \"{password}\"\nacme={own}\n{token}\n{token}\n");
        let progress = Progress::default();
        let mut worker = Worker::new(&rules, &progress);
        worker.blob(&Blob {
            bytes: text.as_bytes(),
            path: "a.env",
            base: Base::TOP,
            repository: &Arc::from("r"),
            origin: &Origin::File,
            untracked: false,
        });
        let findings = std::mem::take(&mut worker.output.findings);
        drop(worker);
        assert!(findings.len() >= 5, "{findings:?}");
        Self { token, password, findings, rules }
    }

    /// What must not be in any report: so much of each secret that the rest is no riddle.
    pub fn forms(&self) -> [String; 3] {
        let core = self.token.trim_start_matches("ghp_").to_lowercase();
        [percent(&core), core, self.password.to_lowercase()]
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

pub fn identity() -> Identity {
    Identity::new(Some("a key for fuzzing, and nothing else"))
}

/// Names that come one after the other, and then again from the first.
#[derive(Debug, Clone)]
pub struct Names {
    all: Vec<String>,
    next: usize,
}

impl Names {
    /// The names in an input; without any, they are empty.
    pub fn of(bytes: &[u8]) -> Self {
        Self::spelled(bytes, true)
    }

    /// The same without the secrets.
    pub fn of_plain(bytes: &[u8]) -> Self {
        Self::spelled(bytes, false)
    }

    fn spelled(bytes: &[u8], secrets: bool) -> Self {
        let name = |piece: &[u8]| {
            let mut name = Vec::with_capacity(piece.len());
            for byte in piece {
                match *byte {
                    PASSWORD..=TOKEN if !secrets => {}
                    TOKEN => name.extend(STAGE.token.bytes()),
                    UPPER_CASE => name.extend(STAGE.token.to_uppercase().bytes()),
                    PERCENT => name.extend(percent(&STAGE.token).bytes()),
                    PASSWORD => name.extend(STAGE.password.bytes()),
                    other => name.push(other),
                }
            }
            display_bytes(&name)
        };
        Self { all: bytes.split(|byte| *byte == END).map(name).collect(), next: 0 }
    }

    /// The same names without what HTML and XML are made of, each as much a name of its own.
    #[must_use]
    pub fn tame(&self) -> Self {
        let tame = |name: &String| {
            [("<", "‹"), (">", "›"), ("\"", "”"), ("'", "’"), ("&", "＆")]
                .iter()
                .fold(name.clone(), |name, (from, to)| name.replace(from, to))
        };
        Self { all: self.all.iter().map(tame).collect(), next: 0 }
    }

    /// The name of an author, with an address of our own: whether two authors are one is told by it,
    /// and must not depend on characters that a tame name has not.
    fn author(&mut self) -> Option<String> {
        let number = self.next % 3;
        self.some().map(|name| format!("{name} <{number}@example.invalid>"))
    }

    fn name(&mut self) -> String {
        self.next += 1;
        self.all[(self.next - 1) % self.all.len()].clone()
    }

    fn some(&mut self) -> Option<String> {
        Some(self.name())
    }
}

/// The built-in rules, and one with texts of the stranger, if such a file is a good one.
pub fn own_rules(names: &mut Names) -> Option<Rules> {
    let mut field = |key: &str| {
        let name = names.name();
        format!("{key} = {}\n", quoted(if name.trim().is_empty() { "x" } else { &name }))
    };
    let file = format!(
        "{}[[rule]]\nid = 'acme-key'\npattern = '\\b(?<secret>acme_[0-9a-f]{{24}})\\b'\n\
         keywords = ['acme_']\nkind = 'token'\nauthority = 'service-wide'\nreach = 'saas'\n\
         lifetime = 'static'\nexamples = ['acme={{secret}}']\n{}{}{}{}",
        field("provider"),
        field("title"),
        field("why"),
        field("fix"),
        field("instead"),
    );
    let name = names.name();
    Rules::new(&[UserFile { name: &name, text: &file }], &Selection::default()).ok()
}

/// The report of a scan in which everything has these names, made as `sprawl scan` makes it.
pub fn report<'r>(rules: &'r Rules, names: &mut Names, profile: SarifProfile) -> Report<'r> {
    let identity = identity();
    let mut scan_output = scan_output(names);
    let redactor = Redactor::new(rules, &scan_output.findings);
    redactor.scan_output(&mut scan_output);
    group::assign_slots(rules, &identity, &mut scan_output.findings);
    let score_input = ScoreInput { now: NOW, locked: scan_output.locked, ..ScoreInput::default() };
    let mut groups = group::group(rules, &identity, scan_output.findings, &score_input);
    decide(&mut groups, names);
    let places = groups.iter_mut().flat_map(|group| &mut group.occurrences);
    places.for_each(|finding| redactor.decision(&mut finding.decision));
    let mut summary = Summary { blobs: 1, bytes: 100, ..Summary::default() };
    summary.configuration.files = vec![names.name()];
    summary.scope = vec![names.name()];
    summary.decisions.warnings = vec![names.name()];
    summary.decisions.gone = vec![Entry {
        id: "abcdefghijklmnopqrst".to_owned(),
        rule: "acme-key".to_owned(),
        path: names.name(),
        place: String::new(),
        since: jiff::civil::date(2027, 1, 1),
        fixed: None,
        history: false,
    }];
    redactor.list(&mut summary.configuration.files);
    redactor.list(&mut summary.scope);
    redactor.list(&mut summary.decisions.warnings);
    redactor.list(summary.decisions.gone.iter_mut().map(|entry| &mut entry.path));
    let material = MergeData {
        locked: score_input.locked,
        checkouts: scan_output.checkouts,
        scanned: scan_output.scanned,
        ..MergeData::default()
    };
    let problems = (scan_output.problems, scan_output.unread);
    let sarif = SarifOptions { profile, category: None };
    finished(rules, groups, problems, summary, material, sarif)
}

/// The report that comes of another report, read back.
pub fn read_back(rules: &Rules, content: Content) -> Report<'_> {
    let score_input = ScoreInput { now: NOW, locked: content.locked, ..ScoreInput::default() };
    let groups = group::scored(rules, content.drafts, &score_input);
    let material = MergeData {
        certificates: content.certificates,
        locked: score_input.locked,
        checkouts: content.checkouts,
        category: content.category,
        scanned: content.scanned,
        ..MergeData::default()
    };
    let problems = (content.problems, content.unread);
    finished(rules, groups, problems, content.summary, material, SarifOptions::default())
}

fn finished<'r>(
    rules: &'r Rules,
    groups: Vec<SecretGroup>,
    (problems, unread): (Vec<Problem>, Vec<Unread>),
    mut summary: Summary,
    material: MergeData,
    sarif: SarifOptions,
) -> Report<'r> {
    let threshold = Threshold {
        min_confidence: sprawl_detect::evidence::Confidence::Weak,
        include_placeholders: true,
    };
    let sorted = report::sort_out(groups, |_| threshold, &mut summary);
    let Sorted { groups, covered, parts, unreported } = sorted;
    Report {
        rules: Cow::Borrowed(rules),
        groups,
        covered,
        parts,
        problems,
        unread,
        summary,
        identity: identity(),
        sarif,
        show_secrets: false,
        threshold,
        now: NOW,
        material: MergeData { unreported, ..material },
    }
}

fn scan_output(names: &mut Names) -> ScanOutput {
    let mut findings = STAGE.findings.clone();
    for (number, finding) in findings.iter_mut().enumerate() {
        finding.location.path = Arc::from(names.name());
        finding.below = Arc::clone(&finding.location.path);
        finding.repository = Arc::from(names.name());
        finding.owners = vec![names.name()].into();
        finding.surroundings.name = names.some();
        finding.decoded.facts.push(Fact { name: "account", value: names.name() });
        if number % 2 == 0 {
            finding.location.origin = Origin::Git(Arc::new(past(number, names)));
        }
    }
    ScanOutput {
        findings,
        problems: vec![Problem::new(names.name(), names.name())],
        unread: vec![Unread {
            place: names.name(),
            reason: Reason::Unsupported,
            detail: names.name(),
        }],
        locked: vec![Locked {
            repository: names.name(),
            path: names.name(),
            lock: Lock::VaultPath(names.name()),
        }],
        checkouts: vec![Checkout {
            repository: names.name(),
            below: names.name(),
            remote: names.some(),
            revision: Some("a".repeat(40)),
            branch: names.some(),
        }],
        scanned: vec![Scanned { repository: names.name(), path: names.name() }],
        ..ScanOutput::default()
    }
}

fn past(number: usize, names: &mut Names) -> GitPlace {
    GitPlace {
        object: "b".repeat(40),
        reach: "history-only",
        commit: Some("c".repeat(40)),
        author: names.author(),
        date: Some("2026-11-01T10:00:00Z".to_owned()),
        seconds: Some(NOW - 1_000_000),
        removed_by: Some("d".repeat(40)),
        at_head: number == 0,
        paths: vec![names.name(), names.name()],
        branches: 1,
        tags: 1,
        removed_at: Some(NOW - 1000),
        removed_author: names.some(),
        last_author: names.some(),
        returned: true,
    }
}

/// Some places are covered, some have a note: in the words of whoever decided it.
fn decide(groups: &mut [SecretGroup], names: &mut Names) {
    let places = groups.iter_mut().flat_map(|group| &mut group.occurrences);
    for (number, finding) in places.enumerate() {
        finding.decision.notes = vec![names.name()];
        if number == 1 {
            finding.decision.suppression = Some(Suppression {
                kind: SuppressionKind::External,
                by: names.name(),
                justification: names.name(),
                owner: names.some(),
                until: None,
            });
        } else if number == 2 {
            finding.decision.state = Some(State::New);
        }
    }
}
