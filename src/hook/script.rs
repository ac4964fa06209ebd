//! Shell scripts that run the scan. Git runs hooks with a shell on Windows, too: its own.
//!
//! A scan that could not be run blocks: a hook that lets everything through is worse than none.

use std::path::Path;

use super::{Hook, marked};

/// Ending of the name of a hook that was there before.
pub const ASIDE: &str = ".before-sprawl";

/// The second line of every script of ours.
const MARK: &str = "# Put here by `sprawl hook install`; `sprawl hook uninstall` takes it away";

/// Hooks on the side of whoever commits (`githooks`); all of them pass through when sprawl has the
/// hooks of all repositories.
pub const CLIENT_HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "sendemail-validate",
];

/// Whether a hook is one of our scripts.
pub fn is_ours(text: &str) -> bool {
    text.lines().nth(1).is_some_and(|line| line.starts_with(MARK))
}

/// A whole hook: first what was there before, then the scan, on whatever that left in the index.
pub fn alone(hook: Hook, program: &Path) -> String {
    let before = format!("before=\"$0{ASIDE}\"\n");
    format!("{}{before}{}", start(hook), steps(hook, program))
}

/// A hook for all repositories: first the repository's own, then the scan.
pub fn shared(hook: Hook, program: &Path) -> String {
    format!("{}{}{}", start(hook), own(hook.name()), steps(hook, program))
}

/// A hook for all repositories that only runs the repository's own.
pub fn passing(name: &str) -> String {
    format!("#!/bin/sh\n{MARK}.\n{}[ ! -x \"$before\" ] || exec \"$before\" \"$@\"\n", own(name))
}

/// The repository's own hook, which git no longer finds when the directory of hooks is another.
fn own(name: &str) -> String {
    format!("before=$(git rev-parse --git-common-dir)/hooks/{name}\n")
}

fn start(hook: Hook) -> String {
    format!("#!/bin/sh\n{MARK}.\n# Scans before {}.\n", hook.name())
}

fn steps(hook: Hook, program: &Path) -> String {
    let program = quoted(&program.display().to_string().replace('\\', "/"));
    let find = format!(
        "sprawl=sprawl\n\
         command -v sprawl >/dev/null 2>&1 || sprawl={program}\n\
         if ! command -v \"$sprawl\" >/dev/null 2>&1; then\n\
         \x20 echo \"sprawl was not found, so nothing was scanned: install it, or remove $0\" >&2\n\
         \x20 exit 1\n\
         fi\n"
    );
    match hook {
        Hook::PreCommit => format!(
            "if [ -x \"$before\" ]; then \"$before\" \"$@\" || exit $?; fi\n\
             {find}exec \"$sprawl\" scan --hook pre-commit\n"
        ),
        // Both want to read what git says about the push.
        Hook::PrePush => format!(
            "updates=$(cat)\n\
             say() {{ [ -z \"$updates\" ] || printf '%s\\n' \"$updates\"; }}\n\
             if [ -x \"$before\" ]; then say | \"$before\" \"$@\" || exit $?; fi\n\
             {find}say | \"$sprawl\" scan --hook pre-push -- \"$@\"\n"
        ),
    }
}

/// Adds the scan to a shell script; nothing if it is another language's.
pub(super) fn into_shell(text: &str, hook: Hook) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let shebang = lines.first().filter(|line| line.starts_with("#!"));
    if shebang.is_some_and(|line| !line.trim_end().ends_with("sh") && !line.contains("sh ")) {
        return None;
    }
    let own = |line: &str| format!("{line} || exit $?");
    let block: Vec<String> = match hook {
        Hook::PreCommit => vec![own("sprawl scan --hook pre-commit")],
        // What comes after may want to read what git says about the push, too.
        Hook::PrePush => vec![
            "sprawl_updates=$(cat)".to_owned(),
            own("printf '%s\\n' \"$sprawl_updates\" | sprawl scan --hook pre-push -- \"$@\""),
            "exec <<SPRAWL_UPDATES".to_owned(),
            "$sprawl_updates".to_owned(),
            "SPRAWL_UPDATES".to_owned(),
        ],
    };
    let leaves = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(word, "exit" | "exec" | "return")
    };
    let at = if hook == Hook::PreCommit && !lines.iter().any(leaves) {
        lines.len()
    } else {
        // What stands first is run, whatever the rest does: after the lines that set the script up.
        lines
            .iter()
            .take_while(|line| {
                line.starts_with('#') || line.trim().is_empty() || line.contains("husky.sh")
            })
            .count()
    };
    Some(marked::insert(text, at, hook, &block))
}

/// A word as a POSIX shell takes it literally.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_scripts_are_known_again() {
        let program = Path::new("/opt/it's/sprawl");
        for script in [
            alone(Hook::PreCommit, program),
            alone(Hook::PrePush, program),
            shared(Hook::PreCommit, program),
            passing("commit-msg"),
        ] {
            assert!(is_ours(&script));
        }
        assert!(!is_ours("#!/bin/sh\nexit 0\n"));
        assert!(alone(Hook::PreCommit, program).contains(r"'/opt/it'\''s/sprawl'"));
    }

    #[test]
    fn the_scan_comes_before_whatever_leaves() {
        let text = into_shell("#!/bin/sh\nnpm test\nexit 0\n", Hook::PreCommit).unwrap();
        assert!(text.find("sprawl scan").unwrap() < text.find("npm test").unwrap());
        let text = into_shell("npm test\n", Hook::PreCommit).unwrap();
        assert!(text.find("sprawl scan").unwrap() > text.find("npm test").unwrap());
        assert!(into_shell("#!/usr/bin/env node\n", Hook::PreCommit).is_none());
        assert!(into_shell("#!/usr/bin/env bash\n", Hook::PreCommit).is_some());
    }
}
