//! One occurrence a line, the worst secret first; those that are covered wherever they stand, and the other
//! parts of credentials, come last.

use std::io::{self, Write};

use super::Report;
use super::schema::Occurrence;
use sprawl_detect::text::json;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    for group in report.groups.iter().chain(&report.covered).chain(&report.parts) {
        for finding in &group.occurrences {
            text.clear();
            json::compact(&Occurrence::line(report, group, finding), &mut text)?;
            text.push(b'\n');
            out.write_all(&text)?;
        }
    }
    Ok(())
}
