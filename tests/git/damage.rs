//! Damaged and hostile repositories: no panic, no unbounded memory, everything else is scanned, every
//! loss is named, and the exit status says so.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Repo, START, secret_line};
use crate::common::{Run, finished, run, scratch, sprawl, write};

/// A repository in which every file holds another secret, packed.
fn packed(files: u64) -> Repo {
    let repo = Repo::new();
    for number in 0..files {
        let filler: String = (0..40).map(|line| format!("{} {number}\n", line * number)).collect();
        repo.write(&format!("f{number}.env"), format!("{filler}{}", secret_line(number)));
        repo.write("same.txt", format!("{filler}{}", secret_line(100 + number / 2)));
        repo.commit("change");
    }
    repo.git(&["gc", "-q", "--prune=now"]);
    repo
}

fn with_extension(repo: &Repo, extension: &str) -> PathBuf {
    let directory = repo.root.join(".git/objects/pack");
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == extension))
        .unwrap()
}

/// Overwrites a file that git has made read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    let _ = std::fs::remove_file(path);
    std::fs::write(path, bytes).unwrap();
}

/// The history alone: the files of the work tree would hide what is lost.
fn scan(repo: &Repo) -> Run {
    for file in std::fs::read_dir(&repo.root).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    repo.scan(&["--history", "--fail-on", "never", "-f", "jsonl"])
}

fn found(run: &Run) -> usize {
    run.stdout.lines().count()
}

#[test]
fn flipped_bits_in_a_pack() {
    let repo = packed(8);
    let whole = scan(&repo);
    assert_eq!((whole.status, found(&whole)), (0, 12), "{}", whole.stderr);
    let path = with_extension(&repo, "pack");
    let bytes = std::fs::read(&path).unwrap();
    for step in 0..48 {
        let at = 12 + step * (bytes.len() - 32) / 48;
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (step % 8);
        overwrite(&path, &broken);
        let run = scan(&repo);
        assert_eq!(run.status, 3, "byte {at}: {}", run.stderr);
        assert!(run.stderr.contains("is damaged"), "byte {at}: {}", run.stderr);
        assert!(found(&run) >= 4, "byte {at}: {} found; {}", found(&run), run.stderr);
    }
}

#[test]
fn a_pack_that_is_cut_short() {
    let repo = packed(8);
    let path = with_extension(&repo, "pack");
    let bytes = std::fs::read(&path).unwrap();
    for share in [0, 1, 2, 5, 9] {
        overwrite(&path, &bytes[..bytes.len() * share / 10]);
        let run = scan(&repo);
        assert_eq!(run.status, 3, "{share} tenths: {}", run.stderr);
    }
    overwrite(&path, &bytes);
    assert_eq!(scan(&repo).status, 0);
}

#[test]
fn flipped_bits_in_an_index_of_a_pack() {
    let repo = packed(6);
    let path = with_extension(&repo, "idx");
    let bytes = std::fs::read(&path).unwrap();
    for step in 0..48 {
        // The checksums at its end cover what git verifies, not what a reader needs.
        let at = step * (bytes.len() - 40) / 48;
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (step % 8);
        overwrite(&path, &broken);
        let run = scan(&repo);
        assert_eq!(run.status, 3, "byte {at}: {}", run.stderr);
    }
    overwrite(&path, &bytes[..bytes.len() / 2]);
    let run = scan(&repo);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("its index cannot be used"), "{}", run.stderr);
    std::fs::remove_file(&path).unwrap();
    let run = scan(&repo);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("git index-pack"), "{}", run.stderr);
}

#[test]
fn a_damaged_multi_pack_index() {
    let repo = packed(6);
    repo.git(&["multi-pack-index", "write"]);
    let whole = scan(&repo);
    assert_eq!((whole.status, found(&whole)), (0, 9), "{}", whole.stderr);
    let path = repo.root.join(".git/objects/pack/multi-pack-index");
    let bytes = std::fs::read(&path).unwrap();
    let pack_index = with_extension(&repo, "idx");
    for step in 0..6 {
        let mut broken = bytes.clone();
        broken[step * (bytes.len() - 1) / 6] ^= 1 << (step % 8);
        overwrite(&path, &broken);
        let run = scan(&repo);
        assert_eq!((run.status, found(&run)), (0, 9), "the pack has an index of its own");
    }
    // Without that, the damaged list is all there is.
    std::fs::remove_file(pack_index).unwrap();
    for step in 0..20 {
        let at = step * (bytes.len() - 20) / 20;
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (step % 8);
        overwrite(&path, &broken);
        let run = scan(&repo);
        assert_eq!(run.status, 3, "byte {at}: {}", run.stderr);
    }
    overwrite(&path, &bytes[..bytes.len() / 3]);
    assert_eq!(scan(&repo).status, 3);
    overwrite(&path, &bytes);
    assert_eq!(found(&scan(&repo)), 9);
}

