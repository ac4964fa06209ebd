//! Containers and encoded texts, scanned from every source and reported in every format.

mod image;
mod made;

use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;
use sprawl::report::Format;

use self::made::{gzip, tar, zip};
use crate::common::{Run, finished, minted, run, scratch, sprawl, write};
use crate::git::Repo;

/// Path, line, type and value of a finding.
type Place = (String, u64, String, String);

fn places(run: &Run) -> BTreeSet<Place> {
    let line = |line: &str| {
        let found: Value = serde_json::from_str(line).unwrap();
        let word = |name: &str| found[name].as_str().unwrap().to_owned();
        (word("path"), found["line"].as_u64().unwrap(), word("rule_id"), word("secret"))
    };
    run.stdout.lines().map(line).collect()
}

fn scanned(root: &Path, arguments: &[&str]) -> BTreeSet<Place> {
    let fixed = ["scan", "--no-config", "-f", "jsonl", "--show-secrets"];
    places(&run(root, &[&fixed[..], arguments].concat()))
}

/// Lines with secrets of several types, other ones for each seed.
fn settings(seed: u64) -> String {
    let [github, slack, stripe] = ["github-pat-classic", "slack-bot-token", "stripe-secret-live"]
        .map(|rule| minted(rule, seed));
    format!("# settings\nGITHUB={github}\nSLACK={slack}\nSTRIPE={stripe}\n")
}

/// The values of such lines.
fn values(settings: &str) -> Vec<&str> {
    settings.lines().filter_map(|line| Some(line.split_once('=')?.1)).collect()
}

/// Base64 in lines of 76 letters.
fn wrapped(bytes: &[u8]) -> String {
    let letters = BASE64.encode(bytes);
    let lines = letters.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Files with secrets in all kinds of layers, each of a seed of its own.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let inner = gzip(&tar(&[("in/a.env", settings(2).as_bytes())]));
    vec![
        ("plain.env", settings(0).into_bytes()),
        ("a.zip", zip(&[("conf/a.env", settings(1).as_bytes()), ("in.tgz", &inner)])),
        ("a.log.gz", gzip(settings(3).as_bytes())),
        ("letter.txt", wrapped(settings(4).as_bytes()).into_bytes()),
        ("packed.txt", format!("x: {}\n", BASE64.encode(&gzip(settings(5).as_bytes()))).into()),
        ("hex.txt", format!("x: {}\n", HEXLOWER.encode(settings(6).as_bytes())).into()),
        ("log.json", serde_json::json!({ "text": settings(7) }).to_string().into()),
    ]
}

#[test]
fn every_source_finds_the_same() {
    let repo = Repo::new();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "empty"]);
    let files = files();
    for (path, bytes) in &files {
        write(&repo.root, path, bytes);
    }
    repo.git(&["add", "-A"]);
    let tree = scanned(&repo.root, &["."]);
    let wanted: BTreeSet<String> = (0..8)
        .flat_map(|seed| values(&settings(seed)).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(tree.iter().map(|(.., value)| value.clone()).collect::<BTreeSet<_>>(), wanted);
    assert!(tree.iter().any(|(path, ..)| path == "a.zip!in.tgz!in/a.env"));
    assert_eq!(scanned(&repo.root, &["--staged"]), tree);
    repo.git(&["commit", "-q", "-m", "files"]);
    assert_eq!(scanned(&repo.root, &["--staged"]).len(), 0);
    assert_eq!(scanned(&repo.root, &["--range", "HEAD~1..HEAD"]), tree);
    assert_eq!(scanned(&repo.root, &["--history"]), tree);
    for threads in ["1", "2"] {
        assert_eq!(scanned(&repo.root, &[".", "-j", threads]), tree);
    }
    for (path, bytes) in &files {
        let mut command = sprawl(&repo.root);
        command.args(["scan", "-", "--no-config", "-f", "jsonl", "--show-secrets"]);
        let found = places(&fed(command, bytes));
        let of_file = |(place, line, rule, value): &Place| {
            let rest = place.strip_prefix(path)?;
            Some((format!("<stdin>{rest}"), *line, rule.clone(), value.clone()))
        };
        assert_eq!(found, tree.iter().filter_map(of_file).collect(), "{path}");
    }
}

/// Runs a command that is given bytes.
fn fed(mut command: std::process::Command, bytes: &[u8]) -> Run {
    let (_guard, root) = scratch();
    write(&root, "input", bytes);
    command.stdin(std::fs::File::open(root.join("input")).unwrap());
    finished(command.output().unwrap())
}

