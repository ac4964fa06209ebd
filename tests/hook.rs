//! Hooks with real git: what is there keeps working, a secret blocks, and uninstalling leaves no
//! trace.

use std::path::Path;
#[cfg(unix)]
#[cfg(unix)]
use std::process::Command;
use std::process::Output;

#[cfg(unix)]
use crate::common::{Run, finished, run, scratch, sprawl};
use crate::git::{Repo, secret_line};

/// A path on which sprawl comes first.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_sprawl")).parent().unwrap().to_owned();
    let old = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&old))).unwrap()
}

/// A repository whose git finds sprawl.
struct Project {
    repo: Repo,
}

impl Project {
    fn new() -> Self {
        let repo = Repo::new();
        repo.git(&["config", "user.name", "Ada"]);
        repo.git(&["config", "user.email", "ada@example.invalid"]);
        Self { repo }
    }

    fn hook(&self, arguments: &[&str]) -> Run {
        let mut command = sprawl(&self.repo.root);
        self.repo.set_environment(&mut command);
        finished(command.arg("hook").args(arguments).output().unwrap())
    }

    /// Installs, and says what was said.
    fn install(&self, arguments: &[&str]) -> String {
        let run = self.hook(&[&["install"], arguments].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    }

    fn uninstall(&self) {
        let run = self.hook(&["uninstall"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
    }

    fn git(&self, arguments: &[&str]) -> Output {
        let mut command = self.repo.command(arguments);
        command.env("PATH", path()).output().unwrap()
    }

    /// Stages a file and commits: whether that worked, and what was said.
    fn commit(&self, file: &str, content: &str) -> (bool, String) {
        self.repo.write(file, content);
        self.repo.git(&["add", "-A"]);
        let done = self.git(&["commit", "-q", "-m", "x"]);
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(said).unwrap())
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.repo.root.join(file)).unwrap()
    }

    fn has(&self, file: &str) -> bool {
        self.repo.root.join(file).exists()
    }
}

#[test]
fn a_blocked_commit_says_in_five_lines_what_to_do() {
    let project = Project::new();
    project.install(&[]);
    let (passed, said) = project.commit("ok.txt", "nothing\n");
    assert!(passed && said.is_empty(), "{said}");
    let (passed, said) = project.commit("a.env", &secret_line(1));
    assert!(!passed, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 5, "{said}");
    assert!(lines[0].contains("GitHub personal access token (classic) ghp_****"), "{said}");
    assert!(lines[1].contains("a.env:1:10"), "{said}");
    assert!(lines[2].trim_start().starts_with("impact "), "{said}");
    for way in
        ["1 remove it", "2 load it from an environment variable or secret manager", "3 accept it"]
    {
        assert!(said.contains(way), "{said}");
    }
    assert!(!said.contains(secret_line(1).split('"').nth(1).unwrap()));
}

#[test]
fn uninstalling_leaves_no_trace() {
    let project = Project::new();
    project.install(&["--pre-commit", "--pre-push"]);
    assert!(project.has(".git/hooks/pre-commit") && project.has(".git/hooks/pre-push"));
    // A second installation changes nothing.
    let before = project.read(".git/hooks/pre-commit");
    project.install(&[]);
    assert_eq!(project.read(".git/hooks/pre-commit"), before);
    project.uninstall();
    assert!(!project.has(".git/hooks/pre-commit") && !project.has(".git/hooks/pre-push"));
    assert!(project.commit("a.env", &secret_line(1)).0);
    assert!(project.hook(&["uninstall"]).stdout.contains("no hook of sprawl is installed here"));
}

#[test]
#[cfg(unix)]
fn a_hook_that_is_there_keeps_working() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new();
    project.repo.hook("pre-commit", "echo own hook; test ! -e bad.txt\n");
    let file = project.repo.root.join(".git/hooks/pre-commit");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
    let before = project.read(".git/hooks/pre-commit");
    project.install(&[]);
    let (passed, said) = project.commit("ok.txt", "nothing\n");
    assert!(passed && said.contains("own hook"), "{said}");
    let (passed, said) = project.commit("a.env", &secret_line(1));
    assert!(!passed && said.contains("own hook") && said.contains("sprawl found"), "{said}");
    std::fs::remove_file(project.repo.root.join("a.env")).unwrap();
    let (passed, said) = project.commit("bad.txt", "x\n");
    assert!(!passed && !said.contains("sprawl found"), "{said}");
    project.uninstall();
    assert_eq!(project.read(".git/hooks/pre-commit"), before);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o750);
}

