//! What the report is of: the project, the commits, the command, the day.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::{Report, escaped};
use crate::day;
use crate::git::checkout::Checkout;
use crate::report::command;
use crate::report::forge::Home;
use sprawl_detect::text::count;

/// Names and repositories that are listed before the rest is counted.
const NAMED: usize = 5;

/// The names of what was scanned: of repositories as their remotes have them. Nothing for standard input.
pub(super) fn project(report: &Report<'_>) -> Option<String> {
    let material = &report.material;
    let mut names: Vec<String> = material.checkouts.iter().map(name).collect();
    // What was scanned and is in no repository.
    let known: BTreeSet<&str> =
        material.checkouts.iter().map(|one| one.repository.as_str()).collect();
    let others = material.scanned.iter().map(|one| one.repository.as_str());
    names.extend(others.filter(|name| !known.contains(name)).map(str::to_owned));
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    match names.len() {
        0 => None,
        all if all > NAMED => {
            Some(format!("{} and {} more", names[..NAMED].join(", "), all - NAMED))
        }
        _ => Some(names.join(", ")),
    }
}

/// Writes the list.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl class=\"run\">")?;
    let mut row =
        |name: &str, html: &str| writeln!(out, "<div><dt>{name}</dt><dd>{html}</dd></div>");
    if let Some(project) = project(report) {
        row("Project", &escaped(&project))?;
    }
    let checkouts = &report.material.checkouts;
    for checkout in checkouts.iter().take(NAMED) {
        if let Some(html) = repository(checkout) {
            row("Repository", &html)?;
        }
    }
    if checkouts.len() > NAMED {
        let more = checkouts.len() - NAMED;
        row("Repository", &format!("and {more} more"))?;
    }
    if let Some(command) = command::scan(report) {
        row("Command", &format!("<code>{}</code>", escaped(&command)))?;
    }
    for scope in report.summary.scope.iter().take(NAMED) {
        row("Scope", &escaped(scope))?;
    }
    let day = day::of_seconds(report.now).unwrap_or_default();
    row("Date", &format!("<time datetime=\"{day}\">{day}</time> (UTC)"))?;
    row("Version", &format!("sprawl {}", env!("CARGO_PKG_VERSION")))?;
    let summary = &report.summary;
    row("Scanned", &format!("{} files and objects, {} bytes", summary.blobs, summary.bytes))?;
    let hidden = &summary.hidden;
    if hidden.below_confidence + hidden.placeholders > 0 {
        row(
            "Not shown",
            &format!(
                "{} low-confidence, {}",
                hidden.below_confidence,
                count(hidden.placeholders, "placeholder")
            ),
        )?;
    }
    writeln!(out, "</dl>")
}

/// The owner and the name of a repository, as its forge has them.
fn name(checkout: &Checkout) -> String {
    let remote = checkout.remote.as_deref().and_then(|remote| remote.split_once("://"));
    let path =
        remote.and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path.trim_matches('/'));
    match path.map(|path| path.strip_suffix(".git").unwrap_or(path)) {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => checkout.repository.clone(),
    }
}

/// The address of a repository, its branch and its commit.
fn repository(checkout: &Checkout) -> Option<String> {
    let remote = checkout.remote.as_deref();
    let home = remote.and_then(Home::of);
    let link = |address: &str, text: &str| {
        format!(
            "<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
            escaped(address),
            escaped(text)
        )
    };
    let mut parts = Vec::new();
    match (&home, remote) {
        (Some(home), _) => parts.push(link(home.page(), home.page())),
        (None, Some(remote)) => parts.push(escaped(remote)),
        (None, None) => {}
    }
    if let Some(branch) = &checkout.branch {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        parts.push(format!("branch <code>{}</code>", escaped(branch)));
    }
    if let Some(revision) = &checkout.revision {
        let short = crate::report::shortened(revision);
        let address = home.as_ref().and_then(|home| home.commit(revision));
        let text = format!("<code>{}</code>", escaped(short));
        parts.push(match address {
            Some(address) => format!("commit {}", link(&address, short)),
            None => format!("commit {text}"),
        });
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
