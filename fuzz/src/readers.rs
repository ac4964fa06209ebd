//! Those who read reports: terminals and build servers line by line, parsers of JSON, browsers,
//! spreadsheets and Markdown. None of them may find anything but names in the place of names.

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;
use sprawl::group::SecretGroup;
use sprawl::report::text::TextOptions;
use sprawl::report::{Format, Report, markdown};
use sprawl_detect::text::is_hidden;

use crate::strangers::STAGE;

/// A report as it is written.
pub fn written(format: Format, report: &Report<'_>) -> String {
    let mut bytes = Vec::new();
    format.write(report, &TextOptions::default(), &mut bytes).expect("memory can be written to");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// What holds for every text of ours, whoever reads it.
pub fn check_text(what: &str, text: &str) {
    let small = text.to_lowercase();
    for form in STAGE.forms() {
        assert!(!small.contains(&form), "{what} shows a secret:\n{text}");
    }
    check_lines(what, text);
}

/// No line speaks to a terminal or a build server.
pub fn check_lines(what: &str, text: &str) {
    for line in text.split('\n') {
        check_line(what, line);
    }
}

fn check_line(what: &str, line: &str) {
    let line = if what == "csv" { line.strip_suffix('\r').unwrap_or(line) } else { line };
    let hidden = line.chars().find(|c| is_hidden(*c));
    assert!(hidden.is_none(), "{what} has {hidden:?} in {line}");
    let own = ["::error ", "::warning ", "::notice "].iter().find_map(|own| line.strip_prefix(own));
    let line = match (what, own) {
        ("github", Some(rest)) => rest,
        // Headings.
        ("markdown", _) => line.trim_start_matches('#'),
        _ => line,
    };
    for command in ["##", "section_start:", "section_end:", "travis_fold:", "travis_time:"] {
        assert!(!line.contains(command), "{what} says {command} in {line}");
    }
    for command in ["::", "---", "+++", "~~~", "^^^"] {
        assert!(!line.trim_start().starts_with(command), "{what} says {command} in {line}");
    }
}

/// What holds for a format: it is one, and says no more than it would with other names.
pub fn check_format(format: Format, report: &Report<'_>, text: &str) {
    check_text(&format.name(), text);
    let groups = || report.groups.iter().chain(&report.covered);
    let of = |group: &SecretGroup| group.occurrences.len();
    let places: usize = groups().chain(&report.parts).map(of).sum();
    let open = report.groups.iter().flat_map(|group| &group.occurrences);
    let open = open.filter(|finding| finding.decision.is_open()).count();
    match format {
        Format::Json | Format::Sarif | Format::Gitlab => {
            let _: Value = serde_json::from_str(text).expect("a document of JSON");
        }
        Format::Jsonl => {
            assert_eq!(text.lines().count(), places);
            for line in text.lines() {
                let _: Value = serde_json::from_str(line).expect("a line of JSON");
            }
        }
        Format::Github => assert_eq!(text.lines().count(), open + report.problems.len()),
        Format::Csv => check_csv(text, places),
        Format::Markdown => {
            check_markdown(text);
            check_markdown(&markdown::within(report, 1 << 20));
        }
        Format::Junit => assert!(!text.contains("]]>") && !text.contains("<![")),
        Format::Text | Format::Html | Format::Hook => {}
    }
}

/// What ends and begins elements and attributes is there as often as with names that have none of it.
pub fn check_markup(format: Format, text: &str, tame: &str) {
    let marks: &[char] =
        if format == Format::Html { &['<', '>', '"', '\''] } else { &['<', '>', '"'] };
    for mark in marks {
        let count = |text: &str| text.matches(*mark).count();
        assert_eq!(count(text), count(tame), "{mark} in {text}\ninstead of\n{tame}");
    }
}

/// Nothing is markup but what stands in our own words: headings, tables, lists, code.
pub fn check_markdown(text: &str) {
    check_text("markdown", text);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(text, options) {
        let is_foreign = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::FootnoteReference(_)
                | Event::Start(
                    Tag::Link { .. }
                        | Tag::Image { .. }
                        | Tag::HtmlBlock
                        | Tag::CodeBlock(_)
                        | Tag::Emphasis
                        | Tag::Strikethrough
                        | Tag::FootnoteDefinition(_)
                )
        );
        assert!(!is_foreign, "{event:?} in\n{text}");
    }
}

/// Rows of as many cells as the first, none of which a spreadsheet evaluates.
fn check_csv(text: &str, places: usize) {
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut rest = text.strip_suffix("\r\n").expect("rows end").chars().peekable();
    while let Some(c) = rest.next() {
        let row = rows.last_mut().expect("there is one");
        let cell = row.last_mut().expect("there is one");
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted && rest.next_if_eq(&'\n').is_some() => rows.push(vec![String::new()]),
            c => cell.push(c),
        }
    }
    assert!(!quoted && rows.len() == places + 1, "{text}");
    for row in &rows {
        assert_eq!(row.len(), rows[0].len(), "{text}");
        for cell in row {
            let sign = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
            assert!(!sign, "{cell}");
        }
    }
}
