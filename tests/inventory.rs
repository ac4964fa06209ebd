//! `sprawl inventory`: who owns which machine identity, and what has changed.

use serde_json::Value;

use crate::common::{Run, minted, run, scratch, write};
use crate::company;
use crate::git::Repo;

/// Reports the history of a repository into a file beside it.
fn report(repo: &Repo, name: &str) -> String {
    let made = run(&repo.root, &["scan", "--history", "-f", "json"]);
    assert!(made.status <= 1, "{}", made.stderr);
    let file = repo.root.join(".git").join(name);
    std::fs::write(&file, made.stdout).unwrap();
    file.to_str().unwrap().to_owned()
}

fn inventory(repo: &Repo, arguments: &[&str]) -> Run {
    run(&repo.root, &[&["inventory"], arguments].concat())
}

fn rows(repo: &Repo, arguments: &[&str]) -> Value {
    let made = inventory(repo, &[arguments, &["-f", "json"]].concat());
    assert_eq!(made.status, 0, "{}", made.stderr);
    serde_json::from_str(&made.stdout).unwrap()
}

#[test]
fn rows_say_what_is_asked_of_every_identity() {
    let repo = Repo::new();
    let (owned, alone) = (minted("github-pat-classic", 1), minted("stripe-secret-live", 2));
    repo.write("CODEOWNERS", "/deploy/ @ops\n");
    repo.write("deploy/prod.env", format!("GITHUB_TOKEN={owned}\n"));
    repo.write("src/pay.py", format!("stripe_key = \"{alone}\"\n"));
    repo.write("deploy/package.json", "{\"name\": \"publisher\"}\n");
    repo.write("deploy/publish.js", "publish(process.env.GITHUB_TOKEN);\n");
    repo.commit("one");
    let file = report(&repo, "one.json");
    let json = rows(&repo, &[&file]);
    let all = json["identities"].as_array().unwrap();
    assert_eq!(all.len(), 2, "{json:#}");
    assert_eq!(all[0]["owner"], Value::Null, "without an owner comes first");
    assert_eq!(all[0]["ask"][0], "Ada Author <ada@example.invalid>");
    assert!(all[0]["breaks"].to_string().contains("has no owner"));
    assert_eq!((&all[1]["owner"], &all[1]["owner_source"]), (&"@ops".into(), &"codeowners".into()));
    assert_eq!(
        (&all[1]["purpose"], &all[1]["purpose_source"]),
        (&"GITHUB_TOKEN".into(), &"name".into())
    );
    assert_eq!(all[1]["environments"][0], "production");
    assert_eq!(all[1]["read_by"], serde_json::json!(["publisher (1 place)"]));
    assert_eq!(all[1]["first_seen"], "2023-11-14");

    repo.write(
        ".sprawl/identities.toml",
        "version = 1\n\n[[identity]]\nprovider = \"Stripe\"\nowner = \"@payments\"\npurpose = \"Refunds\"\n\
         environments = [\"production\"]\nrotation = \"90d\"\nrotated = 2024-01-31\n\n[[identity]]\n\
         rule = \"slack-bot-token\"\nowner = \"@chat\"\n",
    );
    let made = inventory(&repo, &[&file]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    assert!(made.stderr.contains("identities.toml: line 11: matches no secret"), "{}", made.stderr);
    for part in [
        "2 machine identities: 0 without an owner, 1 against policy",
        "owner  @payments (by identities.toml)",
        "purpose  Refunds (by identities.toml)",
        "rotated 2024-01-31 (every 90d)",
        "overdue (every 90d)",
    ] {
        assert!(made.stdout.contains(part), "{part}\n{}", made.stdout);
    }
    for format in ["text", "csv", "json", "html"] {
        let made = inventory(&repo, &[&file, "-f", format]);
        assert_eq!(made.status, 0);
        assert!(!made.stdout.contains(&owned) && !made.stdout.contains(&alone));
        assert_eq!(made.stdout, inventory(&repo, &[&file, "-f", format]).stdout);
    }
    write(
        &repo.root,
        ".sprawl/identities.toml",
        "version = 1\n[[identity]]\nrule = \"a\"\nrotation = \"x\"\n",
    );
    let wrong = inventory(&repo, &[&file]);
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.stderr.contains(".sprawl/identities.toml: line 2: rotation:"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn what_has_changed_is_named() {
    let repo = Repo::new();
    let (moved, gone, old, new) = (
        minted("github-pat-classic", 1),
        minted("github-pat-classic", 2),
        minted("github-pat-classic", 3),
        minted("github-pat-classic", 4),
    );
    let later = minted("slack-bot-token", 5);
    repo.write("CODEOWNERS", "* @one\n");
    repo.write("dev/a.env", format!("GITHUB_TOKEN={moved}\n"));
    repo.write("dev/b.env", format!("B_TOKEN={gone}\n"));
    repo.write("dev/c.env", format!("C_TOKEN={old}\n"));
    repo.commit("one");
    let before = report(&repo, "before.json");
    repo.write("CODEOWNERS", "* @one\n/dev/ @two\n/prod/ @two\n");
    repo.write("prod/a.env", format!("GITHUB_TOKEN={moved}\n"));
    repo.write("dev/b.env", "B_TOKEN=\n");
    repo.write("dev/c.env", format!("C_TOKEN={new}\n"));
    repo.write("dev/d.env", format!("SLACK_TOKEN={later}\n"));
    repo.commit("two");
    let after = report(&repo, "after.json");
    let kinds = |json: &Value| -> Vec<String> {
        let drift = json["drift"].as_array().unwrap().iter();
        drift.map(|change| change["kind"].as_str().unwrap().to_owned()).collect()
    };
    let json = rows(&repo, &[&after, "--since", &before]);
    let found = kinds(&json);
    for kind in ["moved-to-production", "new", "changed-hands", "rotated", "gone"] {
        assert!(found.iter().any(|one| one == kind), "{kind}: {json:#}");
    }
    assert_eq!(found.iter().filter(|kind| *kind == "new").count(), 1, "{json:#}");
    assert!(kinds(&rows(&repo, &[&after, "--since", &after])).is_empty());
    assert_eq!(rows(&repo, &[&after])["drift"], Value::Null);
    repo.write("dev/b.env", format!("B_TOKEN={gone}\n"));
    repo.commit("three");
    let back = report(&repo, "back.json");
    let json = rows(&repo, &[&back, "--since", &after]);
    assert_eq!(kinds(&json), ["reintroduced"], "{json:#}");
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula() {
    let repo = Repo::new();
    repo.write("a.env", format!("GITHUB_TOKEN={}\n", minted("github-pat-classic", 1)));
    repo.write(
        ".sprawl/identities.toml",
        "version = 1\n[[identity]]\nname = \"GITHUB_TOKEN\"\nowner = \"=HYPERLINK(\\\"x\\\")\"\npurpose = \"a, \\\"b\\\"; c\"\n",
    );
    repo.commit("one");
    let file = report(&repo, "one.json");
    let csv = inventory(&repo, &[&file, "-f", "csv"]).stdout;
    let line = csv.lines().nth(1).unwrap();
    assert!(line.starts_with("\"'=HYPERLINK(\"\"x\"\")\","), "{line}");
    assert!(line.contains(",\"a, \"\"b\"\"; c\","), "{line}");
    let html = inventory(&repo, &[&file, "-f", "html"]).stdout;
    assert!(html.contains("=HYPERLINK(&quot;x&quot;)") && !html.contains("<script"), "{html}");
}

/// Eight repositories at three points in time: what is said to have changed is what was changed, and nothing else.
#[test]
fn a_company_drifts_as_it_was_written() {
    let (_guard, root) = scratch();
    let (_out, out) = scratch();
    let report = |time: u64| -> String {
        company::write_at(&root, time);
        let directories = std::fs::read_dir(&root).unwrap();
        let mut names: Vec<String> =
            directories.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let file = out.join(format!("{time}.json")).to_str().unwrap().to_owned();
        let mut scan = vec!["scan", "--history", "-q", "-o", &file];
        scan.extend(names.iter().map(String::as_str));
        assert_eq!(run(&root, &scan).status, 1);
        file
    };
    let inventory = |report: &str, since: &str| -> Value {
        let made = run(&root, &["inventory", report, "--since", since, "-f", "json"]);
        assert_eq!(made.status, 0, "{}", made.stderr);
        serde_json::from_str(&made.stdout).unwrap()
    };
    let changes = |json: &Value| -> Vec<String> {
        let drift = json["drift"].as_array().unwrap().iter();
        drift.map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    };
    let (one, two, three) = (report(1), report(2), report(3));
    let first = inventory(&one, &one);
    assert_eq!(first["identities"].as_array().unwrap().len(), 60);
    let has_readers = |row: &&Value| !row["read_by"].as_array().unwrap().is_empty();
    let read = first["identities"].as_array().unwrap().iter().filter(has_readers).count();
    assert_eq!(read, 59, "one is read by nobody");
    assert_eq!(changes(&inventory(&two, &one)), ["new", "rotated"]);
    assert_eq!(changes(&inventory(&three, &two)), ["moved-to-production", "rotated", "gone"]);
}