#[test]
fn what_is_excluded_is_left_out_with_its_members() {
    let repo = Repo::new();
    for (path, bytes) in files() {
        write(&repo.root, &format!("d/{path}"), bytes);
    }
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "files"]);
    for source in [&["."][..], &["--history"]] {
        let without = scanned(&repo.root, &[source, &["--exclude", "*.zip"]].concat());
        assert!(!without.is_empty());
        assert!(without.iter().all(|(path, ..)| !path.contains(".zip")), "{source:?}");
    }
    write(&repo.root, ".github/CODEOWNERS", "*.zip @packers\n");
    let report = run(&repo.root, &["scan", ".", "--no-config", "-f", "json"]).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    let places = report["secrets"].as_array().unwrap().iter();
    let places = places.flat_map(|secret| secret["occurrences"].as_array().unwrap());
    for place in places {
        let is_packed = place["path"].as_str().unwrap().contains(".zip!");
        assert_eq!(place.to_string().contains("@packers"), is_packed, "{place}");
    }
}

/// A program is searched as it is, and so are the strings in it: what both show has one place, in an
/// archive as well.
#[test]
fn what_a_program_shows_as_it_is_has_one_place() {
    let (_guard, root) = scratch();
    let text = settings(1);
    // A module of WebAssembly with a custom section, in which a segment would be memory.
    let content = [b"\x04note", text.as_bytes()].concat();
    let length = content.len();
    let module =
        [b"\0asm\x01\0\0\0\0", &[0x80 | (length & 0x7f) as u8, (length >> 7) as u8][..], &content]
            .concat();
    write(&root, "alone.wasm", &module);
    write(&root, "a.zip", zip(&[("lib/a.wasm", &module)]));
    for path in ["alone.wasm", "a.zip!lib/a.wasm"] {
        let found: Vec<Place> =
            scanned(&root, &["."]).into_iter().filter(|(at, ..)| at.starts_with(path)).collect();
        assert_eq!(found.iter().filter(|(at, ..)| at != path).count(), 0, "{path}");
        let found: BTreeSet<&str> = found.iter().map(|(.., value)| value.as_str()).collect();
        assert_eq!(found, values(&text).into_iter().collect(), "{path}");
    }
}

#[test]
fn only_what_is_new_in_a_container_is_staged() {
    let repo = Repo::new();
    let old = settings(1);
    write(&repo.root, "a.zip", zip(&[("a.env", old.as_bytes())]));
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "one"]);
    let members = [("moved.env", old.as_bytes()), ("b.env", settings(2).as_bytes())]
        .map(|(name, bytes)| (name, bytes.to_vec()));
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    write(&repo.root, "a.zip", zip(&members));
    repo.git(&["add", "-A"]);
    let staged = scanned(&repo.root, &["--staged"]);
    assert_eq!(staged.len(), 3);
    assert!(staged.iter().all(|(path, ..)| path == "a.zip!b.env"), "{staged:?}");
}

#[test]
fn versions_of_containers_and_encoded_texts_are_searched_as_a_whole() {
    let repo = Repo::new();
    let filling = "a line of a text that stays as it is\n".repeat(200);
    for version in 0..6 {
        let text = settings(version);
        let lines = format!("{filling}{}\n{filling}", wrapped(text.as_bytes()));
        write(&repo.root, "letter.txt", &lines);
        let escaped = serde_json::json!({ "n": version, "text": format!("{filling}{text}") });
        write(&repo.root, "log.json", escaped.to_string());
        write(&repo.root, "a.zip", zip(&[("a", filling.as_bytes()), ("b.env", text.as_bytes())]));
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-q", "-m", "version"]);
    }
    repo.git(&["gc", "-q"]);
    let new = run(&repo.root, &["scan", "--history", "--no-config", "-f", "json"]);
    let whole = ["scan", "--history", "--no-config", "-f", "json", "--whole-versions"];
    assert_eq!(new.stdout, run(&repo.root, &whole).stdout);
    let found = scanned(&repo.root, &["--history"]);
    let all: BTreeSet<&str> = found.iter().map(|(.., value)| value.as_str()).collect();
    assert_eq!(all.len(), 18);
}

#[test]
fn all_secrets_of_a_packed_text_are_found() {
    let (_guard, root) = scratch();
    let lines: Vec<String> =
        (0..30).map(|seed| format!("{} ", minted("github-pat-classic", seed))).collect();
    for (path, bytes) in [
        ("a.txt", BASE64.encode(lines.concat().as_bytes())),
        ("b.txt", BASE64.encode(&gzip(lines.concat().as_bytes()))),
        ("c.txt", wrapped(&gzip(lines.concat().as_bytes()))),
        ("d.txt", wrapped(&zip(&[("a", lines.concat().as_bytes())]))),
    ] {
        write(&root, path, format!("x: |\n  {}", bytes.replace('\n', "\n  ")));
        assert_eq!(scanned(&root, &[path]).len(), 30, "{path}");
    }
}

