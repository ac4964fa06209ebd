//! A plan for a ticket or a wiki: boxes to tick.

use super::text::{becomes, breaks, place};
use super::{Plan, Step};
use sprawl_detect::text::count;
use sprawl_detect::text::markdown::{code, escaped};

/// The plan as Markdown.
pub fn written(plan: &Plan) -> String {
    let mut out = format!("# {}\n", escaped(&plan.title));
    if plan.steps.is_empty() {
        out.push_str("\nNothing to do.\n");
    }
    for step in &plan.steps {
        out.push('\n');
        out.push_str(&section(step));
    }
    if plan.problems > 0 {
        out.push_str(&format!(
            "\n> Not everything could be scanned ({}): there may be more to do.\n",
            count(plan.problems as u64, "problem")
        ));
    }
    out
}

fn section(step: &Step) -> String {
    let mut out = format!(
        "## {}. {} ({} {})\n\n",
        step.number,
        escaped(&step.title),
        step.severity.name(),
        step.score
    );
    out.push_str(&format!(
        "{}, rule {}, shown as {}. Ranked here because {}.\n\n",
        code(&step.secret_id),
        code(&step.rule_id),
        code(&step.redacted),
        escaped(&step.because)
    ));
    for action in &step.actions {
        out.push_str(&format!("- [ ] {}\n", escaped(action)));
    }
    let mut list = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            out.push_str(&format!("\n{title}\n\n"));
            entries.iter().for_each(|entry| out.push_str(&format!("- [ ] {}\n", code(entry))));
        }
    };
    let opens = step.opens.iter().map(|one| format!("{} ({})", one.path, one.what));
    list("It unlocks:", opens.collect());
    list("Breaks when it is revoked:", breaks(step));
    list("To be changed:", step.change.iter().map(|one| place(one) + &becomes(one)).collect());
    list("To be set:", step.store.clone());
    list("In history:", step.history.iter().map(place).collect());
    out.push('\n');
    if !step.ask.is_empty() {
        // In a code span, because names of people and teams would become mentions.
        out.push_str(&format!("**Ask** {}\n\n", code(&step.ask.join(", "))));
    }
    if !step.parts.is_empty() {
        let all: Vec<String> = step.parts.iter().map(|part| escaped(part)).collect();
        out.push_str(&format!("**Other parts** {}\n\n", all.join("; ")));
    }
    if let Some(missing) = &step.missing {
        out.push_str(&format!("**Missing** {}\n\n", escaped(missing)));
    }
    out.push_str(&format!("**Prefer** {}\n", escaped(&step.instead)));
    out
}
