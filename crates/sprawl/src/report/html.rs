//! One page that opens from disk and asks nobody for anything: the worst first, filters, and a
//! picture of which secret lives where and since when.
//!
//! Everything is in the page without its script, which only filters and jumps. The content security
//! policy allows this one style and this one script, by their hashes.

mod map;

use std::collections::BTreeSet;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::{Report, place, unread};
use crate::day;
use crate::finding::Finding;
use crate::finding::decision::State;
use crate::group::SecretGroup;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::text::{count, printable};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Places of a secret that the page lists; the report in JSON has all of them.
const PLACES: usize = 100;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    head(report, out)?;
    if !report.groups.is_empty() {
        map::write(report, out)?;
        filters(report, out)?;
        writeln!(out, "<ol id=\"findings\">")?;
        for group in &report.groups {
            finding(report, group, out)?;
        }
        writeln!(out, "</ol>")?;
    }
    covered(report, out)?;
    problems(report, out)?;
    unread(report, out)?;
    writeln!(out, "</main>")?;
    if !report.groups.is_empty() {
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
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>sprawl: {title}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n<h1>{title}</h1>",
        hash(&style),
        hash(&script)
    )?;
    write!(out, "<p>")?;
    for (band, count) in report.bands() {
        write!(out, "<span class=\"badge {0}\">{count} {0}</span> ", band.name())?;
    }
    let day = day::of_seconds(report.now).unwrap_or_default();
    let summary = &report.summary;
    write!(out, "</p>\n<p class=\"quiet\">sprawl {}, {day}: ", env!("CARGO_PKG_VERSION"))?;
    write!(out, "{} files and objects scanned, {} bytes. ", summary.blobs, summary.bytes)?;
    let hidden = summary.hidden.below_confidence + summary.hidden.placeholders;
    if hidden > 0 {
        write!(
            out,
            "Not shown: {} low-confidence, {} placeholders. ",
            summary.hidden.below_confidence, summary.hidden.placeholders
        )?;
    }
    if !report.problems.is_empty() {
        write!(
            out,
            "<a href=\"#problems\">Incomplete: {}</a>. ",
            count(report.problems.len() as u64, "problem")
        )?;
    }
    if !report.unread.is_empty() {
        let all = count(report.unread.len() as u64, "place");
        write!(out, "<a href=\"#unread\">Not looked into: {all}</a>.")?;
    }
    writeln!(out, "</p>\n</header>\n<main>")
}

