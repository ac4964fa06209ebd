//! The summary that GitHub Actions shows on a run's page.

use std::io::Write;
use std::path::Path;

use super::Error;
use sprawl::files::write;
use sprawl::report::{Report, markdown};

/// Names the file that the runner reads when the step is over.
const VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Bytes that GitHub takes from a step (GitHub Docs, "Workflow commands": 1 MiB); a larger summary
/// is not shown at all.
const LIMIT: usize = 1 << 20;

/// Adds the report to the step's summary, if the runner asks for one.
///
/// # Errors
/// The file that the runner names cannot be written.
pub(super) fn append(report: &Report<'_>) -> Result<(), Error> {
    let Some(file) = std::env::var_os(VARIABLE).filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let file = Path::new(&file);
    // Others' summaries of the same step count, too.
    let used = std::fs::metadata(file).map_or(0, |m| usize::try_from(m.len()).unwrap_or(LIMIT));
    let text = markdown::within(report, LIMIT.saturating_sub(used));
    write::append(file).and_then(|mut out| out.write_all(text.as_bytes())).map_err(|error| {
        Error::Input(format!(
            "{}: the step summary could not be written: {error}; unset {VARIABLE} to go without",
            file.display()
        ))
    })
}
