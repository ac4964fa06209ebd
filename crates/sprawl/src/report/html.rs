//! One page that opens from disk and asks nobody for anything: what was scanned, the findings with the worst
//! first, and a picture of which secret lives where and since when.
//!
//! The findings are data in the page, of which its script shows a part at a time (`data`); a browser that runs
//! no script shows the worst of them in a table. The content security policy allows this one style and this one
//! script, by their hashes, and no text that becomes markup (Trusted Types).

mod data;
mod map;
mod run;

use std::collections::BTreeSet;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::{Report, place, unread};
use crate::finding::decision::State;
use crate::group::SecretGroup;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::text::{count, printable};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Rows of the tables that are not the list of findings; the report in JSON has everything.
const ROWS: usize = 200;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    head(report, out)?;
    if !report.groups.is_empty() {
        writeln!(out, "<section aria-labelledby=\"list\">\n<h2 id=\"list\">Findings</h2>")?;
        filters(report, out)?;
        writeln!(out, "<ol id=\"findings\" tabindex=\"-1\"></ol>")?;
        writeln!(out, "<p id=\"more\" hidden><button type=\"button\"></button><span></span></p>")?;
        without_script(report, out)?;
        writeln!(out, "</section>")?;
        map::write(report, out)?;
    }
    covered(report, out)?;
    problems(report, out)?;
    unread(report, out)?;
    writeln!(out, "</main>")?;
    if !report.groups.is_empty() {
        data::write(report, out)?;
        writeln!(out, "<script>{}</script>", unix_lines(SCRIPT))?;
    }
    writeln!(out, "</body>\n</html>")
}

fn head(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (style, script) = (unix_lines(STYLE), unix_lines(SCRIPT));
    let title = match report.groups.len() {
        0 => "No secrets found".to_owned(),
        secrets => format!(
            "{} in {}",
            count(secrets as u64, "secret"),
            count(report.summary.occurrences, "place")
        ),
    };
    let project = run::project(report).map(|name| format!(" - {}", escaped(&name)));
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>sprawl: {title}{}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n<h1>{title}</h1>",
        hash(&style),
        hash(&script),
        project.unwrap_or_default()
    )?;
    if !report.groups.is_empty() {
        write!(out, "<p class=\"bands\">")?;
        for (band, count) in report.bands() {
            write!(out, "<span class=\"badge {0}\">{count} {0}</span> ", band.name())?;
        }
        writeln!(out, "</p>")?;
    }
    run::write(report, out)?;
    sections(report, out)?;
    writeln!(out, "</header>\n<main>")
}

/// Links to the parts of the page, so that what is incomplete is seen at once.
fn sections(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut links = Vec::new();
    if !report.groups.is_empty() {
        links.extend([("list", "Findings".to_owned()), ("map", "Map".to_owned())]);
    }
    if !report.covered.is_empty() {
        links.push(("covered", format!("Suppressed: {}", report.covered.len())));
    }
    if !report.problems.is_empty() {
        let all = count(report.problems.len() as u64, "problem");
        links.push(("problems", format!("Incomplete: {all}")));
    }
    if !report.unread.is_empty() {
        let all = count(report.unread.len() as u64, "place");
        links.push(("unread", format!("Not looked into: {all}")));
    }
    if links.is_empty() {
        return Ok(());
    }
    write!(out, "<nav aria-label=\"Parts of this page\">")?;
    for (id, text) in links {
        write!(out, "<a href=\"#{id}\">{text}</a> ")?;
    }
    writeln!(out, "</nav>")
}

