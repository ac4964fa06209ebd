//! A plan for people, on a terminal.

use std::fmt::Write as _;

use super::{Place, Plan, Step};
use crate::finding::reader::Reader;
use crate::report::shortened;
use sprawl_detect::text::{count, printable};

/// Places and things shown before the rest is only counted; the other forms have all of them.
const SHOWN: usize = 20;

/// Places named of one workload.
const PLACES: usize = 4;

/// The plan as text.
pub fn written(plan: &Plan) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(&printable(&plan.title));
    if plan.steps.is_empty() {
        line("\nNothing to do.");
    }
    for step in &plan.steps {
        line("");
        for text in lines(step) {
            line(&text);
        }
    }
    if plan.problems > 0 {
        let _ = writeln!(
            out,
            "\nNot everything could be scanned ({}): there may be more to do.",
            count(plan.problems as u64, "problem")
        );
    }
    out
}

fn lines(step: &Step) -> Vec<String> {
    let mark = format!("{} {}", step.severity.name().to_uppercase(), step.score);
    let mut all = vec![format!(
        "{:>3}. {mark}  {}  {}",
        step.number,
        printable(&step.title),
        printable(&step.redacted)
    )];
    let mut label = |name: &str, text: &str| {
        all.push(format!("     {name:>8}  {}", printable(text)));
    };
    label("reason", &step.because);
    for (action, number) in step.actions.iter().zip(1..) {
        label(&format!("step {number}"), action);
    }
    let opens: Vec<String> =
        step.opens.iter().map(|one| format!("{} ({})", one.path, one.what)).collect();
    let breaks = breaks(step);
    let here: Vec<String> = step.change.iter().map(|one| place(one) + &becomes(one)).collect();
    let before: Vec<String> = step.history.iter().map(place).collect();
    for (name, list) in [
        ("unlocks", &opens),
        ("breaks", &breaks),
        ("change", &here),
        ("set", &step.store),
        ("history", &before),
    ] {
        for (text, number) in list.iter().take(SHOWN).zip(0..) {
            label(if number == 0 { name } else { "" }, text);
        }
        if list.len() > SHOWN {
            label("", &format!("and {} more", list.len() - SHOWN));
        }
    }
    if !step.ask.is_empty() {
        label("ask", &step.ask.join(", "));
    }
    for (part, number) in step.parts.iter().zip(0..) {
        label(if number == 0 { "parts" } else { "" }, part);
    }
    if let Some(missing) = &step.missing {
        label("missing", missing);
    }
    label("prefer", &step.instead);
    label("secret", &format!("{}, rule {}", step.secret_id, step.rule_id));
    all
}

/// What becomes of the line of a place, behind the place.
pub(super) fn becomes(place: &Place) -> String {
    let needs = place.needs.as_deref().map_or(String::new(), |needs| format!(", with `{needs}`"));
    match (&place.becomes, &place.by_hand) {
        (Some(line), _) if line.trim().is_empty() => ", delete the line".to_owned(),
        (Some(line), _) => format!(" becomes `{}`{needs}", line.trim()),
        (None, Some(why)) => format!(", by hand: {why}"),
        (None, None) => String::new(),
    }
}

/// What breaks, and what is not known of that, in lines.
pub(super) fn breaks(step: &Step) -> Vec<String> {
    let services = step.breaks.iter().map(|broken| {
        let places = broken.places.iter().take(PLACES).map(|place| {
            let Reader { path, line, name, .. } = place;
            format!("{path}:{line} ({name}, {})", place.kind.describe())
        });
        let mut places: Vec<String> = places.collect();
        if broken.places.len() > PLACES {
            places.push(format!("and {} more", broken.places.len() - PLACES));
        }
        format!("{}: {}", broken.service, places.join(", "))
    });
    let common = step.common_names.iter().map(|common| {
        let files = count(common.files as u64, "file");
        format!("{}: too common to follow ({files})", common.name)
    });
    services.chain(common).collect()
}

/// A place in a line.
pub(super) fn place(place: &Place) -> String {
    let below = place.path.strip_prefix(place.repository.as_str());
    // The paths of several repositories begin with their names.
    let mut text = match below.is_some_and(|rest| rest.starts_with('/')) {
        true => format!("{}:{}", place.path, place.line),
        false => format!("{}: {}:{}", place.repository, place.path, place.line),
    };
    if let Some(commit) = &place.commit {
        text.push_str(&format!(" in {}", shortened(commit)));
    }
    text
}
