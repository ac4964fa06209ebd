//! Files that are about to be read: by a tool, by a command of a shell, by an `@file` in a prompt. Only the lines
//! that are read count.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tools;

/// A part of a file that is going to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// The file.
    pub(super) path: PathBuf,
    /// First line, from 1, and how many; the whole file if absent.
    pub(super) lines: Option<(usize, usize)>,
}

/// Bytes of a file that is looked at.
pub(super) const LARGEST: u64 = 32 << 20;

/// Words that a command has, at most, and files that a prompt names: what is beyond is no command of a person.
const MOST: usize = 64;

/// Programs that write files to their output.
const READERS: &[&str] = &[
    "cat",
    "bat",
    "batcat",
    "less",
    "more",
    "nl",
    "tac",
    "head",
    "tail",
    "sed",
    "strings",
    "base64",
    "xxd",
    "hexdump",
    "od",
    "grep",
    "rg",
    "egrep",
    "fgrep",
    "awk",
    "gawk",
    "cut",
    "sort",
    "uniq",
    "jq",
    "yq",
    "type",
    "get-content",
    "gc",
    "source",
    ".",
];

/// Names of tools that read a file.
const TOOLS: &[&str] =
    &["read", "view", "read_file", "readfile", "read_many_files", "notebookread", "open"];

/// What a call of a tool reads.
pub(super) fn of_tool(tool: &str, input: &Value, directory: &Path) -> Vec<Reading> {
    if let Some(command) = tools::command(input) {
        return of_command(&command, directory);
    }
    if !TOOLS.contains(&tool.to_ascii_lowercase().as_str()) {
        return Vec::new();
    }
    let number = |keys: &[&str]| {
        let found = keys.iter().find_map(|key| input.get(*key)?.as_u64());
        found.and_then(|number| usize::try_from(number).ok())
    };
    let first = number(&["offset", "start_line", "startLine", "line"]);
    let most = number(&["limit", "max_lines"]).or_else(|| {
        let last = number(&["end_line", "endLine"])?;
        Some((last + 1).saturating_sub(first.unwrap_or(1)))
    });
    let range = input.get("view_range").and_then(|range| {
        let first = usize::try_from(range.get(0)?.as_u64()?).ok()?;
        let last = range.get(1)?.as_i64()?;
        let most =
            usize::try_from(last).map_or(usize::MAX, |last| (last + 1).saturating_sub(first));
        Some((first, most))
    });
    let lines = range.or_else(|| {
        (first.is_some() || most.is_some())
            .then(|| (first.unwrap_or(1).max(1), most.unwrap_or(usize::MAX)))
    });
    let path = tools::file(input).map(|file| directory.join(file)).filter(|path| is_file(path));
    path.map(|path| Reading { path, lines }).into_iter().collect()
}

/// What the programs of a command line read, as far as their names and words tell.
pub(super) fn of_command(command: &str, directory: &Path) -> Vec<Reading> {
    let mut all = Vec::new();
    for words in commands(command) {
        let mut words = words.iter().map(String::as_str).skip_while(|word| {
            matches!(*word, "sudo" | "command" | "env" | "time" | "exec" | "nohup")
                || (word.contains('=') && !word.starts_with('-'))
        });
        let Some(program) = words.next() else { continue };
        let program = program.rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
        if program == "bash" || program == "sh" || program == "zsh" {
            if let Some(inner) = words.skip_while(|word| !word.starts_with('-')).nth(1) {
                all.extend(of_command(inner, directory));
            }
            continue;
        }
        let rest: Vec<&str> = words.collect();
        let is_reader = READERS.contains(&program.trim_end_matches(".exe"));
        let lines = lines_of(&program, &rest);
        let mut is_input = false;
        for word in rest {
            // `< file` is read by any program.
            let named = word.strip_prefix('<').filter(|name| !name.is_empty());
            if word == "<" {
                is_input = true;
                continue;
            }
            let name = named.unwrap_or(word);
            if (is_reader || is_input || named.is_some()) && all.len() < MOST {
                let path = directory.join(name);
                if is_file(&path) {
                    all.push(Reading { path, lines });
                }
            }
            is_input = false;
        }
    }
    all
}

/// The lines that `head`, `tail` and `sed -n` give; `tail` counts from the end, so that it gives all.
fn lines_of(program: &str, words: &[&str]) -> Option<(usize, usize)> {
    match program {
        "head" => {
            let count = words.iter().enumerate().find_map(|(at, word)| {
                let rest = word.strip_prefix("--lines=").or_else(|| word.strip_prefix("-n"));
                match rest {
                    Some("") => words.get(at + 1)?.parse().ok(),
                    Some(count) => count.parse().ok(),
                    None => word.strip_prefix('-')?.parse().ok(),
                }
            });
            let by_bytes = words.iter().any(|word| word.starts_with("-c"));
            (!by_bytes).then(|| (1, count.unwrap_or(10)))
        }
        "sed" if words.contains(&"-n") => words.iter().find_map(|word| {
            let (first, last) = word.strip_suffix('p')?.split_once(',')?;
            let (first, last) = (first.parse().ok()?, last.parse::<usize>().ok()?);
            Some((first, (last + 1).saturating_sub(first)))
        }),
        _ => None,
    }
}

