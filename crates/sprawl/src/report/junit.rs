//! JUnit XML: each open place of a secret is a failed test, each covered one a skipped test, and so is each
//! kind of file that was not looked into, so that every build server shows them.
//!
//! Only what the schema of Jenkins' xUnit plugin (`junit-10.xsd`) knows. A scan without findings has
//! one passed test: servers take a report without tests for a broken build.

use std::io::{self, Write};

use super::{Report, place, unread};
use crate::finding::Finding;
use crate::group::SecretGroup;
use sprawl_detect::text::{count, printable};

/// Writes the report. Secrets stay redacted: build servers show it to many.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let groups = || report.groups.iter().chain(&report.covered);
    let places: usize = groups().map(|group| group.occurrences.len()).sum();
    let open: usize = groups().map(|group| place::open(group).count()).sum();
    let unread = unread::kinds(&report.unread);
    let (failures, covered) = (open + report.problems.len(), places - open);
    // One that passed, so that a report of skipped tests alone is not taken for a broken build.
    let passed = usize::from(failures + covered == 0);
    let skipped = covered + unread.len();
    let tests = failures + skipped + passed;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"sprawl\" {counts} time=\"0\">")?;
    writeln!(out, "  <testsuite name=\"sprawl\" {counts} skipped=\"{skipped}\" time=\"0\">")?;
    if passed > 0 {
        writeln!(out, "    <testcase classname=\"sprawl\" name=\"no secrets found\" time=\"0\"/>")?;
    }
    for group in groups() {
        for finding in &group.occurrences {
            secret(report, group, finding, out)?;
        }
    }
    for problem in &report.problems {
        let name = format!("not scanned: {}", problem.place);
        let what = &problem.what;
        failed(&problem.place, &name, "not-scanned", what, std::slice::from_ref(what), out)?;
    }
    for kind in &unread {
        let name = format!("not looked into: {}", kind.what);
        skipped_test("sprawl", &name, &kind.described(str::to_owned), out)?;
    }
    writeln!(out, "  </testsuite>")?;
    writeln!(out, "</testsuites>")
}

fn secret(
    report: &Report<'_>,
    group: &SecretGroup,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = report.rules.get(group.rule);
    let path = place::path(finding);
    let decision = place::decision(finding);
    let location = &finding.location;
    let name = format!("{} at {}:{}", rule.text.title, location.line, location.column);
    if !finding.decision.is_open() {
        return skipped_test(&path, &name, decision.as_deref().unwrap_or_default(), out);
    }
    let severity = group.score.severity().name();
    let message = format!("{severity} {}: {}", group.score.value, group.redacted);
    let mut body = vec![
        place::position(finding),
        format!("impact: {}", rule.text.why),
        format!("score: {}", group.score.because.join("; ")),
        format!("fix: {}", rule.text.fix),
        format!("prefer: {}", rule.text.instead),
        format!("secret {}, rule {}", group.id, rule.id()),
    ];
    body.extend(place::history(finding).map(|history| format!("in {history}")));
    body.extend(decision);
    let others = group.occurrences.len() - 1;
    if others > 0 {
        body.push(format!("the same secret is in {}", count(others as u64, "more place")));
    }
    failed(&path, &name, severity, &message, &body, out)
}

fn skipped_test(class: &str, name: &str, why: &str, out: &mut dyn Write) -> io::Result<()> {
    let (class, name, why) = (escaped(class), escaped(name), escaped(why));
    writeln!(out, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"0\">")?;
    writeln!(out, "      <skipped message=\"{why}\"/>\n    </testcase>")
}

fn failed(
    class: &str,
    name: &str,
    kind: &str,
    message: &str,
    body: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\">",
        escaped(class),
        escaped(name)
    )?;
    writeln!(
        out,
        "      <failure type=\"{}\" message=\"{}\">{}</failure>",
        escaped(kind),
        escaped(message),
        body.iter().map(|line| escaped(line) + "\n").collect::<String>()
    )?;
    writeln!(out, "    </testcase>")
}

/// A line of text as XML 1.0 may hold it, in elements and attributes; characters that it may not hold
/// at all are written out.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut xml = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            c => xml.push(c),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_may_not_hold_is_written_out() {
        assert_eq!(escaped("a<b>&\"\u{1b}\u{0}\n"), "a&lt;b&gt;&amp;&quot;\\u{1b}\\u{0}\\u{a}");
    }
}
