//! Secrets that were found and stand elsewhere, too: in paths, authors, addresses, branches, remotes,
//! settings, exceptions and what a hook is told. And fingerprints, which must be no way to try guesses.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use sprawl::report::Format;

use crate::common::{Run, finished, minted, scratch, sprawl, write};
use crate::git::Repo;

fn run_in(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = sprawl(&repo.root);
    repo.set_environment(&mut command);
    finished(command.args(arguments).output().unwrap())
}

/// A password that people would choose.
fn password() -> String {
    ["Regen", "bogen", "-77!", "x"].concat()
}

fn commit_by(repo: &Repo, about: &str, name: &str, mail: &str) {
    repo.git(&["add", "-A"]);
    let message = format!("about {about}");
    let mut commit = repo.command(&["commit", "-q", "-m", &message]);
    commit.env("GIT_AUTHOR_NAME", name).env("GIT_AUTHOR_EMAIL", mail);
    assert!(commit.output().unwrap().status.success());
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// A repository in which two found secrets stand in every place that is not a file's text.
fn repository() -> (Repo, Vec<String>) {
    let (token, word) = (minted("github-pat-classic", 1), password());
    let repo = Repo::new();
    repo.write(&format!("backup-{token}/a.env"), format!("T={token}\n"));
    repo.write(&format!("of {word}/b.env"), format!("db_password = \"{word}\"\n"));
    repo.write(
        &format!("{}/c.env", percent(&word)),
        format!("T={}\n", minted("github-pat-classic", 2)),
    );
    repo.write(
        &format!("{}.env", token.to_uppercase()),
        format!("T={}\n", minted("npm-access-token", 3)),
    );
    repo.write("CODEOWNERS", format!("* @{word}\n"));
    repo.git(&["checkout", "-q", "-b", &format!("b/{token}")]);
    repo.git(&["remote", "add", "origin", &format!("https://git.example.net/{token}/x.git")]);
    repo.write("gone.env", format!("T={}\n", minted("github-pat-classic", 5)));
    commit_by(&repo, &token, &word, &format!("{token}@example.net"));
    // Whoever takes a secret out is named as well, where nobody else has such a name.
    repo.git(&["rm", "-q", "gone.env"]);
    commit_by(&repo, "x", &format!("remover {token}"), &format!("{}@example.net", percent(&word)));
    repo.git(&["tag", "-a", &format!("t-{token}"), "-m", "x"]);
    // And something that cannot be scanned.
    repo.write(&format!("broken-{token}/.git/HEAD"), "this is not a repository\n");
    let forms =
        [token.clone(), word.clone(), percent(&word), token.to_uppercase(), percent(&token)];
    (repo, forms.to_vec())
}

fn check(what: &str, text: &str, forms: &[String]) {
    let small = text.to_lowercase();
    for form in forms {
        assert!(!small.contains(&form.to_lowercase()), "{what} shows {form}: {text}");
    }
}

#[test]
fn a_found_secret_is_shown_nowhere_else() {
    let (repo, forms) = repository();
    for format in Format::ALL {
        for scan in [&["scan", "."][..], &["scan", "--history"]] {
            let name = format.name();
            let done = run_in(&repo, &[scan, &["-f", name]].concat());
            assert!(done.stdout.len() > 200, "{name}: {}", done.stderr);
            check(name, &(done.stdout + &done.stderr), &forms);
        }
    }
}

#[test]
fn decisions_about_such_places_hold_and_do_not_show_them() {
    let (repo, forms) = repository();
    std::fs::remove_dir_all(repo.root.join(format!("broken-{}", forms[0]))).unwrap();
    let done = run_in(&repo, &["baseline"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    check("baseline", &(done.stdout + &done.stderr), &forms);
    let file = std::fs::read_to_string(repo.root.join(".sprawl/baseline.toml")).unwrap();
    check("the file", &file, &forms);
    let again = run_in(&repo, &["scan", ".", "-f", "json"]);
    assert_eq!(again.status, 0, "{}", again.stdout);
    check("the scan", &(again.stdout + &again.stderr), &forms);
}

#[test]
fn what_a_rule_of_the_tree_quotes_is_not_shown() {
    let (_guard, root) = scratch();
    let (token, word) = (minted("github-pat-classic", 1), password());
    write(&root, "a.env", format!("T={token}\ndb_password = \"{word}\"\nX=acmetok_0a1b2c3d4e5f\n"));
    write(&root, "sprawl.toml", "[rules]\nfiles = [\"own.toml\"]\n");
    write(
        &root,
        "own.toml",
        format!(
            "provider = \"Acme {token}\"\ndocs = \"https://acme.example/{token}\"\n[[rule]]\n\
             id = \"acme-token\"\ntitle = \"Acme token, not {word}\"\n\
             pattern = '\\b(?<secret>acmetok_[0-9a-f]{{12}})\\b'\nkeywords = [\"acmetok_\"]\n\
             kind = \"token\"\nauthority = \"single-resource\"\nreach = \"saas\"\n\
             lifetime = \"static\"\nwhy = \"As {word} does.\"\nfix = \"Replace {token}.\"\n\
             instead = \"Not {word}.\"\nexamples = [\"T={{secret}}\"]\ncounter_examples = []\n"
        ),
    );
    for format in Format::ALL {
        let arguments = ["scan", ".", "-f", format.name(), "--min-confidence", "weak"];
        let run = finished(sprawl(&root).args(arguments).output().unwrap());
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert!(run.stdout.len() > 200, "{}", run.stdout);
        check(format.name(), &(run.stdout + &run.stderr), &[token.clone(), word.clone()]);
    }
}

#[test]
fn errors_show_no_token() {
    let token = minted("github-pat-classic", 4);
    let (_guard, root) = scratch();
    for setting in [
        format!("[thresholds]\nfail-on = \"{token}\"\n"),
        format!("[paths]\nexclude = [\"{{{token}\"]\n"),
        format!("extends = [\"{token}.toml\"]\n"),
        format!("{token} = 1\n"),
        format!("[rules]\ndisable = [\"{token}\"]\n"),
    ] {
        write(&root, "sprawl.toml", &setting);
        for arguments in [&["scan", "."][..], &["config", "show"]] {
            let done = crate::common::run(&root, arguments);
            check(arguments[0], &(done.stdout + &done.stderr), std::slice::from_ref(&token));
        }
    }
    write(&root, "sprawl.toml", "");
    let option = format!("--{token}");
    for arguments in [
        vec![token.as_str()],
        vec!["scan", option.as_str()],
        vec!["scan", "--fail-on", token.as_str()],
        vec!["scan", "--max-open-days", token.as_str()],
        vec!["scan", "--hook", token.as_str()],
        vec!["hook", token.as_str()],
        vec!["scan", token.as_str()],
        vec!["explain", token.as_str()],
        vec!["merge", token.as_str()],
        vec!["scan", "--range", token.as_str()],
    ] {
        let done = crate::common::run(&root, &arguments);
        assert_eq!(done.status, 2);
        check(arguments[0], &done.stderr, std::slice::from_ref(&token));
    }
}

#[test]
fn what_a_hook_is_told_is_not_repeated() {
    let (repo, forms) = repository();
    let head = repo.git(&["rev-parse", "HEAD"]);
    let name = format!("refs/heads/b/{}", forms[0]);
    for line in [format!("{name} {head} {name} {}", "0".repeat(40)), format!("{name} x {name} y")] {
        let mut command = sprawl(&repo.root);
        repo.set_environment(&mut command);
        let mut child = command
            .args([
                "scan",
                "--hook",
                "pre-push",
                "origin",
                &format!("https://u:{}@x.example.net/", forms[0]),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
        let done = finished(child.wait_with_output().unwrap());
        check("pre-push", &(done.stdout + &done.stderr), &forms);
    }
}

#[test]
fn what_a_url_has_in_percent_encoding_is_not_shown_as_it_is() {
    let word = ["Gk7v@", "Qm3Zx", "%P0rLw5"].concat();
    let encoded = word.replace('%', "%25").replace('@', "%40");
    let repo = Repo::new();
    let url = format!("URL=postgres://app:{encoded}@db.example.org/app\n");
    repo.write(&format!("of {word}/a.env"), url);
    let mut commit = repo.command(&["commit", "-q", "-m", "x"]);
    repo.git(&["add", "-A"]);
    commit.env("GIT_AUTHOR_NAME", &word);
    assert!(commit.output().unwrap().status.success());
    for format in Format::ALL {
        for scan in [&["scan", "."][..], &["scan", "--history"]] {
            let name = format.name();
            let done = run_in(&repo, &[scan, &["-f", name]].concat());
            assert_eq!(done.status, 1, "{name}: {}", done.stderr);
            check(name, &(done.stdout + &done.stderr), &[word.clone(), encoded.clone()]);
        }
    }
}

#[test]
fn what_explain_says_of_a_name_is_no_secret() {
    let word = ["Zk7vQm3Z", "xP0rLw5YbN2c"].concat();
    let (_guard, root) = scratch();
    write(&root, "x.py", format!("{word}_password = \"{word}\"\n"));
    let done = crate::common::run(&root, &["explain", "x.py:1"]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stdout.contains("weighed    ****_password"), "{}", done.stdout);
    check("explain", &done.stdout, &[word]);
}

/// Everything in a report that a guess could be tried against: all texts but those of rules.
fn fingerprints(format: &str, text: &str, key: Option<&str>) -> String {
    let (_guard, root) = scratch();
    // In one directory, so that names of repositories are the same.
    write(&root, "w/x.py", text);
    let mut command = sprawl(&root.join("w"));
    if let Some(key) = key {
        command.env("SPRAWL_ID_KEY", key);
    }
    let done = finished(
        command.args(["scan", ".", "-f", format, "--min-confidence", "weak"]).output().unwrap(),
    );
    assert!(matches!(done.status, 0 | 1), "{}", done.stderr);
    done.stdout
}

#[test]
fn no_fingerprint_depends_on_a_password() {
    let pairs = [["Gk7vQm3Z", "xP0rLw5YbN2c"].concat(), ["Hd4wTn8Q", "yR2sMv6ZcK9j"].concat()];
    for line in [
        "db_password = \"{}\"\n",
        "a = 1\nDB=postgres://app:{}@db.example.net/x\nb = 2\n",
        "password = \"{}\" # {} again\nother = 1\n",
        "x = 1 # was {}\ndb_password = \"{}\"\ny = \"{}\"\n",
    ] {
        for format in ["sarif", "json", "gitlab"] {
            let [one, two] =
                [0, 1].map(|at| ids(&fingerprints(format, &line.replace("{}", &pairs[at]), None)));
            assert_eq!(one, two, "{format} of {line}");
            assert!(one.len() > 1, "{one:?}");
        }
    }
    // A weak one of another length, too.
    let [one, two] = ["qwerty123", "letmein"].map(|word| {
        let text = fingerprints("sarif", &format!("password = \"{word}\"\n"), None);
        hashes(&text)
    });
    assert_eq!(one, two);
    assert!(!one.is_empty());
}

/// Every text of a document that is made of others: what stands under these names.
fn ids(document: &str) -> Vec<String> {
    const NAMES: &[&str] = &[
        "secret_id",
        "line_hash",
        "slot",
        "id",
        "value",
        "primaryLocationLineHash",
        "occurrenceId/v1",
        "secretId/v1",
    ];
    fn collect(value: &Value, name: &str, all: &mut Vec<String>) {
        match value {
            Value::String(text) if NAMES.contains(&name) => all.push(text.clone()),
            Value::Array(values) => values.iter().for_each(|value| collect(value, name, all)),
            Value::Object(map) => map.iter().for_each(|(name, value)| collect(value, name, all)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    collect(&serde_json::from_str(document).unwrap(), "", &mut all);
    all
}

fn hashes(sarif: &str) -> Vec<String> {
    let log: Value = serde_json::from_str(sarif).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let hash = |result: &Value| {
        result["partialFingerprints"]["primaryLocationLineHash"].as_str().map(str::to_owned)
    };
    results.iter().filter_map(hash).collect()
}

#[test]
fn a_key_of_the_project_tells_lines_apart() {
    let text = |seed| format!("T={}\n", minted("github-pat-classic", seed));
    let of = |seed, key| hashes(&fingerprints("sarif", &text(seed), key));
    assert_eq!(of(1, None), of(2, None));
    let key = Some("a key for tests");
    assert_ne!(of(1, key), of(2, key));
    assert_eq!(of(1, key), of(1, key));
    assert_ne!(of(1, key), of(1, Some("another key")));
    let hash = of(1, key).remove(0);
    let (hex, count) = hash.split_once(':').unwrap();
    assert!(hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && count == "1", "{hash}");
}
