//! The report that people read on a terminal.

use std::path::Path;

use sprawl_detect::rules::Rules;

use crate::common::{examples, finished, minted, run, scratch, sprawl, write};

/// A scan's report on so many columns.
fn on_columns(root: &Path, columns: usize, arguments: &[&str]) -> String {
    let arguments = [&["scan", ".", "--isolated"], arguments].concat();
    let mut command = sprawl(root);
    finished(command.args(arguments).env("COLUMNS", columns.to_string()).output().unwrap()).stdout
}

/// A tree with what lines may have: several secrets, tabs, wide letters, escape sequences, no end.
fn tree_of_lines() -> (tempfile::TempDir, std::path::PathBuf) {
    let (guard, root) = scratch();
    let (token, other) = (minted("github-pat-classic", 1), minted("npm-token", 2));
    let third = minted("github-pat-classic", 3);
    let far = "\"a\":1,".repeat(60);
    write(&root, "deploy/prod.env", format!("# settings\n\texport DEPLOY_TOKEN={token}\n"));
    write(&root, "notes.txt", format!("{token}\n"));
    write(&root, "src/b.yml", format!("a: {token} b: {other}\n"));
    write(&root, "src/min.js", format!("{{{far}\"apiKey\":\"{third}\",{far}}}"));
    let colours =
        format!("\u{1b}[31m\u{30c8}\u{30fc}\u{30af}\u{30f3}={}\u{1b}[0m\n", minted("npm-token", 4));
    write(&root, "ci.log", colours);
    (guard, root)
}

/// A report with names of the same length in the place of what another day, or another form of a token, would
/// change: days, ids, and the last letters of secrets.
fn readable(report: &str, ids: &[String]) -> String {
    let mut is_day = false;
    let words = report.split_inclusive(' ').map(|word| {
        let shown = if is_day { "2027-01-31 " } else { word };
        is_day = word == "--until ";
        shown
    });
    let mut text: String = words.collect();
    for (id, number) in ids.iter().zip(1..) {
        text = text.replace(id, &format!("SECRET-{number}xxxxxxxxxxxx"));
        text = text.replace(&id[..8], &format!("SECRET-{number}"));
    }
    let mut pieces = text.split("****");
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let has_tail = piece.bytes().take_while(u8::is_ascii_alphanumeric).count() >= 4;
        shown.push_str(if has_tail { "****TAIL" } else { "****" });
        shown.push_str(&piece[if has_tail { 4 } else { 0 }..]);
    }
    shown
}

