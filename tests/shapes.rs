//! Every rule finds its secrets in the shapes that real files have, and is silent on what only looks
//! like them.
//!
//! A secret counts as found where a finding of default confidence has exactly its span, under the
//! rule itself or another one of the same provider's file (an older form, a test mode). A password
//! may be followed by more in the finding: in a URL nobody can say where it ends.

mod broken;
mod forms;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::{Detector, Form, Rules};
use sprawl_detect::score::Usability;
use sprawl_detect::{Candidate, Scanner};

use broken::BREAKS;
use forms::{NAMED, Pair, SENT};
use subject::Subject;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::builtin);

static SUBJECTS: LazyLock<Vec<Subject<'static>>> = LazyLock::new(|| {
    RULES
        .iter()
        .filter(|(_, rule)| rule.detector == Detector::Pattern)
        .filter(|(_, rule)| rule.form == Form::Ordinary)
        .filter_map(|(_, rule)| Subject::of(rule))
        .collect()
});

#[test]
fn secrets_are_found_in_the_shapes_of_real_files() {
    let mut scanner = Scanner::new(&RULES);
    let mut report = String::new();
    let mut missed: BTreeSet<&str> = BTreeSet::new();
    let mut by_form: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut seed = 0;
    for subject in SUBJECTS.iter() {
        let sent = SENT.iter().filter(|_| subject.host_suffices);
        for form in NAMED.iter().chain(sent) {
            // A value that needs no name is the same in all ways; one for each form, in turn.
            let nameless = subject.bare && subject.rule.near().is_none();
            let ways = if nameless {
                let turn = seed as usize % form.ways.len();
                &form.ways[turn..=turn]
            } else {
                form.ways
            };
            for way in ways {
                seed += 1;
                let (secret, value) = subject.minted(seed);
                let text = way(&Pair { words: &subject.words, value: &value });
                let found = scanner.candidates(text.as_bytes());
                let count = by_form.entry(form.name).or_default();
                count.0 += 1;
                if !found.iter().any(|c| finds(subject, c, &text, &secret)) {
                    count.1 += 1;
                    missed.insert(subject.rule.id());
                    let instead: Vec<&str> = found.iter().map(|c| RULES.get(c.rule).id()).collect();
                    let id = subject.rule.id();
                    let _ = writeln!(report, "{id} {}: {text:?} {instead:?}", form.name);
                }
            }
        }
    }
    assert!(SUBJECTS.len() > 700, "only {} rules have shapes", SUBJECTS.len());
    assert!(missed.is_empty(), "{} rules {missed:?}\n{by_form:?}\n{report}", missed.len());
}

fn finds(subject: &Subject<'_>, c: &Candidate, text: &str, secret: &str) -> bool {
    let at = text.find(secret).expect("the shape holds the value");
    let end = at + secret.len();
    let spans = c.secret == (at..end)
        || (subject.rule.kind.is_guessable() && c.secret.start == at && c.secret.end > end);
    spans && c.confidence >= Confidence::Pattern && RULES.get(c.rule).file == subject.rule.file
}

#[test]
fn what_only_looks_like_a_secret_is_not_one() {
    let mut scanner = Scanner::new(&RULES);
    let mut report = String::new();
    let mut wrong: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seed = 0;
    for subject in SUBJECTS.iter() {
        for (name, make) in BREAKS {
            seed += 1;
            let (secret, value) = subject.minted(seed);
            let Some(broken) = make(subject, &secret, seed) else { continue };
            *tried.entry(name).or_default() += 1;
            let value = value.replace(&secret, &broken);
            let text = NAMED[1].ways[0](&Pair { words: &subject.words, value: &value });
            let found = scanner.candidates(text.as_bytes());
            // What begins as a known type does and is none of it is no secret of any sort.
            let prefix = subject.rule.compiled().map_or(0, |c| c.public_prefix(secret.as_bytes()));
            let known = prefix > 4
                && *name != "embedded in a longer word"
                // A sign may stand in the prefix itself: then it begins as nothing does.
                && (*name != "wrong alphabet" || broken.starts_with(&secret[..prefix]))
                && subject.rule.text.keywords.iter().all(|keyword| keyword.len() > 4)
                && subject.rule.near().is_none()
                && !subject.rule.kind.is_guessable()
                && !secret.contains('&');
            let reported = |c: &&Candidate| {
                let rule = RULES.get(c.rule);
                (rule.id() == subject.rule.id() || (known && rule.detector == Detector::Assignment))
                    && c.confidence >= Confidence::Pattern
                    && !c.usability.contains(&Usability::Placeholder)
            };
            if found.iter().any(|c| reported(&c)) {
                wrong.entry(name).or_default().insert(subject.rule.id());
                let _ = writeln!(report, "{name} {}: {text:?}", subject.rule.id());
            }
        }
    }
    assert!(tried.values().all(|count| *count > 20), "{tried:?}");
    assert!(wrong.is_empty(), "of {tried:?}\n{wrong:#?}\n{report}");
}

#[test]
fn every_context_word_suffices() {
    let mut scanner = Scanner::new(&RULES);
    let mut dead = Vec::new();
    for subject in SUBJECTS.iter() {
        let Some(near) = subject.rule.near().filter(|_| subject.bare) else { continue };
        let also = near.also.first().map_or("", AsRef::as_ref);
        for word in near.any.iter() {
            let (secret, _) = subject.minted(word.len() as u64);
            let text = format!("{word} {also} \"{secret}\"\n");
            let found = scanner.candidates(text.as_bytes());
            if !found.iter().any(|c| finds(subject, c, &text, &secret)) {
                dead.push(format!("{}: {word}", subject.rule.id()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}
