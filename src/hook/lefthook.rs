//! lefthook: a command in its configuration.

use super::{Hook, marked};

/// Names of its configuration in YAML, in its own order.
pub(super) const FILES: &[&str] = &[
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".config/lefthook.yml",
    ".config/lefthook.yaml",
];

/// Whether it wrote a hook.
pub(super) fn owns(hook: &str) -> bool {
    hook.contains("lefthook")
}

/// Adds the scan to the configuration's text.
pub(super) fn insert(text: &str, hook: Hook) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    let key = format!("{}:", hook.name());
    let Some(start) = lines.iter().position(|line| line.starts_with(&key)) else {
        let mut block = vec![key];
        block.extend(commands("  "));
        return Ok(marked::insert(text, lines.len(), hook.name(), &with(block, hook)));
    };
    if !code(&lines[start][key.len()..]).is_empty() {
        return Err(format!("`{key}` has its value in the same line"));
    }
    let below = below(&lines, start);
    let indent = below.first().map_or("  ", |line| indent(lines[*line]));
    for (word, list) in [("commands:", false), ("jobs:", true)] {
        let Some(at) = below.iter().copied().find(|line| {
            self::indent(lines[*line]) == indent && code(lines[*line]).starts_with(word)
        }) else {
            continue;
        };
        if code(lines[at]) != word {
            return Err(format!("`{word}` of `{key}` has its value in the same line"));
        }
        let first = below.iter().copied().find(|line| *line > at);
        let deeper = first
            .map(|line| self::indent(lines[line]))
            .filter(|i| i.len() > indent.len() || (list && i.len() == indent.len()));
        let inner = deeper.map_or_else(|| format!("{indent}  "), str::to_owned);
        let block = if list {
            vec![format!("{inner}- name: sprawl"), format!("{inner}  ")]
        } else {
            vec![format!("{inner}sprawl:"), format!("{inner}  ")]
        };
        return Ok(marked::insert(text, at + 1, hook.name(), &with(block, hook)));
    }
    Ok(marked::insert(text, start + 1, hook.name(), &with(commands(indent), hook)))
}

/// A map of commands that holds the scan; the last line is its fields' indentation.
fn commands(indent: &str) -> Vec<String> {
    vec![format!("{indent}commands:"), format!("{indent}  sprawl:"), format!("{indent}    ")]
}

/// Puts the fields in place of the last line, which is their indentation.
fn with(mut block: Vec<String>, hook: Hook) -> Vec<String> {
    let indent = block.pop().unwrap_or_default();
    match hook {
        Hook::PreCommit | Hook::PreMergeCommit => {
            block.push(format!("{indent}run: sprawl scan --hook {}", hook.name()));
        }
        Hook::PrePush => {
            block.push(format!("{indent}run: sprawl scan --hook pre-push -- {{0}}"));
            block.push(format!("{indent}use_stdin: true"));
        }
    }
    block
}

/// Numbers of the lines below a key, without blanks and comments.
fn below(lines: &[&str], start: usize) -> Vec<usize> {
    (start + 1..lines.len())
        .filter(|line| !code(lines[*line]).is_empty())
        .take_while(|line| lines[*line].starts_with([' ', '\t', '-']))
        .collect()
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// A line without its comment.
fn code(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or_default().trim_end() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, hook: Hook, expected: &str) {
        let with = insert(text, hook).unwrap();
        let shown: Vec<&str> = with.lines().filter(|l| !l.trim().starts_with("# sprawl")).collect();
        assert_eq!(shown.join("\n") + "\n", expected);
        assert_eq!(marked::remove(&with, hook.name(), &[""]).unwrap().text, text);
    }

    #[test]
    fn a_hook_of_its_own() {
        check(
            "# ours\n",
            Hook::PreCommit,
            "# ours\npre-commit:\n  commands:\n    sprawl:\n      run: sprawl scan --hook pre-commit\n",
        );
    }

    #[test]
    fn beside_other_commands() {
        check(
            "pre-commit:\n    parallel: true\n    commands:\n        lint:\n            run: x\n",
            Hook::PreCommit,
            "pre-commit:\n    parallel: true\n    commands:\n        sprawl:\n          \
             run: sprawl scan --hook pre-commit\n        lint:\n            run: x\n",
        );
    }

    #[test]
    fn beside_other_jobs() {
        check(
            "pre-push:\n  jobs:\n    - run: x\n",
            Hook::PrePush,
            "pre-push:\n  jobs:\n    - name: sprawl\n      run: sprawl scan --hook pre-push -- {0}\n      \
             use_stdin: true\n    - run: x\n",
        );
    }

    #[test]
    fn beside_scripts_only() {
        check(
            "pre-commit:\n  scripts:\n    x.sh:\n      runner: sh\n",
            Hook::PreCommit,
            "pre-commit:\n  commands:\n    sprawl:\n      run: sprawl scan --hook pre-commit\n  scripts:\n    \
             x.sh:\n      runner: sh\n",
        );
    }

    #[test]
    fn values_in_the_same_line_are_left_alone() {
        assert!(insert("pre-commit: {}\n", Hook::PreCommit).is_err());
        assert!(insert("pre-commit:\n  commands: {}\n", Hook::PreCommit).is_err());
    }
}
