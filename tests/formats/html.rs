//! The page, as far as it can be checked without a browser.

use super::{broken_tree, tree};
use crate::common::run;
use crate::git::Repo;

#[test]
fn the_page_asks_nobody() {
    let (_guard, root) = tree();
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "no policy");
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
    crate::common::write(&root, name, crate::common::minted("github-pat-classic", 3));
    let page = run(&root, &["scan", ".", "-f", "html"]).stdout;
    assert!(!page.contains("<img"));
    assert!(page.contains("x&lt;img onerror=alert(1)&gt;.env"));
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
    assert!(page.contains("data-state=\"new\""));
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
