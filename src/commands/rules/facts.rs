//! Everything that is known of rules, as JSON: `sprawl rules list --json`.

use serde_json::{Map, Value, json};

use sprawl_detect::Scanner;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::rules::check::fill;
use sprawl_detect::rules::mint::Random;
use sprawl_detect::rules::{Detector, Rule, RuleId, Rules};

use super::reference::known_by;

/// Rules with all that they say themselves, under the names that rule files have, and what follows from it.
pub(super) fn of<'r>(
    rules: &Rules,
    wanted: impl Iterator<Item = (RuleId, &'r Rule)>,
) -> Vec<Value> {
    let mut scanner = Scanner::new(rules);
    let mut confidence = |rule| usual_confidence(rules, &mut scanner, rule);
    wanted.map(|(id, rule)| facts(rule, confidence((id, rule)))).collect()
}

fn facts(rule: &Rule, confidence: Option<Confidence>) -> Value {
    let mut facts = Map::new();
    // These come first and are always there.
    let text = &rule.text;
    for (name, value) in [
        ("id", json!(rule.id())),
        ("title", json!(text.title)),
        ("provider", json!(rule.provider)),
        ("kind", json!(rule.kind)),
        ("authority", json!(rule.authority)),
        ("reach", json!(rule.reach)),
        ("lifetime", json!(rule.lifetime)),
        ("aliases", json!(text.aliases)),
        ("file", json!(rule.file)),
        ("builtin", json!(rule.is_builtin)),
        ("docs", json!(rule.docs)),
        ("base_score", json!(rule.base_score())),
        ("confidence", json!(confidence)),
        ("known_by", json!(known_by(rule))),
    ] {
        facts.insert(name.to_owned(), value);
    }
    if let Some(check) = rule.check {
        facts.insert("check_about".to_owned(), json!(check.about));
    }
    if let Ok(Value::Object(all)) = serde_json::to_value(text) {
        for (name, value) in all {
            facts.entry(name).or_insert(value);
        }
    }
    Value::Object(facts)
}

/// The confidence of what a rule finds in its own examples.
fn usual_confidence(
    rules: &Rules,
    scanner: &mut Scanner<'_>,
    (id, rule): (RuleId, &Rule),
) -> Option<Confidence> {
    let mut random = Random::new(1);
    let in_examples = rule.text.examples.iter().find_map(|example| {
        let (text, _) = fill(rules, rule, example, &mut random).ok()?;
        let found = scanner.candidates(&text);
        found.iter().filter(|found| found.rule == id).map(|found| found.confidence).max()
    });
    // Types that are known by names have no examples of their own.
    in_examples.or((rule.detector == Detector::Assignment).then_some(Confidence::Pattern))
}
