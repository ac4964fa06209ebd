//! Pipelines of Jenkins, and its configuration as code.

use super::expand::{beginning, members, variables};
use super::model::{Binding, Home, Name, Space, relaxed};
use super::source::Source;
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file();
    file.starts_with("Jenkinsfile")
        || file.ends_with(".jenkinsfile")
        || (file.ends_with(".groovy") && source.text.contains("credentials"))
}

/// The id of a credential. Variables are called like the credentials that they hold, with other signs.
pub(super) fn credential(id: &str) -> Name {
    Name::new(Space::CiCredential, relaxed(id))
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let service = source.file().to_owned();
    let mut found = Vec::new();
    let own = Home::File(source.path.to_owned());
    let everywhere = Home::Directory(String::new());
    let mut is_comment = false;
    for (line, number) in source.text.lines().zip(1..) {
        let trimmed = line.trim();
        if is_comment || trimmed.starts_with("/*") {
            is_comment = !trimmed.contains("*/");
            continue;
        }
        if trimmed.starts_with("//") || trimmed.starts_with('*') {
            continue;
        }
        let mut credentials = Binding::empty(number, ReaderKind::CiCredential);
        for sign in [
            "credentials(",
            "credentialsId:",
            "credentialsId =",
            "credentialsId=",
            "sshagent([",
            "sshagent(credentials: [",
        ] {
            for (at, _) in line.match_indices(sign) {
                let rest = line[at + sign.len()..].trim_start();
                let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                    continue;
                };
                if let Some(id) = rest[1..].split(quote).next().filter(|id| !id.is_empty()) {
                    credentials.takes.push(credential(id));
                }
            }
        }
        // The variables that hold it from here on.
        for sign in ["ariable:", "ariable =", "passwordVariable:", "keyFileVariable:"] {
            for (at, _) in line.match_indices(sign) {
                let rest = line[at + sign.len()..].trim_start().trim_start_matches(['"', '\'']);
                let name = beginning(rest);
                if !name.is_empty() {
                    credentials.give(Name::variable(name), own.clone());
                }
            }
        }
        let assigned = beginning(trimmed);
        if !assigned.is_empty() && trimmed[assigned.len()..].trim_start().starts_with('=') {
            for home in [&own, &everywhere] {
                if trimmed.contains("credentials(") {
                    credentials.give(Name::variable(assigned), home.clone());
                }
            }
        }
        if !credentials.takes.is_empty() || !credentials.gives.is_empty() {
            credentials.takes.sort();
            credentials.takes.dedup();
            found.push(credentials.of(service.clone()));
        }
        let mut binding = Binding::empty(number, ReaderKind::CiVariable);
        binding.takes.extend(variables(line).into_iter().map(Name::variable));
        binding.takes.extend(members(line, "env").into_iter().map(Name::variable));
        if !binding.takes.is_empty() {
            found.push(binding.of(service.clone()));
        }
    }
    found
}

/// Whether a document is configuration as code, by its credentials.
pub(super) fn is_configuration(_: &Source<'_>, document: &Node) -> bool {
    document.at(&["credentials", "system"]).is_some()
}

/// Credentials by their ids.
pub(super) fn read_configuration(_: &Source<'_>, document: &Node) -> Vec<Binding> {
    let Some(all) = document.get("credentials") else { return Vec::new() };
    let mut found = Vec::new();
    for node in all.all() {
        let id = node.text(&["id"]);
        if id.is_empty() {
            continue;
        }
        let end = node.all().iter().map(|one| one.end).max().unwrap_or(node.line);
        let mut binding = Binding::empty(node.line, ReaderKind::CiCredential);
        binding.lines = node.line..=end;
        for one in node.all() {
            binding.takes.extend(variables(&one.value).into_iter().map(Name::variable));
        }
        binding.give(credential(id), Home::Directory(String::new()));
        found.push(binding.of("jenkins"));
    }
    found
}