#[test]
fn heads_and_references_that_are_none() {
    let repo = packed(2);
    repo.write("new.env", secret_line(7));
    repo.commit("loose");
    let all = found(&scan(&repo));
    let nonsense = [&b""[..], b"ref: ", b"ref: ../../outside", b"\0\xff\xfe", b"ref: HEAD\n"];
    for bytes in nonsense {
        overwrite(&repo.root.join(".git/HEAD"), bytes);
        let run = scan(&repo);
        assert!(matches!(run.status, 2 | 3), "{bytes:?}: {} {}", run.status, run.stderr);
        assert!(run.status == 2 || found(&run) == all, "{bytes:?}: {}", run.stderr);
    }
    overwrite(&repo.root.join(".git/HEAD"), b"ref: refs/heads/main\n");
    assert_eq!((scan(&repo).status, found(&scan(&repo))), (0, all));
    for bytes in [&b"rubbish\n"[..], b"\0\0\0", b"^\n^\n", b"1234 refs/heads/x\n"] {
        overwrite(&repo.root.join(".git/packed-refs"), bytes);
        let run = scan(&repo);
        assert_eq!((run.status, found(&run)), (3, all), "{bytes:?}: {}", run.stderr);
    }
}

#[test]
fn a_git_file_that_leads_nowhere() {
    let (_guard, directory) = scratch();
    for content in ["gitdir: /no/such/directory\n", "gitdir: .\n", "rubbish", "", "gitdir: "] {
        write(&directory, ".git", content);
        write(&directory, "a.env", secret_line(1));
        for flag in ["--history", "--staged", "--since=HEAD", "--branch", "--range=A..B"] {
            let run = run(&directory, &["scan", flag]);
            assert_eq!(run.status, 2, "{content:?} {flag}: {}", run.stderr);
        }
        // As files they are scanned all the same.
        let run = run(&directory, &["scan", "--fail-on", "never", "."]);
        assert_eq!(run.status, 3, "{content:?}: {}", run.stderr);
        assert!(run.stdout.contains("a.env"), "{content:?}: {}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_waited_for() {
    let repo = packed(2);
    let all = found(&scan(&repo));
    let fifo = |path: &Path| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let done = std::process::Command::new("mkfifo").arg(path).status().unwrap();
        assert!(done.success());
    };
    let objects = repo.root.join(".git/objects");
    fifo(&objects.join("ab").join("1".repeat(38)));
    fifo(&objects.join("pack/pack-x.pack"));
    fifo(&objects.join("pack/pack-x.idx"));
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, all), "{}", run.stderr);
    assert!(run.stderr.contains("pack-x.pack: is not a file"), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("ab{}: is not a file", "1".repeat(38))), "{}", run.stderr);
}

#[test]
#[cfg(unix)]
fn what_is_no_file_where_git_has_one_is_named() {
    for name in [
        "HEAD",
        "config",
        "commondir",
        "index",
        "packed-refs",
        "shallow",
        "refs/heads/x",
        "logs/refs/stash",
        "worktrees/other/HEAD",
        "objects/info/alternates",
    ] {
        let repo = Repo::new();
        repo.write("a.env", secret_line(1));
        repo.commit("first");
        let path = repo.root.join(".git").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        refused(&repo, &format!("{name} is a FIFO"));
        if name != "refs/heads/x" {
            std::fs::remove_file(&path).unwrap();
            std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
            refused(&repo, &format!("{name} is larger"));
        }
    }
}

#[cfg(unix)]
fn refused(repo: &Repo, says: &str) {
    let tree = ["scan", "--fail-on", "never", "."];
    for (arguments, status) in
        [(&["scan", "--history", "."][..], 2), (&["scan", "--staged"], 2), (&tree, 3)]
    {
        let run = run(&repo.root, arguments);
        assert!(run.stderr.contains(says), "{says} {arguments:?}: {}", run.stderr);
        assert_eq!(run.status, status, "{says} {arguments:?}: {}", run.stderr);
    }
}

