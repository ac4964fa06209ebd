//! A plan for a ticket or a wiki: boxes to tick.

use super::text::place;
use super::{Plan, Step};

/// The plan as Markdown.
pub fn written(plan: &Plan) -> String {
    let mut out = format!("# {}\n", escaped(&plan.title));
    if plan.steps.is_empty() {
        out.push_str("\nNothing.\n");
    }
    for step in &plan.steps {
        out.push('\n');
        out.push_str(&section(step));
    }
    if plan.problems > 0 {
        out.push_str(&format!(
            "\n> Not everything could be scanned ({} problem(s)): there may be more to do.\n",
            plan.problems
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
        "`{}`, rule `{}`, shown as {}. It stands here because {}.\n\n",
        step.secret_id,
        step.rule_id,
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
    list("It opens:", opens.collect());
    list("To be changed:", step.change.iter().map(place).collect());
    list("In history:", step.history.iter().map(place).collect());
    out.push('\n');
    if !step.ask.is_empty() {
        out.push_str(&format!("**Ask** {}\n\n", escaped(&step.ask.join(", "))));
    }
    if !step.together_with.is_empty() {
        out.push_str(&format!("**Together with** `{}`\n\n", step.together_with.join("`, `")));
    }
    out.push_str(&format!("**Instead** {}\n", escaped(&step.instead)));
    out
}

/// Text in which nothing is markup, and which stays on its line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::text::printable(text).chars() {
        if c.is_ascii_punctuation() && "\\`*_{}[]<>#|!~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text in a code span: the fence is longer than any run of backticks within.
fn code(text: &str) -> String {
    let text = crate::text::printable(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        assert_eq!(escaped("a_b [x](y) <i>"), "a\\_b \\[x\\](y) \\<i\\>");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("plain"), "`plain`");
    }
}
