//! Lines between two comments that say whose they are, so that they can be taken out again to the
//! byte. The comments are those of shell scripts and YAML.

use super::Hook;

/// Says that the line before had no end, and got one.
const LINE_END_ADDED: &str = ", with a line end before it";

/// Whether a hook's lines are in a text.
pub(super) fn is_in(text: &str, hook: Hook) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(&begin(hook)))
}

/// Puts lines before the line of that number, counted from 0; at the end if there is no such line.
pub(super) fn insert(text: &str, at: usize, hook: Hook, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut all: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let at = at.min(all.len());
    let mut note = "";
    if let Some(before) = at.checked_sub(1).and_then(|before| all.get_mut(before))
        && !before.ends_with('\n')
    {
        before.push_str(end);
        note = LINE_END_ADDED;
    }
    let first = lines.first().map_or("", |line| &line[..line.len() - line.trim_start().len()]);
    let block = [format!("{first}{} (`sprawl hook uninstall` takes it out{note})", begin(hook))]
        .into_iter()
        .chain(lines.iter().cloned())
        .chain([format!("{first}{}", finish(hook))])
        .map(|line| line + end);
    all.splice(at..at, block);
    all.concat()
}

/// The text without a hook's lines; nothing if they are not in it.
pub(super) fn remove(text: &str, hook: Hook) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let from = lines.iter().position(|line| line.trim_start().starts_with(&begin(hook)))?;
    let length =
        lines[from..].iter().position(|line| line.trim_start().starts_with(&finish(hook)))?;
    let mut before = lines[..from].concat();
    if lines[from].contains(LINE_END_ADDED) {
        before.truncate(before.trim_end_matches(['\r', '\n']).len());
    }
    Some(before + &lines[from + length + 1..].concat())
}

fn begin(hook: Hook) -> String {
    format!("# sprawl {} begin", hook.name())
}

fn finish(hook: Hook) -> String {
    format!("# sprawl {} end", hook.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_comes_out_to_the_byte() {
        let lines = vec!["  one".to_owned(), "  two".to_owned()];
        for text in ["", "a\n", "a\nb\nc\n", "a\nb", "a\r\nb\r\n", "a\r\nb"] {
            for at in [0, 1, 99] {
                let with = insert(text, at, Hook::PreCommit, &lines);
                assert!(is_in(&with, Hook::PreCommit) && !is_in(&with, Hook::PrePush));
                assert_eq!(remove(&with, Hook::PreCommit).as_deref(), Some(text), "{text:?} {at}");
                assert_eq!(with.contains("\r\n"), text.contains("\r\n"));
            }
            assert_eq!(remove(text, Hook::PrePush), None);
        }
    }

    #[test]
    fn two_hooks_stand_beside_each_other() {
        let lines = vec!["x".to_owned()];
        let one = insert("a\n", 9, Hook::PreCommit, &lines);
        let two = insert(&one, 9, Hook::PrePush, &lines);
        let rest = remove(&two, Hook::PreCommit).unwrap();
        assert_eq!(remove(&rest, Hook::PrePush).unwrap(), "a\n");
    }
}