/// The simple commands of a command line, as their words. Quotes and backslashes are those of a POSIX shell;
/// nothing is expanded.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut chars = line.chars().peekable();
    let mut quote = None;
    let end = |word: &mut Option<String>, all: &mut Vec<Vec<String>>| {
        if let (Some(word), Some(last)) = (word.take(), all.last_mut())
            && last.len() < MOST
        {
            last.push(word);
        }
    };
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(c),
            (_, '\\') => {
                if let Some(next) = chars.next() {
                    word.get_or_insert_default().push(next);
                }
            }
            (Some(_), _) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (None, ';' | '|' | '&' | '\n' | '(' | ')' | '`' | '{' | '}') => {
                end(&mut word, &mut all);
                all.push(Vec::new());
            }
            (None, '$') if chars.peek() == Some(&'(') => {}
            (None, _) if c.is_whitespace() => end(&mut word, &mut all),
            (None, _) => word.get_or_insert_default().push(c),
        }
    }
    end(&mut word, &mut all);
    all.retain(|words| !words.is_empty());
    all
}

/// What `@file` mentions in a prompt make the agent read: `@src/a.rs`, `@a.rs#L3-9`, `@"a b.txt"`.
pub(super) fn of_prompt(prompt: &str, directory: &Path) -> Vec<Reading> {
    let mut all = Vec::new();
    for (at, _) in prompt.match_indices('@') {
        let before = prompt[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric()) || all.len() == MOST {
            continue;
        }
        let rest = &prompt[at + 1..];
        let name = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => rest.split(|c: char| c.is_whitespace()).next().unwrap_or_default(),
        };
        let whole = name.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        let (path, lines) = match name.split_once("#L") {
            Some((path, lines)) => (path, line_range(lines)),
            None => (whole, None),
        };
        let full = directory.join(path);
        if !path.is_empty() && is_file(&full) {
            all.push(Reading { path: full, lines });
        }
    }
    all
}

/// `3-9`, or `3`.
fn line_range(text: &str) -> Option<(usize, usize)> {
    let number = |text: &str| {
        let digits: String =
            text.trim_start_matches('L').chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    Some((first.max(1), (last + 1).saturating_sub(first)))
}

/// Whether there is a file to be read; what is no regular file gives no end.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// The lines of a text that are read; the others become empty, so that lines keep their numbers.
pub(super) fn only(text: &[u8], lines: Option<(usize, usize)>) -> Vec<u8> {
    let Some((first, most)) = lines else { return text.to_vec() };
    let mut kept = Vec::new();
    for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let number = at + 1;
        if number >= first.saturating_add(most) {
            break;
        }
        match number < first {
            true => kept.push(b'\n'),
            false => kept.extend_from_slice(line),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn directory() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a.env", "b c.txt", "d.rs"] {
            fs::write(directory.path().join(name), "1\n2\n3\n").unwrap();
        }
        directory
    }

    fn names(found: &[Reading]) -> Vec<(String, Option<(usize, usize)>)> {
        let name = |r: &Reading| r.path.file_name().unwrap().to_string_lossy().into_owned();
        found.iter().map(|r| (name(r), r.lines)).collect()
    }

    #[test]
    fn commands_read_files() {
        let directory = directory();
        let of = |command: &str| names(&of_command(command, directory.path()));
        let whole = |name: &str| vec![(name.to_owned(), None)];
        assert_eq!(of("cat a.env"), whole("a.env"));
        assert_eq!(of("cd x && sudo cat 'b c.txt' | wc -l"), whole("b c.txt"));
        assert_eq!(of("FOO=1 /bin/cat b\\ c.txt"), whole("b c.txt"));
        assert_eq!(of("bash -lc 'cat a.env'"), whole("a.env"));
        assert_eq!(of("echo $(cat a.env)"), whole("a.env"));
        assert_eq!(of("wc -l < a.env"), whole("a.env"));
        assert_eq!(of("head -n 2 a.env"), [("a.env".to_owned(), Some((1, 2)))]);
        assert_eq!(of("head -3 a.env"), [("a.env".to_owned(), Some((1, 3)))]);
        assert_eq!(of("sed -n '2,3p' a.env"), [("a.env".to_owned(), Some((2, 2)))]);
        assert!(of("rm a.env").is_empty() && of("cat missing").is_empty());
    }

    #[test]
    fn prompts_and_tools_read_files() {
        let directory = directory();
        let of = |prompt: &str| names(&of_prompt(prompt, directory.path()));
        assert_eq!(of("see @a.env, please"), [("a.env".to_owned(), None)]);
        assert_eq!(of("@d.rs#L2-3 and @\"b c.txt\"").len(), 2);
        assert_eq!(of("@d.rs#L2-3")[0].1, Some((2, 2)));
        assert!(of("mail me@a.env or @nobody").is_empty());
        let input = json!({"file_path": "a.env", "offset": 2, "limit": 1});
        let found = of_tool("Read", &input, directory.path());
        assert_eq!(found[0].lines, Some((2, 1)));
        assert_eq!(only(b"1\n2\n3\n", found[0].lines), b"\n2\n");
        assert!(of_tool("Write", &input, directory.path()).is_empty());
    }
}
