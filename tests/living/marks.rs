//! Marks in the scanned text: what they cover, and that all of it is said.

use jiff::ToSpan as _;

use crate::common::{Run, minted, run, scratch, write};
use crate::living::{git, lines, open};

const RULE: &str = "github-pat-classic";

fn scan(root: &std::path::Path, more: &[&str]) -> Run {
    run(root, &[&["scan", "-f", "jsonl"], more].concat())
}

fn day(from_today: i64) -> String {
    jiff::Zoned::now().date().saturating_add(from_today.days()).to_string()
}

#[test]
fn a_mark_covers_one_secret_on_one_line_and_is_counted() {
    let (_guard, root) = scratch();
    let [a, b, c] = [1, 2, 3].map(|seed| minted(RULE, seed));
    write(&root, "a.env", format!("A={a} # gitleaks:allow\nB={b}\n"));
    let found = scan(&root, &[]);
    assert_eq!((found.status, open(&found)), (1, vec!["a.env:2".to_owned()]));
    assert!(found.stderr.contains("suppressed: 1 by `gitleaks:allow`"), "{}", found.stderr);
    let covered = &lines(&found)[1];
    assert_eq!(covered["covered"], true);
    assert_eq!(covered["suppression"]["kind"], "inSource");
    // Two secrets on the line, one mark.
    write(&root, "a.env", format!("A={a} B={c} # gitleaks:allow\n"));
    let found = scan(&root, &[]);
    assert_eq!(open(&found).len(), 1, "{}", found.stdout);
    assert!(found.stdout.contains("covers another secret"), "{}", found.stdout);
    // One secret twice on the line is one secret.
    write(&root, "a.env", format!("A={a} B={a} # gitleaks:allow\n"));
    assert_eq!(scan(&root, &[]).status, 0);
}

#[test]
fn ours_names_its_rule() {
    let (_guard, root) = scratch();
    let secret = minted(RULE, 1);
    write(&root, "a.env", format!("A={secret} # sprawl:allow {RULE} reason=\"long dead\"\n"));
    let found = scan(&root, &[]);
    assert_eq!(found.status, 0, "{}", found.stdout);
    assert_eq!(lines(&found)[0]["suppression"]["justification"], "long dead");
    write(&root, "a.env", format!("A={secret} # sprawl:allow npm-token\n"));
    assert_eq!(scan(&root, &[]).status, 1);
    write(&root, "a.env", format!("A={secret} # sprawl:allow {RULE}s\n"));
    assert!(scan(&root, &[]).stdout.contains("names no known rule"));
    write(&root, "a.env", format!("A={secret} # sprawl:allow\n"));
    let found = scan(&root, &[]);
    assert_eq!(found.status, 1);
    assert!(found.stdout.contains("names no rule"), "{}", found.stdout);
    write(&root, "a.env", format!("# sprawl:allow-next-line {RULE}\nA={secret}\nB={secret}\n"));
    assert_eq!(open(&scan(&root, &[])), ["a.env:3"]);
}

#[test]
fn ours_ends() {
    let (_guard, root) = scratch();
    let secret = minted(RULE, 1);
    let with = |until: &str| {
        let mark = format!("sprawl:allow {RULE} until={until} owner=@team");
        write(&root, "a.env", format!("A={secret} # {mark}\n"));
        run(&root, &["scan"])
    };
    assert_eq!(with(&day(2)).status, 0);
    let over = with(&day(-2));
    assert_eq!(over.status, 1);
    assert!(over.stdout.contains("of @team ended on"), "{}", over.stdout);
    let long = with(&day(400));
    assert_eq!(long.status, 1);
    assert!(long.stdout.contains("the policy allows 180"), "{}", long.stdout);
    write(&root, "sprawl.toml", "[policy]\nmark-needs = ['reason']\n");
    let lacking = with(&day(2));
    assert_eq!(lacking.status, 1);
    assert!(lacking.stdout.contains("has no reason="), "{}", lacking.stdout);
}

#[test]
fn policy_and_isolated_switch_them_off() {
    let (_guard, root) = scratch();
    let [a, b] = [1, 2].map(|seed| minted(RULE, seed));
    let text = format!("A={a} # ggignore\nB={b} # sprawl:allow {RULE}\n");
    write(&root, "a.env", text);
    assert_eq!(scan(&root, &[]).status, 0);
    let isolated = scan(&root, &["--isolated"]);
    assert_eq!((isolated.status, open(&isolated).len()), (1, 2));
    write(&root, "sprawl.toml", "[policy]\nmarks = 'own'\n");
    assert_eq!(open(&scan(&root, &[])), ["a.env:1"]);
    write(&root, "sprawl.toml", "[policy]\nmarks = 'none'\n");
    assert_eq!(open(&scan(&root, &[])).len(), 2);
}

#[test]
fn staged_and_history_obey_them_too() {
    let (_guard, root) = scratch();
    git(&root, &["init", "-q"]);
    let secret = minted(RULE, 1);
    write(&root, "a.env", format!("A={secret}\n"));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "one"]);
    write(&root, "a.env", format!("A={secret} # sprawl:allow {RULE}\n"));
    write(&root, "b.env", format!("B={} # trufflehog:ignore\n", minted(RULE, 2)));
    git(&root, &["add", "-A"]);
    let staged = scan(&root, &["--staged"]);
    assert_eq!((staged.status, open(&staged).len()), (0, 0), "{}", staged.stdout);
    assert!(staged.stderr.contains("1 by `trufflehog:ignore`"), "{}", staged.stderr);
    git(&root, &["commit", "-qm", "two"]);
    // The mark of today speaks of the versions before it was written.
    let history = scan(&root, &["--history"]);
    assert_eq!((history.status, open(&history).len()), (0, 0), "{}", history.stdout);
    let isolated = scan(&root, &["--history", "--isolated"]);
    assert_eq!(isolated.status, 1);
}

#[test]
fn sarif_and_json_carry_them() {
    let (_guard, root) = scratch();
    write(&root, "a.env", format!("A={} # kingfisher:ignore\n", minted(RULE, 1)));
    let sarif = run(&root, &["scan", "-f", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["kind"], "inSource");
    assert_eq!(result["suppressions"][0]["justification"], "marked `kingfisher:ignore`");
    let json = run(&root, &["scan", "-f", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["secrets"], serde_json::json!([]));
    assert_eq!(json["covered"][0]["occurrences"][0]["suppression"]["by"], "kingfisher:ignore");
    assert_eq!(json["summary"]["standings"]["marked"]["kingfisher:ignore"], 1);
}