#[test]
fn missing_objects() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.write("dir/b.env", secret_line(2));
    repo.commit("first");
    let tree = repo.git(&["rev-parse", "HEAD:dir"]);
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.write("c.env", secret_line(3));
    repo.commit("second");
    for (lost, left) in [(tree, 3), (first, 3)] {
        let file = repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..]);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let run = scan(&repo);
        assert_eq!((run.status, found(&run)), (3, left), "{}", run.stderr);
        assert!(run.stderr.contains(&lost), "{}", run.stderr);
        assert!(run.stderr.contains("is not in the repository"), "{}", run.stderr);
        std::fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn a_missing_object_is_named_once() {
    let repo = Repo::new();
    repo.write("a.env", "nothing\n");
    for version in 0..4 {
        repo.write("b.env", format!("version {version}\n"));
        repo.commit("next");
    }
    let lost = repo.git(&["rev-parse", "HEAD:a.env"]);
    std::fs::remove_file(repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..])).unwrap();
    let run = scan(&repo);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(run.stderr.matches(&lost).count(), 1, "{}", run.stderr);
    let words = format!("`a.env`, {lost}, is not in the repository (3 more refer to it)");
    assert!(run.stderr.contains(&words), "{}", run.stderr);
}

#[test]
fn what_only_rubbish_refers_to_is_not_missed() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    repo.write("b.env", "nothing\n");
    repo.commit("second");
    let lost = repo.git(&["rev-parse", "HEAD:b.env"]);
    repo.git(&["reset", "-q", "--hard", "HEAD^"]);
    std::fs::remove_file(repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..])).unwrap();
    assert_eq!(scan(&repo).status, 0);
}

#[test]
fn references_and_heads_that_lead_nowhere() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let nowhere = "1234567890".repeat(4);
    repo.write(".git/refs/heads/broken", format!("{nowhere}\n"));
    repo.write(".git/refs/heads/rubbish", "this is not an id\n");
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, 1));
    assert!(
        run.stderr.contains(&format!("refs/heads/broken: points at {nowhere}")),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("rubbish"), "{}", run.stderr);
    repo.write(".git/HEAD", format!("{nowhere}\n"));
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, 1), "{}", run.stderr);
    assert_eq!(repo.scan(&["--staged"]).status, 2);
}

#[test]
fn a_damaged_index() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    repo.write(".git/index", "rubbish");
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, 1));
    assert!(run.stderr.contains("the index cannot be read"), "{}", run.stderr);
}

#[test]
fn alternates_that_lead_nowhere() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    repo.write(".git/objects/info/alternates", "# not one\n/no/such/directory\n");
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, 1));
    assert!(run.stderr.contains("/no/such/directory"), "{}", run.stderr);
}

#[test]
fn loose_objects_that_are_none() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let objects = repo.root.join(".git/objects");
    let put = |first: &str, content: &[u8]| {
        let name = format!("{first}{}", "0".repeat(38));
        std::fs::create_dir_all(objects.join(first)).unwrap();
        std::fs::write(objects.join(first).join(&name[2..]), content).unwrap();
        name
    };
    let names = [
        put("01", b""),
        put("02", b"not compressed"),
        put("03", &deflated(b"blob")),
        put("04", &deflated(b"blob 5\0four")),
        put("05", &deflated(b"blob 3\0four")),
        put("06", &deflated(b"strange 4\0four")),
        put("07", &deflated(b"blob -4\0four")),
    ];
    std::fs::write(objects.join("01").join("tmp_obj_x"), "left behind").unwrap();
    let run = repo.scan(&["--history", "--fail-on", "never", "-f", "json"]);
    assert_eq!(run.status, 3);
    for name in names {
        assert!(run.stdout.contains(&name), "{name}: {}", run.stderr);
    }
    assert!(run.stdout.contains("a.env"));
}