fn filters(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<form id=\"filters\" class=\"filters\" hidden>\n\
         <label class=\"search\">Search <input type=\"search\" name=\"search\" autocomplete=\"off\"></label>\n\
         <fieldset><legend>Severity</legend>"
    )?;
    let groups = &report.groups;
    for (band, _) in report.bands() {
        writeln!(
            out,
            "<label class=\"tick\"><input type=\"checkbox\" name=\"severity\" value=\"{0}\" checked> {0}</label>",
            band.name()
        )?;
    }
    writeln!(
        out,
        "</fieldset>\n<details id=\"choices\"><summary>Group, sort and filter</summary><div>"
    )?;
    named_choice("group", "Group by", GROUPS, out)?;
    named_choice("sort", "Sort by", ORDERS, out)?;
    let words: BTreeSet<&str> = groups.iter().flat_map(data::status).collect();
    choice("status", "Status", words.into_iter(), out)?;
    // Only what is compared with a baseline has a state.
    let states: BTreeSet<State> = groups.iter().flat_map(states).collect();
    if !states.is_empty() {
        choice("state", "Baseline", states.iter().map(|state| state.name()), out)?;
    }
    let confidences: BTreeSet<Confidence> = groups.iter().map(|g| g.confidence).collect();
    choice("confidence", "Confidence", confidences.iter().rev().map(|c| c.name()), out)?;
    let rule = |group: &SecretGroup| report.rules.get(group.rule);
    let kinds: BTreeSet<&str> = groups.iter().map(|g| rule(g).kind.name()).collect();
    choice("kind", "Kind", kinds.into_iter(), out)?;
    let providers: BTreeSet<&str> = groups.iter().map(|g| &*rule(g).provider).collect();
    choice("provider", "Provider", providers.into_iter(), out)?;
    writeln!(
        out,
        "</div></details>\n<p class=\"result\"><output id=\"count\" aria-live=\"polite\"></output> \
         <button type=\"reset\">Show all</button></p>\n</form>\n\
         <p id=\"keys\" class=\"quiet\" hidden>Keys: <kbd>/</kbd> search, <kbd>j</kbd> and <kbd>k</kbd> next and \
         previous, <kbd>Enter</kbd> opens.</p>"
    )
}

/// What belongs together in the list.
const GROUPS: &[(&str, &str)] = &[
    ("", "secret"),
    ("file", "file"),
    ("rule", "rule"),
    ("owner", "owner"),
    ("severity", "severity"),
];

/// Orders of the list.
const ORDERS: &[(&str, &str)] = &[
    ("", "severity"),
    ("newest", "newest first"),
    ("oldest", "oldest first"),
    ("path", "path"),
    ("title", "type"),
    ("places", "number of places"),
];

fn named_choice(
    name: &str,
    label: &str,
    values: &[(&str, &str)],
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<label>{label} <select name=\"{name}\">")?;
    for (value, text) in values {
        write!(out, "<option value=\"{value}\">{text}</option>")?;
    }
    writeln!(out, "</select></label>")
}

fn choice<'a>(
    name: &str,
    label: &str,
    values: impl Iterator<Item = &'a str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "<label>{label} <select name=\"{name}\"><option value=\"\">all</option>")?;
    for value in values {
        write!(out, "<option>{}</option>", escaped(value))?;
    }
    writeln!(out, "</select></label>")
}

/// What the baseline says of the places that somebody has to act on.
fn states(group: &SecretGroup) -> BTreeSet<State> {
    place::open(group).filter_map(|finding| finding.decision.state).collect()
}

