//! For people: for each secret what it is, where, the line it stands on and the first step, in few lines; then,
//! where there are many, a table; and what one can do next.

mod next;
mod screen;
mod secret;
mod sections;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;

use self::screen::Screen;
use super::Report;

/// How the report is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextOptions {
    /// Escape sequences for colours and weights.
    pub colour: bool,
    /// Directory that paths of the report start from, if places are to be links to files.
    pub links: Option<PathBuf>,
    /// Columns.
    pub width: usize,
    /// Everything about each secret.
    pub verbose: bool,
    /// What belongs together.
    pub group_by: GroupBy,
    /// Secrets that are written one by one; the others are counted.
    pub most: Option<usize>,
    /// Numbers in place of the secrets.
    pub statistics: bool,
}

impl TextOptions {
    /// Columns where nobody knows how many there are: of files, pipes and logs.
    pub const WIDTH: usize = 100;
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            colour: false,
            links: None,
            width: Self::WIDTH,
            verbose: false,
            group_by: GroupBy::default(),
            most: None,
            statistics: false,
        }
    }
}

/// What belongs together in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum GroupBy {
    /// Each secret once, the worst first.
    #[default]
    Secret,
    /// By file.
    File,
    /// By credential type.
    Rule,
    /// By owner of the file, from CODEOWNERS.
    Owner,
}

/// Secrets from which on there is a table at the end.
const MANY: usize = 11;

/// Writes the report; nothing if there is nothing to report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, options: &TextOptions, out: &mut dyn Write) -> io::Result<()> {
    if report.groups.is_empty() {
        return Ok(());
    }
    let screen = Screen::new(options);
    if options.statistics {
        return table::write(report, &screen, out);
    }
    let sections = sections::sections(report, options.group_by);
    let all: usize = sections.iter().map(|section| section.entries.len()).sum();
    let shown = options.most.map_or(all, |most| most.min(all));
    let mut left = shown;
    for section in sections {
        if left == 0 {
            break;
        }
        if let Some(name) = &section.name {
            writeln!(out, "{}\n", screen.heading(name))?;
        }
        for entry in section.entries.iter().take(left) {
            match options.verbose {
                true => secret::write_whole(report, entry, &screen, out)?,
                false => secret::write_brief(report, entry, &screen, out)?,
            }
            writeln!(out)?;
        }
        left -= section.entries.len().min(left);
    }
    if shown < all {
        writeln!(out, "and {} more; --max-findings {all} shows them\n", all - shown)?;
    }
    if report.groups.len() >= MANY {
        table::write(report, &screen, out)?;
        writeln!(out)?;
    }
    next::write(report, &screen, out)
}
