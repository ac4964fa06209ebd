//! Numbers: how many secrets of each severity and type there are, and in which files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::screen::{Screen, beginning, columns, end, severity_style};
use crate::report::{Report, place};
use sprawl_detect::text::{count, printable};

/// Types and files that are named.
const NAMED: usize = 10;

/// Writes the table.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(
    report: &Report<'_>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bands: Vec<String> = report
        .bands()
        .into_iter()
        .map(|(severity, number)| {
            screen.paint(&format!("{number} {}", severity.name()), severity_style(severity))
        })
        .collect();
    let secrets = count(report.groups.len() as u64, "secret");
    writeln!(out, "{}: {}", screen.bold(&secrets), bands.join(", "))?;
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for group in &report.groups {
        *types.entry(report.rules.get(group.rule).id()).or_default() += 1;
        let paths: BTreeSet<_> = place::open(group).map(|one| place::opened(one).path).collect();
        for path in paths {
            *files.entry(path.into_owned()).or_default() += 1;
        }
    }
    let title = |id: &str| {
        let rule = report.rules.named(id).map(|(_, rule)| rule.text.title.clone());
        rule.unwrap_or_default()
    };
    let types = types.into_iter().map(|(id, number)| (number, id.to_owned(), title(id)));
    write_list("type", types.collect(), screen, out)?;
    let files = files.into_iter().map(|(path, number)| (number, path, String::new()));
    write_list("file", files.collect(), screen, out)
}

/// Writes the names that most secrets have, each with its number and what it is.
fn write_list(
    what: &str,
    mut all: Vec<(usize, String, String)>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let digits = all.first().map_or(1, |first| first.0.to_string().len());
    let room = screen.width().saturating_sub(2 + digits + 2);
    let shown = &all[..all.len().min(NAMED)];
    let widest = shown.iter().map(|(_, name, _)| columns(&printable(name))).max().unwrap_or(0);
    writeln!(out, "{}", screen.dim(&format!("by {what}:")))?;
    for (number, name, about) in shown {
        let name = printable(name);
        let name = end(&name, room);
        let left = room.saturating_sub(widest + 2);
        let about = printable(about);
        let about = if left < 12 { "".into() } else { beginning(&about, left) };
        let gap = " ".repeat(widest.saturating_sub(columns(&name)) + 2);
        let line = format!("  {number:>digits$}  {name}{gap}{}", screen.dim(&about));
        writeln!(out, "{}", line.trim_end())?;
    }
    if all.len() > NAMED {
        let more = count((all.len() - NAMED) as u64, &format!("more {what}"));
        writeln!(out, "  {} {}", " ".repeat(digits), screen.dim(&format!("and {more}")))?;
    }
    Ok(())
}
