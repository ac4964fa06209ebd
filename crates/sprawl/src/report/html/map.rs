//! The picture: one row for each secret or, where there are many, for each type of them, one column for each
//! place, and a line of time. A table, so that it can be read aloud, searched and walked through.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{Report, escaped, place};
use crate::day;
use crate::group::SecretGroup;
use sprawl_detect::rules::RuleId;
use sprawl_detect::text::count;

/// Rows.
const ROWS: usize = 40;

/// Columns: files, or the directories that hold them if there are more files.
const COLUMNS: usize = 12;

/// Leading parts of a path that tell columns apart at most.
const DEEPEST: usize = 12;

/// Width and height of a line of time, pixels.
const WIDTH: i64 = 180;
const HEIGHT: i64 = 16;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Writes the picture.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let by_type = report.groups.len() > ROWS;
    let rows = match by_type {
        true => types(report),
        false => report.groups.iter().map(|group| vec![group]).collect(),
    };
    let columns = Columns::of(&report.groups);
    let time = Time::of(&report.groups, report.now);
    let what = if by_type { "type of secret" } else { "secret" };
    writeln!(
        out,
        "<section aria-labelledby=\"map\">\n\
         <h2 id=\"map\">Map: which {what} lives where, and since when</h2>"
    )?;
    if rows.len() > ROWS {
        writeln!(out, "<p class=\"quiet\">The worst {ROWS} of {}.</p>", rows.len())?;
    }
    let gone = match by_type {
        true => "numbers of secrets, dashed: in history only",
        false => "dashed: in history only",
    };
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
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-labelledby=\"map\">\
         <table class=\"map\"><thead><tr><th scope=\"col\">{}</th>",
        if by_type { "Type" } else { "Secret" }
    )?;
    if time.is_some() {
        write!(out, "<th scope=\"col\">Known since</th>")?;
    }
    for name in &columns.names {
        let name = escaped(name);
        write!(out, "<th scope=\"col\" class=\"place\" title=\"{name}\"><span>{name}</span></th>")?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for groups in rows.iter().take(ROWS) {
        row(report, groups, by_type, &columns, time.as_ref(), out)?;
    }
    writeln!(out, "</tbody></table></div>\n</section>")
}

/// The secrets of each type, that with the worst first.
fn types<'r>(report: &'r Report<'_>) -> Vec<Vec<&'r SecretGroup>> {
    let mut numbers: BTreeMap<RuleId, usize> = BTreeMap::new();
    let mut types: Vec<Vec<&SecretGroup>> = Vec::new();
    for group in &report.groups {
        let number = *numbers.entry(group.rule).or_insert(types.len());
        match types.get_mut(number) {
            Some(groups) => groups.push(group),
            None => types.push(vec![group]),
        }
    }
    types
}

/// A row of secrets of one type, the worst first; at least one.
fn row(
    report: &Report<'_>,
    groups: &[&SecretGroup],
    by_type: bool,
    columns: &Columns,
    time: Option<&Time>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(worst) = groups.first() else { return Ok(()) };
    let severity = worst.score.severity().name();
    let rule = report.rules.get(worst.rule);
    write!(
        out,
        "<tr><th scope=\"row\"><span class=\"badge {severity}\">{severity} {}</span> ",
        worst.score.value
    )?;
    let title = escaped(&rule.text.title);
    if by_type {
        let all = count(groups.len() as u64, "secret");
        write!(out, "<a href=\"#r-{}\">{title}</a> {all}</th>", escaped(rule.id()))?;
    } else {
        let shown = escaped(&report.shown_secret(worst));
        write!(out, "<a href=\"#s-{}\">{title}</a> <code>{shown}</code></th>", escaped(&worst.id))?;
    }
    if let Some(time) = time {
        write!(out, "<td>{}</td>", time.line(groups, severity))?;
    }
    let mut cells: Vec<Option<Cell<'_>>> = vec![None; columns.names.len()];
    for group in groups {
        let mut counted = BTreeSet::new();
        for finding in &group.occurrences {
            let position = columns.position(&place::path(finding));
            let seen = Cell {
                present: place::is_present(finding),
                since: place::day(finding),
                secrets: usize::from(counted.insert(position)),
            };
            let cell = &mut cells[position];
            *cell = Some(cell.map_or(seen, |cell| cell.with(seen)));
        }
    }
    for cell in cells {
        let Some(cell) = cell else {
            write!(out, "<td></td>")?;
            continue;
        };
        let state = if cell.present { "here" } else { "gone" };
        let text = match cell.since.and_then(|day| day.get(..7)) {
            _ if by_type => cell.secrets.to_string(),
            Some(month) => month.to_owned(),
            None => state.to_owned(),
        };
        write!(out, "<td><span class=\"chip {state} {severity}\">{text}</span></td>")?;
    }
    writeln!(out, "</tr>")
}

/// Secrets of a row in a column.
#[derive(Debug, Clone, Copy)]
struct Cell<'a> {
    present: bool,
    since: Option<&'a str>,
    secrets: usize,
}

impl<'a> Cell<'a> {
    fn with(self, other: Self) -> Self {
        let since = match (self.since, other.since) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let secrets = self.secrets + other.secrets;
        Self { present: self.present || other.present, since, secrets }
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
        let depths = paths.iter().map(|path| path.split('/').count());
        let deepest = depths.max().unwrap_or(1).min(DEEPEST);
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

    /// A row's bar, with a mark for each time that a secret came to a place.
    fn line(&self, groups: &[&SecretGroup], severity: &str) -> String {
        let mut times: Vec<i64> = groups.iter().flat_map(|group| seconds(group)).collect();
        times.sort_unstable();
        times.dedup();
        let Some(first) = times.first().copied() else {
            return "<span class=\"quiet\">not committed</span>".to_owned();
        };
        let first_day = groups.iter().filter_map(|group| place::first_day(group)).min();
        let first_day = first_day.unwrap_or_default();
        let x = self.x(first);
        let mut places = groups.iter().flat_map(|group| &group.occurrences);
        let past = if places.any(place::is_present) { "" } else { " past" };
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
