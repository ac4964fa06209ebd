//! What was not looked into, in every format that has a place for it, and in merged reports.

use crate::common::{Run, run, scratch, write};

/// Containers of kinds that are not opened.
const RAR: &[u8] = b"Rar!\x1a\x07\x01\0abc";
const LOCKED: &[u8] = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5abc";

/// What each format says of five archives and an encrypted one.
const SAID: &[(&str, &[&str])] = &[
    // On a terminal the summary says it.
    ("text", &[]),
    (
        "json",
        &[
            "\"place\": \"one/locked&b.zip\",\n      \"reason\": \"encrypted\"",
            "\"place\": \"two/5.zip\",\n      \"reason\": \"unsupported\"",
        ],
    ),
    (
        "sarif",
        &[
            "\"text\":\"one/locked&b.zip: encrypted KeePass database, not looked into.\"",
            "\"properties\":{\"reason\":\"encrypted\"}",
            "two/5.zip: rar archive, not looked into.",
        ],
    ),
    (
        "markdown",
        &[
            "### Not looked into: 6 places\n",
            "- 1 encrypted KeePass database: `one/locked&b.zip`\n",
            "- 5 rar archives: `one/1.zip`, `one/2.zip`, `one/3.zip` and 2 more\n",
        ],
    ),
    (
        "html",
        &[
            "<a href=\"#unread\">Not looked into: 6 places</a>",
            "<li>1 encrypted KeePass database: <code>one/locked&amp;b.zip</code></li>",
            "<li>5 rar archives: <code>one/1.zip</code>",
        ],
    ),
    (
        "junit",
        &[
            "tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"2\"",
            "name=\"no secrets found\"",
            "<skipped message=\"1 encrypted KeePass database: one/locked&amp;b.zip\"/>",
            "<skipped message=\"5 rar archives: one/1.zip, one/2.zip, one/3.zip and 2 more\"/>",
        ],
    ),
    (
        "gitlab",
        &[
            "\"value\":\"not looked into: 1 encrypted KeePass database: one/locked&b.zip\"",
            "\"value\":\"not looked into: 5 rar archives: one/1.zip, one/2.zip, one/3.zip and 2 more\"",
            "\"status\":\"success\"",
        ],
    ),
    (
        "github",
        &[
            "::warning title=sprawl%3A not looked into::1 encrypted KeePass database: one/locked&b.zip\n",
            "::warning title=sprawl%3A not looked into::5 rar archives: one/1.zip,",
        ],
    ),
];

fn check(format: &str, said: &[&str], run: &Run) {
    for text in said {
        assert!(run.stdout.contains(text), "{format}: no `{text}` in {}", run.stdout);
    }
    let summary = "sprawl: not looked into: 1 encrypted KeePass database, 5 rar archives";
    assert!(run.stderr.contains(summary), "{format}: {}", run.stderr);
}

#[test]
fn every_format_names_what_was_not_looked_into() {
    let (_guard, root) = scratch();
    write(&root, "one/a.txt", "nothing\n");
    write(&root, "one/locked&b.zip", LOCKED);
    for number in 1..6 {
        let part = if number < 4 { "one" } else { "two" };
        write(&root, &format!("{part}/{number}.zip"), RAR);
    }
    for part in ["one", "two"] {
        run(&root, &["scan", part, "-o", &format!("{part}.json")]);
    }
    for (format, said) in SAID {
        check(format, said, &run(&root, &["scan", "one", "two", "-f", format]));
        check(format, said, &run(&root, &["merge", "two.json", "one.json", "-f", format]));
    }
    // Their lines are occurrences, and nothing else.
    for (format, lines) in [("jsonl", 0), ("csv", 1)] {
        let found = run(&root, &["scan", "one", "two", "-f", format]);
        assert_eq!(found.stdout.lines().count(), lines, "{format}");
        check(format, &[], &found);
    }
}

#[test]
fn a_report_that_is_read_back_brings_no_markup_of_its_own() {
    let (_guard, root) = scratch();
    write(&root, "1.zip", RAR);
    run(&root, &["scan", ".", "-o", "r.json"]);
    let report = std::fs::read_to_string(root.join("r.json")).unwrap();
    let hostile = report.replace("rar archive", "<b>[x](javascript:y)</b> @team");
    assert_ne!(report, hostile);
    std::fs::write(root.join("r.json"), hostile).unwrap();
    for (format, markup) in [("markdown", ["<b>", "[x]"]), ("html", ["<b>", "</b>"])] {
        let written = run(&root, &["merge", "r.json", "-f", format]).stdout;
        assert!(written.contains("javascript:y"), "{format}: {written}");
        for one in markup {
            assert!(
                !written.replace("\\<", "").replace("\\[", "").contains(one),
                "{format}: {written}"
            );
        }
    }
}
