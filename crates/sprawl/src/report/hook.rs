//! What a blocked commit or push says: for the worst secret in five lines what, where, why and the
//! three options, and a line for each of the others.

use std::io::{self, Write};

use super::{Report, place};
use crate::day;
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::text::printable;

/// Other secrets named one by one.
const OTHERS: usize = 10;

/// Days for which the proposed exception lasts.
const DAYS: i64 = 90;

/// Writes the report; nothing if there is nothing to say.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some((worst, others)) = report.groups.split_first() else { return Ok(()) };
    let rule = report.rules.get(worst.rule);
    writeln!(out, "sprawl found a secret: {}", what(report, worst))?;
    writeln!(out, "  where    {}", places(worst))?;
    writeln!(out, "  impact   {}", printable(&rule.text.why))?;
    if let Some(decision) = place::open(worst).find_map(place::decision) {
        writeln!(out, "  decision {}", printable(&decision))?;
    }
    writeln!(
        out,
        "  options  1 remove it   2 load it from an environment variable or secret manager: {}",
        printable(&rule.text.instead)
    )?;
    writeln!(
        out,
        "           3 accept it temporarily: sprawl accept {} --owner @you --until {} --reason ...",
        printable(&worst.id),
        until(report.now)
    )?;
    for group in others.iter().take(OTHERS) {
        writeln!(out, "  also     {} at {}", what(report, group), places(group))?;
    }
    if others.len() > OTHERS {
        writeln!(out, "  also     {} more secrets", others.len() - OTHERS)?;
    }
    Ok(())
}

fn what(report: &Report<'_>, group: &SecretGroup) -> String {
    let title = &report.rules.get(group.rule).text.title;
    let severity = group.score.severity().name();
    let redacted = &group.redacted;
    printable(&format!("{severity} {}, {title} {redacted}", group.score.value)).into_owned()
}

fn places(group: &SecretGroup) -> String {
    let first = place::open(group).next();
    let mut text = first.map(place::position).unwrap_or_default();
    if let Some(commit) = first.and_then(Finding::git).and_then(|git| git.commit.as_deref()) {
        text.push_str(&format!(" in commit {}", place::shortened(commit)));
    }
    let more = place::open(group).count().saturating_sub(1);
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    printable(&text).into_owned()
}

/// Last day of the proposed exception.
fn until(now: i64) -> String {
    day::of_seconds(now.saturating_add(DAYS * 86_400)).unwrap_or_default()
}
