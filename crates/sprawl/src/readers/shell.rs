//! Shell scripts and makefiles: which variables they expand, and which names they give on.

use super::code::program;
use super::expand::{beginning, is_variable, variables};
use super::lexer::{Class, Quote, Syntax, classes, plain};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

const SYNTAX: Syntax = Syntax {
    line: &["#"],
    line_after_blank: true,
    block: &[],
    strings: &[
        Quote { is_long: true, is_code: true, ..plain("\"") },
        Quote { is_long: true, escapes: false, ..plain("'") },
    ],
};

const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh", "dash", "ash", "bats", "make"];

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file().to_ascii_lowercase();
    let extension = file.rsplit_once('.').map(|(_, extension)| extension);
    match extension {
        Some("sh" | "bash" | "zsh" | "ksh" | "bats" | "envrc" | "mk") => true,
        Some(_) => false,
        None => {
            matches!(file.as_str(), "makefile" | "gnumakefile" | "justfile" | "procfile")
                || program(source.text).is_some_and(|program| SHELLS.contains(&program.as_str()))
        }
    }
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let is_make = is_makefile(source.file());
    let service = source.tree.service(source.path);
    let mut found = commands(source.text, source.path, |at| source.line(at));
    if is_make {
        make(source, &mut found);
    }
    for binding in &mut found {
        binding.service.get_or_insert_with(|| service.clone());
        resolve(source, binding);
    }
    found.retain(|one| !one.takes.is_empty() || !one.gives.is_empty());
    found
}

/// Puts the files of the repository in the places of paths; what is none of them is left out.
pub(super) fn resolve(source: &Source<'_>, binding: &mut Binding) {
    for name in binding.takes.iter_mut().filter(|name| name.space == Space::File) {
        name.text = source.tree.resolve(source.path, &name.text).unwrap_or_default();
    }
    binding.takes.retain(|name| !name.text.is_empty());
}

fn is_makefile(file: &str) -> bool {
    file.to_ascii_lowercase().ends_with("makefile") || file.ends_with(".mk")
}

/// What commands of a shell read and give on. Paths of files are as they are written.
pub(super) fn commands(text: &str, path: &str, line_of: impl Fn(usize) -> usize) -> Vec<Binding> {
    let classes = classes(text.as_bytes(), &SYNTAX);
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let code: String = line
            .char_indices()
            .map(|(offset, c)| match classes.get(start + offset) {
                Some(Class::Code) => c,
                _ => '\u{1}',
            })
            .collect();
        let number = line_of(start);
        command(&code, line, number, path, &mut found);
    }
    found
}

fn command(code: &str, line: &str, number: usize, path: &str, found: &mut Vec<Binding>) {
    let mut binding = Binding::empty(number, ReaderKind::Expansion);
    binding.takes.extend(variables(code).into_iter().map(Name::variable));
    let mut words = code.split_whitespace();
    let first = words.next().unwrap_or_default();
    // `source .env`, `. ./env.sh`, `docker run --env-file .env`.
    let mut files: Vec<&str> = Vec::new();
    if matches!(first, "source" | "." | "\\.") {
        files.extend(words.next());
    }
    let mut all = code.split_whitespace().peekable();
    while let Some(word) = all.next() {
        match word.split_once('=') {
            Some(("--env-file" | "--from-env-file", file)) => files.push(file),
            None if matches!(word, "--env-file" | "--from-env-file") => {
                files.extend(all.peek());
            }
            _ => {}
        }
    }
    for file in files {
        let mut reading = Binding::taking(number, ReaderKind::File, Name::new(Space::File, file));
        let home = Home::File(path.to_owned());
        reading.passes = Some(super::model::Pass { prefix: String::new(), home, into: None });
        found.push(reading);
    }
    // Keys by their paths: `ssh -i`, `curl --key`, `--key-file=`.
    let mut all = line.split_whitespace().peekable();
    while let Some(word) = all.next() {
        const OPTIONS: &[&str] = &[
            "-i",
            "--key",
            "--key-file",
            "--private-key",
            "--cert",
            "--tls-key",
            "--identity",
            "--service-account-key",
            "--from-file",
            "--ssh-key",
            "--cert-key",
            "--keyfile",
        ];
        let file = match word.split_once('=') {
            Some((option, file)) if OPTIONS.contains(&option) => {
                Some(file.rsplit('=').next().unwrap_or(file))
            }
            None if OPTIONS.contains(&word) => all.peek().copied(),
            _ => None,
        };
        if let Some(file) = file {
            found.push(Binding::taking(number, ReaderKind::File, Name::new(Space::File, file)));
        }
    }
    let is_exported = matches!(first, "export" | "readonly" | "declare" | "typeset" | "local");
    let assigned = code.trim_start();
    let assigned = match is_exported {
        true => assigned[first.len()..].trim_start().trim_start_matches("-x").trim_start(),
        false => assigned,
    };
    let name = beginning(assigned);
    if !name.is_empty() && assigned[name.len()..].starts_with('=') && is_variable(name) {
        binding.give(Name::variable(name), Home::File(path.to_owned()));
        if first == "export" {
            binding.give(Name::new(Space::File, path).within(name), Home::Directory(String::new()));
        }
    }
    if !binding.takes.is_empty() || !binding.gives.is_empty() {
        found.push(binding);
    }
}

/// Variables of makefiles: `$(X)`, and `X = value`.
fn make(source: &Source<'_>, found: &mut Vec<Binding>) {
    for (line, number) in source.text.lines().zip(1..) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let mut binding = Binding::empty(number, ReaderKind::Expansion);
        let names =
            super::expand::between(line, "$(", ")").into_iter().filter(|one| is_variable(one));
        binding.takes.extend(names.map(Name::variable));
        // The shell's own variables: `$$X`.
        for (at, _) in line.match_indices("$$") {
            let name = beginning(line[at + 2..].trim_start_matches('{'));
            if !name.is_empty() {
                binding.takes.push(Name::variable(name));
            }
        }
        if !line.starts_with('\t') {
            let name = beginning(line);
            let rest = line[name.len()..].trim_start().trim_start_matches([':', '?', '+']);
            if !name.is_empty() && rest.starts_with('=') {
                binding.give(Name::variable(name), Home::File(source.path.to_owned()));
            }
        }
        if !binding.takes.is_empty() || !binding.gives.is_empty() {
            found.push(binding);
        }
    }
}