#[test]
fn sizes_that_cannot_be() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let header = format!("blob {}\0x", 1_u64 << 31);
    let name = format!("0a{}", "1".repeat(38));
    let file = repo.root.join(".git/objects/0a").join(&name[2..]);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, deflated(header.as_bytes())).unwrap();
    // A whole blob of 2 GiB in one byte; a delta that copies one byte into 2 GiB; a delta of what is
    // no delta; two deltas that are each made from the other.
    let ids: Vec<[u8; 20]> = (1..=6).map(|byte| [byte; 20]).collect();
    let huge = 1_u64 << 31;
    let mut bomb = Vec::new();
    varint(1, &mut bomb);
    varint(huge, &mut bomb);
    bomb.extend([0x90, 1].repeat(1000));
    let entries = [
        entry(3, huge, &[], b"x"),
        entry(3, 1, &[], b"x"),
        entry(7, bomb.len() as u64, &ids[1], &bomb),
        entry(7, 4, &ids[1], b"\xff\xff\xff\xff"),
        entry(7, 4, &ids[5], b"\x01\x01\x01x"),
        entry(7, 4, &ids[4], b"\x01\x01\x01x"),
    ];
    write_pack(&repo.root.join(".git/objects/pack/pack-hostile"), &ids, &entries);
    let run = with_little_memory(&repo, &["scan", "--history", "--fail-on", "never", "-f", "json"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    for lost in [0, 2, 3, 4, 5] {
        let id: String = ids[lost].iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(run.stdout.contains(&id), "{id}: {}", run.stdout);
    }
    assert!(run.stdout.contains(&name), "{}", run.stderr);
    assert!(run.stdout.contains("a.env"), "{}", run.stderr);
}

#[test]
fn trees_within_themselves_and_very_deep_ones() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    // Named by an id that is not its own, a tree can hold itself.
    let id = [7_u8; 20];
    let mut tree = b"40000 again\0".to_vec();
    tree.extend(id);
    write_pack(
        &repo.root.join(".git/objects/pack/pack-circle"),
        &[id],
        &[entry(2, tree.len() as u64, &[], &tree)],
    );
    let hex = "07".repeat(20);
    let message = format!(
        "tree {hex}\nauthor A <a@b> {START} +0000\ncommitter A <a@b> {START} +0000\n\ncircle\n"
    );
    let mut hash = repo.command(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"]);
    hash.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = hash.spawn().unwrap();
    child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let commit = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    repo.write(".git/refs/heads/circle", commit);
    let run = scan(&repo);
    assert_eq!(found(&run), 1, "{}", run.stderr);
    let mut deep = repo.git(&["rev-parse", "HEAD^{tree}"]);
    for _ in 0..600 {
        let mut make = repo.command(&["mktree"]);
        make.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = make.spawn().unwrap();
        let line = format!("040000 tree {deep}\td\n");
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        deep =
            String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned();
    }
    repo.tick();
    let commit = repo.git(&["commit-tree", "-m", "deep", &deep]);
    repo.git(&["update-ref", "refs/heads/deep", &commit]);
    let run = scan(&repo);
    assert_eq!(found(&run), 2, "{}", run.stderr);
}

/// Puts a tree with these entries, all named alike but for a number, into the repository.
fn tree_of(repo: &Repo, mode_and_kind: &str, id: &str, entries: usize) -> String {
    let mut make = repo.command(&["mktree"]);
    make.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = make.spawn().unwrap();
    let lines: String = (0..entries).map(|n| format!("{mode_and_kind} {id}\td{n}\n")).collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn trees_with_more_paths_than_can_be_counted() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let blob = repo.git(&["rev-parse", "HEAD:a.env"]);
    let mut tree = tree_of(&repo, "100644 blob", &blob, 1);
    for _ in 0..12 {
        tree = tree_of(&repo, "040000 tree", &tree, 10);
    }
    repo.tick();
    let parent = repo.git(&["rev-parse", "HEAD"]);
    let commit = repo.git(&["commit-tree", "-p", &parent, "-m", "many", &tree]);
    repo.git(&["update-ref", "refs/heads/many", &commit]);
    let run = scan(&repo);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("by more paths than can be followed"), "{}", run.stderr);
    assert!(found(&run) >= 1, "{}", run.stderr);
    let run = repo.scan(&["--range", &format!("{parent}..{commit}"), "--fail-on", "never"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.contains("more than a million paths"), "{}", run.stderr);
    let name = repo.root.file_name().unwrap().to_str().unwrap();
    over_budget(&repo, &["--history"], name, "number of paths");
}

/// What is beyond a bound is in every report that says what was not read, each once.
fn over_budget(repo: &Repo, arguments: &[&str], place: &str, detail: &str) {
    let (_guard, reports) = scratch();
    let names = ["r.json", "r.sarif"].map(|name| reports.join(name));
    let [json, sarif] = [&names[0], &names[1]].map(|path| path.to_str().unwrap());
    let all = [&["--fail-on", "never", "-o", json, "-o", sarif][..], arguments].concat();
    let run = repo.scan(&all);
    assert_eq!(run.status, 3, "{}", run.stderr);
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let report = read(json);
    let of_budget: Vec<_> = report["unread"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["reason"] == "over-budget" && one["place"] == place)
        .collect();
    assert_eq!(of_budget.len(), 1, "{}", report["unread"]);
    assert_eq!(of_budget[0]["detail"], detail);
    let said = format!("{place}: not looked into: too large {detail}");
    assert!(run.stderr.contains(&said), "{said}: {}", run.stderr);
    let sarif = read(sarif);
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].to_string();
    assert!(notifications.contains(&format!("too large {detail}")), "{notifications}");
}

