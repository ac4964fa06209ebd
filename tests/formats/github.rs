//! Workflow commands and the step summary.

use super::{broken_tree, tree};
use crate::common::{finished, minted, run, scratch, sprawl, write};

#[test]
fn one_command_for_each_place() {
    let (_guard, root) = tree();
    let report = run(&root, &["scan", ".", "-f", "github"]);
    let lines: Vec<&str> = report.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
    }
    let place = "file=deploy/prod.env,line=2,endLine=2,col=10,endColumn=50,";
    assert!(report.stdout.contains(place), "{}", report.stdout);
    // A comma in a name would begin the next property.
    assert!(report.stdout.contains("file==1+1%2Ca&'b.txt,line=1,"), "{}", report.stdout);
    assert!(report.stdout.contains("; 1 more of the same secret%0AImpact: "));
}

#[test]
fn as_many_commands_as_github_shows() {
    let (_guard, root) = scratch();
    for seed in 1..=14 {
        write(
            &root,
            &format!("{seed}/a.env"),
            format!("T={}\n", minted("github-pat-classic", seed)),
        );
        write(&root, &format!("{seed}/b.env"), format!("T={}\n", minted("github-pat-classic", 1)));
    }
    std::fs::create_dir(root.join("broken")).unwrap();
    write(&root, "broken/.git/HEAD", "this is not a repository\n");
    let text = run(&root, &["scan", ".", "-f", "github"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    let of = |level: &str| lines.iter().filter(|line| line.starts_with(level)).count();
    let levels = ["::error ", "::warning ", "::notice "].map(of);
    assert!(levels.iter().all(|count| *count <= 10), "{text}");
    assert_eq!(levels.iter().sum::<usize>(), lines.len(), "{text}");
    // Each secret once before any twice, and the gap is among them.
    assert_eq!(text.matches("; 14 more of the same secret").count(), 1, "{text}");
    assert!(text.contains("::error title=sprawl%3A not scanned::"), "{text}");
    let last = lines.last().unwrap();
    let shown = lines.len() - 2;
    assert!(last.starts_with("::notice title=sprawl%3A not all annotated::"), "{last}");
    let said: usize = last
        .rsplit("Left out: ")
        .next()
        .unwrap()
        .split_whitespace()
        .filter_map(|word| word.parse::<usize>().ok())
        .sum();
    assert_eq!(said + shown, 28, "{last}");
}

#[test]
fn problems_are_annotations_too() {
    let (_guard, root) = broken_tree();
    let report = run(&root, &["scan", ".", "-f", "github"]);
    assert_eq!(report.status, 3);
    assert!(
        report.stdout.starts_with("::error title=sprawl%3A not scanned::"),
        "{}",
        report.stdout
    );
}

#[test]
fn the_step_summary_is_added_to() {
    let (_guard, root) = tree();
    let summary = root.join("summary.md");
    std::fs::write(&summary, "# before\n").unwrap();
    let scan = |arguments: &[&str]| {
        let mut command = sprawl(&root);
        command.env("GITHUB_STEP_SUMMARY", &summary);
        finished(command.args(arguments).output().unwrap())
    };
    scan(&["scan", "deploy", "-f", "text"]);
    assert_eq!(std::fs::read_to_string(&summary).unwrap(), "# before\n");
    scan(&["scan", "deploy", "-f", "github"]);
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("# before\n## sprawl: 1 secret in 1 place\n"), "{text}");
}

#[test]
fn a_full_step_summary_keeps_its_limit() {
    let (_guard, root) = tree();
    let summary = root.join("summary.md");
    std::fs::write(&summary, "x".repeat((1 << 20) - 600)).unwrap();
    let mut command = sprawl(&root);
    command.env("GITHUB_STEP_SUMMARY", &summary);
    let report = finished(command.args(["scan", ".", "-f", "github"]).output().unwrap());
    assert_eq!(report.status, 1, "{}", report.stderr);
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.len() <= 1 << 20, "{} bytes", text.len());
    assert!(text.contains("\n**Left out:** 2 more secrets ("), "{}", &text[text.len() - 300..]);
}

#[test]
fn a_summary_that_cannot_be_written_is_an_error() {
    let (_guard, root) = tree();
    let mut command = sprawl(&root);
    command.env("GITHUB_STEP_SUMMARY", root.join("no/such/directory/summary.md"));
    let report = finished(command.args(["scan", ".", "-f", "github"]).output().unwrap());
    assert_eq!(report.status, 2);
    assert!(report.stderr.contains("step summary"), "{}", report.stderr);
}