/// The ids of the secrets of a tree, the worst first.
fn ids(root: &Path) -> Vec<String> {
    let json = run(root, &["scan", ".", "--isolated", "-f", "json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let secrets = report["secrets"].as_array().unwrap().iter();
    secrets.map(|secret| secret["secret_id"].as_str().unwrap().to_owned()).collect()
}

/// Set `SPRAWL_UPDATE_SNAPSHOTS` to write them anew, and look at them.
#[test]
fn the_report_is_what_it_was() {
    let (_guard, root) = tree_of_lines();
    let ids = ids(&root);
    for (name, columns, arguments) in [
        ("80.txt", 80, &[][..]),
        ("120.txt", 120, &[]),
        ("200.txt", 200, &[]),
        ("80-verbose.txt", 80, &["-v"]),
        ("80-by-file.txt", 80, &["--group-by", "file", "--max-findings", "2"]),
        ("80-statistics.txt", 80, &["--statistics"]),
    ] {
        let shown = readable(&on_columns(&root, columns, arguments), &ids);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/text").join(name);
        if std::env::var_os("SPRAWL_UPDATE_SNAPSHOTS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn lines_fit_the_terminal() {
    let (_guard, root) = tree_of_lines();
    for columns in [40, 60, 80, 120, 200] {
        for arguments in [&[][..], &["-v"], &["--group-by", "rule"], &["--statistics"]] {
            for line in on_columns(&root, columns, arguments).lines() {
                // A place, a command or an address is one word to whoever copies it.
                let is_whole = !line.trim().contains(' ')
                    || line.contains("sprawl")
                    || line.contains(".js:")
                    || line.contains("https://");
                assert!(unicode_width(line) <= columns || is_whole, "{columns}: {line}");
            }
        }
    }
}

/// Columns of a line; all wide letters of these tests are kana.
fn unicode_width(line: &str) -> usize {
    line.chars().map(|c| if ('\u{3040}'..='\u{30ff}').contains(&c) { 2 } else { 1 }).sum()
}

#[test]
fn signs_stand_below_the_secret() {
    let (_guard, root) = tree_of_lines();
    let mut seen = 0;
    for columns in [40, 80, 120, 200] {
        let report = on_columns(&root, columns, &[]);
        let lines: Vec<&str> = report.lines().collect();
        for two in lines.windows(2).filter(|two| two[1].contains('^')) {
            let start = two[1].find('^').unwrap();
            let length = two[1].matches('^').count();
            let mut column = 0;
            let below: String = two[0]
                .chars()
                .filter(|c| {
                    let at = column;
                    column += unicode_width(&c.to_string());
                    (start..start + length).contains(&at)
                })
                .collect();
            assert!(below.contains("****"), "`{below}` of\n{}\n{}", two[0], two[1]);
            assert!(
                below.starts_with("ghp_") || below.starts_with("npm_") || below.starts_with("sk_")
            );
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen}");
}

/// A line may hold several secrets, and the same one may stand elsewhere on it, also where it is encoded.
#[test]
fn lines_show_no_secret() {
    let rules = Rules::builtin();
    let (_guard, root) = scratch();
    let lines: Vec<String> = examples(&rules, 5)
        .into_iter()
        .filter_map(|(_, text, _)| String::from_utf8(text).ok())
        .filter(|text| !text.contains('\n'))
        .step_by(2)
        .collect();
    let all: String = lines.chunks(3).map(|some| some.join(" ; ") + "\n").collect();
    write(&root, "all.txt", &all);
    let token = minted("github-pat-classic", 9);
    let encoded = data_encoding::BASE64.encode(format!("token = {token} in a text").as_bytes());
    write(&root, "twice.txt", format!("T={token} again {token} and {encoded}\n"));
    let weak = ["scan", ".", "--isolated", "--min-confidence", "weak", "--include-placeholders"];
    let clear = run(&root, &[&weak[..], &["-f", "jsonl", "--show-secrets"]].concat()).stdout;
    let mut secrets: Vec<String> = clear
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        // Shorter ones are words that stand elsewhere, too.
        .filter_map(|found| Some(found["secret"].as_str()?.to_owned()))
        .filter(|secret| secret.len() >= 10)
        .collect();
    secrets.extend([token, encoded]);
    assert!(secrets.len() > 200, "{}", secrets.len());
    for arguments in [&[][..], &["-v", "--min-confidence", "weak", "--include-placeholders"]] {
        let report = on_columns(&root, 400, arguments);
        assert!(report.lines().count() > 300);
        let shown: Vec<&String> =
            secrets.iter().filter(|secret| report.contains(*secret)).collect();
        assert!(shown.is_empty(), "{shown:?}");
    }
}

#[test]
fn colours_are_there_when_they_are_wanted() {
    let (_guard, root) = super::tree();
    let has_colour = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = sprawl(&root);
        command.args([&["scan", "."], arguments].concat()).envs(variables.iter().copied());
        finished(command.output().unwrap()).stdout.contains('\u{1b}')
    };
    assert!(!has_colour(&[], &[]), "there is no terminal");
    assert!(has_colour(&["--color", "always"], &[]));
    assert!(has_colour(&["--color", "always"], &[("NO_COLOR", "1")]), "what is typed goes first");
    assert!(!has_colour(&["--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(has_colour(&[], &[("FORCE_COLOR", "1")]));
    assert!(has_colour(&[], &[("CLICOLOR_FORCE", "1")]));
    for (name, value) in [("FORCE_COLOR", "0"), ("CLICOLOR_FORCE", "0"), ("FORCE_COLOR", "")] {
        assert!(!has_colour(&[], &[(name, value)]), "{name}={value}");
    }
    assert!(!has_colour(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!has_colour(&["-o", "r.txt"], &[("FORCE_COLOR", "1")]));
    assert!(!std::fs::read_to_string(root.join("r.txt")).unwrap().contains('\u{1b}'));
}

#[test]
fn sections_have_what_belongs_together() {
    let (_guard, root) = tree_of_lines();
    write(&root, "CODEOWNERS", "/src/ @web @ops\n");
    let by = |what: &str| on_columns(&root, 120, &["--group-by", what]);
    let files = by("file");
    for file in ["ci.log", "deploy/prod.env", "notes.txt", "src/b.yml", "src/min.js"] {
        assert_eq!(files.lines().filter(|line| *line == file).count(), 1, "{file} in {files}");
    }
    let rules = by("rule");
    assert!(rules.contains("\nnpm access token (npm-token)\n"), "{rules}");
    assert_eq!(
        rules.matches("\nMEDIUM ").count()
            + rules.matches("\nHIGH ").count()
            + rules.matches("\nCRITICAL ").count(),
        4
    );
    let owners = by("owner");
    for owner in ["@web", "@ops", "no owner"] {
        assert_eq!(owners.lines().filter(|line| *line == owner).count(), 1, "{owner} in {owners}");
    }
}

#[test]
fn many_secrets_end_with_a_table_and_few_do_not() {
    let (_guard, root) = scratch();
    let lines = |count: u64| -> String {
        (1..=count).map(|seed| format!("T = {}\n", minted("github-pat-classic", seed))).collect()
    };
    write(&root, "a.env", lines(10));
    let few = on_columns(&root, 80, &[]);
    assert!(!few.contains("by type:") && few.contains("\nNext steps for "), "{few}");
    write(&root, "a.env", lines(60));
    let many = on_columns(&root, 80, &[]);
    assert!(many.contains("\n60 secrets: 60 high\nby type:\n  60  github-pat-classic"), "{many}");
    assert!(many.contains("\nby file:\n  60  a.env\n"));
    assert!(many.lines().count() < 60 * 7 + 20, "{}", many.lines().count());
    let cut = on_columns(&root, 80, &["--max-findings", "3"]);
    assert_eq!(cut.matches("\n  fix: ").count(), 3);
    assert!(cut.contains("\nand 57 more; --max-findings 60 shows them\n"), "{cut}");
    assert!(cut.contains("\n60 secrets: 60 high\n"));
}

#[test]
fn a_clean_scan_is_one_line() {
    let (_guard, root) = scratch();
    write(&root, "a.txt", "nothing\n");
    let clean = run(&root, &["scan", "."]);
    assert_eq!((clean.status, clean.stdout.as_str()), (0, ""));
    assert_eq!(clean.stderr, "sprawl: no secrets found; 1 file scanned, 8 bytes\n");
}

#[test]
fn merged_reports_show_the_same_lines() {
    let (_guard, root) = tree_of_lines();
    let scanned = run(&root, &["scan", ".", "-o", "r.json"]);
    assert_eq!(scanned.status, 1);
    let merged = run(&root, &["merge", "r.json"]).stdout;
    assert_eq!(merged, run(&root, &["scan", "."]).stdout);
    // Reports of earlier versions have none.
    let file = root.join("r.json");
    let mut old: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    for secret in old["secrets"].as_array_mut().unwrap() {
        for place in secret["occurrences"].as_array_mut().unwrap() {
            assert!(place.as_object_mut().unwrap().remove("excerpt").is_some());
        }
    }
    std::fs::write(&file, old.to_string()).unwrap();
    let merged = run(&root, &["merge", "r.json"]).stdout;
    assert!(merged.contains("\n  ghp_****"), "{merged}");
    assert!(!merged.contains('^'));
}

/// What stands in the place of a name may be a secret that no rule knows.
#[test]
fn names_that_look_like_values_are_not_shown() {
    let (_guard, root) = scratch();
    let unknown = "Zk3vN8".repeat(5);
    write(&root, "a.yml", format!("{unknown}: {}\n", minted("github-pat-classic", 1)));
    write(&root, "b.yml", format!("deploy_token_2: {}\n", minted("github-pat-classic", 2)));
    let report = on_columns(&root, 120, &[]);
    assert!(
        report.contains("1 | ****: ghp_****") && report.contains(": deploy_token_2\n"),
        "{report}"
    );
    let json = run(&root, &["scan", ".", "-f", "json"]).stdout;
    assert!(json.contains("\"name\": \"deploy_token_2\""), "{json}");
    assert!(!report.contains(&unknown) && !json.contains(&unknown));
}
