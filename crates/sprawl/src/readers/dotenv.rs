//! Files of variables: `.env` and its like.

use super::expand::{is_variable, variables};
use super::model::{Binding, Home, Name, Space};
use super::source::Source;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file();
    file.starts_with(".env") || file.ends_with(".env") || file == ".flaskenv" || file == ".dev.vars"
}

/// Each variable has its name for the code of the service that the file lies in, and is in the file for what
/// names that.
pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    // `api.env` is for the service of that name, wherever it lies.
    let stem = source.file().strip_suffix(".env").filter(|stem| !stem.is_empty());
    let named = stem.and_then(|stem| source.tree.directory_of(stem));
    let home = Home::Directory(named.unwrap_or(source.tree.home(source.path)).to_owned());
    // What nobody loads uses nothing.
    let is_sample = ["example", "sample", "template", "dist", "tmpl"]
        .iter()
        .any(|word| source.file().to_ascii_lowercase().contains(word));
    let mut found: Vec<Binding> = Vec::new();
    let mut open: Option<char> = None;
    for (line, number) in source.text.lines().zip(1..) {
        if let Some(quote) = open {
            // A value over several lines, such as a key.
            if let Some(last) = found.last_mut() {
                last.lines = *last.lines.start()..=number;
            }
            if line.contains(quote) {
                open = None;
            }
            continue;
        }
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let Some((name, value)) = line.split_once('=') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if !is_variable(name) {
            continue;
        }
        let mut binding = Binding::empty(number, ReaderKind::Expansion);
        if !value.starts_with('\'') && !is_sample {
            binding.takes.extend(variables(value).into_iter().map(Name::variable));
        }
        binding.give(Name::variable(name), home.clone());
        binding.give(Name::new(Space::File, source.path).within(name), home.clone());
        found.push(binding);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        open = quote.filter(|quote| !value[1..].contains(*quote));
    }
    let service = source.tree.service(source.path);
    found.into_iter().map(|binding| binding.of(service.clone())).collect()
}
