//! Dockerfiles: arguments, environment, mounted secrets and copied keys.

use super::expand::{beginning, is_variable, variables};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file().to_ascii_lowercase();
    file.starts_with("dockerfile")
        || file.ends_with(".dockerfile")
        || file.starts_with("containerfile")
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let service = source.tree.service(source.path);
    let mut found = Vec::new();
    let lines: Vec<&str> = source.text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let first = at;
        let mut instruction = String::new();
        // An instruction goes on behind a backslash.
        loop {
            let line = lines[at].trim();
            at += 1;
            if !line.starts_with('#') {
                instruction.push_str(line.trim_end_matches('\\'));
                instruction.push(' ');
            }
            if at >= lines.len()
                || !(line.ends_with('\\') || line.starts_with('#') && at > first + 1)
            {
                break;
            }
        }
        let mut own = self::instruction(source, instruction.trim(), first + 1);
        for binding in &mut own {
            binding.lines = first + 1..=at;
        }
        found.append(&mut own);
    }
    found.into_iter().map(|binding| binding.of(service.clone())).collect()
}

fn instruction(source: &Source<'_>, text: &str, line: usize) -> Vec<Binding> {
    let Some((word, rest)) = text.split_once(char::is_whitespace) else { return Vec::new() };
    let (word, rest) = (word.to_ascii_uppercase(), rest.trim());
    let mut found = Vec::new();
    let own = Home::File(source.path.to_owned());
    let outside = Home::Directory(source.tree.home(source.path).to_owned());
    match word.as_str() {
        "ARG" => {
            let (name, default) = rest.split_once('=').unwrap_or((rest, ""));
            let mut binding = Binding::empty(line, ReaderKind::Dockerfile);
            if !is_variable(name) {
                return found;
            }
            match default {
                "" => binding.takes.push(Name::variable(name)),
                default => {
                    binding.takes.extend(variables(default).into_iter().map(Name::variable));
                }
            }
            binding.give(Name::variable(name), own);
            found.push(binding);
        }
        "ENV" => {
            let pairs: Vec<(&str, &str)> = match rest.split_whitespace().next() {
                Some(first) if first.contains('=') => pairs(rest),
                _ => rest.split_once(char::is_whitespace).into_iter().collect(),
            };
            for (name, value) in pairs {
                let mut binding = Binding::empty(line, ReaderKind::Dockerfile);
                binding.takes.extend(variables(value).into_iter().map(Name::variable));
                if is_variable(name) {
                    binding.give(Name::variable(name), own.clone());
                    binding.give(Name::variable(name), outside.clone());
                }
                found.push(binding);
            }
        }
        "COPY" | "ADD" => {
            for path in rest.split_whitespace().filter(|path| !path.starts_with("--")) {
                if let Some(file) = source.tree.resolve(source.path, path) {
                    let name = Name::new(Space::File, file);
                    found.push(Binding::taking(line, ReaderKind::Dockerfile, name));
                }
            }
        }
        _ => {
            let mut binding = Binding::empty(line, ReaderKind::Dockerfile);
            binding.takes.extend(variables(rest).into_iter().map(Name::variable));
            for mount in
                rest.split_whitespace().filter(|word| word.starts_with("--mount=type=secret"))
            {
                let id = mount.split(',').find_map(|part| part.strip_prefix("id="));
                if let Some(id) = id {
                    binding.takes.push(Name::new(Space::Mounted, id));
                    binding.takes.push(Name::variable(id));
                }
            }
            found.push(binding);
        }
    }
    found
}

/// `A=b C="d e"`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim();
        let end = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after[1..].find(quote).map_or(after.len(), |end| end + 2),
            _ => after.find(char::is_whitespace).unwrap_or(after.len()),
        };
        if beginning(name) == name {
            all.push((name, &after[..end]));
        }
        rest = after[end..].trim_start();
    }
    all
}
