//! Charts of Helm: their values, and the templates that use them.

use super::expand::{beginning, variables};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use super::tree::{Tree, split};
use super::yaml::Node;
use crate::finding::reader::ReaderKind;

/// The directory of the chart that a file is a part of, or gives values to.
fn chart<'t>(tree: &'t Tree, path: &str) -> Option<&'t str> {
    let within = tree.charts().filter(|chart| {
        chart.is_empty() || path.strip_prefix(*chart).is_some_and(|rest| rest.starts_with('/'))
    });
    if let Some(own) = within.max_by_key(|chart| chart.len()) {
        return Some(own);
    }
    let all: Vec<&str> = tree.charts().collect();
    if let [one] = all.as_slice() {
        return Some(one);
    }
    let is_part = |c: char| !c.is_ascii_alphanumeric();
    let words: Vec<&str> =
        path.split('/').flat_map(|part| [part, part.split('.').next().unwrap_or(part)]).collect();
    let mut named = all.into_iter().filter(|chart| {
        let name = split(chart).1;
        words.iter().any(|word| {
            *word == name
                || word.strip_prefix(name).is_some_and(|rest| rest.starts_with(is_part))
                || word.strip_suffix(name).is_some_and(|rest| rest.ends_with(is_part))
        })
    });
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// The name of the chart that a file is a part of.
pub(super) fn chart_name(source: &Source<'_>) -> Option<String> {
    let chart = chart(source.tree, source.path)?;
    Some(split(chart).1.to_owned()).filter(|name| !name.is_empty())
}

/// Names of the values that a text of a template uses.
pub(super) fn values(source: &Source<'_>, text: &str) -> Vec<Name> {
    let mut all = Vec::new();
    if !text.contains(".Values.") {
        return all;
    }
    let Some(chart) = chart(source.tree, source.path) else { return all };
    for (at, _) in text.match_indices(".Values.") {
        let rest = &text[at + ".Values.".len()..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let path = rest.split(|c| !is_part(c)).next().unwrap_or_default().trim_end_matches('.');
        if !path.is_empty() {
            all.push(Name::new(Space::Helm, format!("{chart}#{path}")));
            // A chart within another one gets the values under its name.
            if let Some((outer, own)) = chart.rsplit_once("/charts/") {
                let path = match path.starts_with("global.") {
                    true => path.to_owned(),
                    false => format!("{own}.{path}"),
                };
                all.push(Name::new(Space::Helm, format!("{outer}#{path}")));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a file has the values of a chart.
pub(super) fn is_of_values(source: &Source<'_>, document: &Node) -> bool {
    let file = source.file().to_ascii_lowercase();
    let is_named =
        file.starts_with("values") || file.contains(".values.") || source.path.contains("/values/");
    is_named
        && document.get("kind").is_none()
        && !is_template(source.path)
        && chart(source.tree, source.path).is_some()
}

/// Values, by their paths.
pub(super) fn read_values(source: &Source<'_>, document: &Node) -> Vec<Binding> {
    let Some(chart) = chart(source.tree, source.path) else { return Vec::new() };
    let mut found = Vec::new();
    for (path, node) in document.scalars() {
        let path: Vec<&str> = path.into_iter().filter(|key| !key.is_empty()).collect();
        let mut binding = Binding::empty(node.line, ReaderKind::HelmValue);
        binding.lines = node.line..=node.end.max(node.line);
        binding.takes.extend(variables(&node.value).into_iter().map(Name::variable));
        let name = Name::new(Space::Helm, format!("{chart}#{}", path.join(".")));
        binding.give(name, Home::Directory(String::new()));
        found.push(binding.of(split(chart).1));
    }
    found
}

fn is_template(path: &str) -> bool {
    path.starts_with("templates/") || path.contains("/templates/")
}

pub(super) fn is_of_templates(source: &Source<'_>) -> bool {
    is_template(source.path) && source.text.contains(".Values.")
}

/// Lines of templates that use values. A loop over values gives each of them to containers by its key.
pub(super) fn read_templates(source: &Source<'_>) -> Vec<Binding> {
    let name = chart_name(source).unwrap_or_default();
    let home = match source.tree.directory_of(&name) {
        Some(directory) => Home::Directory(directory.to_owned()),
        None => Home::Workload(name.clone()),
    };
    let mut found = Vec::new();
    for (line, number) in source.text.lines().zip(1..) {
        let is_comment = line.trim_start().starts_with('#') || line.contains("{{/*");
        if is_comment || !line.contains(".Values.") {
            continue;
        }
        // Whether a value is set is no use of it.
        let is_condition = ["{{- if ", "{{ if ", "{{if "].iter().any(|sign| line.contains(sign));
        if is_condition {
            continue;
        }
        let mut binding = Binding::empty(number, ReaderKind::HelmValue);
        binding.takes = values(source, line);
        if line.contains("range") || line.contains("toYaml") {
            let pass = super::model::Pass { prefix: String::new(), home: home.clone(), into: None };
            binding.passes = Some(pass);
        }
        found.push(binding.of(name.clone()));
    }
    found
}

/// The paths above a value, with the rest below each: `c#a.b` with `c` for `c#a.b.c`.
pub(super) fn above(text: &str) -> Vec<(String, String)> {
    let Some((chart, path)) = text.split_once('#') else { return Vec::new() };
    let dots = path.match_indices('.').map(|(at, _)| at);
    dots.map(|at| (format!("{chart}#{}", &path[..at]), path[at + 1..].to_owned())).collect()
}

/// Whether a value below another one is a variable by its key.
pub(super) fn is_variable_key(rest: &str) -> bool {
    beginning(rest) == rest && rest.bytes().all(|b| !b.is_ascii_lowercase())
}
