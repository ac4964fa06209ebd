//! One secret: in few lines, or with everything.

use std::io::{self, Write};

use super::screen::{Screen, beginning, columns, end, severity_style};
use super::sections::Entry;
use crate::finding::Finding;
use crate::group::SecretGroup;
use crate::lifetime::RemarkKind;
use crate::report::{Report, is_present, place};
use sprawl_detect::text::{count, printable};

/// Places shown with everything before the rest is only counted.
const PLACES: usize = 10;

/// Other places named in few lines.
const OTHERS: usize = 2;

/// Services named of those that use a secret: in few lines, and with everything.
const BRIEF_READERS: usize = 3;
const READERS: usize = 20;

/// Letters of an id that tell secrets apart; commands take the beginning of one.
const ID: usize = 8;

/// The beginning of an id.
pub(super) fn short_id(group: &SecretGroup) -> &str {
    group.id.get(..ID).unwrap_or(&group.id)
}

/// The secret in few lines.
pub(super) fn write_brief(
    report: &Report<'_>,
    entry: &Entry<'_>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Entry { group, first } = *entry;
    write_title(report, entry, screen, out)?;
    write_places(group, first, screen, out)?;
    for note in &first.decision.notes {
        writeln!(out, "  {}", screen.wrapped(&printable(note), 2, 2))?;
    }
    let rule = report.rules.get(group.rule);
    write_line(report, entry, screen, &format!("{} {}", rule.id(), short_id(group)), out)?;
    if let Some(text) = place::parts(group) {
        label("parts", 0, &text, screen, out)?;
    }
    if let Some(text) = place::missing(report, group) {
        label("missing", 0, &text, screen, out)?;
    }
    if let Some(text) = place::unlocked(group) {
        label("unlocks", 0, &text, screen, out)?;
    }
    if let Some(text) = place::read_by(group, BRIEF_READERS) {
        label("read by", 0, &text, screen, out)?;
    }
    label("fix", 0, first_step(&rule.text.fix), screen, out)
}

/// The secret with everything.
pub(super) fn write_whole(
    report: &Report<'_>,
    entry: &Entry<'_>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Entry { group, .. } = *entry;
    let rule = report.rules.get(group.rule);
    write_title(report, entry, screen, out)?;
    for finding in group.occurrences.iter().take(PLACES) {
        let text = position(finding, true);
        writeln!(out, "  {}", screen.place(&printable(&text), linked(finding).as_deref()))?;
        for note in &finding.decision.notes {
            writeln!(out, "    {}", screen.wrapped(&printable(note), 4, 4))?;
        }
    }
    if group.occurrences.len() > PLACES {
        writeln!(out, "  and {} more places", group.occurrences.len() - PLACES)?;
    }
    write_line(report, entry, screen, "", out)?;
    const LABELS: usize = 10;
    let mut say = |name: &str, text: &str| label(name, LABELS, text, screen, out);
    say("impact", &rule.text.why)?;
    if let Some(facts) = place::facts(group) {
        say("says", &facts)?;
    }
    if let Some(text) = place::parts(group) {
        say("parts", &text)?;
    }
    if let Some(text) = place::missing(report, group) {
        say("missing", &text)?;
    }
    if let Some(text) = place::unlocked(group) {
        say("unlocks", &text)?;
    }
    if let Some(text) = place::read_by(group, READERS) {
        say("read by", &text)?;
    }
    if let Some(text) = group.record.past() {
        say("history", &text)?;
    }
    let ends = group.remarks.iter().filter(|remark| remark.kind != RemarkKind::NeverExpires);
    let ends: Vec<&str> = ends.map(|remark| remark.text.as_str()).collect();
    if !ends.is_empty() {
        say("lifetime", &ends.join("; "))?;
    }
    if !group.record.owners.is_empty() {
        say("owners", &group.record.owners.join(", "))?;
    }
    say("score", &group.score.because.join("; "))?;
    say("fix", &rule.text.fix)?;
    say("prefer", &rule.text.instead)?;
    say("confidence", &place::sure(group))?;
    say("rule", &format!("{}, secret {}", rule.id(), group.id))
}

/// Severity, score, what it is and the name that it is assigned to.
fn write_title(
    report: &Report<'_>,
    Entry { group, first }: &Entry<'_>,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = group.score.severity();
    let mark = format!("{} {}", severity.name().to_uppercase(), group.score.value);
    let title = &report.rules.get(group.rule).text.title;
    let title = match place::telling_name(first) {
        Some(name) => format!("{title}: {name}"),
        None => title.clone(),
    };
    let indent = columns(&mark) + 2;
    let title = screen.wrapped(&printable(&title), indent, indent);
    writeln!(out, "{}  {}", screen.paint(&mark, severity_style(severity)), screen.bold(&title))
}

