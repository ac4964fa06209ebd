//! History that is rewritten with the list that `sprawl plan --rewrite` writes, by the real `git filter-repo`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::token;
use crate::common::{minted, run, scratch};
use crate::git::Repo;

/// An Ed25519 key of equal bytes, in PKCS#8 (RFC 8410, section 7).
fn key() -> String {
    let start = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let body = data_encoding::BASE64.encode(&[&start[..], &[9; 32]].concat());
    format!("-----{0} {1}-----\n{body}\n-----{2} {1}-----\n", "BEGIN", "PRIVATE KEY", "END")
}

/// The program, from target/tools or from the path.
fn filter_repo() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/tools/git-filter-repo/bin/git-filter-repo");
    if own.exists() { own } else { PathBuf::from("git-filter-repo") }
}

/// All blobs that commits lead to, by commit message and path.
fn contents(repo: &Repo) -> BTreeMap<(String, String), Vec<u8>> {
    let mut all = BTreeMap::new();
    for commit in repo.git(&["log", "--all", "--format=%H"]).lines() {
        let message = repo.git(&["show", "-s", "--format=%an %ad %B", commit]);
        for path in repo.git(&["ls-tree", "-r", "--name-only", commit]).lines() {
            let blob =
                repo.command(&["show", &format!("{commit}:{path}")]).output().unwrap().stdout;
            all.insert((message.clone(), path.to_owned()), blob);
        }
    }
    all
}

#[test]
#[ignore = "needs git-filter-repo"]
fn history_is_clean_afterwards_and_the_rest_is_unchanged() {
    let repo = Repo::new();
    let (token, second, key) = (token(), minted("github-pat-classic", 8), key());
    // Values that filter-repo would read otherwise, and one that stands in other places by chance.
    let arrow = format!("Vx7kQ==>{}", "mNpR9t2s");
    let prefixed = format!("regex:{}", "Lk8wQz4vTr");
    let common = "hunter2";
    repo.write("README.md", "# App\n\nAsk hunter2 for help. A ==> B, regex:x\n");
    repo.write("src/app.py", format!("print(1)\ngithub_token = \"{token}\"\n"));
    repo.write("src/main.c", "int main(void) { return 0; }\n");
    repo.commit("Add the app");
    repo.write("keys/deploy.pem", &key);
    repo.write("conf/db.ini", format!("[db]\npassword = {arrow}\nother = 1\n"));
    repo.write("conf/mail.ini", format!("[mail]\r\npassword = \"{prefixed}\"\r\n"));
    repo.write("conf/ftp.ini", format!("[ftp]\npassword = {common}\n"));
    repo.write("bin/data", [&b"\0\x01"[..], token.as_bytes()].concat());
    repo.commit(&format!("Add keys, with {second}"));
    repo.git(&["branch", "old"]);
    for path in [
        "src/app.py",
        "keys/deploy.pem",
        "conf/db.ini",
        "conf/mail.ini",
        "conf/ftp.ini",
        "bin/data",
    ] {
        std::fs::remove_file(repo.root.join(path)).unwrap();
    }
    repo.write("src/app.py", "import os\nprint(1)\n");
    repo.commit("Take the secrets out");
    repo.git(&["tag", "-a", "v1", "-m", "one"]);
    let before = contents(&repo);
    let dirty = run(&repo.root, &["scan", "--history", "-f", "jsonl"]);
    assert_eq!(dirty.status, 1);
    let found: Vec<&str> = dirty.stdout.lines().collect();
    assert!(found.len() >= 7, "{}", dirty.stdout);

    let (_guard, elsewhere) = scratch();
    let list = elsewhere.join("values.txt");
    let made = run(&repo.root, &["plan", "--rewrite", list.to_str().unwrap()]);
    assert_eq!(
        made.status, 1,
        "the binary file is to be removed by hand\n{}{}",
        made.stdout, made.stderr
    );
    for value in [&token, &second, &arrow, &prefixed] {
        assert!(
            !made.stdout.contains(value.as_str()) && !made.stderr.contains(value.as_str()),
            "{}",
            made.stdout
        );
    }
    assert!(made.stdout.contains("bin/data:1: it is in a binary file"), "{}", made.stdout);
    assert!(made.stdout.contains("Ada Author <ada@example.invalid>"), "{}", made.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&list).unwrap().permissions().mode() & 0o777, 0o600);
    }

    // The commands that were printed, in a clone.
    let clone = Repo::with(&["clone", "-q", "--mirror", repo.root.to_str().unwrap(), "."]);
    let commands: Vec<&str> = made
        .stdout
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("git filter-repo"))
        .collect();
    assert_eq!(commands.len(), 2, "{}", made.stdout);
    for command in commands {
        let rest = command.strip_prefix("git filter-repo").unwrap();
        let script = format!("'{}' --quiet {rest}", filter_repo().display());
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(&script).current_dir(&clone.root);
        clone.set_environment(&mut shell);
        let done = shell.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let clean = run(&clone.root, &["scan", "--history", "."]);
    assert_eq!(clean.status, 0, "{}{}", clean.stdout, clean.stderr);

    // Nothing else changed.
    let hidden = b"***REMOVED***".as_slice();
    let values =
        [&token, key.trim_end(), &arrow, &prefixed, &second].map(|value| value.as_bytes().to_vec());
    let expected: BTreeMap<(String, String), Vec<u8>> = before
        .into_iter()
        .filter(|((_, path), _)| path != "bin/data")
        .map(|((message, path), blob)| {
            let mut blob = blob;
            for value in &values {
                blob = replaced(&blob, value, hidden);
            }
            if path == "conf/ftp.ini" {
                blob = replaced(&blob, common.as_bytes(), hidden);
            }
            ((message.replace(&second, "***REMOVED***"), path), blob)
        })
        .collect();
    assert_eq!(contents(&clone), expected);
}

fn replaced(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for found in memchr::memmem::find_iter(text, what) {
        out.extend_from_slice(&text[at..found]);
        out.extend_from_slice(by);
        at = found + what.len();
    }
    out.extend_from_slice(&text[at..]);
    out
}

#[test]
fn a_list_is_new_and_outside_of_repositories() {
    let repo = Repo::new();
    repo.write("a.env", format!("GITHUB_TOKEN={}\n", token()));
    repo.commit("one");
    let (_guard, elsewhere) = scratch();
    let list = elsewhere.join("values.txt");
    let list = list.to_str().unwrap();
    for inside in ["values.txt", ".git/values.txt"] {
        let refused = run(&repo.root, &["plan", "--rewrite", inside]);
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains("inside a repository"), "{}", refused.stderr);
    }
    let made = run(&repo.root, &["plan", "--rewrite", list, "."]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    assert!(made.stdout.contains("1 is still there"), "{}", made.stdout);
    let text = std::fs::read_to_string(list).unwrap();
    assert_eq!(text, format!("literal:{}==>***REMOVED***\n", token()));
    let again = run(&repo.root, &["plan", "--rewrite", list, "."]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("already exists"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(list).unwrap(), text);
    std::fs::write(repo.root.join("r.json"), "{}").unwrap();
    let other = elsewhere.join("other.txt");
    let report = run(&repo.root, &["plan", "--rewrite", other.to_str().unwrap(), "r.json"]);
    assert_eq!(report.status, 2);
    assert!(report.stderr.contains("reports have no values"), "{}", report.stderr);
    assert!(run(&repo.root, &["plan"]).stderr.contains("JSON report"));
}
