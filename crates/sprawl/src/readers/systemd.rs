//! Units of systemd, and of Podman's quadlets.

use super::expand::{is_variable, variables};
use super::model::{Binding, Home, Name, Pass, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let is_unit =
        [".service", ".socket", ".timer", ".container", ".mount", ".service.j2", ".service.in"]
            .iter()
            .any(|end| source.file().ends_with(end));
    let is_part = source.file().ends_with(".conf") && source.path.contains(".service.d/");
    (is_unit || is_part) && source.text.contains('[')
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let unit = match source.path.split_once(".service.d/") {
        Some((unit, _)) => unit.rsplit('/').next().unwrap_or(unit),
        None => source.file().split('.').next().unwrap_or_default(),
    };
    let name = unit.trim_end_matches('@');
    let home = match source.tree.directory_of(name) {
        Some(directory) => Home::Directory(directory.to_owned()),
        None => Home::Workload(name.to_owned()),
    };
    let own = Home::File(source.path.to_owned());
    let mut found = Vec::new();
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with(['#', ';', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim(), value.trim());
        let mut binding = Binding::empty(number, ReaderKind::Systemd);
        match key {
            "Environment" => {
                for pair in
                    value.split(['"', '\'']).flat_map(|part| match part.matches('=').count() {
                        0 | 1 => vec![part],
                        _ => part.split_whitespace().collect(),
                    })
                {
                    let Some((variable, _)) = pair.trim().split_once('=') else { continue };
                    if is_variable(variable) {
                        binding.give(Name::variable(variable), home.clone());
                        binding.give(Name::variable(variable), own.clone());
                    }
                }
            }
            "PassEnvironment" => {
                for variable in value.split_whitespace().filter(|one| is_variable(one)) {
                    binding.takes.push(Name::variable(variable));
                    binding.give(Name::variable(variable), home.clone());
                }
            }
            "EnvironmentFile" => {
                if let Some(file) = source.tree.resolve(source.path, value.trim_start_matches('-'))
                {
                    binding.takes.push(Name::new(Space::File, file));
                    binding.passes =
                        Some(Pass { prefix: String::new(), home: home.clone(), into: None });
                }
            }
            "LoadCredential" | "LoadCredentialEncrypted" => {
                let (id, path) = value.split_once(':').unwrap_or((value, value));
                if let Some(file) = source.tree.resolve(source.path, path) {
                    binding.takes.push(Name::new(Space::File, file));
                }
                binding.give(Name::new(Space::Mounted, id), Home::Directory(String::new()));
            }
            "SetCredential" => {
                let id = value.split(':').next().unwrap_or_default();
                binding.give(Name::new(Space::Mounted, id), Home::Directory(String::new()));
            }
            "Secret" => {
                let mut parts = value.split(',');
                binding.takes.push(Name::new(Space::Mounted, parts.next().unwrap_or_default()));
                if let Some(target) = parts.find_map(|part| part.strip_prefix("target="))
                    && is_variable(target)
                {
                    binding.give(Name::variable(target), home.clone());
                }
            }
            _ => {
                // `%d/name` is the path of a credential.
                for (at, _) in value.match_indices("%d/") {
                    let end = |c: char| c.is_whitespace() || c == '"';
                    let id = value[at + 3..].split(end).next().unwrap_or_default();
                    binding.takes.push(Name::new(Space::Mounted, id));
                }
                binding.takes.extend(variables(value).into_iter().map(Name::variable));
            }
        }
        found.push(binding.of(name));
    }
    found
}
