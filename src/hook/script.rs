//! Shell scripts that run the scan. Git runs hooks with a shell on Windows, too: its own.
//!
//! A scan that could not be run blocks: a hook that lets everything through is worse than none.

use std::path::Path;

use super::{Hook, marked};
use crate::shell::quoted;

/// Ending of the name of a hook that was there before.
pub(crate) const ASIDE: &str = ".before-sprawl";

/// A word that is in every line of ours.
pub(super) const OWN: &[&str] = &["sprawl"];

/// Hooks on the side of whoever commits (`githooks`); all of them pass through when sprawl has the
/// hooks of all repositories.
pub(crate) const CLIENT_HOOKS: &[&str] = &[
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

/// Whether our lines are in a hook.
pub(crate) fn is_ours(text: &str, name: &str) -> bool {
    marked::is_in(text, name)
}

/// A script that has only these lines.
pub(super) fn whole(name: &str, lines: &[String]) -> String {
    marked::insert("#!/bin/sh\n", 1, name, lines)
}

/// Whether nothing is left of a script that anybody wrote.
pub(super) fn is_bare(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line == "#!/bin/sh")
}

/// Lines that run what was there before, and the scan.
pub(super) fn beside(hook: Hook, program: &Path) -> Vec<String> {
    // Not from the script's own name: managers of hooks rename it and go on running it.
    let before = format!("sprawl_before=\"$(dirname \"$0\")/{}{ASIDE}\"", hook.name());
    steps(hook, before, program)
}

/// Lines of a hook for all repositories: first the repository's own, then the scan.
pub(super) fn shared(hook: Hook, program: &Path) -> Vec<String> {
    steps(hook, own(hook.name()), program)
}

/// Lines of a hook for all repositories that only run the repository's own.
pub(super) fn passing(name: &str) -> Vec<String> {
    vec![
        own(name),
        "[ ! -x \"$sprawl_before\" ] || \"$sprawl_before\" \"$@\" || exit $?".to_owned(),
    ]
}

/// Lines that run another hook beside this one, without a scan.
pub(super) fn handing_on(hook: &str, other: &str) -> Vec<String> {
    let other = format!("\"$(dirname \"$0\")/{other}\" \"$@\" || exit $?");
    if hook != Hook::PrePush.name() {
        return vec![other];
    }
    vec![
        "updates=$(cat)".to_owned(),
        format!("printf '%s\\n' \"$updates\" | {other}"),
        "exec <<UPDATES".to_owned(),
        "$updates".to_owned(),
        "UPDATES".to_owned(),
    ]
}

/// The repository's own hook, which git no longer finds when the directory of hooks is another.
fn own(name: &str) -> String {
    format!("sprawl_before=$(git rev-parse --git-common-dir)/hooks/{name}")
}

fn steps(hook: Hook, before: String, program: &Path) -> Vec<String> {
    let program = quoted(&program.display().to_string().replace('\\', "/"));
    let find = [
        format!("sprawl=sprawl; command -v sprawl >/dev/null 2>&1 || sprawl={program}"),
        "command -v \"$sprawl\" >/dev/null 2>&1 || { echo \"sprawl was not found, so nothing was \
         scanned: install it, or take its lines out of $0\" >&2; exit 1; }"
            .to_owned(),
    ];
    let run = |line: &str| format!("if [ -x \"$sprawl_before\" ]; then {line} || exit $?; fi");
    let mut lines = vec![before];
    match hook {
        Hook::PreCommit | Hook::PreMergeCommit => {
            lines.push(run("\"$sprawl_before\" \"$@\""));
            lines.extend(find);
            lines.push(format!("\"$sprawl\" scan --hook {} || exit $?", hook.name()));
        }
        // Both want to read what git says about the push, and so may what comes after.
        Hook::PrePush => {
            lines.push("sprawl_updates=$(cat)".to_owned());
            lines.push(
                "sprawl_say() { [ -z \"$sprawl_updates\" ] || printf '%s\\n' \"$sprawl_updates\"; }"
                    .to_owned(),
            );
            lines.push(run("sprawl_say | \"$sprawl_before\" \"$@\""));
            lines.extend(find);
            lines.push(
                "sprawl_say | \"$sprawl\" scan --hook pre-push -- \"$@\" || exit $?".to_owned(),
            );
            lines.extend(UPDATES_AGAIN.map(str::to_owned));
        }
    }
    lines
}

/// Lets the rest of a script read what was read before.
const UPDATES_AGAIN: [&str; 3] = ["exec <<SPRAWL_UPDATES", "$sprawl_updates", "SPRAWL_UPDATES"];

/// Adds the scan to a shell script; nothing if it is another language's.
pub(super) fn into_shell(text: &str, hook: Hook) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let shebang = lines.first().filter(|line| line.starts_with("#!"));
    if shebang.is_some_and(|line| !line.trim_end().ends_with("sh") && !line.contains("sh ")) {
        return None;
    }
    let own = |line: &str| format!("{line} || exit $?");
    let block: Vec<String> = match hook {
        Hook::PreCommit | Hook::PreMergeCommit => {
            vec![own(&format!("sprawl scan --hook {}", hook.name()))]
        }
        // What comes after may want to read what git says about the push, too.
        Hook::PrePush => ["sprawl_updates=$(cat)".to_owned()]
            .into_iter()
            .chain([own(
                "printf '%s\\n' \"$sprawl_updates\" | sprawl scan --hook pre-push -- \"$@\"",
            )])
            .chain(UPDATES_AGAIN.map(str::to_owned))
            .collect(),
    };
    let leaves = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        matches!(word, "exit" | "exec" | "return")
    };
    let at = if hook != Hook::PrePush && !lines.iter().any(leaves) {
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
    Some(marked::insert(text, at, hook.name(), &block))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_scripts_are_known_again_by_every_line() {
        let program = Path::new("/opt/it's/here");
        for (name, lines) in [
            ("pre-commit", beside(Hook::PreCommit, program)),
            ("pre-push", beside(Hook::PrePush, program)),
            ("pre-commit", shared(Hook::PreCommit, program)),
            ("commit-msg", passing("commit-msg")),
        ] {
            let script = whole(name, &lines);
            assert!(is_ours(&script, name) && !is_bare(&script));
            let rest = marked::remove(&script, name, OWN).unwrap();
            assert!(is_bare(&rest.text), "{}", rest.text);
        }
        assert!(!is_ours("#!/bin/sh\nexit 0\n", "pre-commit"));
        assert!(beside(Hook::PreCommit, program).join("\n").contains(r"'/opt/it'\''s/here'"));
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