/// A delta that gives its base so many times, with a number behind.
fn repeated(base: u64, times: usize, number: u32) -> Vec<u8> {
    let mut out = Vec::new();
    varint(base, &mut out);
    varint(base * times as u64 + 4, &mut out);
    for _ in 0..times {
        // Copies of at most 16 MiB, from the start.
        let length = u32::try_from(base).unwrap().to_le_bytes();
        out.extend([0xf0, length[0], length[1], length[2]]);
    }
    out.push(4);
    out.extend(number.to_be_bytes());
    out
}

#[test]
fn an_object_that_unfolds_to_many_times_its_size() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let whole = vec![b'A'; 1 << 16];
    let delta = repeated(1 << 16, 8192, 0);
    let entries = [
        entry(3, 1 << 16, &[], &whole),
        // Made from the first: 512 MiB.
        entry(7, delta.len() as u64, &[1; 20], &delta),
    ];
    write_pack(&repo.root.join(".git/objects/pack/pack-unfolds"), &[[1; 20], [2; 20]], &entries);
    let run = scan(&repo);
    assert_eq!((run.status, found(&run)), (3, 1), "{}", run.stderr);
    assert!(run.stderr.contains("more than 100 MiB"), "{}", run.stderr);
    over_budget(&repo, &["--history"], &"02".repeat(20), "git object");
}

#[test]
fn a_configuration_that_asks_for_what_is_not_known() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    let config = std::fs::read_to_string(repo.root.join(".git/config")).unwrap();
    for (more, what) in
        [("[extensions]\n\tobjectFormat = md5\n", "md5"), ("[core\n", "configuration is damaged")]
    {
        repo.write(".git/config", format!("{config}{more}"));
        let run = repo.scan(&["--history"]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    for (storage, what) in
        [("cellar", "stored as cellar"), ("reftable", "tables.list does not exist")]
    {
        repo.write(".git/config", format!("{config}[extensions]\n\trefStorage = {storage}\n"));
        let run = scan(&repo);
        assert_eq!((run.status, found(&run)), (3, 1), "{}", run.stderr);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
}

/// Runs with less memory than the sizes above ask for.
fn with_little_memory(repo: &Repo, arguments: &[&str]) -> Run {
    if !cfg!(target_os = "linux") {
        return finished(sprawl(&repo.root).args(arguments).output().unwrap());
    }
    let mut command = std::process::Command::new("sh");
    command.current_dir(&repo.root).args(["-c", "ulimit -v 1500000; exec \"$0\" \"$@\""]);
    finished(command.arg(env!("CARGO_BIN_EXE_sprawl")).args(arguments).output().unwrap())
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out =
        gix::zlib::stream::deflate::Write::new(Vec::new(), gix::zlib::Compression::DEFAULT);
    out.write_all(bytes).unwrap();
    out.flush().unwrap();
    out.into_inner()
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// An entry of a pack that says to have this type and size.
fn entry(kind: u8, size: u64, base: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let low = kind << 4 | (size & 15) as u8;
    if size >> 4 == 0 {
        out.push(low);
    } else {
        out.push(low | 0x80);
        varint(size >> 4, &mut out);
    }
    out.extend(base);
    out.extend(deflated(content));
    out
}

/// Writes a pack and its index (version 2), with checksums of zeros at their ends.
fn write_pack(path: &Path, ids: &[[u8; 20]], entries: &[Vec<u8>]) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend((entries.len() as u32).to_be_bytes());
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255_u8 {
        let below = ids.iter().filter(|id| id[0] <= first).count() as u32;
        index.extend(below.to_be_bytes());
    }
    index.extend(ids.concat());
    let mut offsets = Vec::new();
    for entry in entries {
        offsets.extend((pack.len() as u32).to_be_bytes());
        index.extend(crc32fast::hash(entry).to_be_bytes());
        pack.extend(entry);
    }
    index.extend(offsets);
    pack.extend([0; 20]);
    index.extend([0; 40]);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path.with_extension("pack"), pack).unwrap();
    std::fs::write(path.with_extension("idx"), index).unwrap();
}