#[test]
#[cfg(unix)]
fn merges_are_scanned() {
    let project = Project::new();
    assert!(project.commit("ok.txt", "nothing\n").0);
    project.repo.git(&["checkout", "-q", "-b", "side"]);
    assert!(project.commit("a.env", &secret_line(1)).0);
    project.repo.git(&["checkout", "-q", "main"]);
    assert!(project.commit("b.txt", "nothing\n").0);
    project.install(&[]);
    let merge = || {
        let done = project.git(&["merge", "-q", "--no-edit", "side"]);
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    let (passed, said) = merge();
    assert!(!passed && said.contains("a.env:1:10"), "{said}");
    project.repo.git(&["merge", "--abort"]);
    // Everybody has what is on the main branch of a remote.
    project.repo.git(&["update-ref", "refs/remotes/origin/main", "side"]);
    let (passed, said) = merge();
    assert!(passed, "{said}");
    project.uninstall();
    assert!(!project.has(".git/hooks/pre-merge-commit"));
}

#[test]
#[cfg(unix)]
fn pushes_are_scanned_and_other_hooks_hear_of_them() {
    let project = Project::new();
    let (_guard, remote) = scratch();
    project.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    project.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    project.repo.hook("pre-push", "cat > heard.log; echo \"$1\" >> heard.log\n");
    project.install(&["--pre-push"]);
    assert!(project.commit("ok.txt", "nothing\n").0);
    let done = project.git(&["push", "-q", "origin", "main"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let heard = project.read("heard.log");
    assert!(heard.starts_with("refs/heads/main ") && heard.ends_with("\norigin\n"), "{heard}");
    std::fs::remove_file(project.repo.root.join("heard.log")).unwrap();
    // The secret is gone from the last commit, not from those that would be sent.
    assert!(project.commit("a.env", &secret_line(1)).0);
    assert!(project.commit("a.env", "gone\n").0);
    let done = project.git(&["push", "-q", "origin", "main"]);
    let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
    assert!(!done.status.success() && said.contains("a.env:1:10 in commit"), "{said}");
}

#[test]
fn a_directory_of_hooks_in_the_tree_is_worked_in() {
    let project = Project::new();
    project.repo.git(&["config", "core.hooksPath", ".githooks"]);
    // From a directory below, too.
    project.repo.write("below/x.txt", "x\n");
    let mut command = sprawl(&project.repo.root.join("below"));
    project.repo.set_environment(&mut command);
    let run = finished(command.args(["hook", "install"]).output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(project.has(".githooks/pre-commit"));
    assert!(!project.commit("a.env", &secret_line(1)).0);
    project.uninstall();
    assert!(!project.has(".githooks/pre-commit"));
}

#[test]
fn a_directory_of_hooks_that_others_share_is_left_alone() {
    let project = Project::new();
    let (_guard, shared) = scratch();
    project.repo.git(&["config", "core.hooksPath", shared.to_str().unwrap()]);
    let run = project.hook(&["install"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--global"), "{}", run.stderr);
    assert_eq!(std::fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn husky_gets_a_line() {
    let project = Project::new();
    // What husky's own `prepare` script leaves behind.
    project.repo.git(&["config", "core.hooksPath", ".husky/_"]);
    project.repo.hook("pre-commit", "sh -e .husky/pre-commit \"$@\"\n");
    project.repo.write(".husky/pre-commit", "echo linted\n");
    let said = project.install(&["--pre-commit", "--pre-push"]);
    assert!(said.contains(".husky/pre-commit; commit that file"), "{said}");
    let (passed, said) = project.commit("a.env", &secret_line(1));
    assert!(!passed && said.contains("linted") && said.contains("sprawl found"), "{said}");
    project.uninstall();
    assert_eq!(project.read(".husky/pre-commit"), "echo linted\n");
    assert!(!project.has(".husky/pre-push"));
}

#[test]
fn configurations_get_a_hook_and_lose_it_again() {
    for (file, text, mark) in [
        (
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks: []\n",
            "# File generated by pre-commit: https://pre-commit.com\n",
        ),
        ("lefthook.yml", "pre-commit:\n  jobs:\n    - run: true", "call_lefthook run pre-commit\n"),
    ] {
        let project = Project::new();
        project.repo.write(file, text);
        project.repo.write(".git/hooks/pre-commit", format!("#!/bin/sh\n{mark}"));
        project.install(&[]);
        assert!(project.read(file).contains("sprawl scan --hook pre-commit"), "{file}");
        let with = project.read(file);
        project.install(&[]);
        assert_eq!(project.read(file), with);
        project.uninstall();
        assert_eq!(project.read(file), text);
    }
}

#[test]
fn lines_that_somebody_added_stay() {
    for hook in ["pre-commit", "pre-push"] {
        let flag = format!("--{hook}");
        let file = format!(".git/hooks/{hook}");
        let lines = {
            let project = Project::new();
            project.install(&[&flag]);
            project.read(&file).lines().count()
        };
        for at in 1..=lines {
            let project = Project::new();
            project.install(&[&flag]);
            let with: Vec<String> = project.read(&file).lines().map(str::to_owned).collect();
            let mut edited = with.clone();
            edited.insert(at, "make lint # mine".to_owned());
            project.repo.write(&file, edited.join("\n") + "\n");
            // A second installation keeps them, too.
            project.install(&[&flag]);
            assert_eq!(project.read(&file).matches("make lint # mine\n").count(), 1);
            assert_eq!(project.read(&file).matches(" scan --hook ").count(), 1);
            project.uninstall();
            assert_eq!(project.read(&file), "#!/bin/sh\nmake lint # mine\n", "{hook} {at}");
            project.uninstall();
            assert_eq!(project.read(&file), "#!/bin/sh\nmake lint # mine\n");
        }
    }
}

#[test]
#[cfg(unix)]
fn lines_that_somebody_added_stay_beside_the_hook_of_before() {
    let project = Project::new();
    project.repo.hook("pre-commit", "echo own hook\n");
    let before = project.read(".git/hooks/pre-commit");
    project.install(&[]);
    let with = project.read(".git/hooks/pre-commit");
    project.repo.write(".git/hooks/pre-commit", with + "echo added\n");
    let (passed, said) = project.commit("ok.txt", "nothing\n");
    assert!(passed && said.contains("own hook") && said.contains("added"), "{said}");
    project.uninstall();
    assert!(!project.read(".git/hooks/pre-commit").contains("sprawl"));
    assert_eq!(project.read(".git/hooks/pre-commit.before"), before);
    let (passed, said) = project.commit("a.env", &secret_line(1));
    assert!(passed && said.contains("own hook") && said.contains("added"), "{said}");
}

#[test]
#[cfg(unix)]
fn lines_after_a_push_hook_hear_of_the_push() {
    let project = Project::new();
    let (_guard, remote) = scratch();
    project.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    project.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    project.repo.hook("pre-push", "cat > first.log\n");
    project.install(&["--pre-push"]);
    let with = project.read(".git/hooks/pre-push");
    project.repo.write(".git/hooks/pre-push", with + "cat > heard.log\n");
    assert!(project.commit("ok.txt", "nothing\n").0);
    for round in 0..2 {
        project.repo.write("x.txt", format!("{round}\n"));
        project.repo.git(&["commit", "-q", "-a", "--allow-empty", "-m", "x"]);
        let done = project.git(&["push", "-q", "origin", "main"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        for log in ["first.log", "heard.log"] {
            assert!(project.read(log).starts_with("refs/heads/main "), "{round} {log}");
            std::fs::remove_file(project.repo.root.join(log)).unwrap();
        }
        // What is left runs both, too.
        project.uninstall();
    }
}

#[test]
fn half_a_mark_is_left_to_people() {
    let project = Project::new();
    project.install(&[]);
    let with = project.read(".git/hooks/pre-commit").replace("# sprawl pre-commit end", "");
    project.repo.write(".git/hooks/pre-commit", &with);
    for arguments in [&["install"], &["uninstall"]] {
        let run = project.hook(arguments);
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(run.stderr.contains("by hand"), "{}", run.stderr);
    }
    assert_eq!(project.read(".git/hooks/pre-commit"), with);
}

#[test]
fn managers_that_are_set_up_later_find_the_scan() {
    let scan = "sprawl scan --hook pre-commit";
    for (file, text, inside) in [
        ("lefthook.yml", "pre-commit:\n  commands:\n    lint:\n      run: true\n", true),
        (".config/lefthook.yaml", "# nothing yet\n", true),
        ("lefthook.yml", "pre-commit: {}\n", false),
        (".husky/pre-commit", "npm test\n", true),
        (".husky/commit-msg", "npx commitlint\n", false),
        (".overcommit.yml", "PreCommit: {}\n", false),
        ("lefthook.toml", "", false),
        ("package.json", "{\"simple-git-hooks\": {\"pre-commit\": \"npx lint-staged\"}}", false),
        (".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks: []\n", false),
    ] {
        let project = Project::new();
        project.repo.write(file, text);
        let said = project.install(&[]);
        let name = file.rsplit('/').next().unwrap();
        assert!(said.contains(name) || file.starts_with(".husky"), "{file}: {said}");
        assert_eq!(project.read(file).contains(scan), inside, "{file}: {said}");
        // Until then, git runs our own hook.
        assert!(project.has(".git/hooks/pre-commit"));
        let with = project.read(file);
        project.install(&[]);
        assert_eq!(project.read(file), with);
        project.uninstall();
        assert_eq!(project.read(file), text, "{file}");
        assert!(
            !project.has(".git/hooks/pre-commit") && !project.has(".husky/pre-commit") || inside
        );
    }
}

#[test]
fn what_was_put_in_before_a_manager_came_is_taken_out() {
    let project = Project::new();
    project.repo.write(".husky/pre-commit", "npm test\n");
    project.install(&[]);
    project.repo.git(&["config", "core.hooksPath", ".husky/_"]);
    project.uninstall();
    assert_eq!(project.read(".husky/pre-commit"), "npm test\n");
    assert!(!project.has(".git/hooks/pre-commit"));
}

#[test]
#[cfg(unix)]
fn a_hook_that_a_manager_renames_still_runs_what_was_before() {
    let project = Project::new();
    project.repo.hook("pre-commit", "echo own hook\n");
    project.install(&[]);
    // As `pre-commit install` does.
    let hooks = project.repo.root.join(".git/hooks");
    std::fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).unwrap();
    project.repo.hook("pre-commit", "exec .git/hooks/pre-commit.legacy \"$@\"\n");
    let (passed, said) = project.commit("a.env", &secret_line(1));
    assert!(!passed && said.contains("own hook") && said.contains("sprawl found"), "{said}");
}

#[test]
#[cfg(unix)]
fn hooks_are_not_written_through_links_that_lead_out() {
    let (_guard, outside) = scratch();
    std::fs::write(outside.join("lefthook.yml"), "pre-commit:\n  jobs:\n    - run: true\n")
        .unwrap();
    let before = std::fs::read_to_string(outside.join("lefthook.yml")).unwrap();
    for (target, link) in [("", ".husky"), ("lefthook.yml", "lefthook.yml"), ("", ".config")] {
        let project = Project::new();
        std::os::unix::fs::symlink(outside.join(target), project.repo.root.join(link)).unwrap();
        let said = project.install(&[]);
        assert!(said.contains("leads out"), "{link}: {said}");
        assert!(project.has(".git/hooks/pre-commit"));
        project.uninstall();
        let left: Vec<_> = std::fs::read_dir(&outside).unwrap().collect();
        assert_eq!(left.len(), 1, "{link}");
        assert_eq!(std::fs::read_to_string(outside.join("lefthook.yml")).unwrap(), before);
    }
    // One that stays in the tree is somebody's way to keep things.
    let project = Project::new();
    project.repo.write("tools/lefthook.yml", &before);
    let link = project.repo.root.join("lefthook.yml");
    std::os::unix::fs::symlink("tools/lefthook.yml", &link).unwrap();
    project.install(&[]);
    assert!(project.read("tools/lefthook.yml").contains("sprawl") && link.is_symlink());
    project.uninstall();
    assert_eq!(project.read("tools/lefthook.yml"), before);
}

#[test]
#[cfg(unix)]
fn hooks_of_all_repositories_pass_on_to_their_own() {
    let (_guard, home) = scratch();
    let config = home.join("gitconfig");
    std::fs::write(&config, "").unwrap();
    let project = Project::new();
    project.repo.hook("pre-commit", "echo own hook\n");
    project.repo.hook("commit-msg", "echo own message hook\n");
    let with_home = |command: &mut Command| {
        project.repo.set_environment(command);
        command.env("XDG_CONFIG_HOME", &home).env("GIT_CONFIG_GLOBAL", &config).env("PATH", path());
    };
    let hook = |arguments: &[&str]| {
        let mut command = sprawl(&project.repo.root);
        with_home(&mut command);
        let run = finished(command.arg("hook").args(arguments).output().unwrap());
        assert_eq!(run.status, 0, "{}", run.stderr);
    };
    let commit = |file: &str, content: &str| {
        project.repo.write(file, content);
        project.repo.git(&["add", "-A"]);
        let mut command = Command::new("git");
        with_home(command.current_dir(&project.repo.root));
        let done = command.args(["commit", "-q", "-m", "x"]).output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    hook(&["install", "--global", "--pre-commit", "--pre-push"]);
    let (passed, said) = commit("ok.txt", "nothing\n");
    assert!(passed && said.contains("own hook") && said.contains("own message hook"), "{said}");
    assert!(!commit("a.env", &secret_line(1)).0);
    hook(&["uninstall", "--global", "--pre-push"]);
    assert!(!commit("a.env", &secret_line(1)).0);
    hook(&["uninstall", "--global"]);
    assert!(commit("a.env", &secret_line(1)).0);
    assert!(!std::fs::read_to_string(&config).unwrap().contains("hooksPath"));
    assert_eq!(std::fs::read_dir(home.join("sprawl/hooks")).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn a_scan_that_cannot_run_blocks() {
    let project = Project::new();
    let file = project.repo.root.join(".git/hooks/pre-commit");
    assert_eq!(run(&project.repo.root, &["hook", "install"]).status, 0);
    let script = std::fs::read_to_string(&file).unwrap();
    let moved = script.replace(env!("CARGO_BIN_EXE_sprawl"), "/nonexistent/sprawl");
    assert_ne!(script, moved);
    std::fs::write(&file, moved).unwrap();
    project.repo.write("ok.txt", "nothing\n");
    project.repo.git(&["add", "-A"]);
    let mut command = project.repo.command(&["commit", "-q", "-m", "x"]);
    let done = command.env("PATH", "/usr/bin:/bin").output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(!done.status.success() && said.contains("sprawl was not found"), "{said}");
}

#[test]
fn without_a_repository_nothing_is_installed() {
    let (_guard, root) = scratch();
    let run = run(&root, &["hook", "install"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("git rev-parse"), "{}", run.stderr);
}

#[test]
fn a_file_named_like_an_option_is_none() {
    let repo = Repo::new();
    repo.write("a.env", secret_line(1));
    repo.commit("x");
    let scan = |arguments: &[&str]| {
        let mut command = sprawl(&repo.root);
        finished(command.args(["scan", "--hook", "pre-commit"]).args(arguments).output().unwrap())
    };
    for option in ["--fail-on=never", "--exclude=*", "-q", "--isolated"] {
        repo.write(option, "x\n");
        let done = scan(&[option, "a.env"]);
        assert_eq!(done.status, 2, "{option}: {}", done.stdout);
        assert!(done.stderr.contains("the name of a file"), "{}", done.stderr);
        assert_eq!(scan(&["--", option, "a.env"]).status, 1);
        std::fs::remove_file(repo.root.join(option)).unwrap();
        assert_eq!(scan(&["--fail-on=high", "a.env"]).status, 1);
    }
    let hooks = include_str!("../.pre-commit-hooks.yaml");
    assert_eq!(hooks.matches("  args: [--]\n").count(), hooks.matches("- id: ").count());
}
