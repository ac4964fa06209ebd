//! The page, as far as it can be checked without a browser.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::{broken_tree, tree};
use crate::common::{minted, run, scratch, write};
use crate::git::Repo;

/// The data of a page, as its script reads it.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (text, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_page_asks_nobody() {
    let (_guard, root) = tree();
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "no policy");
    assert!(page.contains("require-trusted-types-for 'script'; trusted-types 'none'"), "no policy");
    for loading in [" src=", "<link", "<img", "<iframe", "@import", "url("] {
        assert!(!page.contains(loading), "{loading}");
    }
    // Links stay within the page.
    for link in page.match_indices("href=\"").map(|(at, quote)| &page[at + quote.len()..]) {
        assert!(link.starts_with('#'), "{}", &link[..40]);
    }
}

#[test]
fn names_cannot_become_markup() {
    let (_guard, root) = tree();
    let name = "x<img onerror=alert(1)>.env";
    if cfg!(windows) {
        return;
    }
    write(&root, name, minted("github-pat-classic", 3));
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(!page.contains("<img"));
    assert!(page.contains("x&lt;img onerror=alert(1)&gt;.env"));
    let places = data(&page)["findings"].to_string();
    assert!(places.contains("x<img onerror=alert(1)>.env"), "{places}");
}

#[test]
#[cfg(unix)]
fn no_name_ends_the_data() {
    let (_guard, root) = scratch();
    // Of a directory `<` and of a file `script>...`.
    let name = "a<!--</script><script>alert(1)</script>\u{2028}\u{202e}&lt;.env";
    write(&root, name, format!("T={}\n", minted("github-pat-classic", 3)));
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<!--"));
    let shown = "a<!--</script><script>alert(1)</script>\\u{2028}\\u{202e}&lt;.env";
    assert_eq!(data(&page)["findings"][0]["places"][0]["path"], shown);
}

#[test]
fn the_top_says_what_was_scanned() {
    let repo = Repo::new();
    repo.write("a.env", crate::git::secret_line(1));
    let commit = repo.commit("first");
    let word = minted("github-pat-classic", 9);
    repo.git(&["remote", "add", "origin", &format!("https://bot:{word}@github.com/acme/app.git")]);
    let page = repo.scan(&["--history", "-f", "html", "--threads", "1"]).stdout;
    assert!(!page.contains(&word) && !page.contains("--threads"));
    for says in [
        "<title>sprawl: 1 secret in 1 place - acme/app</title>",
        "<dt>Project</dt><dd>acme/app</dd>",
        "<a href=\"https://github.com/acme/app\" rel=\"noopener noreferrer\">",
        "branch <code>main</code>",
        &format!("https://github.com/acme/app/commit/{commit}"),
        "<code>sprawl scan --history</code>",
        &format!("sprawl {}", env!("CARGO_PKG_VERSION")),
        "<time datetime=\"2",
    ] {
        assert!(page.contains(says), "{says}");
    }
    let page = repo.scan(&[".", "-f", "html", "--min-confidence", "strong"]).stdout;
    assert!(page.contains("<code>sprawl scan --min-confidence strong .</code>"));
    repo.write("b.env", crate::git::secret_line(2));
    repo.git(&["add", "-A"]);
    let page = repo.scan(&["--staged", "-f", "html"]).stdout;
    assert!(page.contains("<code>sprawl scan --staged</code>"));
    repo.commit("second");
    repo.git(&["branch", "topic"]);
    for options in ["--range HEAD~1..HEAD", "--since HEAD~1", "--branch", "--branch=topic"] {
        let arguments: Vec<&str> = options.split(' ').chain(["-f", "html"]).collect();
        let page = repo.scan(&arguments).stdout;
        assert!(page.contains(&format!("<code>sprawl scan {options}</code>")), "{options}: {page}");
    }
}

#[test]
fn places_link_to_the_commit_that_has_them() {
    let repo = Repo::new();
    let secret = crate::git::secret_line(1);
    repo.git(&["remote", "add", "origin", "git@gitlab.example.net:group/sub/app.git"]);
    repo.write("a/old.env", &secret);
    let first = repo.commit("first");
    repo.write("b/new.env", &secret);
    let second = repo.commit("copied");
    std::fs::remove_file(repo.root.join("a/old.env")).unwrap();
    let third = repo.commit("removed where it was");
    let home = "https://gitlab.example.net/group/sub/app/-";
    let links = |arguments: &[&str]| -> Vec<(String, Value)> {
        let page = repo.scan(&[arguments, &["-f", "html"]].concat()).stdout;
        let places = data(&page)["findings"][0]["places"].clone();
        let place = |one: &Value| (one["path"].as_str().unwrap().to_owned(), one["url"].clone());
        places.as_array().unwrap().iter().map(place).collect()
    };
    let at = |commit: &str, path: &str| json!(format!("{home}/blob/{commit}/{path}#L1"));
    assert_eq!(
        links(&["--history"]),
        // What is there now comes first.
        [
            ("b/new.env".to_owned(), at(&second, "b/new.env")),
            ("a/old.env".to_owned(), at(&first, "a/old.env")),
        ]
    );
    let page = repo.scan(&["--history", "-f", "html"]).stdout;
    let commit = &data(&page)["findings"][0]["places"][1]["commit_url"];
    assert_eq!(*commit, json!(format!("{home}/commit/{first}")));
    repo.write("untracked.env", &secret);
    assert_eq!(
        links(&["."]),
        [
            ("b/new.env".to_owned(), at(&third, "b/new.env")),
            ("untracked.env".to_owned(), Value::Null),
        ]
    );
}

