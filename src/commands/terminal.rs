//! What reports in text are written on: a terminal, a log, a pipe or a file.

use std::env;
use std::io::{IsTerminal, Stdout};

use crate::cli::reports::{ColorArg, TextArgs};
use sprawl::report::text::TextOptions;

/// Options for standard output.
pub(super) fn of_stdout(args: &TextArgs, stdout: &Stdout) -> TextOptions {
    let colour = match args.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => wants_colour(stdout),
    };
    let terminal = terminal_size::terminal_size_of(stdout).map(|(width, _)| usize::from(width.0));
    let has_links = stdout.is_terminal() && supports_hyperlinks::supports_hyperlinks();
    TextOptions {
        colour,
        links: if has_links && colour { env::current_dir().ok() } else { None },
        width: stated_width().or(terminal).unwrap_or(TextOptions::WIDTH),
        ..of_file(args)
    }
}

/// Options for a file.
pub(super) fn of_file(args: &TextArgs) -> TextOptions {
    TextOptions {
        colour: false,
        links: None,
        width: TextOptions::WIDTH,
        verbose: args.verbose,
        group_by: args.group_by,
        most: args.max_findings,
        statistics: args.statistics,
    }
}

/// The conventions of <https://no-color.org>, <https://force-color.org> and
/// <https://bixense.com/clicolors>; what takes colour away goes before what asks for it.
fn wants_colour(stdout: &Stdout) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_on = |name: &str| is_set(name) && env::var_os(name).is_none_or(|value| value != "0");
    if is_set("NO_COLOR") {
        return false;
    }
    is_on("FORCE_COLOR")
        || is_on("CLICOLOR_FORCE")
        || (stdout.is_terminal()
            && anstream::AutoStream::choice(stdout) != anstream::ColorChoice::Never)
}

/// The width that shells and build servers state.
fn stated_width() -> Option<usize> {
    env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0)
}