#[test]
fn a_mark_speaks_of_what_is_encoded_on_its_line() {
    let (_guard, root) = scratch();
    let letters = BASE64.encode(minted("github-pat-classic", 1).as_bytes());
    for (mark, status) in [("sprawl:allow github-pat-classic", 0), ("a comment", 1)] {
        write(&root, "a.yaml", format!("token: {letters} # {mark}\n"));
        assert_eq!(run(&root, &["scan", ".", "--no-config"]).status, status, "{mark}");
    }
}

#[test]
fn what_came_before_a_cut_is_found_and_the_rest_is_said() {
    let (_guard, root) = scratch();
    let filling: Vec<u8> =
        (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let members = [("a.env", settings(1).into_bytes()), ("b", filling)];
    let members: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (*n, b.as_slice())).collect();
    let packed = gzip(&tar(&members));
    for (name, bytes) in
        [("a.zip", zip(&members)), ("a.tgz", packed.clone()), ("a.tar", tar(&members))]
    {
        for share in [2, 5, 9] {
            write(&root, name, &bytes[..bytes.len() * share / 10]);
            let found = run(
                &root,
                &["scan", name, "--no-config", "-f", "json", "-q", "--fail-on", "never"],
            );
            let report: Value = serde_json::from_str(&found.stdout).unwrap();
            assert_eq!(report["secrets"].as_array().unwrap().len(), 3, "{name} {share}");
            assert_eq!(found.stderr.matches("not looked into").count(), 1, "{}", found.stderr);
            assert_eq!(report["unread"].as_array().unwrap().len(), 1);
        }
    }
}

#[test]
fn what_only_looks_packed_is_not_said_to_be_unread() {
    let (_guard, root) = scratch();
    let noise = |seed: u32| -> Vec<u8> {
        (1..60_u32)
            .map(|n| (n.wrapping_mul(seed).wrapping_mul(2_654_435_761) >> 21) as u8)
            .collect()
    };
    let signs: [&[u8]; 7] = [
        b"x\x9c",
        b"\x1f\x8b\x08\0",
        b"PK\x03\x04\x14\0\0\0\x08\0",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0\0",
        b"\x28\xb5\x2f\xfd",
        b"\x5d\0\0\x80\0",
    ];
    for (number, sign) in signs.iter().enumerate() {
        let line = |seed| format!("x: {}\n", BASE64.encode(&[sign, &noise(seed)[..]].concat()));
        write(&root, &format!("{number}.txt"), (1..200).map(line).collect::<String>());
    }
    write(&root, "a.eml", "From: a@example.com\nTo: b@example.com\nSubject: c\n\nbody\n");
    write(&root, "a.ipynb", "{\"cells\": [], \"metadata\": {}, \"nbformat\": 4}\n");
    write(&root, "empty.zip", zip(&[]));
    write(&root, "empty.gz", gzip(b""));
    let found = run(&root, &["scan", ".", "--no-config", "-q"]);
    assert_eq!((found.stderr.as_str(), found.status), ("", 0));
}

#[test]
fn no_format_shows_what_is_packed_or_encoded() {
    let (_guard, root) = scratch();
    let mut hidden = Vec::new();
    for (seed, (path, bytes)) in files().into_iter().enumerate() {
        write(&root, path, &bytes);
        for value in values(&settings(seed as u64)) {
            hidden.extend([value.to_owned(), HEXLOWER.encode(value.as_bytes())]);
        }
    }
    for seed in 10..20 {
        let value = minted("github-pat-classic", seed);
        let letters = BASE64.encode(format!("token = {value}\n").as_bytes());
        write(&root, &format!("d/{seed}.yaml"), format!("a: {letters}\npassword: {letters}\n"));
        hidden.extend([value, letters]);
    }
    let (_guard, out) = scratch();
    for format in Format::ALL {
        let name = format.name();
        let file = out.join("report");
        let to = ["-f", name, "-o", file.to_str().unwrap()];
        let run = run(&root, &[&["scan", ".", "--no-config"][..], &to].concat());
        assert_eq!(run.status, 1, "{}", run.stderr);
        let text = std::fs::read_to_string(&file).unwrap() + &run.stderr + &run.stdout;
        assert!(!text.is_empty());
        for value in &hidden {
            assert!(!text.contains(value.as_str()), "{name} shows a value");
        }
    }
}