fn filters(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h2>What to do, the worst first</h2>\n\
         <form id=\"filters\" class=\"filters\" hidden>\n\
         <label>Search <input type=\"search\" name=\"search\" autocomplete=\"off\"></label>\n\
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
    writeln!(out, "</fieldset>")?;
    let confidences: BTreeSet<Confidence> = groups.iter().map(|g| g.confidence).collect();
    choice("confidence", "Confidence", confidences.iter().rev().map(|c| c.name()), out)?;
    let rule = |group: &SecretGroup| report.rules.get(group.rule);
    let kinds: BTreeSet<&str> = groups.iter().map(|g| rule(g).kind.name()).collect();
    choice("kind", "Kind", kinds.into_iter(), out)?;
    let providers: BTreeSet<&str> = groups.iter().map(|g| &*rule(g).provider).collect();
    choice("provider", "Provider", providers.into_iter(), out)?;
    let states: BTreeSet<State> = groups.iter().flat_map(states).collect();
    // Only what is compared with a baseline has a state.
    if !states.is_empty() {
        choice("state", "State", states.iter().map(|state| state.name()), out)?;
    }
    writeln!(
        out,
        "<label class=\"tick\"><input type=\"checkbox\" name=\"present\"> still there</label>\n\
         <button type=\"reset\">Show all</button>\n\
         <output id=\"count\" aria-live=\"polite\"></output>\n</form>\n\
         <p class=\"quiet\">Keys: <kbd>/</kbd> search, <kbd>j</kbd> and <kbd>k</kbd> next and \
         previous, <kbd>Enter</kbd> opens.</p>"
    )
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

fn finding(report: &Report<'_>, group: &SecretGroup, out: &mut dyn Write) -> io::Result<()> {
    let rule = report.rules.get(group.rule);
    let severity = group.score.severity().name();
    let id = escaped(&group.id);
    write!(
        out,
        "<li data-severity=\"{severity}\" data-confidence=\"{}\" data-kind=\"{}\" \
         data-provider=\"{}\" data-present=\"{}\" data-state=\"{}\"><details><summary>\
         <span class=\"badge {severity}\">{severity} {}</span> <span class=\"title\">{}</span> \
         <code>{}</code> <span class=\"where quiet\"><code>{}</code>",
        group.confidence.name(),
        rule.kind.name(),
        escaped(&rule.provider),
        group.occurrences.iter().any(place::is_present),
        states(group).iter().map(|state| state.name()).collect::<Vec<_>>().join(" "),
        group.score.value,
        escaped(&rule.text.title),
        escaped(&report.shown_secret(group)),
        escaped(&place::open(group).next().map(place::position).unwrap_or_default()),
    )?;
    let others = group.occurrences.len() - 1;
    if others > 0 {
        write!(out, " and {others} more")?;
    }
    if let Some(day) = place::first_day(group) {
        write!(out, ", since {day}")?;
    }
    writeln!(out, "</span></summary>\n<div id=\"s-{id}\">\n<dl>")?;
    let mut row = |name: &str, html: &str| writeln!(out, "<dt>{name}</dt><dd>{html}</dd>");
    row("Impact", &escaped(&rule.text.why))?;
    for (name, text) in [
        ("Unlocks", place::unlocked(group)),
        ("History", group.record.past()),
        ("Owners", Some(group.record.owners.join(", ")).filter(|owners| !owners.is_empty())),
    ] {
        if let Some(text) = text {
            row(name, &escaped(&text))?;
        }
    }
    row("Fix", &escaped(&rule.text.fix))?;
    row("Prefer", &escaped(&rule.text.instead))?;
    let because: String =
        group.score.because.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
    row("Score", &format!("<ul>{because}</ul>"))?;
    if let Some(facts) = place::facts(group) {
        row("Says", &escaped(&facts))?;
    }
    row("Confidence", &escaped(&place::sure(group)))?;
    row("Rule", &format!("<code>{}</code>, secret <code>{id}</code>", escaped(rule.id())))?;
    writeln!(out, "</dl>")?;
    places(group, out)?;
    writeln!(out, "</div></details></li>")
}

/// What the baseline says of the places that somebody has to act on.
fn states(group: &SecretGroup) -> BTreeSet<State> {
    place::open(group).filter_map(|finding| finding.decision.state).collect()
}

fn places(group: &SecretGroup, out: &mut dyn Write) -> io::Result<()> {
    let dated = group.occurrences.iter().any(|finding| finding.git().is_some());
    let history = if dated {
        "<th scope=\"col\">Since</th><th scope=\"col\">Commit</th><th scope=\"col\">Author</th>\
         <th scope=\"col\">Reach</th>"
    } else {
        ""
    };
    writeln!(
        out,
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Place</th>{history}</tr></thead><tbody>"
    )?;
    for finding in group.occurrences.iter().take(PLACES) {
        write!(out, "<tr><td><code>{}</code>", escaped(&place::position(finding)))?;
        let paths = finding.git().map_or(&[][..], |git| &git.paths);
        for path in paths.iter().filter(|path| **path != *finding.location.path) {
            write!(out, "<br><span class=\"quiet\">once <code>{}</code></span>", escaped(path))?;
        }
        if let Some(decision) = place::decision(finding) {
            write!(out, "<br><span class=\"quiet\">{}</span>", escaped(&decision))?;
        }
        write!(out, "</td>")?;
        if dated {
            past(finding, out)?;
        }
        writeln!(out, "</tr>")?;
    }
    if group.occurrences.len() > PLACES {
        let more = group.occurrences.len() - PLACES;
        writeln!(out, "<tr><td>and {more} more; the JSON report has all of them</td></tr>")?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn past(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(git) = finding.git() else {
        return write!(out, "<td></td><td></td><td></td><td>file</td>");
    };
    let commit = escaped(git.commit.as_deref().map(place::shortened).unwrap_or_default());
    let author = git.author.as_deref().unwrap_or_default();
    write!(
        out,
        "<td>{}</td><td><code>{commit}</code></td><td>{}</td><td>{}</td>",
        place::day(finding).unwrap_or_default(),
        escaped(author),
        git.reach
    )
}

/// Secrets that nobody has to act on, and who decided so.
fn covered(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.covered.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>Suppressed by comments, exceptions or the baseline</h2>\n<div class=\"scroll\"><table>\
         <thead><tr><th scope=\"col\">Secret</th><th scope=\"col\">Place</th>\
         <th scope=\"col\">Decision</th></tr></thead><tbody>"
    )?;
    for group in &report.covered {
        let title = escaped(&report.rules.get(group.rule).text.title);
        let redacted = escaped(&report.shown_secret(group));
        for finding in group.occurrences.iter().take(PLACES) {
            writeln!(
                out,
                "<tr><td>{title} <code>{redacted}</code></td><td><code>{}</code></td><td>{}</td></tr>",
                escaped(&place::position(finding)),
                escaped(&place::decision(finding).unwrap_or_default())
            )?;
        }
    }
    writeln!(out, "</tbody></table></div>")
}

fn problems(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2 id=\"problems\">Not scanned</h2>\n<ul>")?;
    for problem in report.problems.iter().take(PLACES) {
        let (place, what) = (escaped(&problem.place), escaped(&problem.what));
        writeln!(out, "<li><code>{place}</code>: {what}</li>")?;
    }
    if report.problems.len() > PLACES {
        writeln!(out, "<li>and {} more</li>", report.problems.len() - PLACES)?;
    }
    writeln!(out, "</ul>")
}

/// What was met and not looked into: a clean report must not be taken for more than it is.
fn unread(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.unread.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2 id=\"unread\">Not looked into</h2>\n<ul>")?;
    for kind in unread::kinds(&report.unread) {
        // The name of a kind may come from a report that was read back.
        let places = kind.places.iter().take(PLACES);
        let places: Vec<String> =
            places.map(|place| format!("<code>{}</code>", escaped(place))).collect();
        write!(out, "<li>{}: {}", escaped(&kind.counted()), places.join(", "))?;
        if kind.places.len() > PLACES {
            write!(out, " and {} more", kind.places.len() - PLACES)?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

/// Text as an element or a quoted attribute may hold it.
fn escaped(text: &str) -> String {
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

fn hash(text: &str) -> String {
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
