//! What a file holds is read, whatever it is written in, and what is not read is named.

use proptest::prelude::*;
use serde_json::Value;
use sprawl_detect::Scanner;
use sprawl_detect::rules::Rules;
use sprawl_detect::text;

use crate::common::{minted, run, scratch, write};
use crate::git::{Repo, secret_line};

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn wide32(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()
}

/// `path:line:column` of everything that a scan reports.
fn places(stdout: &str) -> Vec<String> {
    let mut all: Vec<String> = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|o| format!("{}:{}:{}", o["path"].as_str().unwrap(), o["line"], o["column"]))
        .collect();
    all.sort();
    all
}

#[test]
fn places_are_those_that_an_editor_shows() {
    let (_guard, root) = scratch();
    let (first, last) = ("# début\r\n", format!("  {}", secret_line(1)));
    let all = [first, last.as_str()].concat();
    write(&root, "a.env", all.as_bytes());
    write(&root, "b.env", wide(&all));
    write(&root, "c.env", [&b"\xff\xfe"[..], &wide(first), last.as_bytes()].concat());
    write(&root, "d.env", [first.as_bytes(), &wide(&last)].concat());
    write(&root, "e.env", [&wide32("\u{feff}"), wide32(&all).as_slice()].concat());
    let found = run(&root, &["scan", ".", "-f", "jsonl", "-q"]);
    let wanted: Vec<String> = ["a", "b", "c", "d", "e"].map(|n| format!("{n}.env:2:12")).into();
    assert_eq!(places(&found.stdout), wanted, "{}", found.stderr);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_blob_is_searched_as_its_text_is(
        parts in proptest::collection::vec((0..5_usize, 1..9_u64, 0..40_usize), 0..6),
    ) {
        let rules = Rules::builtin();
        let mut blob = Vec::new();
        for (kind, seed, length) in parts {
            let line = secret_line(seed);
            match kind {
                0 => blob.extend(wide(&line)),
                1 => blob.extend(line.as_bytes()),
                2 => blob.extend(vec![0; length]),
                // Longer than the pieces that a text is worked through in.
                3 => blob.extend(b"a line of words\n".repeat(length * 400)),
                _ => blob.extend(b"a line of words\n".repeat(length)),
            }
        }
        let decoded = text::decoded(&blob);
        let expected = Scanner::new(&rules).candidates(&decoded);
        let (text, candidates) = Scanner::new(&rules).candidates_in_blob(&blob);
        prop_assert_eq!(&text, &decoded);
        prop_assert_eq!(format!("{candidates:?}"), format!("{expected:?}"));
    }
}

