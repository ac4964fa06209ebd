//! Reports that are kept beside the code: what they show of secrets is none.

use sprawl::report::Format;

use crate::common::{minted, run, scratch, write};

#[test]
fn a_scan_reports_nothing_of_reports() {
    let (_guard, root) = scratch();
    for seed in 0..6 {
        let (token, other) = (minted("github-pat-classic", seed), minted("npm-token", seed));
        write(
            &root,
            &format!("src/{seed}.env"),
            format!("GITHUB_TOKEN={token}\nNPM_TOKEN={other}\n"),
        );
        let password = &minted("datadog-api-key", seed)[..14];
        write(&root, &format!("src/{seed}.yml"), format!("database:\n  password: {password}Q#7\n"));
    }
    for format in Format::ALL.iter().filter(|format| format.name() != "hook") {
        let name = format.name();
        let report = run(&root, &["scan", "src", "--min-confidence", "weak", "-f", name]).stdout;
        assert!(report.contains("secret"), "{name}: {report}");
        write(&root, &format!("reports/report.{name}"), report);
    }
    let found = run(&root, &["scan", "reports", "--min-confidence", "weak", "-f", "jsonl"]);
    assert_eq!((found.status, found.stdout.as_str()), (0, ""), "{}", found.stderr);
}
