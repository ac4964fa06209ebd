//! Patches: edits of a text as a unified diff, as `git apply` and `patch` take it.

use std::fmt::Write as _;
use std::ops::Range;

use super::edit::{Edit, applied};

/// Lines around a change that a patch shows.
const CONTEXT: usize = 3;

/// Lines that change into other lines.
struct Change<'t> {
    /// Number of the first line, from 0.
    start: usize,
    old: Vec<&'t str>,
    new: Vec<String>,
}

/// The edits of a text, which are in order, as a patch of a file; `line` is given every line of the text before
/// it is written.
pub(super) fn unified(
    path: &str,
    text: &str,
    edits: &[Edit],
    line: &dyn Fn(&str) -> String,
) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let changes = changes(text, &lines, edits);
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    let mut shift = 0_isize;
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        let count = 1 + rest
            .windows(2)
            .take_while(|pair| pair[1].start <= pair[0].start + pair[0].old.len() + 2 * CONTEXT)
            .count();
        let (hunk, others) = rest.split_at(count);
        rest = others;
        let start = first.start.saturating_sub(CONTEXT);
        let last = &hunk[hunk.len() - 1];
        let end = (last.start + last.old.len() + CONTEXT).min(lines.len());
        let mut body = String::new();
        let mut at = start;
        let (mut old, mut new) = (0, 0);
        let mut put = |sign: char, text: &str| {
            let (content, has_end) = match text.strip_suffix('\n') {
                Some(content) => (content, true),
                None => (text, false),
            };
            let _ = writeln!(body, "{sign}{}", line(content));
            if !has_end {
                body.push_str("\\ No newline at end of file\n");
            }
            old += usize::from(sign != '+');
            new += usize::from(sign != '-');
        };
        for change in hunk {
            lines[at..change.start].iter().for_each(|text| put(' ', text));
            change.old.iter().for_each(|text| put('-', text));
            change.new.iter().for_each(|text| put('+', text));
            at = change.start + change.old.len();
        }
        lines[at..end].iter().for_each(|text| put(' ', text));
        // Of no lines, the number of the line before them.
        let first_old = if old == 0 { start } else { start + 1 };
        let first_new = (start + usize::from(new > 0)).saturating_add_signed(shift);
        let _ = write!(out, "@@ -{first_old},{old} +{first_new},{new} @@\n{body}");
        shift += new as isize - old as isize;
    }
    out
}

fn changes<'t>(text: &'t str, lines: &[&'t str], edits: &[Edit]) -> Vec<Change<'t>> {
    let mut starts = vec![0];
    starts.extend(lines.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let line_of =
        |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1).min(lines.len());
    let mut changes = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let from = line_of(first.range.start);
        // The line behind an edit that ends at a line end may be joined to it; if not, it is the same as before.
        let mut to = line_of(first.range.end);
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| line_of(next.range.start) <= to + 1) {
            to = to.max(line_of(next.range.end));
            count += 1;
        }
        let (block, others) = rest.split_at(count);
        rest = others;
        let end = starts.get(to + 1).copied().unwrap_or(text.len());
        let within = starts[from.min(lines.len())]..end;
        let moved: Vec<Edit> = block.iter().map(|edit| shifted(edit, &within)).collect();
        let new = applied(&text[within], &moved);
        let mut old: Vec<&str> = lines[from.min(lines.len())..(to + 1).min(lines.len())].to_vec();
        let mut new: Vec<String> = new.split_inclusive('\n').map(str::to_owned).collect();
        while old.last().is_some_and(|line| new.last().is_some_and(|other| other == line)) {
            old.pop();
            new.pop();
        }
        let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        old.drain(..same);
        new.drain(..same);
        if !old.is_empty() || !new.is_empty() {
            changes.push(Change { start: from + same, old, new });
        }
    }
    changes
}

fn shifted(edit: &Edit, within: &Range<usize>) -> Edit {
    let range = edit.range.start - within.start..edit.range.end - within.start;
    Edit::new(range, edit.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, edits: &[Edit]) -> String {
        unified("f", text, edits, &str::to_owned)
    }

    #[test]
    fn changes_close_together_are_one_hunk() {
        let text: String = (1..=20).map(|number| format!("{number}\n")).collect();
        let at = |what: &str| text.find(what).unwrap();
        let edits = [
            Edit::new(0..0, "0\n"),
            Edit::new(at("\n3\n") + 1..at("\n3\n") + 2, "three"),
            Edit::new(at("18")..at("18") + 3, ""),
        ];
        let expected = "--- a/f\n+++ b/f\n@@ -1,6 +1,7 @@\n+0\n 1\n 2\n-3\n+three\n 4\n 5\n 6\n\
                        @@ -15,6 +16,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n";
        assert_eq!(of(&text, &edits), expected);
    }

    #[test]
    fn an_edit_over_a_line_end_joins_lines() {
        let expected = "--- a/f\n+++ b/f\n@@ -1,4 +1,3 @@\n a\n-b\n-c\n+xc\n d\n";
        assert_eq!(of("a\nb\nc\nd\n", &[Edit::new(2..4, "x")]), expected);
        let expected = "--- a/f\n+++ b/f\n@@ -1,3 +1,2 @@\n a\n-b\n c\n";
        assert_eq!(of("a\nb\nc\n", &[Edit::new(2..4, "")]), expected);
        assert_eq!(of("b\n", &[Edit::new(0..2, "")]), "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-b\n");
    }

    #[test]
    fn the_end_of_a_text_without_a_line_end_is_said() {
        assert_eq!(
            of("a\nb", &[Edit::new(2..3, "c")]),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(
            of("a\n", &[Edit::new(2..2, "b\n")]),
            "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n a\n+b\n"
        );
    }
}