#[test]
fn zeros_in_a_text_hide_no_password() {
    let (_guard, root) = scratch();
    // As random as what follows a prefix.
    let password = minted("github-pat-classic", 3).split_off(16);
    let line = format!("db_password = \"{password}\"\n");
    write(&root, "head.env", format!("\0{line}"));
    write(&root, "tail.env", format!("{line}\0\0\0\n"));
    write(&root, "cut.log", [&[0; 20_000][..], line.as_bytes()].concat());
    write(&root, "environ", format!("HOME=/root\0DB_PASSWORD={password}\0LANG=C\0"));
    write(&root, "program.bin", {
        let code: Vec<u8> = (0..4000_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
        // Another password: the same one would be found by its value.
        let other = line.replace(&password, &minted("github-pat-classic", 4).split_off(16));
        [&code, other.as_bytes(), &code].concat()
    });
    let found = run(&root, &["scan", ".", "-f", "jsonl", "-q"]);
    let files: Vec<String> = places(&found.stdout)
        .iter()
        .map(|place| place.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(files, ["cut.log", "environ", "head.env", "tail.env"], "{}", found.stdout);
}

/// Containers of kinds that are not opened.
const RAR: &[u8] = b"Rar!\x1a\x07\x01\0abc";
const LOCKED: &[u8] = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5abc";
const HDF: &[u8] = b"\x89HDF\r\n\x1a\nabc";

fn unread(stdout: &str) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_str(stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["unread"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(&one["place"]), text(&one["reason"]), text(&one["detail"])))
        .collect()
}

#[test]
fn containers_are_named_and_never_counted_as_scanned() {
    let (_guard, root) = scratch();
    write(&root, "a.txt", "nothing here\n");
    write(&root, "picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0");
    write(&root, "called-anything", LOCKED);
    write(&root, "users.db", HDF);
    for number in 10..22 {
        write(&root, &format!("lib/{number}.jar"), RAR);
    }
    let clean = run(&root, &["scan", "."]);
    assert_eq!(clean.status, 3, "{}", clean.stderr);
    for says in [
        "called-anything: not looked into: encrypted KeePass database",
        "users.db: not looked into: HDF5 file",
        "lib/19.jar: not looked into: rar archive",
        "and 2 rar archives not looked into either",
        "not looked into: 1 HDF5 file, 1 encrypted KeePass database, 12 rar archives",
        "2 files scanned",
    ] {
        assert!(clean.stderr.contains(says), "no `{says}` in {}", clean.stderr);
    }
    assert!(!clean.stderr.contains("lib/20.jar"), "{}", clean.stderr);
    let json = run(&root, &["scan", ".", "-f", "json", "-q"]);
    let all = unread(&json.stdout);
    assert_eq!(all.len(), 14);
    let own = |place: &str, reason: &str, detail: &str| {
        assert!(all.contains(&(place.into(), reason.into(), detail.into())), "{all:?}");
    };
    own("called-anything", "encrypted", "KeePass database");
    own("users.db", "unsupported", "HDF5 file");
    let sarif = run(&root, &["scan", ".", "-f", "sarif", "-q"]);
    let sarif: Value = serde_json::from_str(&sarif.stdout).unwrap();
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 14);
    assert_eq!(notifications[0]["descriptor"]["id"], "not-looked-into");
}

#[test]
fn merged_reports_name_what_either_could_not_read() {
    let (_guard, root) = scratch();
    write(&root, "one/a.zip", RAR);
    write(&root, "two/b.db", HDF);
    for part in ["one", "two"] {
        let report = format!("{part}.json");
        assert_eq!(run(&root, &["scan", part, "-o", &report]).status, 3);
    }
    let merged = run(&root, &["merge", "one.json", "two.json", "one.json", "-f", "json"]);
    let all = unread(&merged.stdout);
    let places: Vec<&str> = all.iter().map(|(place, ..)| place.as_str()).collect();
    assert_eq!(places, ["one/a.zip", "two/b.db"], "{}", merged.stderr);
    assert!(merged.stderr.contains("not looked into: 1 HDF5 file, 1 rar archive"));
}

#[test]
fn containers_in_git_are_named_by_their_paths() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n");
    let start = repo.commit("first");
    repo.write("old/gone.zip", RAR);
    repo.commit("second");
    repo.git(&["rm", "-q", "old/gone.zip"]);
    repo.write("deep/er/rows.db", HDF);
    repo.commit("third");
    repo.write("next.zip", LOCKED);
    repo.git(&["add", "-A"]);
    let places = |arguments: &[&str]| -> Vec<String> {
        let found = repo.scan(&[arguments, &["-f", "json", "-q"]].concat());
        assert_eq!(found.status, 3, "{}", found.stderr);
        unread(&found.stdout).into_iter().map(|(place, ..)| place).collect()
    };
    assert_eq!(places(&["--staged"]), ["next.zip"]);
    let range = format!("{start}..HEAD");
    assert_eq!(places(&["--range", &range]), ["deep/er/rows.db", "old/gone.zip"]);
    let all = places(&["--history"]);
    assert!(all.contains(&"old/gone.zip".to_owned()), "{all:?}");
    assert!(all.contains(&"deep/er/rows.db".to_owned()), "{all:?}");
    assert!(all.contains(&"next.zip".to_owned()), "{all:?}");
    assert_eq!(all.len(), 3, "{all:?}");
    let some = places(&["--history", "--exclude", "*.db", "--exclude", "next.zip"]);
    assert_eq!(some, ["old/gone.zip"]);
}
