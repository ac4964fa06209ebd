//! Lines between two comments that say whose they are, so that they can be taken out again to the
//! byte, and what others wrote around and between them stays. The comments are those of shell
//! scripts and YAML.

/// Says that the line before had no end, and got one.
const LINE_END_ADDED: &str = ", with a line end before it";

/// Whether the lines of a hook are in a text.
pub(super) fn is_in(text: &str, hook: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(&begin(hook)))
}

/// Puts lines before the line of that number, counted from 0; at the end if there is no such line.
pub(super) fn insert(text: &str, at: usize, hook: &str, lines: &[String]) -> String {
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

/// A text without the lines of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest {
    /// What is left.
    pub(super) text: String,
    /// Number of the line, from 0, before which the others stood.
    pub(super) at: usize,
}

/// Takes the lines of a hook out; nothing if they are not in the text. What somebody wrote between
/// them stays: a line of `own` is known by a word in it, upper or lower case.
pub(super) fn remove(text: &str, hook: &str, own: &[&str]) -> Option<Rest> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let from = lines.iter().position(|line| line.trim_start().starts_with(&begin(hook)))?;
    let length =
        lines[from..].iter().position(|line| line.trim_start().starts_with(&finish(hook)))?;
    let is_other = |line: &&&str| {
        let line = line.to_ascii_lowercase();
        !line.trim().is_empty() && !own.iter().any(|word| line.contains(word))
    };
    let between: String = lines[from + 1..from + length].iter().filter(is_other).copied().collect();
    let mut rest = lines[..from].concat();
    let after = between + &lines[from + length + 1..].concat();
    if lines[from].contains(LINE_END_ADDED) && after.is_empty() {
        rest.truncate(rest.trim_end_matches(['\r', '\n']).len());
    }
    Some(Rest { text: rest + &after, at: from })
}

fn begin(hook: &str) -> String {
    format!("# sprawl {hook} begin")
}

fn finish(hook: &str) -> String {
    format!("# sprawl {hook} end")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[&str] = &["sprawl"];

    fn rest(text: &str, hook: &str) -> Option<String> {
        remove(text, hook, OWN).map(|rest| rest.text)
    }

    #[test]
    fn what_is_put_in_comes_out_to_the_byte() {
        let lines = vec!["  one sprawl".to_owned(), "  $SPRAWL".to_owned()];
        for text in ["", "a\n", "a\nb\nc\n", "a\nb", "a\r\nb\r\n", "a\r\nb"] {
            for at in [0, 1, 99] {
                let with = insert(text, at, "pre-commit", &lines);
                assert!(is_in(&with, "pre-commit") && !is_in(&with, "pre-push"));
                assert_eq!(rest(&with, "pre-commit").as_deref(), Some(text), "{text:?} {at}");
                assert_eq!(with.contains("\r\n"), text.contains("\r\n"));
            }
            assert_eq!(rest(text, "pre-push"), None);
        }
    }

    #[test]
    fn two_hooks_stand_beside_each_other() {
        let lines = vec!["sprawl".to_owned()];
        let one = insert("a\n", 9, "pre-commit", &lines);
        let two = insert(&one, 9, "pre-push", &lines);
        let left = rest(&two, "pre-commit").unwrap();
        assert_eq!(rest(&left, "pre-push").unwrap(), "a\n");
    }

    #[test]
    fn what_others_wrote_stays_wherever_it_stands() {
        let lines = vec!["sprawl one".to_owned(), "sprawl two".to_owned()];
        let with = insert("a", 9, "pre-commit", &lines);
        for at in 0..=with.lines().count() {
            let mut edited: Vec<&str> = with.lines().collect();
            edited.insert(at, "make lint");
            let left = rest(&(edited.join("\n") + "\n"), "pre-commit").unwrap();
            let expected = if at == 0 { "make lint\na" } else { "a\nmake lint" };
            assert_eq!(left.trim_end(), expected, "{at}");
        }
    }
}
