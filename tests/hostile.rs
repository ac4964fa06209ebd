//! Never fails open: whatever cannot be read is a problem, and nothing makes the program crash.

#[cfg(unix)]
mod planted;
#[cfg(unix)]
mod process;

use crate::common::{Run, minted, run, scratch, write};

fn token(seed: u64) -> String {
    format!("T={}\n", minted("github-pat-classic", seed))
}

/// Runs the program and stops it after so many seconds: it would never end.
#[cfg(unix)]
fn run_within(seconds: u64, root: &std::path::Path, arguments: &[&str]) -> Run {
    let mut command = crate::common::sprawl(root);
    command.args(arguments);
    within(seconds, command)
}

#[cfg(unix)]
fn within(seconds: u64, mut command: std::process::Command) -> Run {
    use std::process::Stdio;
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = |mut from: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            from.read_to_string(&mut text).unwrap();
            text
        })
    };
    let stdout = read(Box::new(child.stdout.take().unwrap()));
    let stderr = read(Box::new(child.stderr.take().unwrap()));
    let started = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed().as_secs() > seconds {
            child.kill().unwrap();
            panic!("still running after {seconds} seconds");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    Run {
        status: status.code().unwrap_or(-1),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
}

/// Makes a FIFO.
#[cfg(unix)]
fn fifo(path: &std::path::Path) {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(path.as_os_str().as_bytes()).unwrap();
    #[expect(unsafe_code, reason = "std cannot make a FIFO")]
    // SAFETY: the path is a valid C string.
    let made = unsafe { libc::mkfifo(path.as_ptr(), 0o644) };
    assert_eq!(made, 0);
}

#[cfg(unix)]
fn incomplete(run: &Run, says: &str) {
    assert_eq!(run.status, 3, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(says), "no `{says}` in {}", run.stderr);
    assert!(run.stderr.contains("incomplete: "), "{}", run.stderr);
}

#[test]
fn a_missing_path_is_an_error() {
    let (_guard, root) = scratch();
    let missing = run(&root, &["scan", "nowhere"]);
    assert_eq!((missing.status, missing.stdout.as_str()), (2, ""));
    assert!(missing.stderr.contains("nowhere: no such file"), "{}", missing.stderr);
}

#[test]
fn empty_files_and_zeros_are_clean() {
    let (_guard, root) = scratch();
    write(&root, "empty", "");
    write(&root, "zeros", vec![0; 300_000]);
    write(&root, "small-zeros", vec![0; 3]);
    let clean = run(&root, &["scan", "."]);
    assert_eq!((clean.status, clean.stdout.as_str()), (0, ""), "{}", clean.stderr);
}

#[test]
fn a_secret_at_the_end_of_a_line_of_ten_megabytes() {
    let (_guard, root) = scratch();
    let mut line = "x = 1; ".repeat(1_500_000);
    let column = line.len() + 3;
    line.push_str(&token(1));
    write(&root, "long.js", line);
    let found = run(&root, &["scan", ".", "-f", "jsonl"]);
    assert!(found.stdout.contains(&format!(r#""line":1,"column":{column}"#)), "{}", found.stdout);
}

#[test]
fn texts_beyond_the_window_have_all_their_findings() {
    let (_guard, root) = scratch();
    let filler = "# nothing to see here, and nothing there\n".repeat(120_000);
    let text = format!("{}{filler}{}{filler}{}", token(1), token(2), token(3));
    let expected: Vec<usize> = vec![1, 120_002, 240_003];
    write(&root, "long.txt", &text);
    let lines = |run: &Run| -> Vec<usize> {
        let line = |l: &str| l.split(r#""line":"#).nth(1)?.split(',').next()?.parse().ok();
        let mut lines: Vec<usize> = run.stdout.lines().filter_map(line).collect();
        lines.sort_unstable();
        lines
    };
    let file = run(&root, &["scan", ".", "-f", "jsonl"]);
    assert_eq!((file.status, lines(&file)), (1, expected.clone()), "{}", file.stderr);
    let mut piped = crate::common::sprawl(&root);
    let input = std::fs::File::open(root.join("long.txt")).unwrap();
    let piped = piped.args(["scan", "-", "-f", "jsonl"]).stdin(input).output().unwrap();
    assert_eq!(lines(&crate::common::finished(piped)), expected);
}

#[test]
fn one_assignment_after_another_is_no_value() {
    let (_guard, root) = scratch();
    // Read to its end from each of its names, the text would take minutes.
    for unit in [
        "token:abc:",
        "key=",
        "secret:a=",
        "password=b:",
        // Weighed one by one, these would take as long.
        "password=\"",
        "password: ",
        "--password ",
        "key=\u{201c}",
        "key=&quot;",
        "<add key=\"password\" value=\"",
        "PuTTY-User-Key-File-2: ssh-rsa\n",
        // As would these, read from each beginning to the end of what may be a token.
        "eyJ",
    ] {
        write(&root, "names.txt", unit.repeat(200_000 / unit.len()));
        let clean = run(&root, &["scan", ".", "--min-confidence", "weak"]);
        assert_eq!((clean.status, clean.stdout.as_str()), (0, ""), "{unit}: {}", clean.stderr);
    }
}

#[test]
fn bad_rule_files_stop_the_scan() {
    let (_guard, root) = scratch();
    write(&root, "broken.toml", "provider = ");
    let broken = run(&root, &["scan", ".", "--rules", "broken.toml"]);
    assert_eq!(broken.status, 2);
    assert!(broken.stderr.contains("broken.toml:1:"), "{}", broken.stderr);
    let missing = run(&root, &["scan", ".", "--rules", "missing.toml"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("missing.toml"), "{}", missing.stderr);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let (_guard, root) = scratch();
    write(&root, "a.txt", token(1));
    let nowhere = run(&root, &["scan", ".", "-o", "no/such/dir/r.json"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.stderr.contains("create it first"), "{}", nowhere.stderr);
    std::fs::create_dir(root.join("r.json")).unwrap();
    let directory = run(&root, &["scan", ".", "-o", "r.json"]);
    assert_eq!(directory.status, 2);
    assert!(directory.stderr.contains("could not be written"), "{}", directory.stderr);
    let left: Vec<_> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn names_that_a_terminal_would_obey_are_escaped() {
    let (_guard, root) = scratch();
    if std::fs::write(root.join("a\u{1b}[2Jb.txt"), token(1)).is_err() {
        return; // Windows has no such names.
    }
    let found = run(&root, &["scan", "."]);
    assert!(!found.stdout.contains('\u{1b}'), "{}", found.stdout);
    assert!(found.stdout.contains("a\\u{1b}[2Jb.txt"), "{}", found.stdout);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Stdio;

    use super::*;
    use crate::common::{finished, sprawl};

    /// Runs as a user who may not read everything: root reads whatever it likes.
    fn run_unprivileged(root: &Path, arguments: &[&str]) -> Run {
        let mut command = sprawl(root);
        // A program that this user can reach, wherever the tests were built.
        let program = root.join("sprawl-under-test");
        std::fs::copy(env!("CARGO_BIN_EXE_sprawl"), &program).unwrap();
        std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut unprivileged = std::process::Command::new(&program);
        unprivileged.current_dir(root).args(arguments).arg("--exclude").arg("sprawl-under-test");
        if std::fs::metadata("/proc/self")
            .is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
        {
            unprivileged.uid(65534).gid(65534);
        }
        let _ = &mut command;
        unprivileged.stdin(Stdio::null());
        // Another test may have started a program while this one's was being written: until that
        // has replaced itself, the file counts as busy.
        for _ in 0..100 {
            match unprivileged.output() {
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                other => return finished(other.unwrap()),
            }
        }
        panic!("the program under test is still busy");
    }

    fn forbid(path: &Path) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o000)).unwrap();
    }

    fn allow(path: &Path) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn an_unreadable_file_is_a_problem() {
        let (_guard, root) = scratch();
        write(&root, "secret.txt", token(1));
        forbid(&root.join("secret.txt"));
        // The only file there is.
        incomplete(&run_unprivileged(&root, &["scan", "."]), "secret.txt: permission denied");
        write(&root, "other.txt", token(2));
        let found = run_unprivileged(&root, &["scan", "."]);
        assert_eq!(found.status, 1, "findings go before problems");
        assert!(found.stderr.contains("secret.txt: permission denied"), "{}", found.stderr);
        let json = run_unprivileged(&root, &["scan", ".", "-f", "json", "-q"]);
        let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["problems"][0]["place"], "secret.txt");
    }

    #[test]
    fn a_directory_without_permission_is_a_problem() {
        let (_guard, root) = scratch();
        write(&root, "closed/secret.txt", token(1));
        forbid(&root.join("closed"));
        let run = run_unprivileged(&root, &["scan", "."]);
        allow(&root.join("closed"));
        incomplete(&run, "closed: permission denied");
    }

    #[test]
    fn special_files_are_left_out_and_counted() {
        let (_guard, root) = scratch();
        fifo(&root.join("fifo"));
        let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
        let clean = run(&root, &["scan", "."]);
        assert_eq!(clean.status, 0, "{}", clean.stderr);
        assert!(clean.stderr.contains("2 FIFO, socket or devices"), "{}", clean.stderr);
        incomplete(&run(&root, &["scan", "fifo"]), "fifo: is not a regular file");
        incomplete(&run(&root, &["scan", "/dev/zero"]), "/dev/zero: is not a regular file");
    }

    #[test]
    fn symbolic_links_neither_loop_nor_escape() {
        let (_guard, root) = scratch();
        let (_outside_guard, outside) = scratch();
        write(&outside, "secret.txt", token(1));
        write(&root, "dir/a.txt", token(2));
        let link = |target: &Path, name: &str| {
            std::os::unix::fs::symlink(target, root.join(name)).unwrap()
        };
        link(&root, "dir/loop");
        link(&outside, "escape");
        link(&outside.join("secret.txt"), "escape.txt");
        link(Path::new("nowhere"), "dangling");
        link(&root.join("dir"), "again");
        let found = run(&root, &["scan", ".", "-f", "jsonl"]);
        assert_eq!(found.stdout.lines().count(), 1, "{}", found.stdout);
        assert!(found.stderr.contains("5 symbolic links"), "{}", found.stderr);
        let followed = run(&root, &["scan", ".", "-f", "jsonl", "--follow"]);
        assert_eq!(followed.status, 1);
        assert!(!followed.stdout.contains("escape"), "{}", followed.stdout);
        assert!(followed.stderr.contains("dangling"), "{}", followed.stderr);
    }

    #[test]
    fn names_that_are_not_utf8() {
        let (_guard, root) = scratch();
        let name = OsStr::from_bytes(b"caf\xe9.env");
        if std::fs::write(root.join(name), token(1)).is_err() {
            return; // macOS refuses such names.
        }
        let found = run(&root, &["scan", ".", "-f", "jsonl"]);
        assert_eq!(found.status, 1);
        assert!(found.stdout.contains(r#""path":"caf\\xe9.env""#), "{}", found.stdout);
    }

    #[test]
    fn a_full_disk_and_a_closed_pipe() {
        let (_guard, root) = scratch();
        for seed in 0..200 {
            write(&root, &format!("{seed}.txt"), token(seed));
        }
        if Path::new("/dev/full").exists() {
            let full = run(&root, &["scan", ".", "-f", "json", "-o", "/dev/full"]);
            assert_eq!(full.status, 2, "{}", full.stderr);
            assert!(
                full.stderr.contains("/dev/full: the report could not be written"),
                "{}",
                full.stderr
            );
            let stdout = std::fs::File::options().write(true).open("/dev/full").unwrap();
            let full = finished(sprawl(&root).args(["scan", "."]).stdout(stdout).output().unwrap());
            assert_eq!(full.status, 2, "{}", full.stderr);
        }
        let mut child = sprawl(&root)
            .args(["scan", ".", "-f", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let closed = finished(child.wait_with_output().unwrap());
        assert_eq!(closed.status, 1, "{}", closed.stderr);
        assert!(!closed.stderr.contains("panic"), "{}", closed.stderr);
    }
}

/// Every line of the threat model has its test.
#[test]
fn the_tests_that_the_threat_model_names_are_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows = model.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| can |"));
    for row in rows {
        let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        let names: Vec<&str> = cell.split('`').filter(|part| part.contains("::")).collect();
        assert!(!names.is_empty(), "no test in {row}");
        for name in names {
            let (modules, test) = name.rsplit_once("::").unwrap();
            // Tests of the library stand at the end of the module that they are about.
            let modules = modules.replace("::", "/");
            let files = match modules.strip_prefix("sprawl/") {
                Some(module) => {
                    let module = module.trim_end_matches("/tests");
                    [format!("crates/sprawl/src/{module}"), format!("src/{module}")]
                }
                None => {
                    let outer = modules.rsplit_once('/').map_or("", |(outer, _)| outer);
                    [format!("tests/{modules}"), format!("tests/{outer}")]
                }
            };
            let found = files.iter().any(|file| {
                std::fs::read_to_string(root.join(format!("{file}.rs")))
                    .is_ok_and(|text| text.contains(&format!("fn {test}(")))
            });
            assert!(found, "{name} is not there");
        }
    }
}
