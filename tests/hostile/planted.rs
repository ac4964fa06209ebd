//! What a tree plants where sprawl reads and writes files of its own: links, FIFOs, devices, files
//! without end, nests without bottom.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{fifo, run_within, token};
use crate::common::{run, scratch, write};

/// Puts something other than a regular file in a place.
type Plant = fn(&Path);

const PLANTS: &[(&str, Plant)] = &[
    ("a link to a device without end", |path| symlink("/dev/zero", path).unwrap()),
    ("a FIFO that nobody writes", fifo),
    ("a link to a FIFO", |path| {
        fifo(&path.with_extension("fifo"));
        symlink(path.with_extension("fifo"), path).unwrap();
    }),
    ("a file as large as a disk", |path| {
        fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    }),
    ("a directory", |path| fs::create_dir(path).unwrap()),
    ("a link to itself", |path| symlink(path.file_name().unwrap(), path).unwrap()),
];

#[test]
fn files_of_the_project_are_regular_ones_of_limited_size() {
    for file in ["sprawl.toml", ".sprawl/baseline.toml", ".sprawl/exceptions.toml", ".sprawl/key"] {
        for (what, plant) in PLANTS {
            let (_guard, root) = scratch();
            write(&root, ".git/HEAD", "ref: refs/heads/main\n");
            write(&root, "a.env", token(1));
            fs::create_dir(root.join(".sprawl")).unwrap();
            plant(&root.join(file));
            let run = run_within(20, &root, &["scan", "-q", "a.env"]);
            assert_eq!(run.status, 2, "{file} is {what}: {}", run.stderr);
            let name = Path::new(file).file_name().unwrap().to_str().unwrap();
            assert!(run.stderr.contains(name), "{file} is {what}: {}", run.stderr);
            // Nothing of the tree counts, and nothing of it is in the way.
            let run = run_within(20, &root, &["scan", "-q", "--isolated", "a.env"]);
            assert_eq!(run.status, 1, "{file} is {what}: {}", run.stderr);
        }
    }
}

#[test]
fn files_that_are_named_are_regular_ones_of_limited_size() {
    for (what, plant) in PLANTS {
        let (_guard, root) = scratch();
        write(&root, "a.env", token(1));
        plant(&root.join("x"));
        for arguments in [
            &["scan", "-q", "a.env", "--config", "x"][..],
            &["scan", "-q", "a.env", "--rules", "x"],
            &["scan", "-q", "a.env", "--baseline", "x"],
            &["scan", "-q", "a.env", "--exceptions", "x"],
            &["rules", "check", "x"],
            &["merge", "x"],
            &["plan", "x"],
            &["explain", "x:1"],
        ] {
            let run = run_within(20, &root, arguments);
            assert_eq!(run.status, 2, "{arguments:?}, {what}: {}", run.stderr);
        }
    }
}

