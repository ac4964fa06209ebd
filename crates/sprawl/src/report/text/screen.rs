//! What the report is written on: its width, its colours, its links.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{GroupBy, TextOptions};
use crate::report::sarif::encoded;
use sprawl_detect::score::Severity;
use sprawl_detect::text::printable;

/// Columns that a report has at least: on fewer nothing can be read.
const LEAST: usize = 40;

/// A terminal, a file or a pipe.
pub(super) struct Screen<'o> {
    options: &'o TextOptions,
}

impl<'o> Screen<'o> {
    pub(super) fn new(options: &'o TextOptions) -> Self {
        Self { options }
    }

    /// Columns.
    pub(super) fn width(&self) -> usize {
        self.options.width.max(LEAST)
    }

    /// Text in a style. What it says is fit to be shown already.
    pub(super) fn paint(&self, text: &str, style: Style) -> String {
        match self.options.colour && !text.is_empty() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }

    /// A place, which is a link to its file where terminals know such links (OSC 8).
    pub(super) fn place(&self, text: &str, path: Option<&str>) -> String {
        let painted = self.paint(text, AnsiColor::Cyan.on_default());
        let Some((directory, path)) = self.options.links.as_ref().zip(path) else {
            return painted;
        };
        let whole = directory.join(path);
        let Some(whole) = whole.to_str() else { return painted };
        // Of Windows: `C:\a` is `file:///C:/a`.
        let whole = if cfg!(windows) { whole.replace('\\', "/") } else { whole.to_owned() };
        let whole = whole.trim_start_matches('/');
        format!("\x1b]8;;file:///{}\x1b\\{painted}\x1b]8;;\x1b\\", encoded(whole))
    }

    /// The name of a section. Paths are not wrapped.
    pub(super) fn heading(&self, name: &str) -> String {
        let name = printable(name);
        let style = Style::new().bold().underline();
        match self.options.group_by {
            GroupBy::File => self.paint(&name, style),
            _ => self.paint(&self.wrapped(&name, 0, 2), style),
        }
    }

    /// Writes words in lines that fit: those after the first are indented.
    pub(super) fn wrapped(&self, text: &str, first: usize, indent: usize) -> String {
        let width = self.width();
        let mut lines = String::new();
        let mut used = first;
        for (number, word) in text.split_whitespace().enumerate() {
            let length = word.width();
            if number > 0 && used + 1 + length > width {
                lines.push('\n');
                lines.extend(std::iter::repeat_n(' ', indent));
                used = indent;
            } else if number > 0 {
                lines.push(' ');
                used += 1;
            }
            lines.push_str(word);
            used += length;
        }
        lines
    }
}

/// The colour of a severity.
pub(super) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low | Severity::None => Style::new(),
    }
}

/// Columns of a text.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that fits, with a sign where something is left out.
pub(super) fn beginning(text: &str, most: usize) -> Cow<'_, str> {
    if columns(text) <= most {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take_while(fits(most)).chain(['\u{2026}']).collect())
}

/// The end of a text that fits, with a sign where something is left out.
pub(super) fn end(text: &str, most: usize) -> Cow<'_, str> {
    if columns(text) <= most {
        return Cow::Borrowed(text);
    }
    let tail: Vec<char> = text.chars().rev().take_while(fits(most)).collect();
    Cow::Owned(['\u{2026}'].into_iter().chain(tail.into_iter().rev()).collect())
}

/// Says of one letter after the other whether it still fits beside the sign.
fn fits(most: usize) -> impl FnMut(&char) -> bool {
    let mut used = 1;
    move |letter| {
        used += letter.width().unwrap_or(0);
        used <= most
    }
}