#[test]
fn a_finding_has_its_line_its_name_and_what_to_do() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 1);
    write(&root, "a.env", format!("x=1\nDEPLOY_TOKEN={token} # for </b>\n"));
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(!page.contains(&token));
    let data = data(&page);
    let found = &data["findings"][0];
    assert_eq!(found["name"], "DEPLOY_TOKEN");
    assert_eq!(
        found["line"],
        json!({"number": 2, "before": "DEPLOY_TOKEN=", "after": " # for </b>"})
    );
    assert_eq!(found["status"], json!(["in files"]));
    let links = &data["rules"][0]["links"];
    assert_eq!(links[0], json!(["revoke", "https://github.com/settings/tokens"]));
    assert_eq!(links[1][0], "documentation");
    let accept = data["accept"].as_str().unwrap();
    assert!(accept.starts_with("sprawl accept ID --until 2"), "{accept}");
}

#[test]
fn what_is_past_is_told_from_what_is_there() {
    let repo = Repo::new();
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = part(json!({ "alg": "HS256", "typ": "JWT" }));
    let claims = part(json!({ "sub": "deploy", "iat": 1_500_000_000, "exp": 1_600_000_000 }));
    let signature: Vec<u8> = (40..72_u8).map(|byte| byte.wrapping_mul(37)).collect();
    let ended = [head, claims, BASE64URL_NOPAD.encode(&signature)].join(".");
    repo.write("ended.env", format!("SESSION={ended}\n"));
    repo.write("gone.env", crate::git::secret_line(1));
    repo.write("here.env", crate::git::secret_line(2));
    repo.commit("first");
    std::fs::remove_file(repo.root.join("gone.env")).unwrap();
    repo.commit("removed");
    let page = repo.scan(&["--history", "-f", "html"]).stdout;
    let data = data(&page);
    let status = |path: &str| {
        let findings = data["findings"].as_array().unwrap();
        let found = findings.iter().find(|one| one["places"][0]["path"] == path);
        found.unwrap_or_else(|| panic!("{path}: {data}"))["status"].clone()
    };
    assert_eq!(status("ended.env"), json!(["in files", "expired"]));
    assert_eq!(status("gone.env"), json!(["history only"]));
    assert_eq!(status("here.env"), json!(["in files"]));
    assert!(page.contains("<option>history only</option>"));
}

#[test]
fn what_a_finding_takes_is_bounded() {
    let (_guard, root) = scratch();
    let secret = minted("github-pat-classic", 1);
    for number in 0..70 {
        let path = format!("{}/{}/{number}.env", "d".repeat(180), "e".repeat(180));
        write(&root, &path, format!("{}T={secret}\n", "x".repeat(5000)));
    }
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    let finding = &data(&page)["findings"][0];
    assert_eq!(finding["total"], 70);
    assert_eq!(finding["places"].as_array().unwrap().len(), 50);
    let size = finding.to_string().len();
    assert!(size < 50_000, "{size} bytes");
}

#[test]
fn the_picture_says_where_and_since_when() {
    let repo = Repo::new();
    let secret = crate::git::secret_line(1);
    repo.write("a/old.env", &secret);
    repo.commit("first");
    repo.write("b/new.env", &secret);
    repo.commit("copied");
    std::fs::remove_file(repo.root.join("a/old.env")).unwrap();
    repo.commit("removed where it was");
    let page = repo.scan(&["--history", "-f", "html"]).stdout;
    assert!(page.contains("<th scope=\"col\" class=\"place\" title=\"a/old.env\">"));
    assert!(page.contains("aria-label=\"since 2023-11-14\""));
    assert!(page.contains("<span class=\"chip gone "));
    assert!(page.contains("<span class=\"chip here "));
}

#[test]
fn what_a_baseline_knows_can_be_filtered_by_state() {
    let repo = Repo::new();
    repo.write("a.env", crate::git::secret_line(1));
    repo.commit("first");
    let page = || repo.scan(&["-f", "html", "--include-placeholders"]).stdout;
    assert!(!page().contains("name=\"state\""));
    let mut command = crate::common::sprawl(&repo.root);
    repo.set_environment(&mut command);
    let done = crate::common::finished(command.arg("baseline").output().unwrap());
    assert_eq!(done.status, 0, "{}", done.stderr);
    repo.write("b.env", crate::git::secret_line(2));
    let page = page();
    assert!(
        page.contains("<select name=\"state\"><option value=\"\">all</option><option>new</option>")
    );
    assert_eq!(data(&page)["findings"][0]["states"], json!(["new"]));
}

#[test]
fn pages_without_findings() {
    let (_guard, root) = broken_tree();
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(page.contains("<h1>No secrets found</h1>"));
    assert!(page.contains("id=\"problems\""));
    assert!(!page.contains("<script>"));
}

#[test]
fn the_picture_of_a_history_does_not_depend_on_the_second() {
    let repo = Repo::new();
    // The scale is widest where everything happened just now.
    let now = jiff::Timestamp::now().as_second();
    for (name, seed, ago) in [("a.env", 1, 40), ("b.env", 2, 10)] {
        repo.write(name, crate::git::secret_line(seed));
        repo.git(&["add", "-A"]);
        let mut commit = repo.command(&["commit", "-q", "-m", name]);
        let date = format!("{} +0000", now - ago);
        commit.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        assert!(commit.output().unwrap().status.success());
    }
    let page = || repo.scan(&["--history", "-f", "html"]).stdout;
    let day = || jiff::Timestamp::now().as_second() / 86_400;
    let (today, first) = (day(), page());
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let second = page();
    assert!(first == second || day() != today, "the page depends on the clock");
}