#[test]
fn pipes_of_the_shell_are_read() {
    let (_guard, root) = scratch();
    write(&root, "a.env", token(1));
    let report = run(&root, &["scan", "-q", ".", "-f", "json"]).stdout;
    write(&root, "r.json", report);
    let script = "\"$0\" merge -f jsonl <(cat r.json)";
    let done = std::process::Command::new("bash")
        .current_dir(&root)
        .args(["-c", script, env!("CARGO_BIN_EXE_sprawl")])
        .output();
    // There are systems without bash.
    let Ok(done) = done else { return };
    let said = String::from_utf8_lossy(&done.stdout);
    assert_eq!(said.lines().count(), 1, "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn ignore_files_are_regular_ones_of_limited_size() {
    for (what, plant) in PLANTS {
        let (_guard, root) = scratch();
        run_git(&root);
        write(&root, "a.env", token(1));
        plant(&root.join(".gitignore"));
        let run = run_within(20, &root, &["scan", "-q", ".", "--exclude", ".gitignore"]);
        assert_eq!(run.status, 1, "{what}: {}", run.stderr);
    }
    let (_guard, root) = scratch();
    let (_outside_guard, outside) = scratch();
    run_git(&root);
    write(&root, "a.env", token(1));
    write(&outside, "ignore", "*.env\n");
    symlink(outside.join("ignore"), root.join(".gitignore")).unwrap();
    assert_eq!(run(&root, &["scan", "-q", "."]).status, 1, "git follows no such link");
    fs::remove_file(root.join(".gitignore")).unwrap();
    write(&root, ".gitignore", "*.env\n");
    assert_eq!(run(&root, &["scan", "-q", "."]).status, 0);
}

#[test]
fn nests_without_bottom_are_refused() {
    let deep = 100_000;
    let toml = format!("x = {}{}\n", "[".repeat(deep), "]".repeat(deep));
    let inline = format!("x = {}1{}\n", "{a=".repeat(deep), "}".repeat(deep));
    let dotted = format!("{}x = 1\n", "a.".repeat(deep));
    let json = format!("{}{}", "{\"a\":".repeat(deep), "1");
    for text in [toml, inline, dotted, json] {
        for (file, arguments) in [
            ("sprawl.toml", &["scan", "-q", "."][..]),
            (".sprawl/baseline.toml", &["scan", "-q", "."]),
            (".sprawl/exceptions.toml", &["scan", "-q", "."]),
            ("rules.toml", &["rules", "check", "rules.toml"]),
            ("report.json", &["merge", "report.json"]),
            (".gitleaks.toml", &["migrate", "--owner", "@x"]),
            (".secrets.baseline", &["migrate", "--owner", "@x"]),
        ] {
            let (_guard, root) = scratch();
            write(&root, ".git/HEAD", "ref: refs/heads/main\n");
            write(&root, file, &text);
            let run = run_within(60, &root, arguments);
            assert_eq!(run.status, 2, "{file}: {} {}", &text[..20], run.stderr);
        }
    }
}

#[test]
fn decisions_are_not_written_through_a_link() {
    for arguments in [
        &["accept", "a.env:1", "--owner", "@x", "--reason", "false-positive"][..],
        &["baseline"],
        &["migrate", "--owner", "@x"],
        &["exceptions", "prune"],
    ] {
        for link in [".sprawl", ".sprawl/key", ".sprawl/exceptions.toml", ".sprawl/baseline.toml"] {
            let (_guard, root) = scratch();
            let (_outside_guard, outside) = scratch();
            run_git(&root);
            write(&root, "a.env", token(1));
            write(&root, ".gitleaksignore", "a.env:github-pat:1\n");
            if link != ".sprawl" {
                fs::create_dir(root.join(".sprawl")).unwrap();
                symlink(outside.join("planted"), root.join(link)).unwrap();
            } else {
                symlink(&outside, root.join(link)).unwrap();
            }
            let run = run(&root, arguments);
            let left = fs::read_dir(&outside).unwrap().count();
            assert_eq!(left, 0, "{arguments:?} through {link}");
            if run.status != 0 {
                assert_eq!(run.status, 2, "{}", run.stderr);
                assert!(run.stderr.contains("symbolic link"), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn reports_go_through_no_link_and_wait_for_nobody() {
    let (_guard, root) = scratch();
    let (_outside_guard, outside) = scratch();
    run_git(&root);
    write(&root, "a.env", token(1));
    write(&outside, "victim", "precious");
    fs::create_dir(root.join("within")).unwrap();
    symlink(outside.join("victim"), root.join("r.json")).unwrap();
    symlink(&outside, root.join("away")).unwrap();
    symlink("within", root.join("inside")).unwrap();
    fifo(&root.join("fifo.json"));
    let scan = |output: &str| run_within(20, &root, &["scan", "-q", "a.env", "-o", output]);
    for (output, status) in [
        ("r.json", 1),
        ("away/new.json", 2),
        ("inside/new.json", 1),
        ("fifo.json", 2),
        ("/dev/null", 2),
    ] {
        let run = scan(output);
        assert_eq!(run.status, status, "{output}: {}", run.stderr);
    }
    assert_eq!(run(&root, &["scan", "-q", "a.env", "-f", "json", "-o", "/dev/null"]).status, 1);
    assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "precious");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert!(fs::read_to_string(root.join("r.json")).unwrap().starts_with('{'));
    assert!(root.join("within/new.json").is_file());
    // Whoever reads a FIFO gets the report.
    let reader = {
        let path = root.join("fifo.json");
        std::thread::spawn(move || fs::read_to_string(path).unwrap())
    };
    while scan("fifo.json").status == 2 {}
    assert!(reader.join().unwrap().starts_with('{'));
    // A baseline and the manual go where they are asked to, the same way.
    let run = run_within(20, &root, &["baseline", "-o", "away/b.toml"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    symlink(outside.join("victim"), root.join("within/sprawl.1")).unwrap();
    let run = run_within(20, &root, &["man", "--directory", "within"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(root.join("within/sprawl-scan.1").is_file());
    assert_eq!(fs::read_to_string(outside.join("victim")).unwrap(), "precious");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn the_step_summary_is_a_file() {
    let (_guard, root) = scratch();
    write(&root, "a.env", token(1));
    write(&root, "victim", "precious");
    symlink("victim", root.join("link.md")).unwrap();
    fifo(&root.join("fifo.md"));
    for (name, status) in [("link.md", 2), ("fifo.md", 2), ("summary.md", 1), ("summary.md", 1)] {
        let mut command = crate::common::sprawl(&root);
        command.args(["scan", "-q", "a.env", "-f", "github"]);
        command.env("GITHUB_STEP_SUMMARY", root.join(name));
        let run = super::within(20, command);
        assert_eq!(run.status, status, "{name}: {}", run.stderr);
    }
    assert_eq!(fs::read_to_string(root.join("victim")).unwrap(), "precious");
    assert!(fs::read_to_string(root.join("summary.md")).unwrap().contains("a.env"));
}

#[test]
fn a_configuration_of_the_tree_names_no_rules_outside() {
    let (_guard, root) = scratch();
    let (_outside_guard, outside) = scratch();
    run_git(&root);
    write(&root, "a.env", token(1));
    write(&outside, "rules.toml", "provider = \"x\"\n");
    write(&root, "sprawl.toml", format!("[rules]\nfiles = [{:?}]\n", outside.join("rules.toml")));
    let refused = run(&root, &["scan", "-q", "."]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("outside of the scanned tree"), "{}", refused.stderr);
    symlink(outside.join("rules.toml"), root.join("rules.toml")).unwrap();
    write(&root, "sprawl.toml", "[rules]\nfiles = ['rules.toml']\n");
    assert_eq!(run(&root, &["scan", "-q", "."]).status, 2);
}

fn run_git(root: &Path) {
    let done = std::process::Command::new("git").arg("-C").arg(root).args(["init", "-q"]).status();
    assert!(done.unwrap().success());
}
