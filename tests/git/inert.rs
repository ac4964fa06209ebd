//! Nothing that a repository, its configuration or the environment says makes anything run, and
//! nothing is written.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::staged::snapshot;
use super::{Repo, lines, places, secret_line};
use crate::common::{finished, scratch, sprawl, write};

/// Everything in git's configuration that names a program, and what may lead to such.
const KEYS: &[&str] = &[
    "alias.scan",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.lfs.process",
    "filter.lfs.smudge",
    "filter.trap.clean",
    "filter.trap.process",
    "filter.trap.smudge",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.x509.program",
    "hook.trap.command",
    "merge.trap.driver",
    "pager.log",
    "remote.origin.uploadpack",
    "sequence.editor",
    "trailer.trap.command",
    "uploadpack.packObjectsHook",
];

/// Variables by which git is told to run something.
const VARIABLES: &[&str] = &[
    "EDITOR",
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "PAGER",
    "SSH_ASKPASS",
];

fn program(file: &Path, script: &str) {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn nothing_runs_and_nothing_is_written() {
    let repo = Repo::new();
    repo.write(".gitattributes", "* filter=trap diff=trap merge=trap\n*.bin filter=lfs\n");
    repo.write("a.env", secret_line(1));
    repo.commit("first");
    repo.write("b.env", secret_line(2));
    let second = repo.commit("second");
    repo.git(&["rm", "-q", "b.env"]);
    repo.commit("third");
    repo.write("c.env", secret_line(3));
    repo.git(&["add", "c.env"]);
    // An object that is not there and that the remote promises.
    repo.git(&["config", "remote.origin.url", "ssh://nowhere.invalid/repository"]);
    repo.git(&["config", "remote.origin.promisor", "true"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    let lost = repo.git(&["rev-parse", &format!("{second}:b.env")]);
    let lost = repo.root.join(".git/objects").join(&lost[..2]).join(&lost[2..]);
    std::fs::remove_file(lost).unwrap();

    let (_guard, outside) = scratch();
    let sprung = outside.join("sprung");
    let trap = outside.join("trap");
    program(&trap, &format!("echo \"$0 $*\" >> '{}'; exit 1", sprung.display()));
    // Programs of these names on the path would be found by whoever looks for them.
    for name in ["git", "ssh", "sh", "less", "gpg", "git-lfs", "git-upload-pack"] {
        program(&outside.join("bin").join(name), &format!("exec '{}' {name}", trap.display()));
    }
    let mut config = String::new();
    for key in KEYS {
        let (section, name) = key.rsplit_once('.').unwrap();
        let section = match section.split_once('.') {
            Some((section, sub)) => format!("{section} \"{sub}\""),
            None => section.to_owned(),
        };
        config.push_str(&format!("[{section}]\n\t{name} = {}\n", trap.display()));
    }
    config.push_str(&format!("[core]\n\thooksPath = {}\n", outside.join("hooks").display()));
    write(&outside, "included", &config);
    let include = format!("[include]\n\tpath = {}\n", outside.join("included").display());
    let own = std::fs::read_to_string(repo.root.join(".git/config")).unwrap();
    repo.write(".git/config", format!("{own}{config}{include}"));
    for hook in ["pre-commit", "post-checkout", "post-index-change", "reference-transaction"] {
        program(&outside.join("hooks").join(hook), &format!("exec '{}'", trap.display()));
        program(&repo.root.join(".git/hooks").join(hook), &format!("exec '{}'", trap.display()));
    }
    let home = outside.join("home");
    write(&home, ".gitconfig", &config);

    let before = snapshot(&repo.root);
    let scan = |arguments: &[&str]| {
        let mut command = sprawl(&repo.root);
        repo.set_environment(&mut command);
        command.env("HOME", &home).env("GIT_CONFIG_GLOBAL", home.join(".gitconfig"));
        command.env("PATH", outside.join("bin"));
        command.envs(VARIABLES.iter().map(|name| (name, &trap)));
        let all = [&["scan", "-f", "jsonl"], arguments].concat();
        finished(command.args(all).output().unwrap())
    };
    assert_eq!(places(&lines(&scan(&[]))), ["a.env:1", "c.env:1"]);
    assert_eq!(places(&lines(&scan(&["--staged"]))), ["c.env:1"]);
    assert_eq!(places(&lines(&scan(&["--history", "--submodules"]))), ["a.env:1", "c.env:1"]);
    for range in [["--since", &format!("{second}^")], ["--range", "HEAD~1..HEAD"]] {
        let run = scan(&range);
        assert!(matches!(run.status, 0 | 3), "{range:?}: {} {}", run.status, run.stderr);
    }
    scan(&["--branch"]);
    scan(&["--ci"]);
    let ran = std::fs::read_to_string(&sprung).unwrap_or_default();
    assert_eq!(ran, "", "something ran");
    assert_eq!(snapshot(&repo.root), before, "something was written");
}