/// The worst findings, for a browser that runs no script: build servers that show reports forbid it.
fn without_script(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let groups = &report.groups;
    write!(out, "<noscript>\n<p>")?;
    if groups.len() > ROWS {
        write!(out, "The worst {ROWS} of {}; the JSON report has all of them. ", groups.len())?;
    }
    writeln!(
        out,
        "With scripts this list can be searched and filtered.</p>\n<div class=\"scroll\"><table><thead><tr>\
         <th scope=\"col\">Severity</th><th scope=\"col\">What</th><th scope=\"col\">Where</th>\
         <th scope=\"col\">Fix</th></tr></thead><tbody>"
    )?;
    for group in groups.iter().take(ROWS) {
        let rule = report.rules.get(group.rule);
        let severity = group.score.severity().name();
        let first = place::first(group);
        let name = place::telling_name(first).map(|name| format!(": {}", escaped(name)));
        write!(
            out,
            "<tr id=\"s-{}\"><td><span class=\"badge {severity}\">{severity} {}</span></td>\
             <td>{}{} <code>{}</code></td><td><code>{}</code>",
            escaped(&group.id),
            group.score.value,
            escaped(&rule.text.title),
            name.unwrap_or_default(),
            escaped(&report.shown_secret(group)),
            escaped(&place::position(first)),
        )?;
        if let Some(history) = place::history(first) {
            write!(out, "<br>{}", escaped(&history))?;
        }
        if let Some(decision) = place::decision(first) {
            write!(out, "<br>{}", escaped(&decision))?;
        }
        let others = group.occurrences.len() - 1;
        if others > 0 {
            write!(out, "<br>and {}", count(others as u64, "more place"))?;
        }
        writeln!(out, "</td><td>{}</td></tr>", escaped(&rule.text.fix))?;
    }
    writeln!(out, "</tbody></table></div>\n</noscript>")
}

/// Secrets that nobody has to act on, and who decided so.
fn covered(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.covered.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"covered\">\n\
         <h2 id=\"covered\">Suppressed by comments, exceptions or the baseline</h2>\n\
         <div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"covered\"><table>\
         <thead><tr><th scope=\"col\">Secret</th><th scope=\"col\">Place</th>\
         <th scope=\"col\">Decision</th></tr></thead><tbody>"
    )?;
    let places = report
        .covered
        .iter()
        .flat_map(|group| group.occurrences.iter().map(move |one| (group, one)));
    let all: usize = report.covered.iter().map(|group| group.occurrences.len()).sum();
    for (group, finding) in places.take(ROWS) {
        writeln!(
            out,
            "<tr><td>{} <code>{}</code></td><td><code>{}</code></td><td>{}</td></tr>",
            escaped(&report.rules.get(group.rule).text.title),
            escaped(&report.shown_secret(group)),
            escaped(&place::position(finding)),
            escaped(&place::decision(finding).unwrap_or_default())
        )?;
    }
    if all > ROWS {
        let more = all - ROWS;
        writeln!(
            out,
            "<tr><td colspan=\"3\">and {more} more; the JSON report has all of them</td></tr>"
        )?;
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}

fn problems(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"problems\">\n<h2 id=\"problems\">Not scanned</h2>\n<ul>"
    )?;
    for problem in report.problems.iter().take(ROWS) {
        let (place, what) = (escaped(&problem.place), escaped(&problem.what));
        writeln!(out, "<li><code>{place}</code>: {what}</li>")?;
    }
    if report.problems.len() > ROWS {
        writeln!(out, "<li>and {} more</li>", report.problems.len() - ROWS)?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// What was met and not looked into: a clean report must not be taken for more than it is.
fn unread(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.unread.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"unread\">\n<h2 id=\"unread\">Not looked into</h2>\n<ul>"
    )?;
    for kind in unread::kinds(&report.unread) {
        // The name of a kind may come from a report that was read back.
        let places = kind.places.iter().take(ROWS);
        let places: Vec<String> =
            places.map(|place| format!("<code>{}</code>", escaped(place))).collect();
        write!(out, "<li>{}: {}", escaped(&kind.counted()), places.join(", "))?;
        if kind.places.len() > ROWS {
            write!(out, " and {} more", kind.places.len() - ROWS)?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// Text as an element or a quoted attribute may hold it.
pub(crate) fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut html = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// A browser turns every line end into `\n` before it hashes.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

pub(crate) fn hash(text: &str) -> String {
    data_encoding::BASE64.encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escaped("<a href='x' b=\"y\">&\u{202e}"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;\\u{202e}"
        );
    }

    #[test]
    fn the_page_loads_nothing() {
        for text in [STYLE, SCRIPT] {
            for word in ["url(", "@import", "http:", "https:", "fetch", "XMLHttp", "</s"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
