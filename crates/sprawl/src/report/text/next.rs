//! What one can do next with what was found: commands that can be copied.

use std::io::{self, Write};

use super::MANY;
use super::screen::Screen;
use super::secret::short_id;
use crate::finding::Finding;
use crate::report::{Report, command, is_present, place};
use sprawl_detect::text::printable;

/// Writes commands with the worst secret that lies in a file now as their example, and some for all of them if
/// there are many.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(
    report: &Report<'_>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_at_hand = |finding: &Finding| is_present(finding) && place::member(finding).is_none();
    let at_hand = report.groups.iter().find(|group| is_at_hand(place::first(group)));
    let Some(example) = at_hand.or(report.groups.first()) else { return Ok(()) };
    let (id, rule) = (short_id(example), report.rules.get(example.rule).id());
    let mut all = Vec::new();
    if at_hand.is_some() {
        let finding = place::first(example);
        let at = format!("{}:{}", place::path(finding), finding.location.line);
        all.push(("explain", format!("sprawl explain {}", command::quoted(&at))));
        // No comment can be written into a member of an archive or into an old commit.
        all.push(("suppress", format!("# sprawl:allow {rule}  (in a comment on its line)")));
    }
    all.push(("accept", command::accept(report, id)));
    if report.groups.len() >= MANY {
        all.push(("baseline", "sprawl baseline  (fail on new secrets only)".to_owned()));
        all.push(("numbers", "sprawl scan --statistics".to_owned()));
    }
    all.push(("details", "sprawl scan -v".to_owned()));
    writeln!(out, "Next steps for {id}:")?;
    for (what, command) in all {
        let what = screen.dim(&format!("{what:<8}"));
        writeln!(out, "  {what}  {}", printable(&command))?;
    }
    Ok(())
}
