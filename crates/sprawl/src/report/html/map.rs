//! The picture: one row for each of the worst secrets, one column for each place, and a line of
//! time. A table, so that it can be read aloud, searched and walked through.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{Report, escaped, place};
use crate::day;
use crate::group::SecretGroup;

/// Rows.
const SECRETS: usize = 40;

/// Columns: files, or the directories that hold them if there are more files.
const COLUMNS: usize = 14;

/// Width and height of a line of time, pixels.
const WIDTH: i64 = 180;
const HEIGHT: i64 = 16;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Writes the picture.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let groups = &report.groups[..report.groups.len().min(SECRETS)];
    let columns = Columns::of(groups);
    let time = Time::of(groups, report.now);
    writeln!(out, "<h2 id=\"map\">Which secret lives where, and since when</h2>")?;
    if groups.len() < report.groups.len() {
        writeln!(
            out,
            "<p class=\"quiet\">The worst {} of {}.</p>",
            groups.len(),
            report.groups.len()
        )?;
    }
    let gone = "dashed: in history only";
    match &time {
        Some(time) => {
            let start = day::of_seconds(time.start).unwrap_or_default();
            writeln!(out, "<p class=\"quiet\">From {start} to today; {gone}.</p>")?
        }
        None => writeln!(
            out,
            "<p class=\"quiet\">A scan with <code>--history</code> shows since when.</p>"
        )?,
    }
    write!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"map\">\
         <table class=\"map\"><thead><tr><th scope=\"col\">Secret</th>"
    )?;
    if time.is_some() {
        write!(out, "<th scope=\"col\">Known since</th>")?;
    }
    for name in &columns.names {
        let name = escaped(name);
        write!(out, "<th scope=\"col\" class=\"place\" title=\"{name}\"><span>{name}</span></th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for group in groups {
        row(report, group, &columns, time.as_ref(), out)?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn row(
    report: &Report<'_>,
    group: &SecretGroup,
    columns: &Columns,
    time: Option<&Time>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let severity = group.score.severity().name();
    write!(
        out,
        "<tr><th scope=\"row\"><span class=\"badge {severity}\">{severity} {}</span> \
         <a href=\"#s-{}\">{}</a> <code>{}</code></th>",
        group.score.value,
        escaped(&group.id),
        escaped(&report.rules.get(group.rule).text.title),
        escaped(&report.shown_secret(group)),
    )?;
    if let Some(time) = time {
        write!(out, "<td>{}</td>", time.line(group, severity))?;
    }
    let mut cells: Vec<Option<Cell<'_>>> = vec![None; columns.names.len()];
    for finding in &group.occurrences {
        let cell = &mut cells[columns.position(&place::path(finding))];
        let seen = Cell { present: place::is_present(finding), since: place::day(finding) };
        *cell = Some(cell.map_or(seen, |cell| cell.with(seen)));
    }
    for cell in cells {
        match cell {
            Some(cell) => {
                let state = if cell.present { "here" } else { "gone" };
                let text = cell.since.and_then(|day| day.get(..7)).unwrap_or(state);
                write!(out, "<td><span class=\"chip {state} {severity}\">{text}</span></td>")?;
            }
            None => write!(out, "<td></td>")?,
        }
    }
    writeln!(out, "</tr>")
}

/// A secret in a column.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    present: bool,
    since: Option<&'a str>,
}

impl<'a> Cell<'a> {
    fn with(self, other: Self) -> Self {
        let since = match (self.since, other.since) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { present: self.present || other.present, since }
    }
}

/// The places that are columns.
struct Columns {
    names: Vec<String>,
    /// Leading parts of a path that make a column.
    depth: usize,
}

impl Columns {
    fn of(groups: &[SecretGroup]) -> Self {
        let paths: BTreeSet<String> = groups
            .iter()
            .flat_map(|group| &group.occurrences)
            .map(|finding| place::path(finding).into_owned())
            .collect();
        let deepest = paths.iter().map(|path| path.split('/').count()).max().unwrap_or(1);
        for depth in (1..=deepest).rev() {
            let names: BTreeSet<String> = paths.iter().map(|path| cut(path, depth)).collect();
            if names.len() <= COLUMNS {
                return Self { names: names.into_iter().collect(), depth };
            }
        }
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        for path in &paths {
            *held.entry(cut(path, 1)).or_default() += 1;
        }
        let mut most: Vec<(usize, String)> = held.into_iter().map(|(name, n)| (n, name)).collect();
        most.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        most.truncate(COLUMNS - 1);
        let mut names: Vec<String> = most.into_iter().map(|(_, name)| name).collect();
        names.sort();
        names.push(ELSEWHERE.to_owned());
        Self { names, depth: 1 }
    }

    fn position(&self, path: &str) -> usize {
        let name = cut(path, self.depth);
        let last = self.names.len() - 1;
        self.names.iter().position(|column| *column == name).unwrap_or(last)
    }
}

const ELSEWHERE: &str = "elsewhere";

/// The first parts of a path; a directory ends with `/`.
fn cut(path: &str, depth: usize) -> String {
    // The root of an absolute path is no part of its own.
    let skipped = usize::from(path.starts_with('/'));
    match path.match_indices('/').nth(depth - 1 + skipped) {
        Some((end, _)) => path[..=end].to_owned(),
        None => path.to_owned(),
    }
}

/// The line of time: from the first time that any of the secrets is known to the end of the scan's own
/// day, so that the picture is the same all day.
struct Time {
    start: i64,
    end: i64,
}

impl Time {
    fn of(groups: &[SecretGroup], now: i64) -> Option<Self> {
        let start = groups.iter().flat_map(seconds).min()?;
        let tonight = now.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
        Some(Self { start, end: tonight.max(start.saturating_add(1)) })
    }

    /// A secret's bar, with a mark for each time that it came to a place.
    fn line(&self, group: &SecretGroup, severity: &str) -> String {
        let mut times: Vec<i64> = seconds(group).collect();
        times.sort_unstable();
        times.dedup();
        let Some(first) = times.first().copied() else {
            return "<span class=\"quiet\">not committed</span>".to_owned();
        };
        let first_day = place::first_day(group).unwrap_or_default();
        let x = self.x(first);
        let past = if group.occurrences.iter().any(place::is_present) { "" } else { " past" };
        let mut svg = format!(
            "<svg class=\"time\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" \
             aria-label=\"since {first_day}\"><title>since {first_day}</title>\
             <rect class=\"axis\" x=\"0\" y=\"7\" width=\"{WIDTH}\" height=\"2\"/>\
             <rect class=\"{severity}{past}\" x=\"{x}\" y=\"5\" width=\"{}\" height=\"6\"/>",
            WIDTH - x
        );
        let mut marks: Vec<i64> = times.iter().map(|time| self.x(*time)).collect();
        marks.dedup();
        for x in marks {
            svg.push_str(&format!(
                "<rect class=\"{severity}\" x=\"{x}\" y=\"1\" width=\"3\" height=\"14\"/>"
            ));
        }
        svg.push_str(&format!("</svg><span>{first_day}</span>"));
        svg
    }

    fn x(&self, time: i64) -> i64 {
        let span = self.end.saturating_sub(self.start).max(1);
        let passed = time.saturating_sub(self.start).clamp(0, span);
        // Wide enough for any two dates, and room for the mark of the last.
        i64::try_from(i128::from(passed) * i128::from(WIDTH - 3) / i128::from(span)).unwrap_or(0)
    }
}

fn seconds(group: &SecretGroup) -> impl Iterator<Item = i64> {
    group.occurrences.iter().filter_map(|finding| finding.git()?.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_to_its_first_parts() {
        assert_eq!(cut("a/b/c.txt", 1), "a/");
        assert_eq!(cut("a/b/c.txt", 2), "a/b/");
        assert_eq!(cut("a/b/c.txt", 3), "a/b/c.txt");
        assert_eq!(cut("c.txt", 1), "c.txt");
        assert_eq!(cut("/a/b", 1), "/a/");
    }

    #[test]
    fn time_runs_from_left_to_right() {
        let time = Time { start: 100, end: 200 };
        assert_eq!((time.x(100), time.x(200)), (0, WIDTH - 3));
        assert!(time.x(150) > 0 && time.x(150) < WIDTH);
        assert_eq!((time.x(i64::MIN + 101), time.x(1000)), (0, WIDTH - 3));
    }
}