/// The first place, and how many more there are, with some of them.
fn write_places(
    group: &SecretGroup,
    first: &Finding,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = position(first, false);
    let mut used = 2 + columns(&text);
    write!(out, "  {}", screen.place(&printable(&text), linked(first).as_deref()))?;
    let others = || place::open(group).filter(|one| one.location != first.location);
    let covered = group.occurrences.len() - place::open(group).count();
    let more = others().count();
    let mut rest = String::new();
    if more > 0 {
        rest.push_str(&format!(", and {}", count(more as u64, "more place")));
    }
    if covered > 0 {
        rest.push_str(&format!(", {covered} suppressed"));
    }
    if used + columns(&rest) > screen.width() && !rest.is_empty() {
        rest = format!("\n  {}", rest.trim_start_matches(", "));
        used = 0;
    }
    used += columns(&rest);
    let mut separator = ": ";
    for other in others().take(OTHERS) {
        let name = printable(&place::position(other)).into_owned();
        if used + separator.len() + columns(&name) > screen.width() {
            break;
        }
        used += separator.len() + columns(&name);
        rest.push_str(separator);
        rest.push_str(&name);
        separator = ", ";
    }
    writeln!(out, "{}", screen.dim(&rest))
}

/// The line of the secret, and signs below the secret with a label beside them. Without a line, what may be
/// shown of the secret.
fn write_line(
    report: &Report<'_>,
    Entry { group, first }: &Entry<'_>,
    screen: &Screen<'_>,
    label: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = report.shown_secret(group);
    let shown = seen(shown.lines().next().unwrap_or_default());
    let excerpt = &*first.excerpt;
    let has_line = excerpt.is_kept;
    let number = first.location.line.to_string();
    let gutter = 2 + number.len() + 3;
    let room = screen.width().saturating_sub(gutter);
    if !has_line && label.is_empty() {
        return writeln!(out, "  {shown}");
    }
    if !has_line {
        return writeln!(out, "  {shown}  {}", screen.dim(label));
    }
    let mark = |is_cut: bool| if is_cut { "\u{2026}" } else { "" };
    let before = seen(&excerpt.before);
    let before = format!("{}{}", mark(excerpt.is_cut.0), dedented(&before));
    let after = format!("{}{}", seen(&excerpt.after), mark(excerpt.is_cut.1));
    // The secret itself is seen in any case; then what is before it, which says what it is.
    let shown = beginning(&shown, room / 2);
    let before =
        end(&before, (room - columns(&shown)).saturating_sub(columns(&after).min(room / 4)));
    let (start, length) = (columns(&before), columns(&shown).max(1));
    let after = beginning(&after, room - start - columns(&shown));
    let bar = screen.dim(&format!("  {number} |"));
    writeln!(out, "{bar} {before}{}{after}", screen.bold(&shown))?;
    let signs = screen.paint(&"^".repeat(length), severity_style(group.score.severity()));
    let bar = screen.dim(&format!("  {} |", " ".repeat(number.len())));
    let label_length = columns(label);
    if label.is_empty() || start + length + 1 + label_length <= room {
        let space = if label.is_empty() { "" } else { " " };
        writeln!(out, "{bar} {}{signs}{space}{}", " ".repeat(start), screen.dim(label))
    } else if label_length < start {
        let gap = " ".repeat(start - label_length);
        writeln!(out, "{bar} {}{gap}{signs}", screen.dim(label))
    } else {
        writeln!(out, "{bar} {}{signs}", " ".repeat(start))?;
        writeln!(out, "{bar} {}", screen.dim(label))
    }
}

/// A part of a line as it is seen: blanks in place of tabs.
fn seen(part: &str) -> String {
    printable(&part.replace('\t', "    ").replace('\r', "")).into_owned()
}

/// The beginning of a line without most of its indentation.
fn dedented(line: &str) -> &str {
    const KEPT: usize = 4;
    let blanks = line.len() - line.trim_start_matches(' ').len();
    &line[blanks.saturating_sub(KEPT)..]
}

/// What is to be done first: the first sentence, or the first part of it.
pub(super) fn first_step(fix: &str) -> &str {
    let end = [". ", "; "].iter().filter_map(|end| fix.find(end)).min();
    fix[..end.unwrap_or(fix.len())].trim_end_matches('.')
}

/// A name and a text, in lines that fit. Texts below each other begin in the same column, if names are given
/// the same least width.
fn label(
    name: &str,
    least: usize,
    text: &str,
    screen: &Screen<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let indent = least.max(columns(name)) + 4;
    let gap = " ".repeat(indent - 3 - columns(name));
    let text = screen.wrapped(&printable(text), indent, indent);
    writeln!(out, "  {}{gap}{text}", screen.dim(&format!("{name}:")))
}

/// The path of a file that a place can be a link to: what is in history only has none.
fn linked(finding: &Finding) -> Option<std::borrow::Cow<'_, str>> {
    let is_file =
        finding.location.origin == crate::finding::Origin::File || finding.git().is_some();
    (is_file && is_present(finding)).then(|| place::opened(finding).path)
}

/// A place with what history and earlier decisions say of it; in few words unless everything is wanted.
fn position(finding: &Finding, is_whole: bool) -> String {
    let mut text = place::position(finding);
    let history = match finding.git() {
        Some(_) if is_whole => place::history(finding),
        Some(git) if !is_present(finding) => git
            .commit
            .as_deref()
            .map(|commit| format!("commit {} ({})", place::shortened(commit), place::held_by(git))),
        _ => None,
    };
    if let Some(history) = history {
        text.push_str(&format!(", {history}"));
    }
    let decision = &finding.decision;
    if let Some(suppression) = &decision.suppression {
        text.push_str(&format!(", covered by {}", suppression.by));
    } else if let Some(state) = decision.state {
        text.push_str(&format!(", {}", state.name()));
        if decision.overdue {
            text.push_str(", open for too long");
        }
    }
    text
}
